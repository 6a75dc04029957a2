"""Write a file whole or not at all.

The bytes go to a temporary file in the same folder, which is synchronised and then renamed over the old one.
Whoever reads the path finds the old file or the new one, never a piece, whenever the process is killed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from encfix.files import remote

_PREFIX, _SUFFIX = ".encfix-", ".tmp"


def is_temporary(name: str) -> bool:
    """Return whether a file name is that of a temporary file, left where a process was killed.

    >>> is_temporary(".encfix-0123456789abcdef.tmp"), is_temporary("notes.tmp")
    (True, False)
    """
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX)


def is_leftover(name: str) -> bool:
    """Return whether a file name is one that `writing` gives its temporary files.

    >>> is_leftover(".encfix-0123456789abcdef.tmp"), is_leftover(".encfix-journal.tmp")
    (True, False)
    """
    digits = name[len(_PREFIX) : -len(_SUFFIX)]
    return is_temporary(name) and len(digits) == 16 and set(digits) <= set("0123456789abcdef")


def write(path: Path, data: bytes, model: Path | None = None) -> None:
    """Make `data` the content of `path`; see `writing`."""
    with writing(path, model) as stream:
        stream.write(data)


@contextmanager
def writing(path: Path, model: Path | None = None) -> Iterator[BinaryIO]:
    """Open a stream whose bytes become the content of `path` when the block ends without an exception.

    Mode and owner stay those of the file that is there; a new file takes them from `model`, if it is given.
    Raises OSError if that fails; the old file then stays, as if the block raises anything. A file that may
    not be written is refused, though renaming over it would do, and so is a device, a pipe or a folder. The file takes
    the place of a symbolic link, and what that leads to stays.
    """
    if remote.is_remote(path):
        with remote.writing(path) as sink:
            yield sink
        return
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
    if path.exists() and not (path.is_symlink() or path.is_file()):
        raise FileExistsError(errno.EEXIST, "not a regular file", os.fspath(path))
    temporary = path.parent / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
    stream = open(temporary, "xb")  # noqa: SIM115 - closed below, before the rename
    try:
        with stream:
            _take_rights(temporary, path if path.exists() else model)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _synchronise(path.parent)


def _take_rights(path: Path, model: Path | None) -> None:
    """Give a file the mode of `model` and, where the system lets us, its owner."""
    if model is None or remote.is_remote(model):
        return
    wanted, own = model.stat(), path.stat()
    if hasattr(os, "chown") and (wanted.st_uid, wanted.st_gid) != (own.st_uid, own.st_gid):
        with contextlib.suppress(PermissionError):
            os.chown(path, wanted.st_uid, wanted.st_gid)
    os.chmod(path, stat.S_IMODE(wanted.st_mode))


def _synchronise(folder: Path) -> None:
    """Make a rename in `folder` durable, on systems that can; the content is already."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
