"""Clean files: small ones in groups, enough of them at once to be fast; large ones as they are read and written."""

from __future__ import annotations

import codecs
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from encfix.audit import VERDICTS, Content
from encfix.cleaner import Cleaner
from encfix.cli.placing import Part, placed, values_part
from encfix.files import compression
from encfix.files.compression import CompressionError
from encfix.files.formats.base import Chunk, FormatError, Selection
from encfix.files.formats.jsonl import JsonLines
from encfix.files.formats.opening import text_format
from encfix.files.formats.tables import open_table
from encfix.files.formats.warc import pages
from encfix.files.reading import Behind, Measured, Twins, chunks, line_ends, read_whole, stream_chunks
from encfix.files.text import LIMIT, NotUtf8Error, TextFile, decode
from encfix.files.types import STREAMED, TABLES, Kind, kind_of
from encfix.files.walking import Failed, Source
from encfix.result import Change, Finding, Verdict

GROUP = 8 * 2**20
"""Bytes of files that are read before they are cleaned together; one file may be larger."""

ERRORS = (OSError, NotUtf8Error, FormatError, CompressionError)
"""What makes one file fail and no other."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A cleaned file that was read at once; offsets of changes and findings are those of its whole text."""

    source: Source
    kind: Kind
    file: TextFile
    text: str
    output: bytes
    """The content that the file should have: the very same where nothing changed."""
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict
    is_streamed = False

    @property
    def input_content(self) -> Content:
        """What is on record of the content that was read."""
        return Content.of(self.file.data)

    @property
    def output_content(self) -> Content:
        """What is on record of the content that it should have."""
        return Content.of(self.output)

    def parts(self, sink: BinaryIO | None) -> Iterator[Part]:
        """Write the file to `sink`, if there is one, and yield what was done."""
        if sink and self.kind.compression and self.output == self.file.data:
            _copy(self.source, sink)
        elif sink:
            with compression.writing(sink, _settings(self.source, self.kind), len(self.output)) as stream:
                stream.write(self.output)
        old, size = self.file.text, len(self.file.data)
        yield Part(old, self.text, self.changes, self.findings, self.verdict, 0, 1, size, len(old))


class Streamed:
    """A file that is cleaned while its parts are read, once; `verdict` and contents are known behind the last."""

    is_streamed = True

    def __init__(self, source: Source, kind: Kind, cleaner: Cleaner, selection: Selection, limit: int) -> None:
        self.source, self.kind = source, kind
        self.verdict: Verdict = "clean"
        self._cleaner, self._selection, self._limit = cleaner, selection, limit
        self._contents: tuple[Content, ...] = ()

    @property
    def input_content(self) -> Content:
        """What is on record of the content that was read."""
        return self._contents[0]

    @property
    def output_content(self) -> Content:
        """What is on record of the content that it should have."""
        return self._contents[1]

    def parts(self, sink: BinaryIO | None) -> Iterator[Part]:
        """Write the file to `sink` as it is cleaned, if there is one, and yield what was done.

        Raises one of `ERRORS` if the file cannot be read to its end.
        """
        is_changed = False
        read = {"parquet": self._table_parts, "arrow": self._table_parts, "warc": self._page_parts}
        for part in read.get(self.kind.type, self._text_parts)(sink):
            self.verdict = max(self.verdict, part.verdict, key=VERDICTS.index)
            is_changed |= bool(part.changes)
            yield part
        if not is_changed and self.kind.type != "warc":
            self._contents = self._contents[:1] * 2
            if sink and (self.kind.compression or self.kind.type in TABLES):
                sink.seek(0)
                sink.truncate()
                _copy(self.source, sink)

    def _text_parts(self, sink: BinaryIO | None) -> Iterator[Part]:
        form = text_format(self.kind, self._selection, self._limit)
        with compression.reading(self.source.path, self.kind.compression) as stream:
            settings = _settings(self.source, self.kind) if sink else None
            with _into(sink, settings) as target:
                twins = Twins()
                mark = stream.read(len(codecs.BOM_UTF8))
                source: BinaryIO | Behind = stream
                if mark == codecs.BOM_UTF8:
                    twins.add(mark, mark)
                    if target:
                        target.write(mark)
                else:
                    source = Behind(mark, stream)
                offset, line = 0, 1
                for chunk in stream_chunks(source, form, twins.old_size):
                    old = new = chunk.text.encode("utf-8")
                    part = _clean(self._cleaner, chunk, self._selection, offset, line, len(old))
                    if part.new is not None and part.new is not chunk.text:
                        new = part.new.encode("utf-8")
                    twins.add(old, new)
                    if target:
                        target.write(new)
                    offset += len(chunk.text)
                    line += line_ends(chunk.text)
                    yield part
        self._contents = tuple(map(Content, (twins.old_size, twins.new_size), twins.digests))

    def _table_parts(self, sink: BinaryIO | None) -> Iterator[Part]:
        read, written = Measured(None), Measured(sink)
        with open(self.source.path, "rb") as stream:
            read.drain(stream)
        with open_table(self.source.path, self.kind, self._selection) as table, table.writer(written) as writer:
            for group in table.row_groups():
                results = self._cleaner.clean_many([document.text for document in group.documents])
                changed = {nth: result.text for nth, result in enumerate(results) if result.text != result.original}
                writer.write(group.replaced(changed))
                yield values_part(group.documents, results)
        self._contents = _content(read), _content(written)

    def _page_parts(self, sink: BinaryIO | None) -> Iterator[Part]:
        selection = self._selection._replace(fields=("title", "text"))
        form = JsonLines(selection)
        read, written = Measured(None), Measured(sink)
        with open(self.source.path, "rb") as stream:
            read.drain(stream)
        offset, line, pending = 0, 1, ""
        for page in chain(pages(self.source.path), ("",)):
            pending += page
            if page and len(pending) < (form.block or 0):
                continue
            chunk = form.chunk(pending, is_last=True)
            part = _clean(self._cleaner, chunk, selection, offset, line, 0)
            written.write((part.new or "").encode("utf-8", "backslashreplace"))
            offset, line, pending = offset + len(pending), line + line_ends(pending), ""
            yield part
        self._contents = _content(read), _content(written)


def clean_files(
    sources: Iterable[Source], cleaner: Cleaner, limit: int = LIMIT, selection: Selection | None = None
) -> Iterator[Outcome | Streamed | Failed]:
    """Read and clean files, in order but for failures; what is longer than `limit` is several documents."""
    selection = selection or Selection()
    group: list[_Read] = []
    size = 0
    for source in sources:
        kind = kind_of(source.name, selection.type)
        try:
            read = None if kind.type in STREAMED else _read(source, kind, selection, limit)
        except ERRORS as error:
            yield Failed.because(source.path, error)
            continue
        if read is None:
            yield from _clean_group(group, cleaner, selection)
            group, size = [], 0
            yield Streamed(source, kind, cleaner, selection, limit)
            continue
        group.append(read)
        size += len(read.file.data)
        if size >= GROUP:
            yield from _clean_group(group, cleaner, selection)
            group, size = [], 0
    yield from _clean_group(group, cleaner, selection)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read at once."""

    source: Source
    kind: Kind
    file: TextFile
    chunks: list[Chunk]


def _read(source: Source, kind: Kind, selection: Selection, limit: int) -> _Read | None:
    """Return the file if it can be read at once. Raises one of `ERRORS`."""
    form = text_format(kind, selection, limit)
    data = read_whole(source.path, kind.compression, form)
    if data is None:
        return None
    file = decode(data)
    return _Read(source, kind, file, list(chunks(file.text, form)))


def _clean_group(group: list[_Read], cleaner: Cleaner, selection: Selection) -> Iterator[Outcome | Failed]:
    texts = [document.text for read in group for chunk in read.chunks for document in chunk.documents]
    results = iter(cleaner.clean_many(texts))
    for read in group:
        taken = [[next(results) for _ in chunk.documents] for chunk in read.chunks]
        parts: list[Part] = []
        offset = 0
        try:
            for chunk, own in zip(read.chunks, taken, strict=True):
                parts.append(placed(chunk, own, selection, offset, 1, 0))
                offset += len(chunk.text)
        except FormatError as error:
            yield Failed.because(read.source.path, error)
            continue
        yield _joined(read, parts)


def _clean(cleaner: Cleaner, chunk: Chunk, selection: Selection, offset: int, line: int, size: int) -> Part:
    results = cleaner.clean_many([document.text for document in chunk.documents])
    return placed(chunk, results, selection, offset, line, size)


def _joined(read: _Read, parts: Sequence[Part]) -> Outcome:
    """Return the outcome of a file from its parts."""
    text = (parts[0].new or "") if len(parts) == 1 else "".join(part.new or "" for part in parts)
    if text == read.file.text:
        text = read.file.text
    changes = tuple(change for part in parts for change in part.changes)
    findings = tuple(finding for part in parts for finding in part.findings)
    verdict: Verdict = max((part.verdict for part in parts), key=VERDICTS.index, default="clean")
    return Outcome(read.source, read.kind, read.file, text, read.file.encode(text), changes, findings, verdict)


def _settings(source: Source, kind: Kind) -> compression.Settings | None:
    return compression.settings_of(source.path, kind.compression) if kind.compression else None


def _content(stream: Measured) -> Content:
    return Content(stream.size, stream.sha256)


def _copy(source: Source, sink: BinaryIO) -> None:
    """Copy a file in which nothing changed: packed again, the same content could be other bytes."""
    with open(source.path, "rb") as stream:
        shutil.copyfileobj(stream, sink)


@contextmanager
def _into(sink: BinaryIO | None, settings: compression.Settings | None) -> Iterator[BinaryIO | None]:
    """Open a sink for content; nowhere is one too."""
    if sink is None:
        yield None
    else:
        with compression.writing(sink, settings) as stream:
            yield stream
