"""`encfix check`: say what is damaged, and change nothing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import click

from encfix.audit import dump, fields, places
from encfix.audit.baseline import BaselineError, Known, dump_baseline, known, read_baseline
from encfix.cleaner import Cleaner
from encfix.cli.arguments import (
    FILE_OR_FOLDER,
    effective,
    options_of_cleaning,
    options_of_format,
    options_of_formats,
    options_of_scope,
    selection_of,
)
from encfix.cli.cleaning import clean_files, fitting
from encfix.cli.outcomes import Outcome, Task
from encfix.cli.placing import ANNOTATION, NOTES, Part, unread
from encfix.cli.printing import PrintingError, say
from encfix.cli.quoting import named, quoted, shown
from encfix.cli.summary import Notes, counted, print_failure, print_skipped
from encfix.files import atomic, remote
from encfix.files.destinations import DestinationError, distinct_files, own_file
from encfix.files.names import to_name
from encfix.files.own import BASELINE
from encfix.files.walking import STANDARD_INPUT, Failed, Skipped, Source, walk
from encfix.result import Change, Finding

_Damage: TypeAlias = Change | Finding


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=FILE_OR_FOLDER)
@click.option("--findings", is_flag=True, help="Count what is uncertain or beyond repair as damage too.")
@click.option("--baseline", metavar="FILE", type=FILE_OR_FOLDER, help="Pass over the damage that FILE knows.")
@click.option("--write-baseline", is_flag=True, help="Make the baseline know all damage that there is now.")
@options_of_format
@options_of_cleaning
@options_of_formats
@options_of_scope
def check(
    paths: tuple[Path, ...], findings: bool, baseline: Path | None, write_baseline: bool, format_: str, **flags: Any
) -> None:
    """Say what is damaged in text files, and those in folders.

    Nothing is changed. Each piece of damage is a line, `file:line:column: rule: before -> after`, or with
    --format json an object as an audit has it. Parts of files that cannot be read are said on standard error; with
    --findings they are damage.
    """
    selection = selection_of(flags)
    configuration = effective(flags)
    if write_baseline:
        baseline = _baseline_to_write(baseline)
    budget = _read(baseline) if baseline and not write_baseline else Counter[Known]()
    found = list(fitting(walk(paths, configuration.scope, selection.type), selection))
    print_skipped([item for item in found if isinstance(item, Skipped)])
    sources = distinct_files([item for item in found if isinstance(item, Source)])
    failures = [item for item in found if isinstance(item, Failed)]
    run = _Run(findings, format_ == "json", baseline, write_baseline, budget)
    task = Task(Cleaner(configuration.options), selection, writing=None)
    for outcome in chain(failures, clean_files(sources, task)):
        run.take(outcome)
    if baseline and write_baseline and (failure := _write(baseline, run.seen)):
        run.take(failure)
    run.print_summary()
    raise SystemExit(2 if run.failed else int(bool(run.pieces) and not write_baseline))


@dataclass(slots=True)
class _Run:
    """What counts as damage and how it is printed; and what was found so far."""

    with_findings: bool
    as_json: bool
    baseline: Path | None
    writes_baseline: bool
    """Whether the baseline is made to know what is found: then nothing is printed."""
    budget: Counter[Known]
    """How often damage may come that the baseline knows; what was met is taken off."""
    seen: list[Known] = field(default_factory=list)
    notes: Notes = field(default_factory=lambda: Notes("--findings prints all"))
    files: int = 0
    damaged: int = 0
    pieces: int = 0
    failed: int = 0

    def take(self, outcome: Outcome | Failed) -> None:
        """Print and count the damage of a file, or that it failed."""
        if isinstance(outcome, Failed):
            print_failure(outcome)
            self.failed += 1
            return
        try:
            pieces = sum(self._pieces(outcome.source.path, part) for part in outcome.parts(None))
        except (BrokenPipeError, PrintingError):
            raise  # nobody reads on, or can: that is no failure of this file
        except Exception as error:
            self.take(Failed.because(outcome.source.path, error))
            return
        self.files += 1
        self.damaged += bool(pieces)
        self.pieces += pieces

    def _pieces(self, path: Path, part: Part) -> int:
        """Print the damage of a run of a file that the baseline does not know; return how much it is."""
        damage = _damage_of(part, with_findings=self.with_findings)
        if not self.with_findings:
            count = sum(item.kind == ANNOTATION for item in part.findings)
            self.notes.add(path, unread(part, NOTES), count)
        if self.baseline is not None:
            names = list(_known(_name(path, self.baseline), part, damage))
            self.seen += names
            damage = list(_beyond(self.budget, damage, names))
        if not self.writes_baseline:
            _print(path, part, damage, as_json=self.as_json)
        return len(damage)

    def print_summary(self) -> None:
        """Say on standard error what was found in all files."""
        self.notes.close()
        told = "known now" if self.writes_baseline else "new" if self.baseline is not None else "found"
        summary = f"{counted(self.files, 'file')}, {self.damaged:,} damaged"
        summary += f", {counted(self.pieces, 'piece')} of damage {told}"
        summary += f", {counted(self.notes.count, 'part')} unread" if self.notes.count else ""
        click.echo(summary + (f", {self.failed:,} failed" if self.failed else ""), err=True)


def _beyond(budget: Counter[Known], damage: Sequence[_Damage], names: Sequence[Known]) -> Iterator[_Damage]:
    """Yield the damage that a baseline does not know, or not so often; what it knows is taken off the `budget`."""
    for item, name in zip(damage, names, strict=True):
        if budget[name] > 0:
            budget[name] -= 1
        else:
            yield item


def _damage_of(part: Part, *, with_findings: bool) -> list[_Damage]:
    """Return the damage of a run of a file, sorted; in a table, by record first."""
    items: list[_Damage] = [change for change in part.changes if change.kind != ANNOTATION]
    items += part.findings if with_findings else ()
    is_table = part.text is None
    return sorted(items, key=lambda item: (getattr(item, "record", 0) if is_table else 0, item.start, item.end))


def _known(name: str, part: Part, damage: Sequence[_Damage]) -> Iterator[Known]:
    """Yield what tells each piece of damage from others; in a table, its column stands for the line around it."""
    if part.new is None:
        for item in damage:
            yield Known(name, item.rules, item.before, item.after, getattr(item, "field", ""), "")
    else:
        yield from known(name, part.new, part.changes, damage, part.offset)


def _print(path: Path, part: Part, damage: Sequence[_Damage], *, as_json: bool) -> None:
    name = to_name(path)
    for place, item in zip(places(damage, part.text, part.offset, part.line), damage, strict=True):
        if as_json:
            say(dump(fields(name, place, item)), nl=False)
            continue
        where = click.style(named(path), bold=True) + ":{}:{}".format(*place)
        rules = click.style("+".join(item.rules), fg="yellow" if isinstance(item, Finding) else "red")
        becomes = f" -> {quoted(item.after)}" if item.after != item.before else ""
        left = f" ({shown(item.reason)}; left as it is)" if isinstance(item, Finding) else ""
        say(f"{where}: {rules}: {quoted(item.before)}{becomes}{left}")


def _read(path: Path) -> Counter[Known]:
    try:
        with open(path, "rb") as lines:
            return read_baseline(lines)
    except FileNotFoundError as error:
        raise click.UsageError(f"the baseline {named(path)}: {error.strerror}; --write-baseline makes it") from error
    except (OSError, BaselineError) as error:
        reason = Failed.because(path, error).reason
        raise click.UsageError(f"the baseline {named(path)}: {shown(reason)}") from error


def _baseline_to_write(path: Path | None) -> Path:
    """Return where the baseline lies that is to be written. Raises click.UsageError if there can be none."""
    if path is None:
        raise click.UsageError("--write-baseline needs --baseline FILE")
    try:
        return own_file(path, BASELINE)
    except DestinationError as error:
        raise click.UsageError(shown(str(error))) from error


def _write(path: Path, seen: Sequence[Known]) -> Failed | None:
    """Write the baseline; return why that failed, if it did."""
    try:
        with atomic.writing(path) as stream:
            stream.writelines(dump_baseline(seen))
    except OSError as error:
        return Failed.because(path, error)
    return None


def _name(path: Path, baseline: Path) -> str:
    """Return a path as it is called from the folder of the baseline, wherever the command runs."""
    if remote.is_remote(path) or path == STANDARD_INPUT:
        return to_name(path)
    try:
        return to_name(Path(os.path.relpath(os.path.realpath(path), os.path.realpath(baseline.parent))).as_posix())
    except ValueError:  # on another drive
        return to_name(path)
