"""WARC: the pages of an archive go out as JSON Lines, cleaned."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from encfix.cli.main import main
from encfix.files.compression import CompressionError
from encfix.files.formats.base import FormatError
from encfix.files.formats.warc import pages
from encfix.files.walking import Source

pytest.importorskip("warcio")
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

pytestmark = pytest.mark.filterwarnings(  # warcio leaves its own temporary files to the garbage collector
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

DAMAGED = "進(jìn)口貿(mào)易強(qiáng)調(diào)發(fā)展"
REPAIRED = "進口貿易強調發展"

PAGES = [
    ("text/html; charset=utf-8", f"<title>題 目</title><p>{DAMAGED}<p>一 <b>二</b>".encode()),
    ("text/html", f"<meta charset=gb2312><p>{DAMAGED}".encode("gb18030")),
    ("image/png", b"\x89PNG"),
    ("text/plain", f"好{DAMAGED}".encode("utf-16")),
    ("text/plain", f"{DAMAGED}\n二".encode()),
]


def archive(path: Path, *, is_compressed: bool) -> None:
    with open(path, "wb") as stream:
        writer = WARCWriter(stream, gzip=is_compressed)
        for nth, (type_, body) in enumerate(PAGES):
            headers = StatusAndHeaders("200 OK", [("Content-Type", type_)], protocol="HTTP/1.1")
            uri = f"http://example.org/{nth}"
            writer.write_record(writer.create_warc_record(uri, "response", io.BytesIO(body), http_headers=headers))


def records_of(path: Path, *arguments: str, code: int = 0) -> tuple[list[dict[str, Any]], str]:
    """The lines that an archive became, and what was said."""
    result = CliRunner().invoke(main, ["clean", str(path), "-o", str(path.parent / "out"), *arguments])
    assert result.exit_code == code, result.output
    (output,) = [*(path.parent / "out").glob("*"), None][:1]
    return [json.loads(line) for line in output.read_text("utf-8").splitlines()] if output else [], result.output


def response(path: Path, body: bytes, *headers: tuple[str, str]) -> None:
    with open(path, "wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for uri, content, more in (("http://example.org/0", body, headers), ("http://example.org/1", b"one", ())):
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/plain"), *more], protocol="HTTP/1.1")
            writer.write_record(writer.create_warc_record(uri, "response", io.BytesIO(content), http_headers=head))


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_pages_go_out_as_json_lines(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    archive(tmp_path / "in" / name, is_compressed=name.endswith(".gz"))
    before = (tmp_path / "in" / name).read_bytes()
    arguments = ["clean", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--audit", str(tmp_path / "a.jsonl")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    records = [json.loads(line) for line in (tmp_path / "out/a.jsonl").read_text("utf-8").splitlines()]
    assert [record["url"][-1] for record in records] == ["0", "1", "3", "4"]
    assert (records[0]["title"], records[0]["text"]) == ("題 目", f"{REPAIRED}\n一 二")
    assert (records[1]["title"], records[1]["text"]) == ("", REPAIRED)
    assert records[2]["text"] == f"好{REPAIRED}"
    assert [record["encoding"] for record in records] == ["utf-8", "gb18030", "utf-16-le", "utf-8"]
    assert records[3]["text"] == f"{REPAIRED}\n二"
    assert (tmp_path / "in" / name).read_bytes() == before
    refused = CliRunner().invoke(main, ["clean", str(tmp_path / "in"), "-i"])
    assert refused.exit_code == 2
    assert "use --output" in refused.stderr


def test_damaged_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(b"no archive at all\n" * 10)
    result = CliRunner().invoke(main, ["clean", str(tmp_path / "a.warc"), "-o", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "WARC" in result.stderr
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_archive_that_is_cut_anywhere_fails(tmp_path: Path, name: str) -> None:
    archive(tmp_path / name, is_compressed=name.endswith(".gz"))
    whole = (tmp_path / name).read_bytes()
    body = whole.rstrip(b"\r\n") if name == "a.warc" else whole
    last = body.rindex(b"WARC/1" if name == "a.warc" else b"\x1f\x8b")
    for size in range(last + 1, len(body)):
        (tmp_path / name).write_bytes(whole[:size])
        with pytest.raises((FormatError, CompressionError)):
            list(pages(Source.at(tmp_path / name)))
    assert not records_of(tmp_path / name, code=2)[0]
    (tmp_path / name).write_bytes(body)
    assert len(records_of(tmp_path / name)[0]) == 4


def test_archive_in_one_piece_of_gzip_is_read(tmp_path: Path) -> None:
    archive(tmp_path / "a.warc", is_compressed=False)
    (tmp_path / "b.warc.gz").write_bytes(gzip.compress((tmp_path / "a.warc").read_bytes()))
    assert len(records_of(tmp_path / "b.warc.gz")[0]) == 4


def test_record_of_the_wrong_length_fails(tmp_path: Path) -> None:
    archive(tmp_path / "a.warc", is_compressed=False)
    whole = (tmp_path / "a.warc").read_bytes()
    (tmp_path / "a.warc").write_bytes(whole.replace(b"\x89PNG", b"\x89PNG and more", 1))
    assert "WARC" in records_of(tmp_path / "a.warc", code=2)[1]


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(DAMAGED.encode())),
        ("x-gzip", gzip.compress(DAMAGED.encode())),
        ("deflate", zlib.compress(DAMAGED.encode())),
        ("deflate", zlib.compress(DAMAGED.encode())[2:-4]),
        ("deflate, gzip", gzip.compress(zlib.compress(DAMAGED.encode()))),
        ("gzip", DAMAGED.encode()),
        ("br", DAMAGED.encode()),
    ],
)
def test_packed_page_is_unpacked(tmp_path: Path, coding: str, body: bytes) -> None:
    response(tmp_path / "a.warc.gz", body, ("Content-Encoding", coding))
    assert [record["text"] for record in records_of(tmp_path / "a.warc.gz")[0]] == [REPAIRED, "one"]


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("br", b"\x8b\x03\x80abc\x03", "content encoding br cannot be read"),
        ("gzip", gzip.compress(DAMAGED.encode() * 100)[:-20], "content encoding gzip is cut"),
        ("gzip", b"\x1f\x8b\x07damaged", "content encoding gzip cannot be read"),
        ("deflate", b"\x1f\x8bno such thing", "content encoding deflate cannot be read"),
    ],
)
def test_page_that_cannot_be_unpacked_is_named(tmp_path: Path, coding: str, body: bytes, reason: str) -> None:
    response(tmp_path / "a.warc.gz", body, ("Content-Encoding", coding))
    records, _ = records_of(tmp_path / "a.warc.gz", "--audit", str(tmp_path / "audit.jsonl"))
    assert "text" not in records[0]
    assert reason in records[0]["error"]
    assert records[1]["text"] == "one"
    (finding,) = [
        line
        for line in map(json.loads, (tmp_path / "audit.jsonl").read_bytes().splitlines())
        if line["type"] == "finding"
    ]
    assert finding["rules"] == ["annotation.unread"]
    assert finding["reason"].startswith("record 1, http://example.org/0: its content encoding")
    assert finding["line"] == 1


@pytest.mark.parametrize("name", ["a.warc.wet.gz", "b.wet.gz", "c.warc.wet", "d.warc.gz"])
def test_extracted_text_goes_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    with open(tmp_path / "in" / name, "wb") as stream:
        writer = WARCWriter(stream, gzip=name.endswith(".gz"))
        uri, body = "http://example.org/0", io.BytesIO(DAMAGED.encode())
        headers = {"Content-Type": "text/plain"}
        record = writer.create_warc_record(uri, "conversion", body, warc_headers_dict=headers)
        writer.write_record(record)
    run = CliRunner().invoke(main, ["clean", str(tmp_path / "in"), "-o", str(tmp_path / "out")])
    assert run.exit_code == 0, run.output
    record = json.loads((tmp_path / "out" / f"{name[0]}.jsonl").read_bytes())
    assert (record["url"], record["text"], record["encoding"]) == ("http://example.org/0", REPAIRED, "utf-8")


def test_fields_are_those_of_pages(tmp_path: Path) -> None:
    archive(tmp_path / "a.warc", is_compressed=False)
    assert "no field 'url' to clean" in records_of(tmp_path / "a.warc", "--field", "url", code=2)[1]
    records, _ = records_of(tmp_path / "a.warc", "--field", "title")
    assert records[0]["text"].startswith(DAMAGED)


@pytest.mark.parametrize(
    ("where", "failed"), [("encfix.decoding.judge", ["1"]), ("encfix.files.formats.warc.shown_text", ["0", "1"])]
)
def test_a_fault_of_encfix_costs_one_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, failed: list[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(where, fail)
    archive(tmp_path / "a.warc.gz", is_compressed=True)
    with pytest.warns(RuntimeWarning, match="ZeroDivisionError"):
        records, _ = records_of(tmp_path / "a.warc.gz")
    errors = {record["url"][-1]: record.get("error", "") for record in records}
    assert list(errors) == ["0", "1", "3", "4"]
    assert [url for url, error in errors.items() if "ZeroDivisionError" in error] == failed
