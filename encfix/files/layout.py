"""Where the characters of a value stand in the text of a file that writes some of them as escapes, or not at all."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple


class Segment(NamedTuple):
    """A run of a file's text from `start` to `end`, and the `value` that it stands for.

    is_literal: the run is the value, code point for code point; else it stands for all of it, as an escape does.
    is_fixed: no edit may touch it: markup, or what is only thought of between two places.
    """

    start: int
    end: int
    value: str
    is_literal: bool = True
    is_fixed: bool = False


class Layout:
    """The segments of a value in order; offsets are code points.

    >>> layout = Layout([Segment(1, 3, "一二"), Segment(3, 9, "三", is_literal=False), Segment(9, 10, "四")])
    >>> layout.value, layout.locate(1, 2), layout.locate(2, 4)
    ('一二三四', (2, 3), (3, 10))
    """

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._segments = list(segments) or [Segment(0, 0, "")]
        self._starts: list[int] = []
        offset = 0
        for segment in self._segments:
            self._starts.append(offset)
            offset += len(segment.value)
        self._fixed = [nth for nth, segment in enumerate(self._segments) if segment.is_fixed]
        self.value = "".join(segment.value for segment in self._segments)
        self._run = (0, 0, 0)
        """Where the run that was found last starts and ends in the value, and how far behind that it stands."""

    def seams(self) -> list[tuple[int, int]]:
        """Return the spans of the value that no edit may touch; an empty one is a place between two characters."""
        spans = ((self._starts[nth], len(self._segments[nth].value)) for nth in self._fixed)
        return [(start, start + length) for start, length in spans]

    def locate(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where `[start, end)` of the value stands in the file, or None where no edit may be made.

        An empty span is a place between two characters; where markup stands there, it is the place behind the markup.
        """
        low, high, shift = self._run
        if low <= start < high and end <= high:  # as nearly always
            return start + shift, end + shift
        nth = bisect_right(self._starts, start) - 1
        first, _, value, is_literal, is_fixed = self._segments[nth]
        low = self._starts[nth]
        if is_literal and not is_fixed and end <= low + len(value):
            self._run = low, low + len(value), first - low
            return start + first - low, end + first - low
        first, last = self._reach(start, end)
        nth = bisect_left(self._fixed, first)
        if nth < len(self._fixed) and self._fixed[nth] <= last:
            return None
        return self._place(first, start, is_end=False), self._place(last, end, is_end=end > start)

    def cover(self, start: int, end: int) -> tuple[int, int]:
        """Return where `[start, end)` of the value stands in the file, whatever is in between."""
        first, last = self._reach(start, end)
        return self._place(first, start, is_end=False), self._place(last, end, is_end=end > start)

    def _reach(self, start: int, end: int) -> tuple[int, int]:
        """Return the first and the last segment of a span."""
        first = bisect_right(self._starts, start) - 1
        return first, max(bisect_left(self._starts, end) - 1, first) if end > start else first

    def _place(self, nth: int, offset: int, *, is_end: bool) -> int:
        segment, inside = self._segments[nth], offset - self._starts[nth]
        if segment.is_literal:
            return segment.start + inside
        return segment.end if is_end or inside >= len(segment.value) else segment.start
