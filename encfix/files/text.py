"""A text file as bytes and as text: strictly decoded, and written back with unrepaired bytes as they were.

Newlines are never translated, and a byte order mark is set aside, not read as a character.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

BOM = "\ufeff"
"""The byte order mark as a character."""

LIMIT = 2**24
"""How many code points one document may have; a longer file is cut into several at line ends."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class NotUtf8Error(ValueError):
    """The bytes are no UTF-8; the message says where they stop being it."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """The content of a file: its bytes, and the text in them without the byte order mark."""

    data: bytes
    text: str
    has_mark: bool

    def encode(self, text: str) -> bytes:
        """Return `text` as the bytes of this file, with a byte order mark if it has one.

        Raises UnicodeEncodeError for a lone surrogate, which no strictly decoded text holds.

        >>> decode(b"\\xef\\xbb\\xbfa\\r\\n").encode("b\\r\\n")
        b'\\xef\\xbb\\xbfb\\r\\n'
        """
        if text == self.text:
            return self.data
        return codecs.BOM_UTF8 * self.has_mark + text.encode("utf-8")


def decode(data: bytes) -> TextFile:
    """Return the text of a UTF-8 file.

    Raises NotUtf8Error naming the first wrong byte, its offset (from 0) and its line (from 1).

    >>> decode("汉字".encode()).text
    '汉字'
    >>> decode("一\\n二".encode("gbk"))
    Traceback (most recent call last):
        ...
    encfix.files.text.NotUtf8Error: not UTF-8: byte 0xB6 at offset 3, line 2
    """
    has_mark = data.startswith(codecs.BOM_UTF8)
    skipped = len(codecs.BOM_UTF8) * has_mark
    try:
        return TextFile(data, data[skipped:].decode("utf-8"), has_mark)
    except UnicodeDecodeError as error:
        for mark, name in _MARKS:
            if data.startswith(mark):
                raise NotUtf8Error(f"{name}, not UTF-8") from error
        offset = skipped + error.start
        line = data.count(b"\n", 0, offset) + 1
        raise NotUtf8Error(f"not UTF-8: byte 0x{data[offset]:02X} at offset {offset}, line {line}") from error


def documents(text: str, limit: int = LIMIT) -> list[str]:
    """Return the documents of a text: all of it, or blocks of whole lines of at most `limit` code points.

    A line that is longer than `limit` is a block by itself. Joined, the blocks are the text.

    >>> documents("一\\n二\\n三\\n", limit=5)
    ['一\\n二\\n', '三\\n']
    """
    blocks: list[str] = []
    start = 0
    while start < len(text) or not blocks:
        blocks.append(first_document(text, limit, start))
        start += len(blocks[-1])
    return blocks


def first_document(text: str, limit: int = LIMIT, start: int = 0, *, is_last: bool = True) -> str:
    """Return the first of the documents of `text` from `start`; empty if only more text can tell where it ends."""
    if len(text) - start <= limit:
        return (text[start:] if start else text) if is_last else ""
    end = text.rfind("\n", start, start + limit) + 1
    if end <= start:
        end = text.find("\n", start + limit) + 1 or (len(text) if is_last else start)
    return text[start:end]
