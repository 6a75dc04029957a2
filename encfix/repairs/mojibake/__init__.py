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

import numpy as np

from encfix import screen
from encfix.batch import Batch, Positions
from encfix.chinese.characters import LINE_END_CLASSES, among
from encfix.edits import Edits, Proposal, gathered, merge
from encfix.options import Options
from encfix.repairs.mojibake import examples, lines, lone_marks, pieces, remnants, western
from encfix.repairs.mojibake.block import Block
from encfix.repairs.mojibake.completing import Stretch, complete
from encfix.repairs.mojibake.costs import damaged_costs
from encfix.repairs.mojibake.explained import DROPPED, PROVED, Explained
from encfix.repairs.mojibake.explaining import Evidence, explain
from encfix.repairs.mojibake.marked import Marked

NEAR = 48
"""Code points from a sign of damage within which damage may begin or end."""


FAR = 2000
"""Code points on either side of letters of Europe that were damaged, to which the line is read for others."""


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to read damaged spans again in their true encoding."""
    places = screen.positions(batch, screen.MOJIBAKE)
    parts = [remnants.propose(batch, places), lone_marks.propose(batch)]
    of_blocks: dict[int, Evidence] = {}
    of_lines: dict[int, Evidence] = {}
    stretches = list(_stretches(batch, places))
    marked = [Marked.of(batch, start, end) for _, start, end in stretches]
    costs = damaged_costs([one.codes for one in marked]) if marked else []
    europe: list[Edits] = []
    lost: list[list[Explained]] = []
    found: dict[int, list[Stretch]] = {}
    for (document, start, end), text, costs_each in zip(stretches, marked, costs, strict=True):
        base = int(batch.starts[document])
        block, before = Block(text.codes, costs_each), start - base
        known, alone = of_blocks.setdefault(document, Evidence()), of_lines.setdefault(document, Evidence())
        explained = explain(block, known, before) if block.is_suspect else []
        alone.preferred = known.preferred
        explained = lines.one_by_one(block, explained, alone, before)
        europe.append(_of_europe(block, explained))
        spans = [one.span.bounds for one in explained]
        spans += zip(europe[-1].start.tolist(), europe[-1].end.tolist(), strict=True)
        found.setdefault(document, []).append(Stretch(before, end - base, text.codes, explained))
        lost.append(lines.lost(block, spans))
    for document, own in found.items():
        complete(batch.codes[batch.starts[document] : batch.ends[document]], own)
    explained_each = [stretch.explained for own in found.values() for stretch in own]
    for text, explained, losses, others in zip(marked, explained_each, lost, europe, strict=True):
        parts += (text.divided(edits) for edits in (_edits(explained + losses), others))
    of_europe = [(*stretch, edits) for stretch, edits in zip(stretches, europe, strict=True) if len(edits)]
    for line in sorted({line for one in of_europe for line in _lines_at_ends(batch, *one)}):
        text = Marked.of(batch, *line)
        parts.append(text.divided(western.propose(text.codes)))
    edits = merge(parts)
    by_document = {document: [one for each in own for one in each.explained] for document, own in found.items()}
    return examples.guard(batch, merge((edits, pieces.propose(batch, by_document, edits))))


def _of_europe(block: Block, explained: list[Explained]) -> Edits:
    """Return what ftfy makes of the lines of a block that are not repaired."""
    if not block.is_narrow:
        return Edits.none()
    done, doubted = (
        [one.span.bounds for one in explained if (one.confidence >= PROVED and one.rule != DROPPED) == is_repair]
        for is_repair in (True, False)
    )
    return western.propose(block.codes, done, doubted)


def _lines_at_ends(batch: Batch, document: int, start: int, end: int, edits: Edits) -> Iterator[tuple[int, int]]:
    """Yield the first and the last line of a stretch as a whole, if they have edits and go on outside: where a few
    letters of Europe are damaged, others far from them may be."""
    for place in (start + int(edits.start[0]), start + int(edits.end[-1]) - 1):
        first, last = max(int(batch.starts[document]), place - FAR), min(int(batch.ends[document]), place + FAR)
        line_ends = np.flatnonzero(among(batch.classes[first:last], *LINE_END_CLASSES)) + first
        nth = int(np.searchsorted(line_ends, place))
        line = int(line_ends[nth - 1]) + 1 if nth else first, int(line_ends[nth]) if nth < len(line_ends) else last
        if line[0] < start <= line[1] or line[0] <= end < line[1]:
            yield line


def _stretches(batch: Batch, places: Positions) -> Iterator[tuple[int, int, int]]:
    """Yield stretches of text around the `places`: their document, start and end in the batch.

    Stretches end at line ends, or where no place is near.
    """
    if not len(places):
        return
    ends = np.flatnonzero(among(batch.classes, *LINE_END_CLASSES))
    documents = batch.documents_of(places)
    first = np.flatnonzero((np.diff(places, prepend=-9 * NEAR) > 2 * NEAR) | (np.diff(documents, prepend=-1) != 0))
    last = np.append(first[1:], len(places)) - 1
    for one, other in zip(first.tolist(), last.tolist(), strict=True):
        document = int(documents[one])
        line = int(np.searchsorted(ends, places[one]))
        start = max(int(ends[line - 1]) + 1, int(batch.starts[document]), int(places[one]) - NEAR)
        end = min(int(ends[np.searchsorted(ends, places[other])]), int(places[other]) + NEAR)
        yield document, start, end


def _edits(explained: list[Explained]) -> Edits:
    """Return one edit for each span."""
    return gathered(
        Proposal(span.start, span.end, span.text, rule, confidence, span.gain) for span, confidence, rule in explained
    )
