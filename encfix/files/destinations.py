"""Where output goes: below one folder, as the sources lie below theirs, and never over what is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from encfix.files import remote
from encfix.files.names import to_name
from encfix.files.own import LONGEST, own_kind, own_kind_of
from encfix.files.walking import Source


class DestinationError(ValueError):
    """The output would be read again, overwrite an input or another output, or leave its folder."""


def distinct(sources: Sequence[Source]) -> list[Source]:
    """Return the sources without those that name a file again, under the same name below their root."""
    seen: dict[tuple[str, str], Source] = {}
    for source in sources:
        seen.setdefault((os.path.realpath(source.path), source.name), source)
    return list(seen.values())


def distinct_files(sources: Sequence[Source]) -> list[Source]:
    """Return the sources without those that name a file again, however they name it."""
    seen: dict[str, Source] = {}
    for source in sources:
        seen.setdefault(os.path.realpath(source.path), source)
    return list(seen.values())


def check_output(sources: Sequence[Source], output: Path) -> None:
    """Raise DestinationError unless all sources can be written below `output` without harm.

    Refused are an output folder inside an input folder, two sources with one destination, and a destination
    that is itself a source.
    """
    if not remote.is_remote(output) and output.exists() and not output.is_dir():
        raise DestinationError(f"{to_name(output)} is not a folder")
    for root in {source.root for source in sources if not source.is_named}:
        if is_inside(output, root):
            raise DestinationError(
                f"the output {to_name(output)} is inside the input {to_name(root)}, which would read it again"
            )
    inputs = {os.path.realpath(source.path) for source in sources}
    taken: dict[str, Source] = {}
    for source in sources:
        key = os.path.realpath(output / source.output_name)
        if key in inputs:
            raise DestinationError(f"the output would overwrite the input {to_name(output / source.output_name)}")
        if (other := taken.setdefault(key, source)) is not source:
            both = f"{to_name(other.path)} and {to_name(source.path)}"
            raise DestinationError(f"{both} would both become {to_name(output / source.output_name)}")


def destination(output: Path, name: str) -> Path:
    """Return where the source `name` goes below `output`, and make the folder for it.

    Raises DestinationError if the name or a symbolic link leads elsewhere, if an audit or the like is there, and if
    there can be no folder.
    """
    path = output / name
    if not is_inside(path.parent, output):
        raise DestinationError(f"{to_name(path)} leads out of {to_name(output)}")
    if kind := own_kind_of(path):
        raise DestinationError(f"{to_name(path)} is there, the {kind} of another run, and would be lost")
    if not remote.is_remote(output):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DestinationError(f"there can be no folder {to_name(path.parent)}: {error.strerror}") from error
    return path


def named_file(path: Path) -> Path:
    """Return where a file lies that a caller names to be written, once symbolic links are followed.

    Raises DestinationError for anything but a regular file, such as a device, a pipe or a folder.
    """
    if remote.is_remote(path):
        return path
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DestinationError(f"{to_name(path)} is no regular file")
    except FileNotFoundError:
        pass
    except OSError as error:
        raise DestinationError(f"{to_name(path)}: {error.strerror}") from error
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def own_file(path: Path, kind: str) -> Path:
    """Return where a file lies that a caller names, and that is to be a `kind` of encfix; see `named_file`.

    Raises DestinationError if a file is there that is something else; an empty one holds nothing to be lost.
    """
    path = named_file(path)
    try:
        with Source.at(path).open() as stream:
            head = stream.read(LONGEST)
    except FileNotFoundError:
        return path
    except OSError as error:
        raise DestinationError(f"{to_name(path)}: {error.strerror or error}") from error
    if head and own_kind(head) != kind:
        raise DestinationError(f"{to_name(path)} is no {kind} of encfix, and would be lost: give another name")
    return path


def is_inside(path: Path, folder: Path) -> bool:
    """Return whether `path` is `folder` or in it, once symbolic links are followed.

    >>> is_inside(Path("a/b/.."), Path("a")), is_inside(Path("ab"), Path("a"))
    (True, False)
    """
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
