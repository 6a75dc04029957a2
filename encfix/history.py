"""What happened to one document on its way through the pipeline, and how it becomes a trail when someone reads it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from encfix.batch import NO_SEAMS, Positions, to_text
from encfix.repairs.script import by_word
from encfix.result import Change, Finding, Placement, Result, Trail
from encfix.rules import RULES, Policy, number_of
from encfix.stages import Span, Stage, compose, spans_of, trim


class Round(NamedTuple):
    """What is on record of one pass of a batch through the repairs."""

    stages: list[Stage]
    reports: list[tuple[int, Stage]]
    """What was seen and left, with the number of stages that came before."""

    def touched(self, documents: int) -> Positions:
        """Return the documents of which some stage or report holds something."""
        held = np.zeros(documents, dtype=np.bool_)
        for stage in (*self.stages, *(stage for _, stage in self.reports)):
            held |= np.diff(stage.bounds) > 0
        return np.flatnonzero(held)


class History:
    """What happened to one document: the stages that edited it and what was reported, with its row in each."""

    def __init__(self, original: str, seams: Positions = NO_SEAMS) -> None:
        self.original = original
        self.text = original
        self.seams = seams
        self.stages: list[tuple[Stage, int]] = []
        self.reports: list[tuple[int, Stage, int]] = []
        self.unsettled = False

    def add(self, done: Round, row: int) -> None:
        """Record a round; of its stages and reports only those that hold something of this document."""
        before = len(self.stages)
        touching = [stage.bounds[row] < stage.bounds[row + 1] for stage in done.stages]
        self.stages += [(stage, row) for stage, touches in zip(done.stages, touching, strict=True) if touches]
        for nth, stage in done.reports:
            if stage.bounds[row] < stage.bounds[row + 1]:
                self.reports.append((before + sum(touching[:nth]), stage, row))

    def result(self) -> Result:
        """Return the result, which reads the trail when someone asks for it."""
        if not self.stages and not self.reports:
            return Result(self.original, self.original)
        if self.unsettled or self.text == self.original:
            self.text = self.original
        return Result(self.original, self.text, self.trail)

    def trail(self) -> Trail:
        """Compose the edits of all stages, and place in the original what the last round reported."""
        if self.unsettled:
            return _left_alone(self.original)
        spans: list[Span] = []
        findings: list[Finding] = []
        for nth in range(len(self.stages) + 1):
            places = Placement([span[:4] for span in spans])
            for stage, row in (report[1:] for report in self.reports if report[0] == nth):
                findings += (_finding(self.original, places, *report) for report in _reports_of(stage, row))
            if nth < len(self.stages):
                spans = compose(spans, spans_of(*self.stages[nth]))
        spans = trim(by_word(spans, self.original), self.original, self.text)
        changes = tuple(_change(span, self.original, self.text) for span in spans)
        left = _still_there(findings, changes)
        lost = any(RULES[number_of(name)].policy is Policy.LOST for f in left for name in f.rules)
        return Trail(changes, left, lost)


def _still_there(findings: list[Finding], changes: Sequence[Change]) -> tuple[Finding, ...]:
    """Return findings sorted and once each, less those that touch what was repaired after all."""
    starts = [change.start for change in changes]
    left = {}
    for finding in findings:
        nth = bisect_left(starts, max(finding.end, finding.start + 1))
        if nth == 0 or changes[nth - 1].end <= finding.start:
            left[finding.rules, finding.start, finding.end] = finding
    return tuple(sorted(left.values(), key=lambda finding: (finding.start, finding.end, finding.rules)))


def _reason(rule: int, score: float) -> str:
    reason = _described(rule)[2]
    return reason.format(score) if "{" in reason else reason


@cache
def _described(rule: int) -> tuple[str, str, str]:
    """Return kind, name and reason of a rule."""
    return RULES[rule].kind, RULES[rule].name, RULES[rule].reason


@lru_cache(maxsize=1 << 10)
def _rounded(confidence: float) -> float:
    return round(confidence, 6)


def _change(span: Span, original: str, text: str) -> Change:
    start, end, new_start, new_end, rules, confidence, score = span
    before, after = original[start:end], text[new_start:new_end]
    names = tuple([_described(rule)[1] for rule in rules])
    kind, reason = _described(rules[0])[0], _reason(rules[0], score)
    return Change(kind, names, start, end, before, after, _rounded(confidence), reason)


def _reports_of(stage: Stage, document: int) -> Iterator[tuple[Span, str | None, tuple[str, ...]]]:
    """Yield one document's reports: the span, the text proposed for it (None if there is none), other candidates."""
    first = int(stage.bounds[document])
    for nth, span in enumerate(spans_of(stage, document), first):
        rule = RULES[span.rules[0]]
        after = None
        if rule.policy in (Policy.REPAIR, Policy.ASK):
            after = to_text(stage.edits.codes[stage.edits.offsets[nth] : stage.edits.offsets[nth + 1]])
        yield span, after, stage.edits.candidates.get(nth, ())


def _finding(original: str, places: Placement, span: Span, after: str | None, candidates: tuple[str, ...]) -> Finding:
    start, end = places.back(span.start), places.back(span.end, is_end=True)
    before = original[start:end]
    rule = RULES[span.rules[0]]
    return Finding(
        rule.kind,
        (rule.name,),
        start,
        end,
        before,
        before if after is None else after,
        round(span.confidence, 6),
        _reason(span.rules[0], span.score),
        certain=False,
        candidates=candidates,
    )


def _left_alone(original: str) -> Trail:
    rule = RULES[number_of("noise.unsettled")]
    finding = Finding(rule.kind, (rule.name,), 0, len(original), original, original, 0.0, rule.reason, certain=False)
    return Trail((), (finding,))
