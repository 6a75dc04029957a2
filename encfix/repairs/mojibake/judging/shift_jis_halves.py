"""Halves of characters of Shift-JIS of which a decoder of single bytes lost the others: `ƒpƒXƒ[ƒh` for パスワード.

Windows-1252 lacks five bytes. One of them, 81, is the first of ー 、 。 and of all brackets, and all five are bytes of
common ideographs. Second bytes of Shift-JIS may be first ones, so that no border behind a loss is sure, and what is
left of two characters may be one: ワー less 8F and 81 is ゼ.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from encfix.arrays import Codes, Mask
from encfix.batch import to_codes
from encfix.chinese.characters import IS_HAN, class_table
from encfix.chinese.neighbours import log_japanese
from encfix.repairs.mojibake.encodings.charsets import LEAST_TRAIL, can_be_lost, pair_table
from encfix.repairs.mojibake.judging.block import Block, Span

SECONDS = to_codes("AB[")
"""The second bytes of 、 。 and ー, which may stand before or behind letters of ASCII that are none."""

RIVAL = 2.0
"""Nats by which two characters that lost a byte each may be less probable than what is left of them, read as one: most
texts have a character that loses one, and show no other sign of that if they are short."""

OF_LONG_VOWEL = ord("ゼ")
"""What is left of ワー, メー and ロー, which are all more frequent than it."""

_SEPARATOR = ord("。")


def may_be_left(block: Block, span: Span) -> bool:
    """Return whether halves of characters are in the reading of a span, or beside it: a mark for the other half; a half
    alone, as a letter or sign of ASCII or a half-width kana; or a character that may be what is left of two.

    A decoder that kept one of the bytes that it may lose kept all.
    """
    charset = span.pair.wrong
    data = np.frombuffer(block.raw(charset).data, dtype=np.uint8)
    if np.isin(data, _lost(charset)).any():
        return False
    beside = [place for place in (span.start - 1, span.end) if 0 <= place < len(block.codes)]
    goes_on = (block.codes[beside] >= 0x80) & ~block.lacking(charset)[beside]
    codes = to_codes(span.text)
    if goes_on.any() or np.isin(np.append(codes, block.codes[beside]), (ord("?"), 0xFFFD)).any():
        return True
    is_narrow = (codes >= 0xFF61) & (codes < 0xFFA0)
    if 0 < 2 * np.count_nonzero(is_narrow) <= np.count_nonzero(codes >= 0x80):
        return True
    is_marked = bool(np.isin(block.codes, (ord("?"), 0xFFFD)).any())  # elsewhere: then one would show any loss here
    before = block.codes[span.start : span.start] if is_marked else block.codes[max(span.start - 2, 0) : span.start]
    if _are_halves(np.concatenate((before, codes, block.codes[span.end : span.end + 2]))).any():
        return True
    return not is_marked and any(_may_be_two(charset, code) for code in np.unique(codes[codes >= 0x80]).tolist())


def _are_halves(codes: Codes) -> Mask:
    """Return which letters and signs of ASCII, alone or at either end of others, may well be second bytes."""
    is_sign = np.concatenate(([False], (codes >= LEAST_TRAIL) & (codes < 0x80), [False]))
    is_beyond = np.concatenate(([False], codes >= 0x80, [False]))
    is_beside = is_beyond[:-2] | is_beyond[2:]
    is_alone = ~is_sign[:-2] & ~is_sign[2:]
    return np.asarray(is_sign[1:-1] & is_beside & (is_alone | np.isin(codes, SECONDS)))


@cache
def _lost(charset: str) -> list[int]:
    """Return the bytes that a decoder of a charset of single bytes may lose."""
    lost: list[int] = np.flatnonzero(can_be_lost(charset).any(axis=1)).tolist()
    return lost


@cache
def _may_be_two(charset: str, code: int) -> bool:
    """Return whether a character may well be what is left of two: the first byte of one and the last of the other."""
    raw = chr(code).encode("cp932", "ignore")
    if code == OF_LONG_VOWEL or len(raw) != 2 or not IS_HAN[class_table()[code]]:
        return code == OF_LONG_VOWEL
    firsts = [one for one in (_character(raw[0], byte) for byte in _lost(charset)) if one]
    firsts += _ending_in(charset, raw[0])
    pairs = [(one, other, _SEPARATOR) for one in firsts for other in _ending_in(charset, raw[1])]
    if not pairs:
        return False
    logs = log_japanese(np.array(pairs, dtype=np.uint32).ravel()).reshape(-1, 3)[:, :2].sum(axis=1)
    return bool(logs.max() > _cost(code) - RIVAL)


def _ending_in(charset: str, byte: int) -> list[int]:
    """Return the characters that end in a byte and whose first one a decoder may lose."""
    return [code for code in (_character(first, byte) for first in _lost(charset)) if code]


def _character(first: int, second: int) -> int:
    return int(pair_table("cp932")[first << 8 | second])


def _cost(code: int) -> float:
    return float(log_japanese(np.array([code], dtype=np.uint32))[0])
