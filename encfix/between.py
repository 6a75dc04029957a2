"""What stands between two characters that belong together: question marks and spaces.

The screen asks here whether a document may hold such damage, and the repairs which it is, so that they agree.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from encfix.batch import Batch, Mask, Positions
from encfix.chinese.characters import IS_HAN, Class, members

WIDEST_GAP = 8
"""Code points of a gap of question marks and spaces between two characters."""

SET_OFF = 120
"""Code points from one question mark with a space on either side to the next, where they stand for bullets."""

_IS_GAP = members(Class.SPACE, Class.QUESTION)


def lost(batch: Batch, questions: Positions) -> Mask:
    """Keep question marks in the gaps of words, and those set off like bullets."""
    return are_in_gaps(batch, questions) | are_set_off(batch, questions)


def are_in_gaps(batch: Batch, questions: Positions) -> Mask:
    """Return which question marks stand right between two characters, or, with spaces or others of their kind, between
    two that stand alone, or with others of their kind."""
    classes = batch.classes
    ends_word = IS_HAN.take(classes.take(questions - 1)) & IS_HAN.take(classes.take(questions - 2))
    wide = np.flatnonzero(~(ends_word & (classes.take(questions + 1) == Class.SPACE)))  # 好吗? 我
    gap = gaps(batch, questions[wide])
    between = IS_HAN.take(classes.take(gap.before)) & IS_HAN.take(classes.take(gap.behind))
    alone = ~IS_HAN.take(classes.take(gap.before - 1)) & ~IS_HAN.take(classes.take(gap.behind + 1))
    inside = np.zeros(len(questions), dtype=np.bool_)
    inside[wide] = between & ((gap.behind - gap.before == 2) | alone | (gap.marks > 1))
    return inside


class Gaps(NamedTuple):
    """What stands around question marks: the nearest places `before` and `behind` that are neither such marks nor
    spaces, as far as `WIDEST_GAP`, and how many `marks` are between."""

    before: Positions
    behind: Positions
    marks: Positions


def gaps(batch: Batch, questions: Positions) -> Gaps:
    """Return the gaps that question marks stand in."""
    before, behind, marks = questions - 1, questions + 1, np.ones(len(questions), dtype=np.int64)
    for _ in range(WIDEST_GAP - 1):
        left, right = batch.classes.take(before), batch.classes.take(behind)
        marks += (left == Class.QUESTION).astype(np.int64) + (right == Class.QUESTION)
        before, behind = before - _IS_GAP.take(left), behind + _IS_GAP.take(right)
    return Gaps(before, behind, marks)


def are_set_off(batch: Batch, questions: Positions) -> Mask:
    """Return which question marks have one space on either side, as another one within `SET_OFF` code points has."""
    space = np.flatnonzero(
        (batch.classes.take(questions - 1) == Class.SPACE) & (batch.classes.take(questions + 1) == Class.SPACE)
    )
    near = np.diff(questions[space]) <= SET_OFF
    near &= np.diff(batch.documents_of(questions[space])) == 0
    found = np.zeros(len(questions), dtype=np.bool_)
    found[space[np.append(near, False)[: len(space)] | np.append(False, near)[: len(space)]]] = True
    return found
