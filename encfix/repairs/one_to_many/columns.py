"""Tables of both scripts: lines that hold a word in the one, a tab or a colon, and what the other writes for it.

Such are dictionaries, word lists, tests and settings of converters. The two words need have no character in common,
位图 and 點陣圖, so that only the other lines of the table tell that none of it was left over.
"""

from __future__ import annotations

import numpy as np

from encfix.arrays import Mask, Positions
from encfix.batch import Batch
from encfix.chinese.characters import are_in

SEPARATORS = ("\t", " ", ":：", "=", ",", "|")
"""What stands between the columns of a table."""

EDGED = "|"
"""What may stand before the first column too: `| 1 | 系统 | 係統 |`; there a line is divided behind its first word."""

ENOUGH, SHARE = 4, 0.8
"""Lines with one script before the separator and the other behind it that make a table; and their share of all lines
that hold both."""


def are_in_columns(
    batch: Batch, places: Positions, line_ends: Positions, simplified: Positions, traditional: Positions
) -> Mask:
    """Return which places lie in a table of both scripts; `simplified` and `traditional` are where those show."""
    found = np.zeros(len(places), dtype=np.bool_)
    document = batch.documents_of(places)
    held = (np.bincount(batch.documents_of(where), minlength=len(batch)) for where in (simplified, traditional))
    possible = np.minimum(*held) >= ENOUGH
    if not possible[document].any():
        return found
    starts, ends = np.append(0, line_ends[:-1] + 1), line_ends
    shown = np.append(np.union1d(simplified, traditional), len(batch.codes))
    documents = batch.documents_of(ends)
    own = line_ends.searchsorted(places)
    for separators in SEPARATORS:
        (marks,) = are_in(separators, batch.codes).nonzero()
        first = shown.take(shown.searchsorted(starts)) if separators == EDGED else starts
        middle = np.append(marks, len(batch.codes)).take(marks.searchsorted(first))
        is_divided = (middle < ends) & possible[documents]
        middle = np.minimum(middle, ends)
        before, behind = (
            [where.searchsorted(last) > where.searchsorted(first) for where in (simplified, traditional)]
            for first, last in ((starts, middle), (middle, ends))
        )
        both = (before[0] | behind[0]) & (before[1] | behind[1]) & is_divided
        is_opposed = (before[0] ^ before[1]) & (behind[0] ^ behind[1])
        every, opposed = (np.bincount(documents[chosen], minlength=len(batch)) for chosen in (both, both & is_opposed))
        is_table = (opposed >= ENOUGH) & (opposed >= SHARE * every)
        found |= is_table[document] & is_divided[own]
    return found
