"""Whether glosses were set here and there: at a character in one place, and not where the same one stood before.

One tool glosses a character in six or so, whatever it is, and strews emoji between them. A tool that has a list glosses
a character wherever it stands, a teacher where it first comes up, or all of them; a list of new words behind a lesson
holds no running text.
"""

from __future__ import annotations

import numpy as np

from encfix.arrays import Mask, Positions
from encfix.batch import Batch
from encfix.chinese.characters import IS_HAN, is_common
from encfix.repairs.gloss.finding import Glosses

LEAST = 12
"""Glosses on a page that is judged by their places alone."""

LATE, LATE_SHARE = 6, 0.5
"""Different characters, at least, that are glossed though they stood there without a gloss before, and the share of
such glosses among those of characters that stood there before."""

RUNNING = 0.75
"""The least share of glosses behind which text goes on, and of those that carry their tone as well."""

COMMON = 0.8
"""The least share of common characters among those that are glossed."""

SPARSE = 3
"""Characters near glosses, at least, to one that is glossed."""

NEAR = 30
"""Code points from a gloss to what is judged with it: a lesson in a book is not set here and there."""

_BITS = 32


def find_irregular(batch: Batch, glosses: Glosses, document: Positions, suspects: Mask) -> Mask:
    """Return which of the documents that are suspects have glosses set here and there; `document` is that of each
    gloss."""
    head = ~glosses.chained
    owner, owned = glosses.owner[head], document[head]

    def per_document(chosen: Mask) -> Positions:
        return np.bincount(owned[chosen], minlength=len(batch))

    every = np.bincount(owned, minlength=len(batch))
    suspects = suspects & (every >= LEAST)
    if not suspects.any():
        return suspects
    end = glosses.end[np.append(head[1:], True)]
    codes, classes = batch.codes, batch.classes
    suspects &= per_document(IS_HAN.take(classes.take(end)) & glosses.toned[head]) >= RUNNING * every
    suspects &= per_document(is_common().take(codes.take(owner), mode="clip")) >= COMMON * every
    if not suspects.any():
        return suspects
    is_glossed = np.zeros(len(codes), dtype=np.bool_)
    is_glossed[owner] = True
    places = np.flatnonzero(batch.spread(suspects) & IS_HAN.take(classes))
    places = places[owner.searchsorted(places + NEAR) > owner.searchsorted(places - NEAR)]
    documents = batch.documents_of(places)
    suspects &= SPARSE * every <= np.bincount(documents, minlength=len(batch))
    keys = documents << _BITS | codes.take(places)
    order = np.argsort(keys, kind="stable")
    keys, glossed = keys[order], is_glossed[places[order]]
    again = np.append(False, keys[1:] == keys[:-1])[: len(keys)] & glossed
    late = again & ~np.append(False, glossed[:-1])[: len(keys)]
    came_again, came_late = (np.bincount(keys[chosen] >> _BITS, minlength=len(batch)) for chosen in (again, late))
    kinds = np.bincount(np.unique(keys[late]) >> _BITS, minlength=len(batch))
    return np.asarray(suspects & (kinds >= LATE) & (came_late >= LATE_SHARE * came_again))
