"""What cleaning did to documents, as changes of the text of the file that they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from encfix.audit import VERDICTS, FieldChange, FieldFinding, places
from encfix.decoding import codec_of
from encfix.files.formats.base import Chunk, Document, Edit, FormatError, Judgement, Problem, Selection
from encfix.files.layout import Layout
from encfix.files.text import Codec, Kept
from encfix.inline import MARK, Protected, marked_lines, remade
from encfix.result import Change, ChangeRow, Finding, Result, Verdict, changes_of

ANNOTATION = "annotation"
"""The kind of changes that write down what became of a document, and of parts of a file that could not be read."""

NOTES = 10
"""How many parts of files that could not be read are said one by one."""

_UNREAD = (f"{ANNOTATION}.unread",)
_PLACE = itemgetter(2, 3)
_RECORD: Final = 8
_CROSSES = "left as it is: markup stands in between"


PlacedRow: TypeAlias = tuple[str, tuple[str, ...], int, int, str, str, float, str, int, str]
"""The attributes of a `FieldChange`, in order; its record is 0 in formats that have none."""


@dataclass(frozen=True)
class Part:
    """A run of a file: all of it, or as much as was read at once.

    text, new: what was read, and what replaces it; None in a table, where offsets are those of the value.
    rows, findings: what was done, and what was left; offsets are those of the whole file.
    offset, line: where the run begins: code points before it, and its first line from 1.
    size: bytes of the file that were read for it.
    characters: code points that were read; those of its values if it is a run of a table, which has no text.
    """

    text: str | None
    new: str | None
    rows: Sequence[PlacedRow]
    findings: tuple[Finding, ...]
    verdict: Verdict
    offset: int
    line: int
    size: int
    characters: int

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What was done, made when someone reads it."""
        return tuple(FieldChange(*row) if row[_RECORD] else Change(*row[:_RECORD]) for row in self.rows)


class Unread(NamedTuple):
    """A part of a file that could not be read: its line, or record in a table (0: all of them), and why."""

    line: int
    reason: str


def placed(
    chunk: Chunk,
    results: Sequence[Result],
    selection: Selection,
    codec: Codec | None,
    offset: int,
    line: int,
    size: int,
) -> Part:
    """Return what `results` of a chunk's documents are for the file, of which the chunk begins at `offset`.

    A change that cannot be made where the document stands is left, and reported with the reason. Nothing changes in
    lines that `codec` keeps since they could not be decoded, and in those that ask to stay.
    """
    kept = codec.take_kept(offset + len(chunk.text)) if codec else ()
    run = _Run(chunk, offset, kept)
    verdict: Verdict = "clean"
    judged = list(results)
    for nth, result in enumerate(results):
        if result.text is result.original and not result.findings:
            continue
        judged[nth] = run.add(chunk.document(nth), result)
        verdict = max(verdict, judged[nth].verdict, key=VERDICTS.index)
    problems = [Problem(start - offset, end - offset, reason) for start, end, reason in kept]
    problems += [problem for problem in chunk.problems if not run.stays(*problem[:2])]
    if selection.spans or selection.verdict:
        edits, more = chunk.annotations([_judgement(result) for result in judged])
        problems += more
        for edit in edits:
            if not run.stays(edit.start, edit.end):
                run.annotate(edit, "written", "says what became of the record's text")
    label = codec.label if codec else None
    for start, end in chunk.labels if label else ():
        if label and codec_of(chunk.text[start:end]) != codec_of(label):
            run.annotate(Edit(start, end, label), "declared", "the encoding that the file is written in")
    for problem in problems:
        run.report(problem)
        verdict = max(verdict, "suspect", key=VERDICTS.index)
    rows, findings = run.sorted()
    return Part(chunk.text, run.new, rows, findings, verdict, offset, line, size, len(chunk.text))


def values_part(
    documents: Sequence[Document], results: Sequence[Result], passed_over: Mapping[str, str] | None = None
) -> Part:
    """Return what `results` are for a table, where offsets are those of the value and the record is the line.

    `passed_over` has the columns that are left, with the reasons.
    """
    rows: list[PlacedRow] = []
    findings: list[Finding] = []
    verdict: Verdict = "clean"
    for document, result in zip(documents, results, strict=True):
        where = document.record or 0, document.field or ""
        rows += ((*row, *where) for row in result.rows)
        for finding in result.findings:
            head = (finding.kind, finding.rules, finding.start, finding.end, finding.before, finding.after)
            rest = (finding.confidence, finding.reason, finding.certain, finding.candidates)
            findings.append(FieldFinding(*head, *rest, *where))
        verdict = max(verdict, result.verdict, key=VERDICTS.index)
    for field, reason in (passed_over or {}).items():
        findings.append(FieldFinding(ANNOTATION, _UNREAD, 0, 0, "", "", 1.0, reason, certain=False, field=field))
        verdict = max(verdict, "suspect", key=VERDICTS.index)
    characters = sum(len(document.text) for document in documents)
    return Part(None, None, rows, tuple(findings), verdict, 0, 1, 0, characters)


def unread(part: Part, most: int) -> list[Unread]:
    """Return the first parts of a run that were left since they could not be read."""
    found = list(islice((item for item in part.findings if item.rules == _UNREAD), most))
    where = places(found, part.text, part.offset, part.line)
    return [Unread(line, item.reason) for (line, _), item in zip(where, found, strict=True)]


class _Run:
    """Collects what is done to a chunk that begins at `offset` of its file."""

    def __init__(self, chunk: Chunk, offset: int, kept: Sequence[Kept]) -> None:
        self._text, self._offset, self._kept = chunk.text, offset, kept
        self._rows: list[PlacedRow] = []
        self._findings: list[Finding] = []

    def add(self, document: Document, result: Result) -> Result:
        """Take what cleaning did to a document; return it without the changes that cannot be made where it stands."""
        try:
            layout = document.layout()
        except FormatError as error:
            self.report(Problem(0, 0, str(error)))
            return Result(result.original, result.original)
        left: dict[ChangeRow, str] = {}
        if self._stay:
            result = self._without_those_that_stay(result, layout)
        record, field = document.record or 0, document.field or ""
        text, offset, rows, locate, quote = self._text, self._offset, self._rows, layout.locate, document.quote
        for row in result.rows:
            kind, rules, start, end, _, after, confidence, reason = row
            try:
                place, after = locate(start, end), after and quote(after)
            except FormatError as error:
                left[row] = f"left as it is: {error}"
                continue
            if place is None:
                left[row] = _CROSSES
                continue
            start, end = place
            before = text[start:end]
            rows.append((kind, rules, start + offset, end + offset, before, after, confidence, reason, record, field))
        if left:
            result = _without(result, left)
        for finding in result.findings:
            self._find(document, layout, finding)
        return result

    @cached_property
    def _stay(self) -> Protected:
        """The lines in which nothing changes."""
        lines = [(start - self._offset, end - self._offset) for start, end, _ in self._kept]
        return Protected(sorted({*lines, *marked_lines(self._text)}) if MARK in self._text else lines)

    def stays(self, start: int, end: int) -> bool:
        """Return whether a span of the chunk is not to be touched."""
        return self._stay.touch(start, end)

    def _without_those_that_stay(self, result: Result, layout: Layout) -> Result:
        changes = [item for item in result.changes if not self.stays(*layout.cover(item.start, item.end))]
        findings = [item for item in result.findings if not self.stays(*layout.cover(item.start, item.end))]
        return remade(result, changes, findings)

    def _find(self, document: Document, layout: Layout, finding: Finding) -> None:
        start, end = layout.cover(finding.start, finding.end)
        before = after = self._text[start:end]
        if finding.after != finding.before:
            try:
                after = document.quote(finding.after)
            except FormatError:
                after = finding.after
        head = (finding.kind, finding.rules, start + self._offset, end + self._offset, before, after)
        rest = (finding.confidence, finding.reason, finding.certain, finding.candidates)
        if document.record is None:
            self._findings.append(Finding(*head, *rest))
        else:
            self._findings.append(FieldFinding(*head, *rest, document.record, document.field or ""))

    def annotate(self, edit: Edit, rule: str, reason: str) -> None:
        """Take an edit that repairs nothing."""
        start, end, after = edit
        place = start + self._offset, end + self._offset, self._text[start:end], after
        self._rows.append((ANNOTATION, (f"{ANNOTATION}.{rule}",), *place, 1.0, reason, 0, ""))

    def report(self, problem: Problem) -> None:
        """Take a part that was left as it is."""
        before = self._text[problem.start : problem.end]
        start, end = problem.start + self._offset, problem.end + self._offset
        found = Finding(ANNOTATION, _UNREAD, start, end, before, before, 1.0, problem.reason, certain=False)
        self._findings.append(found)

    @property
    def new(self) -> str:
        """The text with all edits made, which must be sorted."""
        if not self._rows:
            return self._text
        text, offset = self._text, self._offset
        pieces: list[str] = []
        done = 0
        for _, _, start, end, _, after, *_ in self._rows:
            pieces += (text[done : start - offset], after)
            done = end - offset
        pieces.append(text[done:])
        return "".join(pieces)

    def sorted(self) -> tuple[list[PlacedRow], tuple[Finding, ...]]:
        """Return changes and findings, sorted."""
        self._rows.sort(key=_PLACE)
        self._findings.sort(key=lambda finding: (finding.start, finding.end))
        return self._rows, tuple(self._findings)


def _without(result: Result, left: Mapping[ChangeRow, str]) -> Result:
    """Return the result less some changes, which are findings with a reason instead."""
    kept = changes_of(row for row in result.rows if row not in left)
    findings = [
        Finding.of(change, f"{change.reason}; {reason}", certain=False)
        for change, reason in zip(changes_of(left), left.values(), strict=True)
    ]
    return remade(result, kept, (*result.findings, *findings))


def _judgement(result: Result) -> Judgement:
    changed = sum(max(change.end - change.start, len(change.after)) for change in result.changes)
    share = min(changed / max(len(result.original), 1), 1.0)
    return Judgement(result.verdict, share, result.map_span)
