"""`encfix names`: names of files, folders and members of ZIP archives that were read in the wrong encoding."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from encfix.audit import dump, parse
from encfix.cli.arguments import FILE_OR_FOLDER, options_of_format
from encfix.cli.quoting import named, quoted
from encfix.cli.summary import counted, print_failure
from encfix.files import zips
from encfix.files.names import from_name, to_name
from encfix.files.walking import VERSION_CONTROL, Failed
from encfix.files.zips import Name, ZipError
from encfix.naming import meant

FORMAT = 1
"""The version of the log."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """A file or folder, or with `member` a member of an archive, and the name that it was meant to have."""

    path: Path
    old: Name
    new: Name
    member: int | None = None

    @property
    def target(self) -> Path:
        """Where the file is to be."""
        return self.path.with_name(str(from_name(self.new.text)))

    def as_mapping(self) -> dict[str, Any]:
        """Return the renaming as JSON holds it; bytes that are not UTF-8 are lone surrogates (PEP 383)."""
        place = {} if self.member is None else {"member": self.member, "was_utf8": self.old.is_utf8}
        return {"type": "renaming", "path": to_name(self.path), **place, "old": self.old.text, "new": self.new.text}


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=FILE_OR_FOLDER)
@click.option("--rename", is_flag=True, help="Give files, folders and members of archives their right names.")
@click.option("--log", metavar="FILE", type=FILE_OR_FOLDER, help="Note here what is renamed; else encfix-names.jsonl.")
@click.option("--undo", metavar="LOG", type=FILE_OR_FOLDER, help="Take back what LOG says was renamed.")
@options_of_format
def names(paths: tuple[Path, ...], rename: bool, log: Path | None, undo: Path | None, format_: str) -> None:
    """Show names of files that were read in the wrong encoding.

    Shows what they were meant to be. Looks at files named, at all below folders, and at members of ZIP archives.
    Nothing is renamed without --rename.
    """
    if bool(paths) == bool(undo) or (undo and (rename or log)) or (log and not rename):
        raise click.UsageError("give paths, with --rename and --log if wanted, or --undo LOG alone")
    if undo:
        _exit_after(_undone(undo), "taken back", is_done=True)
    if not rename:
        _exit_after(_found(paths), "to rename", is_done=False, show=_shown(format_))
    log = log or Path("encfix-names.jsonl")
    if log.exists():
        raise click.UsageError(f"{named(log)} exists: it may be needed to take back what it says")
    _exit_after(_renamed(paths, log), "renamed", is_done=True, show=_shown(format_))


def _exit_after(
    items: Iterator[Renaming | Failed], done: str, *, is_done: bool, show: Callable[[Renaming], None] | None = None
) -> None:
    """Deal with all items, sum them up and exit: 0 done or nothing found, 1 something to rename, 2 something failed."""
    count = failed = 0
    for item in items:
        if isinstance(item, Failed):
            print_failure(item)
            failed += 1
            continue
        count += 1
        if show:
            show(item)
    click.echo(f"{counted(count, 'name')} {done}" + (f", {failed:,} failed" if failed else ""), err=True)
    raise SystemExit(2 if failed else int(bool(count) and not is_done))


def _shown(format_: str) -> Callable[[Renaming], None]:
    def show(item: Renaming) -> None:
        if format_ == "json":
            click.echo(dump(item.as_mapping()), nl=False)
        else:
            where = named(item.path.parent if item.member is None else item.path)
            click.echo(f"{where}: {quoted(item.old.text)} -> {quoted(item.new.text)}")

    return show


def _found(paths: Sequence[Path]) -> Iterator[Renaming | Failed]:
    """Yield what is to be renamed, what lies deepest first, so that each path holds until its turn comes."""
    for path in paths:
        if path.is_dir():
            unreadable: list[OSError] = []
            for folder, folders, files in os.walk(path, topdown=False, onerror=unreadable.append):
                here = Path(folder)
                if not VERSION_CONTROL.isdisjoint(here.relative_to(path).parts):
                    continue
                yield from _of_paths([here / name for name in sorted(files + folders) if name not in VERSION_CONTROL])
            for error in unreadable:
                yield Failed.because(Path(os.fsdecode(error.filename)), error)
        elif os.path.lexists(path):
            yield from _of_paths([path])
        else:
            yield Failed(path, "No such file or directory")


def _of_paths(paths: Sequence[Path]) -> Iterator[Renaming | Failed]:
    """Yield what is to be renamed of paths in one folder: in archives first."""
    for path in paths:
        if not path.is_symlink() and zips.is_archive(path):
            try:
                yield from _of_members(path)
            except (OSError, ZipError) as error:
                yield Failed.because(path, error)
    old = [to_name(path.name) for path in paths]
    for path, before, after in zip(paths, old, meant(old), strict=True):
        if before != after:
            yield Renaming(path, _name(before), _name(after))


def _of_members(path: Path) -> Iterator[Renaming]:
    old = zips.names_of(path)
    for nth, (name, after) in enumerate(zip(old, meant([name.text for name in old]), strict=True)):
        try:
            new = Name(after.encode("utf-8"), is_utf8=True)
        except UnicodeEncodeError:
            continue  # nobody knows what it is
        # Bytes that are UTF-8 although the archive does not say so are read in code page 437.
        if new.data != name.data or not (name.is_utf8 or name.data.isascii()):
            yield Renaming(path, name, new, nth)


def _name(text: str) -> Name:
    return Name(text.encode("utf-8", "surrogateescape"), is_utf8=True)


def _renamed(paths: Sequence[Path], log: Path) -> Iterator[Renaming | Failed]:
    """Rename what is found, and yield it; each renaming is in the log before it is made.

    A log of nothing that was done is removed, since it would only be in the way of the next.
    """
    found = list(_found(paths))
    yield from (item for item in found if isinstance(item, Failed))
    renamings = [item for item in found if isinstance(item, Renaming)]
    if not renamings:
        return
    try:
        stream = open(log, "xb")  # noqa: SIM115 - closed below
    except OSError as error:
        yield Failed.because(log, error)
        return
    is_needed = False
    with stream:
        stream.write(dump({"type": "names", "format": FORMAT}))
        for group in _grouped(renamings):
            stream.writelines(dump({**item.as_mapping(), "path": to_name(item.path.absolute())}) for item in group)
            stream.flush()
            os.fsync(stream.fileno())
            try:
                _rename(group)
            except (OSError, ZipError) as error:
                yield Failed.because(group[0].path, error)
                continue
            is_needed = True
            yield from group
    if not is_needed:
        log.unlink()


def _grouped(renamings: Sequence[Renaming]) -> Iterator[list[Renaming]]:
    """Yield renamings that are made together: the members of one archive."""
    group: list[Renaming] = []
    for item in renamings:
        if group and not (item.member is not None and group[-1].member is not None and item.path == group[-1].path):
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _rename(group: Sequence[Renaming]) -> None:
    """Give a file, or members of an archive, their new names, if they still have the old ones."""
    first = group[0]
    if first.member is not None:
        names = zips.names_of(first.path)
        for item in group:
            if item.member is None or item.member >= len(names) or names[item.member] != item.old:
                raise ZipError("the archive is not as it was")
        zips.rename(first.path, {item.member: item.new for item in group if item.member is not None})
    elif os.path.lexists(first.target):
        raise FileExistsError(errno.EEXIST, f"{to_name(first.target.name)} exists")
    else:
        first.path.rename(first.target)


def _undone(log: Path) -> Iterator[Renaming | Failed]:
    """Take back what a log says, the last first, and yield it; what was not done needs no undoing."""
    try:
        with open(log, "rb") as lines:
            renamings = list(_read(lines.read().splitlines(keepends=True)))
    except OSError as error:
        yield Failed.because(log, error)
        return
    except (ValueError, KeyError, TypeError) as error:
        yield Failed(log, f"no log of names, such as --rename writes: {error}")
        return
    for group in reversed(list(_grouped(renamings))):
        first = group[0]
        back = [_inverse(item) for item in group]
        try:
            if first.member is None and os.path.lexists(first.path) and not os.path.lexists(first.target):
                continue
            if first.member is not None and zips.names_of(first.path)[first.member] == first.old:
                continue
            _rename(back)
        except (OSError, ZipError, LookupError) as error:
            yield Failed.because(back[0].path, error)
            continue
        yield from back


def _inverse(item: Renaming) -> Renaming:
    return Renaming(item.path if item.member is not None else item.target, item.new, item.old, item.member)


def _read(lines: Sequence[bytes]) -> Iterator[Renaming]:
    head = parse(lines[0]) if lines else {}
    if (head.get("type"), head.get("format")) != ("names", FORMAT):
        raise ValueError(f"no log of format {FORMAT}")
    for line in lines[1:]:
        if not line.endswith(b"\n"):
            return  # killed while it was written, so not done
        record = parse(line)
        old, new = (record[key].encode("utf-8", "surrogateescape") for key in ("old", "new"))
        member = record.get("member")
        is_utf8 = True if member is None else bool(record["was_utf8"])
        yield Renaming(from_name(record["path"]), Name(old, is_utf8), Name(new, is_utf8=True), member)
