"""Offsets across replaced spans of a text, from before to after and back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Placement:
    """Maps offsets across replaced spans (start, end, new start, new end), sorted and disjoint, in both directions.

    An offset means the code point that it stands before; with `is_end`, the one that it stands behind.
    """

    def __init__(self, spans: list[tuple[int, int, int, int]]) -> None:
        self._forth = spans
        self._back = [(new_start, new_end, start, end) for start, end, new_start, new_end in spans]

    @classmethod
    def of(cls, replaced: Iterable[tuple[int, int, str]]) -> Placement:
        """Return the placement across spans that were replaced: start, end, and what stands there now.

        >>> Placement.of([(1, 7, ""), (8, 15, "")]).forth(7)
        1
        """
        spans, shift = [], 0
        for start, end, after in replaced:
            spans.append((start, end, start + shift, start + shift + len(after)))
            shift += len(after) - (end - start)
        return cls(spans)

    def forth(self, offset: int, *, is_end: bool = False) -> int:
        """Map an offset from before the replacements to after them."""
        return _map(self._forth, offset, is_end)

    def back(self, offset: int, *, is_end: bool = False) -> int:
        """Map an offset from after the replacements to before them."""
        return _map(self._back, offset, is_end)


def _map(spans: list[tuple[int, int, int, int]], offset: int, is_end: bool) -> int:
    find = bisect_left if is_end else bisect_right
    nth = find(spans, offset, key=lambda span: span[0]) - 1
    if nth < 0:
        return offset
    start, end, new_start, new_end = spans[nth]
    if offset >= end:
        return offset - end + new_end
    if end - start == new_end - new_start:
        return new_start + (offset - start)
    return new_end if is_end else new_start
