"""Reading a damaged text again: the bytes behind it in another encoding, and which spans become Chinese by that.

The wrong decoding is undone for a whole block of text at once (`inverses.encode`), and the bytes are read in the true
encoding; what is no text there becomes a lone surrogate for each byte. Both texts are scored by the model of
Chinese, and where character borders of the two fall together the gain is known. Spans are the stretches that gain
most.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from encfix.arrays import Codes, Mask, Positions, Scores, offsets_of
from encfix.batch import to_codes, to_text
from encfix.memo import memoized
from encfix.repairs.mojibake.encodings.charsets import may_be_gone
from encfix.repairs.mojibake.encodings.inverses import Raw
from encfix.repairs.mojibake.encodings.pairs import Pair
from encfix.repairs.mojibake.judging import edges
from encfix.repairs.mojibake.judging.block import Block, Span, running_counts, running_sums
from encfix.repairs.mojibake.judging.costs import broken, read_costs
from encfix.repairs.mojibake.judging.unmarked_losses import gain_of_drops, most_gain_of_drops
from encfix.repairs.mojibake.lost_bytes import double_byte
from encfix.repairs.mojibake.lost_bytes.filling import LOSES_MANY, POOR_UTF8, REPLACEMENT, certainty, doubt, fill
from encfix.repairs.mojibake.lost_bytes.utf8 import UNKNOWN, Reading, read_utf8

FIRST_BROKEN = 0xDC00
"""What is added to a byte that is part of no character."""

CERTAIN = 4.0
"""Nats more from which it is read as if bytes were dropped."""

DROP = 16.0
"""How much a span may lose on the way before it is two."""


EXTENSION_A = range(0x3400, 0x4DC0)
"""CJK Unified Ideographs Extension A."""


def read(data: bytes, codec: str) -> tuple[Codes, Positions]:
    """Return bytes read by `codec`, and where each character's bytes start; one more is the end of all.

    A byte that is part of no character becomes the lone surrogate U+DC00 + byte.
    """
    if codec != "utf-8":  # whose decoder alone is as fast with surrogates as it is with replacements
        codes = to_codes(data.decode(codec, "replace"))
        starts = _starts(codes, codec, data)
        if starts[-1] == len(data):
            is_lost = codes == REPLACEMENT
            if codec == "cp932":
                is_lost |= _are_no_shift_jis(codes)
            (lost,) = is_lost.nonzero()
            codes[lost] = np.frombuffer(data, dtype=np.uint8)[starts[lost]] + np.uint32(FIRST_BROKEN)
            return codes, starts
    codes = to_codes(data.decode(codec, "surrogateescape"))
    return codes, _starts(codes, codec, data)


def _are_no_shift_jis(codes: Codes) -> Mask:
    """Return which characters the codec makes of a byte that is part of no character of Shift-JIS."""
    return np.asarray((codes == 0x80) | ((codes >= 0xF8F0) & (codes < 0xF8F4)))


def _starts(codes: Codes, codec: str, data: bytes) -> Positions:
    """Return where the bytes of each character of a text that was read from some start, and the end of all."""
    whole = (codes >= 0x80) & ~broken(codes)
    lengths = np.ones(len(codes), dtype=np.int64)
    if codec == "utf-8":
        lengths += whole
        lengths += whole & (codes >= 0x800)
        lengths += whole & (codes >= 0x10000)
        return offsets_of(lengths)
    whole &= codes != REPLACEMENT
    lengths += whole
    if codec == "cp932":
        lengths[(codes >= 0xFF61) & (codes < 0xFFA0)] = 1
        lengths[_are_no_shift_jis(codes)] = 1
    elif codec == "euc_jp" and b"\x8f" in data:
        known = [len(chr(code).encode(codec)) for code in codes[whole].tolist()]
        lengths[whole] = known
    return offsets_of(lengths)


def read_marked(raw: Raw, pair: Pair) -> Reading:
    """Return bytes read as `pair` says, of which some were lost: in UTF-8, or where a mark stands for each loss."""
    if pair.codec == "utf-8" and pair.is_single_byte:
        return read_utf8(raw.data, gone=may_be_gone(pair.wrong, raw.data))
    if pair.codec == "utf-8":
        return read_utf8(raw.data, raw.starts)
    return double_byte.read_marked(raw.data, pair.codec, (pair.wrong, ""))


def read_dropped(raw: Raw, pair: Pair, decoder: str) -> Reading | None:
    """Return pairs read from bytes of which the decoder dropped some without a mark, or put `?` for each; None if
    it is not sure that it did."""
    if b"?" in raw.data:
        return double_byte.read_questions(raw.data, pair.codec, (pair.wrong, decoder))
    codes, _ = read(raw.data, pair.codec)
    if not broken(codes).any() and gain_of_drops(raw, codes, pair, decoder) < most_gain_of_drops(codes) + CERTAIN:
        return None
    return double_byte.read_dropped(raw.data, raw.starts, pair.codec, (pair.wrong, decoder))


def spans(block: Block, pair: Pair, least: float, raw: Raw | None = None, lossy: Reading | None = None) -> list[Span]:
    """Return the stretches of a block that gain more than `least` nats when read as `pair` says.

    `raw` are other bytes behind the block than those that come first; `lossy` is how they read if some were lost.
    """
    slots = lossy.slots if lossy else {}
    broken_places = sorted(slots)
    found = []
    rough = _gaining(block, pair, least, raw, lossy)
    if rough is None:
        return []
    text = rough.text
    for first, last, gained in rough.settled:
        start, end, stop = int(text.new[first]), int(text.new[last]), int(text.old[last])
        own = {place - start: slots[place] for place in broken_places[bisect_left(broken_places, start) :
               bisect_left(broken_places, end)]}  # fmt: skip
        read_here = text.read[start:end]
        if of_a_mark := edges.of_a_mark(text, last, is_narrow=pair.is_single_byte):
            read_here, stop = np.append(read_here[:-of_a_mark], np.uint32(UNKNOWN)), stop - 1
            own.pop(end - start - of_a_mark, None)
        found.append(Span(int(text.old[first]), stop, to_text(read_here), gained, pair, slots=own))
    return found


def gain(block: Block, pair: Pair, least: float) -> float:
    """Return by how many nats the stretches of a block that gain more than `least` do so together, at a quick look."""
    rough = _gaining(block, pair, least)
    return sum(gained for *_, gained in rough.stretches) if rough else 0.0


def _gaining(
    block: Block, pair: Pair, least: float, raw: Raw | None = None, lossy: Reading | None = None
) -> edges.Rough | None:
    """Return how a block reads, and the stretches of that which gain more than `least` nats, None if there are none;
    what the bytes that come first gain is looked for once."""
    own = block.bytes_of(pair)
    if lossy or (raw or own) is not own:
        return _read(block, pair, least, raw or own, lossy)
    return _read_first(block, pair, least)


@memoized
def _read_first(block: Block, pair: Pair, least: float) -> edges.Rough | None:
    return _read(block, pair, least, block.bytes_of(pair))


def _read(block: Block, pair: Pair, least: float, raw: Raw, lossy: Reading | None = None) -> edges.Rough | None:
    codes, starts = (lossy.codes, lossy.starts) if lossy else read(raw.data, pair.codec)
    if starts[-1] != len(raw.data):
        return None  # a codec that makes two characters of one
    costs = read_costs(codes, pair)
    running = running_sums(costs)
    if len(starts) == len(raw.starts) and (starts == raw.starts).all():
        old = new = np.arange(len(starts))
    else:
        borders = np.zeros(len(raw.data) + 1, dtype=np.int8)
        borders[starts] = 1
        borders[raw.starts] += 2
        both = np.flatnonzero(borders == 3)
        old, new = np.searchsorted(raw.starts, both, "right") - 1, np.searchsorted(starts, both)
    total = running[new] - (block.running_as_mixed if pair.is_japanese else block.running)[old]
    if (total - np.minimum.accumulate(total)).max() <= least:
        return None
    gains = np.diff(total)
    gains[np.diff(block.never(pair.wrong)[old]) > 0] = -np.inf
    is_broken = np.zeros(len(gains), np.bool_) if lossy else np.diff(running_counts(broken(codes))[new]) > 0
    if not pair.is_chinese and pair.codec != "utf-8":  # one lost byte spoils no other line
        gains[is_broken] = -np.inf
    stretches = _best_stretches(gains, least)
    if not stretches:
        return None
    stops = block.stops(pair.wrong)[old]
    is_stop = is_broken | (stops[1:] > stops[:-1])
    return edges.Rough(edges.Text(block, codes, costs, old, new), gains, is_stop, stretches)


def filled(spans: Sequence[Span], pair: Pair) -> list[Span]:
    """Return spans with their broken characters filled in where that is sure, and U+FFFD where it is not."""
    texts = [to_codes(span.text) for span in spans]
    if pair.is_japanese:  # what its characters follow one another the model does not know
        texts = [np.where((text == UNKNOWN) | _are_halves(text), np.uint32(REPLACEMENT), text) for text in texts]
        return [replace(span, text=to_text(text), slots={}) for span, text in zip(spans, texts, strict=True)]
    found = fill(texts, [span.slots for span in spans], pair.codec, pair.wrong)
    return [_filled(span, *one) for span, one in zip(spans, found, strict=True)]


def _are_halves(codes: Codes) -> Mask:
    """Return which characters no text has, but the first byte of a kana and the last ones of what follows it may be: in
    UTF-8 both begin with E3."""
    return np.asarray((codes >= EXTENSION_A.start) & (codes < EXTENSION_A.stop))


def _filled(span: Span, text: Codes, done: dict[int, float]) -> Span:
    sure = certainty(text, done)
    left = {place: slot for place, slot in span.slots.items() if place not in done}
    is_marked = bool(span.slots) and all(slot.marked for slot in span.slots.values())
    if (
        span.pair.codec == "utf-8" and not is_marked and not span.pair.is_single_byte
    ):  # single bytes lose none that begins one
        orphans = [place for place, slot in span.slots.items() if place and slot.layouts[-1][:2] == (None, None)]
        text = doubt(text, POOR_UTF8, before=orphans, ends=span.pair.wrong in LOSES_MANY)
    return replace(span, text=to_text(text), certainty=sure, slots=left, filled=done)


def doubted_at_end(span: Span) -> Span:
    """Return a span with U+FFFD for an improbable last character: what was lost behind it may have begun in it."""
    marked = np.append(to_codes(span.text), np.uint32(REPLACEMENT))
    return replace(span, text=to_text(doubt(marked, POOR_UTF8)[:-1]))


def _best_stretches(gains: Scores, least: float) -> list[tuple[int, int, float]]:
    """Return the stretches of greatest sum above `least`, that nowhere fall by more than `DROP`: start, end, sum."""
    found = []
    each, end = gains.tolist(), 0
    for start in np.flatnonzero(gains > 0).tolist():
        if start < end:
            continue
        total = best = 0.0
        last = start
        for end in range(start + 1, len(each) + 1):
            total += each[end - 1]
            if total > best:
                best, last = total, end
            elif total <= 0 or total < best - DROP:
                break
        if best > least:
            found.append((start, last, best))
    return found
