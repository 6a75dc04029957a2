"""Excerpts of a text around its changes: each character once, however many changes share it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from encfix.result import Change, Finding

AROUND = 24
"""How many characters are shown before and after a change."""

LONGEST = 400
"""How many characters an excerpt may have before the next change begins another."""

SHOWN = 200
"""How many characters are shown of one long change."""

Excerpt: TypeAlias = list[str]
"""What is kept, before, after, kept, before, after, …, kept."""


def excerpts_of(text: str | None, items: Sequence[Change | Finding]) -> Iterator[Excerpt]:
    """Yield excerpts that hold all `items`, which must be sorted and disjoint, in order; none crosses a line's end.

    Without the text, or where it is not the one that an item speaks of, nothing stands around the item.

    >>> changes = [Change("gloss", (), 1, 6, "(jìn)", "", 1.0, "")]
    >>> list(excerpts_of("進(jìn)口", changes))
    [['進', '(jìn)', '', '口']]
    """
    excerpt: Excerpt = []
    reach = size = 0
    for item in items:
        is_there = text is not None and text[item.start : item.end] == item.before
        if excerpt:
            gap = text[reach : item.start] if text is not None and item.start - reach <= 2 * AROUND else "\n"
            if is_there and size < LONGEST and "\n" not in gap and "\r" not in gap:
                excerpt += gap, _short(item.before), _short(item.after)
                size += len(gap) + len(excerpt[-2])
                reach = item.end
                continue
            yield [*excerpt, _right(text, reach)]
            excerpt = []
        if text is None or not is_there:
            yield ["", _short(item.before), _short(item.after), ""]
            continue
        excerpt = [_left(text, item.start), _short(item.before), _short(item.after)]
        reach, size = item.end, len(excerpt[1])
    if excerpt:
        yield [*excerpt, _right(text, reach)]


def _left(text: str, start: int) -> str:
    around = text[max(start - AROUND, 0) : start]
    return around[max(around.rfind("\n"), around.rfind("\r")) + 1 :]


def _right(text: str | None, end: int) -> str:
    around = (text or "")[end : end + AROUND]
    return around.partition("\n")[0].partition("\r")[0]


def _short(text: str) -> str:
    """Return a text without its middle if it is long."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN // 2]}…{text[-SHOWN // 2 :]}"
