"""Soft hyphens that were stripped from GBK read as single bytes: 已经 is `ÒÑ¾` and a character that nobody sees.

Byte AD is the second one of 经 and of 150 other characters. Where it is gone, a run of bytes beyond ASCII has an odd
number, and all that follows in it is read from the wrong pairs. The byte is put back where the run then reads best.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from encfix.batch import Codes, Positions
from encfix.chinese import model
from encfix.repairs.mojibake.charsets import pair_table
from encfix.repairs.mojibake.costs import BROKEN
from encfix.repairs.mojibake.inverses import Raw
from encfix.repairs.mojibake.pairs import Pair

SOFT_HYPHEN = 0xAD

LEAST_GAIN, GAP = 8.0, 3.0
"""Nats by which a run must read better with the byte than without, and with it at one place than at any other."""

_WRONG = ("latin-1", "cp1252", "cp1250", "latin-2", "latin-9", "cp1254")
"""The charsets that read it as a soft hyphen."""

_RUN = re.compile(rb"[\x81-\xfe]{3,}")


class Restored(NamedTuple):
    """Bytes with those that were stripped, and the characters where the place of one is in doubt, by index."""

    raw: Raw
    doubted: Positions


def restored(raw: Raw, pair: Pair) -> Restored | None:
    """Return the bytes behind a text with the soft hyphens that were stripped of it; None if there are none."""
    if pair.true != "gbk" or pair.wrong not in _WRONG:
        return None
    places: list[int] = []
    doubted: list[Positions] = []
    for run in _RUN.finditer(raw.data):
        if len(run.group()) % 2:
            found = _place(run.group(), raw.data[run.end() : run.end() + 1], pair.codec)
            if found is not None and found >= 0:
                places.append(run.start() + found)
            elif found is not None:
                doubted.append(np.arange(*np.searchsorted(raw.starts, run.span())))
    if not places and not doubted:
        return None
    data, starts = bytearray(raw.data), raw.starts + np.searchsorted(places, raw.starts, "right")
    for place in reversed(places):
        data.insert(place, SOFT_HYPHEN)
    return Restored(Raw(bytes(data), starts), np.concatenate((np.empty(0, np.int64), *doubted)))


def _place(run: bytes, following: bytes, codec: str) -> int | None:
    """Return before which of an odd number of bytes one was stripped; -1 if that is in doubt, None if none was."""
    raw = np.frombuffer(run, dtype=np.uint8).astype(np.int64)
    leads, half = raw[0::2], len(raw) // 2
    before, after = _characters(leads[:half], raw[1::2], codec), _characters(raw[1::2], leads[1:], codec)
    broken = _characters(leads, np.full(half + 1, SOFT_HYPHEN), codec)
    sums = np.concatenate((np.zeros(1), np.cumsum(model.log_pair(before), dtype=np.float64)))
    rest = model.log_pair(after).astype(np.float64)[::-1].cumsum()[::-1]
    scores = sums + np.append(rest[1:], (0.0, 0.0))
    scores[0] += model.log_unigram(broken[:1])[0]
    scores[1:] += model.log_each(before, broken[1:])
    scores[:-1] += model.log_each(broken[:-1], after)
    last = _characters(leads[-1:], np.frombuffer(following, dtype=np.uint8).astype(np.int64), codec) if following else 0
    as_it_is = sums[-1] + (float(model.log_each(before[-1:], np.atleast_1d(last))[0]) if np.any(last) else BROKEN)
    best, *others = np.argsort(-scores).tolist()
    if scores[best] < as_it_is + LEAST_GAIN:
        return None
    return 2 * best + 1 if scores[best] > scores[others[0]] + GAP else -1


def _characters(leads: Positions, trails: Positions, codec: str) -> Codes:
    """Return the characters that pairs of bytes are, U+0000 for those that are none."""
    return pair_table(codec).take(leads << 8 | trails)
