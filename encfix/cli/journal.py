"""The journal of a run: what is on record of each file, as it goes, for the audit and for another run to go on from.

Each process of a run writes a journal of its own, so none waits for another; it is an audit of the files that the
process dealt with. A file is on record before it takes the place of the old one: whoever resumes finds by its content
whether it did. While a process writes a journal it holds a lock on it, so a run that still works is not taken for one
that was killed.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import BinaryIO, NamedTuple

from encfix.audit import AuditError, Content, Entry, Header, dump_header, skim
from encfix.cli.cleaning import ERRORS
from encfix.cli.recording import Record
from encfix.files import atomic
from encfix.files.measuring import Measured
from encfix.files.names import to_name
from encfix.files.reading import opened
from encfix.files.types import Kind, kind_of
from encfix.files.walking import Source

PATIENCE = 2.0
"""Seconds that the processes of a run may take to end once it was killed."""

_BLOCK = 2**20


class JournalError(ValueError):
    """The journals that are there are not those of a run that can be resumed; the message says why."""


class Lines(NamedTuple):
    """Where in which journal the lines on a file are."""

    journal: Path
    start: int
    end: int

    def copy(self, stream: BinaryIO) -> None:
        """Write the lines to a stream."""
        with open(self.journal, "rb") as lines:
            lines.seek(self.start)
            left = self.end - self.start
            while left > 0 and (block := lines.read(min(left, _BLOCK))):
                stream.write(block)
                left -= len(block)


@dataclass(frozen=True)
class Journal:
    """Where the processes of one run write their journals; picklable.

    They are in `folder`, under names that walking passes over and that begin like those of all journals of the same
    audit or output and the same way of writing, which is what `stem` tells. So what alone can take back a run in place
    that was killed is nothing to a run that writes elsewhere, or not at all.
    """

    folder: Path
    stem: str
    header: Header
    token: str = field(default_factory=lambda: secrets.token_hex(4))

    @classmethod
    def of(cls, header: Header, audit: Path | None, output: Path | None, way: str) -> Journal:
        """Return the journal of a run that writes in this `way`: beside its audit, else in the folder of its output."""
        if audit:
            return cls(audit.parent, f"{audit.name}.{way}", header)
        folder = output or Path()
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder, f"journal.{way}", header)

    def add(self, record: Record) -> Lines:
        """Put a file on record that is about to be in its place."""
        path, stream = _open(self)
        start = stream.tell()
        record.write(stream)
        stream.flush()
        return Lines(path, start, stream.tell())

    def done(self, audit: Path | None) -> dict[tuple[str, str], tuple[Entry, Lines]]:
        """Return what journals of runs that were killed, and the audit of one that was not, have on record, by file.

        Raises JournalError for runs with other options, and for one that still works.
        """
        done: dict[tuple[str, str], tuple[Entry, Lines]] = {}
        for path in (*([audit] if audit and audit.exists() else ()), *self.others()):
            if path != audit and _stays_locked(path):
                raise JournalError(f"{to_name(path)}: the run to resume is still at work")
            for entry, lines in self._read(path):
                done[entry.root, entry.file] = entry, lines
        return done

    def _read(self, path: Path) -> Iterator[tuple[Entry, Lines]]:
        """Yield what is whole in a journal."""
        head = dump_header(self.header)
        with open(path, "rb") as stream:
            first = stream.readline()
            if first != head:
                if head.startswith(first):
                    return  # killed before the first line was whole
                raise JournalError(f"{to_name(path)}: the run to resume had other options, or another version")
            with contextlib.suppress(AuditError):  # the last record may not be whole
                for entry, start, end in skim(stream):
                    yield entry, Lines(path, start, end)

    def others(self) -> Iterator[Path]:
        """Yield the journals that other runs left, or are writing."""
        alike = re.compile(rf"\.encfix-{re.escape(self.stem)}\.[0-9a-f]{{8}}-[0-9a-f]{{8}}\.tmp")
        with contextlib.suppress(FileNotFoundError):
            for name in sorted(os.listdir(self.folder)):
                if alike.fullmatch(name) and not name.startswith(self._prefix):
                    yield self.folder / name

    @property
    def _prefix(self) -> str:
        return f".encfix-{self.stem}.{self.token}-"

    def new_path(self) -> Path:
        """Return where a process may write its journal."""
        return self.folder / f"{self._prefix}{secrets.token_hex(4)}.tmp"

    def close(self) -> None:
        """Close what this process writes."""
        if written_here := _OPEN.pop(self.token, None):
            written_here[1].close()

    def remove(self) -> None:
        """Remove the journals of this run, which must be closed, and those that runs left that were killed."""
        with contextlib.suppress(FileNotFoundError):
            own = [self.folder / name for name in os.listdir(self.folder) if name.startswith(self._prefix)]
            for path in (*own, *(path for path in self.others() if not _is_locked(path))):
                with contextlib.suppress(OSError):
                    path.unlink()


_OPEN: dict[str, tuple[Path, BinaryIO]] = {}
"""The journals that this process writes, by the token of their run."""


def _open(journal: Journal) -> tuple[Path, BinaryIO]:
    if journal.token not in _OPEN:
        path = journal.new_path()
        stream = open(path, "xb")  # noqa: SIM115 - closed by `close`, or with the process
        _lock(stream)
        stream.write(dump_header(journal.header))
        _OPEN[journal.token] = path, stream
    return _OPEN[journal.token]


if sys.platform == "win32":

    def _lock(stream: BinaryIO) -> None:
        """Do nothing: what is open can be neither renamed nor removed here."""

    def _is_locked(path: Path) -> bool:
        try:
            os.rename(path, path)
        except OSError:
            return True
        return False

else:
    import fcntl

    def _lock(stream: BinaryIO) -> None:
        with contextlib.suppress(OSError):  # some file systems have no locks
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _is_locked(path: Path) -> bool:
        try:
            with open(path, "rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False


def _stays_locked(path: Path) -> bool:
    """Return whether a journal is locked for longer than processes need to end."""
    deadline = monotonic() + PATIENCE
    while _is_locked(path):
        if monotonic() > deadline:
            return True
        sleep(0.05)
    return False


def is_done(entry: Entry, source: Source, kind: Kind, output: Path | None) -> bool:
    """Return whether a file is as its record says: what it became is there, and it was made of what is there now."""
    try:
        if output is None:
            return content_of(source, kind) == entry.output
        made = Source.at(output / source.output_name)
        return content_of(source, kind) == entry.input and content_of(made, kind_of(made.name)) == entry.output
    except ERRORS:
        return False


def content_of(source: Source, kind: Kind) -> Content:
    """Return what would be on record of a file's content. Raises one of `ERRORS`."""
    with opened(source, kind.compression) as stream:
        measured = Measured(None)
        measured.drain(stream)
    return Content(measured.size, measured.sha256)


def key_of(source: Source) -> tuple[str, str]:
    """Return by what `Journal.done` knows a file."""
    return to_name(source.root), to_name(source.name)


def remove_leftovers(folders: list[Path]) -> None:
    """Remove the temporary files that a killed run left in these folders, but for its journals."""
    for folder in dict.fromkeys(folders):
        with contextlib.suppress(FileNotFoundError):
            for name in os.listdir(folder):
                if atomic.is_leftover(name):
                    with contextlib.suppress(OSError):
                        os.unlink(folder / name)
