"""The content of a file as chunks: all at once if it is small, else block by block, so that memory stays bounded."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from encfix.files import compression
from encfix.files.formats.base import Chunk, FormatError, TextFormat
from encfix.files.text import NotUtf8Error

WHOLE = 8 * 2**20
"""Bytes of content that a file may have to be read at once, if its format can be read in blocks."""

LARGEST = 512 * 2**20
"""Bytes of content that a file may have whose format must be read at once."""

_BLOCK = 2**20


def read_whole(path: Path, compressed: str | None, form: TextFormat) -> bytes | None:
    """Return the content of a file; None if it is to be read in blocks.

    Raises OSError, CompressionError, and FormatError for a file that is too large for its format.
    """
    limit = LARGEST if form.block is None else WHOLE
    if compressed is None and form.block is not None and path.stat().st_size > limit:
        return None
    with compression.reading(path, compressed) as stream:
        data = stream.read(limit + 1)
    if len(data) <= limit:
        return data
    if form.block is None:
        raise FormatError(f"larger than {LARGEST // 2**20} MB, which is as much as is read of this format")
    return None


def chunks(text: str, form: TextFormat) -> Iterator[Chunk]:
    """Yield the chunks of a whole text."""
    while text:
        chunk = form.chunk(text, is_last=True)
        yield chunk
        text = text[len(chunk.text) :]


def line_ends(text: str) -> int:
    """Return how many lines end in a text.

    >>> line_ends("a\\nb\\r\\nc\\rd")
    3
    """
    returns = text.count("\r")
    return text.count("\n") + (returns - text.count("\r\n") if returns else 0)


class Behind:
    """A stream with bytes put before it that were read from it already."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes."""
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        return self._stream.read(size)


class Measured:
    """A stream, or none, that counts what is written to it, and digests it."""

    def __init__(self, stream: BinaryIO | None) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0
        self.closed = False

    @property
    def sha256(self) -> str:
        """The digest so far, in hexadecimal digits."""
        return self._digest.hexdigest()

    def drain(self, stream: BinaryIO) -> None:
        """Count what is left of another stream."""
        while data := stream.read(_BLOCK):
            self._count(data)

    def write(self, data: bytes) -> int:
        """Write all of `data`, to nowhere if there is no stream."""
        data = bytes(data)
        if self._stream:
            self._stream.write(data)
        self._count(data)
        return len(data)

    def tell(self) -> int:
        """Return how many bytes there were."""
        return self.size

    def flush(self) -> None:
        """Do nothing; the stream is whoever's it is."""

    def close(self) -> None:
        """Do nothing; the stream is whoever's it is."""

    def _count(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += len(data)


class Twins:
    """The sizes and digests of an old and a new content, digested once for as long as they are the same."""

    def __init__(self) -> None:
        self.old_size = self.new_size = 0
        self._old = self._new = hashlib.sha256()

    def add(self, old: bytes, new: bytes) -> None:
        """Take what comes next in both; if that is the same object, it is the same content."""
        if old is not new and self._old is self._new:
            self._new = self._old.copy()
        self._old.update(old)
        if self._new is not self._old:
            self._new.update(new)
        self.old_size += len(old)
        self.new_size += len(new)

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of both so far, in hexadecimal digits."""
        return self._old.hexdigest(), self._new.hexdigest()


def stream_chunks(stream: BinaryIO | Behind, form: TextFormat, offset: int = 0) -> Iterator[Chunk]:
    """Yield the chunks of UTF-8 content, of which `offset` bytes have been read: the byte order mark.

    Raises NotUtf8Error naming the first wrong byte.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    wanted = form.block or LARGEST
    pending: list[str] = []
    size, lines = 0, 1
    is_last = False
    while not is_last:
        before = offset - len(decoder.getstate()[0])
        data = stream.read(_BLOCK)
        offset += len(data)
        is_last = not data
        try:
            pending.append(decoder.decode(data, final=is_last))
        except UnicodeDecodeError as error:
            place = before + error.start
            line = lines + error.object.count(b"\n", 0, error.start)
            wrong = error.object[error.start]
            raise NotUtf8Error(f"not UTF-8: byte 0x{wrong:02X} at offset {place}, line {line}") from error
        size += len(pending[-1])
        lines += data.count(b"\n")
        if size < wanted and not is_last:
            continue
        text = "".join(pending)
        while text:
            chunk = form.chunk(text, is_last=is_last)
            if not chunk.text:
                break
            yield chunk
            text = text[len(chunk.text) :]
            if not is_last:
                break
        pending, size = [text], len(text)
        wanted = (form.block or LARGEST) + (size if size >= (form.block or LARGEST) else 0)
