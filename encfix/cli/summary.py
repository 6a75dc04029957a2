"""What a run says: failures as they come, a bar where someone watches, a table by kind at the end."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import click

from encfix.audit import encode
from encfix.cli.placing import ANNOTATION, NOTES, Unread
from encfix.cli.processing import Done
from encfix.cli.quoting import named, shown
from encfix.files.names import to_name
from encfix.files.walking import Failed, Skipped, Source
from encfix.rules import KINDS

_Item = TypeVar("_Item")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "file"), counted(2000, "file")
    ('1 file', '2,000 files')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def print_failure(failure: Failed) -> None:
    """Say on standard error which file failed, and why."""
    click.echo(f"{click.style('error', fg='red')}: {named(failure.path)}: {shown(failure.reason)}", err=True)


def print_skipped(skipped: Sequence[Skipped]) -> None:
    """Say on standard error how many files were passed over for which reason, with an example of each."""
    by_reason: dict[str, list[Path]] = defaultdict(list)
    for item in skipped:
        by_reason[item.reason].append(item.path)
    for reason, paths in sorted(by_reason.items()):
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        click.echo(f"skipped: {named(paths[0])}{more}: {shown(reason)}", err=True)


class Notes:
    """Says on standard error what could not be read: the first few parts of files, and at the end how many more."""

    def __init__(self, hint: str) -> None:
        self._hint = hint
        self._said = self.count = 0

    def add(self, path: Path, first: Sequence[Unread], count: int) -> None:
        """Take so many parts of a file, of which `first` has some."""
        for item in first[: NOTES - self._said]:
            where = named(path) + (f":{item.line}" if item.line else "")
            click.echo(f"{click.style('unread', fg='yellow')}: {where}: {shown(item.reason)}", err=True)
            self._said += 1
        self.count += count

    def close(self) -> None:
        """Say how many were not said."""
        if self.count > self._said:
            click.echo(f"unread: {self.count - self._said:,} more: {self._hint}", err=True)


class Summary:
    """Counts what was done, and says it at the end."""

    def __init__(self) -> None:
        self.started = perf_counter()
        self.files = self.changed = self.failed = self.characters = self.bytes = 0
        self.changes: Counter[str] = Counter()
        self.findings: Counter[str] = Counter()
        self.touched: Counter[str] = Counter()
        """For each kind, the files that have it."""
        self.failures: list[Failed] = []
        self.skipped: list[Skipped] = []
        self._notes = Notes("--audit FILE has all")

    def skip(self, skipped: Sequence[Skipped]) -> None:
        """Take the files that were passed over, and say them."""
        self.skipped += skipped
        print_skipped(skipped)

    def add(self, done: Done) -> None:
        """Count a cleaned file."""
        self.files += 1
        self.changed += done.is_changed
        self.characters += done.characters
        self.bytes += done.size
        self.changes += done.changes
        self.findings += done.findings
        self.touched.update(done.changes.keys() | done.findings.keys())
        self._notes.add(done.source.path, done.unread, done.findings[ANNOTATION])

    def fail(self, failure: Failed) -> None:
        """Count a failure and say it."""
        self.failed += 1
        self.failures.append(failure)
        print_failure(failure)

    def print_json(self, *, is_done: bool, err: bool = False) -> None:
        """Print all counts as one JSON object."""
        self._notes.close()
        kinds = {
            kind: {"files": self.touched[kind], "changes": self.changes[kind], "findings": self.findings[kind]}
            for kind in (*KINDS, ANNOTATION)
            if self.touched[kind]
        }
        record = {
            "files": self.files,
            "characters": self.characters,
            "bytes": self.bytes,
            "repaired" if is_done else "to_repair": self.changed,
            "changes": self.changes.total(),
            "findings": self.findings.total(),
            "kinds": kinds,
            "failed": self.failed,
            "failures": [{"path": to_name(item.path), "reason": item.reason} for item in self.failures],
            "skipped": [{"path": to_name(item.path), "reason": item.reason} for item in self.skipped],
            "seconds": round(perf_counter() - self.started, 3),
        }
        click.echo(encode(record), err=err)

    def print(self, *, is_done: bool, err: bool = False) -> None:
        """Print a row a kind, if there is any, and the totals."""
        self._notes.close()
        if self.touched:
            self._print_table(err)
        verb = "repaired" if is_done else "to repair"
        parts = [
            counted(self.files, "file"),
            counted(self.characters, "character"),
            f"{counted(self.changed, 'file')} {verb}",
            counted(self.changes.total(), "change"),
            counted(self.findings.total(), "finding"),
        ]
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        if (sys.stderr if err else sys.stdout).isatty():
            seconds = perf_counter() - self.started
            parts.append(f"{seconds:.1f} s, {self.bytes / max(seconds, 1e-9) / 1e6:,.1f} MB/s")
        click.echo(", ".join(parts), err=err)

    def _print_table(self, err: bool) -> None:
        from rich.console import Console
        from rich.table import Table

        table = Table("kind", box=None, pad_edge=False, header_style="bold")
        for heading in ("files", "changes", "findings"):
            table.add_column(heading, justify="right")
        for kind in (*KINDS, ANNOTATION):
            if self.touched[kind]:
                counts = (self.touched[kind], self.changes[kind], self.findings[kind])
                table.add_row(kind, *(f"{count:,}" for count in counts))
        Console(file=sys.stderr if err else sys.stdout, highlight=False).print(table)


def watched(items: Iterable[_Item], sources: Sequence[Source], done: Summary, *, show: bool) -> Iterator[_Item]:
    """Yield `items` under a progress bar on standard error that follows the bytes `done`."""
    if not (show and sys.stderr.isatty()):
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        BarColumn(),
        TextColumn("{task.fields[files]:,} files, {task.fields[changes]:,} changes"),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    total = sum(source.size for source in sources)
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("", total=total, files=0, changes=0)
        for item in items:
            yield item
            changes = done.changes.total()
            progress.update(task, completed=done.bytes, files=done.files, changes=changes)
