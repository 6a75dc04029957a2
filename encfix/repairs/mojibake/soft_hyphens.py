"""Bytes that are gone from GBK read as single bytes: 已经 is `ÒÑ¾` and a soft hyphen that nobody sees, AD, and was
stripped; and 8月，is `8Ô£¬` where UTF-8 was read where it could be, for C2 A3 is £ there.

Byte AD is the second one of 经 and of 150 other characters, C2 that of 月. Where one is gone, a run of bytes beyond
ASCII has an odd number, and all that follows in it is read from the wrong pairs. The byte is put back where the run
then reads best.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from encfix.batch import Codes, Mask, Positions
from encfix.chinese import model
from encfix.repairs.mojibake.block import Scores
from encfix.repairs.mojibake.charsets import pair_table
from encfix.repairs.mojibake.costs import BROKEN
from encfix.repairs.mojibake.inverses import Raw
from encfix.repairs.mojibake.pairs import Pair

SOFT_HYPHEN = 0xAD
OF_LATIN_1 = 0xC2
"""What UTF-8 has before A0 to BF for the characters that these are in Latin-1."""

SELDOM = -5.0
"""What it costs, in nats, to put that back: where UTF-8 was read, other characters mostly show it."""

LEAST_GAIN, GAP = 8.0, 3.0
"""Nats by which a run must read better with a byte than without, and with it at one place than at any other."""

_WRONG = ("latin-1", "cp1252", "cp1250", "latin-2", "latin-9", "cp1254")
"""The charsets that read it as a soft hyphen."""

_RUN = re.compile(rb"[\x81-\xfe]{3,}")


class Restored(NamedTuple):
    """Bytes with those that are gone, and the characters where the place of one is in doubt, by index."""

    raw: Raw
    doubted: Positions


def restored(raw: Raw, pair: Pair) -> Restored | None:
    """Return the bytes behind a text with those that are gone from it; None if there are none."""
    if pair.true != "gbk" or pair.wrong not in _WRONG:
        return None
    gone: list[tuple[int, int]] = []
    doubted: list[Positions] = []
    for run in _RUN.finditer(raw.data):
        if len(run.group()) % 2:
            is_any, found = _gone(run.group(), raw.data[run.end() : run.end() + 1], pair.codec)
            if found:
                gone.append((run.start() + found[0], found[1]))
            elif is_any:
                doubted.append(np.arange(*np.searchsorted(raw.starts, run.span())))
    if not gone and not doubted:
        return None
    data, starts = bytearray(raw.data), raw.starts + np.searchsorted([place for place, _ in gone], raw.starts, "right")
    for place, byte in reversed(gone):
        data.insert(place, byte)
    return Restored(Raw(bytes(data), starts), np.concatenate((np.empty(0, np.int64), *doubted)))


def _gone(run: bytes, following: bytes, codec: str) -> tuple[bool, tuple[int, int] | None]:
    """Return whether a byte is gone from an odd number of them, and before which one, and what it was, if that is
    sure."""
    raw = np.frombuffer(run, dtype=np.uint8).astype(np.int64)
    leads, half = raw[0::2], len(raw) // 2
    before, after = _characters(leads[:half], raw[1::2], codec), _characters(raw[1::2], leads[1:], codec)
    sums = np.concatenate((np.zeros(1), np.cumsum(model.log_pair(before), dtype=np.float64)))
    rest = model.log_pair(after).astype(np.float64)[::-1].cumsum()[::-1]
    around = sums + np.append(rest[1:], (0.0, 0.0))

    def scores(broken: Codes, may_be: Mask | bool) -> Scores:
        scores = around.copy()
        scores[0] += model.log_unigram(broken[:1])[0]
        scores[1:] += model.log_each(before, broken[1:])
        scores[:-1] += model.log_each(broken[:-1], after)
        return np.where(may_be, scores, -np.inf)

    is_of_utf8 = (raw >= 0xA0) & (raw < 0xC0)
    of_utf8, nth = np.full(half + 1, OF_LATIN_1), 2 * np.arange(half + 1)
    found = np.concatenate((
        scores(_characters(leads, np.full(half + 1, SOFT_HYPHEN), codec), may_be=True),
        scores(_characters(leads, of_utf8, codec), np.append(is_of_utf8[1::2], False)) + SELDOM,
        scores(_characters(of_utf8, leads, codec), is_of_utf8[0::2]) + SELDOM,
    ))  # fmt: skip
    places = np.concatenate((nth + 1, nth + 1, nth))
    last = _characters(leads[-1:], np.frombuffer(following, dtype=np.uint8).astype(np.int64), codec) if following else 0
    as_it_is = sums[-1] + (float(model.log_each(before[-1:], np.atleast_1d(last))[0]) if np.any(last) else BROKEN)
    best, rival = np.argsort(-found)[:2].tolist()
    if found[best] < as_it_is + LEAST_GAIN:
        return False, None
    byte = SOFT_HYPHEN if best <= half else OF_LATIN_1
    return True, (int(places[best]), byte) if found[best] > found[rival] + GAP else None


def _characters(leads: Positions, trails: Positions, codec: str) -> Codes:
    """Return the characters that pairs of bytes are, U+0000 for those that are none."""
    return pair_table(codec).take(leads << 8 | trails)
