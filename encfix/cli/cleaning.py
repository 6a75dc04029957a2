"""Clean files: small ones in groups, enough of them at once to be fast; large ones as they are read and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from encfix.cli.outcomes import Outcome, Streamed, Task, Whole
from encfix.cli.placing import Part, placed
from encfix.files.charset import EncodingError
from encfix.files.compression import CompressionError
from encfix.files.formats.base import Chunk, FormatError, Selection, TextFormat
from encfix.files.formats.chunking import chunks, read_whole
from encfix.files.formats.opening import text_format
from encfix.files.text import TextFile, line_ends, read
from encfix.files.types import STREAMED, Kind, kind_of
from encfix.files.walking import Failed, Found, Skipped, Source

GROUP = 8 * 2**20
"""Bytes of files that are read before they are cleaned together; one file may be larger."""

ERRORS = (OSError, EncodingError, FormatError, CompressionError)
"""What is foreseen to make a file fail. Whatever else is raised for one, by a library that reads a broken table, makes
that file fail, too, and no other."""


def fitting(found: Iterable[Found], selection: Selection) -> Iterator[Found]:
    """Yield what was found; a file in a folder that cannot be cleaned as asked was not meant, and is passed over.

    One that the caller named fails when its turn comes.
    """
    for item in found:
        is_in_folder = isinstance(item, Source) and not item.is_named
        misfit = selection.misfit(kind_of(item.path.name, selection.type).type) if is_in_folder else ""
        yield Skipped(item.path, misfit) if misfit else item


def clean_files(sources: Iterable[Source], task: Task) -> Iterator[Outcome | Failed]:
    """Read and clean files, in order but for failures."""
    group: list[_Read] = []
    size = 0
    for source in sources:
        kind = kind_of(source.name, task.selection.type)
        try:
            item = None if kind.type in STREAMED else _read(source, kind, task)
            if item is None and source.is_standard_input:
                raise FormatError(f"{kind.type} cannot be read from standard input")
        except Exception as error:
            yield Failed.because(source.path, error)
            continue
        if item is None:
            yield from _clean_group(group, task)
            group, size = [], 0
            yield Streamed(source, kind, task)
            continue
        group.append(item)
        size += len(item.file.data)
        if size >= GROUP:
            yield from _clean_group(group, task)
            group, size = [], 0
    yield from _clean_group(group, task)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read at once."""

    source: Source
    kind: Kind
    file: TextFile
    chunks: list[Chunk]


def _read(source: Source, kind: Kind, task: Task) -> _Read | None:
    """Return the file if it can be read at once. Raises one of `ERRORS`."""
    form: TextFormat = text_format(kind, task.selection, task.limit)
    data = read_whole(source, kind.compression, form)
    if data is None:
        return None
    file = read(data, task.writing, keeps_lines=form.keeps_lines)
    return _Read(source, kind, file, list(chunks(file.text, form)))


def _clean_group(group: list[_Read], task: Task) -> Iterator[Outcome | Failed]:
    every = [chunk for item in group for chunk in item.chunks]
    texts = [text for chunk in every for text in chunk.texts]
    results = iter(task.cleaner.clean_many(texts, [seams for chunk in every for seams in chunk.seams]))
    for item in group:
        taken = [list(islice(results, len(chunk.texts))) for chunk in item.chunks]
        parts: list[Part] = []
        offset, line, size = 0, 1, len(item.file.data)
        try:
            for chunk, own in zip(item.chunks, taken, strict=True):
                parts.append(placed(chunk, own, task.selection, item.file.codec, offset, line, size))
                offset, line, size = offset + len(chunk.text), line + line_ends(chunk.text), 0
        except Exception as error:
            yield Failed.because(item.source.path, error)
            continue
        yield Whole(item.source, item.kind, item.file, parts)
