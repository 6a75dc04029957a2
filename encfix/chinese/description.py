"""Ideographic description sequences: ⿰氵每 spells a character by its parts, and is no text of its parts.

Source of the operators and how many parts they take: the Unicode Standard, section 18.2. Limits as in OpenCC 1.4.2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FIRST_OPERATOR, LAST_OPERATOR = 0x2FF0, 0x2FFF
PARTS = (2, 2, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1)
"""How many parts follow each operator from U+2FF0 on."""

DEEPEST, LONGEST = 16, 64
"""A sequence nested deeper or with more code points is no sequence."""


def is_operator(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Return which code points begin a description: bool, of the shape of `codes`."""
    return codes - np.uint32(FIRST_OPERATOR) <= np.uint32(LAST_OPERATOR - FIRST_OPERATOR)


def described(codes: npt.NDArray[np.uint32], operators: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which positions belong to a description or hold an operator: bool, of the shape of `codes`.

    `operators` are the positions of all operators, sorted. A NUL, a lone surrogate or a value past Unicode ends the
    text for this purpose.

    >>> codes = np.array([ord(c) for c in "海⿰氵每字⿰"], dtype=np.uint32)
    >>> described(codes, np.flatnonzero(is_operator(codes))).astype(int).tolist()
    [0, 1, 1, 1, 0, 1]
    """
    kept = np.zeros(len(codes), dtype=np.bool_)
    end = 0
    for start in operators.tolist():
        if start >= end:
            end = start + _length(codes[start : start + LONGEST].tolist())
            kept[start:end] = True
        kept[start] = True
    return kept


def _length(codes: list[int]) -> int:
    """Return the length of the description that `codes` begin with, 0 if it is not complete."""
    missing: list[int] = []
    for place, code in enumerate(codes):
        if code == 0 or 0xD800 <= code < 0xE000 or code > 0x10FFFF or len(missing) >= DEEPEST:
            return 0
        if FIRST_OPERATOR <= code <= LAST_OPERATOR:
            missing.append(PARTS[code - FIRST_OPERATOR])
            continue
        while missing:
            missing[-1] -= 1
            if missing[-1]:
                break
            missing.pop()
        if not missing:
            return place + 1
    return 0
