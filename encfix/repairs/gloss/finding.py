"""Where glosses are: pinyin in brackets that is a reading of the character before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from encfix.arrays import Mask, Positions
from encfix.batch import Batch
from encfix.chinese import pinyin
from encfix.chinese.characters import IS_HAN, Class, among
from encfix.memo import memoized

_VOWELS = sum(1 << ord(letter) - 96 for letter in "aeiouv")
_HASH_FACTOR = 1_000_003


@dataclass(frozen=True, slots=True, eq=False)
class Glosses:
    """Readings in brackets that fit the character before them; all arrays have one element a gloss, in order.

    `start` is the opening bracket, `end` is past the closing one; `owner` is the position of the glossed character;
    `packed` is the syllable, `toned` whether it is written with its tone; `written` is a number for what is written, up
    to the closing bracket; `chained` says that the gloss follows another of the same character, `repeats` that the two
    are equal.
    """

    start: Positions
    end: Positions
    owner: Positions
    packed: npt.NDArray[np.int64]
    toned: Mask
    written: npt.NDArray[np.int64]
    chained: Mask
    repeats: Mask
    words: Positions
    """Where toned letters in brackets behind a character are more than a syllable: readings of whole words."""
    strangers: Positions
    """Where letters without tones in brackets stand behind a character, in a row with others, that are no reading of
    it.
    """

    def where(self, chosen: Mask | slice) -> Glosses:
        """Return the glosses at which `chosen` is True, or a slice of them."""
        return Glosses(
            self.start[chosen],
            self.end[chosen],
            self.owner[chosen],
            self.packed[chosen],
            self.toned[chosen],
            self.written[chosen],
            self.chained[chosen],
            self.repeats[chosen],
            self.words,
            self.strangers,
        )


@memoized
def brackets(batch: Batch) -> Positions:
    """Return every opening bracket."""
    return np.flatnonzero(among(batch.classes, Class.OPEN))


@memoized
def find(batch: Batch) -> Glosses:
    """Return every reading in brackets of the character before it; of several in a row all are, or none counts."""
    codes, classes = batch.codes, batch.classes
    opens, close, packed, toned, written, words = _syllables(batch)
    chained = np.append(False, opens[1:] == close[:-1] + 1)[: len(opens)]
    chained[chained] = pinyin.is_syllable(packed[chained])
    owner = opens[np.maximum.accumulate(np.where(chained, 0, np.arange(len(opens))))] - 1
    is_owned = IS_HAN.take(classes.take(owner))
    fits = is_owned.copy()
    fits[fits] = pinyin.is_reading(codes.take(owner[fits]), packed[fits])
    odd = np.flatnonzero(is_owned & ~fits & toned)
    words = np.sort(np.concatenate((words, opens[odd[~pinyin.is_syllable(packed[odd])]])))
    left = np.flatnonzero(is_owned & ~fits & ~toned)
    if len(left):  # 女(nu): tools that drop marks drop those of ü as well
        with_umlaut = pinyin.with_umlaut(packed[left])
        fits[left] = pinyin.is_reading(codes.take(owner[left]), with_umlaut)
        packed[left] = np.where(fits[left], with_umlaut, packed[left])
    in_row = np.append(False, owner[1:] == close[:-1] + 1)[: len(opens)]
    in_row |= np.append(in_row[1:], False)[: len(opens)]
    strange = np.flatnonzero(is_owned & ~fits & ~toned & in_row)
    strangers = opens[strange[_has_vowel(packed[strange])]]
    group = np.cumsum(~chained)
    fits &= (np.bincount(group, weights=~fits) == 0)[group]
    repeats = chained & (packed == np.append(0, packed[:-1])[: len(packed)])
    return Glosses(opens, close + 1, owner, packed, toned, written, chained, repeats, words, strangers).where(fits)


def _has_vowel(packed: npt.NDArray[np.int64]) -> Mask:
    """Return which packed letters are several, and hold a vowel: not `x`, not `cm`."""
    found = np.zeros(len(packed), dtype=np.bool_)
    for shift in range(0, 30, 5):
        found |= (_VOWELS >> (packed >> shift & 31) & 1).astype(np.bool_)
    return found & (packed > 31)


def _syllables(
    batch: Batch,
) -> tuple[Positions, Positions, npt.NDArray[np.int64], Mask, npt.NDArray[np.int64], Positions]:
    """Return what is written in pinyin between brackets: opening and closing bracket, the letters, toned or not, and a
    number for all that is written.

    The last array holds the opening brackets, behind a character, of toned letters that are too many for a syllable.
    """
    classes, codes = batch.classes, batch.codes
    start = brackets(batch)
    start = start[pinyin.fold_table().take(codes.take(start + 1), mode="clip") <= pinyin.LAST_LETTER]
    packed = np.zeros(len(start), dtype=np.int64)
    toned = np.zeros(len(start), dtype=np.bool_)
    written = np.zeros(len(start), dtype=np.int64)
    ended, words = [(start[:0], start[:0], packed[:0], toned[:0], written[:0])], [start[:0]]
    for distance in range(1, pinyin.LONGEST + 2):
        if not len(start):
            break
        here = start + distance
        kind, code = classes.take(here), codes.take(here)
        value = pinyin.fold_table().take(code, mode="clip")
        closes = kind == Class.CLOSE
        is_last = (kind == Class.SPACE) & (classes.take(here + 1) == Class.CLOSE)  # 會(huì )
        written = np.where(is_last, written, written * _HASH_FACTOR + code)
        if len(closing := np.flatnonzero(closes)):
            letters = packed.take(closing), toned.take(closing), written.take(closing)
            ended.append((start.take(closing), here.take(closing), *letters))
        umlaut = (value == pinyin.COLON) & (packed & 31 == pinyin.LETTER_U)
        packed = np.where(
            value <= pinyin.LAST_LETTER, packed << 5 | value, packed + umlaut * (pinyin.U_UMLAUT - pinyin.LETTER_U)
        )
        toned |= among(kind, Class.TONED, Class.DIGIT) | ((value <= pinyin.IGNORED) & (code >= 0x80))
        goes_on = ((value <= pinyin.IGNORED) | umlaut | is_last) & (packed < 1 << 30) & ~closes
        words.append(start[toned & ~(goes_on | closes)])
        going = np.flatnonzero(goes_on)
        start, packed, toned, written = start.take(going), packed.take(going), toned.take(going), written.take(going)
    opens, close, packed, toned, written = (np.concatenate(part) for part in zip(*ended, strict=True))
    order = np.argsort(opens, kind="stable")
    longer = np.concatenate(words)
    longer = longer[IS_HAN.take(classes.take(longer - 1))]
    return opens[order], close[order], packed[order], toned[order], written[order], longer
