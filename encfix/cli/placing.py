"""What cleaning did to documents, as changes of the text of the file that they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from encfix.audit import VERDICTS, FieldChange, FieldFinding
from encfix.files.formats.base import Chunk, Document, Edit, FormatError, Judgement, Problem, Selection
from encfix.files.layout import Layout
from encfix.result import Change, Finding, Result, Trail, Verdict, apply_changes

ANNOTATION = "annotation"
"""The kind of changes that write down what became of a document, and of parts of a file that could not be read."""

_CROSSES = "left as it is: markup stands in between"


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a file: all of it, or as much as was read at once.

    text, new: what was read, and what replaces it.
    changes, findings: what was done and left; offsets are those of the whole file.
    offset, line: where the run begins: code points before it, and its first line from 1.
    size: bytes of the file that were read for it.
    characters: code points that were read; those of its values if it is a run of a table, which has no text.
    """

    text: str | None
    new: str
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict
    offset: int
    line: int
    size: int
    characters: int


def placed(chunk: Chunk, results: Sequence[Result], selection: Selection, offset: int, line: int, size: int) -> Part:
    """Return what `results` of a chunk's documents are for the file, of which the chunk begins at `offset`.

    A change that cannot be made where the document stands is left, and reported with the reason.
    """
    changes: list[Change] = []
    findings: list[Finding] = [_problem(chunk, problem) for problem in chunk.problems]
    verdict: Verdict = "suspect" if findings else "clean"
    judged = list(results)
    for nth, (document, result) in enumerate(zip(chunk.documents, results, strict=True)):
        if result.text is result.original and not result.findings:
            continue
        try:
            layout = document.layout()
        except FormatError as error:
            findings.append(_problem(chunk, Problem(0, 0, str(error))))
            judged[nth] = Result(result.original, result.original)
            continue
        if result.changes:
            result = judged[nth] = _without_impossible(result, document, layout)
        changes += [_change(chunk, document, layout, change) for change in result.changes]
        findings += [_finding(chunk, document, layout, finding) for finding in result.findings]
        verdict = max(verdict, result.verdict, key=VERDICTS.index)
    if selection.spans or selection.verdict:
        edits, problems = chunk.annotations([_judgement(result) for result in judged])
        changes += [_annotation(chunk, edit) for edit in edits]
        findings += [_problem(chunk, problem) for problem in problems]
        verdict = max(verdict, "suspect" if problems else "clean", key=VERDICTS.index)
    changes.sort(key=lambda change: (change.start, change.end))
    findings.sort(key=lambda finding: (finding.start, finding.end))
    new = apply_changes(chunk.text, changes) if changes else chunk.text
    moved = _moved(changes, offset), _moved(findings, offset)
    return Part(chunk.text, new, *moved, verdict, offset, line, size, len(chunk.text))


def _without_impossible(result: Result, document: Document, layout: Layout) -> Result:
    """Return the result less the changes that cannot be made where the document stands, as findings."""
    kept: list[Change] = []
    left: list[Finding] = []
    for change in result.changes:
        try:
            reason = None if layout.locate(change.start, change.end) else _CROSSES
            document.quote(change.after)
        except FormatError as error:
            reason = f"left as it is: {error}"
        if reason is None:
            kept.append(change)
        else:
            left.append(
                Finding(
                    change.kind,
                    change.rules,
                    change.start,
                    change.end,
                    change.before,
                    change.after,
                    change.confidence,
                    f"{change.reason}; {reason}",
                    certain=False,
                )
            )
    if not left:
        return result
    trail = Trail(tuple(kept), (*result.findings, *left), lost=result.verdict == "lost")
    return Result(result.original, apply_changes(result.original, kept), lambda: trail)


def _change(chunk: Chunk, document: Document, layout: Layout, change: Change) -> Change:
    start, end = layout.cover(change.start, change.end)
    before, after = chunk.text[start:end], document.quote(change.after)
    rest = (before, after, change.confidence, change.reason)
    if document.record is None:
        return Change(change.kind, change.rules, start, end, *rest)
    return FieldChange(change.kind, change.rules, start, end, *rest, document.record, document.field or "")


def _finding(chunk: Chunk, document: Document, layout: Layout, finding: Finding) -> Finding:
    start, end = layout.cover(finding.start, finding.end)
    before = after = chunk.text[start:end]
    if finding.after != finding.before:
        try:
            after = document.quote(finding.after)
        except FormatError:
            after = finding.after
    rest = (before, after, finding.confidence, finding.reason, finding.certain, finding.candidates)
    if document.record is None:
        return Finding(finding.kind, finding.rules, start, end, *rest)
    return FieldFinding(finding.kind, finding.rules, start, end, *rest, document.record, document.field or "")


def _problem(chunk: Chunk, problem: Problem) -> Finding:
    before = chunk.text[problem.start : problem.end]
    rules = (f"{ANNOTATION}.unread",)
    return Finding(ANNOTATION, rules, problem.start, problem.end, before, before, 1.0, problem.reason, certain=False)


def _annotation(chunk: Chunk, edit: Edit) -> Change:
    before, reason = chunk.text[edit.start : edit.end], "says what became of the record's text"
    rules = (f"{ANNOTATION}.written",)
    return Change(ANNOTATION, rules, edit.start, edit.end, before, edit.after, 1.0, reason)


def _judgement(result: Result) -> Judgement:
    changed = sum(max(change.end - change.start, len(change.after)) for change in result.changes)
    share = min(changed / max(len(result.original), 1), 1.0)
    return Judgement(result.verdict, share, result.map_span)


_Item = TypeVar("_Item", Change, Finding)


def _moved(items: Sequence[_Item], base: int) -> tuple[_Item, ...]:
    """Return changes or findings of a run with the offsets of the whole, in which it begins at `base`."""
    if not base:
        return tuple(items)
    return tuple(replace(item, start=item.start + base, end=item.end + base) for item in items)
