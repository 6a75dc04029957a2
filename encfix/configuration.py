"""How the command is configured: by files in the current folder, and by what the caller says.

Strength, weakest first: the defaults, `[tool.encfix]` in pyproject.toml, encfix.toml, caller. A value that is set
again replaces the weaker one; lists are not joined.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from encfix.files.scope import Scope, ScopeError
from encfix.options import OptionError, Options, choose

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = "pyproject.toml"
OWN = "encfix.toml"
CALLER = "command line"
DEFAULT = "default"

_SCOPE = frozenset(item.name for item in fields(Scope))
_NAMES = (*(item.name for item in fields(Options)), *(item.name for item in fields(Scope)))


@dataclass(frozen=True, slots=True)
class Configuration:
    """What holds in the end: how text is cleaned, which files are meant, and where each value came from."""

    options: Options = field(default_factory=Options)
    scope: Scope = field(default_factory=Scope)
    origins: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(_NAMES, DEFAULT))

    def overridden(self, mapping: Mapping[str, Any], origin: str) -> Configuration:
        """Return the configuration with what `mapping` says, whose keys may be written with hyphens.

        Raises OptionError for a key or value that is not known.

        >>> Configuration().overridden({"min-confidence": 0.99}, "encfix.toml").origins["min_confidence"]
        'encfix.toml'
        """
        values = {key.replace("-", "_"): value for key, value in mapping.items()}
        for name in values:
            choose("options", name, _NAMES, "key ")
        chosen = {name: value for name, value in values.items() if name in _SCOPE}
        rest = {name: value for name, value in values.items() if name not in _SCOPE}
        try:
            scope = replace(self.scope, **chosen)
        except ScopeError as error:
            raise OptionError(str(error)) from error
        options = Options.from_mapping(rest, self.options)
        return Configuration(options, scope, {**self.origins, **dict.fromkeys(values, origin)})

    def as_mapping(self) -> dict[str, Any]:
        """Return every name with its value, as JSON and TOML can hold them."""
        chosen = {name: getattr(self.scope, name) for name in _NAMES if name in _SCOPE}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in chosen.items()}
        return {**self.options.as_mapping(), **plain}


def configured(folder: Path, given: Mapping[str, Any]) -> Configuration:
    """Return the configuration that holds in `folder` for a caller who has `given` some of it.

    Raises OptionError for a key or value that is not known, naming the file that holds it, and for a file
    that cannot be read.
    """
    configuration = Configuration()
    for name in (PROJECT, OWN):
        path = folder / name
        if path.is_file():
            try:
                configuration = configuration.overridden(_table(path), name)
            except (OSError, ValueError) as error:
                reason = (isinstance(error, OSError) and error.strerror) or error
                raise OptionError(f"{path}: {reason}") from error
    return configuration.overridden(given, CALLER)


def _table(path: Path) -> Mapping[str, Any]:
    """Return the table of options in a file, empty if it has none."""
    table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    for key in ("tool", "encfix") if path.name == PROJECT else ():
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise OptionError(f"{key}: a table is needed, not {table!r}")
    if path.name == OWN and isinstance(table.get("tool"), dict) and "encfix" in table["tool"]:
        raise OptionError(f"options stand in {OWN} by themselves, without the table [tool.encfix]")
    checked: dict[str, Any] = table
    return checked
