"""Bad bytes in good text: each becomes U+FFFD, and all other text stays what it was.

In UTF-8 a character shows where it begins, so the codec itself says which bytes are bad. In the double-byte encodings
it does not: a lost byte shifts all that follows up to the next ASCII character, and the error shows there, if at all.
There the bytes around an error are cut into characters anew, so that the text becomes as probable as it can be.
"""

from __future__ import annotations

import codecs
import threading
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from encfix.batch import to_codes
from encfix.chinese import model
from encfix.decoding.evidence import languages_of, log_probabilities

REPLACEMENT = "\ufffd"
"""What stands for bytes that cannot be decoded."""

LOST = -14.0
"""Nats that a byte costs which is taken for bad."""

BUDGET = 1 << 17
"""How many bytes of one segment are cut anew at most; where more are near errors, the codec's own cut is taken."""

_UNITS = {"gb18030": (1, 2, 4), "big5hkscs": (1, 2), "cp949": (1, 2), "cp932": (1, 2), "euc_jp": (1, 2, 3)}
"""How many bytes a character has, by encoding, where characters do not show where they begin."""

# Bytes that are never the second or a later one of a character in those encodings.
_ALONE = np.arange(0x100) < 0x40
_ALONE[0x30:0x3A] = False


class Bad(NamedTuple):
    """Bytes that could not be decoded, from `start` to `end`."""

    start: int
    end: int


_noted = threading.local()


def _note(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _noted.spans.append(Bad(error.start, error.end))
    return REPLACEMENT, error.end


codecs.register_error("encfix.note", _note)


def decode_noting(data: bytes, encoding: str) -> tuple[str, list[Bad]]:
    """Return the text of `data` with U+FFFD for bad bytes as the codec finds them, and where these are.

    >>> decode_noting(b"a\\xe4\\xb8b", "utf-8")
    ('a\ufffdb', [Bad(start=1, end=3)])
    """
    _noted.spans = []
    text = data.decode(encoding, "encfix.note")
    return text, _noted.spans


def decode_damaged(data: bytes, encoding: str) -> tuple[str, list[Bad]]:
    """Return the most probable text of `data`, which holds bad bytes, and where these are; each is one U+FFFD.

    >>> decode_damaged("中文编码".encode("gbk")[:1] + "文编码。".encode("gbk"), "gb18030")
    ('\ufffd文编码。', [Bad(start=0, end=1)])
    """
    text, bad = decode_noting(data, encoding)
    if not bad or encoding not in _UNITS:
        return text, bad
    windows = _windows(data, bad)
    if sum(end - start for start, end in windows) > BUDGET:
        return text, bad
    pieces, found, done = [], [], 0
    for start, end in windows:
        pieces.append(data[done:start].decode(encoding))
        text, bad = _cut(data[start:end], encoding)
        pieces.append(text)
        found += [Bad(start + first, start + last) for first, last in bad]
        done = end
    pieces.append(data[done:].decode(encoding))
    return "".join(pieces), found


def _windows(data: bytes, bad: list[Bad]) -> list[tuple[int, int]]:
    """Return the spans of `data` in which errors may have shifted characters: up to a byte that stands alone."""
    alone = np.flatnonzero(_ALONE.take(np.frombuffer(data, dtype=np.uint8)))
    after = np.searchsorted(alone, [end for _, end in bad])
    before = np.searchsorted(alone, [start for start, _ in bad])
    bounds = np.concatenate(([-1], alone, [len(data)]))
    windows: list[tuple[int, int]] = []
    for start, end in zip((bounds[before] + 1).tolist(), bounds[after + 1].tolist(), strict=True):
        if not windows or start >= windows[-1][1]:
            windows.append((start, end))
        elif end > windows[-1][1]:
            windows[-1] = windows[-1][0], end
    return windows


class _Node(NamedTuple):
    """The best way to a place by one last unit."""

    score: float
    text: str
    length: int
    before: _Node | None


def _cut(data: bytes, encoding: str) -> tuple[str, list[Bad]]:
    """Return the most probable text of a window, cut into characters and bad bytes, and where these are."""
    cost = _cost_in(languages_of(encoding)[0])
    ways: list[list[_Node]] = [[] for _ in range(len(data) + 1)]
    ways[0].append(_Node(0.0, "\n", 0, None))
    for place, nodes in enumerate(ways[:-1]):
        if not nodes:
            continue
        top = max(nodes)
        ways[place + 1].append(_Node(top.score + LOST, REPLACEMENT, 1, top))
        for length in _UNITS[encoding]:
            text = _character(data[place : place + length], length, encoding)
            if not text:
                continue
            scores = [node.score + cost(node.text[-1], text[0]) for node in nodes]
            score = max(scores)
            ways[place + length].append(_Node(score, text, length, nodes[scores.index(score)]))
    node: _Node | None = max(ways[-1])
    pieces, found, place = [], [], len(data)
    while node and node.before:
        pieces.append(node.text)
        place -= node.length
        if node.text == REPLACEMENT and node.length == 1:
            found.append(Bad(place, place + 1))
        node = node.before
    return "".join(reversed(pieces)), found[::-1]


@lru_cache(maxsize=1 << 16)
def _character(data: bytes, length: int, encoding: str) -> str:
    """Return the one character that `length` bytes are, or the few that they stand for; else an empty string."""
    if len(data) < length:
        return ""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return "" if length > 1 and _character(data[:1], 1, encoding) else text


@cache
def _cost_in(language: str) -> Callable[[str, str], float]:
    """Return what a character costs after another in a language."""
    if language == "Chinese":
        return model.pair
    return _LetterCosts(language)


class _LetterCosts:
    """What a character costs in a language, whatever comes before it."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._known: dict[str, float] = {}

    def __call__(self, first: str, second: str) -> float:
        cost = self._known.get(second)
        if cost is None:
            cost = self._known[second] = float(log_probabilities(to_codes(second), self._language)[0])
        return cost
