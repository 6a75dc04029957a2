"""Formats: what is a document, where it stands, and that everything else stays byte for byte."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encfix.audit import Entry, FieldChange, apply, undo
from encfix.cleaner import Cleaner
from encfix.cli.cleaning import clean_files
from encfix.cli.outcomes import Streamed, Task, Whole
from encfix.cli.placing import ANNOTATION
from encfix.files import reading
from encfix.files.charset import KEPT, EncodingError
from encfix.files.formats import chunking
from encfix.files.formats.base import Chunk, FormatError, Selection, TextFormat
from encfix.files.formats.csv import Csv
from encfix.files.formats.fields import Pattern, written
from encfix.files.formats.html import Html, shown_text
from encfix.files.formats.json import Json, Record
from encfix.files.formats.jsonl import JsonLines
from encfix.files.formats.subtitles import Subtitles
from encfix.files.text import Writing
from encfix.files.types import kind_of
from encfix.files.walking import Failed, Source
from encfix.options import Options
from encfix.result import Change, Finding, apply_changes

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


class TestSubtitles:
    def test_srt(self, tmp_path: Any) -> None:
        text = (
            f"1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>{DAMAGED}</i>\r\n第二行\r\n\r\n"
            f"2\r\n00:00:03,000 --> 00:00:04,000\r\n{{\\an8}}{DAMAGED}"
        )
        assert texts(Subtitles(), text) == [f"{DAMAGED}\r\n第二行\n{DAMAGED}"]
        assert cleaned(tmp_path, "a.srt", text).output.decode() == text.replace(DAMAGED, REPAIRED)

    def test_vtt(self, tmp_path: Any) -> None:
        text = (
            f"WEBVTT {DAMAGED}\n\nNOTE\n{DAMAGED}\n\nSTYLE\n::cue {{ }}\n\n"
            f"intro\n00:01.000 --> 00:02.000 align:start\n<v 張(zhāng)>{DAMAGED}\n"
        )
        assert cleaned(tmp_path, "a.vtt", text).output.decode() == REPAIRED.join(text.rsplit(DAMAGED, 1))

    def test_ass(self, tmp_path: Any) -> None:
        text = (
            f"[Script Info]\nTitle: {DAMAGED}\n\n[Events]\nFormat: Layer, Start, End, Text\n"
            f"Comment: 0,0:00:01.00,0:00:02.00,{DAMAGED}\n"
            f"Dialogue: 0,0:00:01.00,0:00:02.00,{{\\pos(1,2)}}一,二\\N{DAMAGED}\n"
        )
        assert texts(Subtitles(events=True), text) == [f"一,二\n{DAMAGED}"]
        assert cleaned(tmp_path, "a.ass", text).output.decode() == REPAIRED.join(text.rsplit(DAMAGED, 1))


class TestHtml:
    def test_text_and_attributes_change_and_no_markup(self, tmp_path: Any) -> None:
        page = (
            '<!DOCTYPE html>\r\n<HTML><meta charset=utf-8><meta name="description" content="{0}"><title>{0}</title>'
            "<script>var a = '{1}';</script><style>/* {1} */</style>\r\n<body  class='{1}'><!-- {1} -->"
            "<p>{0}&nbsp;&lt;b&gt; & <b>{0}</b><br/>{0}<code>{1}</code><img alt='{0}'>"
        )
        outcome = cleaned(tmp_path, "a.html", page.format(DAMAGED, DAMAGED))
        assert outcome.output.decode() == page.format(REPAIRED, DAMAGED)

    def test_a_repair_across_a_tag_that_cannot_be_divided_is_left_and_said(self, tmp_path: Any) -> None:
        page = f"<p>{DAMAGED}</p><p>&amp;#35<b>519</b>;整</p>"
        outcome = cleaned(tmp_path, "a.html", page)
        assert outcome.output.decode() == page.replace(DAMAGED, REPAIRED)
        (finding,) = findings_of(outcome)
        assert finding.before == "&amp;#35<b>519</b>;"
        assert "markup" in finding.reason

    def test_a_deletion_across_a_tag_leaves_the_tag(self, tmp_path: Any) -> None:
        page = f"<p>{DAMAGED}</p><p>貿(m<b>à</b>o)易，<i>進</i><b>(jìn)</b>口</p>"
        outcome = cleaned(tmp_path, "a.html", page)
        assert outcome.output.decode() == f"<p>{REPAIRED}</p><p>貿<b></b>易，<i>進</i><b></b>口</p>"
        assert [change.before for change in changes_of(outcome)][-4:] == ["(m", "à", "o)", "(jìn)"]
        assert not findings_of(outcome)

    def test_words_are_converted_on_both_sides_of_a_tag(self, tmp_path: Any) -> None:
        page = "<p>頭<b>髮</b>和<i>皇</i>后，發<br>展</p><p>面</p>\n<p>麵</p>"
        wanted = "<p>头<b>发</b>和<i>皇</i>后，发<br>展</p><p>面</p>\n<p>面</p>"
        for script in ("simplified", "t2s", "tw2sp"):
            outcome = cleaned(tmp_path, "a.html", page, Options(script=script))
            assert outcome.output.decode() == wanted
            assert not findings_of(outcome)

    def test_references_stay_unless_they_are_repaired(self) -> None:
        page = "<p title='&quot;&#20013;'>&#x4e2d;&amp;lt; &copy &unknown; a&b</p>"
        assert texts(Html(), page) == ["中&lt; © &unknown; a&b", '"中']

    @pytest.mark.parametrize(
        ("page", "shown"),
        [
            ("<p><ruby>看<rt>kàn</ruby>字。</p>\n<p>二</p>", "看字。\n二"),
            ("<ruby>看<rp>(<rt>kàn<rp>)</rp>字<rt>zì</ruby>好", "看字好"),
            ("<ruby><rb>看<rt>kàn<rb>字<rt>zì</ruby>好", "看字好"),
            ("<p><ruby>看<rt>kàn<p>二", "看\n二"),
            ("<td><ruby>看<rt>kàn</td><td>二", "看\n二"),
            ("<ruby>看<rt>k<br>à<b>n</b></rt></ruby>字", "看\n字"),
            ("<code><ruby>a<rt>b</ruby></code>字", "字"),
        ],
    )
    def test_a_reading_ends_without_its_end_tag(self, page: str, shown: str) -> None:
        assert texts(Html(), page)
        assert shown_text(page) == ("", shown)
        assert not Html().chunk(page, is_last=True).problems

    @pytest.mark.parametrize("tag", ["svg", "code", "script", "rt"])
    def test_what_is_never_closed_is_reported(self, tag: str) -> None:
        page = f"<p>一</p><{tag} id=a>二<i>三</i>"
        chunk = Html().chunk(page, is_last=True)
        assert [document.text for document in chunk.documents] == ["一"]
        (problem,) = chunk.problems
        assert page[problem.start : problem.end] == f"<{tag} id=a>二<i>三</i>"
        assert problem.reason == f"<{tag}> is never closed: what follows is left as it is"

    @given(st.text(st.sampled_from("<>&;/=\"' \n一pbai!-#x20[]")))
    def test_any_page_is_read_and_found(self, page: str) -> None:
        if page:
            texts(Html(), page)


@pytest.mark.parametrize(
    ("name", "type_", "wanted"),
    [
        ("a.JSONL.zst", None, ("jsonl", "zst", True)),
        ("a.txt.gz", None, ("text", "gz", True)),
        ("a.tar.gz", None, ("text", "gz", False)),
        ("a.gz", "csv", ("csv", "gz", True)),
        ("a.warc.gz", None, ("warc", None, True)),
        ("a.warc.wet.gz", None, ("warc", None, True)),
        ("a.wet.gz", None, ("warc", None, True)),
        ("a.warc.wet", None, ("warc", None, True)),
        ("README", None, ("text", None, False)),
        (".json", None, ("text", None, False)),
    ],
)
def test_name_says_what_a_file_is(name: str, type_: str | None, wanted: tuple[str, str | None, bool]) -> None:
    assert kind_of(name, type_) == wanted


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt"])
def test_file_in_blocks_is_cleaned_as_one_at_once(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    row = {"a.jsonl": '{"text": "%s", "n": %d}\n', "a.csv": "%s,%d\r\n", "a.txt": "%s %d\n"}[name]
    content = ("text,n\r\n" if name == "a.csv" else "") + "".join(row % (DAMAGED, n) for n in range(400))
    data = b"\xef\xbb\xbf" + content.encode()
    (tmp_path / name).write_bytes(data)
    monkeypatch.setattr("encfix.files.formats.jsonl.JsonLines.block", 1000)
    monkeypatch.setattr("encfix.files.formats.csv.Csv.block", 1000)
    monkeypatch.setattr(reading, "BLOCK", 700)
    source = Source(tmp_path, name, 0, is_named=True)
    task = Task(Cleaner(Options()), limit=1000)
    (whole,) = clean_files([source], task)
    monkeypatch.setattr(chunking, "WHOLE", 1000)
    (streamed,) = clean_files([source], task)
    assert isinstance(whole, Whole)
    assert isinstance(streamed, Streamed)
    sink = io.BytesIO()
    parts = list(streamed.parts(sink))
    assert len(parts) > 5
    assert sink.getvalue() == whole.output == data.replace(DAMAGED.encode(), REPAIRED.encode())
    assert (streamed.input_content, streamed.output_content) == (whole.input_content, whole.output_content)
    assert tuple(change for part in parts for change in part.changes) == changes_of(whole)
    assert apply_changes(content, list(changes_of(whole))).encode() == whole.output[3:]
    assert [part.line for part in parts] == [1 + content[: part.offset].count("\n") for part in parts]


@pytest.mark.parametrize("writing", [None, Writing()])
def test_file_in_blocks_is_not_held(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, writing: Writing | None) -> None:
    monkeypatch.setattr(chunking, "WHOLE", 2**16)
    monkeypatch.setattr(reading, "BLOCK", 2**16)
    monkeypatch.setattr(JsonLines, "block", 2**14)
    (tmp_path / "a.jsonl").write_text('{"text": "今天天气很好，我们继续学习。"}\n' * 2**16, "utf-8")
    source = Source(tmp_path, "a.jsonl", (tmp_path / "a.jsonl").stat().st_size, is_named=True)
    (outcome,) = clean_files([source], Task(Cleaner(), writing=writing))
    assert isinstance(outcome, Streamed)
    tracemalloc.start()
    try:
        assert sum(part.size for part in outcome.parts(None)) == source.size
        assert tracemalloc.get_traced_memory()[1] < source.size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "page", "wanted"),
    [
        ("a.html", '<meta charset="gbk"><p>{0}', '<meta charset="{1}"><p>{0}'),
        (
            "a.html",
            "<META content='text/html; charset=GB2312' http-equiv=Content-Type>{0}<p>charset=gbk<a charset=gbk>",
            "<META content='text/html; charset={1}' http-equiv=Content-Type>{0}<p>charset=gbk<a charset=gbk>",
        ),
        (
            "a.xhtml",
            '<?xml version="1.0" encoding="GBK"?><meta charset=gbk /><p>{0}</p>',
            '<?xml version="1.0" encoding="{1}"?><meta charset={1} /><p>{0}</p>',
        ),
        (
            "a.xml",
            "<?xml version='1.0' encoding='gbk'?>\n<a>{0}</a>",
            "<?xml version='1.0' encoding='{1}'?>\n<a>{0}</a>",
        ),
        ("a.xml", "<a>{0}<?xml encoding='gbk'?></a>", "<a>{0}<?xml encoding='gbk'?></a>"),
        ("a.txt", '<meta charset="gbk"> {0}', '<meta charset="gbk"> {0}'),
    ],
)
def test_declared_encoding_follows_the_one_that_is_written(tmp_path: Any, name: str, page: str, wanted: str) -> None:
    text = "今天天气很好，我们继续学习。"
    (tmp_path / name).write_bytes(page.format(text).encode("gbk"))
    source = Source(tmp_path, name, 0, is_named=True)
    for to, encoding in (("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("same", "gbk")):
        (outcome,) = clean_files([source], Task(Cleaner(), writing=Writing(to)))
        assert isinstance(outcome, Whole)
        new = page.format(text) if to == "same" else wanted.format(text, "utf-8")
        assert outcome.output == new.encode(encoding)
        entry = Entry("", name, outcome.input_content, outcome.output_content, "clean", changes_of(outcome))
        assert undo(entry, outcome.output) == outcome.file.data
    (outcome,) = clean_files([source], Task(Cleaner(), writing=Writing("gb18030")))
    assert isinstance(outcome, Whole)
    assert not outcome.is_changed, "gbk is read as gb18030 everywhere"


@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
def test_line_of_records_that_is_no_text_stays_and_is_reported(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, encoding: str, is_streamed: bool
) -> None:
    good, bad = f'{{"text": "{DAMAGED.translate(PLAIN)}"}}\n', b'{"text": "\xff\x81"}\n'
    lines = [good.encode(encoding)] * 200 + [bad] + [good.encode(encoding)] * 200
    (tmp_path / "a.jsonl").write_bytes(b"".join(lines))
    if is_streamed:
        monkeypatch.setattr(chunking, "WHOLE", 10)
        monkeypatch.setattr(reading, "BLOCK", 1000)
    task = Task(Cleaner(), Selection(fields=("text",)))
    (outcome,) = clean_files([Source(tmp_path, "a.jsonl", 0, is_named=True)], task)
    assert isinstance(outcome, Streamed if is_streamed else Whole)
    sink = io.BytesIO()
    findings = [finding for part in outcome.parts(sink) for finding in part.findings]
    wanted = good.replace(DAMAGED.translate(PLAIN), REPAIRED).encode(encoding)
    assert sink.getvalue() == wanted * 200 + bad + wanted * 200
    assert [finding.reason for finding in findings] == [
        f"no {encoding}: byte 0xFF at offset {200 * len(lines[0]) + 10}: left as it is"
    ]
    assert outcome.verdict == "suspect"
    entry = Entry("", "a.jsonl", outcome.input_content, outcome.output_content, outcome.verdict)
    assert entry.input.charset[0::3] == (encoding, KEPT)


@pytest.mark.parametrize("allow_lossy", [False, True])
def test_document_that_is_no_text_is_written_only_on_demand(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, allow_lossy: bool
) -> None:
    (tmp_path / "a.txt").write_bytes(f"{DAMAGED}\n".encode() * 100 + b"\xff\n")
    results = []
    for limit in (chunking.WHOLE, 10):
        monkeypatch.setattr(chunking, "WHOLE", limit)
        task = Task(Cleaner(), writing=Writing(allow_lossy=allow_lossy), limit=1000)
        (outcome,) = clean_files([Source(tmp_path, "a.txt", 0, is_named=True)], task)
        assert not isinstance(outcome, Failed)
        sink = io.BytesIO()
        try:
            list(outcome.parts(sink))
            results.append(sink.getvalue())
        except EncodingError as error:
            results.append(str(error).encode())
    lossy = f"{REPAIRED}\n".encode() * 100 + "\ufffd\n".encode()
    refused = b"not strictly utf-8: no character of utf-8 at offset 5700, line 101; --allow-lossy writes it"
    assert results == [lossy if allow_lossy else refused] * 2
