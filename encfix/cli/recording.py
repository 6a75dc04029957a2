"""What is on record of a run: the audit, the journal that a killed run leaves behind, and what a file adds to both."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import IO, BinaryIO

import click

from encfix.audit import Content, Entry, Header, dump_failure, dump_file, dump_header, dump_items, read_entry
from encfix.cli.cleaning import ERRORS, Outcome, Streamed
from encfix.cli.placing import ANNOTATION, Part
from encfix.files import atomic, compression
from encfix.files.names import to_name
from encfix.files.reading import Measured
from encfix.files.types import Kind
from encfix.files.walking import Failed, Source

_SPOOL = 2**20
"""Bytes of records of one file that are kept in memory before they go to disk."""


class Record:
    """What is on record of one file, part by part; long ones wait on disk until they are whole."""

    def __init__(self, outcome: Outcome | Streamed, *, is_kept: bool) -> None:
        self.outcome = outcome
        self.characters = self.bytes = 0
        self.changes: Counter[str] = Counter()
        self.findings: Counter[str] = Counter()
        self._name = to_name(outcome.source.name)
        self._lines: tuple[IO[bytes], IO[bytes]] | None = None
        if is_kept:
            self._lines = _spool(), _spool()

    def add(self, part: Part) -> None:
        """Take what was done to a part of the file."""
        self.characters += part.characters
        self.bytes += part.size
        self.changes.update(change.kind for change in part.changes)
        self.findings.update(finding.kind for finding in part.findings)
        if self._lines:
            place = (part.text, part.offset, part.line)
            self._lines[0].writelines(dump_items(self._name, part.changes, *place))
            self._lines[1].writelines(dump_items(self._name, part.findings, *place))

    @property
    def repairs(self) -> int:
        """How many changes are repairs."""
        return self.changes.total() - self.changes[ANNOTATION]

    def write(self, stream: BinaryIO) -> None:
        """Write the records of the file, which must have been read to its end."""
        outcome = self.outcome
        entry = Entry(
            to_name(outcome.source.root),
            self._name,
            outcome.input_content,
            outcome.output_content,
            outcome.verdict,
            format=outcome.kind.type,
            compression=outcome.kind.compression,
        )
        is_kept = bool(self._lines)
        stream.write(dump_file(entry, is_kept * self.changes.total(), is_kept * self.findings.total()))
        for lines in self._lines or ():
            lines.seek(0)
            while block := lines.read(_SPOOL):
                stream.write(block)

    def close(self) -> None:
        """Let go of what waits on disk."""
        for lines in self._lines or ():
            lines.close()


def _spool() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(_SPOOL)


_FAILURE = dump_failure("", "")[:18]


class Journal:
    """The records of a run as it goes, one file after the other, for another run to go on from.

    A run that came to its end left the same in its audit. A file is on record before it takes the place of the old
    one: whoever resumes finds by its content whether it did.
    """

    def __init__(self, path: Path, header: Header, audit: Path | None, *, resumes: bool) -> None:
        self.path = path
        if resumes and audit and audit.exists() and not path.exists():
            with open(audit, "rb") as old, open(path, "xb") as new:  # a run that was not killed is on record there
                new.writelines(line for line in old if not line.startswith(_FAILURE))
        self.done: dict[tuple[str, str], tuple[Entry, int, int]] = {}
        self._head = dump_header(header)
        if resumes and path.exists():
            self._stream = open(path, "r+b")  # noqa: SIM115 - closed by `close`
            self._read()
        else:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            self._stream = open(path, "x+b")  # noqa: SIM115 - closed by `close`
            self._stream.write(self._head)
            self._stream.flush()

    def _read(self) -> None:
        """Read what is whole, and drop what is not."""
        head = self._stream.readline()
        if head != self._head:
            if head and self._head.startswith(head):
                head = b""
            else:
                self._stream.close()
                raise click.UsageError(f"{self.path}: the run to resume had other options, or another version")
        end = len(head)
        while True:
            try:
                found = read_entry(iter(self._stream.readline, b""))
            except ValueError:
                break
            if found is None:
                break
            self.done[found.root, found.file] = (found, end, self._stream.tell())
            end = self._stream.tell()
        self._stream.seek(end)
        self._stream.truncate()
        if not head:
            self._stream.write(self._head)

    def lines(self, source: Source, kind: Kind, output: Path | None) -> bytes | None:
        """Return the records of a file if it was done, as its content shows."""
        key = to_name(source.root), to_name(source.name)
        if key not in self.done:
            return None
        entry, start, end = self.done[key]
        try:
            if output is None:
                is_done = content_of(source.path, kind) == entry.output
            else:
                is_done = (
                    content_of(source.path, kind) == entry.input
                    and content_of(output / source.output_name, kind) == entry.output
                )
        except ERRORS:
            return None
        if not is_done:
            return None
        here = self._stream.tell()
        self._stream.seek(start)
        lines = self._stream.read(end - start)
        self._stream.seek(here)
        return lines

    def add(self, record: Record) -> None:
        """Put a file on record that is about to be in its place."""
        record.write(self._stream)
        self._stream.flush()

    def close(self, *, is_finished: bool) -> None:
        """Close the journal, and remove it if there is nothing to resume."""
        with contextlib.suppress(OSError):
            is_ours = os.path.samestat(os.fstat(self._stream.fileno()), os.stat(self.path))
            if is_finished and is_ours:
                self.path.unlink()
        self._stream.close()


def content_of(path: Path, kind: Kind) -> Content:
    """Return what would be on record of a file's content. Raises one of `ERRORS`."""
    with compression.reading(path, kind.compression) as stream:
        measured = Measured(None)
        measured.drain(stream)
    return Content(measured.size, measured.sha256)


def remove_leftovers(folders: list[Path]) -> None:
    """Remove the temporary files that a killed run left in these folders, but for its journal."""
    for folder in dict.fromkeys(folders):
        with contextlib.suppress(FileNotFoundError):
            for name in os.listdir(folder):
                if atomic.is_leftover(name):
                    with contextlib.suppress(OSError):
                        os.unlink(folder / name)


class Trail:
    """Writes the audit to a stream, or nowhere."""

    def __init__(self, stream: BinaryIO | None, header: Header) -> None:
        self._stream = stream
        if stream:
            stream.write(dump_header(header))

    @property
    def is_kept(self) -> bool:
        """Whether anyone will read it."""
        return self._stream is not None

    def add(self, record: Record) -> None:
        """Put a file on record that was dealt with."""
        if self._stream:
            record.write(self._stream)

    def add_lines(self, lines: bytes) -> None:
        """Put a file on record that an earlier run dealt with."""
        if self._stream:
            self._stream.write(lines)

    def fail(self, failure: Failed) -> None:
        """Put a file on record that failed."""
        if self._stream:
            self._stream.write(dump_failure(to_name(failure.path), failure.reason))
