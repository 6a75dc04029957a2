"""How well a stretch of traditional text is spelled: words in a lattice, and characters beside their neighbours.

The score of a spelling is the log probability of its best division into words, each of which must be spelled as it is
known to be, plus what `confusions.side_logs` says of every character that is in question. `decode` finds the best forms
at the places in question, and says by how many nats each change beats leaving that place as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

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


class Stretch(NamedTuple):
    """A stretch of text in the two forms by which words are known, each as long as it: folded, and as it is spelled."""

    folded: str
    spelled: str

    @classmethod
    def of(cls, text: str) -> Stretch:
        """Return a text in both forms.

        >>> Stretch.of("關係裏")
        Stretch(folded='关系里', spelled='关係裡')
        """
        return cls(model.fold(text), confusions.standard_spelling(text))

    def part(self, start: int, end: int) -> Stretch:
        """Return a slice."""
        return Stretch(self.folded[start:end], self.spelled[start:end])


Word: TypeAlias = tuple[int, int, float, "frozenset[str] | None", tuple[int, ...]]
"""A word of the lattice: start and end, its log probability, its accepted spellings, the places in question in it."""


def decode(seen: Stretch, choices: Choices) -> dict[int, Verdict]:
    """Return the best form at each place in question of `seen`, given the best at all others.

    `choices` holds the form seen itself, if it may stay.

    >>> decode(Stretch.of("百年曆史"), {2: {"歷": -12.0, "曆": -15.0}})[2].form
    '歷'
    """
    spelled = seen.spelled
    paths = _Paths(seen, choices)
    verdicts = {}
    for place, (form, by_word) in paths.chosen().items():
        others, kept = choices[place], spelled[place]
        if form == kept:
            verdicts[place] = Verdict(form, 0.0, by_word)
            continue
        rest = {kept: others[kept]} if kept in others else {f: v for f, v in others.items() if f != form}
        gain = paths.best - paths.best_with(place, rest) if rest else float("inf")
        verdicts[place] = Verdict(form, gain, by_word)
    return verdicts


class Evidence(NamedTuple):
    """What the words around a place say of the form seen there, each by itself: some accept it, some forbid it."""

    attested: bool
    forbidden: bool


def evidence(seen: Stretch, place: int) -> Evidence:
    """Return whether the character at `place` is right in some word around it, and whether it is wrong in some.

    >>> evidence(Stretch.of("地方麵點"), 2), evidence(Stretch.of("新局麵"), 2)
    (Evidence(attested=True, forbidden=True), Evidence(attested=False, forbidden=True))
    """
    folded, spelled = seen
    accepted_at, longest = confusions.spellings().get, _longest_spelled().get
    attested = forbidden = False
    for start in range(max(0, place - confusions.LONGEST + 1), place + 1):
        size = longest(folded[start : start + 2])
        if size is None:
            continue
        for end in range(max(place + 1, start + 2), min(start + size, len(folded)) + 1):
            accepted = accepted_at(folded[start:end])
            if accepted is None:
                continue
            if spelled[start:end] in accepted:
                attested = True
            elif all(spelled[place] != spelling[place - start] for spelling in accepted):
                forbidden = True
    return Evidence(attested, forbidden)


def _words(seen: Stretch, questions: Sequence[int]) -> Iterator[Word]:
    """Yield the words that may begin at each place in turn, rare ones of known spelling included.

    Words without a place in question are priced for good: the spelling seen is right or wrong.
    """
    folded, spelled = seen
    known, lexicon, longest = confusions.spellings().get, model.lexicon().get, _longest_word().get
    for start, character in enumerate(folded):
        log = lexicon(character)
        here = (start,) if start in questions else ()
        yield start, start + 1, model.alone(character) if log is None else log, None, here
        size = longest(folded[start : start + 2])
        if size is None:
            continue
        for end in range(start + 2, min(start + size, len(folded)) + 1):
            word = folded[start:end]
            log, accepted = lexicon(word), known(word)
            if log is None:
                if accepted is None:
                    continue
                log = RARE
            places = tuple([place for place in questions if start <= place < end])
            if accepted and not places:
                log, accepted = (log if spelled[start:end] in accepted else log - MISSPELLED), None
            yield start, end, log, accepted, places


@cache
def _longest_spelled() -> Mapping[str, int]:
    """Return the length of the longest word of known spelling by its first two characters."""
    return _longest(confusions.spellings(), {})


@cache
def _longest_word() -> Mapping[str, int]:
    """Return the length of the longest word, of known spelling or in the lexicon, by its first two characters."""
    return _longest(model.lexicon(), _longest_spelled())


def _longest(words: Iterable[str], others: Mapping[str, int]) -> dict[str, int]:
    longest = dict(others)
    for word in words:
        if longest.get(word[:2], 0) < len(word):
            longest[word[:2]] = len(word)
    return longest


class _Paths:
    """The best divisions of a stretch into words: up to each place, from each place on, and altogether."""

    def __init__(self, seen: Stretch, choices: Choices) -> None:
        self._spelled, self._choices = seen.spelled, choices
        spelled, length = seen.spelled, len(seen.spelled)
        worst = float("-inf")
        self._upto = upto = [0.0] + [worst] * length
        self._from = onward = [worst] * length + [0.0]
        self._back: list[tuple[int, dict[int, str], bool]] = [(0, {}, False)] * (length + 1)
        no_forms: dict[int, str] = {}
        self._open: list[Word] = []
        scored: list[tuple[int, int, float]] = []
        for word in _words(seen, sorted(choices)):
            start, end, log, accepted, places = word
            forms, fits = no_forms, False
            if places:
                self._open.append(word)
                score, forms, fits = _spell(spelled[start:end], start, places, choices, accepted)
                log += score
            scored.append((start, end, log))
            if upto[start] + log > upto[end]:
                upto[end], self._back[end] = upto[start] + log, (start, forms, fits)
        for start, end, log in reversed(scored):
            if log + onward[end] > onward[start]:
                onward[start] = log + onward[end]

    @property
    def best(self) -> float:
        """The log probability of the best division of all."""
        return self._upto[-1]

    def chosen(self) -> dict[int, tuple[str, bool]]:
        """Return the best form at each place in question, and whether a word of known spelling holds it."""
        found: dict[int, tuple[str, bool]] = {}
        end = len(self._spelled)
        while end:
            end, forms, fits = self._back[end]
            for place, form in forms.items():
                found[place] = form, fits
        return found

    def best_with(self, place: int, rest: Mapping[str, float]) -> float:
        """Return the log probability of the best division in which only the forms `rest` may stand at `place`."""
        choices = {**self._choices, place: rest}
        return max(
            self._upto[start]
            + log
            + _spell(self._spelled[start:end], start, places, choices, accepted)[0]
            + self._from[end]
            for start, end, log, accepted, places in self._open
            if place in places
        )


def _spell(
    seen: str, start: int, places: Sequence[int], choices: Choices, accepted: frozenset[str] | None
) -> tuple[float, dict[int, str], bool]:
    """Return the score of a word's best spelling, its forms at the places in question, and whether it is accepted."""
    if not accepted:
        forms = {place: max(choices[place], key=choices[place].__getitem__) for place in places}
        return sum(choices[place][form] for place, form in forms.items()), forms, False
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
