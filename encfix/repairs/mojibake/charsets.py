"""Exact inverses of wrong decodings: from the characters of damaged text back to the bytes that they were read from.

A `Charset` is what a decoder made characters of. Its inverse is a table over code points, because the codecs of
Python and of browsers differ where it matters: browsers keep the bytes that windows-1252 leaves undefined as C1
controls, read GBK as GB 18030 with 0x80 for the euro sign, and Big5 with the Hong Kong supplement. The table holds
what any of them gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes, Positions
from encfix.repairs.mojibake import through_ftfy

LOST = 0xFF
"""The byte that stands for a character that no byte gives: no lead or trail byte of any true encoding here."""

REACH = 0x30000
"""Code points from here on are in no legacy character set."""

REPLACEMENTS = {"shift-jis": (0xFFFD, 0x30FB)}
"""What decoders of a charset put for what they cannot read, where that is not U+FFFD alone: Windows' of Shift-JIS puts
a middle dot, which hardly ever is one in damaged text: no UTF-8 has its bytes 81 45, but where E stands behind an
ideograph."""

NARROWED = {"¢": "￠", "£": "￡", "¥": "￥"}
"""Characters beyond ASCII that GBK lacks, for the wide ones that it has: many collections of text fold widths."""

_NONE = np.uint32(0xFFFFFFFF)
UTF8_OR_CP1252 = "utf-8-or-cp1252"
LATIN_1_THEN_GBK = "latin-1-then-gbk"
"""What was read as Latin-1, written in UTF-8, and read as GBK: an ideograph for each byte, `脦脪脙脟` for 我们."""

CODECS = {
    "gbk": ("gb18030",),
    "big5": ("big5", "cp950", "big5hkscs"),
    "shift-jis": ("shift_jis", "cp932"),
    "euc-kr": ("cp949",),
    "latin-1": ("latin-1",),
    "cp1252": ("cp1252",),
    "cp1250": ("cp1250",),
    "latin-2": ("iso-8859-2",),
    "latin-9": ("iso-8859-15",),
    "cp1254": ("cp1252", "iso-8859-9", "cp1254"),  # no byte is in doubt where a line was read as windows-1252
    "cp437": ("cp437",),
    "mac-roman": ("mac-roman",),
    "cp1251": ("cp1251",),
}
"""The codecs that read each charset; where they differ on a character, the last one's bytes are taken."""

_DECODERS = {
    "gbk": ("gbk", "gb18030"),
    "big5": ("big5", "cp950", "big5hkscs"),
    "shift-jis": ("shift_jis", "cp932"),
    "euc-kr": ("euc_kr", "cp949"),
}
"""The codecs of each charset of pairs that may have been a decoder, those that read the fewest characters first."""

ALONE = "alone"
"""Stands for a browser's decoder before what it does not take for a second byte."""

SINGLE_BYTE = (
    "latin-1", "cp1252", "cp1250", "latin-2", "latin-9", "cp1254", "cp437", "mac-roman", "cp1251", LATIN_1_THEN_GBK,
    UTF8_OR_CP1252,
)  # fmt: skip
"""Charsets whose every byte gives a character of its own (the last: whose every byte may)."""

PLAIN_SPACE = {"mac-roman": 0xCA}
"""Charsets whose no-break space, often found as a plain one, is a byte that begins a character of GBK, with that
byte."""

OF_CYRILLIC = ("cp1251",)
"""Charsets in whose letters Russian and its neighbours are written."""


OF_EUROPE = tuple(charset for charset in SINGLE_BYTE if charset not in (LATIN_1_THEN_GBK, UTF8_OR_CP1252))
OF_ASIA = ("gbk", "big5", "shift-jis", "euc-kr", LATIN_1_THEN_GBK)
"""Charsets by the characters that they have: none has many of the others'."""


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
        return cls(b"".join(pieces), np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))))

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
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
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
    if charset == "gbk":
        for narrow, wide in NARROWED.items():
            table[ord(narrow)] = int.from_bytes(wide.encode("gbk"), "big")
    if charset == "shift-jis":
        table[0xA0] = 0xA0  # Windows' decoder; Python's makes it private use
    table[:0x80] = np.arange(0x80)
    table[list(replacements(charset))] = _NONE  # GB 18030 has bytes for U+FFFD, yet no decoder got it from them
    return table


def replacements(charset: str) -> tuple[int, ...]:
    """Return the characters that stand for what a decoder of a charset could not read."""
    return REPLACEMENTS.get(charset, (0xFFFD,))


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


@cache
def characters(codec: str) -> tuple[tuple[int, bytes], ...]:
    """Return each character of one or two bytes that a codec reads, with those bytes, in order of the bytes."""
    raws = [bytes((lead,)) for lead in range(0x80, 0x100)]
    raws += [bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF)]
    lines = b"\n".join(raws).decode(codec, "replace").split("\n")
    return tuple((ord(text), raw) for text, raw in zip(lines, raws, strict=True) if len(text) == 1 and text != "\ufffd")


@cache
def pair_table(codec: str) -> npt.NDArray[np.uint32]:
    """Return the character of each two bytes, 0 where there is none: uint32 (65536,)."""
    table = np.zeros(0x10000, dtype=np.uint32)
    for code, raw in characters(codec):
        if len(raw) == 2:
            table[int.from_bytes(raw, "big")] = code
    return table


def decoder_of(codes: Codes, charset: str) -> str:
    """Return the codec of a charset of pairs that reads the fewest characters and gives all of these.

    >>> decoder_of(np.array([ord("中"), ord("\uf8f8")], dtype=np.uint32), "gbk")
    'gb18030'
    """
    *narrow, widest = _DECODERS[charset]
    return next((codec for codec in narrow if given(codec).take(codes, mode="clip").all()), widest)


@cache
def given(codec: str) -> npt.NDArray[np.bool_]:
    """Return which code points a codec gives: bool (REACH + 1,)."""
    table = np.zeros(REACH + 1, dtype=np.bool_)
    table[[code for code, _ in characters(codec)]] = True
    table[:0x80] = table[0xFFFD] = True
    return table


@cache
def can_be_lost(charset: str, decoder: str = "") -> npt.NDArray[np.bool_]:
    """Return which bytes a decoder of `charset` loses before which: bool (256, 256), the next byte second.

    A decoder of one-byte characters loses those that the charset leaves undefined; one of pairs loses a lead byte
    that makes no character with the next. Unless the `decoder` is known, it is the one that loses most; `ALONE`
    loses only what begins no character.
    """
    codecs = CODECS.get(charset, ())
    if charset in SINGLE_BYTE:
        lost = np.zeros((256, 256), dtype=np.bool_)
        for byte in range(0x80, 0x100):
            lost[byte] = any("\ufffd" in bytes((byte,)).decode(codec, "replace") for codec in codecs)
        return lost
    if decoder == ALONE:
        lost = np.zeros((256, 256), dtype=np.bool_)
        lost[[0xA0, 0xFD, 0xFE, 0xFF] if charset == "shift-jis" else [0x80, 0xFF]] = True
        return lost
    lost = np.ones((256, 256), dtype=np.bool_)
    lost[:0x80] = False
    for _, raw in characters(decoder or _DECODERS[charset][0]):
        lost[raw[0], raw[1] if len(raw) > 1 else slice(None)] = False
    return lost


def held(codes: Codes, charsets: tuple[str, ...]) -> dict[str, int]:
    """Return how many characters beyond ASCII each of some charsets has.

    >>> held(np.array([ord("a"), ord("中"), ord("é")], dtype=np.uint32), ("latin-1", "gbk"))
    {'latin-1': 1, 'gbk': 2}
    """
    holders = _holders(charsets).take(codes, mode="clip")
    bits = np.left_shift(1, np.arange(len(charsets))).astype(np.uint16)
    return dict(zip(charsets, np.count_nonzero(holders[:, None] & bits, axis=0).tolist(), strict=True))


@cache
def _holders(charsets: tuple[str, ...]) -> npt.NDArray[np.uint16]:
    """Return which of some charsets have each code point beyond ASCII, a bit for each: uint16 (REACH + 1,)."""
    table = np.zeros(REACH + 1, dtype=np.uint16)
    for nth, charset in enumerate(charsets):
        table[0x80:] |= (_table(charset)[0x80:] != _NONE).astype(np.uint16) << np.uint16(nth)
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
def in_question(charset: str) -> npt.NDArray[np.bool_]:
    """Return the characters of `by_codec` as a table of code points: bool (REACH + 1,)."""
    table = np.zeros(REACH + 1, dtype=np.bool_)
    table[[code for known in by_codec(charset) for code in known]] = True
    return table


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
        raws = {code: (bytes((int(_table(charset)[code]),)), chr(code).encode()) for code in single.tolist()}
        return (through_ftfy.choices() | raws,)
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
