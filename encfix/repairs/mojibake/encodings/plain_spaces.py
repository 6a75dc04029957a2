"""No-break spaces that became plain ones in UTF-8 read as single bytes: 目标 is `ç›®æ ‡`, for A0, the second byte of
标, is a no-break space in Latin-1, which pages, editors and databases write as a plain one.

A space between bytes of one character is such a byte. Behind the first two it may as well be one behind a character
whose last byte was dropped, `ä»¥åŠ API` for 以及 API: it is the byte where that reads better.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise

import numpy as np

from encfix.arrays import Codes, Mask
from encfix.chinese import model
from encfix.repairs.mojibake.encodings.charsets import NO_BREAK_SPACE, may_be_gone, reads
from encfix.repairs.mojibake.encodings.inverses import Raw

GAP = 3.0
"""Nats by which a character with the byte must be more probable than any that lost another before a space."""

_WHOLE = re.compile(rb"[\xe3-\xef][\x80-\xbf]{2}")
_SPACED = re.compile(rb"[\xe3-\xef](?: [\x80-\xbf]|[\x80-\xbf] )")


def with_no_break(raw: Raw, charset: str) -> Raw:
    """Return the bytes behind a text of UTF-8 with A0 for the spaces that were this byte."""
    if not reads(charset, NO_BREAK_SPACE, "\xa0"):
        return raw
    data = bytearray(raw.data)
    gone = may_be_gone(charset, raw.data)
    for found in _SPACED.finditer(raw.data):
        start, end = found.span()
        whole = found[0].replace(b" ", bytes((NO_BREAK_SPACE,)))
        before, after = (_character(data[max(place, 0) : place + 3]) for place in (start - 3, end))
        is_inside = found[0][-1:] != b" "
        if _character(whole) and (before or after) and (is_inside or _reads_better(before, whole, after, gone)):
            data[start:end] = whole
    return raw if data == raw.data else Raw(bytes(data), raw.starts)


def are_behind(raw: Raw, codes: Codes) -> Mask:
    """Return which characters stand behind a plain space that is another byte: bool of shape (n,)."""
    is_byte = (codes == ord(" ")) & (np.frombuffer(raw.data, dtype=np.uint8)[raw.starts[:-1]] != ord(" "))
    return np.append(False, is_byte[:-1])


def _character(raw: bytes | bytearray) -> str:
    """Return the character of three bytes of UTF-8 that these are, if any."""
    return raw.decode("utf-8", "ignore") if _WHOLE.fullmatch(raw) else ""


def _reads_better(before: str, whole: bytes, after: str, gone: bytes) -> bool:
    """Return whether a character is more probable between others than what may have lost another byte before a
    space."""
    own, (first, second) = _character(whole), whole[:2]
    left = [(first, second, byte) for byte in gone] + [(first, byte, second) for byte in gone]
    rivals = [rival for each in left if (rival := _character(bytes(each)))]
    most = max((_log(before + rival + " " + after) for rival in rivals), default=-math.inf)
    return _log(before + own + after) > most + GAP


def _log(text: str) -> float:
    """Return how probable what follows the first character of a text is, in nats."""
    return sum(model.pair(one, other) for one, other in pairwise(text))
