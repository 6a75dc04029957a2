"""What an audit has on record of a file, and what follows from it: the output from the input, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from encfix.chinese import data
from encfix.files.charset import REPAIRED, Charset
from encfix.files.types import STREAMED
from encfix.options import Options
from encfix.result import Change, Finding, Verdict, apply_changes

VERDICTS: tuple[Verdict, ...] = ("clean", "repaired", "suspect", "lost")
"""From best to worst."""


class MismatchError(ValueError):
    """A file is not the one that the audit speaks of."""


@dataclass(frozen=True, slots=True)
class FieldChange(Change):
    """A change in a field of a record (from 1); what it replaces is the file's own text, escapes included."""

    record: int = 0
    field: str = ""


@dataclass(frozen=True, slots=True)
class FieldFinding(Finding):
    """A finding in a field of a record (from 1)."""

    record: int = 0
    field: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """What made the audit: versions, options, and the folder that the output went to, if there is one."""

    version: str
    data_version: str
    options: Mapping[str, Any]
    output: str | None = None
    files: Mapping[str, Any] = field(default_factory=dict)
    """What of the files was asked for: formats, fields."""

    @classmethod
    def of(cls, options: Options, output: str | None = None, files: Mapping[str, Any] | None = None) -> Header:
        """Return the header of an audit made now, by this version."""
        from encfix import __version__

        return cls(__version__, data.VERSION, options.as_mapping(), output, files or {})


@dataclass(frozen=True, slots=True)
class Content:
    """What is on record of a file's bytes: how many, their SHA-256 in hexadecimal digits, and how they are text.

    The bytes alone make two equal.

    >>> Content.of(b"").sha256[:8]
    'e3b0c442'
    """

    size: int
    sha256: str
    charset: Charset = field(default_factory=Charset, compare=False)

    @classmethod
    def of(cls, data: bytes, charset: Charset | None = None) -> Content:
        """Return the record of `data`."""
        return cls(len(data), hashlib.sha256(data).hexdigest(), charset or Charset())


@dataclass(frozen=True, slots=True)
class Entry:
    """What is on record of one file.

    `file` is its path below `root`, with `/` on every system; the offsets of changes and findings are code
    points of the decoded input without its byte order mark. Of a compressed file, `input` and `output` are what it
    unpacks to: the same content can be compressed in many ways. Of a table, offsets are those within a value.
    """

    root: str
    file: str
    input: Content
    output: Content
    verdict: Verdict
    changes: Sequence[Change] = field(default=())
    findings: Sequence[Finding] = field(default=())
    format: str = "text"
    compression: str | None = None


def apply(entry: Entry, data: bytes) -> bytes:
    """Return the output of a file from its input, both unpacked.

    Raises MismatchError if `data` is not the input on record, does not become the output on record, or is a table.
    """
    return _replay(entry, data, entry.input, entry.output, list(entry.changes))


def undo(entry: Entry, data: bytes) -> bytes:
    """Return the input of a file from its output, both unpacked.

    Raises MismatchError if `data` is not the output on record, does not become the input on record, or is a table.
    """
    return _replay(entry, data, entry.output, entry.input, inverse(entry.changes))


def inverse(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that take `changes` back, in offsets of the text that these gave.

    >>> change = Change("gloss", ("gloss.pinyin",), 1, 5, "(jìn)", "", 1.0, "")
    >>> [(back.start, back.end, back.after) for back in inverse([change])]
    [(1, 1, '(jìn)')]
    """
    inverted, shift = [], 0
    for change in changes:
        start = change.start + shift
        end = start + len(change.after)
        inverted.append(replace(change, start=start, end=end, before=change.after, after=change.before))
        shift += len(change.after) - (change.end - change.start)
    return inverted


def _replay(entry: Entry, data: bytes, expected: Content, wanted: Content, changes: list[Change]) -> bytes:
    if entry.format in STREAMED and expected != wanted:
        raise MismatchError(f"a file of type {entry.format} cannot be put back byte for byte: clean it again")
    found = Content.of(data)
    if found != expected:
        if found == wanted:
            raise MismatchError("nothing to do: the file is already as the audit would make it")
        raise MismatchError(f"SHA-256 differs from the audit's: {found.sha256[:12]}, not {expected.sha256[:12]}")
    if expected == wanted:
        return data  # copied as it was, whatever it was read as
    if wanted.charset.decoded == REPAIRED:
        raise MismatchError("the input was not decoded strictly, so it cannot be made again")
    try:
        text = apply_changes(expected.charset.decode(data), changes)
        output = wanted.charset.mark + wanted.charset.encode(text)
    except (ValueError, LookupError) as error:
        raise MismatchError(f"the audit's changes do not fit: {error}") from error
    if Content.of(output) != wanted:
        raise MismatchError("the audit's changes do not give what it says they give")
    return output
