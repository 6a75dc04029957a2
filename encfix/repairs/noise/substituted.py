"""Characters for which a site's own font shows others: `𣲬𢝩𠭏` in the place of common ones.

What it looks like: text with full stops and commas of which a good part are characters of the supplementary planes,
which no text but dictionaries and Vietnamese in its old script holds in numbers.

How it came about: sites of novels write other code points and load a font that draws them as the true characters. What
these were, only that font knows.
"""

from __future__ import annotations

import numpy as np

from encfix import screen
from encfix.batch import Batch
from encfix.chinese.characters import HAN_CLASSES, IS_HAN, LINE_END_CLASSES, Class, among
from encfix.edits import Edits, deletions
from encfix.rules import number_of

SUBSTITUTED = number_of("noise.substituted")

SURE = 0.9
"""Confidence of what is reported; set by hand."""

LEAST, SHARE = 12, 0.25
"""Characters of the supplementary planes in a document, and their share of its characters."""

MARKS = 20
"""Characters to a mark at most: lists have none, or one to each."""

FIRST = 0x20000

_NOM = np.array(sorted(map(ord, "𠬠𣎏𠊛𠄩𢆥𥪞𨕭𡗶𢚸𦖑𧡊𠳒𡢐𠓀𠚢𥙩𢧚𣋚𣈜𡦂𡨸𠰘𢬣𩈘𦓡𠀧𦊚𠄼𦒹𦉱𠔭𠃩𨒒𤾓𠦳")))
"""Common characters of Vietnamese; its text is told by them."""

NOM_SHARE = 0.04
"""Their least share of the supplementary characters of such a text: by chance it is some 0.001."""


def propose(batch: Batch) -> Edits:
    """Report lines, from the first to the last character that stands for another."""
    is_far = (batch.codes >= FIRST) & among(batch.classes, *HAN_CLASSES)
    found = np.flatnonzero(is_far)
    if len(found) < LEAST:
        return Edits.none()
    document = batch.documents_of(found)
    is_nom = np.isin(batch.codes.take(found), _NOM)
    far, nom = (np.bincount(document[chosen], minlength=len(batch)) for chosen in (slice(None), is_nom))
    characters = batch.counts(among(batch.classes, *HAN_CLASSES))
    marks = batch.counts(among(batch.classes, Class.COMMA, Class.MARK, Class.QUESTION))
    is_text = (far >= LEAST) & (far >= SHARE * characters) & (nom < NOM_SHARE * far)
    is_text &= (MARKS * marks >= characters) & (2 * marks <= characters)
    # In lists of characters most stand alone.
    lonely = ~(IS_HAN.take(batch.classes.take(found - 1)) | IS_HAN.take(batch.classes.take(found + 1)))
    is_text &= 2 * np.bincount(document[lonely], minlength=len(batch)) < far
    is_text &= batch.holding(screen.positions(batch, screen.NOISE))
    found = found[is_text[document]]
    lines = np.searchsorted(np.flatnonzero(among(batch.classes, *LINE_END_CLASSES)), found)
    first = np.flatnonzero(np.diff(lines, prepend=-1) > 0)
    last = np.append(first[1:], len(found)) - 1
    return deletions(found[first], found[last[: len(first)]] + 1, SUBSTITUTED, SURE)
