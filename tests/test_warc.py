"""WARC: the pages of an archive go out as JSON Lines, cleaned."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from encfix.cli.main import main

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
