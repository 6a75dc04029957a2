"""Question marks where spaces of a width that could not be encoded stood, or bullets: `摘?要`, `摘 ?要`,
`研究 ? ? ? 關鍵詞`, `作者:王明 ? 2021年 ? 閱讀`.

What looks alike: real questions, `真?假?`, blanks to fill in, `第?页`, and characters that nobody could read,
`卜?骨`. So they are reported only: one in a gap inside a heading of two characters, where these make a word and no
other question mark stands near; less sure, two or more with spaces between them, as some people ask; and several on a
line with a space on either side, where no word asks.
"""

from __future__ import annotations

import re

import numpy as np

from encfix.arrays import Mask, Positions
from encfix.batch import Batch, to_text
from encfix.between import are_in_gaps, are_set_off, gaps
from encfix.chinese import model
from encfix.chinese.characters import IS_HAN, LINE_END_CLASSES, Class, among, are_in
from encfix.edits import Edits, deletions, merge
from encfix.rules import number_of

QUESTION = number_of("separator.question")

SEVERAL = 2
"""Bullets of a line."""

LEAST_HAN = 0.2
"""The least share of characters of Chinese on such a line."""

ASKING = "吗呢么嗎麼吧啊谁誰何哪嘛呀"
"""What questions end in."""

_CODE = re.compile(r" : |[\[(] ?\?|=|&&|\|\||[{}]|;\s*(?:$|[a-z])")

LIKELY, UNSURE = 0.7, 0.5
"""Confidence that a question mark inside a word was a space, and that several apart were; set by hand, for they are
only reported."""


def propose(batch: Batch) -> Edits:
    """Report question marks in gaps between characters."""
    found = np.flatnonzero(batch.codes == ord("?"))
    bullets = _bullets(batch, found)
    found = found[are_in_gaps(batch, found)]
    if not len(found):
        return bullets
    before, behind, _ = gaps(batch, found)
    first = np.flatnonzero(np.diff(before, prepend=-1) > 0)
    count = np.diff(first, append=len(found))
    found, last, before, behind = found[first], found[first + count - 1], before[first], behind[first]
    parted = (batch.classes.take(found + 1) == Class.SPACE) & (batch.classes.take(last - 1) == Class.SPACE)
    parted = np.flatnonzero((count > 1) & parted)
    in_heading = np.flatnonzero(count == 1)
    in_heading = in_heading[_are_in_headings(batch, before[in_heading], behind[in_heading])]
    lost = (
        deletions(found[chosen], last[chosen] + 1, QUESTION, confidence)
        for chosen, confidence in ((in_heading, LIKELY), (parted, UNSURE))
    )
    return merge((*lost, bullets))


def _bullets(batch: Batch, questions: Positions) -> Edits:
    """Report question marks with a space on either side where several are on a line of Chinese that is no code."""
    found = questions[are_set_off(batch, questions)]
    found = found[~are_in(ASKING, batch.codes.take(found - 2)) & (batch.codes.take(found + 2) != ord("?"))]
    if len(found) < SEVERAL:
        return Edits.none()
    ends = np.flatnonzero(among(batch.classes, *LINE_END_CLASSES))
    lines, first, count = np.unique(np.searchsorted(ends, found), return_index=True, return_counts=True)
    kept = np.zeros(len(found), dtype=np.bool_)
    for nth in np.flatnonzero(count >= SEVERAL).tolist():
        own = slice(int(ends[lines[nth] - 1]) + 1, int(ends[lines[nth]]))
        is_chinese = IS_HAN.take(batch.classes[own]).mean() >= LEAST_HAN
        kept[first[nth] : first[nth] + count[nth]] = is_chinese and not _CODE.search(to_text(batch.codes[own]))
    return deletions(found[kept], found[kept] + 1, QUESTION, UNSURE)


def _are_in_headings(batch: Batch, before: Positions, behind: Positions) -> Mask:
    """Return which gaps part two characters that by themselves are a word."""
    classes, codes = batch.classes, batch.codes
    outer = classes.take(before - 1), classes.take(behind + 1)
    alone = ~IS_HAN.take(outer[0]) & ~IS_HAN.take(outer[1])
    alone &= (outer[0] != Class.QUESTION) & (outer[1] != Class.QUESTION)
    for nth in np.flatnonzero(alone).tolist():
        word = to_text(codes[[before[nth], behind[nth]]])
        alone[nth] = model.fold(word) in model.lexicon()
    return alone
