"""Edit vectors: what a repair proposes, how it is applied, and how the edits of successive repairs become one trail.

A repair speaks of positions in its batch. `apply` makes the next batch and a `Stage`, which remembers enough to say,
for one document and only when someone asks, what was changed where in the original (`compose`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.batch import Batch, Codes, Mask, Positions

NO_SCORE = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Edits:
    """Proposed edits on a batch, sorted by `start` and disjoint, except that reports may overlap.

    All arrays have shape (edits,): `start` and `end` (int64) are positions in the batch; the replacement of edit `i` is
    `codes[offsets[i] : offsets[i + 1]]` (`offsets` is one longer); `rule` (int16) numbers a rule; `confidence`
    (float32) is a probability; `score` (float32) goes into the reason. `candidates` holds other readings, by index of
    the edit.
    """

    start: Positions
    end: Positions
    offsets: Positions
    codes: Codes
    rule: npt.NDArray[np.int16]
    confidence: npt.NDArray[np.float32]
    score: npt.NDArray[np.float32]
    candidates: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def none(cls) -> Edits:
        """Return no edits."""
        return deletions(np.empty(0, np.int64), np.empty(0, np.int64), 0, 1.0)

    def where(self, chosen: Mask) -> Edits:
        """Return the edits at which `chosen`, bool of shape (edits,), is True."""
        if chosen.all():
            return self
        lengths = np.diff(self.offsets)
        index = np.flatnonzero(chosen)
        place = {int(old): new for new, old in enumerate(index)} if self.candidates else {}
        return Edits(
            self.start[index],
            self.end[index],
            _offsets(lengths[index]),
            self.codes[np.repeat(chosen, lengths)],
            self.rule[index],
            self.confidence[index],
            self.score[index],
            {place[old]: texts for old, texts in self.candidates.items() if old in place},
        )

    def moved(self, by: Positions) -> Edits:
        """Return the edits with `by`, one number an edit, added to their positions."""
        return replace(self, start=self.start + by, end=self.end + by)


def _offsets(lengths: Positions) -> Positions:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))


def replacements(
    start: Positions,
    end: Positions,
    lengths: Positions,
    codes: Codes,
    rule: int | npt.NDArray[np.int16],
    confidence: float | npt.NDArray[np.float32],
    score: float | npt.NDArray[np.float32] = NO_SCORE,
) -> Edits:
    """Return edits that replace each span by the next `lengths[i]` of `codes`."""
    shape = start.shape
    return Edits(
        start,
        end,
        _offsets(lengths),
        codes,
        np.broadcast_to(np.asarray(rule, np.int16), shape),
        np.broadcast_to(np.asarray(confidence, np.float32), shape),
        np.broadcast_to(np.asarray(score, np.float32), shape),
    )


def deletions(
    start: Positions,
    end: Positions,
    rule: int | npt.NDArray[np.int16],
    confidence: float | npt.NDArray[np.float32],
    score: float | npt.NDArray[np.float32] = NO_SCORE,
) -> Edits:
    """Return edits that delete each span; also the form of a report, whose replacement nobody reads."""
    lengths = np.zeros(len(start), np.int64)
    return replacements(start, end, lengths, np.empty(0, np.uint32), rule, confidence, score)


def merge(parts: Iterable[Edits]) -> Edits:
    """Return all edits sorted by position; of two that overlap, the surer one stays, and the first of equals."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return Edits.none()
    start = np.concatenate([part.start for part in parts])
    end = np.concatenate([part.end for part in parts])
    lengths = np.concatenate([np.diff(part.offsets) for part in parts])
    codes = np.concatenate([part.codes for part in parts])
    confidence = np.concatenate([part.confidence for part in parts])
    rule = np.concatenate([part.rule for part in parts])
    score = np.concatenate([part.score for part in parts])
    bases = _offsets(np.array([len(part) for part in parts]))
    candidates = {
        int(base) + index: texts
        for base, part in zip(bases[:-1], parts, strict=True)
        for index, texts in part.candidates.items()
    }
    order = np.lexsort((end, start))
    order = _without_overlaps(order, start, end, confidence)
    chosen = lengths[order]
    gather = _inside(_offsets(lengths)[:-1][order], chosen)
    place = {int(old): new for new, old in enumerate(order)} if candidates else {}
    return Edits(
        start[order],
        end[order],
        _offsets(chosen),
        codes[gather],
        rule[order],
        confidence[order],
        score[order],
        {place[old]: texts for old, texts in candidates.items() if old in place},
    )


def _without_overlaps(
    order: npt.NDArray[np.intp], start: Positions, end: Positions, confidence: npt.NDArray[np.float32]
) -> npt.NDArray[np.intp]:
    """Return `order` without the less sure of each overlapping pair."""
    if not len(order) or bool(np.all(start[order][1:] >= end[order][:-1])):
        return order
    kept: list[int] = []
    for index in order.tolist():
        while kept and start[index] < end[kept[-1]] and confidence[index] > confidence[kept[-1]]:
            kept.pop()
        if not kept or start[index] >= end[kept[-1]]:
            kept.append(index)
    return np.array(kept, dtype=np.intp)


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
    shift = _offsets(growth)
    starts = batch.starts + shift[stage.bounds[:-1]]
    ends = batch.ends + shift[stage.bounds[1:]]
    if not growth.any():
        codes = batch.codes.copy()
        codes[_inside(edits.start, lengths)] = edits.codes
        return Batch(codes, starts, ends), stage
    kept = batch.codes[_outside(edits.start, edits.end, len(batch.codes))]
    if not len(edits.codes):
        return Batch(kept, starts, ends), stage
    old = _outside(edits.start + shift[:-1], edits.start + shift[:-1] + lengths, len(kept) + len(edits.codes))
    codes = np.empty(len(old), dtype=np.uint32)
    codes[old] = kept
    codes[~old] = edits.codes
    return Batch(codes, starts, ends), stage


def _outside(start: Positions, end: Positions, size: int) -> Mask:
    """Return which of `size` positions lie in none of the spans, which are sorted and disjoint."""
    bounds = np.concatenate(([0], np.stack((start, end), axis=1).ravel(), [size]))
    values = np.ones(len(bounds) - 1, dtype=np.bool_)
    values[1::2] = False
    return np.repeat(values, np.diff(bounds))


def _inside(start: Positions, lengths: Positions) -> Positions:
    """Return every position of the spans that begin at `start`."""
    return np.repeat(start - _offsets(lengths)[:-1], lengths) + np.arange(int(lengths.sum()))


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
    groups: list[list[tuple[int, int, int, Span]]] = []
    reach = -1
    for item in pending:
        if groups and item[0] < reach:
            groups[-1].append(item)
            reach = max(reach, item[1])
        else:
            groups.append([item])
            reach = item[1]
    composed = []
    before = after = 0  # what to add to an offset between the stages to get the original's, and the result's
    for group in groups:
        if len(group) == 1:  # nearly all of them
            first, last, is_later, span = group[0]
            old, new = span.end - span.start, span.new_end - span.new_start
            start, new_start = first + before, first + after
            composed.append(Span(start, start + old, new_start, new_start + new, *span[4:]))
            if is_later:
                after += new - old
            else:
                before += old - new
            continue
        first, last = group[0][0], max(item[1] for item in group)
        start, new_start = first + before, first + after
        for _, _, is_later, span in group:
            if is_later:
                after += (span.new_end - span.new_start) - (span.end - span.start)
            else:
                before += (span.end - span.start) - (span.new_end - span.new_start)
        members = [item[3] for item in sorted(group, key=lambda item: item[2])]
        composed.append(
            Span(
                start,
                last + before,
                new_start,
                last + after,
                tuple(rule for member in members for rule in member.rules),
                min(member.confidence for member in members),
                members[0].score,
            )
        )
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
