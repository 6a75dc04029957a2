"""What characters the bytes of damaged tokens allow, and what is against each.

Where both bytes of a character are seen there is one; where the damage lost one there are as many as fit, less those so
rare that they would only be noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from encfix.arrays import Codes, Logs
from encfix.chinese import gbk, model
from encfix.chinese.characters import IS_HAN, SIMPLIFIED_FORMS, class_of
from encfix.chinese.halves.cutting import CUT_MARKS, SELDOM_CUT
from encfix.chinese.halves.tokens import glossable, reads
from encfix.chinese.pair_table import Symbols, symbols_of

IN_STEP, HIDDEN, TWICE = -1, 256, 257
"""Pending bytes that are none: in step with the original; unknown, since one or two pairs that stand for nothing were
read."""

RARE, RARE_HIDDEN, FREQUENT = -15.5, -12.0, -8.5
"""Log probabilities below which no character is tried: where a byte was lost; where a pair was; where both were."""

OTHER_SCRIPT = 9.0
"""Nats against a character of simplified text only: the tool converted the page to traditional before it was cut."""

UNCUT = 0.9
"""Nats against a mark in the middle of the damage: text was cut at most of them."""

SYMBOL = 3.0
"""Nats against a character that is neither Chinese nor a mark of prose."""

_OFTEN_CUT = CUT_MARKS.keys() - set(SELDOM_CUT)
_ENDINGS = frozenset("”’）》」』】〉。！？…")
_STOPS = frozenset("，。、；：")
_PROSE = frozenset("，。、；：？！“”‘’（）《》「」『』【】〈〉…—·\u3000")


class Choice(NamedTuple):
    """Characters that bytes allow, what is against each, and what each begins with.

    `symbols` are those of the model; `costs` are nats; `firsts` are the first bytes of characters, where bytes are what
    allows them.
    """

    text: str
    symbols: Symbols
    costs: Logs
    firsts: Symbols = np.zeros(0, dtype=np.int64)


def codes_of(text: str) -> Codes:
    """Return a string as code points."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


@lru_cache(maxsize=4096)
def just(character: str) -> Choice:
    """Return one character, with nothing against it."""
    return Choice(character, symbols_of(character), np.zeros(1, dtype=np.float32))


def _choice(found: Iterable[tuple[int, str]], least: float) -> Choice:
    """Return characters that are not too rare, given with their first bytes."""
    found = [(first, character) for first, character in found if character and model.unigram(character) > least]
    text = "".join(character for _, character in found)
    costs = np.array(list(map(against, text)), dtype=np.float32)
    return Choice(text, symbols_of(text), costs, np.array([first for first, _ in found], dtype=np.int64))


@lru_cache(maxsize=1 << 14)
def against(character: str) -> float:
    """Return what is against a character that the bytes allow: its form, its rarity, or that it was not cut."""
    form = OTHER_SCRIPT if class_of(character) in SIMPLIFIED_FORMS else model.form_cost(character)
    is_symbol = character not in _PROSE and not IS_HAN[class_of(character)]
    return form + (UNCUT if character in _OFTEN_CUT else 0.0) + (SYMBOL if is_symbol else 0.0)


@cache
def cut(second: int) -> Choice:
    """Return the characters that end with the first byte of a mark."""
    return _choice(gbk.by_trail().get(second, ()), RARE)


@lru_cache(maxsize=1 << 14)
def made(pending: int, second: int) -> Choice:
    """Return the character that a first byte, or the characters that hidden ones, make with a second."""
    if pending < HIDDEN:
        return _choice([(pending, gbk.characters()[pending << 8 | second])], float("-inf"))
    return _choice(gbk.by_trail().get(second, ()), RARE_HIDDEN)


@lru_cache(maxsize=1 << 12)
def made_to_read(pending: int, second: int, reading: int) -> Choice:
    """Return those of the characters that bytes make, as `made` says, that have a reading."""
    text, symbols, costs, firsts = made(pending, second)
    places = [k for k, character in enumerate(text) if reads(character, reading)]
    return Choice("".join(text[k] for k in places), symbols[places], costs[places], firsts[places])


@lru_cache(maxsize=1 << 12)
def glossed(pending: int, reading: int) -> Choice:
    """Return the characters with a reading that a first byte begins, their second one a lead byte."""
    found = [(first, c) for first in _firsts(pending) for trail, c in glossable(first, reading) if gbk.is_lead(trail)]
    return _choice(found, RARE)


@lru_cache(maxsize=1 << 10)
def begun(pending: int, following: str) -> Choice:
    """Return the characters that a first byte begins, their second one a lead byte, as fit what follows."""
    found = [(first, c) for first in _firsts(pending) for trail, c in gbk.by_lead()[first] if gbk.is_lead(trail)]
    fitting = [item for item in found if not following or _may_end(item[1], following)]
    return _choice(fitting, RARE if pending < HIDDEN else FREQUENT)


def _firsts(pending: int) -> Sequence[int]:
    """Return what a pending byte may be."""
    return (pending,) if pending < HIDDEN else gbk.LEADS


def _may_end(character: str, following: str) -> bool:
    """Return whether a character may stand before a mark or the end of a line: no opening bracket, no second stop."""
    if character in _ENDINGS or IS_HAN[class_of(character)]:
        return following == "\n" or character not in _STOPS
    return False


@lru_cache(maxsize=256)
def hiding(first: int) -> Choice:
    """Return the characters that a byte makes with one that could have begun a pair standing for nothing."""
    return _choice([(first, gbk.characters()[first << 8 | lead]) for lead in gbk.unmapped()], RARE_HIDDEN)


@cache
def hiding_again() -> Choice:
    """Return the characters that a hidden byte makes with one that could have begun another pair of that kind."""
    table = gbk.characters()
    return _choice([(first, table[first << 8 | lead]) for lead in gbk.unmapped() for first in gbk.LEADS], FREQUENT)


def behind(character: str) -> frozenset[int]:
    """Return the bytes that may begin the next character, if this one hides the beginning of a pair."""
    return gbk.unmapped()[gbk.pairs()[character][1]]


@cache
def unmapped_pairs() -> Logs:
    """Return 0 for each pair of bytes that stands for nothing, and minus infinity for others: float32 (256, 256)."""
    table = np.full((256, 256), float("-inf"), dtype=np.float32)
    for lead, trails in gbk.unmapped().items():
        table[lead, list(trails)] = 0.0
    return table
