"""`script="auto"`: wrong one-to-many characters and leftovers are repaired, and what only looks like them stays.

The figures are those of `python -m benchmarks.script_repair`. Every case of the hand lists is a test of its own; one
that is known to fail stands in `script-known-failures.json` too, with the reason, and must go on failing until it is
taken out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import encfix
from benchmarks import corpora, script_repair
from encfix.batch import to_codes
from encfix.chinese import confusions, data, model, spelling, words
from tests.conftest import ROOT, corpus
from tests.strategies import TEXTS

CASES = Path(__file__).parent / "cases"
SEED = 11


def load(name: str) -> list[dict[str, str]]:
    cases: list[dict[str, str]] = json.loads((CASES / f"script-{name}.json").read_text(encoding="utf-8"))
    return cases


FAILURES = {case["damaged"]: case for case in load("known-failures")}
WILD = [case for case in load("wild") if case["damaged"] not in FAILURES]
NEGATIVE = [case for case in load("negative") if case["text"] not in FAILURES]


@pytest.mark.parametrize("case", WILD, ids=lambda case: case["damaged"])
def test_error_is_repaired(case: dict[str, str]) -> None:
    result = encfix.clean(case["damaged"])
    assert result.text == case["exact"]
    assert result.undo() == case["damaged"]
    assert encfix.clean(case["exact"]).text == case["exact"]
    assert all(
        change.rules[0] in ("script.one-to-many", "script.leftover", "script.numeral") for change in result.changes
    )


@pytest.mark.parametrize("case", NEGATIVE, ids=lambda case: f"{case['note']}: {case['text']}")
def test_look_alike_stays(case: dict[str, str]) -> None:
    assert encfix.clean(case["text"]).text is case["text"]


@pytest.mark.parametrize("case", FAILURES.values(), ids=lambda case: case["reason"])
@pytest.mark.xfail(strict=True, reason="a known failure; its reason is beside it")
def test_known_failure(case: dict[str, str]) -> None:
    assert encfix.clean(case["damaged"]).text == case["exact"]


def test_hand_lists_meet_their_shares() -> None:
    assert len(load("wild")) >= 150
    assert len(load("negative")) >= 200
    assert len(WILD) >= 0.95 * len(load("wild"))
    assert len(NEGATIVE) >= 0.98 * len(load("negative"))


@pytest.mark.parametrize(("size", "least"), [(1, 0.8), (10, 0.88)])
def test_generated_wrong_forms(size: int, least: float) -> None:
    clean = corpora.clean_corpus("ud-gsd-dev.traditional.txt")
    if not clean:
        pytest.skip(f"the corpus is not in {corpora.folder()}; ENCFIX_CORPORA names another folder")
    random = Random(SEED)
    damaged = [script_repair.damage(random, line, 0.3) for line in clean]
    row = script_repair.measure(script_repair.pages(clean, size), script_repair.pages(damaged, size))
    assert row.repaired >= least * row.damaged
    assert row.broken <= row.right / 20_000


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_a_short_string_is_judged_as_it_is_among_others(share: float) -> None:
    random = Random(SEED)
    sentences = [sentence for name in corpora.CORPORA for sentence in corpora.corpus(name)]
    sentences += [case[key] for case in load("wild") for key in ("damaged", "exact")]
    damaged = [script_repair.damage(random, sentence, share) for sentence in sentences]
    together = encfix.clean_many(damaged)
    assert together == [encfix.clean(sentence) for sentence in damaged]
    if share:
        assert sum(result.text != text for result, text in zip(together, damaged, strict=True)) > len(load("wild")) / 2


def test_the_corpora_lose_no_more_than_their_own_errors() -> None:
    altered = total = 0
    for name in corpora.CORPORA:
        for sentence in corpora.corpus(name):
            total += 1
            changed = encfix.clean(sentence).text != sentence
            altered += changed
            assert not changed or any(word in sentence for word in corpora.MISSPELLED), sentence
    if not total:
        pytest.skip(f"no corpora in {corpora.folder()}; ENCFIX_CORPORA names another folder")
    assert altered <= total / 1000


@pytest.mark.parametrize("number", ["000", "001", "002", "003"])
def test_sample_documents(number: str) -> None:
    result = encfix.clean(corpora.seeds()[number])
    assert encfix.clean(result.text, script="keep").text == result.text
    simplified = encfix.clean(result.text, script="simplified").text
    gold = corpora.gold()[number]
    if number == "003":  # its half characters are another repair's
        simplified, gold = simplified.partition("规?")[0], gold.partition("规模化量产线")[0]
    assert simplified == gold


def test_what_document_001_calls_for() -> None:
    text = encfix.clean(corpora.seeds()["001"]).text
    assert all(word in text for word in ("新局面", "全面", "系統", "體系", "歷史", "上下游"))
    assert not any(word in text for word in ("局麵", "全麵", "係統", "曆史", "下遊"))


def test_options_that_do_nothing_of_this() -> None:
    for script in ("keep", "t2tw"):
        assert encfix.clean("百年曆史的係統", script=script).text == "百年曆史的係統"
    assert encfix.clean("百年曆史的係統", skip=("script",)).text == "百年曆史的係統"
    for script in ("traditional", "taiwan", "hongkong"):
        assert encfix.clean("百年曆史的係統", script=script).text == "百年歷史的系統"


def test_a_change_names_its_rule_and_gain() -> None:
    (change,) = encfix.clean("百年曆史的國家").changes
    assert (change.kind, change.rules, change.before, change.after) == ("script", ("script.one-to-many",), "曆", "歷")
    assert change.confidence > 0.99
    assert "nats" in change.reason
    (change,) = encfix.clean("這是關于學習的書").changes
    assert change.rules == ("script.leftover",)


def test_a_leftover_takes_the_form_that_the_page_uses() -> None:
    assert encfix.clean("房間裏沒有人，這里風景很美。").text == "房間裏沒有人，這裏風景很美。"
    assert encfix.clean("房間裡沒有人，這里風景很美。").text == "房間裡沒有人，這裡風景很美。"


def test_a_line_of_the_other_script_stays() -> None:
    page = "這是一個關於歷史的節目，歡迎大家觀看。\n发展才是硬道理，这是我们的经验。\n節目結束之後還會有討論。"
    assert encfix.clean(page).text == page


def test_quotations_are_reported() -> None:
    result = encfix.clean("這篇文章引用了「关于进一步加强网络安全工作的通知」的內容，請參閱該網頁。")
    assert not result.changes
    assert any(finding.rules == ("script.leftover",) for finding in result.findings)


@given(TEXTS, st.sampled_from(["係統", "百年曆史，", "這里", "关于", "日曆上", "軟件"]), st.integers(1, 6))
def test_twice_equals_once(text: str, piece: str, count: int) -> None:
    once = encfix.clean(text + piece * count + "這個問題").text
    assert encfix.clean(once).text == once


def test_only_members_of_a_group_are_exchanged() -> None:
    table = confusions.tables()
    folds = [{model.fold(chr(table.codes[m])) for m in column if m >= 0} for column in table.forms.T]
    assert all(len(fold) <= 2 for fold in folds)
    assert 90 <= len(folds) <= 160


def test_groups_are_those_of_the_hand_kept_table() -> None:
    lines = (ROOT / "tools" / "confusions.tsv").read_text(encoding="utf-8").splitlines()
    groups = [line.split("\t") for line in lines if not line.startswith("#")]
    assert all(len(fields) == 4 for fields in groups)
    assert len({fields[0] for fields in groups}) == len(groups)
    assert confusions.tables().forms.shape[1] == len(groups)


def decoded(texts: Sequence[str], place: int, forms: str) -> list[tuple[str, float, bool]]:
    """Return the verdicts on one place in each text, at which `forms` are equally probable."""
    lengths = np.array([len(text) for text in texts])
    codes = to_codes("".join(text + "\0" for text in texts))
    starts = np.cumsum(lengths + 1) - lengths - 1
    rows = np.repeat(to_codes(forms).astype(np.uint16)[:, None], len(texts), axis=1)
    choices = spelling.Choices(starts + place, rows, np.full(rows.shape, -12.0))
    verdicts = spelling.decode(spelling.Stretches(spelling.Text.of(codes), starts, lengths), choices)
    return [(chr(form), float(gain), bool(by_word)) for form, gain, by_word in zip(*verdicts, strict=True)]


def test_decoding_prefers_words_that_are_spelled_right() -> None:
    texts = ["新局麵", "牛肉面", "北方麵食館"]
    verdicts = decoded(texts, 2, "面麵")
    assert [form for form, _, _ in verdicts] == ["面", "麵", "麵"]
    assert [gain > 0 for _, gain, _ in verdicts] == [True, True, False]
    assert all(by_word for _, _, by_word in verdicts)


@given(st.lists(st.text("新局麵面北方食館牛肉\0學", min_size=3, max_size=12), min_size=1, max_size=6))
def test_stretches_are_decoded_each_by_itself(texts: list[str]) -> None:
    texts = [text[:2] + "麵" + text[3:] for text in texts]
    together = decoded(texts, 2, "面麵")
    assert together == [verdict for text in texts for verdict in decoded([text], 2, "面麵")]


def test_words_found_at_once_are_those_of_the_lists() -> None:
    spelled = data.load("confusion_words").tobytes().decode("utf-16-le").split("\n")
    known = {word for word in (*model.lexicon(), *map(model.fold, spelled)) if len(word) > 1}
    text = model.fold("\n".join(corpora.own_sentences())) + "\0"
    found = words.find(to_codes(text).astype(np.uint16))
    assert sorted(zip(found.start.tolist(), found.size.tolist(), strict=True)) == [
        (start, size)
        for start in range(len(text))
        for size in range(2, words.LONGEST + 1)
        if text[start : start + size] in known and start + size <= len(text)
    ]
    logs = words.table().logs[found.word].tolist()
    pieces = [text[start : start + size] for start, size in zip(found.start.tolist(), found.size.tolist(), strict=True)]
    assert logs == [model.lexicon().get(piece, words.RARE) for piece in pieces]


def test_short_documents_side_by_side_are_repaired_each_by_itself() -> None:
    assert [result.text for result in encfix.clean_many(["曆史", "係統", "", "曆史"])] == ["歷史", "系統", "", "歷史"]


def test_evidence_of_a_converted_document_does_not_reach_its_neighbour() -> None:
    converted = "這家公司的曆史很長，產品係統也很好，他们認為這樣說没错，學問無窮無盡。\n"
    texts = [converted * 4, "他寫的《這里》，大家都讀過。"]
    together = encfix.clean_many(texts)
    assert together == [encfix.clean(text) for text in texts]
    assert together[0].changes
    assert not together[1].changes


@pytest.mark.parametrize(
    ("encoding", "leads", "between"),
    [("gb2312", range(0xB0, 0xF8), ""), ("gb2312", range(0xB0, 0xF8), " "), ("big5", range(0xA4, 0xF9), "")],
)
def test_a_chart_of_characters_is_no_text_of_either_script(encoding: str, leads: range, between: str) -> None:
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    rows = ([bytes((lead, trail)).decode(encoding, "ignore") for trail in trails] for lead in leads)
    chart = "\n".join(between.join(filter(None, row)) for row in rows)
    assert encfix.clean(chart).text == chart


def test_a_file_may_hold_pages_of_both_scripts() -> None:
    simplified, traditional = (corpus(f"ud-gsd-dev.{script}.txt")[:400] for script in ("simplified", "traditional"))
    page = ["百年曆史，新局麵，産業體係。", "這裡的麵條很好吃，後來我們又去了隻有一個人的飯館。"]
    right = ["百年歷史，新局面，産業體系。", "這裡的麵條很好吃，後來我們又去了只有一個人的飯館。"]
    around = simplified[:200], traditional[200:206], simplified[206:]
    text = "\n".join((*around[0], *around[1], *page, *around[2]))
    result = encfix.clean(text)
    assert result.text == text.replace("\n".join(page), "\n".join(right))


def test_a_quotation_in_the_other_script_is_no_page_of_it() -> None:
    around = corpus("ud-gsd-dev.simplified.txt")[:60]
    verse = ["牀前看月光，疑是地上霜。", "舉頭望山月，低頭思故鄉。"]
    japanese = ["実験の結果を報告書に記載し、会議で発表する。", "図書館の開館時間は曜日によって異なる。"] * 12
    text = "\n".join((*around[:30], *verse, *japanese, *around[30:]))
    assert encfix.clean(text).text == text


@pytest.mark.parametrize("line", ["- 数据库 → 資料庫", "软件 -> 軟體，设置 => 設定", "面包 → 麵包"])
@pytest.mark.parametrize("script", ["simplified", "traditional"])
def test_words_of_both_scripts_beside_an_arrow_stay(line: str, script: str) -> None:
    around = corpus(f"ud-gsd-dev.{script}.txt")[20:40]
    assert encfix.clean("\n".join((*around, line, *around))).text.split("\n")[20] == line
