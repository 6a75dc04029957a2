"""The passages of a document in which a tool set glosses, where the document as a whole does not prove one.

A file may hold several pages, each glossed in its own way, or one among others without a gloss: what one page always
glosses stands bare in the next. Such a document is halved at line ends until its parts prove a tool by themselves, or
have too few glosses to do so; these join a neighbour that proves one, if both together do.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from encfix.arrays import Mask, Positions
from encfix.batch import Batch
from encfix.chinese.characters import Class
from encfix.edits import Edits
from encfix.repairs.gloss.evidence import ENOUGH, Evidence
from encfix.repairs.gloss.finding import Glosses, find

MOST_JOINED = 8
"""Parts, one behind the other, that may join a neighbour."""

Span: TypeAlias = tuple[int, int]


class Passages(NamedTuple):
    """The passages of some documents, as documents of a batch of their own.

    `divided` says which documents these are, and `shift` what is added to a position in each passage.
    """

    divided: Mask
    batch: Batch
    shift: Positions

    def moved(self, edits: Edits) -> Edits:
        """Return edits of the passages as edits of the documents."""
        return edits.moved(self.shift[self.batch.documents_of(edits.start)])


def divide(batch: Batch, glosses: Glosses, evidence: Evidence) -> Passages | None:
    """Return the passages of documents that may hold several pages; None if none of these has one that proves a
    tool."""
    (documents,) = evidence.may_hold_pages.nonzero()
    if not len(documents):
        return None
    spans = list(zip(batch.starts[documents].tolist(), batch.ends[documents].tolist(), strict=True))
    line_ends = np.flatnonzero(batch.classes == Class.NEWLINE)
    proven, others = _halved(batch, spans, glosses.owner, line_ends)
    if not proven:
        return None
    parts = _joined(batch, proven, others)
    starts = np.array(parts, dtype=np.int64)[:, 0]
    divided = np.zeros(len(batch), dtype=np.bool_)
    divided[documents] = True
    passages = _part(batch, parts)
    return Passages(divided, passages, starts - passages.starts)


def _halved(batch: Batch, spans: list[Span], owners: Positions, line_ends: Positions) -> tuple[list[Span], list[Span]]:
    """Return the parts of spans that prove a tool, and those between them."""
    proven: list[Span] = []
    others: list[Span] = []
    while spans:
        halves: list[Span] = []
        for start, end in spans:
            first, last = np.searchsorted(owners, (start, end)).tolist()
            parts = _halves(start, end, int(owners[(first + last) // 2]), line_ends) if last > first + 1 else []
            halves += parts
            others += [] if parts else [(start, end)]
        counts = [int(np.diff(np.searchsorted(owners, half)).item()) for half in halves]
        promising = [span for span, count in zip(halves, counts, strict=True) if count >= ENOUGH]
        spans = [span for span, count in zip(halves, counts, strict=True) if count < ENOUGH]
        for span, holds in zip(promising, _are_glossed(batch, promising), strict=True):
            (proven if holds else spans).append(span)
    return proven, others


def _halves(start: int, end: int, middle: int, line_ends: Positions) -> list[Span]:
    """Return the two parts of a span that the line end nearest to its middle leaves; none if it is one line."""
    first, last = np.searchsorted(line_ends, (start, end)).tolist()
    if first == last:
        return []
    nearest = int(np.searchsorted(line_ends[first:last], middle)) + first
    cut = min(line_ends[max(nearest - 1, first) : min(nearest + 1, last)].tolist(), key=lambda at: abs(at - middle))
    return [(start, cut), (cut + 1, end)]


def _joined(batch: Batch, proven: list[Span], others: list[Span]) -> list[Span]:
    """Return all parts in order, with those that prove nothing joined to a neighbour if both together prove a tool."""
    is_proven = dict.fromkeys(proven, True) | dict.fromkeys(others, False)
    for turn in range(MOST_JOINED):
        pairs = [
            (one, other)
            for one, other in pairwise(sorted(is_proven))
            if one[1] + 1 == other[0] and is_proven[one] != is_proven[other] and is_proven[one] == (turn % 2 == 0)
        ]
        together = [(one[0], other[1]) for one, other in pairs]
        for pair, span, holds in zip(pairs, together, _are_glossed(batch, together), strict=True):
            if holds:  # no part is in two pairs
                del is_proven[pair[0]], is_proven[pair[1]]
                is_proven[span] = True
    return sorted(is_proven)


def _are_glossed(batch: Batch, spans: list[Span]) -> list[bool]:
    """Return which spans prove a tool by themselves, with all of the glosses that it may have set."""
    if not spans:
        return []
    part = _part(batch, spans)
    evidence = Evidence(part, find(part), ENOUGH)
    left = np.bincount(evidence.document[evidence.has_two_forms & ~evidence.is_always], minlength=len(part))
    wholly: list[bool] = (evidence.is_glossed & (left == 0)).tolist()
    return wholly


def _part(batch: Batch, spans: list[Span]) -> Batch:
    """Return spans of a batch as documents of their own."""
    starts, ends = np.array(spans, dtype=np.int64).T
    part = Batch(batch.codes, starts, ends)
    part.__dict__["classes"] = batch.classes
    return part.select(np.arange(len(spans)))
