"""The most probable reading of bytes in GBK or Big5 of which a decoder lost some.

The probabilities of all readings are summed, over a lattice of whole and of broken characters. No second byte is below
40, so that what ends behind such a byte is a stretch of its own; many stretches are weighed at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from encfix.arrays import Codes, Mask, Positions, Scores
from encfix.chinese import model
from encfix.chinese.characters import class_table
from encfix.repairs.mojibake.encodings.charsets import LEAST_TRAIL
from encfix.repairs.mojibake.lost_bytes.candidates import LONE, Source, with_lone
from encfix.repairs.mojibake.lost_bytes.lattice import Costs, Lattice
from encfix.repairs.mojibake.lost_bytes.utf8 import UNKNOWN, Reading

NARROWEST = 14.0
"""Nats by which a reading may be worse than the best so far before it is given up: what a rare character costs, which
the next one may win back."""

SURE, SURE_FILLED = 0.99, 0.998
"""The least probability of a character that is read, and of one that is filled in."""

TOGETHER = 1 << 12
"""Bytes that are weighed at once."""

LONGEST, LEAST = 1 << 10, 3 << 8
"""Bytes of a longer stretch that are weighed at once; it goes on from where the reading of these is surest, behind
`LEAST` of them or more."""

LEAST_ASCII = -6.0
"""What a letter or sign of ASCII costs at most: the model knows little of them."""

LONE_LETTER = -10.0
"""The least cost of a letter or sign of ASCII alone between other characters: it may be what is left of one that lost
its first byte."""

BROKEN = -14.0
"""What a byte costs that belongs to no character; by the model alone it would cost more."""

START, NEWLINE = ord("。"), ord("\n")
"""What a text and a line are read behind, and what stands there."""


class _Stretch(NamedTuple):
    """The bytes `[start, end)`, and the character before them."""

    start: int
    end: int
    behind: int

    @property
    def size(self) -> int:
        """How many of the bytes are weighed at once."""
        return min(self.end - self.start, LONGEST)


class _LaidOut(NamedTuple):
    """A lattice of what stretches may hold, and of its characters, in its order, what they are, where they start and
    end, and which are filled in."""

    lattice: Lattice
    codes: Codes
    starts: Positions
    ends: Positions
    is_filled: Mask


class _Path(NamedTuple):
    """The most probable characters of a stretch, and where they start; how probable all are up to where they end."""

    codes: list[int]
    starts: list[int]
    score: float
    rest: _Stretch | None
    """What is left of a long stretch."""


def most_probable(source: Source, least: tuple[float, float] = (SURE, SURE_FILLED)) -> tuple[float, Reading]:
    """Return how probable bytes are as a text, in nats, and its most probable characters; `UNKNOWN` for what is read,
    or filled in, with less than the `least` probability."""
    waiting = deque(_stretches(source.data))
    paths = []
    while waiting:
        together, size = [], 0
        while waiting and size < TOGETHER:
            together.append(waiting.popleft())
            size += together[-1].size
        for path in _paths(source, together, least):
            paths.append(path)
            if path.rest:
                waiting.appendleft(path.rest)
    paths.sort(key=lambda path: path.starts)
    codes = np.array([code for path in paths for code in path.codes], dtype=np.uint32)
    starts = np.array([*(start for path in paths for start in path.starts), len(source.data)], dtype=np.int64)
    return sum(path.score for path in paths), Reading(codes, starts, {})


def probability(source: Source) -> float:
    """Return how probable bytes are as a text, in nats, of long stretches the first `LONGEST`."""
    stretches = [*_stretches(source.data)]
    return float(_laid_out(source, stretches).lattice.score(_costs_in(source), NARROWEST).sum())


def _stretches(data: bytes) -> Iterator[_Stretch]:
    """Yield the stretches of bytes that end behind one that is no second byte, or with the data."""
    raw = np.frombuffer(data, dtype=np.uint8)
    start, behind = 0, START
    for end in (np.flatnonzero(raw < LEAST_TRAIL) + 1).tolist():
        yield _Stretch(start, end, behind)
        start, behind = end, data[end - 1] if data[end - 1] != NEWLINE else START
    if start < len(data):
        yield _Stretch(start, len(data), behind)


def _paths(source: Source, stretches: list[_Stretch], least: tuple[float, float]) -> Iterator[_Path]:
    """Yield for each stretch its most probable characters; `UNKNOWN` for what is read, or filled in, with less than the
    `least` probability."""
    lattice, codes, starts, ends, is_filled = _laid_out(source, stretches)
    logs, shares, scores = lattice.weigh(_costs_in(source), NARROWEST)
    best = lattice.best(shares)
    following = best[np.minimum(lattice.firsts, len(best) - 1)].tolist()
    read, filled = least
    sure = np.where(shares > np.where(is_filled, filled, read), codes, np.uint32(UNKNOWN))
    for nth, stretch in enumerate(stretches):
        chosen, is_last = [following[nth]], lattice.is_last
        while not is_last[chosen[-1]]:
            chosen.append(following[chosen[-1]])
        score, rest = float(scores[nth]), None
        if stretch.start + stretch.size < stretch.end:
            *_, cut = sorted(np.flatnonzero(ends[chosen] >= LEAST).tolist(), key=lambda at: shares[chosen[at]])
            del chosen[cut + 1 :]
            score = float(logs[chosen[-1]])
            rest = _Stretch(stretch.start + int(ends[chosen[-1]]), stretch.end, int(codes[chosen[-1]]))
        yield _Path(sure[chosen].tolist(), (starts[chosen] + stretch.start).tolist(), score, rest)


def _laid_out(source: Source, stretches: list[_Stretch]) -> _LaidOut:
    """Return a lattice with a line for each stretch."""
    count = len(stretches)
    sizes = np.array([stretch.size for stretch in stretches])
    line = np.arange(count).repeat(sizes)
    place = np.arange(len(line)) - (np.cumsum(sizes) - sizes)[line]
    found = source.candidates(np.array([stretch.start for stretch in stretches])[line] + place)
    line, place = line[found.places], place[found.places]
    behind = np.array([stretch.behind for stretch in stretches], dtype=np.uint32)
    codes = np.concatenate((behind, found.codes))
    starts = np.concatenate((np.full(count, -1), place))
    ends = np.concatenate((np.zeros(count, np.int64), np.minimum(place + found.lengths, sizes[line])))
    is_filled = np.concatenate((np.zeros(count, np.bool_), found.is_filled))
    lattice = Lattice(codes, np.concatenate((np.arange(count), line)), starts, ends)
    order = lattice.order
    codes = np.where(codes >= LONE, codes - np.uint32(LONE), codes)
    return _LaidOut(lattice, codes[order], starts[order], ends[order], is_filled[order])


def _costs_in(source: Source) -> Costs:
    return lambda first, second: costs(first, second, source.forms)


def costs(first: Codes, second: Codes, forms: Scores) -> Scores:
    """Return the log probability of each of some characters behind another, as far as it counts here; `forms` is that
    of each class of characters in this text."""
    is_lone = second >= LONE
    second = np.where(is_lone, second - np.uint32(LONE), second)
    logs = _plain(np.where(first >= LONE, first - np.uint32(LONE), first), second)
    logs += forms.take(class_table().take(second))
    return np.where(is_lone & (first >= 0x80), np.minimum(logs, LONE_LETTER), logs)


def text_costs(codes: Codes, forms: Scores) -> Scores:
    """Return the same for the characters of a text."""
    lone = with_lone(codes, codes >= 0x80)
    before = np.insert(lone[:-1], 0, START)
    return costs(np.where(before == NEWLINE, np.uint32(START), before), lone, forms)


def _plain(first: Codes, second: Codes) -> Scores:
    least = np.where(second == UNKNOWN, BROKEN, np.where(second < 0x80, LEAST_ASCII, -np.inf))
    return np.maximum(model.log_each(first, second), least).astype(np.float64)
