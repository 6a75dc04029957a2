"""A second look at what the patterns of the screen found: cheap tests over arrays, before any document is touched.

A test takes a batch and sorted positions, and returns which of them to keep. It may look at the document of a
position alone, so that what it says does not depend on the neighbours in the batch.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from encfix import european_words
from encfix.arrays import Codes, Mask, Positions, inside
from encfix.batch import Batch
from encfix.chinese import gbk, model, neighbours
from encfix.chinese.characters import BOUNDARY_CODE, IS_HAN, Class, among, are_in, members
from encfix.memo import memoized

NEAR = 24
"""Code points on either side of a position that are looked at."""

FAR = 256
"""Code points from damage within which letters that look like those of words may be damage, too."""

USUAL, SUSPECT = -9.0, 12.0
"""Suspect is a stretch of characters that cost this many nats more than so much each."""

STRANGE = 6.0
"""What a character that is at home in no Chinese text adds to the suspicion, in nats."""

LONGEST_SYLLABLE, SEVERAL = 11, 4
"""Code points from a bracket to the end of what it may hold, spaces included, and how many such brackets there are."""

WRAP_LEAST, WRAP_MOST = 15, 120
"""Code points of a line that may have been cut at the width of a page."""

_LETTERS = [ord(first) + nth for first in "Aa\uff21\uff41" for nth in range(26)]
_IS_KANA = members(Class.HIRAGANA, Class.KATAKANA)
IS_NO_SIGN = members(Class.HIRAGANA, Class.KATAKANA, Class.SPACE, Class.EMOJI)
"""The classes of what the model of Chinese does not know and is at home in sound text all the same."""

_IS_STRANGE = members(
    Class.HANGUL_RARE, Class.HALFWIDTH_KATAKANA, Class.BOPOMOFO, Class.PRIVATE_USE, Class.REPLACEMENT, Class.CONTROL
)
_IS_RARE = members(Class.HAN_RARE, Class.HAN_RARE_SIMPLIFIED, Class.HAN_RARE_TRADITIONAL)
_IS_FOREIGN = members(
    Class.WESTERN,
    Class.TONED,
    Class.OTHER,
    Class.HALFWIDTH_KATAKANA,
    Class.HANGUL_RARE,
    Class.CONTROL,
    Class.REPLACEMENT,
)
_FIRST_BYTES = (0xC2, 0xC3, 0xC5, 0xCE, 0xD0, 0xD9)
"""First bytes of common letters in UTF-8: their second may be A0, taken for a space, a quotation mark, or AD, a soft
hyphen."""

_HEX = np.zeros(0x80, dtype=np.bool_)
_HEX[list(map(ord, "0123456789abcdefABCDEF"))] = True
_AFTER_BACKSLASH = np.zeros(0x3000, dtype=np.bool_)
_AFTER_BACKSLASH[list(map(ord, "\\uUx\"'“”"))] = True


def improbable(batch: Batch, places: Positions) -> Mask:
    """Keep places near which characters follow one another that never do in Chinese, or syllables that no Korean text
    has."""
    stretches = _Stretches(batch, places)
    codes, classes = stretches.codes, stretches.classes
    logs = model.log_pair(codes)
    badness = USUAL - logs.astype(np.float64)
    japanese = stretches.japanese()
    if len(japanese):
        badness[japanese] = np.minimum(badness[japanese], USUAL - neighbours.log_japanese(codes)[japanese])
    badness[(codes < 0x80) | IS_NO_SIGN.take(classes)] = 0.0
    hangul = neighbours.is_hangul(codes)
    badness[hangul] = USUAL - neighbours.log_korean(codes[hangul])
    badness[_IS_STRANGE.take(classes)] = STRANGE
    _cut(badness, stretches)
    again = (codes[1:] == codes[:-1]) & _IS_RARE.take(classes[1:])
    badness[2:][again[1:] & again[:-1]] = SUSPECT + 1  # 屯屯屯: unset memory
    is_bad = neighbours.best_sums(badness) > SUSPECT
    gains = neighbours.gains_as_korean(codes, logs)
    _cut(gains, stretches)
    return stretches.holding(is_bad | (neighbours.best_sums(gains) > neighbours.SUSPECT_KOREAN))


def misread_japanese(batch: Batch, places: Positions) -> Mask:
    """Keep places near which EUC-JP makes more probable Japanese of what stands there."""
    stretches = _Stretches(batch, places)
    gains = neighbours.gains_as_japanese(stretches.codes)
    _cut(gains, stretches)
    return stretches.holding(neighbours.best_sums(gains) > neighbours.SUSPECT_JAPANESE)


def foreign(batch: Batch, places: Positions) -> Mask:
    """Keep places near which two letters or symbols of Europe stand, and not as in words, or one that is the first byte
    of a letter before a space, a quotation mark or a soft hyphen."""
    kept = _first_bytes().take(batch.codes.take(places), mode="clip")
    after = batch.classes.take(places + 1)
    kept &= (after == Class.SPACE) | (after == Class.WIDE) | (after == Class.INVISIBLE)
    stretches = _Stretches(batch, places)
    is_alone = (after == Class.SPACE) & (batch.codes.take(places - 1) < 0x80)  # 25° × 3
    (left,) = (stretches.holding(_IS_FOREIGN.take(stretches.classes), 2) & ~is_alone & ~kept).nonzero()
    are_words = european_words.are_in_words(batch, places[left])
    kept[left[~are_words]] = True
    beside = left[are_words]
    kept[beside[_are_near(batch, places[beside], places[kept])]] = True
    return kept


def _are_near(batch: Batch, places: Positions, others: Positions) -> Mask:
    """Return which places stand within `FAR` code points of one of some others, in the same document."""
    bounds = np.concatenate(([-FAR - 1], others, [len(batch.codes) + FAR]))
    next_one = bounds.searchsorted(places)
    document, found = batch.documents_of(places), np.zeros(len(places), dtype=np.bool_)
    for other in (bounds[next_one - 1], bounds[next_one]):
        is_near = np.abs(other - places) <= FAR
        found[is_near] |= batch.documents_of(other[is_near]) == document[is_near]
    return found


@cache
def _first_bytes() -> npt.NDArray[np.bool_]:
    table = np.zeros(0x2600, dtype=np.bool_)
    for codec in ("latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso-8859-2", "mac-roman",
                  "cp437"):  # fmt: skip
        table[list(map(ord, bytes(_FIRST_BYTES).decode(codec, "ignore")))] = True
    return table


def misread(batch: Batch, places: Positions) -> Mask:
    """Keep places in two ideographs of UTF-8 that were read as GBK, 娴嬭瘯 for 测试, and of 嚙踝, as which U+FFFD comes
    back from Big5."""
    codes = batch.codes.take(places)
    found = (codes == ord("嚙")) & (batch.codes.take(places + 1) == ord("踝"))
    (possible,) = gbk.may_be_utf8(codes).nonzero()
    found[possible] |= gbk.are_utf8(batch.codes.take(places[possible, None] + np.arange(-2, 3))).any(axis=1)
    return np.asarray(found)


@cache
def misread_expression() -> re.Pattern[str]:
    """Return an expression that finds in a string what `misread` keeps.

    >>> misread_expression().search("测试: 娴嬭瘯").group()
    '娴嬭瘯'
    """
    return re.compile("".join(f"[{third}]" for third in gbk.thirds_of_utf8()) + "|嚙踝")


def backslash(batch: Batch, places: Positions) -> Mask:
    """Keep backslashes."""
    return np.asarray(batch.codes.take(places) == ord("\\"))


def escape(batch: Batch, places: Positions) -> Mask:
    """Keep symbols with which an escape begins: `&lt`, `#x4e2d;`, `%E4`, `=E4=`, `\\\\u`."""
    symbol, first, second = (batch.codes.take(places + ahead) for ahead in range(3))
    is_entity = (symbol == ord("&")) & ((first == ord("#")) | _is_letter(first) & _is_letter(second))
    is_remnant = (symbol == ord("#")) & (batch.codes.take(places + 6) == ord(";"))
    is_hex = _HEX.take(first, mode="clip") & (first < 0x80) & _HEX.take(second, mode="clip") & (second < 0x80)
    is_byte = (symbol == ord("%")) & (is_hex | (first == ord("u")))
    after = batch.codes.take(places + 3)
    is_byte |= (symbol == ord("=")) & is_hex & ((after == ord("=")) | (after == 10) | (after == 13))
    is_word = (symbol == ord("=")) & (first == ord("?"))
    is_backslash = (symbol == ord("\\")) & (first < 0x3000) & _AFTER_BACKSLASH.take(first, mode="clip")
    is_line_end = (symbol == ord("\\")) & ((first == ord("n")) | (first == ord("r")))
    is_line_end &= are_in("。！？；”…", batch.codes.take(places - 1))
    return np.asarray(is_entity | is_remnant | is_byte | is_word | is_backslash | is_line_end)


def lost_ampersand(batch: Batch, places: Positions) -> Mask:
    """Keep the semicolon between `nbsp;` and `nbsp;`."""
    return _reads(batch, places - len("nbsp"), "nbsp;nbsp;")


def lost_backslash(batch: Batch, places: Positions) -> Mask:
    """Keep the colon of `":"u4e2du`, a value of JSON whose backslashes are lost."""
    return np.asarray(_reads(batch, places - 1, '":"u') & (batch.codes.take(places + 7) == ord("u")))


def carriage_return(batch: Batch, places: Positions) -> Mask:
    """Keep the line end behind `_x000D_`."""
    return _reads(batch, places - len("_x000D_"), "_x000D_")


def _reads(batch: Batch, places: Positions, text: str) -> Mask:
    """Keep places at which a text stands."""
    left = np.arange(len(places))
    for ahead, character in enumerate(text):
        left = left[batch.codes.take(places[left] + ahead, mode="clip") == ord(character)]
    kept = np.zeros(len(places), dtype=np.bool_)
    kept[left] = True
    return kept


def _is_letter(codes: Codes) -> Mask:
    lower = codes | 0x20
    return np.asarray((lower >= ord("a")) & (lower <= ord("z")) & (codes < 0x80))


def _cut(gains: npt.NDArray[np.floating[Any]], stretches: _Stretches) -> None:
    """Let no sum of gains carry from one stretch into the next."""
    gains[stretches.breaks] = -1e6


class _Stretches:
    """The text within `NEAR` of some places: `codes` and `classes`, laid end to end, with `breaks` between."""

    def __init__(self, batch: Batch, places: Positions) -> None:
        starts = np.maximum(places - NEAR, 0)
        ends = np.minimum(places + NEAR, len(batch.codes))
        first = np.flatnonzero(np.append(True, starts[1:] >= ends[:-1]))
        starts, ends = starts[first], ends[np.append(first[1:], len(places)) - 1]
        lengths = ends - starts + 1  # and one for the break
        where = inside(starts, lengths)
        self.codes = batch.codes.take(where, mode="clip")
        self.codes[np.cumsum(lengths) - 1] = BOUNDARY_CODE
        self.classes = batch.classes.take(where, mode="clip")
        self.breaks = self.codes == BOUNDARY_CODE
        self.classes[self.breaks] = Class.BOUNDARY
        self._segments = np.cumsum(self.breaks)
        row = np.searchsorted(first, np.arange(len(places)), side="right") - 1
        self._own = self._segments.take(places - starts[row] + (np.cumsum(lengths) - lengths)[row])

    def japanese(self) -> Positions:
        """Return the places of the stretches that are Japanese by their kana."""
        kana, others = _IS_KANA.take(self.classes), (self.codes >= 0x80) & ~self.breaks
        if not kana.any():
            return np.empty(0, dtype=np.int64)
        count = int(self._segments[-1]) + 1
        shown, beyond = (np.bincount(self._segments[mask], minlength=count) for mask in (kana, others))
        return np.flatnonzero(neighbours.are_japanese(shown, beyond)[self._segments] & others)

    def holding(self, signs: Mask, least: int = 1) -> Mask:
        """Return for each place whether `least` of the signs stand in the same document near it."""
        counts = np.bincount(self._segments[signs], minlength=int(self._segments[-1]) + 1)
        return np.asarray(counts.take(self._own) >= least)


def bracketed(batch: Batch, opens: Positions) -> Mask:
    """Return which opening brackets hold the letters of a syllable, of either width, behind a character, in documents
    where several do; spaces around the brackets do not count.
    """
    classes, codes = batch.classes, batch.codes
    owner = opens - 1 - (classes.take(opens - 1) == Class.SPACE)
    letter = codes.take(opens + 1 + (classes.take(opens + 1) == Class.SPACE))
    is_letter = IS_HAN.take(classes.take(owner)) & np.isin(letter, _LETTERS)
    is_letter &= (classes.take(opens[:, None] + np.arange(2, LONGEST_SYLLABLE)) == Class.CLOSE).any(axis=1)
    document = batch.documents_of(opens)
    return np.asarray(is_letter & (np.bincount(document[is_letter], minlength=len(batch)) >= SEVERAL)[document])


def strewn(batch: Batch, spaces: Positions) -> Mask:
    """Keep spaces two places before or after another: what is strewn, not set."""
    close = np.diff(spaces) == 2
    return np.asarray(np.append(close, False) | np.append(False, close))


def wrapped(batch: Batch, newlines: Positions) -> Mask:
    """Keep newlines at which a line seems cut at the width of a page."""
    wraps = line_wraps(batch)
    return np.isin(newlines, wraps) if len(wraps) else np.zeros(len(newlines), dtype=np.bool_)


@memoized
def line_wraps(batch: Batch) -> Positions:
    """Return newlines between characters where a line seems cut at the width of a page, sorted.

    Such lines are at least `WRAP_LEAST` long, about as long as the longest of their document, which is at most
    `WRAP_MOST`, and there are several.
    """
    classes = batch.classes
    newlines = np.flatnonzero(among(classes, Class.NEWLINE))
    between = newlines[IS_HAN.take(classes.take(newlines - 1)) & IS_HAN.take(classes.take(newlines + 1))]
    if len(between) < 2:
        return between[:0]
    ends = np.sort(np.concatenate((newlines, batch.ends, batch.starts[:1] - 1)))
    lengths = np.diff(ends, prepend=ends[0]) - 1
    place = np.searchsorted(ends, between)
    long = np.flatnonzero(lengths[place] >= WRAP_LEAST)
    if len(long) < 2:
        return between[:0]
    between, place = between[long], place[long]
    document = batch.documents_of(between)
    several, of_several = np.unique(document, return_inverse=True)
    first, last = np.searchsorted(ends, (batch.starts[several], batch.ends[several]))
    bounds = np.stack((first, last + 1), axis=1).ravel()
    widest = np.maximum.reduceat(np.append(lengths, 0), bounds)[::2][of_several]
    wraps = (lengths[place] >= 0.9 * widest) & (widest <= WRAP_MOST)
    between, document = between[wraps], document[wraps]
    return between[np.bincount(document, minlength=len(batch))[document] > 1]
