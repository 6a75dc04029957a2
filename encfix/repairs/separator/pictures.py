"""Pictures strewn inside words, `万🃶😨般不舍`: emoji, cards, tiles, halves of flags.

How they came about: sites of novels strew them through a page so that copies are of no use.

When it is certain: pictures of several kinds cut words in several places, about as often as chance has it, and most are
several different ones in a row; and some are such as no keyboard has. A page with less of all that is reported.

What looks alike and must stay: emoji where people set them, behind a clause or a word, or in the place of a word, as in
我❤你. One may cut a word that it illustrates, 篮🏀球, but is alone there. One kind is ornament or play: 福★禄★寿.
"""

from __future__ import annotations

import numpy as np

from encfix.arrays import Codes, Mask, Positions, runs
from encfix.batch import Batch
from encfix.between import LONGEST_RUN, are_halves, are_untyped, hold_together
from encfix.chinese.characters import IS_HAN, LINE_END_CLASSES, Class, among, members
from encfix.edits import Edits, deletions, merge
from encfix.rules import number_of

PICTURES = number_of("separator.pictures")

SURE, LIKELY, UNSURE = 0.97, 0.7, 0.5
"""Confidence on a page whose words are cut often, in several places, and where less speaks for it. Set by hand."""

ENOUGH, SEVERAL = 4, 2
"""Words that are cut, and kinds of pictures that cut them, on a page that is certain; and on one that is suspect."""

BY_CHANCE = 0.25
"""The least share of pictures between characters that cut a word where they are strewn: of all gaps it is some 0.4."""

JOINERS = (0x200C, 0x200D, 0xFE0F)
"""What joins pictures, and says how to draw one."""

_GOES_ON = members(Class.COMMA, Class.MARK, Class.QUESTION, Class.WIDE, *LINE_END_CLASSES)
"""What may stand behind a picture that was strewn at the end of a clause."""


def propose(batch: Batch) -> Edits:
    """Propose to take out pictures strewn inside words."""
    is_picture = among(batch.classes, Class.EMOJI)
    start, end = runs(is_picture | among(batch.classes, Class.JOINER))
    follows = IS_HAN.take(batch.classes.take(start - 1)) & is_picture[start] & (end - start <= LONGEST_RUN)
    start, end = start[follows], end[follows]
    between = IS_HAN.take(batch.classes.take(end))
    cut = between & hold_together(batch, start - 1, end)
    odd = between & _are_odd(batch, np.flatnonzero(is_picture), start, end)
    document = batch.documents_of(start)
    parts = []
    for nth in np.unique(document[cut | odd]).tolist():
        own = slice(*np.searchsorted(document, (nth, nth + 1)).tolist())
        pieces = [batch.codes[first:last] for first, last in zip(start[own].tolist(), end[own].tolist(), strict=True)]
        confidence = _confidence(pieces, between[own], cut[own], odd[own])
        chosen = cut[own] | odd[own]
        if confidence >= SURE:
            chosen = between[own] | _GOES_ON.take(batch.classes.take(end[own]))
        if confidence:
            parts.append(deletions(start[own][chosen], end[own][chosen], PICTURES, confidence))
    return merge(parts) if parts else Edits.none()


def _confidence(pieces: list[Codes], between: Mask, cut: Mask, odd: Mask) -> float:
    """Return how sure it is that pictures were strewn through a page, some in a row in each of the `pieces`, of which
    some stand `between` characters and `cut` words, and some are `odd`; 0 if it is not worth a report."""
    kinds = [np.unique(pieces[nth][~np.isin(pieces[nth], JOINERS)]) for nth in np.flatnonzero(cut).tolist()]
    different = len(np.unique(np.concatenate(kinds))) if kinds else 0
    count, strange = len(kinds), int(odd.sum())
    if count >= SEVERAL and different > SEVERAL and count >= BY_CHANCE * between.sum():
        drawn = sum(len(kind) > 1 or is_odd for kind, is_odd in zip(kinds, odd[cut].tolist(), strict=True))
        if 2 * drawn < count or not strange:
            return UNSURE
        return SURE if count >= ENOUGH and different >= ENOUGH else LIKELY
    return UNSURE if strange and count + strange >= SEVERAL else 0.0


def _are_odd(batch: Batch, pictures: Positions, start: Positions, end: Positions) -> Mask:
    """Return which runs of pictures hold one that no keyboard has, or half a flag."""

    def counts(chosen: Mask) -> Positions:
        found = pictures[chosen]
        return np.searchsorted(found, end) - np.searchsorted(found, start)

    codes = batch.codes.take(pictures)
    return np.asarray((counts(are_untyped(codes)) > 0) | (counts(are_halves(codes)) % 2 > 0))
