"""How probable characters are in Japanese and in Korean, in nats, and what misread ones of both look like.

Text in EUC-JP and EUC-KR read as GBK is all of ordinary ideographs: 電話番号 becomes 排厦戎规, 이다 becomes 捞促. What
gives it away is that they are the commonest of the other language's, byte for byte, and none of Chinese.

Ideographs come from Japanese Wikipedia, by way of cjclassifier; hangul from chardet's models of Korean web text.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Logs
from encfix.chinese import model
from encfix.chinese.data import load

FIRST_HAN, LAST_HAN = 0x4E00, 0xA000
FIRST_HANGUL, LAST_HANGUL = 0xAC00, 0xD7A4

NEVER = -14.0
"""What an ideograph costs in Japanese, or a syllable in Korean, that is in no list."""

KANA = -4.5
"""What kana cost in Japanese, one like another."""

LEAST_KANA, LEAST_SHARE = 5, 0.25
"""How many kana a text holds that is Japanese, and their share of what is beyond ASCII; misread Chinese has fewer."""

MIXED = 2.8
"""What an ideograph of Chinese costs more on either side where it stands beside kana: those are foreign to it."""

LONG_VOWEL_AS_GBK, UNHEARD_OF = ord("〖"), -20.0
"""What the long vowel of kana becomes when EUC-JP is read as GBK, and what that costs behind kana."""

SUSPECT_JAPANESE, SUSPECT_KOREAN = 6.0, 16.0
"""Nats that a stretch must gain as Japanese or as Korean before it is looked at: 咖啡一般 gains 14."""


def is_kana(codes: Codes) -> npt.NDArray[np.bool_]:
    """Return which code points are hiragana or katakana, the mark of long vowels included."""
    return np.asarray((codes >= 0x3041) & (codes < 0x30FF) & (codes != 0x30FB))


def are_japanese(kana: npt.ArrayLike, beyond_ascii: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return which texts are Japanese, by how many kana they hold, and how many characters beyond ASCII.

    >>> are_japanese([5, 5, 4], [20, 21, 4]).tolist()
    [True, False, False]
    """
    return np.greater_equal(kana, np.maximum(LEAST_KANA, LEAST_SHARE * np.asarray(beyond_ascii)))


def is_hangul(codes: Codes) -> npt.NDArray[np.bool_]:
    """Return which code points are syllables of hangul."""
    return (codes >= FIRST_HANGUL) & (codes < LAST_HANGUL)


REPEATED = ord("々")
"""The sign of Japanese that repeats the ideograph before it."""


@cache
def _table(name: str) -> npt.NDArray[Any]:
    return load(name)


def log_japanese(codes: Codes) -> Logs:
    """Return the log probability of each character in Japanese: float32 of shape (n,) for uint32 of shape (n,).

    An ideograph is judged by the one before it where both often stand together; 々 behind one is as good as kana. Marks
    and letters are as probable as in Chinese.

    >>> log_japanese(np.array([ord("語"), ord("は"), ord("语")], dtype=np.uint32)).round().tolist()
    [-7.0, -4.0, -14.0]
    """
    logs = model.log_unigram(codes)
    is_han = (codes >= FIRST_HAN) & (codes < LAST_HAN)
    logs[is_han] = _table("kanji_logs").take(codes[is_han] - FIRST_HAN) * np.float32(-model.STEP)
    logs[is_kana(codes)] = KANA
    second = np.flatnonzero(is_han[1:] & is_han[:-1]) + 1
    known, keys = _table("kanji_pairs"), pair_keys(codes[second - 1], codes[second])
    places = np.searchsorted(known, keys)
    found = known.take(places, mode="clip") == keys
    of_pairs = _table("kanji_pair_logs").take(places[found]) * np.float32(-model.STEP)
    logs[second[found]] = np.maximum(logs[second[found]], of_pairs)
    logs[1:][(codes[1:] == REPEATED) & is_han[:-1]] = KANA
    return logs


def pair_keys(first: Codes, second: Codes) -> Codes:
    """Return a number for each pair of ideographs, one after the other."""
    return np.asarray((first - FIRST_HAN) << 15 | (second - FIRST_HAN), dtype=np.uint32)


def log_korean(codes: Codes) -> Logs:
    """Return the log probability of each character in Korean: float32 of shape (n,) for uint32 of shape (n,).

    >>> (log_korean(np.array([ord("이"), ord("뷁")], dtype=np.uint32)) > -9).tolist()
    [True, False]
    """
    logs = model.log_unigram(codes)
    hangul = is_hangul(codes)
    logs[hangul] = _table("hangul_logs").take(codes[hangul] - FIRST_HANGUL) * np.float32(-model.STEP)
    return logs


def log_mixed(codes: Codes) -> Logs:
    """Return the log probability of each character in a text of Japanese or Chinese, whichever makes more of it:
    float32 of shape (n,) for uint32 of shape (n,)."""
    chinese = model.log_pair(codes)
    kana = is_kana(codes)
    chinese[1:][kana[:-1]] -= MIXED
    chinese[:-1][kana[1:]] -= MIXED
    mixed = np.maximum(chinese, log_japanese(codes))
    is_long_vowel = codes == LONG_VOWEL_AS_GBK
    is_long_vowel[1:] &= kana[:-1]
    mixed[is_long_vowel] = UNHEARD_OF
    return mixed


def gains_as_japanese(codes: Codes) -> Logs:
    """Return how much more probable each character is as what EUC-JP makes of its bytes in GBK: float32 of shape
    (n,). ASCII and kana, which stay the same, gain nothing."""
    gains = log_japanese(_meant("euc_jp").take(codes, mode="clip")) - log_mixed(codes)
    gains[(codes < 0x80) | is_kana(codes)] = 0.0
    return gains


def gains_as_korean(codes: Codes, logs: Logs) -> Logs:
    """Return how much more probable each character is as what EUC-KR makes of its bytes in GBK than `logs`, what it is
    in Chinese: float32 of shape (n,) all. ASCII gains nothing."""
    gains = log_korean(_meant("euc_kr").take(codes, mode="clip")) - logs
    gains[codes < 0x80] = 0.0
    return gains


@cache
def _meant(codec: str) -> Codes:
    """Return what a codec makes of the bytes of each character in GBK: uint32 (65536,), U+FFFF where it is none."""
    meant = np.full(0x10000, 0xFFFF, dtype=np.uint32)
    meant[:0x80] = np.arange(0x80)
    for lead in range(0xA1, 0xFF):
        for trail in range(0xA1, 0xFF):
            seen, read = (bytes((lead, trail)).decode(each, "ignore") for each in ("gbk", codec))
            if len(seen) == len(read) == 1:
                meant[ord(seen)] = ord(read)
    return meant


def best_sums(gains: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Return for each place the greatest sum of a stretch that ends there."""
    running = np.cumsum(gains, dtype=np.float64)
    return running - np.minimum.accumulate(np.append(0.0, running[:-1]))


def is_misread(codes: Codes) -> bool:
    """Return whether a stretch of a text may be Japanese in EUC-JP, or Korean in EUC-KR, read as GBK."""
    if is_kana(codes).any():
        return bool(best_sums(gains_as_japanese(codes)).max() > SUSPECT_JAPANESE)
    return bool(best_sums(gains_as_korean(codes, model.log_pair(codes))).max(initial=0.0) > SUSPECT_KOREAN)
