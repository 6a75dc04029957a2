"""Sizes and digests of content, taken while it is read and written, if need be beside other work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import BinaryIO

from encfix.files.reading import BLOCK


class Measured:
    """A stream, or none, that counts what is written to it, and digests it."""

    def __init__(self, stream: BinaryIO | None) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0
        self.closed = False

    @property
    def sha256(self) -> str:
        """The digest so far, in hexadecimal digits."""
        return self._digest.hexdigest()

    def drain(self, stream: BinaryIO) -> None:
        """Count what is left of another stream."""
        while data := stream.read(BLOCK):
            self._count(data)

    def write(self, data: bytes) -> int:
        """Write all of `data`, to nowhere if there is no stream."""
        data = bytes(data)
        if self._stream:
            self._stream.write(data)
        self._count(data)
        return len(data)

    def tell(self) -> int:
        """Return how many bytes there were."""
        return self.size

    def flush(self) -> None:
        """Do nothing; the stream is whoever's it is."""

    def close(self) -> None:
        """Do nothing; the stream is whoever's it is."""

    def _count(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += len(data)


class Twins:
    """The sizes and digests of an old and a new content, digested once for as long as they are the same.

    >>> twins = Twins()
    >>> twins.read(b"abcd"); twins.wrote(b"ab"); twins.wrote(b"c")
    >>> old, new = twins.digests
    >>> old == new, new == hashlib.sha256(b"abc").hexdigest()
    (False, True)
    """

    def __init__(self) -> None:
        self.old_size = self.new_size = 0
        self._old = self._new = hashlib.sha256()
        self._ahead: list[bytes] = []
        """What was read and not written yet, while both are the same."""

    def read(self, data: bytes) -> None:
        """Take what comes next in the old content."""
        self.old_size += len(data)
        if self._new is self._old:
            self._ahead.append(data)
        else:
            self._old.update(data)

    def take(self, old: Iterable[bytes], new: Iterable[bytes], sink: BinaryIO | None) -> None:
        """Take what comes next in both, and write the new to `sink`, if there is one."""
        for data in old:
            self.read(data)
        for data in new:
            self.wrote(data)
            if sink:
                sink.write(data)

    def wrote(self, data: bytes) -> None:
        """Take what comes next in the new content, of which the old must have been read as far."""
        self.new_size += len(data)
        if self._new is self._old:
            if self._ahead and self._ahead[0] is data:  # as nearly always: nothing to compare
                del self._ahead[0]
            else:
                ahead = b"".join(self._ahead)
                if ahead.startswith(data):
                    self._ahead = [ahead[len(data) :]] if len(ahead) > len(data) else []
                else:
                    self._part(ahead)
        self._new.update(data)

    def _part(self, ahead: bytes) -> None:
        """Digest both by themselves from now on; the old content goes on with what is ahead."""
        self._new = self._old.copy()
        self._old.update(ahead)
        self._ahead = []

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of both, in hexadecimal digits."""
        if self._ahead:  # the new content is the beginning of the old
            self._part(b"".join(self._ahead))
        return self._old.hexdigest(), self._new.hexdigest()


@contextmanager
def beside() -> Iterator[Callable[..., None]]:
    """Give a function that has another called in a thread of its own, once the last call is over.

    It raises what that call raised, as does the end of the context: digesting, packing and writing a block need no
    interpreter, so they go on while the next one is cleaned.

    >>> seen = []
    >>> with beside() as go:
    ...     for nth in range(3):
    ...         go(seen.append, nth)
    >>> seen
    [0, 1, 2]
    """
    with ThreadPoolExecutor(1) as pool:
        last: Future[object] | None = None

        def go(work: Callable[..., object], *arguments: object) -> None:
            nonlocal last
            if last:
                last.result()
            last = pool.submit(work, *arguments)

        yield go
        if last:
            last.result()
