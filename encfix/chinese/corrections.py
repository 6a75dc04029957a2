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
    """In `word`, if one of `following` comes after it, the character at `place` becomes `written`."""

    word: str
    place: int
    written: str
    following: str
    reason: str


ANYTHING = ""
"""For a correction that holds whatever follows."""

_SENT = "明掘送布射出放行表展动往起现觉电货票达言"
"""What comes after 发 in verbs; of hair are 型 色 夹 廊 胶 丝, and 生 and 光 may be of either."""

_ZHU = "著 is zhù, to write or to be evident; tw2s takes it for 着"

TO_SIMPLIFIED = (
    Correction("原著", 1, "著", ANYTHING, _ZHU),
    Correction("土著", 1, "著", ANYTHING, _ZHU),
    Correction("專著", 1, "著", ANYTHING, _ZHU),
    Correction("卓著", 1, "著", ANYTHING, _ZHU),
    Correction("譯著", 1, "著", ANYTHING, _ZHU),
    Correction("拙著", 1, "著", ANYTHING, _ZHU),
    Correction("遺著", 1, "著", ANYTHING, _ZHU),
    Correction("見微知著", 3, "著", ANYTHING, _ZHU),
    Correction("彰明較著", 3, "著", ANYTHING, _ZHU),
    Correction("么", 0, "么", ANYTHING, "a simplified 么 in a traditional line; tw2s takes it for the rare 幺"),
)
"""Corrections of tw2s."""

TO_TRADITIONAL = (
    Correction("被发", 1, "發", _SENT, "被|发明, not 被发 of 被髮左衽 (OpenCC's issue 1497)"),
    Correction("包括发", 2, "發", _SENT, "包括|发布, not the 括髮 of mourners"),
    Correction("粉丝发", 2, "發", _SENT, "粉丝|发布, not 丝发, silken hair"),
    Correction("代理发", 2, "發", _SENT, "代理|发行, not 理发, to cut hair"),
    Correction("处理发", 2, "發", _SENT, "处理|发送, not 理发, to cut hair"),
    Correction("管理发", 2, "發", _SENT, "管理|发布, not 理发, to cut hair"),
    Correction("了如", 0, "了", "何此下同今", "展示了|如何, not 了如 of 瞭如指掌 (OpenCC's issue 1497)"),
    Correction("参与制", 2, "製", "造作", "参与|制造; 与制 hides 制造 (OpenCC's issue 1497)"),
    Correction("国历", 1, "歷", "史代任届来经次", "本国|历史, not 国历, a national calendar"),
    Correction("是只", 1, "只", "有能是要会为想看读让需", "是|只有, not 是隻 of an animal (OpenCC's issue 257)"),
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
        for nth, character in enumerate(correction.word, -correction.place):
            if nth and len(places):
                places = places[codes.take(places + nth, mode="clip") == ord(character)]
        if correction.following and len(places):
            after = codes.take(places + len(correction.word) - correction.place, mode="clip")
            places = places[np.isin(after, list(map(ord, correction.following)))]
        converted[places] = ord(correction.written)
    return converted
