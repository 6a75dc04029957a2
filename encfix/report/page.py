"""Put a report into the page: style, script and data in one file."""

from __future__ import annotations

from importlib.resources import files

from encfix.audit import encode
from encfix.report.gathering import Report


def render(report: Report) -> bytes:
    """Return the page. Its data is JSON without any `<`, so that nothing in it ends the script or begins a tag."""
    folder = files(__package__)
    parts = {
        "style": folder.joinpath("style.css").read_text(encoding="utf-8"),
        "script": folder.joinpath("script.js").read_text(encoding="utf-8"),
        "data": encode(report.as_mapping()).replace("<", "\\u003c"),
    }
    pieces = []
    for piece in folder.joinpath("page.html").read_text(encoding="utf-8").split("⟦"):
        name, mark, rest = piece.partition("⟧")
        pieces += [parts[name], rest] if mark else [piece]
    return "".join(pieces).encode("utf-8")
