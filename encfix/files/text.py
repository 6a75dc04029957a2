"""A text file as bytes and as text: decoded by `encfix.decoding`, and written back with unrepaired bytes as they were.

Newlines are never translated, and a byte order mark is set aside, not read as a character.
"""

from __future__ import annotations

from dataclasses import dataclass

from encfix import decoding
from encfix.decoding import Decoded

BOM = "\ufeff"
"""The byte order mark as a character."""

LIMIT = 2**24
"""How many code points one document may have; a longer file is cut into several at line ends."""

SAME = "same"
"""The target that stands for the encoding that a file came in."""

TARGETS = {
    "utf-8": ("utf-8", False),
    "utf-8-sig": ("utf-8", True),
    "gb18030": ("gb18030", False),
    "big5": ("big5hkscs", False),
}
"""The encodings that files are written in on demand, each with whether a byte order mark goes before the text."""

CERTAIN = 0.9
"""How sure an encoding must be before text is written in another one."""


class EncodingError(ValueError):
    """Text cannot be written as asked; the message says why, and which character or byte is the first to blame."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """The content of a file: its bytes, and the text in them without the byte order mark."""

    data: bytes
    decoded: Decoded

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.decoded.text

    @property
    def has_mark(self) -> bool:
        """Whether the bytes begin with a byte order mark."""
        return bool(self.decoded.mark)

    def target(self, to: str = SAME) -> tuple[str, bool]:
        """Return the encoding that `to`, one of `TARGETS` or `SAME`, stands for, and whether a mark goes before it."""
        return (self.decoded.encoding, self.has_mark) if to == SAME else TARGETS[to]

    def encode(self, text: str, to: str = SAME, *, allow_lossy: bool = False) -> bytes:
        """Return `text` as the bytes of this file, in an encoding of `TARGETS` or the one that the file came in.

        The very bytes that came in are returned where nothing changes. Raises EncodingError for a character that the
        encoding cannot hold, and, unless `allow_lossy`, for any other bytes than those if the file was not decoded
        strictly.

        >>> decode(b"\\xef\\xbb\\xbfa\\r\\n").encode("b\\r\\n")
        b'\\xef\\xbb\\xbfb\\r\\n'
        >>> decode("汉字".encode("gbk")).encode("汉字", "utf-8") == "汉字".encode()
        True
        """
        target = self.target(to)
        if text == self.text and target == self.target() and (to == SAME or self.decoded.strict):
            return self.data
        if not allow_lossy:
            self._check_certain(is_converted=target[0] != self.decoded.encoding)
        return encode(text, *target)

    def _check_certain(self, *, is_converted: bool) -> None:
        decoded = self.decoded
        if not decoded.strict:
            first = decoded.changes[0] if decoded.changes else None
            where = f": {first.reason} at offset {first.start}, line {line_of(self.data, first.start)}" if first else ""
            raise EncodingError(f"not strictly {decoded.encoding}{where}; --allow-lossy writes it")
        if is_converted and decoded.confidence < CERTAIN:
            sure = f"{decoded.encoding}, {decoded.confidence:.0%} sure"
            raise EncodingError(f"the encoding is not certain ({sure}); --allow-lossy converts it")


def line_of(data: bytes, offset: int) -> int:
    """Return the line, from 1, of a byte.

    >>> line_of(b"a\\nb", 2)
    2
    """
    return data.count(b"\n", 0, offset) + 1


def decode(data: bytes) -> TextFile:
    """Return the text of a file in whatever encoding it is.

    >>> decode("汉字".encode()).text, decode("汉字编码".encode("gbk")).decoded.encoding
    ('汉字', 'gb18030')
    """
    return TextFile(data, decoding.decode(data))


def decode_as(data: bytes, encoding: str, has_mark: bool) -> TextFile:
    """Return the text of a file whose encoding is known. Raises ValueError if the bytes are not strictly in it."""
    mark = BOM.encode(encoding) if has_mark else b""
    if not data.startswith(mark):
        raise EncodingError("the byte order mark is missing")
    return TextFile(data, Decoded(data[len(mark) :].decode(encoding), encoding, 1.0, mark=mark))


def encode(text: str, encoding: str, has_mark: bool = False) -> bytes:
    """Return `text` as bytes. Raises EncodingError naming the first character that the encoding cannot hold.

    >>> encode("漢\\n字😀", "big5hkscs")
    Traceback (most recent call last):
        ...
    encfix.files.text.EncodingError: big5hkscs cannot hold U+1F600 '😀' of line 2, column 2
    """
    try:
        return (BOM.encode(encoding) if has_mark else b"") + text.encode(encoding)
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        column = error.start - text.rfind("\n", 0, error.start)
        character = text[error.start]
        name = f"U+{ord(character):04X}" + (f" {character!r}" if character.isprintable() else "")
        raise EncodingError(f"{encoding} cannot hold {name} of line {line}, column {column}") from error


def documents(text: str, limit: int = LIMIT) -> list[str]:
    """Return the documents of a text: all of it, or blocks of whole lines of at most `limit` code points.

    A line that is longer than `limit` is a block by itself. Joined, the blocks are the text.

    >>> documents("一\\n二\\n三\\n", limit=5)
    ['一\\n二\\n', '三\\n']
    """
    blocks, start = [], 0
    while len(text) - start > limit:
        end = text.rfind("\n", start, start + limit) + 1
        if end <= start:
            end = text.find("\n", start + limit) + 1 or len(text)
        blocks.append(text[start:end])
        start = end
    if start < len(text) or not blocks:
        blocks.append(text[start:] if start else text)
    return blocks
