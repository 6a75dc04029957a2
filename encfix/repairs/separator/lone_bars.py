"""Lines that hold a vertical bar alone: `|`.

How they came about: tables whose text was extracted without their cells.

When it is certain: the bar has its line to itself between lines of text.

What looks alike and must stay: tables, diagrams, and lists of marks.
"""

from __future__ import annotations

import numpy as np

from encfix.arrays import Mask, Positions
from encfix.batch import Batch
from encfix.chinese.characters import LINE_END_CLASSES, Class, among, members
from encfix.edits import Edits, deletions
from encfix.repairs.separator.strewn import MARK_CLASSES
from encfix.rules import number_of

PIPE = number_of("separator.pipe")

MAYBE, SURE = 0.6, 0.99

LONG_LINE = 16
"""Code points of a line that is text though it holds no mark."""

_LINE_END = members(*LINE_END_CLASSES)


def propose(batch: Batch) -> Edits:
    """Propose to delete lines that hold a vertical bar alone, with one line end."""
    classes = batch.classes
    pipes = np.flatnonzero(among(classes, Class.PIPE))
    if not len(pipes):
        return Edits.none()
    solid = np.flatnonzero(~among(classes, Class.SPACE))
    place = np.searchsorted(solid, pipes)
    before, after = solid[place - 1], solid[place + 1]
    alone = _LINE_END.take(classes.take(before)) & _LINE_END.take(classes.take(after))
    if not alone.any():
        return Edits.none()
    document = batch.documents_of(pipes)
    in_table = np.bincount(document[~alone], minlength=len(batch))[document] > 0
    chosen = alone & _is_beside_chinese(batch, pipes)
    if not chosen.any():
        return Edits.none()
    pipes, before, after, document = pipes[chosen], before[chosen], after[chosen], document[chosen]
    # A line goes with the line end before it, but those that open the document with the one behind.
    first = np.append(True, (before[1:] > after[:-1] + 1) | (document[1:] != document[:-1]))
    opens = (before < batch.starts[document])[np.maximum.accumulate(np.where(first, np.arange(len(before)), 0))]
    lone_feed = (batch.codes.take(before) == ord("\n")) & (batch.codes.take(before - 1) == ord("\r"))
    paired = (batch.codes.take(after) == ord("\r")) & (batch.codes.take(after + 1) == ord("\n"))
    start = np.where(opens, before + 1, before - lone_feed)
    end = np.where(opens, after + 1 + paired, after)
    # In a diagram a bar is set below what it joins, or stands between words; it neither opens nor ends it.
    is_indented = (pipes > before + 1) & (after == pipes + 1)
    parts_text = np.bincount(document[_is_beside_text(batch, pipes)], minlength=len(batch))
    is_drawn = 2 * parts_text <= np.bincount(document, minlength=len(batch))
    is_drawn &= ~batch.holding(pipes[(batch.classes.take(_beside(batch, pipes)) == Class.BOUNDARY).any(axis=0)])
    unsure = in_table[chosen] | is_indented | is_drawn[document] | _are_listed(batch, pipes)
    return deletions(start, end, PIPE, np.where(unsure, MAYBE, SURE).astype(np.float32))


def _is_beside_chinese(batch: Batch, pipes: Positions) -> Mask:
    """Return whether what stands before or behind bars, other bars aside, is beyond ASCII; in code it is not."""
    beside = _beside(batch, pipes)
    is_chinese = (batch.codes.take(beside) >= 0x80) & (batch.classes.take(beside) != Class.BOUNDARY)
    return np.asarray(is_chinese.any(axis=0))


def _is_beside_text(batch: Batch, pipes: Positions) -> Mask:
    """Return whether the line before or behind bars is text, which is long or holds a mark."""
    line_ends = np.flatnonzero(among(batch.classes, *LINE_END_CLASSES))
    marks = np.flatnonzero(among(batch.classes, *MARK_CLASSES))
    beside = _beside(batch, pipes)
    nth = np.searchsorted(line_ends, beside)
    start, end = line_ends.take(nth - 1, mode="clip") + 1, line_ends.take(nth)
    has_mark = np.searchsorted(marks, end) > np.searchsorted(marks, start)
    return np.asarray((has_mark | (end - start >= LONG_LINE)).any(axis=0))


def _are_listed(batch: Batch, pipes: Positions) -> Mask:
    """Return which bars stand in a list of marks: the lines before and behind hold one character each."""
    beside = _beside(batch, pipes)
    is_one = batch.classes.take(beside) != Class.BOUNDARY
    for step in (-1, 1):
        is_one &= _LINE_END.take(batch.classes.take(beside + step))
    return np.asarray(is_one.all(axis=0))


def _beside(batch: Batch, pipes: Positions) -> Positions:
    """Return the place before and the place behind bars that is neither bar nor blank: int64 of shape (2, bars)."""
    other = np.flatnonzero(~among(batch.classes, Class.PIPE, Class.SPACE, Class.NEWLINE))
    place = np.searchsorted(other, pipes)
    return np.stack((other[place - 1], other[place]))  # past its ends a document has boundaries, which are neither
