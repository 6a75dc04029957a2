"""Proof that a span was damaged as a pair of encodings says, and how sure that is.

A claim that nothing refutes is proved by what its reading gains, in nats, beyond what chance does.
"""

from __future__ import annotations

import math

import numpy as np

from encfix.arrays import Codes, Mask
from encfix.batch import to_codes, to_text
from encfix.chinese import division, model
from encfix.chinese.characters import IS_HAN, class_table
from encfix.chinese.neighbours import is_hangul, is_kana, log_japanese
from encfix.repairs.mojibake.encodings.pairs import MIXED, Pair
from encfix.repairs.mojibake.judging.block import Block, Span
from encfix.repairs.mojibake.judging.claim import Claim, are_letters
from encfix.repairs.mojibake.judging.refutation import SOUND_MARKS, is_refuted

LEAST_GAIN = 10.0
"""Nats that a reading must gain before it is looked at."""

LEAST_MEAN = -9.0
"""The least mean cost of a character in the reading, in nats: text scores about -6, chance about -12."""

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

MOST_SURE_OF_FEW = 0.6
"""How sure a reading of so few characters is at most."""


def confidence(block: Block, span: Span) -> float:
    """Return the probability that a span is damage and its reading right; 0 where the proof fails."""
    claim = Claim(block, span)
    if is_refuted(claim):
        return 0.0
    proving = _proving(claim)
    weight = _weight(claim, proving)
    if weight < 0:
        return 0.0
    sure = 1 / (1 + math.exp(-min(weight, 50.0) / 2))
    if _are_few(claim, proving):
        sure = min(sure, MOST_SURE_OF_FEW)
    return min(sure * span.certainty, _ceiling(span.pair, bool(claim.lost.any()) or span.certainty < 1))


def _proving(claim: Claim) -> Mask:
    """Return which characters of a reading prove that it is right: (m,)."""
    pair, known = claim.pair, claim.known
    if pair.is_korean:  # marks stand in chance readings, too
        return known & is_hangul(claim.read)
    if pair.true == "euc-jp" and not (_fills_lines(claim) and _is_no_big5(claim)):
        # Kana stand where they stood before, or are what common characters are in Big5, and prove nothing.
        return known & _changed(claim.seen, claim.read) & ~np.isin(claim.read, SOUND_MARKS)
    return known


def _weight(claim: Claim, proving: Mask) -> float:
    """Return by how many nats a reading beats chance, by the characters that are `proving`; -inf where these read no
    better than chance does."""
    span, pair = claim.span, claim.pair
    count = int(proving.sum())
    mean = float(claim.costs[proving].mean()) if count else -math.inf
    if mean < LEAST_MEAN:
        return -math.inf
    # A Japanese list that says the same again and again proves it once, and so does a noise: ｷﾞｺﾞｷﾞｺﾞ.
    is_varied = pair.codec == "utf-8" or (pair.is_chinese and (pair.is_single_byte or count >= VARIED))
    variety = 1.0 if is_varied else len(np.unique(claim.read[proving])) / count
    weight = variety * (span.gain + 1.5 * count * (mean - LEAST_MEAN)) - _chance(claim)
    return weight - _strangeness(claim.block, span) * int(claim.are_ideographs.sum())


def _are_few(claim: Claim, proving: Mask) -> bool:
    """Return whether a reading has so few characters, or so few different ones where bytes may be another's, that it
    is never sure."""
    pair, codes, known = claim.pair, claim.read, claim.known
    if pair.is_single_byte and pair.true == "utf-8":
        return False
    if pair.true == "euc-jp" and pair.is_single_byte and _is_japanese_in_gbk(codes):
        return True
    if pair.true == "euc-jp" and not pair.is_single_byte and not (proving & are_letters(codes)).any():
        return True  # a sign alone, ∈ between slashes, is as right as the bracket that it would be
    if pair.is_single_byte or (pair.codec != "utf-8" and pair.is_chinese):
        return len(np.unique(codes[known])) < max(FEW, FEWEST * min(int(known.sum()), OF_LINE))
    if pair.codec == "utf-8" and known.all() and model.fold(claim.span.text) in model.lexicon():
        return False  # bytes of other characters make two ideographs of UTF-8 by chance, but no word
    return bool(known.sum() < FEW)


def _is_no_big5(claim: Claim) -> bool:
    """Return whether what was read as single bytes makes no Chinese in Big5."""
    if not claim.pair.is_single_byte:
        return False
    codes = to_codes(claim.span.text.encode("euc_jp", "replace").decode("big5", "replace"))
    codes = codes[codes >= 0x80]
    return len(codes) > 0 and model.score(codes) < NO_BIG5


def _is_japanese_in_gbk(codes: Codes) -> bool:
    """Return whether the ideographs of a text in EUC-JP are far more probable Japanese in GBK, which has kana in the
    same places."""
    as_gbk = to_codes(to_text(codes).encode("euc_jp", "replace").decode("gbk", "replace"))
    own, other = (float(log_japanese(each)[IS_HAN.take(class_table().take(each))].sum()) for each in (codes, as_gbk))
    return other > own + BETTER_AS_GBK


def _fills_lines(claim: Claim) -> bool:
    """Return whether a span holds all that is beyond ASCII in its lines."""
    block, span = claim.block, claim.span
    first, last = block.newlines.searchsorted((span.start, span.end)).tolist()
    bounds = np.concatenate(([-1], block.newlines, [len(block.codes)]))
    outside = block.codes[bounds[first] + 1 : span.start], block.codes[span.end : bounds[last + 1]]
    return not any((codes >= 0x80).any() for codes in outside)


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


def _chance(claim: Claim) -> float:
    """Return the nats that a reading of a span must score to be more than chance."""
    block, span = claim.block, claim.span
    if not claim.pair.is_korean:
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
