"""The laws of docs/architecture.md as properties over arbitrary text, damaged text, and mixes of both."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import encfix
from encfix import Options, screen
from encfix.batch import Batch
from encfix.cleaner import REPAIRS, Cleaner
from encfix.inline import MARK, marked_lines
from encfix.result import apply_changes
from tests.strategies import SCRIPTS, TEXTS

OPTIONS = st.builds(
    Options,
    script=SCRIPTS,
    gloss=st.sampled_from(("auto", "all", "keep")),
    punctuation=st.sampled_from(("keep", "fullwidth")),
    min_confidence=st.sampled_from((0.0, 0.5, 0.9, 0.99)),
    ignore=st.sampled_from(((), ("(jìn)", " "))),
    only=st.sampled_from(((), ("separator.line-wrap", "gloss"))),
)


@given(TEXTS, OPTIONS)
def test_law_1_changes_are_a_trail_that_can_be_followed_both_ways(text: str, options: Options) -> None:
    result = encfix.clean(text, options)
    changes = result.changes
    assert all(first.end <= second.start for first, second in pairwise(changes))
    assert all(text[change.start : change.end] == change.before for change in changes)
    assert all(change.before != change.after for change in changes)
    assert apply_changes(text, list(changes)) == result.text
    assert result.undo() == text
    assert (result.text is text) == (not changes)
    forth = [result.from_original(offset) for offset in range(len(text) + 1)]
    back = [result.to_original(offset) for offset in range(len(result.text) + 1)]
    assert forth == sorted(forth)
    assert back == sorted(back)
    touched = {offset for change in changes for offset in range(change.start, change.end)}
    for offset in set(range(len(text))) - touched:
        assert result.text[forth[offset]] == text[offset]
        assert back[forth[offset]] == offset


@given(TEXTS, OPTIONS, st.data())
def test_law_1_some_changes_can_be_undone(text: str, options: Options, data: st.DataObject) -> None:
    result = encfix.clean(text, options)
    if result.changes:
        undone = data.draw(st.lists(st.sampled_from(result.changes), min_size=1, unique=True))
        kept = [change for change in result.changes if change not in undone]
        assert result.undo(*undone) == result.without(undone) == apply_changes(text, kept)
    assert result.without(()) is result.text


@given(TEXTS, OPTIONS)
def test_law_2_repairing_twice_equals_repairing_once(text: str, options: Options) -> None:
    once = encfix.clean(text, options).text
    assert encfix.clean(once, options).text == once


@given(st.lists(TEXTS, max_size=8), OPTIONS)
def test_law_3_a_document_does_not_depend_on_its_neighbours(texts: list[str], options: Options) -> None:
    cleaner = pickle.loads(pickle.dumps(Cleaner(options)))
    together = cleaner.clean_many(texts)
    assert together == [cleaner.clean(text) for text in texts]
    assert together == list(cleaner.clean_iter(iter(texts)))
    assert together == pickle.loads(pickle.dumps(together))


def test_law_3_a_document_changes_by_its_own_flags() -> None:
    texts = ["´Êý¾Ý", "´Êý¾Ý", "°Êý¾Ý進(jìn)㐀習(xi)"]  # what turns up in the third calls for more rounds
    cleaner = Cleaner(Options(script="traditional"))
    assert cleaner.clean_many(texts) == [cleaner.clean(text) for text in texts]


def test_law_3_a_document_is_judged_by_its_own_glosses() -> None:
    page = (
        "縣(xiàn)圖(tú)書館週末開(kāi)門，學(xué)生們(men)排隊(duì)進(jìn)去，還(hái)有人來聽(tīng)講(jiǎng)，"
        "讀(dú)者可以續(xù)借一次，逾期就要罰(fá)款，辦( bàn )理借書證只要幾分鐘。"
    )
    dressed = page.replace("(", "( ").replace(")", " )")
    assert encfix.clean(dressed).findings
    assert encfix.Cleaner().clean_many([page, dressed])[0] == encfix.clean(page)


def test_law_3_a_bar_that_opens_a_document_is_not_of_the_lines_that_end_the_one_before_it() -> None:
    texts = ["|\n第一段文字。\n｜\n第二段文字。\n|", "|\n書(shu) 記\n|\n黨(dang) 員"]
    assert encfix.Cleaner().clean_many(texts) == [encfix.clean(text) for text in texts]
    assert encfix.clean_many(texts)[0].text == "第一段文字。\n第二段文字。"


def test_law_3_a_bar_is_not_listed_among_marks_of_the_document_before_it() -> None:
    texts = ["第一段文字。", "\r|\r\x80"]
    assert encfix.Cleaner().clean_many(texts) == [encfix.clean(text) for text in texts]


def test_law_3_threads_agree(damaged_pages: list[str]) -> None:
    cleaner = Cleaner(Options(script="simplified"))
    expected = [cleaner.clean(page).text for page in damaged_pages]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda page: cleaner.clean(page).text, damaged_pages * 8)) == expected * 8


@given(TEXTS, OPTIONS)
def test_law_4_certain_findings_are_the_changes(text: str, options: Options) -> None:
    result = encfix.clean(text, options)
    findings = encfix.detect(text, options)
    certain = [(f.kind, f.rules, f.start, f.end, f.before, f.after) for f in findings if f.certain]
    assert certain == [(c.kind, c.rules, c.start, c.end, c.before, c.after) for c in result.changes]
    assert sorted((f for f in findings if not f.certain), key=repr) == sorted(result.findings, key=repr)
    assert all(text[finding.start : finding.end] == finding.before for finding in findings)


@given(st.text(alphabet=st.characters(exclude_categories=())), OPTIONS)
def test_law_5_no_string_raises(text: str, options: Options) -> None:
    result = encfix.clean(text, options)
    assert result.verdict in ("clean", "repaired", "suspect", "lost")
    assert encfix.script_of(text) in ("simplified", "traditional", "mixed", "unknown")


def is_linear(make: Callable[[int], str], work: Callable[[str], object] | None = None, **options: Any) -> bool:
    """Return whether sixteen times the text takes at most sixty times the work; a quadratic step would take 256."""

    def seconds(count: int) -> float:
        text = make(count)
        best = float("inf")
        for _ in range(3):
            start = process_time()
            work(text) if work else encfix.clean(text, **options).findings
            best = min(best, process_time() - start)
        return best

    small, large = seconds(1_000), seconds(16_000)
    return large < 60 * small + 0.05


@pytest.mark.parametrize(
    "piece",
    [
        "書(shu) ",
        "(",
        "注(zhu)(zhu)",
        "? ",
        "?；",
        "江 ",
        ",,",
        "\u200b中",
        "⽅",
        "*",
        "|\n",
        "x0dx0a",
        "曆史",
        "a(",
        "中\n",
        "🆚中",
        "绐楄竟鐨勫",
        "ä¸\ufffdæ–‡",
        "\\u4e2d\\u6587 ",
        "&#20851;中",
        '"k": "\\u4e2d\\u56fd", ',
    ],
)
def test_law_5_time_is_linear_in_the_length(piece: str) -> None:
    assert is_linear(lambda count: piece * count, script="simplified")


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        ("今天&nbsp;天气很好。\n", "\n"),
        ("var a = {", '"k": "\\u4e2d\\u56fd", '),
        ("今天", "说编码的事\n&nbsp;\n"),
    ],
)
def test_law_5_time_is_linear_behind_what_calls_for_a_repair(head: str, piece: str) -> None:
    assert is_linear(lambda count: head + piece * count)


def test_law_5_time_is_linear_where_text_is_to_stay() -> None:
    assert is_linear(lambda count: "進(jìn)口貿(mào)易" * count, ignore=("(jìn)", "易"))
    assert is_linear(lambda count: f"一 {MARK}\n" * count, work=marked_lines)


@given(TEXTS)
@example("??0??0?")
@example("一0%0&0;")
def test_law_6_what_the_screen_passes_no_repair_wants_to_touch(text: str) -> None:
    for options in (Options(), Options(script="simplified"), Options(script="traditional")):
        batch = Batch.of([text])
        for repair in REPAIRS:
            wanted = repair.flags_for(options)
            if wanted and not screen.screen(batch, [text], wanted)[0]:
                proposed = repair.propose(batch, options)
                assert not len(proposed), (repair.kind, text[int(proposed.start[0]) - 16 :])


@given(TEXTS)
def test_law_6_the_screen_of_short_strings_passes_no_more_than_that_of_batches(text: str) -> None:
    for wanted in (screen.EVERYTHING & ~(screen.ALWAYS | screen.CONFUSABLE), screen.GLOSS, screen.SIMPLIFIED):
        if screen.is_plain(text, wanted):
            assert not np.any(screen.screen(Batch.of([text]), [text], wanted))
