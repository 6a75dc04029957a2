"""What characters cost, in nats: in text that may be damaged, and in a reading of it.

Chinese is scored by the model; letters of other scripts cost as if they were at home in the damaged text, so that
damage is never proved by foreign letters alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask
from encfix.chinese import model
from encfix.chinese.characters import BOUNDARY_CODE, Class, class_table
from encfix.chinese.neighbours import is_hangul, log_korean, log_mixed
from encfix.repairs.mojibake.encodings.pairs import Pair

BROKEN = -11.0
"""What a byte costs that is part of no character."""

_FOREIGN_COSTS = {
    Class.TONED: -6.0,
    Class.WESTERN: -8.0,
    Class.HIRAGANA: -6.0,
    Class.KATAKANA: -6.0,
    Class.HALFWIDTH_KATAKANA: -7.0,
    Class.HANGUL_RARE: -12.0,
    Class.RIGHT_TO_LEFT: -6.0,
    Class.COMPLEX: -6.0,
    Class.OTHER: -6.0,
    Class.BOPOMOFO: -10.0,
    Class.RADICAL: -8.0,
    Class.PRIVATE_USE: -16.0,
    Class.CONTROL: -14.0,
    Class.REPLACEMENT: -14.0,
}
"""What the characters that are not Chinese cost in a text that may be damaged: letters as if they were at home
there."""


def damaged_costs(texts: Sequence[Codes]) -> list[npt.NDArray[np.float32]]:
    """Return what each character of texts that may be damaged costs: float32 of shape (n,) each."""
    edge = np.array([BOUNDARY_CODE], dtype=np.uint32)
    costs = bounded_costs(np.concatenate([part for text in texts for part in (edge, text)]))
    starts = np.cumsum([1, *(len(text) + 1 for text in texts)])
    return [costs[start : start + len(text)] for start, text in zip(starts.tolist(), texts, strict=False)]


def bounded_costs(codes: Codes) -> npt.NDArray[np.float32]:
    """Return the same for texts laid end to end, with a boundary before each: float32 of shape (n,)."""
    costs = model.log_pair(codes)
    foreign = _foreign_costs().take(class_table().take(codes))
    np.copyto(costs, foreign, where=foreign < 0)
    hangul = is_hangul(codes)
    costs[hangul] = np.maximum(log_korean(codes[hangul]), _FOREIGN_COSTS[Class.HANGUL_RARE])
    costs[codes < 0x80] = 0
    return costs


@cache
def _foreign_costs() -> npt.NDArray[np.float32]:
    table = np.zeros(256, dtype=np.float32)
    for value, cost in _FOREIGN_COSTS.items():
        table[value] = cost
    return table


def read_costs(codes: Codes, pair: Pair) -> npt.NDArray[np.float32]:
    """Return what each character of a text read again costs: float32 of shape (n,)."""
    if pair.is_chinese:
        costs = model.log_pair(codes)
    elif pair.is_korean:
        costs = np.where(is_hangul(codes), log_korean(codes), model.log_pair(codes))
    else:
        costs = log_mixed(codes)
    costs[codes < 0x80] = 0
    costs[broken(codes)] = BROKEN
    return costs


def broken(codes: Codes) -> npt.NDArray[np.bool_]:
    """Return which characters read again are bytes that are part of none."""
    return (codes >= 0xDC80) & (codes < 0xDD00)


def are_pictures(codes: Codes) -> Mask:
    """Return which characters are arrows, boxes and other signs of which the model of Chinese knows nothing: three or
    four bytes of UTF-8 do not make one by chance."""
    return np.asarray((codes >= 0x2190) & (codes < 0x2C00) | (codes >= 0x1F000) & (codes < 0x1FB00) | (codes == 0xFE0F))
