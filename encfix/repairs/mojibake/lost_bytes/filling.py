"""Filling in characters that lost bytes, where the model of Chinese leaves no doubt; what stays in doubt is
U+FFFD."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Scores, offsets_of
from encfix.chinese import model
from encfix.chinese.neighbours import is_hangul
from encfix.repairs.mojibake.encodings.charsets import can_be_lost, characters
from encfix.repairs.mojibake.lost_bytes.lattice import Lattice
from encfix.repairs.mojibake.lost_bytes.utf8 import UNKNOWN, Slot

POOR, VERY_POOR = -9.0, -10.5
"""The cost of a character below which it is doubted beside a broken one, and of two in a row anywhere in a broken
text."""

POOR_UTF8 = -11.0
"""The cost of a character of UTF-8 below which it is doubted: its bytes are those of two characters only where one lost
its end and the next its beginning."""

SURE, SURE_UNMARKED, SURE_OF_FEW = 0.992, 0.995, 0.9995
"""The least probability of a character that is filled in, where a mark shows the loss, where none does, and where most
of a text is lost."""

LOSES_MANY, LOSES_MOST = ("shift-jis", "euc-kr", "big5"), ("euc-kr", "big5")
"""Charsets that lack many of the pairs of bytes of UTF-8, and most of them."""

SURE_TOGETHER = 0.95
"""How probably all that is filled in in one line is right, at least: the surest come first, the rest is left."""

MOST, KEPT = 256, 96
"""Candidates above which a character is never filled in, and the most frequent of them that are weighed."""

STEEPNESS = 0.8
"""What the differences of the model are worth: it is surer than it should be."""

REPLACEMENT = 0xFFFD

USUAL = -8.0
"""The cost of most characters of a text is more than this."""

HARDLY_ANY = -16.0
"""The cost below which a character is one that hardly any text has: the model lacks it, or knows no pair with it."""

REACH = 5
"""How many characters on either side of a broken one are doubted, if all between are poor."""


_NOBODY = np.array([0xFFFFFFFF], dtype=np.uint32)
"""Stands beside a run of broken characters for one that is unknown."""

_LOST = np.array([REPLACEMENT], dtype=np.uint32)
"""Stands between texts, of which none knows the others."""


def fill(
    texts: Sequence[Codes], slots_each: Sequence[dict[int, Slot]], codec: str, wrong: str
) -> list[tuple[Codes, dict[int, float]]]:
    """Fill in characters of the true encoding `codec` that a decoder of `wrong` broke.

    Return each text with what is certain filled in, `REPLACEMENT` for the rest, and for each place that is filled how
    probable that is. Candidates are weighed by all their neighbours at once: forwards and backwards through each run of
    broken characters.
    """
    filled = [np.where(text == UNKNOWN, np.uint32(REPLACEMENT), text) for text in texts]
    bases = offsets_of(np.array([len(text) + 1 for text in texts], dtype=np.int64)).tolist()
    candidates: dict[int, Codes] = {}
    for text, slots, base in zip(texts, slots_each, bases, strict=False):
        for place in np.flatnonzero(text == UNKNOWN).tolist():
            found = candidates_of(slots[place], codec, wrong) if place in slots else _NOBODY[:0]
            if len(found):
                candidates[base + place] = found
    sure: list[list[tuple[float, int, int]]] = [[] for _ in texts]
    end_to_end = np.concatenate([part for text in filled for part in (text, _LOST)]) if texts else _LOST
    for place, shares in _shares(end_to_end, candidates):
        nth, own = int(np.argmax(shares)), bisect_right(bases, place) - 1
        sure[own].append((float(shares[nth]), place - bases[own], int(candidates[place][nth])))
    unmarked = SURE_OF_FEW if wrong in LOSES_MOST else SURE_UNMARKED
    return [
        (text, taken(text, found, {place: SURE if slots[place].marked else unmarked for _, place, _ in found}, {}))
        for text, slots, found in zip(filled, slots_each, sure, strict=True)
    ]


def taken(
    codes: Codes, found: list[tuple[float, int, int]], least: dict[int, float], before: dict[int, float]
) -> dict[int, float]:
    """Put what was `found` into `codes`, if it is sure by itself and all of a line together: the surest comes first.

    Each find is a probability, a place and a character, `least` has the least probability at each place. Return how
    probable what was put in is, by place, with what was `before`.
    """
    ends = np.flatnonzero(codes == ord("\n"))
    together, done = np.ones(len(ends) + 1), dict(before)
    for place, probability in before.items():
        together[ends.searchsorted(place)] *= probability
    for probability, place, character in sorted(found, reverse=True):
        line = ends.searchsorted(place)
        if probability >= least[place] and together[line] * probability >= SURE_TOGETHER:
            together[line] *= probability
            codes[place] = character
            done[place] = probability
    return done


def certainty(codes: Codes, done: dict[int, float]) -> float:
    """Return how probably all that was filled in is right in the line where that is least sure."""
    ends = np.flatnonzero(codes == ord("\n"))
    together = np.ones(len(ends) + 1)
    for place, probability in done.items():
        together[ends.searchsorted(place)] *= probability
    return float(together.min())


def _shares(codes: Codes, candidates: dict[int, Codes]) -> Iterator[tuple[int, Scores]]:
    """Yield each place with the probabilities of its candidates."""
    layers: list[Codes] = []
    ends: list[tuple[int, int]] = []
    places: list[int] = []
    for line, run in enumerate(_runs(sorted(candidates))):
        layers += (_known(codes, run[0] - 1), *(candidates[place] for place in run), _known(codes, run[-1] + 1))
        ends += ((line, end) for end in range(len(run) + 2))
        places += (-1, *run, -1)
    if not layers:
        return
    sizes = [len(layer) for layer in layers]
    lines, stops = np.repeat(np.array(ends), sizes, axis=0).T
    lattice = Lattice(np.concatenate(layers), lines, stops - 1, stops)
    shares = np.empty(len(lines))
    shares[lattice.order] = lattice.weigh(_costs)[1]
    for place, end, size in zip(places, accumulate(sizes), sizes, strict=True):
        if place >= 0:
            yield place, shares[end - size : end]


def _known(codes: Codes, place: int) -> Codes:
    """Return the character at a place, as an array of one; `_NOBODY` if it is unknown or beyond the text."""
    known = 0 <= place < len(codes) and codes[place] != REPLACEMENT
    return codes[place : place + 1] if known else _NOBODY


def _runs(places: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _costs(first: Codes, second: Codes) -> Scores:
    """Return the log probability of each of some characters behind another; one that is unknown says nothing."""
    logs = np.where(first == _NOBODY, model.log_unigram(second), model.log_each(first, second))
    return np.where(second == _NOBODY, 0.0, STEEPNESS * logs.astype(np.float64))


def doubt(codes: Codes, least: float = POOR, before: Sequence[int] = (), *, ends: bool = False) -> Codes:
    """Return a text in which bytes were lost with `REPLACEMENT` for what may have been read from the wrong ones.

    That is what costs less than `least` beside a broken character, or less than usual just before one of the places
    `before`, where a character is left of which only the last byte is: the one before may have its first. With
    `ends`, also the first and the last character are doubted, and what hardly any text has: they may be what is left of
    two.
    """
    costs = model.log_pair(codes)
    costs[codes < 0x80] = 0
    poor, bad = costs < least, costs < VERY_POOR
    bad = bad & (np.append(bad[1:], False) | np.append(False, bad[:-1])) & (codes != REPLACEMENT)
    doubted = (codes == REPLACEMENT) | (codes == ord("?"))
    ahead = np.array(before, dtype=np.int64) - 1
    doubted[ahead[costs[ahead] < USUAL]] = True
    for _ in range(REACH):
        beside = np.append(doubted[1:], False) | np.append(False, doubted[:-1])
        doubted |= beside & poor
    if ends and len(codes):
        bad[[0, -1]] |= poor[[0, -1]]
        bad |= (costs < HARDLY_ANY) & (codes != REPLACEMENT)
    return np.where((doubted | bad) & (codes >= 0x80), np.uint32(REPLACEMENT), codes)


@lru_cache(maxsize=1 << 12)
def candidates_of(slot: Slot, codec: str, wrong: str) -> Codes:
    """Return the characters that fit one of the layouts, with bytes lost that the decoder of `wrong` loses.

    The most frequent `KEPT` of them come, and none at all where there are more than `MOST`.
    """
    found = []
    for layout in slot.layouts:
        fitting = _of_utf8(layout) if codec == "utf-8" else _of_pairs(layout, codec)
        if layout.count(None) == 1:
            place = layout.index(None)
            if not place and slot.marked and wrong in LOSES_MANY:
                found.append(fitting)  # of two bytes that one mark stands for, the second may be any
                continue
            after = layout[place + 1] if place + 1 < len(layout) else slot.following
            lost = can_be_lost(wrong)
            if slot.is_half_of_two:  # the last of one character, and the first of the next
                may: Mask = np.asarray(lost[:, 0xE2:0xF0].any(axis=1) if place else lost[0x81:0xC0].any(axis=0))
            elif slot.gone is not None:
                may = np.isin(np.arange(0x100), list(slot.gone))
            else:
                may = lost[:, after] if after is not None else np.asarray(lost.any(axis=1))
            fitting = fitting[may[bytes_at(fitting, place, codec)]]
        elif layout[:2] == (None, None) and slot.marked and wrong in LOSES_MANY:
            pairs = (bytes_at(fitting, 0, codec), bytes_at(fitting, 1, codec))  # one mark stands for both
            fitting = fitting[can_be_lost(wrong)[pairs] & ~is_hangul(fitting)]
        found.append(fitting)
    all_of_them = np.unique(np.concatenate(found))
    if len(all_of_them) > MOST:
        return np.empty(0, np.uint32)
    return all_of_them[np.argsort(-model.log_unigram(all_of_them), kind="stable")[:KEPT]]


def bytes_at(codes: Codes, place: int, codec: str) -> npt.NDArray[np.int64]:
    """Return one byte of each character."""
    if codec == "utf-8":
        shift = 6 * (2 - place)
        return ((codes.astype(np.int64) >> shift) & 0x3F) | (0x80 if place else 0xE0)
    return np.array([_raws(codec)[code][place] for code in codes.tolist()], dtype=np.int64)


@cache
def _raws(codec: str) -> dict[int, bytes]:
    return {code: raw for code, raw in characters(codec) if len(raw) == 2}


def _of_utf8(layout: tuple[int | None, ...]) -> Codes:
    leads = np.arange(0xE2, 0xF0) if layout[0] is None else np.array([layout[0]])
    seconds = np.arange(0x80, 0xC0) if layout[1] is None else np.array([layout[1]])
    thirds = np.arange(0x80, 0xC0) if layout[2] is None else np.array([layout[2]])
    codes = (
        (leads[:, None, None] & 0xF) << 12 | (seconds[None, :, None] & 0x3F) << 6 | (thirds[None, None, :] & 0x3F)
    ).ravel()
    return codes[(codes < 0xD800) & (codes >= 0x2000) | (codes >= 0xFF00) & (codes < 0xFFF0)].astype(np.uint32)


@cache
def by_byte(codec: str, which: int) -> dict[int, npt.NDArray[np.uint32]]:
    """Return the characters of two bytes of a codec by one of these, the first or, with `which` 1, the second."""
    found: dict[int, list[int]] = {}
    for code, raw in characters(codec):
        if len(raw) == 2:
            found.setdefault(raw[which], []).append(code)
    return {byte: np.array(codes, dtype=np.uint32) for byte, codes in found.items()}


def _of_pairs(layout: tuple[int | None, ...], codec: str) -> Codes:
    which = 0 if layout[0] is not None else 1
    byte = layout[which]
    return by_byte(codec, which).get(byte if byte is not None else -1, np.empty(0, np.uint32))
