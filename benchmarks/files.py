"""Throughput and memory of files: JSON Lines as the command reads them, against the engine on the same text in memory.

`python -m benchmarks.files [MEGABYTES]`. Time is that of the processor. The engine is measured twice: cleaning alone,
and with its changes read, as whoever edits a file in place must. Pages are damaged seeds among the clean gold texts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from encfix.cleaner import Cleaner
from encfix.cli.cleaning import Task, clean_files
from encfix.files.formats.base import Selection
from encfix.files.walking import Failed, Source

ROOT = Path(__file__).parent.parent
SHARES = (0.0, 0.05, 1.0)
"""How many of the pages are damaged."""


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:  # first, for a new process begins with the memory of this one
        path = Path(folder, "a.jsonl")
        _write(path, _pages(0.05, 4 * megabytes))
        print(f"peak memory of the command on {path.stat().st_size / 1e6:,.0f} MB: {_peak(path):,.0f} MB")
    print("damaged  engine  with changes  file      of engine  (million characters/s)")
    for share in SHARES:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{share:7.0%}  {_row(Path(folder), share, megabytes)}")


def _row(folder: Path, share: float, megabytes: int) -> str:
    path = folder / "a.jsonl"
    _write(path, _pages(share, megabytes))
    with open(path, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    characters = sum(map(len, texts))
    cleaner = Cleaner()
    cleaner.clean_many(texts[:50])
    engine = _seconds(lambda: cleaner.clean_many(texts))
    reading = _seconds(lambda: [result.changes for result in cleaner.clean_many(texts)])
    through = _seconds(lambda: _clean(path, cleaner))
    figures = [characters / seconds / 1e6 for seconds in (engine, reading, through)]
    ratios = f"{through / engine:.1f}x, with changes {through / reading:.1f}x"
    return f"{figures[0]:6.1f}  {figures[1]:12.1f}  {figures[2]:8.1f}  {ratios}"


def _clean(path: Path, cleaner: Cleaner) -> None:
    source = Source(path.parent, path.name, path.stat().st_size, is_named=True)
    for outcome in clean_files([source], Task(cleaner, Selection(fields=("text",)))):
        assert not isinstance(outcome, Failed)
        with open(path.with_suffix(".out"), "wb") as sink:
            for _ in outcome.parts(sink):
                pass


def _seconds(work: Callable[[], object]) -> float:
    """The best of three."""
    times = []
    for _ in range(3):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


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


def _peak(path: Path) -> float:
    """Memory in MB of a new process that cleans the file with the command."""
    command = [sys.executable, "-m", "encfix", "clean", str(path), "--field", "text", "-o", str(path.parent / "out")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
