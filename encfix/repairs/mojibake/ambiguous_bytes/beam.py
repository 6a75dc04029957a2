"""Which bytes of several that a decoder reads alike make the best text in an encoding of pairs.

A beam over each line: what is kept of a prefix is the character read last, the byte that waits for its second, and the
bytes that a decoder which reads UTF-8 where it can may still have taken for a character of it. The best choices must
beat any other by `GAP`; where pairs of characters leave that open, words decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from operator import itemgetter
from typing import TypeAlias

import numpy as np

from encfix.chinese import division, model
from encfix.repairs.mojibake.encodings.charsets import LEAST_TRAIL, LOST, characters
from encfix.repairs.mojibake.encodings.pairs import MIXED, Pair
from encfix.repairs.mojibake.judging.costs import BROKEN

BEAM = 6
"""Prefixes that are kept at each character."""

DEPTH = 20.0
"""Nats below the best prefix at which another is given up: nearly what two broken characters cost."""

GAP = 3.0
"""Nats by which the best choices of a line must beat any other."""

MOST_RIVALS = 4
"""Places of a line where words are asked."""

REMEMBERED = 1 << 10
"""Pieces of the longest line of which the choice is remembered."""

ANY = 0x100
"""Stands for a lost first byte."""

AT_TIMES = -6.0
"""What it costs, in nats, that UTF-8 was not read wherever it could be but by ftfy, through which most text of the
web goes: it reads so what looks like damage to it."""

IN_STEPS = -4.0
"""What it costs, where UTF-8 was read wherever it could be, that ftfy made another character of what came out."""

OF_FTFY, CLOSED = b"-", b"--"
"""Stand for the unread bytes then: ftfy begins no character behind one that was read from a byte which may continue
one."""

STRIPPED = -7.0
"""What it costs that a soft hyphen, byte AD, stood behind a character and is gone."""

MARK = bytes((LOST,))
Choices: TypeAlias = "tuple[tuple[bytes, float], ...]"
"""The bytes that may stand at a place, with what it costs to take them."""
ChoicesAt: TypeAlias = "Mapping[int, Choices]"
"""The choices by the place of what they are for."""

_Chain: TypeAlias = "tuple[_Chain, bytes] | None"
_State: TypeAlias = "tuple[float, int, str, bytes, _Chain, float, _Chain]"
"""What a prefix scores, its pending byte, its last character, its unread bytes, its choices, and by how much it beats
which others."""
_Take: TypeAlias = "tuple[bytes, int, bytes, str, str, float]"
"""The bytes taken, the one that then waits, the unread ones, the character to be judged by the one before and the last
one, if there are any, and what else it earns."""


def choose_pairs(pieces: list[bytes], choices_at: ChoicesAt, pair: Pair) -> tuple[list[bytes], list[int]]:
    """Return the bytes that read best as `pair` says, and the places where others read nearly as well, with all that is
    between such places and read from other bytes then."""
    choose = _chosen if len(pieces) <= REMEMBERED else _chosen.__wrapped__
    best, doubted = choose(tuple(pieces), tuple(choices_at.items()), pair)
    return [*best], [*doubted]


@lru_cache(maxsize=1 << 6)  # the lines of a page are read with others first, then some alone
def _chosen(
    line: tuple[bytes, ...], places: tuple[tuple[int, Choices], ...], pair: Pair
) -> tuple[list[bytes], list[int]]:
    pieces, choices_at = [*line], dict(places)
    doubted: set[int] = set()
    for _ in range(MOST_RIVALS):
        best, rival, gap = _search(pieces, choices_at, pair)
        if gap >= GAP:
            return best, sorted(doubted)
        by_words = _gap_of_words(best, rival, pair) + gap
        settled = best if by_words > 0 else rival
        different = [place for place in choices_at if best[place] != rival[place]]
        if abs(by_words) < GAP:
            doubted |= {*range(different[0], different[-1] + 1)} if different else {*choices_at}
        choices_at = {
            place: tuple(one for one in choices if best[place] == rival[place] or one[0] == settled[place])
            for place, choices in choices_at.items()
        }
    return best, sorted(doubted | {place for place, _ in places})


def _gap_of_words(best: list[bytes], rival: list[bytes], pair: Pair) -> float:
    """Return by how many nats the words of a line are more probable than if it were read from other bytes; those are
    looked at that stand no further from a difference than a word is long."""
    one, two = (b"".join(pieces).decode(pair.codec, "replace") for pieces in (best, rival))
    start = max(_same_at_start(one, two) - model.LONGEST_WORD, 0)
    behind = max(_same_at_start(one[:start:-1], two[:start:-1]) - model.LONGEST_WORD, 0)
    kept, other = (division.lattice_score(text[start : len(text) - behind]) for text in (one, two))
    return kept - other


def _same_at_start(one: str, two: str) -> int:
    """Return how many characters two texts begin with that are the same."""
    return next((nth for nth, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _search(pieces: list[bytes], choices_at: ChoicesAt, pair: Pair) -> tuple[list[bytes], list[bytes], float]:
    """Return the bytes that read best, those that come nearest to them, and by how many nats."""
    states = _prefixes(pieces, choices_at, pair, (0.0, -1, "\n", b"", None, np.inf, None))
    if pair in MIXED:
        states += _prefixes(pieces, choices_at, pair, (AT_TIMES, -1, "\n", OF_FTFY, None, np.inf, None))
    if not states:  # no such decoder gives this
        return pieces, pieces, 0.0
    *_, chain, gap, near = _best([(state[0] + (BROKEN if state[1] >= 0 else 0.0), *state[1:]) for state in states])
    best, nearest = pieces.copy(), pieces.copy()
    for chosen, made_of in ((best, _listed(chain)), (nearest, _listed(near))):
        for place, choice in zip(sorted(choices_at), made_of + _listed(chain)[len(made_of) :], strict=True):
            chosen[place] = choice
    return best, nearest, gap


def _prefixes(pieces: list[bytes], choices_at: ChoicesAt, pair: Pair, start: _State) -> list[_State]:
    """Return the best ways to read all of the pieces; none if there is no way."""
    is_mixed = pair in MIXED
    states = [start]
    for place, piece in enumerate(pieces):
        choices = choices_at.get(place)
        if piece == MARK and choices is None:  # what follows may begin a character, or end the broken one
            score, *_, chain, gap, near = _best(states)
            states = [(score, lead, "\ufffd", start[3], chain, gap, near) for lead in (-1, ANY)]
            continue
        extended: dict[tuple[int, str, bytes], _State] = {}
        takes = _takes(pair.codec, choices or ((piece, 0.0),), is_mixed, choices is not None)
        for score, pending, last, tail, chain, gap, near in states:
            for choice, lead, open_, first, final, gain in takes[pending, tail]:
                value = score + gain
                if first:
                    value += model.pair(last, first)
                final = final or last
                key = lead, final, open_
                made = (chain, choice) if choices else chain
                other = extended.get(key)
                if other is None:
                    extended[key] = value, lead, final, open_, made, gap, near
                elif value > other[0]:
                    worse = value - other[0]
                    rival = (gap, near) if gap <= worse else (worse, other[4])
                    extended[key] = value, lead, final, open_, made, *rival
                elif other[0] - value < other[5]:
                    extended[key] = *other[:5], other[0] - value, made
        states = [*extended.values()]
        if not states:
            break
        if len(states) > 1:
            states = _kept(states)
    return states


def _kept(states: list[_State]) -> list[_State]:
    """Return the best of several prefixes, less those without hope."""
    states.sort(key=itemgetter(0), reverse=True)
    least = states[0][0] - DEPTH
    return [state for state in states[:BEAM] if state[0] >= least]


def _least(one: tuple[float, _Chain]) -> float:
    return one[0]


def _listed(chain: _Chain) -> list[bytes]:
    """Return the choices of a chain in order."""
    choices = []
    while chain is not None:
        chain, choice = chain
        choices.append(choice)
    return choices[::-1]


@lru_cache(maxsize=1 << 13)
def _takes(codec: str, possible: Choices, is_mixed: bool, is_chosen: bool) -> _Takes:
    return _Takes(_characters(codec), possible, is_mixed, is_chosen)


class _Takes(dict[tuple[int, bytes], list[_Take]]):
    """What taking each of some bytes comes to, by the byte that waits and the unread ones; those that no such decoder
    gives are left out. `is_chosen` says that there are others to take."""

    def __init__(self, characters: dict[int, str], possible: Choices, is_mixed: bool, is_chosen: bool) -> None:
        self._character_of = characters.get
        self._possible = possible
        self._is_mixed, self._is_chosen = is_mixed, is_chosen

    def __missing__(self, key: tuple[int, bytes]) -> list[_Take]:
        each = (self._take(*key, choice, cost) for choice, cost in self._possible)
        takes = self[key] = [one for one in each if one]
        return takes

    def _take(self, pending: int, tail: bytes, choice: bytes, cost: float) -> _Take | None:
        is_stripped = cost == STRIPPED
        open_ = _unread(tail, choice, is_stripped=is_stripped) if self._is_mixed else b""
        if open_ is None:
            if len(choice) == 1 or tail[:1] == OF_FTFY or is_stripped:
                return None
            open_, cost = b"", cost + IN_STEPS
        first = final = ""
        for nth, byte in enumerate(choice, 1):
            if pending < 0:
                if is_stripped and nth == len(choice):  # it was the second byte of a character
                    return None
                if byte < 0x80:
                    if self._is_mixed and (self._is_chosen or byte >= LEAST_TRAIL):
                        first, cost = (first, cost + model.pair(final, chr(byte))) if final else (chr(byte), cost)
                    final = chr(byte)
                elif byte in (0x80, LOST):
                    cost, final = cost + BROKEN, "\ufffd"
                else:
                    pending = byte
                continue
            character = self._character_of(pending << 8 | byte) if pending != ANY else "\ufffd"
            if not character:
                cost += BROKEN
                pending, final = (byte, "\ufffd") if byte > 0x80 and byte != LOST else (-1, chr(byte))
                continue
            if final:
                cost += model.pair(final, character)
            else:
                first = character
            pending, final = -1, character
        return choice, pending, open_, first, final, cost


def _unread(tail: bytes, choice: bytes, *, is_stripped: bool = False) -> bytes | None:
    """Return the bytes at the end of `tail` and `choice`, each read by itself, that may begin a character of UTF-8, or
    what stands for them.

    None if no such decoder gives this: one that reads UTF-8 where it can would not have read them by themselves.
    """
    if is_stripped:
        before = _unread(tail, choice[:-1])
        return _unread(before, choice[-1:]) if before is not None else None
    if not choice:
        return tail
    if tail[:1] == OF_FTFY:
        if len(choice) == 1:
            return CLOSED if 0x80 <= choice[0] < 0xC0 else OF_FTFY
        return OF_FTFY if tail != CLOSED else None
    if len(choice) > 1:
        return b"" if _is_utf8(choice) else None
    if tail and 0x80 <= choice[0] < 0xC0:
        try:
            (tail + choice).decode("utf-8")
        except UnicodeDecodeError:
            return tail + choice if len(tail) < 3 else b""
        return None
    return choice if 0xC2 <= choice[0] < 0xF5 else b""


def _is_utf8(choice: bytes) -> bool:
    """Return whether bytes are of whole characters in UTF-8."""
    try:
        choice.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _best(states: list[_State]) -> _State:
    """Return the best of several states, with its gap to the next."""
    first, *rest = sorted(states, key=itemgetter(0), reverse=True)
    if rest:
        first = *first[:5], *min(first[5:], (first[0] - rest[0][0], rest[0][4]), key=_least)
    return first


@cache
def _characters(codec: str) -> dict[int, str]:
    """Return the characters of two bytes by their number."""
    return {int.from_bytes(raw, "big"): chr(code) for code, raw in characters(codec) if len(raw) == 2}
