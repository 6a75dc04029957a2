"""What `decode` returns."""

from __future__ import annotations

from dataclasses import dataclass

from encfix.result import Change


@dataclass(frozen=True, slots=True)
class Decoded:
    """Bytes as text.

    text: the text, without the byte order mark.
    encoding: the name of Python's codec for it; of a file in several encodings, the one that most of it is in.
    confidence: the probability that `encoding` is right.
    changes: what is not as `encoding` says, sorted and disjoint: bad bytes, and lines in another encoding. Offsets
        are bytes; `before` holds the bytes, each as the code point of its value (Latin-1), `after` what stands for them
        in the text. Between the changes, `encoding` decodes the bytes strictly.
    strict: whether all bytes were decoded by `encoding` alone, and `encode(text)` gives the very bytes again.
    mark: the byte order mark that was set aside, if there was one.

    >>> import encfix
    >>> decoded = encfix.decode("汉字".encode("gbk"))
    >>> decoded.text, decoded.encoding, decoded.strict
    ('汉字', 'gb18030', True)
    """

    text: str
    encoding: str
    confidence: float
    changes: tuple[Change, ...] = ()
    strict: bool = True
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """Return `text` in this encoding, with the byte order mark if there was one.

        Raises UnicodeEncodeError for what the encoding cannot hold.

        >>> import encfix
        >>> encfix.decode("漢字".encode("utf-8-sig")).encode("字")
        b'\\xef\\xbb\\xbf\\xe5\\xad\\x97'
        """
        return self.mark + text.encode(self.encoding)
