"""Write an audit: the lines that say what was done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from encfix.audit.entry import Entry, Header
from encfix.audit.jsonl import dump
from encfix.batch import Positions, to_codes
from encfix.result import Change, Finding

FORMAT = 1
"""The version of the format; a reader refuses one that it does not know."""


class Lines:
    """Turns offsets of a text into lines and columns, from 1; `\\n`, `\\r\\n` and `\\r` end lines.

    >>> lines = Lines("一\\r\\n二三")
    >>> lines.place(0), lines.place(4)
    ((1, 1), (2, 2))
    """

    def __init__(self, text: str) -> None:
        codes = to_codes(text)
        ends = codes == ord("\n")
        returns = codes == ord("\r")
        returns[:-1] &= ~ends[1:]
        self._starts: Positions = np.append(0, np.flatnonzero(ends | returns) + 1)

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset."""
        line = int(np.searchsorted(self._starts, offset, side="right"))
        return line, offset - int(self._starts[line - 1]) + 1


def dump_header(header: Header) -> bytes:
    """Return the first line of an audit."""
    return dump(
        {
            "type": "audit",
            "format": FORMAT,
            "encfix": header.version,
            "data": header.data_version,
            "options": header.options,
            "output": header.output,
        }
    )


def dump_entry(entry: Entry, text: str) -> Iterator[bytes]:
    """Yield the lines on one file, whose decoded input is `text`."""
    yield dump(
        {
            "type": "file",
            "file": entry.file,
            "root": entry.root,
            "verdict": entry.verdict,
            "changes": len(entry.changes),
            "findings": len(entry.findings),
            "input": {"bytes": entry.input.size, "sha256": entry.input.sha256},
            "output": {"bytes": entry.output.size, "sha256": entry.output.sha256},
        }
    )
    if not entry.changes and not entry.findings:
        return
    lines = Lines(text)
    for change in entry.changes:
        yield dump(_fields("change", entry.file, lines, change))
    for finding in entry.findings:
        yield dump({**_fields("finding", entry.file, lines, finding), "candidates": finding.candidates})


def dump_failure(path: str, reason: str) -> bytes:
    """Return the line that says why the file or folder at `path` is not in the audit."""
    return dump({"type": "failure", "path": path, "reason": reason})


def _fields(type_: str, file: str, lines: Lines, item: Change | Finding) -> dict[str, Any]:
    line, column = lines.place(item.start)
    return {
        "type": type_,
        "file": file,
        "line": line,
        "column": column,
        "start": item.start,
        "end": item.end,
        "before": item.before,
        "after": item.after,
        "rules": item.rules,
        "kind": item.kind,
        "confidence": item.confidence,
        "reason": item.reason,
    }
