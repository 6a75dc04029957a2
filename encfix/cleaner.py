"""The pipeline: screen, repairs in order, again until nothing changes, results.

Documents go through in chunks that fit a processor's cache. A chunk's flagged documents are laid out anew and pass all
repairs; what was changed passes once more, until a round changes nothing. Law 2 follows: the text that comes out is one
that the pipeline leaves alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from encfix import rules, screen
from encfix.batch import Batch, Mask, Positions, to_text
from encfix.edits import Edits, Span, Stage, apply, compose, spans_of, stage_of, trim
from encfix.options import Options
from encfix.repairs import (
    Repair,
    form,
    gloss,
    invisible,
    misaligned,
    noise,
    one_to_many,
    punctuation,
    script,
    separator,
)
from encfix.result import Change, Finding, Placement, Result, Trail
from encfix.rules import RULES, Policy

REPAIRS = (
    Repair("invisible", screen.INVISIBLE, invisible.propose),
    Repair("form", screen.FORM, form.propose),
    Repair("misaligned", screen.MISALIGNED, misaligned.propose),
    Repair("gloss", screen.GLOSS, gloss.propose),
    Repair("separator", screen.SEPARATOR, separator.propose),
    Repair("punctuation", punctuation.flags, punctuation.propose),
    Repair("script", one_to_many.flags, one_to_many.propose),
    Repair("script", script.flags, script.propose),
    Repair("script", script.flags_regional, script.propose_regional),
    Repair("noise", screen.NOISE, noise.propose),
)
"""The pipeline, in order: what hides or replaces characters comes before what reads them."""

LAST = Repair("script", script.flags_configuration, script.propose_configuration)
"""Comes once, when a document has settled: a configuration of OpenCC's need not leave its own output alone."""

ROUNDS = 3
"""How often a document may change before it is given up and left alone."""

CHUNK = 128 * 1024
"""Code points in one batch, so that its arrays stay in the cache."""


class Cleaner:
    """Cleans documents with one set of options; cheap to make, safe to share between threads, picklable.

    >>> Cleaner(Options(script="simplified")).clean("漢字").text
    '汉字'
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        active = np.array([_is_active(rule, self.options) for rule in RULES], dtype=np.bool_)
        policies = [rule.policy for rule in RULES]
        named = np.array([rule.name in self.options.only for rule in RULES])
        self._active = active
        self._may_apply = np.array([p is Policy.REPAIR for p in policies]) | (
            np.array([p is Policy.ASK for p in policies]) & named
        )
        kinds = {rule.kind for rule, wanted in zip(RULES, active, strict=True) if wanted}
        repairs = [(repair, repair.flags_for(self.options)) for repair in REPAIRS if repair.kind in kinds]
        self._repairs = tuple((repair, flags) for repair, flags in repairs if flags)
        self._wanted_flags = 0
        for _, flags in self._repairs:
            self._wanted_flags |= flags
        self._converts_at_last = LAST.kind in kinds and bool(LAST.flags_for(self.options))

    def __repr__(self) -> str:
        return f"Cleaner({self.options!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Cleaner, (self.options,)

    def clean(self, text: str) -> Result:
        """Clean one document. Raises TypeError if `text` is no string."""
        is_short = isinstance(text, str) and len(text) <= screen.SHORT and not self._converts_at_last
        if is_short and screen.is_plain(text, self._wanted_flags):
            return Result(text, text)
        return self.clean_many((text,))[0]

    def clean_many(self, texts: Iterable[str]) -> list[Result]:
        """Clean documents; result `i` is that of document `i`, and does not depend on the others."""
        return list(self.clean_iter(texts))

    def clean_iter(self, texts: Iterable[str]) -> Iterator[Result]:
        """Clean a stream of documents, a chunk at a time."""
        for chunk in _chunks(texts):
            yield from self._clean_chunk(chunk)

    def detect(self, text: str) -> tuple[Finding, ...]:
        """Return what `clean` would change (`certain`) and what it would leave, sorted by offset."""
        result = self.clean(text)
        certain = tuple(
            Finding(
                change.kind,
                change.rules,
                change.start,
                change.end,
                change.before,
                change.after,
                change.confidence,
                change.reason,
                certain=True,
            )
            for change in result.changes
        )
        return tuple(sorted((*certain, *result.findings), key=lambda finding: (finding.start, finding.end)))

    def _clean_chunk(self, texts: Sequence[str]) -> list[Result]:
        results = [Result(text, text) for text in texts]
        batch = Batch.of(texts)
        flags = screen.screen(batch, texts, self._wanted_flags)
        documents = np.arange(len(batch)) if self._converts_at_last else np.flatnonzero(flags)
        if not len(documents):
            return results
        if len(documents) < len(batch):
            batch = batch.select(documents)
        histories = [_History(texts[document]) for document in documents.tolist()]
        self._settle(batch, flags[documents], histories)
        if self._converts_at_last:
            self._convert_at_last(histories)
        for document, history in zip(documents.tolist(), histories, strict=True):
            if history.is_worth_reading:
                results[document] = history.result()
        return results

    def _settle(self, batch: Batch, flags: screen.Flags, histories: list[_History]) -> None:
        """Repair the documents of a batch round by round, writing what happens into `histories`."""
        rows = np.arange(len(batch))
        for turn in range(ROUNDS + 1):
            batch, mask, done = self._round(batch, flags)
            for row, index in enumerate(rows.tolist()):
                histories[index].add(done, row)
            changed = np.flatnonzero(mask)
            if not len(changed):
                return
            rows, batch = rows[changed], batch.select(changed)
            texts = [batch.text(row) for row in range(len(batch))]
            for index, text in zip(rows.tolist(), texts, strict=True):
                histories[index].text = text
            if turn == ROUNDS:
                for index in rows.tolist():
                    histories[index].unsettled = True
                return
            flags = screen.screen(batch, texts, self._wanted_flags)

    def _convert_at_last(self, histories: Sequence[_History]) -> None:
        """Convert settled documents as a whole, with the configuration that the options name."""
        histories = [history for history in histories if not history.unsettled]
        batch = Batch.of([history.text for history in histories])
        proposed = self._wanted(batch, LAST.propose(batch, self.options))
        if len(proposed):
            batch, stage = apply(batch, proposed)
            for row, history in enumerate(histories):
                if stage.bounds[row] < stage.bounds[row + 1]:
                    history.text = batch.text(row)
                    history.stages.append((stage, row))

    def _round(self, batch: Batch, flags: screen.Flags) -> tuple[Batch, Mask, _Round]:
        """Pass a batch through all repairs once; return it, which documents changed, and the record."""
        changed = np.zeros(len(batch), dtype=np.bool_)
        stages: list[Stage] = []
        reports: list[tuple[int, Stage]] = []
        for repair, called_for in self._repairs:
            called = np.flatnonzero(flags & np.uint16(called_for))
            if not len(called):
                continue
            proposed = self._wanted(batch, self._propose(repair, batch, called))
            if not len(proposed):
                continue
            applied = self._applied(proposed)
            if not applied.all():
                left = proposed.where(~applied)
                reports.append((len(stages), stage_of(batch, left)))
            if applied.any():
                touched = batch.documents_of(proposed.start[applied])
                batch, stage = apply(batch, proposed.where(applied))
                stages.append(stage)
                changed[touched] = True
        return batch, changed, _Round(stages, reports)

    def _propose(self, repair: Repair, batch: Batch, called: Positions) -> Edits:
        """Return what a repair proposes for the documents that call for it; many others are left out of its sight."""
        if 2 * len(called) > len(batch):
            return repair.propose(batch, self.options)
        chosen = batch.select(called)
        proposed = repair.propose(chosen, self.options)
        return proposed.moved((batch.starts[called] - chosen.starts)[chosen.documents_of(proposed.start)])

    def _wanted(self, batch: Batch, proposed: Edits) -> Edits:
        """Return the proposals of active rules that touch no ignored string."""
        if not len(proposed):
            return proposed
        proposed = proposed.where(self._active[proposed.rule])
        if self.options.ignore and len(proposed):
            proposed = proposed.where(~_inside_ignored(batch, proposed, self.options.ignore))
        return proposed

    def _applied(self, proposed: Edits) -> Mask:
        return np.asarray(
            self._may_apply[proposed.rule] & (proposed.confidence >= np.float32(self.options.min_confidence))
        )


class _Round(NamedTuple):
    """What is on record of one pass of a batch through the repairs."""

    stages: list[Stage]
    reports: list[tuple[int, Stage]]
    """What was seen and left, with the number of stages that came before."""


class _History:
    """What happened to one document: the stages that edited it and what was reported, with its row in each."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = original
        self.stages: list[tuple[Stage, int]] = []
        self.reports: list[tuple[int, Stage, int]] = []
        self.unsettled = False

    def add(self, done: _Round, row: int) -> None:
        """Record a round; of its stages and reports only those that hold something of this document."""
        before = len(self.stages)
        touching = [stage.bounds[row] < stage.bounds[row + 1] for stage in done.stages]
        self.stages += [(stage, row) for stage, touches in zip(done.stages, touching, strict=True) if touches]
        for nth, stage in done.reports:
            if stage.bounds[row] < stage.bounds[row + 1]:
                self.reports.append((before + sum(touching[:nth]), stage, row))

    @property
    def is_worth_reading(self) -> bool:
        """Whether anything was changed or seen."""
        return bool(self.stages or self.reports)

    def result(self) -> Result:
        """Return the result, which reads the trail when someone asks for it."""
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
        spans = trim(spans, self.original, self.text)
        changes = tuple(_change(span, self.original, self.text) for span in spans)
        left = _still_there(findings, changes)
        lost = any(RULES[rules.number_of(name)].policy is Policy.LOST for f in left for name in f.rules)
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
    reason = RULES[rule].reason
    return reason.format(score) if "{" in reason else reason


def _change(span: Span, original: str, text: str) -> Change:
    return Change(
        RULES[span.rules[0]].kind,
        tuple(RULES[rule].name for rule in span.rules),
        span.start,
        span.end,
        original[span.start : span.end],
        text[span.new_start : span.new_end],
        round(span.confidence, 6),
        _reason(span.rules[0], span.score),
    )


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
    rule = RULES[rules.number_of("noise.unsettled")]
    finding = Finding(rule.kind, (rule.name,), 0, len(original), original, original, 0.0, rule.reason, certain=False)
    return Trail((), (finding,))


def _is_active(rule: rules.Rule, options: Options) -> bool:
    if options.only and rule.name not in options.only and rule.kind not in options.only:
        return False
    if rule.name in options.skip or rule.kind in options.skip:
        return False
    return not (rule.kind == "gloss" and options.gloss == "keep")


def _inside_ignored(batch: Batch, proposed: Edits, ignored: Sequence[str]) -> Mask:
    """Return which proposals touch an occurrence of an ignored string."""
    touched = np.zeros(len(proposed), dtype=np.bool_)
    documents = batch.documents_of(proposed.start)
    for document in np.unique(documents).tolist():
        text, base = batch.text(document), int(batch.starts[document])
        chosen = np.flatnonzero(documents == document)
        for word in filter(None, ignored):
            place = text.find(word)
            while place >= 0:
                start, end = base + place, base + place + len(word)
                touched[chosen[(proposed.start[chosen] < end) & (proposed.end[chosen] > start)]] = True
                place = text.find(word, place + len(word))
    return touched


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Group documents so that each group, unless it is one long document, has at most `CHUNK` code points."""
    chunk: list[str] = []
    size = 0
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"a document is a str, not {type(text).__name__}")
        length = len(text)
        if chunk and size + length > CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append(text)
        size += length + 1
    if chunk:
        yield chunk


@lru_cache(maxsize=64)
def cleaner_for(options: Options) -> Cleaner:
    """Return the cleaner of these options, made once per process."""
    return Cleaner(options)
