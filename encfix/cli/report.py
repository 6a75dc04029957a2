"""`encfix report`: an audit as a page to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from encfix.audit import AuditError, Content, Entry, Header, read, undo
from encfix.cli.arguments import FILE_OR_FOLDER
from encfix.cli.quoting import named, shown
from encfix.cli.summary import counted, print_failure
from encfix.files import atomic
from encfix.files.destinations import DestinationError, own_file
from encfix.files.formats.chunking import LARGEST
from encfix.files.names import from_name
from encfix.files.own import REPORT
from encfix.files.reading import opened
from encfix.files.types import STREAMED
from encfix.files.walking import Failed, Source


@click.command()
@click.argument("audit", type=FILE_OR_FOLDER)
@click.option("--output", "-o", metavar="FILE", type=FILE_OR_FOLDER, required=True, help="Write the page here.")
@click.option("--root", metavar="DIR", type=FILE_OR_FOLDER, help="Where the inputs are, if not where they were.")
@click.option("--limit", metavar="N", type=click.IntRange(0), help="List no more changes than this; else 100,000.")
def report(audit: Path, output: Path, root: Path | None, limit: int | None) -> None:
    """Write what an AUDIT says as one page of HTML.

    Each change is shown in its text, as it was and as it is, if the file is still there, cleaned or not; else
    alone. Totals and charts count everything, whatever is listed.
    """
    from encfix.report import LIMIT, gather, render

    try:
        output = own_file(output, REPORT)
    except DestinationError as error:
        raise click.UsageError(shown(str(error))) from error
    blamed = audit
    try:
        with open(audit, "rb") as lines:
            header, entries = read(lines)
            gathered = gather(header, entries, _reader(header, root), LIMIT if limit is None else limit)
        blamed = output
        atomic.write(output, render(gathered))
    except (OSError, AuditError) as error:
        print_failure(Failed.because(blamed, error))
        raise SystemExit(2) from error
    listed = counted(len(gathered.rows), "change")
    click.echo(f"{named(output)}: {counted(gathered.files, 'file')}, {listed} listed", err=True)


def _reader(header: Header, root: Path | None) -> Callable[[Entry], str | None]:
    """Return what gives the decoded input of a file: from the file itself, or from what it became."""

    def text_of(entry: Entry) -> str | None:
        folders = [root or from_name(entry.root)]
        if header.output is not None:
            folders.append(from_name(header.output))
        return next((text for folder in folders if (text := _input(entry, folder)) is not None), None)

    return text_of


def _input(entry: Entry, folder: Path) -> str | None:
    """Return the decoded input of a file from what is in a folder: the input, or the output; None if it is neither."""
    if entry.format in STREAMED:
        return None
    try:
        with opened(Source.at(folder / from_name(entry.file)), entry.compression) as content:
            data = content.read(LARGEST)
        if Content.of(data) != entry.input:
            data = undo(entry, data)
        return entry.input.charset.decode(data)
    except (OSError, ValueError):
        return None
