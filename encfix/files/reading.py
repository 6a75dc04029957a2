"""The content of a file: at once if it is small, else block by block, so that memory stays bounded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import BinaryIO

from encfix import decoding
from encfix.files import compression
from encfix.files.charset import Charset
from encfix.files.formats.base import Chunk, FormatError, TextFormat
from encfix.files.walking import Source

WHOLE = 8 * 2**20
"""Bytes of content that a file may have to be read at once, if its format can be read in blocks."""

LARGEST = 512 * 2**20
"""Bytes of content that a file may have whose format must be read at once."""

BLOCK = 2**20
"""Bytes that are read at a time."""


@contextmanager
def opened(source: Source, compressed: str | None) -> Iterator[BinaryIO]:
    """Open the content of a file, unpacked. Raises OSError, or CompressionError also while it is read."""
    with source.open() as stream, compression.reading(stream, compressed, source.size) as content:
        yield content


def read_whole(source: Source, compressed: str | None, form: TextFormat) -> bytes | None:
    """Return the content of a file; None if it is to be read in blocks. Standard input is always read at once.

    Raises OSError, CompressionError, and FormatError for a file that is too large for its format.
    """
    limit = LARGEST if form.block is None or source.is_standard_input else WHOLE
    if compressed is None and form.block is not None and source.size > limit:
        return None
    with opened(source, compressed) as stream:
        data = stream.read(limit + 1)
    if len(data) <= limit:
        return data
    if form.block is None or source.is_standard_input:
        raise FormatError(f"larger than {LARGEST // 2**20} MB, which is as much as is read at once")
    return None


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


def chunks(text: str, form: TextFormat) -> Iterator[Chunk]:
    """Yield the chunks of a whole text."""
    return stream_chunks((text,), form)


def stream_chunks(texts: Iterable[str], form: TextFormat) -> Iterator[Chunk]:
    """Yield the chunks of a text that comes in blocks. Raises FormatError."""
    enough = form.block or LARGEST
    waiting: list[str] = []
    size, wanted = 0, enough
    for block in texts:
        waiting.append(block)
        size += len(block)
        if size < wanted:
            continue
        text = "".join(waiting)
        while len(text) >= enough and (chunk := form.chunk(text, is_last=False)).text:
            yield chunk
            text = text[len(chunk.text) :]
        waiting, size = [text], len(text)
        wanted = enough + (size if size >= enough else 0)
    text = "".join(waiting)
    while text:
        chunk = form.chunk(text, is_last=True)
        yield chunk
        text = text[len(chunk.text) :]
    form.end()


@contextmanager
def beside() -> Iterator[Callable[..., None]]:
    """Give a function that has another called in a thread of its own, once the last call is over.

    It raises what that call raised, as does the end of the context: digesting, packing and writing a block need no
    interpreter, so they go on while the next one is cleaned.

    >>> seen = []
    >>> with beside() as go:
    ...     for nth in range(3):
    ...         go(seen.append, nth)
    >>> seen
    [0, 1, 2]
    """
    with ThreadPoolExecutor(1) as pool:
        last: Future[object] | None = None

        def go(work: Callable[..., object], *arguments: object) -> None:
            nonlocal last
            if last:
                last.result()
            last = pool.submit(work, *arguments)

        yield go
        if last:
            last.result()


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
        while data := stream.read(BLOCK):
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
    """The sizes and digests of an old and a new content, digested once for as long as they are the same.

    >>> twins = Twins()
    >>> twins.read(b"abcd"); twins.wrote(b"ab"); twins.wrote(b"c"); twins.are_same
    False
    >>> twins.wrote(b"d"); twins.are_same
    True
    """

    def __init__(self) -> None:
        self.old_size = self.new_size = 0
        self._old = self._new = hashlib.sha256()
        self._ahead: list[bytes] = []
        """What was read and not written yet, while both are the same."""

    def read(self, data: bytes) -> None:
        """Take what comes next in the old content."""
        self.old_size += len(data)
        if self._new is self._old:
            self._ahead.append(data)
        else:
            self._old.update(data)

    def take(self, old: Iterable[bytes], new: Iterable[bytes], sink: BinaryIO | None) -> None:
        """Take what comes next in both, and write the new to `sink`, if there is one."""
        for data in old:
            self.read(data)
        for data in new:
            self.wrote(data)
            if sink:
                sink.write(data)

    def wrote(self, data: bytes) -> None:
        """Take what comes next in the new content, of which the old must have been read as far."""
        self.new_size += len(data)
        if self._new is self._old:
            if self._ahead and self._ahead[0] is data:  # as nearly always: nothing to compare
                del self._ahead[0]
            else:
                ahead = b"".join(self._ahead)
                if ahead.startswith(data):
                    self._ahead = [ahead[len(data) :]] if len(ahead) > len(data) else []
                else:
                    self._part(ahead)
        self._new.update(data)

    def _part(self, ahead: bytes) -> None:
        """Digest both by themselves from now on; the old content goes on with what is ahead."""
        self._new = self._old.copy()
        self._old.update(ahead)
        self._ahead = []

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of both, in hexadecimal digits."""
        if self._ahead:  # the new content is the beginning of the old
            self._part(b"".join(self._ahead))
        return self._old.hexdigest(), self._new.hexdigest()
