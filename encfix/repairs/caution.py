"""What calls for more than the usual margin: names, numerals, queens, dishes, Cantonese, titles.

Kept by hand: each of these reads as an error to a model that was counted on other text.
"""

from __future__ import annotations

EDGES = "，。、；：！？,;:!?\n\r\t |「『“《〈‘」』”》〉’"
"""What stands between clauses."""

NUMERALS = frozenset("一二三四五六七八九十百千萬万兩两幾几數数半0123456789０１２３４５６７８９〇零廿卅")
COUNTED = NUMERALS | frozenset("每這这那哪整單单船")
CANTONESE = frozenset("佢嘅唔咁啲喺冇嚟哋咗咩喎啦囉畀呢抑")
ROYAL = frozenset("皇太王天母影歌蜂帝武呂蟻艷妖廢立封選仁賢女")
AFTER_QUEEN = frozenset("妃宮冠羿稷土座羽")
DISHES = frozenset("湯肉蝦牛豬羊雞鴨魚蛋炒拌煮燉滷酸辣菜醬筋漿仁凉涼")
IN_NAMES = frozenset("杰范余沈姜胡郁朴苏沖冲云")
PARTICLES = frozenset("了嗎吗呢吧啊啦嘛得的不")
FOREIGN = frozenset(
    "克斯爾尔德特巴馬马阿迪林埃格拉諾诺卡奧奥布希維维茲兹蒂納纳瓦薩萨達达塔亞亚倫伦森羅罗洛貝贝費费戈吉賓宾喬乔"
    "弗佛約约蘭兰恩加魯鲁安娜莎莉麗丽瑪玛雷雅伊蘇苏尼坎班普夫頓顿基哈霍萊莱密米姆韋韦"
)


def nats(text: str, place: int, by_word: bool) -> float:
    """Return how many nats more a change needs because of what stands beside it."""
    seen = text[place]
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if seen == "后" and (before in ROYAL or after in AFTER_QUEEN):
        return 12.0
    if seen == "里" and (before in NUMERALS or _is_foreign(text, place)):
        return 12.0
    if seen == "于" and not (after.isdigit() or text[place : place + 2] == "于是"):
        if not before or before in EDGES:
            return 8.0
        return 0.0 if by_word else 1.5
    if seen in "隻齣" and before in COUNTED:
        return 4.0
    if seen == "睏" and not by_word and (after in EDGES or after in PARTICLES):
        return 6.0
    if text[place : place + 3] == f"{seen}不{seen}" or text[max(0, place - 2) : place + 1] == f"{seen}不{seen}":
        return 8.0
    if seen in IN_NAMES and not by_word and _is_short_clause(text, place):
        return 6.0
    if seen in "麵麪" and DISHES.intersection(text[max(0, place - 3) : place]):
        return 8.0
    if seen == "係" and CANTONESE.intersection(text):
        return 8.0
    if "《" in text[:place] and "》" not in text[text.rindex("《", 0, place) : place]:
        return 6.0
    if _is_foreign(text, place):
        return 4.0
    return 0.0


def _is_short_clause(text: str, place: int) -> bool:
    """Return whether a character and the one or two behind it stand by themselves, as names do."""
    end = place + 1
    while end < len(text) and text[end] not in EDGES:
        end += 1
    return (not place or text[place - 1] in EDGES) and 2 <= end - place <= 3


def _is_foreign(text: str, place: int) -> bool:
    """Return whether a place seems to lie in a transliterated name."""
    around = text[max(0, place - 2) : place] + text[place + 1 : place + 3]
    return sum(character in FOREIGN for character in around) >= 2 or "·" in text[max(0, place - 5) : place + 6]
