"""The most probable readings of damaged tokens.

A beam goes through the lattice of `encfix.chinese.half_lattice`, in which few characters are left in each place. What
it adds is all that takes more than the last character to judge; see `encfix.chinese.half_scoring`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from encfix.chinese.half_arcs import TAG_TAIL, Arc, Key
from encfix.chinese.half_choices import HIDDEN, IN_STEP
from encfix.chinese.half_lattice import CONTEXT, LONGEST, Fork, lattice_of
from encfix.chinese.half_page import Page
from encfix.chinese.half_scoring import (
    CLOSING,
    DEPTH,
    NOTHING,
    PAIRS,
    Scorer,
    State,
    Text,
    Written,
    merged,
    texts_of,
)
from encfix.chinese.half_tokens import Kind, Token, across, reads

HOPEFUL = 1.2
STEPS = 24
"""Characters, the most hopeful, by which the readings at one node go on."""


class Reading(NamedTuple):
    """One text for which a stretch of tokens may stand; `score` is its log probability in nats.

    `glosses` are the characters that it takes to be glossed, with the gloss as written; `is_lossy` says that a
    character of one byte was eaten, and nothing tells which; `stops` are the tokens behind sound ones at which it takes
    more damage to begin.
    """

    score: float
    text: str
    glosses: tuple[tuple[str, str], ...]
    is_lossy: bool
    stops: tuple[int, ...]


class Search(NamedTuple):
    """The different readings of the tokens up to `end`, best first, and the score of the tokens as they stand."""

    end: int
    readings: list[Reading]
    literal: float


def search(tokens: Sequence[Token], first: int, page: Page, opened: str = "", until: int = LONGEST) -> Search:
    """Return the readings of the stretch that begins at the token `first`, which must be a trigger.

    `opened` are the closing marks that are due at the token `first`. The stretch ends where the text has been in step for
    some tokens, or `until` some token after `first`.
    """
    return _Reader(tokens, page).search(first, opened, until)


class _Reader:
    def __init__(self, tokens: Sequence[Token], page: Page) -> None:
        self._tokens = tokens
        self._scorer = Scorer(page)
        self._first = 0

    def search(self, first: int, opened: str, until: int) -> Search:
        self._first = first
        start = State()
        for token in self._tokens[max(first - CONTEXT - 2, 0) : first]:
            if token.kind is Kind.CHARACTER:
                start = self._scorer.write(start, token.text)
        start = start._replace(open=opened, written=None)
        lattice = lattice_of(self._tokens, first, start.last, until, self._scorer.page.is_narrow)
        states: dict[Key, list[State]] = {(first, IN_STEP): [start]}
        for key in sorted(lattice.forks):
            at_hand = merged(states.pop(key, []))
            for state, (arc, k) in _hopeful(at_hand, lattice.forks[key]):
                if after := self._through(state, key, arc, k):
                    states.setdefault(arc.target, []).append(after)
        readings: dict[str, Reading] = {}
        known: dict[int, list[Text]] = {}
        for state in merged(states.get((lattice.end, IN_STEP), [])):
            for behind, text, glosses, is_lossy, stops in texts_of(state.written, known):
                due = CLOSING * len(state.open) if lattice.end == len(self._tokens) else 0.0
                reading = Reading(state.score - due - behind - start.score, text, glosses, is_lossy, stops)
                if text not in readings or readings[text].score < reading.score:
                    readings[text] = reading
        ranked = sorted(readings.values(), key=attrgetter("score"), reverse=True)
        return Search(lattice.end, ranked, self._literal(start, lattice.end))

    def _literal(self, start: State, end: int) -> float:
        """Return the score of the tokens as they stand, less the glosses that fit."""
        state = start
        for token in self._tokens[self._first : end]:
            fits = not token.gloss or reads(token.text, token.reading) or across(state.last, token.text, token.reading)
            for character in token.text if fits else token.text + token.gloss:
                state = self._scorer.write(state, character, TAG_TAIL if token.kind is Kind.TAG else 0.0)
        return state.score - start.score

    def _through(self, state: State, key: Key, arc: Arc, k: int) -> State | None:
        """Return what a reading becomes by one character of an arc, or None if that does not go with it."""
        choice = arc.choice
        character = choice.text[k]
        glossed = arc.glossed or character
        if key[1] >= HIDDEN and choice.firsts[k] not in state.trails:
            return None
        stop = key[0] if key[1] == IN_STEP and not arc.is_sound and state.is_sound else -1
        after = state
        if arc.is_silent:
            if state.last != character:
                return None
        else:
            if arc.reading:
                glossed = across(state.last, character, arc.reading)
                if not glossed:
                    return None
            trails = choice.trails[k] if arc.target[1] >= HIDDEN else NOTHING
            cost = arc.cost + choice.costs.item(k)
            if not arc.is_sound:
                cost += self._scorer.against(character, glossed if arc.gloss else "")
            after = self._scorer.write(state, character, cost, trails, arc.is_sound, stop)
        if arc.is_lossy:
            after = after._replace(
                best=(after.best[0], *after.best[:3]),
                tail=after.tail[-2:] + arc.suffix,
                last=arc.suffix,
                written=Written(after.written, "?", is_lossy=True),
            )
        else:
            for letter in arc.suffix:
                after = self._scorer.write(after, letter, is_sound=arc.is_sound)
        if arc.gloss:
            after = after._replace(written=Written(after.written, "", (glossed, arc.gloss), stop=stop))
        return after


def _hopeful(states: list[State], fork: Fork) -> Iterator[tuple[State, tuple[Arc, int]]]:
    """Yield the states at a node with the ways by which they may come near the best, as far as pairs tell."""
    if not states:
        return
    onward = fork.onward[[fork.rows[state.last] for state in states]]
    hopes = (HOPEFUL * onward + np.array([[state.score] for state in states])).ravel()
    chosen = np.flatnonzero(hopes >= hopes.max() - DEPTH)
    if len(chosen) > STEPS:
        chosen = chosen[np.argpartition(-hopes[chosen], STEPS)[:STEPS]]
    for nth in chosen.tolist():
        which, way = divmod(nth, len(fork.ways))
        yield states[which], fork.ways[way]
