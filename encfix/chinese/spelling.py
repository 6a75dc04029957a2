"""How well stretches of traditional text are spelled: words in a lattice, and characters beside their neighbours.

The score of a spelling is the log probability of its best division into words, each of which must be spelled as it is
known to be, plus what `confusions.side_logs` says of every character that is in question. `decode` finds the best forms
at the places in question, and says by how many nats each change beats leaving that place as it is.

Many stretches are divided at once. They lie end to end in one text, each with a gap behind it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Mask, Positions, Scores, inside
from encfix.chinese import confusions, model, words
from encfix.chinese.characters import BOUNDARY_CODE
from encfix.chinese.words import LONGEST, Units

MISSPELLED = 8.0
"""Nats that a word costs whose spelling is not one of the accepted ones."""

NEVER = -np.inf

GAP = BOUNDARY_CODE
"""Stands between stretches, and is in no word."""


class Text(NamedTuple):
    """A text in the two forms by which words are known, each as long as it: folded, and as it is spelled."""

    folded: Units
    spelled: Units

    @classmethod
    def of(cls, codes: npt.NDArray[np.uint32]) -> Text:
        """Return code points in both forms; what lies beyond the BMP is in no word.

        >>> "".join(map(chr, Text.of(np.array([ord(c) for c in "關係裏"], dtype=np.uint32)).spelled))
        '关係裡'
        """
        return cls(model.fold_table().take(codes, mode="clip"), confusions.standard_table().take(codes, mode="clip"))


class Stretches(NamedTuple):
    """Stretches of a text, in order; behind each, and at the end of all, lies a character that is in no word."""

    text: Text
    start: Positions
    length: Positions

    def holding(self, places: Positions) -> Positions:
        """Return the stretch in which each place of the text lies."""
        return self.start.searchsorted(places, side="right") - 1

    def again(self, chosen: Positions) -> Stretches:
        """Return copies of some stretches, in the order given."""
        length = self.length[chosen]
        index = inside(self.start[chosen], length + 1)
        text = Text(self.text.folded.take(index), self.text.spelled.take(index))
        return Stretches(text, (length + 1).cumsum() - length - 1, length)


class Choices(NamedTuple):
    """What may stand at the places in question, which are sorted."""

    place: Positions
    forms: Units
    """The forms that may stand at each place, 0 where there are fewer: (forms, places)."""
    logs: Scores
    """The log probability of each between its neighbours, `NEVER` where there is none: (forms, places)."""

    def some(self, chosen: slice | Positions, place: Positions) -> Choices:
        """Return a copy of some of the choices, with the places where they are now."""
        return Choices(place, self.forms[:, chosen], self.logs[:, chosen])


class Verdicts(NamedTuple):
    """What is best at each place: the form, the nats by which it beats the one seen, and whether a word demands it."""

    form: Units
    gain: Scores
    by_word: Mask

    def at(self, chosen: Positions) -> Verdicts:
        """Return the verdicts of some places, by their indexes."""
        return Verdicts(self.form[chosen], self.gain[chosen], self.by_word[chosen])


def decode(seen: Stretches, choices: Choices) -> Verdicts:
    """Return the best form at each place in question, given the best at all others of its stretch.

    The form seen is among the choices, if it may stay. A change gains what its stretch loses where that place must
    stay as it is, or, if it may not, where it must not become what it became.
    """
    lattice = _Lattice(seen, choices)
    form, by_word = lattice.chosen()
    kept = seen.text.spelled.take(choices.place)
    gain = np.zeros(len(form))
    (changed,) = (form != kept).nonzero()
    if len(changed):
        stretch = seen.holding(choices.place)
        again = _without(seen, choices, changed, stretch, kept, form)
        gain[changed] = lattice.best.take(stretch[changed]) - _Lattice(*again).best
    return Verdicts(form, gain, by_word)


def _without(
    seen: Stretches, choices: Choices, changed: Positions, stretch: Positions, kept: Units, form: Units
) -> tuple[Stretches, Choices]:
    """Return for each place that changed its stretch once more, with the other choices that are left there."""
    own = stretch[changed]
    again = seen.again(own)
    count = np.bincount(stretch, minlength=len(seen.start))
    first = count.cumsum() - count
    index = inside(first[own], count[own])
    others = choices.some(index, choices.place[index] + (again.start - seen.start[own]).repeat(count[own]))
    column = count[own].cumsum() - count[own] + changed - first[own]
    is_kept = others.forms[:, column] == kept[changed]
    allowed = np.where(is_kept.any(axis=0), is_kept, others.forms[:, column] != form[changed])
    others.logs[:, column] = np.where(allowed, others.logs[:, column], NEVER)
    return again, others


class _Lattice:
    """All divisions of stretches into words, and the best of them.

    Arrays of words by their end have a row for each position of the text, and a column for each length, the greatest
    first.
    """

    def __init__(self, seen: Stretches, choices: Choices) -> None:
        self._seen, self._choices = seen, choices
        size = len(seen.text.folded)
        self._forms = np.zeros((len(choices.forms), size), dtype=np.uint16)
        self._forms[0] = seen.text.spelled
        self._forms[:, choices.place] = choices.forms
        self._logs = np.full(self._forms.shape, NEVER)
        self._logs[0] = 0.0
        self._logs[:, choices.place] = choices.logs
        self._words = np.full((size + 1, LONGEST), NEVER)
        """The log probability of every word, at its best spelling."""
        self._spellings = np.full((size + 1, LONGEST), -1)
        """Which of the accepted spellings that is, -1 where none fits."""
        self._price()
        self._divide()

    def _price(self) -> None:
        """Find all words, and the best spelling of each."""
        known, top = words.table(), self._logs.max(axis=0)
        self._words[1:, -1] = model.alone_logs().take(self._seen.text.folded) + top
        found = words.find(self._seen.text.folded)
        is_inside, at = found.characters()
        free = np.where(is_inside, top.take(at, mode="clip"), 0.0).sum(axis=1)
        spelled, first, owner, row = found.spellings()
        is_inside, at, accepted = is_inside[owner], at[owner], known.spellings.take(row, axis=0)
        is_form = self._forms.take(at, axis=1, mode="clip") == accepted
        logs = np.where(is_form, self._logs.take(at, axis=1, mode="clip"), NEVER).max(axis=0)
        values = np.where(is_inside, logs, 0.0).sum(axis=1)
        best, spelling = free, np.full(len(free), -1)
        if len(spelled):
            fitting = np.maximum.reduceat(values, first)
            best[spelled] = np.where(fitting > NEVER, fitting, best[spelled] - MISSPELLED)
            fits = (values > NEVER) & (values == best[owner])
            spelling[owner[fits]] = row[fits]
        self._words[found.start + found.size, -found.size] = known.logs.take(found.word) + best
        self._spellings[found.start + found.size, -found.size] = spelling

    def _divide(self) -> None:
        """Find the best division up to every place of every stretch, the longest stretches first."""
        order = (-self._seen.length).argsort(kind="stable")
        self._start, self._length = self._seen.start[order], self._seen.length[order]
        longest = int(self._length.max(initial=0))
        self._upto = upto = np.full((len(order), longest + 1 + LONGEST), NEVER)
        """The log probability of the best division up to each end, which stands `LONGEST` columns on."""
        upto[:, LONGEST] = 0.0
        reaching = (-self._length).searchsorted(-np.arange(longest + 1), side="right").tolist()
        for end in range(1, longest + 1):
            count = reaching[end]
            divisions = self._words.take(self._start[:count] + end, axis=0)
            divisions += upto[:count, end : end + LONGEST]
            divisions.max(axis=1, out=upto[:count, end + LONGEST])
        self.best = np.empty(len(order))
        """The log probability of each stretch, divided in the best way."""
        self.best[order] = upto[np.arange(len(order)), self._length + LONGEST]

    def chosen(self) -> tuple[Units, Mask]:
        """Return the best form at each place in question, and whether a word of known spelling holds it."""
        size = np.zeros(len(self._words), dtype=np.int64)
        row, start, end, columns = np.arange(len(self._start)), self._start, self._length, np.arange(LONGEST)
        while len(end):
            divisions = self._words.take(start + end, axis=0)
            divisions += self._upto[row[:, None], end[:, None] + columns]
            last = LONGEST - divisions.argmax(axis=1)
            end = end - last
            size[start + end] = last
            (going,) = end.nonzero()
            row, start, end = row[going], start[going], end[going]
        place = self._choices.place
        heads = np.maximum.accumulate(np.where(size > 0, np.arange(len(size)), 0)).take(place)
        spelling = self._spellings[heads + size[heads], -size[heads]]
        by_word = spelling >= 0
        form = self._choices.forms[self._choices.logs.argmax(axis=0), np.arange(len(place))]
        form[by_word] = words.table().spellings[spelling[by_word], (place - heads)[by_word]]
        return form, by_word
