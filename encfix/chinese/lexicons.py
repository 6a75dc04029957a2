"""OpenCC's dictionaries as tables: which work together, in which order, and how they are looked up.

Every table is built by `tools/build_conversion.py` from the dictionaries of OpenCC 1.4.2, mapped from disk, and made
ready for a configuration when that is first used.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes
from encfix.chinese.data import load
from encfix.chinese.description import FIRST_OPERATOR, LAST_OPERATOR

Symbols = npt.NDArray[np.uint16]

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
"""The dictionary of characters that every configuration applies first."""

NORMALIZING = len(LEXICONS)
"""Its number."""


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


def hashed(first: Symbols, second: Symbols) -> Codes:
    """Return the place of pairs of symbols in `Tables.pairs` (multiplicative hashing)."""
    key = first.astype(np.uint32) << np.uint32(16) | second
    key *= np.uint32(0x9E3779B1)
    return key >> np.uint32(32 - PAIR_BITS)


@cache
def _dictionary(number: int) -> tuple[Codes, Codes]:
    """Return the characters of one dictionary, and what becomes of each."""
    rows = load("conversion_characters")
    rows = rows[rows[:, 0] == number]
    return np.ascontiguousarray(rows[:, 1]), np.ascontiguousarray(rows[:, 2])


@cache
def character_table(number: int) -> Codes:
    """Return the exclusive or of each character and its conversion by one dictionary: uint32 (CHARACTERS,).

    `number` is that of a lexicon, or `NORMALIZING`.
    """
    characters, converted = _dictionary(number)
    table = np.zeros(CHARACTERS, dtype=np.uint32)
    table[characters] = characters ^ converted
    return table


@cache
def symbol_table() -> Symbols:
    """Return the symbol of each character that occurs in a phrase, 0 for any other: uint16 (CHARACTERS,).

    A character that is normalized has the symbol of what it is normalized to.
    """
    table = np.zeros(CHARACTERS, dtype=np.uint16)
    codes = load("conversion_symbols")
    table[codes] = np.arange(1, len(codes) + 1)
    compatible, unified = _dictionary(NORMALIZING)
    table[compatible] = table[unified]
    return table


@cache
def trie() -> Trie:
    """Return the phrases of all lexicons."""
    phrases = load("conversion_phrases")
    return Trie(
        load("conversion_base"),
        load("conversion_check"),
        np.ascontiguousarray(phrases[:, 0]),
        np.ascontiguousarray(phrases[:, 1]),
        load("conversion_values"),
    )


@cache
def tables(configuration: str) -> Tables:
    """Return the tables of a configuration; raises KeyError if it is not in `CHAINS`."""
    chain = CHAINS[configuration]
    numbers = [NORMALIZING, *(NUMBERS[name] for name in chain.stages)]
    sources = np.concatenate([_dictionary(number)[0] for number in numbers])
    converted = sources.copy()
    for number in numbers:
        converted ^= character_table(number).take(converted)
    characters = np.zeros(CHARACTERS, dtype=np.uint32)
    characters[sources] = sources ^ converted

    first, second, kinds = load("conversion_pairs")
    kinds = kinds >> np.uint32(3 * list(CHAINS).index(configuration)) & np.uint32(7)
    chosen = np.flatnonzero(kinds)
    first, second, kinds = first.take(chosen), second.take(chosen), kinds.take(chosen).astype(np.uint8)
    places = hashed(first, second)
    pairs = np.zeros(1 << PAIR_BITS, dtype=np.uint8)
    for kind in (JOINED, AFTER, BEFORE):
        pairs[places[kinds & kind != 0]] |= kind
    is_anchor = np.zeros(1 << 16, dtype=np.bool_)
    is_anchor[second[kinds & AFTER != 0]] = True
    is_anchor[first[kinds & BEFORE != 0]] = True
    in_phrases = np.concatenate((load("conversion_symbols"), _dictionary(NORMALIZING)[0]))
    characters[in_phrases[is_anchor.take(symbol_table().take(in_phrases))]] |= ANCHOR
    characters[FIRST_OPERATOR : LAST_OPERATOR + 1] |= OPERATOR
    return Tables(characters, pairs, chain)
