"""What becomes of files that are cleaned: written, shown, put on record and counted, here or in another process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import click

from encfix.cli.cleaning import clean_files
from encfix.cli.diff import unified
from encfix.cli.journal import Journal, Lines, content_of
from encfix.cli.outcomes import Outcome, Task, Whole
from encfix.cli.placing import Unread
from encfix.cli.quoting import named
from encfix.cli.recording import Record
from encfix.files import atomic, remote
from encfix.files.charset import BOM
from encfix.files.destinations import DestinationError, destination
from encfix.files.types import STREAMED
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
    repairs: int
    changes: Counter[str] = field(default_factory=Counter)
    """How many changes there are of each kind; so `findings`."""
    findings: Counter[str] = field(default_factory=Counter)
    lines: Lines | None = None
    """Where the lines on it are."""
    shown: str | bytes = ""
    """What goes to standard output."""
    unread: Sequence[Unread] = ()
    """The first parts that could not be read."""


class _UnchangedError(Exception):
    """A file is the same as before, so there is nothing to put in its place."""


@dataclass(frozen=True, slots=True)
class Processing:
    """Cleans files and does with them what the caller asked for; picklable."""

    task: Task
    mode: Mode = Mode.NOWHERE
    output: Path | None = None
    journal: Journal | None = None
    is_recorded: bool = False
    """Whether the journal has the lines on each change, too."""

    def __call__(self, sources: Iterable[Source]) -> Iterator[Done | Failed]:
        """Deal with files, in order but for failures; what fails stays as it is, and the rest is done."""
        for outcome in clean_files(sources, self.task):
            if isinstance(outcome, Failed):
                yield outcome
                continue
            with closing(Record(outcome, is_kept=self.is_recorded)) as record:
                try:
                    done = self._deal_with(outcome, record)
                except Exception as error:
                    yield Failed.because(outcome.source.path, error)
                    continue
            yield done

    def _deal_with(self, outcome: Outcome, record: Record) -> Done:
        """Write an outcome or show it. Raises one of `ERRORS`, and DestinationError."""
        shown: str | bytes = ""
        lines = None
        if self.mode is Mode.OUTPUT:
            lines = self._write_below(outcome, record)
        elif self.mode is Mode.IN_PLACE:
            lines = self._write_over(outcome, record)
        else:
            if self.mode is Mode.STDOUT:
                sink = BytesIO()
                _take(outcome, record, sink)
                shown = sink.getvalue()
            elif self.mode is Mode.DIFF:
                shown = _diff(outcome, record)
            else:
                _take(outcome, record, None)
            lines = self._note(record)
        return Done(
            outcome.source,
            record.bytes,
            record.characters,
            outcome.is_changed,
            (outcome.charsets[0].encoding, outcome.charsets[1].encoding),
            record.repairs,
            record.changes,
            record.findings,
            lines,
            shown,
            record.unread,
        )

    def _note(self, record: Record) -> Lines | None:
        return self.journal.add(record) if self.journal else None

    def _write_below(self, outcome: Outcome, record: Record) -> Lines | None:
        """Write an outcome below the output folder."""
        path = destination(self.output or Path(), outcome.source.output_name)
        with atomic.writing(path, model=outcome.source.path) as sink:
            _take(outcome, record, sink)
            return self._note(record)

    def _write_over(self, outcome: Outcome, record: Record) -> Lines | None:
        """Write an outcome over its source, unless that is what it should be."""
        if remote.is_remote(outcome.source.path):
            raise DestinationError("what is not on this machine is not written over: use --output")
        if outcome.kind.type == "warc":
            raise DestinationError("an archive is not written, its text goes out as JSON Lines: use --output")
        if isinstance(outcome, Whole) and not outcome.is_changed:
            _take(outcome, record, None)
            return self._note(record)
        lines = None
        path = outcome.source.path.resolve()
        before = path.stat()
        with suppress(_UnchangedError), atomic.writing(path) as sink:
            _take(outcome, record, sink)
            now = path.stat()
            is_same = (before.st_ino, before.st_size, before.st_mtime_ns) == (now.st_ino, now.st_size, now.st_mtime_ns)
            if is_same and isinstance(outcome, Whole):  # which was read before
                is_same = content_of(outcome.source, outcome.kind) == outcome.input_content
            if not is_same:
                raise OSError("the file changed while it was being cleaned")
            lines = self._note(record)
            if not outcome.is_changed:
                raise _UnchangedError
        return lines


def _take(outcome: Outcome, record: Record, sink: BinaryIO | None) -> None:
    """Write an outcome to a stream, or nowhere, and put on record what is done."""
    for part in outcome.parts(sink):
        record.add(part)


def _diff(outcome: Outcome, record: Record) -> str:
    if outcome.kind.type in STREAMED:
        raise DestinationError(f"a {outcome.kind.type} file has no lines to show; leave --diff out")
    parts = list(outcome.parts(None))
    mark = BOM * bool(outcome.charsets[0].mark)
    changes = []
    for part in parts:
        record.add(part)
        changes += [replace(item, start=item.start + len(mark), end=item.end + len(mark)) for item in part.changes]
    old, new = "".join(part.text or "" for part in parts), "".join(part.new or "" for part in parts)
    lines = unified(named(outcome.source.path), mark + old, mark + new, changes)
    return "".join(click.style(line, fg=_COLOURS[line[0]]) if line[0] in _COLOURS else line for line in lines)
