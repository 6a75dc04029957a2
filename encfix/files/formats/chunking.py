"""A file as chunks of its format: at once if it is small, else block by block, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from encfix.files import compression
from encfix.files.formats.base import Chunk, FormatError, TextFormat
from encfix.files.reading import opened
from encfix.files.walking import Source

WHOLE = 8 * 2**20
"""Bytes of content that a file may have to be read at once, if its format can be read in blocks."""

LARGEST = 512 * 2**20
"""Bytes of content that a file may have whose format must be read at once."""


def read_whole(source: Source, compressed: str | None, form: TextFormat) -> bytes | None:
    """Return the content of a file; None if it is to be read in blocks. Standard input is always read at once.

    Raises OSError, CompressionError, and FormatError for a file that is too large for its format.
    """
    limit = LARGEST if form.block is None or source.is_standard_input else WHOLE
    if compressed is None and form.block is not None and source.size > limit:
        return None
    with opened(source, compressed) as stream:
        data = stream.read(limit + 1)
    if source.is_standard_input and (packed := compression.packed_as(data)):
        raise FormatError(f"packed as {packed}: unpack what comes on standard input first")
    if len(data) <= limit:
        return data
    if form.block is None or source.is_standard_input:
        raise FormatError(f"larger than {LARGEST // 2**20} MB, which is as much as is read at once")
    return None


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
