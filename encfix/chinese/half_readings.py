"""The most probable readings of damaged tokens.

A beam goes through the lattice of `encfix.chinese.half_lattice`, in which few characters are left in each place. What
it adds is all that takes more than the last character to judge; see `encfix.chinese.half_scoring`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
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
    Reading,
    Scorer,
    State,
    merged,
)
from encfix.chinese.half_tokens import Kind, Token, across, reads

HOPEFUL = 1.2
STEPS = 24
"""Characters, the most hopeful, by which the readings at one node go on."""


class Search(NamedTuple):
    """The different readings of the tokens up to `end`, best first, and the score of the tokens as they stand."""

    end: int
    readings: list[Reading]
    literal: float


def search(tokens: Sequence[Token], first: int, page: Page, opened: str = "", until: int = LONGEST) -> Search:
    """Return the readings of the stretch that begins at the token `first`, which must be a trigger.

    `opened` are the closing marks that are due there. The stretch ends where the text has been in step for some tokens,
    or `until` some token after `first`.
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
        start = start._replace(open=opened, text="")
        lattice = lattice_of(self._tokens, first, start.last, until, self._scorer.page.is_narrow)
        states: dict[Key, list[State]] = {(first, IN_STEP): [start]}
        for key in sorted(lattice.forks):
            for arc, k, hopeful in _hopeful(merged(states.pop(key, [])), lattice.forks[key]):
                states.setdefault(arc.target, []).extend(self._written(hopeful, key, arc, k))
        readings: dict[str, Reading] = {}
        for state in merged(states.get((lattice.end, IN_STEP), [])):
            due = CLOSING * len(state.open) if lattice.end == len(self._tokens) else 0.0
            for reading in state.readings:
                score, text = state.score - due + reading.score - start.score, reading.text + state.text
                if text not in readings or readings[text].score < score:
                    readings[text] = reading._replace(score=score, text=text)
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

    def _written(self, states: list[State], key: Key, arc: Arc, k: int) -> Iterator[State]:
        """Yield what readings become by one character of an arc, if that goes with them."""
        choice, scorer = arc.choice, self._scorer
        character = choice.text[k]
        glossed = arc.glossed or character
        cost = arc.cost + choice.costs.item(k)
        if not arc.is_sound:
            cost += scorer.against(character, glossed if arc.gloss else "")
        trails = choice.trails[k] if arc.target[1] >= HIDDEN else NOTHING
        for state in states:
            if key[1] >= HIDDEN and choice.firsts[k] not in state.trails:
                continue
            if arc.is_silent and state.last != character:
                continue
            if arc.reading:
                glossed = across(state.last, character, arc.reading)
                if not glossed:
                    continue
            after = state if arc.is_silent else scorer.write(state, character, cost, trails, arc.is_sound)
            if arc.is_lossy:
                after = after.lost(arc.suffix)
            else:
                for letter in arc.suffix:
                    after = scorer.write(after, letter, is_sound=arc.is_sound)
            begins = key[1] == IN_STEP and not arc.is_sound and state.is_sound
            if begins or arc.gloss or arc.is_lossy:
                gloss = (glossed, arc.gloss) if arc.gloss else None
                after = after.noted(key[0] if begins else None, gloss, arc.is_lossy)
            yield after


def _hopeful(states: list[State], fork: Fork) -> Iterator[tuple[Arc, int, list[State]]]:
    """Yield the ways on from a node, with the states that may come near the best by each, as far as pairs tell."""
    if not states:
        return
    if len(fork.ways) == 1:
        yield (*fork.ways[0], states)
        return
    rows = [fork.rows[state.last] for state in states]
    hopes = HOPEFUL * fork.onward.take(rows, axis=0) + np.array([[state.score] for state in states])
    is_hopeful = hopes >= hopes.max() - DEPTH
    if np.count_nonzero(is_hopeful) > STEPS:
        is_hopeful &= hopes >= np.partition(hopes, -STEPS, axis=None)[-STEPS]
    for (arc, k), chosen in zip(fork.ways, is_hopeful.T.tolist(), strict=True):
        if hopeful := list(compress(states, chosen)):
            yield arc, k, hopeful
