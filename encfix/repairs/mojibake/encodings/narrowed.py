"""Full-width characters of damaged text that were made narrow later: 佣金 is `浣ｉ噾` in GBK, and `浣i噾` after that.

Many collections of text fold widths. A narrow letter or sign between two damaged characters is taken for the wide one
where its bytes continue the character of UTF-8 before it and what follows continues them: no ASCII can stand there.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from encfix.arrays import Codes, offsets_of
from encfix.repairs.mojibake.encodings.inverses import Raw

_WIDER = 0xFEE0
_EURO = ord("€")
"""Two bytes of GBK, and byte 80 in a browser's: of UTF-8 only that one continues a character."""


def with_wide(raw: Raw, codes: Codes) -> Raw:
    """Return the bytes behind a text of UTF-8 read as GBK with those of wide characters where narrow ones cannot be."""
    is_beyond = codes >= 0x80
    places = np.flatnonzero(is_beyond[:-2] & np.isin(codes[1:-1], list(_wide())) & is_beyond[2:]) + 1
    pieces: list[bytes] = []
    lengths, last = np.diff(raw.starts), 0
    for place in places.tolist():
        start, end = raw.starts[place : place + 2].tolist()
        own, behind = _wide()[int(codes[place])], raw.data[end : end + 3]
        if codes[place + 1] == _EURO:
            behind = b"\x80" + raw.data[raw.starts[place + 2] :][:2]
        if _fits(raw.data[max(0, start - 3) : start], own, behind):
            pieces += (raw.data[last:start], own)
            lengths[place], last = len(own), end
    return Raw(b"".join((*pieces, raw.data[last:])), offsets_of(lengths)) if pieces else raw


@cache
def _wide() -> dict[int, bytes]:
    """Return the bytes in GBK of the wide character for each narrow one; a question mark may stand for a lost byte."""
    wide = {code: chr(code + _WIDER) for code in range(ord("!"), 0x7F) if code != ord("?")} | {ord(" "): "\u3000"}
    return {code: character.encode("gbk") for code, character in wide.items()}


def _fits(before: bytes, own: bytes, after: bytes) -> bool:
    """Return whether two bytes stand between others as bytes of UTF-8 that are part of whole characters."""
    head = next((before[-size:] for size in (1, 2) if before[-size:] >= b"\xe0"), b"")
    if not head:
        return False
    try:
        (head + own + after).decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) + len(own)
    return True
