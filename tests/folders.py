"""A folder of files in every format and compression, some broken, and what it becomes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

DAMAGED = "進(jìn)口貿(mào)易強(qiáng)調(diào)發(fā)展"
REPAIRED = "進口貿易強調發展"

PLAIN = "進(jin)口貿(mao)易強(qiang)調(diao)發(fa)展"
"""Damaged text that Big5 can hold too."""

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, 9, mtime=1),
    "bz2": lambda data: bz2.compress(data, 3),
    "xz": lambda data: lzma.compress(data, preset=1),
    "zst": lambda data: zstandard.ZstdCompressor(write_checksum=True).compress(data),
}
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.decompress,
    "bz2": bz2.decompress,
    "xz": lzma.decompress,
    "zst": lambda data: bytes(zstandard.ZstdDecompressor().decompressobj().decompress(data)),
}

CONTENT = {
    "txt": "一\r\n{0}\r\n\r\n二",
    "md": "# {0}\n\n* {0}\n",
    "srt": "1\n00:00:01,000 --> 00:00:02,000\n<i>{0}</i>\n",
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n{0}\n",
    "ass": "[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:02.00,{{\\b1}}{0}\n",
    "html": "<html><head><title>{0}</title></head><body class=x><p>{0}<br>&nbsp;</body>",
    "json": '{{\n "text": "{0}",\n "n": 1e5\n}}',
    "jsonl": '{{"text": "{0}", "id": 1}}\n{{"text":"好","id":2}}\n',
    "csv": 'id,text\r\n1,{0}\r\n2,"{0}, ""x"""\r\n',
    "tsv": "id\ttext\n1\t{0}\n",
}

ENCODINGS = {
    "utf-8-sig": "txt",
    "gb18030": "jsonl.gz",
    "big5": "csv",
    "utf-16": "srt",
    "utf-32-be": "txt",
    "gbk": "html",
}
"""Encodings other than UTF-8, each with the extension of a file in it."""

BROKEN = {
    "broken/wrong-byte.txt": f"{DAMAGED}\n".encode() + b"\xb0\xff\n",
    "broken/cut.jsonl.gz": PACK["gz"](CONTENT["jsonl"].format(DAMAGED).encode() * 50)[:-20],
    "broken/unclosed.json": b'{"text": "x"',
    "broken/bomb.txt.xz": lzma.compress(bytes(70 * 2**20)),
    "broken/table.parquet": b"PAR1 is no table",
}
"""Files that cannot be cleaned, each for another reason."""


def make(folder: Path) -> dict[str, bytes]:
    """Fill a folder with thirty files; return what they unpack to once they are clean. Tables are not among those."""
    wanted: dict[str, bytes] = {}
    for extension, content in CONTENT.items():
        put(folder / f"plain/a.{extension}", content.format(DAMAGED).encode())
        wanted[f"plain/a.{extension}"] = content.format(REPAIRED).encode()
    for nth, (compression, pack) in enumerate(PACK.items()):
        name = f"packed/{nth}.jsonl.{compression}"
        put(folder / name, pack(CONTENT["jsonl"].format(DAMAGED).encode()))
        wanted[name] = CONTENT["jsonl"].format(REPAIRED).encode()
    for nth, (encoding, extension) in enumerate(ENCODINGS.items()):
        name, content = f"encoded/{nth}.{extension}", CONTENT[extension.removesuffix(".gz")]
        pack = PACK["gz"] if extension.endswith(".gz") else bytes
        put(folder / name, pack(content.format(PLAIN).encode(encoding)))
        wanted[name] = content.format(REPAIRED).encode(encoding)
    put(folder / "深/folder/b.txt", f"\ufeff{DAMAGED}\r".encode())
    wanted["深/folder/b.txt"] = f"\ufeff{REPAIRED}\r".encode()
    put(folder / "clean.txt", "今天天气很好。\n".encode())
    wanted["clean.txt"] = "今天天气很好。\n".encode()
    table = pa.table({"id": [1, 2], "text": [DAMAGED, "好"]})
    pq.write_table(table, folder / "table.parquet", compression="zstd")
    with pa.ipc.new_file(folder / "table.arrow", table.schema) as writer:
        writer.write_table(table)
    with open(folder / "crawl.warc.gz", "wb") as stream:
        page = f"<meta charset=gb2312><p>{DAMAGED}".encode("gb18030")
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        archive = WARCWriter(stream, gzip=True)
        uri = "http://example.org/"
        record = archive.create_warc_record(uri, "response", io.BytesIO(page), http_headers=headers)
        archive.write_record(record)
        record.raw_stream.close()
    for name, data in BROKEN.items():
        put(folder / name, data)
    return wanted


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def tree(folder: Path) -> dict[str, bytes]:
    """The files of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unpacked(name: str, data: bytes) -> bytes:
    """The content of a file of the folder."""
    return UNPACK.get(name.rsplit(".", 1)[-1], bytes)(data)
