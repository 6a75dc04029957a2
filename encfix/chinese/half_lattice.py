"""Every text that damaged tokens may stand for, as a lattice, less what is too improbable by pairs of characters.

Its nodes are the states of the machine in `encfix.chinese.half_arcs`. It is grown forwards, each character scored by
the best that may stand before it, and then pruned backwards: what is left are the characters through which some reading
comes near the best one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.chinese import model
from encfix.chinese.half_arcs import Arc, Key, Machine
from encfix.chinese.half_choices import HIDDEN, IN_STEP, codes_of
from encfix.chinese.half_tokens import Token
from encfix.chinese.model import Codes, Logs

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

NEAR = 10.0
"""Nats below the best reading, by pairs, at which another is given up in the end."""

MOST = 24
"""Characters, the best ones, that stand before those of the next arc."""

FEW = 12
"""Pairs of characters up to which looking them up one by one is faster."""

LENGTH = 1.0
"""Nats that each character earns, since readings differ in length and the model asks a little too much for one."""


@dataclass(slots=True)
class _Node:
    """The characters that may stand before a node, their best scores, and where each comes from: arc and character."""

    codes: list[Codes] = field(default_factory=list)
    scores: list[Logs] = field(default_factory=list)
    arcs: list[int] = field(default_factory=list)


class _Closed(NamedTuple):
    codes: Codes
    scores: Logs
    arcs: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]


class Lattice(NamedTuple):
    """Arcs by the node that they leave, with the characters in play and the nats that each costs; the last token."""

    arcs: dict[Key, list[tuple[Arc, list[tuple[int, float]]]]]
    end: int


def lattice_of(tokens: Sequence[Token], first: int, before: str, until: int, is_narrow: bool) -> Lattice:
    """Return what the tokens from the trigger `first` on may stand for, up to where the text has been in step a while.

    `before` is the character before them. The lattice ends at most `until` tokens on; it has no arcs if no reading is
    left.
    """
    end = min(len(tokens), first + min(until, LONGEST))
    lost = (nth for nth in range(first, end) if tokens[nth].text[0] == "?")
    return _Growth(tokens, first, before, next(islice(lost, MOST_LOST, None), end), is_narrow).lattice()


class _Growth:
    """The forward pass over one stretch, and the pruning behind it."""

    def __init__(self, tokens: Sequence[Token], first: int, before: str, end: int, is_narrow: bool) -> None:
        self._machine = Machine(tokens, is_narrow)
        self._start = (first, IN_STEP)
        self._limit = end
        self._arcs: list[Arc] = []
        self._steps: list[Logs] = []
        self._sources: list[Key] = []
        self._open: dict[Key, _Node] = {}
        self._closed: dict[Key, _Closed] = {}
        self._queue: list[Key] = []
        none = np.zeros(1, dtype=np.int64)
        self._closed[self._start] = _Closed(codes_of(before or "\n"), np.zeros(1, dtype=np.float32), none - 1, none)
        self._order = [self._start]
        self._best = [float("-inf")] * (end - first + 3)
        self._best[0] = 0.0

    def lattice(self) -> Lattice:
        """Grow to the end and prune."""
        self._leave(self._start)
        end = last_damage = self._start[0]
        while self._queue:
            key = heappop(self._queue)
            layer, pending = key
            is_over = layer >= last_damage + CONTEXT and all(other == IN_STEP for _, other in (key, *self._queue))
            if not self._close(key):
                continue
            if pending != IN_STEP:
                last_damage = layer
            else:
                end = layer
                if not all(self._arcs[arc].is_sound for arc in self._closed[key].arcs.tolist()):
                    last_damage = layer
                if is_over:
                    break
            if layer < self._limit:
                self._leave(key)
        return self._pruned((end, IN_STEP))

    def _close(self, key: Key) -> bool:
        """Settle which characters may stand before a node; return whether there are any."""
        node = self._open.pop(key)
        codes, scores = np.concatenate(node.codes), np.concatenate(node.scores)
        arcs = np.repeat(node.arcs, [len(part) for part in node.codes])
        places = np.concatenate([np.arange(len(part)) for part in node.codes])
        layer = key[0] - self._start[0]
        best = float(scores.max(initial=float("-inf")))
        is_hidden = key[1] >= HIDDEN
        if not is_hidden:
            self._best[layer] = max(self._best[layer], best)
        chosen = scores >= self._best[layer] - (HOPE if is_hidden else DEPTH)
        if key[1] == IN_STEP:  # the tokens as they stand stay in play: a later one may rule all else out
            chosen |= [self._arcs[arc].is_sound for arc in arcs.tolist()]
        kept = np.flatnonzero(chosen)
        if len(kept) > MOST:
            kept = kept[np.argpartition(-scores[kept], MOST)[:MOST]]
        if not len(kept):
            return False
        self._closed[key] = _Closed(codes[kept], scores[kept], arcs[kept], places[kept])
        self._order.append(key)
        return True

    def _leave(self, key: Key) -> None:
        """Add the arcs that leave a closed node."""
        node = self._closed[key]
        before = [chr(code) for code in np.unique(node.codes).tolist()] if key[1] == IN_STEP else []
        for arc in self._machine.arcs_from(key, before):
            codes = arc.choice.codes
            if arc.is_silent:
                step = np.where(node.codes[:, None] == codes, np.float32(0.0), np.float32(-np.inf))
            else:
                step = _after(node.codes, codes) + (LENGTH - arc.cost - arc.choice.costs)
            if arc.suffix:
                written = codes_of(arc.suffix)
                step = step if arc.is_lossy else step + _after(codes, written[:1]).T + _worth(arc.suffix)
                codes = np.repeat(written[-1:], len(codes))
            if arc.target not in self._open:
                self._open[arc.target] = _Node()
                heappush(self._queue, arc.target)
            target = self._open[arc.target]
            target.codes.append(codes)
            target.scores.append((step + node.scores[:, None]).max(axis=0))
            target.arcs.append(len(self._arcs))
            self._arcs.append(arc)
            self._steps.append(step)
            self._sources.append(key)

    def _pruned(self, end: Key) -> Lattice:
        """Return the arcs through which some reading comes near the best."""
        worth: dict[Key, Logs] = {key: np.full(len(n.codes), -np.inf, np.float32) for key, n in self._closed.items()}
        worth[end][:] = 0.0
        best = float(self._closed[end].scores.max())
        arcs: dict[Key, list[tuple[Arc, list[tuple[int, float]]]]] = {}
        by_source: dict[Key, list[int]] = {}
        for nth, source in enumerate(self._sources):
            by_source.setdefault(source, []).append(nth)
        for key in reversed(self._order):
            node = self._closed[key]
            if key[0] >= end[0]:
                continue
            for nth in by_source.get(key, ()):
                arc, step = self._arcs[nth], self._steps[nth]
                target = self._closed.get(arc.target)
                if target is None:
                    continue
                here = np.flatnonzero(target.arcs == nth)
                if not len(here):
                    continue
                places = target.places[here]
                onward = step[:, places] + worth[arc.target][here]
                np.maximum(worth[key], onward.max(axis=1), out=worth[key])
                through = (onward + node.scores[:, None]).max(axis=0)
                losses = best - through
                near = losses <= NEAR
                if near.any():
                    kept = zip(places[near].tolist(), losses[near].tolist(), strict=True)
                    arcs.setdefault(key, []).append((arc, list(kept)))
        return Lattice(arcs, end[0])


@lru_cache(maxsize=1 << 10)
def _worth(suffix: str) -> float:
    return float(model.log_pair(codes_of(suffix))[1:].sum()) + len(suffix) * LENGTH


def _after(first: Codes, second: Codes) -> Logs:
    """Return `model.log_after`, faster for few characters."""
    if len(first) * len(second) > FEW:
        return model.log_after(first, second)
    rows = [[model.pair(one, other) for other in map(chr, second.tolist())] for one in map(chr, first.tolist())]
    return np.array(rows, dtype=np.float32).reshape(len(first), len(second))
