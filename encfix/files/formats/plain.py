"""Plain text and Markdown: the file is one document, a large one blocks of whole lines."""

from __future__ import annotations

import re

from encfix.files.formats.base import Chunk, Document, TextFormat
from encfix.files.text import LIMIT, first_document

_XML = re.compile(r"""\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]+)""")


class PlainText(TextFormat):
    """A `TextFormat`; what is longer than `limit` code points is several documents."""

    keeps_lines = False

    def __init__(self, limit: int = LIMIT) -> None:
        self.block: int | None = limit + 1
        self._limit = limit
        self._has_begun = False

    def chunk(self, text: str, *, is_last: bool) -> Chunk:
        """Return all of the text, or a block of whole lines."""
        block = first_document(text, self._limit, is_last=is_last)
        labels = () if self._has_begun else xml_labels(block)
        self._has_begun |= bool(block)
        return Chunk(block, [Document(block)] if block or is_last else [], labels=labels)


def xml_labels(text: str) -> list[tuple[int, int]]:
    """Return where the declaration of XML at the head of a text says its encoding.

    >>> xml_labels('<?xml version="1.0" encoding="gbk"?>')
    [(30, 33)]
    """
    found = _XML.match(text)
    return [found.span(1)] if found else []
