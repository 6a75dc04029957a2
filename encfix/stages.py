"""Applied edits: the batch that they make, and how the edits of successive stages become one trail of the original.

`apply` makes the next batch and a `Stage`, which remembers enough to say, for one document and only when someone asks,
what was changed where in the original (`compose`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from encfix.batch import Batch, Positions
from encfix.edits import Edits, inside, offsets_of, outside


class Stage(NamedTuple):
    """One repair of one batch: its applied edits, and which of them belong to which document."""

    edits: Edits
    bounds: Positions
    """Document `i` has the edits `bounds[i]` to `bounds[i + 1]`."""
    starts: Positions
    """Where the documents started in the batch that was edited."""


def stage_of(batch: Batch, edits: Edits) -> Stage:
    """Return the edits together with the place of each document's own."""
    return Stage(edits, np.append(np.searchsorted(edits.start, batch.starts), len(edits)), batch.starts)


def apply(batch: Batch, edits: Edits) -> tuple[Batch, Stage]:
    """Return the edited batch, and the stage that remembers how it came about."""
    lengths = np.diff(edits.offsets)
    growth = lengths - (edits.end - edits.start)
    stage = stage_of(batch, edits)
    shift = offsets_of(growth)
    starts = batch.starts + shift[stage.bounds[:-1]]
    ends = batch.ends + shift[stage.bounds[1:]]
    seams = moved(batch.seams, edits) if len(batch.seams) else batch.seams
    if not growth.any():
        codes = batch.codes.copy()
        codes[inside(edits.start, lengths)] = edits.codes
        return Batch(codes, starts, ends, seams), stage
    kept = batch.codes[outside(edits.start, edits.end, len(batch.codes))]
    if not len(edits.codes):
        return Batch(kept, starts, ends, seams), stage
    old = outside(edits.start + shift[:-1], edits.start + shift[:-1] + lengths, len(kept) + len(edits.codes))
    codes = np.empty(len(old), dtype=np.uint32)
    codes[old] = kept
    codes[~old] = edits.codes
    return Batch(codes, starts, ends, seams), stage


def moved(places: Positions, edits: Edits) -> Positions:
    """Return where positions of a batch, of any shape, stand once it is edited; inside an edit, at its start."""
    shift = offsets_of(np.diff(edits.offsets) - (edits.end - edits.start))
    nth = np.searchsorted(edits.end, places, side="right")
    starts = np.append(edits.start, np.iinfo(np.int64).max)
    return np.asarray(np.minimum(places, starts.take(nth)) + shift.take(nth), dtype=np.int64)


class Span(NamedTuple):
    """A replaced span: `[start, end)` of the original is `[new_start, new_end)` of the text, by `rules`, in order."""

    start: int
    end: int
    new_start: int
    new_end: int
    rules: tuple[int, ...]
    confidence: float
    score: float


def spans_of(stage: Stage, document: int) -> list[Span]:
    """Return one document's edits in one stage as spans, in offsets of the document before that stage."""
    edits, base = stage.edits, int(stage.starts[document])
    chosen = slice(int(stage.bounds[document]), int(stage.bounds[document + 1]))
    lengths = np.diff(edits.offsets[chosen.start : chosen.stop + 1]).tolist()
    spans, shift = [], -base
    for start, end, length, rule, confidence, score in zip(
        edits.start[chosen].tolist(),
        edits.end[chosen].tolist(),
        lengths,
        edits.rule[chosen].tolist(),
        edits.confidence[chosen].tolist(),
        edits.score[chosen].tolist(),
        strict=True,
    ):
        new = start + shift
        spans.append(Span(start - base, end - base, new, new + length, (rule,), confidence, score))
        shift += length - (end - start)
    return spans


def compose(earlier: Sequence[Span], later: Sequence[Span]) -> list[Span]:
    """Return the spans from the original to the text after `later`, which edits the text after `earlier`.

    Edits that touch stay apart; those whose spans in the text between overlap become one.
    """
    if not earlier or not later:
        return list(earlier or later)
    pending = sorted(
        [(span.new_start, span.new_end, 0, span) for span in earlier]
        + [(span.start, span.end, 1, span) for span in later],
        key=lambda item: item[:3],
    )
    composed = []
    before = after = 0  # what to add to an offset between the stages to get the original's, and the result's
    done = 0
    while done < len(pending):
        first, last, _, _ = pending[done]
        start, new_start = first + before, first + after
        earlier_ones: list[Span] = []
        later_ones: list[Span] = []
        while done < len(pending) and (pending[done][0] < last or not (earlier_ones or later_ones)):
            _, end, is_later, span = pending[done]
            last = max(last, end)
            growth = (span.new_end - span.new_start) - (span.end - span.start)
            if is_later:
                after += growth
                later_ones.append(span)
            else:
                before -= growth
                earlier_ones.append(span)
            done += 1
        members = earlier_ones + later_ones
        rules, confidence, score = members[0][4:]
        for member in members[1:]:
            rules, confidence = rules + member.rules, min(confidence, member.confidence)
        composed.append(Span(start, last + before, new_start, last + after, rules, confidence, score))
    return composed


def trim(spans: Iterable[Span], original: str, text: str) -> list[Span]:
    """Return spans less the ends that did not change; those that changed nothing fall away."""
    trimmed = []
    for span in spans:
        start, end, new_start, new_end = span[:4]
        while start < end and new_start < new_end and original[start] == text[new_start]:
            start, new_start = start + 1, new_start + 1
        while start < end and new_start < new_end and original[end - 1] == text[new_end - 1]:
            end, new_end = end - 1, new_end - 1
        if start == span.start and end == span.end:
            trimmed.append(span)
        elif start < end or new_start < new_end:
            trimmed.append(span._replace(start=start, end=end, new_start=new_start, new_end=new_end))
    return trimmed
