"""Whether glosses come at even distances, whatever they stand at, as one tool sets them; and the emoji it strews.

Verse, idioms and names of places are as even, where one character of each is glossed. But there the marks set the
beat: a gloss a clause, and none that follows another within one. The tool counts through the clauses; it also glosses
what comes, which is seldom a rare character.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from encfix.arrays import Mask, Positions, inside, runs
from encfix.batch import Batch
from encfix.chinese.characters import HAN_CLASSES, IS_HAN, LETTER_CLASSES, Class, among, is_common
from encfix.repairs.gloss.finding import Glosses

SHORTEST, LONGEST = 4, 5
"""Characters from one periodic gloss to the next."""

FEW = 3
"""Gaps below which glosses are periodic only if emoji are strewn, too."""

EVEN = 0.9
"""The least share of gaps that are of these lengths."""

WITHIN = 0.25
"""The least share of them in which no mark stands: in running text it is above a half."""

COMMON = 0.8
"""The least share of common characters among those that are glossed."""

VARIATION_SELECTOR = 0xFE0F
CODES = 0x110000
"""As many code points as there are."""


def find_periodic(batch: Batch, glosses: Glosses, document: Positions, han: npt.NDArray[np.int32]) -> Mask:
    """Return for each document whether glosses on one line stand four or five characters apart, (nearly) all of them.

    `document` is that of each gloss; `han` counts the characters of Chinese up to each position.
    """
    count = len(batch)
    head = ~glosses.chained
    owner, owned = glosses.owner[head], document[head]
    newlines = np.flatnonzero(among(batch.classes, Class.NEWLINE))
    same_line = (np.diff(np.searchsorted(newlines, owner)) == 0) & (np.diff(owned) == 0)

    def per_document(chosen: Mask) -> Positions:
        return np.bincount(owned[1:][same_line & chosen], minlength=count)

    gaps = np.diff(han.take(owner - 1))
    is_even = (gaps >= SHORTEST) & (gaps <= LONGEST)
    total, even = per_document(gaps >= 0), per_document(is_even)
    every = np.bincount(owned, minlength=count)
    common = np.bincount(owned[is_common().take(batch.codes.take(owner), mode="clip")], minlength=count)
    periodic = (total > 0) & (even >= EVEN * total) & (common >= COMMON * every)
    if not periodic.any():
        return np.asarray(periodic)
    followed = np.bincount(document[batch.classes.take(glosses.end) == Class.SPACE], minlength=count)
    has_spaces = 2 * followed > every
    has_mark = np.logical_or.reduceat(_marks(batch, glosses, has_spaces[document]), owner)[:-1]
    within = per_document(is_even & ~has_mark)
    # Where a space follows each gloss, it may part the items of a list, which hold no other mark.
    is_list = has_spaces & (even == within)
    periodic &= (within >= WITHIN * even) & ~is_list
    few = periodic & (total < FEW)
    if few.any():
        periodic &= ~few | batch.holding(emoji_between(batch))
    return np.asarray(periodic)


def _marks(batch: Batch, glosses: Glosses, with_space: Mask) -> Mask:
    """Return where marks are that part clauses; the space behind glosses `with_space` parts none."""
    classes = batch.classes
    runs_on = among(classes, *HAN_CLASSES, *LETTER_CLASSES, Class.WESTERN, Class.DIGIT, Class.EMOJI, Class.JOINER)
    runs_on |= batch.codes == VARIATION_SELECTOR
    runs_on[glosses.start] = runs_on[glosses.end - 1] = True
    end = glosses.end[with_space]
    runs_on[end[classes.take(end) == Class.SPACE]] = True
    return ~runs_on


def emoji_between(batch: Batch) -> Positions:
    """Return emoji that stand between Chinese characters, or a bracket and a character, emoji beside them included."""
    starts, ends = _emoji(batch)
    fits = _follow_text(batch, starts) & IS_HAN.take(batch.classes.take(ends))
    return inside(starts[fits], (ends - starts)[fits])


def strewn_emoji(batch: Batch, is_strewn: Mask) -> Positions:
    """Return the emoji of documents into which some were strewn: those between characters, and wherever text goes on
    or a line ends behind a character, those of the same kinds.
    """
    between = emoji_between(batch)
    between = between[is_strewn[batch.documents_of(between)]]
    seen = np.unique(batch.documents_of(between) * CODES + batch.codes.take(between))
    starts, ends = _emoji(batch)
    fits = _follow_text(batch, starts) & is_strewn[batch.documents_of(starts)]
    found = inside(starts[fits], (ends - starts)[fits])
    keys = batch.documents_of(found) * CODES + batch.codes.take(found)
    return np.unique(np.concatenate((between, found[np.isin(keys, seen)])))


def _emoji(batch: Batch) -> tuple[Positions, Positions]:
    """Return where runs of emoji begin and end, with what joins and varies them."""
    is_part = among(batch.classes, Class.EMOJI) | (batch.codes == VARIATION_SELECTOR) | (batch.codes == 0x200D)
    return runs(is_part)


def _follow_text(batch: Batch, starts: Positions) -> Mask:
    """Return which runs of emoji stand behind a character, or the bracket or space of its gloss."""
    before = batch.classes.take(starts - 1)
    return np.asarray(IS_HAN.take(before) | (before == Class.CLOSE) | (before == Class.SPACE))
