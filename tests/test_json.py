"""JSON and JSON Lines: which strings are documents, and that the rest of each record stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encfix.audit import FieldChange
from encfix.cleaner import Cleaner
from encfix.cli.cleaning import clean_files
from encfix.cli.outcomes import Task
from encfix.cli.placing import ANNOTATION
from encfix.files.formats import chunking
from encfix.files.formats.base import FormatError, Selection
from encfix.files.formats.fields import Pattern, written
from encfix.files.formats.json import Json, Record
from encfix.files.formats.jsonl import JsonLines
from encfix.files.walking import Failed, Source
from tests.formats import DAMAGED, REPAIRED, changes_of, cleaned, findings_of, in_blocks, texts

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


class TestJson:
    @given(VALUES, st.booleans(), st.sampled_from([None, 1]), st.sampled_from([None, (",", ":")]))
    def test_every_value_is_found_where_the_library_reads_it(
        self, value: Any, as_ascii: bool, indent: int | None, separators: Any
    ) -> None:
        text = json.dumps(value, ensure_ascii=as_ascii, indent=indent, separators=separators)
        nodes = Record(text, 0, len(text), 1, json.loads(text)).nodes
        for path, node in nodes.items():
            item = value
            for step in path:
                item = item[step]
            assert json.loads(text[node.start : node.end]) == item
            assert not path or Pattern(written(path)).find(value) == [(path, item)]
        texts(Json(Selection()), text)

    @given(st.text(), st.booleans(), st.data())
    def test_any_edit_of_a_string_is_the_edit_of_its_value(
        self, value: str, as_ascii: bool, data: st.DataObject
    ) -> None:
        text = json.dumps({"a": 1, "text": value}, ensure_ascii=as_ascii)
        (chunk,) = chunking.chunks(text, Json(Selection(fields=("text",))))
        (document,) = chunk.documents
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(value))] * 2)))
        after = data.draw(st.text())
        first, last = document.layout().locate(start, end) or (0, 0)
        new = text[:first] + document.quote(after) + text[last:]
        assert json.loads(new) == {"a": 1, "text": value[:start] + after + value[end:]}

    def test_a_key_given_twice_means_the_last(self) -> None:
        text = '{"text": "一", "text": "二"}'
        (chunk,) = chunking.chunks(text, Json(Selection()))
        (document,) = chunk.documents
        assert document.layout().locate(0, 1) == (text.index("二"), text.index("二") + 1)

    @pytest.mark.parametrize("content", ['{"a": 1', "[1, 2", "", "[" * 100_000, '{"a": "\x01"}'])
    def test_what_the_library_cannot_read_is_refused(self, content: str) -> None:
        with pytest.raises(FormatError):
            Json(Selection()).chunk(content, is_last=True)


class TestJsonLines:
    def test_chosen_fields_change_and_nothing_else(self, tmp_path: Any) -> None:
        lines = [
            '{ "id":1e3,"text" : "DAMAGED\\u000a\\"", "title": "DAMAGED" }',
            "",
            "{broken: DAMAGED}",
            '{"meta": {"title": "DAMAGED"}}\r',
            '{"messages": [{"content": "DAMAGED"}, {"content": 5}, {"role": "DAMAGED"}]}',
        ]
        lines = [line.replace("DAMAGED", DAMAGED) for line in lines]
        outcome = cleaned(tmp_path, "a.jsonl", "\n".join(lines), fields=("text", "meta.title", "messages[].content"))
        wanted = [
            lines[0].replace(DAMAGED, REPAIRED, 1),
            "",
            lines[2],
            lines[3].replace(DAMAGED, REPAIRED),
            lines[4].replace(DAMAGED, REPAIRED, 1),
        ]
        assert outcome.output.decode() == "\n".join(wanted)
        places = {(c.record, c.field) for c in changes_of(outcome) if isinstance(c, FieldChange)}
        assert places == {(1, "text"), (4, "meta.title"), (5, "messages[0].content")}
        (finding,) = [finding for finding in findings_of(outcome) if finding.kind == ANNOTATION]
        assert finding.before == lines[2]
        assert outcome.verdict == "suspect"

    @pytest.mark.parametrize(("name", "whole"), [("a.jsonl", 10), ("a.jsonl", 10**9), ("a.json", 10**9)])
    def test_fields_that_no_record_has_are_named(
        self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, name: str, whole: int
    ) -> None:
        record = json.dumps({"id": 1, "a.b": {"text": DAMAGED}}) + "\n"
        (tmp_path / name).write_text(record * (20 if name == "a.jsonl" else 1))
        monkeypatch.setattr(chunking, "WHOLE", whole)
        monkeypatch.setattr(JsonLines, "block", len(record))

        def reason(*fields: str) -> str:
            task = Task(Cleaner(), Selection(fields=fields))
            (outcome,) = clean_files([Source(tmp_path, name, 0, is_named=True)], task)
            if isinstance(outcome, Failed):
                return outcome.reason
            try:
                list(outcome.parts(None))
            except FormatError as error:
                return str(error)
            return ""

        assert reason("txt", '"a.b".title') == """no field 'txt', '"a.b".title'; there are id, "a.b\""""
        assert reason("txt", "id") == ""

    def test_record_whose_annotations_are_odd_stays_and_is_reported(self, tmp_path: Any) -> None:
        odd = [["a"], "zz", 5, None, ["a", "b"], [1.0, 2], [True, 2], {"start": 1}, {"start": "a", "end": 2}, [3, 1]]
        records = [{"text": DAMAGED, "ann": ann} for ann in ("zz", None, {"start": 1, "end": 2}, odd, [[0, 5]])]
        lines = [json.dumps(record) for record in records]
        outcome = cleaned(tmp_path, "a.jsonl", "\n".join(lines), fields=("text",), spans="ann")
        written = [json.loads(line) for line in outcome.output.splitlines()]
        assert [record["text"] for record in written] == [REPAIRED] * 5
        assert [record["ann"] for record in written] == ["zz", None, {"start": 1, "end": 2}, odd, [[0, 1]]]
        reasons = [finding.reason for finding in findings_of(outcome)]
        assert reasons[:3] == [f"spans are a list, not {name}" for name in ("str", "NoneType", "dict")]
        assert reasons[3:-1] == ["no span of the text: it has no start and end in whole numbers"] * 9
        assert reasons[-1] == "no span of the text: a span cannot end at 1, before its start at 3"

    def test_record_without_keys_takes_no_verdict(self, tmp_path: Any) -> None:
        lines = f'"{DAMAGED}"\n' + '{"a": "' + DAMAGED + '"}\n'
        outcome = cleaned(tmp_path, "a.jsonl", lines, verdict="v")
        first, second = outcome.output.decode().splitlines()
        assert first == f'"{REPAIRED}"'
        assert json.loads(second)["v"] == "repaired"
        assert [finding.reason for finding in findings_of(outcome)] == ["a verdict needs a record with keys"]

    @pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
    def test_integer_of_any_length_is_json(self, tmp_path: Any, name: str) -> None:
        text = '{"n": -' + "1" * 5000 + ', "text": "' + DAMAGED + '"}\n'
        outcome = cleaned(tmp_path, name, text)
        assert outcome.output.decode() == text.replace(DAMAGED, REPAIRED)
        assert not findings_of(outcome)

    def test_file_without_records_lacks_no_field(self, tmp_path: Any) -> None:
        assert cleaned(tmp_path, "a.jsonl", "\n", fields=("text",)).output == b"\n"

    def test_a_record_in_ascii_stays_so(self, tmp_path: Any) -> None:
        record = json.dumps({"text": f"\n{DAMAGED}\ud800😀"})
        wanted = json.dumps({"text": f"\n{REPAIRED}\ud800😀"})
        assert cleaned(tmp_path, "a.jsonl", record).output.decode() == wanted

    @given(st.lists(VALUES), st.integers(1, 60))
    def test_blocks_of_any_size_give_the_same(self, values: list[Any], size: int) -> None:
        text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
        assert in_blocks(JsonLines(Selection()), text, size) == in_blocks(JsonLines(Selection()), text, 10**9)

    def test_spans_are_carried_over_and_what_fell_away_is_reported(self, tmp_path: Any) -> None:
        record = {"text": DAMAGED, "spans": [[2, 5, "x"], [0, 8, "y"], {"start": 6, "end": 7}, [0, 99], [15, 18]]}
        outcome = cleaned(tmp_path, "a.jsonl", json.dumps(record), fields=("text",), spans="spans")
        assert json.loads(outcome.output)["spans"] == [[0, 3, "y"], {"start": 1, "end": 2}, [0, 99]]
        assert [f.before for f in findings_of(outcome) if f.kind == ANNOTATION] == [
            '[2, 5, "x"]',
            "[0, 99]",
            "[15, 18]",
        ]

    def test_verdict_is_written_and_twice_is_once(self, tmp_path: Any) -> None:
        lines = f'{{"text": "{DAMAGED}"}}\n{{"text":"好","v":"lost"}}\n{{}}\n'
        outcome = cleaned(tmp_path, "a.jsonl", lines, fields=("text",), verdict="v")
        first, second, third = outcome.output.decode().splitlines()
        assert first == f'{{"text": "{REPAIRED}", "v": "repaired", "v_changed": {json.loads(first)["v_changed"]:.4f}}}'
        assert json.loads(first)["v_changed"] == pytest.approx(1 - len(REPAIRED) / len(DAMAGED), abs=1e-4)
        assert second == '{"text":"好","v":"clean","v_changed":0.0000}'
        assert third == "{}"
        assert cleaned(tmp_path, "a.jsonl", outcome.output, fields=("text",)).output == outcome.output

    @pytest.mark.parametrize("own", ['"v": "human"', '"v": 3', '"v": {}', '"v_changed": 3', '"v_changed": true'])
    def test_verdict_replaces_nothing_but_a_verdict(self, tmp_path: Any, own: str) -> None:
        lines = f'{{"text": "{DAMAGED}", {own}}}\n{{"text": "好", "v": null}}\n'
        outcome = cleaned(tmp_path, "a.jsonl", lines, fields=("text",), verdict="v")
        first, second = outcome.output.decode().splitlines()
        assert first == f'{{"text": "{REPAIRED}", {own}}}'
        assert json.loads(second)["v"] == "clean"
        (found,) = [finding for finding in findings_of(outcome) if finding.kind == ANNOTATION]
        assert (found.before, "holds something else" in found.reason) == (own.split(": ")[1], True)
