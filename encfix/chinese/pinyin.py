"""Pinyin syllables as numbers, and which of them are readings of which character.

A syllable is packed into an integer, five bits a letter, tones folded: `lǜ`, `lv` and `lu:` are one number. Packing is
the same for one string (`pack`) and for arrays of code points (`fold_table` and five-bit shifts in `repairs/gloss`).
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.chinese.data import load

TONE_MARKS = "\u0300\u0301\u0304\u030c"
U_UMLAUT = ord("v") - 96
LETTER_U = ord("u") - 96
LOOK_ALIKES = dict(zip("ɑăĕĭŏŭ", "aaeiou", strict=True))
"""Letters that are written for those of pinyin: the script a of its fonts, and a breve for the third tone."""
BREVE = 0x0306
LAST_LETTER, IGNORED, COLON, FOREIGN = 26, 32, 33, 34
"""The value of z, and values of the fold table that are no letter: skipped, turns u into ü, part of no syllable."""

_UMLAUTS = (("u", "ue"), ("v", "ve"))

LONGEST = 10
"""The most code points a written syllable takes: `zhuàng` with a combining tone mark and a tone number, and room."""


def fold(character: str) -> int:
    """Return the letter of a pinyin character without its tone, 1–26, ü as v; 0 if it is none.

    A tone mark is `IGNORED`.

    >>> fold("ǎ"), fold("ǜ") == fold("v"), fold("ß")
    (1, True, 0)
    """
    if character in TONE_MARKS:
        return IGNORED
    decomposed = unicodedata.normalize("NFD", character)
    base, marks = decomposed[0], list(decomposed[1:])
    if "\u0308" in marks and base == "u":
        base = "v"
        marks.remove("\u0308")
    if character == "ɡ":  # U+0261, which many fonts of pinyin use for g
        base = "g"
    if not ("a" <= base <= "z") or any(mark not in TONE_MARKS + "\u0302" for mark in marks):
        return 0
    if "\u0302" in marks and base != "e":
        return 0
    return ord(base) - 96


@cache
def fold_table() -> npt.NDArray[np.uint8]:
    """Return `fold` for the code points below U+0370 and one for the rest: uint8 (0x371,).

    Tone digits are `IGNORED`, strangers `FOREIGN`; take from it with `mode="clip"`.
    """
    table = np.array([*(fold(chr(code)) or FOREIGN for code in range(0x370)), FOREIGN], dtype=np.uint8)
    table[ord("1") : ord("5") + 1] = IGNORED
    for look_alike, letter in LOOK_ALIKES.items():
        table[ord(look_alike)] = fold(letter)
    table[BREVE] = IGNORED
    table[ord(":")] = COLON
    table[0x0308] = COLON  # a combining diaeresis does to u what the colon does
    return table


def pack(syllable: str) -> int:
    """Return a syllable as an integer, five bits a letter; 0 if it is not written in letters of pinyin.

    >>> pack("lǜ") == pack("lv4") == pack("lu:") != pack("lu")
    True
    """
    packed = 0
    for character in syllable:
        value = int(fold_table()[ord(character)]) if ord(character) < 0x370 else fold(character) or FOREIGN
        if value == COLON and packed & 31 == LETTER_U:
            packed += U_UMLAUT - LETTER_U
        elif value <= LAST_LETTER:
            packed = packed << 5 | value
        elif value != IGNORED:
            return 0
    return packed if packed < 1 << 30 else 0


@cache
def syllables() -> npt.NDArray[np.uint32]:
    """Return every packed syllable that is a reading of some character, sorted: uint32 of shape (n,)."""
    return load("syllables")


@cache
def _readings() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    return load("reading_offsets"), load("reading_syllables")


def is_syllable(packed: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which packed syllables exist."""
    table = syllables()
    return np.equal(table.take(np.searchsorted(table, packed), mode="clip"), packed)


def is_reading(codes: npt.NDArray[np.uint32], packed: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return, pair by pair, whether a packed syllable is one of the readings of a character.

    Source of the readings: pypinyin's single-character table, all readings, tones folded.

    >>> is_reading(np.array([ord("长"), ord("长")], dtype=np.uint32), np.array([pack("zhǎng"), pack("ma")]))
    array([ True, False])
    """
    offsets, values = _readings()
    table = syllables()
    place = np.searchsorted(table, packed)
    known = np.equal(table.take(place, mode="clip"), packed) & (codes < 0x10000)
    first = offsets.take(codes, mode="clip").astype(np.int64)
    count = np.where(known, offsets.take(codes + np.uint32(1), mode="clip") - first, 0)
    found = np.zeros(len(codes), dtype=np.bool_)
    left = np.flatnonzero(count > 0)
    for nth in range(int(count.max(initial=0))):
        left = left[nth < count[left]]
        same = values.take(first[left] + nth) == place[left]
        found[left[same]] = True
        left = left[~same]
    return found


def with_umlaut(packed: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return lu, nu, lue and nue with ü, as which they are read where tools drop all marks; others as they are.

    >>> [unpack(int(syllable)) for syllable in with_umlaut(np.array([pack("lu"), pack("nue"), pack("shu")]))]
    ['lv', 'nve', 'shu']
    """
    plain, umlaut = (np.array([pack(initial + final) for initial in "ln" for final in finals]) for finals in _UMLAUTS)
    order = np.argsort(plain)
    place = np.minimum(np.searchsorted(plain[order], packed), len(plain) - 1)
    return np.where(plain[order][place] == packed, umlaut[order][place], packed)


def is_first_reading(codes: npt.NDArray[np.uint32], packed: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return, pair by pair, whether a packed syllable is the reading that the table lists first for a character."""
    offsets, values = _readings()
    has_one = offsets.take(codes, mode="clip") < offsets.take(codes + np.uint32(1), mode="clip")
    first = syllables().take(values.take(offsets.take(codes, mode="clip"), mode="clip"))
    return has_one & np.equal(first, packed)


def first_readings(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Return the packed reading that the table lists first for each character, 0 for one that has none.

    >>> unpack(int(first_readings(np.array([ord("产")], dtype=np.uint32))[0]))
    'chan'
    """
    offsets, values = _readings()
    start, end = offsets.take(codes, mode="clip"), offsets.take(codes + np.uint32(1), mode="clip")
    return np.where(start < end, syllables().take(values.take(start, mode="clip")), 0).astype(np.int64)


def readings_of(character: str) -> tuple[str, ...]:
    """Return the readings of a character without tones, the first reading first; ü is v.

    >>> readings_of("长")
    ('zhang', 'chang')
    """
    offsets, values = _readings()
    code = ord(character)
    if code >= 0x10000:
        return ()
    return tuple(unpack(int(syllables()[i])) for i in values[int(offsets[code]) : int(offsets[code + 1])])


def unpack(packed: int) -> str:
    """Return the letters of a packed syllable.

    >>> unpack(pack("shuāng"))
    'shuang'
    """
    letters = ""
    while packed:
        letters = chr(96 + (packed & 31)) + letters
        packed >>= 5
    return letters
