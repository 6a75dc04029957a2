"""Files: throughput of JSON Lines against the engine on the same text in memory, memory, and two processes against one.

`python -m benchmarks.files [MEGABYTES]`: speeds are by the processor's time, all threads together. The engine is
measured twice: cleaning alone, and with its changes read, as whoever edits a file must. What the file takes is compared
to cleaning alone by the processor's time and by the clock, and to cleaning with changes by the clock; processors is how
many were at work at once. Pages are damaged seeds among the clean gold texts. All are measured in turn, and the best of
each counts.

`python -m benchmarks.files jobs [MEGABYTES]`: time is that of the clock, so first two busy loops are run one after the
other and at once: what they gain is what there is to gain on this machine, now. Then so many megabytes of mixed shards
(text, JSON Lines plain and compressed, CSV, HTML; UTF-8 and GBK) are cleaned with -j 1 and -j 2 in turn.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from encfix.cleaner import Cleaner
from encfix.cli.cleaning import clean_files
from encfix.cli.outcomes import Task
from encfix.files.formats.base import Selection
from encfix.files.walking import Failed, Source

ROOT = Path(__file__).parent.parent
SHARES = (0.0, 0.05, 1.0)
"""How many of the pages are damaged."""
TURNS = 5


def main() -> None:
    arguments = sys.argv[1:]
    if arguments[:1] == ["jobs"]:
        _compare_jobs(int(arguments[1]) if len(arguments) > 1 else 200)
        return
    megabytes = int(arguments[0]) if arguments else 30
    with tempfile.TemporaryDirectory() as folder:  # first, for a new process begins with the memory of this one
        path = Path(folder, "a.jsonl")
        _write(path, _pages(0.05, 4 * megabytes))
        print(f"peak memory of the command on {path.stat().st_size / 1e6:,.0f} MB: {_run(path, 1).peak:,.0f} MB")
    print("         million characters/s           file to engine, by the clock, with changes; processors")
    print("damaged  engine  with changes  file")
    for share in SHARES:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{share:7.0%}  {_row(Path(folder), share, megabytes)}", flush=True)


def _compare_jobs(megabytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shards = Path(folder, "in")
        shards.mkdir()
        size = _write_shards(shards, megabytes)
        print(f"{len(list(shards.iterdir()))} shards of {size / 1e6:,.0f} MB")
        for turn in range(3):
            loops = _busy(1) * 2 / _busy(2)
            one, two = _run(shards, 1), _run(shards, 2)
            print(
                f"turn {turn + 1}: two busy loops gain {loops:.2f}x; "
                f"-j 1 {one.seconds:.1f} s, {one.work:.1f} s of work, {one.peak:,.0f} MB; "
                f"-j 2 {two.seconds:.1f} s, {two.work:.1f} s of work, {two.peak:,.0f} MB a process; "
                f"gain {one.seconds / two.seconds:.2f}x",
                flush=True,
            )


def _busy(count: int) -> float:
    """Return the seconds that so many busy loops take at once."""
    loop = "n = 0\nfor i in range(30_000_000): n += i"
    started = time.perf_counter()
    loops = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(count)]
    for process in loops:
        process.wait()
    return time.perf_counter() - started


def _write_shards(folder: Path, megabytes: int) -> int:
    """Write shards of five megabytes of content, one in fifty pages damaged; return how many bytes that is."""
    size = 0
    pages = _pages(0.02, 2 * megabytes)
    for nth in range(megabytes // 5):
        texts: list[str] = []
        while sum(map(len, texts)) < 5e6 / 3:
            texts.append(next(pages).replace("\n", "<br>\n" if nth % 5 == 3 else "\n"))
        encoding = "gb18030" if nth % 2 else "utf-8"
        lines = (json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
        cells = ('"' + text.replace('"', '""') + '"\r\n' for text in texts)
        content = [
            lambda: "\n".join(texts),  # noqa: B023
            lambda: "".join(lines),  # noqa: B023
            lambda: "".join(lines),  # noqa: B023
            lambda: f"<title>x</title><p>{'<p>'.join(texts)}",  # noqa: B023
            lambda: "text\r\n" + "".join(cells),  # noqa: B023
        ][nth % 5]().encode(encoding)
        size += len(content)
        name = ["txt", "jsonl", "jsonl.gz", "html", "csv"][nth % 5]
        data = gzip.compress(content, 6) if name.endswith("gz") else content
        (folder / f"{nth:03}.{name}").write_bytes(data)
    return size


def _row(folder: Path, share: float, megabytes: int) -> str:
    path = folder / "a.jsonl"
    _write(path, _pages(share, megabytes))
    with open(path, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    characters = sum(map(len, texts))
    cleaner = Cleaner()
    cleaner.clean_many(texts[:50])
    engine, reading, through = _best(
        lambda: cleaner.clean_many(texts),
        lambda: [result.changes for result in cleaner.clean_many(texts)],
        lambda: _clean(path, cleaner),
    )
    speeds = [characters / best.work / 1e6 for best in (engine, reading, through)]
    ratios = (through.work / engine.work, through.clock / engine.clock, through.clock / reading.clock)
    figures = "  ".join(f"{ratio:5.2f}x" for ratio in ratios)
    return f"{speeds[0]:6.1f}  {speeds[1]:12.1f}  {speeds[2]:4.1f}  {figures}  {through.work / through.clock:.1f}"


def _clean(path: Path, cleaner: Cleaner) -> None:
    source = Source(path.parent, path.name, path.stat().st_size, is_named=True)
    for outcome in clean_files([source], Task(cleaner, Selection(fields=("text",)))):
        assert not isinstance(outcome, Failed)
        with tempfile.TemporaryFile(dir=path.parent) as sink:
            for _ in outcome.parts(sink):
                pass


class Time(NamedTuple):
    """Seconds that something took: of processors, and by the clock."""

    work: float
    clock: float


def _best(*works: Callable[[], object]) -> list[Time]:
    """Do each in turn, `TURNS` times, and return its best times."""
    times: list[list[Time]] = [[] for _ in works]
    for _ in range(TURNS):
        for work, own in zip(works, times, strict=True):
            started = time.process_time(), time.perf_counter()
            work()
            own.append(Time(time.process_time() - started[0], time.perf_counter() - started[1]))
    return [Time(*map(min, zip(*own, strict=True))) for own in times]


def _pages(share: float, megabytes: int) -> Iterator[str]:
    damaged = _read(ROOT / "seeds")
    clean = _read(ROOT / "tests/gold")
    every = round(1 / share) if share else 0
    size = nth = 0
    while size < megabytes * 1e6:
        pages = damaged if every and nth % every == 0 else clean
        page = pages[nth // max(every, 1) % len(pages)] if pages is damaged else pages[nth % len(pages)]
        yield page
        size += len(page.encode("utf-8"))
        nth += 1


def _read(folder: Path) -> Sequence[str]:
    return [path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))]


def _write(path: Path, pages: Iterator[str]) -> None:
    with open(path, "w", encoding="utf-8") as lines:
        for nth, page in enumerate(pages):
            lines.write(json.dumps({"id": nth, "text": page}, ensure_ascii=False) + "\n")


class Run(NamedTuple):
    """What a run of the command took: seconds, those of processors, and the memory in MB of a process."""

    seconds: float
    work: float
    peak: float


def _run(path: Path, jobs: int) -> Run:
    output = path.parent / f"out{jobs}"
    command = [sys.executable, "-m", "encfix", "clean", str(path), "-j", str(jobs), "-o", str(output)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    seconds = time.perf_counter() - started
    shutil.rmtree(output)
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
