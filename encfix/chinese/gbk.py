"""GBK by the byte: what each pair of bytes stands for, which pairs stand for nothing, and which characters read how.

The set is that of code page 936, taken from Python's codec of it: 21,791 characters of two bytes. GB 18030 fills some
of the pairs that are empty here; pages that were damaged in GBK never had those characters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask
from encfix.chinese import pinyin
from encfix.chinese.characters import role_table

LEADS = range(0x81, 0xFF)
TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))


def is_lead(byte: int) -> bool:
    """Return whether a byte begins a pair."""
    return 0x81 <= byte <= 0xFE


def is_trail(byte: int) -> bool:
    """Return whether a byte may end a pair, mapped or not."""
    return 0x40 <= byte <= 0xFE and byte != 0x7F


@cache
def characters() -> Sequence[str]:
    """Return the character of each pair, at 256 × lead + trail; an empty string where there is none.

    >>> characters()[0xD0A3], characters()[0xAFC1]
    ('校', '')
    """
    table = [""] * 0x10000
    plane = "".join(map(chr, (*range(0x80, 0xD800), *range(0xE000, 0x10000)))).encode("gbk", errors="ignore")
    for lead, trail, character in zip(plane[::2], plane[1::2], plane.decode("gbk"), strict=True):
        table[lead << 8 | trail] = character
    return table


@cache
def pairs() -> Mapping[str, tuple[int, int]]:
    """Return the lead and trail byte of each character of two bytes.

    >>> pairs()["校"] == (0xD0, 0xA3)
    True
    """
    return {character: divmod(pair, 256) for pair, character in enumerate(characters()) if character}


@cache
def thirds_of_utf8() -> tuple[str, str, str]:
    """Return the characters that the first, the middle and the last two bytes of two ideographs in UTF-8 may make.

    Those that GB 18030 has and code page 936 lacks are among them, for a decoder gave them.

    >>> [character in third for character, third in zip("娴嬭瘯", thirds_of_utf8(), strict=True)]
    [True, True, True]
    """
    begin, go_on = range(0xE4, 0xEA), range(0x80, 0xC0)
    leads = go_on[1:]
    thirds = ((begin, go_on), (leads, begin), (leads, go_on))
    made = [bytes(byte for pair in product(*third) for byte in pair).decode("gb18030") for third in thirds]
    return made[0], made[1], made[2]


@cache
def _thirds() -> npt.NDArray[np.uint8]:
    """Return which of these thirds each code point of the BMP may be, a bit for each: uint8 (0x10000,)."""
    return role_table(*thirds_of_utf8())


def may_be_utf8(codes: Codes) -> Mask:
    """Return which code points are one of these thirds: bool of shape (n,) for uint32 of shape (n,)."""
    return _thirds().take(codes, mode="clip") > 0


def are_utf8(codes: Codes) -> Mask:
    """Return which code points begin three in a row whose bytes are two ideographs in UTF-8: bool of shape (..., n - 2)
    for uint32 of shape (..., n).

    >>> are_utf8(np.array([ord(character) for character in "测试娴嬭瘯"], dtype=np.uint32)).tolist()
    [False, False, True]
    """
    thirds = _thirds().take(codes, mode="clip")
    return np.asarray((thirds[..., :-2] & thirds[..., 1:-1] >> 1 & thirds[..., 2:] >> 2 & 1) > 0)


@cache
def unmapped() -> Mapping[int, frozenset[int]]:
    """Return, for each lead byte that has some, the trails with which it stands for nothing.

    Only trails that are leads themselves are listed: those from 0x81 on.
    """
    table = characters()
    missing = {lead: frozenset(t for t in LEADS if not table[lead << 8 | t]) for lead in LEADS}
    return {lead: trails for lead, trails in missing.items() if trails}


@cache
def by_trail() -> Mapping[int, Sequence[tuple[int, str]]]:
    """Return, for each trail byte, the leads that it follows and the characters that they make."""
    table = characters()
    return {trail: [(lead, table[lead << 8 | trail]) for lead in LEADS if table[lead << 8 | trail]] for trail in TRAILS}


@cache
def by_lead() -> Mapping[int, Sequence[tuple[int, str]]]:
    """Return, for each lead byte, the trails that follow it and the characters that they make."""
    table = characters()
    return {lead: [(trail, table[lead << 8 | trail]) for trail in TRAILS if table[lead << 8 | trail]] for lead in LEADS}


@cache
def by_first_reading() -> Mapping[tuple[int, int], Sequence[tuple[int, str]]]:
    """Return, for a lead byte and a packed syllable, the trails and characters of which it is the first reading.

    >>> [character for _, character in by_first_reading()[0xAE, pinyin.pack("chǎn")]]
    ['產', '産']
    """
    found: dict[tuple[int, int], list[tuple[int, str]]] = defaultdict(list)
    for character, reading in first_readings().items():
        lead, trail = pairs()[character]
        found[lead, reading].append((trail, character))
    return dict(found)


@cache
def first_readings() -> Mapping[str, int]:
    """Return the reading that the table lists first for each character of two bytes that has one, packed."""
    table = "".join(pairs())
    readings = pinyin.first_readings(np.array(table).reshape(1).view(np.uint32)).tolist()
    return {character: reading for character, reading in zip(table, readings, strict=True) if reading}
