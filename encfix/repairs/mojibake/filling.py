"""Filling in characters that lost bytes, where the model of Chinese leaves no doubt; what stays in doubt is
U+FFFD."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes, Mask
from encfix.chinese import model
from encfix.repairs.mojibake.charsets import can_be_lost, characters
from encfix.repairs.mojibake.lossy import UNKNOWN, Slot

POOR, VERY_POOR = -9.0, -10.5
"""The cost of a character below which it is doubted beside a broken one, and of two in a row anywhere in a broken
text."""

SURE, SURE_UNMARKED = 0.99, 0.998
"""The least probability of a character that is filled in, where a mark shows the loss and where none does."""

SURE_TOGETHER = 0.95
"""The least probability that all characters filled in in a span are right."""

REPLACEMENT = 0xFFFD

REACH = 5
"""How many characters on either side of a broken one are doubted, if all between are poor."""


def fill(codes: Codes, slots: dict[int, Slot], codec: str, wrong: str) -> tuple[Codes, float]:
    """Fill in characters of the true encoding `codec` that a decoder of `wrong` broke.

    Return the text with what is certain filled in, `REPLACEMENT` for the rest, and how probably all of it is
    right."""
    filled = codes.copy()
    chosen: list[tuple[float, int]] = []
    for place in np.flatnonzero(codes == UNKNOWN).tolist():
        filled[place] = REPLACEMENT
        slot = slots.get(place)
        if slot is None:
            continue
        candidates = _candidates(slot, codec, wrong)
        before = filled[place - 1] if place else 0
        after = filled[place + 1] if place + 1 < len(codes) and codes[place + 1] != UNKNOWN else 0
        best, probability = _most_probable(candidates, int(before), int(after))
        if probability >= (SURE if slot.marked else SURE_UNMARKED):
            filled[place] = best
            chosen.append((probability, place))
    chosen.sort()
    together = math.prod(probability for probability, _ in chosen)
    for probability, place in chosen:
        if together >= SURE_TOGETHER:
            break
        filled[place] = REPLACEMENT
        together /= probability
    return filled, together


def doubt(codes: Codes) -> Codes:
    """Return a text in which bytes were lost with `REPLACEMENT` for what may have been read from the wrong ones."""
    costs = model.log_pair(codes)
    costs[codes < 0x80] = 0
    poor, bad = costs < POOR, costs < VERY_POOR
    bad = bad & (np.append(bad[1:], False) | np.append(False, bad[:-1])) & (codes != REPLACEMENT)
    doubted = (codes == REPLACEMENT) | (codes == ord("?"))
    for _ in range(REACH):
        beside = np.append(doubted[1:], False) | np.append(False, doubted[:-1])
        doubted |= beside & poor
    return np.where((doubted | bad) & (codes >= 0x80), np.uint32(REPLACEMENT), codes)


def _most_probable(candidates: Codes, before: int, after: int) -> tuple[int, float]:
    """Return the candidate that fits best between two characters (0 for an unknown one), and its probability."""
    if not len(candidates):
        return REPLACEMENT, 0.0
    context = np.empty((len(candidates), 3), dtype=np.uint32)
    context[:, 0], context[:, 1], context[:, 2] = before, candidates, after
    costs = model.log_pair(context.ravel()).reshape(-1, 3).astype(np.float64)
    usable = before not in (0, REPLACEMENT)
    fits = (costs[:, 1] if usable else model.log_unigram(candidates)) + (costs[:, 2] if after else 0)
    fits -= fits.max()
    weights = np.exp(fits)
    nth = int(np.argmax(weights))
    probability = float(weights[nth] / weights.sum())
    if not (usable and after):
        probability = min(probability, 0.9)
    return int(candidates[nth]), probability


def _candidates(slot: Slot, codec: str, wrong: str) -> Codes:
    """Return the characters that fit one of the layouts, with bytes lost that the decoder of `wrong` loses."""
    found = []
    for layout in slot.layouts:
        fitting = _of_utf8(layout) if codec == "utf-8" else _of_pairs(layout, codec)
        if layout.count(None) == 1:
            place = layout.index(None)
            after = layout[place + 1] if place + 1 < len(layout) else slot.following
            lost = can_be_lost(wrong)
            may: Mask = lost[:, after] if after is not None else np.asarray(lost.any(axis=1))
            fitting = fitting[may[_bytes_at(fitting, place, codec)]]
        found.append(fitting)
    return np.unique(np.concatenate(found))


def _bytes_at(codes: Codes, place: int, codec: str) -> npt.NDArray[np.int64]:
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
def _by_byte(codec: str, which: int) -> dict[int, npt.NDArray[np.uint32]]:
    found: dict[int, list[int]] = {}
    for code, raw in characters(codec):
        if len(raw) == 2:
            found.setdefault(raw[which], []).append(code)
    return {byte: np.array(codes, dtype=np.uint32) for byte, codes in found.items()}


def _of_pairs(layout: tuple[int | None, ...], codec: str) -> Codes:
    which = 0 if layout[0] is not None else 1
    byte = layout[which]
    return _by_byte(codec, which).get(byte if byte is not None else -1, np.empty(0, np.uint32))
