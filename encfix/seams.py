"""Edits divided at the seams of a batch: a file holds markup there, over which no edit can be made."""

from __future__ import annotations

import numpy as np

from encfix.batch import Batch
from encfix.edits import Edits, merge, replacements
from encfix.rules import RULES

_CONVERTS = np.array([rule.kind == "script" for rule in RULES])
"""Of these rules an edit of equal length is one code point for one."""


def divide(batch: Batch, edits: Edits) -> Edits:
    """Return edits divided at the seams that they reach across: deletions and conversions of equal length.

    A deletion that would take with it what a seam stands for stays whole, as does any other edit.
    """
    if not len(batch.seams):
        return edits
    start, end = edits.start, edits.end
    first = np.searchsorted(batch.seams[:, 1], start, side="right")
    last = np.searchsorted(batch.seams[:, 0], end)
    if not (last > first).any():
        return edits
    lengths = np.diff(edits.offsets)
    is_conversion = _CONVERTS.take(edits.rule) & (lengths == end - start)
    wide = np.concatenate(([0], np.cumsum(batch.seams[:, 1] > batch.seams[:, 0])))
    across = (last > first) & (is_conversion | ((lengths == 0) & (wide[first] == wide[np.maximum(first, last)])))
    parts = [edits.where(~across)]
    for nth in np.flatnonzero(across).tolist():
        places = np.unique(batch.seams[first[nth] : last[nth]])
        cuts = np.concatenate((start[nth : nth + 1], places, end[nth : nth + 1]))
        sizes = np.diff(cuts) if lengths[nth] else np.zeros(len(cuts) - 1, np.int64)
        text = edits.codes[edits.offsets[nth] : edits.offsets[nth + 1]]
        facts = int(edits.rule[nth]), float(edits.confidence[nth]), float(edits.score[nth])
        parts.append(replacements(cuts[:-1], cuts[1:], sizes, text, *facts))
    return merge(parts)
