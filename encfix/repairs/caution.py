"""What calls for more than the usual margin: names, numerals, queens, dishes, Cantonese, titles.

Kept by hand: each of these reads as an error to a model that was counted on other text.
"""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes, Mask, Positions
from encfix.chinese import model
from encfix.chinese.characters import BOUNDARY_CODE, are_in, role_table
from encfix.repairs.surroundings import around, between, last_before

EDGES = "，。、；：！？,;:!?\n\r\t |「『“《〈‘」』”》〉’"
"""What stands between clauses."""

NUMERALS = "一二三四五六七八九十百千萬万兩两幾几數数半0123456789０１２３４５６７８９〇零廿卅"
COUNTED = NUMERALS + "每這这那哪整單单船"
CANTONESE = "佢嘅唔咁啲喺冇嚟哋咗咩喎啦囉畀呢抑"
ROYAL = "皇太王天母影歌蜂帝武呂蟻艷妖廢立封選仁賢女"
AFTER_QUEEN = "妃宮冠羿稷土座羽"
DISHES = "湯肉蝦牛豬羊雞鴨魚蛋炒拌煮燉滷酸辣菜醬筋漿仁凉涼"
IN_NAMES = "杰范余沈姜胡郁朴苏沖冲云"
BEHIND_WU = "菟陵期潜"
"""What follows 於 in names that simplified text writes with it too: 於菟, 於陵, 樊於期."""

COUNTED_SO = (
    "貓猫狗犬雞鸡鴨鸭鵝鹅鳥鸟羊牛豬猪馬马驢驴鼠兔虎豹獅狮熊猴猩象鹿狼狐龍龙蛇龜龟蛙蟲虫蝶蜂蟻蚁蝦虾蟹魚鱼鯨鯊鷹鹰鴿鸽雀燕鶴鹤鷺鴉企"
    "蚊蠅蝇蜘螃蟑蝸蝴蜻鸚鹦羔犢獸兽怪妖寵宠手腳脚眼耳翅臂腿襪袜鞋股船艦舰"
)
"""Characters of what is counted in 隻: animals, ships, one of what comes in pairs. Things are counted in 只 too."""

PARTICLES = "了嗎吗呢吧啊啦嘛得的不"
FOREIGN = (
    "克斯爾尔德特巴馬马阿迪林埃格拉諾诺卡奧奥布希維维茲兹蒂納纳瓦薩萨達达塔亞亚倫伦森羅罗洛貝贝費费戈吉賓宾喬乔"
    "弗佛約约蘭兰恩加魯鲁安娜莎莉麗丽瑪玛雷雅伊蘇苏尼坎班普夫頓顿基哈霍萊莱密米姆韋韦"
)

_SETS = (EDGES, NUMERALS, COUNTED, ROYAL, AFTER_QUEEN, DISHES, FOREIGN)
_EDGE, _NUMERAL, _COUNTED, _ROYAL, _AFTER_QUEEN, _DISH, _FOREIGN = (1 << n for n in range(len(_SETS)))

_NEAR = 5
"""Code points to either side among which the dot of a foreign name stands."""


def nats(codes: Codes, places: Positions, starts: Positions, ends: Positions, by_word: Mask) -> npt.NDArray[np.float64]:
    """Return how many nats more each change needs because of what stands beside it, in the window from start to end."""
    near = around(codes, places, starts, ends, _NEAR)
    roles = role_table(*_SETS).take(near, mode="clip")
    seen, after = near[:, _NEAR : _NEAR + 2].T
    before_is, after_is = roles[:, _NEAR - 1], roles[:, _NEAR + 1]
    names = np.count_nonzero(roles[:, [_NEAR - 2, _NEAR - 1, _NEAR + 1, _NEAR + 2]] & _FOREIGN, axis=1)
    is_foreign = (names >= 2) | (near == ord("·")).any(axis=1)
    is_dish = ((seen == ord("麵")) | (seen == ord("麪"))) & (roles[:, _NEAR - 3 : _NEAR] & _DISH != 0).any(axis=1)
    is_cantonese = seen == ord("係")
    if is_cantonese.any():
        cantonese = are_in(CANTONESE, codes).nonzero()[0]
        is_cantonese &= between(cantonese, starts, ends) > 0
    opening, closing = (last_before((codes == ord(mark)).nonzero()[0], places) for mark in "《》")
    is_in = (seen == ord("于")) & (after != ord("是"))
    is_in[is_in] = [not chr(min(code, sys.maxunicode)).isdigit() for code in after[is_in].tolist()]
    is_edge = (roles & _EDGE != 0) | (near >= BOUNDARY_CODE)
    begins = is_edge[:, _NEAR - 1]
    is_name = are_in(IN_NAMES, seen) & begins & is_edge[:, _NEAR + 2 : _NEAR + 4].any(axis=1)
    is_sleepy = (seen == ord("睏")) & (is_edge[:, _NEAR + 1] | are_in(PARTICLES, after))
    is_counted_so = are_in(COUNTED_SO, near[:, _NEAR + 1 : _NEAR + 5]).any(axis=1)
    is_clear = (seen == ord("瞭")) & (near[:, _NEAR - 1] == ord("明"))
    is_clear[is_clear] = [
        model.fold(chr(min(code, sys.maxunicode)) + "明") not in model.lexicon()
        for code in near[is_clear, _NEAR - 2].tolist()
    ]
    doubted = [(near[:, side] == ord("不")) & (near[:, 2 * side - _NEAR] == seen) for side in (_NEAR - 1, _NEAR + 1)]
    rules = (
        ((seen == ord("后")) & ((before_is & _ROYAL | after_is & _AFTER_QUEEN) != 0), 12.0),
        ((seen == ord("里")) & (is_foreign | (before_is & _NUMERAL != 0)), 12.0),
        ((seen == ord("於")) & (near[:, _NEAR - 1] == ord("單")), 12.0),  # 帳單於月底; 單于 is rare
        (is_in & begins, 8.0),
        (is_in & by_word, 0.0),
        (is_in, 1.5),
        (((seen == ord("隻")) | (seen == ord("齣"))) & (before_is & _COUNTED != 0), 4.0),
        ((seen == ord("只")) & (before_is & _COUNTED != 0) & ~is_counted_so, 12.0),
        (is_sleepy & ~by_word, 6.0),
        (is_clear, 8.0),  # 使其明瞭, but 聲明瞭 was 聲明了
        (doubted[0] | doubted[1], 8.0),
        (is_name & ~by_word, 6.0),
        (is_dish, 8.0),
        (is_cantonese, 8.0),
        ((opening >= starts) & (closing < opening), 6.0),
        (is_foreign & (model.fold_codes(seen) == seen), 6.0),  # 托 and 里, not 託 and 裡, write sounds
        (is_foreign, 4.0),
    )
    more = np.zeros(len(places))
    for holds, value in reversed(rules):  # the first that holds counts
        more[holds] = value
    return more
