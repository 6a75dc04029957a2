"""Subtitles: the lines of SRT, VTT and ASS that are shown are one document; times, numbers, tags and styles stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from encfix.files.formats.base import Chunk, Document, TextFormat
from encfix.files.layout import Layout, Segment

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_CUE_TAG = re.compile(r"<[^<>\r\n]*>|\{\\[^{}\r\n]*\}")
_EVENT_TAG = re.compile(r"\{[^{}\r\n]*\}|\\[Nnh]")
_BREAKS = {"\\N": "\n", "\\n": "\n", "\\h": " "}


class Subtitles(TextFormat):
    """A `TextFormat` for SRT and VTT (cues below a line of times) and, with `events`, ASS and SSA (lines of events)."""

    block: int | None = None
    keeps_lines = False

    def __init__(self, *, events: bool = False) -> None:
        self._spoken = _spoken_events if events else _spoken_cues
        self._tag = _EVENT_TAG if events else _CUE_TAG

    def chunk(self, text: str, *, is_last: bool) -> Chunk:
        """Return the file: what is shown, one cue after the other, as one document."""
        segments: list[Segment] = []
        for start, end in self._spoken(text):
            if segments and start > segments[-1].end:
                segments.append(Segment(segments[-1].end, start, "\n", is_literal=False, is_fixed=True))
            segments += _segments(text, start, end, self._tag)
        return Chunk(text, [Located(Layout(segments))] if segments else [])


class Located(Document):
    """A document whose layout is known beforehand."""

    __slots__ = ("_layout",)

    def __init__(self, layout: Layout, record: int | None = None, field: str | None = None) -> None:
        super().__init__(layout.value, record, field)
        self._layout = layout

    def layout(self) -> Layout:
        """Return where the characters stand."""
        return self._layout

    def seams(self) -> Sequence[tuple[int, int]]:
        """Return where markup stands."""
        return self._layout.seams()


def _segments(text: str, start: int, end: int, tag: re.Pattern[str]) -> Iterator[Segment]:
    """Yield what is shown of `[start, end)`, with tags as places that no edit may touch."""
    done = start
    for match in tag.finditer(text, start, end):
        if done < match.start():
            yield Segment(done, match.start(), text[done : match.start()])
        yield Segment(match.start(), match.end(), _BREAKS.get(match[0], ""), is_literal=False, is_fixed=True)
        done = match.end()
    if done < end:
        yield Segment(done, end, text[done:end])


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for match in _LINE.finditer(text):
        if match[0]:
            yield match.start(), match[0]


def _spoken_cues(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of cues: the lines below one with an arrow, down to an empty one."""
    first: int | None = None
    end = 0
    for start, line in _lines(text):
        content = line.rstrip("\r\n")
        if "-->" in content or not content.strip():
            if first is not None and first < end:
                yield first, end
            first = start + len(line) if "-->" in content else None
            end = start + len(line)
        elif first is not None:
            end = start + len(content)
    if first is not None and first < end:
        yield first, end


def _spoken_events(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of what events show: the last of the columns that the section's format line names."""
    columns, is_events = 10, False
    for start, line in _lines(text):
        content = line.rstrip("\r\n")
        head = content.split(":", 1)[0].strip().lower()
        if content.startswith("["):
            is_events = content.strip().lower() == "[events]"
        elif is_events and head == "format":
            columns = content.count(",") + 1
        elif is_events and head == "dialogue":
            parts = content.split(",", columns - 1)
            if len(parts) == columns and parts[-1]:
                yield start + len(content) - len(parts[-1]), start + len(content)
