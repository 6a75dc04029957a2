"""Reading bytes of which some were lost: where characters begin and end, and what is known of the broken ones.

UTF-8 shows where its characters begin, so a loss stays where it happened. In GBK and Big5 a lost byte shifts all
pairs to the next ASCII character; the most probable division of the bytes into pairs is found by dynamic programming
over the model of Chinese.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes, Positions
from encfix.chinese import model
from encfix.repairs.mojibake.charsets import LOST, characters

UNKNOWN = 0xDC80
"""The lone surrogate that stands for a character some of whose bytes were lost."""

QUESTION = ord("?")
MARKED, UNMARKED, SKIPPED = -11.0, -17.0, -12.0
"""What it costs to suppose that a byte was lost where a mark stands, where none does, and that a mark is a whole
character."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What is left of a character: each tuple is a possible layout of its bytes, None for one that was lost."""

    layouts: tuple[tuple[int | None, ...], ...]
    marked: bool = False
    """Whether U+FFFD stood where the bytes were lost."""
    following: int | None = None
    """The byte that follows, if none was lost between."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Characters read from bytes: `codes`, where the bytes of each start (one more for the end), and broken ones by
    index."""

    codes: Codes
    starts: Positions
    slots: dict[int, Slot]


def read_utf8(data: bytes) -> Reading:
    """Return UTF-8 read character by character; what is broken becomes `UNKNOWN`, with a slot."""
    codes, starts, slots = [], [], {}
    place, size = 0, len(data)
    while place < size:
        lead = data[place]
        length = (
            1
            if lead < 0x80
            else 2
            if 0xC2 <= lead < 0xE0
            else 3
            if 0xE0 <= lead < 0xF0
            else 4
            if 0xF0 <= lead < 0xF5
            else 0
        )
        starts.append(place)
        try:
            codes.append(ord(data[place : place + length].decode("utf-8")) if length else -1)
            if length and codes[-1] >= 0:
                place += length
                continue
        except (UnicodeDecodeError, TypeError):
            codes.append(-1)
        end, slot = _broken_utf8(data, place)
        if slot is not None:
            whole = end < size and not _is_trail(data[end]) and data[end] != LOST
            slots[len(codes) - 1] = Slot(slot.layouts, LOST in data[place:end], data[end] if whole else None)
        codes[-1] = UNKNOWN
        place = end
    starts.append(size)
    return Reading(np.array(codes, dtype=np.uint32), np.array(starts, dtype=np.int64), slots)


def _is_trail(byte: int) -> bool:
    return 0x80 <= byte < 0xC0


def _broken_utf8(data: bytes, place: int) -> tuple[int, Slot | None]:
    """Return where a broken character ends and what is known of it."""
    first, at = data[place], place + 1
    here: list[int | None] = []
    if 0xE0 <= first < 0xF0:
        while at < len(data) and _is_trail(data[at]) and len(here) < 1:
            here.append(data[at])
            at += 1
        if at < len(data) and data[at] in (LOST, QUESTION):
            at += 1
            if (
                not here
                and at < len(data)
                and _is_trail(data[at])
                and not (at + 1 < len(data) and _is_trail(data[at + 1]))
            ):
                return at + 1, Slot(((first, None, data[at]),))
            return at, Slot(((first, *(here or [None]), None),))
        if here:
            return at, Slot(((first, here[0], None), (first, None, here[0])))
        return at, Slot(((first, None, None),))
    if first == LOST and at < len(data) and _is_trail(data[at]):
        first, at = data[at], at + 1
    if not _is_trail(first):
        return place + 1, None
    if at < len(data) and _is_trail(data[at]):
        return at + 1, Slot(((None, first, data[at]),))
    if at < len(data) and data[at] == LOST:
        at += 1
    return at, Slot(((None, first, None), (None, None, first)))


@cache
def pair_table(codec: str) -> npt.NDArray[np.uint32]:
    """Return the character of each two bytes, 0 where there is none: uint32 (65536,)."""
    table = np.zeros(0x10000, dtype=np.uint32)
    for code, raw in characters(codec):
        if len(raw) == 2:
            table[int.from_bytes(raw, "big")] = code
    return table


def read_pairs(data: bytes, codec: str) -> Reading:
    """Return the most probable division of bytes into ASCII, pairs, and what is left of pairs."""
    size = len(data)
    raw = np.frombuffer(data, dtype=np.uint8).astype(np.int64)
    chars = np.zeros(size, dtype=np.uint32)
    if size > 1:
        chars[:-1] = pair_table(codec).take(raw[:-1] << 8 | raw[1:])
    alone = model.log_unigram(chars).tolist()
    after = np.empty(size, dtype=np.float32)
    after[0::2], after[1::2] = model.log_pair(chars[0::2]), model.log_pair(chars[1::2])
    after_pair, known = after.tolist(), (chars > 0).tolist()
    nothing = float("-inf")
    paired, other = [nothing] * (size + 4), [nothing] * (size + 4)
    how = [(0, False)] * (size + 4)  # for `other`: how many bytes the last step took, and whether it was whole
    other[0] = 0.0

    def reach(end: int, value: float, taken: int, whole: bool) -> None:
        if value > other[end]:
            other[end], how[end] = value, (taken, whole)

    for i, byte in enumerate(data):
        best = max(paired[i], other[i])
        if best == nothing:
            continue
        if known[i]:
            value = max(paired[i] + after_pair[i], other[i] + alone[i])
            if value > paired[i + 2]:
                paired[i + 2] = value
        if byte < 0x80:
            reach(i + 1, best, 1, True)
        elif byte != LOST:
            reach(i + 1, best + UNMARKED, 1, False)
        if byte == LOST:
            reach(i + 1, best + SKIPPED, 1, False)
        cost = MARKED if byte == LOST else MARKED - 3
        if byte in (LOST, QUESTION) and i + 1 < size and data[i + 1] >= 0x40 and data[i + 1] != LOST:
            reach(i + 2, best + cost, 2, False)
        if byte > 0x80 and byte != LOST and i + 1 < size and data[i + 1] in (LOST, QUESTION):
            cost = MARKED if data[i + 1] == LOST else MARKED - 3
            reach(i + 2, best + cost, 2, False)
            if i + 2 < size and data[i + 2] >= 0x40 and data[i + 2] != LOST:
                reach(i + 3, best + 2 * cost, 3, False)
    return _trace(data, chars, paired, other, how, alone, after_pair)


def _trace(
    data: bytes,
    chars: Codes,
    paired: list[float],
    other: list[float],
    how: list[tuple[int, bool]],
    alone: list[float],
    after: list[float],
) -> Reading:
    """Follow the best division back to its start."""
    steps: list[tuple[int, int, Slot | None]] = []
    end = len(data)
    is_pair = paired[end] > other[end]
    while end > 0:
        if is_pair:
            start = end - 2
            steps.append((start, int(chars[start]), None))
            is_pair = paired[start] + after[start] > other[start] + alone[start]
        else:
            taken, whole = how[end]
            start = end - taken
            if whole:
                steps.append((start, data[start], None))
            elif taken == 3:
                steps.append((start + 2, UNKNOWN, Slot(((None, data[start + 2]),), LOST in data[start:end])))
                steps.append((start, UNKNOWN, Slot(((data[start], None),), LOST in data[start:end])))
            else:
                steps.append((start, UNKNOWN, _slot(data[start:end], data[end] if end < len(data) else None)))
            is_pair = paired[start] > other[start]
        end = start
    steps.reverse()
    codes = np.array([code for _, code, _ in steps], dtype=np.uint32)
    starts = np.array([start for start, _, _ in steps] + [len(data)], dtype=np.int64)
    return Reading(codes, starts, {nth: slot for nth, (_, _, slot) in enumerate(steps) if slot is not None})


def _slot(piece: bytes, following: int | None) -> Slot | None:
    if piece[0] in (LOST, QUESTION):
        return Slot(((None, piece[1]),), LOST in piece, following) if len(piece) > 1 else None
    if len(piece) > 1:
        return Slot(((piece[0], None),), LOST in piece, following)
    return Slot(((piece[0], None), (None, piece[0])), LOST in piece, following)
