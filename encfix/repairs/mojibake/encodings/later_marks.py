"""Marks that were put into damaged text later: quotation marks written as `&ldquo;`, a `©` or a space of the template.

They stand between characters of UTF-8 whose bytes are whole without them; as bytes of the wrong encoding they would be
the last ones of a character that has no first.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, offsets_of
from encfix.chinese.characters import Class, class_table, members
from encfix.repairs.mojibake.encodings.charsets import LEAST_TRAIL, LOST
from encfix.repairs.mojibake.encodings.inverses import Raw

_IS_WIDE_MARK = members(Class.WIDE, Class.MARK, Class.OPEN, Class.CLOSE, Class.COMMA, Class.QUESTION)
_PUNCTUATION, _SIGNS = range(0x2010, 0x203B), range(0xA0, 0xC0)

_LENGTHS = np.ones(0x100, dtype=np.int64)
"""How many bytes a character of UTF-8 has that begins with a byte."""
_LENGTHS[0xC2:0xE0], _LENGTHS[0xE0:0xF0], _LENGTHS[0xF0:0xF5], _LENGTHS[LOST] = 2, 3, 4, 3


def with_own_marks(raw: Raw, codes: Codes, is_mark: Mask, *, by_two: bool = False) -> Raw:
    """Return the bytes behind `codes` with those of UTF-8 for marks, of those that may be, that were put there later;
    `by_two` says that what stands for a loss may stand for two bytes."""
    if not is_mark.any():
        return raw
    is_loose = _are_loose(np.frombuffer(raw.data, dtype=np.uint8), by_two=by_two)
    begins_loose = is_loose[raw.starts[:-1]]
    is_mark = is_mark & begins_loose & is_loose[raw.starts[1:] - 1]
    is_last = is_mark & ~np.append(is_mark[1:], False)
    row = np.cumsum(is_last) - is_last  # marks side by side are one row: what follows it must begin a character
    is_mark &= ~np.append(begins_loose[1:], False)[is_last].take(row, mode="clip") if is_last.any() else False
    if not is_mark.any():
        return raw
    places = np.flatnonzero(is_mark)
    own = [chr(code).encode() for code in codes[places].tolist()]
    ends = raw.starts[places + 1].tolist()
    kept = [raw.data[end:start] for end, start in zip((0, *ends), (*raw.starts[places].tolist(), None), strict=True)]
    lengths = np.diff(raw.starts)
    lengths[places] = [len(mark) for mark in own]
    return Raw(b"".join(part for pair in zip(kept, (*own, b""), strict=True) for part in pair), offsets_of(lengths))


def are_alone(codes: Codes) -> Mask:
    """Return which characters are signs among ASCII, such as © 2008, beside which neither a second byte of GBK stands
    nor the mark of a loss: bool of shape (n,)."""
    is_sign, is_mark = (codes >= _SIGNS.start) & (codes < _SIGNS.stop), codes == ord("?")
    is_alone_behind = np.append(True, (codes < 0x80)[:-1] & ~is_mark[:-1])
    is_alone_before = np.append((codes < LEAST_TRAIL)[1:] & ~is_mark[1:], True)
    return np.asarray(is_sign & is_alone_behind & is_alone_before)


def may_be_later(codes: Codes, *, is_narrow: bool) -> Mask:
    """Return which characters are marks beyond ASCII that are put into pages."""
    found = (codes >= _PUNCTUATION.start) & (codes < _PUNCTUATION.stop)
    found |= (codes >= _SIGNS.start) & (codes < _SIGNS.stop)
    if not is_narrow:
        found |= (codes >= _SIGNS.start) & _IS_WIDE_MARK.take(class_table().take(codes))
    return found


def _are_loose(data: npt.NDArray[np.uint8], *, by_two: bool) -> Mask:
    """Return which bytes continue a character that is whole before them, or none: bool of shape (bytes,)."""
    is_trail = (data >= 0x80) & (data < 0xC0)
    is_first = ~is_trail & (data != ord("?"))  # a mark of loss may stand for any byte
    if not by_two:  # of two, for the first of the next character, too
        is_first &= data != LOST
    places = np.arange(len(data))
    first = np.maximum.accumulate(np.where(is_first, places, -1))
    return np.asarray(is_trail & ((first < 0) | (places - first >= _LENGTHS.take(data.take(first)))))
