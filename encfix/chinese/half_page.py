"""What the sound parts of a page say of the characters that damage hides: which pairs, forms and marks it uses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
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
        self.used = frozenset(map(chr, kinds.tolist()))
        self.folded = frozenset(map(chr, forms.tolist()))
        self.glossed = glossed
        self.plain = frozenset(map(chr, kinds[kinds != forms].tolist())) - glossed
        self.is_narrow = is_narrow
        folded = model.fold_codes(codes).astype(np.int64)
        self._pairs = memoryview(np.sort(folded[:-1] << _BITS | folded[1:]))
        self._known: dict[str, tuple[float, float]] = {}

    def log_pair(self, pair: str) -> tuple[float, float]:
        """Return the log probability of the second of two folded characters after the first, and of both as a word.

        Each is the better one of what Chinese says and what the page does. That a page has a pair once proves no word.
        """
        known = self._known.get(pair)
        if known is None:
            known = self._known[pair] = self._judged(pair)
        return known

    def _judged(self, pair: str) -> tuple[float, float]:
        first, second = pair
        after = model.pair(first, second)
        words = [model.lexicon().get(pair, NEVER)]
        key = ord(first) << _BITS | ord(second)
        place = bisect_left(self._pairs, key)
        if place < len(self._pairs) and self._pairs[place] == key:
            count = bisect_right(self._pairs, key, place) - place
            others = bisect_left(self._pairs, (ord(first) + 1) << _BITS) - bisect_left(self._pairs, ord(first) << _BITS)
            after = max(after, log(FAMILIAR * count / (others + 1)))
            if count > 1:
                words.append(log(FAMILIAR * count / len(self._pairs)))
        return after, max(*words, model.unigram(first) + after - COINED)
