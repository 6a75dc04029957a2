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

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from encfix import screen
from encfix.arrays import Positions
from encfix.batch import Batch
from encfix.chinese.characters import Class, class_table
from encfix.edits import Edits, Proposal, gathered, merge
from encfix.options import Options
from encfix.repairs.mojibake import examples
from encfix.repairs.mojibake.encodings.inverses import given_by
from encfix.repairs.mojibake.explaining import lines
from encfix.repairs.mojibake.explaining.completing import Stretch, complete
from encfix.repairs.mojibake.explaining.explained import DOUBTED, Explained
from encfix.repairs.mojibake.explaining.whole_stretch import Evidence, explain
from encfix.repairs.mojibake.judging.block import Block
from encfix.repairs.mojibake.judging.costs import damaged_costs
from encfix.repairs.mojibake.markup import Marked
from encfix.repairs.mojibake.single_places import byte_order_mark, european, lone_marks, remnants, short_pieces
from encfix.repairs.mojibake.stretches import FAR, around, line_around


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to read damaged spans again in their true encoding."""
    places = screen.positions(batch, screen.MOJIBAKE)
    parts = [remnants.propose(batch, places), lone_marks.propose(batch), byte_order_mark.propose(batch)]
    readings = _readings(batch, places)
    unread = _unread(batch, readings)
    if len(unread):
        own = np.isin(batch.documents_of(places), batch.documents_of(unread))
        readings |= _readings(batch, np.union1d(places[own], unread))
    for document, own_readings in readings.items():
        codes = batch.codes[batch.starts[document] : batch.ends[document]]
        complete(codes, [reading.stretch for reading in own_readings])
    for reading in (one for each in readings.values() for one in each):
        repaired = _edits([*_worth_it(reading.stretch), *reading.lost])
        parts += (reading.text.divided(edits) for edits in (repaired, reading.europe))
    for line in _whole_lines(batch, [reading for each in readings.values() for reading in each]):
        text = Marked.of(batch, *line)
        parts.append(text.divided(european.propose(text.codes)))
    edits = merge(parts)
    by_document = {document: _explained(each) for document, each in readings.items()}
    return examples.guard(batch, merge((edits, short_pieces.propose(batch, by_document, edits))))


class _Reading(NamedTuple):
    """A stretch of text, what explains it, what ftfy does to the rest, and the lines that are beyond repair."""

    text: Marked
    stretch: Stretch
    europe: Edits
    lost: list[Explained]


def _explained(readings: list[_Reading]) -> list[Explained]:
    return [one for reading in readings for one in reading.stretch.explained]


def _readings(batch: Batch, places: Positions) -> dict[int, list[_Reading]]:
    """Return how the stretches around some places read, by document."""
    of_blocks: dict[int, Evidence] = {}
    of_lines: dict[int, Evidence] = {}
    stretches = list(around(batch, places))
    marked = [Marked.of(batch, start, end) for _, start, end in stretches]
    costs = damaged_costs([one.codes for one in marked]) if marked else []
    found: dict[int, list[_Reading]] = {}
    for (document, start, end), text, costs_each in zip(stretches, marked, costs, strict=True):
        base = int(batch.starts[document])
        block, before = Block(text.codes, costs_each), start - base
        known, alone = of_blocks.setdefault(document, Evidence()), of_lines.setdefault(document, Evidence())
        explained = explain(block, known, before) if block.is_suspect else []
        alone.preferred = known.preferred
        explained = lines.one_by_one(block, explained, alone, before)
        europe = _of_europe(block, explained)
        spans = [one.span.bounds for one in explained]
        spans += zip(europe.start.tolist(), europe.end.tolist(), strict=True)
        stretch = Stretch(before, end - base, text.codes, explained)
        found.setdefault(document, []).append(_Reading(text, stretch, europe, lines.lost(block, spans)))
    return found


def _unread(batch: Batch, readings: dict[int, list[_Reading]]) -> Positions:
    """Return where letters and lines of boxes stand side by side that no stretch holds, in documents that were
    read in a charset of Europe which has them: the screen does not stop at these, since sound text has them."""
    found = []
    for document, own in readings.items():
        pair = short_pieces.proved(_explained(own), 1)
        if pair is None or not pair.is_european:
            continue
        start, end = int(batch.starts[document]), int(batch.ends[document])
        is_its = (batch.classes[start:end] == Class.OTHER) & given_by(pair.wrong).take(
            batch.codes[start:end], mode="clip"
        )
        is_its[1:] &= is_its[:-1]
        for reading in own:
            is_its[reading.stretch.start : reading.stretch.end] = False
        found.append(start + np.flatnonzero(is_its))
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _of_europe(block: Block, explained: list[Explained]) -> Edits:
    """Return what ftfy makes of the lines of a block that are not repaired."""
    if not block.is_narrow:
        return Edits.none()
    done, doubted = (
        [one.span.bounds for one in explained if one.is_repair == is_repair] for is_repair in (True, False)
    )
    return european.propose(block.codes, done, doubted)


def _whole_lines(batch: Batch, readings: list[_Reading]) -> Iterator[tuple[int, int]]:
    """Yield the lines that begin or end a stretch that ftfy changes, and go on outside of it: where a few letters of
    Europe are damaged, others far from them may be. Of a long line parts are read that overlap by half."""
    reached = 0
    for reading in sorted((one for one in readings if len(one.europe)), key=lambda one: one.text.base):
        start = reading.text.base
        end = start + reading.stretch.end - reading.stretch.start
        for place in (start + int(reading.europe.start[0]), start + int(reading.europe.end[-1]) - 1):
            if place < reached - FAR // 2:
                continue
            first, last = line_around(batch, place)
            if last > reached and (first < start <= last or first <= end < last):
                reached = last
                yield first, last


def _worth_it(stretch: Stretch) -> Iterator[Explained]:
    """Yield what explains a stretch; lines of which nothing but U+FFFD would be left are in doubt."""
    classes = class_table().take(stretch.codes)
    for one in stretch.explained:
        if "\ufffd" not in one.span.text:
            yield one
            continue
        lines = list(one.lines(classes))
        if not any(line.recovers_nothing for line in lines):
            yield one
            continue
        for line in lines:
            yield line._replace(confidence=min(line.confidence, DOUBTED)) if line.recovers_nothing else line


def _edits(explained: list[Explained]) -> Edits:
    """Return one edit for each span."""
    return gathered(
        Proposal(span.start, span.end, span.text, rule, confidence, span.gain) for span, confidence, rule in explained
    )
