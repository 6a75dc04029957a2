"""Proof that a span was damaged as a pair of encodings says, and how sure that is."""

from __future__ import annotations

import math

import numpy as np

from encfix.batch import to_codes
from encfix.chinese.characters import IS_HAN
from encfix.repairs.mojibake.reading import Block, Span, broken, is_abroad, read_costs

LEAST_GAIN = 10.0
"""Nats that a reading must gain before it is looked at."""

LEAST_MEAN = -9.0
"""The least mean cost of a character in the reading, in nats: text scores about -6, chance about -12."""

MOST_LIKELY = -7.6
"""The mean cost of a Chinese character above which a text is not improbable enough to be damage."""

MOST_BROKEN = 0.35
"""The largest share of the characters of a reading that may be lost."""


def confidence(block: Block, span: Span) -> float:
    """Return the probability that a span is damage and its reading right; 0 where the proof fails."""
    codes = to_codes(span.text)
    costs = read_costs(codes, span.pair)
    lost = broken(codes) | (codes == 0xFFFD)
    known = ~lost & (codes >= 0x80)
    count = int(known.sum())
    if not span.pair.is_chinese and is_abroad(codes).sum() < 0.3 * count:
        return 0.0
    if count < 2 or lost.sum() > 2 * MOST_BROKEN * count:
        return 0.0
    mean = float(costs[known].mean())
    if mean < LEAST_MEAN:
        return 0.0
    here = slice(span.start, span.end)
    han = IS_HAN.take(block.classes[here])
    if han.any() and float(block.costs[here][han].mean()) > MOST_LIKELY:
        return 0.0
    weight = span.gain + 1.5 * count * (mean - LEAST_MEAN) - 14.0
    sure = 1 / (1 + math.exp(-min(weight, 50.0) / 2))
    return min(sure * span.certainty, 0.97 if lost.any() or span.certainty < 1 else 0.999)


def is_exact(span: Span) -> bool:
    """Return whether the reading holds no byte that is part of no character."""
    return not bool(np.any(broken(to_codes(span.text))))
