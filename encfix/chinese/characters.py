"""Character classes: what a code point is, as one byte looked up in one table.

Every decision that encfix makes starts from the class of a code point and those of its neighbours. The table
covers all code points plus `BOUNDARY_CODE`, the value that separates documents in a batch.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from encfix.chinese.data import load

BOUNDARY_CODE = 0x110000
"""The first value past Unicode: stands between documents, equals no character."""

TRIGGER = 32
"""Classes from this value on can start or mark damage; the rest is ordinary text."""


class Class(IntEnum):
    """The class of a code point; `TRIGGER` and above are what a screen stops at."""

    OTHER = 0
    HAN = 1  # legal in both scripts
    HAN_VARIANT = 2  # the simplified form, which traditional editions print too: 却, 吴
    HAN_SIMPLIFIED = 3  # occurs in simplified text only
    HAN_TRADITIONAL = 4  # occurs in traditional text only
    LETTER = 5  # ASCII
    DIGIT = 6  # ASCII
    RIGHT_TO_LEFT = 9  # Arabic, Hebrew and their kin
    COMPLEX = 10  # scripts that shape or break words with invisible characters
    PUNCTUATION = 11  # ASCII marks that need no attention
    WIDE = 12  # CJK quotation marks, brackets and full-width forms
    TAB = 14
    BOUNDARY = 31
    SPACE = 32
    NEWLINE = 33
    OPEN = 34
    CLOSE = 35
    COMMA = 36
    MARK = 37  # stops, colons, exclamation marks, of either width
    QUESTION = 38
    PIPE = 39
    STAR = 40
    SYMBOL = 41  # ASCII symbols that prose seldom holds
    HIRAGANA = 42
    KATAKANA = 62
    INVISIBLE = 43
    CONTROL = 44  # beyond ASCII: bytes that a code page leaves undefined
    ASCII_CONTROL = 63
    BIDI = 45
    JOINER = 46
    NONCHARACTER = 47
    RADICAL = 48
    COMPATIBILITY = 49
    PRIVATE_USE = 50
    REPLACEMENT = 51
    HAN_RARE = 52  # as HAN and the two after it, but so rare that three together are suspect
    HAN_RARE_SIMPLIFIED = 53
    HAN_RARE_TRADITIONAL = 54
    HAN_OMEN = 55  # 锟, as which U+FFFD comes back from GBK
    HANGUL = 56
    HALFWIDTH_KATAKANA = 57  # and their marks
    HANGUL_RARE = 61  # syllables that Korean text hardly has
    BOPOMOFO = 58
    TONED = 59  # letters of pinyin that ASCII lacks, and combining tone marks
    EMOJI = 64  # and other pictures: cards, tiles, letters in frames
    WESTERN = 60  # other letters and symbols of European code pages


SIMPLIFIED_CLASSES = (Class.HAN_SIMPLIFIED, Class.HAN_RARE_SIMPLIFIED)
SIMPLIFIED_FORMS = (Class.HAN_VARIANT, *SIMPLIFIED_CLASSES)
TRADITIONAL_CLASSES = (Class.HAN_TRADITIONAL, Class.HAN_RARE_TRADITIONAL)
HAN_CLASSES = (Class.HAN, Class.HAN_RARE, Class.HAN_OMEN, *SIMPLIFIED_FORMS, *TRADITIONAL_CLASSES)
KATAKANA_CLASSES = (Class.KATAKANA, Class.HALFWIDTH_KATAKANA)
LETTER_CLASSES = (Class.LETTER, Class.TONED)
LINE_END_CLASSES = (Class.NEWLINE, Class.BOUNDARY)


def members(*classes: Class) -> npt.NDArray[np.bool_]:
    """Return a table of 256 booleans, True at the values of `classes`.

    >>> bool(members(Class.HAN, Class.DIGIT)[Class.DIGIT])
    True
    """
    table = np.zeros(256, dtype=np.bool_)
    table[list(classes)] = True
    return table


def among(classes: npt.NDArray[np.uint8], *wanted: Class) -> npt.NDArray[np.bool_]:
    """Return which of many classes are among those `wanted`: bool, as long as `classes`.

    Compares with runs of values, which for whole batches is several times faster than to look each class up in a table.

    >>> among(np.array([Class.HAN, Class.DIGIT, Class.HAN_RARE], dtype=np.uint8), *HAN_CLASSES)
    array([ True, False,  True])
    """
    found = np.zeros(len(classes), dtype=np.bool_)
    for first, last in _runs(wanted):
        found |= classes == first if first == last else classes - np.uint8(first) <= last - first
    return found


@cache
def _runs(classes: tuple[Class, ...]) -> tuple[tuple[int, int], ...]:
    """Return the first and last value of each run of consecutive values, as plain integers."""
    values = sorted(map(int, classes))
    firsts = [value for value in values if value - 1 not in values]
    lasts = [value for value in values if value + 1 not in values]
    return tuple(zip(firsts, lasts, strict=True))


IS_HAN = members(*HAN_CLASSES)
IS_SIMPLIFIED = members(*SIMPLIFIED_CLASSES)
IS_TRADITIONAL = members(*TRADITIONAL_CLASSES)
IS_LETTER = members(*LETTER_CLASSES)


@cache
def class_table() -> npt.NDArray[np.uint8]:
    """Return the class of every code point: uint8 of shape (0x110001,), mapped from disk."""
    return load("classes")


def class_of(character: str) -> Class:
    """Return the class of one character.

    >>> class_of("汉"), class_of("漢"), class_of("（")
    (<Class.HAN_SIMPLIFIED: 3>, <Class.HAN_TRADITIONAL: 4>, <Class.OPEN: 34>)
    """
    return Class(int(class_table()[ord(character)]))


@cache
def role_table(*sets: str) -> npt.NDArray[np.uint8]:
    """Return in which of up to eight sets of characters a code point of the BMP is, a bit for each: uint8 (0x10000,).

    >>> table = role_table("，。", "。！")
    >>> table[ord("，")].item(), table[ord("。")].item(), table[ord("人")].item()
    (1, 3, 0)
    """
    table = np.zeros(0x10000, dtype=np.uint8)
    for nth, characters in enumerate(sets):
        table[list(map(ord, characters))] |= 1 << nth
    return table


def are_in(characters: str, codes: npt.NDArray[np.unsignedinteger[Any]]) -> npt.NDArray[np.bool_]:
    """Return which code points are among `characters`, all of the BMP: bool, as long as `codes`."""
    return role_table(characters).take(codes, mode="clip") > 0


@cache
def two_forms() -> npt.NDArray[np.bool_]:
    """Return which code points of the BMP have a simplified and a traditional form that differ: bool (0x10000,).

    >>> bool(two_forms()[ord("书")]), bool(two_forms()[ord("書")]), bool(two_forms()[ord("人")])
    (True, True, False)
    """
    return load("two_forms")


@cache
def unified_forms() -> npt.NDArray[np.uint32]:
    """Return radicals, compatibility ideographs and private-use code points with the ideograph that each stands for.

    uint32 of shape (n, 2), sorted by the first of the two.

    >>> [chr(form) for code, form in unified_forms().tolist() if code == ord("⽅")]
    ['方']
    """
    return load("unified_forms")


@cache
def is_common() -> npt.NDArray[np.bool_]:
    """Return which code points are among the common characters of GB 2312 or of Big5: bool (0x10000,).

    Both sets come in two parts, the first of which holds the characters of everyday text: rows 16–55 of GB 2312 and
    lead bytes A4–C6 of Big5.

    >>> bool(is_common()[ord("书")]), bool(is_common()[ord("贇")])
    (True, False)
    """
    table = np.zeros(0x10000, dtype=np.bool_)
    for codec, leads in (("gb2312", range(0xB0, 0xD8)), ("big5", range(0xA4, 0xC7))):
        pairs = [bytes((lead, trail)) for lead in leads for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF))]
        table[list(map(ord, b"\n".join(pairs).decode(codec, "ignore")))] = True
    return table & IS_HAN.take(class_table()[:0x10000])
