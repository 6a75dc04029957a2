"""The audit: every string survives, it applies and undoes exactly, and what does not fit is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import encfix
from encfix.audit import (
    AuditError,
    Content,
    Entry,
    Header,
    Lines,
    MismatchError,
    apply,
    dump,
    dump_failure,
    dump_file,
    dump_header,
    dump_items,
    parse,
    read,
    undo,
)
from encfix.chinese.data import VERSION
from encfix.cli.cleaning import clean_files
from encfix.cli.outcomes import Task, Whole
from encfix.files.charset import REPAIRED, Charset
from encfix.files.text import read as read_text
from encfix.files.walking import Source

HEADER = Header.of(encfix.Options(script="simplified"))

GLOSSED = "進(jìn)口貿(mào)易強(qiáng)調(diào)發(fā)展"
PIECES = st.sampled_from(
    [GLOSSED, "書(shu) 記", "今天天气很好。", "⽅便", "hello", "𠀀", ",,", "?", *"\r\n\ufeff\u200b\0", "\r\n"]
)


def entry_of(data: bytes, options: encfix.Options | None = None) -> tuple[Entry, str, bytes]:
    file = read_text(data)
    result = encfix.clean(file.text, options)
    output = file.encode(result.text)
    before, after = Content.of(data, file.codec.source), Content.of(output, file.codec.target)
    entry = Entry(".", "a.txt", before, after, result.verdict, result.changes, result.findings)
    return entry, file.text, output


def written(*entries: tuple[Entry, str]) -> list[bytes]:
    lines = [dump_header(HEADER)]
    for entry, text in entries:
        lines.append(dump_file(entry, len(entry.changes), len(entry.findings)))
        lines += [*dump_items("a.txt", entry.changes, text), *dump_items("a.txt", entry.findings, text)]
    return lines


@given(st.recursive(st.text(), lambda inner: st.lists(inner)))
def test_any_string_survives(value: object) -> None:
    line = dump({"before": value})
    assert line.count(b"\n") == 1
    assert parse(line) == {"before": value}


@given(st.text(alphabet='\\u"d83e0\ud83d\ude00\u200b😀'))
def test_surrogates_and_escapes_survive(value: str) -> None:
    line = dump({"before": value})
    assert parse(line) == {"before": value}
    json.loads(line.decode("utf-8"))


def test_what_cannot_be_seen_is_escaped_and_chinese_is_not() -> None:
    assert dump({"a": "汉\u200b\u2028字。\u202e"}).decode() == '{"a": "汉\\u200b\\u2028字。\\u202e"}\n'


@given(st.lists(PIECES).map("".join), st.booleans(), st.sampled_from(["keep", "simplified", "taiwan"]))
@example(text="\0\ufeff\ufeff", has_mark=False, script="simplified")
def test_apply_gives_the_output_and_undo_the_input(text: str, has_mark: bool, script: str) -> None:
    data = b"\xef\xbb\xbf" * has_mark + text.encode()
    entry, decoded, output = entry_of(data, encfix.Options(script=script))
    header, entries = read(written((entry, decoded)))
    assert header == HEADER
    (back,) = entries
    assert (list(back.changes), list(back.findings)) == (list(entry.changes), list(entry.findings))
    assert apply(back, data) == output
    assert undo(back, output) == data


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "utf-16", "utf-16-be", "utf-32"])
def test_files_of_other_encodings_come_back(encoding: str) -> None:
    data = f"今天天氣很好，我們繼續學習。\r\n{GLOSSED}".encode(encoding, "ignore")
    entry, decoded, output = entry_of(data)
    _, (back,) = read(written((entry, decoded)))
    assert output != data
    assert apply(back, data) == output
    assert undo(back, output) == data


def test_input_that_was_not_decoded_strictly_cannot_be_made_again() -> None:
    content = Content.of(b"\xff", Charset(decoded=REPAIRED))
    with pytest.raises(MismatchError, match="not decoded strictly"):
        undo(Entry("", "a", content, Content.of(b""), "clean"), b"")


@given(st.text(alphabet="a\r\n汉"), st.data())
def test_lines_and_columns_are_those_of_an_editor(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    if text[offset - 1 : offset + 1] == "\r\n" and offset:
        before = before[:-1] + "\r"
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    assert list(Lines(text).places([offset])) == [(line, column)]


def test_records_hold_what_the_format_says() -> None:
    entry, text, _ = entry_of(f"一\r\n{GLOSSED}".encode())
    lines = [json.loads(line) for line in written((entry, text))]
    assert lines[0] == {
        "type": "audit",
        "format": 1,
        "encfix": encfix.__version__,
        "data": VERSION,
        "options": HEADER.options,
        "output": None,
        "files": {},
    }
    assert lines[1]["changes"] == len(entry.changes) == len(lines) - 2
    assert lines[2] == {
        "type": "change",
        "file": "a.txt",
        "line": 2,
        "column": 2,
        "start": 4,
        "end": 9,
        "before": "(jìn)",
        "after": "",
        "rules": ["gloss.pinyin"],
        "kind": "gloss",
        "confidence": entry.changes[0].confidence,
        "reason": entry.changes[0].reason,
    }


def test_other_content_is_refused() -> None:
    data = GLOSSED.encode()
    entry, _, output = entry_of(data)
    for replay, wrong in ((apply, data + b"\n"), (undo, output + b"\n"), (apply, b"\xff")):
        with pytest.raises(MismatchError, match="SHA-256 differs"):
            replay(entry, wrong)
    with pytest.raises(MismatchError, match="already"):
        apply(entry, output)


def test_tampered_change_is_refused() -> None:
    data = GLOSSED.encode()
    entry, text, _ = entry_of(data)
    lines = written((entry, text))
    lines[2] = lines[2].replace(b'"after": ""', b'"after": "x"')
    (tampered,) = read(lines)[1]
    with pytest.raises(MismatchError, match="do not give"):
        apply(tampered, data)


def _change_with(**fields: object) -> bytes:
    """The first change of an audit with other values; None takes a field away."""
    record = json.loads(written(entry_of(GLOSSED.encode())[:2])[2]) | fields
    return dump({key: value for key, value in record.items() if value is not None})


@pytest.mark.parametrize(
    ("place", "line", "message"),
    [
        (0, b"{}\n", "line 1: no audit"),
        (0, dump({"type": "audit", "format": 2}), "line 1: the format is 2"),
        (1, b"[]\n", "line 2: not a JSON object"),
        (1, b"\xff\n", "line 2: "),
        (1, b"[" * 100_000, "line 2: "),
        (1, b'{"type": "file"}\n', "line 2: 'changes' is missing"),
        (2, b'{"type": "finding"}\n', "line 2: records of type 'change' are missing"),
        (2, _change_with(start=None), "line 3: 'start' is missing"),
        (2, _change_with(before=None), "line 3: 'before' is missing"),
        (3, _change_with(), "line 4: a span that no text has"),
        (2, _change_with(start=-1, end=4), "line 3: a span that no text has"),
        (2, _change_with(end=7), "line 3: a span that no text has"),
    ],
)
def test_broken_audit_is_named_by_line(place: int, line: bytes, message: str) -> None:
    lines = written(entry_of(GLOSSED.encode())[:2])
    lines[place] = line
    with pytest.raises(AuditError) as caught:
        list(read(lines)[1])
    assert str(caught.value).startswith(message)


def test_cut_audit_is_refused() -> None:
    lines = written(entry_of(GLOSSED.encode())[:2])
    for end in range(2, len(lines)):
        with pytest.raises(AuditError, match="missing"):
            list(read(lines[:end])[1])
    with pytest.raises(AuditError, match="no audit"):
        read([])


@pytest.mark.parametrize("file", ["../a.txt", "/etc/passwd", "a/../../b", "", "a\0b"])
def test_path_out_of_the_folder_is_refused(file: str) -> None:
    entry, text, _ = entry_of(b"")
    lines = written((entry, text))
    lines[1] = lines[1].replace(b'"file": "a.txt"', b'"file": ' + json.dumps(file).encode())
    with pytest.raises(AuditError, match="no path below a folder"):
        list(read(lines)[1])


def test_failures_are_on_record_and_no_entries() -> None:
    assert list(read([dump_header(HEADER), dump_failure("a\ud800", "gone")])[1]) == []


def test_offsets_run_across_the_blocks_of_a_long_file(tmp_path: Path) -> None:
    text = f"今天天气很好。\r\n{GLOSSED}\n" * 7 + "⽅便"
    data = b"\xef\xbb\xbf" + text.encode()
    (tmp_path / "a.txt").write_bytes(data)
    for limit in (1, 40, 80, 10_000):
        source = Source(tmp_path, "a.txt", len(data), is_named=True)
        (outcome,) = clean_files([source], Task(encfix.Cleaner(), limit=limit))
        assert isinstance(outcome, Whole)
        assert outcome.output[3:].decode() == "今天天气很好。\r\n進口貿易強調發展\n" * 7 + "方便"
        changes = [change for part in outcome.parts(None) for change in part.changes]
        lines = Lines(text)
        for change in changes:
            assert text[change.start : change.end] == change.before
            ((line, column),) = lines.places([change.start])
            assert text.split("\n")[line - 1][column - 1 :].startswith(change.before)
        entry = Entry("", "a", outcome.input_content, outcome.output_content, outcome.verdict, changes)
        assert apply(entry, data) == outcome.output
        assert undo(entry, outcome.output) == data
        assert outcome.output.startswith(b"\xef\xbb\xbf")
