"""Characters cut in the middle: `規(guī)?；慨a(chǎn)線` was 規模化量產線.

What it looks like: a question mark that ate bytes, a mark that was made of two halves, then characters that mean
nothing.

How it came about: a tool replaced byte strings in GBK text without regard to where characters begin, cut the result at
punctuation marks found in the same way, and decoded each piece.

What looks alike and must stay: real question marks before other marks. So far a cut is only reported, and only on pages
that the same tool glossed.
"""

from __future__ import annotations

import numpy as np

from encfix.batch import Batch
from encfix.chinese.characters import IS_HAN, IS_LETTER, Class, members
from encfix.edits import Edits, deletions
from encfix.options import Options
from encfix.repairs import gloss
from encfix.rules import number_of

RULE = number_of("misaligned.half-character")
CONFIDENCE = 0.9

_CUT_MARKS = members(Class.MARK, Class.COMMA)


def propose(batch: Batch, options: Options) -> Edits:
    """Report question marks that were made by cut characters."""
    classes = batch.classes
    found = np.flatnonzero(classes == Class.QUESTION)
    after, before = classes.take(found + 1), classes.take(found - 1)
    cut = (_CUT_MARKS.take(after) | IS_LETTER.take(after)) & (IS_HAN.take(before) | (before == Class.CLOSE))
    found = found[cut & IS_HAN.take(classes.take(found + 2)) | cut & IS_LETTER.take(after)]
    if not len(found):
        return Edits.none()
    glosses = gloss.find(batch)
    glossed = np.bincount(batch.documents_of(glosses.start), minlength=len(batch))
    found = found[glossed[batch.documents_of(found)] > 1]
    return deletions(found, found + 2, RULE, CONFIDENCE)
