"""Bytes and code points written out as numbers: `\\\\u4e2d\\\\u56fd`, `%E4%B8%AD`, `=E4=BD=A0`, `=?GBK?Q?=C4=E3?=`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.errors import MessageError
from email.header import decode_header
from typing import NamedTuple

from encfix.batch import to_codes
from encfix.chinese import model
from encfix.edits import Proposal
from encfix.repairs.escape import mail
from encfix.repairs.escape.evidence import SURE, UNSURE, Page, is_chinese, is_han, is_mostly_chinese
from encfix.rules import number_of

BYTES = number_of("escape.bytes")
UNICODE = number_of("escape.unicode")
PERCENT = number_of("escape.percent")
QUOTED_PRINTABLE = number_of("escape.quoted-printable")

LONG = 4
"""Ideographs in one run that are proof enough, whatever stands before it."""

LEAST_UNMARKED = 3
"""Ideographs in one run whose backslashes are lost."""

IMPROBABLE = -11.0
"""Nats a character that no Chinese text costs; what was read in the wrong encoding costs more."""


class Notation(NamedTuple):
    """One way of writing bytes or code points out."""

    rule: int
    sign: re.Pattern[str]
    """What every run holds, quickly looked for."""
    run: re.Pattern[str]
    """As many in a row as are proof by themselves."""
    short: re.Pattern[str]
    """What is one of them beside such proof."""
    decode: Callable[[str], str]
    in_text: float = SURE
    in_code: float = UNSURE
    """How sure a run is in text, and in quotes where there is code."""


def found(page: Page) -> Iterator[Proposal]:
    """Yield the runs of a page that are Chinese; where one is certain, single ones of its notation go as well."""
    for notation in NOTATIONS:
        runs = list(_runs(page, notation))
        yield from runs
        sure = [run.start for run in runs if run.confidence == SURE and not page.is_about(run.start)]
        if sure:
            yield from _others(page, notation, runs)
        if notation.rule == QUOTED_PRINTABLE:
            yield from (Proposal(*body, QUOTED_PRINTABLE, SURE) for body in mail.bodies(page.text, sure, _quoted))
    for match in _HEADER.finditer(page.text):
        new = _encoded_words(match.group())
        if new is not None and is_mostly_chinese(new):
            before = page.text[max(0, match.start() - 40) : match.start()]
            if not (_FIELD.search(before) or before[-1:].isalnum()):
                yield Proposal(*match.span(), new, QUOTED_PRINTABLE, SURE)


def _runs(page: Page, notation: Notation) -> Iterator[Proposal]:
    """Yield runs that decode to text which is mostly Chinese, or to the indent of a Chinese paragraph."""
    for match in notation.run.finditer(page.text) if notation.sign.search(page.text) else ():
        new = _decoded(notation, match.group())
        if new is None:
            continue
        is_long = notation.in_text < SURE or sum(map(is_han, new)) >= LONG
        if (is_mostly_chinese(new) and _may_begin(page, notation, match.start(), is_long)) or (
            new.isspace() and _is_indent(page.text, *match.span())
        ):
            confidence = _confidence(page, notation, match.start())
            if confidence:
                yield Proposal(*match.span(), new, notation.rule, confidence)


def _others(page: Page, notation: Notation, runs: list[Proposal]) -> Iterator[Proposal]:
    """Yield what runs left, on a page where some are certain."""
    known = {run.start for run in runs}
    for match in notation.short.finditer(page.text):
        if match.start() in known or not _may_begin(page, notation, match.start(), is_proven=True):
            continue
        new = _decoded(notation, match.group())
        if new is not None and (all(map(is_chinese, new)) or (notation.rule == UNICODE and _is_shown(new))):
            yield Proposal(*match.span(), new, notation.rule, _confidence(page, notation, match.start()))


def _decoded(notation: Notation, run: str) -> str | None:
    try:
        return notation.decode(run)
    except ValueError:
        return None


def _confidence(page: Page, notation: Notation, start: int) -> float:
    """Return how sure a run is; 0 if it is not worth a report.

    It may be part of an address, a literal in code, or, right behind Chinese, what a sentence speaks of.
    """
    if notation.in_text < SURE and page.is_about(start):
        return 0.0
    is_quoted = page.text[start - 1 : start] in tuple("\"'`") and (notation.in_code == 0 or page.holds_code)
    is_quoted |= notation.in_code < SURE and (page.is_in_literal(start) or page.is_setting(start))
    confidence = notation.in_code if is_quoted else notation.in_text
    is_named = (
        notation.rule == PERCENT and page.text[start - 1 : start].isalpha() and not page.text[start - 1].isascii()
    )
    return min(UNSURE, confidence) if is_named or page.is_in_address(start) else confidence


def _may_begin(page: Page, notation: Notation, start: int, is_proven: bool) -> bool:
    """Return whether a run may begin here: one of an address may not, one behind a word only where it is proven."""
    if notation.rule == QUOTED_PRINTABLE:
        return not _IN_HEADER.search(page.text, max(0, start - 100), start)
    if notation.rule != PERCENT:
        return True
    before = page.text[max(0, start - 40) : start]
    stem = before.rstrip(_WORD)
    return not stem.endswith(_IN_ADDRESSES) and (is_proven or (not before[-1:].isalnum() and before[-1:] != "_"))


def _is_indent(text: str, start: int, end: int) -> bool:
    """Return whether a span begins a line and stands before an ideograph."""
    is_first = start == 0 or text[start - 1] in "\r\n"
    return is_first and end < len(text) and is_chinese(text[end])


def _is_shown(text: str) -> bool:
    """Return whether a text is of characters beyond ASCII that show."""
    return text.isprintable() and not text.isascii()


def _code_units(run: str) -> str:
    data = b"".join(int(digits, 16).to_bytes(2, "big") for digits in re.findall(r"[uU]([0-9a-fA-F]{4})", run))
    return data.decode("utf-16-be")


def _unmarked_code_units(run: str) -> str:
    """Return code units that lost their backslashes; raises ValueError where they are no Chinese."""
    text = _code_units(run)
    if len(text) >= LEAST_UNMARKED and (
        sum(map(is_han, text)) < LEAST_UNMARKED or model.score(to_codes(text)) < IMPROBABLE
    ):
        raise ValueError("improbable")
    return text


def _hexadecimal(run: str) -> str:
    return _read(bytes.fromhex(re.sub(r"\\+x|%25", "", run)))


def _percent(run: str) -> str:
    return _read(re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes((int(match[1], 16),)), run.encode()))


def _quoted(run: str) -> str:
    return _read(bytes.fromhex(re.sub(r"=\r?\n|=", "", run)))


def _read(data: bytes) -> str:
    """Return bytes as UTF-8, or as GBK where that is Chinese as it is written; raises ValueError."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("gbk")
        if model.score(to_codes(text)) < IMPROBABLE:
            raise
        return text


def _encoded_words(run: str) -> str | None:
    """Return what the encoded words of a mail's header stand for (RFC 2047); None if they cannot be decoded."""
    try:
        parts = decode_header(run)
        return "".join(part if isinstance(part, str) else part.decode(name or "ascii") for part, name in parts)
    except (MessageError, ValueError, LookupError):
        return None


_WORD = "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_IN_ADDRESSES = tuple("%/.=?&+-~\\")

_HEADER_WORD = r"=\?[\w-]{2,20}\?[QqBb]\?[^?\s]{2,90}\?="
_HEADER = re.compile(rf"{_HEADER_WORD}(?:\s{{1,4}}{_HEADER_WORD})*", re.ASCII)
_FIELD = re.compile(r"(?:^|\n)[A-Za-z-]{2,30}: ?$|(?:^|\n)[ \t]$")
"""What stands before a word of a header in a mail's source: the name of the field, or the indent of its next line."""

_IN_HEADER = re.compile(r"=\?[\w-]{2,20}\?[Qq]\?[^?\s]{0,80}$", re.ASCII)

_NEVER = re.compile("(?!)")

NOTATIONS = (
    Notation(
        UNICODE,
        re.compile(r"[\\%][uU]"),
        re.compile(
            r"(?<!\\)(?<!\\u[0-9a-fA-F]{4})(?<!\\u[0-9a-fA-F]{4}-)(?:\\+u[0-9a-fA-F]{4}){2,}(?!-?\\+u[0-9a-fA-F]{4})"
            r"|(?:\\U[0-9a-f]{4}){2,}|(?:%u[0-9a-fA-F]{4}){2,}"
        ),
        re.compile(r"(?<![\\\[-])(?:(?:\\+u[0-9a-fA-F]{4})+|(?:%u[0-9a-fA-F]{4})+)(?!-|[\\%]u)"),
        _code_units,
    ),
    Notation(
        UNICODE,
        re.compile(r"u[0-9a-f]{4}u"),
        re.compile(rf"(?<![A-Za-z0-9\\%])(?:u[0-9a-f]{{4}}){{{LEAST_UNMARKED},}}(?![A-Za-z])"),
        re.compile(
            r"(?<![A-Za-z\\%])(?:u(?:[4-9][0-9a-f]{3}|ff[01][0-9a-f]|30[01][0-9a-f]|20[12][0-9a-f]))+(?![A-Za-z])"
        ),
        _unmarked_code_units,
        in_code=SURE,
    ),
    Notation(
        BYTES,
        re.compile(r"\\x"),
        re.compile(r"(?<!\\)(?:\\+x[0-9a-fA-F]{2}){4,}"),
        _NEVER,
        _hexadecimal,
        in_text=UNSURE,
        in_code=0.0,
    ),
    Notation(
        PERCENT,
        re.compile(r"%25"),
        re.compile(r"(?:%25[0-9A-Fa-f]{2}){6,}"),
        _NEVER,
        _hexadecimal,
        in_text=UNSURE,
        in_code=0.0,
    ),
    Notation(
        PERCENT,
        re.compile(r"%[0-9A-Fa-f]{2}"),
        re.compile(r"(?:%[0-9A-Fa-f]{2}|(?<=[0-9A-Fa-f]{2})[A-Za-z0-9_.+-]{1,8}(?=%[0-9A-Fa-f]{2})){6,}"),
        re.compile(r"(?:%[0-9A-Fa-f]{2}){3,}"),
        _percent,
    ),
    Notation(
        QUOTED_PRINTABLE,
        re.compile(r"=[0-9A-F]{2}="),
        re.compile(r"=[0-9A-F]{2}(?:=[0-9A-F]{2}|=\r?\n){5,}"),
        re.compile(r"=[0-9A-F]{2}(?:(?:=\r?\n)?=[0-9A-F]{2})+"),
        _quoted,
    ),
)
"""The ways of writing bytes and code points out that are known."""
