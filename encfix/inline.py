"""Lines that ask to stay: a line that holds `encfix: ignore` is neither changed nor reported."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

from encfix.result import Change, Finding, Result, Trail, apply_changes
from encfix.rules import RULES, Policy, number_of

MARK = "encfix: ignore"
"""What a line says, in a comment or wherever it does no harm, to be left alone."""

_LINE_END = re.compile("\r\n|\r|\n")

_Item = TypeVar("_Item", Change, Finding)


def heeded(result: Result) -> Result:
    """Return the result without what it says of lines that ask to stay; the same object if there are none.

    Changes that touch such a line, its end included, are not made. What is left is as it would be without them, so
    cleaning again changes nothing more.

    >>> import encfix
    >>> heeded(encfix.clean("進(jìn)口貿(mào)易\\n進(jìn)口貿(mào)易 # encfix: ignore\\n")).text
    '進口貿易\\n進(jìn)口貿(mào)易 # encfix: ignore\\n'
    """
    if MARK not in result.original or not (result.changes or result.findings):
        return result
    spans = _marked_lines(result.original)
    changes = _outside(result.changes, spans)
    findings = _outside(result.findings, spans)
    lost = any(RULES[number_of(rule)].policy is Policy.LOST for finding in findings for rule in finding.rules)
    trail = Trail(changes, findings, lost)
    text = apply_changes(result.original, list(changes)) if changes else result.original
    return Result(result.original, text, lambda: trail)


def _marked_lines(text: str) -> list[tuple[int, int]]:
    """Return where the lines that hold the mark start and end, their ends included."""
    spans: list[tuple[int, int]] = []
    place = text.find(MARK)
    while place >= 0:
        start = max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1
        end_match = _LINE_END.search(text, place)
        end = end_match.end() if end_match else len(text)
        spans.append((start, end))
        place = text.find(MARK, end)
    return spans


def _outside(items: Sequence[_Item], spans: Sequence[tuple[int, int]]) -> tuple[_Item, ...]:
    """Return the items that touch no span."""
    starts = [start for start, _ in spans]
    kept = []
    for item in items:
        nth = bisect_right(starts, max(item.end - 1, item.start)) - 1
        if nth < 0 or spans[nth][1] <= item.start:
            kept.append(item)
    return tuple(kept)
