"""Names and set phrases that hold an old character of its own where simplified text writes it for another one.

无 is the simplified form of 無, and older: the Book of Changes writes 无咎. Kept by hand: the words around such a
character do not tell, since no page but those that speak of the matter holds them.
"""

from __future__ import annotations

import re
from functools import cache

from encfix.arrays import Codes, Mask, Positions
from encfix.batch import to_text
from encfix.chinese.characters import are_in

_CLASSICS = "皆从 从*聲 从*，*聲 从*从 从*省 从*、* 无咎 无妄 无悔 无首 无眚 无譽 无疆 无邪 无不利 无攸 右个 左个 東后"
_PEOPLE = (
    "万俟 万章 万斯同 万斯大 李适 洪适 王适 南宮适 林冲 左太冲 冲虛 冲虚 冲和 謙冲 于是之 于堅 "
    "于美人 尹斗俊 党懷英 党進 林云 柳云龍 茅于軾 余光中 余英時 种放 种師道"
)
_SANSKRIT = "鬱多羅僧 鬱單越"
_SHAPES = "广字旁 广字頭 厂字旁 厂字頭 气字頭"
_PLACES = "仙游 龍游 新干縣 朴子 党項 后庄 后壁 后厝 后寮 后浦 后溪 后坑 后湖 后安 社后 松嫩 斗六 斗南"
_JAPANESE = (
    "浅田 浅野 浅井 浅倉 浅川 浅草 浅見 芦田 芦屋 芦之湖 芦ノ湖 北条 中条 東条 上条 西条 宝塚 与田 与那国 与謝野 "
    "慶應義塾大学 駒澤大学 國學院大学 學習院大学 龍谷大学 株式会社 有限会社 声優 万城目 四条河原 三条大橋 国木田 会津 "
    "学校法人 医療法人 独立行政法人 国立大学法人"
)
_SIMPLIFIED = "大清**年製 大明**年製 刘知幾 兒宽 凌濛初 孙运璿 濛濛 空濛 迷濛"
_OTHERS = "么洞 鐘意 向邇"
"""Digits as they are spoken on the radio, Cantonese and Hakka."""

PHRASES = tuple(" ".join((_CLASSICS, _SANSKRIT, _SHAPES, _PEOPLE, _PLACES, _JAPANESE, _SIMPLIFIED, _OTHERS)).split())
"""Each holds at least one character that stays; `*` stands for any one character."""

LANGUAGES = ("日本語", "粵語", "贛語", "吴语", "閩南語", "閩東語", "客家話", "客家語", "臺語", "台語")
"""Languages by their own names, as menus of all languages write them in whatever script the page is."""

_LONGEST = max(map(len, PHRASES))
_CHARACTERS = "".join(sorted(set("".join(PHRASES))))


def are_inside(codes: Codes, places: Positions) -> Mask:
    """Return which places of a text lie in one of the phrases.

    >>> import numpy as np
    >>> codes = np.array([ord(character) for character in "貞吉，无咎。无關"], dtype=np.uint32)
    >>> are_inside(codes, np.array([3, 6])).tolist()
    [True, False]
    """
    found = are_in(_CHARACTERS, codes.take(places))
    for nth in found.nonzero()[0].tolist():
        place = int(places[nth])
        first = max(place + 1 - _LONGEST, 0)
        around = to_text(codes[first : place + _LONGEST])
        found[nth] = any(ahead.start(1) <= place - first < ahead.end(1) for ahead in _phrases().finditer(around))
    return found


def are_languages(codes: Codes, places: Positions) -> Mask:
    """Return which places of a text lie in the name of a language that stands alone.

    >>> import numpy as np
    >>> codes = np.array([ord(character) for character in "Deutsch, 日本語, 学日本語"], dtype=np.uint32)
    >>> are_languages(codes, np.array([11, 17])).tolist()
    [True, False]
    """
    longest = max(map(len, LANGUAGES))
    found = are_in("".join(LANGUAGES), codes.take(places))
    for nth in found.nonzero()[0].tolist():
        place = int(places[nth])
        first = max(place - longest, 0)
        around = to_text(codes[first : place + longest + 1])
        spans = (name.span() for name in _languages().finditer(around))
        found[nth] = any(start <= place - first < end for start, end in spans)
    return found


@cache
def _phrases() -> re.Pattern[str]:
    """Return an expression that looks ahead: from every place it finds the longest phrase, one inside another too."""
    longest_first = sorted(PHRASES, key=len, reverse=True)
    return re.compile("(?=(" + "|".join(re.escape(phrase).replace(r"\*", ".") for phrase in longest_first) + "))")


@cache
def _languages() -> re.Pattern[str]:
    return re.compile(f"(?<![㐀-鿿])(?:{'|'.join(LANGUAGES)})(?![㐀-鿿])")
