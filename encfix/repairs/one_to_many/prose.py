"""Whether a place stands in running text, not in a chart or list of characters."""

from __future__ import annotations

import numpy as np

from encfix.batch import Batch, Mask, Positions
from encfix.chinese import model
from encfix.chinese.characters import IS_HAN, Class, among

AROUND = 8
"""Code points to either side of a place that show whether it stands in running text."""

LEAST_PROSE, LEAST_LIST = -9.5, 4
"""The mean log probability of characters after one another below which they are a table or list, not a text; and how
many ideographs without any beside another are one. No place in prose scores below -9.2, charts of characters do."""


def are_in_prose(batch: Batch, places: Positions) -> Mask:
    """Return for each place whether it stands in running text, not in a chart or list of characters."""
    around = places[:, None] + np.arange(-AROUND, AROUND + 1)
    codes, classes = batch.codes.take(around), batch.classes.take(around)
    ends = among(classes.ravel(), Class.NEWLINE, Class.BOUNDARY).reshape(around.shape)
    before = np.logical_or.accumulate(ends[:, AROUND::-1], axis=1)[:, ::-1]
    beyond = np.concatenate((before, np.logical_or.accumulate(ends[:, AROUND + 1 :], axis=1)), axis=1)
    is_han = IS_HAN.take(classes) & ~beyond
    pairs = is_han[:, 1:] & is_han[:, :-1]
    logs = model.log_pair(codes.ravel()).reshape(around.shape)[:, 1:]
    count = pairs.sum(axis=1)
    is_text = np.where(pairs, logs, 0.0).sum(axis=1) >= LEAST_PROSE * count
    return np.asarray(np.where(count > 0, is_text, is_han.sum(axis=1) < LEAST_LIST))
