"""Parquet and Arrow IPC: chosen columns change; schema, metadata, compression and row groups stay."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from encfix.audit import Entry, FieldChange, FieldFinding, MismatchError, apply
from encfix.cleaner import Cleaner
from encfix.cli.cleaning import clean_files
from encfix.cli.outcomes import Streamed, Task
from encfix.cli.placing import Part
from encfix.files.formats import tables
from encfix.files.formats.base import FormatError, Selection
from encfix.files.formats.tables import _codec_of
from encfix.files.walking import Source

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

DAMAGED = "進(jìn)口貿(mào)易強(qiáng)調(diào)發(fā)展"
REPAIRED = "進口貿易強調發展"
CODECS = {"id": "NONE", "text": "ZSTD", "other": "GZIP", "tags.list.element": "SNAPPY"}


@pytest.fixture
def table() -> Any:
    schema = pa.schema(
        [
            pa.field("id", pa.int32(), metadata={"unit": "1"}),
            pa.field("text", pa.string(), nullable=True),
            pa.field("other", pa.large_string()),
            pa.field("tags", pa.list_(pa.string())),
        ],
        metadata={"made by": "someone"},
    )
    columns = [[1, 2, 3], [DAMAGED, None, "好"], ["", DAMAGED, "x"], [["a"], [], None]]
    return pa.table(columns, schema=schema)


def cleaned(path: Path, **selection: Any) -> tuple[Streamed, list[Part], bytes]:
    source = Source(path.parent, path.name, 0, is_named=True)
    (streamed,) = clean_files([source], Task(Cleaner(), Selection(**selection)))
    assert isinstance(streamed, Streamed)
    sink = io.BytesIO()
    parts = list(streamed.parts(sink))
    return streamed, parts, sink.getvalue()


def test_parquet(tmp_path: Path, table: Any) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, compression=CODECS, row_group_size=2, use_dictionary=["text"])
    streamed, parts, output = cleaned(path, fields=("text",))
    old, new = pq.ParquetFile(path), pq.ParquetFile(io.BytesIO(output))
    assert new.schema_arrow.equals(old.schema_arrow, check_metadata=True)
    assert new.read().column("text").to_pylist() == [REPAIRED, None, "好"]
    assert new.read().drop_columns("text").equals(old.read().drop_columns("text"))
    assert new.num_row_groups == old.num_row_groups == len(parts) == 2
    for group in range(2):
        columns = [[f.metadata.row_group(group).column(nth) for nth in range(4)] for f in (old, new)]
        for was, now in zip(*columns, strict=True):
            assert (was.compression, was.has_dictionary_page) == (now.compression, now.has_dictionary_page)
    (change, *_) = parts[0].changes
    assert isinstance(change, FieldChange)
    assert (change.record, change.field, change.start, change.before) == (1, "text", 1, "(jìn)")
    entry = Entry("", "a", streamed.input_content, streamed.output_content, "repaired", parts[0].changes, (), "parquet")
    with pytest.raises(MismatchError, match="clean it again"):
        apply(entry, path.read_bytes())


@pytest.mark.parametrize("compression", ["zstd", "lz4", None])
@pytest.mark.parametrize("make", ["new_file", "new_stream"])
def test_arrow(tmp_path: Path, table: Any, compression: str | None, make: str) -> None:
    path = tmp_path / "a.arrow"
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with getattr(pa.ipc, make)(path, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=2)
    _, parts, output = cleaned(path)
    assert len(parts) == 2
    opened = (pa.ipc.open_file if make == "new_file" else pa.ipc.open_stream)(output)
    new = opened.read_all()
    assert new.schema.equals(table.schema, check_metadata=True)
    assert new.column("text").to_pylist() == [REPAIRED, None, "好"]
    assert new.column("other").to_pylist() == ["", REPAIRED, "x"]
    start = 8 if make == "new_file" else 0
    assert [_codec_of(io.BytesIO(data[start:])) for data in (output, path.read_bytes())] == [compression] * 2


@pytest.mark.parametrize("version", ["1.0", "2.4", "2.6"])
def test_old_types_of_time_and_decimals_stay(tmp_path: Path, version: str) -> None:
    times = pa.array([1_600_000_000_123_456_789, None], pa.timestamp("ns"))
    numbers = pa.array([1, 2], pa.decimal128(9, 2)), pa.array([1, 2], pa.decimal128(18, 2))
    table = pa.table({"text": [DAMAGED, "x"], "time": times, "small": numbers[0], "large": numbers[1]})
    options = {"use_deprecated_int96_timestamps": True, "store_decimal_as_integer": True, "store_schema": False}
    pq.write_table(table, tmp_path / "a.parquet", version=version, **options)
    old, new = pq.ParquetFile(tmp_path / "a.parquet"), pq.ParquetFile(io.BytesIO(cleaned(tmp_path / "a.parquet")[2]))
    assert [new.schema.column(nth).physical_type for nth in range(4)] == ["BYTE_ARRAY", "INT96", "INT32", "INT64"]
    assert new.schema.equals(old.schema)
    assert new.metadata.metadata == old.metadata.metadata
    assert new.metadata.format_version == old.metadata.format_version
    assert new.read().drop_columns("text").equals(old.read().drop_columns("text"))


@pytest.mark.parametrize("is_nested", [False, True])
def test_old_times_of_any_year_stay(tmp_path: Path, is_nested: bool) -> None:
    far = [datetime(9999, 12, 31, 23, 59, 59, 123456), datetime(1, 1, 1), datetime(2020, 1, 1, 0, 0, 0, 1), None]
    times = pa.array(far, pa.timestamp("us"))
    column = pa.StructArray.from_arrays([times], ["at"]) if is_nested else times
    table = pa.table({"text": [DAMAGED] * 4, "time": column})
    pq.write_table(table, tmp_path / "a.parquet", use_deprecated_int96_timestamps=True, row_group_size=3)
    output = io.BytesIO(cleaned(tmp_path / "a.parquet")[2])
    assert pq.ParquetFile(output).schema.equals(pq.ParquetFile(tmp_path / "a.parquet").schema)
    new = pq.ParquetFile(output, coerce_int96_timestamp_unit="us").read()
    assert new.column("time").combine_chunks().equals(column)
    assert new.column("text").to_pylist() == [REPAIRED] * 4


def test_old_times_that_the_library_cannot_hold_are_refused(tmp_path: Path) -> None:
    exact = pa.array([1_600_000_000_123_456_789], pa.timestamp("ns"))
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [DAMAGED], "time": exact}), path, use_deprecated_int96_timestamps=True)
    raw = path.read_bytes()
    day = (2_440_588 + 1_600_000_000 // 86_400).to_bytes(4, "little")
    assert day in raw, "the days since the beginning of the Julian period"
    cleaned(path)
    path.write_bytes(raw.replace(day, (5_373_484).to_bytes(4, "little")))
    with pytest.raises(FormatError, match="times in time are too far apart"):
        cleaned(path)


def test_column_that_would_change_its_type_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables._Parquet, "_options", lambda self: {})
    for text in (DAMAGED, "好"):
        table = pa.table({"text": [text], "time": pa.array([1], pa.timestamp("ns"))})
        pq.write_table(table, tmp_path / "a.parquet", use_deprecated_int96_timestamps=True)
        if text == DAMAGED:
            with pytest.raises(FormatError, match="column 'time' is INT96, but would be written as INT64"):
                cleaned(tmp_path / "a.parquet")
        else:
            assert cleaned(tmp_path / "a.parquet")[2] == (tmp_path / "a.parquet").read_bytes()


def test_order_and_page_index_stay(tmp_path: Path) -> None:
    order = [pq.SortingColumn(1)]
    table = pa.table({"text": [DAMAGED, "x"], "n": [1, 2]})
    pq.write_table(table, tmp_path / "a.parquet", sorting_columns=order, write_page_index=True)
    group = pq.ParquetFile(io.BytesIO(cleaned(tmp_path / "a.parquet")[2])).metadata.row_group(0)
    assert list(group.sorting_columns) == order
    assert group.column(0).has_column_index
    pq.write_table(table, tmp_path / "a.parquet", sorting_columns=[pq.SortingColumn(0)])
    group = pq.ParquetFile(io.BytesIO(cleaned(tmp_path / "a.parquet")[2])).metadata.row_group(0)
    assert not group.sorting_columns, "what was cleaned may be in another order"


def test_a_clean_table_comes_back_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["好", "x"]}), path, compression="brotli", compression_level=3)
    assert cleaned(path)[2] == path.read_bytes()


def written(path: Path, table: Any) -> None:
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=2)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=2)


def opened(name: str, data: bytes) -> Any:
    return pq.ParquetFile(io.BytesIO(data)).read() if name.endswith("parquet") else pa.ipc.open_file(data).read_all()


WORDS = ["x", DAMAGED, REPAIRED, None, "好"]
ENCODED = pa.array(WORDS).dictionary_encode()


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
@pytest.mark.parametrize(
    "column",
    [
        pa.array(WORDS, pa.string_view()),
        pa.array(WORDS, pa.large_string()),
        ENCODED,
        pa.DictionaryArray.from_arrays(ENCODED.indices.cast(pa.int8()), ENCODED.dictionary.cast(pa.large_string())),
        pa.DictionaryArray.from_arrays([1, 2, 3, None, 4], ["unused", "x", DAMAGED, REPAIRED, "好"], ordered=True),
    ],
    ids=lambda column: str(column.type),
)
def test_strings_of_every_type_are_cleaned(tmp_path: Path, name: str, column: Any) -> None:
    table = pa.table({"text": column, "n": range(5)})
    try:
        written(tmp_path / name, table)
    except pa.ArrowNotImplementedError:
        pytest.skip("this version of pyarrow writes no such column")
    old = opened(name, (tmp_path / name).read_bytes())
    _, parts, output = cleaned(tmp_path / name)
    new = opened(name, output)
    assert new.schema.equals(old.schema, check_metadata=True)
    assert new.column("text").to_pylist() == [REPAIRED if word == DAMAGED else word for word in WORDS]
    assert [len(chunk) for chunk in new.column("n").chunks] == [len(chunk) for chunk in old.column("n").chunks]
    assert {change.record for part in parts for change in part.changes if isinstance(change, FieldChange)} == {2}
    if pa.types.is_dictionary(old.schema.field("text").type) and column.type.ordered:
        words = new.column("text").chunk(0).dictionary.to_pylist()
        assert words == sorted(words, key=["unused", "x", REPAIRED, "好"].index)


@pytest.fixture
def chats() -> Any:
    message = pa.struct({"role": pa.string(), "content": pa.large_string(), "weight": pa.float32()})
    schema = pa.schema([("messages", pa.list_(message)), ("tags", pa.list_(pa.string(), 1)), ("a.b", pa.string())])
    said = {"role": DAMAGED, "content": DAMAGED, "weight": float("nan")}
    rows = {"messages": [[said, None], None, [], [{**said, "content": None}]], "tags": [[DAMAGED]] * 4}
    return pa.table({**rows, "a.b": [DAMAGED] * 4}, schema=schema)


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
def test_strings_within_values_are_cleaned(tmp_path: Path, name: str, chats: Any) -> None:
    written(tmp_path / name, chats)
    _, parts, output = cleaned(tmp_path / name)
    assert opened(name, output).schema.equals(chats.schema)
    assert repr(opened(name, output).to_pylist()) == repr(chats.to_pylist()).replace(DAMAGED, REPAIRED)
    fields = {change.field for part in parts for change in part.changes if isinstance(change, FieldChange)}
    assert fields == {"messages[0].role", "messages[0].content", "tags[0]", "a.b"}
    _, _, output = cleaned(tmp_path / name, fields=("messages[].content", "a.b"))
    (first, *_, last) = opened(name, output).to_pylist()
    assert [first["messages"][0][key] for key in ("role", "content")] == [DAMAGED, REPAIRED]
    assert (first["tags"], last["a.b"]) == ([DAMAGED], REPAIRED)


def test_columns_of_one_name_are_all_cleaned(tmp_path: Path) -> None:
    columns = [pa.array([DAMAGED]), pa.array(["x"]), pa.array([DAMAGED])]
    written(tmp_path / "a.parquet", pa.Table.from_arrays(columns, names=["text", "n", "text"]))
    for fields in ((), ("text",)):
        new = opened("a.parquet", cleaned(tmp_path / "a.parquet", fields=fields)[2])
        assert [column.to_pylist() for column in new.columns] == [[REPAIRED], ["x"], [REPAIRED]]


def test_column_that_is_passed_over_is_named(tmp_path: Path) -> None:
    pairs = pa.array([[("k", DAMAGED)]], pa.map_(pa.string(), pa.string()))
    written(tmp_path / "a.parquet", pa.table({"pairs": pairs, "text": [DAMAGED], "n": [1]}))
    streamed, parts, output = cleaned(tmp_path / "a.parquet")
    assert opened("a.parquet", output).to_pylist() == [{"pairs": [("k", DAMAGED)], "text": REPAIRED, "n": 1}]
    (finding,) = [finding for part in parts for finding in part.findings]
    assert isinstance(finding, FieldFinding)
    assert (finding.rules, finding.record, finding.field) == (("annotation.unread",), 0, "pairs")
    assert "map<string, string" in finding.reason
    assert streamed.verdict == "suspect"
    assert not [part for part in cleaned(tmp_path / "a.parquet", fields=("text",))[1] if part.findings]


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"fields": ("none",)}, "no column 'none'; there are id, text, other, tags"),
        ({"fields": ("tags",)}, "column 'tags' holds list.*they are in tags"),
        ({"fields": ("tags.x",)}, "column 'tags.x' holds list"),
        ({"fields": ("tags[",)}, "is no path"),
        ({"verdict": "v"}, "for JSON Lines"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, table: Any, selection: Any, message: str) -> None:
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(FormatError, match=message):
        cleaned(tmp_path / "a.parquet", **selection)


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
@pytest.mark.parametrize("content", [b"", b"PAR1 is no table PAR1", b"ARROW1\0\0 nor is this"])
def test_damaged_table_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises((FormatError, OSError)):
        cleaned(tmp_path / name)


def test_without_the_extra_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.parquet").write_bytes(b"")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(FormatError, match=r"encfix\[parquet\]"):
        cleaned(tmp_path / "a.parquet")
