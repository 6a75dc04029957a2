"""Where OpenCC is known to be wrong, and what to write instead.

OpenCC cuts a text by the longest entry of its dictionary, whatever the words are: 被发|明 and not 被|发明. The
tables below put the commonest of such places right. They are not applied when the caller names a configuration of
OpenCC's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Correction(NamedTuple):
    """After one of `before` and ahead of one of `after`, the character of `word` at `place` becomes `written`."""

    before: str
    word: str
    after: str
    place: int
    written: str
    reason: str


ANY = ""
"""For a correction that holds whatever comes before, or after."""

_SENT = "明掘送布射出放行表展动往起现觉电货票达言"
"""What comes after 发 in verbs; of hair are 型 色 夹 廊 胶 丝, and 生 and 光 may be of either."""

_ZHU = "著 is zhù, to write or to be evident; tw2s takes it for 着"

TO_SIMPLIFIED = (
    Correction("原土專卓譯拙遺", "著", ANY, 0, "著", _ZHU),
    Correction(ANY, "見微知著", ANY, 3, "著", _ZHU),
    Correction(ANY, "彰明較著", ANY, 3, "著", _ZHU),
    Correction(ANY, "么", ANY, 0, "么", "a simplified 么 in a traditional line; tw2s takes it for the rare 幺"),
)
"""Corrections of tw2s."""

TO_TRADITIONAL = (
    Correction("被", "发", _SENT, 0, "發", "被|发明, not 被发 of 被髮左衽 (OpenCC's issue 1497)"),
    Correction("包", "括发", _SENT, 1, "發", "包括|发布, not the 括髮 of mourners"),
    Correction("粉", "丝发", _SENT, 1, "發", "粉丝|发布, not 丝发, silken hair"),
    Correction(ANY, "了如", "何此下同今", 0, "了", "展示了|如何, not 了如 of 瞭如指掌 (OpenCC's issue 1497)"),
    Correction("发声阐指查写标挑注", "明了", ANY, 1, "了", "声明|了, not 明了 of 簡單明瞭"),
    Correction("参", "与制", "造作", 1, "製", "参与|制造; 与制 hides 制造 (OpenCC's issue 1497)"),
    Correction("国", "历", "史代任届来经次", 0, "歷", "本国|历史, not 国历, a national calendar"),
    Correction("是", "只", "有能是要会为想看读让需", 0, "只", "是|只有, not 是隻 of an animal (OpenCC's issue 257)"),
)
"""Corrections of s2tw and s2hk."""


def correct(
    codes: npt.NDArray[np.uint32], converted: npt.NDArray[np.uint32], corrections: Sequence[Correction]
) -> npt.NDArray[np.uint32]:
    """Return `converted` with the corrections put in where `codes`, what was converted, calls for them; in place.

    >>> text = np.array([ord(c) for c in "被发明"], dtype=np.uint32)
    >>> chr(correct(text, text.copy(), TO_TRADITIONAL)[1])
    '發'
    """
    found: dict[int, npt.NDArray[np.int64]] = {}
    for correction in corrections:
        anchor = ord(correction.word[correction.place])
        if anchor not in found:
            found[anchor] = np.flatnonzero(codes == np.uint32(anchor))
        places = found[anchor]
        for nth, allowed in enumerate((correction.before, *correction.word, correction.after), -correction.place - 1):
            if nth and allowed and len(places):
                neighbours = codes.take(places + nth, mode="clip")
                places = places[(neighbours[:, None] == np.array(list(map(ord, allowed)))).any(axis=1)]
        converted[places] = ord(correction.written)
    return converted
