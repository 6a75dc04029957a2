"""Files dealt with in several processes at once, as if it were one: same order, nothing half done, Ctrl-C heeded."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import wait
from types import FrameType
from typing import TypeAlias

from encfix.cli.cleaning import GROUP
from encfix.cli.processing import Done, Processing
from encfix.files.walking import Failed, Source

SHARES = 8
"""How many groups of files each process gets, at least, where there is enough to share out."""

LEAST = 2**16
"""Bytes of files that are worth passing to another process."""

_Group: TypeAlias = "tuple[list[Source], Future[list[Done | Failed]]]"

_Handler: TypeAlias = "Callable[[int, FrameType | None], object] | int | signal.Handlers"


def process(processing: Processing, sources: Sequence[Source], jobs: int) -> Iterator[Done | Failed]:
    """Deal with files in `jobs` processes; with one, here.

    Raises KeyboardInterrupt once what was under way when it came has been yielded.
    """
    if jobs == 1 or len(sources) < 2 or any(source.is_standard_input for source in sources):
        yield from processing(sources)
        return
    groups = iter(_groups(sources, jobs))
    running: deque[_Group] = deque()
    # Processes that are forked inherit locks that the threads of a progress bar may hold; spawned ones do not.
    context = multiprocessing.get_context("spawn")
    with _interruption() as interrupted, ProcessPoolExecutor(jobs, context, _begin) as pool:
        is_broken = False
        while True:
            while len(running) < 2 * jobs and not (interrupted or is_broken) and (group := next(groups, None)):
                with _ignored_interruption():  # which a process that is started here inherits
                    running.append((group, _submitted(pool, processing, group)))
            if not running:
                break
            group, future = running.popleft()
            try:
                yield from future.result()
            except BrokenProcessPool:
                is_broken = True
                yield from (Failed(source.path, "a process died; it may or may not be written") for source in group)
        if is_broken:
            rest = (source for group in groups for source in group)
            yield from (Failed(source.path, "not done, since a process died") for source in rest)
        if interrupted:
            raise KeyboardInterrupt


def _submitted(pool: ProcessPoolExecutor, processing: Processing, group: list[Source]) -> Future[list[Done | Failed]]:
    try:
        return pool.submit(_process, processing, group)
    except BrokenProcessPool as error:
        failed: Future[list[Done | Failed]] = Future()
        failed.set_exception(error)
        return failed


def _process(processing: Processing, sources: list[Source]) -> list[Done | Failed]:
    return list(processing(sources))


def _groups(sources: Sequence[Source], jobs: int) -> Iterator[list[Source]]:
    """Share files out by size, in order: groups small enough to keep all processes busy to the end."""
    total = sum(source.size for source in sources)
    limit = min(max(total // (SHARES * jobs), LEAST), GROUP)
    group: list[Source] = []
    size = 0
    for source in sources:
        group.append(source)
        size += source.size
        if size >= limit:
            yield group
            group, size = [], 0
    if group:
        yield group


@contextmanager
def _interruption() -> Iterator[list[int]]:
    """Note the first Ctrl-C in a list instead of stopping in the middle; the second stops as ever."""
    noted: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: FrameType | None) -> None:
        noted.append(number)
        signal.signal(signal.SIGINT, before)

    with _handled(note):
        yield noted


@contextmanager
def _handled(handler: _Handler) -> Iterator[None]:
    """Handle Ctrl-C so for a while; a thread other than the main one, which it never reaches, changes nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ignored_interruption() -> AbstractContextManager[None]:
    """Leave Ctrl-C, which a terminal sends to all processes, to the one that gives out the work."""
    return _handled(signal.SIG_IGN)


def _begin() -> None:
    """Ignore Ctrl-C from now on, where that is not inherited, and end with the process that gives out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent(timeout=0)  # before any work: whoever resumes a run that was killed expects nobody to write
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent(timeout: float | None = None) -> None:
    """End this process when the one that gives out the work has ended, if that is within `timeout` seconds."""
    parent = multiprocessing.parent_process()
    if parent and wait([parent.sentinel], timeout):
        os._exit(1)
