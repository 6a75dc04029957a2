"""Proof that a span was damaged as a pair of encodings says, and how sure that is."""

from __future__ import annotations

import math
import re

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes, Mask, to_codes, to_text
from encfix.chinese import division, model
from encfix.chinese.characters import IS_HAN, class_table
from encfix.chinese.neighbours import FIRST_HANGUL, is_hangul, is_kana, is_misread, log_japanese, log_korean
from encfix.repairs.mojibake.encodings.charsets import LEAST_TRAIL, decoder_of
from encfix.repairs.mojibake.encodings.inverses import Raw, encode
from encfix.repairs.mojibake.encodings.pairs import MIXED, Pair
from encfix.repairs.mojibake.judging import shift_jis_halves
from encfix.repairs.mojibake.judging.block import Block, Span
from encfix.repairs.mojibake.judging.costs import are_pictures, broken, read_costs
from encfix.repairs.mojibake.judging.reading import gain_of_drops, may_be_others, most_gain_of_drops
from encfix.repairs.mojibake.lost_bytes.filling import LOSES_MANY

LEAST_GAIN = 10.0
"""Nats that a reading must gain before it is looked at."""

LEAST_MEAN = -9.0
"""The least mean cost of a character in the reading, in nats: text scores about -6, chance about -12."""

MOST_LIKELY = -7.6
"""The mean cost of a Chinese character above which a text is not improbable enough to be damage."""

LEAST_HAN = 0.5
"""The share of such characters, of those beyond ASCII, up to which they are there by chance."""

MOST_BROKEN = 0.4
MOST_BROKEN_NARROW = 0.1
"""The largest share of the characters of a reading that may be lost; less where hardly any byte can be."""

MOST_ABROAD = 0.2
"""The largest share of kana and hangul in a reading that is Chinese."""

POOR = -12.0
"""The cost of a first or last character below which bytes were dropped there."""

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

PLAIN, STRANGEST = -6.0, 4.0
"""The mean cost of an ideograph in plain text, and by how much that of names, lists and verse may be less."""

FAR = 400
"""Code points on either side of a span that are looked at for sound Chinese."""

LEAST_AROUND = 8
"""Ideographs around a span that show how probable sound text of its kind is."""

CHANCE, CHANCE_KOREAN, AMONG_CHINESE = 14.0, 28.0, 16.0
"""Nats that a reading must score to be more than chance; as Korean, of which any ideographs make syllables; and what
that needs beyond it beside sound Chinese, for a line went through one decoder."""

SHORT_KOREAN, FEW_SYLLABLES = 6, 5.0
"""Characters below which Korean is short, and what it needs beyond it then."""

LEAST_SOUND = -10.2
"""The mean cost of an ideograph of sound Chinese as words is more; misread Korean costs -10.6 and less."""

MOST_SQUEEZED = 0.1
"""The largest share of the characters of a reading that stand between two small letters of ASCII, as in `f枚r`."""

LOOSE = -10.5
"""The cost of a character below which a letter behind it, such as may be a second byte, is left over."""

VARIED = 8
"""Characters of a reading from which some are there again in any text."""

NO_BIG5 = -9.0
"""The cost of a character below which bytes are no Chinese in Big5: nearly all kana in EUC-JP are below, and one in a
hundred pieces of three characters of Chinese is."""

BETTER_AS_GBK = 4.0
"""Nats by which ideographs must be more probable Japanese in GBK for a reading as EUC-JP to be in doubt."""

FEW, FEWEST, OF_LINE = 3, 0.15, 60
"""Characters below which a reading is never sure; different ones, and their share of as many as a line has, where its
bytes may be another's: 1月2月3月 and 1奉2奉3奉 are the same in EUC-JP and GBK."""

_REPLACED = "锟斤拷"
"""What U+FFFD is in GBK: two of them, read as Big5 or another encoding of pairs, are 嚙踝蕭, and no text is behind
them."""

_BROKEN = re.compile("[\udc80-\udcff]")
"""Bytes that are part of no character, as they are read."""


def confidence(block: Block, span: Span) -> float:
    """Return the probability that a span is damage and its reading right; 0 where the proof fails."""
    if _REPLACED in span.text and not span.pair.is_single_byte:
        return 0.0
    codes = to_codes(span.text)
    costs = read_costs(codes, span.pair)
    if span.pair.is_single_byte and _has_loose_ends(codes, costs):
        return 0.0
    lost = broken(codes) | (codes == 0xFFFD)
    known = ~lost & (codes >= 0x80)
    if span.pair.true == "utf-8" and span.pair.is_single_byte:
        known &= ~are_pictures(codes)
    is_by_chance = span.pair.is_single_byte or (span.pair.codec != "utf-8" and span.pair.is_chinese)
    fewest = max(FEW, FEWEST * min(int(known.sum()), OF_LINE))
    few = len(np.unique(codes[known])) < fewest if is_by_chance else known.sum() < FEW
    here = slice(span.start, span.end)
    if span.pair in MIXED and is_misread(codes):  # Korean that went the same way
        return 0.0
    if not _is_prose(codes, known, span.pair) or _is_chart(block.codes[here], span.pair):
        return 0.0
    if span.pair.is_single_byte and _squeezed(block, span, codes) > MOST_SQUEEZED * known.sum():
        return 0.0
    most = MOST_BROKEN_NARROW if span.pair.is_single_byte and span.pair.true != "utf-8" else MOST_BROKEN
    if lost.sum() > most * (known.sum() + lost.sum()):
        return 0.0
    if span.pair.is_chinese and (is_kana(codes) | is_hangul(codes)).sum() > MOST_ABROAD * known.sum():
        return 0.0
    if not span.pair.is_chinese and ((lost.any() and span.pair.codec != "utf-8") or not _is_foreign(codes, span.pair)):
        return 0.0
    if span.pair.true == "euc-jp" and not (_fills_lines(block, span) and _is_no_big5(span)):
        # Kana stand where they stood before, or are what common characters are in Big5, and prove nothing.
        known &= _changed(block.codes[here], codes) & ~np.isin(codes, SOUND_MARKS)
        # A sign alone, ∈ between slashes, is as right as the bracket that it would be.
        few |= not span.pair.is_single_byte and not (known & _are_letters(codes)).any()
    elif span.pair.is_korean:  # marks stand in chance readings, too
        known &= is_hangul(codes)
    if span.pair.true == "euc-jp" and span.pair.is_single_byte:
        few |= _is_japanese_in_gbk(codes)
    count = int(known.sum())
    mean = float(costs[known].mean()) if count else LEAST_MEAN - 1
    if mean < LEAST_MEAN:
        return 0.0
    han = IS_HAN.take(block.classes[here])
    is_theirs = bool(han.sum() > LEAST_HAN * (block.codes[here] >= 0x80).sum())
    if is_theirs and not span.pair.is_japanese and float(block.costs[here][han].mean()) > MOST_LIKELY:
        return 0.0
    # A Japanese list that says the same again and again proves it once, and so does a noise: ｷﾞｺﾞｷﾞｺﾞ.
    is_varied = span.pair.codec == "utf-8"
    is_varied |= span.pair.is_chinese and (span.pair.is_single_byte or count >= VARIED)
    variety = 1.0 if is_varied else len(np.unique(codes[known])) / count
    weight = variety * (span.gain + 1.5 * count * (mean - LEAST_MEAN)) - _chance(block, span)
    weight -= _strangeness(block, span) * int(han.sum())
    if weight < 0:
        return 0.0
    sure = 1 / (1 + math.exp(-min(weight, 50.0) / 2))
    if few and not (span.pair.true == "utf-8" and span.pair.is_single_byte):
        sure = min(sure, 0.6)
    return min(sure * span.certainty, _ceiling(span.pair, bool(lost.any()) or span.certainty < 1))


def _is_no_big5(span: Span) -> bool:
    """Return whether what was read as single bytes makes no Chinese in Big5."""
    if not span.pair.is_single_byte:
        return False
    codes = to_codes(span.text.encode("euc_jp", "replace").decode("big5", "replace"))
    codes = codes[codes >= 0x80]
    return len(codes) > 0 and model.score(codes) < NO_BIG5


def _is_japanese_in_gbk(codes: Codes) -> bool:
    """Return whether the ideographs of a text in EUC-JP are far more probable Japanese in GBK, which has kana in the
    same places."""
    as_gbk = to_codes(to_text(codes).encode("euc_jp", "replace").decode("gbk", "replace"))
    own, other = (float(log_japanese(each)[IS_HAN.take(class_table().take(each))].sum()) for each in (codes, as_gbk))
    return other > own + BETTER_AS_GBK


def _fills_lines(block: Block, span: Span) -> bool:
    """Return whether a span holds all that is beyond ASCII in its lines."""
    first, last = block.newlines.searchsorted((span.start, span.end)).tolist()
    bounds = np.concatenate(([-1], block.newlines, [len(block.codes)]))
    outside = block.codes[bounds[first] + 1 : span.start], block.codes[span.end : bounds[last + 1]]
    return not any((codes >= 0x80).any() for codes in outside)


def _has_loose_ends(codes: Codes, costs: npt.NDArray[np.float32]) -> bool:
    """Return whether an improbable character stands before a letter or sign of ASCII and a character behind it: where
    two bytes of UTF-8 were read as one, Big5 takes the wrong ones for pairs from there, and its second bytes are left
    alone."""
    is_sign = (codes >= LEAST_TRAIL) & (codes < 0x80)
    return bool((is_sign[1:-1] & (codes[:-2] >= 0x80) & (codes[2:] >= 0x80) & (costs[:-2] < LOOSE)).any())


def _squeezed(block: Block, span: Span, codes: Codes) -> int:
    """Return how many characters of a reading stand between two small letters, in the middle of a European word."""
    around = np.concatenate((block.codes[max(span.start - 1, 0) : span.start], codes, block.codes[span.end :][:1]))
    is_small = (around >= ord("a")) & (around <= ord("z"))
    return int(np.count_nonzero((around >= 0x80)[1:-1] & is_small[:-2] & is_small[2:]))


def _changed(before: Codes, after: Codes) -> Mask:
    """Return which characters of a reading are not what stands there."""
    return before != after if len(before) == len(after) else ~is_kana(after)


def _strangeness(block: Block, span: Span) -> float:
    """Return by how many nats ideographs around a span are less probable than those of plain text.

    In verse no character says much about the next; a few of them that read well otherwise are no damage.
    """
    counts, costs = block.ideographs_before
    around = int(counts[-1] - counts[span.end] + counts[span.start])
    if around < LEAST_AROUND:
        return 0.0
    cost = float(costs[-1] - costs[span.end] + costs[span.start])
    return min(max(PLAIN - cost / around, 0.0), STRANGEST)


def _chance(block: Block, span: Span) -> float:
    """Return the nats that a reading of a span must score to be more than chance."""
    if not span.pair.is_korean:
        return CHANCE
    before, after = slice(max(span.start - FAR, 0), span.start), slice(span.end, span.end + FAR)
    around = np.concatenate([block.codes[part][IS_HAN.take(block.classes[part])] for part in (before, after)])
    is_sound = len(around) >= 2 and division.lattice_score(to_text(around)) > LEAST_SOUND * len(around)
    is_short = span.end - span.start < SHORT_KOREAN
    return CHANCE_KOREAN + AMONG_CHINESE * is_sound + FEW_SYLLABLES * is_short


def _ceiling(pair: Pair, is_lossy: bool) -> float:
    """Return the share of repairs of a kind that are right: as `benchmarks/calibration.py` measured it, rounded down.

    What makes pairs of two bytes of pairs is the least sure: decoders that drop bytes leave no sign of it.
    """
    if pair.codec == "utf-8" and is_lossy:
        return 0.99 if pair.is_chinese else 0.95  # no model says which kana fit
    if pair.codec == "utf-8":
        return 0.999
    if pair in MIXED:
        return 0.95
    if pair.is_single_byte or not pair.is_chinese:
        return 0.985
    return 0.96


def _is_prose(codes: Codes, known: npt.NDArray[np.bool_], pair: Pair) -> bool:
    """Return whether a reading has at least two characters that are letters, most of them beside another or a
    digit."""
    letters = _are_letters(codes)
    if letters.sum() < 2 or len(np.unique(codes[letters])) < 2:
        return False
    if pair.is_korean:
        return True  # words of one syllable stand alone
    known = known | (codes >= ord("0")) & (codes <= ord("9"))
    beside = np.append(known[1:], False) | np.append(False, known[:-1])
    return bool((beside & letters).sum() >= 0.6 * letters.sum())


def _is_chart(before: Codes, pair: Pair) -> bool:
    """Return whether what stands there is a list of characters in the order of their bytes, as standards print them."""
    raw = encode(before[before >= 0x80], pair.wrong)
    data = np.frombuffer(raw.data, dtype=np.uint8).astype(np.int64)
    starts = raw.starts[:-1][np.diff(raw.starts) == 2]
    steps = np.diff(data[starts] << 8 | data[starts + 1])
    return len(steps) >= FEW and bool(((steps > 0) & (steps <= CHART_STEP)).mean() >= 0.5)


def _is_foreign(codes: Codes, pair: Pair) -> bool:
    """Return whether a reading is Japanese or Korean by its share of kana or hangul."""
    han = int(IS_HAN.take(class_table().take(codes)).sum())
    if pair.is_korean:  # modern Korean has next to no ideographs; rare words of Chinese make some of each
        hangul = codes[is_hangul(codes)]
        if len(hangul) < max(4, 8 * han):
            return False
        initials = np.bincount((np.unique(hangul) - FIRST_HANGUL) // AN_INITIAL)
        return bool(log_korean(hangul).mean() >= LEAST_KOREAN and initials.max() < ONE_INITIAL * initials.sum())
    repeats = np.flatnonzero(np.isin(codes, ITERATION))
    if not is_kana(codes.take(repeats - 1, mode="clip")).all() or np.isin(codes[:1], ITERATION).any():
        return False  # 《 would be ゞ
    kana = int((is_kana(codes) & ~np.isin(codes, SOUND_MARKS)).sum())
    return kana >= LEAST_KANA * (kana + han)


def _are_letters(codes: Codes) -> Mask:
    return np.asarray(IS_HAN.take(class_table().take(codes)) | is_kana(codes) | is_hangul(codes))


def is_exact(span: Span) -> bool:
    """Return whether the reading holds no byte that is part of no character."""
    return _BROKEN.search(span.text) is None


def may_lack_bytes(block: Block, span: Span, raw: Raw) -> bool:
    """Return whether bytes may be missing from a reading without a sign, or behind a question mark.

    In an encoding of pairs all that follows would then be read from the wrong pairs.
    """
    pair = span.pair
    if pair.codec == "cp932" and pair.is_single_byte:
        return shift_jis_halves.may_be_left(block, span)
    if not pair.is_chinese:
        return False
    codes = to_codes(span.text)
    costs = read_costs(codes, pair)
    if pair.codec == "utf-8":  # what is left of two characters at an end may be one
        ends = costs[[0, -1]] if pair.wrong in LOSES_MANY else costs[-1:] if block.is_before_a_loss(span) else costs[:0]
        return bool((ends < POOR).any())
    if pair.is_single_byte:
        return False
    if block.is_cut(span) or np.isin(block.codes[max(0, span.start - 1) : span.end + 1], (ord("?"), 0xFFFD)).any():
        return True
    decoder = decoder_of(block.codes[span.start : span.end], pair.wrong)
    part = raw.part(span.start, span.end)
    gain = gain_of_drops(part, codes, pair, decoder)
    return gain > most_gain_of_drops(codes) or may_be_others(part, codes, pair, decoder)
