"""Hand-written texts: damage with its exact repair, look-alikes that must stay, and what still goes wrong.

Look-alikes are cleaned with default options, damage with `script="keep"`; what is `quiet` gives no finding. A case
of `known-failures.json` (its reason says what is wrong) fails this suite as soon as it passes, so that an improvement
is put on record: move the case to its file.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import encfix
from encfix.rules import KINDS

CASES = Path(__file__).parent / "cases"


def load(name: str) -> list[dict[str, str]]:
    cases: list[dict[str, str]] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return cases


NEGATIVE, REPAIRED, FAILURES = load("negative"), load("repaired"), load("known-failures")
QUIET = load("quiet")


@pytest.mark.parametrize("case", NEGATIVE, ids=lambda case: case["note"])
def test_look_alike_stays(case: dict[str, str]) -> None:
    result = encfix.clean(case["text"])
    assert result.text is case["text"]
    assert result.changes == ()


@pytest.mark.parametrize("case", NEGATIVE, ids=lambda case: case["note"])
def test_look_alike_stays_inside_a_clean_page(case: dict[str, str]) -> None:
    page = f"他们在会议上讨论了经费问题。\n{case['text']}\n雨后的竹林特别安静，只听得见水珠落地的声音。"
    assert encfix.clean(page).text == page


@pytest.mark.parametrize("case", QUIET, ids=lambda case: case["note"])
def test_look_alike_is_not_even_reported(case: dict[str, str]) -> None:
    assert encfix.detect(case["text"]) == ()


def test_lines_of_prose_cut_at_one_width_are_reported() -> None:
    page = "他们在会议上讨论了经费问题，却没有得出任\n何结论。雨后的竹林特别安静，只听得见水珠\n落地的声音。"
    assert [finding.rules for finding in encfix.detect(page)] == [("separator.line-wrap",)] * 2
    damaged = page.replace("会议", "會(huì) 議(yì)")
    asked = encfix.clean(damaged, only=("separator.line-wrap", *KINDS))  # with it, all other kinds must be named
    assert asked.text == encfix.clean(damaged).text.replace("\n", "")


@pytest.mark.parametrize("case", REPAIRED, ids=lambda case: f"{case['class']}: {case['note']}")
def test_damage_is_repaired(case: dict[str, str]) -> None:
    result = encfix.clean(case["damaged"], script="keep")
    assert result.text == case["exact"]
    assert result.undo() == case["damaged"]
    assert encfix.clean(case["exact"], script="keep").text == case["exact"]


@pytest.mark.parametrize("case", FAILURES, ids=lambda case: f"{case['class']}: {case['note']}")
@pytest.mark.xfail(strict=True, reason="a known failure; its reason is beside it")
def test_known_failure(case: dict[str, str]) -> None:
    options = encfix.Options() if case["class"] == "negative" else encfix.Options(script="keep")
    assert encfix.clean(case["damaged"], options).text == case["exact"]


def test_no_text_has_two_verdicts() -> None:
    wanted = [(case["text"], case["text"]) for case in NEGATIVE]
    wanted += [(case["damaged"], case["exact"]) for case in REPAIRED + FAILURES]
    assert len(dict(wanted)) == len(wanted)


@pytest.mark.parametrize("dress", [" ({})", "( {} )", "({})"], ids=["space before", "spaces inside", "capitals"])
def test_many_glosses_in_another_dress_are_reported(dress: str) -> None:
    words = (
        "企業{ye}的經{jing}營目標{biao}是長{zhang}期發{fa}展，應當進{jin}一步擴{kuo}大規{gui}模，開{kai}闢市場{chang}。"
    )
    title = dress == "({})"
    page = re.sub(r"\{(\w+)\}", lambda gloss: dress.format(gloss[1].title() if title else gloss[1]), words)
    assert [finding.rules for finding in encfix.detect(page)] == [("gloss.pinyin",)] * 10


def test_names_in_brackets_behind_surnames_are_not_reported() -> None:
    assert encfix.detect("張(Zhang)先生和陳(Chen)小姐、劉(Liu)老師都來了。") == ()
