"""Build the tables of `encfix/chinese/lexicons.py` from the dictionaries of the installed OpenCC.

`tools/build_data.py` calls it. The same OpenCC gives the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parent.parent))

from encfix.chinese.description import FIRST_OPERATOR, LAST_OPERATOR
from encfix.chinese.lexicons import (
    AFTER,
    BEFORE,
    CHAINS,
    CHARACTERS,
    JOINED,
    LEXICONS,
    NORMALIZATION,
    Chain,
)

Pair = tuple[str, str]


class Lexicon(NamedTuple):
    """The phrases and the characters that one step of a conversion looks up."""

    phrases: dict[str, str]
    characters: dict[str, str]

    def spell(self, text: str) -> str:
        """Return `text` converted character by character."""
        return "".join(self.characters.get(c, c) for c in text)


@cache
def entries(name: str) -> dict[str, list[str]]:
    """Return one of OpenCC's dictionaries, by its own tool: all that may become of each entry."""
    clib = files("opencc") / "clib"
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "dictionary.txt"
        source = clib / f"share/opencc/{name}.ocd2"
        command = (clib / "bin/opencc_dict", "-i", source, "-o", text, "-f", "ocd2", "-t", "text")
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
        rows = (line.split("\t") for line in text.read_text(encoding="utf-8").splitlines())
        return {key: values.split(" ") for key, values in rows}


def dictionary(name: str) -> dict[str, str]:
    """Return one of OpenCC's dictionaries, of several conversions the first, which is the one that it writes."""
    return {key: values[0] for key, values in entries(name).items()}


def union(names: Iterable[str]) -> dict[str, str]:
    """Return several dictionaries as one; the first that has a word says what becomes of it."""
    merged: dict[str, str] = {}
    for name in names:
        merged = dictionary(name) | merged
    return merged


def lexicons() -> dict[str, Lexicon]:
    """Return all lexicons, and check what `lexicons` takes for granted of them."""
    built = {name: Lexicon(union(phrases), union(characters)) for name, (phrases, characters) in LEXICONS.items()}
    compatible = set(union(NORMALIZATION))
    for phrases, characters in built.values():
        assert all(len(key) == len(value) > 1 for key, value in phrases.items()), "a phrase changes length"
        assert all(len(key) == len(value) == 1 for key, value in characters.items()), "a character is none"
        letters = set("".join((*phrases, *phrases.values(), *characters, *characters.values())))
        assert not letters & compatible, "a compatibility ideograph is left"
        assert max(map(ord, letters)) < CHARACTERS - 1, "a character is past the table"
        assert not any(FIRST_OPERATOR <= ord(c) <= LAST_OPERATOR or c == "\0" for c in letters), "an operator"
    return built


def check_chains() -> None:
    """Check that OpenCC's own configurations are what `CHAINS` says."""

    def leaves(node: dict[str, Any]) -> Iterator[str]:
        if node["type"] == "group":
            for child in node["dicts"]:
                yield from leaves(child)
        else:
            yield node["file"].removesuffix(".ocd2")

    for name, chain in CHAINS.items():
        settings = json.loads((files("opencc") / f"clib/share/opencc/{name}.json").read_text(encoding="utf-8"))
        assert [tuple(leaves(step["dict"])) for step in settings["normalization"]] == [NORMALIZATION], name
        stages = [tuple(leaves(step["dict"])) for step in settings["conversion_chain"]]
        assert stages == [sum(LEXICONS[stage], ()) for stage in chain.stages], name
        cut = tuple(leaves(settings["segmentation"]["dict"])) if "segmentation" in settings else None
        assert cut == (LEXICONS[chain.segmentation][0] if chain.segmentation else None), name


def possible_sources(lexicon: Lexicon, wanted: Iterable[str]) -> dict[str, set[str]]:
    """Return for each character that `lexicon` may write all that it may have come from; `wanted` others are kept."""
    sources: dict[str, set[str]] = defaultdict(set)
    for source, target in lexicon.characters.items():
        sources[target].add(source)
    for key, value in lexicon.phrases.items():
        for source, target in zip(key, value, strict=True):
            sources[target].add(source)
    for character in wanted:
        if lexicon.characters.get(character, character) == character:
            sources[character].add(character)
    return sources


def neighbours(words: Iterable[str]) -> Iterator[Pair]:
    """Yield every pair of neighbours inside a word."""
    for word in words:
        yield from pairwise(word)


def exceptions(lexicon: Lexicon, following: Lexicon | None = None) -> Iterator[tuple[Pair, int]]:
    """Yield, where a phrase converts a character as the character alone is not, its pair and what the pair is.

    Where the lexicon `following` makes the same of both, and has neither in a phrase, nothing is exceptional.
    """
    matters = set("".join(following.phrases)) if following else set()
    for key, value in lexicon.phrases.items():
        for place, (usual, written) in enumerate(zip(lexicon.spell(key), value, strict=True)):
            if following and not matters & {usual, written} and following.spell(usual) == following.spell(written):
                continue
            if usual != written:
                yield ((key[place - 1], key[place]), int(AFTER)) if place else ((key[0], key[1]), int(BEFORE))


def pairs_of(chain: Chain, built: dict[str, Lexicon]) -> dict[Pair, int]:
    """Return the pairs of source characters that mean something in a configuration, as bits.

    A pair of a later step's is traced back through what the earlier step may have made it from.
    """
    pairs: dict[Pair, int] = defaultdict(int)
    first, *rest = (built[name] for name in chain.stages)
    words = [*first.phrases, *(built[chain.segmentation].phrases if chain.segmentation else ())]
    for pair in neighbours(words):
        pairs[pair] |= int(JOINED)
    for pair, kind in exceptions(first, *rest):
        pairs[pair] |= kind
    for lexicon in rest:
        sources = possible_sources(first, "".join(lexicon.phrases))
        traced = [*((pair, int(JOINED)) for pair in neighbours(lexicon.phrases)), *exceptions(lexicon)]
        for (before, after), kind in traced:
            for source in sources[before]:
                for following in sources[after]:
                    pairs[source, following] |= kind
    assert len(rest) < 2, "tracing back goes one step"
    return pairs


def first_fit(used: npt.NDArray[np.bool_], wanted: npt.NDArray[np.int64], free: int) -> int:
    """Return the least base at which the slots `wanted` from it are all unused; no slot before `free` is."""
    free, block = max(free, int(wanted[0])), 64
    while True:
        bases = np.flatnonzero(~used[free : free + block]) + (free - wanted[0])
        for slot in wanted[1:]:
            bases = bases[~used[bases + slot]]
        if len(bases):
            return int(bases[0])
        free, block = free + block, min(2 * block, 1 << 14)


def build_tries(built: dict[str, Lexicon], symbols: dict[str, int]) -> dict[str, npt.NDArray[Any]]:
    """Return the phrases of all lexicons as a double array, and what becomes of the exceptional ones."""
    children, ends = grow_tries(built, symbols)
    bases, used = place_nodes(children, len(built), len(symbols))
    slots = list(range(len(children)))
    for node in range(len(children)):  # a child's number is greater than its parent's
        for symbol, child in children[node].items():
            slots[child] = bases[node] + symbol
    size = int(np.flatnonzero(used)[-1]) + 1 + len(symbols) + 1
    base_table = np.zeros(size, dtype=np.uint32)
    check = np.full(size, 0xFFFFFFFF, dtype=np.uint32)
    for node, base in enumerate(bases):
        base_table[slots[node]] = base << 1 | (node in ends)
        for child in children[node].values():
            check[slots[child]] = slots[node]
    values, rows = "", []
    for slot, node in sorted((slots[node], node) for node in ends):
        usual, written = ends[node]
        if usual != written:
            rows.append((slot, len(values)))
            values += written
    return {
        "conversion_base": base_table,
        "conversion_check": check,
        "conversion_phrases": np.array(rows, dtype=np.uint32),
        "conversion_values": np.array(list(map(ord, values)), dtype=np.uint32),
    }


def grow_tries(
    built: dict[str, Lexicon], symbols: dict[str, int]
) -> tuple[list[dict[int, int]], dict[int, tuple[str, str]]]:
    """Return the children of each node by symbol, the roots first, and what becomes of the phrases that end at nodes.

    That is, character by character and as the lexicon has it.
    """
    children: list[dict[int, int]] = [{} for _ in built]
    ends: dict[int, tuple[str, str]] = {}
    for root, lexicon in enumerate(built.values()):
        for key, value in sorted(lexicon.phrases.items()):
            node = root
            for character in key:
                if symbols[character] not in children[node]:
                    children[node][symbols[character]] = len(children)
                    children.append({})
                node = children[node][symbols[character]]
            ends[node] = (lexicon.spell(key), value)
    return children, ends


def place_nodes(children: list[dict[int, int]], roots: int, symbols: int) -> tuple[list[int], npt.NDArray[np.bool_]]:
    """Return the base of each node, and which slots are used; the first slots are those of the `roots`.

    The nodes with most children are placed first, each at the first base that fits.
    """
    size = len(children) + 4 * symbols
    used = np.zeros(size, dtype=np.bool_)
    used[:roots] = True
    bases = [0] * len(children)
    free = 0
    for node in sorted(range(len(children)), key=lambda nth: -len(children[nth])):
        if not children[node]:
            break
        wanted = np.array(sorted(children[node]))
        free += int(np.argmin(used[free:]))
        bases[node] = base = first_fit(used, wanted, free)
        used[base + wanted] = True
    return bases, used


def build() -> dict[str, npt.NDArray[Any]]:
    """Return every table by name."""
    check_chains()
    built = lexicons()
    kinds: dict[Pair, int] = defaultdict(int)
    for nth, chain in enumerate(CHAINS.values()):
        for pair, kind in pairs_of(chain, built).items():
            kinds[pair] |= kind << 3 * nth
    counts: dict[str, int] = defaultdict(int)
    for word in (c for lexicon in built.values() for phrase in lexicon.phrases for c in phrase):
        counts[word] += 1
    for pair in kinds:
        for character in pair:
            counts[character] += 0
    letters = sorted(counts, key=lambda c: (-counts[c], c))
    symbols = {character: number for number, character in enumerate(letters, 1)}
    characters = [lexicon.characters for lexicon in built.values()] + [union(NORMALIZATION)]
    return {
        "conversion_symbols": np.array(list(map(ord, letters)), dtype=np.uint32),
        "conversion_characters": np.array(
            [(n, ord(a), ord(b)) for n, table in enumerate(characters) for a, b in sorted(table.items()) if a != b],
            dtype=np.uint32,
        ),
        "conversion_pairs": np.array(
            list(zip(*sorted((symbols[a], symbols[b], kind) for (a, b), kind in kinds.items()), strict=True)),
            dtype=np.uint32,
        ),
        **build_tries(built, symbols),
    }
