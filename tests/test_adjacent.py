"""Damage that goes through a whole page: every run of text between tags is repaired, and no tag is touched."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import ftfy.bad_codecs
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from encfix.batch import MARGIN, NO_SEAMS, Batch, to_text
from encfix.cleaner import Cleaner
from encfix.cli.main import main
from encfix.edits import Proposal, gathered
from encfix.options import Options
from encfix.repairs.mojibake.markup import Marked
from encfix.result import apply_changes
from tests.formats import DAMAGED, changes_of, cleaned, findings_of

codecs.register(ftfy.bad_codecs.search_function)  # knows those that read every byte

LINES = (
    "县图书馆周末照常开放",
    "记者从县文化局了解到，新馆共有三层，可以同时容纳六百名读者，周末和节假日都不休息。",
    "馆长说：“我们每个月都会添置新书，也欢迎大家推荐自己喜欢的作品。”",
    "儿童阅览室设在一楼，家长可以陪孩子一起看书，还能参加老师组织的朗读活动。",
    "办理借书证只需要带上身份证，当天就能拿到，每次最多可以借十本，期限是一个月。",
    "如果到期没有看完，可以在网上续借一次；逾期不还的，要按照规定交纳滞纳金。",
    "从下个月开始，图书馆还将开通流动服务车，定期开往各个乡镇和学校。",
)
"""Sentences made up for this test; none of their characters loses bytes in one of the kinds of damage."""


def _mixed(text: str) -> str:
    """GBK read as UTF-8 where it could be, else as windows-1252."""
    data, read, place = text.encode("gbk"), "", 0
    while place < len(data):
        for size in (4, 3, 2, 1):
            codec = "utf-8" if size > 1 or data[place] < 0x80 else "sloppy-windows-1252"
            try:
                read += data[place : place + size].decode(codec)
            except UnicodeDecodeError:
                continue
            place += size
            break
    return read


def _read(true: str, *wrongs: str) -> Callable[[str], str]:
    def damage(text: str) -> str:
        for wrong in wrongs:
            text = text.encode(true).decode(wrong)
        return text

    return damage


DAMAGE = {
    "utf-8 as latin-1": _read("utf-8", "latin-1"),
    "utf-8 as cp1252": _read("utf-8", "sloppy-windows-1252"),
    "utf-8 as cp1252 twice": _read("utf-8", "sloppy-windows-1252", "sloppy-windows-1252"),
    "gbk as latin-1": _read("gbk", "latin-1"),
    "gbk as cp1252": _read("gbk", "sloppy-windows-1252"),
    "gbk as cp1250": _read("gbk", "sloppy-windows-1250"),
    "gbk as utf-8 or cp1252": _mixed,
}


def _html(damage: Callable[[str], str]) -> str:
    page = f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{damage(LINES[0])}</title></head>\n<body>'
    page += "".join(f'<p class="a">{damage(line)}</p>\n' for line in LINES)
    page += "".join(f"<p>{damage(a)}<b>{damage(b)}</b>{damage(c)}</p>" for a, b, c in map(_cut, LINES))
    page += "".join(f"<div>{damage(a)}<br>{damage(b)}<br/>\n{damage(c)}</div>" for a, b, c in map(_cut, LINES))
    page += "".join(f'<a href="#" title="{damage(line)}"><img alt="{damage(line)}"></a>' for line in LINES)
    return page + "</body></html>\n"


def _srt(damage: Callable[[str], str]) -> str:
    return "".join(
        f"{nth}\r\n00:00:{nth:02d},000 --> 00:00:{nth:02d},900\r\n{damage(a)}<i>{damage(b)}</i>\r\n{damage(c)}\r\n\r\n"
        for nth, (a, b, c) in enumerate(map(_cut, LINES), 1)
    )


def _vtt(damage: Callable[[str], str]) -> str:
    return "WEBVTT\n\n" + "".join(
        f"00:{nth:02d}.000 --> 00:{nth:02d}.900\n<v A>{damage(line)}</v>\n\n" for nth, line in enumerate(LINES)
    )


def _ass(damage: Callable[[str], str]) -> str:
    return "[Events]\nFormat: Layer, Start, End, Text\n" + "".join(
        f"Dialogue: 0,0:00:01.00,0:00:02.00,{{\\an8}}{damage(a)}{{\\b1}}{damage(b)}{{\\b0}}\\N{damage(c)}\\h"
        f"{damage(a)}\n"
        for a, b, c in map(_cut, LINES)
    )


def _md(damage: Callable[[str], str]) -> str:
    return f"# {damage(LINES[0])}\n\n" + "\n\n".join(
        f"- **{damage(a)}**{damage(b)}\n  {damage(c)}" for a, b, c in map(_cut, LINES)
    )


def _cut(line: str) -> tuple[str, str, str]:
    return line[:4], line[4:7], line[7:]


FORMATS = {"html": _html, "srt": _srt, "vtt": _vtt, "ass": _ass, "md": _md}


class TestFormats:
    @pytest.mark.parametrize("kind", DAMAGE)
    @pytest.mark.parametrize("name", FORMATS)
    def test_every_run_of_text_is_repaired_and_no_markup_touched(self, tmp_path: Path, name: str, kind: str) -> None:
        page, wanted = FORMATS[name](DAMAGE[kind]), FORMATS[name](str)
        outcome = cleaned(tmp_path, f"a.{name}", page)  # which also applies the audit, and takes it back
        assert outcome.output.decode() == wanted
        assert not [finding for finding in findings_of(outcome) if finding.kind == "mojibake"]
        assert cleaned(tmp_path, f"b.{name}", outcome.output).output == outcome.output
        if name != "md":
            assert not any(mark in change.before for change in changes_of(outcome) for mark in "<{\n")

    def test_lost_bytes_stay_on_their_side_of_a_tag(self, tmp_path: Path) -> None:
        def damage(text: str) -> str:
            return text.encode().decode("gbk", "replace")

        outcome = cleaned(tmp_path, "a.html", _html(damage))
        left, wanted = outcome.output.decode().replace("\ufffd", ""), _html(str)
        characters = iter(wanted)
        assert all(character in characters for character in left)  # nothing but what was there, in order
        assert len(left) > 0.92 * len(wanted)

    def test_diff_and_check_show_one_line_for_each_run(self, tmp_path: Path) -> None:
        damage = DAMAGE["gbk as latin-1"]
        (tmp_path / "a.html").write_text("".join(f"<p>{damage(line)}</p>" for line in LINES), encoding="utf-8")
        said = CliRunner().invoke(main, ["check", str(tmp_path), "--format", "json"]).stdout.splitlines()
        assert [json.loads(line)["after"] for line in said] == list(LINES)
        shown = CliRunner().invoke(main, ["clean", str(tmp_path), "--diff"]).stdout.splitlines()
        assert "+" + "".join(f"<p>{line}</p>" for line in LINES) in shown

    def test_lines_of_a_text_are_changes_of_their_own(self) -> None:
        text = "\n".join(map(DAMAGE["utf-8 as cp1252"], LINES))
        (result,) = Cleaner().clean_many([text])
        assert [change.after for change in result.changes] == list(LINES)


class TestSeams:
    @given(st.data(), st.sampled_from(["auto", "simplified", "t2s", "s2twp"]))
    def test_no_change_that_can_be_divided_crosses_a_seam_in_any_format(self, data: Any, script: str) -> None:
        text = f"{DAMAGED}，{DAMAGED}\n頭髮與皇后，{DAMAGE['utf-8 as latin-1'](LINES[1])}"
        cleaner, plain = Cleaner(Options(script=script)), len(DAMAGED) * 2 + 8
        places = sorted(data.draw(st.sets(st.integers(1, plain))))
        before, result, after = cleaner.clean_many(
            ["一", text, DAMAGED], [[], [(place, place) for place in places], []]
        )
        whole = cleaner.clean(text)
        assert apply_changes(text, list(result.changes)) == result.text == whole.text
        assert (before, after) == (cleaner.clean("一"), cleaner.clean(DAMAGED))
        assert not [one for one in result.changes for place in places if one.start < place < one.end]
        assert all(one.end <= other.start for one, other in pairwise(result.changes))

    @given(st.text("ab\n中", max_size=20), st.data())
    def test_marks_stand_at_seams_of_the_format(self, text: str, data: Any) -> None:
        places = sorted(data.draw(st.sets(st.integers(0, len(text)))))
        batch = Batch.of(
            [text, text], [NO_SEAMS, np.array([(place, place) for place in places], np.int64).reshape(-1, 2)]
        )
        start, end = int(batch.starts[1]), int(batch.ends[1])
        assert Marked.of(batch, MARGIN, MARGIN + len(text)).codes.tolist() == list(map(ord, text))
        marked = Marked.of(batch, start, end)
        inner = [place for place in places if 0 < place < len(text)]
        wanted = "<".join(text[first:last] for first, last in pairwise((0, *inner, len(text))))
        assert to_text(marked.codes) == wanted
        new = wanted.replace("a", "一二").replace("b", "")  # as a decoder would, that leaves ASCII marks alone
        edits = gathered([Proposal(0, len(wanted), new, 0, 1.0)])
        divided = marked.divided(edits).moved(np.array(-start))
        spans = list(zip(divided.start.tolist(), divided.end.tolist(), strict=True))
        assert not [one for one in spans for place in inner if one[0] < place < one[1]]
        pieces = [to_text(divided.codes[first:last]) for first, last in pairwise(divided.offsets.tolist())]
        for (first, last), piece in reversed(list(zip(spans, pieces, strict=True))):
            text = text[:first] + piece + text[last:]
        assert text == new.replace("<", "")
