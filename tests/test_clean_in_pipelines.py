"""`encfix clean` as a filter, in several processes, and for other programs to read."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from encfix.cleaner import Cleaner
from encfix.cli.main import main
from encfix.cli.outcomes import Task
from encfix.cli.parallel import process
from encfix.cli.processing import Done, Mode, Processing
from encfix.files.walking import Failed, Source, walk
from tests.command import BAD, CLEAN, DAMAGED, REPAIRED, module, put, records, run, tree
from tests.conftest import ROOT


def feed(data: bytes, *arguments: str, code: int) -> Result:
    result = CliRunner().invoke(main, ["clean", *arguments], input=data)
    assert result.exit_code == code, result.output
    return result


class TestStdout:
    def test_text_goes_to_standard_output_and_nothing_else(self) -> None:
        put("a.txt", DAMAGED.replace("\n", "\r\n"))
        put("b.txt", CLEAN)
        before = tree(".")
        result = run("clean", "a.txt", "b.txt", "--stdout", code=0)
        assert result.stdout_bytes == (REPAIRED.replace("\n", "\r\n") + CLEAN).encode()
        assert "1 file repaired" in result.stderr
        assert tree(".") == before

    def test_standard_input_is_a_filter(self) -> None:
        put("-", "a file of that name")
        mark = b"\xef\xbb\xbf"
        result = feed(mark + DAMAGED.encode() + b"\r\nx", "-", code=0)
        assert result.stdout_bytes == mark + REPAIRED.encode() + b"\r\nx"
        assert feed(b"", "-", code=0).stdout_bytes == b""

    def test_standard_input_with_other_modes(self) -> None:
        assert "+進口貿易強調發展" in feed(DAMAGED.encode(), "-", "--diff", code=1).stdout
        for mode in ("--in-place", "--output=out"):
            assert "standard input" in feed(DAMAGED.encode(), "-", mode, code=2).stderr
        assert not Path("out").exists()

    def test_standard_input_has_an_audit(self) -> None:
        feed(DAMAGED.encode(), "-", "--audit", "audit.jsonl", code=0)
        (record,) = records("audit.jsonl", "file")
        assert (record["file"], record["changes"]) == ("-", 5)

    def test_packed_input_is_no_text(self) -> None:
        result = feed(gzip.compress(b'{"text": "x"}\n'), "-", "--type", "jsonl", code=2)
        assert "packed as gz" in result.stderr

    def test_what_is_no_text_fails(self) -> None:
        result = feed(BAD, "-", code=2)
        assert "error: -: not strictly utf-8" in result.stderr
        assert result.stdout == ""

    def test_modes_exclude_each_other(self) -> None:
        assert "exclude each other" in run("clean", ".", "--stdout", "--diff", code=2).stderr

    def test_bytes_pass_real_pipes(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "encfix", "clean", "-"],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            input=DAMAGED.encode() * 1000 + b"\r\n\tx",
            capture_output=True,
            check=True,
        )
        assert done.stdout == REPAIRED.encode() * 1000 + b"\r\n\tx"


class TestJson:
    def test_summary_is_one_object(self) -> None:
        put("in/a.txt", DAMAGED)
        put("in/b.txt", CLEAN + "山东单(shàn)县\n")
        put("in/bad.txt", BAD)
        summary = json.loads(run("clean", "in", "--format", "json", "--output", "out", code=2).stdout)
        assert summary.pop("seconds") > 0
        (failure,) = summary["failures"]
        assert "offset 57, line 2; --allow-lossy" in failure["reason"]
        assert summary == {
            "files": 2,
            "characters": len(DAMAGED + CLEAN + "山东单(shàn)县\n"),
            "bytes": len((DAMAGED + CLEAN + "山东单(shàn)县\n").encode()),
            "repaired": 1,
            "changes": 5,
            "findings": 1,
            "kinds": {"gloss": {"files": 2, "changes": 5, "findings": 1}},
            "failed": 1,
            "failures": [{"path": "in/bad.txt", "reason": failure["reason"]}],
            "skipped": [],
        }

    def test_dry_run_and_diff(self) -> None:
        put("a.txt", DAMAGED)
        assert json.loads(run("clean", "a.txt", "--format", "json", code=1).stdout)["to_repair"] == 1
        result = run("clean", "a.txt", "--format", "json", "--diff", code=1)
        assert result.stdout.startswith("--- a.txt")
        assert json.loads(result.stderr)["to_repair"] == 1


class TestJobs:
    @pytest.fixture(autouse=True)
    def _files(self) -> None:
        for number in range(12):
            put(f"in/{number:02}.txt", (DAMAGED if number % 3 else CLEAN) * (900 if number < 6 else 1))
        put("in/bad.txt", BAD)

    @pytest.mark.parametrize("jobs", ["2", "0"])
    def test_result_is_that_of_one_process(self, jobs: str) -> None:
        made = []
        for number in ("1", jobs):
            result = run("clean", "in", "-j", number, "--output", "out", "--audit", "audit.jsonl", code=2)
            lines = Path("audit.jsonl").read_bytes().splitlines()
            Path("audit.jsonl").unlink()
            done = [line for line in lines if b'"type": "failure"' not in line]
            made.append((tree("out"), done, len(lines), result.stdout, result.stderr))
        assert made[0] == made[1]
        assert len(made[0][0]) == 12

    def test_diff_is_in_order(self) -> None:
        assert run("clean", "in", "-j", "2", "--diff", code=2).stdout == run("clean", "in", "--diff", code=2).stdout

    def test_dead_process_is_said_and_ends_the_run(self) -> None:
        before = tree("in")
        sources = [source for source in walk([Path("in")]) if isinstance(source, Source)]
        results = list(process(Dying(Task(Cleaner()), Mode.IN_PLACE), sources, 2))
        assert len(results) == len(sources)
        failed = {result.path.name: result.reason for result in results if isinstance(result, Failed)}
        assert "died" in failed["04.txt"]
        written = {name for name, data in tree("in").items() if name in before and data != before[name]}
        assert all("may or may not" in failed[name] for name in written & failed.keys())

    @pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
    def test_interrupted_run_has_on_record_what_it_did(self) -> None:
        for number in range(60):
            put(f"in/m{number:02}.txt", DAMAGED * 400)
        before = tree("in")
        running = subprocess.Popen(
            [sys.executable, "-m", "encfix", "clean", "in", "-i", "-j", "2", "--audit", "audit.jsonl"],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while tree("in") == before and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to all processes
        _, errors = running.communicate(timeout=60)
        assert running.returncode == 2, errors
        assert b"interrupted" in errors
        assert b"Traceback" not in errors
        now = tree("in")
        assert {record["file"] for record in records("audit.jsonl", "file")} >= {
            name for name in now if now[name] != before[name]
        }
        assert any(now[name] == before[name] != REPAIRED.encode() for name in now if name.startswith("m"))
        assert module("undo", "audit.jsonl", "--in-place").returncode == 0
        assert tree("in") == before


@dataclass(frozen=True, slots=True)
class Dying(Processing):
    """Dies at one file."""

    def __call__(self, sources: Iterable[Source]) -> Iterator[Done | Failed]:
        for source in sources:
            if source.name == "04.txt":
                os._exit(1)
            yield from Processing(self.task, self.mode)([source])
