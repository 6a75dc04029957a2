"""What mojibake leaves that no codec undoes: backslashes of trail bytes, and strings that stand for what was lost."""

from __future__ import annotations

import re
from bisect import bisect_right

import numpy as np

from encfix.batch import Batch, Positions
from encfix.edits import Edits, deletions, merge
from encfix.repairs.mojibake.trail_bytes import backslashes
from encfix.rules import number_of

LOST = number_of("mojibake.lost")
DROPPED = number_of("mojibake.dropped")

_LOST = re.compile("(?:锟斤拷?)+|烫{4,}|屯{4,}")
"""Of memory never written to (CC CC, CD CD) there is more than three characters; 太烫烫烫了 is hot."""
_TWO_BYTES = re.compile("[\u0080-\u07ff]{3,}")
_MARKS = re.compile("[\u02b0-\u036f]")
"""Marks and modifiers, which letters of any script carry."""

_ZHUANG = frozenset("ŊŋƂƃƄƅƏəƜɯƧƨƼƽЗзЧч")
"""Letters of the alphabet of Zhuang from 1957 to 1982, which took some of Cyrillic for its tones."""

_BLOCKS = (0x250, 0x370, 0x400, 0x530, 0x590, 0x600, 0x700)
"""Where phonetic letters, Greek, Cyrillic, Armenian, Hebrew, Arabic and the rest begin, behind Latin."""
_THIRD = chr(_BLOCKS[1])
"""No run of letters of three of these scripts lacks one from here on."""

UNEXPLAINED = 0.5
"""Confidence of what nothing else must explain."""


def propose(batch: Batch, places: Positions) -> Edits:
    """Propose to delete backslashes that double a trail byte, and report what is beyond repair.

    `places` are the signs of mojibake that the screen found.
    """
    return merge((backslashes(batch), _lost(batch), _only_pairs(batch, places)))


def _lost(batch: Batch) -> Edits:
    start, end = [], []
    for document in np.unique(
        batch.documents_of(np.flatnonzero(np.isin(batch.codes, (0x951F, 0x70EB, 0x5C6F))))
    ).tolist():
        base = int(batch.starts[document])
        for match in _LOST.finditer(batch.text(document)):
            start.append(base + match.start())
            end.append(base + match.end())
    return deletions(np.array(start, dtype=np.int64), np.array(end, dtype=np.int64), LOST, 0.95)


def _only_pairs(batch: Batch, places: Positions) -> Edits:
    """Report what is left of GBK read as UTF-8 where only two bytes in a row that happened to be UTF-8 were kept: runs
    of letters of three scripts, if nothing else explains them."""
    start, end = [], []
    for document in np.unique(batch.documents_of(places)).tolist():
        base = int(batch.starts[document])
        for match in _TWO_BYTES.finditer(batch.text(document)):
            run = _MARKS.sub("", match.group())
            if not run or max(run) < _THIRD or _ZHUANG.issuperset(run):
                continue
            if len({bisect_right(_BLOCKS, ord(letter)) for letter in run}) >= 3:
                start.append(base + match.start())
                end.append(base + match.end())
    return deletions(np.array(start, dtype=np.int64), np.array(end, dtype=np.int64), DROPPED, UNEXPLAINED)
