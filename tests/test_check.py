"""`encfix check`: what it prints, what it blocks, and what a baseline lets pass."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import encfix
from encfix.audit.baseline import Known, dump_baseline, read_baseline
from encfix.inline import MARK, heeded
from tests.command import CLEAN, DAMAGED, put, run, tree
from tests.strategies import TEXTS

OTHER = "書(shu) 記強(qiáng)調(diào)\n"
UNCERTAIN = "山东单(shàn)县\n"


class TestCheck:
    def test_clean_text_passes_in_silence(self) -> None:
        put("in/a.txt", CLEAN)
        result = run("check", "in", code=0)
        assert result.stdout == ""
        assert result.stderr == "1 file, 0 damaged, 0 pieces of damage found\n"

    def test_damage_is_a_line_each_and_nothing_changes(self) -> None:
        put("in/a.txt", CLEAN + DAMAGED)
        put("in/b.txt", "\u200b" + DAMAGED)
        before = tree(".")
        lines = run("check", "in", code=1).stdout.splitlines()
        assert lines[:2] == [
            'in/a.txt:2:2: gloss.pinyin: "(jìn)" -> ""',
            'in/a.txt:2:9: gloss.pinyin: "(mào)" -> ""',
        ]
        assert 'in/b.txt:1:1: invisible.zero-width: "\\u200b" -> ""' in lines
        assert len(lines) == 11
        assert tree(".") == before

    def test_json_is_what_an_audit_says(self) -> None:
        put("in/a.txt", DAMAGED + UNCERTAIN)
        printed = run("check", "in", "--findings", "--format", "json", code=1).stdout.splitlines()
        run("clean", "in", "--audit", "audit.jsonl", code=1)
        audit = Path("audit.jsonl").read_text(encoding="utf-8").splitlines()
        expected = [json.loads(line) for line in audit if json.loads(line)["type"] in ("change", "finding")]
        assert [{**json.loads(line), "file": "a.txt"} for line in printed] == expected
        assert json.loads(printed[0])["file"] == "in/a.txt"

    def test_what_is_uncertain_counts_when_asked(self) -> None:
        put("a.txt", UNCERTAIN)
        assert run("check", "a.txt", code=0).stdout == ""
        line = run("check", "a.txt", "--findings", code=1).stdout
        assert line.startswith('a.txt:1:4: gloss.pinyin: "(shàn)" -> "" (')
        assert line.endswith("left as it is)\n")

    def test_what_cannot_be_read_is_said_and_counts_when_asked(self) -> None:
        put("a.jsonl", '{"text": "好"}\n{"text": "書(shu) 記強(qiáng)調(diào)",}\n')
        put("b.csv", "a,b\n1,2\n1,2,3\n" + "1\n" * 20)
        result = run("check", "a.jsonl", "b.csv", code=0)
        assert result.stdout == ""
        lines = result.stderr.splitlines()
        assert lines[0] == "unread: a.jsonl:2: no JSON: left as it is"
        assert lines[1] == "unread: b.csv:3: 3 cells where 2 are due: left as it is"
        assert lines[-2:] == [
            "unread: 12 more: --findings prints all",
            "2 files, 0 damaged, 0 pieces of damage found, 22 parts unread",
        ]
        assert len(lines) == 12
        result = run("check", "a.jsonl", "b.csv", "--findings", code=1)
        assert len(result.stdout.splitlines()) == 22
        assert result.stdout.startswith("a.jsonl:2:1: annotation.unread: ")
        assert "no JSON: left as it is" in result.stdout
        assert result.stderr == "2 files, 2 damaged, 22 pieces of damage found\n"
        run("check", "a.jsonl", "b.csv", "--findings", "--baseline", "known", "--write-baseline", code=0)
        run("check", "a.jsonl", "b.csv", "--findings", "--baseline", "known", code=0)

    def test_line_in_another_encoding_is_said(self) -> None:
        put("a.jsonl", '{"text": "好"}\n'.encode() + '{"text": "漢字"}\n'.encode("gbk") + '{"text": "好"}\n'.encode())
        assert "unread: a.jsonl:2: no utf-8: byte 0x9D at offset" in run("check", "a.jsonl", code=0).stderr

    def test_failed_file_is_named_and_the_others_are_looked_at(self) -> None:
        put("in/a.txt", DAMAGED)
        os.symlink("nowhere", "link.txt")
        result = run("check", "in", "none.txt", "link.txt", code=2)
        assert "link.txt: No such file" in result.stderr
        assert "none.txt: No such file" in result.stderr
        assert "in/a.txt:1:2" in result.stdout

    def test_options_hold(self) -> None:
        put("a.txt", DAMAGED)
        run("check", "a.txt", "--skip", "gloss", code=0)
        run("check", "a.txt", "--ignore", "進(jìn)", "--ignore", "貿(mào)易強(qiáng)調(diào)發(fā)", code=0)
        put("encfix.toml", 'exclude = ["a.*"]')
        assert "skipped: a.txt: excluded" in run("check", "a.txt", code=0).stderr

    def test_long_text_is_shown_in_part(self) -> None:
        put("a.txt", DAMAGED * 30)
        put("encfix.toml", 'only = ["separator.line-wrap", "noise"]')
        put("a.txt", CLEAN + "?" * 500 + "，" + "?" * 500 + "\n")
        (line,) = run("check", "a.txt", "--findings", code=1).stdout.splitlines()
        assert "?…?" in line
        assert len(line) < 200


class TestStandardInput:
    def test_is_checked_under_its_own_name(self) -> None:
        from click.testing import CliRunner

        from encfix.cli.main import main

        result = CliRunner().invoke(main, ["check", "-"], input=DAMAGED.encode())
        assert result.exit_code == 1
        assert result.stdout.startswith('-:1:2: gloss.pinyin: "(jìn)" -> ""\n')


class TestBaseline:
    @pytest.fixture(autouse=True)
    def _known(self) -> None:
        put("in/a.txt", DAMAGED + CLEAN)
        result = run("check", "in", "--baseline", "known.jsonl", "--write-baseline", code=0)
        assert result.stdout == ""
        assert "5 pieces of damage known now" in result.stderr

    def check(self, *paths: str, code: int) -> list[str]:
        return run("check", *(paths or ("in",)), "--baseline", "known.jsonl", code=code).stdout.splitlines()

    def test_known_damage_passes(self) -> None:
        assert self.check(code=0) == []

    def test_known_damage_may_move(self) -> None:
        put("in/a.txt", CLEAN * 3 + DAMAGED.rstrip())
        assert self.check(code=0) == []

    def test_known_damage_stays_known_when_its_neighbour_is_repaired(self) -> None:
        put("in/a.txt", DAMAGED.replace("(jìn)", "") + CLEAN)
        assert self.check(code=0) == []

    def test_new_damage_blocks_and_it_alone_is_said(self) -> None:
        put("in/a.txt", DAMAGED + OTHER)
        assert [line.split(":")[:3] for line in self.check(code=1)] == [
            ["in/a.txt", "2", "2"],
            ["in/a.txt", "2", "10"],
            ["in/a.txt", "2", "18"],
        ]

    def test_the_same_damage_once_more_is_new(self) -> None:
        put("in/a.txt", DAMAGED + DAMAGED)
        assert len(self.check(code=1)) == 5

    def test_the_same_damage_in_another_file_is_new(self) -> None:
        put("in/b.txt", DAMAGED)
        assert {line.split(":")[0] for line in self.check(code=1)} == {"in/b.txt"}

    def test_however_the_path_is_given(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.check(".", code=0) == []
        assert self.check(str(Path("in/a.txt").absolute()), code=0) == []

    def test_wherever_the_command_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir("in")
        run("check", "a.txt", "--baseline", "../known.jsonl", code=0)
        run("check", ".", "--baseline", str(Path("../known.jsonl").absolute()), code=0)

    def test_its_own_file_is_not_damage(self) -> None:
        run("check", "in", "--baseline", "in/known.jsonl", "--write-baseline", code=0)
        result = run("check", "in", "in/known.jsonl", "--baseline", "in/known.jsonl", code=0)
        assert result.stderr.splitlines()[-1].startswith("1 file,")

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (None, "No such file"),
            ("", "line 1: no baseline"),
            ("{}\n", "line 1: no baseline of format 1"),
            ('{"type": "baseline", "format": 2}\n', "line 1: no baseline of format 1"),
            ('{"type": "baseline", "format": 1}\n{"file": "a"}\n', "line 2: "),
            ('{"type": "baseline", "format": 1}\nx\n', "line 2: "),
        ],
    )
    def test_what_is_no_baseline_is_named(self, content: str | None, message: str) -> None:
        Path("known.jsonl").unlink() if content is None else put("known.jsonl", content)
        result = run("check", "in", "--baseline", "known.jsonl", code=2)
        assert "the baseline known.jsonl" in result.stderr
        assert message in result.stderr

    def test_to_write_one_needs_its_name(self) -> None:
        assert "needs --baseline" in run("check", "in", "--write-baseline", code=2).stderr

    def test_it_takes_the_place_of_nothing_but_a_baseline(self) -> None:
        put("in/b.txt", CLEAN)
        result = run("check", "in", "--baseline", "in/b.txt", "--write-baseline", code=2)
        assert "in/b.txt is no baseline of encfix" in result.stderr
        assert Path("in/b.txt").read_text(encoding="utf-8") == CLEAN
        run("check", "in", "--baseline", "known.jsonl", "--write-baseline", code=0)

    def test_one_that_cannot_be_written_fails(self) -> None:
        run("check", "in", "--baseline", "none/known.jsonl", "--write-baseline", code=2)

    @given(st.lists(st.builds(Known, *[st.text(), st.lists(st.text()).map(tuple), *[st.text()] * 4])))
    def test_any_baseline_is_read_as_written(self, damage: list[Known]) -> None:
        assert read_baseline(dump_baseline(damage)) == Counter(damage)


class TestInline:
    def test_marked_line_stays_and_the_others_are_repaired(self) -> None:
        put("a.txt", DAMAGED + DAMAGED[:-1] + f"  # {MARK}\r\n" + DAMAGED)
        lines = run("check", "a.txt", code=1).stdout.splitlines()
        assert {line.split(":")[1] for line in lines} == {"1", "3"}
        run("clean", "a.txt", "--in-place", code=0)
        text = Path("a.txt").read_bytes().decode()
        assert text == "進口貿易強調發展\n" + DAMAGED[:-1] + f"  # {MARK}\r\n" + "進口貿易強調發展\n"
        run("check", "a.txt", code=0)

    def test_what_is_lost_in_it_is_not_reported(self) -> None:
        result = encfix.clean(f"今天天\ufffd气很好。 {MARK}")
        assert result.verdict == "lost"
        assert heeded(result).verdict == "clean"

    def test_without_a_mark_it_is_the_same_object(self) -> None:
        result = encfix.clean(DAMAGED)
        assert heeded(result) is result

    @given(st.lists(st.tuples(TEXTS, st.booleans(), st.sampled_from(["\n", "\r\n", "\r"])), max_size=5))
    def test_marked_lines_stay_and_twice_is_once(self, lines: list[tuple[str, bool, str]]) -> None:
        text = "".join(line + (MARK if marked else "") + end for line, marked, end in lines)
        result = heeded(encfix.clean(text))
        for change in result.changes:
            start = max(text.rfind("\n", 0, change.start), text.rfind("\r", 0, change.start)) + 1
            assert MARK not in text[start : change.end]
        assert heeded(encfix.clean(result.text)).text == result.text
        assert result.undo() == text
