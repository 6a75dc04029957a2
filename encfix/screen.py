"""One pass over a batch: which documents could need which repair.

The patterns below are declared once and evaluated twice: over arrays for batches, and as one regular expression over
the class bytes for a short string, which would spend more on arrays than on its characters. A document that no pattern
flags comes back untouched; one that is flagged in vain only costs time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix import between, second_look
from encfix.arrays import Mask, Positions
from encfix.batch import Batch
from encfix.chinese import suspects
from encfix.chinese.characters import (
    HAN_CLASSES,
    LETTER_CLASSES,
    SIMPLIFIED_CLASSES,
    SIMPLIFIED_FORMS,
    TRADITIONAL_CLASSES,
    TRIGGER,
    Class,
    among,
    are_in,
    class_table,
)

Flags = npt.NDArray[np.uint16]

(
    GLOSS, SEPARATOR, INVISIBLE, FORM, NOISE, MISALIGNED, ESCAPE, MOJIBAKE, SIMPLIFIED, TRADITIONAL, CONFUSABLE, ALWAYS,
) = (1 << n for n in range(12))  # fmt: skip
"""What a document may need, one bit each; `SIMPLIFIED` and `TRADITIONAL` say of which script it holds characters.

`CONFUSABLE` is as `TRADITIONAL`, but that a short string is spared in which no form can be wrong. `ALWAYS` is set for
every document."""

EVERYTHING = 0xFFFF

CROWD = 6
"""Code points within which strange characters keep each other company."""

SHORT = 1024
"""Up to this many code points, a string is screened by itself."""

_ANY = tuple(Class)
_HAN = HAN_CLASSES
_SHAPES = (Class.RADICAL, Class.COMPATIBILITY, Class.PRIVATE_USE)
_UNSEEN = (
    Class.INVISIBLE, Class.CONTROL, Class.ASCII_CONTROL, Class.BIDI, Class.JOINER, Class.NONCHARACTER,
)  # fmt: skip
_MARKS = (Class.COMMA, Class.MARK, Class.QUESTION)
_EDGES = (Class.NEWLINE, Class.BOUNDARY, Class.SPACE)
_RARE = (Class.HAN_RARE, Class.HAN_RARE_SIMPLIFIED, Class.HAN_RARE_TRADITIONAL)
_STRANGE = (*_RARE, Class.HANGUL_RARE, Class.HALFWIDTH_KATAKANA, Class.BOPOMOFO, Class.PRIVATE_USE, Class.REPLACEMENT)
_BEFORE_LOST, _AFTER_LOST = (*_HAN, Class.SPACE), (*_HAN, Class.SPACE, Class.QUESTION)
_AFTER_ESCAPE = (Class.LETTER, Class.DIGIT, Class.PUNCTUATION, Class.QUESTION)
_INSIDE = (*LETTER_CLASSES, Class.SPACE, Class.WIDE)
_WESTERN = (Class.WESTERN, Class.TONED)
_BEYOND_ASCII = (
    Class.OTHER, Class.WESTERN, Class.TONED, Class.WIDE, Class.MARK, Class.CONTROL, Class.INVISIBLE, Class.REPLACEMENT,
    Class.PRIVATE_USE, Class.RIGHT_TO_LEFT,
)  # fmt: skip


class Pattern(NamedTuple):
    """What three classes in a row call for, the flags of one repair or several; the middle one is a trigger."""

    flag: int
    before: tuple[Class, ...]
    trigger: tuple[Class, ...]
    after: tuple[Class, ...]
    crowd: int = 1
    """How many of the triggers must stand within `CROWD` code points."""
    proof: Callable[[Batch, Positions], Mask] | None = None
    """A test over arrays of what matched; a short string goes without it, and comes to it in the batch of one."""
    never: tuple[tuple[Class, ...], ...] = ()
    """Classes of the two places before the trigger and of the one behind it of which the proof keeps none: so much a
    short string is spared."""
    expression: Callable[[], re.Pattern[str]] | None = None
    """What finds in a short string all that the proof keeps, and is asked in place of the classes."""


PATTERNS = (
    Pattern(GLOSS, (*_HAN, Class.CLOSE), (Class.OPEN,), LETTER_CLASSES),
    Pattern(GLOSS, (*_HAN, Class.SPACE), (Class.OPEN,), _INSIDE, proof=second_look.bracketed),
    Pattern(SEPARATOR, _HAN, (Class.SPACE,), _HAN, proof=second_look.strewn),
    Pattern(SEPARATOR, _ANY, (Class.COMMA,), _MARKS),
    Pattern(SEPARATOR, _ANY, (Class.MARK,), (Class.MARK, Class.COMMA)),
    Pattern(SEPARATOR, _EDGES, (Class.PIPE,), _EDGES),
    Pattern(SEPARATOR, _HAN, (Class.NEWLINE,), _HAN, proof=second_look.wrapped),
    Pattern(
        SEPARATOR | NOISE,
        _BEFORE_LOST,
        (Class.QUESTION,),
        _AFTER_LOST,
        proof=between.lost,
        never=(_HAN, _HAN, (Class.SPACE,)),
    ),  # 好吗? 我
    Pattern(SEPARATOR, _HAN, (Class.EMOJI,), (*_HAN, Class.EMOJI, Class.JOINER), proof=between.pictures),
    Pattern(INVISIBLE, _ANY, _UNSEEN, _ANY),
    Pattern(FORM, _ANY, _SHAPES, _ANY),
    Pattern(NOISE, _ANY, (Class.STAR,), _HAN),
    Pattern(NOISE, _HAN, (Class.STAR,), _ANY),
    Pattern(NOISE, _ANY, (Class.SYMBOL,), LETTER_CLASSES),
    Pattern(NOISE, _HAN, (Class.HIRAGANA,), (Class.HIRAGANA,)),
    Pattern(NOISE, _ANY, (Class.PRIVATE_USE, Class.REPLACEMENT), _ANY),
    Pattern(NOISE, (Class.QUESTION,), (Class.QUESTION,), (Class.QUESTION,)),
    Pattern(ESCAPE, _ANY, (Class.SYMBOL,), (Class.SYMBOL, *_AFTER_ESCAPE), proof=second_look.escape),
    Pattern(ESCAPE, (Class.LETTER,), (Class.MARK,), (Class.LETTER,), proof=second_look.lost_ampersand),
    Pattern(ESCAPE, (Class.PUNCTUATION,), (Class.MARK,), (Class.PUNCTUATION,), proof=second_look.lost_backslash),
    Pattern(ESCAPE, (Class.PUNCTUATION,), (Class.NEWLINE,), _ANY, proof=second_look.carriage_return),
    Pattern(MOJIBAKE | NOISE, _ANY, _STRANGE, _ANY, crowd=3, proof=second_look.improbable),
    Pattern(MOJIBAKE, _ANY, _WESTERN, (*_BEYOND_ASCII, Class.SPACE), proof=second_look.foreign),
    Pattern(MOJIBAKE, _BEYOND_ASCII, _WESTERN, _ANY, proof=second_look.foreign),
    Pattern(MOJIBAKE, _ANY, (Class.HAN_OMEN, Class.CONTROL), _ANY),
    Pattern(
        MOJIBAKE,
        _ANY,
        (*_RARE, Class.PRIVATE_USE),
        _ANY,
        proof=second_look.misread,
        expression=second_look.misread_expression,
    ),
    Pattern(MOJIBAKE | NOISE, _HAN, (Class.HANGUL, Class.HANGUL_RARE), _ANY),
    Pattern(MOJIBAKE, _ANY, (Class.HANGUL, Class.HANGUL_RARE), _HAN),
    Pattern(MOJIBAKE, _ANY, (Class.BOPOMOFO, Class.HANGUL_RARE, Class.HIRAGANA), _ANY, proof=second_look.improbable),
    Pattern(MOJIBAKE, _ANY, (Class.HIRAGANA, Class.KATAKANA), _ANY, proof=second_look.misread_japanese),
    Pattern(MOJIBAKE, _HAN, (Class.SYMBOL,), (*_HAN, Class.WIDE, Class.COMMA, Class.MARK), proof=second_look.backslash),
    Pattern(MISALIGNED, _ANY, (Class.QUESTION,), (Class.MARK, Class.COMMA, Class.QUESTION, *LETTER_CLASSES)),
)

_SCRIPTS = ((SIMPLIFIED_FORMS, SIMPLIFIED), (TRADITIONAL_CLASSES, TRADITIONAL | CONFUSABLE))

LITERALS = {"x0dx0a": SEPARATOR}
"""Strings of ordinary characters that call for a repair."""

BYTE_ORDER_MARKS = "锘嚜癤"
"""What a text begins with whose byte order mark in UTF-8 was read as GBK, Big5 or EUC-KR: all rare, so that no other
text pays for a second look."""

OF_CHEQUES = "壹"
"""The numeral that some converters write for 一."""

UNMARKED = "u7684"
"""The commonest character of Chinese as an escape without its backslash, which calls for a repair in a text of ASCII
alone: in any other there is more to see."""


@cache
def _tables() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """For each pattern a bit at the classes that it takes before, at and after its trigger: uint32 (256,) each."""
    before, trigger, after = (np.zeros(256, dtype=np.uint32) for _ in range(3))
    for nth, pattern in enumerate(PATTERNS):
        bit = np.uint32(1 << nth)
        before[list(pattern.before)] |= bit
        trigger[list(pattern.trigger)] |= bit
        after[list(pattern.after)] |= bit
    return before, trigger, after


def screen(batch: Batch, texts: Sequence[str], wanted: int = EVERYTHING) -> Flags:
    """Return what each document may need, of the bits `wanted`: uint16 of shape (documents,).

    `texts` are the documents of the batch as strings.
    """
    flags = np.full(len(batch), ALWAYS, dtype=np.uint16)
    for flag, found in _matches(batch, wanted, flags):
        flags[batch.holding(found)] |= np.uint16(flag)
    for literal, flag in LITERALS.items():
        for document, text in enumerate(texts):
            if literal[0] in text and literal in text:
                flags[document] |= np.uint16(flag)
    if wanted & MOJIBAKE:
        flags[begins_with_mark(batch)] |= np.uint16(MOJIBAKE)
    if wanted & ESCAPE:
        for document, text in enumerate(texts):
            if holds_unmarked(text):
                flags[document] |= np.uint16(ESCAPE)
    for values, flag in _SCRIPTS:
        if wanted & flag:
            flags[batch.holds(among(batch.classes, *values))] |= np.uint16(flag)
    return flags & np.uint16(wanted)


def begins_with_mark(batch: Batch) -> Mask:
    """Return which documents begin as one does whose byte order mark was misread."""
    return are_in(BYTE_ORDER_MARKS, batch.codes.take(batch.starts))


def holds_unmarked(text: str) -> bool:
    """Return whether a text holds nothing but ASCII, and escapes without their backslashes."""
    return text.isascii() and UNMARKED in text


def positions(batch: Batch, flag: int) -> Positions:
    """Return where the patterns of one flag match, sorted: int64 of shape (matches,)."""
    found = np.zeros(len(batch.codes), dtype=np.bool_)
    for _, places in _matches(batch, flag):
        found[places] = True
    return np.flatnonzero(found)


def _matches(batch: Batch, wanted: int, known: Flags | None = None) -> Iterator[tuple[int, Positions]]:
    """Yield the flag of each pattern that matches, of those `wanted`, and where.

    `known`, if given, says what each document is known to need: that takes no second proof.
    """
    classes = batch.classes
    hits = np.flatnonzero(classes >= TRIGGER)
    before, trigger, after = _tables()
    matched = (
        trigger.take(classes.take(hits)) & after.take(classes.take(hits + 1)) & before.take(classes.take(hits - 1))
    )
    some = np.flatnonzero(matched > 0)  # several times faster than among numbers
    hits, matched = hits[some], matched[some]
    present = int(np.bitwise_or.reduce(matched, initial=0))
    for nth, pattern in enumerate(PATTERNS):
        if not (wanted & pattern.flag and present >> nth & 1):
            continue
        found = hits[np.flatnonzero(matched & np.uint32(1 << nth) > 0)]
        if pattern.crowd > 1:
            found = found[_crowded(batch, found, pattern.crowd)]
        if pattern.proof and len(found) and known is not None:
            is_known = known & np.uint16(pattern.flag) == pattern.flag
            if is_known.any():
                found = found[~is_known.take(batch.documents_of(found))]
        if pattern.proof and len(found):
            found = found[pattern.proof(batch, found)]
        if len(found):
            yield pattern.flag, found


def _crowded(batch: Batch, places: Positions, count: int) -> Mask:
    """Return which places are the first of `count` within `CROWD` code points of a document."""
    crowded = np.zeros(len(places), dtype=np.bool_)
    if len(places) >= count:
        first, last = places[: len(places) - count + 1], places[count - 1 :]
        close = np.flatnonzero(last - first < CROWD)
        crowded[close] = batch.documents_of(first[close]) == batch.documents_of(last[close])
    return crowded


@cache
def _expression(wanted: int) -> re.Pattern[str]:
    """The patterns for what is `wanted` as one expression over characters whose code points are classes."""

    def one_of(classes: Iterable[Class]) -> str:
        return "[" + "".join(re.escape(chr(value)) for value in classes) + "]"

    def spared(pattern: Pattern) -> str:
        first, second, behind = map(one_of, pattern.never)
        return f"(?!(?<={first}{second}{one_of(pattern.trigger)}){behind})"

    asked = [pattern for pattern in PATTERNS if pattern.flag & wanted and not pattern.expression]
    branches = (
        one_of(pattern.trigger)
        + ("" if pattern.before == _ANY else f"(?<={one_of(pattern.before)}{one_of(pattern.trigger)})")
        + ("" if pattern.after == _ANY else f"(?={one_of(pattern.after)})")
        + (spared(pattern) if pattern.never else "")
        + ("" if pattern.crowd == 1 else f"(?=(?:.{{0,{CROWD - 2}}}?{one_of(pattern.trigger)}){{{pattern.crowd - 1}}})")
        for pattern in asked
    )
    scripts = [chr(value) for values, flag in _SCRIPTS if flag & wanted & ~CONFUSABLE for value in values]
    triggers = {value for pattern in asked for value in pattern.trigger}
    return re.compile(
        f"(?={one_of(sorted(triggers))})(?:{'|'.join(branches)})" + "".join(f"|{value}" for value in scripts)
        if triggers
        else "|".join(scripts) or "(?!)",
        re.DOTALL,
    )


@cache
def _class_bytes() -> bytes:
    return class_table().tobytes()


_BOUNDARY = chr(Class.BOUNDARY)
_EXPRESSIONS = [(pattern.flag, pattern.expression) for pattern in PATTERNS if pattern.expression]
_SIMPLIFIED, _TRADITIONAL = (
    re.compile("[" + "".join(map(chr, classes)) + "]") for classes in (SIMPLIFIED_CLASSES, TRADITIONAL_CLASSES)
)


def is_plain(text: str, wanted: int) -> bool:
    """Return True if a short string needs nothing of what is `wanted`; False says only that it must be looked at.

    >>> is_plain("今天天气很好。", GLOSS), is_plain("進(jìn)口", GLOSS), is_plain("汉字", SIMPLIFIED)
    (True, False, False)
    """
    if wanted & ALWAYS:
        return False
    classes = text.translate(_class_bytes())  # anything that can be indexed serves as a table
    return (
        _expression(wanted).search(f"{_BOUNDARY}{classes}{_BOUNDARY}") is None
        and not any(literal in text for literal in LITERALS)
        and not any(wanted & flag and expression().search(text) for flag, expression in _EXPRESSIONS)
        and not (wanted & MOJIBAKE and text[:1] and text[0] in BYTE_ORDER_MARKS)
        and not (wanted & ESCAPE and holds_unmarked(text))
        and not (wanted & CONFUSABLE and _may_be_wrong(text, classes))
    )


def _may_be_wrong(text: str, classes: str) -> bool:
    """Return False if no form of a short string can be wrong: of traditional text that neither mixes scripts nor holds
    a suspect or the numeral of cheques, or of simplified text."""
    return _TRADITIONAL.search(classes) is not None and (
        _SIMPLIFIED.search(classes) is not None or OF_CHEQUES in text or not suspects.has_none(text)
    )
