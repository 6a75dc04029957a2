"""The most probable readings of damaged tokens.

A beam goes through the lattice of `encfix.chinese.halves.lattice`, in which few characters are left in each place. What
it adds is all that takes more than the last character to judge; see `encfix.chinese.halves.scoring`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from encfix.chinese.halves.arcs import TAG_TAIL, Arc, Key
from encfix.chinese.halves.choices import HIDDEN, IN_STEP, behind
from encfix.chinese.halves.lattice import CONTEXT, LONGEST, Fork, lattice_of
from encfix.chinese.halves.page import Page
from encfix.chinese.halves.scoring import CLOSING, DEPTH, Note, Reading, Scorer, State, merged
from encfix.chinese.halves.tokens import Kind, Tokens, across, reads

STEPS = 24
"""Characters, the most hopeful, by which the readings at one node go on."""

AHEAD = 1.2
"""The weight of pairs not yet written, on which a reading's hope rests: what is improbable by them is so by words."""


class Search(NamedTuple):
    """The different readings of the tokens up to `end`, best first, and the score of the tokens as they stand."""

    end: int
    readings: list[Reading]
    literal: float


def search(tokens: Tokens, first: int, page: Page, opened: str = "", until: int = LONGEST) -> Search:
    """Return the readings of the stretch that begins at the token `first`, which must be a trigger.

    `opened` are the closing marks that are due there. The stretch ends where the text has been in step for some tokens,
    or `until` some token after `first`.
    """
    return _Reader(tokens, page).search(first, opened, until)


class _Reader:
    def __init__(self, tokens: Tokens, page: Page) -> None:
        self._tokens = tokens
        self._scorer = Scorer(page)
        self._first = 0

    def search(self, first: int, opened: str, until: int) -> Search:
        self._first = first
        begun = [State(last="\n")]
        for token in self._tokens.between(max(first - CONTEXT - 2, 0), first):
            if token.kind is Kind.CHARACTER:
                begun = self._scorer.write(begun, token.text)
        start = begun[0]._replace(open=opened, text="")
        lattice = lattice_of(self._tokens, first, start.last, until, self._scorer.page)
        states: dict[Key, list[State]] = {(first, IN_STEP): [start]}
        for key in sorted(lattice.forks):
            for arc, k, hopeful in _hopeful(merged(states.pop(key, [])), lattice.forks[key]):
                written = self._written(hopeful, key, arc, k)
                if arc.target in states:
                    states[arc.target] += written
                else:
                    states[arc.target] = written
        closing = 0.0 if self._tokens.has(lattice.end) else CLOSING
        ended = merged(states.get((lattice.end, IN_STEP), []))
        ranked = sorted(chain(*[state.read(start.score + closing * len(state.open)) for state in ended]), reverse=True)
        different: dict[str, Reading] = {}
        for reading in ranked:
            different.setdefault(reading.text, reading)
        return Search(lattice.end, list(different.values()), self._literal(start, lattice.end))

    def _literal(self, start: State, end: int) -> float:
        """Return the score of the tokens as they stand, less the glosses that fit."""
        states = [start]
        for token in self._tokens.between(self._first, end):
            text, reading = token.text, token.reading
            if token.gloss and not reads(text, reading) and not across(states[0].last, text, reading):
                text += token.gloss
            for character in text:
                states = self._scorer.write(states, character, TAG_TAIL if token.kind is Kind.TAG else 0.0)
        return states[0].score - start.score

    def _written(self, states: list[State], key: Key, arc: Arc, k: int) -> list[State]:
        """Return what readings become by one character of an arc, those that it goes with."""
        choice, scorer, is_sound = arc.choice, self._scorer, arc.is_sound
        character = choice.text[k]
        owner = arc.glossed or character
        nth, pending = key
        if pending >= HIDDEN:
            first = choice.firsts.item(k)
            states = [state for state in states if first in behind(state.last)]
        elif pending == IN_STEP and not is_sound:
            stop = Note(stop=nth)
            states = [state.noted(stop) if state.is_sound else state for state in states]
        if arc.is_silent:
            gloss = Note(owner, arc.gloss)
            return [state.noted(gloss) for state in states if state.last == character]
        notes = (Note(owner, arc.gloss),) if arc.gloss and not arc.reading else ()
        if arc.reading:
            states = [
                state.noted(Note(owner, arc.gloss))
                for state in states
                if (owner := across(state.last, character, arc.reading))
            ]
        cost = arc.cost + choice.costs.item(k)
        if not is_sound:
            cost += scorer.page.against(character, owner if arc.gloss else "")
        states = scorer.write(states, character, cost, is_sound, notes)
        if arc.is_lossy:
            return [state.lost(arc.suffix) for state in states]
        for letter in arc.suffix:
            states = scorer.write(states, letter, 0.0, is_sound)
        return states


def _hopeful(states: list[State], fork: Fork) -> Iterator[tuple[Arc, int, list[State]]]:
    """Yield the ways on from a node, with the states that may come near the best by each, as far as pairs tell."""
    if not states:
        return
    if len(fork.ways) == 1:
        yield (*fork.ways[0], states)
        return
    hopes = []
    for score, _, _, last, *_ in states:
        hopes.append([score + AHEAD * onward for onward in fork.onward[last]])
    ranked = sorted(chain(*hopes), reverse=True)[:STEPS]
    least = max(ranked[0] - DEPTH, ranked[-1])
    for (arc, k), column in zip(fork.ways, zip(*hopes, strict=True), strict=True):
        if max(column) >= least:
            yield arc, k, [state for state, hope in zip(states, column, strict=True) if hope >= least]
