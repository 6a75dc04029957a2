"""CSV and TSV: cells are documents; the standard library reads the rows, and what no cell's repair touches stays.

A row that the library cannot read, or that has more or fewer cells than the first, is left as it is and reported,
and so is a quote that is never closed: the rows behind it are read again as rows of their own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from encfix.files.formats.base import Chunk, Document, FormatError, Problem, Selection, TextFormat
from encfix.files.layout import Layout, Segment

BLOCK = 2**22
"""Code points that are read before the rows in them are cleaned together."""

CELL = 2**24
"""Code points that a cell may have."""

_DELIMITERS = ",;|"
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_QUOTED = re.compile(r"\"\"|[^\"]+")


class Csv(TextFormat):
    """A `TextFormat`; `delimiter` is found in the first line if it is not given."""

    block: int | None = BLOCK
    keeps_lines = True

    def __init__(self, selection: Selection, delimiter: str | None = None) -> None:
        self._fields = selection.fields
        self._delimiter = delimiter
        self._columns: list[int] = []
        self._names: list[str] = []
        self._records = 0

    def chunk(self, text: str, *, is_last: bool) -> Chunk:
        """Return the whole rows, without the last one read, whose end is not sure, if more text comes."""
        if self._delimiter is None:
            first = text.split("\n", 1)[0]
            self._delimiter = max(_DELIMITERS, key=first.count)
        documents: list[Document] = []
        problems: list[Problem] = []
        end = 0
        with _long_cells():
            rows = list(_rows(text, self._delimiter, len(self._names), is_last=is_last))
        for row in rows:
            end = row.end
            self._records += 1
            if row.cells is None:
                problems.append(Problem(row.start, row.end, row.reason))
            elif not row.cells:
                continue
            elif not self._names:
                self._names = row.cells
                self._columns = self._choose(row.cells)
                if all(field.isdecimal() for field in self._fields) and self._fields:
                    documents += self._cells(text, row)
            else:
                documents += self._cells(text, row)
        return Chunk(text if is_last else text[:end], documents, problems)

    def _cells(self, text: str, row: _Row) -> Iterator[Document]:
        cells = row.cells or []
        for column in self._columns:
            if cells[column]:
                yield Cell(cells[column], self._records, self._names[column], text, row, column, self._delimiter or ",")

    def _choose(self, names: list[str]) -> list[int]:
        """Return the columns that are asked for, by name or by number from 1."""
        if not self._fields:
            return list(range(len(names)))
        columns = []
        for field in self._fields:
            if field in names:
                columns.append(names.index(field))
            elif field.isdecimal() and 1 <= int(field) <= len(names):
                columns.append(int(field) - 1)
            else:
                raise FormatError(f"no column {field!r}; there are {', '.join(names)}")
        return sorted(set(columns))


class _Row(NamedTuple):
    """A row that stands in the text at `[start, end)`; without cells, why not."""

    start: int
    end: int
    cells: list[str] | None
    reason: str = ""


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let the library read cells of `CELL` code points, and no longer than here: its limit holds for the process."""
    limit = csv.field_size_limit(CELL)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _rows(text: str, delimiter: str, width: int, *, is_last: bool) -> Iterator[_Row]:
    """Yield the rows of a text; if more text comes, those that cannot grow."""
    lines = _LINES.findall(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    first = 0
    while first < len(lines):
        base = first
        reader = csv.reader((lines[nth] for nth in range(base, len(lines))), delimiter=delimiter, strict=True)
        while first < len(lines):
            try:
                cells = next(reader)
                last, reason = base + reader.line_num, ""
            except csv.Error as error:
                cells, last, reason = [], base + reader.line_num, str(error)
            if last >= len(lines) and not is_last and (reason or not text.endswith("\n")):
                return
            if not reason and cells and width and len(cells) != width:
                reason = f"{len(cells)} cells where {width} are due"
            if reason:
                yield _Row(starts[first], starts[first + 1], None, f"{reason}: left as it is")
                is_one_line = last == first + 1
                first += 1
                if is_one_line and cells:
                    continue
                break
            yield _Row(starts[first], starts[last], cells)
            width = width or len(cells)
            first = last


class Cell(Document):
    """A cell of a row."""

    __slots__ = ("_column", "_delimiter", "_row", "_source")

    def __init__(self, text: str, record: int, field: str, source: str, row: _Row, column: int, delimiter: str) -> None:
        super().__init__(text, record, field)
        self._source, self._row, self._column, self._delimiter = source, row, column, delimiter

    def layout(self) -> Layout:
        """Return where the characters stand; the library read the same there, or FormatError is raised."""
        start = self._span()
        if self._source[start : start + 1] != '"':
            layout = Layout([Segment(start, start + len(self.text), self._source[start : start + len(self.text)])])
        else:
            segments = []
            place = start + 1
            while match := _QUOTED.match(self._source, place):
                is_literal = match[0] != '""'
                segments.append(Segment(place, match.end(), match[0] if is_literal else '"', is_literal))
                place = match.end()
            layout = Layout(segments)
        if layout.value != self.text:
            raise FormatError("the cell was not found where it should stand")
        return layout

    def quote(self, text: str) -> str:
        """Return the inside of the cell; raises FormatError if it would need quotes that it has not."""
        if self._source[self._span()] == '"':
            return text.replace('"', '""')
        if any(mark in text for mark in (self._delimiter, '"', "\r", "\n")):
            raise FormatError("the cell would need quotes")
        return text

    def _span(self) -> int:
        """Return where the cell begins in the text."""
        place = self._row.start
        for _ in range(self._column):
            if self._source[place] == '"':
                place += 1
                while match := _QUOTED.match(self._source, place):
                    place = match.end()
                place += 1
            place = self._source.index(self._delimiter, place) + 1
        return place
