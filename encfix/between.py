"""What stands between two characters that belong together: question marks and spaces, pictures.

The screen asks here whether a document may hold such damage, and the repairs which it is, so that they agree.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from encfix.arrays import Codes, Mask, Positions
from encfix.batch import Batch
from encfix.chinese import model
from encfix.chinese.characters import IS_HAN, Class, members

WIDEST_GAP = 8
"""Code points of a gap of question marks and spaces between two characters."""

SET_OFF = 120
"""Code points from one question mark with a space on either side to the next, where they stand for bullets."""

LONGEST_RUN = 5
"""Pictures in a row between two characters, what joins and varies them included."""

OF_ONE_WORD = 2.0
"""Nats by which a character is more probable behind another of the same word than anywhere: of the gaps inside words
0.83 have as many, of those between words 0.13."""

UNTYPED = ((0x1F000, 0x1F100), (0x1F100, 0x1F170), (0x1F1AD, 0x1F1E6), (0x1F700, 0x1F7E0), (0x1FA00, 0x1FA70))
"""Tiles, dominoes and cards; letters in frames; signs of alchemy and shapes; chess: no keyboard has them, but for"""

TYPED = (0x1F004, 0x1F0CF)
"""the red dragon and the joker."""

FIRST_HALF, AFTER_HALVES = 0x1F1E6, 0x1F200
"""Regional indicators, two of which are a flag."""

_IS_GAP = members(Class.SPACE, Class.QUESTION)
_IS_PICTURE = members(Class.EMOJI, Class.JOINER)


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


def pictures(batch: Batch, places: Positions) -> Mask:
    """Keep pictures behind a character that another one follows within `LONGEST_RUN` of them, if the two hold together
    in a word, or one of the pictures is such as no keyboard has."""
    behind, untyped = places, np.zeros(len(places), dtype=np.bool_)
    for _ in range(LONGEST_RUN):
        codes = batch.codes.take(behind)
        untyped |= are_untyped(codes) | are_halves(codes)
        behind = behind + _IS_PICTURE.take(batch.classes.take(behind))
    is_between = IS_HAN.take(batch.classes.take(behind))
    return np.asarray(is_between & (untyped | hold_together(batch, places - 1, behind)))


def hold_together(batch: Batch, first: Positions, second: Positions) -> Mask:
    """Return at which places two characters follow one another so much more often than by chance that they seem to be
    of one word."""
    before, behind = batch.codes.take(first), batch.codes.take(second)
    return np.asarray(model.log_each(before, behind) - model.log_unigram(behind) > OF_ONE_WORD)


def are_untyped(codes: Codes) -> Mask:
    """Return which code points are pictures that no keyboard has, halves of flags apart."""
    found = np.zeros(len(codes), dtype=np.bool_)
    for first, after in UNTYPED:
        found |= (codes >= first) & (codes < after)
    return found & ~np.isin(codes, TYPED)


def are_halves(codes: Codes) -> Mask:
    """Return which code points are halves of flags."""
    return np.asarray((codes >= FIRST_HALF) & (codes < AFTER_HALVES))
