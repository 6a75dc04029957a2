"""What speaks against a claim of damage: the reading is no text, or what stands there is sound."""

from __future__ import annotations

import numpy as np

from encfix.arrays import Codes
from encfix.batch import to_codes
from encfix.chinese.characters import IS_HAN, class_table
from encfix.chinese.neighbours import FIRST_HANGUL, is_hangul, is_kana, is_misread, log_korean
from encfix.repairs.mojibake.encodings.charsets import LEAST_TRAIL
from encfix.repairs.mojibake.encodings.inverses import encode
from encfix.repairs.mojibake.encodings.pairs import MIXED
from encfix.repairs.mojibake.judging.claim import Claim, are_letters

MOST_LIKELY = -7.6
"""The mean cost of a Chinese character above which a text is not improbable enough to be damage."""

LEAST_HAN = 0.5
"""The share of such characters, of those beyond ASCII, up to which they are there by chance."""

MOST_BROKEN = 0.4
MOST_BROKEN_NARROW = 0.1
"""The largest share of the characters of a reading that may be lost; less where hardly any byte can be."""

MOST_ABROAD = 0.2
"""The largest share of kana and hangul in a reading that is Chinese."""

LEAST_KOREAN = -7.5
"""The least mean cost of a syllable of Korean, in nats: text scores about -6, the syllables in order -9."""

AN_INITIAL, ONE_INITIAL = 588, 0.8
"""Syllables of hangul that begin with one consonant, and the share of different ones that begin with the same in no
text: ideographs of one reading, 佬涝姥捞劳老烙牢酪, stand side by side in GBK, as such syllables do in EUC-KR."""

LEAST_KANA = 0.1
"""The least share of kana among the kana and ideographs of Japanese."""

SOUND_MARKS = to_codes("゛゜")
"""Marks that stand by themselves in hardly any text: EUC-JP makes the first of ～."""

ITERATION = to_codes("ゝゞヽヾ")
"""Marks that repeat the kana before them."""

CHART_STEP = 4
"""How far apart neighbours of a chart are at most: some characters are left out."""

MOST_SQUEEZED = 0.1
"""The largest share of the characters of a reading that stand between two small letters of ASCII, as in `f枚r`."""

LOOSE = -10.5
"""The cost of a character below which a letter behind it, such as may be a second byte, is left over."""

LEAST_CHART = 3
"""Steps from one character to the next that make a chart."""

REPLACED = "锟斤拷"
"""What U+FFFD is in GBK: two of them, read as Big5 or another encoding of pairs, are 嚙踝蕭, and no text is behind
them."""

LEAST_BESIDE = 0.6
"""The share of letters that stand beside another letter or a digit in prose."""


def is_refuted(claim: Claim) -> bool:
    """Return whether anything speaks against a claim."""
    return any(speaks_against(claim) for speaks_against in _OBJECTIONS)


def _is_made_of_losses(claim: Claim) -> bool:
    """Return whether marks of what was lost were read as pairs of bytes."""
    return REPLACED in claim.span.text and not claim.pair.is_single_byte


def _has_loose_ends(claim: Claim) -> bool:
    """Return whether an improbable character stands before a letter or sign of ASCII and a character behind it: where
    two bytes of UTF-8 were read as one, Big5 takes the wrong ones for pairs from there, and its second bytes are left
    alone."""
    if not claim.pair.is_single_byte:
        return False
    codes, costs = claim.read, claim.costs
    is_sign = (codes >= LEAST_TRAIL) & (codes < 0x80)
    return bool((is_sign[1:-1] & (codes[:-2] >= 0x80) & (codes[2:] >= 0x80) & (costs[:-2] < LOOSE)).any())


def _is_misread_korean(claim: Claim) -> bool:
    """Return whether the reading is Korean that went the same way."""
    return claim.pair in MIXED and is_misread(claim.read)


def _is_no_prose(claim: Claim) -> bool:
    """Return whether a reading has fewer than two different letters, or most of them beside no other and no digit."""
    codes, letters = claim.read, are_letters(claim.read)
    if letters.sum() < 2 or len(np.unique(codes[letters])) < 2:
        return True
    if claim.pair.is_korean:
        return False  # words of one syllable stand alone
    known = claim.known | (codes >= ord("0")) & (codes <= ord("9"))
    beside = np.append(known[1:], False) | np.append(False, known[:-1])
    return bool((beside & letters).sum() < LEAST_BESIDE * letters.sum())


def _is_chart(claim: Claim) -> bool:
    """Return whether what stands there is a list of characters in the order of their bytes, as standards print them."""
    raw = encode(claim.seen[claim.seen >= 0x80], claim.pair.wrong)
    data = np.frombuffer(raw.data, dtype=np.uint8).astype(np.int64)
    starts = raw.starts[:-1][np.diff(raw.starts) == 2]
    steps = np.diff(data[starts] << 8 | data[starts + 1])
    return len(steps) >= LEAST_CHART and bool(((steps > 0) & (steps <= CHART_STEP)).mean() >= 0.5)


def _is_squeezed(claim: Claim) -> bool:
    """Return whether many characters of a reading stand between two small letters, in the middle of European words."""
    if not claim.pair.is_single_byte:
        return False
    codes, start, end = claim.block.codes, claim.span.start, claim.span.end
    around = np.concatenate((codes[max(start - 1, 0) : start], claim.read, codes[end:][:1]))
    is_small = (around >= ord("a")) & (around <= ord("z"))
    squeezed = np.count_nonzero((around >= 0x80)[1:-1] & is_small[:-2] & is_small[2:])
    return bool(squeezed > MOST_SQUEEZED * claim.known.sum())


def _is_broken(claim: Claim) -> bool:
    """Return whether too many characters of a reading are lost; any, in pairs of bytes that are not Chinese."""
    pair, lost = claim.pair, int(claim.lost.sum())
    if lost and not pair.is_chinese and pair.codec != "utf-8":
        return True
    most = MOST_BROKEN_NARROW if pair.is_single_byte and pair.true != "utf-8" else MOST_BROKEN
    return bool(lost > most * (claim.known.sum() + lost))


def _is_of_another_language(claim: Claim) -> bool:
    """Return whether a reading has too many, or too few, kana or hangul for its language."""
    codes, pair = claim.read, claim.pair
    if pair.is_chinese:
        return bool((is_kana(codes) | is_hangul(codes)).sum() > MOST_ABROAD * claim.known.sum())
    return not (_is_korean(codes) if pair.is_korean else _is_japanese(codes))


def _is_korean(codes: Codes) -> bool:
    """Return whether a text is Korean: modern Korean has next to no ideographs; rare words of Chinese make some of
    each."""
    hangul = codes[is_hangul(codes)]
    if len(hangul) < max(4, 8 * _ideographs(codes)):
        return False
    initials = np.bincount((np.unique(hangul) - FIRST_HANGUL) // AN_INITIAL)
    return bool(log_korean(hangul).mean() >= LEAST_KOREAN and initials.max() < ONE_INITIAL * initials.sum())


def _is_japanese(codes: Codes) -> bool:
    """Return whether a text is Japanese by its share of kana, and by what stands before marks of iteration."""
    repeats = np.flatnonzero(np.isin(codes, ITERATION))
    if not is_kana(codes.take(repeats - 1, mode="clip")).all() or np.isin(codes[:1], ITERATION).any():
        return False  # 《 would be ゞ
    kana = int((is_kana(codes) & ~np.isin(codes, SOUND_MARKS)).sum())
    return kana >= LEAST_KANA * (kana + _ideographs(codes))


def _ideographs(codes: Codes) -> int:
    return int(IS_HAN.take(class_table().take(codes)).sum())


def _is_sound(claim: Claim) -> bool:
    """Return whether what stands there is probable Chinese as it is."""
    han = claim.are_ideographs
    is_chinese = bool(han.sum() > LEAST_HAN * (claim.seen >= 0x80).sum())
    return is_chinese and not claim.pair.is_japanese and float(claim.seen_costs[han].mean()) > MOST_LIKELY


_OBJECTIONS = (
    _is_made_of_losses,
    _has_loose_ends,
    _is_misread_korean,
    _is_no_prose,
    _is_chart,
    _is_squeezed,
    _is_broken,
    _is_of_another_language,
    _is_sound,
)
