"""Clean files in groups: enough of them at once to be fast, never more than memory should hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from encfix.audit import VERDICTS
from encfix.cleaner import Cleaner
from encfix.files.text import LIMIT, SAME, EncodingError, TextFile, decode, documents
from encfix.files.walking import Failed, Source
from encfix.inline import heeded
from encfix.result import Change, Finding, Result, Verdict

GROUP = 8 * 2**20
"""Bytes of files that are read before they are cleaned together; one file may be larger."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A cleaned file; offsets of changes and findings are those of its whole text."""

    source: Source
    file: TextFile
    text: str
    output: bytes
    """The bytes that the file should have: the very same where nothing changed."""
    target: tuple[str, bool]
    """The encoding of the output, and whether a byte order mark is before it."""
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Writing:
    """In which encoding files are to be written, and whether also those that were not decoded strictly."""

    to: str = SAME
    allow_lossy: bool = False


def clean_files(
    sources: Iterable[Source],
    cleaner: Cleaner,
    limit: int = LIMIT,
    writing: Writing = Writing(),
) -> Iterator[Outcome | Failed]:
    """Read and clean files, in order but for failures; what is longer than `limit` is several documents."""
    group: list[tuple[Source, TextFile]] = []
    size = 0
    for source in sources:
        try:
            file = decode(source.read())
        except OSError as error:
            yield Failed.because(source.path, error)
            continue
        group.append((source, file))
        size += len(file.data)
        if size >= GROUP:
            yield from _clean_group(group, cleaner, limit, writing)
            group, size = [], 0
    yield from _clean_group(group, cleaner, limit, writing)


def _clean_group(
    group: list[tuple[Source, TextFile]], cleaner: Cleaner, limit: int, writing: Writing
) -> Iterator[Outcome | Failed]:
    cut = [documents(file.text, limit) for _, file in group]
    results = iter(cleaner.clean_many([document for blocks in cut for document in blocks]))
    for (source, file), blocks in zip(group, cut, strict=True):
        yield _joined(source, file, [heeded(next(results)) for _ in blocks], writing)


def _joined(source: Source, file: TextFile, results: list[Result], writing: Writing) -> Outcome | Failed:
    """Return the outcome of a file from those of its blocks, or why it cannot be written."""
    changes: list[Change] = []
    findings: list[Finding] = []
    base = 0
    for result in results:
        changes += _moved(result.changes, base)
        findings += _moved(result.findings, base)
        base += len(result.original)
    text = "".join(result.text for result in results)
    verdict = max((result.verdict for result in results), key=VERDICTS.index)
    try:
        output = file.encode(text, writing.to, allow_lossy=writing.allow_lossy)
    except EncodingError as error:
        return Failed.because(source.path, error)
    target = file.target(writing.to)
    return Outcome(source, file, text, output, target, tuple(changes), tuple(findings), verdict)


_Item = TypeVar("_Item", Change, Finding)


def _moved(items: Sequence[_Item], base: int) -> Sequence[_Item]:
    """Return changes or findings of a block with the offsets of the whole, in which it begins at `base`."""
    return [replace(item, start=item.start + base, end=item.end + base) for item in items] if base else items
