"""`encfix clean`: repair files and folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from encfix.audit import AuditError, Header, dump_failure, dump_header
from encfix.audit import read as read_audit
from encfix.cleaner import Cleaner
from encfix.cli.arguments import (
    FILE_OR_FOLDER,
    effective,
    exclude_each_other,
    options_of_annotations,
    options_of_cleaning,
    options_of_format,
    options_of_formats,
    options_of_scope,
    options_of_writing,
    selection_of,
)
from encfix.cli.cleaning import fitting
from encfix.cli.journal import Journal, JournalError, Lines, is_done, key_of, remove_leftovers
from encfix.cli.outcomes import Task
from encfix.cli.parallel import process
from encfix.cli.printing import say
from encfix.cli.processing import Done, Mode, Processing
from encfix.cli.quoting import named, shown
from encfix.cli.summary import Summary, counted, watched
from encfix.files import atomic, remote
from encfix.files.charset import SAME, TARGETS
from encfix.files.destinations import DestinationError, check_output, distinct, distinct_files, named_file
from encfix.files.names import to_name
from encfix.files.text import Writing
from encfix.files.types import kind_of
from encfix.files.walking import STANDARD_INPUT, Failed, Skipped, Source, walk


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=FILE_OR_FOLDER)
@options_of_writing
@click.option("--diff", is_flag=True, help="Print what would change as a unified diff.")
@click.option("--stdout", is_flag=True, help="Print the repaired files, packed as they are.")
@click.option(
    "--to", default=SAME, show_default=True, type=click.Choice([SAME, *TARGETS]), help="Encoding of the output."
)
@click.option("--allow-lossy", is_flag=True, help="Also write files that could not be decoded strictly.")
@options_of_cleaning
@options_of_formats
@options_of_annotations
@options_of_scope
@click.option("--audit", metavar="FILE", type=FILE_OR_FOLDER, help="Write every change to FILE as JSON Lines.")
@click.option("--resume", is_flag=True, help="Go on with a run that was killed and had the same arguments.")
@click.option(
    "--jobs",
    "-j",
    metavar="N",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="How many processes work; 0: one a processor.",
)
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
    resume: bool,
    jobs: int,
    format_: str,
    **flags: Any,
) -> None:
    """Repair text files, and those in folders.

    Without --output, --in-place, --diff or --stdout, nothing is changed, and what would be is said. PATH - is
    standard input, which goes to standard output.
    """
    mode = _mode(paths, output=output, in_place=in_place, diff=diff, stdout=stdout)
    if resume:
        _check_resume(mode, output, audit)
    selection, writing = selection_of(flags), Writing(to, allow_lossy)
    configuration = effective(flags)
    found = list(fitting(walk(paths, configuration.scope, selection.type), selection))
    failures = [item for item in found if isinstance(item, Failed)]
    sources = [source for source in found if isinstance(source, Source)]
    sources = distinct(sources) if output else distinct_files(sources)
    try:
        if output:
            check_output(sources, output)
        if audit:
            audit = _audit_file(audit, sources, output, resume=resume)
    except DestinationError as error:
        raise click.UsageError(shown(str(error))) from error
    summary = Summary()
    summary.skip([item for item in found if isinstance(item, Skipped)])
    asked = {**selection._asdict(), **writing._asdict()}
    header = Header.of(configuration.options, to_name(output) if output else None, asked)
    run = _Run(Task(Cleaner(configuration.options), selection, writing), header, mode, output, audit, resume)
    try:
        run.do(sources, failures, summary, jobs or os.cpu_count() or 1, notes=format_ == "text")
    except BrokenPipeError:
        raise
    except OSError as error:
        summary.fail(Failed.because(_blamed(error) or audit or output or Path(), error))
    say_all = summary.print_json if format_ == "json" else summary.print
    say_all(is_done=mode.is_done, err=mode.takes_stdout)
    raise SystemExit(2 if summary.failed else int(bool(summary.changed) and not mode.is_done))


@dataclass(frozen=True, slots=True)
class _Run:
    """What is done to files, where the output goes, and what is on record of it."""

    task: Task
    header: Header
    mode: Mode
    output: Path | None
    audit: Path | None
    is_resumed: bool

    def do(
        self, sources: Sequence[Source], failures: Sequence[Failed], summary: Summary, jobs: int, *, notes: bool
    ) -> None:
        """Clean all files and count what was done; `notes` says that what would be done is said. Raises OSError."""
        if self.is_resumed:
            remove_leftovers(self._folders(sources))
        with nullcontext() if self.audit is None else atomic.writing(self.audit) as record:
            is_kept = self.audit or (self.output and not remote.is_remote(self.output))
            journal = None
            if is_kept and (sources or self.audit):
                journal = Journal.of(self.header, self.audit, self.output, self.mode.value)
            if record:
                record.write(dump_header(self.header))
            _do_all(failures, record, summary)
            if self.is_resumed:
                sources = self._left(sources, journal, record)
            elif journal:
                _check_left(journal, self.mode)
                journal.remove()
            processing = Processing(self.task, self.mode, self.output, journal, is_recorded=self.audit is not None)
            results = process(processing, sources, jobs)
            shown = watched(results, sources, summary, show=self.mode.is_done or not sys.stdout.isatty())
            is_finished = _do_all(shown, record, summary, notes=notes and self.mode is Mode.NOWHERE)
        if journal:
            journal.close()
            if is_finished:
                journal.remove()

    def _folders(self, sources: Sequence[Source]) -> list[Path]:
        """Return the folders of this machine that are written to."""
        paths = [self.output / source.output_name if self.output else source.path.resolve() for source in sources]
        folders = [path.parent for path in ([*paths, self.audit] if self.audit else paths)]
        return [folder for folder in folders if not remote.is_remote(folder)]

    def _left(self, sources: Sequence[Source], journal: Journal | None, record: BinaryIO | None) -> list[Source]:
        """Return the sources that are still to do, and put the others on record as a run that was killed did."""
        if journal is None:
            return list(sources)
        try:
            done = journal.done(self.audit)
        except JournalError as error:
            raise click.UsageError(shown(str(error))) from error
        meant = set(map(key_of, sources))
        for key, (_, lines) in done.items():
            if key not in meant:  # what was done to other files must stay on record too
                _copy(lines, record)
        left: list[Source] = []
        for source in sources:
            before = done.get(key_of(source))
            kind = kind_of(source.name, self.task.selection.type)
            if before and is_done(before[0], source, kind, self.output):
                _copy(before[1], record)
            else:
                left.append(source)
        if len(left) < len(sources):
            click.echo(f"resumed: {counted(len(sources) - len(left), 'file')} done before", err=True)
        return left


def _blamed(error: OSError) -> Path | None:
    """Return the file or folder that an error is about, unless it is a temporary one, which nobody asked for."""
    path = Path(os.fsdecode(error.filename)) if error.filename else None
    return path if path and not atomic.is_temporary(path.name) else None


def _mode(paths: Sequence[Path], **chosen: object) -> Mode:
    """Return the mode that the flags name; without one, standard input goes to standard output, and files nowhere.

    Raises click.UsageError for flags that exclude each other, or standard input.
    """
    exclude_each_other(**chosen)
    mode = next((Mode(name) for name, value in chosen.items() if value), Mode.NOWHERE)
    if STANDARD_INPUT not in paths:
        return mode
    if mode in (Mode.OUTPUT, Mode.IN_PLACE):
        raise click.UsageError(f"standard input goes to standard output, not where --{mode.option} says")
    return Mode.STDOUT if mode is Mode.NOWHERE else mode


def _check_resume(mode: Mode, output: Path | None, audit: Path | None) -> None:
    """Raise click.UsageError where a run leaves nothing to go on from."""
    if mode not in (Mode.OUTPUT, Mode.IN_PLACE):
        raise click.UsageError("--resume needs --output or --in-place")
    if output and remote.is_remote(output) and not audit:
        raise click.UsageError("--resume needs --audit where the output is not on this machine")


def _check_left(journal: Journal, mode: Mode) -> None:
    """Raise click.UsageError if a run in place was killed whose journal alone can take back what it did."""
    if mode is Mode.IN_PLACE and (path := next(journal.others(), None)):
        raise click.UsageError(
            f"{named(path)} is of a run that was killed, or still works, and without it what that run did cannot be "
            "undone: go on with --resume, or move the file away, which is an audit itself"
        )


def _copy(lines: Lines, record: BinaryIO | None) -> None:
    if record:
        lines.copy(record)


def _do_all(
    results: Iterable[Done | Failed], record: BinaryIO | None, summary: Summary, *, notes: bool = False
) -> bool:
    """Put every file on record, show and count it; a run that is interrupted ends here in order.

    So what was done stays on record. Returns whether the run came to its end.
    """
    try:
        for result in results:
            if isinstance(result, Failed):
                summary.fail(result)
                if record:
                    record.write(dump_failure(to_name(result.path), result.reason))
                continue
            if result.lines:
                _copy(result.lines, record)
            summary.add(result)
            if result.shown:
                say(result.shown, nl=False)
            elif notes and result.is_changed:
                say(f"would {_note(result)}")
    except KeyboardInterrupt:
        summary.failed += 1
        click.echo("interrupted; the files counted below were done", err=True)
        return False
    return True


def _note(done: Done) -> str:
    """Return what would be done to a file."""
    path = named(done.source.path)
    if done.repairs:
        return f"repair: {path}: {counted(done.repairs, 'change')}"
    if done.encodings[0] == done.encodings[1] and done.changes:
        return f"annotate: {path}"
    return f"convert: {path}: {done.encodings[0]} to {done.encodings[1]}"


def _audit_file(audit: Path, sources: Sequence[Source], output: Path | None, *, resume: bool) -> Path:
    """Return where the audit is to be written.

    It takes the place of the audit of copies, which can be made again, and never of what may be needed to take a run
    back. Raises DestinationError if it would overwrite that, a source, or an output.
    """
    if remote.is_remote(audit):
        raise DestinationError("an audit must be on this machine, so that a run that is killed can go on with it")
    audit = named_file(audit)
    path = os.path.realpath(audit)
    for source in sources:
        if path == os.path.realpath(source.path) or (output and path == os.path.realpath(output / source.output_name)):
            raise DestinationError(f"the audit would overwrite {to_name(source.path)}")
    if not resume and audit.exists() and audit.stat().st_size and not _is_of_copies(audit):
        raise DestinationError(
            f"{to_name(audit)} exists: it may be needed to take back what it says; move it away, or give another name"
        )
    return audit


def _is_of_copies(audit: Path) -> bool:
    """Return whether a file is the audit of a run that wrote copies: what it read is still there to read again."""
    with suppress(OSError, AuditError), open(audit, "rb") as lines:
        return read_audit(lines)[0].output is not None
    return False
