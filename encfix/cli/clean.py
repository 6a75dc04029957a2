"""`encfix clean`: repair files and folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import click

from encfix.audit import Header
from encfix.cleaner import Cleaner
from encfix.cli.arguments import (
    FILE_OR_FOLDER,
    effective_options,
    exclude_each_other,
    options_of_cleaning,
    options_of_formats,
    options_of_writing,
    selection_of,
)
from encfix.cli.cleaning import ERRORS, Outcome, Streamed, clean_files
from encfix.cli.diff import unified
from encfix.cli.placing import Part
from encfix.cli.recording import Journal, Record, Trail, content_of, remove_leftovers
from encfix.cli.summary import Summary, counted, print_skipped, watched
from encfix.files import atomic
from encfix.files.destinations import DestinationError, check_output, destination, distinct, distinct_files
from encfix.files.formats.base import Selection
from encfix.files.names import to_name
from encfix.files.text import BOM, LIMIT
from encfix.files.types import STREAMED, kind_of
from encfix.files.walking import Failed, Skipped, Source, walk

_COLOURS = {"-": "red", "+": "green", "@": "cyan"}


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=FILE_OR_FOLDER)
@options_of_writing
@click.option("--diff", is_flag=True, help="Print what would change as a unified diff.")
@options_of_cleaning
@options_of_formats
@click.option("--resume", is_flag=True, help="Go on where a run was killed that had the same arguments.")
@click.option("--audit", metavar="FILE", type=FILE_OR_FOLDER, help="Write every change to FILE as JSON Lines.")
def clean(
    paths: tuple[Path, ...],
    output: Path | None,
    in_place: bool,
    diff: bool,
    resume: bool,
    audit: Path | None,
    **flags: Any,
) -> None:
    """Repair text files, and those in folders.

    Without --output, --in-place or --diff, nothing is changed, and what would be is said.
    """
    exclude_each_other(output=output, in_place=in_place, diff=diff)
    if resume and not (output or in_place):
        raise click.UsageError("--resume needs --output or --in-place")
    selection = selection_of(flags)
    options = effective_options(flags)
    found = list(walk(paths, selection.type) if selection.type else walk(paths))
    summary = Summary()
    for item in found:
        if isinstance(item, Failed):
            summary.fail(item)
    sources = [source for source in found if isinstance(source, Source)]
    sources = distinct(sources) if output else distinct_files(sources)
    try:
        if output:
            check_output(sources, output)
        if audit:
            _check_audit(audit, sources, output)
    except DestinationError as error:
        raise click.UsageError(str(error)) from error
    print_skipped([item for item in found if isinstance(item, Skipped)])
    is_done = bool(output or in_place)
    header = Header.of(options, to_name(output) if output else None, selection._asdict())
    if resume:
        written = [(output / source.output_name if output else source.path.resolve()).parent for source in sources]
        remove_leftovers([*written, audit.parent] if audit else written)
    journal = None
    try:
        with nullcontext() if audit is None else atomic.writing(audit) as stream:
            trail = Trail(stream, header)
            for item in found:
                if isinstance(item, Failed):
                    trail.fail(item)
            if sources and is_done and (output or audit):
                journal = Journal(_journal_path(audit, output), header, audit, resumes=resume)
                sources = _without_done(sources, journal, trail, selection, output)
            results = clean_files(sources, Cleaner(options), LIMIT, selection)
            show = is_done or not sys.stdout.isatty()
            write = _writer(output, in_place, diff)
            is_finished = _do_all(watched(results, sources, summary, show=show), write, trail, journal, summary)
        if journal:
            journal.close(is_finished=is_finished)
    except BrokenPipeError:
        raise
    except OSError as error:
        summary.fail(Failed.because(audit or Path(), error))
    summary.print(is_done=is_done, err=diff)
    raise SystemExit(2 if summary.failed else int(bool(summary.changed) and not is_done))


def _journal_path(audit: Path | None, output: Path | None) -> Path:
    """Return where the journal is while the run lasts, under a name that walking passes over."""
    if audit:
        return audit.with_name(f".encfix-{audit.name}.tmp")
    folder = output or Path()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / ".encfix-journal.tmp"


def _without_done(
    sources: Sequence[Source], journal: Journal, trail: Trail, selection: Selection, output: Path | None
) -> list[Source]:
    """Return the sources that are still to do; the others are on record already."""
    left = []
    for source in sources:
        lines = journal.lines(source, kind_of(source.name, selection.type), output)
        if lines is None:
            left.append(source)
        else:
            trail.add_lines(lines)
    if len(left) < len(sources):
        click.echo(f"resumed: {counted(len(sources) - len(left), 'file')} done before", err=True)
    return left


_Write: TypeAlias = Callable[["Outcome | Streamed", Callable[[Part], None], Callable[[], None]], None]
"""Writes an outcome; calls the first with each part of it, and the second when all that is left is the rename."""


def _do_all(
    outcomes: Iterable[Outcome | Streamed | Failed],
    write: _Write,
    trail: Trail,
    journal: Journal | None,
    summary: Summary,
) -> bool:
    """Write each outcome, then put it on record; what fails is said and counted, and the rest is done.

    A run that is interrupted ends here in order, so that what was done stays on record. Returns whether it was not.
    """
    try:
        for outcome in outcomes:
            if isinstance(outcome, Failed):
                failure: Failed | None = outcome
            else:
                record = Record(outcome, is_kept=trail.is_kept)
                with closing(record):
                    failure = _attempt(write, outcome, record, journal)
                    if failure is None:
                        trail.add(record)
                        summary.add(record)
            if failure:
                summary.fail(failure)
                trail.fail(failure)
    except KeyboardInterrupt:
        summary.failed += 1
        click.echo("interrupted; the files counted below were done", err=True)
        return False
    return True


def _attempt(write: _Write, outcome: Outcome | Streamed, record: Record, journal: Journal | None) -> Failed | None:
    try:
        write(outcome, record.add, lambda: journal.add(record) if journal else None)
    except BrokenPipeError:
        raise  # whoever read the diff has gone; no file failed
    except (*ERRORS, DestinationError) as error:
        return Failed.because(outcome.source.path, error)
    return None


class _UnchangedError(Exception):
    """A file is the same as before, so there is nothing to put in its place."""


def _writer(output: Path | None, in_place: bool, diff: bool) -> _Write:
    """Return what to do with an outcome."""

    def into_folder(outcome: Outcome | Streamed, take: Callable[[Part], None], is_ready: Callable[[], None]) -> None:
        path = destination(output or Path(), outcome.source.output_name)
        with atomic.writing(path, model=outcome.source.path) as stream:
            for part in outcome.parts(stream):
                take(part)
            is_ready()

    def over_itself(outcome: Outcome | Streamed, take: Callable[[Part], None], is_ready: Callable[[], None]) -> None:
        if isinstance(outcome, Outcome) and outcome.output == outcome.file.data:
            for part in outcome.parts(None):
                take(part)
            is_ready()
            return
        if outcome.kind.type == "warc":
            raise DestinationError("an archive is not written, its text goes out as JSON Lines: use --output")
        path = outcome.source.path.resolve()
        before = path.stat()
        with suppress(_UnchangedError), atomic.writing(path) as stream:
            for part in outcome.parts(stream):
                take(part)
            _check_unchanged(outcome, path, before)
            is_ready()
            if outcome.output_content == outcome.input_content:
                raise _UnchangedError

    def as_diff(outcome: Outcome | Streamed, take: Callable[[Part], None], is_ready: Callable[[], None]) -> None:
        if outcome.kind.type in STREAMED:
            raise DestinationError(f"a {outcome.kind.type} file has no lines to show; leave --diff out")
        parts = list(outcome.parts(None))
        mark = BOM * (isinstance(outcome, Outcome) and outcome.file.has_mark)
        changes = []
        for part in parts:
            take(part)
            changes += [replace(c, start=c.start + len(mark), end=c.end + len(mark)) for c in part.changes]
        name = to_name(outcome.source.path)
        old, new = "".join(part.text or "" for part in parts), "".join(part.new or "" for part in parts)
        for line in unified(name, mark + old, mark + new, changes):
            click.secho(line, nl=False, fg=_COLOURS.get(line[0]))

    def as_note(outcome: Outcome | Streamed, take: Callable[[Part], None], is_ready: Callable[[], None]) -> None:
        number = 0
        for part in outcome.parts(None):
            take(part)
            number += len(part.changes)
        if number:
            click.echo(f"would repair: {to_name(outcome.source.path)}: {counted(number, 'change')}")

    if output:
        return into_folder
    if in_place:
        return over_itself
    return as_diff if diff else as_note


def _check_unchanged(outcome: Outcome | Streamed, path: Path, before: os.stat_result) -> None:
    """Raise OSError if the file is not the one that was cleaned."""
    now = path.stat()
    is_same = (before.st_ino, before.st_size, before.st_mtime_ns) == (now.st_ino, now.st_size, now.st_mtime_ns)
    if is_same and isinstance(outcome, Outcome):
        is_same = content_of(path, outcome.kind) == outcome.input_content
    if not is_same:
        raise OSError("the file changed while it was being cleaned")


def _check_audit(audit: Path, sources: Sequence[Source], output: Path | None) -> None:
    """Raise DestinationError if the audit would overwrite a source or an output."""
    path = os.path.realpath(audit)
    for source in sources:
        if path == os.path.realpath(source.path) or (output and path == os.path.realpath(output / source.output_name)):
            raise DestinationError(f"the audit would overwrite {source.path}")
