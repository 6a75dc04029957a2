"""Replaced spans: the edits of one stage, or of several composed, from one text to a later one.

Whole batches are composed at once, over arrays; a document takes its share when someone reads its changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from encfix.arrays import Positions, offsets_of
from encfix.edits import Edits
from encfix.rules import RULES

Rules: TypeAlias = tuple[int, ...]
"""The rules that made a span, each once, in the order of their first use."""

Span: TypeAlias = tuple[int, int, int, int, Rules, float, float]
"""One of them: the attributes of `Spans` in order."""


class Spans(NamedTuple):
    """Spans, sorted and disjoint: `[start, end)` of a text is `[new_start, new_end)` of a later one.

    All arrays have shape (spans,): int64 positions, the `Rules` of each as objects, float32 confidence and score.
    """

    start: Positions
    end: Positions
    new_start: Positions
    new_end: Positions
    rules: npt.NDArray[np.object_]
    confidence: npt.NDArray[np.float32]
    score: npt.NDArray[np.float32]

    @property
    def growth(self) -> Positions:
        """By how many code points each span grew."""
        return (self.new_end - self.new_start) - (self.end - self.start)

    def share(self, first: int, last: int, *, base: int) -> Spans:
        """Return the spans `first` to `last` as those of a document that starts at `base`, in offsets of it."""
        if first == last:
            return NO_SPANS
        new_base = base + int(self.new_start[first] - self.start[first])  # what stands before it has only moved
        return Spans(
            self.start[first:last] - base,
            self.end[first:last] - base,
            self.new_start[first:last] - new_base,
            self.new_end[first:last] - new_base,
            self.rules[first:last],
            self.confidence[first:last],
            self.score[first:last],
        )

    def rows(self) -> Iterator[Span]:
        """Return the spans one by one, in the order of the attributes."""
        return zip(*(column.tolist() for column in self), strict=True)

    def places(self) -> list[tuple[int, int, int, int]]:
        """Return start, end, new start and new end of each span."""
        return list(zip(*(column.tolist() for column in self[:4]), strict=True))


_ALONE = np.empty(len(RULES), dtype=np.object_)
_ALONE[:] = [(number,) for number in range(len(RULES))]


def spans_of(edits: Edits) -> Spans:
    """Return edits as spans, from the batch that they edit to the one that they make."""
    lengths = np.diff(edits.offsets)
    new_start = edits.start + offsets_of(lengths - (edits.end - edits.start))[:-1]
    rules = _ALONE.take(edits.rule)
    return Spans(edits.start, edits.end, new_start, new_start + lengths, rules, edits.confidence, edits.score)


NO_SPANS = spans_of(Edits.none())


def compose(earlier: Spans, later: Spans) -> Spans:
    """Return the spans from the first text to the last, if `later` begin with the text that `earlier` end with.

    Spans that touch stay apart; those that overlap in the text between become one: the score of its first repair
    stays, and the least confidence.
    """
    if not len(earlier.start):
        return later
    if not len(later.start):
        return earlier
    start = np.concatenate((earlier.new_start, later.start))
    end = np.concatenate((earlier.new_end, later.end))
    order = np.lexsort((end, start))  # stable: of two that are the same, the earlier comes first
    start, end = start[order], np.maximum.accumulate(end[order])
    opens = np.append(True, start[1:] >= end[:-1])
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(order))
    back = offsets_of(np.concatenate((-earlier.growth, np.zeros_like(later.start)))[order])
    forth = offsets_of(np.concatenate((np.zeros_like(earlier.start), later.growth))[order])
    order = order[np.lexsort((order, np.cumsum(opens)))]  # what becomes one, the earlier ones first
    rules = np.concatenate((earlier.rules, later.rules))[order]
    confidence = np.concatenate((earlier.confidence, later.confidence))[order]
    score = np.concatenate((earlier.score, later.score))[order]
    together = rules[first]
    for nth in np.flatnonzero(last > first + 1).tolist():
        together[nth] = _together(tuple(dict.fromkeys(rules[first[nth] : last[nth]])))
    start, end = start[first], end[last - 1]
    return Spans(
        start + back[first],
        end + back[last],
        start + forth[first],
        end + forth[last],
        together,
        np.minimum.reduceat(confidence, first),
        score[first],
    )


@lru_cache(maxsize=1 << 10)
def _together(rules: tuple[Rules, ...]) -> Rules:
    return tuple(dict.fromkeys(chain.from_iterable(rules)))
