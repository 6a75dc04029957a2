"""The format of a file, made by name."""

from __future__ import annotations

from encfix.files.formats.base import FormatError, Selection, TextFormat
from encfix.files.text import LIMIT
from encfix.files.types import NAMES, Kind


def text_format(kind: Kind, selection: Selection, limit: int = LIMIT) -> TextFormat:
    """Return what cuts a file of `kind` into chunks; `limit` is how many code points a plain document may have.

    Raises FormatError for what the format does not offer.
    """
    if kind.type not in NAMES:
        raise FormatError(f"unknown format {kind.type!r}")
    if misfit := selection.misfit(kind.type):
        raise FormatError(misfit)
    if kind.type == "jsonl":
        from encfix.files.formats.jsonl import JsonLines

        return JsonLines(selection)
    if kind.type == "json":
        from encfix.files.formats.json import Json

        return Json(selection)
    if kind.type in ("csv", "tsv"):
        from encfix.files.formats.csv import Csv

        return Csv(selection, "\t" if kind.type == "tsv" else None)
    if kind.type == "html":
        from encfix.files.formats.html import Html

        return Html()
    if kind.type in ("srt", "vtt", "ass"):
        from encfix.files.formats.subtitles import Subtitles

        return Subtitles(events=kind.type == "ass")
    from encfix.files.formats.plain import PlainText

    return PlainText(limit)
