"""Where a damaged span ends: what is sound beside it stays as it stands.

A span is found by what it gains, and drawn out to the next character that the wrong encoding lacks. So a mark or an
ideograph beside it may have come along, of which the true encoding makes a part of a character, or one that is less
probable. None of these is damage: a span that begins or ends in the middle of a line gives back what is sound there.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes, Positions
from encfix.chinese import model
from encfix.chinese.characters import IS_HAN, Class, members
from encfix.repairs.mojibake.costs import broken

SOUND = -7.0
"""The cost of an ideograph behind another above which both are sound; where nothing reads better, by itself."""

LEAVING, LEAVING_FOREIGN = 8.0, 16.0
"""How much may be lost to the end of a line, or to a character that the wrong encoding lacks, before damage ends
earlier; more where only characters are left that no Chinese text has."""

STRANGE = -9.0
"""The cost of a character of the reading below which half of it was a mark, if it ends with one; of an ideograph by
itself below which no mark or letter beside it makes it sound."""

_IS_MARK = members(Class.WIDE, Class.COMMA, Class.MARK, Class.OPEN, Class.CLOSE, Class.QUESTION)


class Text(NamedTuple):
    """A text that may be damaged, and its reading in another encoding, with the borders that they share."""

    seen: Codes
    classes: npt.NDArray[np.uint8]
    read: Codes
    costs: npt.NDArray[np.float32]
    """What each character of the reading costs."""
    old: Positions
    """The shared borders, as places of what is seen."""
    new: Positions
    """The same as places of the reading."""
    newlines: Positions
    """Where the lines of what is seen end."""


_NOTHING = -1e9
"""What is gained where nothing can be, in sums that are subtracted."""

Scores = npt.NDArray[np.float64]
Stretch = tuple[int, int]
"""The first and the last shared border of a span, by index."""


def drawn_out(
    stretches: list[tuple[int, int, float]], gains: Scores, stops: Positions, leaving: Scores
) -> list[tuple[int, int, float]]:
    """Return stretches drawn out to the next stop on either side, where less than `leaving` speaks against it."""
    extended: list[tuple[int, int, float]] = []
    for start, end, gain in stretches:
        place = int(np.searchsorted(stops, start))
        left = int(stops[place - 1]) + 1 if place else 0
        place = int(np.searchsorted(stops, end))
        right = int(stops[place]) if place < len(stops) else len(gains)
        left = max(left, extended[-1][1] if extended else 0)
        before, after = float(gains[left:start].sum()), float(gains[end:right].sum())
        if before > -leaving[left:start].min(initial=LEAVING_FOREIGN):
            start, gain = left, gain + before
        if after > -leaving[end:right].min(initial=LEAVING_FOREIGN):
            end, gain = max(end, right), gain + after
        extended.append((start, end, gain))
    return [
        stretch
        for nth, stretch in enumerate(extended)
        if nth + 1 == len(extended) or stretch[1] <= extended[nth + 1][0]
    ]


def settled(text: Text, stretches: list[tuple[int, int, float]], gains: Scores) -> Iterator[tuple[int, int, float]]:
    """Yield stretches less what is sound at their ends, each within lines that it holds whole or within one."""
    running = np.concatenate((np.zeros(1), np.cumsum(np.maximum(gains, _NOTHING))))
    for first, last, gain in stretches:
        for one, other in in_lines(text, first, last):
            for start, end in better_lines(text, one, other, running):
                start, end = trimmed(text, start, end)
                if start < end:
                    yield start, end, gain if (start, end) == (first, last) else float(gains[start:end].sum())


def in_lines(text: Text, first: int, last: int) -> Iterator[Stretch]:
    """Yield a span, parted at the ends of lines of which it holds only a part that is beyond ASCII."""
    start, end = int(text.old[first]), int(text.old[last])
    before, after = np.searchsorted(text.newlines, (start, end)).tolist()
    cuts = {first, last}
    if before < after:
        line_start = text.newlines[before - 1] if before else 0
        line_end = text.newlines[after] if after < len(text.newlines) else len(text.seen)
        if (text.seen[line_start:start] >= 0x80).any():
            cuts.add(int(np.searchsorted(text.old, text.newlines[before])))
        if (text.seen[end:line_end] >= 0x80).any():
            cuts.add(int(np.searchsorted(text.old, text.newlines[after - 1])))
    yield from pairwise(sorted(cuts))


def better_lines(text: Text, first: int, last: int, running: Scores) -> Iterator[Stretch]:
    """Yield a span less the lines in it that read worse: no byte of one belongs to a character of the next."""
    start, end = np.searchsorted(text.newlines, (text.old[first], text.old[last])).tolist()
    if start == end:
        yield first, last
        return
    ends = np.searchsorted(text.old, text.newlines[start:end])
    starts, ends = np.append(first, ends + 1), np.append(ends, last)
    is_worse = running[ends] < running[starts]
    for worse in np.flatnonzero(is_worse).tolist():
        if first < starts[worse]:
            yield first, int(starts[worse]) - 1
        first = int(ends[worse]) + 1
    if first < last:
        yield first, last


def trimmed(text: Text, first: int, last: int) -> Stretch:
    """Return a span less what is sound at its ends and reads worse."""
    while first < last and _is_sound(text, first, first + 1, at_start=True):
        first += 1
    while first < last and _is_sound(text, last - 1, last, at_start=False):
        last -= 1
    return first, last


def _is_sound(text: Text, first: int, last: int, *, at_start: bool) -> bool:
    """Return whether what stands between two borders next to each other is sound beside what is outside, and reads
    worse."""
    start, end = int(text.old[first]), int(text.old[last])
    seen, read = text.seen[start:end], text.read[text.new[first] : text.new[last]]
    if (seen < 0x80).all():
        return bool(len(seen) == len(read) and (seen == read).all())
    classes = text.classes[start:end]
    is_han, is_mark = IS_HAN.take(classes), _IS_MARK.take(classes)
    if not (is_han | is_mark).all():
        return False
    costs, logs = text.costs[text.new[first] : text.new[last]], model.log_unigram(seen)
    is_broken = bool(broken(read).any())
    if is_han.any() and not (is_broken and logs.min() > SOUND):
        outside = start - 1 if at_start else end
        if not 0 <= outside < len(text.seen) or text.classes[outside] == Class.NEWLINE:
            return False
        pairs = model.log_pair(text.seen[start - at_start : end + (not at_start)])[1:]
        if pairs.min() < SOUND or (not IS_HAN[text.classes[outside]] and logs[is_han].min() < STRANGE):
            return False
    return is_broken or bool(costs.sum() < logs.sum())


def of_a_mark(text: Text, last: int, *, is_narrow: bool) -> int:
    """Return how many of the last characters of a reading were made of a mark that is sound and of what is before it.

    `is_narrow` says that the mark may have been one byte, and so the last of a whole character.
    """
    start, end = int(text.old[last - 1]), int(text.old[last])
    if end - start < 2 or not _IS_MARK.take(text.classes[end - 1]) or text.seen[end - 1] < 0x80:
        return 0
    nth = int(text.new[last]) - 1
    if text.read[nth] < 0x80 and nth > text.new[last - 1]:
        return 2
    is_strange = not is_narrow and text.costs[nth] < STRANGE
    return int(is_strange or broken(text.read[nth : nth + 1]).any())
