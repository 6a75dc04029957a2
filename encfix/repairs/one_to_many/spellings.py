"""Whether a place is given in several spellings: `皇后</p> ... toBe("皇後")`, 乾 / 干 / 幹, a list of errors.

Such text is about the spellings: tests and tables of converters, in whatever notation.
"""

from __future__ import annotations

import re

import numpy as np

from encfix.arrays import Codes, Mask
from encfix.batch import to_text
from encfix.chinese import model
from encfix.chinese.characters import IS_HAN, class_table
from encfix.repairs.one_to_many.line_scripts import CLOSING, OPENING

NEAR = 80
"""Code points on either side within which a word that is set off may be given in another spelling."""

NEAR_ERROR, ENOUGH_ERRORS, SHARE_OF_ERRORS = 40, 6, 0.3
"""Code points on either side of a place within which so many wrong forms, and such a share of the ideographs, make a
list of errors: converted text has one in twenty, lists of words of two characters one in two."""

MARKED = "\"'`<>()（）/|" + OPENING + CLOSING
"""What sets such a word off: marks of code, of markup, and of quotations; marks of prose stand between clauses."""

SHORTEST_WORD, LONGEST_WORD = 2, 6
"""Ideographs of such a word."""

ENOUGH_FORMS = 2
"""Forms of one character, each by itself, that make the text around them speak of them: 干 as 幹 instead of 乾."""

COMPARED = 2
"""Ideographs around a place that stand near it in another spelling where a text says what it expected and got."""

_COMPARES = re.compile(
    r"(?:[预預]期|期望|[实實][际際])(?:[结結]果|[输輸]出)?\s*[:：]|[输輸]入.*得到|[转轉][换換]?成|(?i:expected|actual|converted)"
)

_WORD = re.compile(f"(?<=[{MARKED}])[㐀-鿿]{{{SHORTEST_WORD},{LONGEST_WORD}}}(?=[{MARKED}])")


def are_given(codes: Codes, is_wrong: Mask) -> Mask:
    """Return which rows, each `NEAR` code points on either side of a place, give their middle in several spellings.

    `is_wrong` says in which the middle is a wrong form, not one left over from the other script: only words of those
    are looked for.
    """
    folded = model.fold_codes(codes)
    is_form = folded == folded[:, NEAR, None]
    found = np.asarray((is_form & (codes != codes[:, NEAR, None])).any(axis=1))
    (where,) = found.nonzero()
    if len(where):
        found[where] = _are_among_lone_forms(codes[where], is_form[where])
        found[where] |= _are_compared(codes[where], folded[where])
        for nth in where[is_wrong[where] & ~found[where]].tolist():
            found[nth] = _is_word_in_two_spellings(to_text(codes[nth]))
    return found


def _are_compared(codes: Codes, folded: Codes) -> Mask:
    """Return which rows hold a word of the middle again, with another form of that character, and speak of results."""
    is_han = IS_HAN.take(class_table().take(codes, mode="clip"))
    found = np.zeros(len(codes), dtype=np.bool_)
    width = codes.shape[1] - COMPARED + 1
    for start in range(NEAR + 1 - COMPARED, NEAR + 1):
        again = codes[:, NEAR - start : NEAR - start + width] != codes[:, NEAR, None]
        for nth in range(COMPARED):
            again &= folded[:, nth : nth + width] == folded[:, start + nth, None]
        found |= is_han[:, start : start + COMPARED].all(axis=1) & again.any(axis=1)
    for nth in found.nonzero()[0].tolist():
        found[nth] = _COMPARES.search(to_text(codes[nth])) is not None
    return found


def _are_among_lone_forms(codes: Codes, is_form: Mask) -> Mask:
    """Return which rows hold several forms of the character in their middle, each with no ideograph beside it."""
    is_han = IS_HAN.take(class_table().take(codes, mode="clip"))
    is_form[:, 1:] &= ~is_han[:, :-1]
    is_form[:, :-1] &= ~is_han[:, 1:]
    lone = np.sort(np.where(is_form, codes, 0), axis=1)
    return np.asarray(((lone[:, 1:] != lone[:, :-1]) & (lone[:, 1:] > 0)).sum(axis=1) >= ENOUGH_FORMS)


def _is_word_in_two_spellings(text: str) -> bool:
    """Return whether the word in the middle of a text is set off by marks, and stands so in another spelling too.

    The spellings differ in the character in the middle alone.
    """
    words = [(word.start(), word[0]) for word in _WORD.finditer(text)]
    own = next(((NEAR - start, word) for start, word in words if 0 <= NEAR - start < len(word)), None)
    return own is not None and any(_differ_at(*own, word) for _, word in words)


def _differ_at(place: int, one: str, other: str) -> bool:
    """Return whether two words are written with two forms of the character at a place, and alike elsewhere.

    >>> _differ_at(1, "皇後", "皇后"), _differ_at(1, "皇後", "皇帝")
    (True, False)
    """
    is_alike = one[:place] == other[:place] and one[place + 1 :] == other[place + 1 :]
    return is_alike and one != other and model.fold(one) == model.fold(other)
