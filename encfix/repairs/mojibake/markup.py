"""A stretch of text with a mark wherever something else stood when it was damaged, and edits of it divided there.

Markup is ASCII, and ASCII stays in every wrong decoding: bytes of the text before it are not read together with those
behind it. So do line ends; damage that goes through a text is one edit a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from encfix.arrays import Codes, Positions
from encfix.batch import Batch, to_text
from encfix.edits import Edits, Proposal, gathered
from encfix.rules import RULES, Policy

MARK = ord("<")
"""The mark: what most markup begins with, and no second byte of any encoding."""

_LINE_ENDS = (ord("\n"), ord("\r"))


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """A stretch that begins at `base`: its code points with marks, and where these are."""

    codes: Codes
    marks: Positions
    base: int

    @classmethod
    def of(cls, batch: Batch, start: int, end: int) -> Marked:
        """Return the stretch `[start, end)` of a batch."""
        seams = batch.seams[slice(*np.searchsorted(batch.seams[:, 0], (start + 1, end)))]
        is_line_end = np.isin(batch.codes.take(seams[:, 0]), _LINE_ENDS) & (seams[:, 1] > seams[:, 0])
        places = np.unique(seams[~is_line_end]) - start
        if not len(places):
            return cls(batch.codes[start:end], places, start)
        return cls(np.insert(batch.codes[start:end], places, MARK), places + np.arange(len(places)), start)

    def divided(self, edits: Edits) -> Edits:
        """Return edits of the stretch as those of the batch, divided at line ends and marks, and trimmed to what
        differs; reports stay whole."""
        return gathered(
            Proposal(*place, to_text(text), int(rule), float(confidence), float(score))
            for nth, (rule, confidence, score) in enumerate(zip(edits.rule, edits.confidence, edits.score, strict=True))
            for place, text in self._parts(
                int(edits.start[nth]),
                int(edits.end[nth]),
                edits.codes[edits.offsets[nth] : edits.offsets[nth + 1]],
                is_report=RULES[rule].policy is not Policy.REPAIR,
            )
        )

    def _parts(self, start: int, end: int, after: Codes, *, is_report: bool) -> Iterator[tuple[tuple[int, int], Codes]]:
        """Yield the parts of an edit that differ: where they stand in the batch, and what replaces them."""
        before = self.codes[start:end]
        first_mark, next_mark = np.searchsorted(self.marks, (start, end)).tolist()
        is_marked = first_mark < next_mark
        stops = (*_LINE_ENDS, MARK) if is_marked else _LINE_ENDS
        old, new = (np.flatnonzero(np.isin(codes, stops)) for codes in (before, after))
        if is_report or not np.array_equal(before[old], after[new]):  # it reaches across, and is not made in a file
            after = after[after != MARK] if is_marked else after
            old = new = np.empty(0, np.int64)
        parts = zip(_between(old, len(before)), _between(new, len(after)), strict=True)
        for (first, last), (new_first, new_last) in parts:
            head, tail, text = _trimmed(before[first:last], after[new_first:new_last])
            if head < tail or len(text):
                yield (self._place(start + first + head), self._place(start + first + tail)), text

    def _place(self, place: int) -> int:
        return self.base + place - (int(np.searchsorted(self.marks, place)) if len(self.marks) else 0)


def _between(stops: Positions, size: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of a text that its stops leave."""
    return zip((0, *(stops + 1).tolist()), (*stops.tolist(), size), strict=True)


def _trimmed(before: Codes, after: Codes) -> tuple[int, int, Codes]:
    """Return the part of `before` that differs, as start and end, and what it becomes."""
    shorter = min(len(before), len(after))
    head = tail = 0
    if shorter and before[0] == after[0]:  # of damage hardly any
        same = before[:shorter] == after[:shorter]
        head = shorter if same.all() else int(np.argmin(same))
    if shorter and before[-1] == after[-1]:
        same = before[len(before) - shorter :][::-1] == after[len(after) - shorter :][::-1]
        tail = min(shorter - head, shorter if same.all() else int(np.argmin(same)))
    return head, len(before) - tail, after[head : len(after) - tail]
