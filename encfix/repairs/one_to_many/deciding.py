"""Which form is best at each place, as the words around it say, and by how many nats it must beat the one seen."""

from __future__ import annotations

import numpy as np

from encfix.arrays import Codes, Mask, Positions, Scores, inside, offsets_of
from encfix.batch import Batch
from encfix.chinese import confusions, model
from encfix.chinese.characters import are_in
from encfix.chinese.spelling import GAP, Choices, Stretches, Text, Verdicts, decode
from encfix.chinese.suspects import ALONE
from encfix.repairs.one_to_many import caution
from encfix.repairs.one_to_many.candidate_forms import BY_WORD, CERTAIN_GAIN, LEFTOVER, NONE, WRONG, Candidates, joined

REACH = 7
"""Code points to either side of a place that are divided into words with it."""

CROWD = 8
"""Places that are decided together at most."""

WINDOWS = 2048
"""Windows that are divided at once."""

BOUND = 1.0
"""Nats that a change must gain if no word demands it, but the form seen lives in few words only."""

ATTESTED = 3.0
"""Nats more where the form seen is right in a word of its own."""

UNUSUAL, NAME = 12.0, 6.0
"""Nats more where no word demands a form that is not the group's most usual, or a character that names hold."""

FAMILIAR = 6.0
"""Nats more where no word demands the change and the form seen is clearly right elsewhere in the document: whoever
writes 麵包 knows when to write 麵."""


def decided(batch: Batch, choices: Choices, is_attested: Mask, is_familiar: Mask) -> Candidates:
    """Divide the windows around the places in question into words, and return what changes."""
    place = choices.place
    if not len(place):
        return NONE
    heads, start, end = _windows(batch, place)
    tails = np.concatenate((heads[1:], [len(place)]))
    parts = [NONE]
    for first in range(0, len(heads), WINDOWS):
        some = slice(first, first + WINDOWS)
        own = slice(heads[first], tails[some][-1])
        length = end[some] - start[some]
        codes = batch.codes.take(inside(start[some], length + 1))
        begin = offsets_of(length + 1)[:-1]
        codes[begin + length] = GAP
        window = np.arange(len(length)).repeat((tails - heads)[some])
        at = place[own] + (begin - start[some])[window]
        verdicts = decode(Stretches(Text.of(codes), begin, length), choices.some(own, at))
        (won,) = (verdicts.gain > 0).nonzero()
        verdicts, at, window = verdicts.at(won), at[won], window[won]
        more = caution.nats(codes, at, begin[window], (begin + length)[window], verdicts.by_word)
        seen, attested, familiar = codes.take(at), is_attested[own][won], is_familiar[own][won]
        parts.append(_proposed(place[own][won], seen, verdicts, more, attested, familiar))
    return joined(parts)


def _windows(batch: Batch, place: Positions) -> tuple[Positions, Positions, Positions]:
    """Return which places begin a window, and the ends of the windows; places near each other share one."""
    document, index = batch.documents_of(place), np.arange(len(place))
    begins = index.copy()
    begins[1:][(place[1:] - place[:-1] <= REACH) & (document[1:] == document[:-1])] = 0
    (heads,) = ((index - np.maximum.accumulate(begins)) % CROWD == 0).nonzero()
    last = np.concatenate((heads[1:], [len(place)])) - 1
    start = np.maximum(batch.starts[document[heads]], place[heads] - REACH)
    end = np.minimum(batch.ends[document[heads]], place[last] + REACH + 1)
    return heads, start, end


def _proposed(
    place: Positions, seen: Codes, verdicts: Verdicts, more: Scores, is_attested: Mask, is_familiar: Mask
) -> Candidates:
    """Return the verdicts as candidates, each with the threshold that its place calls for; `more` is for caution."""
    form, gain, by_word = verdicts
    more = more + ATTESTED * is_attested
    more += UNUSUAL * (~by_word & ~confusions.usual_forms().take(form))
    more += NAME * (~by_word & are_in(caution.IN_NAMES, seen))
    alone = np.where(are_in(confusions.BOUND, seen) & ~is_attested, BOUND, ALONE)
    needed = np.where(by_word, BY_WORD, alone)
    is_left = model.fold_codes(seen) == seen
    more += FAMILIAR * (is_familiar & ~is_left & ~by_word)
    rule = np.where(is_left, LEFTOVER, WRONG).astype(np.int16)
    found = Candidates(place, form.astype(np.uint32), np.minimum(gain, CERTAIN_GAIN), needed, more, rule)
    return _safe(found, confusions.safe_forms().take(seen, mode="clip"))


def _safe(found: Candidates, safe: Codes) -> Candidates:
    """Return candidates, each as the form that is safe at its place, if there is one and no other gains enough."""
    is_safe = (safe > 0) & (found.gain < found.needed + found.more)
    form, gain = np.where(is_safe, safe, found.form), np.where(is_safe, CERTAIN_GAIN, found.gain)
    return found._replace(form=form, gain=gain, more=np.where(is_safe, 0.0, found.more))
