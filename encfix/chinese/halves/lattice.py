"""Every text that damaged tokens may stand for, as a lattice, less what is too improbable by pairs of characters.

Its nodes are the states of the machine in `encfix.chinese.halves.arcs`. It is grown forwards, each character scored by
the best that may stand before it, and then pruned backwards: what is left are the characters through which some reading
comes near the best one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush
from itertools import repeat
from operator import add, itemgetter
from typing import NamedTuple, TypeAlias

import numpy as np

from encfix.arrays import Logs
from encfix.chinese import gbk, model, pair_table
from encfix.chinese.halves.arcs import Arc, Key, Machine
from encfix.chinese.halves.choices import HIDDEN, IN_STEP, TWICE, behind, codes_of, unmapped_pairs
from encfix.chinese.halves.page import Page, fold
from encfix.chinese.halves.tokens import Tokens

CONTEXT = 4
"""Tokens read behind the damage, so that every reading is judged by what stands around it."""

LONGEST = 160
"""Tokens after which a stretch without an end is given up."""

MOST_LOST = 16
"""Question marks in one stretch; the next one begins another."""

DEPTH = 16.0
"""Nats below the best way to a token at which another is given up."""

HOPE = {HIDDEN: 12.0, TWICE: 16.0}
"""The same behind one pair that stood for nothing, and behind two: as many more characters are written by then."""

NEAR = 8.0
"""Nats below the best reading, by pairs, at which another is given up in the end."""

MOST = 16
"""Characters, the best ones, that stand before those of the next arc."""

FEW = 16
"""Pairs of characters up to which it is faster to look at them one by one."""

LENGTH = 1.0
"""Nats that each character earns, since readings differ in length and the model asks a little too much for one."""

NEVER = float("-inf")


class Fork(NamedTuple):
    """What may be written at a node.

    `ways` are the characters: arcs, and the place of each in its choice. `onward` gives for each character that may
    stand before, the best from there to the end by each way, in nats.
    """

    ways: list[tuple[Arc, int]]
    onward: dict[str, tuple[float, ...]]


class Lattice(NamedTuple):
    """What may be written, by node, and the token at which it ends."""

    forks: dict[Key, Fork]
    end: int


_Way: TypeAlias = "tuple[float, _Node, Arc, int, list[float]]"
"""A character written at a node: its best score, the node, which one of an arc, what it earns behind each before."""


@dataclass(slots=True, eq=False)
class _Node:
    """The characters that may stand before a node, the ways to them, and the best score of each.

    `rows` are those of the table of pairs; `familiar` says what follows on the page, and how probably. `onward` are the
    ways that leave it through which some reading comes near the best, the last first, with the best from there to the
    end.
    """

    key: Key
    characters: str
    scores: list[float]
    ways: list[_Way]
    familiar: list[dict[str, float]]
    rows: list[int] = field(init=False)
    onward: list[tuple[_Way, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = pair_table.rows_of(self.characters)

    def way(self, arc: Arc, place: int) -> _Way:
        """Return the way by one character of an arc."""
        choice = arc.choice
        gain = LENGTH - arc.cost - choice.costs.item(place)
        if arc.suffix and not arc.is_lossy:
            gain += _suffixed(choice.text, arc.suffix).item(place)
        steps = pair_table.log_one(self.rows, choice.symbols.item(place), gain)
        form = fold(choice.text[place])
        for nth, familiar in enumerate(self.familiar):
            if form in familiar:
                steps[nth] = max(steps[nth], gain + familiar[form])
        if arc.is_silent:
            steps = [0.0 if one == choice.text else NEVER for one in self.characters]
        if self.key[1] >= HIDDEN:
            first = choice.firsts.item(place)
            steps = [step if first in behind(one) else NEVER for step, one in zip(steps, self.characters, strict=True)]
        return max(map(add, self.scores, steps)), self, arc, place, steps

    def ways_by(self, arc: Arc, least: float) -> list[_Way]:
        """Return the ways by the best of the many characters of an arc, less those that are too bad."""
        choice = arc.choice
        steps = pair_table.log_after(self.rows, choice.symbols)
        places = _places(choice.text)
        for row, familiar in zip(steps, self.familiar, strict=True):
            for form in familiar.keys() & places.keys():
                for place in places[form]:
                    row[place] = max(row[place], familiar[form])
        steps += (LENGTH - arc.cost) - choice.costs
        if arc.suffix and not arc.is_lossy:
            steps += _suffixed(choice.text, arc.suffix)
        if self.key[1] >= HIDDEN:
            hiding = np.array([gbk.pairs()[one][1] for one in self.characters])
            steps += unmapped_pairs().take(hiding[:, None] << 8 | choice.firsts)
        best = (steps + np.array(self.scores, dtype=np.float32)[:, None]).max(axis=0)
        if len(best) > MOST:
            least = max(least, np.partition(best, -MOST)[-MOST].item())
        near = (best >= least).nonzero()[0]
        columns = steps.take(near, axis=1).T.tolist()
        return list(zip(best.take(near).tolist(), repeat(self), repeat(arc), near.tolist(), columns, strict=False))


def lattice_of(tokens: Tokens, first: int, before: str, until: int, page: Page) -> Lattice:
    """Return what the tokens from the trigger `first` on may stand for, up to where the text has been in step a while.

    `before` is the character before them, a newline at the start of a line. The lattice ends at most `until` tokens on;
    it has no forks if no reading is left.
    """
    return _Growth(tokens, first, before, min(until, LONGEST), page).lattice()


class _Growth:
    """The forward pass over one stretch, and the pruning behind it."""

    def __init__(self, tokens: Tokens, first: int, before: str, most: int, page: Page) -> None:
        self._tokens = tokens
        self._machine = Machine(tokens, page.is_narrow)
        self._followers = page.pairs.followers
        self._first = first
        self._looked_at, self._limit, self._lost = first, first + most, 0
        self._open: dict[Key, list[_Way]] = {}
        self._queue: list[Key] = []
        self._best = [NEVER] * (most + 3)
        self._nodes: list[_Node] = []
        self._leave(self._added((first, IN_STEP), before, [0.0], []))

    def lattice(self) -> Lattice:
        """Grow to the end and prune."""
        end, last_damage = self._nodes[0], self._first
        while self._queue:
            key = heappop(self._queue)
            layer, pending = key
            is_over = layer >= last_damage + CONTEXT and all(other == IN_STEP for _, other in (key, *self._queue))
            ways = self._kept(key, self._open.pop(key))
            if not ways:
                continue
            node = self._entered(key, ways)
            if pending != IN_STEP or not all(way[2].is_sound for way in ways):
                last_damage = layer
            if pending == IN_STEP:
                end = node
                if is_over:
                    break
            if self._goes_on(layer):
                self._leave(node)
        return self._pruned(end)

    def _goes_on(self, layer: int) -> bool:
        """Return whether a token is part of the stretch, as far as its limits say."""
        while self._looked_at <= layer < self._limit:
            if not self._tokens.has(self._looked_at):
                self._limit = self._looked_at
            elif self._tokens[self._looked_at].text[0] == "?":
                self._lost += 1
                if self._lost > MOST_LOST:
                    self._limit = self._looked_at
            self._looked_at += 1
        return layer < self._limit

    def _kept(self, key: Key, ways: list[_Way]) -> list[_Way]:
        """Return which characters stay in play; the tokens as they stand do: a later one may rule all else out."""
        if key[1] < HIDDEN:
            layer = key[0] - self._first
            self._best[layer] = max([self._best[layer], *[way[0] for way in ways]])
        least = self._least(key)
        ways = [way for way in ways if way[0] >= least or way[2].is_sound]
        return sorted(ways, key=itemgetter(0), reverse=True)[:MOST] if len(ways) > MOST else ways

    def _least(self, key: Key) -> float:
        """Return the score below which a way to a node is given up, as far as is known."""
        return self._best[key[0] - self._first] - HOPE.get(key[1], DEPTH)

    def _entered(self, key: Key, ways: list[_Way]) -> _Node:
        """Return a new node to which some ways lead."""
        characters = "".join([arc.suffix[-1:] or arc.choice.text[place] for _, _, arc, place, _ in ways])
        return self._added(key, characters, [way[0] for way in ways], ways)

    def _added(self, key: Key, characters: str, scores: list[float], ways: list[_Way]) -> _Node:
        familiar = [self._followers[fold(character)] for character in characters]
        self._nodes.append(_Node(key, characters, scores, ways, familiar))
        return self._nodes[-1]

    def _leave(self, node: _Node) -> None:
        """Add the arcs that leave a node."""
        before = len(node.rows)
        for arc in self._machine.arcs_from(node.key, node.characters):
            key = arc.target
            if key not in self._open:
                self._open[key] = []
                heappush(self._queue, key)
            count = len(arc.choice.text)
            if count * before <= FEW:
                ways = [node.way(arc, place) for place in range(count)]
            else:
                ways = node.ways_by(arc, self._least(key))
            self._open[key] += ways

    def _pruned(self, end: _Node) -> Lattice:
        """Return the characters through which some reading comes near the best."""
        least = max(end.scores) - NEAR
        end_worths = [0.0] * len(end.ways)
        forks: dict[Key, Fork] = {}
        for node in reversed(self._nodes):
            worths = end_worths if node is end else []
            if node.onward:
                node.onward.reverse()
                columns = [[step + worth for step in way[4]] for way, worth in node.onward]
                rows = list(zip(*columns, strict=True))
                worths = list(map(max, rows))
                ways = [(way[2], way[3]) for way, _ in node.onward]
                forks[node.key] = Fork(ways, dict(zip(node.characters, rows, strict=True)))
                node.onward = []
            for way, worth in zip(reversed(node.ways), reversed(worths), strict=False):  # none lead to the first node
                if way[0] + worth >= least:
                    way[1].onward.append((way, worth))
        return Lattice(forks, end.key[0])


@lru_cache(maxsize=1 << 12)
def _places(text: str) -> dict[str, list[int]]:
    """Return where each character of a string stands, by its folded form."""
    places: dict[str, list[int]] = {}
    for place, character in enumerate(text):
        places.setdefault(fold(character), []).append(place)
    return places


@lru_cache(maxsize=1 << 12)
def _suffixed(text: str, suffix: str) -> Logs:
    """Return what a suffix earns behind each character of a string: float32 (characters,)."""
    inside = model.log_pair(codes_of(suffix))[1:].sum() + len(suffix) * LENGTH
    suffixed: Logs = model.log_after(codes_of(text), codes_of(suffix[:1]))[:, 0] + inside
    return suffixed
