"""Files dealt with in several processes at once, as if it were one: same order, nothing half done, Ctrl-C heeded."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
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
    with _interruption() as interrupted, ProcessPoolExecutor(jobs, context, _ignore_interruption) as pool:
        while True:
            while len(running) < 2 * jobs and not interrupted and (group := next(groups, None)):
                running.append((group, pool.submit(_process, processing, group)))
            if not running:
                break
            group, future = running.popleft()
            try:
                yield from future.result()
            except BrokenProcessPool:
                yield from (Failed(source.path, "a process died; it may or may not be written") for source in group)
                rest = [source for waiting, _ in running for source in waiting]
                rest += [source for waiting in groups for source in waiting]
                yield from (Failed(source.path, "not done, since a process died") for source in rest)
                return
        if interrupted:
            raise KeyboardInterrupt


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

    try:
        signal.signal(signal.SIGINT, note)
    except ValueError:  # not the main thread, which no signal reaches
        yield noted
        return
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def _ignore_interruption() -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the one that gives out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
