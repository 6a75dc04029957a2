"""How probable it is that a reading lacks a character: a pair that stood for nothing left no sign.

Where one character was read, two may have stood, if the pair of bytes in their middle stands for nothing one byte off.
Each such text is much less probable than the one without, and the search soon gives them up; all of them together may
not be, and then the reading is not sure.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from encfix.arrays import Logs
from encfix.chinese import gbk, model, pair_table
from encfix.chinese.halves.choices import HIDDEN, Choice, against, codes_of, hiding, made, unmapped_pairs
from encfix.chinese.halves.page import NEVER, Page, fold
from encfix.chinese.halves.scoring import CLOSED_BY, ORPHAN

_BRACKETS = CLOSED_BY.keys() | frozenset(CLOSED_BY.values())


def lacking(before: str, text: str, size: int, page: Page) -> float:
    """Return the log of how many times more probable it is that one character more stood in the first `size` of a text
    than that none did, in nats; `before` is the character before it.

    >>> page = Page(codes_of(""), codes_of(""), False)
    >>> round(lacking("櫃", "檯，瑪氏則", 3, page), 1), round(lacking("學", "校的圖書", 2, page), 1)
    (-2.8, -9.3)
    """
    places = zip((before, *text), text[:size], (*text[1:], ""), strict=False)
    found = [_two(*place) - _one(*place, page) for place in places]
    return float(np.logaddexp.reduce(found)) if found else NEVER


def _one(before: str, character: str, behind: str, page: Page) -> float:
    """Return the log probability of a character and what is behind it; brackets come in pairs, so none is put aside for
    nothing."""
    last, form, following = map(_folded, (before, character, behind))
    log = page.pairs[last + form][0] - against(character) + ORPHAN * (character in _BRACKETS)
    return log + page.pairs[form + following][0] if following else log


def _folded(character: str) -> str:
    return fold(character) if character else ""


@lru_cache(maxsize=1 << 12)
def _two(before: str, character: str, behind: str) -> float:
    """Return the log probability of all that two characters may be for which one was read, with what is behind them."""
    first, second, logs = _between(*gbk.pairs().get(character, (0, 0)))
    if not logs.size:
        return NEVER
    logs = logs + model.log_after(codes_of(before), codes_of(first.text)).T
    if behind:
        logs = logs + model.log_after(codes_of(second.text), codes_of(behind)).T
    return float(np.logaddexp.reduce(logs, axis=None))


@lru_cache(maxsize=1 << 9)
def _between(lead: int, trail: int) -> tuple[Choice, Choice, Logs]:
    """Return the characters of which a lead byte begins the first and a trail byte ends the second, and the log
    probability of each second one behind each first, less what is against both; `NEVER` where the pair between would
    stand for something."""
    first, second = hiding(lead), made(HIDDEN, trail)
    if not first.text or not second.text:
        return first, second, np.zeros((0, 0), dtype=np.float32)
    hides = np.array([gbk.pairs()[one][1] for one in first.text])
    logs = pair_table.log_after(pair_table.rows_of(first.text), second.symbols)
    logs = logs + unmapped_pairs().take(hides[:, None] << 8 | second.firsts)
    return first, second, logs - first.costs[:, None] - second.costs
