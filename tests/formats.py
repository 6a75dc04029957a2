"""What the tests of formats share: a file cleaned, its documents, and damage to put into it."""

from __future__ import annotations

from typing import Any

from encfix.audit import Entry, apply, undo
from encfix.cleaner import Cleaner
from encfix.cli.cleaning import clean_files
from encfix.cli.outcomes import Task, Whole
from encfix.files.formats import chunking
from encfix.files.formats.base import Chunk, Selection, TextFormat
from encfix.files.walking import Source
from encfix.options import Options
from encfix.result import Change, Finding

DAMAGED = "進(jìn)口貿(mào)易強(qiáng)調(diào)發(fā)展"
REPAIRED = "進口貿易強調發展"
PLAIN = str.maketrans("ìàáǎīǐé", "iaaaiie")
"""Makes of the damaged text one that Big5 can hold too."""


def texts(form: TextFormat, text: str) -> list[str]:
    """The documents of a file, once it is sure that each is found where it stands."""
    (chunk,) = chunking.chunks(text, form)
    assert chunk.text == text
    for document in chunk.documents:
        assert document.layout().value == document.text
    return [document.text for document in chunk.documents]


def changes_of(outcome: Whole) -> tuple[Change, ...]:
    return tuple(change for part in outcome.parts(None) for change in part.changes)


def findings_of(outcome: Whole) -> tuple[Finding, ...]:
    return tuple(finding for part in outcome.parts(None) for finding in part.findings)


def cleaned(tmp_path: Any, name: str, content: str | bytes, options: Options | None = None, **selection: Any) -> Whole:
    """The outcome of a file whose audit brings it there and back."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = Source(tmp_path, name, 0, is_named=True)
    (outcome,) = clean_files([source], Task(Cleaner(options), Selection(**selection)))
    assert isinstance(outcome, Whole), outcome
    changes = changes_of(outcome)
    entry = Entry("", name, outcome.input_content, outcome.output_content, outcome.verdict, changes)
    assert apply(entry, outcome.file.data) == outcome.output
    assert undo(entry, outcome.output) == outcome.file.data
    return outcome


def in_blocks(form: TextFormat, text: str, size: int) -> list[tuple[str, int | None, str | None]]:
    """The documents of a text that comes in blocks; together the chunks must be the text."""
    chunks: list[Chunk] = []
    pending = ""
    for start in range(0, len(text) + 1, size):
        pending += text[start : start + size]
        chunk = form.chunk(pending, is_last=start + size > len(text))
        pending = pending[len(chunk.text) :]
        chunks.append(chunk)
    assert pending == ""
    assert "".join(chunk.text for chunk in chunks) == text
    assert not any(chunk.problems for chunk in chunks)
    return [(document.text, document.record, document.field) for chunk in chunks for document in chunk.documents]
