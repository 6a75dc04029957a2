"""Dividing bytes into pairs where some were lost, in GBK and Big5.

A lost byte shifts all pairs to the next ASCII character, so the most probable division is found by dynamic
programming over the model of Chinese. The best division through each byte says how sure each pair is.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.chinese import model
from encfix.repairs.mojibake.charsets import LOST, characters
from encfix.repairs.mojibake.lossy import UNKNOWN, Reading, Slot

MARKED, UNMARKED = -11.0, -17.0
"""What it costs to suppose that bytes of a character were lost where a mark stands, and where none does."""

DROPPED = -7.0
"""What it costs that a byte was dropped, where that is to be expected: half of a character says little less than a
whole one."""

LONE = -6.0
"""What an ASCII letter costs behind a mark, and half of it between bytes that are not: most are left of a pair."""

GAP = 9.0
"""Nats by which the best division must beat any other that divides a pair or joins a letter to its neighbour."""

LONE_BYTES, UNUSUAL = "shift-jis", -2.0
"""The charset of which browsers lose single bytes, A0 and FD to FF, too; and what it costs to suppose that."""

STYLE_GAP = 10.0
"""Nats by which one meaning of the marks must beat the other; else only what both agree on is read."""

_NOTHING = float("-inf")


class _Step(NamedTuple):
    """Bytes up to `end` taken together: all of one character, or what is left of some."""

    end: int
    cost: float
    is_whole: bool = False


@cache
def pair_table(codec: str) -> npt.NDArray[np.uint32]:
    """Return the character of each two bytes, 0 where there is none: uint32 (65536,)."""
    table = np.zeros(0x10000, dtype=np.uint32)
    for code, raw in characters(codec):
        if len(raw) == 2:
            table[int.from_bytes(raw, "big")] = code
    return table


def read_pairs(data: bytes, codec: str, wrong: str) -> Reading:
    """Return the most probable division of bytes into ASCII, pairs, and what is left of pairs; unsure pairs and
    letters are `UNKNOWN`.

    Every loss left a mark. Some decoders put one for each byte; browsers put one for two bytes, unless the second
    is of ASCII and stays. The way that makes the better text is taken.
    """
    lone = wrong == LONE_BYTES
    other, best = sorted(
        (_Division(data, codec, by_two, lone=lone) for by_two in (False, True)), key=lambda found: found.score
    )
    reading = best.reading()
    if best.score - other.score < STYLE_GAP:
        rival = other.reading()
        agreed = dict(zip(rival.starts.tolist(), rival.codes.tolist(), strict=False))
        for nth, (start, code) in enumerate(zip(reading.starts.tolist(), reading.codes.tolist(), strict=False)):
            if code != agreed.get(start):
                reading.codes[nth] = UNKNOWN
                reading.slots.pop(nth, None)
    return reading


def gain_of_drops(data: bytes, codec: str) -> float:
    """Return by how many nats bytes read better if some that stood among them were dropped."""
    return _Division(data, codec, unmarked=DROPPED).score - _Division(data, codec).score


class _Division:
    """The best division of bytes if a mark stands for one byte or, `by_two`, for two."""

    def __init__(
        self, data: bytes, codec: str, by_two: bool = False, unmarked: float = UNMARKED, lone: bool = False
    ) -> None:
        self.data = data
        size = len(data)
        raw = np.frombuffer(data, dtype=np.uint8).astype(np.int64)
        self.chars = np.zeros(size, dtype=np.uint32)
        if size > 1:
            self.chars[:-1] = pair_table(codec).take(raw[:-1] << 8 | raw[1:])
        self.alone = model.log_unigram(self.chars).tolist()
        after = np.empty(size, dtype=np.float32)
        after[0::2], after[1::2] = model.log_pair(self.chars[0::2]), model.log_pair(self.chars[1::2])
        self.after, self.known = after.tolist(), (self.chars > 0).tolist()
        self.steps = [_steps(data, place, by_two, unmarked, lone) for place in range(size)]
        self._forwards()
        self.score = max(self.paired[size], self.other[size])

    def _forwards(self) -> None:
        """Find the best score of each prefix, whether its last step was a pair or not."""
        size = len(self.data)
        self.paired, self.other = [_NOTHING] * (size + 2), [_NOTHING] * (size + 2)
        self.other[0] = 0.0
        self.last: list[tuple[int, bool]] = [(0, False)] * (size + 2)
        for place in range(size):
            best = max(self.paired[place], self.other[place])
            if best == _NOTHING:
                continue
            if self.known[place]:
                value = max(self.paired[place] + self.after[place], self.other[place] + self.alone[place])
                self.paired[place + 2] = max(self.paired[place + 2], value)
            for end, cost, is_whole in self.steps[place]:
                if best + cost > self.other[end]:
                    self.other[end], self.last[end] = best + cost, (place, is_whole)

    def _rivals(self) -> tuple[list[float], list[float]]:
        """Return the best score of a division that has a border at each place, and of one that has none there."""
        size = len(self.data)
        after_pair, after_other = [_NOTHING] * (size + 2), [_NOTHING] * (size + 2)
        after_pair[size] = after_other[size] = 0.0
        across = [_NOTHING] * (size + 1)
        for place in range(size - 1, -1, -1):
            best = max(self.paired[place], self.other[place])
            rest = _NOTHING
            for end, cost, _ in self.steps[place]:
                rest = max(rest, cost + after_other[end])
                for between in range(place + 1, end):
                    across[between] = max(across[between], best + cost + after_other[end])
            after_pair[place] = after_other[place] = rest
            if self.known[place]:
                ahead = after_pair[place + 2]
                after_pair[place] = max(rest, self.after[place] + ahead)
                after_other[place] = max(rest, self.alone[place] + ahead)
                value = max(self.paired[place] + self.after[place], self.other[place] + self.alone[place])
                across[place + 1] = max(across[place + 1], value + ahead)
        through = [
            max(self.paired[place] + after_pair[place], self.other[place] + after_other[place])
            for place in range(size + 1)
        ]
        return through, across

    def reading(self) -> Reading:
        """Follow the best division back to its start."""
        data, end = self.data, len(self.data)
        through, across = self._rivals()
        sure = self.score - GAP
        steps: list[tuple[int, int, Slot | None]] = []
        is_pair = self.paired[end] > self.other[end]
        while end > 0:
            if is_pair:
                start = end - 2
                steps.append((start, int(self.chars[start]) if through[start + 1] < sure else UNKNOWN, None))
                is_pair = self.paired[start] + self.after[start] > self.other[start] + self.alone[start]
            else:
                start, is_whole = self.last[end]
                piece = data[start:end]
                if is_whole:
                    is_sure = max(across[start], across[end]) < sure or piece[0] < 0x40
                    steps.append((start, piece[0] if is_sure else UNKNOWN, None))
                elif len(piece) == 3:
                    steps.append((start + 2, UNKNOWN, Slot(((None, piece[2]),), True)))
                    steps.append((start, UNKNOWN, Slot(((piece[0], None),), True)))
                else:
                    steps.append((start, UNKNOWN, _slot(piece, data[end] if end < len(data) else None)))
                is_pair = self.paired[start] > self.other[start]
            end = start
        steps.reverse()
        codes = np.array([code for _, code, _ in steps], dtype=np.uint32)
        starts = np.array([start for start, _, _ in steps] + [len(data)], dtype=np.int64)
        return Reading(codes, starts, {nth: slot for nth, (_, _, slot) in enumerate(steps) if slot is not None})


def _steps(data: bytes, place: int, by_two: bool, unmarked: float, lone: bool) -> list[_Step]:
    """Return the steps that are no pairs."""
    byte, rest = data[place], data[place + 1 : place + 3]
    following = rest[0] if rest else 0
    if byte < 0x80:
        before = data[place - 1] if place else 0
        is_lone = byte >= 0x40 and before >= 0x80 and (before == LOST or following >= 0x80)
        return [_Step(place + 1, (LONE if before == LOST else LONE / 2) if is_lone else 0.0, True)]
    if byte == LOST:
        steps = [_Step(place + 1, MARKED if by_two else unmarked)]
        if 0x40 <= following < 0x80 or (not by_two and 0x80 <= following < LOST):
            steps.append(_Step(place + 2, MARKED))
        return steps
    steps = [_Step(place + 1, unmarked)]
    if byte > 0x80 and following == LOST:
        last = rest[1] if len(rest) > 1 else 0
        if last < 0x80 or not by_two:
            steps.append(_Step(place + 2, MARKED))
        elif lone:
            steps.append(_Step(place + 2, MARKED + UNUSUAL))
        if by_two and 0x40 <= last < LOST:
            steps.append(_Step(place + 3, 2 * MARKED if last >= 0x80 else MARKED + LONE))
    return steps


def _slot(piece: bytes, following: int | None) -> Slot | None:
    if piece[0] == LOST:
        return Slot(((None, piece[1]),), True, following) if len(piece) > 1 else None
    if len(piece) > 1:
        return Slot(((piece[0], None),), True, following)
    return None
