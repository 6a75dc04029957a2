"""The content of a file: unpacked, block by block, in the encoding that its first blocks show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from encfix import decoding
from encfix.files import compression
from encfix.files.charset import Charset
from encfix.files.walking import Source

BLOCK = 2**20
"""Bytes that are read at a time."""


@contextmanager
def opened(source: Source, compressed: str | None) -> Iterator[BinaryIO]:
    """Open the content of a file, unpacked. Raises OSError, or CompressionError also while it is read."""
    with source.open() as stream, compression.reading(stream, compressed, source.size) as content:
        yield content


def charset_of(stream: BinaryIO) -> Charset:
    """Return the charset of content, found in the first of its blocks that is not ASCII."""
    for nth, block in enumerate(blocks(stream, Charset())):
        decoded = decoding.decode(block)
        if decoded.encoding != "utf-8" or not block.isascii():
            return Charset.of(decoded)._replace(mark=b"" if nth else decoded.mark)
    return Charset()


def blocks(stream: BinaryIO, charset: Charset) -> Iterator[bytes]:
    """Yield content in blocks that end where a line does, or the content."""
    line_end = charset.line_end
    pending: list[bytes] = []
    read = 0
    while data := stream.read(BLOCK):
        cut = _last_end(data, line_end, read)
        read += len(data)
        if cut:
            yield b"".join((*pending, memoryview(data)[:cut]))
            pending.clear()
        if cut < len(data):
            pending.append(data[cut:])
    if pending:
        yield b"".join(pending)


def _last_end(data: bytes, line_end: bytes, before: int) -> int:
    """Return where the last line ends in `data`, 0 if none does; `before` is how many bytes came before it."""
    width = len(line_end)
    place = data.rfind(line_end)
    while place >= 0 and (before + place) % width:
        place = data.rfind(line_end, 0, place + width - 1)
    return place + width if place >= 0 else 0
