"""Choosing between bytes in UTF-8, which shows by itself which bytes may follow others."""

from __future__ import annotations

import re

import numpy as np

from encfix.batch import to_codes
from encfix.chinese import model
from encfix.repairs.mojibake.ambiguous_bytes.beam import GAP, MARK, ChoicesAt
from encfix.repairs.mojibake.encodings.charsets import may_be_gone
from encfix.repairs.mojibake.encodings.inverses import Raw

_INCOMPLETE = re.compile(rb"[\xe3-\xef][\x80-\xbf](?=\s|\Z)")


def with_final_space(raw: Raw, charset: str) -> Raw | None:
    """Return the bytes with A0, stripped as a space, put back at ends of lines where UTF-8 lacks its last byte.

    None where the byte may have been another: one that the charset leaves undefined.
    """
    found = [match.end() for match in _INCOMPLETE.finditer(raw.data)]
    if not found:
        return None
    starts = raw.starts.copy()
    data = bytearray(raw.data)
    for place in reversed(found):
        data[place:place] = b"\xa0"
        starts[raw.starts >= place] += 1
    text = data.decode("utf-8", "replace")
    if "\ufffd" in text:  # more is lost
        return None
    for nth, place in enumerate(found):
        read = bytes(data[: place + nth + 1]).decode("utf-8", "replace").rjust(2)
        before, broken = read[-2], read[-1]
        stem = broken.encode()[:-1]
        rivals = [(stem + bytes((byte,))).decode() for byte in may_be_gone(charset, raw.data)]
        best = max((model.pair(before, rival) for rival in rivals), default=-np.inf)
        if best > model.pair(before, broken) - GAP:
            return None
    return Raw(bytes(data), starts)


def choose(pieces: list[bytes], choices_at: ChoicesAt) -> None:
    """Choose bytes, in place, that continue the character before them and are continued by what follows; if several do,
    those that make the most frequent characters."""
    for place in sorted(choices_at):
        missing = _missing(pieces, place)
        ahead = b"".join(pieces[place + 1 : place + 4])
        fitting = []
        for piece, _ in (*choices_at[place][1:], choices_at[place][0]):
            left = missing
            for byte in piece:
                left = left - 1 if 0x80 <= byte < 0xC0 and left > 0 else _length(byte) - 1 if left == 0 else -9
                if left < 0:
                    break
            if left >= 0 and _continues(ahead, left, place + 1 in choices_at):
                fitting.append(piece)
        if fitting:
            before = b"".join(pieces[max(0, place - 3) : place])
            scores = [_frequency(before + piece + ahead) for piece in fitting] if len(fitting) > 1 else [0.0]
            pieces[place] = fitting[scores.index(max(scores))]


def _frequency(data: bytes) -> float:
    """Return the log probability of the whole characters of UTF-8 in some bytes, each by itself."""
    return float(model.log_unigram(to_codes(data.decode("utf-8", "ignore"))).sum())


def _continues(data: bytes, missing: int, is_trail: bool) -> bool:
    """Return whether bytes go on as they must where a character lacks so many; `is_trail` says that the first does."""
    if is_trail or (data and 0x80 <= data[0] < 0xC0):
        return missing > 0
    if data[:1] != MARK:
        return missing == 0
    trails = next((nth for nth, byte in enumerate(data[1:]) if not 0x80 <= byte < 0xC0), len(data) - 1)
    return missing == trails + 1 if missing else trails == 2


def _missing(pieces: list[bytes], place: int) -> int:
    """Return how many bytes the character of UTF-8 that is open before a place still lacks."""
    before = b"".join(pieces[max(0, place - 4) : place])
    for back in range(1, min(4, len(before)) + 1):
        byte = before[-back]
        if not 0x80 <= byte < 0xC0:
            return max(0, _length(byte) - back)
    return 0


def _length(byte: int) -> int:
    """Return the length of the character of UTF-8 that begins with a byte; 0 if none does."""
    return 1 if byte < 0x80 else 2 if 0xC2 <= byte < 0xE0 else 3 if 0xE0 <= byte < 0xF0 else 4 * (0xF0 <= byte < 0xF5)
