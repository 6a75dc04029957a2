"""CSV and TSV: which cells are documents, and what becomes of rows that cannot be read."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encfix.cli.placing import ANNOTATION
from encfix.files.formats.base import FormatError, Selection
from encfix.files.formats.csv import Csv
from tests.formats import DAMAGED, REPAIRED, cleaned, findings_of, in_blocks, texts

CELLS = st.text(st.sampled_from('ab,"\n一二;\t\x85'), max_size=6)


class TestCsv:
    def test_the_limit_of_the_library_stays_what_it_was(self) -> None:
        limit = csv.field_size_limit()
        cell = "一" * (limit + 1)
        assert texts(Csv(Selection()), f"a,b\n{cell},二\n") == [cell, "二"]
        assert csv.field_size_limit() == limit

    @given(st.lists(st.lists(CELLS, min_size=3, max_size=3)), st.sampled_from([0, 1]), st.sampled_from(["\n", "\r\n"]))
    def test_every_cell_is_found_where_the_library_reads_it(
        self, rows: list[list[str]], quoting: Any, end: str
    ) -> None:
        stream = io.StringIO(newline="")
        csv.writer(stream, quoting=quoting, lineterminator=end).writerows([["x", "y", "z"], *rows])
        text = stream.getvalue()
        wanted = [cell for row in rows for cell in row if cell]
        assert texts(Csv(Selection()), text) == wanted
        for size in (1, 7, 40):
            assert [cell for cell, _, _ in in_blocks(Csv(Selection()), text, size)] == wanted

    def test_broken_rows_stay_and_those_behind_them_are_read(self, tmp_path: Any) -> None:
        rows = f'id;text\r\n1;{DAMAGED}\r\n2;{DAMAGED};x\r\n3;"{DAMAGED}\r\n4;"{DAMAGED}"\r\n\r\n5;{DAMAGED}'
        outcome = cleaned(tmp_path, "a.csv", rows, fields=("text",))
        lines = rows.split("\r\n")
        wanted = [line.replace(DAMAGED, REPAIRED) if line[:1] in "145" else line for line in lines]
        assert outcome.output.decode().split("\r\n") == wanted
        assert [f.before[:2] for f in findings_of(outcome) if f.kind == ANNOTATION] == ["2;", "3;"]

    def test_columns_by_name_and_number(self, tmp_path: Any) -> None:
        text = f"a\tb\n{DAMAGED}\t{DAMAGED}\n"
        assert cleaned(tmp_path, "a.tsv", text, fields=("b",)).output.decode() == f"a\tb\n{DAMAGED}\t{REPAIRED}\n"
        text = f"{DAMAGED}\t{DAMAGED}\n"
        assert cleaned(tmp_path, "a.tsv", text, fields=("1",)).output.decode() == f"{REPAIRED}\t{DAMAGED}\n"
        with pytest.raises(FormatError, match="no column 'c'; there are a, b"):
            Csv(Selection(fields=("c",))).chunk("a,b\n", is_last=True)
