"""Where a damaged span ends: what is sound beside it stays as it stands.

A span is found by what it gains, and drawn out to the next character that the wrong encoding lacks. So a mark or an
ideograph beside it may have come along, of which the true encoding makes a part of a character, or one that is less
probable. None of these is damage: a span that begins or ends in the middle of a line gives back what is sound there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions, Scores
from encfix.chinese.characters import IS_HAN, Class, members
from encfix.repairs.mojibake.judging.block import Block, running_counts, running_sums
from encfix.repairs.mojibake.judging.costs import broken

SOUND = -7.0
"""The cost of an ideograph behind another above which both are sound; where nothing reads better, by itself."""

LEAVING, LEAVING_FOREIGN = 8.0, 16.0
"""How much may be lost to the end of a line, or to a character that the wrong encoding lacks, before damage ends
earlier; more where only characters are left that no Chinese text has."""

STRANGE = -9.0
"""The cost of a character of the reading below which half of it was a mark, if it ends with one; of an ideograph by
itself below which no mark or letter beside it makes it sound."""

_IS_MARK = members(Class.WIDE, Class.COMMA, Class.MARK, Class.OPEN, Class.CLOSE, Class.QUESTION)
_IS_HAN_OR_MARK = IS_HAN | _IS_MARK

_ROUNDING = 1e-3
"""More than sums of the same costs differ by in which order they are added."""


@dataclass(frozen=True, eq=False)
class Text:
    """A text that may be damaged, and its reading in another encoding, with the borders that they share."""

    block: Block
    """What is seen."""
    read: Codes
    costs: npt.NDArray[np.float32]
    """What each character of the reading costs."""
    old: Positions
    """The shared borders, as places of what is seen."""
    new: Positions
    """The same as places of the reading."""

    @cached_property
    def may_be_sound(self) -> list[bool]:
        """What may be sound between two borders next to each other, at the end of a span; a quick look at all."""
        is_mark = _IS_HAN_OR_MARK.take(self.block.classes)
        is_ascii, is_mark = (_hold_all(mask, self.old) for mask in (self.block.codes < 0x80, is_mark))
        by_itself, read = _sums(self.block.logs, self.old), _sums(self.costs, self.new)
        is_broken = ~_hold_all(~broken(self.read), self.new)
        is_letter = _hold_all(_are_letters_of_two_bytes(self.read), self.new)
        found: list[bool] = (is_ascii | is_mark & (is_broken | is_letter | (read < by_itself + _ROUNDING))).tolist()
        return found


def _hold_all(mask: Mask, borders: Positions) -> Mask:
    """Return between which borders next to each other a mask holds everywhere."""
    missing = running_counts(~mask)[borders]
    return np.asarray(missing[1:] == missing[:-1])


def _sums(values: npt.NDArray[np.float32], borders: Positions) -> Scores:
    """Return the sums of values between borders next to each other."""
    running = running_sums(values)[borders]
    return np.asarray(running[1:] - running[:-1])


_NOTHING = -1e9
"""What is gained where nothing can be, in sums that are subtracted."""

Stretch = tuple[int, int]
"""The first and the last shared border of a span, by index."""

Gain = tuple[int, int, float]
"""The same, and how many nats it gains."""


@dataclass(frozen=True, eq=False)
class Rough:
    """A text, what it gains between each of its borders and the next, and which stretches of it gain much."""

    text: Text
    gains: Scores
    is_stop: Mask
    """Where between two borders a span ends at the latest."""
    stretches: list[Gain]

    @cached_property
    def settled(self) -> list[Gain]:
        """The stretches as they should be: drawn out to the next stop, less what is sound at their ends."""
        old, foreign = self.text.old, self.text.block.foreign_before[self.text.old]
        leaving = np.where(np.diff(foreign) == np.diff(old), LEAVING_FOREIGN, LEAVING)
        stretches = drawn_out(self.stretches, self.gains, np.flatnonzero(self.is_stop), leaving)
        return list(settled(self.text, stretches, self.gains))


def drawn_out(stretches: list[Gain], gains: Scores, stops: Positions, leaving: Scores) -> list[Gain]:
    """Return stretches drawn out to the next stop on either side, where less than `leaving` speaks against it."""
    extended: list[Gain] = []
    bounds = np.concatenate(([-1], stops, [len(gains)]))
    ends = np.array([stretch[:2] for stretch in stretches], dtype=np.int64).reshape(-1, 2)
    places = bounds[np.searchsorted(stops, ends) + np.array((0, 1))].tolist()
    for (start, end, gain), (stop, right) in zip(stretches, places, strict=True):
        left = max(stop + 1, extended[-1][1] if extended else 0)
        if left < start:
            before = float(gains[left:start].sum())
            if before > -leaving[left:start].min(initial=LEAVING_FOREIGN):
                start, gain = left, gain + before
        elif left > start:
            start = left
        if end < right:
            after = float(gains[end:right].sum())
            if after > -leaving[end:right].min(initial=LEAVING_FOREIGN):
                end, gain = right, gain + after
        extended.append((start, end, gain))
    return [
        stretch
        for nth, stretch in enumerate(extended)
        if nth + 1 == len(extended) or stretch[1] <= extended[nth + 1][0]
    ]


def settled(text: Text, stretches: list[Gain], gains: Scores) -> Iterator[Gain]:
    """Yield stretches less what is sound at their ends, each within lines that it holds whole or within one."""
    running = running_sums(np.maximum(gains, _NOTHING))
    ends = text.old[np.array([stretch[:2] for stretch in stretches], dtype=np.int64).reshape(-1, 2)]
    lines = text.block.newlines.searchsorted(ends)
    for (first, last, gain), (line, last_line) in zip(stretches, lines.tolist(), strict=True):
        is_in_a_line = line == last_line and first <= last  # else the one before it was drawn out over it
        for one, other in ((first, last),) if is_in_a_line else in_lines(text, first, last):
            for start, end in ((one, other),) if is_in_a_line else better_lines(text, one, other, running):
                start, end = trimmed(text, start, end)
                if start < end:
                    yield start, end, gain if (start, end) == (first, last) else float(gains[start:end].sum())


def in_lines(text: Text, first: int, last: int) -> Iterator[Stretch]:
    """Yield a span, parted at the ends of lines of which it holds only a part that is beyond ASCII."""
    start, end = int(text.old[first]), int(text.old[last])
    before, after = np.searchsorted(text.block.newlines, (start, end)).tolist()
    cuts = {first, last}
    if before < after:
        line_start = text.block.newlines[before - 1] if before else 0
        line_end = text.block.newlines[after] if after < len(text.block.newlines) else len(text.block.codes)
        if (text.block.codes[line_start:start] >= 0x80).any():
            cuts.add(int(np.searchsorted(text.old, text.block.newlines[before])))
        if (text.block.codes[end:line_end] >= 0x80).any():
            cuts.add(int(np.searchsorted(text.old, text.block.newlines[after - 1])))
    yield from pairwise(sorted(cuts))


def better_lines(text: Text, first: int, last: int, running: Scores) -> Iterator[Stretch]:
    """Yield a span less the lines in it that read worse: no byte of one belongs to a character of the next."""
    start, end = np.searchsorted(text.block.newlines, (text.old[first], text.old[last])).tolist()
    if start == end:
        yield first, last
        return
    ends = np.searchsorted(text.old, text.block.newlines[start:end])
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
    may_be_sound = text.may_be_sound
    while first < last and may_be_sound[first] and _is_sound(text, first, first + 1, at_start=True):
        first += 1
    while first < last and may_be_sound[last - 1] and _is_sound(text, last - 1, last, at_start=False):
        last -= 1
    return first, last


def _is_sound(text: Text, first: int, last: int, *, at_start: bool) -> bool:
    """Return whether what stands between two borders next to each other is sound beside what is outside, and reads
    worse."""
    start, end = int(text.old[first]), int(text.old[last])
    seen, read = text.block.codes[start:end], text.read[text.new[first] : text.new[last]]
    if (seen < 0x80).all():
        return bool(len(seen) == len(read) and (seen == read).all())
    classes = text.block.classes[start:end]
    is_han, is_mark = IS_HAN.take(classes), _IS_MARK.take(classes)
    if not (is_han | is_mark).all():
        return False
    costs, logs = text.costs[text.new[first] : text.new[last]], text.block.logs[start:end]
    is_broken = bool(broken(read).any())
    if is_han.any() and not (is_broken and logs.min() > SOUND):
        outside = start - 1 if at_start else end
        if not 0 <= outside < len(text.block.codes) or text.block.classes[outside] == Class.NEWLINE:
            return False
        if IS_HAN[text.block.classes[outside]] and _are_letters_of_two_bytes(read).all():
            return True
        pairs = text.block.pair_logs[start:end] if at_start else text.block.pair_logs[start + 1 : end + 1]
        if pairs.min() < SOUND or (not IS_HAN[text.block.classes[outside]] and logs[is_han].min() < STRANGE):
            return False
    return is_broken or bool(costs.sum() < logs.sum())


def _are_letters_of_two_bytes(read: Codes) -> Mask:
    """Return which characters are letters that UTF-8 has in two bytes, signs apart: 叶 as Ҷ, which stands beside no
    ideograph."""
    return np.asarray((read > 0xFF) & (read < 0x800))


def of_a_mark(text: Text, last: int, *, is_narrow: bool) -> int:
    """Return how many of the last characters of a reading were made of a mark that is sound and of what is before it.

    `is_narrow` says that the mark may have been one byte, and so the last of a whole character.
    """
    start, end = int(text.old[last - 1]), int(text.old[last])
    if end - start < 2 or not _IS_MARK.take(text.block.classes[end - 1]) or text.block.codes[end - 1] < 0x80:
        return 0
    nth = int(text.new[last]) - 1
    if text.read[nth] < 0x80 and nth > text.new[last - 1]:
        return 2
    is_strange = not is_narrow and text.costs[nth] < STRANGE
    return int(is_strange or broken(text.read[nth : nth + 1]).any())
