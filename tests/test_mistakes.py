"""What a caller did wrong is said in words that help: what is needed, what was meant, what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import encfix
from tests.command import DAMAGED, put, run

wrong: Any = encfix
"""The library, for calls that its types forbid."""


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wrong.clean("文", scirpt="simplified"), encfix.OptionError, "unknown key 'scirpt'; did you mean"),
        (lambda: wrong.clean("文", {"script": "simplified"}), TypeError, "Options or keyword arguments, not dict"),
        (lambda: wrong.clean(b"\xe6\x96\x87"), TypeError, "a document is a str, not bytes"),
        (lambda: wrong.clean_many("文字"), TypeError, "clean takes one"),
        (lambda: wrong.clean_many(["文", None]), TypeError, "a document is a str, not NoneType"),
        (lambda: wrong.clean_many(["文", None]), TypeError, "number 1, counted from 0"),
        (
            lambda: list(wrong.clean_iter(iter(["文", b"x"]))),
            TypeError,
            "number 1, counted from 0; encfix.decode makes",
        ),
        (lambda: wrong.clean(b"\xe6\x96\x87"), TypeError, "encfix.decode makes text of bytes"),
        (lambda: wrong.clean_iter("文字"), TypeError, "clean takes one"),
        (lambda: wrong.Cleaner("simplified"), TypeError, "options are Options, not str"),
        (lambda: wrong.Options(skip=3), encfix.OptionError, "skip: a list of strings is needed, not 3"),
        (
            lambda: wrong.Options(skip=(kind for kind in ("gloss", 3))),
            encfix.OptionError,
            "a list of strings is needed",
        ),
        (lambda: wrong.Options(skip=("nothing-like-it",)), encfix.OptionError, "among the known: mojibake, misaligned"),
        (
            lambda: wrong.Options(only=("form", "gloss.pinyin"), skip=("gloss", "form")),
            encfix.OptionError,
            "nothing is left",
        ),
        (lambda: wrong.clean("文").undo("文"), ValueError, "not a change of this result: '文'"),
        (lambda: wrong.clean("文").to_original(0.5), TypeError, "'float' object"),
        (lambda: wrong.clean("文").map_span(0, None), TypeError, "'NoneType' object"),
        (lambda: wrong.decode("文"), TypeError, "bytes, not str"),
        (lambda: wrong.script_of(None), TypeError, "a text is a str, not NoneType"),
    ],
)
def test_wrong_calls_are_told_what_is_needed(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as raised:
        call()
    assert message in str(raised.value)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("made", [tuple, list, iter, dict.fromkeys])
def test_kinds_may_be_given_in_any_way_once(made: Callable[[list[str]], Any]) -> None:
    assert encfix.Options(skip=made(["gloss", "noise"])).skip == ("gloss", "noise")
    assert encfix.clean("省委副書(shu) 記強(qiáng)調(diào)", only=made(["noise"])).verdict == "clean"


def test_offsets_may_be_numpy_integers_and_come_back_as_plain_ones() -> None:
    result = encfix.clean("省委副書(shu) 記強(qiáng)調(diào)")
    start, end = np.array([0, 11])
    assert json.dumps(result.map_span(start, end)) == "[0, 5]"
    assert json.dumps([result.to_original(np.int64(4)), result.from_original(np.uint32(10))]) == "[10, 4]"


def test_options_of_pyproject_in_the_file_of_encfix_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put("encfix.toml", '[tool.encfix]\nscript = "simplified"\n')
    assert "without the table [tool.encfix]" in run("config", code=2).stderr


def test_a_baseline_that_is_not_there_yet_is_told_how_it_is_made(tmp_path: Path) -> None:
    path = put(str(tmp_path / "a.txt"), DAMAGED)
    assert "--write-baseline makes it" in run("check", path, "--baseline", tmp_path / "none.jsonl", code=2).stderr


@pytest.mark.parametrize(("content", "reason"), [(DAMAGED, "no JSON: "), ("{}\n", ""), ("", "")])
def test_a_file_that_is_no_audit_is_told_what_is_expected(
    content: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put("a.txt", content)
    for command in (("undo",), ("apply",), ("report", "-o", "a.html")):
        told = run(*command, "a.txt", code=2).stderr
        assert f"a.txt: line 1: {reason}no audit, such as `encfix clean --audit FILE` writes\n" in told
    told = run("check", "a.txt", "--baseline", "a.txt", code=2).stderr
    assert f"a.txt: line 1: {reason}no baseline of format 1, such as `encfix check --write-baseline` writes" in told
    assert "a.txt: no log of names, such as --rename writes: " in run("names", "--undo", "a.txt", code=2).stderr


def test_errors_of_the_system_are_told_in_its_words_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put("a.txt", DAMAGED)
    Path("known.jsonl").mkdir()
    assert (
        "Error: the baseline known.jsonl: Is a directory\n"
        in run("check", path, "--baseline", "known.jsonl", code=2).stderr
    )

    def refused(self: Path, encoding: str) -> str:
        raise PermissionError(13, "Permission denied", str(self))

    put("encfix.toml", 'script = "keep"\n')
    monkeypatch.setattr(Path, "read_text", refused)
    assert "Error: encfix.toml: Permission denied\n" in run("config", code=2).stderr


@pytest.mark.parametrize("flag", ["--field", "--spans", "--verdict"])
def test_flags_for_fields_are_not_passed_over_where_there_are_none(
    flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put("in/a.jsonl", f'{{"text": "{DAMAGED.strip()}", "spans": [[0, 6]]}}\n')
    put("in/b.txt", DAMAGED)
    value = {"--field": "text", "--spans": "spans", "--verdict": "verdict"}[flag]
    found = run("clean", "in", "--output", "out", flag, value, code=0)
    assert f"skipped: in/b.txt: {flag} is for" in found.stderr
    assert [path.name for path in Path("out").iterdir()] == ["a.jsonl"]
    for path in ("in/b.txt", "-"):
        found = run("clean", path, flag, value, code=2)
        assert f"error: {path}: {flag} is for" in found.stderr
        assert "not for text; --type says what a file is" in found.stderr


def test_check_has_no_flags_for_what_it_does_not_write(tmp_path: Path) -> None:
    path = put(str(tmp_path / "a.jsonl"), "{}\n")
    message = run("check", path, "--verdict", "v", code=2).stderr  # some versions of Click have a colon, others quotes
    assert "No such option" in message
    assert "--verdict" in message


def test_spans_that_no_record_has_are_missed_before_the_text_moves_under_others(tmp_path: Path) -> None:
    path = put(str(tmp_path / "a.jsonl"), f'{{"text": "{DAMAGED.strip()}", "spans": [[0, 6]]}}\n')
    found = run("clean", path, "--field", "text", "--spans", "span", "--output", tmp_path / "out", code=2)
    assert "no field 'span'; there are text, spans" in found.stderr
