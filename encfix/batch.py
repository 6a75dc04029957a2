"""Many documents as one array of code points.

Documents stand one after the other with one `BOUNDARY_CODE` between them and `MARGIN` of them at both ends, so a rule
may look a few places to either side of any code point without asking where a document ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions
from encfix.chinese.characters import BOUNDARY_CODE, Class, class_table

Seam: TypeAlias = tuple[int, int]
"""A span of a text where something else stood, such as markup: no edit may reach across it. It may be empty, a place
between two characters; else its characters stand for what was there."""

MARGIN = 16
"""How far a rule may look beyond any position of a document."""

NO_SEAMS: Positions = np.empty((0, 2), np.int64)

_PAD = "\0" * MARGIN

# The arrays of a chunk are freed and made again all the time. An allocator that gives each back to the system pays for
# all its pages anew; one that has seen a larger block come back (glibc's dynamic mmap threshold) keeps them. The block
# is never written to, so it costs nothing.
np.empty(24 << 20, dtype=np.uint8)


class Batch:
    """Documents as one array of code points.

    `codes` is uint32; document `i` is `codes[starts[i] : ends[i]]`; `starts` and `ends` are int64 of shape
    (documents,). `seams` is int64 of shape (seams, 2): the start and end of each `Seam`, sorted.

    >>> batch = Batch.of(["汉字", ""])
    >>> batch.text(0), batch.starts.tolist(), batch.ends.tolist()
    ('汉字', [16, 19], [18, 19])
    """

    def __init__(self, codes: Codes, starts: Positions, ends: Positions, seams: Positions = NO_SEAMS) -> None:
        self.codes = codes
        self.starts = starts
        self.ends = ends
        self.seams = seams

    @classmethod
    def of(cls, texts: Sequence[str], seams: Iterable[Positions] = ()) -> Batch:
        """Lay out `texts`, which stay as they are, lone surrogates and NULs included; `seams`, if given, are those of
        each, as offsets in it."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        joined = f"{_PAD}{chr(0).join(texts)}{_PAD}"
        codes = np.array(joined).reshape(1).view(np.uint32)
        ends = MARGIN + np.cumsum(lengths + 1) - 1
        codes[:MARGIN] = BOUNDARY_CODE
        codes[-MARGIN:] = BOUNDARY_CODE
        codes[ends[:-1]] = BOUNDARY_CODE
        starts = ends - lengths
        return cls(codes, starts, ends, _laid_out(seams, starts))

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def classes(self) -> npt.NDArray[np.uint8]:
        """The `Class` of every code point: uint8, as long as `codes`."""
        # Every value is a code point or the boundary, so nothing wraps; that mode only skips a check per element.
        return class_table().take(self.codes, mode="wrap")

    def documents_of(self, positions: Positions) -> Positions:
        """Return the document of each position; positions must be sorted, and lie inside documents or at their ends."""
        if len(self) == 1:
            return np.zeros(len(positions), dtype=np.int64)
        if len(positions) < 4 * len(self):
            return np.searchsorted(self.starts, positions, side="right") - 1
        bounds = np.append(np.searchsorted(positions, self.starts), len(positions))
        return np.repeat(np.arange(-1, len(self)), np.diff(bounds, prepend=0))

    def holding(self, positions: Positions) -> Mask:
        """Return which documents hold one of `positions`, which must be sorted: bool of shape (documents,)."""
        if len(positions) < len(self):
            held = np.zeros(len(self), dtype=np.bool_)
            held[self.documents_of(positions)] = True
            return held
        return np.searchsorted(positions, self.ends) > np.searchsorted(positions, self.starts)

    def holds(self, mask: Mask) -> Mask:
        """Return in which documents `mask`, as long as `codes`, is True somewhere: bool of shape (documents,)."""
        return np.logical_or.reduceat(mask, self._bounds)[::2] & (self.ends > self.starts)

    def counts(self, mask: Mask) -> Positions:
        """Return how often `mask`, as long as `codes`, is True in each document: int64 of shape (documents,)."""
        return np.add.reduceat(mask, self._bounds, dtype=np.int64)[::2] * (self.ends > self.starts)

    def spread(self, documents: Mask) -> Mask:
        """Return which positions lie in some of the documents: bool, as long as `codes`, for bool of (documents,)."""
        if not documents.any():
            return np.zeros(len(self.codes), dtype=np.bool_)
        values = np.zeros(2 * len(documents) + 1, dtype=np.bool_)
        values[1::2] = documents
        return np.repeat(values, self._lengths)

    @cached_property
    def _bounds(self) -> Positions:
        """Start and end of each document in turn, as `reduceat` takes them."""
        return np.stack((self.starts, self.ends), axis=1).ravel()

    @cached_property
    def _lengths(self) -> Positions:
        """How many code points lie before, in and behind each document in turn."""
        return np.diff(np.concatenate(([0], self._bounds, [len(self.codes)])))

    def text(self, document: int) -> str:
        """Return one document as a string."""
        return to_text(self.codes[self.starts[document] : self.ends[document]])

    def seams_of(self, document: int) -> Positions:
        """Return the seams of one document, as offsets in it."""
        if not len(self.seams):
            return NO_SEAMS
        first, last = self.starts[document], self.ends[document]
        begin, end = np.searchsorted(self.seams[:, 0], (first, last + 1)).tolist()
        return np.asarray(self.seams[begin:end] - first, dtype=np.int64)

    def select(self, documents: Positions) -> Batch:
        """Return a batch of some of the documents, in the order given."""
        lengths = self.ends[documents] - self.starts[documents]
        ends = MARGIN + np.cumsum(lengths + 1) - 1
        starts = ends - lengths
        size = int(ends[-1]) + MARGIN if len(ends) else 2 * MARGIN
        codes = np.full(size, BOUNDARY_CODE, dtype=np.uint32)
        classes = np.full(size, Class.BOUNDARY, dtype=np.uint8)
        froms = zip(self.starts[documents].tolist(), self.ends[documents].tolist(), strict=True)
        for (first, last), start, end in zip(froms, starts.tolist(), ends.tolist(), strict=True):
            codes[start:end] = self.codes[first:last]
            classes[start:end] = self.classes[first:last]
        seams = _laid_out(map(self.seams_of, documents.tolist()), starts) if len(self.seams) else NO_SEAMS
        chosen = Batch(codes, starts, ends, seams)
        chosen.__dict__["classes"] = classes
        return chosen


def _laid_out(seams: Iterable[Positions], starts: Positions) -> Positions:
    """Return the seams of documents that begin at `starts`, one behind the other."""
    placed = [own + start for own, start in zip(seams, starts.tolist(), strict=False)]
    return np.concatenate(placed) if placed else NO_SEAMS


def to_text(codes: Codes) -> str:
    """Return code points as a string, whatever they are.

    >>> ascii(to_text(np.array([0x6C49, 0xD800, 0], dtype=np.uint32)))
    "'\\\\u6c49\\\\ud800\\\\x00'"
    """
    if not len(codes):
        return ""
    text: str = np.ascontiguousarray(codes).view(f"U{len(codes)}").item()
    return text if len(text) == len(codes) else text + "\0" * (len(codes) - len(text))  # numpy drops final NULs


def to_codes(text: str) -> Codes:
    """Return a string as code points: uint32 of shape (len(text),).

    >>> to_codes("汉").tolist()
    [27721]
    """
    if not text:
        return np.empty(0, dtype=np.uint32)
    return np.array(text).reshape(1).view(np.uint32)
