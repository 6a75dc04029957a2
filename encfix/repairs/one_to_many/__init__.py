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

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions, Scores, inside, offsets_of
from encfix.batch import Batch
from encfix.chinese import confusions, conversion, model
from encfix.chinese.characters import IS_HAN, SIMPLIFIED_CLASSES, among, are_in, class_table, is_common
from encfix.chinese.spelling import GAP, Choices, Stretches, Text, Verdicts, decode
from encfix.chinese.words import LONGEST
from encfix.chinese.words_around import Evidence, evidence, interchangeable
from encfix.edits import Edits
from encfix.options import Options
from encfix.repairs.one_to_many import caution, dialects, set_phrases
from encfix.repairs.one_to_many.candidate_forms import (
    BY_WORD,
    CERTAIN_GAIN,
    LEFTOVER,
    NONE,
    WRONG,
    Candidates,
    edits_of,
    joined,
)
from encfix.repairs.one_to_many.line_scripts import Scripts
from encfix.repairs.one_to_many.prose import are_in_prose, are_set_off
from encfix.repairs.one_to_many.surroundings import Surroundings
from encfix.screen import TRADITIONAL

REPAIRED = ("auto", "traditional", "taiwan", "hongkong", "taiwan-phrases", "hongkong-phrases")
"""The values of `script` under which traditional text is repaired."""

WORTH_A_LOOK = 0.0
"""Nats by which a form may fall short of the one seen, judged by its neighbours alone, and still be decoded."""

WORTH_A_WORD = -8.0
"""The same for what surnames become, and for forms of few words: words tell them, pairs do not."""

ALONE, BOUND = 4.0, 1.0
"""Nats that a change must gain if no word demands it, and if the form seen lives in few words only."""

ATTESTED = 3.0
"""Nats more where the form seen is right in a word of its own."""

UNUSUAL, NAME = 12.0, 6.0
"""Nats more where no word demands a form that is not the group's most usual, or a character that names hold."""

CLEARLY, FAMILIAR = 4.0, 6.0
"""Nats by which a form beats the others beside its neighbours where it is clearly right, and nats more that a change of
it must then gain elsewhere in the document, where no word demands it: whoever writes 麵包 knows when to write 麵."""

CONVERTED = 0.6
"""What remains of these thresholds in a document in which `ENOUGH` places gain `STRONG` nats."""

EVERYWHERE = 0.3
"""What remains of them in a document in which a simplified character was left over so often."""

ENOUGH, STRONG = 3, 9.0
LEAST_ATTESTED = 1.0
"""Nats by which a form must win among its neighbours to be decoded though the form seen is right in some word."""

REACH = 7
"""Code points to either side of a place that are divided into words with it."""

CROWD = 8
"""Places that are decided together at most."""

WINDOWS = 2048
"""Windows that are divided at once."""

OLD_TOO = "从无个尔礼与万适宁虫气云"
"""Simplified forms that were characters of their own before."""

TRADITIONAL_TOO = "於麽"
"""Characters that simplified text has too, in names; else they are of traditional text."""

NEVER = -1e3
"""The log probability of a character that traditional text does not have."""


def flags(options: Options) -> int:
    """Return that a document must hold a traditional character: simplified text without any has nothing to repair."""
    return TRADITIONAL if options.script in REPAIRED else 0


def propose(batch: Batch, options: Options) -> Edits:
    """Propose the right forms in text of a clear script."""
    scripts = Scripts(batch)
    parts = [_in_traditional(batch, scripts), _unclear(batch, scripts)]
    if options.script == "auto":
        parts.append(_in_simplified(batch, scripts))
    found = joined(parts)
    if not len(found.place):
        return Edits.none()
    return edits_of(batch, found, scripts.line_ends)


def _in_traditional(batch: Batch, scripts: Scripts) -> Candidates:
    """Return proposals for traditional text: confusable forms, and characters that only simplified text has."""
    table = confusions.tables()
    group = table.group_of.take(batch.codes, mode="clip")
    (suspects,) = ((group >= 0) & scripts.is_traditional).nonzero()
    (strangers,) = (scripts.simplified & scripts.is_traditional & (group < 0)).nonzero()
    forms = table.forms.take(group.take(suspects), axis=1)
    logs = confusions.side_logs(forms, batch.codes.take(suspects - 1), batch.codes.take(suspects + 1))
    logs[forms < 0] = -np.inf
    is_seen = forms == table.member_of.take(batch.codes.take(suspects), mode="clip")
    kept = np.where(is_seen, logs, NEVER).max(axis=0)
    margins = np.where(is_seen, -np.inf, logs).max(axis=0) - kept
    by_words = are_in(caution.MADE_OF_SURNAMES + confusions.BOUND, batch.codes.take(suspects))
    least = np.where(by_words, WORTH_A_WORD, WORTH_A_LOOK)
    (chosen,) = (margins > least).nonzero()
    if not len(chosen) and not len(strangers):
        return NONE
    said = evidence(batch.codes.take(suspects[chosen][:, None] + np.arange(1 - LONGEST, LONGEST)))
    promising = _are_promising(batch.codes.take(suspects[chosen]), said, margins[chosen])
    chosen = chosen[promising]
    if not len(chosen) and not len(strangers):
        return NONE
    codes = np.where(forms < 0, 0, table.codes.take(forms, mode="clip")).astype(np.uint16).take(chosen, axis=1)
    choices = Choices(suspects[chosen], codes, logs.take(chosen, axis=1).astype(np.float64))
    found = _decoded(batch, choices, said.attested[promising], _are_familiar(batch, suspects, margins, chosen))
    leftovers = confusions.leftover_table().take(batch.codes.take(strangers), mode="clip")
    strangers, leftovers = strangers[leftovers > 0], leftovers[leftovers > 0]
    is_left = ~is_common().take(batch.codes.take(strangers))  # 赟 is somebody's name
    is_left |= dialects.are_dialect(batch, strangers, found.place[found.gain >= STRONG])
    is_left |= dialects.are_cantonese(batch, strangers)
    return _settled(batch, scripts, joined([found, Candidates.certain(strangers, leftovers, is_left)]))


def _are_familiar(batch: Batch, suspects: Positions, margins: npt.NDArray[np.float32], chosen: Positions) -> Mask:
    """Return which places hold a form that is clearly right in another place of the document: 麵 where it has 麵包."""
    keys = batch.documents_of(suspects) << 32 | batch.codes.take(suspects)
    return np.isin(keys[chosen], keys[margins <= -CLEARLY])


def _are_promising(seen: Codes, said: Evidence, margins: npt.NDArray[np.float32]) -> Mask:
    """Return which places may pass a threshold in the end; for most that stay, the words around them say no."""
    by_word = said.forbidden & (margins >= LEAST_ATTESTED)
    freely = said.forbidden | (margins >= ALONE * CONVERTED) | are_in(confusions.BOUND, seen)
    return np.asarray((margins >= ALONE) | np.where(said.attested, by_word, freely))


def _decoded(batch: Batch, choices: Choices, is_attested: Mask, is_familiar: Mask) -> Candidates:
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
    return Candidates(place, form.astype(np.uint32), np.minimum(gain, CERTAIN_GAIN), needed, more, rule)


def _settled(batch: Batch, scripts: Scripts, found: Candidates) -> Candidates:
    """Lower the thresholds in converted documents, and leave out what is far from enough or a quotation."""
    document = batch.documents_of(found.place)
    converted = np.bincount(document[found.gain >= STRONG], minlength=len(batch)) >= ENOUGH
    found = found._replace(needed=found.needed * np.where(converted[document], CONVERTED, 1.0))
    found = found._replace(needed=found.needed * np.where(_are_left_over(batch, found, document), EVERYWHERE, 1.0))
    is_older = caution.may_be_older(batch, found.place, found.place[found.gain >= STRONG])
    found = found._replace(more=np.where(is_older, found.gain, found.more))
    (near,) = (found.gain >= found.needed + found.more - 1).nonzero()
    if not len(near):
        return NONE
    around = batch.codes.take(found.place[near][:, None] + np.arange(1 - LONGEST, LONGEST))
    near = near[~interchangeable(around, found.form[near].astype(np.uint16))]
    if not len(near):
        return NONE
    found, surroundings = found.where(near), Surroundings(scripts, found.place[near])
    is_left = surroundings.are_quotations(found.rule == LEFTOVER, converted[document[near]])
    is_left |= ~are_in_prose(batch, found.place) | set_phrases.are_languages(batch.codes, found.place)
    is_left |= are_set_off(batch, found.place) & (found.gain < CERTAIN_GAIN)
    is_left |= dialects.are_cantonese_forms(batch, found.place) | dialects.are_dialect_forms(batch, found.place)
    is_old = (found.rule == LEFTOVER) & ~_are_only_simplified(batch, found.place) & surroundings.are_old()
    is_kept = ~surroundings.are_classical() & ~is_old | (found.more >= CERTAIN_GAIN)
    is_kept &= ~set_phrases.are_inside(batch.codes, found.place)
    is_left |= _are_halved(batch.codes, found.place, found.form, found.gain >= found.needed + found.more)
    more = np.where(is_left, found.gain, found.more)  # so that it is reported, never applied
    form = scripts.regional(document[near], found.form)
    return found._replace(form=form, more=more).where(is_kept)


def _are_halved(codes: Codes, place: Positions, form: Codes, changes: Mask) -> Mask:
    """Return which places hold one of a character that is written twice behind another that is, 重重復復, where only
    that one of them changes."""
    found = np.zeros(len(place), dtype=np.bool_)
    known = np.sort(place[changes] << 32 | form[changes])
    for step in (-1, 1):
        first = np.minimum(place, place + step)
        is_twice = (codes.take(first) == codes.take(first + 1)) & (codes.take(first - 2) == codes.take(first - 1))
        is_twice &= IS_HAN.take(class_table().take(codes.take(first - 1), mode="clip"))
        found |= is_twice & ~np.isin(place + step << 32 | form, known)
    return found


def _are_left_over(batch: Batch, found: Candidates, document: Positions) -> Mask:
    """Return which places hold a simplified character that was left over throughout the document.

    It was in `ENOUGH` clear places, or as many that change hold others and together gain as much, and no place holds
    another form of it.
    """
    keys = document << 32 | batch.codes.take(found.place)
    is_left = found.rule == LEFTOVER
    known, count = np.unique(keys[is_left & (found.gain >= STRONG)], return_counts=True)
    changes = is_left & (found.gain >= found.needed + found.more)
    gained = np.bincount(document[changes], weights=found.gain[changes], minlength=len(batch))
    many = (np.bincount(document[changes], minlength=len(batch)) >= ENOUGH) & (gained >= ENOUGH * STRONG)
    if not many.any():
        return np.zeros(len(keys), dtype=np.bool_)
    (places,) = batch.spread(many).nonzero()
    codes = batch.codes.take(places)
    folded = model.fold_codes(codes)
    is_form = folded != codes
    forms = batch.documents_of(places[is_form]) << 32 | folded[is_form]
    return np.asarray(is_left & (np.isin(keys, known[count >= ENOUGH]) | (many[document] & ~np.isin(keys, forms))))


def _are_only_simplified(batch: Batch, places: Positions) -> Mask:
    """Return which places hold a character that was not in use before it was a simplified form."""
    return among(batch.classes.take(places), *SIMPLIFIED_CLASSES) & ~are_in(OLD_TOO, batch.codes.take(places))


def _in_simplified(batch: Batch, scripts: Scripts) -> Candidates:
    """Return proposals for characters in simplified text that only traditional text has."""
    if not scripts.is_simplified.any():
        return NONE
    strange = scripts.traditional | are_in(TRADITIONAL_TOO, batch.codes)
    place = np.flatnonzero(strange & scripts.is_simplified)
    if not len(place):
        return NONE
    codes = batch.codes.take(place)
    form = conversion.each_simplified(codes)
    everywhere = np.ones(len(place), np.bool_)
    surroundings = Surroundings(scripts, place)
    is_left = surroundings.are_quotations(everywhere, ~everywhere)
    is_left |= surroundings.are_classical()  # 於我乎 and 采蘋 in simplified editions
    is_left |= ~are_in_prose(batch, place) | ~is_common().take(codes, mode="clip")
    is_left |= form > 0xFFFF  # 頫 of 赵孟頫
    is_left |= dialects.are_cantonese(batch, place) | set_phrases.are_languages(batch.codes, place)
    is_left |= dialects.are_wu(batch, place, scripts.line_ends)
    is_left |= caution.are_kept(batch, place) | set_phrases.are_inside(batch.codes, place)
    is_left |= (codes == ord("於")) & are_in(caution.AFTER_YU, batch.codes.take(place + 1))
    return Candidates.certain(place, form, is_left).where(form != codes)


def _unclear(batch: Batch, scripts: Scripts) -> Candidates:
    """Return reports of the characters that keep a line from being clearly of one script."""
    if not len(scripts.unclear):
        return NONE
    codes = batch.codes.take(scripts.unclear)
    leftovers = confusions.leftover_table().take(codes, mode="clip")
    form = np.where(leftovers > 0, leftovers, model.fold_codes(codes))
    return Candidates.certain(scripts.unclear, form, np.ones(len(form), np.bool_)).where(form != codes)
