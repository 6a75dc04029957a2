"""What ftfy, through which most text of the web goes, makes of GBK that was read as windows-1252: `ÎÄÕÂÌáʾ` for
文章提示.

Where single bytes look to it like a character of UTF-8 that was misread, it puts that character (CA BE is ʾ), though
not wherever they may be one. What comes out it looks at again, so two steps may lie between the bytes and a character.
It writes two letters for one that is both (ĳ, C4 B3, is ij), and all in normal form C.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import permutations

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Positions, runs
from encfix.repairs.mojibake.encodings.charsets import LEAST_TRAIL

CODECS = ("cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1257")
"""The charsets of one byte that ftfy tries."""

LIGATURES = {"ij": "ĳ", "IJ": "Ĳ", "dz": "ǳ", "Dz": "ǲ", "DZ": "Ǳ"}
"""The letters that it parts in two, of those that UTF-8 has two bytes for which are in GB 2312."""

SEMICOLON = "\u037e"
"""The question mark of Greek, for which normal form C puts a semicolon."""

HALF_WIDTH = range(0xFF61, 0xFFDD)
"""Marks, kana and letters of Korean of half width."""

MOST_MARKS = 4
"""Marks side by side of which the order is in question."""

_LIGATURES = {ord(two[0]) << 16 | ord(two[1]): ord(one) for two, one in LIGATURES.items()}
_SURROGATES = range(0xD800, 0xE000)


def before(codes: Codes) -> tuple[Codes, Positions]:
    """Return a text without normal form C, as far as that matters here, and with letters in one that were parted in
    two; and where the second ones of two stand, which no byte is behind.

    Normal form C makes of a letter of Latin-1 with a mark, and another mark behind it, a letter with that one: of ë and
    an ogonek ę and a diaeresis.

    >>> [chr(code) for code in before(np.array([0x119, 0x308], dtype=np.uint32))[0].tolist()] == ["ë", "\u0328"]
    True
    """
    is_beyond = codes >= 0x80
    marks = np.flatnonzero(is_beyond[:-1] & (codes[1:] >= 0x300) & (codes[1:] < 0x370)) + 1
    may_follow = is_beyond.copy()
    may_follow[:-1] |= (codes[:-1] >= LEAST_TRAIL) & is_beyond[1:]  # the second byte of a character of Big5
    firsts = np.flatnonzero(is_beyond[:-3] & may_follow[3:]) + 1
    firsts = firsts[np.isin(codes[firsts] << 16 | codes[firsts + 1], list(_LIGATURES))]
    if not len(marks) and not len(firsts):
        return codes, firsts
    codes = codes.copy()
    for place in marks.tolist():
        base, *own = tuple(unicodedata.normalize("NFD", chr(int(codes[place - 1]))))
        letter = unicodedata.normalize("NFC", base + chr(int(codes[place])))
        if len(own) == len(letter) == 1 and letter < "\u0100":
            codes[place - 1], codes[place] = ord(letter), ord(own[0])
    for place in firsts.tolist():
        codes[place] = _LIGATURES[int(codes[place]) << 16 | int(codes[place + 1])]
    return codes, firsts + 1


def orders(codes: Codes) -> Iterator[tuple[int, list[tuple[int, ...]]]]:
    """Yield where marks stand side by side in an order that normal form C may have given them, with all orders that it
    makes this one, as offsets from there, the order seen first.

    停止 in GBK is CDA3 D6B9, in UTF-8 two marks, of which normal form C puts the second first. Marks of one combining
    class never change places.

    >>> list(orders(np.array([ord("Í"), 0x5B9, 0x323, ord("£")], dtype=np.uint32)))
    [(1, [(0, 1), (1, 0)])]
    """
    classes = _combining().take(codes, mode="clip")
    starts, ends = runs(classes > 0)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        own = classes[start:end].tolist()
        if 1 < len(own) <= MOST_MARKS and len(set(own)) > 1 and own == sorted(own):
            every = permutations(range(len(own)))
            yield start, [order for order in every if sorted(order, key=own.__getitem__) == list(range(len(own)))]


@cache
def _combining() -> npt.NDArray[np.uint8]:
    """Return the canonical combining class of each code point up to the kana, which have the last marks that count."""
    return np.array([unicodedata.combining(chr(code)) for code in range(0x3100)], dtype=np.uint8)


@cache
def choices() -> dict[int, tuple[bytes, ...]]:
    """Return the characters that have more than their bytes of UTF-8 behind them, with all that they may have, but for
    a byte of windows-1252."""
    may_end = [byte > 0xA0 or byte in _continuing() for byte in range(0x80, 0xC0)]
    codes = (code for code in range(0xC0, 0x10000) if may_end[code & 0x3F] and code not in _SURROGATES)
    known = {code: _in_steps(chr(code).encode()) for code in codes}
    for one, other in (*_alike(), (";", SEMICOLON)):
        known[ord(one)] = *known.get(ord(one), (one.encode(),)), other.encode()
    return {code: raws for code, raws in known.items() if len(raws) > 1}


def _alike() -> Iterator[tuple[str, str]]:
    """Yield characters that windows-1252 lacks, with others that may be in GB 2312 and for which normal form C puts
    them, ύ for U+1F7B, or ftfy those of full width."""
    for code in (code for code in range(0x370, 0x10000) if code not in _SURROGATES):
        other = chr(code)
        one = unicodedata.normalize("NFKC" if code in HALF_WIDTH else "NFC", other)
        if one != other and len(one) == 1 and min(other.encode()) > 0xA0 and not one.encode("cp1252", "ignore"):
            yield one, other


def _in_steps(raw: bytes) -> tuple[bytes, ...]:
    """Return the bytes of a character of UTF-8, and others that become the same in two steps.

    First of two or three of them comes one: of C2 and another byte that other byte, of two that are a letter in UTF-8
    the byte of that letter in a charset of Europe. One that continues a character may be the byte of another letter in
    windows-1252, where another charset has it. Others that no text in GB 2312 has are left out.

    >>> [raw.hex() for raw in _in_steps("ʶ".encode())][:2]
    ['cab6', 'cac2b6']
    >>> _in_steps("\u05ff".encode())[-1].hex()
    'd7e6'
    """
    lead, rest = raw[:1], raw[1:]
    found = [raw]
    if min(rest) > 0xA0:
        found += [lead + b"\xc2" + rest] * (len(raw) == 2)
        found += [letter + rest for letter in _letters().get(lead, ())]
    for nth, byte in enumerate(rest, 1):
        others = (lead + rest[: nth - 1] + other + rest[nth:] for other in _continuing().get(byte, ()))
        found += (other for other in others if min(other) > 0xA0)
    if len(raw) == 2:
        found += (one for one in _of_two_letters(raw) if one not in found)
    return tuple(found)


def _of_two_letters(raw: bytes) -> Iterator[bytes]:
    """Yield the bytes of two letters of one charset that two bytes of UTF-8 are in it: of a letter that windows-1252
    lacks, and of another, in UTF-8 or windows-1252.

    >>> [found.hex() for found in _of_two_letters("\u035d".encode())]
    ['c4b6af', 'c4b6c2af']
    """
    for codec in CODECS:
        letters = raw.decode(codec, "ignore")
        if len(letters) == 2 and len(first := letters[0].encode()) == 2 and first[0] not in b"\xc2\xc3":
            behind = {letters[1].encode("cp1252", "ignore"), letters[1].encode()} - {raw[1:], b""}
            yield from (first + last for last in sorted(behind) if min(first + last) > 0xA0)


@cache
def _letters() -> dict[bytes, tuple[bytes, ...]]:
    """Return for bytes of the charsets two bytes of UTF-8 that are a letter of them."""
    known: dict[bytes, set[bytes]] = {}
    for codec in CODECS:
        for byte in (bytes((number,)) for number in range(0x80, 0xF0)):
            letter = byte.decode(codec, "replace").encode()
            if len(letter) == 2 and letter[1] > 0xA0 and letter[0] != 0xC2:
                known.setdefault(byte, set()).add(letter)
    return {byte: tuple(sorted(letters)) for byte, letters in known.items()}


@cache
def _continuing() -> dict[int, tuple[bytes, ...]]:
    """Return for bytes that continue a character what else may be behind it: two bytes of UTF-8 that are a letter of a
    charset, or the byte that windows-1252 has for that letter where another charset reads it from this one."""
    known = {byte[0]: set(letters) for byte, letters in _letters().items() if byte[0] < 0xC0}
    for codec in CODECS:
        for number in range(0x80, 0xC0):
            other = bytes((number,)).decode(codec, "ignore").encode("cp1252", "ignore")
            if len(other) == 1 and 0xA0 < other[0] != number:
                known.setdefault(number, set()).add(other)
    return {byte: tuple(sorted(others)) for byte, others in known.items()}
