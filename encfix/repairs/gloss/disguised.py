"""Glosses in another dress: `書(Shu)`, `書 (shu)`, `書( shu )`, `書（ｓｈｕ）`.

They are read as if they stood in small letters and without spaces, and judged by the same evidence, which they seldom
give: names, abbreviations and remarks in brackets look like this. So they are reported, not removed.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.arrays import Positions
from encfix.batch import Batch
from encfix.chinese.characters import IS_HAN, IS_LETTER, Class, among
from encfix.repairs.gloss.evidence import Evidence
from encfix.repairs.gloss.finding import brackets, find

_WIDE = 0xFF21 - ord("A")
"""From an ASCII letter to its full-width form."""


MANY = 8
"""Different characters that are glossed so where it is no list of names."""


@cache
def _small_letters() -> npt.NDArray[np.uint32]:
    """Return each code point of the BMP, letters of ASCII and their full-width forms as small ones: (0x10000,)."""
    table = np.arange(0x10000, dtype=np.uint32)
    for small in range(ord("a"), ord("z") + 1):
        table[[small - 32, small + _WIDE, small - 32 + _WIDE]] = small
    return table


def find_disguised(batch: Batch) -> tuple[Positions, Positions]:
    """Return where disguised glosses begin and end, spaces included, in documents that a tool glossed so."""
    codes, classes = batch.codes, batch.classes
    opens = brackets(batch)
    inner, is_apart = classes.take(opens + 1), classes.take(opens - 1) == Class.SPACE
    first = np.minimum(codes.take(opens + 1), 0xFFFF)
    is_dressed = _small_letters().take(first) != first
    is_dressed |= (inner == Class.SPACE) | IS_LETTER.take(inner) & is_apart
    dressed = opens[is_dressed]
    dressed = dressed[IS_HAN.take(classes.take(dressed - 1 - is_apart[is_dressed]))]
    has_many = np.bincount(batch.documents_of(dressed), minlength=len(batch)) >= MANY
    if not has_many.any():  # as nearly always
        return opens[:0], opens[:0]
    is_space = among(classes, Class.SPACE)
    before, after = np.roll(classes, 1), np.roll(classes, -1)
    kept = ~(is_space & ((after == Class.OPEN) | (before == Class.OPEN) | (after == Class.CLOSE)))
    place = np.cumsum(kept) - kept
    letters = np.where(codes < 0x10000, _small_letters().take(codes, mode="clip"), codes)
    undressed = Batch(letters[kept], place[batch.starts], place[batch.ends])
    glosses = find(undressed)
    if not len(glosses.start):
        return opens[:0], opens[:0]
    evidence = Evidence(undressed, glosses)
    is_dense = has_many & evidence.is_glossed & (evidence.distinct >= MANY)
    glosses = glosses.where(is_dense[evidence.document] & evidence.has_two_forms & evidence.is_always)
    origin = np.flatnonzero(kept)
    start, end = origin[glosses.owner] + 1, origin[glosses.end - 1] + 1
    is_plain = np.isin(end, find(batch).end) | glosses.chained
    return start[~is_plain], end[~is_plain]
