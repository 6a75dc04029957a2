"""Bytes that a decoder lost, in GBK and Big5: what stood there, and how probable that is.

What is left of two characters side by side may be a character of its own: 关系人访 read as Big5 lacks the first byte
of 人 and the last of 访, and what remains is 关系朔. A decoder drops only what it cannot read, and only between
characters that it gave. So for each place between those, the characters are known that may have lost a byte there,
and the model of Chinese says how probable they are beside their neighbours. The probabilities of all readings of a
text are summed, forwards and backwards, over a lattice of whole and of broken characters. Where a mark shows each
loss, only characters beside marks may be broken.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from encfix.arrays import Codes, Positions
from encfix.batch import to_text
from encfix.chinese import division
from encfix.repairs.mojibake.encodings.charsets import LOST
from encfix.repairs.mojibake.lost_bytes.best_reading import most_probable, probability, text_costs
from encfix.repairs.mojibake.lost_bytes.candidates import FAIR, Decoder, Source, kept_whole
from encfix.repairs.mojibake.lost_bytes.utf8 import UNKNOWN, Reading

SAMPLE = 600
"""Bytes by which it is judged whether a decoder dropped any."""

LEAST_GAIN, WORDS = 0.3, 0.35
"""Nats that a text must gain before words are asked whether bytes of it were dropped, and what theirs are worth beside
those of pairs: what lost bytes may have been is the best of many, which pairs are soon found for."""

ANY = (0.0, 0.0)
"""The least probabilities of characters where all are wanted."""

DROPS, MOST_WRONG = 0.25, 0.05
"""How many decoders drop bytes for each that does not, and how probable it may be that a character of a short text is
not what it seems."""

MOST_WRONG_AT_ENDS = 0.02
"""The same for its first and its last character."""

STYLE_SAMPLE = 200
"""Bytes by which the meaning of the marks is first judged."""

STYLE_GAP = 10.0
"""Nats by which one meaning of the marks must beat the other."""


def read_marked(data: bytes, codec: str, decoder: Decoder) -> Reading:
    """Return the most probable division into pairs of bytes of which some were lost, where `LOST` marks each loss;
    `UNKNOWN` stands for what is not sure.

    Some decoders put a mark for each byte; browsers put one for two bytes, unless the second is of ASCII and stays.
    The way that makes the better text is taken; if neither does clearly, what both agree on.
    """
    if len(data) > 2 * STYLE_SAMPLE:
        gap = _gap(data[:STYLE_SAMPLE], codec, decoder)
        if abs(gap) >= STYLE_GAP:
            return _marked(data, codec, decoder, by_two=gap > 0)[1]
    found = [_marked(data, codec, decoder, by_two=way) for way in (False, True)]
    (other, rival), (best, reading) = sorted(found, key=lambda one: one[0])
    if best - other < STYLE_GAP:
        agreed = dict(zip(rival.starts.tolist(), rival.codes.tolist(), strict=False))
        for nth, (start, code) in enumerate(zip(reading.starts.tolist(), reading.codes.tolist(), strict=False)):
            if code != agreed.get(start):
                reading.codes[nth] = UNKNOWN
    return reading


@lru_cache(maxsize=4)
def _gap(data: bytes, codec: str, decoder: Decoder) -> float:
    """Return by how many nats bytes are more probable if a mark stands for two that are lost than if for each."""
    one, two = (probability(_with_marks(data, codec, decoder, by_two=way)[0]) for way in (False, True))
    return two - one


def _marked(data: bytes, codec: str, decoder: Decoder, *, by_two: bool) -> tuple[float, Reading]:
    """Return how probable bytes are in which a mark stands for each that is lost, or for two; and what they are."""
    source, places = _with_marks(data, codec, decoder, by_two=by_two)
    score, reading = most_probable(source)
    return score, Reading(reading.codes, places[reading.starts], {})


def _with_marks(data: bytes, codec: str, decoder: Decoder, *, by_two: bool) -> tuple[Source, Positions]:
    """Return bytes in which a mark stands for each that is lost, or for two, and the place that each byte had."""
    wide, places = _unfolded(data) if by_two else (data, np.arange(len(data) + 1))
    return Source(wide, codec, decoder, by_two=by_two), places


def read_questions(data: bytes, codec: str, decoder: Decoder) -> Reading:
    """Return the same where the marks are question marks, some of which may be the text's own."""
    wide = data.replace(b"?", bytes((LOST,)))
    return most_probable(Source(wide, codec, decoder, question=True))[1]


def read_dropped(data: bytes, borders: Positions, codec: str, decoder: Decoder) -> Reading:
    """Return the same where bytes were dropped without a mark, between characters that end at the `borders`."""
    return most_probable(Source(data, codec, decoder, borders, doubt=FAIR))[1]


def _unfolded(data: bytes) -> tuple[bytes, Positions]:
    """Return bytes with two marks for each, and the place that each byte had."""
    raw = np.frombuffer(data, dtype=np.uint8)
    times = 1 + (raw == LOST)
    places = np.repeat(np.arange(len(data)), times)
    second = np.append(False, places[1:] == places[:-1])
    return np.repeat(raw, times).tobytes(), np.append(places + second, len(data))


def gain(data: bytes, borders: Positions, codes: Codes, codec: str, decoder: Decoder) -> float:
    """Return by how many nats bytes are more probable as a text if a decoder may have dropped some than as the
    characters `codes`, words included.

    Of a long text the first `SAMPLE` bytes are looked at: a decoder that drops any drops many.
    """
    if len(data) > SAMPLE:
        codes = codes[: int(np.searchsorted(np.cumsum(1 + (codes >= 0x80)), SAMPLE, "right"))]
        size = len(codes) + int(np.count_nonzero(codes >= 0x80))
        data, borders = data[:size], borders[borders <= size]
    source = Source(data, codec, decoder, borders)
    score, best = most_probable(source, ANY)
    gained = score - float(text_costs(codes, source.forms).sum())
    if gained > LEAST_GAIN:
        gained += WORDS * (division.lattice_score(to_text(best.codes)) - division.lattice_score(to_text(codes)))
    return gained


def may_be_others(data: bytes, borders: Positions, codes: Codes, codec: str, decoder: Decoder) -> bool:
    """Return whether one of the characters `codes` may well be what is left of two: if the decoder drops bytes it is
    improbable, and the text is too short to show by the others, which are whole, that it does not. Less is enough at an
    end, behind which nothing tells: there the other byte of a pair goes without a trace."""
    odds = DROPS * kept_whole(codec, decoder) ** int(np.count_nonzero(codes >= 0x80))
    if odds <= 2.0 * MOST_WRONG_AT_ENDS * (1.0 + odds):  # in a long text they are next to nothing
        return False
    at_ends, least = (1.0 - most * (1.0 + odds) / odds for most in (MOST_WRONG_AT_ENDS, MOST_WRONG))
    source = Source(data, codec, decoder, borders)
    best = most_probable(source, (at_ends, at_ends))[1].codes
    if best[0] != codes[0] or best[-1] != codes[-1]:
        return True
    if least <= 0.0 or np.array_equal(best, codes):
        return False
    return not np.array_equal(most_probable(source, (least, least))[1].codes, codes)
