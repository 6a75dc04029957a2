"""Files that are not on this machine, by way of fsspec's file system in memory."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from encfix.files.formats import chunking
from tests.command import BAD, CLEAN, DAMAGED, REPAIRED, records, run

fsspec = pytest.importorskip("fsspec")


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.chdir(tmp_path)
    memory = fsspec.filesystem("memory")
    memory.pipe(
        {
            "/bucket/in/a.txt": DAMAGED.encode(),
            "/bucket/in/deep/b.jsonl.gz": gzip.compress(b'{"text": "%s"}\n' % DAMAGED.strip().encode()),
            "/bucket/in/c.txt": CLEAN.encode("gb18030"),
            "/bucket/in/d.png": b"\x89PNG",
        }
    )
    yield memory
    memory.rm("/bucket", recursive=True)


def test_folder_there_and_back(files: Any) -> None:
    result = run("clean", "memory://bucket/in", "--output", "memory://bucket/out", "--audit", "a.jsonl", code=0)
    assert "skipped: memory://bucket/in/d.png: binary (.png)" in result.stderr
    assert files.find("/bucket/out") == ["/bucket/out/a.txt", "/bucket/out/c.txt", "/bucket/out/deep/b.jsonl.gz"]
    assert files.cat("/bucket/out/a.txt") == REPAIRED.encode()
    assert gzip.decompress(files.cat("/bucket/out/deep/b.jsonl.gz")) == b'{"text": "%s"}\n' % REPAIRED.strip().encode()
    assert files.cat("/bucket/out/c.txt") == CLEAN.encode("gb18030")
    assert {record["root"] for record in records("a.jsonl", "file")} == {"memory://bucket/in"}
    run("undo", "a.jsonl", "--output", "back", code=0)
    assert Path("back/a.txt").read_bytes() == DAMAGED.encode()


def test_large_file_is_read_as_it_comes(files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    files.pipe("/bucket/in/big.jsonl", b'{"text": "%s"}\n' % DAMAGED.strip().encode() * 1000)
    monkeypatch.setattr(chunking, "WHOLE", 1000)
    run("clean", "memory://bucket/in/big.jsonl", "--output", "out", code=0)
    assert Path("out/big.jsonl").read_bytes() == b'{"text": "%s"}\n' % REPAIRED.strip().encode() * 1000


def test_what_fails_leaves_nothing_behind(files: Any) -> None:
    files.pipe("/bucket/in/bad.txt", BAD)
    result = run("clean", "memory://bucket/in/bad.txt", "memory://bucket/no", "-o", "memory://bucket/out", code=2)
    assert "memory://bucket/in/bad.txt: not strictly utf-8" in result.stderr
    assert "memory://bucket/no: No such file" in result.stderr
    assert not files.exists("/bucket/out/bad.txt")
    assert "use --output" in run("clean", "memory://bucket/in/a.txt", "--in-place", code=2).stderr
    assert files.cat("/bucket/in/a.txt") == DAMAGED.encode()
    assert "inside the input" in run("clean", "memory://bucket/in", "-o", "memory://bucket/in/out", code=2).stderr


def test_named_files_take_the_place_of_nothing_else(files: Any) -> None:
    run("clean", "memory://bucket/in", "--audit", "a.jsonl", code=1)
    for name, code in (("a.txt", 2), ("report.html", 0), ("report.html", 0)):
        run("report", "a.jsonl", "-o", f"memory://bucket/in/{name}", code=code)
    arguments = ["check", "memory://bucket/in", "--write-baseline", "--baseline"]
    assert "is no baseline of encfix" in run(*arguments, "memory://bucket/in/a.txt", code=2).stderr
    assert files.cat("/bucket/in/a.txt") == DAMAGED.encode()
    result = run("clean", "memory://bucket/in", "-o", "out", "--audit", "memory://bucket/audit.jsonl", code=2)
    assert "an audit must be on this machine" in result.stderr


def test_check_and_globs() -> None:
    assert "memory://bucket/in/a.txt:1:2: gloss.pinyin" in run("check", "memory://bucket/in", code=1).stdout
    run("check", "memory://bucket/in", "--exclude", "*.txt", "--exclude", "deep", code=0)


def test_unknown_protocol_is_said() -> None:
    assert "nowhere" in run("check", "nowhere://bucket/in", code=2).stderr


def test_file_urls_are_paths_of_this_machine(tmp_path: Path) -> None:
    here = tmp_path.as_uri()
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "文.txt").write_bytes(DAMAGED.encode())
    run("check", f"{here}/a%20b", code=1)
    run("check", "file:" + (tmp_path / "a b").as_posix(), code=1)
    run("clean", f"{here}/a%20b", "--output", f"{here}/out", "--audit", f"{here}/a.jsonl", code=0)
    assert (tmp_path / "out/文.txt").read_bytes() == REPAIRED.encode()
    run("clean", f"file://localhost{(tmp_path / 'a b' / '文.txt').as_posix()}", "--in-place", code=0)
    run("report", f"{here}/a.jsonl", "-o", f"{here}/r.html", code=0)
    assert {path.name for path in tmp_path.iterdir()} == {"a b", "out", "a.jsonl", "r.html"}
    assert "names another machine" in run("check", "file://elsewhere/a", code=2).stderr
    assert "names another machine" in run("check", "file://~/a", code=2).stderr
    assert "inside the input" in run("clean", here, "-o", f"{here}/more", code=2).stderr
