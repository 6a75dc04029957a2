"""What the command does to standard streams and terminals, whatever the locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ASCII_LOCALE, DAMAGED, REPAIRED, module, put, records, run, shown_on_terminal
from tests.conftest import ROOT


class TestStreams:
    @pytest.mark.parametrize("variables", [ASCII_LOCALE, {"LC_ALL": "C"}, {"PYTHONIOENCODING": "gbk"}])
    def test_standard_streams_are_utf_8_in_any_locale(self, variables: dict[str, str]) -> None:
        put("文件.txt", DAMAGED)
        done = module("clean", "文件.txt".encode(), "没有.txt".encode(), "--diff", "--audit", "a.jsonl", **variables)
        assert done.returncode == 2
        assert f"+{REPAIRED}" in done.stdout.decode("utf-8")
        assert "--- 文件.txt" in done.stdout.decode("utf-8")
        assert "error: 没有.txt" in done.stderr.decode("utf-8")
        assert records("a.jsonl", "file")[0]["file"] == "文件.txt"
        assert module("apply", "a.jsonl", "--in-place", **variables).returncode == 0
        assert Path("文件.txt").read_text(encoding="utf-8") == REPAIRED

    @pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are Unicode here")
    def test_file_name_that_is_no_utf_8(self) -> None:
        with open(b"\xb0\xa1.txt", "wb") as stream:
            stream.write(DAMAGED.encode())
        done = module("clean", ".", "--in-place", "--audit", "a.jsonl")
        assert done.returncode == 0, done.stderr
        assert module("undo", "a.jsonl", "--in-place").returncode == 0
        with open(b"\xb0\xa1.txt", "rb") as stream:
            assert stream.read() == DAMAGED.encode()
        assert b"\\udcb0\\udca1.txt" in module("clean", ".").stdout

    @pytest.mark.skipif(sys.platform == "win32", reason="no such file names here")
    def test_names_of_files_do_nothing_to_a_terminal(self) -> None:
        name = "in/\x1b[31m\n\u202e\x9b.txt"
        put(name, DAMAGED)
        put(name.replace("txt", "png"), "")
        for arguments in (["clean"], ["clean", "--diff"], ["check"], ["clean", "in/\x1bno"]):
            result = run(*arguments, "in", code=2 if len(arguments) > 1 and arguments[1] != "--diff" else 1)
            assert r"in/\u001b[31m\n\u202e\u009b.txt" in result.stdout
            assert r"in/\u001b[31m\n\u202e\u009b.png" in result.stderr
            assert not set("\x1b\u202e\x9b") & set(result.output)
        assert json.loads(run("check", "in", "--format", "json", code=1).stdout.splitlines()[0])["file"] == name

    @pytest.mark.skipif(sys.platform == "win32", reason="no such file names here")
    @pytest.mark.parametrize(
        ("name", "content", "arguments"),
        [
            ("in/a.csv", "a\x1b[31mEVIL,b\n1,2\n", ("in", "--field", "zzz")),  # a reason that quotes the file
            ("in/a\x1b[31m.jsonl", '{"a": 1}\nno JSON\n', ("in",)),  # a note
            ("in/a\x1b[31m", "", ("in", "--output", "in/a\x1b[31m")),  # an output that cannot be
            ("a\x1b[31m/b", "", ("a\x1b[31m", "--output", "a\x1b[31m/c")),
            ("a\x1b[31m/a.txt", "", ("a\x1b[31m", "--audit", "a\x1b[31m/a.txt")),
        ],
    )
    def test_reasons_do_nothing_to_a_terminal(self, name: str, content: str, arguments: tuple[str, ...]) -> None:
        put(name, content)
        result = run("clean", *arguments, code=0 if name.endswith("jsonl") else 2)
        assert r"a\u001b[31m" in result.stderr
        assert "\x1b" not in result.output

    def test_summary_is_readable_when_piped(self) -> None:
        put("a.txt", DAMAGED)
        output = module("clean", "a.txt", "--in-place").stdout.decode()
        assert "\x1b" not in output
        assert output.splitlines()[-1] == "1 file, 36 characters, 1 file repaired, 5 changes, 0 findings"
        assert [line.split() for line in output.splitlines()[:2]] == [
            ["kind", "files", "changes", "findings"],
            ["gloss", "1", "5", "0"],
        ]

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
    def test_progress_is_for_terminals_and_on_standard_error(self) -> None:
        put("a.txt", DAMAGED)
        shown, written = shown_on_terminal("stderr", "clean", "a.txt", "--output", "out")
        assert "\x1b" in shown
        assert b"\x1b" not in written

    def test_closed_pipe_names_no_file(self) -> None:
        put("a.txt", DAMAGED * 20000)
        command = f"{sys.executable} -m encfix clean a.txt --diff | head -c 10"
        done = subprocess.run(
            command, shell=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
        )
        assert done.stdout == b"--- a.txt\n"
        assert b"error" not in done.stderr
