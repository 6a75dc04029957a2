"""Reading a damaged text again: the bytes behind it in another encoding, and which spans become Chinese by that.

The wrong decoding is undone for a whole block of text at once (`charsets.encode`), and the bytes are read in the true
encoding; what is no text there becomes a lone surrogate for each byte. Both texts are scored by the model of
Chinese, and where character borders of the two fall together the gain is known. Spans are the stretches that gain
most.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

import numpy as np

from encfix.batch import Codes, Positions, to_codes
from encfix.chinese.characters import Class
from encfix.repairs.mojibake import dropping, edges
from encfix.repairs.mojibake.block import IS_FOREIGN, Block, Span, running_sums
from encfix.repairs.mojibake.charsets import Raw
from encfix.repairs.mojibake.costs import broken, read_costs
from encfix.repairs.mojibake.filling import LOSES_MANY, POOR_UTF8, REPLACEMENT, certainty, doubt, fill
from encfix.repairs.mojibake.lossy import UNKNOWN, Reading, Slot, read_utf8
from encfix.repairs.mojibake.pairs import Pair

MOST_GAIN, MOST_GAIN_EACH = 0.25, 0.03
"""Nats by which an honest text may be more probable if bytes of it were dropped, and for each character of it."""

CERTAIN = 4.0
"""Nats more from which it is read as if bytes were dropped."""

_NO_SHIFT_JIS = {0x80: 0x80, 0xF8F0: 0xA0, 0xF8F1: 0xFD, 0xF8F2: 0xFE, 0xF8F3: 0xFF}
"""What the codec makes of bytes that are part of no character of Shift-JIS, with those bytes."""

DROP = 16.0
"""How much a span may lose on the way before it is two."""


def read(data: bytes, codec: str) -> tuple[Codes, Positions]:
    """Return bytes read by `codec`, and where each character's bytes start; one more is the end of all.

    A byte that is part of no character becomes the lone surrogate U+DC00 + byte.
    """
    text = data.decode(codec, "surrogateescape")
    codes = to_codes(text)
    lengths = np.ones(len(codes), dtype=np.int64)
    whole = (codes >= 0x80) & ((codes < 0xDC80) | (codes >= 0xDD00))
    if codec == "utf-8":
        lengths += whole
        lengths += whole & (codes >= 0x800)
        lengths += whole & (codes >= 0x10000)
    else:
        lengths += whole
        if codec == "cp932":
            lengths[(codes >= 0xFF61) & (codes < 0xFFA0)] = 1
            for code, byte in _NO_SHIFT_JIS.items():
                lengths[codes == code] = 1
                codes[codes == code] = 0xDC00 + byte
        elif codec == "euc_jp" and b"\x8f" in data:
            known = [len(chr(code).encode(codec)) for code in codes[whole].tolist()]
            lengths[whole] = known
    return codes, np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))


def read_marked(raw: Raw, pair: Pair) -> Reading:
    """Return bytes read as `pair` says, of which some were lost: in UTF-8, or where a mark stands for each loss."""
    if pair.codec == "utf-8":
        return read_utf8(raw.data, None if pair.is_single_byte else raw.starts)
    return dropping.read_marked(raw.data, pair.codec, (pair.wrong, ""))


def read_dropped(raw: Raw, pair: Pair, decoder: str) -> Reading | None:
    """Return pairs read from bytes of which the decoder dropped some without a mark, or put `?` for each; None if
    it is not sure that it did."""
    if b"?" in raw.data:
        return dropping.read_questions(raw.data, pair.codec, (pair.wrong, decoder))
    codes, _ = read(raw.data, pair.codec)
    if not broken(codes).any() and gain_of_drops(raw, codes, pair, decoder) < most_gain_of_drops(codes) + CERTAIN:
        return None
    return dropping.read_dropped(raw.data, raw.starts, pair.codec, (pair.wrong, decoder))


def gain_of_drops(raw: Raw, codes: Codes, pair: Pair, decoder: str) -> float:
    """Return by how many nats a text is more probable if bytes of it may have been dropped than as `codes`."""
    return dropping.gain(raw.data, raw.starts, codes, pair.codec, (pair.wrong, decoder))


def may_be_others(raw: Raw, codes: Codes, pair: Pair, decoder: str) -> bool:
    """Return whether a character of a short text may well be what is left of two."""
    return dropping.may_be_others(raw.data, raw.starts, codes, pair.codec, (pair.wrong, decoder))


def most_gain_of_drops(codes: Codes) -> float:
    """Return the gain up to which it is chance: the longer a text, the more rare words it has, and the more bytes it
    would have lost."""
    return MOST_GAIN + MOST_GAIN_EACH * min(int(np.count_nonzero(codes >= 0x80)), dropping.SAMPLE // 2)


def spans(block: Block, pair: Pair, least: float, raw: Raw | None = None, lossy: Reading | None = None) -> list[Span]:
    """Return the stretches of a block that gain more than `least` nats when read as `pair` says.

    `raw` are other bytes behind the block than those that come first; `lossy` is how they read if some were lost.
    """
    raw = raw or block.bytes_of(pair)
    slots: dict[int, Slot] = {}
    if lossy:
        codes, starts, slots = lossy.codes, lossy.starts, lossy.slots
    else:
        codes, starts = read(raw.data, pair.codec)
    if starts[-1] != len(raw.data):
        return []  # a codec that makes two characters of one
    costs = read_costs(codes, pair)
    running = running_sums(costs)
    if len(starts) == len(raw.starts) and (starts == raw.starts).all():
        old = new = np.arange(len(starts))
    else:
        borders = np.zeros(len(raw.data) + 1, dtype=np.int8)
        borders[starts] = 1
        borders[raw.starts] += 2
        both = np.flatnonzero(borders == 3)
        old, new = np.searchsorted(raw.starts, both), np.searchsorted(starts, both)
    total = running[new] - (block.running_as_mixed if pair.is_japanese else block.running)[old]
    if (total - np.minimum.accumulate(total)).max() <= least:
        return []
    gains = np.diff(total)
    gains[np.diff(block.never(pair.wrong)[old]) > 0] = -np.inf
    stops = block.stops(pair.wrong)
    is_stop = stops[old[1:]] - stops[old[:-1]] > 0
    if not lossy:
        is_broken = np.diff(np.concatenate(([0], np.cumsum(broken(codes))))[new]) > 0
        is_stop |= is_broken
        if not pair.is_chinese and pair.codec != "utf-8":  # one lost byte spoils no other line
            gains[is_broken] = -np.inf
    foreign = np.concatenate(([0], np.cumsum(IS_FOREIGN.take(block.classes))))[old]
    leaving = np.where(np.diff(foreign) == np.diff(old), edges.LEAVING_FOREIGN, edges.LEAVING)
    text = edges.Text(
        block.codes, block.classes, codes, costs, old, new, np.flatnonzero(block.classes == Class.NEWLINE)
    )
    found = []
    broken_places = sorted(slots)
    stretches = edges.drawn_out(_best_stretches(gains.tolist(), least), gains, np.flatnonzero(is_stop), leaving)
    for first, last, gain in edges.settled(text, stretches, gains):
        start, end, stop = int(new[first]), int(new[last]), int(old[last])
        own = {place - start: slots[place] for place in broken_places[bisect_left(broken_places, start) :
               bisect_left(broken_places, end)]}  # fmt: skip
        read_here = codes[start:end]
        if of_a_mark := edges.of_a_mark(text, last, is_narrow=pair.is_single_byte):
            read_here, stop = np.append(read_here[:-of_a_mark], np.uint32(UNKNOWN)), stop - 1
            own.pop(end - start - of_a_mark, None)
        found.append(Span(int(old[first]), stop, _text(read_here), gain, pair, slots=own))
    return found


def filled(span: Span) -> Span:
    """Return a span with its broken characters filled in where that is sure, and U+FFFD where it is not."""
    if span.pair.is_japanese:  # what its characters follow one another the model does not know
        codes = to_codes(span.text)
        return replace(span, text=_text(np.where(codes == UNKNOWN, REPLACEMENT, codes)), slots={})
    text, done = fill(to_codes(span.text), span.slots, span.pair.codec, span.pair.wrong)
    sure = certainty(text, done)
    left = {place: slot for place, slot in span.slots.items() if place not in done}
    is_marked = bool(span.slots) and all(slot.marked for slot in span.slots.values())
    if (
        span.pair.codec == "utf-8" and not is_marked and not span.pair.is_single_byte
    ):  # single bytes lose none that begins one
        orphans = [place for place, slot in span.slots.items() if place and slot.layouts[-1][:2] == (None, None)]
        text = doubt(text, POOR_UTF8, before=orphans, ends=span.pair.wrong in LOSES_MANY)
    return replace(span, text=_text(text), certainty=sure, slots=left, filled=done)


def _text(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def _best_stretches(gains: list[float], least: float) -> list[tuple[int, int, float]]:
    """Return the stretches of greatest sum above `least`, that nowhere fall by more than `DROP`: start, end, sum."""
    found = []
    total = best = 0.0
    start = end = 0
    for place, gain in enumerate(gains):
        total += gain
        if total > best:
            best, end = total, place + 1
        elif total <= 0 or total < best - DROP:
            if best > least:
                found.append((start, end, best))
            total = best = 0.0
            start = end = place + 1
    if best > least:
        found.append((start, end, best))
    return found
