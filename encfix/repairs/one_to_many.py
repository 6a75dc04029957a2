"""Wrong forms inside a script: 曆史, 係統, 新局麵, 隻有; 关于, 后, 里 in traditional text; 軟件 in simplified text.

What it looks like: in traditional text, a form that one simplified character stands for too, but not in this word; a
character that only simplified text has; in simplified text, a character that only traditional text has.

How it came about: conversion character by character, or by words cut at the wrong place, or of some characters only.

When it is certain: the document, or in a mixed one the line, is clearly in one script; both characters are in one of
the hand-kept groups (`encfix.chinese.confusions`); and the other form beats the one seen by a clear margin, by the
words around it and by what traditional text writes beside it. The margin must be larger where no word demands the
change, and may be smaller in a document that other repairs prove to be converted.

What looks alike and must stay: 日曆, 麵包, 一隻, 關係, 皇后, 公里, and words that meet (北方麵食, 關係統計, 白髮生輝);
于 and 范 as surnames, foreign names (埃里克森), regional variants (台/臺, 裡/裏, 著/着, 為/爲), quotations of the other
script, Japanese, tables of both scripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np

from encfix.batch import Batch, Codes, Positions, to_text
from encfix.chinese import confusions, model
from encfix.chinese.characters import IS_HAN, Class, among, is_common
from encfix.chinese.confusions import LONGEST, standard_table
from encfix.chinese.spelling import Stretch, Verdict, decode, evidence
from encfix.edits import Edits, replacements
from encfix.options import Options
from encfix.repairs import caution, context
from encfix.rules import number_of
from encfix.screen import TRADITIONAL

WRONG = number_of("script.one-to-many")
LEFTOVER = number_of("script.leftover")

REPAIRED = ("auto", "traditional", "taiwan", "hongkong", "taiwan-phrases", "hongkong-phrases")
"""The values of `script` under which traditional text is repaired."""

WORTH_A_LOOK = 0.0
"""Nats by which a form may fall short of the one seen, judged by its neighbours alone, and still be decoded."""

BY_WORD, ALONE, BOUND = 3.5, 4.0, 1.0
"""Nats that a change must gain if a word demands it, if none does, and if the form seen lives in few words only."""

ATTESTED = 3.0
"""Nats more where the form seen is right in a word of its own."""

UNUSUAL, NAME = 4.0, 6.0
"""Nats more where no word demands a form that is not the group's most usual, or a character that names hold."""

CONVERTED = 0.6
"""What remains of these thresholds in a document in which `ENOUGH` places gain `STRONG` nats."""

ENOUGH, STRONG = 3, 9.0
LEAST_ATTESTED = 1.0
"""Nats by which a form must win among its neighbours to be decoded though the form seen is right in some word."""

REACH = 7
"""Code points to either side of a place that are divided into words with it."""

AROUND = 8
"""Code points to either side of a place that show whether it stands in running text."""

LEAST_PROSE, LEAST_LIST = -9.5, 4
"""The mean log probability of characters after one another below which they are a table or list, not a text; and how
many ideographs without any beside another are one. No place in prose scores below -9.2, charts of characters do."""

NEVER = -1e3
"""The log probability of a character that traditional text does not have."""

CERTAIN_GAIN = 30.0
"""The gain of a character that cannot stand in the script at all, and has one form in the other."""


class Candidate(NamedTuple):
    """A form for one place: by how many nats it beats the one seen, how many it must, and how many more for caution."""

    place: int
    form: int
    gain: float
    needed: float
    more: float
    rule: int


def flags(options: Options) -> int:
    """Return that a document must hold a traditional character: simplified text without any has nothing to repair."""
    return TRADITIONAL if options.script in REPAIRED else 0


def propose(batch: Batch, options: Options) -> Edits:
    """Propose the right forms in text of a clear script."""
    scripts = context.scripts_of(batch)
    found = _in_traditional(batch, scripts) + _unclear(batch, scripts)
    if options.script == "auto":
        found += _in_simplified(batch, scripts)
    if not found:
        return Edits.none()
    found.sort(key=lambda candidate: candidate.place)
    place = np.array([candidate.place for candidate in found], dtype=np.int64)
    codes = np.array([candidate.form for candidate in found], dtype=np.uint32)
    rule = np.array([candidate.rule for candidate in found], dtype=np.int16)
    gain = np.array([candidate.gain for candidate in found], dtype=np.float32)
    confidence = np.array([_confidence(candidate) for candidate in found], dtype=np.float32)
    return replacements(place, place + 1, np.ones(len(place), np.int64), codes, rule, confidence, gain)


def _confidence(candidate: Candidate) -> float:
    """Return 0.9 for a gain that is just enough, more for what is beyond, and less than 0.9 for less."""
    margin = candidate.gain - candidate.needed - candidate.more
    return 1 - 0.1 * float(np.exp(-margin / 2)) if margin >= 0 else max(0.5, 0.85 + 0.1 * margin)


def _in_traditional(batch: Batch, scripts: context.Scripts) -> list[Candidate]:
    """Return proposals for traditional text: confusable forms, and characters that only simplified text has."""
    table = confusions.tables()
    group = table.group_of.take(batch.codes, mode="clip")
    suspects = np.flatnonzero((group >= 0) & scripts.is_traditional)
    strangers = np.flatnonzero(scripts.simplified & scripts.is_traditional & (group < 0))
    forms = table.forms.take(group.take(suspects), axis=1)
    logs = confusions.side_logs(forms, batch.codes.take(suspects - 1), batch.codes.take(suspects + 1))
    logs[forms < 0] = -np.inf
    is_seen = forms == table.member_of.take(batch.codes.take(suspects), mode="clip")
    kept = np.where(is_seen, logs, NEVER).max(axis=0)
    margins = np.where(is_seen, -np.inf, logs).max(axis=0) - kept
    chosen = np.flatnonzero(margins > WORTH_A_LOOK)
    if not len(chosen) and not len(strangers):
        return []
    suspects, margins = suspects[chosen], margins[chosen].tolist()
    forms, logs = forms.T[chosen], logs.T[chosen]
    promising = map(_is_promising, _neighbourhoods(batch, suspects), margins)
    members = to_text(table.codes)
    choices = {
        place: {members[form]: log for form, log in zip(row, values, strict=True) if form >= 0}
        for place, row, values in compress(
            zip(suspects.tolist(), forms.tolist(), logs.tolist(), strict=True), promising
        )
    }
    found = _decoded(batch, scripts, choices)
    for place in strangers.tolist():
        form = confusions.leftover_forms().get(int(batch.codes[place]))
        if form is not None:
            more = 0.0 if is_common()[batch.codes[place]] else CERTAIN_GAIN  # 赟 is somebody's name
            found.append(Candidate(place, form, CERTAIN_GAIN, BY_WORD, more, LEFTOVER))
    return _settled(batch, scripts, found)


def _stretch(codes: Codes) -> Stretch:
    """Return text in the two forms by which words are known."""
    return Stretch(
        *(to_text(table.take(codes, mode="clip").astype(np.uint32)) for table in (model.fold_table(), standard_table()))
    )


def _neighbourhoods(batch: Batch, places: Positions) -> Iterator[Stretch]:
    """Yield what may be in one word with the character at each place, which stands in the middle."""
    around = _stretch(batch.codes.take(places[:, None] + np.arange(-LONGEST + 1, LONGEST)).ravel())
    width = 2 * LONGEST - 1
    return (around.part(start, start + width) for start in range(0, width * len(places), width))


def _is_promising(near: Stretch, margin: float) -> bool:
    """Return whether a place may pass a threshold in the end; for most that stay, the words around them say no."""
    if margin >= ALONE:
        return True
    place = LONGEST - 1
    attested, forbidden = evidence(near, place)
    if attested:
        return forbidden and margin >= LEAST_ATTESTED
    return forbidden or margin >= ALONE * CONVERTED or near.spelled[place] in confusions.BOUND


def _decoded(batch: Batch, scripts: context.Scripts, choices: dict[int, dict[str, float]]) -> list[Candidate]:
    """Divide the windows around the places in question into words, and return what changes."""
    found: list[Candidate] = []
    if not choices:
        return found
    windows = list(_windows(sorted(choices), batch, scripts))
    stretch = _stretch(np.concatenate([batch.codes[start:end] for _, start, end in windows]))
    done = 0
    for places, start, end in windows:
        part = stretch.part(done, done + end - start)
        done += end - start
        for offset, verdict in decode(part, {place - start: choices[place] for place in places}).items():
            if verdict.gain > 0:
                is_attested = evidence(part, offset).attested
                found.append(_proposal(to_text(batch.codes[start:end]), offset, start, verdict, is_attested))
    return found


def _windows(places: Sequence[int], batch: Batch, scripts: context.Scripts) -> Iterator[tuple[Sequence[int], int, int]]:
    """Yield places of one document that are decoded together, with the ends of the window around them."""
    documents = batch.documents_of(np.array(places, dtype=np.int64)).tolist()
    first = 0
    while first < len(places):
        last = first
        while (
            last + 1 < len(places)
            and documents[last + 1] == documents[first]
            and places[last + 1] - places[last] <= REACH
            and last - first < REACH
        ):
            last += 1
        yield places[first : last + 1], *scripts.window(places[first], places[last], REACH)
        first = last + 1


def _proposal(text: str, offset: int, start: int, verdict: Verdict, is_attested: bool) -> Candidate:
    """Return a candidate with the threshold that its place calls for."""
    form, gain, by_word = verdict
    seen = text[offset]
    more = caution.nats(text, offset, by_word)
    if is_attested:
        more += ATTESTED
    if not by_word and not confusions.is_usual(form):
        more += UNUSUAL
    if not by_word and seen in caution.IN_NAMES:
        more += NAME
    needed = BY_WORD if by_word else BOUND if seen in confusions.BOUND and not is_attested else ALONE
    is_simplified = chr(confusions.fold_of(ord(seen))) == seen
    rule = LEFTOVER if is_simplified else WRONG
    return Candidate(start + offset, ord(form), min(gain, CERTAIN_GAIN), needed, more, rule)


def _settled(batch: Batch, scripts: context.Scripts, found: list[Candidate]) -> list[Candidate]:
    """Lower the thresholds in converted documents, and leave out what is far from enough or a quotation."""
    if not found:
        return found
    found = sorted(found, key=lambda candidate: candidate.place)
    places = np.array([candidate.place for candidate in found], dtype=np.int64)
    document = batch.documents_of(places)
    strong = np.array([candidate.gain >= STRONG for candidate in found])
    converted = np.bincount(document[strong], minlength=len(batch)) >= ENOUGH
    kept = []
    for candidate, owner, is_prose in zip(found, document.tolist(), _are_in_prose(batch, places), strict=True):
        needed = candidate.needed * (CONVERTED if converted[owner] else 1.0)
        more = candidate.more
        if candidate.gain < needed + more - 1 or (more < CERTAIN_GAIN and scripts.is_classical(candidate.place)):
            continue
        if not is_prose or scripts.is_quotation(candidate.place, candidate.rule == LEFTOVER):
            more = candidate.gain  # so that it is reported, never applied
        form = scripts.regional(owner, candidate.form)
        kept.append(candidate._replace(form=form, needed=needed, more=more))
    return kept


def _are_in_prose(batch: Batch, places: Positions) -> list[bool]:
    """Return for each place whether it stands in running text, not in a chart or list of characters."""
    around = places[:, None] + np.arange(-AROUND, AROUND + 1)
    codes, classes = batch.codes.take(around), batch.classes.take(around)
    ends = among(classes.ravel(), Class.NEWLINE, Class.BOUNDARY).reshape(around.shape)
    before = np.logical_or.accumulate(ends[:, AROUND::-1], axis=1)[:, ::-1]
    beyond = np.concatenate((before, np.logical_or.accumulate(ends[:, AROUND + 1 :], axis=1)), axis=1)
    is_han = IS_HAN.take(classes) & ~beyond
    pairs = is_han[:, 1:] & is_han[:, :-1]
    logs = model.log_pair(codes.ravel()).reshape(around.shape)[:, 1:]
    count = pairs.sum(axis=1)
    is_text = np.where(pairs, logs, 0.0).sum(axis=1) >= LEAST_PROSE * count
    prose: list[bool] = np.where(count > 0, is_text, is_han.sum(axis=1) < LEAST_LIST).tolist()
    return prose


def _in_simplified(batch: Batch, scripts: context.Scripts) -> list[Candidate]:
    """Return proposals for characters in simplified text that only traditional text has."""
    found: list[Candidate] = []
    if not scripts.is_simplified.any():
        return found
    strange = scripts.traditional | (batch.codes == ord("於"))
    places = np.flatnonzero(strange & scripts.is_simplified)
    for place, is_prose in zip(places.tolist(), _are_in_prose(batch, places), strict=True):
        form = confusions.fold_of(int(batch.codes[place]))
        if form != int(batch.codes[place]):
            is_left = not is_prose or scripts.is_quotation(place, True) or not is_common()[batch.codes[place]]
            more = CERTAIN_GAIN if is_left else 0.0
            found.append(Candidate(place, form, CERTAIN_GAIN, BY_WORD, more, LEFTOVER))
    return found


def _unclear(batch: Batch, scripts: context.Scripts) -> list[Candidate]:
    """Return reports of the characters that keep a line from being clearly of one script."""
    found = []
    for place in scripts.unclear.tolist():
        code = int(batch.codes[place])
        form = confusions.leftover_forms().get(code) or confusions.fold_of(code)
        if form != code:
            found.append(Candidate(place, form, CERTAIN_GAIN, BY_WORD, CERTAIN_GAIN, LEFTOVER))
    return found
