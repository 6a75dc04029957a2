"""The most probable readings of damaged tokens.

A beam goes through the lattice of `encfix.chinese.half_lattice`, in which few characters are left in each place. What
it adds is all that takes more than the last character to judge; see `encfix.chinese.half_scoring`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from encfix.chinese.half_arcs import TAG_TAIL, Arc, Key
from encfix.chinese.half_choices import HIDDEN, IN_STEP
from encfix.chinese.half_lattice import CONTEXT, LONGEST, Fork, lattice_of
from encfix.chinese.half_page import Page
from encfix.chinese.half_scoring import CLOSING, DEPTH, NOTHING, Notes, Reading, Scorer, State, merged
from encfix.chinese.half_tokens import Kind, Tokens, across, reads

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
        lattice = lattice_of(self._tokens, first, start.last, until, self._scorer.page.is_narrow)
        states: dict[Key, list[State]] = {(first, IN_STEP): [start]}
        for key in sorted(lattice.forks):
            for arc, k, hopeful in _hopeful(merged(states.pop(key, [])), lattice.forks[key]):
                states.setdefault(arc.target, []).extend(self._written(hopeful, key, arc, k))
        readings: dict[str, Reading] = {}
        closes = not self._tokens.has(lattice.end)
        for state in merged(states.get((lattice.end, IN_STEP), [])):
            due = start.score + (CLOSING * len(state.open) if closes else 0.0)
            for score, text, notes in state.read():
                if text not in readings or readings[text].score < score - due:
                    readings[text] = Reading(score - due, text, notes)
        ranked = sorted(readings.values(), key=attrgetter("score"), reverse=True)
        return Search(lattice.end, ranked, self._literal(start, lattice.end))

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
        choice, scorer = arc.choice, self._scorer
        character, gloss = choice.text[k], arc.gloss
        owner = arc.glossed or character
        if key[1] >= HIDDEN:
            states = [state for state in states if choice.firsts[k] in state.trails]
        elif key[1] == IN_STEP and not arc.is_sound:
            begun = Notes(stops=(key[0],))
            states = [state.noted(begun) if state.is_sound else state for state in states]
        if arc.is_silent:
            states = [state for state in states if state.last == character]
        elif arc.reading:
            states = [
                state.noted(Notes(((owner, gloss),)))
                for state in states
                if (owner := across(state.last, character, arc.reading))
            ]
            gloss = ""
        if gloss:
            note = Notes(((owner, gloss),))
            states = [state.noted(note) for state in states]
        if not arc.is_silent:
            cost = arc.cost + choice.costs.item(k)
            if not arc.is_sound:
                cost += scorer.page.against(character, owner if arc.gloss else "")
            trails = choice.trails[k] if arc.target[1] >= HIDDEN else NOTHING
            states = scorer.write(states, character, cost, trails, arc.is_sound)
        if arc.is_lossy:
            return [state.lost(arc.suffix) for state in states]
        for letter in arc.suffix:
            states = scorer.write(states, letter, is_sound=arc.is_sound)
        return states


def _hopeful(states: list[State], fork: Fork) -> Iterator[tuple[Arc, int, list[State]]]:
    """Yield the ways on from a node, with the states that may come near the best by each, as far as pairs tell."""
    if not states:
        return
    if len(fork.ways) == 1:
        yield (*fork.ways[0], states)
        return
    hopes = [[state.score + AHEAD * onward for onward in fork.onward[state.last]] for state in states]
    ranked = sorted(chain(*hopes), reverse=True)[:STEPS]
    least = max(ranked[0] - DEPTH, ranked[-1])
    for nth, (arc, k) in enumerate(fork.ways):
        if hopeful := [state for state, hope in zip(states, hopes, strict=True) if hope[nth] >= least]:
            yield arc, k, hopeful
