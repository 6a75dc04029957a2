"""The names of the members of a ZIP archive: read as bytes, and replaced; all else stays byte for byte.

The standard library finds the members; it cannot rename one, so the headers are copied here with other names in them
(PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16).
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from encfix.files import atomic

_IS_UTF8 = 0x800
_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_BLOCK = 2**20


class ZipError(ValueError):
    """An archive cannot be read, or not be written with other names; the message says why."""


class Name(NamedTuple):
    """The name of a member: its bytes, and whether the archive says that they are UTF-8."""

    data: bytes
    is_utf8: bool

    @property
    def text(self) -> str:
        """The name as UTF-8; other bytes are lone surrogates (PEP 383)."""
        return self.data.decode("utf-8", "surrogateescape")


def names_of(path: Path) -> list[Name]:
    """Return the names of all members, in the order of the directory. Raises OSError and ZipError."""
    with open(path, "rb") as stream:
        return [_name(info) for info in _open(stream).infolist()]


def is_archive(path: Path) -> bool:
    """Return whether a file is called a ZIP archive; whether it is one shows when it is read."""
    return path.suffix.lower() == ".zip" and path.is_file()


def rename(path: Path, new: Mapping[int, Name]) -> None:
    """Give members, by their place in the directory, new names. The archive is written whole or not at all.

    Raises OSError, and ZipError for an archive of more than 4 GB, and for a name that is too long or taken.
    """
    with open(path, "rb") as source, atomic.writing(path) as target:
        archive = _open(source)
        infos = archive.infolist()
        names = [new.get(nth, _name(info)) for nth, info in enumerate(infos)]
        _check([_name(info) for info in infos], names)
        source.seek(archive.start_dir)
        directory = source.read()
        place = 0
        offsets: dict[int, int] = {}
        for nth in sorted(range(len(infos)), key=lambda nth: infos[nth].header_offset):
            start = infos[nth].header_offset
            _copy(source, place, start, target)
            offsets[nth] = target.tell() - start
            place = start + _write_local(source, start, names[nth], target)
        _copy(source, place, archive.start_dir, target)
        _write_directory(directory, names, offsets, target.tell() - archive.start_dir, target)


def _open(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ZipError(f"no ZIP archive, or a damaged one: {error}") from error


def _name(info: zipfile.ZipInfo) -> Name:
    is_utf8 = bool(info.flag_bits & _IS_UTF8)
    return Name(info.orig_filename.encode("utf-8" if is_utf8 else "cp437"), is_utf8)


def _check(old: list[Name], new: list[Name]) -> None:
    if any(len(name.data) > 0xFFFF for name in new):
        raise ZipError("a name is too long")
    if len({name.data for name in new}) < len({name.data for name in old}):
        raise ZipError("two members would have one name")


def _write_local(source: BinaryIO, start: int, name: Name, target: BinaryIO) -> int:
    """Write the header of a member with another name; return how long the header was up to its end."""
    source.seek(start)
    fields = list(_LOCAL.unpack(source.read(_LOCAL.size)))
    if fields[0] != b"PK\3\4":
        raise ZipError(f"no member at offset {start}")
    length, extra = int(fields[9]), int(fields[10])
    source.seek(length, 1)
    fields[2] = _flags(fields[2], name)
    fields[9] = len(name.data)
    target.write(_LOCAL.pack(*fields) + name.data + source.read(extra))
    return _LOCAL.size + length + extra


def _write_directory(data: bytes, names: list[Name], moved: Mapping[int, int], shift: int, target: BinaryIO) -> None:
    """Write the directory with other names; `moved` is by how much each member moved, `shift` the directory itself."""
    place, size = 0, 0
    for nth, name in enumerate(names):
        fields = list(_CENTRAL.unpack_from(data, place))
        length, rest = fields[10], fields[11] + fields[12]
        if fields[0] != b"PK\1\2" or fields[16] == 0xFFFFFFFF:
            raise ZipError("an archive of more than 4 GB is not written")
        fields[3] = _flags(fields[3], name)
        fields[10] = len(name.data)
        fields[16] += moved[nth]
        start = place + _CENTRAL.size + length
        entry = _CENTRAL.pack(*fields) + name.data + data[start : start + rest]
        target.write(entry)
        size += len(entry)
        place = start + rest
    fields = list(_END.unpack_from(data, place))
    if fields[0] != b"PK\5\6":
        raise ZipError("an archive of more than 4 GB is not written")
    fields[5] = size
    fields[6] += shift
    target.write(_END.pack(*fields) + data[place + _END.size :])


def _flags(flags: int, name: Name) -> int:
    return flags | _IS_UTF8 if name.is_utf8 else flags & ~_IS_UTF8


def _copy(source: BinaryIO, start: int, end: int, target: BinaryIO) -> None:
    source.seek(start)
    while start < end:
        data = source.read(min(end - start, _BLOCK))
        if not data:
            raise ZipError("the archive ends too early")
        target.write(data)
        start += len(data)
