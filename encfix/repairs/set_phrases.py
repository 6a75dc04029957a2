"""Names and set phrases that hold an old character of its own where simplified text writes it for another one.

无 is the simplified form of 無, and older: the Book of Changes writes 无咎. Kept by hand: the words around such a
character do not tell, since no page but those that speak of the matter holds them.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from encfix.batch import Codes, Mask, Positions

_CLASSICS = "皆从 从*聲 从*，*聲 从*从 从*省 从*、* 无咎 无妄 无悔 无眚 无譽 无疆 无邪 无不利 无攸 右个 左个 東后"
_PEOPLE = (
    "万俟 万章 万斯同 万斯大 李适 洪适 王适 南宮适 林冲 左太冲 冲虛 冲虚 冲和 謙冲 冬冬 于是之 于堅 "
    "于美人 尹斗俊 党懷英 党進 林云 柳云龍 余光中 余英時 种放 种師道"
)
_PLACES = "党項 后庄 后壁 后厝 后寮 后浦 后溪 后坑 后里 后湖 后安 社后 松嫩 斗六 斗南 斗湖 采石"
_JAPANESE = (
    "浅田 浅野 浅井 浅倉 浅川 浅草 浅見 芦田 芦屋 芦之湖 芦ノ湖 北条 中条 東条 上条 西条 宝塚 与田 与那国 与謝野 "
    "声優 万城目 四条河原 三条大橋 国木田 会津"
)
_SONGS = "么篇 六么 么洞"

PHRASES = tuple(" ".join((_CLASSICS, _PEOPLE, _PLACES, _JAPANESE, _SONGS)).split())
"""Each holds at least one character that stays; `*` stands for any one character."""

_LONGEST = max(map(len, PHRASES))


def are_inside(codes: Codes, places: Positions) -> Mask:
    """Return which places of a text lie in one of the phrases.

    >>> codes = np.array([ord(character) for character in "貞吉，无咎。无關"], dtype=np.uint32)
    >>> are_inside(codes, np.array([3, 6])).tolist()
    [True, False]
    """
    found = np.zeros(len(places), dtype=np.bool_)
    around = codes.take(places[:, None] + np.arange(1 - _LONGEST, _LONGEST), mode="clip")
    for phrase, first in _laid_out():
        columns = slice(_LONGEST - 1 - first, _LONGEST - 1 - first + len(phrase))
        found |= ((around[:, columns] == phrase) | (phrase == ord("*"))).all(axis=1)
    return found


@cache
def _laid_out() -> list[tuple[Codes, int]]:
    """Return the code points of each phrase, once for every place in it at which a character may be looked at."""
    codes = [np.array([*map(ord, phrase)], dtype=np.uint32) for phrase in PHRASES]
    return [(phrase, first) for phrase in codes for first in range(len(phrase))]
