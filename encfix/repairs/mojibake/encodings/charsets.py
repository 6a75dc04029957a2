"""Legacy character sets by the name that rules have for them: which codecs read each, what those read, and what they
lose.

Codecs of Python and of browsers differ where it matters: browsers keep the bytes that windows-1252 leaves undefined as
C1 controls, read GBK as GB 18030 with 0x80 for the euro sign, and Big5 with the Hong Kong supplement.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes

LEAST_TRAIL = 0x40
"""The least second byte of any character."""

LOST = 0xFF
"""The byte that stands for a character that no byte gives: no lead or trail byte of any true encoding here."""

REACH = 0x30000
"""Code points from here on are in no legacy character set."""

REPLACEMENTS = {"shift-jis": (0xFFFD, 0x30FB)}
"""What decoders of a charset put for what they cannot read, where that is not U+FFFD alone: Windows' of Shift-JIS puts
a middle dot, which hardly ever is one in damaged text: no UTF-8 has its bytes 81 45, but where E stands behind an
ideograph."""

UTF8_OR_CP1252 = "utf-8-or-cp1252"
"""What was read as UTF-8 where it could be, and byte by byte as windows-1252 elsewhere."""

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
    "cp1256": ("cp1256",),
    "cp1257": ("cp1257",),
    "cp1258": ("cp1258",),
    "cp850": ("cp850",),
    "cp866": ("cp866",),
    "koi8-r": ("koi8-r",),
    "ptcp154": ("ptcp154",),
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

STRIPPED = "stripped"
"""Stands for one of single bytes behind which soft hyphens were stripped."""

SINGLE_BYTE = (
    "latin-1", "cp1252", "cp1250", "latin-2", "latin-9", "cp1254", "cp437", "mac-roman", "cp1251", "cp1256", "cp1257",
    "cp1258", "cp850", "cp866", "koi8-r", "ptcp154", LATIN_1_THEN_GBK, UTF8_OR_CP1252,
)  # fmt: skip
"""Charsets whose every byte gives a character of its own (the last: whose every byte may)."""

WESTERN = ("cp1252", "latin-1")
"""The charsets that most text of single bytes is read by."""

FIRST_OF_CHINA = 0x2E80
"""From this code point on characters are of China and its neighbours."""

NO_BREAK_SPACE, SOFT_HYPHEN = 0xA0, 0xAD
"""Bytes of Latin-1 and its kin that programs write as a plain space, and strip."""

PLAIN_SPACE = {"mac-roman": 0xCA}
"""Charsets whose no-break space, often found as a plain one, is a byte that begins a character of GBK, with that
byte."""

OF_CYRILLIC = ("cp1251", "cp866", "koi8-r")
"""Charsets in whose letters Russian and its neighbours are written, of those that GBK is read in: what UTF-8 becomes
is no word."""

OF_EUROPE = tuple(charset for charset in SINGLE_BYTE if charset not in (LATIN_1_THEN_GBK, UTF8_OR_CP1252))
OF_ASIA = ("gbk", "big5", "shift-jis", "euc-kr", LATIN_1_THEN_GBK)
"""Charsets by the characters that they have: none has many of the others'."""


def replacements(charset: str) -> tuple[int, ...]:
    """Return the characters that stand for what a decoder of a charset could not read."""
    return REPLACEMENTS.get(charset, (0xFFFD,))


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


def may_be_gone(charset: str, data: bytes) -> bytes:
    """Return which bytes may be gone without a mark from `data`, UTF-8 read as a charset of single bytes: those that
    the charset leaves undefined, and a soft hyphen.

    Who drops one of a kind drops all: none is gone where one stands.

    >>> [may_be_gone("cp1252", text.encode()).hex(" ") for text in ("中", "南", "中步")]
    ['81 8d 8f 90 9d', 'ad', '81 8d 8f 90 9d']
    """
    kinds = _may_be_gone(charset)
    return b"".join(kind for kind in kinds if not any(byte in data for byte in kind))


@cache
def _may_be_gone(charset: str) -> tuple[bytes, bytes]:
    undefined = np.flatnonzero(can_be_lost(charset)[0x80:0xC0].any(axis=1)) + 0x80
    return bytes(undefined.tolist()), bytes((SOFT_HYPHEN,)) if reads(charset, SOFT_HYPHEN, "\xad") else b""


@cache
def reads(charset: str, byte: int, character: str) -> bool:
    """Return whether a charset reads a byte as a character."""
    return any(bytes((byte,)).decode(codec, "replace") == character for codec in CODECS.get(charset, ()))


@cache
def can_be_lost(charset: str, decoder: str = "") -> npt.NDArray[np.bool_]:
    """Return which bytes a decoder of `charset` loses before which: bool (256, 256), the next byte second.

    A decoder of one-byte characters loses those that the charset leaves undefined; one of pairs loses a lead byte
    that makes no character with the next. Unless the `decoder` is known, it is the one that loses most; `ALONE`
    loses only what begins no character.
    """
    codecs = CODECS.get(charset, ())
    if charset in SINGLE_BYTE and not decoder:
        lost = np.zeros((256, 256), dtype=np.bool_)
        for byte in range(0x80, 0x100):
            lost[byte] = any("\ufffd" in bytes((byte,)).decode(codec, "replace") for codec in codecs)
        return lost
    if decoder == STRIPPED:
        lost = np.zeros((256, 256), dtype=np.bool_)
        lost[SOFT_HYPHEN] = True
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
