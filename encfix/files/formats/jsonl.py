"""JSON Lines: one record a line; a line that the library cannot read is left as it is and reported."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from encfix.files.formats.base import Chunk, Edit, FormatError, Judgement, Problem, Selection, TextFormat
from encfix.files.formats.fields import FieldPath, Pattern, has_any, missing, strings
from encfix.files.formats.json import JsonString, Record, read_value

BLOCK = 2**21
"""Code points that are read before the records in them are cleaned together."""

_SPACE = " \t\r"


class _Found(NamedTuple):
    """The strings of a record that are to be cleaned, with their paths, and what makes it a `Record`.

    value: that of the line, if more than the strings is wanted of it.
    """

    start: int
    end: int
    number: int
    value: Any
    strings: list[tuple[FieldPath, str]]


class JsonLines(TextFormat):
    """A `TextFormat`."""

    block: int | None = BLOCK
    keeps_lines = True

    def __init__(self, selection: Selection) -> None:
        self._patterns = [Pattern(field) for field in selection.fields]
        self._spans = Pattern(selection.spans) if selection.spans else None
        self._verdict = selection.verdict
        self._records = 0
        self._has_fields, self._has_spans = not self._patterns, self._spans is None
        self._last: Any = None
        """A record that was read, of which a complaint about missing fields can tell what it has."""

    def chunk(self, text: str, *, is_last: bool) -> Chunk:
        """Return the whole lines."""
        if not is_last:
            text = text[: text.rfind("\n") + 1]
        is_annotated = self._spans is not None or self._verdict is not None
        records: list[_Found] = []
        problems: list[Problem] = []
        for start, end in _lines(text):
            self._records += 1
            try:
                value, stop = read_value(text, start if text[start] == "{" else _skip(text, start, end))
                if stop != end and (stop > end or text[stop:end].strip(_SPACE)):
                    raise ValueError
            except (ValueError, StopIteration, RecursionError):
                if text[start:end].strip(_SPACE):
                    problems.append(Problem(start, end, "no JSON: left as it is"))
                continue
            if not self._has_fields:
                self._has_fields, self._last = has_any(value, self._patterns), value
            if self._spans and not self._has_spans:
                self._has_spans, self._last = has_any(value, [self._spans]), value
            if found := strings(value, self._patterns):
                records.append(_Found(start, end, self._records, value if is_annotated else None, found))
        if not is_annotated:
            return _Lines(text, records, problems)
        return _Annotated(text, records, problems, self._spans, self._verdict)

    def end(self) -> None:
        """Raise FormatError if there were records, but none with a field that is asked for, or none with spans."""
        if not self._has_fields and self._last is not None:
            raise missing(self._last, self._patterns)
        if self._spans and not self._has_spans and self._last is not None:
            raise missing(self._last, [self._spans])


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each line, which `\\n` ends, for that is what separates records."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        if end < 0:
            end = len(text)
        yield start, end
        start = end + 1


def _skip(text: str, start: int, end: int) -> int:
    """Return where a record begins."""
    while start < end and text[start] in _SPACE:
        start += 1
    return start


class _Lines(Chunk):
    """A chunk of records. Most are clean, so a string becomes a document only when it is asked for."""

    def __init__(self, text: str, records: Sequence[_Found], problems: Sequence[Problem]) -> None:
        super().__init__(text, (), problems)
        self._strings = [(record, path, item) for record in records for path, item in record.strings]
        self._records: dict[int, Record] = {}
        """Those of which a string was asked for, by number."""

    @property
    def documents(self) -> Sequence[JsonString]:
        """The strings, and where they stand."""
        return [self.document(nth) for nth in range(len(self._strings))]

    def document(self, nth: int) -> JsonString:
        """Return one of the strings."""
        (start, end, number, value, _), path, item = self._strings[nth]
        record = self._records.get(number)
        if record is None:
            record = self._records[number] = Record(self.text, start, end, number, value)
        return JsonString(item, record, path)

    @cached_property
    def texts(self) -> Sequence[str]:
        """The strings alone."""
        return [item for _, _, item in self._strings]

    @property
    def seams(self) -> Sequence[Sequence[tuple[int, int]]]:
        """The seams of each string, which has none."""
        return [()] * len(self.texts)


class _Annotated(_Lines):
    """A chunk that writes down what became of its documents."""

    def __init__(
        self,
        text: str,
        records: Sequence[_Found],
        problems: Sequence[Problem],
        spans: Pattern | None,
        verdict: str | None,
    ) -> None:
        super().__init__(text, records, problems)
        self._spans, self._verdict = spans, verdict

    def annotations(self, judgements: Sequence[Judgement]) -> tuple[list[Edit], list[Problem]]:
        """Return the edits of spans and verdicts, sorted."""
        edits: list[Edit] = []
        problems: list[Problem] = []
        by_record: dict[int, list[tuple[JsonString, Judgement]]] = {}
        for document, judgement in zip(self.documents, judgements, strict=True):
            by_record.setdefault(document.source.number, []).append((document, judgement))
        for judged in by_record.values():
            record = judged[0][0].source
            if self._spans is not None:
                for path, annotations in self._spans.find(record.value):
                    if len(judged) > 1:
                        raise FormatError("spans need one --field, for they belong to one text a record")
                    _carry_over(record, path, annotations, judged[0][1], edits, problems)
            if self._verdict is None:
                continue
            if not isinstance(record.value, dict):
                problems.append(Problem(record.start, record.end, "a verdict needs a record with keys"))
            else:
                written, foreign = _verdict_edits(record, self._verdict, [judgement for _, judgement in judged])
                edits += written
                problems += foreign
        return edits, problems


def _carry_over(
    record: Record, path: FieldPath, annotations: Any, judgement: Judgement, edits: list[Edit], problems: list[Problem]
) -> None:
    """Give each span of a list its new numbers; take out of the list what fell away."""
    if not isinstance(annotations, list):
        node = record.nodes[path]
        problems.append(Problem(node.start, node.end, f"spans are a list, not {type(annotations).__name__}"))
        return
    left = 0
    for nth, annotation in enumerate(annotations):
        here = (*path, nth)
        keys: tuple[int | str, int | str] = ("start", "end") if isinstance(annotation, dict) else (0, 1)
        try:
            mapped = judgement.map_span(*_offsets(annotation, keys))
        except (IndexError, ValueError) as error:
            node = record.nodes[here]
            problems.append(Problem(node.start, node.end, f"no span of the text: {error}"))
            left += 1
            continue
        if mapped is None:
            node = record.nodes[here]
            problems.append(Problem(node.start, node.end, "nothing is left of what the span covered"))
            edits.append(_without(record, path, nth, len(annotations), is_first=left == 0))
            continue
        left += 1
        numbers = [(record.nodes[(*here, key)], str(new)) for key, new in zip(keys, mapped, strict=True)]
        edits += [
            Edit(node.start, node.end, new)
            for node, new in sorted(numbers)
            if record.text[node.start : node.end] != new
        ]


def _offsets(annotation: Any, keys: tuple[int | str, int | str]) -> tuple[int, int]:
    """Return start and end of an annotation. Raises ValueError if they are not there."""
    try:
        start, end = (annotation[key] for key in keys)
    except (LookupError, TypeError):
        start = end = None
    if type(start) is int and type(end) is int:
        return start, end
    raise ValueError("it has no start and end in whole numbers")


def _without(record: Record, path: FieldPath, nth: int, length: int, *, is_first: bool) -> Edit:
    """Return the edit that takes an element out of a list, with the comma that is one too many."""
    node = record.nodes[(*path, nth)]
    if is_first and nth + 1 < length:
        return Edit(node.start, record.nodes[(*path, nth + 1)].start, "")
    if not is_first:
        return Edit(record.nodes[(*path, nth - 1)].end, node.end, "")
    return Edit(node.start, node.end, "")


_WORST = ("clean", "repaired", "suspect", "lost")


def _verdict_edits(record: Record, field: str, judgements: Sequence[Judgement]) -> tuple[list[Edit], list[Problem]]:
    """Return the edits that set the verdict of a record, which is the worst of its documents, and the share.

    A record whose fields of these names hold something else stays as it is, which is a problem.
    """
    verdict = max((judgement.verdict for judgement in judgements), key=_WORST.index)
    share = max(judgement.share for judgement in judgements)
    changed = f"{field}_changed"
    foreign = [
        Problem(record.nodes[key,].start, record.nodes[key,].end, f"no verdict goes to {key}: it holds something else")
        for key, is_ours in ((field, _is_verdict), (changed, _is_share))
        if key in record.value and not is_ours(record.value[key])
    ]
    if foreign:
        return [], foreign
    edits, new = [], []
    colon = ": " if '": ' in record.text[record.start : record.end] else ":"
    for key, value in ((field, json.dumps(verdict)), (changed, f"{share:.4f}")):
        node = record.nodes.get((key,))
        if node is None:
            new.append(f"{json.dumps(key, ensure_ascii=record.is_ascii)}{colon}{value}")
        elif record.text[node.start : node.end] != value:
            edits.append(Edit(node.start, node.end, value))
    if new:
        close = record.nodes[()].end - 1
        while record.text[close - 1] in " \t":
            close -= 1
        comma = ", " if colon == ": " else ","
        edits.append(Edit(close, close, (comma if record.value else "") + comma.join(new)))
    return sorted(edits), []


def _is_verdict(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value in _WORST)


def _is_share(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1)
