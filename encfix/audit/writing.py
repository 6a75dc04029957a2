"""Write an audit: the lines that say what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from encfix.arrays import Positions
from encfix.audit.entry import Content, Entry, FieldChange, FieldFinding, Header
from encfix.audit.jsonl import dump
from encfix.batch import to_codes
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
            "input": _content(entry.input),
            "output": _content(entry.output),
        }
    )


def _content(content: Content) -> dict[str, Any]:
    return {
        "bytes": content.size,
        "sha256": content.sha256,
        "encoding": content.charset.encoding,
        "mark": bool(content.charset.mark),
        "decoded": content.charset.decoded,
    }


def dump_items(
    file: str, items: Sequence[Change | Finding], text: str | None, offset: int = 0, line: int = 1
) -> Iterator[bytes]:
    """Yield the lines on changes or findings in a run of a file; see `places`."""
    for place, item in zip(places(items, text, offset, line), items, strict=True):
        yield dump(fields(file, place, item))


def places(
    items: Sequence[Change | Finding], text: str | None, offset: int = 0, line: int = 1
) -> Iterator[tuple[int, int]]:
    """Yield line and column of items in a run of a file's `text` that begins at `offset` and line `line`.

    Without a text, as in a table, the record is the line (0 where there is none), and the column is that of the value.
    """
    if text is None:
        return ((getattr(item, "record", 0), item.start + 1) for item in items)
    if not items:
        return iter(())
    found = Lines(text).places([item.start - offset for item in items])
    return ((row + line - 1, column) for row, column in found)


def dump_failure(path: str, reason: str) -> bytes:
    """Return the line that says why the file or folder at `path` is not in the audit."""
    return dump({"type": "failure", "path": path, "reason": reason})


def fields(file: str, place: tuple[int, int], item: Change | Finding) -> dict[str, Any]:
    """Return the record of a change or a finding at `place`, a line and a column."""
    line, column = place
    field = {"record": item.record, "field": item.field} if isinstance(item, (FieldChange, FieldFinding)) else {}
    record = {
        "type": "change" if isinstance(item, Change) else "finding",
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
    if isinstance(item, Finding):
        record["candidates"] = item.candidates
    return record
