"""Whatever happens on the way, a file is the old one or the new one; a run that was killed can go on."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("pyarrow")
pytest.importorskip("zstandard")
pytest.importorskip("warcio")

import pyarrow as pa
import pyarrow.parquet as pq

from encfix.cli.main import main
from encfix.files import atomic, measuring, reading
from encfix.files.formats import chunking
from tests.folders import BROKEN, DAMAGED, REPAIRED, make, put, tree, unpacked

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def run(*arguments: str, code: int) -> str:
    result = CliRunner().invoke(main, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stderr


def entries(audit: str) -> dict[str, dict[str, Any]]:
    records = [json.loads(line) for line in Path(audit).read_bytes().splitlines()]
    return {record["file"]: record for record in records if record["type"] == "file"}


class TestFolder:
    def test_good_files_are_exact_and_broken_ones_named(self) -> None:
        wanted = make(Path("in"))
        before = tree(Path("in"))
        assert len(before) == 30
        said = run("clean", "in", "-o", "out", "--audit", "a.jsonl", code=2)
        after = tree(Path("out"))
        assert after.keys() == before.keys() - BROKEN.keys() - {"crawl.warc.gz"} | {"crawl.jsonl"}
        assert {name: unpacked(name, after[name]) for name in wanted} == wanted
        assert after["clean.txt"] == before["clean.txt"]
        assert pq.read_table("out/table.parquet").column("text").to_pylist() == [REPAIRED, "好"]
        assert pa.ipc.open_file("out/table.arrow").read_all().column("text").to_pylist() == [REPAIRED, "好"]
        (page,) = map(json.loads, after["crawl.jsonl"].splitlines())
        assert (page["encoding"], page["text"]) == ("gb18030", REPAIRED)
        assert tree(Path("in")) == before
        for name, reason in zip(BROKEN, ("not strictly", "ended", "no JSON", "200 times", "magic bytes"), strict=True):
            (line,) = [line for line in said.splitlines() if name in line]
            assert reason in line
        assert entries("a.jsonl").keys() == before.keys() - BROKEN.keys()

    def test_in_place_broken_ones_stay_and_there_and_back_gives_the_content(self) -> None:
        wanted = make(Path("in"))
        before = tree(Path("in"))
        run("clean", "in", "-i", "--audit", "a.jsonl", code=2)
        after = tree(Path("in"))
        assert {name: unpacked(name, after[name]) for name in wanted} == wanted
        assert {name: after[name] for name in BROKEN} == BROKEN
        assert after["crawl.warc.gz"] == before["crawl.warc.gz"], "an archive is not written"
        said = run("undo", "a.jsonl", "-i", code=2)
        assert [line.split(":")[1].strip() for line in said.splitlines()] == ["in/table.arrow", "in/table.parquet"]
        back = tree(Path("in"))
        assert {n: unpacked(n, back[n]) for n in wanted} == {n: unpacked(n, before[n]) for n in wanted}

    def test_compression_stays_as_it_was(self) -> None:
        make(Path("in"))
        run("clean", "in", "-o", "out", code=2)
        heads = {"packed/0.jsonl.gz": 10, "packed/1.jsonl.bz2": 4, "packed/2.jsonl.xz": 24, "packed/3.jsonl.zst": 5}
        for name, size in heads.items():
            assert Path("out", name).read_bytes()[:size] == Path("in", name).read_bytes()[:size]
        assert Path("out/packed/0.jsonl.gz").read_bytes()[4:9] == b"\1\0\0\0\2", "time and level"

    def test_fields_are_those_asked_for(self) -> None:
        make(Path("in"))
        put(Path("in/b.jsonl"), f'{{"text": "{DAMAGED}", "title": "{DAMAGED}"}}\n'.encode())
        run("clean", "in/b.jsonl", "-i", "--field", "title", code=0)
        assert Path("in/b.jsonl").read_text("utf-8") == f'{{"text": "{DAMAGED}", "title": "{REPAIRED}"}}\n'

    def test_type_says_what_the_name_does_not(self) -> None:
        put(Path("a.data"), f'{{"text": "{DAMAGED}"}}\n{{broken\n'.encode())
        run("clean", "a.data", "--type", "jsonl", "-o", "out", "--audit", "a.jsonl", code=0)
        assert Path("out/a.data").read_text("utf-8") == f'{{"text": "{REPAIRED}"}}\n{{broken\n'
        assert entries("a.jsonl")["a.data"]["verdict"] == "suspect"


class Stream:
    """A file that `atomic` writes, whose writing a test may spoil; nothing waits in a buffer."""

    def __init__(self, *args: Any) -> None:
        self.stream = open(*args, buffering=0)  # noqa: SIM115

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def killed_at(step: int, arguments: list[str]) -> bool:
    """Run the command in a process that dies at a step of writing; return whether it came so far."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 77
    left = step

    def dying(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **extra: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(77)
            return function(*args, **extra)

        return call

    class Dying(Stream):
        def write(self, data: bytes) -> int:
            half = len(data) // 2
            return sum(dying(self.stream.write)(piece) for piece in (data[:half], data[half:]))

    atomic.open = dying(Dying)  # type: ignore[attr-defined]
    for name in ("fsync", "replace", "chmod"):
        setattr(os, name, dying(getattr(os, name)))
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    os.dup2(devnull, 2)
    try:
        main(arguments)
    except SystemExit:
        os._exit(0)
    os._exit(1)


FILES = {
    "a.txt": f"一\r\n{DAMAGED}\n",
    "b.jsonl": f'{{"text": "{DAMAGED}"}}\n' * 40,
    "c.csv": f"text\n{DAMAGED}\n",
    "d.txt": "好\n",
}


@needs_fork
@pytest.mark.parametrize("mode", [["--in-place"], ["--output", "out"]])
def test_killed_at_every_step_a_file_is_old_or_new_and_the_run_goes_on(
    mode: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunking, "WHOLE", 1000)
    monkeypatch.setattr(reading, "BLOCK", 500)
    monkeypatch.setattr("encfix.files.formats.jsonl.JsonLines.block", 500)
    new = {name: content.replace(DAMAGED, REPAIRED).encode() for name, content in FILES.items()}
    old = {name: content.encode() for name, content in FILES.items()}
    folder = Path("in" if mode == ["--in-place"] else "out")
    steps = 0
    is_dead = True
    whole: bytes | None = None
    while is_dead:
        for name in ("in", "out"):
            shutil.rmtree(name, ignore_errors=True)
        Path("a.jsonl").unlink(missing_ok=True)
        for name, data in old.items():
            put(Path("in", name), data)
        arguments = ["clean", "in", *mode, "--audit", "a.jsonl"]
        is_dead = killed_at(steps, arguments)
        for name, data in tree(folder).items():
            if not atomic.is_temporary(Path(name).name):
                assert data in (old[name], new[name]) if folder.name == "in" else data == new[name]
        run(*arguments, "--resume", code=0)
        assert tree(folder) == new, f"after {steps} steps"
        found = Path("a.jsonl").read_bytes()
        assert whole is None or sorted(found.splitlines()) == whole
        whole = sorted(found.splitlines())
        assert not list(Path().glob(".encfix-*"))
        steps += 1
    assert steps > 20


KILLED = (["-o", "out"], ["-o", "out", "-j", "2", "--audit", "a.jsonl"], ["-i", "-j", "2", "--audit", "a.jsonl"])


def killed_by_signal(times: int, seed: int) -> None:
    """Kill runs at random moments, one way of writing after the other; resumed, each ends with the same bytes."""
    chance = random.Random(seed)
    make(Path("given"))
    for nth in range(20):
        put(Path(f"given/more/{nth}.jsonl"), f'{{"text": "{DAMAGED}", "n": {nth}}}\n'.encode() * 60)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    wanted: list[tuple[dict[str, bytes], list[bytes]]] = []
    lasts: list[float] = []
    for arguments in KILLED:
        started = time.perf_counter()
        shutil.copytree("given", "in")
        command = [sys.executable, "-m", "encfix", "clean", "in", *arguments]
        assert subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 2
        lasts.append(time.perf_counter() - started)
        wanted.append(ended())
    partly = 0
    for nth in range(times):
        arguments = KILLED[nth % len(KILLED)]
        shutil.copytree("given", "in")
        command = [sys.executable, "-m", "encfix", "clean", "in", *arguments]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.1, 1.0) * lasts[nth % len(KILLED)])
        process.send_signal(signal.SIGKILL)
        process.wait()
        whole = wanted[nth % len(KILLED)][0]
        before = tree(Path("given")) if "-i" in arguments else {}
        found = written(before)
        assert found.items() <= whole.items()
        partly += 0 < len(found) < len(whole)
        run("clean", "in", *arguments, "--resume", code=2)
        assert ended() == wanted[nth % len(KILLED)]
    assert partly or times < 6, "no kill fell into the run"


def written(before: dict[str, bytes]) -> dict[str, bytes]:
    """The files that a run has written, whole, of which none is a temporary one."""
    found = tree(Path("in" if before else "out"))
    return {n: data for n, data in found.items() if not atomic.is_temporary(Path(n).name) and data != before.get(n)}


def ended() -> tuple[dict[str, bytes], list[bytes]]:
    """What a run leaves behind: the files, and the lines of the audit in any order; then it is cleared away."""
    audit = Path("a.jsonl")
    left = (
        tree(Path("out" if Path("out").exists() else "in")),
        sorted(audit.read_bytes().splitlines()[1:] if audit.exists() else []),
    )
    assert not list(Path().rglob(".encfix-*"))
    for folder in ("in", "out"):
        shutil.rmtree(folder, ignore_errors=True)
    audit.unlink(missing_ok=True)
    return left


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_resume_after_a_kill_at_a_random_moment() -> None:
    killed_by_signal(3, seed=1)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_resume_after_fifty_kills() -> None:
    killed_by_signal(50, seed=2)


class TestResume:
    def test_other_options_are_refused(self) -> None:
        put(Path("in/a.txt"), DAMAGED.encode())
        put(Path("out/.encfix-journal.output.00000000-00000000.tmp"), b'{"type": "audit"}\n')
        assert "other options" in run("clean", "in", "-o", "out", "--resume", code=2)
        run("clean", "in", "--resume", code=2)

    @needs_fork
    def test_killed_run_in_place_is_not_forgotten(self) -> None:
        for name in ("a", "b", "c"):
            put(Path(f"in/{name}.txt"), f"{name}{DAMAGED}".encode())
        arguments = ["clean", "in", "--in-place", "--audit", "a.jsonl"]
        for step in count():
            assert killed_at(step, arguments)
            if any(REPAIRED.encode() in data for data in tree(Path("in")).values()):
                break
            for path in (*Path().glob(".encfix-*"), *Path("in").glob(".encfix-*")):
                path.unlink()
        for mode in (["-o", "out"], ["--diff"], []):
            run("clean", "in", *mode, "--audit", "a.jsonl", code=0 if "-o" in mode else 1)
            Path("a.jsonl").unlink()
        before = tree(Path("in"))
        assert "go on with --resume, or move the file away" in run(*arguments, code=2)
        assert tree(Path("in")) == before
        assert not Path("a.jsonl").exists()
        run(*arguments, "--resume", code=0)
        run("undo", "a.jsonl", "--in-place", code=0)
        assert tree(Path("in")) == {f"{name}.txt": f"{name}{DAMAGED}".encode() for name in ("a", "b", "c")}

    @pytest.mark.parametrize("name", ["a", "a.jsonl.in_place"])
    def test_journals_of_another_audit_are_nothing_to_a_run(self, name: str) -> None:
        put(Path("in/a.txt"), DAMAGED.encode())
        journal = Path(".encfix-a.jsonl.in_place.00000000-00000000.tmp")
        put(journal, b"")
        run("clean", "in", "--in-place", "--audit", name, code=0)
        assert journal.exists()

    def test_what_changed_since_is_done_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from encfix.cli.journal import Journal

        for name in ("a", "b", "c"):
            put(Path(f"in/{name}.txt"), f"{name}{DAMAGED}".encode())
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "remove", lambda self: None)
            run("clean", "in", "-o", "out", code=0)
        put(Path("in/a.txt"), f"new {DAMAGED}".encode())
        put(Path("out/b.txt"), b"other")
        assert "1 file done before" in run("clean", "in", "-o", "out", "--resume", code=0)
        wanted = {"a.txt": f"new {REPAIRED}", "b.txt": f"b{REPAIRED}", "c.txt": f"c{REPAIRED}"}
        assert tree(Path("out")) == {name: text.encode() for name, text in wanted.items()}


class TestFaults:
    @pytest.mark.parametrize("name", ["a.txt", "b.jsonl"])
    def test_disk_full_in_the_middle_leaves_the_old_file(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setattr(chunking, "WHOLE", 1000)
        put(Path(name), FILES[name].encode())

        class Full(Stream):
            def write(self, data: bytes) -> int:
                self.stream.write(data[:7])
                raise OSError(28, "No space left on device")

        monkeypatch.setattr(atomic, "open", Full, raising=False)
        assert f"{name}: No space left" in run("clean", name, "--in-place", code=2)
        assert tree(Path()) == {name: FILES[name].encode()}

    def test_streamed_file_that_vanishes_or_changes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(chunking, "WHOLE", 1000)
        path = Path("b.jsonl")
        put(path, FILES["b.jsonl"].encode())
        read = measuring.Twins.read
        put(Path("other"), b"x")

        def touched(self: Any, data: bytes) -> None:
            os.utime(path, (1, 1))
            read(self, data)

        monkeypatch.setattr(measuring.Twins, "read", touched)
        assert "changed while" in run("clean", "b.jsonl", "--in-place", code=2)
        assert path.read_bytes() == FILES["b.jsonl"].encode()

        def removed(self: Any, data: bytes) -> None:
            path.unlink(missing_ok=True)
            read(self, data)

        monkeypatch.setattr(measuring.Twins, "read", removed)
        run("clean", "b.jsonl", "--in-place", code=2)
        assert tree(Path()) == {"other": b"x"}

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
    def test_unreadable_folder_is_named(self) -> None:
        put(Path("in/closed/a.txt"), b"x")
        os.chmod("in/closed", 0)
        try:
            assert "in/closed: Permission denied" in run("clean", "in", "-o", "out", code=2)
        finally:
            os.chmod("in/closed", 0o700)

    def test_folder_that_cannot_be_listed_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        put(Path("in/closed/a.txt"), b"x")
        put(Path("in/a.txt"), DAMAGED.encode())
        scandir = os.scandir

        def refusing(path: Any) -> Any:
            if str(path).endswith("closed"):
                raise PermissionError(13, "Permission denied", str(path))
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refusing)
        assert "in/closed: Permission denied" in run("clean", "in", "-o", "out", code=2)
        assert Path("out/a.txt").read_text("utf-8") == REPAIRED

    def test_two_runs_at_once(self) -> None:
        for name, content in FILES.items():
            put(Path("in", name), content.encode() * 50)
        command = [sys.executable, "-m", "encfix", "clean", "in", "-o", "out"]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        both = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
        assert [process.wait() for process in both] == [0, 0]
        assert tree(Path("out")) == {n: c.replace(DAMAGED, REPAIRED).encode() * 50 for n, c in FILES.items()}

    def test_link_out_of_the_tree_is_not_followed(self) -> None:
        put(Path("secret.jsonl.gz"), b"x")
        put(Path("in/a.txt"), b"x")
        os.symlink("../secret.jsonl.gz", "in/link.jsonl.gz")
        assert "symbolic link" in run("clean", "in", "-o", "out", code=0)
        assert set(tree(Path("out"))) == {"a.txt"}


NAMED = (
    ["clean", "in", "--in-place", "--audit", "there"],
    ["report", "a.jsonl", "-o", "there"],
    ["check", "in", "--baseline", "there", "--write-baseline"],
)


@pytest.mark.parametrize("arguments", NAMED)
class TestNamedFile:
    """The files that are named to be written: an audit, a report, a baseline."""

    @pytest.fixture(autouse=True)
    def _prepared(self) -> None:
        put(Path("in/a.txt"), DAMAGED.encode())
        run("clean", "in", "--audit", "a.jsonl", code=1)

    def written(self, arguments: list[str]) -> None:
        """Write it, and look whether it is whole, and nothing is left beside it."""
        run(*arguments, code=0)
        run(*arguments, *(["--resume"] if "--audit" in arguments else []), code=0)
        assert not list(Path().rglob(".encfix-*"))

    def test_link_leads_to_what_is_written(self, arguments: list[str]) -> None:
        put(Path("far/real"), b"")
        os.symlink("far/real", "there")
        self.written(arguments)
        assert Path("there").is_symlink()
        assert Path("far/real").stat().st_size > 0

    def test_dangling_link_too(self, arguments: list[str]) -> None:
        Path("far").mkdir()
        os.symlink("far/real", "there")
        self.written(arguments)
        assert Path("there").is_symlink()
        assert Path("far/real").stat().st_size > 0

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    @pytest.mark.parametrize("make", ["pipe", "folder", "loop", "link"])
    def test_what_is_no_file_is_refused(self, arguments: list[str], make: str) -> None:
        there = Path("there")
        if make == "loop":
            there.symlink_to("there")
        elif make == "folder":
            there.mkdir()
        else:
            os.mkfifo("pipe" if make == "link" else there)
            if make == "link":
                there.symlink_to("pipe")
        before = there.lstat()
        said = run(*arguments, code=2)
        assert "there is no regular file" in said or "symbolic links" in said
        assert (there.lstat().st_mode, there.lstat().st_ino) == (before.st_mode, before.st_ino)
        assert Path("in/a.txt").read_bytes() == DAMAGED.encode()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_output_takes_the_place_of_no_pipe() -> None:
    put(Path("in/a.txt"), DAMAGED.encode())
    Path("out").mkdir()
    os.mkfifo("out/a.txt")
    assert "in/a.txt: not a regular file" in run("clean", "in", "-o", "out", code=2)
    assert Path("out/a.txt").is_fifo()


def test_output_takes_the_place_of_a_link_and_not_of_what_it_leads_to() -> None:
    put(Path("in/a.txt"), DAMAGED.encode())
    put(Path("far.txt"), b"far")
    Path("out").mkdir()
    os.symlink("../far.txt", "out/a.txt")
    run("clean", "in", "-o", "out", code=0)
    assert Path("far.txt").read_bytes() == b"far"
    assert Path("out/a.txt").read_bytes() == REPAIRED.encode()
