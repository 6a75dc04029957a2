"""What explains a damaged stretch of text: a span that reads better in a pair of encodings, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Mask
from encfix.batch import to_codes
from encfix.chinese.characters import Class, class_table
from encfix.repairs.mojibake.encodings.pairs import PAIRS
from encfix.repairs.mojibake.judging.block import Block, Span
from encfix.rules import number_of

WHOLE = 0.9
"""The share of the characters beyond ASCII that an explanation of a whole stretch must hold."""

PROVED = 0.9
"""Confidence of all that a pair explains from which on no other true encoding is tried."""

DOUBTED = 0.6
"""Confidence where other bytes read nearly as well, or where most bytes were lost without a mark."""

DROPPED = number_of("mojibake.dropped")
ROUNDS = number_of("mojibake.rounds")
NUMBERS = {pair: number_of(pair.name) for pair in PAIRS}

_NOTHING = frozenset({"\ufffd", *map(chr, range(0x80))})

OF_PAIRS = ("gbk", "cp950")
"""The codecs of Chinese that read two bytes as one character."""

OF_KANA = ("euc_jp", "cp932")
"""The codecs of Japanese that do."""


class Explained(NamedTuple):
    """A span, how probably it is right, and the number of the rule that says so."""

    span: Span
    confidence: float
    rule: int

    def moved(self, by: int) -> Explained:
        """Return the same, so many code points on."""
        return self._replace(span=replace(self.span, start=self.span.start + by, end=self.span.end + by))

    @property
    def is_repair(self) -> bool:
        """Whether it is a repair that proves its pair, not a report."""
        return self.rule not in (DROPPED, ROUNDS) and self.confidence >= PROVED

    @property
    def recovers_nothing(self) -> bool:
        """Whether every character of its text beyond ASCII is lost."""
        return "\ufffd" in self.span.text and set(self.span.text) <= _NOTHING

    def lines(self, classes: npt.NDArray[np.uint8]) -> Iterator[Explained]:
        """Yield what it explains of each line of a stretch, but for empty ones, given the classes of its characters."""
        span = self.span
        old = between(classes[span.start : span.end] == Class.NEWLINE)
        new = between(class_table().take(to_codes(span.text)) == Class.NEWLINE)
        if len(old) != len(new):
            new = [(0, 0)] * len(old)  # a report has no text of its own
        for (start, end), place in zip(old, new, strict=True):
            if start < end:
                yield self._replace(span=span.part(span.start + start, span.start + end, *place))


def between(is_end: Mask) -> list[tuple[int, int]]:
    """Return the stretches that ends of lines leave: start and end."""
    ends = np.flatnonzero(is_end).tolist()
    return list(zip((0, *(end + 1 for end in ends)), (*ends, len(is_end)), strict=True))


def covers_well(block: Block, spans: list[Span]) -> bool:
    """Return whether spans without a broken character hold nearly all that is beyond ASCII in a block."""
    exact = (block.codes[span.start : span.end] for span in spans if span.is_exact)
    return bool(spans) and sum(int(np.count_nonzero(codes >= 0x80)) for codes in exact) >= WHOLE * block.foreign


def covers(block: Block, found: list[Explained]) -> bool:
    """Return whether nearly all that is beyond ASCII in a block is explained without a loss."""
    return covers_well(block, [one.span for one in found])
