"""Reading UTF-8 of which bytes were lost: where characters begin and end, and what is known of the broken ones.

UTF-8 shows where its characters begin, so a loss stays where it happened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from encfix.arrays import Codes, Positions
from encfix.repairs.mojibake.encodings.charsets import LOST

UNKNOWN = 0xDC80
"""The lone surrogate that stands for a character some of whose bytes were lost."""

QUESTION = ord("?")


_Layout = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """What is left of a character: each tuple is a possible layout of its bytes, None for one that was lost."""

    layouts: tuple[_Layout, ...]
    marked: bool = False
    """Whether U+FFFD stood where the bytes were lost."""
    following: int | None = None
    """The byte that follows, if none was lost between."""
    is_half_of_two: bool = False
    """Whether its byte was lost together with one of the character beside it: the decoder took both for a pair."""
    gone: bytes | None = None
    """What the byte may be, where that is known of the text and no mark stands for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Characters read from bytes: `codes`, where the bytes of each start (one more for the end), and broken ones by
    index."""

    codes: Codes
    starts: Positions
    slots: dict[int, Slot]


def read_utf8(data: bytes, borders: Positions | None = None, gone: bytes | None = None) -> Reading:
    """Return UTF-8 read character by character; what is broken becomes `UNKNOWN`, with a slot.

    `borders` are the places between the characters that a decoder of pairs gave, from 0 to the end; `gone` are bytes of
    which a decoder of single bytes left no mark.
    """
    codes: list[int] = []
    starts: list[int] = []
    slots: dict[int, Slot] = {}
    place, size = 0, len(data)
    while place < size:
        whole = _WHOLE.match(data, place)
        if whole:
            for character in whole.group().decode("utf-8"):
                starts.append(place)
                codes.append(ord(character))
                place += _length(codes[-1])
            continue
        if borders is not None and (border := _lost_before(data, place, starts, codes, borders)):
            first, last = tuple(data[starts[-1] : place]), data[place]
            before: tuple[_Layout, ...] = ((*first[:-1], None),)
            after: tuple[_Layout, ...] = ((None, first[-1], last),)
            if borders[np.searchsorted(borders, place)] == place:  # or they were lost there, and it is whole
                before, after = (*before, first), (*after, (None, last, None), (None, None, last))
            slots[len(codes) - 1] = Slot(before, is_half_of_two=True)
            slots[len(codes)] = Slot(after, is_half_of_two=True)
            codes[-1:] = UNKNOWN, UNKNOWN
            starts.append(border)
            place += 1
            continue
        starts.append(place)
        end, slot = _broken_utf8(data, place)
        if slot is not None:
            is_known = end < size and not _is_trail(data[end]) and data[end] != LOST and not _may_be_eaten(data, end)
            is_marked = LOST in data[max(place - 1, 0) : end]  # a mark behind the last character may be for two bytes
            following = data[end] if is_known else None
            unmarked = None if is_marked or QUESTION in data[place:end] else gone
            slots[len(codes)] = Slot(slot.layouts, is_marked, following, gone=unmarked)
        codes.append(UNKNOWN)
        place = end
    starts.append(size)
    return Reading(np.array(codes, dtype=np.uint32), np.array(starts, dtype=np.int64), slots)


_WHOLE = re.compile(
    rb"(?:[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+"
)
"""A run of characters of UTF-8. Source: the Unicode Standard, table 3-7."""


def _lost_before(data: bytes, place: int, starts: list[int], codes: list[int], borders: Positions) -> int:
    """Return where two bytes were lost in what was read last as one character; 0 if none were.

    The byte at `place` continues no character. So bytes were lost before it, and that at a border: where one is inside
    the last character, this is the first two bytes of one and the second of the next, 涓|互 for 一个以.
    """
    if not starts or codes[-1] < 0x800 or codes[-1] == UNKNOWN or not _is_trail(data[place]):
        return 0
    border = starts[-1] + 2
    is_one = place == starts[-1] + 3 and not (place + 1 < len(data) and _is_trail(data[place + 1]))
    inside = borders[slice(*np.searchsorted(borders, (place - 2, place + 1)))]
    return border if is_one and inside[:1].tolist() == [border] else 0


def _length(code: int) -> int:
    """Return how many bytes a character has in UTF-8."""
    return 1 + (code >= 0x80) + (code >= 0x800) + (code >= 0x10000)


def _may_be_eaten(data: bytes, end: int) -> bool:
    """Return whether the mark before a byte may stand for one more: `?` for any, U+FFFD for one of ASCII."""
    return data[end - 1] == QUESTION or (data[end - 1] == LOST and data[end] < 0x80)


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
    is_marked = first == LOST
    if is_marked and at < len(data) and _is_trail(data[at]):
        first, at = data[at], at + 1
    if not _is_trail(first):
        return place + 1, None
    if at < len(data) and _is_trail(data[at]):
        return at + 1, Slot(((None, first, data[at]),))
    if at < len(data) and data[at] == LOST:
        at += 1
    elif is_marked:  # a mark would show a last byte that is lost
        return at, Slot(((None, None, first),))
    return at, Slot(((None, first, None), (None, None, first)))
