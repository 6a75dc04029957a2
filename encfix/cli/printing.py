"""What is printed while files are dealt with: that it cannot be printed is no failure of theirs."""

from __future__ import annotations

import click


class PrintingError(click.ClickException):
    """Standard output takes no more, which is no failure of a file."""

    exit_code = 2


def say(text: str | bytes, *, nl: bool = True) -> None:
    """Print to standard output. Raises PrintingError, or BrokenPipeError where nobody reads on."""
    try:
        click.echo(text, nl=nl)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise PrintingError(f"standard output: {error.strerror}") from error
