"""Marks of GBK read as Latin-1 in text that is otherwise sound: `产品介绍£º优质材料¡£`.

How it came about: ideographs were converted, by a table of ideographs alone, or typed later; the marks were not.

When it is certain: the two bytes make a mark, and an ideograph stands beside it, or beside others like it. No text sets
£ or ¡ between ideographs, and neither a digit nor a letter follows here: £100 and ¡Hola! stay.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from encfix.arrays import Codes
from encfix.batch import Batch
from encfix.chinese.characters import IS_HAN
from encfix.edits import Edits, replacements
from encfix.rules import number_of

RULE = number_of("mojibake.gbk-as-latin-1")
CONFIDENCE = 0.95

LEADS = (0xA1, 0xA3)
MARKS = "\u3000、。·—～…‘’“”〈〉《》「」『』【】！（），．：；？"


@cache
def _marks() -> Codes:
    """Return the mark that each pair of bytes is in GBK, 0 for others: uint32 (0x10000,)."""
    table = np.zeros(0x10000, dtype=np.uint32)
    for mark in MARKS:
        lead, trail = mark.encode("gbk")
        if lead in LEADS:
            table[lead << 8 | trail] = ord(mark)
    return table


def propose(batch: Batch) -> Edits:
    """Propose the marks for pairs of characters that are their bytes."""
    codes = batch.codes
    (found,) = ((codes == LEADS[0]) | (codes == LEADS[1])).nonzero()
    after = codes.take(found + 1)
    mark = _marks().take(np.where(after < 0x100, codes.take(found) << 8 | after, 0))
    found, mark = found[mark > 0], mark[mark > 0]
    if not len(found):
        return Edits.none()
    run = np.maximum.accumulate(np.where(np.diff(found, prepend=-9) > 1, found, 0))
    apart = (found - run) % 2 == 0  # ¡¡¡¡ is two marks, not three that overlap
    found, mark = found[apart], mark[apart]
    begins = np.diff(found, prepend=-9) != 2
    chain = begins.cumsum() - 1
    first, last = found[begins], found[np.append(begins[1:], True)]
    is_chinese = IS_HAN.take(batch.classes.take(first - 1)) | IS_HAN.take(batch.classes.take(last + 2))
    found, mark = found[is_chinese[chain]], mark[is_chinese[chain]]
    return replacements(found, found + 2, np.ones(len(found), np.int64), mark, RULE, CONFIDENCE)
