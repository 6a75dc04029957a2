"""Filling in characters that lost bytes, where the model of Chinese leaves no doubt; what stays in doubt is U+FFFD."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes
from encfix.chinese import model
from encfix.repairs.mojibake.charsets import characters
from encfix.repairs.mojibake.lossy import UNKNOWN, Slot

SURE = 0.99
"""The least probability of a character that is filled in."""

SURE_TOGETHER = 0.95
"""The least probability that all characters filled in in a span are right."""

REPLACEMENT = 0xFFFD


def fill(codes: Codes, slots: dict[int, Slot], codec: str) -> tuple[Codes, float]:
    """Return the text with what is certain filled in, `REPLACEMENT` for the rest, and how probably all of it is right."""
    filled = codes.copy()
    chosen: list[tuple[float, int]] = []
    for place in np.flatnonzero(codes == UNKNOWN).tolist():
        filled[place] = REPLACEMENT
        slot = slots.get(place)
        if slot is None:
            continue
        candidates = _candidates(slot, codec)
        before = filled[place - 1] if place else 0
        after = filled[place + 1] if place + 1 < len(codes) and codes[place + 1] != UNKNOWN else 0
        best, probability = _most_probable(candidates, int(before), int(after))
        if probability >= SURE:
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


def _candidates(slot: Slot, codec: str) -> Codes:
    found = [_of_utf8(layout) if codec == "utf-8" else _of_pairs(layout, codec) for layout in slot.layouts]
    return np.unique(np.concatenate(found))


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
