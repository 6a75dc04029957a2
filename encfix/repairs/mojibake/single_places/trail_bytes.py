"""Backslashes that came of trail bytes: `許\\\\功\\\\蓋` was 許功蓋.

Some characters end with the byte 5C, a backslash in ASCII: 功 in Big5, 表 in Shift-JIS. Programs that escape byte by
byte double it, and the second one stays behind as a backslash; others set one before the character.

What looks alike and must stay: paths, code, and 是\\\\否. So every backslash of the document must be explained, its
line must be text of the encoding, most characters with that last byte must have a backslash, all on the same side; and
one alone must part what belongs together.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from encfix.batch import Batch
from encfix.chinese import model
from encfix.chinese.characters import IS_HAN, Class, class_of
from encfix.edits import Edits, Proposal, gathered
from encfix.rules import number_of

BACKSLASH = number_of("mojibake.backslash")

SURE, UNSURE = 0.98, 0.5

TOGETHER = 1.0
"""Nats by which the second of two characters is more probable behind the first than anywhere, if they belong together.
"""

_CODECS = ("big5", "gbk", "cp932")
_MARKS = (Class.WIDE, Class.COMMA, Class.MARK)
_BACKSLASH = "\\"
_SINGLE = re.compile(r"(?<!\\)\\(?!\\)")
_KANA = re.compile("[\u3041-\u30fa]")


def backslashes(batch: Batch) -> Edits:
    """Propose to delete backslashes that are trail bytes of the characters beside them."""
    found = np.flatnonzero(batch.codes == ord(_BACKSLASH))
    proposals: list[Proposal] = []
    for document in np.unique(batch.documents_of(found)).tolist():
        base, text = int(batch.starts[document]), batch.text(document)
        places = [match.start() for match in _SINGLE.finditer(text)]
        confidence = _certainty(text, places)
        if confidence:
            proposals += (Proposal(base + place, base + place + 1, "", BACKSLASH, confidence) for place in places)
    return gathered(proposals)


def _certainty(text: str, places: list[int]) -> float:
    """Return how certain it is that backslashes at these places, all there are, came of trail bytes; 0 if they did not.

    >>> _certainty("許\\\\功\\\\蓋", [1, 3]), _certainty("成功\\\\失敗", [2]), _certainty("成功\\\\功能", [2])
    (0.98, 0.5, 0.0)
    """
    if not all(_is_between(text, place) for place in places):
        return 0.0
    lines = [line for line in text.split("\n") if _BACKSLASH in line]
    for codec in _CODECS:
        trails = _trails(codec).intersection(text)
        for side in (-1, 1):
            owners = [text[place + side] for place in places]
            has_most = trails.issuperset(owners) and 2 * len(owners) > sum(map(text.count, trails))
            if has_most and all(_may_be(line, codec) for line in lines):
                return SURE if len(set(owners)) > 1 or _parts(text, places) else UNSURE
    return 0.0


def _is_between(text: str, place: int) -> bool:
    """Return whether a place is between a character and another, or a mark."""
    if not 0 < place < len(text) - 1:
        return False
    after = class_of(text[place + 1])
    return bool(IS_HAN[class_of(text[place - 1])]) and (bool(IS_HAN[after]) or after in _MARKS)


def _may_be(line: str, codec: str) -> bool:
    """Return whether all ideographs of a line are in a codec; Shift-JIS is for Japanese."""
    if codec == "cp932" and not _KANA.search(line):
        return False
    return all(one.encode(codec, "ignore") for one in set(line) if IS_HAN[class_of(one)])


def _parts(text: str, places: list[int]) -> bool:
    """Return whether some backslash parts characters that belong together."""
    return any(
        model.pair(text[place - 1], text[place + 1]) > model.unigram(text[place + 1]) + TOGETHER for place in places
    )


@cache
def _trails(codec: str) -> frozenset[str]:
    """Return the ideographs whose last byte is a backslash."""
    found = (bytes((lead, ord(_BACKSLASH))).decode(codec, "ignore") for lead in range(0x81, 0xFF))
    return frozenset(one for one in found if len(one) == 1 and IS_HAN[class_of(one)])
