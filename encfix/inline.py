"""Lines that ask to stay: a line that holds `encfix: ignore` is neither changed nor reported."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from encfix.result import Change, Finding, Result, Trail, apply_changes, rows_of
from encfix.rules import RULES, Policy, number_of

MARK = "encfix: ignore"
"""What a line says, in a comment or wherever it does no harm, to be left alone."""

_LINE_END = re.compile("\r\n|\r|\n")


def heeded(result: Result) -> Result:
    """Return the result without what it says of lines that ask to stay; the same object if there are none.

    Changes that touch such a line, its end included, are not made. What is left is as it would be without them, so
    cleaning again changes nothing more.

    >>> import encfix
    >>> heeded(encfix.clean("進(jìn)口貿(mào)易\\n進(jìn)口貿(mào)易 # encfix: ignore\\n")).text
    '進口貿易\\n進(jìn)口貿(mào)易 # encfix: ignore\\n'
    """
    if MARK not in result.original or not (result.rows or result.findings):
        return result
    stay = Protected(marked_lines(result.original))
    changes = tuple(item for item in result.changes if not stay.touch(item.start, item.end))
    findings = tuple(item for item in result.findings if not stay.touch(item.start, item.end))
    return remade(result, changes, findings)


def remade(result: Result, changes: Sequence[Change], findings: Sequence[Finding]) -> Result:
    """Return the result with some of its changes and other findings."""
    lost = any(RULES[number_of(rule)].policy is Policy.LOST for finding in findings for rule in finding.rules)
    trail = Trail(rows_of(changes), tuple(findings), lost)
    text = apply_changes(result.original, list(changes)) if changes else result.original
    return Result(result.original, text, lambda: trail)


def marked_lines(text: str) -> list[tuple[int, int]]:
    """Return where the lines that hold the mark start and end, their ends included."""
    spans: list[tuple[int, int]] = []
    place, end = text.find(MARK), 0
    while place >= 0:
        start = max(text.rfind("\n", end, place) + 1, text.rfind("\r", end, place) + 1, end)
        end_match = _LINE_END.search(text, place)
        end = end_match.end() if end_match else len(text)
        spans.append((start, end))
        place = text.find(MARK, end)
    return spans


class Protected:
    """Spans of a text, sorted and disjoint, in which nothing may change.

    >>> stay = Protected([(2, 4)])
    >>> stay.touch(0, 2), stay.touch(3, 5), stay.touch(2, 2)
    (False, True, True)
    """

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans = spans
        self._starts = [start for start, _ in spans]

    def __bool__(self) -> bool:
        return bool(self._spans)

    def touch(self, start: int, end: int) -> bool:
        """Return whether a part of `[start, end)`, or the place `start` if that is empty, lies in one of them."""
        nth = bisect_right(self._starts, max(end - 1, start)) - 1
        return nth >= 0 and self._spans[nth][1] > start
