"""How encfix is configured: one frozen dataclass, and how it is read from mappings such as a TOML table."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from encfix import rules

SCRIPTS = (
    "auto",
    "keep",
    "simplified",
    "traditional",
    "taiwan",
    "hongkong",
    "taiwan-phrases",
    "hongkong-phrases",
)
"""The values of `script` that encfix defines; the names of OpenCC's configurations are accepted too."""

GLOSS = ("auto", "all", "keep")
PUNCTUATION = ("keep", "fullwidth")


class OptionError(ValueError):
    """An option that encfix does not know, or a value that the option does not take; the message names near misses."""


@dataclass(frozen=True, slots=True)
class Options:
    """What encfix repairs, and how sure it must be.

    script: what becomes of simplified and traditional characters; see `SCRIPTS`, or an OpenCC configuration.
    only: the kinds or rules that are looked for; empty for all. A rule that is repaired only when asked for, such as
        `separator.line-wrap`, is asked for by its name here; `only` must then also name every kind that is wanted.
    skip: the kinds or rules that are not.
    min_confidence: the least probability at which a repair is applied, 0–1; a less sure one is reported.
    gloss: `auto` removes the glosses of damaged pages, `all` every reading in brackets, `keep` none.
    punctuation: `fullwidth` widens half-width marks after Chinese characters; `keep` leaves them.
    ignore: exact strings inside which nothing is changed.

    >>> Options(script="simplified").script
    'simplified'
    >>> Options(skip=("glos",))
    Traceback (most recent call last):
        ...
    encfix.options.OptionError: skip: unknown kind or rule 'glos'; did you mean 'gloss'?
    """

    script: str = "auto"
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    min_confidence: float = 0.9
    gloss: str = "auto"
    punctuation: str = "keep"
    ignore: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("only", "skip", "ignore"):
            value = getattr(self, name)
            items = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (None,)
            if not all(isinstance(item, str) for item in items):
                raise OptionError(f"{name}: a list of strings is needed, not {value!r}")
            object.__setattr__(self, name, items)
        for name in ("only", "skip"):
            for item in getattr(self, name):
                choose(name, item, rules.names(), "kind or rule ", shown=rules.KINDS)
        if self.only and all(item in self.skip or item.partition(".")[0] in self.skip for item in self.only):
            raise OptionError(f"only and skip: nothing is left to look for; skipped: {', '.join(self.only)}")
        choose("gloss", self.gloss, GLOSS)
        choose("punctuation", self.punctuation, PUNCTUATION)
        if self.script not in SCRIPTS:
            choose("script", self.script, SCRIPTS + configurations())
        sure = self.min_confidence
        if isinstance(sure, bool) or not isinstance(sure, (int, float)) or not 0 <= sure <= 1:
            raise OptionError(f"min_confidence: a number from 0 to 1 is needed, not {self.min_confidence!r}")

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], base: Options | None = None) -> Options:
        """Return `base` (or the defaults) with the options of `mapping`, whose keys may be written with hyphens.

        Raises OptionError for a key or a value that is not known.

        >>> Options.from_mapping({"min-confidence": 0.99}).min_confidence
        0.99
        """
        known = {option.name for option in fields(cls)}
        values: dict[str, Any] = {}
        for key, value in mapping.items():
            name = key.replace("-", "_")
            choose("options", name, known, "key ")
            values[name] = tuple(value) if isinstance(value, list) else value
        return replace(base or cls(), **values)

    def as_mapping(self) -> dict[str, Any]:
        """Return the options as plain values that JSON can hold, by name.

        >>> Options.from_mapping(Options(skip=("form",)).as_mapping()) == Options(skip=("form",))
        True
        """
        return {
            option.name: list(value) if isinstance(value := getattr(self, option.name), tuple) else value
            for option in fields(self)
        }


@cache
def configurations() -> tuple[str, ...]:
    """Return the names of the configurations that the installed OpenCC has.

    >>> "s2twp" in configurations()
    True
    """
    from importlib.resources import files

    folder = files("opencc") / "clib" / "share" / "opencc"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".json")))


def choose(option: str, value: object, known: Iterable[str], what: str = "", shown: Iterable[str] = ()) -> None:
    """Raise OptionError unless `value` is one of `known`; the message calls it `what`, and lists those `shown`, if not
    all, where none is like it."""
    if isinstance(value, str) and value in known:
        return
    near = difflib.get_close_matches(str(value), list(known), n=3)
    listed = f"among the known: {', '.join(shown)}" if shown else f"known: {', '.join(sorted(known))}"
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else listed
    raise OptionError(f"{option}: unknown {what}{value!r}; {hint}")
