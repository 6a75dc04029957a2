"""How the command is configured: by files in the current folder, and by what the caller says.

Strength, weakest first: the defaults of `Options`, `[tool.encfix]` in pyproject.toml, encfix.toml, caller.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from encfix.options import OptionError, Options

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = "pyproject.toml"
OWN = "encfix.toml"


def configured(folder: Path, given: Mapping[str, Any]) -> Options:
    """Return the options that hold in `folder` for a caller who has `given` some of them.

    Raises OptionError for a key or value that is not known, naming the file that holds it, and for a file
    that cannot be read.
    """
    options = Options()
    for name in (PROJECT, OWN):
        path = folder / name
        if path.is_file():
            try:
                options = Options.from_mapping(_table(path), options)
            except (OSError, ValueError) as error:
                raise OptionError(f"{path}: {error}") from error
    return Options.from_mapping(given, options)


def _table(path: Path) -> Mapping[str, Any]:
    """Return the table of options in a file, empty if it has none."""
    table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    for key in ("tool", "encfix") if path.name == PROJECT else ():
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise OptionError(f"{key}: a table is needed, not {table!r}")
    checked: dict[str, Any] = table
    return checked
