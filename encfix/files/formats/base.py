"""What all formats share: documents with where they stand, chunks of text that hold them, and what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from encfix.files.layout import Layout, Segment
from encfix.files.types import ANNOTATED, WITH_FIELDS


class FormatError(ValueError):
    """A file is not what its format says, or cannot be done as asked; the message says why."""


class Edit(NamedTuple):
    """`after` replaces `[start, end)` of a chunk's text, in code points."""

    start: int
    end: int
    after: str


class Problem(NamedTuple):
    """A part `[start, end)` of a chunk's text that was left as it is, and why."""

    start: int
    end: int
    reason: str


class Judgement(NamedTuple):
    """What cleaning made of a document, for formats that write it down."""

    verdict: str
    share: float
    """How much of the document's characters was changed, 0 to 1."""
    map_span: Callable[[int, int], tuple[int, int] | None]
    """Carries a span of the document over to the repaired one; None if nothing of it is left."""


class Selection(NamedTuple):
    """What of the files is asked for.

    type: the format of all files, whatever their names say.
    fields: which values of records are documents; empty for all strings.
    spans: the field of a record that annotates its document with spans of characters.
    verdict: the field of a record that takes the verdict.
    """

    type: str | None = None
    fields: tuple[str, ...] = ()
    spans: str | None = None
    verdict: str | None = None

    def misfit(self, type_: str) -> str:
        """Return why files of a format cannot be cleaned as asked; empty if they can.

        >>> Selection(fields=("text",)).misfit("text")
        '--field is for files with fields, not for text; --type says what a file is'
        """
        hint = f"not for {type_}; --type says what a file is"
        if self.fields and type_ not in WITH_FIELDS:
            return f"--field is for files with fields, {hint}"
        if (self.spans or self.verdict) and type_ not in ANNOTATED:
            return f"{'--spans' if self.spans else '--verdict'} is for JSON Lines, {hint}"
        return ""


class Document:
    """A text to clean; `record` (from 1) and `field` say where, in formats that have such."""

    __slots__ = ("field", "record", "text")

    def __init__(self, text: str, record: int | None = None, field: str | None = None) -> None:
        self.text = text
        self.record = record
        self.field = field

    def layout(self) -> Layout:
        """Return where the characters stand in the chunk's text. Raises FormatError if they cannot be found."""
        return Layout([Segment(0, len(self.text), self.text)])

    def seams(self) -> Sequence[tuple[int, int]]:
        """Return the spans of the text, empty ones too, at which changes are to be divided: no edit reaches across."""
        return ()

    def quote(self, text: str) -> str:
        """Return `text` as the format writes it in this place. Raises FormatError if it cannot hold it."""
        return text


class Chunk:
    """A run of a file's text, and the documents in it; `labels` are where it says which encoding it is in."""

    def __init__(
        self,
        text: str,
        documents: Sequence[Document],
        problems: Sequence[Problem] = (),
        labels: Sequence[tuple[int, int]] = (),
    ) -> None:
        self.text = text
        self.problems = problems
        self.labels = labels
        self._documents = documents

    @property
    def documents(self) -> Sequence[Document]:
        """The texts to clean, and where they stand."""
        return self._documents

    def document(self, nth: int) -> Document:
        """Return one of the documents."""
        return self.documents[nth]

    @property
    def texts(self) -> Sequence[str]:
        """The documents as strings."""
        return [document.text for document in self.documents]

    @property
    def seams(self) -> Sequence[Sequence[tuple[int, int]]]:
        """The seams of each document."""
        return [document.seams() for document in self.documents]

    def annotations(self, judgements: Sequence[Judgement]) -> tuple[list[Edit], list[Problem]]:
        """Return the edits that write down what became of the documents, and what they could not."""
        return [], []


class TextFormat(Protocol):
    """Cuts one file's text into chunks; made anew for each file. The formats inherit from it."""

    block: int | None
    """How many code points are read before the next chunk is cut; None if the file must be read whole."""
    keeps_lines: bool
    """Whether a line that cannot be decoded may stay as it is, since a line is a record."""

    def chunk(self, text: str, *, is_last: bool) -> Chunk:
        """Return a chunk whose text begins `text`; what is left over comes again with more behind it.

        Everything must be taken if `is_last`; an empty chunk asks for more text. Raises FormatError.
        """
        ...

    def end(self) -> None:
        """Take note that there is no more text. Raises FormatError if nothing of what is asked for was in it."""
        return
