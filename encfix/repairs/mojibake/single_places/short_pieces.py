"""Short pieces of mojibake that prove nothing by themselves: 闃旀磱 for the name 阔洋 in a file whose other lines were
damaged alike.

Few characters that read well in some other encoding may be chance, unless UTF-8 makes a word of them. Where lines of
the same document prove a pair of encodings, only that pair is in question, and a piece between ASCII which reads in it
without a loss, and much better than it stands, was damaged like the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, inside, offsets_of, runs
from encfix.batch import Batch, to_codes, to_text
from encfix.chinese import division
from encfix.chinese.characters import BOUNDARY_CODE, IS_HAN, class_table
from encfix.chinese.neighbours import is_hangul, is_kana
from encfix.edits import Edits, Proposal, gathered
from encfix.repairs.mojibake.ambiguous_bytes import resolving
from encfix.repairs.mojibake.encodings.charsets import FIRST_OF_CHINA
from encfix.repairs.mojibake.encodings.pairs import Pair
from encfix.repairs.mojibake.explaining.explained import NUMBERS, Explained
from encfix.repairs.mojibake.judging.block import Block, running_counts
from encfix.repairs.mojibake.judging.costs import bounded_costs, read_costs

LEAST_LINES = 2
"""Repaired lines that prove a pair."""

LEAST_GAIN, LEAST_GAIN_UTF8 = 14.0, 5.0
"""Nats that a piece must gain; less in UTF-8, which text of another encoding seldom is."""

LEAST_MEAN, MOST_MEAN = -9.0, -9.0
"""The least mean cost of a character of the reading, in nats, and the greatest of what stands there."""

LEAST_LETTERS = 2
"""Ideographs, kana and hangul in the shortest piece."""

CONFIDENCE, CONFIDENCE_UTF8 = 0.93, 0.97
"""How sure such a piece is."""

_LAST = 0xFFFF
"""The last of the characters that pieces are made of, `FIRST_OF_CHINA` the first."""

ROUNDING = 1e-3
"""More than two means of the same costs differ by in which order they are added."""


def propose(batch: Batch, explained: Mapping[int, Sequence[Explained]], edits: Edits) -> Edits:
    """Propose to read short pieces again, by what explains each document; what the `edits` hold already is no piece."""
    proposals: list[Proposal] = []
    for document, spans in explained.items():
        pair = proved(spans)
        if pair is not None and not pair.is_european:
            start, end = int(batch.starts[document]), int(batch.ends[document])
            is_free = np.ones(end - start + 1, dtype=np.bool_)
            here = slice(*np.searchsorted(edits.start, (start, end)))
            for first, last in zip(edits.start[here].tolist(), edits.end[here].tolist(), strict=True):
                is_free[first - start : last - start + 1] = False
            is_free[batch.seams_of(document).ravel()] = False
            proposals += (one.moved(start) for one in _pieces(batch.codes[start:end], is_free, pair))
    return gathered(proposals)


def proved(explained: Sequence[Explained], least: int = LEAST_LINES) -> Pair | None:
    """Return the pair of encodings that most lines prove, if they are at least so many."""
    lines = Counter[Pair]()
    for one in explained:
        if one.is_repair:
            lines[one.span.pair] += 1 + one.span.text.count("\n")
    ((pair, count),) = lines.most_common(1) or ((None, 0),)
    return pair if pair is not None and count >= least else None


def _pieces(codes: Codes, is_free: Mask, pair: Pair) -> Iterator[Proposal]:
    """Yield the free pieces of a document that read better as `pair` says."""
    is_utf8 = pair.codec == "utf-8"
    for start, end, costs in _improbable(codes, is_free):
        block = Block(codes[start:end], costs)
        try:
            text = resolving.chosen(block, pair)[0].data.decode(pair.codec)
        except UnicodeDecodeError:
            continue
        gain = _gain(block, text, pair)
        if gain >= (LEAST_GAIN_UTF8 if is_utf8 else LEAST_GAIN):
            yield Proposal(start, end, text, NUMBERS[pair], CONFIDENCE_UTF8 if is_utf8 else CONFIDENCE, gain)


def _improbable(codes: Codes, is_free: Mask) -> Iterator[tuple[int, int, npt.NDArray[np.float32]]]:
    """Yield the free pieces that are improbable, as hardly any of a good page is, and what their characters cost."""
    is_wide = (codes >= FIRST_OF_CHINA) & (codes <= _LAST)
    spans = np.stack(runs(is_wide), axis=1)
    taken = running_counts(~is_free)
    spans = spans[(spans[:, 1] - spans[:, 0] >= LEAST_LETTERS) & (taken[spans[:, 1] + 1] == taken[spans[:, 0]])]
    if not len(spans):
        return
    lengths = spans[:, 1] - spans[:, 0]
    edges = offsets_of(lengths + 1)[:-1]
    bounded = codes.take(inside(spans[:, 0] - 1, lengths + 1), mode="clip")
    bounded[edges] = BOUNDARY_CODE
    costs = bounded_costs(bounded)
    costs[edges] = 0
    means = np.add.reduceat(costs, edges, dtype=np.float64) / lengths
    for nth in np.flatnonzero(means < MOST_MEAN + ROUNDING).tolist():
        (start, end), edge = spans[nth].tolist(), int(edges[nth])
        own = costs[edge + 1 : edge + 1 + end - start]
        if own.mean() <= MOST_MEAN:
            yield start, end, own


def _gain(block: Block, after: str, pair: Pair) -> float:
    """Return by how many nats a piece reads better, 0 if it is no text so, or has better words as it stands."""
    codes = to_codes(after)
    letters = IS_HAN.take(class_table().take(codes)) | is_kana(codes) | is_hangul(codes)
    costs = read_costs(codes, pair)
    if letters.sum() < LEAST_LETTERS or (codes < 0x80).any() or costs.mean() < LEAST_MEAN:
        return 0.0
    if pair.is_chinese and division.lattice_score(after) <= division.lattice_score(to_text(block.codes)):
        return 0.0
    return float(costs.sum() - block.costs.sum())
