"""Filling in what the line alone leaves open, once all of a document is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from encfix.arrays import Codes
from encfix.batch import to_codes, to_text
from encfix.repairs.mojibake.explaining.explained import Explained
from encfix.repairs.mojibake.lost_bytes.context import Broken, Seen, shares
from encfix.repairs.mojibake.lost_bytes.filling import (
    REPLACEMENT,
    candidates_of,
    certainty,
    taken,
)

LONGEST = 2
"""Broken characters side by side that are weighed."""

SURE = 0.997
"""The least probability of a character that is filled in: of those above it hardly one in two thousand was wrong."""


@dataclass(slots=True)
class Stretch:
    """A stretch of a document, from `start` to `end`: its code points, and what explains them."""

    start: int
    end: int
    codes: Codes
    explained: list[Explained]

    def repaired(self) -> tuple[Codes, list[int]]:
        """Return the stretch with its spans repaired, and where each begins in that."""
        pieces: list[Codes] = []
        places: list[int] = []
        place = size = 0
        for span in (one.span for one in self.explained):
            new = to_codes(span.text) if span.text else self.codes[span.start : span.end]  # a report has no text
            pieces += self.codes[place : span.start], new
            places.append(size + span.start - place)
            size, place = places[-1] + len(new), span.end
        return np.concatenate((*pieces, self.codes[place:])), places


def complete(document: Codes, stretches: Sequence[Stretch]) -> None:
    """Fill in what is sure by the words that it makes, or by the rest of a document, in the spans of its stretches."""
    if not any(one.span.slots for stretch in stretches for one in stretch.explained):
        return
    repaired = [stretch.repaired() for stretch in stretches]
    broken = [
        (nth, which, place - start, one)
        for nth, (stretch, (codes, places)) in enumerate(zip(stretches, repaired, strict=True))
        for which, (explained, start) in enumerate(zip(stretch.explained, places, strict=True))
        for place, one in _broken(explained, codes, start)
    ]
    if not broken:
        return
    wanted = np.concatenate([codes for *_, one in broken for codes in one.candidates])
    weighed = shares([one for *_, one in broken], Seen(_text(document, stretches, repaired), wanted))
    found: dict[tuple[int, int], list[tuple[float, int, int]]] = {}
    for (nth, which, place, one), logs in zip(broken, weighed, strict=True):
        for further, (candidates, share) in enumerate(zip(one.candidates, logs, strict=True)):
            best = int(share.argmax())
            found.setdefault((nth, which), []).append((float(share[best]), place + further, int(candidates[best])))
    for (nth, which), own in found.items():
        stretches[nth].explained[which] = _completed(stretches[nth].explained[which], own)


def _text(document: Codes, stretches: Sequence[Stretch], repaired: list[tuple[Codes, list[int]]]) -> Codes:
    """Return a document with its stretches repaired."""
    pieces: list[Codes] = []
    place = 0
    for stretch, (codes, _) in zip(stretches, repaired, strict=True):
        pieces += document[place : stretch.start], codes
        place = stretch.end
    return np.concatenate((*pieces, document[place:]))


def _broken(explained: Explained, codes: Codes, start: int) -> Iterator[tuple[int, Broken]]:
    """Yield what is still broken of a span that begins at `start` of its stretch: the place of each in that."""
    span = explained.span
    if span.pair.codec != "utf-8":
        return
    run: list[tuple[int, Codes]] = []
    for place in (*sorted(span.slots), -1):
        if run and place != run[-1][0] + 1:
            if len(run) <= LONGEST and all(len(found) for _, found in run):
                yield start + run[0][0], Broken(codes, start + run[0][0], tuple(found for _, found in run))
            run = []
        if place >= 0:
            run.append((place, candidates_of(span.slots[place], span.pair.codec, span.pair.wrong)))


def _completed(explained: Explained, found: list[tuple[float, int, int]]) -> Explained:
    """Return the same with what was found put in, if it is sure."""
    span = explained.span
    codes = to_codes(span.text).copy()
    done = taken(
        codes, [one for one in found if codes[one[1]] == REPLACEMENT], dict.fromkeys(span.slots, SURE), span.filled
    )
    if len(done) == len(span.filled):
        return explained
    slots = {place: slot for place, slot in span.slots.items() if place not in done}
    sure = certainty(codes, done)
    span = replace(span, text=to_text(codes), certainty=sure, slots=slots, filled=done)
    return explained._replace(span=span, confidence=min(explained.confidence, sure))
