"""Which files a run is about: globs that include and exclude, and what git ignores.

All patterns are those of `.gitignore`; see `Patterns`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

from encfix.files.patterns import Patterns


class ScopeError(ValueError):
    """A value that says nothing about which files are meant."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which files are meant, beyond the paths that are named.

    include: globs that files found in folders must match; empty for all.
    exclude: globs of files and folders that are passed over, even where they are named.
    gitignore: whether folders are walked as git sees them.

    The globs of `include` and `exclude` count from the current folder, or for files outside of it from the folder that
    was named.

    >>> Scope(exclude="*.log")
    Traceback (most recent call last):
        ...
    encfix.files.scope.ScopeError: exclude: a list of strings is needed, not '*.log'
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    gitignore: bool = True

    def __post_init__(self) -> None:
        for name in ("include", "exclude"):
            value = getattr(self, name)
            if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
                raise ScopeError(f"{name}: a list of strings is needed, not {value!r}")
            for item in value:
                if not Patterns((item,)):
                    raise ScopeError(f"{name}: {item!r} means no files")
            object.__setattr__(self, name, tuple(value))
        if not isinstance(self.gitignore, bool):
            raise ScopeError(f"gitignore: true or false is needed, not {self.gitignore!r}")


class Filter:
    """Applies a scope to what one named path holds."""

    def __init__(self, scope: Scope, root: Path) -> None:
        self._root = root
        self._here = os.getcwd()
        self._include = _patterns(scope.include)
        self._exclude = _patterns(scope.exclude)
        self._heeds_git = scope.gitignore

    @cached_property
    def _git(self) -> _Git | None:
        return _Git(self._root) if self._heeds_git else None

    def refusal(self, path: Path, *, is_folder: bool = False) -> str | None:
        """Return why a file or folder below the root is passed over, or None if it is not."""
        if reason := self.exclusion(path, is_folder=is_folder):
            return reason
        if self._include and not is_folder and not self._include.covers(self._name(path)):
            return "not included"
        if self._git and self._git.ignores(path, is_folder):
            return "ignored by .gitignore"
        return None

    def exclusion(self, path: Path, *, is_folder: bool = False) -> str | None:
        """Return why a path is passed over even where it is named, or None if it is not."""
        is_excluded = self._exclude and self._exclude.covers(self._name(path), is_folder=is_folder)
        return "excluded" if is_excluded else None

    def _name(self, path: Path) -> str:
        name = _below(path, self._here)
        return _below(path, self._root) if name.startswith("../") or PurePosixPath(name).is_absolute() else name


class _Git:
    """What the `.gitignore` files say that hold below a folder: those in it, and above it up to the repository's top.

    What is tracked although it is ignored is passed over too: only the index of the repository knows it.
    """

    def __init__(self, root: Path) -> None:
        self._specs: dict[str, tuple[tuple[str, Patterns], ...]] = {}
        self._top = start = os.path.abspath(root)
        folder = Path(start)
        for above in (folder, *folder.parents):
            if (above / ".git").exists():
                self._top = os.fspath(above)
                break
        if self._top != start and self.ignores(folder, is_folder=True):
            self._top = start  # who names an ignored folder means what is in it
            self._specs.clear()

    def ignores(self, path: Path, is_folder: bool) -> bool:
        """Return whether a path is ignored whose folder is not: the nearest file that speaks of it decides."""
        full = os.path.abspath(path)
        for folder, spec in reversed(self._specs_of(os.path.dirname(full))):
            is_ignored = spec.verdict(_below(full, folder), is_folder=is_folder)
            if is_ignored is not None:
                return is_ignored
        return False

    def _specs_of(self, folder: str) -> tuple[tuple[str, Patterns], ...]:
        """Return the files that hold in a folder, the one nearest to it last."""
        if folder not in self._specs:
            above = os.path.dirname(folder)
            inherited = self._specs_of(above) if folder != self._top and above != folder else ()
            self._specs[folder] = (*inherited, *_own(folder))
        return self._specs[folder]


def _own(folder: str) -> tuple[tuple[str, Patterns], ...]:
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="surrogateescape") as lines:
            return ((folder, Patterns(lines.read().splitlines())),)
    except OSError:
        return ()  # as git does: what cannot be read says nothing


@cache
def _patterns(globs: tuple[str, ...]) -> Patterns | None:
    return Patterns(globs) if globs else None


def _below(path: str | os.PathLike[str], folder: str | os.PathLike[str]) -> str:
    """Return a path as seen from a folder, with `/` on every system; absolute where the drives differ."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return Path(os.path.abspath(path)).as_posix()
