"""What the words around a character, each by itself, say of the form that is seen there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Mask, Positions
from encfix.chinese import words
from encfix.chinese.spelling import GAP, Text
from encfix.chinese.words import Found, Units


class Evidence(NamedTuple):
    """What the words around a place say of the form seen there, each by itself: some accept it, some forbid it."""

    attested: Mask
    forbidden: Mask


class _Spelled(NamedTuple):
    """The accepted spellings of the words around places, one a row, beside what stands there."""

    place: Positions
    first: Positions
    """Where the spellings of each word begin."""
    accepted: Units
    by_hand: Mask
    seen: Units
    is_middle: Mask
    """Which characters are those at the places."""
    is_inside: Mask
    """Which characters are in the word, of the `LONGEST` from its first: (rows, LONGEST), as the last three are."""

    @classmethod
    def of(cls, around: npt.NDArray[np.uint32]) -> _Spelled:
        places, width = around.shape
        middle = width // 2
        codes = np.full((places, width + 1), GAP)
        codes[:, :width] = around
        seen = Text.of(codes.ravel())
        found = words.find(seen.folded)
        place, column = np.divmod(found.start, width + 1)
        (holding,) = ((column <= middle) & (column + found.size > middle)).nonzero()
        found = Found(*(values.take(holding) for values in found))
        _, first, owner, row = found.spellings()
        is_inside, at = found.characters()
        place = place.take(holding)
        is_middle = at == (place * (width + 1) + middle)[:, None]
        letters = seen.spelled.take(at, mode="clip")
        accepted, by_hand = words.table().spellings.take(row, axis=0), words.table().by_hand.take(row)
        return cls(place[owner], first, accepted, by_hand, letters[owner], is_middle[owner], is_inside[owner])

    def are_right(self, letters: Units) -> Mask:
        """Return which spellings are those of some letters."""
        return np.asarray(((letters == self.accepted) | ~self.is_inside).all(axis=1))


def evidence(around: npt.NDArray[np.uint32]) -> Evidence:
    """Return whether a character is right in some word around it, and whether it is wrong in some.

    `around` has a row for each: the character in the middle, and on either side all that may be in a word with it.

    >>> rows = np.array([[*map(ord, text)] for text in ("  地方麵點   ", "  新局麵    ")], dtype=np.uint32)
    >>> evidence(rows)
    Evidence(attested=array([ True, False]), forbidden=array([ True,  True]))
    """
    attested, forbidden = np.zeros(len(around), dtype=np.bool_), np.zeros(len(around), dtype=np.bool_)
    spelled = _Spelled.of(around)
    if len(spelled.first):
        attested[spelled.place[spelled.are_right(spelled.seen)]] = True
        agrees = ((spelled.seen == spelled.accepted) & spelled.is_middle).any(axis=1)
        forbidden[spelled.place[spelled.first[~np.logical_or.reduceat(agrees, spelled.first)]]] = True
    return Evidence(attested, forbidden)


def interchangeable(around: npt.NDArray[np.uint32], forms: Units) -> Mask:
    """Return whether some word around a character, laid out as for `evidence`, need not be written with a form.

    It is spelled as kept by hand, or the form makes such a spelling of it and the one seen is right as well.

    >>> rows = np.array([[*map(ord, text)] for text in ("  那個家伙   ", "  新局麵    ")], dtype=np.uint32)
    >>> interchangeable(rows, np.array([ord("傢"), ord("面")], dtype=np.uint16)).tolist()
    [True, False]
    """
    alike = np.zeros(len(around), dtype=np.bool_)
    spelled = _Spelled.of(around)
    if len(spelled.first):
        others = np.where(spelled.is_middle, forms[spelled.place][:, None], spelled.seen)
        right, right_then = (spelled.are_right(letters) for letters in (spelled.seen, others))
        rows = (right & spelled.by_hand, right, right_then & spelled.by_hand)
        by_hand, is_right, by_hand_then = (np.logical_or.reduceat(row, spelled.first) for row in rows)
        alike[spelled.place[spelled.first[by_hand | is_right & by_hand_then]]] = True
    return alike
