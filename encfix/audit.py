"""The audit: what was done to which files, as JSON Lines that people can read and encfix can apply and undo.

`docs/audit.md` describes the format. The first record says what made the audit; then comes one record a file,
each followed by one record a change and one a finding.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, TypeVar

import numpy as np

from encfix.batch import Positions, to_codes
from encfix.chinese import data
from encfix.files import text as text_files
from encfix.options import Options
from encfix.result import Change, Finding, Verdict, apply_changes

FORMAT = 1
"""The version of the format; a reader refuses one that it does not know."""

VERDICTS: tuple[Verdict, ...] = ("clean", "repaired", "suspect", "lost")
"""From best to worst."""

_T = TypeVar("_T")


class AuditError(ValueError):
    """The audit cannot be read; the message says in which line and why."""


class MismatchError(ValueError):
    """A file is not the one that the audit speaks of."""


@dataclass(frozen=True, slots=True)
class Header:
    """What made the audit: versions, options, and the folder that the output went to, if there is one."""

    version: str
    data_version: str
    options: Mapping[str, Any]
    output: str | None = None

    @classmethod
    def of(cls, options: Options, output: str | None = None) -> Header:
        """Return the header of an audit made now, by this version."""
        from encfix import __version__

        return cls(__version__, data.VERSION, options.as_mapping(), output)


@dataclass(frozen=True, slots=True)
class Content:
    """What is on record of a file's bytes: how many, and their SHA-256 in hexadecimal digits.

    >>> Content.of(b"").sha256[:8]
    'e3b0c442'
    """

    size: int
    sha256: str

    @classmethod
    def of(cls, data: bytes) -> Content:
        """Return the record of `data`."""
        return cls(len(data), hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Entry:
    """What is on record of one file.

    `file` is its path below `root`, with `/` on every system; the offsets of changes and findings are code points of
    the decoded input without its byte order mark.
    """

    root: str
    file: str
    input: Content
    output: Content
    verdict: Verdict
    changes: Sequence[Change] = field(default=())
    findings: Sequence[Finding] = field(default=())


def apply(entry: Entry, data: bytes) -> bytes:
    """Return the output of a file from its input.

    Raises MismatchError if `data` is not the input on record, or the changes do not give the output on record.
    """
    return _replay(data, entry.input, entry.output, list(entry.changes))


def undo(entry: Entry, data: bytes) -> bytes:
    """Return the input of a file from its output.

    Raises MismatchError if `data` is not the output on record, or the changes do not give the input on record.
    """
    return _replay(data, entry.output, entry.input, inverse(entry.changes))


def inverse(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that take `changes` back, in offsets of the text that these gave.

    >>> change = Change("gloss", ("gloss.pinyin",), 1, 5, "(jìn)", "", 1.0, "")
    >>> [(back.start, back.end, back.after) for back in inverse([change])]
    [(1, 1, '(jìn)')]
    """
    inverted, shift = [], 0
    for change in changes:
        start = change.start + shift
        inverted.append(
            Change(
                change.kind,
                change.rules,
                start,
                start + len(change.after),
                change.after,
                change.before,
                change.confidence,
                change.reason,
            )
        )
        shift += len(change.after) - (change.end - change.start)
    return inverted


def _replay(data: bytes, expected: Content, wanted: Content, changes: list[Change]) -> bytes:
    found = Content.of(data)
    if found != expected:
        if found == wanted:
            raise MismatchError("nothing to do: the file is already as the audit would make it")
        raise MismatchError(
            f"SHA-256 differs from the audit's: {found.sha256[:12]}, not {expected.sha256[:12]}"
        )
    try:
        file = text_files.decode(data)
        output = file.encode(apply_changes(file.text, changes))
    except ValueError as error:
        raise MismatchError(f"the audit's changes do not fit: {error}") from error
    if Content.of(output) != wanted:
        raise MismatchError("the audit's changes do not give what it says they give")
    return output


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


# Characters that cannot be seen, that break lines in some readers, or that UTF-8 cannot hold.
_UNSEEN = re.compile(
    "[\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3164"
    "\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff]"
)


def dump(record: Mapping[str, Any]) -> bytes:
    """Return a record as a line of JSON in UTF-8; what cannot be seen is escaped, any string survives `parse`.

    >>> print(dump({"before": "進\\u200b"}).decode(), end="")
    {"before": "進\\u200b"}
    """
    line = json.dumps(record, ensure_ascii=False)
    return (_UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", line) + "\n").encode()


_ESCAPE = re.compile(r"\\(?:u([dD][89a-fA-F][0-9a-fA-F]{2})|.)")


def parse(line: bytes) -> dict[str, Any]:
    """Return the record that `dump` made a line of. Raises ValueError for anything else.

    >>> parse(dump({"before": "\\ud83d\\ude00"}))["before"] == "\\ud83d\\ude00"
    True
    """
    text = line.decode("utf-8")
    if "\\u" in text:
        # JSON joins two escaped surrogates to one character; ours are escaped only when they stand apart.
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[0], text)
    record = json.loads(text)
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    return record


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


def read(lines: Iterable[bytes]) -> tuple[Header, Iterator[Entry]]:
    """Return the header of an audit and its entries, which are read one at a time.

    Raises AuditError, also while the entries are read, for what is no audit, or not a whole one.
    """
    records = _records(lines)
    number, record = next(records, (1, {}))
    if record.get("type") != "audit":
        raise AuditError("line 1: no audit")
    if record.get("format") != FORMAT:
        raise AuditError(f"line 1: the format is {record.get('format')!r}; this version reads {FORMAT}")
    output = record.get("output")
    header = Header(
        _get(number, record, "encfix", str),
        _get(number, record, "data", str),
        _get(number, record, "options", dict),
        None if output is None else _get(number, record, "output", str),
    )
    return header, _entries(records)


def _records(lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        try:
            record = parse(line)
        except (ValueError, RecursionError) as error:  # noqa: PERF203 - it ends the loop
            raise AuditError(f"line {number}: {error}") from error
        yield number, record


def _entries(records: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[Entry]:
    number = 1
    for number, record in records:
        type_ = record.get("type")
        if type_ == "failure":
            continue
        if type_ != "file":
            raise AuditError(f"line {number}: a record of type {type_!r} where one of type 'file' is due")
        changes = _items(records, number, record, "change")
        findings = _items(records, number, record, "finding")
        verdict = _get(number, record, "verdict", str)
        if verdict not in VERDICTS:
            raise AuditError(f"line {number}: unknown verdict {verdict!r}")
        yield Entry(
            _get(number, record, "root", str),
            _relative(number, _get(number, record, "file", str)),
            _content(number, record, "input"),
            _content(number, record, "output"),
            verdict,
            [_change(*item) for item in _in_order(changes)],
            [_finding(*item) for item in findings],
        )


def _items(
    records: Iterator[tuple[int, dict[str, Any]]], number: int, header: Mapping[str, Any], type_: str
) -> list[tuple[int, dict[str, Any]]]:
    """Return the records of a file of one type, as many as its header announces."""
    items = []
    for _ in range(_get(number, header, f"{type_}s", int)):
        place, record = next(records, (0, {}))
        if record.get("type") != type_ or record.get("file") != header.get("file"):
            raise AuditError(f"line {number}: records of type {type_!r} are missing")
        items.append((place, record))
    return items


def _in_order(changes: list[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the records of changes, which must be sorted and disjoint."""
    reach = 0
    for number, record in changes:
        start, end = _get(number, record, "start", int), _get(number, record, "end", int)
        if not reach <= start <= end or end - start != len(_get(number, record, "before", str)):
            raise AuditError(f"line {number}: a span that no text has")
        reach = end
        yield number, record


def _change(number: int, record: Mapping[str, Any]) -> Change:
    return Change(
        _get(number, record, "kind", str),
        tuple(_get(number, record, "rules", list)),
        _get(number, record, "start", int),
        _get(number, record, "end", int),
        _get(number, record, "before", str),
        _get(number, record, "after", str),
        float(_get(number, record, "confidence", (int, float))),
        _get(number, record, "reason", str),
    )


def _finding(number: int, record: Mapping[str, Any]) -> Finding:
    change = _change(number, record)
    return Finding(
        change.kind,
        change.rules,
        change.start,
        change.end,
        change.before,
        change.after,
        change.confidence,
        change.reason,
        certain=False,
        candidates=tuple(_get(number, record, "candidates", list)),
    )


def _content(number: int, record: Mapping[str, Any], key: str) -> Content:
    content = _get(number, record, key, dict)
    return Content(_get(number, content, "bytes", int), _get(number, content, "sha256", str))


def _relative(number: int, file: str) -> str:
    path = PurePath(file)
    if not path.parts or path.anchor or ".." in path.parts or "\0" in file:
        raise AuditError(f"line {number}: {file!r} is no path below a folder")
    return file


def _get(number: int, record: Mapping[str, Any], key: str, type_: type[_T] | tuple[type[_T], ...]) -> _T:
    value = record.get(key)
    if not isinstance(value, type_):
        raise AuditError(f"line {number}: {key!r} is missing, or not what it should be")
    return value
