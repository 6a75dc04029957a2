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


@given(st.one_of(*SOUPS), st.sampled_from(("", "他们在会议上讨论了经费问题。")))
def test_no_soup_of_escapes_raises_and_twice_equals_once(soup: str, before: str) -> None:
    text = before + soup
    result = encfix.clean(text)
    assert result.undo() == text
    assert encfix.clean(result.text).text == result.text
