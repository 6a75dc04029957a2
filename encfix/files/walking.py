"""Which files are meant: paths as given, and the text files in folders, in one order on every system.

In a folder, symbolic links are not followed, so nothing outside of it is ever reached, and a file inside is
found where it lies. A path given by name is taken as it is, whatever it looks like, unless it is excluded. What encfix
itself wrote, such as an audit, is passed over in any case. `-` is standard input.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeAlias

from encfix.decoding import decode
from encfix.files import remote
from encfix.files.atomic import is_temporary
from encfix.files.own import own_kind, own_kind_of
from encfix.files.scope import Filter, Scope
from encfix.files.types import STREAMED, kind_of, output_name

HEAD = 8192
"""How many bytes of a file of unknown extension are looked at for a NUL, which text seldom holds."""

VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "_darcs", ".pijul", ".fossil"})

BINARY = frozenset({
    "7z", "ai", "apk", "arrow", "avi", "avif", "bmp", "bz2", "cab", "class", "dll", "dmg", "doc", "docx",
    "dylib", "eot", "epub", "exe", "feather", "flac", "flv", "gif", "gz", "h5", "heic", "ico", "iso", "jar",
    "jpeg", "jpg", "lz4", "lzma", "m4a", "m4v", "mkv", "mobi", "mov", "mp3", "mp4", "mpeg", "mpg", "msi",
    "npy", "npz", "ods", "odt", "ogg", "onnx", "opus", "orc", "otf", "parquet", "pdf", "pickle", "pkl",
    "png", "ppt", "pptx", "psd", "pt", "pth", "pyc", "pyd", "rar", "rpm", "safetensors", "so", "sqlite",
    "sqlite3", "tar", "tgz", "tif", "tiff", "ttc", "ttf", "wasm", "wav", "webm", "webp", "whl", "wma",
    "wmv", "woff", "woff2", "xls", "xlsx", "xz", "zip", "zst",
})  # fmt: skip
"""Extensions of files that are no text."""

STANDARD_INPUT = Path("-")
"""The path that stands for standard input."""

# What text in UTF-16 and UTF-32 without a byte order mark must be made of: ASCII, marks, kana, ideographs, hangul.
_USUAL = re.compile(
    "[\t\n\r -~\xa0-\u017f\u01cd-\u01dc\u2010-\u2027\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: `name` is its path below `root`, with `/` on every system; `size` is in bytes."""

    root: Path
    name: str
    size: int
    is_named: bool
    """Whether the caller named the file itself, not a folder that it is in."""

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.root / self.name

    @property
    def is_standard_input(self) -> bool:
        """Whether this is no file but what the caller is fed."""
        return self.is_named and self.path == STANDARD_INPUT

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the file for reading. Raises OSError."""
        if self.is_standard_input:
            yield sys.stdin.buffer
        elif remote.is_remote(self.path):
            with remote.reading(self.path) as stream:
                yield stream
        else:
            with open(self.path, "rb") as stream:
                yield stream

    @classmethod
    def at(cls, path: Path) -> Source:
        """Return the file at a path as a caller names it. Raises OSError if there is none."""
        if remote.is_remote(path):
            return next(cls(path.parent, path.name, found.size, is_named=True) for found in remote.find(path))
        return cls(path.parent, path.name, path.stat().st_size, is_named=True)

    @property
    def output_name(self) -> str:
        """The path of its output below the folder for that."""
        return output_name(self.name)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that is passed over, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A file or folder that could not be dealt with, and why."""

    path: Path
    reason: str

    @classmethod
    def because(cls, path: Path, error: Exception) -> Failed:
        """Return the failure that an exception stands for; one that nobody foresaw is told with its class."""
        if isinstance(error, OSError):
            return cls(path, error.strerror or str(error))
        is_foreseen = isinstance(error, ValueError) and type(error).__module__.startswith("encfix.")
        return cls(path, str(error) if is_foreseen else f"{type(error).__name__}: {error}".removesuffix(": "))


Found: TypeAlias = Source | Skipped | Failed


def walk(paths: Iterable[Path], scope: Scope | None = None, type_: str | None = None) -> Iterator[Found]:
    """Yield what `paths` name: files as given, of folders those selected of a known format, sorted, those on top first.

    All files are of the format `type_` if it is given, unless their names say that they are something else than text.
    """
    scope = scope or Scope()
    for path in paths:
        if path == STANDARD_INPUT:
            yield Source(path.parent, path.name, 0, is_named=True)
            continue
        if remote.is_remote(path):
            yield from _walk_remote(path, Filter(scope, path), type_)
            continue
        try:
            status = path.stat()
        except OSError as error:
            yield Failed.because(path, error)
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _walk_folder(path, Filter(scope, path), type_)
        elif reason := Filter(scope, path.parent).exclusion(path):
            yield Skipped(path, reason)
        elif kind := own_kind_of(path):
            yield Skipped(path, f"{kind} of encfix")
        else:
            yield Source(path.parent, path.name, status.st_size, is_named=True)


def _walk_folder(root: Path, selected: Filter, type_: str | None) -> Iterator[Found]:
    unreadable: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=unreadable.append):
        yield from _failures(unreadable)
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(set(folders) - VERSION_CONTROL - set(links))
        for name in tuple(folders):
            if reason := selected.refusal(here / name, is_folder=True):
                folders.remove(name)
                yield Skipped(here / name, reason)
        for name in sorted(names + links):
            reason = selected.refusal(here / name)
            yield Skipped(here / name, reason) if reason else _classify(root, here / name, type_)
    yield from _failures(unreadable)


def _walk_remote(root: Path, selected: Filter, type_: str | None) -> Iterator[Found]:
    """Yield a remote file, or those below a remote folder that are called what we know."""
    try:
        for path, size in remote.find(root):
            if path == root:
                yield Source(path.parent, path.name, size, is_named=True)
                continue
            name = path.relative_to(root).as_posix()
            kind = kind_of(path.name)
            if reason := selected.refusal(path):
                yield Skipped(path, reason)
            elif path.suffix[1:].lower() in BINARY and not (kind.is_known or (type_ and kind.compression)):
                yield Skipped(path, f"binary ({path.suffix})")
            else:
                yield Source(root, name, size, is_named=False)
    except OSError as error:
        yield Failed.because(root, error)


def _failures(errors: list[OSError]) -> Iterator[Failed]:
    for error in errors:
        yield Failed.because(Path(os.fsdecode(error.filename)), error)
    errors.clear()


def _classify(root: Path, path: Path, type_: str | None) -> Found:
    """Return what a file in a folder is to us."""
    if is_temporary(path.name):
        return Skipped(path, "temporary")
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return Skipped(path, "symbolic link")
        if not stat.S_ISREG(status.st_mode):
            return Skipped(path, "not a regular file")
        extension = path.suffix[1:].lower()
        kind = kind_of(path.name)
        source = Source(root, PurePosixPath(path.relative_to(root)).as_posix(), status.st_size, is_named=False)
        if (kind.is_known and (extension in BINARY or kind.type in STREAMED)) or (type_ and kind.compression):
            return source
        if extension in BINARY:
            return Skipped(path, f"binary (.{extension})")
        with open(path, "rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        return Failed.because(path, error)
    if own := own_kind(head):
        return Skipped(path, f"{own} of encfix")
    if not kind.is_known and b"\0" in head and not _is_wide_text(head):
        return Skipped(path, "binary (holds a NUL byte)")
    return source


def _is_wide_text(head: bytes) -> bool:
    """Return whether a head that holds NULs is UTF-16 or UTF-32, whose ASCII characters are full of them."""
    decoded = decode(head)
    if decoded.mark:
        return True
    whole = decoded.strict or (len(head) == HEAD and decoded.changes[0].start >= HEAD - 4)
    usual = len(_USUAL.findall(decoded.text))
    return decoded.encoding.startswith(("utf-16", "utf-32")) and whole and usual > 0.9 * len(decoded.text)
