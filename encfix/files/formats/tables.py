"""Parquet and Arrow IPC through pyarrow: the strings in columns are documents.

Schema, metadata, compression and row groups stay, and a table is read and written a row group at a time; the bytes of
the file are the library's, so they need not be those that another writer would give. Needs the extra `parquet`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import signature
from io import BytesIO
from typing import Any

from encfix.files.formats.base import Document, FormatError, Selection
from encfix.files.formats.columns import Column, chosen, passed_over, read, replaced
from encfix.files.formats.fields import FieldPath
from encfix.files.measuring import Measured
from encfix.files.types import Kind
from encfix.files.walking import Source

_FILE = b"ARROW1\0\0"
_CODECS = {b"\x04\x22\x4d\x18": "lz4", b"\x28\xb5\x2f\xfd": "zstd"}
_WITHIN = 2**20
"""Bytes of a message that are searched for the sign of a codec."""


class RowGroup:
    """Rows of a table that are read and written together; `documents` are the strings of the chosen columns."""

    def __init__(self, table: Any, columns: Sequence[Column], first: int) -> None:
        self._table = table
        self.documents: list[Document] = []
        self._places: list[tuple[Column, int, FieldPath]] = []
        for column in columns:
            values = read(table.column(column.place), column.name)
            for row, path, document in column.documents(values, first):
                self.documents.append(document)
                self._places.append((column, row, path))

    def replaced(self, values: Mapping[int, str]) -> Any:
        """Return the rows with other values for some documents. Raises FormatError."""
        by_column: dict[Column, dict[int, list[tuple[FieldPath, str]]]] = {}
        for nth, value in values.items():
            column, row, path = self._places[nth]
            by_column.setdefault(column, {}).setdefault(row, []).append((path, value))
        table = self._table
        for column, new in by_column.items():
            array = replaced(table.column(column.place), column.name, new)
            table = table.set_column(column.place, table.schema.field(column.place), array)
        return table


class Table(ABC):
    """An open table and the columns that are asked for."""

    def __init__(self, schema: Any, selection: Selection) -> None:
        self.schema = schema
        self.columns = chosen(schema, selection.fields)
        self.passed_over = {} if selection.fields else passed_over(schema)
        """Columns that hold strings which nobody asked to leave and that are left, with the reasons."""

    def row_groups(self) -> Iterator[RowGroup]:
        """Yield the rows in order."""
        first = 1
        for table in self._tables():
            yield RowGroup(table, self.columns, first)
            first += table.num_rows

    @abstractmethod
    def _tables(self) -> Iterator[Any]: ...

    def check_types(self) -> None:
        """Raise FormatError if the library would write a column as another type than it has in the file."""
        return

    @abstractmethod
    def writer(self, target: Measured) -> Any:
        """Return what writes tables like this one, one row group a call of `write`; a context manager."""


@contextmanager
def open_table(source: Source, kind: Kind, selection: Selection) -> Iterator[Table]:
    """Open a table. Raises FormatError for what is none, OSError for what cannot be read."""
    if kind.compression:
        raise FormatError(f"{kind.type} inside {kind.compression}: unpack it first, tables are compressed inside")
    if misfit := selection.misfit(kind.type):
        raise FormatError(misfit)
    try:
        import pyarrow as pa
    except ImportError as error:
        raise FormatError(f"{kind.type} needs the extra `parquet`: pip install 'encfix[parquet]'") from error
    with source.open() as stream:
        content = stream if stream.seekable() else BytesIO(stream.read())
        try:
            yield (_Parquet if kind.type == "parquet" else _Arrow)(content, selection)
        except (pa.ArrowException, EOFError) as error:
            raise FormatError(f"no {kind.type}, or a damaged one: {error}") from error


class _Parquet(Table):
    """A Parquet file."""

    def __init__(self, stream: Any, selection: Selection) -> None:
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(stream)
        if not _fits_nanoseconds(self._file, stream):
            self._file = pq.ParquetFile(stream, coerce_int96_timestamp_unit="us")
        super().__init__(self._file.schema_arrow, selection)

    def _tables(self) -> Iterator[Any]:
        for nth in range(self._file.num_row_groups):
            yield self._file.read_row_group(nth)

    @contextmanager
    def writer(self, target: Measured) -> Iterator[_Writer]:
        import pyarrow.parquet as pq

        with pq.ParquetWriter(target, self.schema, **self._options()) as writer:
            yield _Writer(lambda table: writer.write_table(table, row_group_size=max(table.num_rows, 1)))

    def check_types(self) -> None:
        import pyarrow.parquet as pq

        empty = BytesIO()
        pq.ParquetWriter(empty, self.schema, **self._options()).close()
        old, new = self._file.schema, pq.ParquetFile(empty).schema
        for nth in range(len(old)):
            was, becomes = old.column(nth).physical_type, new.column(nth).physical_type
            if was != becomes:
                raise FormatError(f"column {old.column(nth).path!r} is {was}, but would be written as {becomes}")

    def _options(self) -> dict[str, Any]:
        """Return how the file was written, as far as it tells."""
        import pyarrow.parquet as pq

        metadata = self._file.metadata
        leaves = [self._file.schema.column(nth) for nth in range(metadata.num_columns)]
        options: dict[str, Any] = {
            "version": metadata.format_version,
            "store_schema": b"ARROW:schema" in (metadata.metadata or {}),
            "use_deprecated_int96_timestamps": any(leaf.physical_type == "INT96" for leaf in leaves),
        }
        is_short = any(leaf.logical_type.type == "DECIMAL" and leaf.physical_type.startswith("INT") for leaf in leaves)
        if is_short and "store_decimal_as_integer" in signature(pq.ParquetWriter).parameters:  # older ones refuse it
            options["store_decimal_as_integer"] = True
        if metadata.num_row_groups:
            group = metadata.row_group(0)
            columns = [group.column(nth) for nth in range(group.num_columns)]
            options["compression"] = {column.path_in_schema: _codec(column.compression) for column in columns}
            options["use_dictionary"] = [c.path_in_schema for c in columns if c.has_dictionary_page] or False
            options["write_statistics"] = [c.path_in_schema for c in columns if c.is_stats_set] or False
            options["write_page_index"] = any(column.has_column_index for column in columns)
            cleaned = {column.name for column in self.columns}
            if not any(
                columns[sorting.column_index].path_in_schema.split(".")[0] in cleaned
                for sorting in group.sorting_columns
            ):
                options["sorting_columns"] = group.sorting_columns or None
        return options


def _fits_nanoseconds(file: Any, stream: Any) -> bool:
    """Return whether the old timestamps of a file (INT96) can be read in nanoseconds, as is usual.

    Beyond the years 1677 to 2262 they would be other times without a word, and microseconds are needed. Raises
    FormatError for a file that needs both.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    leaves = [file.schema.column(nth) for nth in range(len(file.schema))]
    paths = [leaf.path for leaf in leaves if leaf.physical_type == "INT96"]
    if not paths:
        return True
    coarse_file = pq.ParquetFile(stream, coerce_int96_timestamp_unit="us")
    fits = is_exact = True
    for nth in range(file.num_row_groups):
        fine, coarse = (each.read_row_group(nth, columns=paths) for each in (file, coarse_file))
        try:
            coarse.cast(fine.schema)
        except pa.ArrowInvalid:
            fits = False
        is_exact &= coarse.cast(fine.schema, safe=False).equals(fine)  # both overflow in the same way
    if not fits and not is_exact:
        raise FormatError(f"times in {', '.join(paths)} are too far apart and too exact for the library")
    return fits


def _codec(name: str) -> str:
    return "NONE" if name == "UNCOMPRESSED" else name


class _Arrow(Table):
    """An Arrow IPC file or stream."""

    def __init__(self, stream: Any, selection: Selection) -> None:
        import pyarrow as pa

        self._is_file = stream.read(len(_FILE)) == _FILE
        stream.seek(len(_FILE) * self._is_file)
        self._codec = _codec_of(stream)
        stream.seek(0)
        self._reader = pa.ipc.open_file(stream) if self._is_file else pa.ipc.open_stream(stream)
        super().__init__(self._reader.schema, selection)

    def _tables(self) -> Iterator[Any]:
        import pyarrow as pa

        if self._is_file:
            numbers = range(self._reader.num_record_batches)
            # All batches of a file have one dictionary, so its words change for all of them or for none.
            is_whole = any(pa.types.is_dictionary(self.schema.field(column.place).type) for column in self.columns)
            for group in [numbers] if is_whole else [[nth] for nth in numbers]:
                yield pa.Table.from_batches([self._reader.get_batch(nth) for nth in group], self.schema)
        else:
            for batch in self._reader:
                yield pa.Table.from_batches([batch], self.schema)

    @contextmanager
    def writer(self, target: Measured) -> Iterator[_Writer]:
        import pyarrow as pa

        make = pa.ipc.new_file if self._is_file else pa.ipc.new_stream
        with make(target, self.schema, options=pa.ipc.IpcWriteOptions(compression=self._codec)) as writer:
            yield _Writer(writer.write_table)


def _codec_of(stream: Any) -> str | None:
    """Return the codec of the batches of an IPC stream, which the library reads but does not tell.

    In a compressed body, each buffer is its size as 8 bytes and then a frame of the codec, which begins with a sign.
    """
    import pyarrow as pa

    for message in pa.ipc.MessageReader.open_stream(stream):
        if message.type != "record batch" or message.body is None:
            continue
        body = message.body.slice(0, min(_WITHIN, message.body.size)).to_pybytes()
        for place in range(8, len(body) - 4, 8):
            sign = _CODECS.get(body[place : place + 4])
            if sign and 0 < int.from_bytes(body[place - 8 : place], "little") < 2**40:
                return sign
        return None
    return None


class _Writer:
    """Writes row groups."""

    def __init__(self, write: Any) -> None:
        self.write = write
