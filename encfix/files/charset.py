"""How bytes are text: the codec, the mark before them, and what of them is no text and is kept byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from encfix import decoding
from encfix.decoding import Decoded

BOM = "\ufeff"
"""The byte order mark as a character."""

SAME = "same"
"""The target that stands for the encoding that a file came in."""

TARGETS = {
    "utf-8": ("utf-8", False),
    "utf-8-sig": ("utf-8", True),
    "gb18030": ("gb18030", False),
    "big5": ("big5hkscs", False),
}
"""The encodings that files are written in on demand, each with whether a byte order mark goes before the text."""

STRICT, KEPT, REPAIRED = "strict", "kept", "repaired"
"""How bytes became text: all by the codec; but for lines that are kept byte for byte; or with bytes lost or guessed."""


class EncodingError(ValueError):
    """Text cannot be written as asked; the message says why, and which character or byte is the first to blame."""


class Charset(NamedTuple):
    """How bytes are text: Python's name of the codec, the byte order mark before the text, how sure that is."""

    encoding: str = "utf-8"
    mark: bytes = b""
    confidence: float = 1.0
    decoded: str = STRICT
    """`STRICT`, `KEPT` or `REPAIRED`."""

    @classmethod
    def of(cls, decoded: Decoded) -> Charset:
        """Return the charset that bytes were found to be in, as if all of them were."""
        return cls(decoded.encoding, decoded.mark, decoded.confidence)

    @property
    def line_end(self) -> bytes:
        """A line feed in this encoding."""
        return "\n".encode(self.encoding)

    @property
    def keeps_lines(self) -> bool:
        """Whether bytes that are no text can stand in a line by themselves: all others are ASCII or beyond it."""
        return len(self.line_end) == 1 and not self.encoding.startswith(("hz", "iso2022"))

    def target(self, to: str) -> Charset:
        """Return the charset that `to`, one of `TARGETS` or `SAME`, stands for."""
        if to == SAME:
            return self
        encoding, has_mark = TARGETS[to]
        return Charset(encoding, BOM.encode(encoding) if has_mark else b"")

    def decode(self, data: bytes) -> str:
        """Return the text of a whole content. Raises ValueError if the bytes are not as the charset says.

        >>> Charset("gb18030", decoded=KEPT).decode("汉字".encode("gbk") + b"\\n\\xff")
        '汉字\\n\\udcff'
        """
        if not data.startswith(self.mark):
            raise EncodingError("the byte order mark is missing")
        body = data[len(self.mark) :]
        if self.decoded == REPAIRED:
            return decoding.decode(data).text
        if self.decoded == KEPT:
            return "".join(text for text, _ in lines(body, self))
        return body.decode(self.encoding)

    def encode(self, text: str, line: int = 1) -> bytes:
        """Return text as bytes, without a mark; `line` is where it begins, from 1.

        Raises EncodingError naming the first character that the encoding cannot hold.

        >>> Charset("big5hkscs").encode("漢\\n字😀")
        Traceback (most recent call last):
            ...
        encfix.files.charset.EncodingError: big5hkscs cannot hold U+1F600 '😀' of line 2, column 2
        """
        try:
            return text.encode(self.encoding, "surrogateescape" if self.decoded == KEPT else "strict")
        except UnicodeEncodeError as error:
            row = text.count("\n", 0, error.start) + line
            column = error.start - text.rfind("\n", 0, error.start)
            code = ord(text[error.start])
            if 0xDC80 <= code < 0xDD00:
                reason = f"byte 0x{code - 0xDC00:02X} of line {row} is no text; --allow-lossy writes it"
                raise EncodingError(reason) from error
            name = f"U+{code:04X}" + (f" {chr(code)!r}" if chr(code).isprintable() else "")
            raise EncodingError(f"{self.encoding} cannot hold {name} of line {row}, column {column}") from error


def lines(data: bytes, charset: Charset) -> Iterator[tuple[str, int | None]]:
    """Yield the text of each line, and where the first byte is in `data` that made the line be kept, if one did."""
    start = 0
    for line in _split(data):
        text = decoding.strictly(line, charset.encoding)
        if text is not None:
            yield text, None
        else:
            yield line.decode("ascii", "surrogateescape"), start + _first_bad(line, charset.encoding)
        start += len(line)


def _split(data: bytes) -> Iterator[bytes]:
    """Yield lines that `\\n` alone ends."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        yield data[start:end]
        start = end


def _first_bad(line: bytes, encoding: str) -> int:
    try:
        line.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return next(nth for nth, byte in enumerate(line) if byte > 0x7F)  # it decodes, but not to these bytes alone
