"""The stretches of a text in which damage is looked for, around what the screen found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from encfix.arrays import Positions
from encfix.batch import Batch
from encfix.chinese.characters import LINE_END_CLASSES, among
from encfix.repairs.mojibake.encodings.charsets import FIRST_OF_CHINA

NEAR = 48
"""Code points from a sign of damage within which damage may begin or end."""

FAR = 2000
"""Code points on either side of a place to which its line is read."""


def around(batch: Batch, places: Positions) -> Iterator[tuple[int, int, int]]:
    """Yield stretches of text around the `places`: their document, start and end in the batch.

    Stretches end at line ends, or where no place is near; a run of characters that are neither ASCII nor of China is
    in one to its end, for damage that is read in part would be repaired in part.
    """
    if not len(places):
        return
    ends = np.flatnonzero(among(batch.classes, *LINE_END_CLASSES))
    apart = np.flatnonzero((batch.codes < 0x80) | (batch.codes >= FIRST_OF_CHINA))
    documents = batch.documents_of(places)
    first = np.flatnonzero((np.diff(places, prepend=-9 * NEAR) > 2 * NEAR) | (np.diff(documents, prepend=-1) != 0))
    last = np.append(first[1:], len(places)) - 1
    begin, end = places[first] - NEAR, places[last] + NEAR
    begin = np.minimum(begin, apart[np.searchsorted(apart, begin, "right") - 1] + 1)
    end = np.maximum(end, apart[np.minimum(np.searchsorted(apart, end), len(apart) - 1)])
    begin = np.maximum(begin, ends[np.searchsorted(ends, places[first]) - 1] + 1)
    begin = np.maximum(begin, batch.starts[documents[first]])
    end = np.minimum(end, ends[np.searchsorted(ends, places[last])])
    is_new = np.append(True, begin[1:] > end[:-1])
    begin, end, own = begin[is_new], end[np.append(is_new[1:], True)], documents[first][is_new]
    yield from zip(own.tolist(), begin.tolist(), end.tolist(), strict=True)


def line_around(batch: Batch, place: int) -> tuple[int, int]:
    """Return where the line of a place of a batch starts and ends, or how far it is read."""
    document = int(batch.documents_of(np.array([place]))[0])
    start, end = max(int(batch.starts[document]), place - FAR), min(int(batch.ends[document]), place + FAR)
    ends = np.flatnonzero(among(batch.classes[start:end], *LINE_END_CLASSES)) + start
    nth = int(np.searchsorted(ends, place))
    return int(ends[nth - 1]) + 1 if nth else start, int(ends[nth]) if nth < len(ends) else end
