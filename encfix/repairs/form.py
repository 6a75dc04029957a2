"""Look-alikes of ideographs: Kangxi and supplementary radicals, compatibility ideographs, old private-use code points.

What it looks like: `⽅便` and `⻘年`, the same to the eye as 方便 and 青年, and found by no search.

How it came about: fonts in PDF files that map a glyph to the radical of its shape; legacy code pages that hold a
character twice; GB 18030-2000, which gave some characters private-use code points. NFKC folds all Kangxi radicals,
but only two of the 115 supplementary ones, and harms other characters; the table here is Unicode's own list of
equivalent ideographs.

When it is certain: the radical stands in a run of characters, and what it stands for is a common character.

What looks alike and must stay: text about radicals, where they stand alone, or are called by that name; component
forms such as 氵, which no word holds; compatibility ideographs in Japanese and Korean text, and those of names.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.batch import Batch, Mask
from encfix.chinese.characters import IS_HAN, Class, class_table, members, unified_forms
from encfix.edits import Edits, replacements
from encfix.options import Options
from encfix.rules import number_of

RADICAL = number_of("form.radical")
COMPATIBILITY = number_of("form.compatibility")
PRIVATE_USE = number_of("form.private-use")

SURE, LIKELY, UNSURE = 0.995, 0.8, 0.5
_FOREIGN = members(Class.HIRAGANA, Class.KATAKANA, Class.HANGUL)
ABOUT_RADICALS = ("部首", "偏旁", "字根", "康熙", "部件", "筆畫", "笔画")


def propose(batch: Batch, options: Options) -> Edits:
    """Propose the unified ideograph for each look-alike."""
    codes, classes = batch.codes, batch.classes
    pairs = unified_forms()
    found = np.flatnonzero((classes >= Class.RADICAL) & (classes <= Class.PRIVATE_USE))
    place = np.minimum(np.searchsorted(pairs[:, 0], codes.take(found)), len(pairs) - 1)
    known = pairs[place, 0] == codes.take(found)
    found, target = found[known], pairs[place[known], 1]
    if not len(found):
        return Edits.none()
    kind = classes.take(found)
    beside_han = _beside_han(classes, found)
    document = batch.documents_of(found)
    about = np.array([_is_about_radicals(batch.text(index)) for index in range(len(batch))])
    foreign = batch.holding(np.flatnonzero(_FOREIGN.take(classes)))
    confidence = np.full(len(found), UNSURE, dtype=np.float32)
    sure = (kind == Class.RADICAL) & beside_han & ~about[document] & _common().take(target, mode="clip")
    legacy = (codes.take(found) < 0xFA0C) & (kind == Class.COMPATIBILITY)
    sure |= (legacy | (kind == Class.PRIVATE_USE)) & beside_han & ~foreign[document]
    confidence[sure] = SURE
    confidence[(kind == Class.COMPATIBILITY) & ~sure & ~foreign[document]] = LIKELY
    rule = np.select(
        [kind == Class.RADICAL, kind == Class.COMPATIBILITY], [RADICAL, COMPATIBILITY], PRIVATE_USE
    ).astype(np.int16)
    ones = np.ones(len(found), dtype=np.int64)
    return replacements(found, found + 1, ones, target, rule, confidence)


def _beside_han(classes: npt.NDArray[np.uint8], found: npt.NDArray[np.int64]) -> Mask:
    """Return which positions stand in a run of characters and look-alikes that holds a real character."""
    real = IS_HAN.take(classes)
    in_run = real | (classes >= Class.RADICAL) & (classes <= Class.PRIVATE_USE)
    breaks = np.flatnonzero(~in_run)
    place = np.searchsorted(breaks, found)
    running = np.cumsum(real)
    return np.asarray(running.take(breaks[place]) > running.take(breaks[place - 1]))


def _is_about_radicals(text: str) -> bool:
    return any(word in text for word in ABOUT_RADICALS)


@cache
def _common() -> npt.NDArray[np.bool_]:
    """Return which code points of the BMP are among the common characters of GB 2312 or of Big5: bool (0x10000,)."""
    table = np.zeros(0x10000, dtype=np.bool_)
    for code in np.flatnonzero(IS_HAN.take(class_table()[:0x10000])).tolist():
        simplified = chr(code).encode("gb2312", "ignore")
        traditional = chr(code).encode("big5", "ignore")
        table[code] = b"\xb0" <= simplified[:1] < b"\xd8" or b"\xa4" <= traditional[:1] < b"\xc9"
    return table
