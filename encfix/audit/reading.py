"""Read an audit and take nothing on trust: what is not as it should be is an error that names the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, TypeVar

from encfix.audit.entry import VERDICTS, Content, Entry, Header
from encfix.audit.jsonl import parse
from encfix.audit.writing import FORMAT
from encfix.files.types import TABLES
from encfix.result import Change, Finding

_T = TypeVar("_T")


class AuditError(ValueError):
    """The audit cannot be read; the message says in which line and why."""


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
        _get(number, {"files": {}, **record}, "files", dict),
    )
    return header, _entries(records)


def read_entry(lines: Iterator[bytes]) -> Entry | None:
    """Return the next entry of an audit whose header has been read, and read no further; None at the end.

    Raises AuditError for what is no whole entry.
    """
    return next(_entries(_records(lines)), None)


def _records(lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        try:
            record = parse(line)
        except (ValueError, RecursionError) as error:
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
        form = _get(number, {"format": "text", **record}, "format", str)
        packed = record.get("compression")
        yield Entry(
            _get(number, record, "root", str),
            _relative(number, _get(number, record, "file", str)),
            _content(number, record, "input"),
            _content(number, record, "output"),
            verdict,
            _in_order(changes, by_value=form in TABLES),
            [_finding(*item) for item in findings],
            form,
            None if packed is None else _get(number, record, "compression", str),
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


def _in_order(records: list[tuple[int, dict[str, Any]]], *, by_value: bool) -> list[Change]:
    """Return changes, which must be sorted and disjoint, in the file or each value of it."""
    changes = []
    reach = 0
    value: tuple[Any, Any] | None = None
    for number, record in records:
        change = _change(number, record)
        if by_value and value != (record.get("record"), record.get("field")):
            value = record.get("record"), record.get("field")
            reach = 0
        if not reach <= change.start <= change.end or change.end - change.start != len(change.before):
            raise AuditError(f"line {number}: a span that no text has")
        reach = change.end
        changes.append(change)
    return changes


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
