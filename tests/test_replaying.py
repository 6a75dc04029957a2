"""`encfix apply` and `encfix undo`: what an audit says is done again and taken back, and no audit is lost."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from tests.command import CLEAN, DAMAGED, REPAIRED, put, records, run, tree


class TestTrail:
    """What can be taken back must stay so: nothing writes over an audit unasked."""

    @pytest.mark.parametrize("mode", [["--in-place"], ["--output", "out"], ["--diff"], []])
    def test_audit_is_not_overwritten(self, mode: list[str]) -> None:
        put("in/a.txt", DAMAGED)
        run("clean", "in", "--in-place", "--audit", "audit.jsonl", code=0)
        put("in/b.txt", DAMAGED)
        before = tree(".")
        assert (
            "audit.jsonl exists: it may be needed" in run("clean", "in", *mode, "--audit", "audit.jsonl", code=2).stderr
        )
        assert tree(".") == before
        run("undo", "audit.jsonl", "--in-place", code=0)
        assert tree("in")["a.txt"] == DAMAGED.encode()

    def test_audit_of_copies_is_replaced(self) -> None:
        put("in/a.txt", DAMAGED)
        for _ in range(2):
            run("clean", "in", "--output", "out", "--audit", "audit.jsonl", code=0)
        assert len(records("audit.jsonl", "file")) == 1

    def test_empty_file_may_become_an_audit(self) -> None:
        put("in/a.txt", DAMAGED)
        put("audit.jsonl", "")
        run("clean", "in", "--in-place", "--audit", "audit.jsonl", code=0)
        assert len(records("audit.jsonl", "file")) == 1

    def test_resumed_run_keeps_what_its_audit_says_of_other_files(self) -> None:
        put("in/a.txt", DAMAGED)
        put("other/b.txt", DAMAGED)
        Path("empty").mkdir()
        for folder in ("in", "other", "empty"):
            run("clean", folder, "--in-place", "--audit", "audit.jsonl", "--resume", code=0)
        run("undo", "audit.jsonl", "--in-place", code=0)
        assert [Path(name).read_text("utf-8") for name in ("in/a.txt", "other/b.txt")] == [DAMAGED, DAMAGED]

    def test_output_replaces_files_but_no_audit(self) -> None:
        put("in/a.jsonl", json.dumps({"text": DAMAGED}))
        put("in/b.txt", DAMAGED)
        put("out/b.txt", "of an earlier run")
        run("clean", "in", "--audit", "out/a.jsonl", code=1)
        before = Path("out/a.jsonl").read_bytes()
        assert "out/a.jsonl is there, the audit of another run" in run("clean", "in", "-o", "out", code=2).stderr
        assert tree("out") == {"a.jsonl": before, "b.txt": REPAIRED.encode()}

    @pytest.mark.parametrize("path", ["in", "in/audit.jsonl"])
    def test_what_encfix_wrote_is_not_cleaned(self, path: str) -> None:
        put("in/a.txt", DAMAGED)
        run("check", "in", "--baseline", "in/known.jsonl", "--write-baseline", code=0)
        run("clean", "in", "--in-place", "--audit", "in/audit.jsonl", code=0)
        run("report", "in/audit.jsonl", "-o", "in/report.html", code=0)
        before = tree("in")
        result = run("clean", path, "--in-place", code=0)
        assert "skipped: in/audit.jsonl: audit of encfix" in result.stderr
        if path == "in":
            assert "skipped: in/known.jsonl: baseline of encfix" in result.stderr
            assert "skipped: in/report.html: report of encfix" in result.stderr
        run("check", path, code=0)
        assert tree("in") == before
        run("undo", "in/audit.jsonl", "--in-place", code=0)
        assert Path("in/a.txt").read_text("utf-8") == DAMAGED


@pytest.mark.parametrize(("command", "folder"), [("apply", "in"), ("undo", "out")])
class TestReplay:
    @pytest.fixture(autouse=True)
    def _cleaned(self) -> None:
        put("in/a.txt", DAMAGED)
        put("in/sub/汉.txt", b"\xef\xbb\xbf" + DAMAGED.replace("\n", "\r\n").encode())
        put("in/b.txt", CLEAN)
        run("clean", "in", "--output", "out", "--audit", "audit.jsonl", code=0)

    def goal(self, command: str) -> dict[str, bytes]:
        return tree("out" if command == "apply" else "in")

    def test_into_a_folder(self, command: str, folder: str) -> None:
        run(command, "audit.jsonl", "--output", "made", code=0)
        assert tree("made") == self.goal(command)

    def test_in_place_and_from_another_root(self, command: str, folder: str) -> None:
        goal = self.goal(command)
        shutil.move(folder, "moved")
        run(command, "audit.jsonl", "--root", "moved", "--in-place", code=0)
        assert tree("moved") == goal

    def test_without_a_mode_nothing_changes(self, command: str, folder: str) -> None:
        before = tree(".")
        result = run(command, "audit.jsonl", code=1)
        assert f"{folder}/a.txt" in result.stdout
        assert f"{folder}/b.txt" not in result.stdout
        assert tree(".") == before

    @pytest.mark.parametrize("mode", [["--in-place"], ["--output", "made"], []])
    def test_changed_file_is_refused_and_the_others_are_done(self, command: str, folder: str, mode: list[str]) -> None:
        goal = self.goal(command)
        put(f"{folder}/a.txt", "someone else's\n")
        os.remove(f"{folder}/b.txt")
        result = run(command, "audit.jsonl", *mode, code=2)
        assert f"{folder}/a.txt: SHA-256 differs" in result.stderr
        assert f"{folder}/b.txt: No such file" in result.stderr
        assert Path(f"{folder}/a.txt").read_text() == "someone else's\n"
        if mode:
            made = Path("made" if "made" in mode else folder)
            assert (made / "sub/汉.txt").read_bytes() == goal["sub/汉.txt"]
            assert not (made / "b.txt").exists()
        assert not Path("made/a.txt").exists()

    def test_done_twice_is_refused(self, command: str, folder: str) -> None:
        run(command, "audit.jsonl", "--in-place", code=0)
        after = tree(".")
        assert "already" in run(command, "audit.jsonl", "--in-place", code=2).stderr
        assert tree(".") == after

    def test_broken_audit_writes_nothing(self, command: str, folder: str) -> None:
        audit = Path("audit.jsonl")
        audit.write_bytes(audit.read_bytes()[:-20])
        before = tree(".")
        assert "audit.jsonl: line" in run(command, "audit.jsonl", "--in-place", code=2).stderr
        assert "none.jsonl: No such file" in run(command, "none.jsonl", "--in-place", code=2).stderr
        assert tree(".") == before

    def test_output_over_what_is_read_is_refused(self, command: str, folder: str) -> None:
        before = tree(".")
        assert "overwrite the input" in run(command, "audit.jsonl", "--output", folder, code=2).stderr
        run(command, "audit.jsonl", "--output", "x", "--in-place", code=2)
        assert tree(".") == before


PIECES = st.sampled_from(
    [DAMAGED, REPAIRED, CLEAN, "書(shu) 記", "⽅便", "\u200b汉\u200b", "\r\n", "\ufeff", "，，", "𠀀\0"]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=8).map("".join), max_size=4), st.sampled_from(["auto", "simplified"]))
def test_audit_brings_any_folder_there_and_back(texts: list[str], script: str) -> None:
    for folder in ("in", "out", "again", "back"):
        shutil.rmtree(folder, ignore_errors=True)
    Path("audit.jsonl").unlink(missing_ok=True)
    Path("in").mkdir()
    for number, text in enumerate(texts):
        put(f"in/{number}.txt", text)
    paths = [f"in/{number}.txt" for number in range(len(texts))] or ["in"]
    run("clean", *paths, "--script", script, "--output", "out", "--audit", "audit.jsonl", code=0)
    run("apply", "audit.jsonl", "--output", "again", code=0)
    run("undo", "audit.jsonl", "--output", "back", code=0)
    made = [tree(folder) if Path(folder).exists() else {} for folder in ("out", "again", "back")]
    assert made[0] == made[1]
    assert made[2] == tree("in")


@pytest.mark.parametrize("command", ["apply", "undo"])
def test_a_file_that_was_copied_is_copied_whatever_it_was_read_as(command: str) -> None:
    put("in/a.txt", DAMAGED)
    Path("in/mixed.txt").write_bytes("第一行。\n".encode() + "第二行。\n".encode("gbk"))
    parquet.write_table(pyarrow.table({"text": ["乾淨的文字。"]}), "in/b.parquet")
    run("clean", "in", "--output", "out", "--audit", "audit.jsonl", code=0)
    assert "\n1 of 3 files to " in run(command, "audit.jsonl", code=1).stdout
    run(command, "audit.jsonl", "--output", "made", code=0)
    assert tree("made") == tree("out" if command == "apply" else "in")


def test_audit_of_a_dry_run_can_be_applied() -> None:
    put("in/a.txt", DAMAGED)
    run("clean", "in", "--audit", "audit.jsonl", code=1)
    run("apply", "audit.jsonl", "--in-place", code=0)
    assert tree("in") == {"a.txt": REPAIRED.encode()}
