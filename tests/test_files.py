"""Files: which are found, how they are read and cut, and that they are written whole or not at all."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encfix.files import atomic
from encfix.files.charset import KEPT, STRICT, Charset, EncodingError
from encfix.files.compression import CompressionError, reading, settings_of, writing
from encfix.files.destinations import DestinationError, check_output, destination, distinct
from encfix.files.formats.chunking import chunks
from encfix.files.formats.plain import PlainText
from encfix.files.names import from_name, to_name
from encfix.files.text import Writing, read
from encfix.files.walking import Failed, Skipped, Source, walk


def names(*paths: Path) -> list[str]:
    return [item.name for item in walk(paths) if isinstance(item, Source)]


def skipped(*paths: Path) -> dict[str, str]:
    return {item.path.name: item.reason for item in walk(paths) if isinstance(item, Skipped)}


class TestWalking:
    def test_folder_gives_text_files_sorted(self, tmp_path: Path) -> None:
        for name in ("b.txt", "a.md", "sub/z.txt", "sub/deep/y", "c"):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("汉字", encoding="utf-8")
        assert names(tmp_path) == ["a.md", "b.txt", "c", "sub/z.txt", "sub/deep/y"]

    @pytest.mark.parametrize("folder", [".git", ".hg", ".svn"])
    def test_version_control_is_passed_over(self, tmp_path: Path, folder: str) -> None:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "HEAD").write_text("x")
        (tmp_path / ".hidden").write_text("x")
        assert names(tmp_path) == [".hidden"]

    def test_binary_files_are_passed_over_and_said(self, tmp_path: Path) -> None:
        (tmp_path / "picture.PNG").write_bytes(b"text, says the content")
        (tmp_path / "data").write_bytes(b"abc\0def")
        (tmp_path / "late").write_bytes(b"a" * 10000 + b"\0")
        assert names(tmp_path) == ["late"]
        assert skipped(tmp_path) == {"picture.PNG": "binary (.png)", "data": "binary (holds a NUL byte)"}

    @pytest.mark.parametrize("name", ["a.txt", "b.jsonl", "c.CSV", "d.md", "e.srt", "f.json", "g.html"])
    def test_text_file_by_name_may_hold_a_nul(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(b"abc\0def")
        assert names(tmp_path) == [name]

    def test_utf_16_is_not_passed_over_in_silence(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes("abc".encode("utf-16"))
        (tmp_path / "b").write_bytes("第一行 abc。\n".encode("utf-16-le") * 1000)
        (tmp_path / "c.bin").write_bytes(bytes(range(256)) * 100)
        (tmp_path / "d.bin").write_bytes(b"\x01\0\x02\0\x41\0" * 5000)
        assert names(tmp_path) == ["a", "b"]

    def test_named_file_is_always_taken(self, tmp_path: Path) -> None:
        path = tmp_path / "picture.png"
        path.write_bytes(b"\0")
        assert list(walk([path])) == [Source(tmp_path, "picture.png", 1, is_named=True)]

    def test_symbolic_links_in_a_folder_are_not_followed(self, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "secret.txt").write_text("x")
        inside = tmp_path / "inside"
        inside.mkdir()
        (inside / "own.txt").write_text("x")
        (inside / "file.txt").symlink_to(outside / "secret.txt")
        (inside / "folder").symlink_to(outside)
        (inside / "loop").symlink_to(inside)
        assert names(inside) == ["own.txt"]
        assert set(skipped(inside)) == {"file.txt", "folder", "loop"}
        (tmp_path / "link").symlink_to(inside)
        assert names(tmp_path / "link") == ["own.txt"], "a link that the caller names is followed"

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_named_pipe_does_not_hang(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        assert skipped(tmp_path) == {"pipe": "not a regular file"}

    def test_missing_path_fails_and_the_others_are_found(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("x")
        found = list(walk([tmp_path / "none", tmp_path]))
        assert [type(item) for item in found] == [Failed, Source]

    def test_left_over_temporary_files_are_passed_over(self, tmp_path: Path) -> None:
        (tmp_path / ".encfix-0011223344556677.tmp").write_text("x")
        assert names(tmp_path) == []


class TestText:
    @pytest.mark.parametrize("data", ["汉字\r\n一\n二\r三", "", "\n", "no end", "﻿﻿two marks"])
    def test_bytes_come_back(self, data: str) -> None:
        for raw in (data.encode(), b"\xef\xbb\xbf" + data.encode()):
            file = read(raw, Writing())
            assert file.encode(file.text) is raw
            assert file.encode(file.text + "x") == raw + b"x"

    def test_mark_is_no_character(self) -> None:
        assert read(b"\xef\xbb\xbfa").text == "a"
        assert read(b"a").codec.source.mark == b""

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "gb18030", "big5", "utf-16-be", "shift_jis"])
    def test_bytes_of_other_encodings_come_back(self, encoding: str) -> None:
        text = "これは日本の言葉です。\r\n" if encoding == "shift_jis" else "漢字的編碼。\r\n文字\r"
        data = text.encode(encoding)
        file = read(data, Writing())
        assert (file.text, file.codec.source.decoded) == (text, STRICT)
        assert file.encode(text) is data
        assert file.encode(text + "字").startswith(data)
        assert read(data, Writing("utf-8")).encode(text) == text.encode()
        assert read(data, Writing("utf-8-sig")).encode(text) == text.encode("utf-8-sig")

    def test_what_is_not_strict_is_written_only_on_demand(self) -> None:
        data = "汉字\n编".encode() + b"\xff" + "码".encode()
        file = read(data, Writing())
        assert file.encode(file.text) is data, "the very bytes harm nobody"
        with pytest.raises(
            EncodingError, match=r"not strictly utf-8: .* at offset 10, line 2; --allow-lossy writes it"
        ):
            file.encode("汉字")
        assert read(data, Writing(allow_lossy=True)).encode("汉字") == "汉字".encode()

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "cp932"])
    def test_lines_of_records_that_are_no_text_stay(self, encoding: str) -> None:
        good = "これは日本の言葉です。" if encoding == "cp932" else "今天天氣很好。"
        bad = b"a\x81\r\n"
        data = f"{good}\n".encode(encoding) + bad + f"{good}\n".encode(encoding)
        file = read(data, Writing(), keeps_lines=True)
        assert file.codec.source == Charset(encoding, b"", file.codec.source.confidence, KEPT)
        assert file.text.split("\n")[::2] == [good, good]
        assert file.encode(f"{file.text}x") == data + b"x"
        (line,) = file.codec.take_kept(len(file.text))
        assert (line.start, line.end) == (len(good) + 1, len(good) + 5)
        assert f"offset {data.index(bad) + 1}" in line.reason
        if encoding != "utf-8":
            with pytest.raises(EncodingError, match="byte 0x81 of line 2"):
                read(data, Writing("utf-8"), keeps_lines=True).encode(file.text)

    def test_uncertain_encoding_is_converted_only_on_demand(self) -> None:
        file = read(b"na\xefve", Writing("utf-8"))
        assert file.codec.source.confidence < 0.9
        with pytest.raises(EncodingError, match="the encoding is not certain"):
            file.encode(file.text)
        file = read(b"na\xefve", Writing("utf-8", allow_lossy=True))
        assert file.encode(file.text) == file.text.encode()

    @pytest.mark.parametrize("to", ["same", "big5"])
    def test_character_that_the_encoding_lacks_is_named(self, to: str) -> None:
        file = read("漢字的編碼。\n第二行的文字。\n".encode("big5"), Writing(to))
        with pytest.raises(EncodingError, match=r"big5hkscs cannot hold U\+1F600 '😀' of line 2, column 3"):
            file.encode("第一\n第二😀")

    @given(st.text(alphabet="ab\n\r\0"), st.integers(min_value=1, max_value=9))
    def test_documents_are_whole_lines_and_joined_the_text(self, text: str, limit: int) -> None:
        blocks = [chunk.text for chunk in chunks(text, PlainText(limit))]
        assert "".join(blocks) == text
        assert all(block.endswith("\n") for block in blocks[:-1])
        assert all(len(block) <= limit or block.count("\n", 0, -1) == 0 for block in blocks)
        if 0 < len(text) <= limit:
            assert blocks == [text]

    def test_one_document_is_the_same_object(self) -> None:
        text = "汉字" * 10
        assert next(chunks(text, PlainText())).text is text


class TestCompression:
    TEXT = "今天天氣很好。\n".encode() * 50_000

    @staticmethod
    def packed(compression: str, content: bytes) -> bytes:
        if compression == "zst":
            pytest.importorskip("zstandard")
            stream = io.BytesIO()
            with writing(stream, settings_of(io.BytesIO(), "zst")) as target:
                target.write(content)
            return stream.getvalue()
        return {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[compression](content)

    @staticmethod
    def content(compression: str, data: bytes) -> bytes:
        with reading(io.BytesIO(data), compression, len(data)) as stream:
            return stream.read()

    @pytest.mark.parametrize("compression", ["gz", "bz2", "xz", "zst"])
    def test_members_follow_one_another(self, compression: str) -> None:
        data = self.packed(compression, self.TEXT) + self.packed(compression, b"") + self.packed(compression, b"end")
        assert self.content(compression, data) == self.TEXT + b"end"

    @pytest.mark.parametrize("compression", ["gz", "xz"])
    def test_padding_is_no_content(self, compression: str) -> None:
        data = self.packed(compression, b"a") + bytes(20_000) + self.packed(compression, b"b") + bytes(8)
        assert self.content(compression, data) == b"ab"

    @pytest.mark.parametrize("compression", ["gz", "bz2", "xz", "zst"])
    def test_what_is_damaged_fails_however_whole_its_beginning_is(self, compression: str) -> None:
        whole = self.packed(compression, self.TEXT)
        damaged = bytearray(whole)
        damaged[1] ^= 64
        tails = (bytes(damaged), whole[:-1], whole[:2], b"garbage", b"x", b"x" * 10_000)
        for data in (b"", *tails, *(whole + tail for tail in tails)):
            with pytest.raises(CompressionError, match="damaged archive"):
                self.content(compression, data)


class TestAtomic:
    def test_mode_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_bytes(b"old")
        path.chmod(0o640)
        atomic.write(path, b"new")
        assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)
        assert os.listdir(tmp_path) == ["a.txt"]

    def test_new_file_takes_the_mode_of_its_model(self, tmp_path: Path) -> None:
        model = tmp_path / "model"
        model.write_bytes(b"")
        model.chmod(0o604)
        atomic.write(tmp_path / "new", b"x", model)
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o604

    @pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
    def test_failure_at_any_step_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        path = tmp_path / "a.txt"
        path.write_bytes(b"old")

        def fail(*args: object, **extra: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, step, fail)
        with pytest.raises(OSError, match="No space left"):
            atomic.write(path, b"new")
        assert path.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["a.txt"]

    def test_interrupted_block_leaves_the_old_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_bytes(b"old")

        def interrupted() -> None:
            with atomic.writing(path) as stream:
                stream.write(b"ne")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert path.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["a.txt"]

    def test_file_that_may_not_be_written_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "a.txt"
        path.write_bytes(b"old")
        monkeypatch.setattr(os, "access", lambda *args: False)  # root may write anything
        with pytest.raises(PermissionError):
            atomic.write(path, b"new")
        assert path.read_bytes() == b"old"


def source(root: Path, name: str, *, is_named: bool = False) -> Source:
    return Source(root, name, 0, is_named)


class TestDestinations:
    def test_output_inside_an_input_folder_is_refused(self, tmp_path: Path) -> None:
        sources = [source(tmp_path, "a.txt")]
        for output in (tmp_path, tmp_path / "out", tmp_path / "x" / ".." / "out"):
            with pytest.raises(DestinationError, match="inside the input"):
                check_output(sources, output)
        (tmp_path.parent / "link").symlink_to(tmp_path)
        with pytest.raises(DestinationError, match="inside the input"):
            check_output(sources, tmp_path.parent / "link" / "out")
        check_output(sources, tmp_path.parent / (tmp_path.name + "-out"))

    def test_two_inputs_with_one_destination_are_refused(self, tmp_path: Path) -> None:
        sources = [source(tmp_path / "a", "x.txt"), source(tmp_path / "b", "x.txt")]
        with pytest.raises(DestinationError, match="would both become"):
            check_output(sources, tmp_path / "out")

    def test_output_over_an_input_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DestinationError, match="overwrite the input"):
            check_output([source(tmp_path, "x.txt", is_named=True)], tmp_path)
        nested = [source(tmp_path / "in", "in/x.txt"), source(tmp_path / "in", "x.txt")]
        with pytest.raises(DestinationError, match="overwrite the input"):
            check_output(nested, tmp_path)

    def test_output_that_is_a_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("")
        with pytest.raises(DestinationError, match="not a folder"):
            check_output([], tmp_path / "out")

    def test_nothing_is_written_through_a_link_out_of_the_output(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "else").mkdir()
        (tmp_path / "out" / "sub").symlink_to(tmp_path / "else")
        with pytest.raises(DestinationError, match="leads out"):
            destination(tmp_path / "out", "sub/x.txt")
        with pytest.raises(DestinationError, match="leads out"):
            destination(tmp_path / "out", "../x.txt")
        assert destination(tmp_path / "out", "other/x.txt").parent.is_dir()

    def test_file_named_twice_counts_once(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("x")
        found = [item for item in walk([tmp_path, tmp_path / "a.txt"]) if isinstance(item, Source)]
        assert len(found) == 2
        assert len(distinct(found)) == 1


@given(st.binary().filter(lambda raw: b"\0" not in raw))
def test_any_path_survives_as_a_name(raw: bytes) -> None:
    path = os.fsdecode(raw)
    assert from_name(to_name(path)) == Path(path)
