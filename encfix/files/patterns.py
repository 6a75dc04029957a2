"""The patterns of `.gitignore` files, as git's documentation of them has it; wcmatch knows what a glob matches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_TRAILING_SPACE = re.compile(r"(?<!\\) +$")


class _Rule(NamedTuple):
    glob: re.Pattern[str]
    is_negated: bool
    is_for_folders: bool


class Patterns:
    """The patterns of one file or list, of which the last that matches decides.

    One without a slash holds at any depth, `/a` and `a/b` count from where the list stands, `a/` means folders alone,
    `**` any number of folders, and `!` takes a pattern back. Paths have `/` on every system and no slash at the end.

    >>> patterns = Patterns(["*.log", "!keep.log", "/build/"])
    >>> patterns.verdict("a/b.log"), patterns.verdict("keep.log"), patterns.verdict("build"), patterns.verdict("a.txt")
    (True, False, None, None)
    >>> patterns.covers("build/a.txt")
    True
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._rules = [rule for line in lines if (rule := _rule(line))]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def verdict(self, path: str, *, is_folder: bool = False) -> bool | None:
        """Return whether a path by itself is meant, or None if no pattern speaks of it."""
        for rule in reversed(self._rules):
            if (is_folder or not rule.is_for_folders) and rule.glob.match(path):
                return not rule.is_negated
        return None

    def covers(self, path: str, *, is_folder: bool = False) -> bool:
        """Return whether a path is meant, or a folder that it is in."""
        ends = [nth for nth, character in enumerate(path) if character == "/"]
        return any(self.verdict(path[:end], is_folder=True) for end in ends) or bool(
            self.verdict(path, is_folder=is_folder)
        )


def _rule(line: str) -> _Rule | None:
    """Return what a line means; None for a comment or nothing."""
    from wcmatch import glob

    line = _TRAILING_SPACE.sub("", line)
    if not line or line.startswith("#"):
        return None
    is_negated = line.startswith("!")
    pattern = line[is_negated:]
    is_for_folders = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    if not pattern:
        return None
    pattern = pattern.removeprefix("/") if "/" in pattern else f"**/{pattern}"
    globs, _ = glob.translate(pattern, flags=glob.GLOBSTAR | glob.DOTGLOB | glob.FORCEUNIX | glob.CASE)
    return _Rule(re.compile(globs[0]), is_negated, is_for_folders)
