"""A unified diff in time linear in the text: what changed where is known, not searched for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from encfix.result import Change

CONTEXT = 3
"""Lines that are shown before and after those that changed."""


class _Region(NamedTuple):
    """Lines `[first, last)` of the original that became lines `[new_first, new_last)`."""

    first: int
    last: int
    new_first: int
    new_last: int


def unified(name: str, original: str, text: str, changes: Sequence[Change]) -> Iterator[str]:
    """Yield the lines of the diff from `original` to `text`, as `patch` reads it; only `\\n` ends a line.

    >>> change = Change("gloss", ("gloss.pinyin",), 3, 7, "(jìn)", "", 1.0, "")
    >>> for line in unified("a.txt", "一\\n進(jìn)口", "一\\n進口", [change]): print(line, end="")
    --- a.txt
    +++ a.txt
    @@ -1,2 +1,2 @@
     一
    -進(jìn)口
    \\ No newline at end of file
    +進口
    \\ No newline at end of file
    """
    old, new = _Lines(original), _Lines(text)
    hunks: list[list[_Region]] = []
    for region in _regions(old, new, changes):
        if hunks and region.first - hunks[-1][-1].last <= 2 * CONTEXT:
            hunks[-1].append(region)
        else:
            hunks.append([region])
    if hunks:
        yield f"--- {name}\n"
        yield f"+++ {name}\n"
    for hunk in hunks:
        yield from _hunk(old, new, hunk)


class _Lines:
    """A text by lines, each with its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0] if text else []
        end = text.find("\n") + 1
        while 0 < end < len(text):
            self.starts.append(end)
            end = text.find("\n", end) + 1

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, line: int) -> str:
        return self.text[self.start(line) : self.start(line + 1)]

    def start(self, line: int) -> int:
        return self.starts[line] if line < len(self.starts) else len(self.text)

    def at(self, offset: int) -> int:
        return max(bisect_right(self.starts, offset) - 1, 0)


def _regions(old: _Lines, new: _Lines, changes: Sequence[Change]) -> Iterator[_Region]:
    """Yield what changed as whole lines, sorted and apart from each other."""
    nth = shift = 0
    while nth < len(changes):
        first = last = old.at(changes[nth].start)
        begin = old.start(first) + shift
        while True:
            end = old.start(last) + shift
            if nth < len(changes) and old.at(changes[nth].start) <= last:
                change = changes[nth]
                last = max(last, old.at(max(change.end - 1, change.start)) + 1)
                shift += len(change.after) - (change.end - change.start)
                nth += 1
            elif last < len(old) and end > begin and new.text[end - 1] != "\n":
                last += 1  # the end of a line was deleted: the next one belongs to it
            else:
                break
        yield _Region(
            first, min(last, len(old)), bisect_right(new.starts, begin - 1), bisect_right(new.starts, end - 1)
        )


def _hunk(old: _Lines, new: _Lines, regions: Sequence[_Region]) -> Iterator[str]:
    first = max(regions[0].first - CONTEXT, 0)
    last = min(regions[-1].last + CONTEXT, len(old))
    new_first = regions[0].new_first - (regions[0].first - first)
    new_last = regions[-1].new_last + (last - regions[-1].last)
    yield f"@@ -{_range(first, last)} +{_range(new_first, new_last)} @@\n"
    done = first
    for region in regions:
        yield from _marked(" ", old, done, region.first)
        yield from _marked("-", old, region.first, region.last)
        yield from _marked("+", new, region.new_first, region.new_last)
        done = region.last
    yield from _marked(" ", old, done, last)


def _range(first: int, last: int) -> str:
    if last - first == 1:
        return str(first + 1)
    return f"{first + (last > first)},{last - first}"


def _marked(mark: str, lines: _Lines, first: int, last: int) -> Iterator[str]:
    for line in range(first, last):
        content = lines[line]
        yield mark + content if content.endswith("\n") else f"{mark}{content}\n\\ No newline at end of file\n"
