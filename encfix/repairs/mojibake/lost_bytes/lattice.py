"""A lattice of characters, of which some follow some others: how probable each is by all that stands before and
behind it.

Many lines are weighed at once, place by place: forwards, which gives the probability of all that leads to each
character, and backwards, which gives that of the character itself (the forward-backward algorithm of hidden Markov
models).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from encfix.arrays import Codes, Mask, Positions, Scores

Costs: TypeAlias = Callable[[Codes, Codes], Scores]
"""Returns the log probability of each of some characters behind the one at the same place of others, in nats."""

_NOTHING, _LEAST_SUM = -1e300, 1e-300
"""The log probability of what cannot be, which can be subtracted, and a sum to divide by where nothing is divided."""


class _Level(NamedTuple):
    """The characters that end at one place of their lines, those that begin there, and the steps between them.

    A step is from one of the former to one of the latter, by their indices there.
    """

    before: Positions
    lines: Positions
    """The lines of the former."""
    after: slice
    rows: Positions
    columns: Positions
    shares: Scores
    """How probable each step is behind the former."""


def _sums(places: Positions, weights: Scores, count: int) -> Scores:
    """Return the sum of the weights of each place."""
    return np.asarray(np.bincount(places, weights, count), dtype=np.float64)


class Lattice:
    """Characters `codes`, each from a place `starts` of one of some `lines` to a later place `ends`: four arrays of
    shape (n,).

    Lines are numbered from 0, and each begins with one character from -1 to 0, which is certain. A character is
    followed by all that begin where it ends.
    """

    def __init__(self, codes: Codes, lines: Positions, starts: Positions, ends: Positions) -> None:
        self._count = int(lines.max()) + 1
        self.order: Positions = np.lexsort((lines, starts))
        """The index that each character had. They are kept in order of the starts, and there of the lines."""
        self._codes, self._lines = codes[self.order], lines[self.order]
        self._begins, self._stops = ((places * self._count + lines)[self.order] for places in (starts, ends))
        self.firsts: Positions = np.searchsorted(self._begins, self._stops)
        """The first of the characters that follow each, which stand side by side."""
        self._followers = np.searchsorted(self._begins, self._stops, "right") - self.firsts
        self.is_last: Mask = self._followers == 0
        """Which are followed by none."""

    def weigh(self, costs: Costs, narrowest: float = np.inf) -> tuple[Scores, Scores, Scores]:
        """Return the log probability of all that leads to each character, itself included, the probability of each
        character, and the log probability of each line.

        What is `narrowest` nats less probable than the best that ends at the same place, or more, is given up.
        """
        levels = self._levels(costs)
        logs, weighed = self._forwards(levels, narrowest)
        scores = self._scores(logs)
        return logs, self._backwards(levels, weighed, logs, scores), scores

    def score(self, costs: Costs, narrowest: float = np.inf) -> Scores:
        """Return the log probability of each line alone."""
        return self._scores(self._forwards(self._levels(costs), narrowest)[0])

    def _levels(self, costs: Costs) -> list[_Level]:
        """Return all steps, by the place at which they are made."""
        by_end = np.argsort(self._stops, kind="stable")
        stops, followers = self._stops[by_end], self._followers[by_end]
        rows = np.arange(len(by_end)).repeat(followers)
        columns = np.arange(len(rows)) + (self.firsts[by_end] - np.cumsum(followers) + followers).repeat(followers)
        shares = np.exp(costs(self._codes[by_end[rows]], self._codes[columns]))
        places = np.arange(int(stops[-1]) // self._count + 1) * self._count
        arrivals, departures = np.searchsorted(stops, places), np.searchsorted(self._begins, places)
        steps = np.searchsorted(rows, arrivals)
        lines = self._lines[by_end]
        return [
            _Level(by_end[a:b], lines[a:b], slice(c, d), rows[e:f] - a, columns[e:f] - c, shares[e:f])
            for (a, b), (c, d), (e, f) in zip(
                pairwise(arrivals.tolist()), pairwise(departures.tolist()), pairwise(steps.tolist()), strict=True
            )
        ]

    def _forwards(self, levels: list[_Level], narrowest: float) -> tuple[Scores, list[tuple[Scores, Scores]]]:
        """Return the log probability of all that leads to each character; and for each level how probable each step
        is, beside others in the same line, and the sum of those to each character."""
        logs = np.full(len(self._codes), -np.inf)
        logs[: self._count] = 0.0
        weighed = []
        with np.errstate(divide="ignore"):
            for level in levels:
                before, lines = logs[level.before], level.lines
                best = np.full(self._count, _NOTHING)
                np.maximum.at(best, lines, before)
                before -= best[lines]
                before[before <= -narrowest] = -np.inf
                weights = np.exp(before)[level.rows] * level.shares
                sums = _sums(level.columns, weights, level.after.stop - level.after.start)
                logs[level.after] = np.log(sums) + best[self._lines[level.after]]
                weighed.append((weights, sums))
        return logs, weighed

    def _scores(self, logs: Scores) -> Scores:
        """Return the log probability of each line, given that of all that leads to each character."""
        lines, ends = self._lines[self.is_last], logs[self.is_last]
        best = np.full(self._count, _NOTHING)
        np.maximum.at(best, lines, ends)
        return np.asarray(best + np.log(np.bincount(lines, np.exp(ends - best[lines]))))

    def _backwards(
        self, levels: list[_Level], weighed: list[tuple[Scores, Scores]], logs: Scores, scores: Scores
    ) -> Scores:
        """Return the probability of each character."""
        shares = np.zeros(len(self._codes))
        shares[self.is_last] = np.exp(logs[self.is_last] - scores[self._lines[self.is_last]])
        for level, (weights, sums) in zip(reversed(levels), reversed(weighed), strict=True):
            ratios = shares[level.after] / np.maximum(sums, _LEAST_SUM)
            shares[level.before] += _sums(level.rows, weights * ratios[level.columns], len(level.before))
        return shares

    def best(self, shares: Scores) -> Positions:
        """Return the most probable of the characters that follow each, at `firsts`, and others elsewhere."""
        return np.lexsort((-shares, self._begins))
