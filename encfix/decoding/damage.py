"""Bad bytes in good text: each becomes U+FFFD, and all other text stays what it was.

In UTF-8 a character shows where it begins, so the codec itself says which bytes are bad. In the double-byte encodings
it does not: a lost byte shifts all that follows up to the next ASCII character, and the error shows there, if at all.
There the bytes between two ASCII characters are cut into characters anew, so that the text becomes as probable as it
can be. Nothing is cut anew for small gains: where all bytes decode, the text must be very improbable as it stands.
"""

from __future__ import annotations

import codecs
import threading
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask
from encfix.batch import to_codes
from encfix.chinese import division, model
from encfix.decoding.evidence import languages_of, log_probabilities

REPLACEMENT = "\ufffd"
"""What stands for bytes that cannot be decoded."""

LOST = -14.0
"""Nats that a byte costs which is taken for bad."""

CUT = -4.0
"""What it costs if it is the last of all: files are cut off more often than damaged inside."""

GAIN = 20.0
"""Nats that text must gain by being cut anew where all bytes decode as they stand."""

GAIN_IN_STEP, WORDS = 12.0, 0.5
"""The same, that of words included, at what they are worth beside pairs, where a letter may be a second byte."""

STRETCH = 5
"""Characters in a row that must be improbable before that is tried."""

RARE, UNHEARD_OF = -9.5, -11.0
"""Nats a character, each by itself and after the one before it, below which a stretch is improbable."""

OTHER = -9.0
"""What any character costs at most that is no ideograph: symbols and letters are no sign of a wrong cut."""

BUDGET = 1 << 17
"""How many bytes of one segment are cut anew at most; where more are improbable, the codec's own cut is taken."""

LEAST_TRAIL = 0x40
"""The least second byte of a character."""

_UNITS = {"gb18030": (1, 2, 4), "big5hkscs": (1, 2), "cp949": (1, 2), "cp932": (1, 2), "euc_jp": (1, 2, 3)}
"""How many bytes a character has, by encoding, where characters do not show where they begin."""

# Bytes that are never the second or a later one of a character in those encodings, so they are also characters.
_ALONE = np.arange(0x80) < 0x40
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
    """Return the most probable text of `data`, with U+FFFD for each bad byte, and where these are.

    >>> data = "我们重新编排了这一章的文字".encode("gbk")
    >>> decode_damaged(data[:5] + data[6:], "gb18030")
    ('我们�新编排了这一章的文字', [Bad(start=4, end=5)])
    """
    text, bad = decode_noting(data, encoding)
    if encoding not in _UNITS or data.isascii():
        return text, bad
    windows = _windows(data, text, encoding)
    if sum(window.end - window.start for window in windows) > BUDGET:
        windows = [window for window in windows if window.is_broken]
        if sum(window.end - window.start for window in windows) > BUDGET:
            return text, bad
    pieces: list[str] = []
    found: list[Bad] = []
    done = 0
    for window in windows:
        start, end, *_ = window
        text, bad = _cut(data, encoding, window)
        if bad:
            pieces += (data[done:start].decode(encoding), text)
            found += [Bad(start + first, start + last) for first, last in bad]
            done = end
    pieces.append(data[done:].decode(encoding))
    return "".join(pieces), found


class _Window(NamedTuple):
    """A span of bytes, between those that stand alone, to be cut anew."""

    start: int
    end: int
    is_broken: bool
    """Whether bytes are bad there."""
    is_in_step: bool
    """Whether a letter in it may be the second byte with which text falls into step again."""


def _windows(data: bytes, text: str, encoding: str) -> list[_Window]:
    """Return where `data` is to be cut anew."""
    codes = to_codes(text)
    is_broken = codes == ord(REPLACEMENT)
    is_odd, is_in_step = is_broken.copy(), np.zeros(len(codes), dtype=np.bool_)
    if languages_of(encoding) == ("Chinese",):
        is_odd |= _improbable(codes)
    if encoding == "big5hkscs":  # elsewhere common characters have no letter for a second byte
        is_in_step = _in_step_again(codes)
    odd = np.flatnonzero(is_odd | is_in_step)
    if not len(odd):
        return []
    # The bytes that stand alone are characters too, as many and in the same order.
    in_text = np.flatnonzero((codes < 0x80) & _ALONE.take(codes, mode="clip"))
    values = np.frombuffer(data, dtype=np.uint8)
    in_data = np.flatnonzero((values < 0x80) & _ALONE.take(values, mode="clip"))
    numbers = np.unique(np.searchsorted(in_text, odd))
    why = (
        np.isin(numbers, np.searchsorted(in_text, np.flatnonzero(mask))).tolist() for mask in (is_broken, is_in_step)
    )
    starts = np.append(0, in_data + 1)[numbers]
    ends = np.append(in_data, len(data))[numbers]
    return list(map(_Window, starts.tolist(), ends.tolist(), *why))


def _improbable(codes: Codes) -> Mask:
    """Return which characters end a stretch that is improbable, as bool of shape (n,)."""
    marked = np.zeros(len(codes), dtype=np.bool_)
    if len(codes) < STRETCH:
        return marked
    is_ideograph = _is_ideograph(codes)
    rare = _means(np.where(is_ideograph, model.log_unigram(codes), OTHER + 1.0)) < RARE
    ends = np.flatnonzero(rare) + STRETCH
    if not len(ends):
        return marked
    # Pairs are dear, so they are looked up around the rare stretches alone.
    near = np.unique((ends[:, None] - 1 - np.arange(STRETCH + 1)).clip(min=0))
    pairs = np.full(len(codes), OTHER, dtype=np.float32)
    chosen = codes[near]
    logs = model.log_pair(chosen)
    logs[1:][np.diff(near) > 1] = model.log_unigram(chosen[1:][np.diff(near) > 1])
    pairs[near] = np.where(is_ideograph[near], logs, np.maximum(logs, OTHER))
    marked[ends[_means(pairs)[ends - STRETCH] < UNHEARD_OF] - 1] = True
    return marked


def _in_step_again(codes: Codes) -> Mask:
    """Return which characters of ASCII may be second bytes, with which text after a lost byte falls into step: those
    behind two characters that do not go together, as bool of shape (n,)."""
    marked = np.zeros(len(codes), dtype=np.bool_)
    is_beyond = codes >= 0x80
    may_end = (codes[2:] >= LEAST_TRAIL) & (codes[2:] < 0x7F) & is_beyond[1:-1] & is_beyond[:-2]
    ends = np.flatnonzero(may_end) + 2
    logs = model.log_each(codes[ends - 2], codes[ends - 1])
    marked[ends[logs < UNHEARD_OF]] = True
    return marked


def _is_ideograph(codes: Codes) -> Mask:
    # Private use counts: only characters that nobody has defined are read there.
    return (codes >= 0x3400) & (codes < 0xFB00) & ~((codes >= 0xAC00) & (codes < 0xD800))


def _means(logs: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the mean of every `STRETCH` items in a row, by the first of them."""
    sums: npt.NDArray[np.float64] = np.append(0.0, np.cumsum(logs, dtype=np.float64))
    return (sums[STRETCH:] - sums[:-STRETCH]) / STRETCH


class _Node(NamedTuple):
    """The best way to a place whose last unit is `text`, of `length` bytes."""

    score: float
    text: str
    length: int
    before: _Node | None


def _cut(whole: bytes, encoding: str, window: _Window) -> tuple[str, list[Bad]]:
    """Return the most probable text of a window and its bad bytes; none if it is no better than what the codec says."""
    data, is_last = whole[window.start : window.end], window.end == len(whole)
    language = languages_of(encoding)[0]
    units = _UNITS[encoding]
    ways: list[list[_Node]] = [[] for _ in range(len(data) + 1)]
    ways[0].append(_Node(0.0, "\n", 0, None))
    for place, nodes in enumerate(ways[:-1]):
        if not nodes:
            continue
        top = max(nodes)
        lost = CUT if is_last and place + 1 == len(data) else LOST
        ways[place + 1].append(_Node(top.score + lost, REPLACEMENT, 1, top))
        for length in units:
            text = _character(data[place : place + length], length, encoding)
            if text:
                scores = [node.score + _cost(node.text[-1], text[0], language) for node in nodes]
                score = max(scores)
                ways[place + length].append(_Node(score, text, length, nodes[scores.index(score)]))
    best = node = max(ways[-1])
    pieces, found, place = [], [], len(data)
    while node.before:
        pieces.append(node.text)
        place -= node.length
        if node.text == REPLACEMENT and node.length == 1:
            found.append(Bad(place, place + 1))
        node = node.before
    cut = "".join(reversed(pieces))
    if found and not window.is_broken:
        text = data.decode(encoding)
        as_it_stands = sum(_cost(first, second, language) for first, second in zip("\n" + text, text, strict=False))
        gain = best.score - as_it_stands
        # What is as improbable cut anew is no damage: a list of radicals.
        if best.score - LOST * len(found) < UNHEARD_OF * (len(cut) - len(found)):
            return text, []
        if gain < GAIN and not (window.is_in_step and gain + WORDS * _gain_of_words(text, cut) >= GAIN_IN_STEP):
            return text, []
    return cut, found[::-1]


def _gain_of_words(text: str, cut: str) -> float:
    """Return by how many nats the words of a text are more probable if it is cut anew."""
    return division.lattice_score(cut.replace(REPLACEMENT, "\n")) - division.lattice_score(text)


@lru_cache(maxsize=1 << 16)
def _character(data: bytes, length: int, encoding: str) -> str:
    """Return the character that exactly `length` bytes are (two, in a few cases of Big5-HKSCS), or an empty string."""
    if len(data) < length:
        return ""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return "" if any(_character(data[:first], first, encoding) for first in range(1, length)) else text


def _cost(first: str, second: str, language: str) -> float:
    """Return what a character costs after another."""
    if language != "Chinese":
        return _letter_cost(second, language)
    log = model.pair(first, second)
    return log if log > OTHER or "\u3400" <= second < "\ufb00" or second == REPLACEMENT else OTHER


@lru_cache(maxsize=1 << 14)
def _letter_cost(character: str, language: str) -> float:
    return float(log_probabilities(to_codes(character), language)[0])
