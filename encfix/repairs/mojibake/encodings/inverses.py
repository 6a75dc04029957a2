"""Exact inverses of wrong decodings: from the characters of damaged text back to the bytes that they were read from.

The inverse of a charset is a table over code points, because its decoders differ (`charsets`); it holds what any of
them gives.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Positions, offsets_of
from encfix.repairs.mojibake.encodings import through_ftfy
from encfix.repairs.mojibake.encodings.charsets import (
    CODECS,
    LATIN_1_THEN_GBK,
    LOST,
    PLAIN_SPACE,
    REACH,
    SINGLE_BYTE,
    UTF8_OR_CP1252,
    characters,
    replacements,
)

NARROWED = {"¢": "￠", "£": "￡", "¥": "￥", "¬": "￢", "¦": "￤"}
"""Characters beyond ASCII that charsets of pairs lack, for the wide ones that they have: many collections of text fold
widths."""

COMPATIBILITY = range(0xF900, 0xFB00)
"""Ideographs that are others in normal form C."""

_NONE = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """Bytes behind a text: `data`, and for each character where its bytes start; `starts` has one more, the end of
    all."""

    data: bytes
    starts: Positions

    @classmethod
    def of(cls, pieces: list[bytes]) -> Raw:
        """Return the bytes behind a text whose characters have these."""
        lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
        return cls(b"".join(pieces), offsets_of(lengths))

    def differing(self, other: Raw) -> Positions:
        """Return the characters that have other bytes behind them in another, of as many characters."""
        mine, theirs = (pairwise(raw.starts.tolist()) for raw in (self, other))
        places = enumerate(zip(mine, theirs, strict=True))
        return np.array(
            [nth for nth, (a, b) in places if self.data[slice(*a)] != other.data[slice(*b)]], dtype=np.int64
        )

    def part(self, start: int, end: int) -> Raw:
        """Return the bytes behind the characters `[start, end)`."""
        first, last = int(self.starts[start]), int(self.starts[end])
        return Raw(self.data[first:last], self.starts[start : end + 1] - first)


def encode(codes: Codes, charset: str) -> Raw:
    """Return the bytes that `charset` would give these characters for; `LOST` for each that it cannot give.

    >>> encode(np.array([ord("绐"), ord("a"), 0xFFFD], dtype=np.uint32), "gbk").data
    b'\\xe7\\xaaa\\xff'
    """
    seconds = np.empty(0, np.int64)
    if charset == UTF8_OR_CP1252:
        codes, seconds = through_ftfy.before(codes)
    values = _table(charset).take(codes, mode="clip")
    values[codes >= REACH] = _NONE
    if charset == UTF8_OR_CP1252:
        for place in np.flatnonzero((codes >= 0x10000) & (codes < 0x110000)).tolist():
            values[place] = int.from_bytes(chr(int(codes[place])).encode(), "big")
    lost = values == _NONE
    values[lost] = LOST
    lengths = 1 + (values > 0xFF).astype(np.int64) + (values > 0xFFFF) + (values > 0xFFFFFF)
    lengths[seconds] = 0
    starts = offsets_of(lengths)
    data = np.empty(int(starts[-1]), dtype=np.uint8)
    ends = starts[1:]
    for place in range(int(lengths.max(initial=0))):
        holds = np.flatnonzero(lengths > place)
        data[ends[holds] - 1 - place] = (values[holds] >> (8 * place)) & 0xFF
    return Raw(data.tobytes(), starts)


@cache
def _table(charset: str) -> npt.NDArray[np.uint32]:
    """Return the bytes of each code point as one big-endian number: uint32 (REACH + 1,), `_NONE` where there are
    none."""
    table = np.full(REACH + 1, _NONE, dtype=np.uint32)
    if charset == UTF8_OR_CP1252:
        for code in range(0x80, 0x10000):
            if not 0xD800 <= code < 0xE000 and code != 0xFFFD:
                table[code] = int.from_bytes(chr(code).encode(), "big")
        return _put_single(table, "cp1252")
    if charset == LATIN_1_THEN_GBK:
        for byte in range(0x80, 0x100):
            table[ord(chr(byte).encode().decode("gbk"))] = byte
    for codec in CODECS.get(charset, ()):
        if codec == "gb18030":
            # No text gives one of four: there one byte beyond ASCII would stand alone between two digits.
            raws = [chr(code).encode(codec) for code in range(0x80, 0xFFFE) if not 0xD800 <= code < 0xE000]
            for raw in filter(_is_pair, raws):
                table[ord(raw.decode(codec))] = int.from_bytes(raw, "big")
        elif charset in SINGLE_BYTE:
            _put_single(table, codec)
        else:
            _put_double(table, codec)
    for narrow, wide in NARROWED.items():
        if table[ord(narrow)] == _NONE:
            table[ord(narrow)] = table[ord(wide)]
    if charset == "shift-jis":
        table[0xA0] = 0xA0  # Windows' decoder; Python's makes it private use
    table[:0x80] = np.arange(0x80)
    table[list(replacements(charset))] = _NONE  # GB 18030 has bytes for U+FFFD, yet no decoder got it from them
    return table


def _is_pair(raw: bytes) -> bool:
    return len(raw) == 2


def _put_single(table: npt.NDArray[np.uint32], codec: str) -> npt.NDArray[np.uint32]:
    for byte in range(0x100):
        character = bytes((byte,)).decode(codec, "replace")
        # Browsers keep an undefined byte as the control of its number.
        table[byte if character == "\ufffd" else ord(character)] = byte
    return table


def _put_double(table: npt.NDArray[np.uint32], codec: str) -> None:
    for code, raw in characters(codec):
        if table[code] == _NONE or raw == chr(code).encode(codec):
            table[code] = int.from_bytes(raw, "big")


def held(codes: Codes, charsets: tuple[str, ...]) -> dict[str, int]:
    """Return how many characters beyond ASCII each of some charsets has.

    >>> held(np.array([ord("a"), ord("中"), ord("é")], dtype=np.uint32), ("latin-1", "gbk"))
    {'latin-1': 1, 'gbk': 2}
    """
    holders = _holders(charsets).take(codes, mode="clip")
    bits = np.left_shift(1, np.arange(len(charsets))).astype(np.uint32)
    return dict(zip(charsets, np.count_nonzero(holders[:, None] & bits, axis=0).tolist(), strict=True))


@cache
def _holders(charsets: tuple[str, ...]) -> npt.NDArray[np.uint32]:
    """Return which of some charsets have each code point beyond ASCII, a bit for each: uint32 (REACH + 1,)."""
    table = np.zeros(REACH + 1, dtype=np.uint32)
    for nth, charset in enumerate(charsets):
        table[0x80:] |= (_table(charset)[0x80:] != _NONE).astype(np.uint32) << np.uint32(nth)
    return table


@cache
def differing(charset: str, others: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Return which code points a charset of single bytes reads from other bytes than each of the others does: bool
    (REACH + 1,)."""
    differ = np.asarray(_table(charset) != _NONE)
    for other in others:
        differ &= _table(charset) != _table(other)
    return differ


@cache
def given_by(charset: str) -> npt.NDArray[np.bool_]:
    """Return which code points a charset gives: bool (REACH + 1,)."""
    return np.asarray(_table(charset) != _NONE)


@cache
def in_question(charset: str) -> npt.NDArray[np.bool_]:
    """Return the characters of `by_codec` as a table of code points: bool (REACH + 1,)."""
    table = np.zeros(REACH + 1, dtype=np.bool_)
    table[[code for known in by_codec(charset) for code in known]] = True
    return table


@cache
def unified(charset: str) -> dict[int, tuple[bytes, ...]]:
    """Return the ideographs that a charset has twice, as EUC-KR has one for each sound, with the bytes of the others:
    normal form C makes one of them.

    >>> unified("euc-kr")[ord("契")]
    (b'\xd0\xd0',)
    """
    found: dict[int, tuple[bytes, ...]] = {}
    for code, raw in (each for codec in CODECS[charset] for each in characters(codec)):
        (one,) = map(ord, unicodedata.normalize("NFC", chr(code)))
        if code in COMPATIBILITY and one != code:
            found[one] = (*found.get(one, ()), raw)
    return found


@cache
def by_codec(charset: str) -> tuple[dict[int, tuple[bytes, ...]], ...]:
    """Return for each codec of a charset the characters whose bytes are in question, with those it reads them from.

    >>> [raws[ord("€")] for raws in by_codec("gbk")]
    [(b'\xa2\xe3', b'\x80')]
    """
    if charset == "gbk":
        return ({ord("€"): (b"\xa2\xe3", b"\x80")},)
    if charset == UTF8_OR_CP1252:
        single = np.flatnonzero(_table(charset)[0x80:0x800] < 0x100) + 0x80
        bytes_of = {code: bytes((int(_table(charset)[code]),)) for code in single.tolist()}
        several = through_ftfy.choices()
        return (several | {code: (raw, *several.get(code, (chr(code).encode(),))) for code, raw in bytes_of.items()},)
    if charset in PLAIN_SPACE:
        return ({ord(" "): (b" ", bytes((PLAIN_SPACE[charset],)))},)
    if charset in SINGLE_BYTE:
        return ({},)
    known: list[dict[int, tuple[bytes, ...]]] = []
    for codec in CODECS[charset]:
        mine: dict[int, tuple[bytes, ...]] = {}
        for code, raw in characters(codec):
            first = chr(code).encode(codec) == raw
            mine[code] = (raw, *mine.get(code, ())) if first else (*mine.get(code, ()), raw)
        known.append(mine)
    everywhere = {code for mine in known for code in mine}
    doubtful = {code for code in everywhere if len({raw for mine in known for raw in mine.get(code, ())}) > 1}
    return tuple({code: raws for code, raws in mine.items() if code in doubtful} for mine in known)
