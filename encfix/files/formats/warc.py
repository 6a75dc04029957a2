"""WARC through warcio: each page that was fetched becomes a line of JSON, its text cleaned; the archive is not written.

A record of the output has `url`, `date`, `title` and `text`. Text is what the page shows, a line a block. Responses of
other types are passed over; a page whose bytes are not what it says has an `error` instead. Needs the extra `warc`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from encfix.files.formats.base import FormatError
from encfix.files.formats.html import shown_text
from encfix.files.text import NotUtf8Error, decode

LARGEST = 32 * 2**20
"""Bytes that a page may have; a larger one is passed over."""

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_TYPES = ("text/html", "application/xhtml+xml", "text/plain")


def pages(path: Path) -> Iterator[str]:
    """Yield a line of JSON for each page, or with an `error` why there is none. Raises FormatError."""
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise FormatError("warc needs the extra `warc`: pip install 'encfix[warc]'") from error
    with open(path, "rb") as stream:
        try:
            for record in ArchiveIterator(stream):
                if record.rec_type == "response" and record.http_headers is not None:
                    page = _page(record)
                    if page is not None:
                        yield json.dumps(page, ensure_ascii=False) + "\n"
        except (ArchiveLoadFailed, EOFError, ValueError) as error:
            raise FormatError(f"no WARC, or a damaged one: {error}") from error


def _page(record: Any) -> dict[str, str] | None:
    """Return what a response shows; None for what is no page."""
    declared = record.http_headers.get_header("Content-Type") or ""
    type_ = declared.split(";")[0].strip().lower()
    if type_ not in _TYPES:
        return None
    page = {
        "url": record.rec_headers.get_header("WARC-Target-URI") or "",
        "date": record.rec_headers.get_header("WARC-Date") or "",
    }
    data = record.content_stream().read(LARGEST + 1)
    if len(data) > LARGEST:
        return {**page, "error": f"larger than {LARGEST // 2**20} MB"}
    in_header = _HEADER.search(declared)
    try:
        text = _decoded(data, in_header[1] if in_header else None)
    except (NotUtf8Error, UnicodeDecodeError, LookupError) as error:
        return {**page, "error": str(error)}
    if type_ == "text/plain":
        return {**page, "text": text}
    title, shown = shown_text(text)
    return {**page, "title": title, "text": shown}


def _decoded(data: bytes, declared: str | None) -> str:
    """Return the text of a page: UTF-8 if it is that, else what the header or the page says it is, strictly."""
    try:
        return decode(data).text
    except NotUtf8Error:
        in_page = _CHARSET.search(data[:4096])
        name = declared or (in_page[1].decode("ascii") if in_page else None)
        if name is None or name.lower() in ("utf-8", "utf8"):
            raise
        return data.decode("gb18030" if name.lower() in ("gbk", "gb2312") else name)
