"""Edit vectors: what a repair proposes, in positions of its batch, and how the proposals of several are made one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes, Mask, Positions, to_codes

NO_SCORE = float("nan")

Held = TypeVar("Held")


class Joints(NamedTuple):
    """Where an edit can be divided: offsets in what it replaces, ascending, and those in the replacement that belong to
    them; both int64 of the same shape."""

    old: Positions
    new: Positions

    @classmethod
    def of(cls, size: int) -> Joints:
        """Return those of a text that stays as it is."""
        return cls(np.arange(size + 1), np.arange(size + 1))

    def then(self, other: Joints) -> Joints:
        """Return those of two edits of a text, of which the other edits the replacement of this one.

        >>> Joints.of(3).then(Joints(np.array([0, 3]), np.array([0, 1])))
        Joints(old=array([0, 3]), new=array([0, 1]))
        """
        _, first, second = np.intersect1d(self.new, other.old, assume_unique=True, return_indices=True)
        return Joints(self.old[first], other.new[second])

    def around(self, before: int, after: int) -> Joints:
        """Return those of an edit with so many code points before and after it that stay as they are."""
        if not len(self.old):
            return self
        head, tail = np.arange(before), np.arange(1, after + 1)
        olds, news = (np.concatenate((head, own + before, tail + own[-1] + before)) for own in self)
        return Joints(olds, news)

    def within(self, old: tuple[int, int], new: tuple[int, int]) -> Joints:
        """Return those that lie in a part of both, as offsets of the part."""
        kept = (self.old >= old[0]) & (self.old <= old[1]) & (self.new >= new[0]) & (self.new <= new[1])
        return Joints(self.old[kept] - old[0], self.new[kept] - new[0])


NO_JOINTS = Joints(np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Edits:
    """Proposed edits on a batch, sorted by `start` and disjoint, except that reports may overlap.

    All arrays have shape (edits,): `start` and `end` (int64) are positions in the batch; the replacement of edit `i` is
    `codes[offsets[i] : offsets[i + 1]]` (`offsets` is one longer); `rule` (int16) numbers a rule; `confidence`
    (float32) is a probability; `score` (float32) goes into the reason. `candidates` holds other readings, and `joints`
    where an edit can be divided, by index of the edit.
    """

    start: Positions
    end: Positions
    offsets: Positions
    codes: Codes
    rule: npt.NDArray[np.int16]
    confidence: npt.NDArray[np.float32]
    score: npt.NDArray[np.float32]
    candidates: dict[int, tuple[str, ...]] = field(default_factory=dict)
    joints: dict[int, Joints] = field(default_factory=dict)

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
        return Edits(
            self.start[index],
            self.end[index],
            offsets_of(lengths[index]),
            self.codes[np.repeat(chosen, lengths)],
            self.rule[index],
            self.confidence[index],
            self.score[index],
            _taken(self.candidates, index),
            _taken(self.joints, index),
        )

    def moved(self, by: Positions) -> Edits:
        """Return the edits with `by`, one number an edit, added to their positions."""
        return replace(self, start=self.start + by, end=self.end + by)


def offsets_of(lengths: Positions) -> Positions:
    """Return where pieces of these lengths begin one behind the other, and where the last one ends."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))


def inside(start: Positions, lengths: Positions) -> Positions:
    """Return every position of the spans that begin at `start`."""
    return np.repeat(start - offsets_of(lengths)[:-1], lengths) + np.arange(int(lengths.sum()))


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
        np.broadcast_to(np.asarray(rule, np.int16), shape),
        np.broadcast_to(np.asarray(confidence, np.float32), shape),
        np.broadcast_to(np.asarray(score, np.float32), shape),
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
    joints: Joints = NO_JOINTS

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
    start, end, texts, rule, confidence, score, candidates, joints = zip(*proposals, strict=True)
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
    edits.joints.update((nth, known) for nth, known in enumerate(joints) if len(known.old))
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
    based = list(zip(bases[:-1].tolist(), parts, strict=True))
    candidates = {base + nth: texts for base, part in based for nth, texts in part.candidates.items()}
    joints = {base + nth: known for base, part in based for nth, known in part.joints.items()}
    order = np.lexsort((end, start))
    order = _without_overlaps(order, start, end, confidence)
    chosen = lengths[order]
    gather = inside(offsets_of(lengths)[:-1][order], chosen)
    return Edits(
        start[order],
        end[order],
        offsets_of(chosen),
        codes[gather],
        rule[order],
        confidence[order],
        score[order],
        _taken(candidates, order),
        _taken(joints, order),
    )


def _taken(held: dict[int, Held], order: npt.NDArray[np.intp]) -> dict[int, Held]:
    """Return what is held by index, for the edits taken in this order."""
    return {new: held[old] for new, old in enumerate(order.tolist()) if old in held} if held else {}


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
