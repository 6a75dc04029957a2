"""A model of Chinese: how probable characters, pairs of characters and words are, in nats.

Text of either script is folded onto simplified forms first, so 學校 and 学校 score the same. Three views share one set
of tables, built by `tools/build_model.py` and mapped from disk when first used:

* characters and pairs over arrays (`log_unigram`, `log_pair`, `scores`), back-off included, for text by the million;
* the same for two characters at a time (`pair`), for a search that grows text character by character;
* words (`lexicon`), of which `division` makes a lattice: it knows that 規模 is a word and 模化量 none.

Every probability is per character: of everything that may stand at a place, letters, digits and marks included. Pairs
come from Chinese Wikipedia, by way of cjclassifier; words from jieba's list; what marks and letters cost is set by
hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Logs
from encfix.chinese.data import load

STEP = 1 / 15
"""Nats in one step of a quantised log probability."""

FIRST_HAN = 61
"""Symbols from here on are single characters of Chinese; those below are marks and groups of other characters."""

SYMBOL_BITS = 13
BUCKET_BITS = 18
REST_BITS = 2 * SYMBOL_BITS - BUCKET_BITS
MULTIPLIER = 0x2545F49
_KEYS = (1 << 2 * SYMBOL_BITS) - 1

LONGEST_WORD = 4
"""Characters in the longest word of the lexicon; what is longer is made of several."""

LINE_END = ord("\n")
"""Stands between the words of a list."""

UNKNOWN_WORD = -17.0
"""What a character costs in the lattice that the lexicon lacks, unless it is a mark, a letter or a digit."""


@lru_cache(maxsize=1 << 14)
def form_cost(character: str) -> float:
    """Return how many nats the form of a character costs in traditional text, beside other forms of the same.

    0 for a form that traditional text uses, more for a rare variant, most for one of simplified text only. Source:
    the shares of the forms in the traditional half of cjclassifier's model; a form legal in both scripts costs nothing.

    >>> form_cost("學"), form_cost("人"), form_cost("学") > 3
    (0.0, 0.0, True)
    """
    return float(load("model_form_costs")[min(ord(character), 0xFFFF)] * np.float32(STEP))


class _Tables(NamedTuple):
    symbols: npt.NDArray[np.uint16]
    logs: Logs
    backoff: Logs
    ceiling: Logs
    ends: Logs
    begins: Logs
    offsets: npt.NDArray[np.uint32]
    rests: npt.NDArray[np.uint8]
    pair_logs: npt.NDArray[np.uint8]


@cache
def _tables() -> _Tables:
    names = ("symbols", "logs", "backoff", "ceiling", "ends", "begins", "pair_offsets", "pair_rests", "pair_logs")
    return _Tables(*(load(f"model_{name}") for name in names))


@cache
def _backed_off() -> tuple[Logs, Logs]:
    """Return what each symbol adds to the log probability of the next one, and the most that becomes by it, where the
    tables have no such pair: float32 (2 * symbols,) each, for a mark or letter behind it, then for a character."""
    tables = _tables()
    is_han, nothing = np.arange(len(tables.logs)) >= FIRST_HAN, np.zeros(len(tables.logs), np.float32)
    most = np.where(is_han, tables.ceiling, np.float32(np.inf))
    return (
        np.concatenate((tables.ends, np.where(is_han, tables.backoff, nothing))),
        np.concatenate((np.full_like(most, np.inf), most)),
    )


@cache
def fold_table() -> npt.NDArray[np.uint16]:
    """Return the form onto which each code point of the BMP is folded before it is judged: uint16 (0x10000,).

    Source: OpenCC's tables of single characters, and 著, which is folded onto 着.
    """
    return load("model_fold")


@cache
def fold_map() -> dict[int, int]:
    """Return the code points that folding changes, and their forms."""
    changed = np.flatnonzero(fold_table() != np.arange(0x10000))
    return dict(zip(changed.tolist(), fold_table()[changed].tolist(), strict=True))


def fold(text: str) -> str:
    """Return `text` with every character folded onto its simplified form, without regard to words; as long as `text`.

    >>> fold("學校後面")
    '学校后面'
    """
    return text.translate(fold_map())


def fold_codes(codes: Codes) -> Codes:
    """Return `fold` of a text in code points: uint32 of shape (n,) for the same."""
    return np.where(codes < 0x10000, fold_table().take(codes, mode="clip"), codes)


def mix(first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return a number for each pair of symbols, spread evenly over 26 bits; no two pairs share one."""
    return ((first << SYMBOL_BITS | second) * MULTIPLIER) & _KEYS


def symbols_of(codes: Codes) -> npt.NDArray[np.uint16]:
    """Return the number under which the model knows each code point; both scripts share one: uint16 of shape (n,)."""
    # U+FFFF is a stranger, as is everything that the table does not reach.
    return _tables().symbols.take(codes, mode="clip")


@cache
def symbol_table() -> memoryview:
    """Return those numbers for the code points of the BMP, to look up one at a time.

    >>> symbol_table()[ord("書")] == symbol_table()[ord("书")] == symbols_of(np.array([ord("书")])).item()
    True
    """
    return _tables().symbols.data


def symbol_logs() -> Logs:
    """Return the log probability of each symbol by itself: float32 of shape (symbols,)."""
    return _tables().logs


def log_unigram(codes: Codes) -> Logs:
    """Return the log probability of each character by itself: float32 of shape (n,) for uint32 of shape (n,).

    >>> log_unigram(np.array([ord("的"), ord("妳"), 0xE000], dtype=np.uint32)).round().tolist()
    [-4.0, -12.0, -21.0]
    """
    return _tables().logs.take(symbols_of(codes))


def log_pair(codes: Codes) -> Logs:
    """Return the log probability of each character after the one before it: float32 of shape (n,).

    The first is judged by itself. A pair that is not in the tables backs off to what its second character is worth,
    less what the first one keeps back for pairs unseen, and is never as probable as the rarest pair known.
    A mark after a character, or a character after a mark, is as probable as the character is at that edge of a run.

    >>> log_pair(np.array([ord("學"), ord("校"), ord("膊")], dtype=np.uint32)).round().tolist()
    [-6.0, -2.0, -15.0]
    """
    if not len(codes):
        return np.empty(0, dtype=np.float32)
    symbols = symbols_of(codes).astype(np.int64)
    result = _tables().logs.take(symbols)
    result[1:] = _after(symbols[:-1], symbols[1:])
    return result


def log_after(first: Codes, second: Codes) -> Logs:
    """Return the log probability of each of some characters after each of others: float32 of shape (first, second).

    >>> log_after(np.array([ord("學"), ord("膊")]), np.array([ord("校")])).round().tolist()
    [[-2.0], [-7.0]]
    """
    rows, columns = (symbols_of(codes).astype(np.int64) for codes in (first, second))
    pairs = _after(np.repeat(rows, len(columns)), np.tile(columns, len(rows)))
    return pairs.reshape(len(rows), len(columns))


def log_each(first: Codes, second: Codes) -> Logs:
    """Return the log probability of each character of `second` after the one at the same place of `first`: float32 of
    shape (n,).

    >>> log_each(np.array([ord("學"), ord("膊")]), np.array([ord("校"), ord("校")])).round().tolist()
    [-2.0, -7.0]
    """
    return _after(symbols_of(first).astype(np.int64), symbols_of(second).astype(np.int64))


def _after(first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> Logs:
    """Return the log probability of each symbol of `second` after the one at the same place of `first`."""
    tables = _tables()
    rest = tables.logs.take(second)
    added, most = _backed_off()
    is_han = second >= FIRST_HAN
    row = is_han * len(tables.logs) + first
    rest += added.take(row)
    np.minimum(rest, most.take(row), out=rest)
    after_mark = (is_han > (first >= FIRST_HAN)).nonzero()[0]
    if len(after_mark):
        rest[after_mark] += tables.begins.take(second.take(after_mark))
    mixed = mix(first, second)
    bucket = mixed >> REST_BITS
    start = tables.offsets.take(bucket)
    count = tables.offsets.take(bucket + 1) - start
    owner = np.arange(len(rest)).repeat(count)  # everything in the bucket of each pair, side by side
    here = (start + count - count.cumsum(dtype=np.int64)).repeat(count) + np.arange(len(owner))
    hits = (tables.rests.take(here) == mixed.astype(np.uint8).take(owner)).nonzero()[0]
    rest[owner.take(hits)] = tables.pair_logs.take(here.take(hits)) * np.float32(-STEP)
    return rest


def score(codes: Codes) -> float:
    """Return the mean log probability of the characters of a text, by pairs; 0 for an empty one.

    Good prose scores about -5, the same characters shuffled about -10, text read in the wrong encoding below.
    """
    return float(log_pair(codes).mean()) if len(codes) else 0.0


def scores(codes: Codes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Logs:
    """Return `score` of each segment `codes[starts[i]:ends[i]]`: float32 of shape (segments,), for all at once."""
    if not len(codes):
        return np.zeros(len(starts), dtype=np.float32)
    inside, alone = log_pair(codes).astype(np.float64), log_unigram(codes)
    running = np.concatenate(([0.0], np.cumsum(inside)))
    lengths = ends - starts
    sums = running[ends] - running[starts]
    heads = starts.clip(max=len(codes) - 1)
    sums += alone[heads] - inside[heads]  # a segment's first character is judged by itself
    return np.where(lengths > 0, sums / np.maximum(lengths, 1), 0.0).astype(np.float32)


@lru_cache(maxsize=1 << 16)
def unigram(character: str) -> float:
    """Return the log probability of one character by itself, as `log_unigram` does."""
    return float(_tables().logs[_tables().symbols[min(ord(character), 0xFFFF)]])


@lru_cache(maxsize=1 << 16)
def pair(first: str, second: str) -> float:
    """Return the log probability of one character after another, as `log_pair` does.

    >>> pair("學", "校") > pair("學", "膊")
    True
    """
    tables = _tables()
    a, b = (int(tables.symbols[min(ord(character), 0xFFFF)]) for character in (first, second))
    mixed = ((a << SYMBOL_BITS | b) * MULTIPLIER) & _KEYS
    bucket, wanted = mixed >> REST_BITS, mixed & ((1 << REST_BITS) - 1)
    start = int(tables.offsets[bucket])
    place = tables.rests[start : int(tables.offsets[bucket + 1])].tobytes().find(wanted)
    if place >= 0:
        return float(tables.pair_logs[start + place] * np.float32(-STEP))
    alone = float(tables.logs[b])
    if b < FIRST_HAN:
        return alone + float(tables.ends[a])
    if a < FIRST_HAN:
        return alone + float(tables.begins[b])
    return min(alone + float(tables.backoff[a]), float(tables.ceiling[a]))


@cache
def lexicon() -> Mapping[str, float]:
    """Return the words of Chinese, up to `LONGEST_WORD` characters, folded, with their log probabilities.

    Single characters are in it, so that every one in use can stand alone. Source: jieba's word list, frequencies of 20
    and more; 的, which is implausibly low there, and characters that it lacks, by their share of Wikipedia.
    """
    words = load("model_words").tobytes().decode("utf-16-le").split("\n")
    values = [step * -STEP for step in range(256)]
    return dict(zip(words, map(values.__getitem__, load("model_word_logs").tobytes()), strict=True))


@cache
def alone_logs() -> npt.NDArray[np.float64]:
    """Return the log probability that a code point of the BMP is a word of its own, whatever it is: (0x10000,)."""
    codes = np.arange(0x10000, dtype=np.uint32)
    is_han = (codes >= 0x3400) & (codes < 0xFB00) | (symbols_of(codes) >= FIRST_HAN)
    logs = np.where(is_han, UNKNOWN_WORD, log_unigram(codes).astype(np.float64))
    words = load("model_words")
    starts = np.flatnonzero(np.append(LINE_END, words) == LINE_END)
    single = np.flatnonzero(np.diff(starts, append=len(words) + 1) == 2)
    logs[words[starts[single]]] = load("model_word_logs")[single] * -STEP
    return logs


@lru_cache(maxsize=1 << 14)
def alone(character: str) -> float:
    """Return the log probability that a character is a word of its own, whatever it is."""
    return float(alone_logs()[min(ord(character), 0xFFFF)])
