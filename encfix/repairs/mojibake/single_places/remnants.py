"""What mojibake leaves that no codec undoes: backslashes of trail bytes, and strings that stand for what was lost."""

from __future__ import annotations

import re
from bisect import bisect_right

import numpy as np

from encfix.arrays import Positions, runs
from encfix.batch import Batch, to_text
from encfix.chinese.characters import are_in
from encfix.edits import Edits, deletions, merge
from encfix.repairs.mojibake.single_places.trail_bytes import backslashes
from encfix.rules import number_of

LOST = number_of("mojibake.lost")
DROPPED = number_of("mojibake.dropped")

_LOST = re.compile("(?:锟斤拷?)+|(?:嚙踝蕭?)+|烫{4,}|屯{4,}")
"""What U+FFFD comes back as from GBK and from Big5, and unset memory: of memory never written to (CC CC, CD CD) there
is more than three characters; 太烫烫烫了 is hot."""
_BEGINS = "锟嚙烫屯"

SHORTEST_RUN, LEAST_SCRIPTS = 3, 3
"""Letters of two bytes in the shortest run, and scripts that they are of."""

_MARKS = re.compile("[\u02b0-\u036f]")
"""Marks and modifiers, which letters of any script carry."""

_ZHUANG = frozenset("ŊŋƂƃƄƅƏəƜɯƧƨƼƽЗзЧч")
"""Letters of the alphabet of Zhuang from 1957 to 1982, which took some of Cyrillic for its tones."""

_BLOCKS = (0x250, 0x370, 0x400, 0x530, 0x590, 0x600, 0x700)
"""Where phonetic letters, Greek, Cyrillic, Armenian, Hebrew, Arabic and the rest begin, behind Latin."""
_SCRIPTS = np.array([1 << bisect_right(_BLOCKS, code) for code in range(0x800)], dtype=np.uint8)
"""A bit for the block of each letter of two bytes; none for marks and modifiers, which letters of any script carry."""
_SCRIPTS[0x2B0:0x370] = 0
_SCRIPT_COUNTS = np.array([bits.bit_count() for bits in range(0x100)])
"""How many of them are set."""

SURE = 0.95
"""Confidence that a string such as 锟斤拷 stands for what was lost; set by hand, for it is only reported."""

UNEXPLAINED = 0.5
"""Confidence of what nothing else must explain."""


def propose(batch: Batch, places: Positions) -> Edits:
    """Propose to delete backslashes that double a trail byte, and report what is beyond repair.

    `places` are the signs of mojibake that the screen found.
    """
    return merge((backslashes(batch), _lost(batch), _only_pairs(batch, places)))


def _lost(batch: Batch) -> Edits:
    start, end = [], []
    for document in np.unique(batch.documents_of(np.flatnonzero(are_in(_BEGINS, batch.codes)))).tolist():
        base = int(batch.starts[document])
        for match in _LOST.finditer(batch.text(document)):
            start.append(base + match.start())
            end.append(base + match.end())
    return deletions(np.array(start, dtype=np.int64), np.array(end, dtype=np.int64), LOST, SURE)


def _only_pairs(batch: Batch, places: Positions) -> Edits:
    """Report what is left of GBK read as UTF-8 where only two bytes in a row that happened to be UTF-8 were kept: runs
    of letters of three scripts, if nothing else explains them."""
    is_of_two = (batch.codes >= 0x80) & (batch.codes < len(_SCRIPTS))
    spans = np.stack(runs(is_of_two), axis=1)
    spans = spans[spans[:, 1] - spans[:, 0] >= SHORTEST_RUN]
    if not len(spans):
        return Edits.none()
    scripts = np.bitwise_or.reduceat(_SCRIPTS.take(batch.codes, mode="clip"), spans.ravel())[::2]
    spans = spans[_SCRIPT_COUNTS[scripts] >= LEAST_SCRIPTS]
    spans = spans[np.isin(batch.documents_of(spans[:, 0]), batch.documents_of(places))]
    texts = (to_text(batch.codes[start:end]) for start, end in spans.tolist())
    is_other = [not _ZHUANG.issuperset(_MARKS.sub("", text)) for text in texts]
    start, end = spans[np.array(is_other, dtype=np.bool_)].T
    return deletions(start, end, DROPPED, UNEXPLAINED)
