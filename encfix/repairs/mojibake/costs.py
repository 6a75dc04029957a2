"""What characters cost, in nats: in text that may be damaged, and in a reading of it.

Chinese is scored by the model; letters of other scripts cost as if they were at home in the damaged text, so that
damage is never proved by foreign letters alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes
from encfix.chinese import model
from encfix.chinese.characters import BOUNDARY_CODE, Class, class_table
from encfix.repairs.mojibake.pairs import Pair

BROKEN = -11.0
"""What a byte costs that is part of no character."""

_FOREIGN_COSTS = {
    Class.TONED: -6.0,
    Class.WESTERN: -8.0,
    Class.HIRAGANA: -6.0,
    Class.KATAKANA: -6.0,
    Class.HALFWIDTH_KATAKANA: -7.0,
    Class.HANGUL: -10.0,
    Class.HANGUL_RARE: -12.0,
    Class.RIGHT_TO_LEFT: -6.0,
    Class.COMPLEX: -6.0,
    Class.OTHER: -6.0,
    Class.BOPOMOFO: -10.0,
    Class.PRIVATE_USE: -16.0,
    Class.CONTROL: -14.0,
    Class.REPLACEMENT: -14.0,
}
"""What the characters that are not Chinese cost in a text that may be damaged: letters as if they were at home
there."""

COMMON_LETTER = -4.5
"""What kana and the commonest hangul cost in Japanese and Korean text."""


def damaged_costs(texts: Sequence[Codes]) -> list[npt.NDArray[np.float32]]:
    """Return what each character of texts that may be damaged costs: float32 of shape (n,) each."""
    edge = np.array([BOUNDARY_CODE], dtype=np.uint32)
    codes = np.concatenate([part for text in texts for part in (edge, text)])
    costs = model.log_pair(codes)
    foreign = _foreign_costs().take(class_table().take(codes))
    np.copyto(costs, foreign, where=foreign < 0)
    costs[_common_hangul().take(codes, mode="clip")] = COMMON_LETTER
    costs[codes < 0x80] = 0
    starts = np.cumsum([1, *(len(text) + 1 for text in texts)])
    return [costs[start : start + len(text)] for start, text in zip(starts.tolist(), texts, strict=False)]


@cache
def _foreign_costs() -> npt.NDArray[np.float32]:
    table = np.zeros(256, dtype=np.float32)
    for value, cost in _FOREIGN_COSTS.items():
        table[value] = cost
    return table


def read_costs(codes: Codes, pair: Pair) -> npt.NDArray[np.float32]:
    """Return what each character of a text read again costs: float32 of shape (n,)."""
    costs = model.log_pair(codes)
    if not pair.is_chinese:
        costs = _costs_abroad(codes, costs)
    costs[codes < 0x80] = 0
    costs[broken(codes)] = BROKEN
    return costs


COMMON_HANGUL = (
    "이다는의에을를가고은하로서지기한도있사어인자대리시그아나정부전수제해과상보일장주원만었으들것스와성동소여안"
    "니면우라구적관용개조요치공무경게화비국신오유미선거러간방계했습없세중부된할수때등연음드모내문용회위생까"
)
"""Syllables that make up most of any Korean text."""


@cache
def _common_hangul() -> npt.NDArray[np.bool_]:
    table = np.zeros(0x10000, dtype=np.bool_)
    table[list(map(ord, COMMON_HANGUL))] = True
    return table


def _costs_abroad(codes: Codes, costs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return costs of Japanese and Korean text: kana and common syllables are cheap."""
    is_kana = (codes >= 0x3041) & (codes < 0x30FF)
    is_hangul = (codes >= 0xAC00) & (codes < 0xD7A4)
    costs[is_kana] = COMMON_LETTER
    costs[is_hangul] = -10.0
    costs[_common_hangul().take(codes, mode="clip")] = COMMON_LETTER
    return costs


def is_abroad(codes: Codes) -> npt.NDArray[np.bool_]:
    """Return which characters are kana or hangul."""
    return (codes >= 0x3041) & (codes < 0x30FF) | (codes >= 0xAC00) & (codes < 0xD7A4)


def is_common_hangul(codes: Codes) -> npt.NDArray[np.bool_]:
    """Return which characters are among the commonest syllables of Korean."""
    return _common_hangul().take(codes, mode="clip")


def broken(codes: Codes) -> npt.NDArray[np.bool_]:
    """Return which characters read again are bytes that are part of none."""
    return (codes >= 0xDC80) & (codes < 0xDD00)
