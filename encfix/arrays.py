"""Types of arrays, and spans of one, many at once.

Runs of a mask, pieces of given lengths end to end, which positions spans hold.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Codes: TypeAlias = npt.NDArray[np.uint32]
"""Code points."""
Positions: TypeAlias = npt.NDArray[np.int64]
"""Offsets, lengths and numbers of things."""
Mask: TypeAlias = npt.NDArray[np.bool_]
"""Which of some things are meant."""
Logs: TypeAlias = npt.NDArray[np.float32]
"""Log probabilities as tables hold them, in nats."""
Scores: TypeAlias = npt.NDArray[np.float64]
"""Sums and differences of log probabilities, in nats."""


def offsets_of(lengths: Positions) -> Positions:
    """Return where pieces of these lengths begin one behind the other, and where the last one ends: one more.

    >>> offsets_of(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))


def runs(mask: Mask) -> tuple[Positions, Positions]:
    """Return where the runs of True begin and where they end.

    >>> [bounds.tolist() for bounds in runs(np.array([True, True, False, True]))]
    [[0, 3], [2, 4]]
    """
    bounded = np.zeros(len(mask) + 2, dtype=np.bool_)
    bounded[1:-1] = mask
    edges = np.flatnonzero(bounded[1:] != bounded[:-1])
    return edges[::2], edges[1::2]


def inside(start: Positions, lengths: Positions) -> Positions:
    """Return every position of the spans that begin at `start`, span by span.

    >>> inside(np.array([7, 3]), np.array([2, 3])).tolist()
    [7, 8, 3, 4, 5]
    """
    return np.repeat(start - offsets_of(lengths)[:-1], lengths) + np.arange(int(lengths.sum()))


def outside(start: Positions, end: Positions, size: int) -> Mask:
    """Return which of `size` positions lie in none of the spans, which are sorted and disjoint.

    >>> outside(np.array([1]), np.array([3]), 4).tolist()
    [True, False, False, True]
    """
    bounds = np.concatenate(([0], np.stack((start, end), axis=1).ravel(), [size]))
    values = np.ones(len(bounds) - 1, dtype=np.bool_)
    values[1::2] = False
    return np.repeat(values, np.diff(bounds))
