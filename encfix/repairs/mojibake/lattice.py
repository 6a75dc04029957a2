"""A lattice of all readings of bytes in GBK or Big5 of which a decoder lost some, weighed by the model of Chinese.

Its nodes are characters, whole or broken, by the bytes that are left of them. It is grown forwards; wherever all
readings go through one character, what lies before it is settled: read backwards, so that each character has its
probability, and forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from encfix.batch import Codes, Positions
from encfix.chinese import model
from encfix.repairs.mojibake.charsets import ALONE, LOST, can_be_lost, characters, pair_table
from encfix.repairs.mojibake.filling import by_byte, bytes_at
from encfix.repairs.mojibake.lossy import UNKNOWN, Reading

KEPT = 16
"""Characters that are weighed where one is broken: the most frequent that fit."""

POOR, FAIR = -14.0, -11.0
"""The cost of two characters below which the first is doubted: at first, and where bytes are known to have been
dropped."""

NARROWEST = 6.0
"""Nats by which a reading may be worse than the best so far before it is given up."""

SURE, SURE_FILLED = 0.998, 0.9995
"""The least probability of a character that is read, and of one that is filled in."""

LONGEST = 1 << 10
"""Bytes after which one reading is taken for sure if several still compete, so that memory stays bounded."""

LEAST_ASCII = -6.0
"""What a letter or sign of ASCII costs at most: the model knows little of them."""

BROKEN = -14.0
"""What a byte costs that belongs to no character."""

_NOTHING = -1e6
"""The log probability of what cannot be."""

Decoder = tuple[str, str]
"""A charset, and the codec that read it."""

Logs = npt.NDArray[np.float64]
_NO_CHARACTER = np.array([UNKNOWN], dtype=np.uint32)
_ONLY = np.zeros(1, np.int64)
_NO_LOGS: Logs = np.empty(0)
START = np.array([ord("。")], dtype=np.uint32)


@dataclass(slots=True, eq=False)
class _Node:
    """The characters that may stand for the bytes `[start, end)`, with the log probability of all that leads to
    each, and of all that follows."""

    start: int
    end: int
    codes: Codes
    before: Logs
    after: Logs
    ahead: list[tuple[_Node, Logs]] = field(default_factory=list)
    kept: Positions = field(default_factory=lambda: _ONLY)
    """Which of the characters are probable enough to go on from."""


class Lattice:
    """All readings of bytes in `codec` of which a decoder may have dropped some.

    `borders` are the places between the characters that it gave; what costs less than `doubt` may be broken there.
    `LOST` stands for a byte that was lost; with `by_two`, for one of two, of which the second may be any; with
    `question`, for a question mark that may be the text's own.
    """

    def __init__(
        self,
        data: bytes,
        borders: Positions,
        codec: str,
        decoder: Decoder,
        *,
        doubt: float = POOR,
        by_two: bool = False,
        question: bool = False,
    ) -> None:
        self.data, self.codec, self.decoder, self.by_two = data, codec, decoder, by_two
        size = len(data)
        is_border = np.zeros(size + 1, dtype=np.bool_)
        is_border[borders] = True
        raw = np.frombuffer(data, dtype=np.uint8).astype(np.int64)
        chars = np.zeros(size, dtype=np.uint32)
        if size > 1:
            chars[:-1] = pair_table(codec).take(raw[:-1] << 8 | raw[1:])
        self._mark = np.array([ord("?") if question else UNKNOWN], dtype=np.uint32)
        self._doubted = _doubted(chars, doubt)
        self._chars, self._is_border = chars.tolist(), is_border.tolist()
        self._ending: list[list[_Node]] = [[] for _ in range(size + 4)]
        self._settled = _Node(0, 0, START, np.zeros(1), _NO_LOGS)
        self._ending[0].append(self._settled)
        self._codes: list[int] = []
        self._starts: list[int] = []
        for place in range(size):
            if self._ending[place]:
                self._step(place)
        ends = self._ending[size]
        for node in ends:
            node.kept = np.arange(len(node.codes))
        self.score = float(np.logaddexp.reduce([_log_sum(node.before, 0) for node in ends]))
        self._settle(ends, self.score)

    def _step(self, place: int) -> None:
        """Add what may begin at a place."""
        data = self.data
        byte, following = data[place], data[place + 1] if place + 1 < len(data) else None
        behind = self._ending[place]
        best = max(float(node.before.max()) for node in behind)
        for node in behind:
            node.kept = np.flatnonzero(node.before > best - NARROWEST)
        behind = [node for node in behind if len(node.kept)]
        if place - self._settled.end > LONGEST:
            behind = [max(behind, key=lambda node: float(node.before.max()))]
            behind[0].kept = np.array([np.argmax(behind[0].before)])
            self._ending[place + 1], self._ending[place + 2], self._ending[place + 3] = [], [], []
        if len(behind) == len(behind[0].kept) == 1:
            if not any(self._ending[place + 1 : place + 4]):
                self._settle(behind, float(behind[0].before[behind[0].kept[0]]))
            if LOST not in (byte, following) and not self._doubted[place]:
                self._go_on(behind[0], place)
                return
        may_be = self._marked(place) if LOST in (byte, following) else self._unmarked(place)
        self._add(behind, place, [(length, codes) for length, codes in may_be if len(codes)])

    def _unmarked(self, place: int) -> Iterator[tuple[int, Codes]]:
        """Yield what may begin at a place, with its length in bytes."""
        data = self.data
        byte, following = data[place], data[place + 1] if place + 1 < len(data) else None
        if byte < 0x80:
            yield 1, np.array([byte], dtype=np.uint32)
        elif self._chars[place]:
            yield 2, np.array([self._chars[place]], dtype=np.uint32)
        else:
            yield 1, np.array([UNKNOWN], dtype=np.uint32)
        if self._doubted[place]:
            if self._is_border[place] and byte >= 0x40:
                yield 1, _without_lead(self.codec, self.decoder, byte)
            if self._is_border[place + 1] and byte > 0x80:
                yield 1, _without_trail(self.codec, self.decoder, byte, following)

    def _marked(self, place: int) -> Iterator[tuple[int, Codes]]:
        """Yield what may begin at a place where a byte or the next one is lost, with its length in bytes."""
        byte, *rest = self.data[place : place + 4]
        following = rest[0] if rest else 0
        if byte < 0x80:
            yield 1, np.array([byte], dtype=np.uint32)
            return
        yield 1, self._mark if byte == LOST else _NO_CHARACTER
        decoder = None if self.by_two else self.decoder
        third, fourth = (*rest[1:], 0, 0)[:2]
        if byte == following == LOST:
            yield 2, _anything(self.codec)
            if self.by_two and third >= 0x40 and third != LOST:  # a mark for one byte
                yield 3, _without_lead(self.codec, self._single(third), third)
        elif byte == LOST and following >= 0x40:
            yield 2, _without_lead(self.codec, decoder, following)
        elif following == LOST:
            after = third if third != LOST else None
            yield 2, _without_trail(self.codec, decoder, byte, after)
            if self.by_two and third == LOST:
                yield 3, _without_trail(self.codec, self._single(fourth), byte, fourth)

    def _single(self, following: int) -> Decoder:
        """Return the decoder that loses a byte alone before another: one of single bytes, unless that is of ASCII."""
        return self.decoder if following < 0x80 else (self.decoder[0], ALONE)

    def _go_on(self, node: _Node, place: int) -> None:
        """Add the only character that may begin at a place, behind the only one before it."""
        byte = self.data[place]
        code = byte if byte < 0x80 else self._chars[place] or UNKNOWN
        end = place + 1 + (code not in (byte, UNKNOWN))
        cost = float(_steps(node.codes[node.kept], np.array([code], dtype=np.uint32))[0, 0])
        follower = _Node(place, end, np.array([code], dtype=np.uint32), node.before[node.kept] + cost, _NO_LOGS)
        node.ahead.append((follower, np.array([[cost]])))
        self._ending[end].append(follower)

    def _add(self, behind: list[_Node], start: int, may_be: list[tuple[int, Codes]]) -> None:
        """Add the characters that may begin at a place behind those that may end there."""
        before = np.concatenate([node.before[node.kept] for node in behind])
        first = np.concatenate([node.codes[node.kept] for node in behind])
        second = np.concatenate([codes for _, codes in may_be])
        steps = _steps(first, second)
        logs = _log_sum(before[:, None] + steps, 0)
        column = 0
        for length, codes in may_be:
            chosen = slice(column, column + len(codes))
            column += len(codes)
            node = _Node(start, start + length, codes, logs[chosen], _NO_LOGS)
            row = 0
            for other in behind:
                other.ahead.append((node, steps[row : row + len(other.kept), chosen]))
                row += len(other.kept)
            self._ending[node.end].append(node)

    def _settle(self, ends: list[_Node], total: float) -> None:
        """Read what stands before the only nodes that all readings pass through, and forget it."""
        first, last = self._settled, ends[0].end
        if len(ends) == len(first.ahead) == len(ends[0].codes) == 1 and first.ahead[0][0] is ends[0]:
            self._codes.append(int(ends[0].codes[0]))
            self._starts.append(ends[0].start)
            self._ending[first.end : last] = ([] for _ in range(first.end, last))
            self._settled = ends[0]
            return
        for node in self._ending[last]:
            node.after = np.full(len(node.codes), _NOTHING)
        for node in ends:
            node.after[node.kept] = 0.0
        for place in range(last - 1, first.end - 1, -1):
            for node in self._ending[place]:
                node.after = np.full(len(node.codes), _NOTHING)
                for follower, steps in node.ahead:
                    if follower.end <= last:
                        ways = _log_sum(steps + follower.after[None, :], 1)
                        node.after[node.kept] = np.logaddexp(node.after[node.kept], ways)
        node = first
        while node.end < last:
            followers = [follower for follower, _ in node.ahead if follower.end <= last]
            node = max(followers, key=lambda one: float((one.before + one.after).max()))
            nth = int(np.argmax(node.before + node.after))
            least = SURE if len(node.codes) == 1 else SURE_FILLED
            is_sure = float(node.before[nth] + node.after[nth]) - total > np.log(least)
            self._codes.append(int(node.codes[nth]) if is_sure else UNKNOWN)
            self._starts.append(node.start)
        for place in range(first.end, last):
            self._ending[place] = []
        if len(ends) == 1:
            self._settled = ends[0]

    def reading(self) -> Reading:
        """Return what is sure of the text; the rest is `UNKNOWN`."""
        starts = np.array([*self._starts, len(self.data)], dtype=np.int64)
        return Reading(np.array(self._codes, dtype=np.uint32), starts, {})


def _doubted(chars: Codes, doubt: float) -> list[bool]:
    """Return for each place whether the character that begins there is improbable, with the next, or none."""
    after = np.empty(len(chars), dtype=np.float32)
    after[0::2], after[1::2] = model.log_pair(chars[0::2]), model.log_pair(chars[1::2])
    both = after + np.append(after[2:], (doubt / 2, doubt / 2))[: len(after)]
    doubted: list[bool] = ((chars == 0) | (both < doubt)).tolist()
    return doubted


def _steps(first: Codes, second: Codes) -> Logs:
    """Return what each of some characters costs behind each of others: float64 of shape (first, second)."""
    if len(first) == len(second) == 1:
        a, b = int(first[0]), int(second[0])
        cost = BROKEN if b == UNKNOWN else model.pair(chr(a), chr(b))
        return np.full((1, 1), max(cost, LEAST_ASCII) if b < 0x80 else cost)
    logs = model.log_after(first, second).astype(np.float64)
    logs[:, second == UNKNOWN] = BROKEN
    return np.maximum(logs, LEAST_ASCII, out=logs, where=second < 0x80)


def _log_sum(logs: Logs, axis: int) -> Logs:
    top = logs.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(logs - top).sum(axis=axis)) + top.squeeze(axis))


@lru_cache(maxsize=1 << 10)
def _without_lead(codec: str, decoder: Decoder | None, trail: int) -> Codes:
    """Return the characters that end in a byte, whose first byte is lost before it."""
    found = by_byte(codec, 1).get(trail, np.empty(0, np.uint32))
    if decoder is not None:
        found = found[can_be_lost(*decoder)[bytes_at(found, 0, codec), trail]]
    return _frequent(found)


@lru_cache(maxsize=1 << 14)
def _without_trail(codec: str, decoder: Decoder | None, lead: int, following: int | None) -> Codes:
    """Return the characters that begin with a byte, whose last byte is lost before the one `following`."""
    found = by_byte(codec, 0).get(lead, np.empty(0, np.uint32))
    if following is not None and decoder is not None:
        found = found[can_be_lost(*decoder)[bytes_at(found, 1, codec), following]]
    return _frequent(found)


@cache
def _anything(codec: str) -> Codes:
    return _frequent(np.array([code for code, raw in characters(codec) if len(raw) == 2], dtype=np.uint32))


def _frequent(codes: Codes) -> Codes:
    return codes[np.argsort(-model.log_unigram(codes), kind="stable")[:KEPT]]
