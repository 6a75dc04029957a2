"""Escapes: what is undone, what looks like one and stays, and that nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import encfix
from tests.strategies import SOUPS
from tests.test_mojibake import cases


@pytest.mark.parametrize("case", cases("escape"), ids=lambda case: case["label"])
def test_escapes_are_undone(case: dict[str, str]) -> None:
    result = encfix.clean(case["original"])
    assert result.text == case["fixed"]
    assert case["rule"] in {rule for change in result.changes for rule in change.rules}


@pytest.mark.parametrize("case", cases("escape-negative"), ids=lambda case: case["label"])
def test_what_looks_alike_stays(case: dict[str, str]) -> None:
    assert encfix.clean(case["text"], only=("escape",)).text is case["text"]


@pytest.mark.parametrize(
    ("text", "rule", "found"),
    [
        ("他来了。\\n他又走了。\\n我们都很高兴。", "escape.line-end", ["\\n", "\\n"]),
        ("他来了。\\r\\n他又走了。\\r\\n我们都很高兴。", "escape.line-end", ["\\r\\n", "\\r\\n"]),
        ("标题\\xe4\\xb8\\xad\\xe5\\x9b\\xbd内容", "escape.bytes", ["\\xe4\\xb8\\xad\\xe5\\x9b\\xbd"]),
        ("关键词%25E4%25B8%25AD%25E5%259B%25BD搜索", "escape.percent", ["%25E4%25B8%25AD%25E5%259B%25BD"]),
        ("修复 #24180; 的问题", "escape.html-remnant", ["#24180;"]),
    ],
)
def test_what_is_likely_is_reported(text: str, rule: str, found: list[str]) -> None:
    result = encfix.clean(text)
    assert result.text is text
    assert [finding.before for finding in result.findings if finding.rules == (rule,)] == found


@pytest.mark.parametrize(
    "text",
    [
        'msgid "a"\nmsgstr "他来了。\\n"\n"他又走了。\\n"',
        'print("你好。\\n"); print("再见。\\n");',
        "换行用。\\n表示",
        ">>> '中'.encode('utf8')\nb'\\xe4\\xb8\\xad\\xe5\\x9b\\xbd'",
        "http://example.com/?q=%25E4%25B8%25AD%25E5%259B%25BD 中文",
    ],
)
def test_code_and_addresses_are_not_even_reported(text: str) -> None:
    assert encfix.detect(text) == ()


@given(st.one_of(*SOUPS), st.sampled_from(("", "他们在会议上讨论了经费问题。")))
def test_no_soup_of_escapes_raises_and_twice_equals_once(soup: str, before: str) -> None:
    text = before + soup
    result = encfix.clean(text)
    assert result.undo() == text
    assert encfix.clean(result.text).text == result.text
