"""What is on record of a file that was cleaned: counts for the summary, and its lines for the audit, part by part."""

from __future__ import annotations

import tempfile
from collections import Counter
from typing import IO, BinaryIO

from encfix.audit import Entry, dump_file, dump_items
from encfix.cli.outcomes import Outcome
from encfix.cli.placing import ANNOTATION, NOTES, Part, Unread, unread
from encfix.files.names import to_name

_SPOOL = 2**20
"""Bytes of records of one file that are kept in memory before they go to disk."""


class Record:
    """What is on record of one file; many lines wait on disk until they are all there."""

    def __init__(self, outcome: Outcome, *, is_kept: bool) -> None:
        self.outcome = outcome
        self.characters = self.bytes = 0
        self.changes: Counter[str] = Counter()
        self.findings: Counter[str] = Counter()
        self.unread: list[Unread] = []
        """The first parts of the file that could not be read."""
        self._name = to_name(outcome.source.name)
        self._lines: tuple[IO[bytes], IO[bytes]] | None = None
        if is_kept:
            self._lines = _spool(), _spool()

    def add(self, part: Part) -> None:
        """Take what was done to a part of the file."""
        self.characters += part.characters
        self.bytes += part.size
        self.changes.update(kind for kind, *_ in part.rows)
        self.findings.update(finding.kind for finding in part.findings)
        self.unread += unread(part, NOTES - len(self.unread))
        if self._lines:
            place = (part.text, part.offset, part.line)
            self._lines[0].writelines(dump_items(self._name, part.changes, *place))
            self._lines[1].writelines(dump_items(self._name, part.findings, *place))

    @property
    def repairs(self) -> int:
        """How many changes are repairs."""
        return self.changes.total() - self.changes[ANNOTATION]

    def write(self, stream: BinaryIO) -> None:
        """Write the lines of the file, which must have been read to its end. Raises EncodingError."""
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
