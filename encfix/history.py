"""What happened to one document on its way through the pipeline, and how it becomes a trail when someone reads it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np

from encfix.arrays import Positions
from encfix.batch import NO_SEAMS, to_text
from encfix.faults import warned_of
from encfix.placement import Placement
from encfix.repairs.script import by_word
from encfix.result import ChangeRow, Finding, Result, Trail
from encfix.rules import RULES, Policy, number_of
from encfix.spans import NO_SPANS, Rules, Span, Spans, compose, spans_of
from encfix.stages import Stage


class Round:
    """What is on record of one pass of a batch through the repairs."""

    def __init__(self, stages: list[Stage], reports: list[tuple[int, Stage]]) -> None:
        self.stages = stages
        self.reports = reports
        """What was seen and left, with the number of stages that came before."""

    def touched(self, documents: int) -> Positions:
        """Return the documents of which some stage or report holds something."""
        held = np.zeros(documents, dtype=np.bool_)
        for stage in (*self.stages, *(stage for _, stage in self.reports)):
            held |= np.diff(stage.bounds) > 0
        return np.flatnonzero(held)

    def changes(self, row: int) -> bool:
        """Return whether some stage changed a document."""
        return any(stage.bounds[row] < stage.bounds[row + 1] for stage in self.stages)

    def spans(self, row: int, stages: int) -> Spans:
        """Return what the first so many stages, after which something was reported or all ended, did to a document."""
        if not stages:
            return NO_SPANS
        composed, bounds = self._composed[stages]
        return composed.share(*bounds[row : row + 2].tolist(), base=int(self.stages[0].starts[row]))

    @cached_property
    def _composed(self) -> dict[int, tuple[Spans, Positions]]:
        """The spans of the whole batch after so many stages, and where those of each document begin and end."""
        wanted = {len(self.stages), *(before for before, _ in self.reports)}
        composed, found = NO_SPANS, {}
        for count, stage in enumerate(self.stages, 1):
            composed = compose(composed, spans_of(stage.edits))
            if count in wanted:
                bounds = np.searchsorted(composed.start, self.stages[0].starts)
                found[count] = composed, np.append(bounds, len(composed.start))
        return found


class History:
    """What happened to one document: the rounds that touched it, with its row in each."""

    def __init__(self, original: str, seams: Positions = NO_SEAMS) -> None:
        self.original = original
        self.text = original
        self.seams = seams
        self.rounds: list[tuple[Round, int]] = []
        self.stages: list[tuple[Stage, int]] = []
        """What came when it had settled."""
        self.unsettled = False

    def add(self, done: Round, row: int) -> None:
        """Record a round that touched the document."""
        self.rounds.append((done, row))

    def result(self) -> Result:
        """Return the result, which reads the trail when someone asks for it."""
        if not self.rounds and not self.stages:
            return Result(self.original, self.original)
        if self.unsettled or self.text == self.original:
            self.text = self.original  # the very same object, by which a caller knows that nothing changed
        return Result(self.original, self.text, self.trail)

    def trail(self) -> Trail:
        """Return what is on record; should encfix fail to tell, one change of the whole document."""
        if self.unsettled:
            return left_alone(self.original, "noise.unsettled")
        try:
            return self._told()
        except Exception as error:
            trail = left_alone(self.original, "noise.fault", warned_of(error))
        (fault,) = trail.findings
        row = (fault.kind, fault.rules, 0, len(self.original), self.original, self.text, 0.0, fault.reason)
        return trail if self.text == self.original else Trail((row,), trail.findings)

    def _told(self) -> Trail:
        """Compose the edits of all rounds, and place in the original what they reported."""
        spans = NO_SPANS
        findings: list[Finding] = []
        lasting: list[Finding] = []
        for done, row in self.rounds:
            found: list[Finding] = []
            for before, report in done.reports:
                if report.bounds[row] < report.bounds[row + 1]:
                    places = Placement(compose(spans, done.spans(row, before)).places())
                    found += _findings(self.original, places, report, row)
            findings += found
            if not done.changes(row):  # what is lost in the text that comes out, be it in what was repaired
                lasting += (finding for finding in found if _is_lost(finding))
            spans = compose(spans, done.spans(row, len(done.stages)))
        for stage, row in self.stages:
            spans = compose(spans, _own(stage, row))
        rows = tuple(_rows(by_word(spans.rows(), self.original), self.original, self.text))
        left = _still_there(findings, lasting, rows) if findings else ()
        return Trail(rows, left, any(map(_is_lost, left)))


def _own(stage: Stage, row: int) -> Spans:
    """Return the edits of one document in a stage, in offsets of it."""
    first, last = stage.bounds[row : row + 2].tolist()
    return spans_of(stage.edits.part(first, last)).share(0, last - first, base=int(stage.starts[row]))


def _is_lost(finding: Finding) -> bool:
    return any(RULES[number_of(name)].policy is Policy.LOST for name in finding.rules)


def _still_there(findings: list[Finding], lasting: list[Finding], rows: Sequence[ChangeRow]) -> tuple[Finding, ...]:
    """Return findings sorted and once each, less those that touch what was repaired after all, but `lasting` ones."""
    starts, ends = [row[2] for row in rows], [row[3] for row in rows]
    left = {(finding.rules, finding.start, finding.end): finding for finding in lasting}
    for finding in findings:
        nth = bisect_left(starts, max(finding.end, finding.start + 1))
        if nth == 0 or ends[nth - 1] <= finding.start:
            left[finding.rules, finding.start, finding.end] = finding
    return tuple(sorted(left.values(), key=lambda finding: (finding.start, finding.end, finding.rules)))


@lru_cache(maxsize=1 << 10)
def _described(rules: Rules) -> tuple[str, tuple[str, ...], str, bool]:
    """Return the kind of the first rule, the names of all, the reason of the first, and whether it says the score."""
    first = RULES[rules[0]]
    return first.kind, tuple(RULES[rule].name for rule in rules), first.reason, "{" in first.reason


@lru_cache(maxsize=1 << 10)
def _rounded(confidence: float) -> float:
    return round(confidence, 6)


def _rows(spans: Iterable[Span], original: str, text: str) -> Iterator[ChangeRow]:
    """Yield the attributes of a change for each span, less the ends that did not change; none if nothing did."""
    for start, end, new_start, new_end, rules, confidence, score in spans:
        before, after = original[start:end], text[new_start:new_end]
        if before and after and (before[0] == after[0] or before[-1] == after[-1]):
            alike = _alike(before, after)
            start, before, after = start + alike, before[alike:], after[alike:]
            alike = _alike(before[::-1], after[::-1])
            before, after = before[: len(before) - alike], after[: len(after) - alike]
            if before == after:
                continue
        kind, names, reason, has_score = _described(rules)
        if has_score:
            reason = reason.format(score)
        yield kind, names, start, start + len(before), before, after, _rounded(confidence), reason


def _alike(first: str, second: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((nth for nth, (one, other) in pairs if one != other), min(len(first), len(second)))


def _findings(original: str, places: Placement, report: Stage, row: int) -> Iterator[Finding]:
    """Yield what was reported of one document, placed in the original."""
    edits, base = report.edits, report.starts[row]
    own = slice(*report.bounds[row : row + 2].tolist())
    columns = (edits.start[own] - base, edits.end[own] - base, edits.rule[own], edits.confidence[own], edits.score[own])
    reported = zip(*(column.tolist() for column in columns), strict=True)
    placed = {}  # many that lie in one change become one: only then is the text cut
    for nth, (first, last, number, confidence, score) in enumerate(reported, own.start):
        placed[number, places.back(first), places.back(last, is_end=True)] = nth, confidence, score
    for (number, start, end), (nth, confidence, score) in placed.items():
        before = after = original[start:end]
        rule = RULES[number]
        if rule.policy in (Policy.REPAIR, Policy.ASK):
            after = to_text(edits.codes[edits.offsets[nth] : edits.offsets[nth + 1]])
        yield Finding(
            rule.kind,
            (rule.name,),
            start,
            end,
            before,
            after,
            round(confidence, 6),
            rule.reason.format(score),
            certain=False,
            candidates=edits.candidates.get(nth, ()),
        )


def left_alone(original: str, name: str, why: str = "") -> Trail:
    """Return the trail of a document that was left as it was, by the rule of that name."""
    rule = RULES[number_of(name)]
    reason = f"{rule.reason}: {why}" if why else rule.reason
    finding = Finding(rule.kind, (rule.name,), 0, len(original), original, original, 0.0, reason, certain=False)
    return Trail((), (finding,))
