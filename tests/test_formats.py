"""Formats: what a file is by its name, and that blocks, encodings and lost bytes make no difference to any."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import pytest

from encfix.audit import Entry, undo
from encfix.cleaner import Cleaner
from encfix.cli.cleaning import clean_files
from encfix.cli.outcomes import Streamed, Task, Whole
from encfix.files import reading
from encfix.files.charset import KEPT, EncodingError
from encfix.files.formats import chunking
from encfix.files.formats.base import Selection
from encfix.files.formats.jsonl import JsonLines
from encfix.files.text import Writing
from encfix.files.types import kind_of
from encfix.files.walking import Failed, Source
from encfix.options import Options
from encfix.result import apply_changes
from tests.formats import DAMAGED, PLAIN, REPAIRED, changes_of


@pytest.mark.parametrize(
    ("name", "type_", "wanted"),
    [
        ("a.JSONL.zst", None, ("jsonl", "zst", True)),
        ("a.txt.gz", None, ("text", "gz", True)),
        ("a.tar.gz", None, ("text", "gz", False)),
        ("a.gz", "csv", ("csv", "gz", True)),
        ("a.warc.gz", None, ("warc", None, True)),
        ("a.warc.wet.gz", None, ("warc", None, True)),
        ("a.wet.gz", None, ("warc", None, True)),
        ("a.warc.wet", None, ("warc", None, True)),
        ("README", None, ("text", None, False)),
        (".json", None, ("text", None, False)),
    ],
)
def test_name_says_what_a_file_is(name: str, type_: str | None, wanted: tuple[str, str | None, bool]) -> None:
    assert kind_of(name, type_) == wanted


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt"])
def test_file_in_blocks_is_cleaned_as_one_at_once(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    row = {"a.jsonl": '{"text": "%s", "n": %d}\n', "a.csv": "%s,%d\r\n", "a.txt": "%s %d\n"}[name]
    content = ("text,n\r\n" if name == "a.csv" else "") + "".join(row % (DAMAGED, n) for n in range(400))
    data = b"\xef\xbb\xbf" + content.encode()
    (tmp_path / name).write_bytes(data)
    monkeypatch.setattr("encfix.files.formats.jsonl.JsonLines.block", 1000)
    monkeypatch.setattr("encfix.files.formats.csv.Csv.block", 1000)
    monkeypatch.setattr(reading, "BLOCK", 700)
    source = Source(tmp_path, name, 0, is_named=True)
    task = Task(Cleaner(Options()), limit=1000)
    (whole,) = clean_files([source], task)
    monkeypatch.setattr(chunking, "WHOLE", 1000)
    (streamed,) = clean_files([source], task)
    assert isinstance(whole, Whole)
    assert isinstance(streamed, Streamed)
    sink = io.BytesIO()
    parts = list(streamed.parts(sink))
    assert len(parts) > 5
    assert sink.getvalue() == whole.output == data.replace(DAMAGED.encode(), REPAIRED.encode())
    assert (streamed.input_content, streamed.output_content) == (whole.input_content, whole.output_content)
    assert tuple(change for part in parts for change in part.changes) == changes_of(whole)
    assert apply_changes(content, list(changes_of(whole))).encode() == whole.output[3:]
    assert [part.line for part in parts] == [1 + content[: part.offset].count("\n") for part in parts]


@pytest.mark.parametrize("writing", [None, Writing()])
def test_file_in_blocks_is_not_held(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, writing: Writing | None) -> None:
    monkeypatch.setattr(chunking, "WHOLE", 2**16)
    monkeypatch.setattr(reading, "BLOCK", 2**16)
    monkeypatch.setattr(JsonLines, "block", 2**14)
    (tmp_path / "a.jsonl").write_text('{"text": "今天天气很好，我们继续学习。"}\n' * 2**16, "utf-8")
    source = Source(tmp_path, "a.jsonl", (tmp_path / "a.jsonl").stat().st_size, is_named=True)
    (outcome,) = clean_files([source], Task(Cleaner(), writing=writing))
    assert isinstance(outcome, Streamed)
    tracemalloc.start()
    try:
        assert sum(part.size for part in outcome.parts(None)) == source.size
        assert tracemalloc.get_traced_memory()[1] < source.size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "page", "wanted"),
    [
        ("a.html", '<meta charset="gbk"><p>{0}', '<meta charset="{1}"><p>{0}'),
        (
            "a.html",
            "<META content='text/html; charset=GB2312' http-equiv=Content-Type>{0}<p>charset=gbk<a charset=gbk>",
            "<META content='text/html; charset={1}' http-equiv=Content-Type>{0}<p>charset=gbk<a charset=gbk>",
        ),
        (
            "a.xhtml",
            '<?xml version="1.0" encoding="GBK"?><meta charset=gbk /><p>{0}</p>',
            '<?xml version="1.0" encoding="{1}"?><meta charset={1} /><p>{0}</p>',
        ),
        (
            "a.xml",
            "<?xml version='1.0' encoding='gbk'?>\n<a>{0}</a>",
            "<?xml version='1.0' encoding='{1}'?>\n<a>{0}</a>",
        ),
        ("a.xml", "<a>{0}<?xml encoding='gbk'?></a>", "<a>{0}<?xml encoding='gbk'?></a>"),
        ("a.txt", '<meta charset="gbk"> {0}', '<meta charset="gbk"> {0}'),
    ],
)
def test_declared_encoding_follows_the_one_that_is_written(tmp_path: Any, name: str, page: str, wanted: str) -> None:
    text = "今天天气很好，我们继续学习。"
    (tmp_path / name).write_bytes(page.format(text).encode("gbk"))
    source = Source(tmp_path, name, 0, is_named=True)
    for to, encoding in (("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("same", "gbk")):
        (outcome,) = clean_files([source], Task(Cleaner(), writing=Writing(to)))
        assert isinstance(outcome, Whole)
        new = page.format(text) if to == "same" else wanted.format(text, "utf-8")
        assert outcome.output == new.encode(encoding)
        entry = Entry("", name, outcome.input_content, outcome.output_content, "clean", changes_of(outcome))
        assert undo(entry, outcome.output) == outcome.file.data
    (outcome,) = clean_files([source], Task(Cleaner(), writing=Writing("gb18030")))
    assert isinstance(outcome, Whole)
    assert not outcome.is_changed, "gbk is read as gb18030 everywhere"


@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
def test_line_of_records_that_is_no_text_stays_and_is_reported(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, encoding: str, is_streamed: bool
) -> None:
    good, bad = f'{{"text": "{DAMAGED.translate(PLAIN)}"}}\n', b'{"text": "\xff\x81"}\n'
    lines = [good.encode(encoding)] * 200 + [bad] + [good.encode(encoding)] * 200
    (tmp_path / "a.jsonl").write_bytes(b"".join(lines))
    if is_streamed:
        monkeypatch.setattr(chunking, "WHOLE", 10)
        monkeypatch.setattr(reading, "BLOCK", 1000)
    task = Task(Cleaner(), Selection(fields=("text",)))
    (outcome,) = clean_files([Source(tmp_path, "a.jsonl", 0, is_named=True)], task)
    assert isinstance(outcome, Streamed if is_streamed else Whole)
    sink = io.BytesIO()
    findings = [finding for part in outcome.parts(sink) for finding in part.findings]
    wanted = good.replace(DAMAGED.translate(PLAIN), REPAIRED).encode(encoding)
    assert sink.getvalue() == wanted * 200 + bad + wanted * 200
    assert [finding.reason for finding in findings] == [
        f"no {encoding}: byte 0xFF at offset {200 * len(lines[0]) + 10}: left as it is"
    ]
    assert outcome.verdict == "suspect"
    entry = Entry("", "a.jsonl", outcome.input_content, outcome.output_content, outcome.verdict)
    assert entry.input.charset[0::3] == (encoding, KEPT)


@pytest.mark.parametrize("allow_lossy", [False, True])
def test_document_that_is_no_text_is_written_only_on_demand(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, allow_lossy: bool
) -> None:
    (tmp_path / "a.txt").write_bytes(f"{DAMAGED}\n".encode() * 100 + b"\xff\n")
    results = []
    for limit in (chunking.WHOLE, 10):
        monkeypatch.setattr(chunking, "WHOLE", limit)
        task = Task(Cleaner(), writing=Writing(allow_lossy=allow_lossy), limit=1000)
        (outcome,) = clean_files([Source(tmp_path, "a.txt", 0, is_named=True)], task)
        assert not isinstance(outcome, Failed)
        sink = io.BytesIO()
        try:
            list(outcome.parts(sink))
            results.append(sink.getvalue())
        except EncodingError as error:
            results.append(str(error).encode())
    lossy = f"{REPAIRED}\n".encode() * 100 + "\ufffd\n".encode()
    refused = b"not strictly utf-8: no character of utf-8 at offset 5700, line 101; --allow-lossy writes it"
    assert results == [lossy if allow_lossy else refused] * 2
