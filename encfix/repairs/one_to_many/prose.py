"""Whether a place stands in running text, not in a chart or list of characters, and whether that may be old."""

from __future__ import annotations

import numpy as np

from encfix.arrays import Codes, Mask, Positions, Scores
from encfix.batch import Batch
from encfix.chinese import model
from encfix.chinese.characters import IS_HAN, LINE_END_CLASSES, Class, among
from encfix.chinese.description import described, is_operator

AROUND = 8
"""Code points to either side of a place that show whether it stands in running text."""

LEAST_PROSE = -9.5
"""The mean log probability of characters after one another below which they are a table or list, not a text. No place
in prose scores below -9.2, charts of characters do."""

LEAST_MODERN, ENOUGH_PAIRS = -7.5, 6
"""That mean, over so many pairs at least of a line, below which no modern text is: slogans and proverbs score above it,
verses of the Book of Songs hardly do."""

FAR_AROUND = 32
"""Code points to either side within which a line of text has two ideographs side by side, letters between or not."""


def are_in_prose(batch: Batch, places: Positions) -> Mask:
    """Return for each place whether it stands in running text, not in a chart or list of characters.

    A line whose characters all stand alone, as in a table of them, is none; nor is a description such as ⿰氵每.
    """
    (operators,) = is_operator(batch.codes).nonzero()
    no_text = described(batch.codes, operators) if len(operators) else np.zeros(1, dtype=np.bool_)
    codes, pairs = _pairs(batch, places, AROUND, no_text)
    total, count = _sums(codes, pairs)
    found = total >= LEAST_PROSE * count
    (lonely,) = (count == 0).nonzero()
    if len(lonely):
        found[lonely] = _pairs(batch, places[lonely], FAR_AROUND, no_text)[1].any(axis=1)
    return np.asarray(found & ~no_text.take(places, mode="clip"))


def are_hardly_modern(batch: Batch, places: Positions) -> Mask:
    """Return which places stand in a line whose characters follow one another as in no modern text."""
    codes, pairs = _pairs(batch, places, FAR_AROUND, np.zeros(1, dtype=np.bool_))
    total, count = _sums(codes, pairs)
    return np.asarray((count >= ENOUGH_PAIRS) & (total < LEAST_MODERN * count))


def are_set_off(batch: Batch, places: Positions) -> Mask:
    """Return which places hold a word of one character in text divided into words by spaces: 看 一 齣 戲."""
    found = np.ones(len(places), dtype=np.bool_)
    for step in (-1, 1):
        space, beyond = batch.classes.take(places + step), batch.classes.take(places + 2 * step)
        found &= (space == Class.SPACE) & IS_HAN.take(beyond)
    return found


def _sums(codes: Codes, pairs: Mask) -> tuple[Scores, Positions]:
    """Return for each row the log probability of its characters behind one another, and of how many."""
    logs = model.log_pair(codes.ravel()).reshape(codes.shape)[:, 1:]
    return np.where(pairs, logs, 0.0).sum(axis=1), pairs.sum(axis=1)


def _pairs(batch: Batch, places: Positions, reach: int, no_text: Mask) -> tuple[Codes, Mask]:
    """Return the code points around each place, and which of them, from the second on, is an ideograph on the line of
    the place, right behind another. What is `no_text` counts for neither."""
    around = places[:, None] + np.arange(-reach, reach + 1)
    codes, classes = batch.codes.take(around, mode="clip"), batch.classes.take(around, mode="clip")
    ends = among(classes.ravel(), *LINE_END_CLASSES).reshape(around.shape)
    before = np.logical_or.accumulate(ends[:, reach::-1], axis=1)[:, ::-1]
    beyond = np.concatenate((before, np.logical_or.accumulate(ends[:, reach + 1 :], axis=1)), axis=1)
    is_han = IS_HAN.take(classes) & ~beyond & ~no_text.take(around, mode="clip")
    return codes, is_han[:, 1:] & is_han[:, :-1]
