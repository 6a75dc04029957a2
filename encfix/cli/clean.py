"""`encfix clean`: repair files and folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import click

from encfix.audit import Content, Entry, Header, dump_entry, dump_failure, dump_header
from encfix.cleaner import Cleaner
from encfix.cli.arguments import (
    FILE_OR_FOLDER,
    effective_options,
    exclude_each_other,
    options_of_cleaning,
    options_of_writing,
)
from encfix.cli.cleaning import Outcome, Writing, clean_files
from encfix.cli.diff import unified
from encfix.cli.summary import Summary, counted, print_skipped, watched
from encfix.files import atomic
from encfix.files.destinations import DestinationError, check_output, destination, distinct, distinct_files
from encfix.files.names import to_name
from encfix.files.text import BOM, LIMIT, SAME, TARGETS
from encfix.files.walking import Failed, Skipped, Source, walk

_COLOURS = {"-": "red", "+": "green", "@": "cyan"}


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=FILE_OR_FOLDER)
@options_of_writing
@click.option("--diff", is_flag=True, help="Print what would change as a unified diff.")
@click.option(
    "--to", default=SAME, show_default=True, type=click.Choice([SAME, *TARGETS]), help="Encoding of the output."
)
@click.option("--allow-lossy", is_flag=True, help="Also write files that could not be decoded strictly.")
@options_of_cleaning
@click.option("--audit", metavar="FILE", type=FILE_OR_FOLDER, help="Write every change to FILE as JSON Lines.")
def clean(
    paths: tuple[Path, ...],
    output: Path | None,
    in_place: bool,
    diff: bool,
    to: str,
    allow_lossy: bool,
    audit: Path | None,
    **flags: Any,
) -> None:
    """Repair text files, and those in folders.

    Without --output, --in-place or --diff, nothing is changed, and what would be is said.
    """
    exclude_each_other(output=output, in_place=in_place, diff=diff)
    options = effective_options(flags)
    found = list(walk(paths))
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
    header = Header.of(options, to_name(output) if output else None)
    try:
        with nullcontext() if audit is None else atomic.writing(audit) as stream:
            trail = _Trail(stream, header)
            for item in found:
                if isinstance(item, Failed):
                    trail.fail(item)
            results = clean_files(sources, Cleaner(options), LIMIT, Writing(to, allow_lossy))
            show = is_done or not sys.stdout.isatty()
            write = _writer(output, in_place, diff)
            _do_all(watched(results, sources, summary, show=show), write, trail, summary)
    except BrokenPipeError:
        raise
    except OSError as error:
        summary.fail(Failed.because(audit or Path(), error))
    summary.print(is_done=is_done, err=diff)
    raise SystemExit(2 if summary.failed else int(bool(summary.changed) and not is_done))


def _do_all(
    outcomes: Iterable[Outcome | Failed], write: Callable[[Outcome], None], trail: _Trail, summary: Summary
) -> None:
    """Write each outcome, then put it on record; what fails is said and counted, and the rest is done.

    A run that is interrupted ends here in order, so that what was done stays on record.
    """
    try:
        for outcome in outcomes:
            failure = outcome if isinstance(outcome, Failed) else _attempt(write, outcome)
            if failure:
                summary.fail(failure)
                trail.fail(failure)
            elif isinstance(outcome, Outcome):
                trail.add(outcome)
                summary.add(outcome)
    except KeyboardInterrupt:
        summary.failed += 1
        click.echo("interrupted; the files counted below were done", err=True)


def _attempt(write: Callable[[Outcome], None], outcome: Outcome) -> Failed | None:
    try:
        write(outcome)
    except BrokenPipeError:
        raise  # whoever read the diff has gone; no file failed
    except (OSError, DestinationError) as error:
        return Failed.because(outcome.source.path, error)
    return None


class _Trail:
    """Writes the audit to a stream, or nowhere."""

    def __init__(self, stream: BinaryIO | None, header: Header) -> None:
        self._stream = stream
        if stream:
            stream.write(dump_header(header))

    def add(self, outcome: Outcome) -> None:
        """Put a file on record that was dealt with."""
        if self._stream:
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
            self._stream.writelines(dump_entry(entry, outcome.file.text))

    def fail(self, failure: Failed) -> None:
        """Put a file on record that failed."""
        if self._stream:
            self._stream.write(dump_failure(to_name(failure.path), failure.reason))


def _writer(output: Path | None, in_place: bool, diff: bool) -> Callable[[Outcome], None]:
    """Return what to do with an outcome."""

    def into_folder(outcome: Outcome) -> None:
        path = destination(output or Path(), outcome.source.name)
        atomic.write(path, outcome.output, model=outcome.source.path)

    def over_itself(outcome: Outcome) -> None:
        if outcome.output != outcome.file.data:
            path = outcome.source.path.resolve()
            if path.read_bytes() != outcome.file.data:
                raise OSError("the file changed while it was being cleaned")
            atomic.write(path, outcome.output)

    def as_diff(outcome: Outcome) -> None:
        mark = BOM * outcome.file.has_mark
        changes = [replace(item, start=item.start + len(mark), end=item.end + len(mark)) for item in outcome.changes]
        name = to_name(outcome.source.path)
        for line in unified(name, mark + outcome.file.text, mark + outcome.text, changes):
            click.secho(line, nl=False, fg=_COLOURS.get(line[0]))

    def as_note(outcome: Outcome) -> None:
        if outcome.changes:
            path, number = to_name(outcome.source.path), len(outcome.changes)
            click.echo(f"would repair: {path}: {counted(number, 'change')}")
        elif outcome.output != outcome.file.data:
            path, (encoding, _) = to_name(outcome.source.path), outcome.target
            click.echo(f"would convert: {path}: {outcome.file.decoded.encoding} to {encoding}")

    if output:
        return into_folder
    if in_place:
        return over_itself
    return as_diff if diff else as_note


def _check_audit(audit: Path, sources: Sequence[Source], output: Path | None) -> None:
    """Raise DestinationError if the audit would overwrite a source or an output."""
    path = os.path.realpath(audit)
    for source in sources:
        if path == os.path.realpath(source.path) or (output and path == os.path.realpath(output / source.name)):
            raise DestinationError(f"the audit would overwrite {source.path}")
