"""Subtitles: the lines that are shown change, and nothing else."""

from __future__ import annotations

from typing import Any

from encfix.files.formats.subtitles import Subtitles
from tests.formats import DAMAGED, REPAIRED, cleaned, texts


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
