"""Half characters: fragments from the wild, look-alikes, pages damaged by a generator, and the damage itself."""

from __future__ import annotations

import json
import random
import time

import pytest

import encfix
from benchmarks import half_characters as generator
from encfix.chinese.halves import cutting, scoring
from encfix.rules import KINDS
from tests.conftest import CORPORA, ROOT, corpus

CASES = json.loads((ROOT / "tests" / "cases" / "misaligned.json").read_text(encoding="utf-8"))
NARROW = str.maketrans("，！；？：（）", ",!;?:()")
SKIP = tuple(kind for kind in KINDS if kind not in ("misaligned", "gloss"))


def clean(text: str) -> encfix.Result:
    return encfix.clean(text, skip=SKIP)


@pytest.mark.parametrize("case", CASES["repaired"], ids=lambda case: case["before"])
def test_a_fragment_is_repaired_in_either_width(case: dict[str, str]) -> None:
    assert clean(case["before"]).text == case["after"]
    assert clean(case["before"].translate(NARROW)).text == case["after"].translate(NARROW)


@pytest.mark.parametrize("text", CASES["kept"])
def test_a_look_alike_is_kept(text: str) -> None:
    assert clean(text).text == text


@pytest.mark.parametrize("case", CASES["known failures"], ids=lambda case: case["before"])
def test_a_known_failure_is_not_yet_repaired(case: dict[str, str]) -> None:
    """Strict: a case that is repaired must move up, and one that is repaired wrongly is no known failure."""
    result = clean(case["before"])
    assert case["reason"]
    assert result.text != case["after"]
    assert [change for change in result.changes if change.kind == "misaligned"] == []


def test_the_page_decides_where_a_fragment_cannot() -> None:
    fragment = "我國高??蓺w為教育部"
    page = "全國有許多高校。\n高校的數量逐年增加。\n地方高校和民辦高校也是。\n人民日?qǐng)?bào)\n"
    assert fragment in clean(fragment).text
    assert clean(page + fragment).text.endswith("我國高校可歸為教育部")


def test_a_term_of_the_page_is_read_though_chinese_has_none() -> None:
    page = "滑模面容易選取。\n滑模觀測器也比較簡單。\n滑模面上沒有抖動。\n人民日?qǐng)?bào)\n"
    assert clean(page + "與滑?？刂葡啾?，這個算例比較難。").text.endswith("與滑模控制相比，這個算例比較難。")


def test_text_is_cut_at_full_stops_too() -> None:
    assert clean("各?。▍^(qū)、市）人民政府").text == "各省（區、市）人民政府"


def test_letters_and_digits_are_folded_with_the_marks() -> None:
    """Out of step, 校本 holds A3 B1, a wide １. The step that folds it leaves some marks behind lost bytes wide."""
    page = "校本課程容易開設,也好懂。\n人民日?qǐng)?bào)\n"
    damaged = "他們把“回到學?！焙托1菊n程放在一起"
    assert clean(page + damaged).text.endswith("他們把“回到學校”和校本課程放在一起")


def test_an_unsure_reading_is_reported_with_its_competitors() -> None:
    (finding,) = (f for f in clean("我國高??蓺w為教育部").findings if f.kind == "misaligned")
    assert finding.confidence < 0.9
    assert finding.after == "校可歸"  # a sentence hardly ever ends after three characters
    assert "。可歸" in finding.candidates


def test_a_wide_mark_between_narrow_ones_is_reported_inside_a_line() -> None:
    """Behind 。” a space was eaten, and which character it was nothing tells."""
    (finding,) = clean("他輕聲說：“今天真冷?！? 說完就關(guān)上了門，發(fā)呆。").findings
    assert (finding.rules, finding.after) == (("misaligned.half-character",), "。”?")
    assert not clean("今天真冷?!? 說完就關(guān)上了門，發(fā)呆。").findings


def test_simplified_characters_that_damage_made_do_not_hide_it() -> None:
    findings = clean("一鄉(xiāng)一?！闭咴诋?dāng)?shù)氐玫饺嫱茝V").findings
    assert "misaligned" in {finding.kind for finding in findings}


@pytest.mark.parametrize("line", ["?？蓺w為教育部", "?；巨k學條件"])
def test_no_stop_begins_a_line(line: str) -> None:
    result = clean("人民日?qǐng)?bào)\n" + line)
    assert result.text.startswith("人民日報\n")
    assert not result.text.startswith("人民日報\n。")


def test_generated_damage_is_repaired_and_never_altered_elsewhere() -> None:
    if not CORPORA.exists():
        pytest.skip(f"no corpus at {CORPORA}; set ENCFIX_CORPORA")
    verdicts = [verdict for page in generator.pages(seed=7, count=10) for verdict, *_ in generator.judge(page)]
    assert len(verdicts) > 20
    assert verdicts.count("exact") >= 0.8 * len(verdicts)
    assert verdicts.count("wrong") <= 0.01 * len(verdicts)
    assert verdicts.count("stray") == 0


def test_the_forward_model_agrees_with_the_generator() -> None:
    lines = [line for line in generator.OWN.read_text(encoding="utf-8").splitlines() if line.isprintable()]
    for seed, line in enumerate(lines):
        rng = random.Random(seed)
        characters = sorted(rng.sample(sorted({c for c in line if "一" <= c <= "龥"}), 3))
        data = [generator.Byte(value, 0) for value in line.encode("gbk")]
        for character in characters:
            data = generator.glossed(data, character)
        pieces = generator.pieces(data, rng, 0.7)
        shown = "".join(text for piece in pieces for text, _ in generator.units(piece))
        glosses = [(c, f"({generator.pinyin_dict[ord(c)].split(',')[0]})") for c in characters]
        assert cutting.with_glosses(line.encode("gbk"), glosses) == bytes(byte.value for byte in data)
        assert cutting.explains(line, shown, glosses)
        assert not cutting.explains("另" + line[1:], shown, glosses)


def test_real_question_marks_before_marks_are_kept() -> None:
    rng = random.Random(3)
    for name in ("ud-gsd-dev.traditional.txt", "ud-hk.txt"):
        for line in rng.sample(corpus(name), 40):
            place = rng.randrange(1, max(len(line), 2))
            text = line[:place] + rng.choice(("?!", "??", "？，", "?，", "?；", "?！", "?、")) + line[place:]
            assert clean(text).text == text


@pytest.mark.parametrize("text", ["?" * 20_000, "?！" * 10_000, "?；慨" * 40, "日?qǐng)" * 24])
def test_long_chains_take_linear_time(text: str) -> None:
    clean(text[: len(text) // 8])  # loads the tables
    times = []
    for part in (text[: len(text) // 2], text):
        start = time.perf_counter()
        clean(part)
        times.append(time.perf_counter() - start)
    assert times[1] < 5 * times[0] + 0.5


def test_every_mark_that_a_rule_of_place_names_is_judged_by_its_place() -> None:
    ruled = {*scoring.SHORT, *scoring.CLOSED_BY, *scoring.CLOSED_BY.values(), *scoring._LISTS, scoring.INDENT}
    assert ruled.union(*scoring._NEVER_BEHIND.values()) == scoring._HAS_ITS_PLACE
