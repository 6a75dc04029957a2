"""WARC through warcio: each page that was fetched becomes a line of JSON, its text cleaned; the archive is not written.

A record of the output has `url`, `date`, `encoding`, `title` and `text`. Text is what the page shows, a line a block.
Responses of other types are passed over; a page that is too large has an `error` instead. Needs the extra `warc`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from encfix.decoding import decode
from encfix.files.formats.base import FormatError
from encfix.files.formats.html import shown_text
from encfix.files.walking import Source

LARGEST = 32 * 2**20
"""Bytes that a page may have; a larger one is passed over."""

_TYPES = ("text/html", "application/xhtml+xml", "text/plain")


def pages(source: Source) -> Iterator[str]:
    """Yield a line of JSON for each page, or with an `error` why there is none. Raises FormatError."""
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise FormatError("warc needs the extra `warc`: pip install 'encfix[warc]'") from error
    with source.open() as stream:
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
    decoded = decode(data, declared)
    page["encoding"] = decoded.encoding
    if type_ == "text/plain":
        return {**page, "text": decoded.text}
    title, shown = shown_text(decoded.text)
    return {**page, "title": title, "text": shown}
