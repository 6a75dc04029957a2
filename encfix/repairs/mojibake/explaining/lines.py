"""The lines of a damaged stretch by themselves: what is in doubt in one casts none on the others.

A stretch is read as a whole first, which tells more about the encodings than a line does. A line of which that left
anything in doubt is read again alone: it may have been damaged in another way, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from encfix.arrays import Codes, Mask, Positions, Scores
from encfix.batch import to_codes
from encfix.chinese.characters import Class
from encfix.repairs.mojibake.encodings.pairs import MIXED
from encfix.repairs.mojibake.explaining.explained import (
    DOUBTED,
    DROPPED,
    OF_PAIRS,
    Explained,
    between,
    covers,
)
from encfix.repairs.mojibake.explaining.plausibility import NEARLY_ALL, is_like_utf8, steps_of_utf8
from encfix.repairs.mojibake.explaining.rounds import AGAIN
from encfix.repairs.mojibake.explaining.whole_stretch import Evidence, explain, without_loss
from encfix.repairs.mojibake.judging.block import Block, Span, running_counts
from encfix.repairs.mojibake.judging.costs import read_costs

MOST_VAIN, MOST_VAIN_SHARE = 500, 0.1
"""Code points of lines that were read alone in vain, less those of which it helped, before no more are, and for each
before them: lists of rare characters hold one such line after the other."""

LEAST_BEGUN = 0.2
"""The share of pairs of bytes that begin with the first one of a character of UTF-8, and of those that end with it."""

_PAIRS_FOR_UTF8 = ("gbk", "big5", "euc-kr")
"""Charsets of pairs of which UTF-8 may have been taken for one."""


OF_UTF8, LEAST_OF_UTF8 = 0.95, 6
"""The share of bytes that must be like those of UTF-8 in a line of another encoding than the ones around it, and its
characters."""

LEAST_OF_PAIRS = 6
"""Letters and signs of Latin-1 in a row that are pairs of bytes, though all lines together are text in no encoding."""

POOR, POOREST = -9.0, -13.0
"""The mean cost of a character below which a line may be of another encoding of pairs than the ones around it, and
below which it is, be it in which it may."""

LEAST_LOST, LEAST_LOST_SHARE = 4, 0.15
"""Replacement characters in an improbable line that is beyond repair, and their share of what is beyond ASCII."""


def one_by_one(block: Block, explained: list[Explained], evidence: Evidence, before: int) -> list[Explained]:
    """Return what explains a block, `explained` as a whole, with the lines that this left in doubt read alone.

    `evidence` is what the lines that were read alone have shown; `before` is how many code points of the document are
    before the block.
    """
    if not (block.classes == Class.NEWLINE).any() or not (explained or _may_hold_pairs(block)):
        return explained
    explained = [other for one in explained for other in _with_other_lines(one, block)]
    parts = [part for one in explained for part in _parts(one, block)]
    is_read_alone = np.zeros(len(block.codes), dtype=np.bool_)
    for part in parts:
        is_read_alone[part.span.start : part.span.end] = _is_of_utf8(part.span, block)
    as_whole = {part.span.start: part for part in parts if not is_read_alone[part.span.start]}
    sure = [(one.span.start, one.span.end) for one in as_whole.values() if _is_sure(one, block)]
    found: list[Explained] = []
    for start, end in _unexplained_lines(block, sure):
        line = block.part(start, end)
        theirs = [as_whole[place] for place in range(start, end) if place in as_whole]
        repaired = [one for one in theirs if one.is_repair]
        mine = without_loss(line, [repaired[0].span.pair], evidence) if repaired else []
        is_vain = evidence.vain > MOST_VAIN + MOST_VAIN_SHARE * (before + start)
        if not is_vain and line.is_suspect and not covers(line, [one for one in mine if one.is_repair]):
            mine = [other for one in explain(line, evidence, before + start) for other in _with_other_lines(one, line)]
            growth = -len(line.codes) if any(one.is_repair for one in mine) else len(line.codes)
            evidence.vain = max(0, evidence.vain + growth)
        if mine and (not repaired or (all(one.is_repair for one in mine) and _known(mine) > _known(repaired))):
            found += (one.moved(start) for one in mine)
            is_read_alone[start:end] = True
    for one in explained:
        found += _parts(one, block, is_read_alone) if is_read_alone[one.span.start : one.span.end].any() else [one]
    return sorted(found, key=lambda one: one.span.start)


def _may_hold_pairs(block: Block) -> bool:
    """Return whether a block holds more letters and signs of Latin-1 beside one another than any word of Europe."""
    is_upper = (block.codes >= 0x80) & (block.codes < 0x100)
    return any(end - start >= LEAST_OF_PAIRS for start, end in between(~is_upper)) if is_upper.any() else False


def _with_other_lines(one: Explained, block: Block) -> list[Explained]:
    """Return what explains a line or several, with those by themselves that another pair of encodings reads better.

    Any bytes are pairs of both GBK and Big5, and files hold messages for the mainland in one and for Taiwan in the
    other.
    """
    pair = one.span.pair
    if not (pair.is_european and pair.codec in OF_PAIRS and (pair in MIXED or _costs(one.span).min() < POOR)):
        return [one]
    parts = list(_parts(one, block))
    found = [_in_other_pairs(part, block) or _doubted_if_poor(part) for part in parts]
    return found if any(other is not part for part, other in zip(parts, found, strict=True)) else [one]


def _doubted_if_poor(part: Explained) -> Explained:
    """Return the reading of a line, in doubt if it is no text."""
    is_poor = _costs(part.span).min() < POOREST
    return part._replace(confidence=min(part.confidence, DOUBTED)) if is_poor else part


def _in_other_pairs(part: Explained, block: Block) -> Explained | None:
    """Return the reading of a line in another pair, if what is made of it is hardly text, or read from UTF-8 in part
    though it has no character that only pairs of UTF-8 give: then only the other lines may have called for that."""
    span, cost = part.span, _costs(part.span).min()
    line = block.part(span.start, span.end)
    if cost >= POOR and (span.pair not in MIXED or line.has_pairs_of_utf8):
        return None
    alone = explain(line, Evidence(), 0)
    if len(alone) != 1 or not (alone[0].is_repair and covers(line, alone)) or _costs(alone[0].span).min() <= cost:
        return None
    return alone[0].moved(span.start) if alone[0].span.pair.codec in OF_PAIRS else None


def _costs(span: Span) -> Scores:
    """Return the mean cost of the characters beyond ASCII of each line of a reading."""
    codes = to_codes(span.text)
    line = np.cumsum(codes == ord("\n"))
    beyond = codes >= 0x80
    count = np.bincount(line[beyond], minlength=1)
    sums = np.bincount(line[beyond], weights=read_costs(codes, span.pair)[beyond], minlength=1)
    return np.asarray(sums / np.maximum(count, 1))


def lost(block: Block, explained: Sequence[tuple[int, int]]) -> list[Explained]:
    """Return the lines of a block of which nothing is explained though they are improbable, and much of them lost:
    marks show that, or that their bytes may be of UTF-8."""
    lines = np.array(list(_unexplained_lines(block, explained)), dtype=np.int64).reshape(-1, 2)
    if not len(lines):
        return []

    def counts(mask: Mask) -> Positions:
        return np.asarray(np.diff(running_counts(mask)[lines])[:, 0])

    foreign = counts(block.codes >= 0x80)
    marks = np.maximum(counts(block.classes == Class.REPLACEMENT), counts(_questions(block.codes)))
    are_lost = marks >= np.maximum(LEAST_LOST, LEAST_LOST_SHARE * foreign)
    for charset in _PAIRS_FOR_UTF8:
        begins, ends, inside = map(counts, steps_of_utf8(block, charset))
        least = np.maximum(LEAST_OF_UTF8, foreign)
        are_lost |= (begins + ends + inside >= NEARLY_ALL * least) & (np.minimum(begins, ends) >= LEAST_BEGUN * least)
    return [
        Explained(Span(start, end, "", 0.0, AGAIN), DOUBTED, DROPPED)
        for start, end in lines[are_lost].tolist()
        if block.part(start, end).is_suspect
    ]


def _questions(codes: Codes) -> Mask:
    """Return which characters are question marks that end no question: letters stand right behind them."""
    return np.asarray((codes == ord("?")) & (np.append(codes[1:], 0) >= ord("@")))


def _is_of_utf8(span: Span, block: Block) -> bool:
    """Return whether a line read with others in an encoding of pairs is of UTF-8, as no other encoding is by chance."""
    if not span.pair.is_european or span.pair.codec == "utf-8" or span.end - span.start < LEAST_OF_UTF8:
        return False
    return is_like_utf8(block.part(span.start, span.end), span.pair, OF_UTF8)


def _unexplained_lines(block: Block, explained: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the lines of a block, but for empty ones, that touch none of the spans that are explained."""
    touched = np.zeros(len(block.codes) + 1, dtype=np.bool_)
    for first, last in explained:
        touched[first:last] = True
    lines = np.array(between(block.classes == Class.NEWLINE))
    free = ~np.logical_or.reduceat(touched, lines[:, 0]) & (lines[:, 0] < lines[:, 1])
    yield from zip(*lines[free].T.tolist(), strict=True)


def _is_sure(one: Explained, block: Block) -> bool:
    """Return whether a line is repaired, and nothing of it lost without a mark, which other lines may have made look
    like a loss."""
    if not one.is_repair or one.span.pair.codec not in OF_PAIRS or "\ufffd" not in one.span.text:
        return one.is_repair
    return bool((block.classes[one.span.start : one.span.end] == Class.REPLACEMENT).any())


def _known(explained: list[Explained]) -> int:
    """Return how many characters beyond ASCII of a line are known by what explains it."""
    return sum(character >= "\x80" and character != "\ufffd" for one in explained for character in one.span.text)


def _parts(one: Explained, block: Block, without: Mask | None = None) -> Iterator[Explained]:
    """Yield what explains several lines, parted at their ends, but for lines `without` it."""
    for line in one.lines(block.classes):
        if without is None or not without[line.span.start : line.span.end].any():
            yield line
