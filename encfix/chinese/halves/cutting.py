"""How characters come to be cut in half: glosses and cuts set into GBK text byte by byte, without regard to characters.

A tool that makes copied pages look original took the bytes of a page in GBK; behind every two bytes that are those of a
character of its list it wrote the character's reading in brackets; it cut the result where the bytes of six marks
stand, though not everywhere; each piece was then decoded by itself. A lead byte followed by a byte that can be no trail
gives one question mark for both; a lead byte left alone gives one; a pair that stands for nothing gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from encfix.chinese import gbk

CUT_MARKS = {"、": 0xA1A2, "。": 0xA1A3, "，": 0xA3AC, "！": 0xA3A1, "；": 0xA3BB, "？": 0xA3BF}
"""The marks at whose bytes text was cut."""

SELDOM_CUT = "。"
"""The mark that text was cut at on some pages only."""

NARROW = {",": "，", "!": "！", ";": "；", "?": "？", ":": "：", "(": "（", ")": "）"}
"""Marks that a later step folds to half width, and what they were."""

WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
"""All that such a step folds: with the marks go the wide letters and digits that two halves make, 校 and 本 ２."""

_CUT_BYTES = frozenset(CUT_MARKS.values())
_FOLD = str.maketrans({wide: narrow for narrow, wide in WIDE.items()} | {"“": '"', "”": '"'})
_INNER = re.compile(r"(.)(.)[(（]([^()（）]*)[)）]")


def with_glosses(data: bytes, glosses: Iterable[tuple[str, str]]) -> bytes:
    """Return GBK bytes with a gloss behind every place that holds the bytes of a glossed character.

    `glosses` are pairs of a character and its gloss, brackets included. Raises UnicodeEncodeError for one outside GBK.

    >>> with_glosses("進口".encode("gbk"), [("進", "(jin)")]).decode("gbk")
    '進(jin)口'
    """
    for character, gloss in sorted(set(glosses)):
        wanted = character.encode("gbk")
        data = data.replace(wanted, wanted + gloss.encode("gbk"))
    return data


def decoded(data: bytes, cuts: Iterable[int]) -> str:
    """Return bytes decoded piece by piece; a cut lies before and behind the mark at each offset of `cuts`, sorted.

    >>> decoded("模化量".encode("gbk"), [1])
    '?；?'
    """
    text = []
    place = 0
    for cut in (*cuts, len(data)):
        while place < cut:
            shown, size = unit(data, place, cut)
            text.append(shown)
            place += size
        if cut < len(data):
            text.append(data[cut : cut + 2].decode("gbk"))
            place = cut + 2
    return "".join(text)


def unit(data: bytes, place: int, end: int) -> tuple[str, int]:
    """Return what the decoder shows for the bytes at `place` of a piece that ends at `end`, and how many it takes."""
    byte = data[place]
    if byte < 0x80:
        return chr(byte), 1
    if not gbk.is_lead(byte) or place + 1 >= end:
        return "?", 1
    trail = data[place + 1]
    return (gbk.characters()[byte << 8 | trail] if gbk.is_trail(trail) else "?"), 2


def explains(original: str, observed: str, glosses: Iterable[tuple[str, str]]) -> bool:
    """Return whether the damage turns `original` into `observed` with these glosses and some cuts, widths folded.

    `glosses` are as in `with_glosses`, nested ones written inside those that they stand in.

    >>> explains("規模化量產線", "規(guī)?；慨a(chǎn)線", [("規", "(guī)"), ("產", "(chǎn)")])
    True
    >>> explains("規模化大產線", "規(guī)?；慨a(chǎn)線", [("規", "(guī)"), ("產", "(chǎn)")])
    False
    """
    try:
        data = with_glosses(original.encode("gbk"), _unnested(glosses))
    except UnicodeEncodeError:
        return False
    wanted = observed.translate(_FOLD)
    # States are (bytes read, code points matched, whether a cut must come here); cuts are the only choice.
    seen = set()
    states = [(0, 0, False)]
    while states:
        state = states.pop()
        if state in seen:
            continue
        seen.add(state)
        place, matched, must_cut = state
        if place == len(data):
            if matched == len(wanted):
                return True
            continue
        for shown, size, cuts in _choices(data, place, must_cut):
            folded = shown.translate(_FOLD)
            if wanted.startswith(folded, matched):
                states.append((place + size, matched + len(folded), cuts))
    return False


def _choices(data: bytes, place: int, must_cut: bool) -> Iterator[tuple[str, int, bool]]:
    """Yield what may be shown at a place, how many bytes that takes, and whether a cut must follow."""
    if not must_cut:
        yield (*unit(data, place, len(data)), False)
        if gbk.is_lead(data[place]) and _is_mark(data, place + 1):
            yield "?", 1, True
    elif _is_mark(data, place):
        yield data[place : place + 2].decode("gbk"), 2, False


def _is_mark(data: bytes, place: int) -> bool:
    return int.from_bytes(data[place : place + 2], "big") in _CUT_BYTES


def _unnested(glosses: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield glosses as they were before others were set into them, and those others with their characters."""
    for character, gloss in glosses:
        outer = "(" + gloss[1:-1] + ")"
        while found := _INNER.search(outer):
            trail, letter = (found[1].encode("gbk")[-1], ord(found[2]))
            yield gbk.characters()[trail << 8 | letter & 0xFF] or "\ufffd", f"({found[3]})"
            outer = outer[: found.start(3) - 1] + outer[found.end(3) + 1 :]
        yield character, outer
