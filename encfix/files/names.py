"""Paths, and words of the command line, as strings that mean the same whatever the locale."""

from __future__ import annotations

import os
from pathlib import Path

from encfix.files.remote import url_of


def to_name(path: str | os.PathLike[str]) -> str:
    """Return a path, or a word that the system decoded as one, with its bytes read as UTF-8.

    What is no UTF-8 becomes lone surrogates (PEP 383).

    >>> to_name(Path("文件") / "甲.txt") == os.path.join("文件", "甲.txt")
    True
    """
    if isinstance(path, Path) and (url := url_of(path)):
        return url
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def from_name(name: str) -> Path:
    """Return the path that `to_name` made a string of.

    >>> from_name("甲.txt") == Path("甲.txt")
    True
    """
    return Path(os.fsdecode(name.encode("utf-8", "surrogateescape")))
