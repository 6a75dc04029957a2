"""Which pairs of encodings are worth a reading of a block: a quick look at the bytes behind it."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable

import numpy as np

from encfix.arrays import Mask
from encfix.batch import to_text
from encfix.chinese.characters import Class
from encfix.repairs.mojibake.encodings.charsets import LOST, UTF8_OR_CP1252, WESTERN
from encfix.repairs.mojibake.encodings.inverses import differing
from encfix.repairs.mojibake.encodings.pairs import Pair
from encfix.repairs.mojibake.judging.block import Block, Span
from encfix.repairs.mojibake.lost_bytes.filling import LOSES_MOST


def _among(characters: Iterable[str]) -> Mask:
    """Return a table of the BMP of what is among some characters, and nothing beyond: bool (0x10001,)."""
    table = np.zeros(0x10001, dtype=np.bool_)
    table[list(map(ord, characters))] = True
    return table


LIKE_UTF8 = 0.5
"""The share of bytes that may be those of Chinese in UTF-8, from which on a stretch is read as if some were lost."""

NEARLY_ALL = 0.9
"""That share where most bytes were kept, as in text that is damaged again, or of single bytes."""

LEAST_OF_UTF8 = 0.1
"""The share of the bytes of a charset that whole characters of UTF-8 hold, below which they are there by chance."""

MOSTLY_UTF8, LEAST_UTF8 = 0.8, 12
"""The share of bytes beyond ASCII, and how many at least, that characters of UTF-8 hold where no other encoding is
tried."""

LEAST_CUT = 16
"""Characters beyond ASCII of a block that are enough to show UTF-8 without the bytes at its ends."""

SEVERAL = 2
"""Characters of UTF-8 beyond ASCII that two letters each of Latin-1 hardly are by chance."""

MOST_LACKING_BESIDE = 1
"""First bytes of Chinese in UTF-8 without those behind them that a run of characters may hold beside what explains a
part of it."""

LEAST_LETTERS, LEAST_SHARE = 2, 0.1
"""Kana or syllables that a text must hold to be read as Japanese or Korean, and their share of what is beyond ASCII."""

LEAST_SOUND_SIGNS = 0.25
"""The share of marks of sound, small characters and ﾝ in words of Japanese, a third in most: in bytes of Chinese few of
them stand where they may."""

LEAST_BESIDE = 0.4
"""The share of the characters beyond ASCII that stand beside another, below which a text is no Chinese of which pairs
of UTF-8 were read: letters of Czech stand alone between those of ASCII, and second bytes of Big5 are ASCII at times."""

MOST_LACKING = 0.9
"""The share of the characters beyond ASCII that a charset lacks above which it explains nothing."""

LIKE = {
    "latin-2": ("cp1250",),
    "latin-9": ("latin-1",),
    "cp1254": ("cp1252", "latin-1"),
    "cp1258": ("cp1252", "latin-1", "cp1254"),
    "cp850": ("cp437",),
    "cp866": ("cp437",),
}
"""Charsets that explain nothing beyond others unless a text has a character that they read from another byte, or
characters that no one of the others has all of."""

OWN = {
    "mac-roman": _among("∞≤≥∂∑∏π∫Ω√≈∆◊˘˙˚˝˛ˇ"),
    **dict.fromkeys(("cp1251", "koi8-r"), _among(map(chr, range(0x401, 0x492)))),
    "ptcp154": _among(map(chr, range(0x492, 0x4F0))),
}
"""Characters of charsets that any text read by them holds, and hardly any other."""

_UTF8 = re.compile(rb"[\xe3-\xef][\x80-\xbf][\x80-\xbf]")
_OF_TWO = re.compile(rb"[\xc2-\xdf][\x80-\xbf]")
"""What a decoder that reads UTF-8 wherever it can does not read one by one."""
_LETTERS = {
    "utf-8": re.compile(rb"\xe3[\x81-\x83][\x80-\xbf]"),
    "euc_jp": re.compile(rb"[\xa4\xa5][\xa1-\xf6]"),
    "cp932": re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]"),
    "cp949": re.compile(rb"[\xb0-\xc8][\xa1-\xfe]"),
}
"""Kana, and the syllables of Korean, in the encodings that have them."""

_BEGUN = re.compile(rb"[\xe3-\xef][\x80-\xbf](?![\x80-\xbf])")
_LACKING = re.compile(rb"[\xe3-\xe9\xef](?![\x80-\xbf]{2})")
_CUT_OFF = re.compile(rb"\A[\x80-\xbf]{1,3}")

_OF_HALF_WIDTH = re.compile("[｡-ﾟ]+(?:[ -~]+[｡-ﾟ]+)*")
_IN_WORDS = re.compile("(?:(?:[ｳｶ-ﾄﾊ-ﾎ]ﾞ|[ﾊ-ﾎ]ﾟ|[ｦｱ-ﾜ])[ｧ-ｮ]?(?:[ｯﾝ]|ｰ)*[ -~･｡-､]*)+")
_SOUND_SIGNS = re.compile("[ﾞﾟｰｯｧ-ｮﾝ]")
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F))) + "\n"
"""Katakana of half width, and such as words hold: marks of sound behind what takes them, small ones behind others."""

_PAIRS = re.compile(rb"[\x81-\xfe][\x40-\xfe][\x81-\xfe][\x40-\xfe]")


def may_explain(block: Block, pair: Pair) -> bool:
    """Return whether it is worth reading a block as `pair` says; a quick look at its bytes."""
    if block.is_wide and _is_half_width_japanese(block):
        return False
    if pair.wrong == "utf-8-or-cp1252":
        data = block.raw("cp1252").data
        may_be_read = pair.true == "gbk" or _OF_TWO.search(data) is None  # GBK has £ at every mark to tell more
        may_be_read = (may_be_read or block.has_pairs_of_utf8) and _are_beside(block)
        return may_be_read and data.count(LOST) < 0.7 * block.foreign
    if block.lacks(pair.wrong) > MOST_LACKING * block.foreign:
        return False
    near = LIKE.get(pair.wrong)
    is_alike = near and not differing(pair.wrong, near).take(block.codes, mode="clip").any()
    if near and is_alike and min(map(block.lacks, near)) <= block.lacks(pair.wrong):
        return False
    if pair.wrong in OWN and not OWN[pair.wrong].take(block.codes, mode="clip").any():
        return False
    raw = block.raw(pair.wrong)
    if raw.data.count(LOST) > MOST_LACKING * block.foreign:
        return False
    if not pair.is_chinese and (pair.is_european or pair.codec == "utf-8"):
        least = max(LEAST_LETTERS, LEAST_SHARE * block.foreign / (2 if pair.is_single_byte else 1))
        return len(_LETTERS[pair.codec].findall(raw.data)) >= least
    if pair.codec == "utf-8" and pair.is_european:
        return 3 * len(_UTF8.findall(raw.data)) > LEAST_OF_UTF8 * (block.foreign - block.lacks(pair.wrong))
    return (_UTF8 if pair.codec == "utf-8" else _PAIRS).search(raw.data) is not None


def _is_half_width_japanese(block: Block) -> bool:
    """Return whether a block is words of katakana of half width, which bytes of Chinese hardly make."""
    if not (block.classes == Class.HALFWIDTH_KATAKANA).any():
        return False
    text = to_text(block.codes).strip(_PRINTABLE)
    if not (_OF_HALF_WIDTH.fullmatch(text) and _IN_WORDS.fullmatch(text)):
        return False
    return len(_SOUND_SIGNS.findall(text)) >= LEAST_SOUND_SIGNS * block.foreign


def _are_beside(block: Block) -> bool:
    """Return whether enough characters of a block beyond ASCII stand beside another."""
    beyond = np.concatenate(([False], block.codes >= 0x80, [False]))
    beside = np.count_nonzero(beyond[1:-1] & (beyond[:-2] | beyond[2:]))
    return bool(beside >= LEAST_BESIDE * block.foreign)


def is_utf8(block: Block, pair: Pair) -> bool:
    """Return whether the bytes behind a block are UTF-8 throughout, which those of other encodings never are; a long
    one may begin or end in the middle of a character."""
    if block.lacks(pair.wrong):
        return False
    data = block.raw(pair.wrong).data
    try:
        _read_cut(data) if block.foreign >= LEAST_CUT else data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_cut(data: bytes) -> str:
    """Return what bytes are in UTF-8, less what a cut left of characters at both ends. Raises UnicodeDecodeError."""
    return getincrementaldecoder("utf-8")().decode(_CUT_OFF.sub(b"", data))


def is_rather_utf8(block: Block, span: Span) -> bool:
    """Return whether a span that another encoding explains, read as some charset of single bytes, is UTF-8 read as
    Latin-1 or windows-1252: in code page 850 `Ð²Ð°ÐºÑ`, which is вак, is GBK for 妖养学."""
    if span.pair.codec == "utf-8" or not span.pair.is_european or span.pair.wrong in (*WESTERN, UTF8_OR_CP1252):
        return False
    text = block.part(span.start, span.end)
    return any(_are_utf8(text.raw(charset).data) for charset in WESTERN if not text.lacks(charset))


def _are_utf8(data: bytes) -> bool:
    """Return whether bytes are several characters of UTF-8, less what a cut leaves of others."""
    try:
        characters = _read_cut(data)
    except UnicodeDecodeError:
        return False
    return sum(character >= "\x80" for character in characters) >= SEVERAL


def is_like_utf8(block: Block, pair: Pair, least: float = LIKE_UTF8) -> bool:
    """Return whether nearly all bytes behind a block, or behind its damaged part, may be of Chinese in UTF-8."""
    data = np.frombuffer(block.raw(pair.wrong).data, dtype=np.uint8)
    data = data[(data >= 0x80) & (data != LOST)]
    trails, leads = np.count_nonzero(data < 0xC0), np.count_nonzero((data >= 0xE2) & (data < 0xF0))
    return bool(leads >= 2 and trails + leads >= least * len(data))


def steps_of_utf8(block: Block, charset: str) -> tuple[Mask, Mask, Mask]:
    """Return which characters of a block are two bytes that follow each other in Chinese in UTF-8: the first of a
    character and one behind it, a later one and the first of the next character, and two later ones: bool (n,) each."""
    raw = block.raw(charset)
    data = np.frombuffer(raw.data, dtype=np.uint8)
    is_lead, is_trail = (data >= 0xE2) & (data < 0xF0), (data >= 0x80) & (data < 0xC0)
    first, second = raw.starts[:-1], raw.starts[1:] - 1
    is_pair = second == first + 1
    leads, trails = is_lead[first] & is_pair, is_trail[first] & is_pair
    return leads & is_trail[second], trails & is_lead[second], trails & is_trail[second]


def is_mostly_utf8(block: Block, pair: Pair) -> bool:
    """Return whether whole characters of Chinese in UTF-8 hold most bytes behind a block, as other encodings have few
    by chance."""
    if 3 * block.lacks(pair.wrong) > block.foreign:  # the others give two bytes each at most
        return False
    data = np.frombuffer(block.raw(pair.wrong).data, dtype=np.uint8)
    beyond_ascii = np.count_nonzero(data >= 0x80)
    is_trail = (data >= 0x80) & (data < 0xC0)
    is_whole = (data[:-2] >= 0xE3) & (data[:-2] < 0xF0) & is_trail[1:-1] & is_trail[2:]
    return bool(3 * np.count_nonzero(is_whole) >= max(MOSTLY_UTF8 * beyond_ascii, LEAST_UTF8))


def is_left_of_utf8(block: Block, pair: Pair) -> bool:
    """Return whether nearly all that is left of a block, read by a charset that lacks most pairs of bytes of UTF-8, are
    pairs that follow each other in it, as those of other encodings do by chance."""
    if pair.wrong not in LOSES_MOST:
        return False
    left = block.foreign - int(np.count_nonzero(block.classes == Class.REPLACEMENT))
    steps = sum(int(np.count_nonzero(mask)) for mask in steps_of_utf8(block, pair.wrong))
    return bool(steps >= NEARLY_ALL * max(left, LEAST_UTF8))


def goes_on(block: Block, spans: list[Span]) -> bool:
    """Return whether a character of UTF-8 that lost its last byte begins where one of some spans ends."""
    raws = ((block.bytes_of(span.pair), span) for span in spans if span.pair.codec == "utf-8")
    return any(_BEGUN.match(raw.data, int(raw.starts[span.end])) for raw, span in raws)


def in_broken_runs(block: Block, spans: list[Span], covered: Mask) -> list[bool]:
    """Return which spans of UTF-8 read as single bytes are all that can be read of a run of characters beyond ASCII:
    what is not `covered` there is UTF-8, too, of which bytes are gone."""
    pairs = {span.pair for span in spans if span.pair.codec == "utf-8" and span.pair.is_single_byte}
    if not pairs:
        return [False] * len(spans)
    (apart,) = (block.codes < 0x80).nonzero()
    broken = {}
    for pair in pairs:
        raw = block.bytes_of(pair)
        lacking = [match.start() for match in _LACKING.finditer(raw.data)]
        places = raw.starts.searchsorted(lacking, side="right") - 1
        runs = apart.searchsorted(places[~covered[places]])
        broken[pair] = np.bincount(runs, minlength=len(apart) + 1) > MOST_LACKING_BESIDE
    return [span.pair in broken and bool(broken[span.pair][apart.searchsorted(span.start)]) for span in spans]
