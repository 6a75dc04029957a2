"""Compressed files as streams: read with a bound, written with the settings of the file they come from."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, cast

RATIO = 200
"""How many times its compressed size a file may have, unless it is small; text is seldom 20 times as large."""

SMALL = 64 * 2**20
"""Bytes that any file may have, whatever its compressed size."""

_PAGE = 2**12
"""Bytes that are unpacked at a time: what a page unpacks to is in memory before it can be counted."""

_DICTIONARIES = {2**18: 0, 2**20: 1, 2**21: 2, 2**22: 4, 2**23: 6, 2**24: 7, 2**25: 8, 2**26: 9}
"""The preset of xz that has a dictionary of so many bytes."""

_HEADS = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zst"}


class CompressionError(ValueError):
    """A compressed file cannot be read, or is larger than it should be; the message says which."""


class Settings(NamedTuple):
    """How a file is compressed, as far as its head tells."""

    compression: str
    level: int
    check: int = -1
    """gz: the time in its head; xz: the kind of checksum; zst: whether there is one."""


def packed_as(data: bytes) -> str:
    """Return how data is compressed, "" if it is not.

    >>> packed_as(gzip.compress(b"")), packed_as(b"text")
    ('gz', '')
    """
    return next((name for head, name in _HEADS.items() if data.startswith(head)), "")


def settings_of(stream: BinaryIO, compression: str) -> Settings:
    """Return how the file is compressed that `stream` begins; what the format does not tell is the usual."""
    head = stream.read(64)
    if compression == "gz":
        level = {2: 9, 4: 1}.get(head[8], 6) if len(head) > 8 else 6
        return Settings("gz", level, int.from_bytes(head[4:8], "little"))
    if compression == "bz2":
        return Settings("bz2", int(head[3:4]) if head[3:4].isdigit() and head[3:4] != b"0" else 9)
    if compression == "xz":
        return Settings("xz", _xz_preset(head), head[7] & 15 if len(head) > 7 else lzma.CHECK_CRC64)
    return Settings("zst", 3, bool(len(head) > 4 and head[4] & 4))


def _xz_preset(head: bytes) -> int:
    """Return the preset of an xz file by the dictionary of its first block (its format's section 5.3.1)."""
    if len(head) < 24 or head[13] & 3 or head[14:16] != b"\x21\x01":
        return 6
    bits = head[16]
    return _DICTIONARIES.get((2 | bits & 1) << (bits // 2 + 11), 6)


@contextmanager
def reading(stream: BinaryIO, compression: str | None, size: int, ratio: int = RATIO) -> Iterator[BinaryIO]:
    """Read the content of a file of `size` bytes. Raises CompressionError also while it is read."""
    if compression is None:
        yield stream
        return
    yield cast(BinaryIO, _Bounded(_Members(stream, compression), max(SMALL, ratio * size), ratio))


@contextmanager
def writing(stream: BinaryIO, settings: Settings | None, size: int = -1) -> Iterator[BinaryIO]:
    """Compress what is written on its way to `stream`; zst notes its `size` in bytes if that is known."""
    if settings is None:
        yield stream
        return
    compression, level, check = settings
    if compression == "gz":
        with gzip.GzipFile("", "wb", level, stream, max(check, 0)) as target:
            yield cast(BinaryIO, target)
    elif compression == "bz2":
        with bz2.BZ2File(stream, "wb", compresslevel=level) as target:
            yield cast(BinaryIO, target)
    elif compression == "xz":
        with lzma.LZMAFile(stream, "wb", check=check, preset=level) as target:
            yield cast(BinaryIO, target)
    else:
        with _zst_writer(stream, level, size, has_checksum=bool(check)) as target:
            yield cast(BinaryIO, target)


def _decompressor(compression: str) -> Any:
    """Return what unpacks one member of a file, as `bz2.BZ2Decompressor` does."""
    if compression == "gz":
        return _Inflate()
    if compression == "bz2":
        return bz2.BZ2Decompressor()
    if compression == "xz":
        return lzma.LZMADecompressor(lzma.FORMAT_XZ)
    if sys.version_info >= (3, 14):
        from compression import zstd

        return zstd.ZstdDecompressor()
    return _ZstFrame()


def _zst_writer(stream: BinaryIO, level: int, size: int, *, has_checksum: bool) -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd

        options = {zstd.CompressionParameter.compression_level: level,
                   zstd.CompressionParameter.checksum_flag: int(has_checksum)}  # fmt: skip
        return zstd.ZstdFile(stream, "wb", options=options)
    return (
        _zstandard().ZstdCompressor(level, write_checksum=has_checksum).stream_writer(stream, size=size, closefd=False)
    )


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise CompressionError("zstd needs the extra `zst`: pip install 'encfix[zst]'") from error
    return zstandard


class _Inflate:
    """Unpacks a member of a gz file."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def decompress(self, data: bytes, size: int) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, size)

    @property
    def needs_input(self) -> bool:
        return not self._inflate.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data


class _ZstFrame:
    """Unpacks a frame of a zst file with the package of that name, which gives all that there is in its input."""

    needs_input = True

    def __init__(self) -> None:
        self._frame = _zstandard().ZstdDecompressor(max_window_size=2**27).decompressobj()

    def decompress(self, data: bytes, size: int) -> bytes:
        content: bytes = self._frame.decompress(data)
        return content

    @property
    def eof(self) -> bool:
        return bool(self._frame.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._frame.unused_data)


class _Members:
    """The content of a compressed file: that of its members, of which there may be several, one behind the other.

    Unlike the library's own readers, it takes nothing for the end of the file but the end of a member. Only padding
    may follow one: zeros in gz and xz.
    """

    def __init__(self, stream: BinaryIO, compression: str) -> None:
        self._stream, self._compression = stream, compression
        self._padding = b"\0" if compression in ("gz", "xz") else b""
        self._member = _decompressor(compression)
        self._waiting = b""

    def read(self, size: int) -> bytes:
        """Return some bytes of content; none at the end."""
        while True:
            data = b""
            if self._member is None or self._member.needs_input:
                data, self._waiting = self._waiting or self._stream.read(_PAGE), b""
                if not data and self._member is None:
                    return b""
                if not data:
                    raise EOFError("the file ended too early")
            if self._member is None:
                data = data.lstrip(self._padding) if self._padding else data
                if not data:
                    continue
                self._member = _decompressor(self._compression)
            content: bytes = self._member.decompress(data, size)
            if self._member.eof:
                self._waiting, self._member = self._member.unused_data, None
            if content:
                return content


class _Bounded(io.RawIOBase):
    """A stream that ends in an error when its content is damaged, or longer than `limit` bytes."""

    def __init__(self, stream: Any, limit: int, ratio: int) -> None:
        self._stream, self._left, self._ratio = stream, limit, ratio
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes, less only at the end."""
        pieces = [self._rest]
        wanted = (self._left + 1 if size < 0 else size) - len(self._rest)
        self._rest = b""
        while wanted > 0:
            try:
                piece = self._stream.read(min(wanted, 2**20))
            except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
                raise CompressionError(f"damaged archive: {error}") from error
            except Exception as error:
                if type(error).__name__ != "ZstdError":
                    raise
                raise CompressionError(f"damaged archive: {error}") from error
            if not piece:
                break
            pieces.append(piece)
            wanted -= len(piece)
            self._left -= len(piece)
            if self._left < 0:
                raise CompressionError(f"it unpacks to more than {self._ratio} times its size: left alone")
        data = b"".join(pieces)
        if 0 <= size < len(data):
            data, self._rest = data[:size], data[size:]
        return data
