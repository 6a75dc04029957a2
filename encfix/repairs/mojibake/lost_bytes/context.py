"""Which of several characters a broken one was: by its neighbours, the words that it would make, and the rest of the
document.

Pairs of characters alone leave much open at the end of a line, where nothing follows. But 文件 is a word and 文仪 is
none; a file that has 服务器 in ten lines has it in the eleventh; a bracket that was opened is closed; and a text has
one script. What each is worth was fitted to the last and other characters, broken by the same rule, of catalogues of
messages, manuals and sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from encfix.arrays import Codes, Mask, Positions, Scores
from encfix.batch import to_text
from encfix.chinese import division, model
from encfix.chinese.characters import BOUNDARY_CODE, IS_HAN, class_table
from encfix.repairs.mojibake.lost_bytes.candidates import forms
from encfix.repairs.mojibake.lost_bytes.filling import REPLACEMENT

PAIRS, WORDS = 0.7, 0.34
"""What a nat of pairs of characters is worth, and one of words."""

SEEN = 2.6
"""The nats that two characters side by side gain where the document has them so often that e becomes of one more."""

BALANCE = 4.0
"""The nats that a bracket or quotation mark gains where one is due, and loses where none is; twice as many at the end
of a line."""

AROUND, FAR = 4, 200
"""Ideographs on either side that words are looked for in, and characters that brackets are."""

EACH = 16
"""The candidates that are weighed for each of two characters."""

RIVAL = 9.0
"""Nats by which a reading may be worse than the best before words are not asked about it."""

HOPE = 0.75
"""The share that the best reading must have without the words, for words to make it a sure one."""

LEAST_HAN = 0x3400
"""The first ideograph: neighbours below it say little."""

_OPENING, _CLOSING = "（《「『【“‘〈［｛", "）》」』】”’〉］｝"
_PARTNERS = dict(zip(_OPENING + _CLOSING, _CLOSING + _OPENING, strict=True))
_IS_BRACKET = np.zeros(0x10001, dtype=np.bool_)
"""Of the BMP, and of whatever is beyond it."""
_IS_BRACKET[[ord(mark) for mark in _PARTNERS]] = True
_NONE = np.zeros(0, dtype=np.uint32)
_FULL_WIDTH = str.maketrans("()[]{}", "（）［］｛｝")
_NEWLINE = ord("\n")
_NO_PAIR = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Broken:
    """One or two broken characters side by side in a text, from a place on, and the candidates for each."""

    text: Codes
    place: int
    candidates: tuple[Codes, ...]

    @property
    def end(self) -> int:
        """Where they end."""
        return self.place + len(self.candidates)

    @property
    def before(self) -> int:
        """The character before them."""
        return int(self.text[self.place - 1]) if self.place else _NEWLINE

    @property
    def after(self) -> int:
        """The character behind them."""
        return int(self.text[self.end]) if self.end < len(self.text) else _NEWLINE

    def words_around(self) -> tuple[str, str]:
        """Return the ideographs next to them on either side."""
        before = self.text[max(0, self.place - AROUND) : self.place]
        after = self.text[self.end : self.end + AROUND]
        return to_text(before[_last_other(before) :]), to_text(after[::-1][_last_other(after[::-1]) :][::-1])

    def line_around(self) -> tuple[str, str]:
        """Return the line that they are in before and behind them, with brackets of one width."""
        before = to_text(self.text[max(0, self.place - FAR) : self.place]).rpartition("\n")[2]
        after = to_text(self.text[self.end : self.end + FAR]).partition("\n")[0]
        return before.translate(_FULL_WIDTH), after.translate(_FULL_WIDTH)


def _last_other(codes: Codes) -> int:
    """Return the place behind the last character that is no ideograph."""
    others = np.flatnonzero(~_is_word(codes))
    return int(others[-1]) + 1 if len(others) else 0


class Seen:
    """How often a document has two characters side by side, and of which script it is."""

    def __init__(self, codes: Codes, wanted: Codes) -> None:
        """Count in `codes` the pairs that hold one of the `wanted`."""
        self._forms = forms(codes)
        is_wanted = np.zeros(BOUNDARY_CODE + 1, dtype=np.bool_)
        is_wanted[wanted] = True
        held = is_wanted.take(codes, mode="clip")
        here = np.flatnonzero(held[1:] | held[:-1])
        pairs, counts = np.unique(_keys(codes[here], codes[here + 1]), return_counts=True)
        self._pairs, self._counts = np.append(pairs, _NO_PAIR), np.append(counts, 0)

    def gains(self, codes: Codes) -> Scores:
        """Return the nats that characters gain or lose by their script."""
        return self._forms.take(class_table().take(codes, mode="clip"))

    def gains_beside(self, first: Codes, second: Codes) -> Scores:
        """Return the nats that characters gain by how often others stand beside them elsewhere."""
        keys = _keys(first, second)
        place = self._pairs.searchsorted(keys)
        return np.asarray(SEEN * np.log1p(np.where(self._pairs[place] == keys, self._counts[place], 0)))


def _keys(first: Codes, second: Codes) -> Positions:
    """Return one number for each two characters."""
    return np.asarray(first.astype(np.int64) << 32 | second)


def shares(broken: Sequence[Broken], seen: Seen) -> Iterator[tuple[Scores, ...]]:
    """Yield for each of some broken places how probable the candidates of each character are; 0 if none can be sure."""
    if not broken:
        return
    readings = [_readings(one) for one in broken]
    sizes = np.array([len(rows) for rows in readings], dtype=np.int64)
    around = np.array([(one.before, one.after) for one in broken], dtype=np.uint32).repeat(sizes, axis=0)
    is_two = np.array([len(one.candidates) == 2 for one in broken]).repeat(sizes)
    codes = np.concatenate([_codes(one, rows) for one, rows in zip(broken, readings, strict=True)])
    first, last = codes.T
    scores = _beside(around[:, 0], first, seen) + _beside(last, around[:, 1], seen) + seen.gains(first)
    scores[is_two] += _beside(first[is_two], last[is_two], seen) + seen.gains(last[is_two])
    ends: Positions = np.cumsum(sizes)
    has_bracket = np.logical_or.reduceat(_IS_BRACKET.take(codes, mode="clip").any(axis=1), ends - sizes)
    for one, rows, end, is_marked in zip(broken, readings, ends.tolist(), has_bracket.tolist(), strict=True):
        own, logs = codes[end - len(rows) : end, : len(one.candidates)], scores[end - len(rows) : end]
        due = _NONE
        if is_marked:
            due = _due(one)
            logs = logs + _balance(one, own, due)
        rivals = np.flatnonzero(logs > logs.max() - RIVAL)
        if np.exp(logs[rivals] - logs.max()).sum() > 1 / HOPE:
            yield tuple(np.zeros(len(candidates)) for candidates in one.candidates)
            continue
        if len(rivals) > 1:
            before, after = one.words_around()
            logs = logs.copy()
            words = division.lattice_scores(before, map(to_text, own[rivals]), after)
            logs[rivals] += [WORDS * score for score in words]
        weights = np.exp(logs[rivals] - logs[rivals].max())
        weights /= weights.sum()
        yield tuple(
            np.bincount(rows[rivals, nth], weights, len(candidates)).astype(np.float64)
            * (_is_word(candidates) | np.isin(candidates, due) if len(due) else _is_word(candidates))
            for nth, candidates in enumerate(one.candidates)
        )


def _readings(one: Broken) -> Positions:
    """Return what may have stood at a broken place: a row for each, with the index of the candidate for the first and
    for the last character."""
    if len(one.candidates) == 1:
        return np.repeat(np.arange(len(one.candidates[0]))[:, None], 2, axis=1)
    first, last = one.candidates
    before, after = np.full_like(first, one.before), np.full_like(last, one.after)
    starts, ends = _plain(before, first), model.log_unigram(last) + _plain(last, after)
    return np.array(list(product(*(np.argsort(-logs, kind="stable")[:EACH].tolist() for logs in (starts, ends)))))


def _codes(one: Broken, readings: Positions) -> Codes:
    """Return the first and the last character of each reading."""
    return np.stack((one.candidates[0][readings[:, 0]], one.candidates[-1][readings[:, 1]]), axis=1)


def _is_word(codes: Codes) -> Mask:
    """Return which characters are ideographs: of others, those come that are due."""
    return np.asarray(IS_HAN.take(class_table().take(codes)))


def _plain(first: Codes, second: Codes) -> Scores:
    """Return the log probability of characters behind others; one that is unknown says nothing."""
    logs = np.where(first == REPLACEMENT, model.log_unigram(second), model.log_each(first, second))
    return np.where(second == REPLACEMENT, 0.0, logs.astype(np.float64))


def _beside(first: Codes, second: Codes, seen: Seen) -> Scores:
    """Return what two characters side by side are worth."""
    logs = PAIRS * _plain(first, second)
    is_seen = (first >= LEAST_HAN) & (second >= LEAST_HAN)
    logs[is_seen] += seen.gains_beside(first[is_seen], second[is_seen])
    return logs


def _due(one: Broken) -> Codes:
    """Return the brackets and quotation marks that a line lacks at a place: their partners have none of their own."""
    candidates = np.concatenate(one.candidates)
    marks = to_text(candidates[_IS_BRACKET.take(candidates, mode="clip")])
    if not marks:
        return _NONE
    before, after = one.line_around()
    due = [ord(mark) for mark in marks if _is_due(mark, *((after, before) if mark in _OPENING else (before, after)))]
    return np.array(due, dtype=np.uint32)


def _is_due(mark: str, there: str, beyond: str) -> bool:
    """Return whether the part of a line where the partner of a mark belongs has one more than the other part needs."""
    partner = _PARTNERS[mark]
    return there.count(partner) - there.count(mark) > max(beyond.count(mark) - beyond.count(partner), 0)


def _balance(one: Broken, readings: Codes, due: Codes) -> Scores:
    """Return the nats that readings gain or lose by the brackets that they hold."""
    is_bracket = _IS_BRACKET.take(readings, mode="clip")
    if not is_bracket.any():
        return np.zeros(len(readings))
    worth = BALANCE * (1 + one.line_around()[1].isascii())
    return np.asarray(np.where(np.isin(readings, due), worth, is_bracket * -BALANCE).sum(axis=1))
