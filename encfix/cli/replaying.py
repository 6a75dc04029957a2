"""What `apply` and `undo` share: files made from other files by an audit, each checked before and after."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import click

from encfix.audit import AuditError, Entry, MismatchError, apply, read, undo
from encfix.cli.arguments import exclude_each_other
from encfix.cli.quoting import named
from encfix.cli.summary import counted, print_failure
from encfix.files import atomic, compression
from encfix.files.destinations import DestinationError, check_output, destination
from encfix.files.names import from_name
from encfix.files.reading import opened
from encfix.files.walking import Failed, Source


class Direction(Enum):
    """Which way an audit is followed."""

    FORTH = ("repair", "repaired")
    BACK = ("restore", "restored")


def replay(audit: Path, root: Path | None, output: Path | None, in_place: bool, direction: Direction) -> None:
    """Follow an audit and exit as the command says: 0 done, 1 something would change, 2 something failed."""
    exclude_each_other(output=output, in_place=in_place)
    entries = 0
    try:
        # Read once to the end before anything is written: half an audit is none.
        sources = [_source(entry, folder) for entry, folder in _entries(audit, root, direction)]
        if output:
            check_output(sources, output)
        changed = failed = 0
        for (entry, _), source in zip(_entries(audit, root, direction), sources, strict=True):
            entries += 1
            try:
                changed += _replay(entry, source, output, in_place, direction)
            except (OSError, MismatchError, DestinationError, compression.CompressionError) as error:
                print_failure(Failed.because(source.path, error))
                failed += 1
    except (OSError, AuditError, DestinationError) as error:
        print_failure(Failed.because(audit, error))
        raise SystemExit(2) from error
    verb = direction.value[1] if output or in_place else f"to {direction.value[0]}"
    click.echo(f"{changed:,} of {counted(entries, 'file')} {verb}" + (f", {failed:,} failed" if failed else ""))
    raise SystemExit(2 if failed else int(bool(changed) and not (output or in_place)))


def _entries(audit: Path, root: Path | None, direction: Direction) -> Iterator[tuple[Entry, Path]]:
    """Yield the entries of an audit, each with the folder that its file is in."""
    with open(audit, "rb") as lines:
        header, entries = read(lines)
        for entry in entries:
            folder = header.output if direction is Direction.BACK and header.output is not None else entry.root
            yield entry, root if root is not None else from_name(folder)


def _source(entry: Entry, folder: Path) -> Source:
    return Source(folder, from_name(entry.file).as_posix(), entry.input.size, is_named=True)


def _replay(entry: Entry, source: Source, output: Path | None, in_place: bool, direction: Direction) -> bool:
    """Make one file; return whether its content changes."""
    settings = None
    if entry.compression:
        with source.open() as stream:
            settings = compression.settings_of(stream, entry.compression)
    with opened(source, entry.compression) as content:
        data = content.read()
    made = (undo if direction is Direction.BACK else apply)(entry, data)
    if output:
        _write(destination(output, source.name), made, settings, model=source.path)
    elif made != data and in_place:
        _write(source.path.resolve(), made, settings)
    elif made != data:
        click.echo(f"would {direction.value[0]}: {named(source.path)}")
    return made != data


def _write(path: Path, content: bytes, settings: compression.Settings | None, model: Path | None = None) -> None:
    with atomic.writing(path, model) as sink, compression.writing(sink, settings, len(content)) as stream:
        stream.write(content)
