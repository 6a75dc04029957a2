"""Text read in the wrong encoding: `绐楄竟鐨勫皬` was 窗边的小, `ÓůÓĂ` was 育用, `donâ€™t` was don’t.

What it looks like: runs of characters that stand side by side in no text: rare ideographs, half-width kana, hangul
among ideographs, accented letters and symbols, private-use characters.

How it came about: a program took bytes of one encoding for another. Most of these mistakes keep every byte and can
be undone; decoders that replace or drop what they cannot read lose some.

When it is certain: the bytes that the wrong decoder must have seen are text in the true encoding, that text is
Chinese by the model (Japanese or Korean by its kana or hangul), and what stands there is not. Spans are judged, not
whole documents: a damaged line in a good page, a damaged word in a line. What European encodings did to one another
is ftfy's part, on lines that hold such characters.

What looks alike and must stay: names and lists of rare characters, verse, Japanese, Korean and Vietnamese text,
French é», and quoted examples in text about encodings, which are reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from encfix import screen
from encfix.batch import Batch, Codes, Positions, to_codes
from encfix.chinese.characters import Class
from encfix.edits import Edits, merge, replacements
from encfix.options import Options
from encfix.repairs.mojibake import judging, reading, remnants, variants, western
from encfix.repairs.mojibake.charsets import LOST, UTF8_OR_CP1252
from encfix.repairs.mojibake.costs import damaged_costs
from encfix.repairs.mojibake.pairs import PAIRS, Pair
from encfix.repairs.mojibake.reading import Block, Span
from encfix.rules import number_of

NEAR = 48
"""Code points from a sign of damage within which damage may begin or end."""

DOUBTED = 0.6
"""Confidence in what may come of the wrong bytes."""

MIXED = next(pair for pair in PAIRS if pair.wrong == UTF8_OR_CP1252)
"""The pair that looks like others where it gave no pairs of UTF-8."""

TWICE = PAIRS[0]
"""The pair that happens again and again: UTF-8 read as GBK."""

_NUMBERS = {pair: number_of(pair.name) for pair in PAIRS}
_NARROW = tuple(pair for pair in PAIRS if pair.is_narrow)
_WIDE = tuple(pair for pair in PAIRS if not pair.is_narrow)


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to read damaged spans again in their true encoding."""
    parts = [remnants.propose(batch)]
    preferred: dict[int, list[Pair]] = {}
    stretches = list(_stretches(batch, screen.positions(batch, screen.MOJIBAKE)))
    texts = [batch.codes[start:end] for _, start, end in stretches]
    for (document, start, _), codes, costs in zip(stretches, texts, damaged_costs(texts) if texts else [], strict=True):
        block = Block(codes, costs)
        spans = list(_spans(block, preferred.setdefault(document, []))) if block.is_suspect else []
        parts.append(_edits(block, spans, start))
        parts.append(western.propose(block, start, [(span.start, span.end) for _, span in spans]))
    return remnants.guard(batch, merge(parts))


def _stretches(batch: Batch, places: Positions) -> Iterator[tuple[int, int, int]]:
    """Yield stretches of text around the `places`: their document, start and end in the batch.

    Stretches end at line ends, or where no place is near.
    """
    if not len(places):
        return
    ends = np.flatnonzero((batch.classes == Class.NEWLINE) | (batch.classes == Class.BOUNDARY))
    documents = batch.documents_of(places)
    first = np.flatnonzero((np.diff(places, prepend=-9 * NEAR) > 2 * NEAR) | (np.diff(documents, prepend=-1) != 0))
    last = np.append(first[1:], len(places)) - 1
    for one, other in zip(first.tolist(), last.tolist(), strict=True):
        document = int(documents[one])
        line = int(np.searchsorted(ends, places[one]))
        start = max(int(ends[line - 1]) + 1, int(batch.starts[document]), int(places[one]) - NEAR)
        end = min(int(ends[np.searchsorted(ends, places[other])]), int(places[other]) + NEAR)
        yield document, start, end


def _spans(block: Block, preferred: list[Pair]) -> Iterator[tuple[float, Span]]:
    """Yield the damaged spans of a block with their confidence, sorted and disjoint; `preferred` pairs are tried
    first."""
    others = (_WIDE if block.is_wide else ()) + (_NARROW if block.is_narrow else ())
    pairs = [*preferred, *(pair for pair in others if pair not in preferred)]
    pairs = [pair for pair in pairs if reading.may_explain(block, pair)]
    if MIXED in pairs and LOST in block.raw("cp1252").data:
        pairs = [MIXED, *(pair for pair in pairs if pair != MIXED)]
    found, hopeful = _attempt(block, pairs, preferred, lossy=False)
    if not found and block.is_wide:
        twice = _twice(block)
        if twice:
            yield twice
            return
    if not _covers(block, found) or not all(judging.is_smooth(block, span) for _, span in found):
        mended, _ = _attempt(block, hopeful, preferred, lossy=True)
        found = mended + [item for item in found if not any(_overlap(item[1], span) for _, span in mended)]
    found.sort(key=lambda item: -item[1].gain)
    taken: list[tuple[float, Span]] = []
    for confidence, span in found:
        if not any(_overlap(span, other) for _, other in taken):
            taken.append((confidence, span))
    for confidence, span in sorted(taken, key=lambda item: item[1].start):
        yield from _parts(confidence, span)


def _parts(confidence: float, span: Span) -> Iterator[tuple[float, Span]]:
    """Yield a span in parts, less sure of those that may come of bytes that were dropped unseen."""
    poor = judging.poor_stretch(to_codes(span.text), span.pair)
    if not span.borders or not poor.any():
        yield confidence, span
        return
    doubted = [bool(poor[new:newer].any()) for (_, new), (_, newer) in pairwise(span.borders)]
    first = 0
    for place in range(1, len(doubted) + 1):
        if place == len(doubted) or doubted[place] != doubted[first]:
            yield (min(confidence, DOUBTED) if doubted[first] else confidence), span.part(first, place)
            first = place


def _twice(block: Block) -> tuple[float, Span] | None:
    """Return a whole block that went through UTF-8 read as GBK two times, with its confidence."""
    raw = variants.resolve(block, TWICE, block.raw(TWICE.wrong), by_validity=True) or block.raw(TWICE.wrong)
    try:
        once = raw.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    inner = Block(to_codes(once))
    for span in _read(inner, TWICE, lossy=False):
        reach = span.end - span.start
        if reach >= 0.9 * inner.foreign and judging.is_exact(span):
            text = once[: span.start] + span.text + once[span.end :]
            whole = Span(0, len(block.codes), text, span.gain, TWICE)
            return min(judging.confidence(inner, span), 0.99), whole
    return None


def _attempt(
    block: Block, pairs: list[Pair], preferred: list[Pair], *, lossy: bool
) -> tuple[list[tuple[float, Span]], list[Pair]]:
    """Return what `pairs` explain of a block, with confidence, until all of it is; and the pairs that explain
    anything.

    A pair that is believed goes to the front of `preferred`.
    """
    found: list[tuple[float, Span]] = []
    hopeful: list[Pair] = []
    for pair in pairs:
        spans = _read(block, pair, lossy)
        if spans:
            hopeful.append(pair)
        for span in spans:
            confidence = judging.confidence(block, span) if lossy or judging.is_exact(span) else 0.0
            if confidence > 0:
                found.append((confidence, span))
                if pair not in preferred:
                    preferred.insert(0, pair)
        if _covers(block, found):
            break
    return found, hopeful


def _covers(block: Block, found: list[tuple[float, Span]]) -> bool:
    """Return whether the spans hold nearly all that is beyond ASCII in a block."""
    return bool(found) and sum(span.end - span.start for _, span in found) >= 0.9 * block.foreign


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _read(block: Block, pair: Pair, lossy: bool) -> list[Span]:
    """Return the spans that a pair explains, with the best choice of bytes where there is one."""
    if pair.is_narrow and pair.true == "utf-8":
        raw = variants.with_final_space(block, block.raw(pair.wrong))
        return reading.spans(block, pair, judging.LEAST_GAIN, raw, lossy=lossy)
    spans = reading.spans(block, pair, judging.LEAST_GAIN, lossy=lossy)
    if not spans:
        return spans
    raw = variants.resolve(block, pair, block.raw(pair.wrong))
    return reading.spans(block, pair, judging.LEAST_GAIN, raw, lossy=lossy) if raw else spans


def _edits(block: Block, spans: list[tuple[float, Span]], base: int) -> Edits:
    """Return one edit for each span, less the ends that stay as they are."""
    starts, ends, texts, rules, confidences, gains = [], [], [], [], [], []
    for confidence, span in spans:
        start, end, text = _trimmed(block.codes[span.start : span.end], to_codes(span.text))
        if start == end and not len(text):
            continue
        starts.append(base + span.start + start)
        ends.append(base + span.start + end)
        texts.append(text)
        rules.append(_NUMBERS[span.pair])
        confidences.append(confidence)
        gains.append(span.gain)
    return replacements(
        np.array(starts, dtype=np.int64),
        np.array(ends, dtype=np.int64),
        np.array([len(text) for text in texts], dtype=np.int64),
        np.concatenate(texts) if texts else np.empty(0, np.uint32),
        np.array(rules, dtype=np.int16),
        np.array(confidences, dtype=np.float32),
        np.array(gains, dtype=np.float32),
    )


def _trimmed(before: Codes, after: Codes) -> tuple[int, int, Codes]:
    """Return the part of `before` that differs, as start and end, and what it becomes."""
    shorter = min(len(before), len(after))
    same = before[:shorter] == after[:shorter]
    head = shorter if same.all() else int(np.argmin(same))
    same = before[len(before) - shorter :][::-1] == after[len(after) - shorter :][::-1]
    tail = min(shorter - head, shorter if same.all() else int(np.argmin(same)))
    return head, len(before) - tail, after[head : len(after) - tail]
