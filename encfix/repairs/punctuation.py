"""Half-width marks in Chinese text, widened only when the caller asks for it.

What it looks like: `你好,世界!`. It is no damage: many pages are written so; a data set may want one width.

When it is applied: with `punctuation="fullwidth"`, to a mark behind a character and before another one, a wide mark,
or the end of a line. Numbers, times, Latin words and links keep theirs.
"""

from __future__ import annotations

import numpy as np

from encfix.batch import Batch
from encfix.chinese.characters import HAN_CLASSES, IS_HAN, Class, members
from encfix.edits import Edits, replacements
from encfix.options import Options
from encfix.rules import number_of
from encfix.screen import ALWAYS

RULE = number_of("punctuation.fullwidth")
CONFIDENCE = 0.99
WIDE = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}

_TABLE = np.zeros(128, dtype=np.uint32)
for _narrow, _wide in WIDE.items():
    _TABLE[ord(_narrow)] = ord(_wide)

_BEFORE = members(*HAN_CLASSES, Class.WIDE)
_AFTER = members(*HAN_CLASSES, Class.WIDE, Class.NEWLINE, Class.BOUNDARY)


def flags(options: Options) -> int:
    """Return that every document may need it, if the options ask for it."""
    return ALWAYS if options.punctuation == "fullwidth" else 0


def propose(batch: Batch, options: Options) -> Edits:
    """Propose the full-width form of marks that stand in Chinese text."""
    codes, classes = batch.codes, batch.classes
    found = np.flatnonzero(codes < 128)
    found = found[_TABLE[codes.take(found)] > 0]
    before, after = classes.take(found - 1), classes.take(found + 1)
    code = codes.take(found)
    fits = np.where(code == ord("("), IS_HAN.take(after) & (_BEFORE.take(before) | (before == Class.NEWLINE)), False)
    fits |= (code != ord("(")) & _BEFORE.take(before) & _AFTER.take(after)
    found = found[fits]
    ones = np.ones(len(found), dtype=np.int64)
    return replacements(found, found + 1, ones, _TABLE[codes.take(found)], RULE, CONFIDENCE)
