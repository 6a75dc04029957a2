"""`encfix clean`: repair files and folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import click

from encfix.audit import Header, dump_failure, dump_header
from encfix.cleaner import Cleaner
from encfix.cli.arguments import (
    FILE_OR_FOLDER,
    effective,
    exclude_each_other,
    options_of_cleaning,
    options_of_format,
    options_of_scope,
    options_of_writing,
)
from encfix.cli.cleaning import Writing
from encfix.cli.parallel import process
from encfix.cli.processing import Done, Mode, Processing
from encfix.cli.summary import Summary, counted, print_skipped, watched
from encfix.files import atomic
from encfix.files.destinations import DestinationError, check_output, distinct, distinct_files
from encfix.files.names import to_name
from encfix.files.text import SAME, TARGETS
from encfix.files.walking import STANDARD_INPUT, Failed, Skipped, Source, walk


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=FILE_OR_FOLDER)
@options_of_writing
@click.option("--diff", is_flag=True, help="Print what would change as a unified diff.")
@click.option("--stdout", is_flag=True, help="Print the repaired text.")
@click.option(
    "--to", default=SAME, show_default=True, type=click.Choice([SAME, *TARGETS]), help="Encoding of the output."
)
@click.option("--allow-lossy", is_flag=True, help="Also write files that could not be decoded strictly.")
@options_of_cleaning
@options_of_scope
@click.option("--audit", metavar="FILE", type=FILE_OR_FOLDER, help="Write every change to FILE as JSON Lines.")
@click.option("--jobs", "-j", metavar="N", type=click.IntRange(0), default=1, help="Processes; 0: one a processor.")
@options_of_format
def clean(
    paths: tuple[Path, ...],
    output: Path | None,
    in_place: bool,
    diff: bool,
    stdout: bool,
    to: str,
    allow_lossy: bool,
    audit: Path | None,
    jobs: int,
    format_: str,
    **flags: Any,
) -> None:
    """Repair text files, and those in folders.

    Without --output, --in-place, --diff or --stdout, nothing is changed, and what would be is said. PATH - is
    standard input, which goes to standard output.
    """
    mode = _mode(output=output, in_place=in_place, diff=diff, stdout=stdout)
    if STANDARD_INPUT in paths:
        if mode in (Mode.OUTPUT, Mode.IN_PLACE):
            raise click.UsageError(f"standard input goes to standard output, not where --{mode.option} says")
        mode = Mode.STDOUT if mode is Mode.NOWHERE else mode
    configuration = effective(flags)
    found = list(walk(paths, configuration.scope))
    summary = Summary()
    failures = [item for item in found if isinstance(item, Failed)]
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
    header = Header.of(configuration.options, to_name(output) if output else None)
    writing = Writing(to, allow_lossy)
    processing = Processing(Cleaner(configuration.options), mode, output, writing, is_recorded=audit is not None)
    try:
        with nullcontext() if audit is None else atomic.writing(audit) as record:
            if record:
                record.write(dump_header(header))
            _do_all(failures, record, summary)
            results = process(processing, sources, jobs or os.cpu_count() or 1)
            show = mode.is_done or not sys.stdout.isatty()
            notes = mode is Mode.NOWHERE and format_ == "text"
            _do_all(watched(results, sources, summary, show=show), record, summary, notes=notes)
    except BrokenPipeError:
        raise
    except OSError as error:
        summary.fail(Failed.because(audit or Path(), error))
    if format_ == "json":
        summary.print_json(is_done=mode.is_done, err=mode.takes_stdout)
    else:
        summary.print(is_done=mode.is_done, err=mode.takes_stdout)
    raise SystemExit(2 if summary.failed else int(bool(summary.changed) and not mode.is_done))


def _mode(**chosen: object) -> Mode:
    """Return the mode that the flags name, or none."""
    exclude_each_other(**chosen)
    return next((Mode(name) for name, value in chosen.items() if value), Mode.NOWHERE)


def _do_all(
    results: Iterable[Done | Failed], record: BinaryIO | None, summary: Summary, *, notes: bool = False
) -> None:
    """Put every file on record, show and count it; a run that is interrupted ends here in order.

    So what was done stays on record.
    """
    try:
        for result in results:
            if isinstance(result, Failed):
                summary.fail(result)
                if record:
                    record.write(dump_failure(to_name(result.path), result.reason))
                continue
            if record:
                record.write(result.record)
            summary.add(result)
            if result.shown:
                click.echo(result.shown, nl=False)
            elif notes and result.is_changed:
                click.echo(f"would {_note(result)}")
    except KeyboardInterrupt:
        summary.failed += 1
        click.echo("interrupted; the files counted below were done", err=True)


def _note(done: Done) -> str:
    """Return what would be done to a file."""
    path = to_name(done.source.path)
    if done.changes:
        return f"repair: {path}: {counted(done.changes.total(), 'change')}"
    return f"convert: {path}: {done.encodings[0]} to {done.encodings[1]}"


def _check_audit(audit: Path, sources: Sequence[Source], output: Path | None) -> None:
    """Raise DestinationError if the audit would overwrite a source or an output."""
    path = os.path.realpath(audit)
    for source in sources:
        if path == os.path.realpath(source.path) or (output and path == os.path.realpath(output / source.name)):
            raise DestinationError(f"the audit would overwrite {source.path}")
