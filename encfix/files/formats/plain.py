"""Plain text and Markdown: the file is one document, a large one blocks of whole lines."""

from __future__ import annotations

from encfix.files.formats.base import Chunk, Document
from encfix.files.text import LIMIT, first_document


class PlainText:
    """A `TextFormat`; what is longer than `limit` code points is several documents."""

    keeps_lines = False

    def __init__(self, limit: int = LIMIT) -> None:
        self.block: int | None = limit + 1
        self._limit = limit

    def chunk(self, text: str, *, is_last: bool) -> Chunk:
        """Return all of the text, or a block of whole lines."""
        block = first_document(text, self._limit, is_last=is_last)
        return Chunk(block, [Document(block)] if block or is_last else [])
