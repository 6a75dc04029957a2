"""Forms proposed for characters of a text, how sure each is, and the edits that they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions, Scores, inside
from encfix.batch import Batch
from encfix.edits import Edits, replacements
from encfix.rules import number_of

WRONG = number_of("script.one-to-many")
LEFTOVER = number_of("script.leftover")

BY_WORD = 3.5
"""Nats that a change must gain if a word demands it."""

CERTAIN_GAIN = 30.0
"""The gain of a character that cannot stand in the script at all, and has one form in the other."""

NEAR = 6
"""Code points from one character to the next that are reported as one."""


class Candidates(NamedTuple):
    """Forms for places: by how many nats each beats the one seen, how many it must, and how many more for caution."""

    place: Positions
    form: Codes
    gain: Scores
    needed: Scores
    more: Scores
    rule: npt.NDArray[np.int16]

    @classmethod
    def certain(cls, place: Positions, form: Codes, is_left: Mask) -> Candidates:
        """Return forms of characters that cannot stand in the script at all; what `is_left` is only reported."""
        gain, rule = np.full(len(place), CERTAIN_GAIN), np.full(len(place), LEFTOVER, dtype=np.int16)
        needed, more = np.full(len(place), BY_WORD), np.where(is_left, CERTAIN_GAIN, 0.0)
        return cls(place, form, gain, needed, more, rule)

    def where(self, chosen: Mask | Positions) -> Candidates:
        """Return the candidates that are chosen, by a mask or by their indexes."""
        return Candidates._make(values[chosen] for values in self)


NONE = Candidates.certain(np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.bool_))


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Return all candidates, sorted by place."""
    together = Candidates._make(map(np.concatenate, zip(*parts, strict=True)))
    return together.where(together.place.argsort(kind="stable"))


def edits_of(batch: Batch, found: Candidates, line_ends: Positions) -> Edits:
    """Return the edits of candidates: one for each that gains enough, and one for several in a row that do not.

    `line_ends` is where the lines of the batch end.
    """
    heads, tails = _runs(found, line_ends.searchsorted(found.place))
    start, end = found.place[heads], found.place[tails] + 1
    span = inside(start, end - start)
    codes = batch.codes.take(span)
    codes[span.searchsorted(found.place)] = found.form
    confidence = np.minimum.reduceat(_confidence(found.gain - found.needed - found.more), heads)
    score = np.minimum.reduceat(found.gain, heads).astype(np.float32)
    return replacements(start, end, end - start, codes, found.rule[heads], confidence, score)


def _runs(found: Candidates, line: Positions) -> tuple[Positions, Positions]:
    """Return the first and the last candidate of each edit; `line` is that of each candidate."""
    is_left = found.gain < found.needed + found.more
    goes_on = (np.diff(found.place) <= NEAR) & is_left[1:] & is_left[:-1] & (np.diff(found.rule) == 0)
    goes_on &= np.diff(line) == 0
    heads = np.flatnonzero(np.concatenate(([True], ~goes_on)))
    return heads, np.concatenate((heads[1:], [len(is_left)])) - 1


def _confidence(margin: Scores) -> npt.NDArray[np.float32]:
    """Return 0.9 for a gain that is just enough, more for what is beyond, and less than 0.9 for less."""
    enough = 1 - 0.1 * np.exp(-np.maximum(margin, 0) / 2)
    return np.where(margin >= 0, enough, np.maximum(0.5, 0.85 + 0.1 * margin)).astype(np.float32)
