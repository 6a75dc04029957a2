"""What calls for more than the usual margin: names, numerals, queens, dishes, older spelling, titles.

Kept by hand: each of these reads as an error to a model that was counted on other text.
"""

from __future__ import annotations

import sys
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions
from encfix.batch import Batch, to_text
from encfix.chinese import confusions, model, words
from encfix.chinese.characters import are_in
from encfix.repairs.one_to_many.near import NEAR, Near
from encfix.repairs.one_to_many.places import last_before
from encfix.repairs.one_to_many.surroundings import EDGES

NUMERALS = "一二三四五六七八九十百千萬万兩两幾几數数半0123456789０１２３４５６７８９〇零廿卅"
COUNTED = NUMERALS + "每這这那哪整單单船隻"
CANTONESE = "佢嘅唔咁啲喺冇嚟哋咗咩喎啦囉畀呢抑"
ROYAL = "皇太王天母影歌蜂帝武呂蟻艷妖廢立封選仁賢女"
AFTER_QUEEN = "妃宮冠羿稷土座羽"
"""What stands before and behind 后 where it is a queen, or a god of the soil."""

DISHES = "湯肉蝦牛豬羊雞鴨魚蛋炒拌煮燉滷酸辣菜醬筋漿仁凉涼"
"""What a noodle dish is named after, which makes 麵 right."""

IN_NAMES = "杰范余沈姜胡郁朴苏沖冲云"
"""Characters that names of people keep, whatever words write for them."""

AFTER_YU = "菟陵期潜梨"
"""What follows 於 in names that simplified text writes with it too: 於菟, 於陵, 樊於期, 於梨华."""

ANIMALS_AND_SHIPS = (
    "貓猫狗犬雞鸡鴨鸭鵝鹅鳥鸟羊牛豬猪馬马驢驴鼠兔虎豹獅狮熊猴猩象鹿狼狐龍龙蛇龜龟蛙蟲虫蝶蜂蟻蚁蝦虾蟹魚鱼鯨鯊鷹鹰鴿鸽雀燕鶴鹤鷺鴉企"
    "蚊蠅蝇蜘螃蟑蝸蝴蜻鸚鹦羔犢獸兽怪妖寵宠手腳脚眼耳翅臂腿襪袜鞋股船艦舰"
)
"""Characters of what is counted in 隻: animals, ships, one of what comes in pairs. Things are counted in 只 too."""

PHASES = "生體用我被受命金木水火土"
"""What stands beside 剋 where it is of the five phases, not of 克服."""

KEPT = "濛塚璿崑洩汎箇"
"""Variants that simplified text keeps in names of places and people, 箇 in Wu too, and writes otherwise in words."""

BOATS = "船舟槳桨艇筏舢岸艄湖"
OF_TALENT = "華子女幹藝智氣識情略思德"
"""What stands behind 才 in words of talent, and not behind the adverb."""

ROLLED = "肉蛋菜飯春花蝦魚豬雞牛司酥皮糕油凍薯瓜苔紙布膠毛巾餅鱔蟹筍腐包帶線髮麻翻漫倒狂飛舒外內反橫蜷裹收手"
"""What stands before 捲 where it is a roll, of food or of cloth, or the end of a verb; not before 卷, a volume."""

LATHES = "床車銑刨匠模切削"
WATCHES = "錶碼针針帶带盤盘殼壳芯秒腕鐘钟戴石英"
EATEN = "煮吃咬嚼湯汤拌炒團糰揉餐碗筷彈"
DEPARTMENTS = "學語文理工商法醫院歷數物化外"
"""What stands before 系 in the names of departments, and so before a wrong 係."""

BEFORE_SYSTEM = "體星派譜世嫡"
"""What stands before 系, and is no word of its own that could be a subject."""

AFTER_DEPARTMENTS = ("主任", "教授", "畢業", "學生", "學會", "學長", "學姐", "師生")
BEHIND_NOUNS = "的及或之内內統列" + EDGES
"""What stands behind a name that ends in 系; behind 係 where it is a verb, as in 數學係研究數量的學科, neither does."""

AFTER_JOINTLY = "計一由籌合整轄稱"
"""What stands behind 統 where 係統 is two words: 係統計, 係由 …統一."""

SURNAMES = (
    "李王張刘劉陳杨楊趙黃黄周吳吴徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮于董蕭程曹袁鄧許傅沈曾彭呂吕蘇盧蔣蔡賈丁魏薛葉閻余潘杜戴夏鍾汪田任姜"
    "范方石姚譚廖鄒熊金陸郝孔白崔康毛邱秦江史顧侯邵孟龍萬段雷錢湯尹黎易常武喬賀賴龔文"
)
IN_GIVEN_NAMES = "誌緻云丰杰冬"
"""Characters of given names that read as errors."""

FREE = "嚐唸覈摺讚佔嚥"
"""Verbs that stand beside anything, and are as right as the more usual form."""

READ = "書經詩詞佛咒課稿叨"
"""What is read aloud, which makes 唸 right."""

CORES = "心武電能彈燃爆"
"""What stands behind 核 where it is a core or of atoms; what is verified is 覈 too."""

DEGREES = "較偏很更最太稍略極微過"
"""What stands before 乾 and 鬆 where they say how something is."""

PARTICLES = "了嗎吗呢吧啊啦嘛得的不"

_Rule: TypeAlias = tuple[Mask, float]
"""Which places something holds for, and how many nats more a change needs there."""


def nats(codes: Codes, places: Positions, starts: Positions, ends: Positions, by_word: Mask) -> npt.NDArray[np.float64]:
    """Return how many nats more each change needs because of what stands beside it, in the window from start to end."""
    near = Near(codes, places, starts, ends, by_word)
    rules = (*_of_rare_words(near), *_of_names(near), *_of_function_words(near), *_of_things(near), *_of_any(near))
    more = np.zeros(len(places))
    for holds, value in reversed(rules):  # the first that holds counts
        more[holds] = value
    return more


def _of_rare_words(near: Near) -> tuple[_Rule, ...]:
    """Return what speaks for older spelling, variants, and words that are rare but right."""
    has, by_word = near.has, near.by_word
    is_read = has(0, "唸")
    is_read[is_read] = (near.is_end(-1) | has(1, READ))[is_read] | _are_behind_words(near.rows[is_read])
    return (
        (has(0, "纔") & ~by_word, 12.0),  # only then, in older spelling
        (has(0, "纔") & has(-1, "人") & has(-2, "那這的個有別某每眾男女老旁"), 30.0),  # 那人纔走
        (has(0, "捲孃囌纍噹") & near.is_repeated(), 30.0),  # 捲捲的頭髮, 孃孃, 囉囉囌囌, 傷痕纍纍, 噹噹地響
        (has(0, "捲") & has(-1, ROLLED), 12.0),
        (has(0, "捲") & (has(1, "繞") | has(-1, "上下") & has(-2, "向往")), 12.0),  # 向下捲: to scroll
        (has(0, "噹") & has(-1, "匡哐叮噹鈴啷") | has(0, "噹") & has(1, "啷"), 12.0),
        (has(0, "捲") & has(-1, NUMERALS) & ~has(-2, "第上下"), 8.0),  # 兩捲底片
        (has(0, "孃") & ~by_word, 12.0),
        (has(0, "蓆鵰"), 6.0),  # 沙灘蓆: names of mats and eagles are many
        (has(0, "鏇") & near.hold(LATHES), 30.0),
        (has(0, "註") & has(1, "釋解") & ~by_word, 12.0),  # as right as 注釋
        (has(0, "剋") & (has(-1, PHASES) | has(1, PHASES)), 12.0),
        (has(0, "剋") & near.is_end(-1) & ~by_word, 12.0),  # 門 (開) 剋宮
        (has(0, "划") & near.hold(BOATS), 8.0),
        (has(0, FREE) & ~by_word, 12.0),  # 助理唸的稿子, 審覈心得
        (has(0, "唸") & has(-1, "想"), 30.0),  # would like to read
        (is_read, 12.0),  # 唸得很慢, 大概唸出來, 定理唸成白話: no 概念 and no 理念
        (has(0, "覈") & ~has(1, CORES), 12.0),  # 檢覈表, 覈發
        (has(0, "讚") & has(-1, "按點個獲"), 6.0),  # 按讚助手
        (has(0, "摺") & has(-1, "存"), 3.0),  # 存摺扣款, but 緩存摺扣
    )


def _of_names(near: Near) -> tuple[_Rule, ...]:
    """Return what speaks for names, of people, places and stars, and for titles of people."""
    has, is_edge, is_end = near.has, near.is_edge, near.is_end
    return (
        (has(0, "后") & (has(-1, ROYAL) | has(1, AFTER_QUEEN)), 12.0),
        (has(0, "里") & (near.is_foreign | has(-1, NUMERALS)), 12.0),
        (has(0, "曆") & has(-1, "亞") & is_end(1), 12.0),  # 衣索比亞曆: 亞歷 is of 亞歷山大
        (has(0, "後") & has(-1, "皇") & has(-2, NUMERALS), 12.0),  # 三皇後: emperors who are counted
        (has(0, confusions.MADE_OF_SURNAMES) & is_end(-1) & is_end(1), 12.0),  # 薑 alone is no name
        (has(0, "斗") & has(1, "牛") & has(-1, EDGES + "\"'") & has(2, EDGES + "\"'"), 12.0),  # houses of the moon
        (has(0, IN_GIVEN_NAMES) & has(-1, SURNAMES) & (is_edge(-2) | is_end(1)), 12.0),  # 謝誌 ends theses
        (has(0, "余") & is_edge(-1) & has(1, "大二三老小先公君氏府家"), 8.0),
    )


def _of_function_words(near: Near) -> tuple[_Rule, ...]:
    """Return what speaks for verbs, conjunctions and prepositions of one character, which stand beside anything."""
    has, by_word, is_edge = near.has, near.by_word, near.is_edge
    is_in = has(0, "于") & ~has(1, "是")
    is_in[is_in] = ~_are_digits(near.at(1)[is_in])
    is_clear = has(0, "瞭") & has(-1, "明")
    is_clear[is_clear] = ~_make_words(near.at(-2)[is_clear], "明")
    is_verb = has(0, "係") & ~has(-1, "聯維") & ~has(1, BEHIND_NOUNS) & ~is_edge(1)
    is_verb[is_verb] = ~_end_nouns(near.rows[is_verb])
    is_turnkey = has(1, "統") & has(2, "包") & ~has(3, "括含裝")
    is_and = has(0, "並")
    is_and[is_and] = _are_conjunctions(near.rows[is_and])
    return (
        (has(0, "係") & has(-1, "只唔就都亦仲淨") & near.hold(CANTONESE), 30.0),  # 只係列示咗
        (has(0, "於") & has(-1, "單"), 12.0),  # 帳單於月底; 單于 is rare
        (has(0, "係") & is_turnkey, 30.0),  # 本案係統包, but 係統包括
        (has(0, "係") & (has(1, "統") & has(2, AFTER_JOINTLY) | has(-1, "系本該此") & ~has(1, "統")), 12.0),
        (is_verb, 12.0),
        (is_and, 12.0),
        (has(0, "係") & ~by_word & ~has(-1, DEPARTMENTS), 8.0),
        (has(0, "係") & near.hold(CANTONESE), 8.0),
        (has(0, "系") & has(1, "好緊牢住") & ~has(-1, "聯關"), 12.0),  # 繫好, not 係好
        (has(0, "么") & has(-1, "【") & has(1, "】"), 12.0),
        (is_in & is_edge(-1), 8.0),
        (is_in & by_word, 0.0),
        (is_in, 1.5),
        (is_clear, 8.0),  # 使其明瞭, but 聲明瞭 was 聲明了
    )


def _of_things(near: Near) -> tuple[_Rule, ...]:
    """Return what speaks for things that are counted, worn or eaten, and for being tired."""
    has, by_word, is_edge = near.has, near.by_word, near.is_edge
    is_animal_or_ship = np.logical_or.reduce([has(offset, ANIMALS_AND_SHIPS) for offset in range(1, NEAR)])
    is_dish = has(-3, DISHES) | has(-2, DISHES) | has(-1, DISHES) | near.beside(EATEN)
    is_quality = has(0, "乾鬆") & has(-1, DEGREES)
    is_quality[is_quality] = _are_words(near.at(1)[is_quality], near.at(2)[is_quality])
    is_month = has(0, "颱") & has(-1, "月") & has(-2, NUMERALS)
    return (
        (is_quality, 12.0),  # 較乾部位 is drier parts, and no 幹部
        (is_month, 12.0),  # 九月颱, but 月台 of a station
        (has(0, "髮") & has(1, "白落枯黃") & is_edge(-1) & is_edge(2), 12.0),  # 齒搖，髮白: what ails somebody
        (has(0, "錶") & (near.beside(WATCHES) | has(-1, "的") | is_edge(-1)), 8.0),
        (has(0, "隻齣") & has(-1, COUNTED), 4.0),
        (has(0, "隻") & has(-1, " ") & (has(-2, NUMERALS + "}") | has(-2, "dsu") & has(-3, "%")), 12.0),
        (has(0, "只") & has(-1, COUNTED) & ~is_animal_or_ship, 12.0),
        (has(0, "睏") & ~by_word & (is_edge(1) | has(1, PARTICLES)), 6.0),
        (has(0, "麵麪") & is_dish, 8.0),
        (has(0, "麵麪") & ~by_word & (is_edge(-1) | is_edge(-2)) & (is_edge(1) | is_edge(2)), 8.0),  # 賣麵, 大麵
        (has(0, "麵麪") & (has(-1, "的") | is_edge(-1) & has(1, "的是也很太會")), 8.0),
    )


def _of_any(near: Near) -> tuple[_Rule, ...]:
    """Return what speaks for any character as it stands, where nothing is known of it that says more."""
    is_plain = model.fold_codes(near.at(0)) == near.at(0)
    is_name = near.has(0, IN_NAMES) & ~near.by_word & near.is_edge(-1) & (near.is_edge(2) | near.is_edge(3))
    return (
        (near.is_doubted(-1) | near.is_doubted(1), 8.0),
        (is_name, 6.0),
        (_are_in_titles(near.codes, near.places, near.starts), 6.0),
        (near.is_foreign & is_plain, 6.0),  # 托 and 里, not 託 and 裡, write sounds
        (near.is_foreign, 4.0),
    )


def may_be_older(batch: Batch, places: Positions, strong: Positions) -> Mask:
    """Return which places hold 纔 that may be the adverb in older spelling, 好人纔有, in a document where nothing else
    is clearly wrong, as the `strong` places are."""
    found = (batch.codes.take(places) == ord("纔")) & ~are_in(OF_TALENT, batch.codes.take(places + 1))
    if not found.any():
        return np.asarray(found)
    is_converted = batch.holding(strong[batch.codes.take(strong) != ord("纔")])
    return np.asarray(found & ~is_converted[batch.documents_of(places)])


def are_kept(batch: Batch, places: Positions) -> Mask:
    """Return which places hold a variant that simplified text keeps in names, in no word with a character beside it."""
    found = are_in(KEPT, batch.codes.take(places))
    for nth in found.nonzero()[0].tolist():
        near = to_text(model.fold_codes(batch.codes[places[nth] - 1 : places[nth] + 2]))
        found[nth] = near[:2] not in model.lexicon() and near[1:] not in model.lexicon()
    return found


def _are_conjunctions(near: Codes) -> Mask:
    """Return which rows hold a 並 in their middle that may join verbs: 下載並購買, not 企業並購; 混合並, not 合並."""
    found = np.zeros(len(near), dtype=np.bool_)
    for nth, row in enumerate(near.tolist()):
        folded = model.fold("".join(chr(min(code, sys.maxunicode)) for code in row))
        earlier, before, ends, _, behind = (
            folded[start : start + 2] in model.lexicon() for start in range(NEAR - 3, NEAR + 2)
        )
        found[nth] = before and not earlier if ends else behind  # 提交合並: 交合 is no word there
    return found


def _end_nouns(near: Codes) -> Mask:
    """Return which rows hold a 系 in their middle that ends or is part of a noun, whatever is written for it.

    It does behind 體 that is part of no other word, as it is in 人體 but not in 這個體系; before what stands behind
    departments; and inside longer words.
    """
    found = np.zeros(len(near), dtype=np.bool_)
    for nth, row in enumerate(near.tolist()):
        text = "".join(chr(min(code, sys.maxunicode)) for code in row)
        before, behind = text[:NEAR], text[NEAR + 1 :]
        is_counted = before[-2] == "個" and before[-3] in NUMERALS + "這那哪每整各"
        is_word = model.fold(before[-2:]) in model.lexicon() and not is_counted
        is_system = before[-1] in BEFORE_SYSTEM and not is_word
        folded = model.fold(text)
        is_inside = any(
            folded[start:end] in model.lexicon()
            for start in range(NEAR - 3, NEAR)
            for end in range(NEAR + 2, start + 5)
        )
        found[nth] = is_system or is_inside or behind.startswith(AFTER_DEPARTMENTS)
    return found


def _are_digits(codes: Codes) -> Mask:
    return np.array([chr(min(code, sys.maxunicode)).isdigit() for code in codes.tolist()], dtype=np.bool_)


def _are_behind_words(near: Codes) -> Mask:
    """Return which rows have a word of two or three characters before their middle."""
    texts = (model.fold("".join(chr(min(code, sys.maxunicode)) for code in row[:NEAR])) for row in near.tolist())
    return np.array([text[-2:] in model.lexicon() or text[-3:] in model.lexicon() for text in texts], dtype=np.bool_)


def _are_words(first: Codes, second: Codes) -> Mask:
    """Return which pairs of code points are words."""
    return words.are_words(model.fold_codes(first), model.fold_codes(second))


def _make_words(codes: Codes, character: str) -> Mask:
    """Return which code points make a word of the lexicon with a character behind them."""
    words = (model.fold(chr(min(code, sys.maxunicode)) + character) for code in codes.tolist())
    return np.array([word in model.lexicon() for word in words], dtype=np.bool_)


def _are_in_titles(codes: Codes, places: Positions, starts: Positions) -> Mask:
    """Return which places lie behind a mark that opens a title in their window, and before the one that closes it."""
    opening, closing = (last_before((codes == ord(mark)).nonzero()[0], places) for mark in "《》")
    return np.asarray((opening >= starts) & (closing < opening))
