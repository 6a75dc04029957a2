"""What characters the bytes of damaged tokens allow, and what is against each.

Where both bytes of a character are seen there is one; where the damage lost one there are as many as fit, less those so
rare that they would only be noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from encfix.chinese import gbk, model
from encfix.chinese.characters import IS_HAN, SIMPLIFIED_FORMS, class_of
from encfix.chinese.cut_bytes import CUT_MARKS
from encfix.chinese.half_tokens import glossable, reads
from encfix.chinese.model import Codes, Logs
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

_ENDINGS = frozenset("”’）》」』】〉。！？…")
_STOPS = frozenset("，。、；：")
_PROSE = frozenset("，。、；：？！“”‘’（）《》「」『』【】〈〉…—·")


class Choice(NamedTuple):
    """Characters that bytes allow, what is against each, and, for a pair that stood for nothing, what goes with it.

    `symbols` are those of the model; `costs` are nats. `firsts` are the first bytes of characters whose first byte was
    hidden; `trails` what may have ended the pair that a character hides the beginning of.
    """

    text: str
    symbols: Symbols
    costs: Logs
    firsts: tuple[int, ...] = ()
    trails: tuple[frozenset[int], ...] = ()


def codes_of(text: str) -> Codes:
    """Return a string as code points."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


@lru_cache(maxsize=4096)
def just(character: str) -> Choice:
    """Return one character, with nothing against it."""
    return Choice(character, symbols_of(character), np.zeros(1, dtype=np.float32))


def _choice(found: Sequence[tuple[int, str, frozenset[int]]], least: float) -> Choice:
    """Return characters that are not too rare, given with their first bytes and with what may end a pair they hide."""
    found = [item for item in found if item[1] and model.unigram(item[1]) > least]
    text = "".join(character for _, character, _ in found)
    return Choice(
        text,
        symbols_of(text),
        np.array(list(map(against, text)), dtype=np.float32),
        tuple(first for first, _, _ in found),
        tuple(trails for _, _, trails in found),
    )


@lru_cache(maxsize=1 << 14)
def against(character: str) -> float:
    """Return what is against a character that the bytes allow: its form, its rarity, or that it was not cut."""
    form = OTHER_SCRIPT if class_of(character) in SIMPLIFIED_FORMS else model.form_cost(character)
    is_symbol = character not in _PROSE and not IS_HAN[class_of(character)]
    return form + (UNCUT if character in CUT_MARKS else 0.0) + (SYMBOL if is_symbol else 0.0)


_NOTHING: frozenset[int] = frozenset()


@cache
def cut(second: int) -> Choice:
    """Return the characters that end with the first byte of a mark."""
    return _choice([(lead, c, _NOTHING) for lead, c in gbk.by_trail().get(second, ())], RARE)


@lru_cache(maxsize=1 << 14)
def made(pending: int, second: int) -> Choice:
    """Return the character that a first byte, or the characters that hidden ones, make with a second."""
    if pending < HIDDEN:
        return _choice([(pending, gbk.characters()[pending << 8 | second], _NOTHING)], float("-inf"))
    return _choice([(lead, c, _NOTHING) for lead, c in gbk.by_trail().get(second, ())], RARE_HIDDEN)


@lru_cache(maxsize=1 << 12)
def made_to_read(pending: int, second: int, reading: int) -> Choice:
    """Return those of the characters that bytes make, as `made` says, that have a reading."""
    choice = made(pending, second)
    places = [k for k, character in enumerate(choice.text) if reads(character, reading)]
    text = "".join(choice.text[k] for k in places)
    firsts, trails = tuple(choice.firsts[k] for k in places), tuple(choice.trails[k] for k in places)
    return Choice(text, choice.symbols[places], choice.costs[places], firsts, trails)


@lru_cache(maxsize=1 << 12)
def glossed(pending: int, reading: int) -> Choice:
    """Return the characters with a reading that a first byte begins, their second one a lead byte."""
    firsts = [pending] if pending < HIDDEN else list(gbk.LEADS)
    found = [(first, c, _NOTHING) for first in firsts for trail, c in glossable(first, reading) if gbk.is_lead(trail)]
    return _choice(found, RARE)


@lru_cache(maxsize=1 << 10)
def begun(pending: int, following: str) -> Choice:
    """Return the characters that a first byte begins, their second one a lead byte, as fit what follows."""
    firsts, least = ([pending], RARE) if pending < HIDDEN else (list(gbk.LEADS), FREQUENT)
    found = [(first, c, _NOTHING) for first in firsts for trail, c in gbk.by_lead()[first] if gbk.is_lead(trail)]
    return _choice([item for item in found if not following or _may_end(item[1], following)], least)


def _may_end(character: str, following: str) -> bool:
    """Return whether a character may stand before a mark or the end of a line: no opening bracket, no second stop."""
    if character in _ENDINGS or IS_HAN[class_of(character)]:
        return following == "\n" or character not in _STOPS
    return False


@lru_cache(maxsize=256)
def hiding(first: int) -> Choice:
    """Return the characters that a byte makes with one that could have begun a pair standing for nothing."""
    table = gbk.characters()
    return _choice([(first, table[first << 8 | lead], trails) for lead, trails in gbk.unmapped().items()], RARE_HIDDEN)


@cache
def hiding_again() -> Choice:
    """Return the characters that a hidden byte makes with one that could have begun another pair of that kind."""
    table = gbk.characters()
    hidden = gbk.unmapped().items()
    return _choice([(f, table[f << 8 | lead], trails) for lead, trails in hidden for f in gbk.LEADS], FREQUENT)
