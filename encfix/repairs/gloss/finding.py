"""Where glosses are: pinyin in brackets that is a reading of the character before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from encfix.batch import Batch, Mask, Positions, once_per_batch
from encfix.chinese import pinyin
from encfix.chinese.characters import IS_HAN, IS_LETTER, Class, among


@dataclass(frozen=True, slots=True, eq=False)
class Glosses:
    """Readings in brackets that fit the character before them; all arrays have one element a gloss, in order.

    `start` is the opening bracket, `end` is past the closing one; `owner` is the position of the glossed character;
    `packed` is the syllable, `toned` whether it is written with its tone; `chained` says that the gloss follows an
    equal one of the same character.
    """

    start: Positions
    end: Positions
    owner: Positions
    packed: npt.NDArray[np.int64]
    toned: Mask
    chained: Mask
    words: Positions
    """Where toned letters in brackets behind a character are more than a syllable: readings of whole words."""

    def where(self, chosen: Mask | slice) -> Glosses:
        """Return the glosses at which `chosen` is True, or a slice of them."""
        return Glosses(
            self.start[chosen],
            self.end[chosen],
            self.owner[chosen],
            self.packed[chosen],
            self.toned[chosen],
            self.chained[chosen],
            self.words,
        )


@once_per_batch
def find(batch: Batch) -> Glosses:
    """Return every reading in brackets of the character before it."""
    classes = batch.classes
    opens, close, packed, toned, words = _syllables(batch)
    chained = np.zeros(len(opens), dtype=np.bool_)
    chained[1:] = (opens[1:] == close[:-1] + 1) & (packed[1:] == packed[:-1])
    heads = np.maximum.accumulate(np.where(chained, 0, np.arange(len(opens))))
    owner = opens[heads] - 1
    fits = IS_HAN.take(classes.take(owner))
    fits[fits] = pinyin.is_reading(batch.codes.take(owner[fits]), packed[fits])
    return Glosses(opens, close + 1, owner, packed, toned, chained, words).where(fits)


def _syllables(batch: Batch) -> tuple[Positions, Positions, npt.NDArray[np.int64], Mask, Positions]:
    """Return what is written in pinyin between brackets: opening and closing bracket, the letters, toned or not.

    The last array holds the opening brackets, behind a character, of toned letters that are no single syllable.
    """
    classes, codes = batch.classes, batch.codes
    start = np.flatnonzero(among(classes, Class.OPEN))
    start = start[IS_LETTER.take(classes.take(start + 1))]
    packed = np.zeros(len(start), dtype=np.int64)
    toned = np.zeros(len(start), dtype=np.bool_)
    ended, words = [], []
    for distance in range(1, pinyin.LONGEST + 2):
        if not len(start):
            break
        here = start + distance
        kind = classes.take(here)
        value = pinyin.fold_table().take(codes.take(here), mode="clip")
        closes = among(kind, Class.CLOSE)
        if len(closing := np.flatnonzero(closes)):
            ended.append((start.take(closing), here.take(closing), packed.take(closing), toned.take(closing)))
        umlaut = (value == pinyin.COLON) & (packed & 31 == pinyin.LETTER_U)
        packed = np.where(value <= 26, packed << 5 | value, packed + umlaut * (pinyin.U_UMLAUT - pinyin.LETTER_U))
        toned |= among(kind, Class.TONED, Class.DIGIT)
        goes_on = ((value <= pinyin.IGNORED) | umlaut) & (packed < 1 << 30) & ~closes
        words.append(start[toned & ~(goes_on | closes)])
        going = np.flatnonzero(goes_on)
        start, packed, toned = start.take(going), packed.take(going), toned.take(going)
    if not ended:
        return start, start, packed, toned, start
    opens, close, packed, toned = (np.concatenate(part) for part in zip(*ended, strict=True))
    order = np.argsort(opens, kind="stable")
    opens, close, packed, toned = opens[order], close[order], packed[order], toned[order]
    longer = np.sort(np.concatenate((*words, opens[toned & ~pinyin.is_syllable(packed)])))
    return opens, close, packed, toned, longer[IS_HAN.take(classes.take(longer - 1))]
