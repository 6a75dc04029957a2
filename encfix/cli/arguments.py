"""The arguments that subcommands share, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from encfix.cli.quoting import shown
from encfix.configuration import Configuration, configured
from encfix.files import remote
from encfix.files.formats.base import Selection
from encfix.files.names import to_name
from encfix.files.types import NAMES
from encfix.options import SCRIPTS, OptionError, Options
from encfix.rules import KINDS, RULES, Policy

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _FileOrFolder(click.Path):
    """A path of this machine, or one that stands for a URL."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Raises click.BadParameter for a URL that names a file of another machine."""
        try:
            return remote.path_of(os.fsdecode(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


FILE_OR_FOLDER = _FileOrFolder()

_SCRIPTS = f"The script of the result: {', '.join(SCRIPTS)}, or an OpenCC configuration."
_ASKED = ", ".join(rule.name for rule in RULES if rule.policy is Policy.ASK)
_ONLY = (
    f"Look for these kinds or rules alone; kinds: {', '.join(KINDS)}. "
    f"{_ASKED} is repaired only if it is named here; --only must then also name every kind that is wanted."
)
_SURE = f"Repair only what is at least this sure, 0 to 1; the default is {Options().min_confidence}."
_GLOSS = "Remove pinyin glosses where they are damage (auto), wherever they are (all), or never (keep)."
_PUNCTUATION = "Leave half-width marks in Chinese text (keep), or widen them (fullwidth)."

_OPTIONS = (
    click.option("--script", metavar="SCRIPT", help=_SCRIPTS),
    click.option("--only", metavar="KIND,...", multiple=True, help=_ONLY),
    click.option("--skip", metavar="KIND,...", multiple=True, help="Do not look for these kinds or rules."),
    click.option("--min-confidence", metavar="P", type=float, help=_SURE),
    click.option("--gloss", metavar="MODE", help=_GLOSS),
    click.option("--punctuation", metavar="MODE", help=_PUNCTUATION),
    click.option("--ignore", metavar="TEXT", multiple=True, help="Change nothing inside this exact text."),
)

_SCOPE = (
    click.option("--include", metavar="GLOB", multiple=True, help="Take only those files of folders that match."),
    click.option("--exclude", metavar="GLOB", multiple=True, help="Pass over files and folders that match."),
    click.option("--gitignore/--no-gitignore", default=None, help="Pass over what git ignores, or do not."),
)

_FORMAT = (
    click.option(
        "--format",
        "format_",
        type=click.Choice(["text", "json"]),
        default="text",
        help="What is printed: for people, or JSON.",
    ),
)

_WRITING = (
    click.option("--output", "-o", metavar="DIR", type=FILE_OR_FOLDER, help="Write all files below this folder."),
    click.option("--in-place", "-i", is_flag=True, help="Write the files that change over themselves."),
)

_FORMATS = (
    click.option(
        "--type", "type_", metavar="TYPE", type=click.Choice(NAMES), help=f"What all files are: {', '.join(NAMES)}."
    ),
    click.option("--field", metavar="PATH", multiple=True, help="Look at these fields of records, such as meta.title."),
)

_ANNOTATIONS = (
    click.option("--spans", metavar="PATH", help="Carry over the spans of characters in this field (JSON Lines)."),
    click.option("--verdict", metavar="FIELD", help="Write each record's verdict to this field (JSON Lines)."),
)


def options_of_formats(command: _Command) -> _Command:
    """Give a command the flags that stand for a `Selection`."""
    return _decorated(command, _FORMATS)


def options_of_annotations(command: _Command) -> _Command:
    """Give a command the flags for what is written down in records, which are part of a `Selection` too."""
    return _decorated(command, _ANNOTATIONS)


def selection_of(flags: dict[str, Any]) -> Selection:
    """Take the flags of formats and annotations out of `flags`."""
    annotations = flags.pop("spans", None), flags.pop("verdict", None)
    return Selection(flags.pop("type_"), tuple(flags.pop("field")), *annotations)


def options_of_cleaning(command: _Command) -> _Command:
    """Give a command the flags that stand for fields of `Options`."""
    return _decorated(command, _OPTIONS)


def options_of_scope(command: _Command) -> _Command:
    """Give a command the flags that stand for fields of `Scope`."""
    return _decorated(command, _SCOPE)


def options_of_format(command: _Command) -> _Command:
    """Give a command the flag that says for whom it prints."""
    return _decorated(command, _FORMAT)


def options_of_writing(command: _Command) -> _Command:
    """Give a command the flags that say where its output goes."""
    return _decorated(command, _WRITING)


def _decorated(command: _Command, decorators: tuple[Callable[[_Command], _Command], ...]) -> _Command:
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def effective(flags: dict[str, Any]) -> Configuration:
    """Return the configuration of files in the current folder and of the `flags` that are given.

    Raises click.UsageError for what is not known.
    """
    given = {name: _decoded(value) for name, value in flags.items() if value is not None and value != ()}
    for name in ("only", "skip"):
        if name in given:
            given[name] = tuple(item.strip() for value in given[name] for item in value.split(","))
    try:
        return configured(Path(), given)
    except OptionError as error:
        raise click.UsageError(shown(str(error))) from error


def _decoded(value: Any) -> Any:
    """Return the value of a flag with its strings read as UTF-8."""
    if isinstance(value, tuple):
        return tuple(map(_decoded, value))
    return to_name(value) if isinstance(value, str) else value


def exclude_each_other(**chosen: object) -> None:
    """Raise click.UsageError if more than one of the flags was given."""
    names = ["--" + name.replace("_", "-") for name, value in chosen.items() if value]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} exclude each other")
