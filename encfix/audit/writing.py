"""Write an audit: the lines that say what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from encfix.audit.entry import Content, Entry, Header
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
            "input": _content(entry.input),
            "output": _content(entry.output),
        }
    )
    if not entry.changes and not entry.findings:
        return
    lines = Lines(text)
    places = lines.places([change.start for change in entry.changes])
    for place, change in zip(places, entry.changes, strict=True):
        yield dump(fields(entry.file, place, change))
    places = lines.places([finding.start for finding in entry.findings])
    for place, finding in zip(places, entry.findings, strict=True):
        yield dump(fields(entry.file, place, finding))


def _content(content: Content) -> dict[str, Any]:
    return {
        "bytes": content.size,
        "sha256": content.sha256,
        "encoding": content.encoding,
        "mark": content.has_mark,
        "strict": content.strict,
    }


def dump_failure(path: str, reason: str) -> bytes:
    """Return the line that says why the file or folder at `path` is not in the audit."""
    return dump({"type": "failure", "path": path, "reason": reason})


def fields(file: str, place: tuple[int, int], item: Change | Finding) -> dict[str, Any]:
    """Return the record of a change or a finding at `place`, a line and a column."""
    line, column = place
    record = {
        "type": "change" if isinstance(item, Change) else "finding",
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
    if isinstance(item, Finding):
        record["candidates"] = item.candidates
    return record
