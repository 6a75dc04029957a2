"""Places of a text beside sorted positions: the nearest ones, how many lie between, and what stands around a place."""

from __future__ import annotations

import numpy as np

from encfix.arrays import Codes, Positions
from encfix.chinese.characters import BOUNDARY_CODE

FAR = 1 << 62
"""Past every position."""


def last_before(positions: Positions, places: Positions) -> Positions:
    """Return the last of some sorted positions before each place, -1 where there is none."""
    return np.concatenate(([-1], positions)).take(positions.searchsorted(places))


def first_from(positions: Positions, places: Positions) -> Positions:
    """Return the first of some sorted positions at or behind each place, a very great number where there is none."""
    return np.concatenate((positions, [FAR])).take(positions.searchsorted(places))


def between(positions: Positions, starts: Positions, ends: Positions) -> Positions:
    """Return how many of some sorted positions lie between each start and end."""
    return positions.searchsorted(ends) - positions.searchsorted(starts)


def around(codes: Codes, places: Positions, starts: Positions, ends: Positions, reach: int) -> Codes:
    """Return the code points up to `reach` on either side of each place: uint32 (places, 2 * reach + 1).

    What lies before its start, or from its end on, is a number past Unicode, another in each column.
    """
    columns = np.arange(2 * reach + 1)
    where = places[:, None] + (columns - reach)
    is_outside = (where < starts[:, None]) | (where >= ends[:, None])
    return np.where(is_outside, (BOUNDARY_CODE + columns).astype(np.uint32), codes.take(where, mode="clip"))
