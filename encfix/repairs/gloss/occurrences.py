"""How often the characters that are glossed in a document stand there, with their gloss and without, and how they are
read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions
from encfix.batch import Batch
from encfix.repairs.gloss.finding import Glosses


class Occurrences(NamedTuple):
    """The different characters that are glossed in each document, which are pairs of a document and a character.

    seen, glossed: of each pair, how often the character stands in the document, and how often with a gloss.
    has_two_readings: of each pair, whether its glosses differ; a tool gives the first reading always.
    pair, is_first: of each gloss, the index of its pair, and whether it is the first of that.
    """

    seen: Positions
    glossed: Positions
    has_two_readings: Mask
    pair: Positions
    is_first: Mask

    @classmethod
    def of(cls, batch: Batch, glosses: Glosses, document: Positions) -> Occurrences:
        """Return the occurrences of glossed characters; `document` is that of each gloss."""
        pair, everywhere, pairs = _pairs(batch, batch.codes.take(glosses.owner), document)
        first = np.empty(pairs, dtype=np.int64)
        first[pair[::-1]] = np.arange(len(pair))[::-1]
        is_first = first.take(pair) == np.arange(len(pair))
        glossed = np.bincount(pair[~glosses.chained], minlength=pairs)
        seen = np.bincount(everywhere, minlength=pairs)
        return cls(seen, glossed, _have_two_readings(glosses, pair, pairs), pair, is_first)


def _pairs(batch: Batch, owner_code: Codes, document: Positions) -> tuple[Positions, Positions, int]:
    """Return the pair of each gloss, and of each place where a glossed character stands, and the number of pairs."""
    wanted = np.zeros(0x10000, dtype=np.bool_)
    wanted[owner_code] = True
    kinds = np.flatnonzero(wanted)
    number = np.zeros(0x10000, dtype=np.int64)
    number[kinds] = np.arange(len(kinds))
    found = np.flatnonzero(wanted.take(batch.codes, mode="clip"))
    pair = document * len(kinds) + number.take(owner_code)
    everywhere = batch.documents_of(found) * len(kinds) + number.take(batch.codes.take(found))
    pairs = len(batch) * len(kinds)
    if pairs > len(batch.codes):  # many short documents: most pairs of document and character never occur
        known, pair = np.unique(pair, return_inverse=True)
        index = np.searchsorted(known, everywhere)
        everywhere, pairs = index[known.take(index, mode="clip") == everywhere], len(known)
    return pair, everywhere, pairs


def _have_two_readings(glosses: Glosses, pair: Positions, pairs: int) -> Mask:
    """Return which pairs are glossed in two ways. A tone counts where both are written with one."""
    has_two = np.zeros(pairs, dtype=np.bool_)
    head = ~glosses.chained
    for value, chosen in ((glosses.packed, head), (glosses.written, head & glosses.toned)):
        one: npt.NDArray[np.int64] = np.zeros(pairs, dtype=np.int64)
        one[pair[chosen]] = value[chosen]
        has_two[pair[chosen & (value != one[pair])]] = True
    return has_two
