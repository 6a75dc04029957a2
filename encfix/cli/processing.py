"""What becomes of files that are cleaned: written, shown, put on record and counted, here or in another process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

import click

from encfix.audit import Content, Entry, dump_entry
from encfix.cleaner import Cleaner
from encfix.cli.cleaning import Outcome, Writing, clean_files
from encfix.cli.diff import unified
from encfix.files import atomic
from encfix.files.destinations import DestinationError, destination
from encfix.files.names import to_name
from encfix.files.text import BOM, LIMIT
from encfix.files.walking import Failed, Source

_COLOURS = {"-": "red", "+": "green", "@": "cyan"}


class Mode(Enum):
    """Where the output goes."""

    NOWHERE = "nowhere"
    OUTPUT = "output"
    IN_PLACE = "in_place"
    DIFF = "diff"
    STDOUT = "stdout"

    @property
    def option(self) -> str:
        """The name of the flag."""
        return self.value.replace("_", "-")

    @property
    def is_done(self) -> bool:
        """Whether what is repaired is written."""
        return self in (Mode.OUTPUT, Mode.IN_PLACE, Mode.STDOUT)

    @property
    def takes_stdout(self) -> bool:
        """Whether standard output is no place for anything else."""
        return self in (Mode.DIFF, Mode.STDOUT)


@dataclass(frozen=True, slots=True)
class Done:
    """What there is to say of a file that was dealt with, small enough to be passed between processes."""

    source: Source
    size: int
    """In bytes."""
    characters: int
    is_changed: bool
    """Whether the bytes should be others."""
    encodings: tuple[str, str]
    """Those of the input and of the output."""
    changes: Counter[str] = field(default_factory=Counter)
    """How many changes there are of each kind; so `findings`."""
    findings: Counter[str] = field(default_factory=Counter)
    record: bytes = b""
    """The lines on it in the audit."""
    shown: str | bytes = ""
    """What goes to standard output."""


@dataclass(frozen=True, slots=True)
class Processing:
    """Cleans files and does with them what the caller asked for; picklable."""

    cleaner: Cleaner
    mode: Mode = Mode.NOWHERE
    output: Path | None = None
    writing: Writing = field(default_factory=Writing)
    is_recorded: bool = False

    def __call__(self, sources: Iterable[Source]) -> Iterator[Done | Failed]:
        """Deal with files, in order but for failures; what fails stays as it is, and the rest is done."""
        for outcome in clean_files(sources, self.cleaner, LIMIT, self.writing):
            if isinstance(outcome, Failed):
                yield outcome
                continue
            try:
                shown = self._write(outcome)
            except (OSError, DestinationError) as error:
                yield Failed.because(outcome.source.path, error)
                continue
            yield Done(
                outcome.source,
                len(outcome.file.data),
                len(outcome.file.text),
                outcome.output != outcome.file.data,
                (outcome.file.decoded.encoding, outcome.target[0]),
                Counter(change.kind for change in outcome.changes),
                Counter(finding.kind for finding in outcome.findings),
                _record(outcome) if self.is_recorded else b"",
                shown,
            )

    def _write(self, outcome: Outcome) -> str | bytes:
        """Write an outcome, or return what is to be shown of it."""
        if self.mode is Mode.STDOUT:
            return outcome.output
        if self.mode is Mode.DIFF:
            return _diff(outcome)
        if self.mode is Mode.OUTPUT and self.output:
            path = destination(self.output, outcome.source.name)
            atomic.write(path, outcome.output, model=outcome.source.path)
        elif self.mode is Mode.IN_PLACE and outcome.output != outcome.file.data:
            path = outcome.source.path.resolve()
            if path.read_bytes() != outcome.file.data:
                raise OSError("the file changed while it was being cleaned")
            atomic.write(path, outcome.output)
        return ""


def _diff(outcome: Outcome) -> str:
    mark = BOM * outcome.file.has_mark
    changes = [replace(item, start=item.start + len(mark), end=item.end + len(mark)) for item in outcome.changes]
    lines = unified(to_name(outcome.source.path), mark + outcome.file.text, mark + outcome.text, changes)
    return "".join(click.style(line, fg=_COLOURS[line[0]]) if line[0] in _COLOURS else line for line in lines)


def _record(outcome: Outcome) -> bytes:
    decoded = outcome.file.decoded
    entry = Entry(
        to_name(outcome.source.root),
        to_name(outcome.source.name),
        Content.of(outcome.file.data, decoded.encoding, bool(decoded.mark), decoded.strict),
        Content.of(outcome.output, *outcome.target),
        outcome.verdict,
        outcome.changes,
        outcome.findings,
    )
    return b"".join(dump_entry(entry, outcome.file.text))
