"""The command, by way of `encfix clean`: what it writes, what it says, and how it exits."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encfix.cli import clean as clean_module
from encfix.cli import processing
from encfix.cli.diff import unified
from encfix.cli.main import main
from encfix.result import Change, apply_changes
from tests.command import CLEAN, DAMAGED, REPAIRED, put, records, run, tree
from tests.conftest import ROOT

SEEDS = ROOT / "seeds"
GOLD = Path(__file__).parent / "gold"


class TestSeeds:
    @pytest.fixture(autouse=True)
    def _cleaned(self) -> None:
        run("clean", SEEDS, "--script", "simplified", "--output", "out", "--audit", "audit.jsonl", code=0)

    @pytest.mark.parametrize("number", ["000", "001", "002", "004"])
    def test_output_is_gold(self, number: str) -> None:
        (out,) = Path("out").glob(f"{number}_*")
        (gold,) = GOLD.glob(f"{number}_*")
        assert out.read_bytes() == gold.read_bytes()

    def test_clean_document_has_no_change(self) -> None:
        (entry,) = (record for record in records("audit.jsonl", "file") if record["file"].startswith("004"))
        assert (entry["verdict"], entry["changes"]) == ("clean", 0)
        assert entry["input"] == entry["output"]
        assert not any(record["file"].startswith("004") for record in records("audit.jsonl", "change"))

    def test_apply_gives_the_output(self) -> None:
        run("apply", "audit.jsonl", "--output", "again", code=0)
        assert tree("again") == tree("out")

    def test_undo_gives_the_input(self) -> None:
        run("undo", "audit.jsonl", "--output", "back", code=0)
        assert tree("back") == tree(SEEDS)

    def test_second_run_changes_nothing(self) -> None:
        run("clean", "out", "--script", "simplified", code=0)

    def test_each_change_is_where_it_says(self) -> None:
        for record in records("audit.jsonl", "change"):
            text = (SEEDS / record["file"]).read_bytes().decode()
            assert text[record["start"] : record["end"]] == record["before"]
            line = text.split("\n")[record["line"] - 1]
            assert line[record["column"] - 1 :].startswith(record["before"].split("\n")[0])


class TestModes:
    def test_without_a_mode_nothing_changes_and_it_is_said(self) -> None:
        put("in/a.txt", DAMAGED)
        before = tree(".")
        result = run("clean", "in", code=1)
        assert "would repair: in/a.txt: 5 changes" in result.stdout
        assert tree(".") == before
        assert run("clean", "in/a.txt", "--skip", "gloss", code=0).stdout.startswith("1 file,")

    def test_clean_text_is_clean(self) -> None:
        put("in/a.txt", CLEAN)
        for mode in ([], ["--diff"], ["--in-place"], ["--output", "out"]):
            run("clean", "in", *mode, code=0)
        assert tree("out") == {"a.txt": CLEAN.encode()}

    def test_output_recreates_the_tree_and_copies_clean_files(self) -> None:
        put("in/a.txt", DAMAGED)
        put("in/sub/b", CLEAN)
        os.chmod("in/sub/b", 0o600)
        run("clean", "in", "--output", "out", code=0)
        assert tree("out") == {"a.txt": REPAIRED.encode(), "sub/b": CLEAN.encode()}
        assert tree("in")["a.txt"] == DAMAGED.encode()
        assert stat.S_IMODE(os.stat("out/sub/b").st_mode) == 0o600

    def test_single_file_goes_into_the_folder(self) -> None:
        put("in/deep/a.txt", DAMAGED)
        run("clean", "in/deep/a.txt", "--output", "out", code=0)
        assert tree("out") == {"a.txt": REPAIRED.encode()}

    def test_in_place_writes_only_what_changed(self) -> None:
        put("in/a.txt", DAMAGED)
        put("in/b.txt", CLEAN)
        before = os.stat("in/b.txt")
        run("clean", "in", "--in-place", code=0)
        assert tree("in") == {"a.txt": REPAIRED.encode(), "b.txt": CLEAN.encode()}
        after = os.stat("in/b.txt")
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)

    def test_in_place_through_a_link_that_is_named(self) -> None:
        put("real.txt", DAMAGED)
        os.symlink("real.txt", "link.txt")
        run("clean", "link.txt", "--in-place", code=0)
        assert Path("real.txt").read_text(encoding="utf-8") == REPAIRED
        assert Path("link.txt").is_symlink()

    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    @pytest.mark.parametrize(("end", "last"), [("\r\n", ""), ("\n", "\n"), ("\r", "x")])
    def test_bytes_outside_of_repairs_stay(self, mark: bytes, end: str, last: str) -> None:
        def page(text: str) -> bytes:
            return mark + (f"{CLEAN[:-1]}{end}{text[:-1]}{end}{end} x\t{last}").encode()

        put("a.txt", page(DAMAGED))
        run("clean", "a.txt", "--in-place", "--audit", "audit.jsonl", code=0)
        assert Path("a.txt").read_bytes() == page(REPAIRED)
        assert records("audit.jsonl", "change")[0]["line"] == 2
        run("undo", "audit.jsonl", "--in-place", code=0)
        assert Path("a.txt").read_bytes() == page(DAMAGED)

    def test_file_named_twice_is_done_once(self) -> None:
        put("in/a.txt", DAMAGED)
        result = run("clean", "in", "in/a.txt", "./in", "--in-place", code=0)
        assert "1 file," in result.stdout

    def test_empty_folder_and_empty_file(self) -> None:
        Path("in").mkdir()
        run("clean", "in", "--output", "out", code=0)
        put("in/empty.txt", b"")
        put("in/mark.txt", b"\xef\xbb\xbf")
        run("clean", "in", "--output", "out", code=0)
        assert tree("out") == tree("in")


class TestDiff:
    def test_diff_changes_nothing_and_patch_reads_it(self) -> None:
        put("in/a.txt", CLEAN * 9 + DAMAGED + CLEAN * 9 + DAMAGED[:-1])
        put("in/b.txt", CLEAN)
        before = tree("in")
        result = run("clean", "in", "--diff", code=1)
        assert tree("in") == before
        assert result.stdout.startswith("--- in/a.txt\n+++ in/a.txt\n@@ -7,7 +7,7 @@\n")
        assert "b.txt" not in result.stdout
        assert "gloss" in result.stderr
        if shutil.which("patch"):
            subprocess.run(["patch", "-p0"], input=result.stdout_bytes, check=True, capture_output=True)
            assert tree("in")["a.txt"].decode() == CLEAN * 9 + REPAIRED + CLEAN * 9 + REPAIRED[:-1]

    @pytest.mark.skipif(not shutil.which("patch"), reason="needs patch")
    @settings(max_examples=60, deadline=None)
    @given(st.data(), st.text(alphabet="ab\n", max_size=60))
    def test_any_changes_become_a_diff_that_patch_applies(self, data: st.DataObject, original: str) -> None:
        cuts = data.draw(st.lists(st.integers(0, len(original)), max_size=8).map(sorted))
        if len(cuts) % 2:
            cuts.pop()
        changes = [
            Change("form", ("form.radical",), start, end, original[start:end], after, 1.0, "")
            for start, end in zip(cuts[::2], cuts[1::2], strict=True)
            if (after := data.draw(st.text(alphabet="xy\n", max_size=4))) != original[start:end]
        ]
        text = apply_changes(original, changes)
        diff = "".join(unified("file", original, text, changes))
        assert bool(diff) == bool(changes)
        Path("file").write_bytes(original.encode())
        if diff:
            subprocess.run(
                ["patch", "--fuzz=0", "-s", "-E", "file"],
                input=diff.encode(),
                check=True,
                capture_output=True,
            )
        assert (Path("file").read_bytes() if Path("file").exists() else b"") == text.encode()


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-be", "utf-8-sig"])
    def test_file_keeps_its_encoding_and_comes_back(self, encoding: str) -> None:
        data = DAMAGED.encode(encoding)
        put("in/a.txt", data)
        run("clean", "in", "--in-place", "--audit", "audit.jsonl", code=0)
        assert tree("in") == {"a.txt": REPAIRED.encode(encoding)}
        (record,) = records("audit.jsonl", "file")
        assert (
            record["input"]["encoding"]
            == record["output"]["encoding"]
            == encoding.replace("-sig", "").replace("utf-16", "utf-16-le" if encoding == "utf-16" else "utf-16")
        )
        run("undo", "audit.jsonl", "--in-place", code=0)
        assert tree("in") == {"a.txt": data}
        run("apply", "audit.jsonl", "--in-place", code=0)
        assert tree("in") == {"a.txt": REPAIRED.encode(encoding)}

    @pytest.mark.parametrize("to", ["utf-8", "utf-8-sig", "gb18030", "big5"])
    def test_output_in_another_encoding(self, to: str) -> None:
        text = "今天天氣很好，我們繼續學習。\n"
        for name, encoding in (("a", "utf-8"), ("b", "big5"), ("c", "utf-16")):
            put(f"in/{name}.txt", text.encode(encoding))
        run("clean", "in", "--output", "out", "--to", to, "--audit", "audit.jsonl", code=0)
        assert set(tree("out").values()) == {text.encode(to)}
        run("undo", "audit.jsonl", "--output", "back", code=0)
        assert tree("back") == tree("in")

    def test_what_the_encoding_cannot_hold_is_named_and_the_file_left(self) -> None:
        put("a.txt", "今天😀天氣很好\n")
        result = run("clean", "a.txt", "--in-place", "--to", "big5", code=2)
        assert "a.txt: big5hkscs cannot hold U+1F600 '😀' of line 1, column 3" in result.stderr
        assert tree(".") == {"a.txt": "今天😀天氣很好\n".encode()}

    def test_nothing_that_was_not_decoded_strictly_is_written_unasked(self) -> None:
        data = DAMAGED.encode() + b"\xff\n"
        put("a.txt", data)
        assert "a.txt: not strictly utf-8: " in run("clean", "a.txt", "--in-place", code=2).stderr
        assert tree(".") == {"a.txt": data}
        run("clean", "a.txt", "--in-place", "--allow-lossy", code=0)
        assert tree(".") == {"a.txt": f"{REPAIRED}\ufffd\n".encode()}

    def test_dry_run_says_what_would_be_converted(self) -> None:
        put("a.txt", CLEAN.encode("gb18030"))
        assert "would convert: a.txt: gb18030 to utf-8" in run("clean", "a.txt", "--to", "utf-8", code=1).stdout


class TestFailures:
    def test_bad_file_is_named_with_reason_and_the_others_are_done(self) -> None:
        put("in/a.txt", DAMAGED)
        put("in/bad.txt", DAMAGED.encode() + b"ok\n\xff\n")
        put("in/c.txt", DAMAGED)
        result = run("clean", "in", "none", "--output", "out", "--audit", "audit.jsonl", code=2)
        assert "in/bad.txt: not strictly utf-8: " in result.stderr
        assert "none: No such file" in result.stderr
        assert set(tree("out")) == {"a.txt", "c.txt"}
        assert len(records("audit.jsonl", "file")) == 2
        assert {record["path"] for record in records("audit.jsonl", "failure")} == {"in/bad.txt", "none"}

    @pytest.mark.parametrize("step", ["fsync", "replace"])
    def test_failed_write_leaves_the_old_file(self, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        put("a.txt", DAMAGED)

        def fail(*args: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, step, fail)
        result = run("clean", "a.txt", "--in-place", code=2)
        assert "a.txt: No space left on device" in result.stderr
        assert tree(".") == {"a.txt": DAMAGED.encode()}

    def test_failed_write_of_one_file_leaves_the_rest_done_and_on_record(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("a.txt", "b.txt", "c.txt"):
            put(f"in/{name}", DAMAGED)
        replace = os.replace

        def fail_once(old: Path, new: Path) -> None:
            if Path(new).name == "b.txt":
                raise OSError(errno.EIO, "Input/output error")
            replace(old, new)

        monkeypatch.setattr(os, "replace", fail_once)
        run("clean", "in", "--in-place", "--audit", "audit.jsonl", code=2)
        assert [data == REPAIRED.encode() for data in tree("in").values()] == [True, False, True]
        assert [record["file"] for record in records("audit.jsonl", "file")] == ["a.txt", "c.txt"]

    @pytest.mark.parametrize("step", ["cleaning.read_whole", "outcomes.Whole.parts"])
    def test_what_nobody_foresaw_fails_one_file_and_no_other(self, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        for name in ("a.txt", "b.txt", "c.txt"):
            put(f"in/{name}", DAMAGED)
        work = resolve_name(f"encfix.cli.{step}")

        def fail_once(one: Any, *others: object) -> object:
            if getattr(one, "source", one).name == "b.txt":
                raise SystemError("negative size")  # as a library for tables does on a broken file
            return work(one, *others)

        monkeypatch.setattr(f"encfix.cli.{step}", fail_once)
        for command in ("check", "clean"):
            result = run(command, "in", *(("--output", "out") if command == "clean" else ()), code=2)
            assert "in/b.txt: SystemError: negative size\n" in result.stderr
        assert set(tree("out")) == {"a.txt", "c.txt"}

    def test_vanished_file_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        put("in/a.txt", DAMAGED)
        put("in/b.txt", DAMAGED)

        walk = clean_module.walk

        def walk_and_remove(*args: Any) -> Iterator[Any]:
            found = list(walk(*args))
            os.remove("in/a.txt")
            return iter(found)

        monkeypatch.setattr(clean_module, "walk", walk_and_remove)
        result = run("clean", "in", "--output", "out", code=2)
        assert "in/a.txt: No such file" in result.stderr
        assert set(tree("out")) == {"b.txt"}

    def test_file_that_changes_meanwhile_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        put("a.txt", DAMAGED)
        clean_files = processing.clean_files

        def clean_and_touch(*args: Any) -> Iterator[Any]:
            for outcome in clean_files(*args):
                put("a.txt", "someone else's\n")
                yield outcome

        monkeypatch.setattr(processing, "clean_files", clean_and_touch)
        assert "changed while" in run("clean", "a.txt", "--in-place", code=2).stderr
        assert tree(".") == {"a.txt": b"someone else's\n"}

    def test_interrupted_run_keeps_its_audit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("a.txt", "b.txt"):
            put(f"in/{name}", DAMAGED)
        clean_files = processing.clean_files

        def interrupted(*args: Any) -> Iterator[Any]:
            yield next(clean_files(*args))
            raise KeyboardInterrupt

        monkeypatch.setattr(processing, "clean_files", interrupted)
        run("clean", "in", "--in-place", "--audit", "audit.jsonl", code=2)
        run("undo", "audit.jsonl", "--in-place", code=0)
        assert tree("in") == {"a.txt": DAMAGED.encode(), "b.txt": DAMAGED.encode()}

    def test_audit_that_cannot_be_written_stops_before_anything_is(self) -> None:
        put("a.txt", DAMAGED)
        result = run("clean", "a.txt", "--in-place", "--audit", "none/audit.jsonl", code=2)
        assert "none/audit.jsonl" in result.stderr
        assert tree(".") == {"a.txt": DAMAGED.encode()}

    def test_output_folder_that_cannot_be_made_is_named(self) -> None:
        put("in/a.txt", DAMAGED)
        put("file", "")
        assert "error: file/out: Not a directory" in run("clean", "in", "-o", "file/out", code=2).stderr
        result = run("clean", "in", "-o", "file/out", "--audit", "audit.jsonl", code=2)
        assert "error: in/a.txt: there can be no folder file/out: Not a directory" in result.stderr

    @pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files here")
    @pytest.mark.parametrize("arguments", [["clean"], ["clean", "--diff"], ["clean", "--stdout"], ["check"]])
    def test_full_standard_output_is_no_failure_of_a_file(self, arguments: list[str]) -> None:
        put("in/a.txt", DAMAGED)
        # A file that may have no byte more is as good as a full disk.
        full = "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        full += "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); from encfix.cli.main import main; main()"
        with open("stdout", "wb") as stream:
            done = subprocess.run(
                [sys.executable, "-B", "-c", full, *arguments, "in"],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=stream,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert done.returncode == 2
        assert b"standard output: File too large" in done.stderr
        assert b"in/a.txt" not in done.stderr
        assert b"Traceback" not in done.stderr

    def test_skipped_files_are_said(self) -> None:
        put("in/a.png", b"x")
        put("in/b.png", b"x")
        put("in/c", b"\0")
        result = run("clean", "in", "--output", "out", code=0)
        assert "skipped: in/a.png and 1 more: binary (.png)" in result.stderr
        assert "skipped: in/c: binary (holds a NUL byte)" in result.stderr
        assert not Path("out").exists()
        said = json.loads(run("clean", "in", "--output", "out", "--format", "json", code=0).stdout)
        assert said["skipped"] == [
            {"path": "in/a.png", "reason": "binary (.png)"},
            {"path": "in/b.png", "reason": "binary (.png)"},
            {"path": "in/c", "reason": "binary (holds a NUL byte)"},
        ]

    def test_parts_that_cannot_be_read_are_said(self) -> None:
        put("in/a.csv", "a,b\n" + "1\n" * 15)
        put("in/b.jsonl", "x\n" * 15)
        for arguments in (["--jobs", "2"], ["--format", "json"], ["--output", "out"]):
            lines = run("clean", "in", *arguments, code=0).stderr.splitlines()
            assert lines[0] == "unread: in/a.csv:2: 1 cells where 2 are due: left as it is"
            assert lines[10] == "unread: 20 more: --audit FILE has all"
            assert len(lines) == 11

    def test_nul_byte_hides_no_file_that_is_text_by_its_name(self) -> None:
        put("in/a.jsonl", json.dumps({"text": DAMAGED}, ensure_ascii=False) + "\n\0\n")
        run("clean", "in", "--output", "out", code=0)
        assert "(jìn)" not in Path("out/a.jsonl").read_bytes().decode()


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "Missing argument"),
            (["in", "--output", "out", "--in-place"], "exclude each other"),
            (["in", "--diff", "--in-place"], "exclude each other"),
            (["in", "--script", "simplfied"], "did you mean 'simplified'"),
            (["in", "--only", "glos"], "did you mean 'gloss'"),
            (["in", "--skip", "gloss,scrip"], "did you mean 'script'"),
            (["in", "--min-confidence", "2"], "from 0 to 1"),
            (["in", "--min-confidence", "x"], "not a valid float"),
            (["in", "--gloss", "al"], "did you mean 'all'"),
            (["in", "--punctuation", "full"], "did you mean 'fullwidth'"),
            (["in", "--outptu", "x"], "--output"),
            (["in", "--output", "in/out"], "inside the input"),
            (["in", "--output", "in"], "inside the input"),
            (["in/a.txt", "--output", "in"], "overwrite the input"),
            (["in", "other", "--output", "out"], "would both become"),
            (["in", "--audit", "in/a.txt"], "audit would overwrite"),
            (["in", "--output", "out", "--audit", "out/a.txt"], "audit would overwrite"),
        ],
    )
    def test_wrong_usage_exits_2_and_writes_nothing(self, arguments: list[str], message: str) -> None:
        put("in/a.txt", DAMAGED)
        put("other/a.txt", DAMAGED)
        before = tree(".")
        assert message in run("clean", *arguments, code=2).stderr
        assert tree(".") == before

    def test_several_kinds_with_one_flag_or_more(self) -> None:
        put("a.txt", DAMAGED)
        run("clean", "a.txt", "--skip", "form, gloss", code=0)
        run("clean", "a.txt", "--skip", "form", "--skip", "gloss.pinyin", code=0)
        run("clean", "a.txt", "--only", "form,gloss", code=1)


def test_every_command_has_help() -> None:
    assert isinstance(main, click.Group)
    assert {*main.commands} >= {"clean", "check", "explain", "report", "config", "apply", "undo"}
    summaries = run("--help", code=0).stdout.partition("Commands:")[2]
    assert "..." not in summaries  # none is cut
    for name in main.commands:
        assert run(name, "--help", code=0).stdout.startswith("Usage:")
    assert run("--version", code=0).stdout.startswith("encfix")
