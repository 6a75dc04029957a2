"""Files that are not on this machine, through fsspec: `s3://bucket/folder`, `hf://datasets/…`, and whatever it knows.

A path of pathlib writes `s3://bucket/a` as `s3:/bucket/a`; by that first part such paths are told from others. Needs
the extra `remote`, and for each protocol the package that fsspec names. A URL of the protocol `file` is no more than
another way to write a path of this machine (RFC 8089).
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

_PROTOCOL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(?=[^/])")
_FILE = re.compile("file:(?://([^/]*)(?=/|$)|(?=/))", re.IGNORECASE)
_SPOOL = 2**24


class Found(NamedTuple):
    """A remote file: its path, and how many bytes it has."""

    path: Path
    size: int


def path_of(word: str) -> Path:
    """Return the path that a word of a caller means, which may be a URL.

    Raises ValueError for a URL of the protocol `file` that leads to another machine.

    >>> path_of("file:///texts/a%20b").as_posix(), path_of("a.txt").as_posix()
    ('/texts/a b', 'a.txt')
    """
    found = _FILE.match(word)
    if not found:
        return Path(word)
    if found[1] and found[1].lower() != "localhost":
        raise ValueError(f"{word} names another machine: file:///folder/file is a path of this one")
    from urllib.request import url2pathname

    return Path(url2pathname(word[found.end() :]))


def url_of(path: Path) -> str | None:
    """Return the URL that a path stands for, or None if it is one of this machine.

    >>> url_of(Path("s3://bucket/a.txt")), url_of(Path("a.txt"))
    ('s3://bucket/a.txt', None)
    """
    found = _PROTOCOL.match(path.as_posix())
    return f"{found[1]}://{path.as_posix()[found.end() :]}" if found else None


def is_remote(path: Path) -> bool:
    """Return whether a path stands for a URL."""
    return url_of(path) is not None


def find(path: Path) -> Iterator[Found]:
    """Yield a remote file, or the files below a remote folder, sorted. Raises OSError if there is neither."""
    system, inner = _system(path)
    if system.isfile(inner):
        yield Found(path, int(system.size(inner) or 0))
        return
    files = system.find(inner, detail=True)
    if not files and not system.isdir(inner):
        raise FileNotFoundError(2, "No such file or directory", str(url_of(path)))
    for name in sorted(files):
        below = name.removeprefix(inner).lstrip("/")
        yield Found(path / below, int(files[name].get("size") or 0))


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """Open a remote file for reading. Raises OSError."""
    system, inner = _system(path)
    with system.open(inner, "rb") as stream:
        yield stream


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Open a stream whose bytes become the content of a remote file when the block ends without an exception.

    Until then they are kept here, so that what is there is never a piece. Raises OSError.
    """
    system, inner = _system(path)
    with tempfile.SpooledTemporaryFile(_SPOOL) as stream:
        yield stream  # type: ignore[misc]  # it does all that is asked of one
        stream.seek(0)
        system.makedirs(system._parent(inner), exist_ok=True)
        with system.open(inner, "wb") as target:
            shutil.copyfileobj(stream, target)


def _system(path: Path) -> tuple[Any, str]:
    """Return the file system that a path is in, and what it is called there."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise OSError("a URL needs the extra `remote`: pip install 'encfix[remote]'") from error
    try:
        system, inner = url_to_fs(url_of(path))
    except (ImportError, ValueError) as error:  # no package for this protocol, or no such protocol
        raise OSError(str(error)) from error
    return system, inner
