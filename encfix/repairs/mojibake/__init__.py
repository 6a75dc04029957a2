"""Text read in the wrong encoding: `绐楄竟鐨勫皬` was 窗边的小, `ÓůÓĂ` was 育用, `donâ€™t` was don’t.

What it looks like: runs of characters that stand side by side in no text: rare ideographs, half-width kana, hangul
among ideographs, accented letters and symbols, private-use characters.

How it came about: a program took bytes of one encoding for another. Most of these mistakes keep every byte and can
be undone; decoders that replace or drop what they cannot read lose some.

When it is certain: the bytes that the wrong decoder must have seen are text in the true encoding, that text is
Chinese by the model (Japanese or Korean by its kana or hangul), and what stands there is not. Spans are judged, not
whole documents: a damaged line in a good page, a damaged word in a line. What European encodings did to one another
is ftfy's part, on lines that hold such characters.

What looks alike and must stay: names and lists of rare characters, verse, Japanese, Korean and Vietnamese text,
French é», and quoted examples in text about encodings, which are reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from encfix import screen
from encfix.batch import Batch, Positions
from encfix.chinese.characters import Class, among
from encfix.edits import Edits, Proposal, gathered, merge
from encfix.options import Options
from encfix.repairs.mojibake import lone_marks, remnants, western
from encfix.repairs.mojibake.costs import damaged_costs
from encfix.repairs.mojibake.explaining import AGAIN, DOUBTED, DROPPED, Evidence, Explained, explain
from encfix.repairs.mojibake.marked import Marked
from encfix.repairs.mojibake.reading import Block, Span

LEAST_LOST, LEAST_LOST_SHARE = 4, 0.15
"""Replacement characters in an improbable line that is beyond repair, and their share of what is beyond ASCII."""

NEAR = 48
"""Code points from a sign of damage within which damage may begin or end."""


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to read damaged spans again in their true encoding."""
    places = screen.positions(batch, screen.MOJIBAKE)
    parts = [remnants.propose(batch, places), lone_marks.propose(batch)]
    evidence: dict[int, Evidence] = {}
    stretches = list(_stretches(batch, places))
    marked = [Marked.of(batch, start, end) for _, start, end in stretches]
    costs = damaged_costs([one.codes for one in marked]) if marked else []
    for (document, start, _), text, costs_each in zip(stretches, marked, costs, strict=True):
        block = Block(text.codes, costs_each)
        known, before = evidence.setdefault(document, Evidence()), start - int(batch.starts[document])
        explained = explain(block, known, before) if block.is_suspect else []
        explained += [one for line in _other_lines(block, explained) for one in _explained_line(block, line, before)]
        spans = sorted((one.span.start, one.span.end) for one in explained)
        europe = western.propose(block, spans)
        spans += zip(europe.start.tolist(), europe.end.tolist(), strict=True)
        explained += _lost_lines(block, spans)
        parts += (text.divided(edits) for edits in (_edits(explained), europe))
    return remnants.guard(batch, merge(parts))


def _stretches(batch: Batch, places: Positions) -> Iterator[tuple[int, int, int]]:
    """Yield stretches of text around the `places`: their document, start and end in the batch.

    Stretches end at line ends, or where no place is near.
    """
    if not len(places):
        return
    ends = np.flatnonzero(among(batch.classes, Class.NEWLINE, Class.BOUNDARY))
    documents = batch.documents_of(places)
    first = np.flatnonzero((np.diff(places, prepend=-9 * NEAR) > 2 * NEAR) | (np.diff(documents, prepend=-1) != 0))
    last = np.append(first[1:], len(places)) - 1
    for one, other in zip(first.tolist(), last.tolist(), strict=True):
        document = int(documents[one])
        line = int(np.searchsorted(ends, places[one]))
        start = max(int(ends[line - 1]) + 1, int(batch.starts[document]), int(places[one]) - NEAR)
        end = min(int(ends[np.searchsorted(ends, places[other])]), int(places[other]) + NEAR)
        yield document, start, end


def _other_lines(block: Block, explained: list[Explained]) -> Iterator[tuple[int, int]]:
    """Yield the lines of a block of which nothing is explained where something is of others: they may have been damaged
    in another way."""
    if explained:
        yield from _unexplained_lines(block, [(one.span.start, one.span.end) for one in explained])


def _lost_lines(block: Block, explained: Sequence[tuple[int, int]]) -> list[Explained]:
    """Return the lines of a block of which nothing is explained though they are improbable, and much of them lost."""
    if not (block.classes == Class.REPLACEMENT).any():
        return []
    return [
        Explained(Span(start, end, "", 0.0, AGAIN), DOUBTED, DROPPED)
        for start, end in _unexplained_lines(block, explained)
        if _is_lost(Block(block.codes[start:end], block.costs[start:end]))
    ]


def _is_lost(line: Block) -> bool:
    lost = int(np.count_nonzero(line.classes == Class.REPLACEMENT))
    return lost >= max(LEAST_LOST, LEAST_LOST_SHARE * line.foreign) and line.is_suspect


def _unexplained_lines(block: Block, explained: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the lines of a block that touch none of the spans that are explained."""
    touched = np.zeros(len(block.codes) + 1, dtype=np.bool_)
    for first, last in explained:
        touched[first:last] = True
    ends = np.append(np.flatnonzero(block.classes == Class.NEWLINE), len(block.codes))
    starts = np.append(0, ends[:-1] + 1)
    free = ~np.logical_or.reduceat(touched, starts)
    yield from zip(starts[free].tolist(), ends[free].tolist(), strict=True)


def _explained_line(block: Block, line: tuple[int, int], before: int) -> Iterator[Explained]:
    """Yield what explains a line by itself."""
    start, end = line
    alone = Block(block.codes[start:end], block.costs[start:end])
    for one in explain(alone, Evidence(), before) if alone.is_suspect else ():
        yield one._replace(span=replace(one.span, start=one.span.start + start, end=one.span.end + start))


def _edits(explained: list[Explained]) -> Edits:
    """Return one edit for each span."""
    return gathered(
        Proposal(span.start, span.end, span.text, rule, confidence, span.gain) for span, confidence, rule in explained
    )
