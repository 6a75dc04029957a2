"""Write an audit: the lines that say what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from encfix.audit.entry import Entry, FieldChange, FieldFinding, Header
from encfix.audit.jsonl import dump
from encfix.batch import Positions, to_codes
from encfix.result import Change, Finding

FORMAT = 1
"""The version of the format; a reader refuses one that it does not know."""


class Lines:
    """Turns offsets of a text into lines and columns, from 1; `\\n`, `\\r\\n` and `\\r` end lines.

    >>> lines = Lines("一\\r\\n二三")
    >>> list(lines.places([0, 4]))
    [(1, 1), (2, 2)]
    """

    def __init__(self, text: str) -> None:
        codes = to_codes(text)
        ends = codes == ord("\n")
        returns = codes == ord("\r")
        returns[:-1] &= ~ends[1:]
        self._starts: Positions = np.append(0, np.flatnonzero(ends | returns) + 1)

    def places(self, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Return line and column of each offset."""
        wanted = np.array(offsets, dtype=np.int64)
        lines = np.searchsorted(self._starts, wanted, side="right")
        columns = wanted - self._starts[lines - 1] + 1
        return zip(lines.tolist(), columns.tolist(), strict=True)


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
            "files": header.files,
        }
    )


def dump_entry(entry: Entry, text: str) -> Iterator[bytes]:
    """Yield the lines on one file, whose decoded input is `text`."""
    yield dump_file(entry, len(entry.changes), len(entry.findings))
    yield from dump_items(entry.file, entry.changes, text)
    yield from dump_items(entry.file, entry.findings, text)


def dump_file(entry: Entry, changes: int, findings: int) -> bytes:
    """Return the line on one file that so many changes and findings follow."""
    return dump(
        {
            "type": "file",
            "file": entry.file,
            "root": entry.root,
            "format": entry.format,
            "compression": entry.compression,
            "verdict": entry.verdict,
            "changes": changes,
            "findings": findings,
            "input": {"bytes": entry.input.size, "sha256": entry.input.sha256},
            "output": {"bytes": entry.output.size, "sha256": entry.output.sha256},
        }
    )


def dump_items(
    file: str, items: Sequence[Change | Finding], text: str | None, offset: int = 0, line: int = 1
) -> Iterator[bytes]:
    """Yield the lines on changes or findings in a run of a file's `text` that begins at `offset` and line `line`.

    Without a text, as in a table, the record is the line, and the offset within the value the column.
    """
    if not items:
        return
    places: Iterator[tuple[int, int]]
    if text is None:
        places = ((getattr(item, "record", 0), item.start + 1) for item in items)
    else:
        places = Lines(text).places([item.start - offset for item in items])
    for (row, column), item in zip(places, items, strict=True):
        place = (row + line - 1, column)
        if isinstance(item, Finding):
            yield dump({**_fields("finding", file, place, item), "candidates": item.candidates})
        else:
            yield dump(_fields("change", file, place, item))


def dump_failure(path: str, reason: str) -> bytes:
    """Return the line that says why the file or folder at `path` is not in the audit."""
    return dump({"type": "failure", "path": path, "reason": reason})


def _fields(type_: str, file: str, place: tuple[int, int], item: Change | Finding) -> dict[str, Any]:
    line, column = place
    field = {"record": item.record, "field": item.field} if isinstance(item, (FieldChange, FieldFinding)) else {}
    return {
        "type": type_,
        "file": file,
        "line": line,
        "column": column,
        **field,
        "start": item.start,
        "end": item.end,
        "before": item.before,
        "after": item.after,
        "rules": item.rules,
        "kind": item.kind,
        "confidence": item.confidence,
        "reason": item.reason,
    }
