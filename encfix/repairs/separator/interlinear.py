"""Characters under a line of their readings or notes, one to each: spaces keep them in their columns.

xiǎo bái tù bái yòu bái        5 3 5 1 - | 6 1 5 -
小   白  兔 白  又  白         长 亭 外， 古 道 边，
"""

from __future__ import annotations

import re

import numpy as np

from encfix.arrays import Mask, Positions
from encfix.batch import Batch, to_text
from encfix.chinese import pinyin

MOSTLY = 0.8
"""The share of the tokens of a line of readings or notes that are such; by chance few words of English are."""

COLUMNS = 0.5
"""Readings or notes to each space of the line beside theirs, at least: a note may last, and bars stand between."""

_NOTE = re.compile(r"[0-7xX#♯♭.,·'’|‖:()\[\]~^_—–-]+|[ㄅ-ㄯˊˇˋ˙]+")
_MARKS = "，。、；：！？,.;:!?“”\"'’-…()（）"


def are_set(batch: Batch, line_ends: Positions, gaps: Positions, line: Positions, chosen: Mask) -> Mask:
    """Return which of the `chosen` lines stand beside a line of readings or notes, one to a character.

    `gaps` and `line` have one element a space: where it is, and the number of its line among those that have some.
    """
    first, count = np.unique(line, return_index=True, return_counts=True)[1:]
    found = np.zeros(len(chosen), dtype=np.bool_)
    for nth in np.flatnonzero(chosen).tolist():
        here = int(line_ends.searchsorted(gaps[first[nth]]))
        document = int(batch.documents_of(gaps[first[nth : nth + 1]])[0])
        last = min(here + 1, len(line_ends) - 1)
        found[nth] = any(
            batch.starts[document] <= start < end <= batch.ends[document]
            and _holds_columns(to_text(batch.codes[start:end]), int(count[nth]))
            for start, end in ((line_ends[here - 2] + 1, line_ends[here - 1]), (line_ends[here] + 1, line_ends[last]))
        )
    return found


def _holds_columns(text: str, gaps: int) -> bool:
    """Return whether a line is of readings or notes, enough for so many spaces."""
    tokens = text.split()
    return len(tokens) > COLUMNS * gaps and sum(map(_is_reading, tokens)) >= MOSTLY * len(tokens)


def _is_reading(token: str) -> bool:
    if _NOTE.fullmatch(token):
        return True
    syllable = token.strip(_MARKS).lower()
    if not 0 < len(syllable) <= pinyin.LONGEST or not all(map(pinyin.fold, syllable.rstrip("012345"))):
        return False
    return bool(pinyin.is_syllable(np.array([pinyin.pack(syllable)]))[0])
