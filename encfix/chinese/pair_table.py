"""The model's pairs as a table: a row for each symbol that is asked for, of what every symbol costs behind it.

A search that asks for the same characters again and again finds each pair in one step, where `encfix.chinese.model`
looks it up among the pairs stored. Rows are made when first asked for; the memory of the others is never touched. Costs
are rounded to the model's own steps, and none is more than 17 nats.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from encfix.arrays import Logs
from encfix.chinese.data import load
from encfix.chinese.model import BUCKET_BITS, FIRST_HAN, MULTIPLIER, REST_BITS, STEP, SYMBOL_BITS, symbol_logs
from encfix.chinese.model import symbols_of as symbols_of_codes

Symbols = npt.NDArray[np.int64]

_DEAREST = 255
_STEP = np.float32(-STEP)


def rows_of(text: str) -> list[int]:
    """Return the row of each character of a string, as `log_one` and `log_after` take it; makes those that are not."""
    return _table().rows_of(list(map(_symbol, text)))


def log_one(rows: Sequence[int], second: int, gain: float = 0.0) -> list[float]:
    """Return the log probability of one symbol after the character of each row, and a gain; fast for a few of them.

    >>> [round(log) for log in log_one(rows_of("學膊"), symbols_of("校").item())]
    [-2, -7]
    """
    return _table().log_one(rows, second, gain)


def log_after(rows: Sequence[int], second: Symbols) -> Logs:
    """Return the log probability of each of some symbols after the character of each row: float32 (rows, second).

    >>> log_after(rows_of("學膊"), symbols_of("校")).round().tolist()
    [[-2.0], [-7.0]]
    """
    return _table().log_after(rows, second)


def symbols_of(text: str) -> Symbols:
    """Return the model's number of each character of a string: int64 of shape (len(text),)."""
    return np.array(list(map(_symbol, text)), dtype=np.int64)


@lru_cache(maxsize=1 << 14)
def _symbol(character: str) -> int:
    return int(symbols_of_codes(np.array([ord(character)], dtype=np.uint32))[0])


class _Table:
    """Costs in steps by first and second symbol: uint8 of shape (symbols, symbols); the rows that are made."""

    def __init__(self) -> None:
        self._size = len(symbol_logs())
        self._costs = np.empty((self._size, self._size), dtype=np.uint8)
        self._flat = memoryview(self._costs.reshape(-1).data)
        self._made: set[int] = set()
        self._alone = symbol_logs() / _STEP
        self._ends, self._begins = load("model_ends") / _STEP, load("model_begins") / _STEP
        self._backoff, self._ceiling = load("model_backoff") / _STEP, load("model_ceiling") / _STEP
        self._starts, self._seconds, self._stored = _pairs(self._size)

    def rows_of(self, symbols: Sequence[int]) -> list[int]:
        if not self._made.issuperset(symbols):
            for symbol in set(symbols) - self._made:
                self._make(symbol)
        return [symbol * self._size for symbol in symbols]

    def log_one(self, rows: Sequence[int], second: int, gain: float) -> list[float]:
        costs = self._flat
        return [gain - STEP * costs[row + second] for row in rows]

    def log_after(self, rows: Sequence[int], second: Symbols) -> Logs:
        return self._costs.take(np.array(rows)[:, None] + second) * _STEP

    def _make(self, first: int) -> None:
        """Make the row of a symbol, as `model.log_pair` says."""
        row = self._alone.copy()
        marks, characters = row[:FIRST_HAN], row[FIRST_HAN:]
        marks += self._ends[first]
        if first < FIRST_HAN:
            characters += self._begins[FIRST_HAN:]
        else:
            np.maximum(characters + self._backoff[first], self._ceiling[first], out=characters)
        costs = self._costs[first]
        costs[:] = np.minimum(np.rint(row, out=row), _DEAREST, out=row)
        stored = slice(self._starts[first], self._starts[first + 1])
        costs[self._seconds[stored]] = self._stored[stored]
        self._made.add(first)


@cache
def _table() -> _Table:
    return _Table()


def _pairs(size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """Return the pairs stored by first symbol: where those of each begin, their second symbols, their costs in steps.

    Undoes `model.mix`, whose numbers are those of the buckets with what is stored of the rest.
    """
    buckets = np.repeat(np.arange(1 << BUCKET_BITS, dtype=np.uint32), np.diff(load("model_pair_offsets")))
    mixed = buckets << np.uint32(REST_BITS) | load("model_pair_rests")
    keys = mixed * np.uint32(pow(MULTIPLIER, -1, 1 << 2 * SYMBOL_BITS)) & np.uint32((1 << 2 * SYMBOL_BITS) - 1)
    firsts = (keys >> np.uint32(SYMBOL_BITS)).astype(np.uint16)
    order = np.argsort(firsts, kind="stable")
    starts = np.searchsorted(firsts[order], np.arange(size + 1))
    return starts, (keys & np.uint32((1 << SYMBOL_BITS) - 1))[order], load("model_pair_logs")[order]
