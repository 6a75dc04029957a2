"""Mojibake: every pair of encodings there and back, text from the wild, look-alikes, and ftfy's own cases."""

from __future__ import annotations

import gettext
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import encfix
from benchmarks import corpora, misreading
from benchmarks import mojibake as table
from encfix import screen
from encfix.batch import Batch
from encfix.repairs.mojibake.encodings import charsets, inverses
from encfix.repairs.mojibake.encodings.pairs import PAIRS
from encfix.repairs.mojibake.single_places import european
from encfix.rules import RULES
from tests.conftest import CORPORA, ROOT, corpus

CASES = ROOT / "tests" / "cases"
FTFY_FILES = ("in-the-wild", "known-failures", "language-names", "negative", "synthetic")


def cases(name: str) -> list[dict[str, str]]:
    loaded: list[dict[str, str]] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def ftfy_cases() -> list[str]:
    folder = CORPORA / "ftfy-cases"
    if not folder.exists():
        pytest.skip(f"no corpus at {folder}; set ENCFIX_CORPORA")
    return [
        case["original"]
        for name in FTFY_FILES
        for case in json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    ]


def by_ftfy(text: str) -> str:
    import ftfy

    config = ftfy.TextFixerConfig(**european.SETTINGS)
    return "\n".join(ftfy.fix_encoding_and_explain(line, config).text for line in text.split("\n"))


@pytest.mark.parametrize("charset", ["latin-1", "sloppy-windows-1252", "sloppy-windows-1250", "cp437", "macroman"])
def test_hardly_a_message_in_any_language_is_left_to_ftfy(charset: str) -> None:
    import ftfy.bad_codecs  # noqa: F401

    catalogues = corpora.messages()
    messages = [
        message
        for language in ("ar", "de", "el", "es", "hi", "ka", "ko", "ru", "th", "tr")
        for message in sorted({*catalogues[language]})[::4]
        if not message.isascii()
    ]
    seen = [message.encode().decode(charset, "replace") for message in messages]
    results = encfix.clean_many(seen, script="keep", only=("mojibake",))
    of_ftfy = [by_ftfy(text) == message for text, message in zip(seen, messages, strict=True)]
    ours = [result.text == message for result, message in zip(results, messages, strict=True)]
    assert sum(of_ftfy) > 300
    assert sum(theirs and not own for theirs, own in zip(of_ftfy, ours, strict=True)) <= 0.01 * sum(of_ftfy)


@pytest.mark.parametrize("case", cases("mojibake"), ids=lambda case: case["label"])
def test_what_was_misread_is_read_again(case: dict[str, str]) -> None:
    result = encfix.clean(case["original"])
    assert result.text == case["fixed"]
    assert {rule for change in result.changes for rule in change.rules} == {case["rule"]}


def test_what_stays_lost_in_what_was_repaired_is_reported() -> None:
    result = encfix.clean("/** 鍛戒护琛ュ叏鍣?锛屾ā绯婃悳绱?銆?*/")
    assert "命令补全\ufffd" in result.text
    assert ({finding.rules for finding in result.findings}, result.verdict) == ({("noise.replacement",)}, "lost")


def test_a_line_of_which_nothing_would_be_left_stays_and_is_reported() -> None:
    lost = "`name` text COMMENT '涓?枃鍚'"
    around = ["`id` int COMMENT '缂栧彿'", "`age` int COMMENT '骞撮緞澶у皬'", "`memo` text COMMENT '澶囨敞淇℃伅'"]
    result = encfix.clean("\n".join((around[0], lost, *around[1:])))
    assert result.text.split("\n")[1] == lost
    assert result.text.split("\n")[2] == "`age` int COMMENT '年龄大小'"
    assert "mojibake.utf-8-as-gbk" in {rule for finding in result.findings for rule in finding.rules}


@pytest.mark.parametrize("case", cases("mojibake-negative"), ids=lambda case: case["label"])
def test_what_looks_alike_stays(case: dict[str, str]) -> None:
    assert encfix.clean(case["text"], only=("mojibake",)).text is case["text"]


def test_lines_damaged_in_different_ways_are_repaired_each_by_itself() -> None:
    first, second = "今天天气很好，我们去公园。", "沈孤鴻勒住韁繩，回頭對師妹說。"
    text = first.encode().decode("latin-1") + "\n" + second.encode("big5").decode("latin-1")
    assert encfix.clean(text).text == f"{first}\n{second}"


def test_a_soft_hyphen_may_be_gone_where_other_bytes_are() -> None:
    seen = "".join(bytes((byte,)).decode("cp1252", "ignore") for byte in "开始时间\n当前步骤".encode() if byte != 0xAD)
    assert encfix.clean(seen).text == "开始时间\n当前\ufffd骤"  # of 步, and of 来, which no one has


def test_quoted_examples_are_reported() -> None:
    text = "所謂亂碼，例如把UTF-8當成GBK來讀，會出現「绐楄竟鐨勫皬」這樣的字。"
    (finding,) = encfix.clean(text).findings
    assert (finding.rules, finding.after) == (("mojibake.utf-8-as-gbk",), "窗边的小")


@pytest.mark.parametrize(
    "text",
    ["锟斤拷锟斤拷", "内容是锟斤拷", "烫烫烫烫", "屯屯屯屯", "共嚙踝蕭嚙踝蕭頁", "No. 嚙踝蕭 of 9", "锘?using Tea;"],
)
def test_what_is_lost_is_named(text: str) -> None:
    result = encfix.clean(text)
    assert (result.text, result.verdict) == (text, "lost")
    assert "mojibake.lost" in {rule for finding in result.findings for rule in finding.rules}


@pytest.mark.parametrize("language", ["ja", "ko"])
def test_clean_japanese_and_korean_stays_wherever_it_is_cut(language: str) -> None:
    text = misreading.foreign(language)
    texts = [text[start : start + length] for length in (6, 15, 60) for start in range(0, len(text), length)]
    assert [r.original for r in encfix.clean_many(texts, only=("mojibake",)) if r.changes] == []


@pytest.mark.parametrize("name", ["ud-gsd-dev.simplified.txt", "ud-gsd-dev.traditional.txt", "ud-hk.txt"])
def test_chinese_with_kana_strewn_in_stays(name: str) -> None:
    texts = [line.replace("的", "の") for line in corpus(name)]
    assert [r.original for r in encfix.clean_many(texts, only=("mojibake",)) if r.changes] == []


def test_ftfys_cases_give_what_ftfy_gives() -> None:
    texts = ftfy_cases()
    differing = [text for text in texts if encfix.clean(text, only=("mojibake",)).text != by_ftfy(text)]
    assert differing == []


def test_one_more_layer_still_comes_off() -> None:
    missed = []
    for text in ftfy_cases():
        fixed = by_ftfy(text)
        layered = fixed.encode("utf-8").decode("latin-1")
        if by_ftfy(layered) == fixed and encfix.clean(layered, only=("mojibake",)).text != fixed:
            missed.append(layered)
    assert missed == []


def test_a_page_that_mentions_damage_is_no_example_as_a_whole() -> None:
    line = "昨天下午他们一起去图书馆还书，路上遇见多年不见的老同学小王，于是站在门口聊了很久。"
    damaged = line.encode("gbk").decode("latin-1")
    page = "\n".join(["# 防止乱码", *[damaged] * 8])
    assert encfix.clean(page).text == "\n".join(["# 防止乱码", *[line] * 8])


@pytest.mark.parametrize("name", ["ud-gsd-dev.simplified.txt", "ud-gsd-dev.traditional.txt", "ud-hk.txt"])
def test_clean_chinese_stays(name: str) -> None:
    lines = corpus(name)
    pages = ["\n".join(lines[start : start + 20]) for start in range(0, len(lines), 20)]
    for texts in (lines, pages, ["\n".join(lines)], ["".join(lines)]):
        assert [r.original for r in encfix.clean_many(texts, only=("mojibake", "escape")) if r.changes] == []


@pytest.mark.parametrize("name", ["ud-gsd-dev.simplified.txt", "ud-gsd-dev.traditional.txt", "ud-hk.txt"])
def test_hardly_any_clean_page_is_looked_at(name: str) -> None:
    lines = corpus(name)
    pages = ["\n".join(lines[start : start + 20]) for start in range(0, len(lines), 20)]
    for texts in (lines, pages):
        flags = screen.screen(Batch.of(texts), texts, screen.MOJIBAKE | screen.ESCAPE)
        assert (flags != 0).mean() <= 0.01


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("价格为$16,250，#A、#B与@Y2K，占50%的人，R&D部门", 0),
        ("温度25° × 3，约±5，naïve的人", 0),
        ("他说&ldquo;你好", screen.ESCAPE),
        ("第一章#xff1a;开始", screen.ESCAPE),
        ("绐楄竟鐨勫皬", screen.MOJIBAKE),
        ("´óÊý¾Ý", screen.MOJIBAKE),
        ("屯屯屯屯", screen.MOJIBAKE),
        ("第三章 インストールの前に\n\n\xa0\n\n\xa0\n\n必要なものを確かめてください。", 0),
        ("今日はとても楽しかった🦌🎉 また行きたいな🎊 友達と一緒に写真を撮りました📷", 0),
        ("好 啊 .\x150_626\x15\n我 知道 .\x15626_1200\x15", 0),
        ("´óÊý¾Ý\x15", screen.MOJIBAKE),
    ],
)
def test_the_second_look_keeps_what_is_damaged(text: str, flag: int) -> None:
    assert screen.screen(Batch.of([text]), [text], screen.MOJIBAKE | screen.ESCAPE)[0] == flag


def test_other_languages_stay() -> None:
    django = pytest.importorskip("django")
    messages: list[str] = []
    for path in sorted(Path(django.__file__).parent.glob("**/locale/*/LC_MESSAGES/django.mo")):
        with path.open("rb") as file:
            messages += [text for key, text in gettext.GNUTranslations(file)._catalog.items() if key]  # type: ignore[attr-defined]
    assert len(messages) > 50_000
    chosen = random.Random(1).sample(messages, 12_000)
    assert [r.original for r in encfix.clean_many(chosen, only=("mojibake", "escape")) if r.changes] == []


@pytest.mark.parametrize(("true", "wrong"), misreading.PAIRS, ids=lambda value: str(value))
def test_generated_damage_without_loss_is_undone(true: str, wrong: str) -> None:
    corpus("ud-gsd-dev.simplified.txt")
    made = [case for style in ("strict", "browser") for case in misreading.cases(true, wrong, style, 20, 12, seed=7)]
    made = [case for case in made if not case[2]]
    results = encfix.clean_many([seen for _, seen, _ in made], script="keep")
    right = sum(result.text == truth for (truth, _, _), result in zip(made, results, strict=True))
    assert right >= 0.9 * len(made)


@pytest.mark.parametrize(
    "lost", [("replace", "\ufffd"), ("replace", "?"), ("ignore", "")], ids=["marked", "questions", "dropped"]
)
def test_shift_jis_that_lost_halves_of_characters_is_only_reported(lost: tuple[str, str]) -> None:
    errors, mark = lost
    for text in ("サーバーから新しいデータを受信できませんでした。", "この項目を保存して次へ進む", "注文を取り消した"):
        seen = text.encode("cp932").decode("cp1252", errors).replace("\ufffd", mark)
        result = encfix.clean(seen)
        assert (result.text, result.verdict) == (seen, "lost")


def test_two_characters_of_utf8_that_lost_a_byte_each_are_not_read_as_one() -> None:
    seen = "（早く家に帰るため）でした。".encode().decode("shift_jis", "ignore")
    text = encfix.clean(seen).text
    assert "帰るた\ufffd\ufffdでした" in text  # E3 82 of め and BC of ） are ゼ


@pytest.mark.parametrize("text", ["メールを書くときは", "その件は場合による", "新しい靴をはく", "あと。URLをひらく"])
def test_shift_jis_of_which_what_is_left_of_two_looks_like_one_is_only_reported(text: str) -> None:
    seen = text.encode("cp932").decode("cp1252", "ignore")
    result = encfix.clean(seen)
    assert (result.text, result.verdict) == (seen, "lost")


@pytest.mark.parametrize("wrong", ["gbk", "gb18030", "cp1252", "cp1250"])
@pytest.mark.parametrize("style", ["fffd", "question", "drop"])
def test_what_is_determined_survives_loss(wrong: str, style: str) -> None:
    cell = _counted("utf-8", wrong, style, 12)
    assert cell.cases >= 10
    assert cell.right >= 0.85 * cell.characters
    assert cell.wrong == 0


@pytest.mark.parametrize(("wrong", "style"), [("gbk", "fffd"), ("shift_jis", "fffd"), ("cp1252", "drop")])
def test_a_whole_page_is_repaired_as_its_lines_are(wrong: str, style: str) -> None:
    corpus("ud-gsd-dev.simplified.txt")
    truths, seen, _ = zip(*misreading.cases("utf-8", wrong, style, 60, 40, seed=7), strict=True)
    page = encfix.clean("\n".join(seen), script="keep")
    right = [len(table.aligned(*pair)) for pair in zip(truths, page.text.split("\n"), strict=True)]
    assert len(page.changes) >= len(seen)
    assert sum(right) >= 0.85 * sum(map(len, truths))


@pytest.mark.parametrize(("true", "wrong"), [("utf-8", "big5"), ("utf-8", "gbk"), ("big5", "euc_kr")])
@pytest.mark.parametrize("script", ["simplified", "taiwan"])
def test_what_is_reported_and_not_repaired_is_not_converted(true: str, wrong: str, script: str) -> None:
    corpus("ud-gsd-dev.simplified.txt")
    text = "\n".join(seen for _, seen, _ in misreading.cases(true, wrong, "fffd", 60, 12, seed=7))
    result = encfix.clean(text, script=script, min_confidence=0.9999)
    assert (result.text, result.verdict) == (text, "lost")
    assert encfix.clean(text, script=script, only=("script",)).text != text


def test_a_line_of_which_little_is_left_is_named() -> None:
    corpus("ud-gsd-dev.simplified.txt")
    (truth, seen, _) = next(misreading.cases("utf-8", "big5", "fffd", 60, 1, seed=7))
    found = encfix.clean(f"{truth}\n{seen}\n{truth}").findings
    assert {(f.start, f.end) for f in found if f.rules == ("mojibake.dropped",)} == {(61, 61 + len(seen))}


@pytest.mark.parametrize("style", ["question", "drop"])
@pytest.mark.parametrize(("true", "wrong"), [("utf-8", "big5"), ("utf-8", "euc_kr"), ("big5", "gbk")])
def test_text_that_lost_most_bytes_without_a_mark_of_its_own_is_reported(true: str, wrong: str, style: str) -> None:
    corpus("ud-gsd-dev.simplified.txt")
    made = [seen for _, seen, _ in misreading.cases(true, wrong, style, 60, 20, seed=7)]
    assert all(result.verdict != "clean" for result in encfix.clean_many(made, script="keep"))


@pytest.mark.parametrize(
    "text",
    [
        "凤\t讽奉缝\t丰疯峰风封枫锋逢冯蜂",  # pairs of bytes that could end and begin characters of UTF-8
        "*XXA:\t真係 好似 係 嗰啲 , 誒 , native speaker 嗰 一啲 人 嘅 讀音 囖 .",
        "きにょう /魄/魃/魏/魍/魎/魑/魘/",
        "真的假的?AA制吗?ABC?你呢?OK吗?QQ见",
    ],
)
def test_lists_of_characters_are_no_text_that_lost_bytes(text: str) -> None:
    assert not [found for found in encfix.clean(text).findings if found.kind == "mojibake"]


EUROPEAN = ("latin-1", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257", "iso-8859-2", "mac-roman", "cp437")
SAMPLES = (
    *("l’humanité — 3 €".encode().decode(codec, "ignore") for codec in EUROPEAN),
    "“Где".encode().decode("cp1254"),
    "“Где это”".encode().decode("cp1257", "ignore"),
    "\x93quoted\x94",
    "Ã¡ and вЂ¦ in a line",
    "這個國家為了發展經濟".encode("gbk").decode("latin-1"),
    "許\\功\\蓋",
    "锟斤拷",
    "闂傚倸鍊搁崐鎼佸磹",
    "ģʽϵͳѧϰ зǷַpмc",
)


def test_every_rule_of_mojibake_is_found_by_something() -> None:
    corpus("ud-gsd-dev.simplified.txt")
    generated = [
        seen
        for true, wrong in misreading.PAIRS
        for style in ("strict", "browser", "drop")
        for _, seen, _ in misreading.cases(true, wrong, style, 20, 8, seed=7)
    ]
    written = [case["original"] for case in cases("mojibake")]
    found = {rule for text in (*SAMPLES, *generated, *written) for f in encfix.detect(text) for rule in f.rules}
    assert {rule.name for rule in RULES if rule.kind == "mojibake"} - found == set()


def test_a_line_of_utf8_among_lines_of_gbk_is_read_by_itself() -> None:
    around, line = "今天下午我们一起去图书馆借新出版的书。\n", "产品名称"
    damaged = (around.encode("gbk") + line.encode("utf-8")).decode("latin-1")
    assert encfix.clean(damaged).text == around + line


MAINLAND = [
    "网络浏览器",
    "文本编辑器",
    "查看计算机硬件信息",
    "管理用户账号与用户组",
    "播放音乐光盘",
    "压缩文件管理程序",
    "系统设置",
]
TAIWAN = [
    "網路瀏覽器",
    "文字編輯器",
    "檢視電腦硬體資訊",
    "管理使用者帳號與群組",
    "播放音樂光碟",
    "影像檢視器",
    "系統設定",
]


@pytest.mark.parametrize("of_taiwan", TAIWAN)
@pytest.mark.parametrize("of_the_mainland", MAINLAND)
def test_messages_in_gbk_and_big5_of_one_file_are_each_read_in_their_own(of_the_mainland: str, of_taiwan: str) -> None:
    lines = (f"Name[zh_CN]={of_the_mainland}", "gbk"), (f"Name[zh_TW]={of_taiwan}", "big5")
    for ordered in (lines, lines[::-1]):
        damaged = "\n".join(line.encode(encoding).decode("latin-1") for line, encoding in ordered)
        assert encfix.clean(damaged).text == "\n".join(line for line, _ in ordered)


def test_a_catalogue_of_messages_in_gbk_and_big5_is_read_line_by_line() -> None:
    pairs = [pair for first in range(3) for pair in zip(MAINLAND[first:], TAIWAN, strict=False)]
    texts = [((f"[zh_CN]={one}", "gbk"), (f"[zh_TW]={other}", "big5")) for one, other in pairs]
    lines = [line for both in texts for line in both]
    damaged = "\n".join(line.encode(encoding).decode("latin-1") for line, encoding in lines)
    assert encfix.clean(damaged).text == "\n".join(line for line, _ in lines)


@pytest.mark.parametrize("rounds", [2, 3, 4])
def test_text_damaged_again_and_again_is_named(rounds: int) -> None:
    text = "这是一段测试文字，用来看看。"
    for _ in range(rounds):
        text = text.encode("utf-8").decode("gb18030", "replace")
    result = encfix.clean(text)
    assert (result.text, result.verdict) == (text, "lost")
    assert "mojibake.rounds" in {rule for finding in result.findings for rule in finding.rules}


def _counted(true: str, wrong: str, style: str, count: int) -> table.Cell:
    """Return what becomes of so many cases of 60 characters."""
    corpus("ud-gsd-dev.simplified.txt")
    cell = table.Cell()
    for truth, seen, _ in misreading.cases(true, wrong, style, 60, count, seed=7):
        cell.add(truth, seen, encfix.clean(seen, script="keep"))
    return cell


@pytest.mark.parametrize(("true", "wrong"), [("gbk", "big5"), ("big5", "gbk"), ("gbk", "shift_jis")])
@pytest.mark.parametrize("style", ["drop", "question"])
def test_what_was_dropped_is_seldom_guessed(true: str, wrong: str, style: str) -> None:
    cell = _counted(true, wrong, style, 20)
    assert cell.cases == 20
    assert cell.wrong <= 1


@pytest.mark.parametrize("wrong", ["big5", "euc_kr"])
@pytest.mark.parametrize("style", ["drop", "question"])
def test_what_is_left_of_pairs_is_read(wrong: str, style: str) -> None:
    cell = _counted("gbk", wrong, style, 20)
    assert cell.right >= 0.75 * cell.characters


def test_a_question_mark_of_the_text_stays_among_those_of_the_decoder() -> None:
    seen = "我们的国家很大吗?建设该中心的目的是给本州制药企业提供合格的人员。".encode("gbk")
    text = encfix.clean(seen.decode("big5", "replace").replace("\ufffd", "?"), script="keep").text
    assert "吗?建设该中心的目的" in text


@pytest.mark.parametrize(("true", "wrong"), [("gbk", "big5"), ("big5", "shift_jis"), ("gbk", "euc_kr")])
@pytest.mark.parametrize("style", ["fffd", "browser-fffd"])
def test_marked_losses_are_left_where_they_are(true: str, wrong: str, style: str) -> None:
    cell = _counted(true, wrong, style, 12)
    assert cell.right >= 0.75 * cell.characters
    assert cell.wrong <= 1


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("这台钢琴只弹升A小调的练习曲。", "big5"),  # 升華小調 would read as well, were it simplified
        ("甲组用A方案，乙组用B方案（C）备用。", "big5"),
        ("决歹徒并跳出窗外，孩子安然无恙。", "euc_kr"),  # nobody writes the first two
    ],
)
def test_strange_text_of_which_nothing_was_lost_is_read(text: str, wrong: str) -> None:
    assert encfix.clean(text.encode("gbk").decode(wrong), script="keep").text == text


def test_two_bytes_lost_in_a_row_are_allowed_for() -> None:
    seen = "学生会的代表团访问了工厂。然而工人们都在休息，没有人接待他们。".encode("gbk").decode("big5", "ignore")
    assert encfix.clean(seen, script="keep").text.startswith("学生会的代表团访问了工厂。然而工人们都在休息")


def test_what_is_left_of_two_characters_is_doubted_if_no_text_has_it() -> None:
    seen = "他在两年之内，完成了全部的研究工作。".encode().decode("shift_jis", "ignore")
    assert encfix.clean(seen, script="keep").text == "他在两年之\ufffd完成了全部的研究工作\ufffd"


def test_parts_of_damaged_characters_are_not_unified() -> None:
    seen = "，1974年10月".encode().decode("euc_kr", "replace").replace("\ufffd", "?")
    assert "\uf977" in seen
    assert encfix.clean(seen).text == seen


def test_the_bytes_of_one_decoder_are_taken_for_all_of_a_text() -> None:
    for codec in ("big5", "cp950", "big5hkscs"):
        text = "校园里有球场，他打进三球，比赛很精彩。"
        seen = text.encode("gbk").decode(codec, "ignore")
        if seen.encode(codec) == text.encode("gbk"):
            assert encfix.clean(seen).text == text


def test_lookalikes_of_other_languages_are_altered_no_more_than_by_ftfy() -> None:
    texts = [
        "le cafÃ© d’Ã©tÃ©",
        "é› est un caractère, é» aussi",
        "C«ng hßa x· héi chñ nghÜa ViÖt Nam",
        "§éc lËp - Tù do - H¹nh phóc",
        "ÅÅÅÅ-MM-DD, blåbærsyltetøy",
    ]
    altered = {text for text in texts if encfix.clean(text, only=("mojibake",)).text != text}
    assert altered <= {text for text in texts if by_ftfy(text) != text}


@given(st.text(), st.sampled_from(sorted({*charsets.CODECS, charsets.UTF8_OR_CP1252})))
def test_bytes_stand_behind_every_character(text: str, charset: str) -> None:
    from encfix.batch import to_codes

    raw = inverses.encode(to_codes(text), charset)
    assert len(raw.starts) == len(text) + 1
    assert raw.starts[-1] == len(raw.data)


@given(st.text(st.sampled_from("绐楄竟鐨勫皬�?€ÄãºÃ¡£´óϵ\x81\x8dﾊﾇﾒ寧몸莖いゅ中文a\\ \n\ud800")))
def test_nothing_raises_and_repairing_twice_changes_nothing(text: str) -> None:
    once = encfix.clean(text)
    if once.verdict != "suspect" or once.changes:
        assert encfix.clean(once.text).text == once.text


def test_properties_of_charsets_are_those_of_their_codecs() -> None:
    high = {
        charset: [bytes((byte,)).decode(codecs[-1], "replace") for byte in range(0x80, 0x100)]
        for charset, codecs in charsets.CODECS.items()
        if charset in charsets.SINGLE_BYTE
    }
    spaces = {charset: 0x80 + letters.index("\u00a0") for charset, letters in high.items()}
    assert {charset: spaces[charset] for charset in charsets.PLAIN_SPACE} == charsets.PLAIN_SPACE
    assert {charset for charset, space in spaces.items() if 0xB0 <= space < 0xF8} == charsets.PLAIN_SPACE.keys()
    is_cyrillic = {charset: any("А" <= letter <= "я" for letter in letters) for charset, letters in high.items()}
    of_gbk = {pair.wrong for pair in PAIRS if pair.true == "gbk"}
    assert [charset for charset in high if is_cyrillic[charset] and charset in of_gbk] == list(charsets.OF_CYRILLIC)


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ("euc_kr", "这本小说讲的是一个农村青年的成长经历。"),
        ("cp932", "老师让学生把课文读三遍。"),
        ("big5", "昨天晚上下了一场大雪。"),
    ],
)
def test_a_text_of_any_length_in_an_encoding_of_pairs_is_read(wrong: str, line: str) -> None:
    text = (line + "妈妈做的饭菜又香又好吃。\n") * 2000  # the longer, the less probable it is that bytes were dropped
    assert encfix.clean(text.encode("gbk").decode(wrong)).text == text


def test_a_long_line_is_read_again_though_its_characters_come_again_and_again() -> None:
    gold = sorted((Path(__file__).parent / "gold").glob("*.txt"))
    line = "".join(path.read_text(encoding="utf-8") for path in gold).replace("\n", "")
    line = line.replace("劼", "").encode("gbk", "ignore")  # in somebody's name, and too rare to be sure of
    result = encfix.clean(line.decode("latin-1"), only=("mojibake",))
    assert result.text == line.decode("gbk")


def test_characters_in_doubt_are_left_out_where_the_rest_is_sure() -> None:
    result = encfix.clean("¾Ý˵ÏÍÇÕ³¸ÁµÄµÜ×ÓÔÚÕâÀïס¹ýÈýÄê¡£")  # 鲁噶的, or 掣谅的
    assert result.text == "据说贤钦\ufffd\ufffd\ufffd弟子在这里住过三年。"
    assert {finding.rules for finding in result.findings} == {("noise.replacement",)}
