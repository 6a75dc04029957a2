"""Applied edits: the batch that they make, and a `Stage`, which remembers what was edited in which document."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from encfix.arrays import Positions, inside, offsets_of, outside
from encfix.batch import Batch
from encfix.edits import Edits


class Stage(NamedTuple):
    """One repair of one batch: its applied edits, and which of them belong to which document."""

    edits: Edits
    bounds: Positions
    """Document `i` has the edits `bounds[i]` to `bounds[i + 1]`."""
    starts: Positions
    """Where the documents started in the batch that was edited."""


def stage_of(batch: Batch, edits: Edits) -> Stage:
    """Return the edits together with the place of each document's own."""
    return Stage(edits, np.append(np.searchsorted(edits.start, batch.starts), len(edits)), batch.starts)


def apply(batch: Batch, edits: Edits) -> tuple[Batch, Stage]:
    """Return the edited batch, and the stage that remembers how it came about."""
    lengths = np.diff(edits.offsets)
    growth = lengths - (edits.end - edits.start)
    stage = stage_of(batch, edits)
    shift = offsets_of(growth)
    starts = batch.starts + shift[stage.bounds[:-1]]
    ends = batch.ends + shift[stage.bounds[1:]]
    seams = moved(batch.seams, edits) if len(batch.seams) else batch.seams
    if not growth.any():
        codes = batch.codes.copy()
        codes[inside(edits.start, lengths)] = edits.codes
        return Batch(codes, starts, ends, seams), stage
    kept = batch.codes[outside(edits.start, edits.end, len(batch.codes))]
    if not len(edits.codes):
        return Batch(kept, starts, ends, seams), stage
    old = outside(edits.start + shift[:-1], edits.start + shift[:-1] + lengths, len(kept) + len(edits.codes))
    codes = np.empty(len(old), dtype=np.uint32)
    codes[old] = kept
    codes[~old] = edits.codes
    return Batch(codes, starts, ends, seams), stage


def moved(places: Positions, edits: Edits) -> Positions:
    """Return where positions of a batch, of any shape, stand once it is edited; inside an edit, at its start."""
    shift = offsets_of(np.diff(edits.offsets) - (edits.end - edits.start))
    nth = np.searchsorted(edits.end, places, side="right")
    starts = np.append(edits.start, np.iinfo(np.int64).max)
    return np.asarray(np.minimum(places, starts.take(nth)) + shift.take(nth), dtype=np.int64)
