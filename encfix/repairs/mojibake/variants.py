"""Choosing between bytes where several give the same character: 0x80 or A2E3 for €, NEC's or IBM's row for a symbol.

The bytes that read best are found from left to right: where the reading is poor, each choice nearby is tried on a
short stretch, and the best is kept if it gains enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes
from encfix.repairs.mojibake.charsets import Raw, others
from encfix.repairs.mojibake.costs import broken, read_costs
from encfix.repairs.mojibake.pairs import Pair
from encfix.repairs.mojibake.reading import Block, read

Costs: TypeAlias = Callable[[Codes, Pair], npt.NDArray[np.float32]]

POOR = -8.0
"""The cost of a character below which the bytes near it are doubted."""

GAIN = 1.5
"""Nats that a choice must gain."""

BEFORE, AHEAD, WINDOW = 5, 9, 32
"""Characters before and behind a poor one whose bytes are doubted, and on which a choice is tried."""

CHUNK = 480
"""Characters that are resolved at once."""


_INCOMPLETE = re.compile(rb"[\xe3-\xef][\x80-\xbf](?=\s|\Z)")


def resolve(block: Block, pair: Pair, raw: Raw, *, by_validity: bool = False) -> Raw | None:
    """Return the bytes behind a block with the best choices made; None if there is nothing to choose.

    `by_validity` looks only for bytes that make characters, whatever these are.
    """
    costs_of = _invalid if by_validity else read_costs
    choices = others(pair.wrong)
    ambiguous = np.flatnonzero(np.isin(block.codes, list(choices)))
    if not len(ambiguous):
        return None
    edges = raw.starts.tolist()
    pieces = [raw.data[start:end] for start, end in pairwise(edges)]
    changed = False
    for start, end in _chunks(block):
        own = (
            [place for place in ambiguous.tolist() if start <= place < end]
            if len(ambiguous) < 64
            else (ambiguous[(ambiguous >= start) & (ambiguous < end)].tolist())
        )
        if own:
            part = pieces[start:end]
            options = {place - start: choices[int(block.codes[place])] for place in own}
            if _resolve(part, options, pair, costs_of):
                pieces[start:end] = part
                changed = True
    if not changed:
        return None
    lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
    return Raw(b"".join(pieces), np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))))


def with_final_space(block: Block, raw: Raw) -> Raw | None:
    """Return the bytes with A0, stripped as a space, put back at ends of lines where UTF-8 lacks its last byte; or
    None."""
    found = [match.end() for match in _INCOMPLETE.finditer(raw.data)]
    if not found:
        return None
    starts = raw.starts.copy()
    data = bytearray(raw.data)
    for place in reversed(found):
        data[place:place] = b"\xa0"
        starts[raw.starts >= place] += 1
    is_whole = "\ufffd" not in data.decode("utf-8", "replace")
    return Raw(bytes(data), starts) if is_whole else None  # where more is lost, this byte may be another


def _chunks(block: Block) -> Iterator[tuple[int, int]]:
    """Yield lines, long ones in pieces."""
    ends = [*np.flatnonzero(block.codes == 10).tolist(), len(block.codes)]
    start = 0
    for end in ends:
        while start < end:
            yield start, min(end, start + CHUNK)
            start = min(end, start + CHUNK)
        start = end + 1


def _invalid(codes: Codes, pair: Pair) -> npt.NDArray[np.float32]:
    return np.where(broken(codes), np.float32(2 * POOR), np.float32(0))


def _resolve(pieces: list[bytes], options: dict[int, tuple[bytes, ...]], pair: Pair, costs_of: Costs) -> bool:
    """Make the best choices in `pieces`, in place; return whether any was made."""
    changed, resume = False, 0
    for _ in range(4 * len(options) + 4):
        codes, starts = read(b"".join(pieces), pair.codec)
        costs = costs_of(codes, pair)
        edges = np.cumsum([0, *(len(piece) for piece in pieces)])
        owner = np.searchsorted(edges, starts[:-1], side="right") - 1
        poor = np.flatnonzero((costs < POOR) & (owner >= resume))
        best: tuple[float, int, bytes] | None = None
        for where in poor.tolist():
            place = int(owner[where])
            near = [nth for nth in range(place - BEFORE, place + AHEAD) if nth in options]
            if not near:
                continue
            border = where
            while border > 0 and (owner[border] > near[0] - 2 or edges[owner[border]] != starts[border]):
                border -= 1
            first = int(owner[border])
            last = min(len(pieces), first + WINDOW)
            now = _cost(pieces, first, last, pair, costs_of)
            trials = [
                (_cost(pieces, first, last, pair, costs_of, nth, other), nth, other)
                for nth in near
                for other in options[nth]
            ]
            best = max(trials)
            if best[0] > now + GAIN:
                _, nth, other = best
                options[nth] = (*(o for o in options[nth] if o != other), pieces[nth])
                pieces[nth] = other
                changed, resume = True, max(resume, min(near))
                break
            resume = place + 1
            best = None
        if best is None:
            break
    return changed


def _cost(
    pieces: list[bytes], first: int, last: int, pair: Pair, costs_of: Costs, nth: int = -1, other: bytes = b""
) -> float:
    """Return what a stretch costs when read, with other bytes for one of its characters."""
    data = b"".join(other if place == nth else pieces[place] for place in range(first, last))
    codes, _ = read(data, pair.codec)
    return float(costs_of(codes, pair).sum())
