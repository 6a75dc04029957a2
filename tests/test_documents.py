"""Whole documents: what stands in other lines neither hinders a repair nor spreads it."""

from __future__ import annotations

from html.entities import codepoint2name
from random import Random

import pytest

import encfix
from benchmarks import misreading
from benchmarks import mojibake as table
from tests.conftest import corpus

COPYRIGHT = "Copyright © 2008-2020 All Rights Reserved."


def lines_of(script: str, count: int, seed: int) -> list[str]:
    """Return lines of the corpora, with a short title here and there."""
    chance = Random(seed)
    lines = chance.sample([line for line in corpus(f"ud-gsd-dev.{script}.txt") if line.strip()], count)
    titles = {"simplified": "参考文献", "traditional": "參考文獻"}
    return [titles[script] if nth % 7 == 3 else line for nth, line in enumerate(lines)]


def damaged(line: str, true: str, wrong: str, style: str) -> str:
    """Return a line as this decoder shows it; one of which it loses nothing as any other does."""
    for way in (style, "strict", "browser"):
        if made := misreading.damage(line, true, wrong, way):
            return made[0]
    return line


KINDS = [
    ("utf-8", "gbk", "fffd", "simplified"),
    ("utf-8", "cp1252", "question", "simplified"),
    ("gbk", "utf-8/cp1252", "browser", "simplified"),
    ("gbk", "cp1252", "drop", "simplified"),
    ("gbk", "big5", "drop", "simplified"),
    ("gbk", "shift_jis", "question", "simplified"),
    ("big5", "gbk", "strict", "traditional"),
]


@pytest.mark.parametrize(("true", "wrong", "style", "script"), KINDS)
@pytest.mark.parametrize("every", [1, 2])
def test_a_document_comes_out_as_well_as_its_lines(true: str, wrong: str, style: str, script: str, every: int) -> None:
    truths = lines_of(script, 24, seed=every)
    seen = [damaged(line, true, wrong, style) if nth % every == 0 else line for nth, line in enumerate(truths)]
    result = encfix.clean("\n".join(seen), script="keep").text.split("\n")
    assert [line for line, one in zip(truths, seen, strict=True) if line == one] == [
        line for line, truth, one in zip(result, truths, seen, strict=True) if truth == one
    ]
    alone = [one.text for one in encfix.clean_many(seen, script="keep")]
    right = [sum(len(table.aligned(*pair)) for pair in zip(truths, texts, strict=True)) for texts in (result, alone)]
    assert right[0] >= right[1]


@pytest.mark.parametrize(("true", "wrong"), [("gbk", "euc_kr"), ("gbk", "shift_jis")])
def test_losses_that_begin_far_behind_are_seen(true: str, wrong: str) -> None:
    whole: list[tuple[str, str]] = []
    lossy: list[tuple[str, str]] = []
    for line in lines_of("simplified", 400, seed=5):
        for part in line.replace("，", "。").split("。"):
            if kept := part and misreading.damage(part, true, wrong, "strict"):
                whole.append((part, kept[0]))
            elif part and (lost := misreading.damage(part, true, wrong, "fffd")):
                lossy.append((part, lost[0]))
    del whole[120:], lossy[20:]
    truths, seen = zip(*whole, *lossy, strict=True)
    result = encfix.clean("\n".join(seen), script="keep").text.split("\n")
    behind = len(whole)
    assert result[:behind] == list(truths[:behind])
    known = sum(len(table.aligned(*pair)) for pair in zip(truths[behind:], result[behind:], strict=True))
    assert known > 0.8 * sum(map(len, truths[behind:]))


@pytest.mark.parametrize(("true", "wrong", "style", "script"), KINDS)
def test_a_sign_of_the_template_stays(true: str, wrong: str, style: str, script: str) -> None:
    seen = [damaged(line, true, wrong, style) for line in lines_of(script, 12, seed=3)]
    lines = encfix.clean("\n".join([*seen[:6], COPYRIGHT, *seen[6:]]), script="keep").text.split("\n")
    assert lines[6] == COPYRIGHT


@pytest.mark.parametrize(("wrong", "style"), [("gbk", "fffd"), ("gbk", "question"), ("cp1252", "browser")])
def test_marks_written_as_entities_stay_what_they_are(wrong: str, style: str) -> None:
    parts = [line.replace("“", "").replace("”", "") for line in lines_of("simplified", 10, seed=4)]
    seen = "\n".join(f"&ldquo;{damaged(part, 'utf-8', wrong, style)}&rdquo;&mdash;" for part in parts)
    lines = encfix.clean(seen, script="keep").text.split("\n")
    assert all(line.startswith("“") and line.endswith("”—") for line in lines)


@pytest.mark.parametrize("codec", ["cp1252", "latin-1"])
def test_letters_written_as_entities_are_part_of_what_was_misread(codec: str) -> None:
    truth = "大家好，欢迎来到北京，我们的网站今天开始使用新的系统。"
    misread = truth.encode().decode(codec, "ignore")
    seen = "".join(f"&{codepoint2name[ord(c)]};" if ord(c) in codepoint2name else c for c in misread)
    assert encfix.clean(seen).text == encfix.clean(misread).text
    assert codec == "cp1252" or encfix.clean(seen).text == truth


@pytest.mark.parametrize("text", ["l'été&nbsp;» " * 8, "l'&eacute;t&eacute;&nbsp;&raquo;", "&Eacute;tat"])
def test_entities_of_other_languages_stay(text: str) -> None:
    assert encfix.clean(text).text is text


@pytest.mark.parametrize("words", ["邮政编码：１００", "非主权政治实体", "一种实体店"])
def test_what_is_no_talk_of_escapes_lets_them_be_undone(words: str) -> None:
    assert encfix.clean(f"他说&ldquo;你好&rdquo;，{words}，我也说。").text == f"他说“你好”，{words}，我也说。"


def test_talk_of_escapes_at_one_end_of_a_long_line_says_nothing_of_the_other() -> None:
    filler = "今天天气很好，我们去公园散步。" * 20
    text = f"他说&ldquo;你好&rdquo;。{filler}转义以后是 &lt; 这样。"
    assert encfix.clean(text).text == f"他说“你好”。{filler}转义以后是 &lt; 这样。"


def test_a_radical_among_strewn_characters_is_text() -> None:
    assert (
        encfix.clean("它 缓 慢 的 ⽣ 长 速 度 ， 意 味 着 供 应 非 常 稀 少 。").text
        == "它缓慢的生长速度，意味着供应非常稀少。"
    )
    for table_of_radicals in ("⽣ 生 长 大", "⽣ 甥\n⽤ 甭"):
        assert encfix.clean(table_of_radicals).text is table_of_radicals
