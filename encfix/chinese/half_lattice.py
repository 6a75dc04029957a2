"""Every text that damaged tokens may stand for, as a lattice, less what is too improbable by pairs of characters.

Its nodes are the states of the machine in `encfix.chinese.half_arcs`. It is grown forwards, each character scored by
the best that may stand before it, and then pruned backwards: what is left are the characters through which some reading
comes near the best one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.chinese import model, pair_table
from encfix.chinese.half_arcs import Arc, Key, Machine
from encfix.chinese.half_choices import HIDDEN, IN_STEP, codes_of
from encfix.chinese.half_tokens import Token
from encfix.chinese.model import Logs

CONTEXT = 4
"""Tokens read behind the damage, so that every reading is judged by what stands around it."""

LONGEST = 160
"""Tokens after which a stretch without an end is given up."""

MOST_LOST = 16
"""Question marks in one stretch; the next one begins another."""

DEPTH = 16.0
"""Nats below the best way to a token at which another is given up."""

HOPE = 10.0
"""The same for a pair that stood for nothing."""

NEAR = 8.0
"""Nats below the best reading, by pairs, at which another is given up in the end."""

MOST = 16
"""Characters, the best ones, that stand before those of the next arc."""

LENGTH = 1.0
"""Nats that each character earns, since readings differ in length and the model asks a little too much for one."""


class Fork(NamedTuple):
    """What may be written at a node.

    `ways` are the characters: arcs, and the place of each in its choice. `rows` gives each character that may stand
    before its row of `onward`, float32 of shape (rows, ways): the best from there to the end by each way, in nats.
    """

    ways: list[tuple[Arc, int]]
    rows: dict[str, int]
    onward: Logs


class Lattice(NamedTuple):
    """What may be written, by node, and the token at which it ends."""

    forks: dict[Key, Fork]
    end: int


class _Link(NamedTuple):
    """A node reached from another: those of its characters that come from there, and in which columns they are."""

    target: _Node
    characters: slice
    columns: list[int]


@dataclass(slots=True, eq=False)
class _Node:
    """The characters that may stand before a node, and what leaves it: each character of each arc is a column.

    `scores` are the best to each of the characters; `starts` says where the columns of each arc begin; `steps` has
    the shape (characters, columns). `trails` are, of each character that hid a pair, the bytes one of which begins the
    next; `is_sound` says that the last token is taken for what it is. `worth` is the best from each character to the
    end, once that is known.
    """

    key: Key
    scores: Logs
    characters: str = ""
    arcs: list[Arc] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    steps: Logs = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))
    links: list[_Link] = field(default_factory=list)
    trails: list[frozenset[int]] = field(default_factory=list)
    is_sound: bool = True
    worth: Logs | None = None

    def way(self, column: int) -> tuple[Arc, int]:
        """Return the arc of a column and the place in its choice."""
        nth = bisect_right(self.starts, column) - 1
        return self.arcs[nth], column - self.starts[nth]


class _Arrival(NamedTuple):
    """The characters of one arc, which begin at a column of its source, with the best score of each."""

    source: _Node
    column: int
    arc: Arc
    scores: Logs


def lattice_of(tokens: Sequence[Token], first: int, before: str, until: int, is_narrow: bool) -> Lattice:
    """Return what the tokens from the trigger `first` on may stand for, up to where the text has been in step a while.

    `before` is the character before them, a newline at the start of a line. The lattice ends at most `until` tokens on;
    it has no forks if no reading is left.
    """
    end = min(len(tokens), first + min(until, LONGEST))
    lost = (nth for nth in range(first, end) if tokens[nth].text[0] == "?")
    return _Growth(tokens, first, before, next(islice(lost, MOST_LOST, None), end), is_narrow).lattice()


class _Growth:
    """The forward pass over one stretch, and the pruning behind it."""

    def __init__(self, tokens: Sequence[Token], first: int, before: str, end: int, is_narrow: bool) -> None:
        self._machine = Machine(tokens, is_narrow)
        self._first = first
        self._limit = end
        self._open: dict[Key, list[_Arrival]] = {}
        self._queue: list[Key] = []
        self._best = [float("-inf")] * (end - first + 3)
        start = _Node((first, IN_STEP), np.zeros((1, 1), dtype=np.float32), before)
        self._nodes = [start]
        self._leave(start)

    def lattice(self) -> Lattice:
        """Grow to the end and prune."""
        end, last_damage = self._nodes[0], self._first
        while self._queue:
            key = heappop(self._queue)
            layer, pending = key
            is_over = layer >= last_damage + CONTEXT and all(other == IN_STEP for _, other in (key, *self._queue))
            node = self._closed(key, self._open.pop(key))
            if not node:
                continue
            if not node.is_sound or pending != IN_STEP:
                last_damage = layer
            if pending == IN_STEP:
                end = node
                if is_over:
                    break
            if layer < self._limit:
                self._leave(node)
        return self._pruned(end)

    def _closed(self, key: Key, arrivals: list[_Arrival]) -> _Node | None:
        """Return a node with the characters that stay in play before it, if there are any."""
        starts = list(accumulate((len(arrival.scores) for arrival in arrivals), initial=0))
        scores = _joined([arrival.scores for arrival in arrivals])
        sound = [start for start, arrival in zip(starts, arrivals, strict=False) if arrival.arc.is_sound]
        places = self._kept(key, scores, sound)
        if not places:
            return None
        node = _Node(key, scores.take(places)[:, None])
        self._nodes.append(node)
        for (start, end), (source, column, arc, _) in zip(pairwise(starts), arrivals, strict=True):
            mine = slice(bisect_left(places, start), bisect_left(places, end))
            if mine.start < mine.stop:
                which = [place - start for place in places[mine]]
                source.links.append(_Link(node, mine, [column + nth for nth in which]))
                node.characters += "".join([arc.suffix[-1:] or arc.choice.text[nth] for nth in which])
                if key[1] >= HIDDEN:
                    node.trails += [arc.choice.trails[nth] for nth in which]
                node.is_sound &= arc.is_sound
        return node

    def _kept(self, key: Key, scores: Logs, sound: list[int]) -> list[int]:
        """Return which characters stay in play; the tokens as they stand do: a later one may rule all else out."""
        layer, pending = key[0] - self._first, key[1]
        if pending < HIDDEN:
            self._best[layer] = max(self._best[layer], scores.max().item())
        if len(scores) == len(sound):
            return sound
        chosen = scores >= self._best[layer] - (HOPE if pending >= HIDDEN else DEPTH)
        chosen[sound] = True
        kept = chosen.nonzero()[0]
        if len(kept) > MOST:
            kept = np.sort(kept[np.argpartition(-scores[kept], MOST)[:MOST]])
        places: list[int] = kept.tolist()
        return places

    def _leave(self, node: _Node) -> None:
        """Add the arcs that leave a node."""
        arcs = node.arcs = self._machine.arcs_from(node.key, node.characters)
        if not arcs:
            return
        node.starts = list(accumulate((len(arc.choice.text) for arc in arcs), initial=0))
        node.steps = _joined([_steps(node.characters, arc) for arc in arcs])
        if node.trails:  # what ended the pair that stood for nothing begins the next character
            begins = np.stack([_members(trails) for trails in node.trails])
            firsts = [first for arc in arcs for first in arc.choice.firsts]
            node.steps = np.where(begins.take(firsts, axis=1), node.steps, np.float32(-np.inf))
        scores = _best(node.steps + node.scores)
        for arc, (start, end) in zip(arcs, pairwise(node.starts), strict=True):
            if arc.target not in self._open:
                self._open[arc.target] = []
                heappush(self._queue, arc.target)
            self._open[arc.target].append(_Arrival(node, start, arc, scores[start:end]))

    def _pruned(self, end: _Node) -> Lattice:
        """Return the characters through which some reading comes near the best."""
        least = end.scores.max() - NEAR
        end.worth = np.zeros(len(end.scores), dtype=np.float32)
        forks: dict[Key, Fork] = {}
        for node in reversed(self._nodes):
            links = [(target.worth[mine], columns) for target, mine, columns in node.links if target.worth is not None]
            if not links:
                continue
            columns = [column for _, those in links for column in those]
            onward = node.steps.take(columns, axis=1) + _joined([worth for worth, _ in links])
            node.worth = _best(onward.T)
            near = (_best(onward + node.scores) >= least).nonzero()[0].tolist()
            if near:
                ways = [node.way(columns[nth]) for nth in near]
                rows = {one: row for row, one in enumerate(node.characters)}
                forks[node.key] = Fork(ways, rows, onward.take(near, axis=1))
        return Lattice(forks, end.key[0])


@lru_cache(maxsize=1 << 10)
def _members(numbers: frozenset[int]) -> npt.NDArray[np.bool_]:
    """Return which numbers below 256 are among some: bool of shape (256,)."""
    return np.isin(np.arange(256), list(numbers))


def _best(scores: Logs) -> Logs:
    """Return the best of each column."""
    best: Logs = scores[0] if len(scores) == 1 else np.maximum.reduce(scores)
    return best


def _joined(parts: list[Logs]) -> Logs:
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)


def _steps(before: str, arc: Arc) -> Logs:
    """Return what each character of an arc earns behind each that may stand before: float32 (before, characters)."""
    choice = arc.choice
    if arc.is_silent:
        return np.array([[0.0 if one == choice.text else -np.inf] for one in before], dtype=np.float32)
    if len(before) == len(choice.text) == 1 and not arc.suffix:
        return np.array([[model.pair(before, choice.text) + LENGTH - arc.cost - choice.costs.item()]], dtype=np.float32)
    gains = (LENGTH - arc.cost) - choice.costs
    if arc.suffix and not arc.is_lossy:
        gains += model.log_after(codes_of(choice.text), codes_of(arc.suffix[:1]))[:, 0] + _worth(arc.suffix)
    return pair_table.log_after(before, choice.symbols) + gains


@lru_cache(maxsize=1 << 10)
def _worth(suffix: str) -> float:
    return float(model.log_pair(codes_of(suffix))[1:].sum()) + len(suffix) * LENGTH
