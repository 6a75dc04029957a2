"""WARC through warcio: each page that was fetched becomes a line of JSON, its text cleaned; the archive is not written.

A record of the output has `url`, `date`, `encoding`, `title` and `text`. Text is what the page shows, a line a block;
that of a WET archive is what its `conversion` records hold. Other types of content are passed over; a page that cannot
be read has an `error` instead of text. An archive that is cut fails as a whole. Needs the extra `warc`.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from encfix.decoding import Decoded, decode
from encfix.faults import warned_of
from encfix.files.formats.base import FormatError, Selection
from encfix.files.formats.html import shown_text
from encfix.files.reading import opened
from encfix.files.walking import Source

FIELDS = ("title", "text")
"""The fields of a page that can be cleaned."""

LARGEST = 32 * 2**20
"""Bytes that a page may have; a larger one is passed over."""

_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
_GZIP = b"\x1f\x8b"
_GZIP_BITS = 16 + zlib.MAX_WBITS
_CONTROLS = re.compile(rb"[\0-\x08\x0b\x0e-\x1f]")


class PageLine(NamedTuple):
    """A line of JSON that stands for a page of the archive, and if it has no text, why not."""

    line: str
    problem: str = ""


class _PageError(ValueError):
    """A page cannot be read; the message says why."""


def chosen(selection: Selection) -> Selection:
    """Return which fields of pages are to be cleaned: all that can be if none is named. Raises FormatError."""
    for field in selection.fields:
        if field not in FIELDS:
            raise FormatError(f"no field {field!r} to clean in the pages of an archive; there are {', '.join(FIELDS)}")
    return selection._replace(fields=selection.fields or FIELDS)


def pages(source: Source) -> Iterator[PageLine]:
    """Yield the pages in order. Raises FormatError, CompressionError, and OSError."""
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise FormatError("warc needs the extra `warc`: pip install 'encfix[warc]'") from error
    with source.open() as stream:
        compressed = "gz" if stream.read(len(_GZIP)) == _GZIP else None
    with opened(source, compressed) as stream:
        number = 0
        try:
            records = ArchiveIterator(stream, no_record_parse=True)
            for number, record in enumerate(records, 1):
                yield from _pages_of(record, number)
                _read_to_end(record, number)
                if records.err_count:
                    break
        except (ArchiveLoadFailed, EOFError) as error:
            raise FormatError(f"no WARC, or a damaged one: {error}") from error
        if records.err_count:
            raise FormatError(f"a damaged WARC: a record before record {number} is longer than it says")


def _read_to_end(record: Any, number: int) -> None:
    """Read what is left of a record. Raises FormatError if that is less than it says, as the library would not."""
    while record.raw_stream.read(2**16):
        pass
    told = record.rec_headers.get_header("Content-Length") or record.rec_headers.get_header("length") or ""
    if not told.strip().isdecimal() or getattr(record.raw_stream, "limit", False):
        raise FormatError(f"a damaged WARC: it is cut in record {number}, {_url(record)}")


def _url(record: Any) -> str:
    return record.rec_headers.get_header("WARC-Target-URI") or ""


def _pages_of(record: Any, number: int) -> Iterator[PageLine]:
    """Yield the page that a record holds, if it is one."""
    page = {"url": _url(record), "date": record.rec_headers.get_header("WARC-Date") or ""}
    try:
        text = _shown(record)
        if text is None:
            return
        problem = ""
        page |= text
    except _PageError as error:
        problem = f"record {number}, {page['url']}: {error}: left out"
        page["error"] = str(error)
    yield PageLine(json.dumps(page, ensure_ascii=False) + "\n", problem)


def _shown(record: Any) -> dict[str, str] | None:
    """Return what a record shows; None if it is no page. Raises _PageError."""
    if record.rec_type == "conversion":
        declared, headers = record.content_type or "text/plain", None
    elif record.rec_type == "response" and _url(record).startswith(("http:", "https:")):
        headers = _http_headers(record)
        declared = headers.get_header("Content-Type") or ""
    else:
        return None
    type_ = declared.split(";")[0].strip().lower()
    if type_ not in _TYPES:
        return None
    decoded = _body(record.raw_stream, headers, declared)
    page = {"encoding": decoded.encoding}
    if type_ == "text/plain":
        return {**page, "text": decoded.text}
    try:
        title, shown = shown_text(decoded.text)
    except Exception as error:
        raise _PageError(f"it cannot be read: {warned_of(error)}") from error
    return {**page, "title": title, "text": shown}


def _http_headers(record: Any) -> Any:
    from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

    try:
        return StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False).parse(record.raw_stream)
    except (EOFError, StatusAndHeadersParserException) as error:
        raise _PageError("it has no head of HTTP") from error


def _body(stream: Any, headers: Any, declared: str) -> Decoded:
    """Return the text of a page, of which `headers` say how it was sent. Raises _PageError."""
    from warcio.bufferedreaders import ChunkedDataReader

    codings: list[str] = []
    if headers is not None:
        codings = [name.strip() for name in (headers.get_header("Content-Encoding") or "").lower().split(",")]
        if (headers.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
            stream = ChunkedDataReader(stream)
    data = _bounded(stream.read(LARGEST + 1))
    unread = ""
    for name in reversed(codings):
        inflated = _inflated(data, name)
        if inflated is not None:
            data = inflated
        elif name not in ("", "identity"):
            unread = name
    decoded = decode(data, declared)
    if decoded.changes and decoded.changes[0].rules == ("noise.fault",):
        raise _PageError(decoded.changes[0].reason)
    # Crawlers may keep the header of a body that they have unpacked, so what is text all through is no other coding.
    if unread and not (decoded.strict and _CONTROLS.search(data) is None):
        raise _PageError(f"its content encoding {unread} cannot be read")
    return decoded


def _bounded(data: bytes) -> bytes:
    if len(data) > LARGEST:
        raise _PageError(f"larger than {LARGEST // 2**20} MB")
    return data


def _inflated(data: bytes, name: str) -> bytes | None:
    """Return what is packed in `data`, all of it; None if that is not packed so. Raises _PageError."""
    bits = {"gzip": (_GZIP_BITS,), "x-gzip": (_GZIP_BITS,), "deflate": (zlib.MAX_WBITS, -zlib.MAX_WBITS)}
    for window in bits.get(name, ()):
        inflate = zlib.decompressobj(window)
        try:
            content = _bounded(inflate.decompress(data, LARGEST + 1))
        except zlib.error:
            continue
        if not inflate.eof:
            raise _PageError(f"its content encoding {name} is cut")
        return content
    return None
