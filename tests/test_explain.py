"""`encfix explain`: what it says of a text, and how."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner
from hypothesis import given

import encfix
from encfix.cli.explain import explained
from encfix.cli.main import main
from encfix.result import Trail
from tests.command import ASCII_LOCALE, DAMAGED, REPAIRED, module, put, run, shown_on_terminal
from tests.strategies import TEXTS


def blocks(*arguments: str) -> list[list[str]]:
    return [block.splitlines() for block in run("explain", *arguments, code=0).stdout.split("\n\n")]


def test_clean_text_has_nothing_to_explain() -> None:
    assert blocks("今天天气很好。") == [["clean: 0 changes, 0 findings"]]


def test_each_change_has_place_rule_reason_points_and_bytes() -> None:
    head, first, *rest, last = blocks("一\n" + DAMAGED)
    assert head == ["repaired: 5 changes, 0 findings"]
    assert first == [
        "2:2  gloss.pinyin  repaired, confidence 0.999",
        f"  {encfix.clean(DAMAGED).changes[0].reason}",
        '  before  "(jìn)"',
        "  points  U+0028 U+006A U+00EC U+006E U+0029",
        "  bytes   28 6A C3 AC 6E 29",
        '  after   ""',
    ]
    assert len(rest) == 4
    assert last == [f'becomes   "一\\n{REPAIRED[:-1]}\\n"']


def test_finding_says_what_it_may_be() -> None:
    head, finding = blocks("山东单(shàn)县")
    assert head == ["suspect: 0 changes, 1 finding"]
    assert finding[0] == "1:4  gloss.pinyin  left as it is, confidence 0.5"
    assert finding[-1] == '  maybe   ""'


def lines_on(before: str, *candidates: str) -> list[str]:
    """Return what is said of a finding."""
    rules = ("misaligned.half-character",)
    finding = encfix.Finding(
        "misaligned", rules, 0, len(before), before, before, 0.5, "cut", certain=False, candidates=candidates
    )
    return [line.plain for line in explained(encfix.Result(before, before, lambda: Trail((), (finding,))))]


def test_candidates_are_shown() -> None:
    lines = lines_on("?;", "模", "樣")
    assert lines.count('  or      "模"') == lines.count('  or      "樣"') == 1
    assert "  points  U+6A21" in lines


def test_what_cannot_be_seen_is_named() -> None:
    lines = run("explain", "漢\u200b字 ⽅便", code=0).stdout.splitlines()
    assert '  before  "\\u200b"' in lines
    assert "  points  U+200B ZERO WIDTH SPACE" in lines
    assert "  points  U+2F45" in lines
    assert "  after   " + '"方"' in lines


def test_long_damage_is_taken_apart_in_part() -> None:
    (points,) = (line for line in lines_on("?" * 100) if "points" in line)
    assert points.count("U+") == 16
    assert points.endswith(" and 84 more")


def test_options_and_marks_hold() -> None:
    assert blocks(DAMAGED, "--skip", "gloss")[0] == ["clean: 0 changes, 0 findings"]
    assert blocks(DAMAGED.strip() + " encfix: ignore")[0] == ["clean: 0 changes, 0 findings"]
    put("encfix.toml", 'gloss = "keep"')
    assert blocks(DAMAGED)[0] == ["clean: 0 changes, 0 findings"]


def test_standard_input() -> None:
    result = CliRunner().invoke(main, ["explain", "-"], input=DAMAGED.encode())
    assert result.stdout.startswith("repaired: 5 changes")
    result = CliRunner().invoke(main, ["explain", "-"], input=DAMAGED.encode("gb18030"))
    assert result.stdout.startswith("repaired: 5 changes")


@given(TEXTS)
def test_any_text_is_explained_in_full(text: str) -> None:
    result = encfix.clean(text)
    lines = [line.plain for line in explained(result)]
    assert sum(line.startswith("  before  ") for line in lines) == len(result.changes) + len(result.findings)
    "\n".join(lines).encode("utf-8", "strict")


def test_text_in_any_locale_and_no_colours_in_a_pipe() -> None:
    done = module("explain", DAMAGED.encode(), **ASCII_LOCALE)
    assert done.returncode == 0, done.stderr
    assert '"(jìn)"' in done.stdout.decode("utf-8")
    assert b"\x1b" not in done.stdout
    done = module("explain", DAMAGED.encode(), "--ignore", DAMAGED.encode(), **ASCII_LOCALE)
    assert done.stdout == b"clean: 0 changes, 0 findings\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_colours_on_a_terminal() -> None:
    shown, _ = shown_on_terminal("stdout", "explain", DAMAGED)
    assert "\x1b[" in shown
    assert "gloss.pinyin" in shown
