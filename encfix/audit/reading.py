"""Read an audit and take nothing on trust: what is not as it should be is an error that names the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, BinaryIO, TypeAlias, TypeVar

from encfix.audit.entry import VERDICTS, Content, Entry, FieldChange, FieldFinding, Header
from encfix.audit.jsonl import parse
from encfix.audit.writing import FORMAT
from encfix.files.charset import BOM, Charset
from encfix.files.types import TABLES
from encfix.result import Change, Finding

_T = TypeVar("_T")

_Record: TypeAlias = tuple[int, dict[str, Any]]
"""The number of a line, and what it holds."""


NO_AUDIT = "no audit, such as `encfix clean --audit FILE` writes"


class AuditError(ValueError):
    """The audit cannot be read; the message says in which line and why."""


def read(lines: Iterable[bytes]) -> tuple[Header, Iterator[Entry]]:
    """Return the header of an audit and its entries, which are read one at a time.

    Raises AuditError, also while the entries are read, for what is no audit, or not a whole one.
    """
    records = _records(lines)
    try:
        number, record = next(records, (1, {}))
    except AuditError as error:
        raise AuditError(f"{error}: {NO_AUDIT}") from error
    if record.get("type") != "audit":
        raise AuditError(f"line 1: {NO_AUDIT}")
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


def skim(stream: BinaryIO) -> Iterator[tuple[Entry, int, int]]:
    """Yield the entries of an audit without changes and findings, and where the lines of each start and end.

    The header must have been read. Raises AuditError for what is no whole entry.
    """
    start = stream.tell()
    for number, line in enumerate(iter(stream.readline, b""), 2):
        record = _parsed(number, line)
        if record.get("type") != "failure":
            _check_type(number, record)
            entry = _entry(number, record, [], [])
            count = _get(number, record, "changes", int) + _get(number, record, "findings", int)
            if not all(whole.endswith(b"\n") for whole in (line, *(stream.readline() for _ in range(count)))):
                raise AuditError(f"line {number}: records are missing")
            yield entry, start, stream.tell()
        start = stream.tell()


def _records(lines: Iterable[bytes]) -> Iterator[_Record]:
    for number, line in enumerate(lines, 1):
        yield number, _parsed(number, line)


def _parsed(number: int, line: bytes) -> dict[str, Any]:
    try:
        return parse(line)
    except (ValueError, RecursionError) as error:
        raise AuditError(f"line {number}: {error}") from error


def _entries(records: Iterator[_Record]) -> Iterator[Entry]:
    number = 1
    for number, record in records:
        if record.get("type") == "failure":
            continue
        _check_type(number, record)
        changes = _items(records, number, record, "change")
        findings = _items(records, number, record, "finding")
        yield _entry(number, record, changes, findings)


def _check_type(number: int, record: Mapping[str, Any]) -> None:
    if record.get("type") != "file":
        raise AuditError(f"line {number}: a record of type {record.get('type')!r} where one of type 'file' is due")


def _entry(number: int, record: dict[str, Any], changes: list[_Record], findings: list[_Record]) -> Entry:
    verdict = _get(number, record, "verdict", str)
    if verdict not in VERDICTS:
        raise AuditError(f"line {number}: unknown verdict {verdict!r}")
    form = _get(number, record, "format", str)
    packed = record.get("compression")
    return Entry(
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


def _items(records: Iterator[_Record], number: int, header: Mapping[str, Any], type_: str) -> list[_Record]:
    """Return the records of a file of one type, as many as its header announces."""
    items = []
    for _ in range(_get(number, header, f"{type_}s", int)):
        place, record = next(records, (0, {}))
        if record.get("type") != type_ or record.get("file") != header.get("file"):
            raise AuditError(f"line {number}: records of type {type_!r} are missing")
        items.append((place, record))
    return items


def _in_order(records: list[_Record], *, by_value: bool) -> list[Change]:
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
    values = (
        _get(number, record, "kind", str),
        tuple(_get(number, record, "rules", list)),
        _get(number, record, "start", int),
        _get(number, record, "end", int),
        _get(number, record, "before", str),
        _get(number, record, "after", str),
        float(_get(number, record, "confidence", (int, float))),
        _get(number, record, "reason", str),
    )
    if "record" in record:
        return FieldChange(*values, _get(number, record, "record", int), _get(number, record, "field", str))
    return Change(*values)


def _finding(number: int, record: Mapping[str, Any]) -> Finding:
    change = _change(number, record)
    head = (change.kind, change.rules, change.start, change.end, change.before, change.after)
    rest = (change.confidence, change.reason, False, tuple(_get(number, record, "candidates", list)))
    if isinstance(change, FieldChange):
        return FieldFinding(*head, *rest, change.record, change.field)
    return Finding(*head, *rest)


def _content(number: int, record: Mapping[str, Any], key: str) -> Content:
    content = _get(number, record, key, dict)
    encoding = _get(number, content, "encoding", str)
    try:
        mark = BOM.encode(encoding) if _get(number, content, "mark", bool) else b""
    except (LookupError, ValueError) as error:
        raise AuditError(f"line {number}: {encoding!r} is no encoding") from error
    charset = Charset(encoding, mark, decoded=_get(number, content, "decoded", str))
    return Content(_get(number, content, "bytes", int), _get(number, content, "sha256", str), charset)


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
