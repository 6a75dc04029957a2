"""Parquet and Arrow IPC: chosen columns change; schema, metadata, compression and row groups stay."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from encfix.audit import Entry, FieldChange, MismatchError, apply
from encfix.cleaner import Cleaner
from encfix.cli.cleaning import Streamed, Task, clean_files
from encfix.cli.placing import Part
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


def test_a_clean_table_comes_back_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["好", "x"]}), path, compression="brotli", compression_level=3)
    assert cleaned(path)[2] == path.read_bytes()


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"fields": ("none",)}, "no column 'none'; there are id, text, other, tags"),
        ({"fields": ("tags",)}, "column 'tags' holds list"),
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
