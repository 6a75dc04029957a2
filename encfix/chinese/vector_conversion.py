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

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.chinese.data import load
from encfix.chinese.description import described, is_operator

Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

LEXICONS = {
    "st": (("STPhrases", "STPhrases_GeneratedFromRegionalPhrases"), ("STCharacters",)),
    "ts": (("TSPhrases",), ("TSCharactersExt", "TSCharacters")),
    "tw": (("TWVariantsPhrases",), ("TWVariants",)),
    "hk": (("HKVariantsPhrases",), ("HKVariants",)),
    "tw-rev": (("TWVariantsRevPhrases",), ("TWVariantsRev",)),
    "hk-rev": (("HKVariantsRevPhrases",), ("HKVariantsRev",)),
}
"""OpenCC's dictionaries of phrases and of characters that work together, the more important first."""

NUMBERS = {name: number for number, name in enumerate(LEXICONS)}
"""A lexicon's number in the tables; the root of its trie is the slot of that number."""

NORMALIZATION = ("CJK_Compatibility_Ideographs",)
"""The dictionary of characters that every configuration applies first; its number comes after the lexicons'."""


class Chain(NamedTuple):
    """A configuration: the lexicon that cuts words, None if the text is not cut, and those that convert, in order."""

    segmentation: str | None
    stages: tuple[str, ...]


CHAINS = {
    "s2t": Chain(None, ("st",)),
    "s2tw": Chain("st", ("st", "tw")),
    "s2hk": Chain("st", ("st", "hk")),
    "t2s": Chain(None, ("ts",)),
    "tw2s": Chain("ts", ("tw-rev", "ts")),
    "hk2s": Chain("ts", ("hk-rev", "ts")),
    "t2tw": Chain(None, ("tw",)),
    "t2hk": Chain(None, ("hk",)),
    "tw2t": Chain(None, ("tw-rev",)),
    "hk2t": Chain(None, ("hk-rev",)),
}
"""The configurations that this module serves, in the order of their bits in the table of pairs."""

CHARACTERS = 0x33000
"""Past the last code point that any lexicon holds; what is greater stays as it is."""

CODE_BITS = np.uint32(0x3FFFF)
"""The bits of a table entry that hold the exclusive or of a character and what becomes of it."""
OPERATOR = np.uint32(1 << 29)
ANCHOR = np.uint32(1 << 30)
"""Flags of a table entry: begins an ideographic description sequence; may become something else in a phrase."""

JOINED, AFTER, BEFORE = np.uint8(1), np.uint8(2), np.uint8(4)
"""What a pair of neighbours is: inside a phrase; an anchor after its neighbour; an anchor before its neighbour."""

PAIR_BITS = 20
"""The pairs are looked up by a hash of so many bits; a false positive only costs time."""

WINDOW, STEPS = 8, 4
"""Runs grow by so many characters at once, and so often before they are all found in one sweep."""


class Tables(NamedTuple):
    """What one configuration needs."""

    characters: Codes
    """Exclusive or of each character and its conversion, with flags: uint32 (CHARACTERS,); the last entry is 0."""
    pairs: npt.NDArray[np.uint8]
    """What each pair of symbols may be, by hash: uint8 (1 << PAIR_BITS,)."""
    chain: Chain


class Trie(NamedTuple):
    """The phrases of all lexicons as one double array (Aoe, 1989).

    The child of slot s by symbol c is slot t = base[s] + c, if check[t] is s. All arrays are uint32.
    """

    base: Codes
    """Twice the base, plus 1 where a phrase ends."""
    check: Codes
    exceptional: Codes
    """Slots, sorted, of the phrases that do not come to the same as converting their characters."""
    offsets: Codes
    """Where in `values` the conversion of each of those begins."""
    values: Codes


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
    tables = _tables(configuration)
    packed = tables.characters.take(codes, mode="clip")
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
    here = symbols.take(anchors).astype(np.uint32)
    before = symbols.take(codes.take(flagged - 1, mode="clip"), mode="clip")
    after = symbols.take(codes.take(flagged + 1, mode="clip"), mode="clip")
    found = tables.pairs.take(hashed(before, here)) & AFTER
    found |= tables.pairs.take(hashed(here, after)) & BEFORE
    hits = flagged[found != 0]
    if len(hits):
        start, end = _runs(codes, hits, tables.pairs)
        _convert_runs(codes, packed, start, end, tables.chain)
    return packed


def hashed(first: npt.NDArray[np.unsignedinteger], second: npt.NDArray[np.unsignedinteger]) -> Codes:
    """Return the place of pairs of symbols in `Tables.pairs` (multiplicative hashing)."""
    key = first.astype(np.uint32) << np.uint32(16) | second
    key *= np.uint32(0x9E3779B1)
    return key >> np.uint32(32 - PAIR_BITS)


def _runs(codes: Codes, hits: Positions, pairs: npt.NDArray[np.uint8]) -> tuple[Positions, Positions]:
    """Return the runs around `hits` (sorted): starts and ends, each run once."""
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
    runs = np.unique(np.searchsorted(bounds, hits, side="right"))
    return bounds[runs - 1], bounds[runs]


def _convert_runs(codes: Codes, converted: Codes, start: Positions, end: Positions, chain: Chain) -> None:
    """Put into `converted` what becomes of the runs of `codes`."""
    sizes = end - start + 1  # a NUL after each keeps them apart
    last = np.cumsum(sizes) - 1
    index = np.arange(int(last[-1]) + 1) + np.repeat(start - (last + 1 - sizes), sizes)
    text = codes.take(index, mode="clip")
    text[last] = 0
    text = convert_text(text, chain)
    kept = np.ones(len(index), dtype=np.bool_)
    kept[last] = False
    converted[index[kept]] = text[kept]


def convert_text(text: Codes, chain: Chain) -> Codes:
    """Return a text converted by OpenCC's algorithm alone; its last code must be 0, description sequences left out."""
    text = text ^ character_table(len(LEXICONS)).take(text, mode="clip")
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


def _match(symbols: npt.NDArray[np.uint16], root: int, cuts: Mask | None) -> Matches:
    """Return the phrases of one lexicon that a walk from left to right takes, the longest at each place.

    No phrase reaches across a place where `cuts` is True.
    """
    trie = _trie()
    place: Positions = np.flatnonzero(symbols)
    node: Codes = np.full(len(place), root, dtype=np.uint32)
    base: Codes = trie.base.take(node)
    length = np.zeros(len(symbols), dtype=np.int64)
    slot = np.zeros(len(symbols), dtype=np.uint32)
    depth = 0
    while len(place):
        ahead = place + depth
        child = (base >> np.uint32(1)) + symbols.take(ahead)
        valid = trie.check.take(child) == node
        if cuts is not None and depth:
            valid &= ~cuts.take(ahead)
        chosen = np.flatnonzero(valid)
        place, node = place.take(chosen), child.take(chosen)
        base = trie.base.take(node)
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
    trie = _trie()
    place = np.searchsorted(trie.exceptional, matches.slot)
    chosen = np.flatnonzero(trie.exceptional.take(place, mode="clip") == matches.slot)
    start = matches.start[chosen]
    sizes = matches.end[chosen] - start
    before = np.cumsum(sizes) - sizes
    inside = np.arange(int(sizes.sum())) - np.repeat(before, sizes)
    text[np.repeat(start, sizes) + inside] = trie.values[
        np.repeat(trie.offsets[place[chosen]].astype(np.int64), sizes) + inside
    ]


@cache
def symbol_table() -> npt.NDArray[np.uint16]:
    """Return the symbol of each character that occurs in a phrase, 0 for any other: uint16 (CHARACTERS,)."""
    table = np.zeros(CHARACTERS, dtype=np.uint16)
    codes = load("conversion_symbols")
    table[codes] = np.arange(1, len(codes) + 1)
    return table.take(np.arange(CHARACTERS, dtype=np.uint32) ^ character_table(len(LEXICONS)))


@cache
def character_table(number: int) -> Codes:
    """Return the exclusive or of each character and its conversion by one dictionary: uint32 (CHARACTERS,)."""
    rows = load("conversion_characters")
    rows = rows[rows[:, 0] == number]
    table = np.zeros(CHARACTERS, dtype=np.uint32)
    table[rows[:, 1]] = rows[:, 1] ^ rows[:, 2]
    return table


@cache
def _trie() -> Trie:
    phrases = load("conversion_phrases")
    return Trie(
        load("conversion_base"),
        load("conversion_check"),
        np.ascontiguousarray(phrases[:, 0]),
        np.ascontiguousarray(phrases[:, 1]),
        load("conversion_values"),
    )


@cache
def _tables(configuration: str) -> Tables:
    chain = CHAINS[configuration]
    codes = np.arange(CHARACTERS, dtype=np.uint32)
    converted = codes ^ character_table(len(LEXICONS))
    for name in chain.stages:
        converted ^= character_table(NUMBERS[name]).take(converted)
    rows = load("conversion_pairs")
    kinds = (rows[:, 2] >> np.uint32(3 * list(CHAINS).index(configuration)) & np.uint32(7)).astype(np.uint8)
    rows, kinds = rows[kinds != 0, :2], kinds[kinds != 0]
    pairs = np.zeros(1 << PAIR_BITS, dtype=np.uint8)
    np.bitwise_or.at(pairs, hashed(rows[:, 0], rows[:, 1]), kinds)
    is_anchor = np.zeros(1 << 16, dtype=np.bool_)
    is_anchor[rows[kinds & AFTER != 0, 1]] = True
    is_anchor[rows[kinds & BEFORE != 0, 0]] = True
    characters = converted ^ codes
    characters[is_anchor.take(symbol_table())] |= ANCHOR
    characters[is_operator(codes)] |= OPERATOR
    return Tables(characters, pairs, chain)
