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
_ABOUT = re.compile(
    "编码|編碼|亂碼|乱码|mojibake|Unicode|UTF-8|GBK|Big5|字符集|字元集|文字化け|解码|解碼", re.IGNORECASE
)
_OF_DAMAGE = re.compile("亂碼|乱码|文字化け|(?:编码|編碼)(?:错误|錯誤|问题|問題)")
EXAMPLE, NEAR = 120, 400
"""Code points in the longest example of damage, and from it to the word for what it is an example of."""

FEW, SHARE = 4, 0.25
"""Examples on a page, and their share of it: where there are both more, the page is damaged itself."""

_TWO_BYTES = re.compile("[\u0080-\u07ff]{3,}")
_MARKS = re.compile("[\u02b0-\u036f]")
"""Marks and modifiers, which letters of any script carry."""

_ZHUANG = frozenset("ŊŋƂƃƄƅƏəƜɯƧƨƼƽЗзЧч")
"""Letters of the alphabet of Zhuang from 1957 to 1982, which took some of Cyrillic for its tones."""

_BLOCKS = (0x250, 0x370, 0x400, 0x530, 0x590, 0x600, 0x700)
"""Where phonetic letters, Greek, Cyrillic, Armenian, Hebrew, Arabic and the rest begin, behind Latin."""
_THIRD = chr(_BLOCKS[1])
"""No run of letters of three of these scripts lacks one from here on."""

_QUOTES = frozenset("“‘「『\"'`《")
QUOTED = 0.5
"""Confidence of damage that a text about encodings quotes, and of what nothing else must explain."""


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
    return deletions(np.array(start, dtype=np.int64), np.array(end, dtype=np.int64), DROPPED, QUOTED)


def guard(batch: Batch, edits: Edits) -> Edits:
    """Return the edits, unsure those that may be examples: in quotation marks in a text that speaks of encodings, or
    near a word for such damage."""
    if not len(edits):
        return edits
    documents = batch.documents_of(edits.start)
    confidence = edits.confidence.copy()
    for document in np.unique(documents).tolist():
        text = batch.text(document)
        if not _ABOUT.search(text):
            continue
        (own,) = np.nonzero(documents == document)
        start, end = edits.start[own] - batch.starts[document], edits.end[own] - batch.starts[document]
        is_example = np.array([text[place - 1 : place] in _QUOTES and place > 0 for place in start.tolist()])
        words = np.array([match.start() for match in _OF_DAMAGE.finditer(text)], dtype=np.int64)
        is_near = words.searchsorted(end + NEAR) > words.searchsorted(start - NEAR)
        if len(own) <= FEW or (end - start).sum() <= SHARE * len(text):
            is_example |= is_near & (end - start <= EXAMPLE)
        unsure = own[is_example]
        confidence[unsure] = np.minimum(confidence[unsure], QUOTED)
    return Edits(
        edits.start, edits.end, edits.offsets, edits.codes, edits.rule, confidence, edits.score, edits.candidates
    )
