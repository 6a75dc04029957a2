"""OpenCC's conversions over arrays of code points: the same output, many characters at once.

OpenCC cuts a text into words by longest match, then sends each word through a chain of lexicons, each again by
longest match. In almost every place that comes to the same as looking one character up in one table, the chain
composed. So that is done first, and only places where the table may be wrong are looked at again:

1. A character that some phrase converts differently is an *anchor*, flagged in the table. An anchor whose neighbour
   is the one that it has in such a phrase is a *hit*.
2. Around each hit a run is taken, up to where no phrase of any lexicon could reach across, so what happens in it
   does not depend on the rest of the text.
3. The runs, a small part of the text, go through OpenCC's algorithm proper: a walk of a double-array trie from every
   place at once, overlaps decided leftmost-longest.

A phrase never changes the length of a text in these configurations (`tools/build_conversion.py` checks it).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions, inside
from encfix.chinese.description import described, is_operator
from encfix.chinese.lexicons import (
    AFTER,
    BEFORE,
    CODE_BITS,
    JOINED,
    NORMALIZING,
    NUMBERS,
    OPERATOR,
    Chain,
    Symbols,
    character_table,
    hashed,
    symbol_table,
    tables,
    trie,
)

WINDOW, STEPS = 8, 4
"""Runs grow by so many characters at once, and so often before they are all found in one sweep."""


class Matches(NamedTuple):
    """The phrases that a text was cut into: where they start and end, and the slot where each ends in the trie."""

    start: Positions
    end: Positions
    slot: Codes


def convert_codes(codes: Codes, configuration: str) -> Codes:
    """Return code points converted by one of `CHAINS`, as OpenCC 1.4.2 does: uint32, as many as came in.

    NULs, lone surrogates and values past Unicode are kept, and end a word; ideographic description sequences are kept.
    Raises KeyError for a configuration that is not in `CHAINS`.

    >>> codes = np.array([ord(c) for c in "头发与发展"], dtype=np.uint32)
    >>> "".join(map(chr, convert_codes(codes, "s2tw")))
    '頭髮與發展'
    """
    lookup = tables(configuration)
    packed = lookup.characters.take(codes, mode="clip")
    flagged = np.flatnonzero(packed >= OPERATOR)
    packed &= CODE_BITS
    packed ^= codes
    if not len(flagged):
        return packed
    anchors = codes.take(flagged)
    operators = is_operator(anchors)
    if operators.any():
        kept = described(codes, flagged[operators])
        converted = convert_codes(np.where(kept, np.uint32(0), codes), configuration)
        converted[kept] = codes[kept]
        return converted
    symbols = symbol_table()
    here = symbols.take(anchors, mode="clip")
    before = symbols.take(codes.take(flagged - 1, mode="clip"), mode="clip")
    after = symbols.take(codes.take(flagged + 1, mode="clip"), mode="clip")
    found = lookup.pairs.take(hashed(before, here)) & AFTER
    found |= lookup.pairs.take(hashed(here, after)) & BEFORE
    hits = flagged[found != 0]
    if len(hits):
        start, end = _runs(codes, hits, lookup.pairs)
        _convert_runs(codes, packed, start, end, lookup.chain)
    return packed


def _runs(codes: Codes, hits: Positions, pairs: npt.NDArray[np.uint8]) -> tuple[Positions, Positions]:
    """Return the runs around `hits` (sorted): starts and ends, each run once."""
    start = end = None
    if len(hits) <= len(codes) // WINDOW:
        start, end = _reach(codes, hits, -1, pairs), _reach(codes, hits + 1, 1, pairs)
    if start is None or end is None:
        return _runs_by_sweep(codes, hits, pairs)
    np.maximum(start, 0, out=start)
    np.minimum(end, len(codes), out=end)
    first = np.flatnonzero(start != np.append(-1, start[:-1]))
    return start.take(first), end.take(first)


def _reach(codes: Codes, bounds: Positions, step: int, pairs: npt.NDArray[np.uint8]) -> Positions | None:
    """Return each bound moved by `step` until no phrase reaches across it; None if that takes too long.

    Past the ends of the text the outermost character is taken to go on, so a bound may leave the text.
    """
    bounds = bounds.copy()
    open_ones = np.arange(len(bounds))
    ahead = np.arange(WINDOW + 1) * step - (step > 0)
    for _ in range(STEPS):
        characters = codes.take(bounds.take(open_ones)[:, None] + ahead, mode="clip")
        symbols = symbol_table().take(characters, mode="clip")
        near, far = symbols[:, :-1], symbols[:, 1:]
        joined = pairs.take(hashed(near, far) if step > 0 else hashed(far, near)) & JOINED
        closed = np.argmin(joined, axis=1)
        stays = joined[np.arange(len(closed)), closed].view(np.bool_)
        closed[stays] = WINDOW
        bounds[open_ones] += step * closed
        open_ones = open_ones[stays]
        if not len(open_ones):
            return bounds
    return None


def _runs_by_sweep(codes: Codes, hits: Positions, pairs: npt.NDArray[np.uint8]) -> tuple[Positions, Positions]:
    """Return what `_runs` does in time that does not depend on how long the runs are."""
    symbols = symbol_table().take(codes, mode="clip")
    gaps = np.flatnonzero(pairs.take(hashed(symbols[:-1], symbols[1:])) & JOINED == 0) + 1
    bounds = np.concatenate(([0], gaps, [len(codes)]))
    runs = np.searchsorted(bounds, hits, side="right")
    runs = runs[np.append(True, runs[1:] != runs[:-1])]
    return bounds[runs - 1], bounds[runs]


def _convert_runs(codes: Codes, converted: Codes, start: Positions, end: Positions, chain: Chain) -> None:
    """Put into `converted` what becomes of the runs of `codes`."""
    sizes = end - start + 1  # a NUL after each keeps them apart
    last = np.cumsum(sizes) - 1
    index = inside(start, sizes)
    text = codes.take(index, mode="clip")
    text[last] = 0
    text = convert_text(text, chain)
    kept = np.ones(len(index), dtype=np.bool_)
    kept[last] = False
    converted[index[kept]] = text[kept]


def convert_text(text: Codes, chain: Chain) -> Codes:
    """Return a text converted by OpenCC's algorithm alone; its last code must be 0, description sequences left out."""
    text = text ^ character_table(NORMALIZING).take(text, mode="clip")
    symbols = symbol_table().take(text, mode="clip")
    cuts: Mask | None = None
    matches: Matches | None = None
    if chain.segmentation is not None:
        matches = _match(symbols, NUMBERS[chain.segmentation], None)
        cuts = np.zeros(len(text), dtype=np.bool_)
        cuts[matches.start] = True
        cuts[matches.end] = True
    for name in chain.stages:
        if matches is None or name != chain.segmentation:
            matches = _match(symbols, NUMBERS[name], cuts)
        text = text ^ character_table(NUMBERS[name]).take(text, mode="clip")
        _put_values(text, matches)
        symbols = symbol_table().take(text, mode="clip")
        matches = None
    return text


def _match(symbols: Symbols, root: int, cuts: Mask | None) -> Matches:
    """Return the phrases of one lexicon that a walk from left to right takes, the longest at each place.

    No phrase reaches across a place where `cuts` is True.
    """
    phrases = trie()
    place: Positions = np.flatnonzero(symbols)
    node: Codes = np.full(len(place), root, dtype=np.uint32)
    base: Codes = phrases.base.take(node)
    length = np.zeros(len(symbols), dtype=np.int64)
    slot = np.zeros(len(symbols), dtype=np.uint32)
    depth = 0
    while len(place):
        ahead = place + depth
        child = (base >> np.uint32(1)) + symbols.take(ahead)
        valid = phrases.check.take(child) == node
        if cuts is not None and depth:
            valid &= ~cuts.take(ahead)
        chosen = np.flatnonzero(valid)
        place, node = place.take(chosen), child.take(chosen)
        base = phrases.base.take(node)
        depth += 1
        ends = np.flatnonzero(base & np.uint32(1))
        length[place.take(ends)] = depth
        slot[place.take(ends)] = node.take(ends)
    start = np.flatnonzero(length)
    if not len(start):
        return Matches(start, start, slot[:0])
    end = start + length.take(start)
    taken = _leftmost(start, end)
    return Matches(start[taken], end[taken], slot.take(start[taken]))


def _leftmost(start: Positions, end: Positions) -> Positions:
    """Return the indexes of the spans, sorted by `start`, that a walk from left to right takes.

    Each span leads to the first that starts at or after its end; what is reached from a span that nothing before
    overlaps is found by doubling, in as many rounds as the longest chain has binary digits.
    """
    reach = np.maximum.accumulate(end)
    taken = np.append(True, start[1:] >= reach[:-1])
    if taken.all():
        return np.arange(len(start))
    leads = np.append(np.searchsorted(start, end), len(start))
    taken = np.append(taken, True)
    while True:
        reached = leads[taken]
        if taken[reached].all():
            return np.flatnonzero(taken[:-1])
        taken[reached] = True
        leads = leads[leads]


def _put_values(text: Codes, matches: Matches) -> None:
    """Put the conversion of phrases where they stand, if it is not that of their characters."""
    if not len(matches.start):
        return
    phrases = trie()
    place = np.searchsorted(phrases.exceptional, matches.slot)
    chosen = np.flatnonzero(phrases.exceptional.take(place, mode="clip") == matches.slot)
    start = matches.start[chosen]
    sizes = matches.end[chosen] - start
    first = phrases.offsets[place[chosen]].astype(np.int64)
    text[inside(start, sizes)] = phrases.values[inside(first, sizes)]
