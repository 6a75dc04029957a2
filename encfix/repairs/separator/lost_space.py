"""A question mark inside a heading of two characters, `摘?要`: a space of a width that could not be encoded.

What looks alike: real questions, `真?假?`, blanks to fill in, `第?页`, and characters that nobody could read,
`卜?骨`. So it is reported only, where the two characters make a word and no other question mark stands near.
"""

from __future__ import annotations

import numpy as np

from encfix.batch import Batch, to_text
from encfix.chinese import model
from encfix.chinese.characters import IS_HAN, Class
from encfix.edits import Edits, deletions
from encfix.rules import number_of

QUESTION = number_of("separator.question")

LIKELY = 0.7
"""Confidence that a question mark inside a word was a space; set by hand, for it is only reported."""


def propose(batch: Batch) -> Edits:
    """Report question marks between two characters that by themselves are a word."""
    classes, codes = batch.classes, batch.codes
    found = np.flatnonzero(codes == ord("?"))
    beside = IS_HAN.take(classes.take(found - 1)) & IS_HAN.take(classes.take(found + 1))
    before, after = classes.take(found - 2), classes.take(found + 2)
    alone = ~IS_HAN.take(before) & ~IS_HAN.take(after) & (before != Class.QUESTION) & (after != Class.QUESTION)
    found = found[beside & alone]
    if not len(found):
        return Edits.none()
    words = (model.fold(to_text(codes[place - 1 : place + 2]).replace("?", "")) for place in found.tolist())
    found = found[np.fromiter((word in model.lexicon() for word in words), dtype=np.bool_, count=len(found))]
    return deletions(found, found + 1, QUESTION, LIKELY)
