"""Names that were read in the wrong encoding: found, given back, and taken back."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encfix.files import zips
from encfix.files.names import to_name
from encfix.naming import meant
from tests.command import put, run, tree
from tests.strategies import TEXTS

NAMES = ["会议纪要2005.doc", "我的照片", "学习资料/第一章 绪论.txt"]
TRADITIONAL = ["會議紀錄2005.doc", "我的照片", "學習資料/第一章 緒論.txt"]

needs_any_bytes = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode here")


@pytest.mark.parametrize(
    ("true", "wrong"),
    [
        ("gbk", "utf-8"),
        ("gbk", "cp437"),
        ("gbk", "latin-1"),
        ("gbk", "cp1252"),
        ("gbk", "shift_jis"),
        ("utf-8", "cp437"),
        ("utf-8", "gbk"),
        ("utf-8", "cp1252"),
        ("big5", "utf-8"),
        ("big5", "cp437"),
    ],
)
def test_names_are_found_whatever_they_were_read_in(true: str, wrong: str) -> None:
    names = TRADITIONAL if true == "big5" else NAMES
    try:
        read = [name.encode(true).decode(wrong, "surrogateescape" if wrong == "utf-8" else "strict") for name in names]
    except UnicodeDecodeError:
        pytest.skip("this decoder refuses these bytes")
    assert meant(read) == names
    assert meant(names) == names


def test_what_is_right_or_unknown_stays() -> None:
    names = ["café.txt", "señor ñandú", "résumé (1)", "文件", "檔案", "Übergröße", "ファイル", "파일.txt",
             "日本語", "a\nb", "été", "\udcff", "naïve\udce9", "Привет", "Ω≈ç√", "┌─┐", "a/b", "..", ""]  # fmt: skip
    assert meant(names) == names


@given(st.lists(TEXTS, max_size=4))
def test_nothing_raises_and_twice_is_once(names: list[str]) -> None:
    once = meant(names)
    assert len(once) == len(names)
    for old, new in zip(names, once, strict=True):
        assert old.count("/") == new.count("/")


@needs_any_bytes
def test_files_and_folders_are_renamed_and_back() -> None:
    for name in NAMES:
        path = Path(os.fsdecode(b"in/" + name.encode("gbk")))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    put("in/娴嬭瘯鏂囨。.txt", "y")
    before = sorted(to_name(path) for path in Path("in").rglob("*"))
    shown = run("names", "in", code=1)
    assert '"娴嬭瘯鏂囨。.txt" -> "测试文档.txt"' in shown.stdout
    assert "5 names to rename" in shown.stderr
    assert sorted(to_name(path) for path in Path("in").rglob("*")) == before
    run("names", "in", "--rename", code=0)
    assert sorted(tree("in")) == sorted([*NAMES, "测试文档.txt"])
    run("names", "in", code=0)
    assert "exists" in run("names", "in", "--rename", code=2).stderr
    run("names", "--undo", "encfix-names.jsonl", code=0)
    assert sorted(to_name(path) for path in Path("in").rglob("*")) == before


@needs_any_bytes
def test_name_that_is_taken_is_left_and_said() -> None:
    put("in/我的照片", "old")
    path = Path(os.fsdecode("in/我的照片".encode("gbk")))
    path.write_bytes(b"new")
    result = run("names", "in", "--rename", "--log", "log.jsonl", code=2)
    assert "我的照片 exists" in result.stderr
    assert sorted(tree("in").values()) == [b"new", b"old"]
    assert not Path("log.jsonl").exists(), "nothing was done, so nothing is to be taken back"
    Path("in/我的照片").unlink()
    run("names", "in", "--rename", "--log", "log.jsonl", code=0)
    run("names", "--undo", "log.jsonl", code=0)
    assert path.read_bytes() == b"new"


def test_undo_of_a_run_that_was_killed_takes_back_what_was_done() -> None:
    for name in ("娴嬭瘯鏂囨。.txt", "鎴戠殑鐓х墖.txt"):
        put(f"in/{name}", name)
    before = tree("in")
    run("names", "in", "--rename", "--log", "log.jsonl", code=0)
    os.rename("in/我的照片.txt", "in/鎴戠殑鐓х墖.txt")  # as if it had not been renamed yet
    assert "skipped: log.jsonl: log of names of encfix" in run("clean", "log.jsonl", "--in-place", code=0).stderr
    log = Path("log.jsonl").read_bytes()
    Path("log.jsonl").write_bytes(log + log.splitlines()[-1][:20])
    run("names", "--undo", "log.jsonl", code=0)
    assert tree("in") == before


def stand_in(nth: int, name: bytes) -> str:
    """A name as long as another, to be found again."""
    return chr(ord("A") + nth) * len(name)


def archive(path: str, names: list[str], encoding: str) -> bytes:
    """Write an archive whose names are bytes in an encoding and not said to be UTF-8."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        target.comment = b"a comment"
        for nth, name in enumerate(names):
            target.writestr(
                zipfile.ZipInfo(stand_in(nth, name.encode(encoding)), (2005, 5, 4, 3, 2, 0)), f"content of {nth}" * 99
            )
    data = buffer.getvalue()
    for nth, name in enumerate(names):
        raw = name.encode(encoding)
        data = data.replace(stand_in(nth, raw).encode(), raw)
    Path(path).write_bytes(data)
    return data


class TestArchives:
    @pytest.mark.parametrize("encoding", ["gbk", "big5", "utf-8"])
    def test_members_are_renamed_and_back(self, encoding: str) -> None:
        names = [*(TRADITIONAL if encoding == "big5" else NAMES), "readme.txt"]
        before = archive("a.zip", names, encoding)
        shown = run("names", "a.zip", "--format", "json", code=1)
        records = [json.loads(line) for line in shown.stdout.splitlines()]
        assert [record["new"] for record in records] == names[:3]
        run("names", "a.zip", "--rename", code=0)
        with zipfile.ZipFile("a.zip") as renamed:
            assert renamed.namelist() == names
            assert renamed.testzip() is None
            assert renamed.comment == b"a comment"
            assert [info.date_time for info in renamed.infolist()] == [(2005, 5, 4, 3, 2, 0)] * 4
            assert renamed.read(names[0]) == b"content of 0" * 99
        run("names", "a.zip", code=0)
        run("names", "--undo", "encfix-names.jsonl", code=0)
        assert Path("a.zip").read_bytes() == before

    def test_bytes_before_and_between_members_stay(self) -> None:
        data = b"#!/bin/sh\n" + archive("a.zip", NAMES, "gbk")
        Path("a.zip").write_bytes(data)
        zips.rename(Path("a.zip"), {0: zips.Name("新.txt".encode(), is_utf8=True)})
        assert Path("a.zip").read_bytes().startswith(b"#!/bin/sh\nPK\3\4")
        with zipfile.ZipFile("a.zip") as renamed:
            assert renamed.testzip() is None
            assert renamed.infolist()[0].filename == "新.txt"

    def test_two_members_never_get_one_name(self) -> None:
        before = archive("a.zip", ["我的照片", "b"], "gbk")
        with pytest.raises(zips.ZipError, match="one name"):
            zips.rename(Path("a.zip"), {0: zips.Name(b"b", is_utf8=True)})
        assert Path("a.zip").read_bytes() == before

    def test_damaged_archive_is_named(self) -> None:
        data = archive("in.zip", NAMES, "gbk")
        put("in/a.zip", b"\0" * 20 + data[20:])
        put("in/b.zip", b"no archive")
        put("in/c.zip", data[:-60])
        before = tree("in")
        result = run("names", "in", "--rename", code=2)
        assert "in/a.zip: no member at offset" in result.stderr
        assert tree("in") == before


def test_archive_that_is_cut_is_named() -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.writestr("测试.txt", "x")
    data = Path("a.zip").read_bytes()
    put("in/a.zip", data[: len(data) // 2])
    put("in/测试.txt", "x")
    assert "error: in/a.zip: no ZIP archive, or a damaged one" in run("names", "in", code=2).stderr


def test_usage() -> None:
    for arguments in ([], ["in", "--undo", "log"], ["in", "--log", "x"], ["--undo", "x", "--rename"]):
        assert "give paths" in run("names", *arguments, code=2).stderr
    assert "No such file" in run("names", "none", code=2).stderr
    put("log", "{}\n")
    assert "no log of names" in run("names", "--undo", "log", code=2).stderr
