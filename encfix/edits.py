"""Edit vectors: what a repair proposes, in positions of its batch, and how the proposals of several are made one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions, inside, offsets_of
from encfix.batch import to_codes

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
        """Return no edits, which most calls of most repairs propose: always the same ones."""
        return _none()

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
            offsets_of(lengths[index]),
            self.codes[np.repeat(chosen, lengths)],
            self.rule[index],
            self.confidence[index],
            self.score[index],
            {place[old]: texts for old, texts in self.candidates.items() if old in place},
        )

    def part(self, first: int, last: int) -> Edits:
        """Return the edits `first` to `last`, without their candidates, as views: in time that does not grow."""
        own, offsets = slice(first, last), self.offsets[first : last + 1]
        columns = (self.rule[own], self.confidence[own], self.score[own])
        return Edits(self.start[own], self.end[own], offsets, self.codes, *columns)

    def moved(self, by: Positions) -> Edits:
        """Return the edits with `by`, one number an edit, added to their positions."""
        return replace(self, start=self.start + by, end=self.end + by)


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
        offsets_of(lengths),
        codes,
        np.full(shape, rule, np.int16),
        np.full(shape, confidence, np.float32),
        np.full(shape, score, np.float32),
    )


class Proposal(NamedTuple):
    """One edit, for repairs that find them one by one: `[start, end)` becomes `text`; see `Edits` for the rest."""

    start: int
    end: int
    text: str
    rule: int
    confidence: float
    score: float = NO_SCORE
    candidates: tuple[str, ...] = ()

    def moved(self, by: int) -> Proposal:
        """Return the same, so many code points on."""
        return self._replace(start=self.start + by, end=self.end + by)


def gathered(proposals: Iterable[Proposal]) -> Edits:
    """Return proposals, which must be disjoint, as edits.

    >>> gathered([Proposal(5, 6, "", 1, 0.9), Proposal(2, 3, "歷", 1, 0.9)]).start.tolist()
    [2, 5]
    """
    proposals = sorted(proposals, key=lambda proposal: (proposal.start, proposal.end))
    if not proposals:
        return Edits.none()
    start, end, texts, rule, confidence, score, candidates = zip(*proposals, strict=True)
    edits = replacements(
        np.array(start, dtype=np.int64),
        np.array(end, dtype=np.int64),
        np.array([len(text) for text in texts], dtype=np.int64),
        to_codes("".join(texts)),
        np.array(rule, dtype=np.int16),
        np.array(confidence, dtype=np.float32),
        np.array(score, dtype=np.float32),
    )
    edits.candidates.update((nth, others) for nth, others in enumerate(candidates) if others)
    return edits


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


@cache
def _none() -> Edits:
    return deletions(np.empty(0, np.int64), np.empty(0, np.int64), 0, 1.0)


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
    bases = offsets_of(np.array([len(part) for part in parts]))
    candidates = {
        int(base) + index: texts
        for base, part in zip(bases[:-1], parts, strict=True)
        for index, texts in part.candidates.items()
    }
    order = np.lexsort((end, start))
    order = _without_overlaps(order, start, end, confidence)
    chosen = lengths[order]
    gather = inside(offsets_of(lengths)[:-1][order], chosen)
    place = {int(old): new for new, old in enumerate(order)} if candidates else {}
    return Edits(
        start[order],
        end[order],
        offsets_of(chosen),
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


def touching(edits: Edits, spans: Positions) -> Mask:
    """Return which edits touch one of some spans, in any order: int64 of shape (spans, 2)."""
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    reached = np.concatenate(([-1], np.maximum.accumulate(spans[:, 1])))
    return np.asarray(reached.take(np.searchsorted(spans[:, 0], edits.end)) > edits.start)
