"""The command `encfix` as a group of subcommands."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any

import click

from encfix import __version__
from encfix.cli.apply import apply
from encfix.cli.check import check
from encfix.cli.clean import clean
from encfix.cli.config import config
from encfix.cli.explain import explain
from encfix.cli.names import names
from encfix.cli.quoting import named, shown
from encfix.cli.report import report
from encfix.cli.undo import undo


class _Group(click.Group):
    """A group whose standard streams are UTF-8 before it says anything."""

    def main(self, *args: Any, **extra: Any) -> Any:
        _use_utf8()
        return super().main(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what no command has dealt with, such as a full standard output, is one line and status 2."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OSError as error:
            where = named(os.fsdecode(error.filename)) if error.filename else "standard output"
            with suppress(OSError):
                click.echo(
                    f"{click.style('error', fg='red')}: {where}: {shown(error.strerror or str(error))}", err=True
                )
            raise SystemExit(2) from error


def _use_utf8() -> None:
    """Make the standard streams UTF-8, whatever the locale or platform, and able to write any string."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            errors = "surrogateescape" if stream is sys.stdin else "backslashreplace"
            stream.reconfigure(encoding="utf-8", errors=errors, newline="\n")


@click.group("encfix", cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="encfix")
def main() -> None:
    """Find and repair damaged Chinese text.

    Exit codes: 0 clean or done, 1 damage found and left (check, dry run, --diff), 2 usage error or a file failed.
    """


for command in (clean, check, explain, report, names, config, apply, undo):
    main.add_command(command)
