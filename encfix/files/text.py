"""The bytes of a file as text, and back: in the encoding that it came in, or another, with nothing lost on the way.

Newlines are never translated, and a byte order mark is set aside, not read as a character.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from encfix import decoding
from encfix.decoding import Decoded
from encfix.files.charset import KEPT, REPAIRED, SAME, Charset, EncodingError, lines

LIMIT = 2**24
"""How many code points one document may have; a longer file is cut into several at line ends."""

CERTAIN = 0.9
"""How sure an encoding must be before text is written in another one."""


class Writing(NamedTuple):
    """In which encoding files are to be written, and whether also those that were not decoded strictly."""

    to: str = SAME
    allow_lossy: bool = False


class Kept(NamedTuple):
    """A line `[start, end)` of a file's text, in code points, that is no text and stays byte for byte, and why."""

    start: int
    end: int
    reason: str


class Codec:
    """Makes text of the blocks of one file, in order, and bytes of what becomes of it.

    Where bytes are not in the encoding, they are repaired as `encfix.decode` does; or, with `keeps_lines` and unless
    `writing` allows a loss, the line is kept: its bytes beyond ASCII are lone surrogates (PEP 383).
    """

    def __init__(self, charset: Charset, writing: Writing | None = None, *, keeps_lines: bool = False) -> None:
        self._writing = writing or Writing(allow_lossy=True)
        self.keeps_lines = keeps_lines and charset.keeps_lines and not (writing and writing.allow_lossy)
        """Whether a line that is no text is kept, not repaired."""
        self._bytes = self._points = 0
        self.lines = 0
        """Line ends that were read."""
        self._kept: list[Kept] = []
        self._loss = ""
        self.source = charset
        """How the file is text, as far as it was read."""

    def decode(self, block: bytes) -> str:
        """Return the text of the next block, which ends with a line; the mark before the first is set aside."""
        start = self._bytes
        if not start:
            start, block = len(self.source.mark), block[len(self.source.mark) :]
        text = decoding.strictly(block, self.source.encoding)
        if text is None and self.keeps_lines:
            text = self._decode_lines(block, start)
        elif text is None:
            text = self.repaired(decoding.decode_as(block, self.source.encoding), block, start)
        self._bytes = start + len(block)
        self.lines += line_ends(text)
        self._points += len(text)
        return text

    def repaired(self, decoded: Decoded, block: bytes, start: int = 0) -> str:
        """Return the text of a block that begins at byte `start`, some of which had to be repaired."""
        if not self._loss and decoded.changes:
            first = decoded.changes[0]
            line = self.lines + block.count(b"\n", 0, first.start) + 1
            self._loss = f": {first.reason} at offset {start + first.start}, line {line}"
        self.source = self.source._replace(decoded=REPAIRED)
        return decoded.text

    def _decode_lines(self, block: bytes, start: int) -> str:
        pieces: list[str] = []
        place = self._points
        for text, bad in lines(block, self.source):
            pieces.append(text)
            if bad is not None:
                reason = f"no {self.source.encoding}: byte 0x{block[bad]:02X} at offset {start + bad}: left as it is"
                self._kept.append(Kept(place, place + len(text), reason))
            place += len(text)
        self.source = self.source._replace(decoded=KEPT)
        return "".join(pieces)

    def take_kept(self, end: int) -> list[Kept]:
        """Return the lines before `end` that are kept and were not returned before."""
        taken = [line for line in self._kept if line.start < end]
        del self._kept[: len(taken)]
        return taken

    @property
    def target(self) -> Charset:
        """How the text is to be written."""
        target = self.source.target(self._writing.to)
        is_converted = target.encoding != self.source.encoding
        return target if is_converted else target._replace(decoded=self.source.decoded)

    @property
    def is_converted(self) -> bool:
        """Whether the bytes are to be others even where the text stays."""
        return self.target[:2] != self.source[:2]

    @property
    def label(self) -> str | None:
        """What the text is to declare as its encoding; None where it is to stay as it is."""
        to = self._writing.to
        return None if to == SAME else to.removesuffix("-sig")

    def check(self) -> None:
        """Raise EncodingError if what was read must not be written as other bytes than it came in."""
        if self._writing.allow_lossy:
            return
        if self.source.decoded == REPAIRED:
            raise EncodingError(f"not strictly {self.source.encoding}{self._loss}; --allow-lossy writes it")
        if self.target.encoding != self.source.encoding and self.source.confidence < CERTAIN:
            sure = f"{self.source.encoding}, {self.source.confidence:.0%} sure"
            raise EncodingError(f"the encoding is not certain ({sure}); --allow-lossy converts it")


def line_ends(text: str) -> int:
    """Return how many lines end in a text.

    >>> line_ends("a\\nb\\r\\nc\\rd")
    3
    """
    feeds = text.count("\n")
    return feeds + text.count("\r") - text.count("\r\n") if "\r" in text else feeds


@dataclass(frozen=True, slots=True)
class TextFile:
    """The content of a file that was read at once: its bytes, and the text in them without the byte order mark."""

    data: bytes
    text: str
    codec: Codec

    def encode(self, text: str) -> bytes:
        """Return `text` as the bytes of this file: the very same where nothing changes.

        Raises EncodingError for a character that the encoding cannot hold, and if what was decoded must not be written.

        >>> read(b"\\xef\\xbb\\xbfa\\r\\n").encode("b\\r\\n")
        b'\\xef\\xbb\\xbfb\\r\\n'
        >>> read("汉字".encode("gbk"), Writing("utf-8", allow_lossy=True)).encode("汉字") == "汉字".encode()
        True
        """
        if text == self.text and not self.codec.is_converted:
            return self.data
        self.codec.check()
        return self.codec.target.mark + self.codec.target.encode(text)


def read(data: bytes, writing: Writing | None = None, *, keeps_lines: bool = False) -> TextFile:
    """Return the text of a whole file in whatever encoding it is; see `Codec`.

    >>> read("汉字".encode()).text, read("汉字编码".encode("gbk")).codec.source.encoding
    ('汉字', 'gb18030')
    """
    decoded = decoding.decode(data)
    codec = Codec(Charset.of(decoded), writing, keeps_lines=keeps_lines)
    if decoded.strict:
        return TextFile(data, decoded.text, codec)
    if codec.keeps_lines:
        return TextFile(data, codec.decode(data), codec)
    return TextFile(data, codec.repaired(decoded, data), codec)


def first_document(text: str, limit: int = LIMIT, start: int = 0, *, is_last: bool = True) -> str:
    """Return the first of the documents of `text` from `start`; empty if only more text can tell where it ends.

    That is all of it, or a block of whole lines of at most `limit` code points; a longer line is a block by itself.

    >>> first_document("一\\n二\\n三\\n", limit=5)
    '一\\n二\\n'
    """
    if len(text) - start <= limit:
        return (text[start:] if start else text) if is_last else ""
    end = text.rfind("\n", start, start + limit) + 1
    if end <= start:
        end = text.find("\n", start + limit) + 1 or (len(text) if is_last else start)
    return text[start:end]
