"""Whether bytes of a text were lost without a mark, or behind a question mark.

In an encoding of pairs all that follows would then be read from the wrong pairs.
"""

from __future__ import annotations

import numpy as np

from encfix.arrays import Codes
from encfix.batch import to_codes
from encfix.repairs.mojibake.encodings.charsets import decoder_of
from encfix.repairs.mojibake.encodings.inverses import Raw
from encfix.repairs.mojibake.encodings.pairs import Pair
from encfix.repairs.mojibake.judging import shift_jis_halves
from encfix.repairs.mojibake.judging.block import Block, Span
from encfix.repairs.mojibake.judging.costs import read_costs
from encfix.repairs.mojibake.lost_bytes import double_byte
from encfix.repairs.mojibake.lost_bytes.filling import LOSES_MANY

POOR = -12.0
"""The cost of a first or last character below which bytes were dropped there."""

MOST_GAIN, MOST_GAIN_EACH = 0.25, 0.03
"""Nats by which an honest text may be more probable if bytes of it were dropped, and for each character of it."""


def may_lack_bytes(block: Block, span: Span, raw: Raw) -> bool:
    """Return whether bytes may be missing from a reading without a mark, or behind a question mark."""
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


def gain_of_drops(raw: Raw, codes: Codes, pair: Pair, decoder: str) -> float:
    """Return by how many nats a text is more probable if bytes of it may have been dropped than as `codes`."""
    return double_byte.gain(raw.data, raw.starts, codes, pair.codec, (pair.wrong, decoder))


def may_be_others(raw: Raw, codes: Codes, pair: Pair, decoder: str) -> bool:
    """Return whether a character of a short text may well be what is left of two."""
    return double_byte.may_be_others(raw.data, raw.starts, codes, pair.codec, (pair.wrong, decoder))


def most_gain_of_drops(codes: Codes) -> float:
    """Return the gain up to which it is chance: the longer a text, the more rare words it has, and the more bytes it
    would have lost."""
    return MOST_GAIN + MOST_GAIN_EACH * min(int(np.count_nonzero(codes >= 0x80)), double_byte.SAMPLE // 2)
