from __future__ import annotations

import pytest

import encfix
from tests.test_mojibake import cases


@pytest.mark.parametrize("case", cases("escape"), ids=lambda case: case["label"])
def test_escapes_are_undone(case: dict[str, str]) -> None:
    result = encfix.clean(case["original"])
    assert result.text == case["fixed"]
    assert case["rule"] in {rule for change in result.changes for rule in change.rules}


@pytest.mark.parametrize("case", cases("escape-negative"), ids=lambda case: case["label"])
def test_what_looks_alike_stays(case: dict[str, str]) -> None:
    assert encfix.clean(case["text"], only=("escape",)).text is case["text"]
