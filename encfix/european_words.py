"""Which letters and marks beyond ASCII stand as in words of European languages: `ší`, `«ção`, `được`, `поље`.

Text of another encoding that was read in one of Europe looks otherwise: what was UTF-8 is bytes of UTF-8, and Chinese
has capitals and symbols in the middle of long runs, `Ö·±ÊºÅ`. A word has few such letters in a row, its capital first
and its marks around it.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.arrays import Mask, Positions
from encfix.batch import Batch
from encfix.chinese.characters import BOUNDARY_CODE

LONGEST = 20
"""Code points on either side of a place that are looked at; a run that goes on is no word."""

MOST_LETTERS = 3
"""Letters of the Latin script beyond ASCII that a word has in a row; words of Chinese begin with four."""

MARKS = "«»‹›“”„‟‘’‚‛–—…¿¡"
"""Marks that stand right before or behind a word."""

SPACES = "\xa0\u2009\u202f"
"""Spaces beyond ASCII, which end a run."""

NO_LETTERS = "ƒÿŒ"
"""Letters that hardly any word has beside another one beyond ASCII; text in the wrong encoding does."""

LETTERS = ((0xC0, 0x250), (0x259, 0x25A), (0x300, 0x370), (0x1E00, 0x1F00)), ((0x400, 0x500),)
"""The code points of letters of the Latin script, what is combined with them among them, and of Cyrillic."""

CHARSETS = (
    (("cp1250", "cp1252", "cp1254", "cp1257", "iso-8859-1", "iso-8859-2", "iso-8859-15", "cp1251"), range(0xC2, 0xE0)),
    (("mac-roman",), range(0xD0, 0xD2)),  # what Cyrillic begins with; later ones are quotation marks
)
"""Charsets that share most of their letters, and the first bytes of two of UTF-8 that are looked for in them."""

_LATIN, _CYRILLIC, _MARK, _STRANGE, _CAPITAL = (1 << n for n in range(5))
_LETTER = _LATIN | _CYRILLIC
_BYTES = tuple(tuple(1 << (5 + 3 * n + k) for k in range(3)) for n in range(len(CHARSETS)))
"""For each group of charsets: the first byte of two of UTF-8, the first of three, and one that is not first."""


def are_in_words(batch: Batch, places: Positions) -> Mask:
    """Return which places are in runs of characters beyond ASCII that are what words hold: bool (places,).

    >>> batch = Batch.of(["déjà, l’été", "dÃ©jÃ"])
    >>> are_in_words(batch, np.flatnonzero(np.isin(batch.codes, list(map(ord, "éÃ"))))).tolist()
    [True, True, True, False, True]
    """
    around = places[:, None] + np.arange(-LONGEST, LONGEST + 1)
    codes = batch.codes.take(around, mode="clip")
    signs = _signs().take(codes, mode="clip")
    in_run = (signs > 0) & (codes != BOUNDARY_CODE)
    for side in (in_run[:, LONGEST::-1], in_run[:, LONGEST:]):
        np.logical_and.accumulate(side, axis=1, out=side)
    signs[~in_run] = 0
    goes_on = in_run[:, 0] | in_run[:, -1]
    is_one_letter = (~in_run | (codes == codes[:, LONGEST, None])).all(axis=1)  # ÅÅÅÅ-MM-DD
    return np.asarray(~goes_on & (is_one_letter | ~(_are_no_words(signs) | _hold_utf8(signs))))


def _are_no_words(signs: npt.NDArray[np.uint16]) -> Mask:
    """Return which runs, one a row, hold what a word does not."""
    latin, cyrillic, mark, strange, capital = (_have(signs, 1 << n) for n in range(5))
    letter = latin | cyrillic
    found = strange.any(axis=1) | (latin.any(axis=1) & cyrillic.any(axis=1))
    found |= np.count_nonzero(latin, axis=1) > MOST_LETTERS
    found |= (capital[:, 1:] & letter[:, :-1]).any(axis=1)
    found |= (letter[:, :-2] & mark[:, 1:-1] & letter[:, 2:]).any(axis=1)
    return np.asarray(found)


def _hold_utf8(signs: npt.NDArray[np.uint16]) -> Mask:
    """Return which runs, one a row, hold all bytes of a character of UTF-8."""
    found = np.zeros(len(signs), dtype=np.bool_)
    for group in _BYTES:
        first_of_two, first_of_three, later = (_have(signs, byte) for byte in group)
        found |= (first_of_two[:, :-1] & later[:, 1:]).any(axis=1)
        found |= (first_of_three[:, :-2] & later[:, 1:-1] & later[:, 2:]).any(axis=1)
    return found


def _have(signs: npt.NDArray[np.uint16], sign: int) -> Mask:
    return np.asarray(signs & np.uint16(sign) > 0)


@cache
def _signs() -> npt.NDArray[np.uint16]:
    """Return what is said of each character: uint16 (0x3001,), 0 where a run ends."""
    table = np.full(0x3001, _STRANGE, dtype=np.uint16)
    table[:0x80] = 0
    table[list(map(ord, SPACES))] = 0
    for script, ranges in zip((_LATIN, _CYRILLIC), LETTERS, strict=True):
        for code in (code for first, end in ranges for code in range(first, end)):
            category = unicodedata.category(chr(code))
            if category in ("Ll", "Lu", "Mn") and chr(code) not in NO_LETTERS:
                table[code] = script | (_CAPITAL if category == "Lu" else 0)
    table[list(map(ord, MARKS))] = _MARK
    for (charsets, firsts), (first_of_two, first_of_three, later) in zip(CHARSETS, _BYTES, strict=True):
        for sign, values in ((later, range(0x80, 0xC0)), (first_of_two, firsts), (first_of_three, range(0xE0, 0xF0))):
            codes = {ord(character) for charset in charsets for character in bytes(values).decode(charset, "ignore")}
            known = [code for code in codes if table[code] & (_LETTER | _MARK)]
            table[known] |= np.uint16(sign)
    return table
