"""What the sound parts of a page say of the characters that damage hides: which pairs, forms and marks it uses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from math import log

import numpy as np

from encfix.chinese import model
from encfix.chinese.model import Codes

FAMILIAR = 0.3
"""The weight of what follows a character on the page, against what follows it in Chinese."""

COINED = 1.5
"""Nats against taking two characters that go together for a word that the lexicon lacks."""

NEVER = float("-inf")
_BITS = 21


class Page:
    """The characters of a page that are sound, and how probable they make others.

    `used` are these characters, `folded` the same, folded; `glossed` are those that the page glosses, `plain` those of
    two forms that it holds without a gloss; `is_narrow` says that its marks are of half width.
    """

    def __init__(self, codes: Codes, glossed: frozenset[str], is_narrow: bool) -> None:
        kinds = np.unique(codes)
        forms = model.fold_codes(kinds)
        self.used = _characters(kinds)
        self.folded = _characters(forms)
        self.glossed = glossed
        self.plain = _characters(kinds[kinds != forms]) - glossed
        self.is_narrow = is_narrow
        self.pairs = Pairs(codes)


class Pairs(dict[str, tuple[float, float]]):
    """The log probability of the second of two folded characters after the first, and of both as a word.

    Each is the better one of what Chinese says and what the page does. That a page has a pair once proves no word.
    """

    def __init__(self, codes: Codes) -> None:
        folded = model.fold_codes(codes).astype(np.int64)
        self._sorted = memoryview(np.sort(folded[:-1] << _BITS | folded[1:]).data)

    def __missing__(self, pair: str) -> tuple[float, float]:
        first, second = map(ord, pair)
        key = first << _BITS | second
        place = bisect_left(self._sorted, key)
        if place < len(self._sorted) and self._sorted[place] == key:
            logs = self._on_page(pair, key, place)
        else:
            logs = _in_chinese(pair)
        self[pair] = logs
        return logs

    def _on_page(self, pair: str, key: int, place: int) -> tuple[float, float]:
        after, word = _in_chinese(pair)
        count = bisect_right(self._sorted, key, place) - place
        first = key >> _BITS << _BITS
        others = bisect_left(self._sorted, first + (1 << _BITS)) - bisect_left(self._sorted, first)
        familiar = log(FAMILIAR * count / (others + 1))
        word = max(word, model.unigram(pair[0]) + familiar - COINED)
        if count > 1:
            word = max(word, log(FAMILIAR * count / len(self._sorted)))
        return max(after, familiar), word


@lru_cache(maxsize=1 << 16)
def _in_chinese(pair: str) -> tuple[float, float]:
    after = model.pair(pair[0], pair[1])
    return after, max(model.lexicon().get(pair, NEVER), model.unigram(pair[0]) + after - COINED)


def _characters(codes: Codes) -> frozenset[str]:
    return frozenset(codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass"))
