"""How well a stretch of traditional text is spelled: words in a lattice, and characters beside their neighbours.

The score of a spelling is the log probability of its best division into words, each of which must be spelled as it is
known to be, plus what `confusions.side_logs` says of every character that is in question. `decode` finds the best forms
at the places in question, and says by how many nats each change beats leaving that place as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from encfix.chinese import confusions, model

MISSPELLED = 8.0
"""Nats that a word costs whose spelling is not one of the accepted ones."""

RARE = -15.0
"""What a word costs whose spelling is known, though the lexicon lacks it."""

Choices = Mapping[int, Mapping[str, float]]
"""At each place in question, the forms that may stand there and the log probability of each between its neighbours."""


class Verdict(NamedTuple):
    """What is best at one place: the form, the nats by which it beats the form seen, and whether a word demands it."""

    form: str
    gain: float
    by_word: bool


def decode(seen: str, choices: Choices) -> dict[int, Verdict]:
    """Return the best form at each place in question of `seen`, given the best at all others.

    `choices` holds the form seen itself, if it may stay.

    >>> decode("百年曆史", {2: {"歷": -12.0, "曆": -15.0}})[2].form
    '歷'
    """
    folded, spelled = model.fold(seen), confusions.standard_spelling(seen)
    total, forms, by_word = _best(folded, spelled, choices)
    verdicts = {}
    for place, form in forms.items():
        others = choices[place]
        kept = spelled[place]
        if form == kept:
            verdicts[place] = Verdict(form, 0.0, place in by_word)
            continue
        rest = {kept: others[kept]} if kept in others else {f: v for f, v in others.items() if f != form}
        if rest:
            gain = total - _best(folded, spelled, {**choices, place: rest})[0]
        else:
            gain = float("inf")
        verdicts[place] = Verdict(form, gain, place in by_word)
    return verdicts


def _words_at(folded: str, start: int) -> list[tuple[int, float]]:
    """Return the ends and log probabilities of the words that begin at `start`, rare ones of known spelling included."""
    found = model.words_at(folded, start)
    ends = {end for end, _ in found}
    known = confusions.spellings()
    for end in range(start + 2, min(start + confusions.LONGEST, len(folded)) + 1):
        if end not in ends and folded[start:end] in known:
            found.append((end, RARE))
    return found


def _best(folded: str, spelled: str, choices: Choices) -> tuple[float, dict[int, str], set[int]]:
    """Return the score of the best spelling, its forms at the places in question, and those inside known words."""
    known = confusions.spellings()
    length = len(folded)
    best = [0.0] + [float("-inf")] * length
    back: list[tuple[int, dict[int, str], bool]] = [(0, {}, False)] * (length + 1)
    for start in range(length):
        for end, log in _words_at(folded, start):
            places = [place for place in range(start, end) if place in choices]
            accepted = known.get(folded[start:end]) if end - start > 1 else None
            score, forms, fits = _spell(spelled[start:end], start, places, choices, accepted)
            if best[start] + log + score > best[end]:
                best[end] = best[start] + log + score
                back[end] = (start, forms, fits)
    forms, by_word, end = {}, set(), length
    while end:
        end, here, fits = back[end]
        forms.update(here)
        if fits:
            by_word.update(here)
    return best[length], forms, by_word


def _spell(
    seen: str, start: int, places: Sequence[int], choices: Choices, accepted: frozenset[str] | None
) -> tuple[float, dict[int, str], bool]:
    """Return the score of a word's best spelling, its forms at the places in question, and whether it is accepted."""
    if not accepted:
        forms = {place: max(choices[place], key=choices[place].__getitem__) for place in places}
        return sum(choices[place][form] for place, form in forms.items()), forms, False
    if not places:
        return (0.0 if seen in accepted else -MISSPELLED), {}, False
    found: tuple[float, dict[int, str], bool] | None = None
    for spelling in accepted:
        forms = {place: spelling[place - start] for place in places}
        if not all(form in choices[place] for place, form in forms.items()):
            continue
        if any(a != b and start + nth not in forms for nth, (a, b) in enumerate(zip(seen, spelling, strict=True))):
            continue
        score = sum(choices[place][form] for place, form in forms.items())
        if found is None or score > found[0]:
            found = score, forms, True
    if found is None:
        forms = {place: max(choices[place], key=choices[place].__getitem__) for place in places}
        return sum(choices[place][form] for place, form in forms.items()) - MISSPELLED, forms, False
    return found
