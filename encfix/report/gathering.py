"""Gather an audit into the columns that the page shows: totals over everything, a list up to a limit."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import chain
from typing import Any, TypeVar

from encfix.audit import VERDICTS, Entry, Header, Lines
from encfix.files.names import from_name, to_name
from encfix.report.excerpts import Excerpt, excerpts_of
from encfix.result import Change, Finding

LIMIT = 100_000
"""How many changes and findings the page lists."""

WORST = 20
"""How many files are shown as the worst."""

BINS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
"""Where the bars of the histogram of confidence begin; most repairs are nearly sure, so these are not even."""

_START = 3
"""Where the offset stands in a row."""

_Key = TypeVar("_Key")


class _Numbered(dict[_Key, int]):
    """Numbers for values, in the order in which they come."""

    def __missing__(self, key: _Key) -> int:
        self[key] = number = len(self)
        return number


@dataclass(slots=True)
class Report:
    """What the page shows, filled file by file."""

    header: Header
    limit: int = LIMIT
    files: int = 0
    size: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    """How many changes a rule made; so `findings`."""
    findings: Counter[str] = field(default_factory=Counter)
    confidence: Counter[int] = field(default_factory=Counter)
    """How many changes lie in which of `BINS`."""
    damaged: list[tuple[int, int, str, int, int, str]] = field(default_factory=list)
    names: _Numbered[str] = field(default_factory=_Numbered)
    rules: _Numbered[tuple[str, ...]] = field(default_factory=_Numbered)
    reasons: _Numbered[str] = field(default_factory=_Numbered)
    excerpts: list[list[str]] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)

    def add(self, entry: Entry, text: str | None) -> None:
        """Take in a file, whose decoded input is `text`, or None if it is not to be had."""
        self.files += 1
        self.size += entry.input.size
        self.verdicts[entry.verdict] += 1
        for change in entry.changes:
            self.changes[change.rules[0]] += 1
            self.confidence[bisect_right(BINS, change.confidence) - 1] += 1
        self.findings.update(finding.rules[0] for finding in entry.findings)
        numbers = len(entry.changes), len(entry.findings)
        if any(numbers):
            self.damaged.append((sum(numbers), -self.files, _path(entry), *numbers, entry.verdict))
            if len(self.damaged) > 10 * WORST:
                self.damaged = nlargest(WORST, self.damaged)
        if room := self.limit - len(self.rows):
            self._list(entry, text, room)

    def _list(self, entry: Entry, text: str | None, room: int) -> None:
        """Append excerpts, and rows for the first `room` changes and findings, sorted by offset.

        A row: file, line, column (0 where not known), offset, rules, reason, confidence, excerpt, place in it; a
        finding's has its candidates too.
        """
        changes = entry.changes[:room]
        findings = entry.findings[: room - len(changes)]
        items: list[Change | Finding] = [*changes, *findings]
        places: Iterable[tuple[int, int]] = [(0, 0)] * len(items)
        if text is not None:
            places = Lines(text).places([item.start for item in items])
        # Findings may overlap each other, so each has an excerpt of its own.
        excerpts = chain(excerpts_of(text, changes), *(excerpts_of(text, [finding]) for finding in findings))
        places_in_excerpts = _numbered(excerpts, self.excerpts)
        rows: list[list[Any]] = []
        for item, (line, column), (excerpt, nth) in zip(items, places, places_in_excerpts, strict=True):
            row: list[Any] = [self.names[_path(entry)], line, column, item.start, self.rules[item.rules]]
            row += [self.reasons[item.reason], item.confidence, excerpt, nth]
            if isinstance(item, Finding):
                row.append(item.candidates)
            rows.append(row)
        self.rows += sorted(rows, key=lambda row: row[_START])

    def as_mapping(self) -> dict[str, Any]:
        """Return what the script of the page reads."""
        names = sorted(self.changes.keys() | self.findings.keys())
        return {
            "version": self.header.version,
            "data": self.header.data_version,
            "options": dict(self.header.options),
            "files": self.files,
            "bytes": self.size,
            "verdicts": {verdict: self.verdicts[verdict] for verdict in VERDICTS},
            "counts": [[name, self.changes[name], self.findings[name]] for name in names],
            "bins": BINS,
            "confidence": [self.confidence[nth] for nth in range(len(BINS))],
            "worst": [list(row[2:]) for row in nlargest(WORST, self.damaged)],
            "names": list(self.names),
            "rules": [list(rules) for rules in self.rules],
            "reasons": list(self.reasons),
            "excerpts": self.excerpts,
            "rows": self.rows,
        }


def _numbered(excerpts: Iterable[Excerpt], known: list[Excerpt]) -> Iterator[tuple[int, int]]:
    """Append excerpts to those that are `known`; yield, for each change in them, its excerpt and its place there."""
    for excerpt in excerpts:
        yield from ((len(known), nth) for nth in range(len(excerpt) // 3))
        known.append(excerpt)


def _path(entry: Entry) -> str:
    return to_name(from_name(entry.root) / from_name(entry.file))


def gather(header: Header, entries: Iterable[Entry], read: Callable[[Entry], str | None], limit: int = LIMIT) -> Report:
    """Return the report on an audit; `read` gives the decoded input of a file, or None if it is not to be had."""
    report = Report(header, limit)
    for entry in entries:
        is_listed = (entry.changes or entry.findings) and len(report.rows) < limit
        report.add(entry, read(entry) if is_listed else None)
    return report
