"""The words of Chinese as one table over arrays: all that stand in a text, from every place at once.

A word is known by its folded form. It is looked up by a hash of its characters (multiplicative, 64 bits wide, so that
one of a million texts of a million characters may hold a false word); most places are ruled out by their first two.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions, Scores, inside
from encfix.chinese import model
from encfix.chinese.data import load

Units = npt.NDArray[np.uint16]
Keys = npt.NDArray[np.uint64]

LONGEST = 5
"""Characters in the longest word of the table."""

RARE = -15.0
"""The log probability of a word whose spelling is known, though the lexicon lacks it."""

BITS = 19
"""Leading bits of a hash that say where among all it stands, and by which first two characters are looked up."""

_MULTIPLIER = np.array([0x9E3779B97F4A7C15], dtype=np.uint64)


class Table(NamedTuple):
    """Every word of two characters and more that the lexicon holds or whose spelling is known."""

    keys: Keys
    """The hash of each word, sorted, and the greatest number behind the last."""
    places: npt.NDArray[np.int32]
    """How many keys are less than any that begins with each `BITS` bits: (1 << BITS,)."""
    logs: Scores
    """The log probability of each."""
    rows: Positions
    """Word `i` is spelled as one of `spellings[rows[i] : rows[i + 1]]`; a word of unknown spelling has none."""
    spellings: Units
    """The accepted spellings in standard form: (spellings, LONGEST), filled up with zeros."""
    by_hand: Mask
    """Which spellings are kept by hand, because they are as good as another: (spellings,)."""
    longest: npt.NDArray[np.uint8]
    """The length of the longest word that begins with two characters, by the bits of their hash: (1 << BITS,)."""


class Found(NamedTuple):
    """Words found in a text: where each starts, how many characters it has, and its number in the table."""

    start: Positions
    size: Positions
    word: Positions

    def characters(self) -> tuple[Mask, Positions]:
        """Return the positions of `LONGEST` characters from where each word starts, and which of them are in it."""
        columns = np.arange(LONGEST)
        return columns < self.size[:, None], self.start[:, None] + columns

    def spellings(self) -> tuple[Positions, Positions, Positions, Positions]:
        """Return every accepted spelling of the words: the word of each, by its index here, and the row in the table.

        Before those come the words that have any, and where the spellings of each begin.
        """
        rows = table().rows
        first = rows.take(self.word)
        count = rows.take(self.word + 1) - first
        (spelled,) = count.nonzero()
        return (
            spelled,
            (count.cumsum() - count).take(spelled),
            np.arange(len(count)).repeat(count),
            inside(first, count),
        )


@cache
def table() -> Table:
    """Return the words, laid out when first used."""
    words, sizes = _laid_out(load("model_words"))
    chosen = np.flatnonzero(sizes > 1)
    words, sizes = words[chosen], sizes[chosen]
    spellings, spelled_sizes = _laid_out(load("confusion_words"))
    all_sizes = np.concatenate((sizes, spelled_sizes))
    all_words = np.concatenate((words, model.fold_table().take(spellings)))
    keys, number = np.unique(_hashed(all_words, all_sizes), return_inverse=True)
    logs = np.full(len(keys), RARE)
    logs[number[: len(words)]] = load("model_word_logs")[chosen] * -model.STEP
    spelled = number[len(words) :]
    order = np.argsort(spelled, kind="stable")
    by_hand = np.isin(_hashed(spellings, spelled_sizes), _hashed(*_laid_out(load("confusion_words_by_hand"))))
    rows = np.searchsorted(spelled[order], np.arange(len(keys) + 1))
    longest = np.zeros(1 << BITS, dtype=np.uint8)
    np.maximum.at(longest, _leading(_hashed(all_words[:, :2], all_sizes)), all_sizes.astype(np.uint8))
    counts = np.bincount(_leading(keys), minlength=1 << BITS)
    places = (np.cumsum(counts) - counts).astype(np.int32)
    keys = np.append(keys, np.iinfo(np.uint64).max)
    return Table(keys, places, logs, rows, spellings[order], by_hand[order], longest)


def _laid_out(units: Units) -> tuple[Units, Positions]:
    """Return the words of a list, one a line, as rows of `LONGEST` units, filled up with zeros, and their lengths."""
    ends = np.flatnonzero(np.append(units, model.LINE_END) == model.LINE_END)
    starts = np.concatenate(([0], ends[:-1] + 1))
    columns = np.arange(LONGEST)
    words = units.take(starts[:, None] + columns, mode="clip")
    words[columns >= (ends - starts)[:, None]] = 0
    return words, ends - starts


def _hashed(words: Codes | Units, sizes: Positions) -> Keys:
    """Return the hash of words that lie in rows."""
    keys = np.zeros(len(words), dtype=np.uint64)
    for nth, column in enumerate(words.T):
        keys = np.where(nth < sizes, (keys + column) * _MULTIPLIER, keys)
    return keys


def _leading(keys: Keys) -> Positions:
    return (keys >> np.uint64(64 - BITS)).view(np.int64)


def are_words(first: Codes, second: Codes) -> Mask:
    """Return which pairs of folded characters are words.

    >>> are_words(*np.array([[*map(ord, "里包")], [*map(ord, "面面")]], dtype=np.uint32)).tolist()
    [True, False]
    """
    known, keys = table(), (first * _MULTIPLIER + second) * _MULTIPLIER  # as `_hashed` has it
    found = known.longest.take(_leading(keys)) > 1
    keys = keys[found]
    found[found] = known.keys.take(known.keys.searchsorted(keys)) == keys
    return np.asarray(found)


def find(folded: Units) -> Found:
    """Return the words of two characters and more that a folded text holds, shorter ones first.

    The text must end with a character that is in no word.

    >>> found = find(np.array([ord(c) for c in "大学生\\0"], dtype=np.uint16))
    >>> found.start.tolist(), found.size.tolist()
    ([0, 1, 0], [2, 2, 3])
    """
    known, size = table(), len(folded)
    codes = np.zeros(size + LONGEST, dtype=np.uint64)
    codes[:size] = folded
    keys = np.empty((LONGEST, size), dtype=np.uint64)
    keys[0] = codes[:size] * _MULTIPLIER
    for nth in range(1, LONGEST):
        np.multiply(keys[nth - 1] + codes[nth : size + nth], _MULTIPLIER, out=keys[nth])
    longest = known.longest.take(_leading(keys[1]))
    more, start = (longest > np.arange(LONGEST)[:, None]).nonzero()
    key = keys[more, start]
    word = known.places.take(_leading(key)).astype(np.int64)
    while (is_less := known.keys.take(word) < key).any():
        word += is_less
    (hits,) = (known.keys.take(word) == key).nonzero()
    return Found(start.take(hits), more.take(hits) + 1, word.take(hits))
