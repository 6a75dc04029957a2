"""What the sound parts of a page say of the characters that damage hides: which pairs, forms and marks it uses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from math import log

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes
from encfix.chinese import model

FAMILIAR = 0.3
"""The weight of what follows a character on the page, against what follows it in Chinese."""

COINED = 1.5
"""Nats against taking two characters that go together for a word that the lexicon lacks."""

AGAINST_PAGE = 5.0
"""Nats against a character that the page always glosses, unglossed, or the other way round."""

OTHER_FORM = 3.0
"""Nats against a form of a character where the page has another of the same: its table gives one for each."""

NEVER = float("-inf")

_AROUND_CLAUSES = frozenset("，。、；：？！“”‘’「」『』《》（）…—")
"""Marks between which clauses stand. What begins one says little of what else may: a page is too short."""

Folded = npt.NDArray[np.uint16]
_BITS = 21
_OTHERS = 0xFFFF  # stands for all characters outside of the BMP
_USED, _FOLDED, _GLOSSED = 1, 2, 4  # a character is on the page; a form of it is; it is glossed there


class Page:
    """The characters of a page that are sound, and how probable they make others.

    `glossed` are those that have a gloss. `pairs` says how probable others are; `is_narrow` says that the marks of the
    page are of half width.
    """

    def __init__(self, codes: Codes, glossed: Codes, is_narrow: bool) -> None:
        used = np.minimum(codes, _OTHERS)
        folded = model.fold_table().take(used)
        self.pairs = Pairs(folded)
        self.is_narrow = is_narrow
        signs = np.zeros(_OTHERS + 1, dtype=np.uint8)
        signs[used] = _USED
        signs[folded] |= _FOLDED
        signs[np.minimum(glossed, _OTHERS)] |= _GLOSSED
        self._signs = memoryview(signs.data)

    def against(self, character: str, glossed: str) -> float:
        """Return what the page has against a form, against glossing it, or against not doing so, in nats.

        `glossed` is the character of which a gloss is behind it, or "".
        """
        cost = 0.0
        if glossed and self._signs[_place(glossed)] & (_USED | _GLOSSED) == _USED and fold(glossed) != glossed:
            cost += AGAINST_PAGE
        signs = self._signs[_place(character)]
        if signs & _GLOSSED and glossed != character:
            cost += AGAINST_PAGE
        if not signs & _USED and self._signs[_place(fold(character))] & _FOLDED:
            cost += OTHER_FORM
        return cost


def _place(character: str) -> int:
    return min(ord(character), _OTHERS)


class Followers(dict[str, dict[str, float]]):
    """The log probability of each folded character that follows a folded one on the page, as the page says."""

    def __init__(self, folded: Folded) -> None:
        wide = folded.astype(np.int64)
        pairs = np.sort(wide[:-1] << _BITS | wide[1:])
        self._pairs = memoryview(pairs.data)
        self.pairs_on_page = len(pairs)

    def __missing__(self, first: str) -> dict[str, float]:
        key = ord(first) << _BITS
        start = bisect_left(self._pairs, key)
        end = bisect_left(self._pairs, key + (1 << _BITS), start)
        logs = self[first] = self._counted(first, self._pairs[start:end], key) if start < end else {}
        return logs

    def _counted(self, first: str, here: memoryview, key: int) -> dict[str, float]:
        counts: dict[int, int] = {}
        for pair in here:
            counts[pair] = counts.get(pair, 0) + 1
        logs = {chr(pair - key): log(FAMILIAR * count / (len(here) + 1)) for pair, count in counts.items()}
        if first in _AROUND_CLAUSES:
            return {second: familiar for second, familiar in logs.items() if second in _AROUND_CLAUSES}
        return logs

    def count(self, pair: str) -> int:
        """Return how often a pair stands on the page."""
        key = ord(pair[0]) << _BITS | ord(pair[1])
        return bisect_right(self._pairs, key) - bisect_left(self._pairs, key)


class Pairs(dict[str, tuple[float, float]]):
    """The log probability of the second of two folded characters after the first, and of both as a word.

    Each is the better one of what Chinese says and what the page does. That a page has a pair once proves no word.
    """

    def __init__(self, folded: Folded) -> None:
        self.followers = Followers(folded)

    def __missing__(self, pair: str) -> tuple[float, float]:
        familiar = self.followers[pair[0]].get(pair[1])
        logs = self[pair] = _in_chinese(pair) if familiar is None else self._on_page(pair, familiar)
        return logs

    def _on_page(self, pair: str, familiar: float) -> tuple[float, float]:
        after, word = _in_chinese(pair)
        word = max(word, model.unigram(pair[0]) + familiar - COINED)
        count = self.followers.count(pair)
        if count > 1:
            word = max(word, log(FAMILIAR * count / self.followers.pairs_on_page))
        return max(after, familiar), word


@lru_cache(maxsize=1 << 16)
def _in_chinese(pair: str) -> tuple[float, float]:
    after = model.pair(pair[0], pair[1])
    return after, max(model.lexicon().get(pair, NEVER), model.unigram(pair[0]) + after - COINED)


@lru_cache(maxsize=1 << 14)
def fold(character: str) -> str:
    """Return `model.fold` of one character."""
    return chr(model.fold_map().get(ord(character), ord(character)))
