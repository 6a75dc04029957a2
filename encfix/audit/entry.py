"""What an audit has on record of a file, and what follows from it: the output from the input, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from encfix.chinese import data
from encfix.files.text import decode, decode_as, encode
from encfix.options import Options
from encfix.result import Change, Finding, Verdict, apply_changes

VERDICTS: tuple[Verdict, ...] = ("clean", "repaired", "suspect", "lost")
"""From best to worst."""


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
    """What is on record of a file's bytes: how many, their SHA-256 in hexadecimal digits, and how they are text.

    The bytes alone make two equal. `strict` says whether all of them are in `encoding`, Python's name for it.

    >>> Content.of(b"").sha256[:8]
    'e3b0c442'
    """

    size: int
    sha256: str
    encoding: str = field(default="utf-8", compare=False)
    has_mark: bool = field(default=False, compare=False)
    strict: bool = field(default=True, compare=False)

    @classmethod
    def of(cls, data: bytes, encoding: str = "utf-8", has_mark: bool = False, strict: bool = True) -> Content:
        """Return the record of `data`."""
        return cls(len(data), hashlib.sha256(data).hexdigest(), encoding, has_mark, strict)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is on record of one file.

    `file` is its path below `root`, with `/` on every system; the offsets of changes and findings are code
    points of the decoded input without its byte order mark.
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

    Raises MismatchError if `data` is not the input on record, or does not become the output on record.
    """
    return _replay(data, entry.input, entry.output, list(entry.changes))


def undo(entry: Entry, data: bytes) -> bytes:
    """Return the input of a file from its output.

    Raises MismatchError if `data` is not the output on record, or does not become the input on record.
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
        raise MismatchError(f"SHA-256 differs from the audit's: {found.sha256[:12]}, not {expected.sha256[:12]}")
    if not wanted.strict:
        raise MismatchError("the input was not decoded strictly, so it cannot be made again")
    try:
        file = decode_as(data, expected.encoding, expected.has_mark) if expected.strict else decode(data)
        output = encode(apply_changes(file.text, changes), wanted.encoding, wanted.has_mark)
    except (ValueError, LookupError) as error:
        raise MismatchError(f"the audit's changes do not fit: {error}") from error
    if Content.of(output) != wanted:
        raise MismatchError("the audit's changes do not give what it says they give")
    return output
