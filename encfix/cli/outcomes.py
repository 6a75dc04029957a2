"""What becomes of one file: cleaned at once, or as it is read and written."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import BinaryIO, TypeAlias

from encfix.audit import VERDICTS, Content
from encfix.cleaner import Cleaner
from encfix.cli.placing import Part, placed, values_part
from encfix.files import compression
from encfix.files.charset import Charset
from encfix.files.formats.base import Chunk, Problem, Selection
from encfix.files.formats.chunking import stream_chunks
from encfix.files.formats.jsonl import JsonLines
from encfix.files.formats.opening import text_format
from encfix.files.formats.tables import open_table
from encfix.files.formats.warc import PageLine, chosen, pages
from encfix.files.measuring import Measured, Twins, beside
from encfix.files.reading import blocks, charset_of, opened
from encfix.files.text import LIMIT, Codec, TextFile, Writing, line_ends
from encfix.files.types import Kind
from encfix.files.walking import Source
from encfix.inline import heeded
from encfix.result import Verdict


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done to files; picklable."""

    cleaner: Cleaner
    selection: Selection = field(default_factory=Selection)
    writing: Writing | None = field(default_factory=Writing)
    """How they are to be written; None if they are only looked at."""
    limit: int = LIMIT
    """How many code points a plain document may have; what is longer is several."""

    def clean(self, chunk: Chunk, codec: Codec | None, offset: int, line: int, size: int) -> Part:
        """Return what cleaning does to a chunk; see `placed`."""
        results = self.cleaner.clean_many(chunk.texts, chunk.seams)
        return placed(chunk, results, self.selection, codec, offset, line, size)


class Whole:
    """A cleaned file that was read at once."""

    def __init__(self, source: Source, kind: Kind, file: TextFile, parts: Sequence[Part]) -> None:
        self.source, self.kind, self.file = source, kind, file
        self.verdict: Verdict = max((part.verdict for part in parts), key=VERDICTS.index, default="clean")
        self._parts = parts

    @cached_property
    def output(self) -> bytes:
        """The content that the file should have: the very same where nothing changed. Raises EncodingError."""
        if not any(part.rows for part in self._parts):
            return self.file.encode(self.file.text)
        return self.file.encode("".join(part.new or "" for part in self._parts))

    @property
    def is_changed(self) -> bool:
        """Whether the content should be another. Raises EncodingError."""
        return self.output != self.file.data

    @property
    def charsets(self) -> tuple[Charset, Charset]:
        """How the content is text that was read, and how the one is that it should have."""
        return self.file.codec.source, self.file.codec.target

    @cached_property
    def input_content(self) -> Content:
        """What is on record of the content that was read."""
        return Content.of(self.file.data, self.file.codec.source)

    @cached_property
    def output_content(self) -> Content:
        """What is on record of the content that it should have. Raises EncodingError."""
        if self.output is self.file.data:
            return replace(self.input_content, charset=self.file.codec.target)
        return Content.of(self.output, self.file.codec.target)

    def parts(self, sink: BinaryIO | None) -> Iterator[Part]:
        """Write the file to `sink`, if there is one, and yield what was done. Raises one of `ERRORS`."""
        if sink and self.kind.compression and not self.is_changed:
            _copy(self.source, sink)
        elif sink:
            with compression.writing(sink, _settings(self.source, self.kind), len(self.output)) as stream:
                stream.write(self.output)
        yield from self._parts


class Streamed:
    """A file that is cleaned while its parts are read, once; verdict and contents are known behind the last."""

    def __init__(self, source: Source, kind: Kind, task: Task) -> None:
        self.source, self.kind = source, kind
        self.verdict: Verdict = "clean"
        self.is_changed = False
        self._task = task
        self._contents: tuple[Content, ...] = ()

    @property
    def charsets(self) -> tuple[Charset, Charset]:
        """How the content is text that was read, and how the one is that it should have."""
        return self.input_content.charset, self.output_content.charset

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

        Raises one of `ERRORS` if the file cannot be read to its end, or not be written.
        """
        read = {"parquet": self._table_parts, "arrow": self._table_parts, "warc": self._page_parts}
        for part in read.get(self.kind.type, self._text_parts)(sink):
            self.verdict = max(self.verdict, part.verdict, key=VERDICTS.index)
            self.is_changed |= bool(part.rows)
            yield part
        if self.is_changed or self.kind.type == "warc":
            return
        is_copy = self._contents[0] == self._contents[1] and not self.kind.compression
        self._contents = self._contents[:1] * 2
        if sink and not is_copy:  # packed again, or with bytes that were lost, the same text is other bytes
            sink.seek(0)
            sink.truncate()
            _copy(self.source, sink)

    def _text_parts(self, sink: BinaryIO | None) -> Iterator[Part]:
        form = text_format(self.kind, self._task.selection, self._task.limit)
        with opened(self.source, self.kind.compression) as stream:
            charset = charset_of(stream)
        codec = Codec(charset, self._task.writing, keeps_lines=form.keeps_lines)
        self.is_changed = codec.is_converted
        twins = Twins()
        settings = _settings(self.source, self.kind) if sink else None
        content = opened(self.source, self.kind.compression)
        with content as stream, _into(sink, settings) as target, beside() as go:
            offset, line, size = 0, 1, 0
            mark = codec.target.mark
            texts = _Texts(stream, codec)
            for chunk in stream_chunks(texts, form):
                part = self._task.clean(chunk, codec, offset, line, texts.size - size)
                size = texts.size
                offset += len(chunk.text)
                raw, is_same = texts.taken(offset)
                if self._task.writing:
                    is_same &= part.new is chunk.text and not codec.is_converted
                    new = raw if is_same else [mark + codec.target.encode(part.new or "", line)]
                    go(twins.take, raw, new, target)
                    mark = b""
                line = codec.lines + 1 if texts.points == offset else line + line_ends(chunk.text)
                yield part
            if self._task.writing:
                go(twins.take, texts.taken(offset)[0], [mark], target)
        if self.is_changed:
            codec.check()
        charsets = codec.source, codec.target
        self._contents = tuple(map(Content, (twins.old_size, twins.new_size), twins.digests, charsets))

    def _table_parts(self, sink: BinaryIO | None) -> Iterator[Part]:
        read, written = self._measured(), Measured(sink)
        cleaner = self._task.cleaner
        with open_table(self.source, self.kind, self._task.selection) as table, table.writer(written) as writer:
            if table.passed_over:
                yield values_part([], [], table.passed_over)
            for group in table.row_groups():
                results = [heeded(item) for item in cleaner.clean_many([item.text for item in group.documents])]
                changed = {nth: result.text for nth, result in enumerate(results) if result.text != result.original}
                if changed and self._task.writing:
                    table.check_types()
                writer.write(group.replaced(changed))
                yield values_part(group.documents, results)
        self._contents = _content(read), _content(written)

    def _page_parts(self, sink: BinaryIO | None) -> Iterator[Part]:
        task = Task(self._task.cleaner, chosen(self._task.selection))
        form = JsonLines(task.selection)
        read, written = self._measured(), Measured(sink)
        offset, line = 0, 1
        for pending in _gathered(pages(self.source), form.block or 0):
            text = "".join(page.line for page in pending)
            chunk = form.chunk(text, is_last=True)
            chunk.problems = [*chunk.problems, *_problems(pending)]
            part = task.clean(chunk, None, offset, line, 0)
            written.write((part.new or "").encode("utf-8", "backslashreplace"))
            offset, line = offset + len(text), line + line_ends(text)
            yield part
        self._contents = _content(read), _content(written)

    def _measured(self) -> Measured:
        measured = Measured(None)
        with self.source.open() as stream:
            measured.drain(stream)
        return measured


def _gathered(found: Iterable[PageLine], enough: int) -> Iterator[list[PageLine]]:
    """Yield pages in lists whose lines have `enough` code points; the last has what is left."""
    pending: list[PageLine] = []
    size = 0
    for page in found:
        pending.append(page)
        size += len(page.line)
        if size >= enough:
            yield pending
            pending, size = [], 0
    yield pending


def _problems(found: Sequence[PageLine]) -> Iterator[Problem]:
    """Yield what could not be read, placed in the joined lines."""
    start = 0
    for page in found:
        if page.problem:
            yield Problem(start, start + len(page.line) - 1, page.problem)
        start += len(page.line)


class _Texts:
    """The text of content block by block; what is taken just as it was read need not be encoded again."""

    def __init__(self, stream: BinaryIO, codec: Codec) -> None:
        self._stream, self._codec = stream, codec
        self._read: list[bytes] = []
        """The blocks that were read since some text was taken."""
        self._is_rest = False
        """Whether text was left over then."""
        self.points = self.size = 0
        """Code points, and bytes, that were read."""

    def __iter__(self) -> Iterator[str]:
        for block in blocks(self._stream, self._codec.source):
            self._read.append(block)
            self.size += len(block)
            text = self._codec.decode(block)
            self.points += len(text)
            yield text

    def taken(self, offset: int) -> tuple[list[bytes], bool]:
        """Take the text up to `offset`; return what was read since the last time, and whether that is its bytes."""
        read, self._read = self._read, []
        is_same = not self._is_rest and offset == self.points
        self._is_rest = offset < self.points
        return read, is_same


def _settings(source: Source, kind: Kind) -> compression.Settings | None:
    if not kind.compression:
        return None
    with source.open() as stream:
        return compression.settings_of(stream, kind.compression)


def _content(stream: Measured) -> Content:
    return Content(stream.size, stream.sha256, Charset())


def _copy(source: Source, sink: BinaryIO) -> None:
    """Copy a file in which nothing changed."""
    with source.open() as stream:
        shutil.copyfileobj(stream, sink)


@contextmanager
def _into(sink: BinaryIO | None, settings: compression.Settings | None) -> Iterator[BinaryIO | None]:
    """Open a sink for content; nowhere is one too."""
    if sink is None:
        yield None
    else:
        with compression.writing(sink, settings) as stream:
            yield stream


Outcome: TypeAlias = Whole | Streamed
"""A file that is cleaned, or is while its `parts` are read."""
