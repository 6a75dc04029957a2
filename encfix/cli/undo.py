"""`encfix undo`: take back what an audit says was done."""

from __future__ import annotations

from pathlib import Path

import click

from encfix.cli.arguments import FILE_OR_FOLDER, options_of_writing
from encfix.cli.replaying import Direction, replay


@click.command()
@click.argument("audit", type=FILE_OR_FOLDER)
@click.option("--root", metavar="DIR", type=FILE_OR_FOLDER, help="Where the outputs are, if not where they were.")
@options_of_writing
def undo(audit: Path, root: Path | None, output: Path | None, in_place: bool) -> None:
    """Make the inputs from the outputs and their AUDIT.

    A file whose content is not the one that the audit speaks of is refused; the others are done. Without
    --output or --in-place, nothing is written, and what would be is said.
    """
    replay(audit, root, output, in_place, Direction.BACK)
