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

from encfix.arrays import Codes, Mask, Positions
from encfix.batch import Batch
from encfix.chinese import confusions, conversion, model, words
from encfix.chinese.characters import are_in, is_common
from encfix.chinese.spelling import GAP, Choices
from encfix.chinese.words import LONGEST
from encfix.chinese.words_around import Evidence, evidence
from encfix.edits import Edits
from encfix.options import Options
from encfix.repairs.one_to_many import caution, dialects, set_phrases
from encfix.repairs.one_to_many.candidate_forms import NONE, Candidates, edits_of, joined
from encfix.repairs.one_to_many.deciding import ALONE, decided
from encfix.repairs.one_to_many.line_scripts import Scripts
from encfix.repairs.one_to_many.prose import are_in_prose
from encfix.repairs.one_to_many.settling import CONVERTED, STRONG, settled
from encfix.repairs.one_to_many.surroundings import Surroundings
from encfix.screen import TRADITIONAL

REPAIRED = ("auto", "traditional", "taiwan", "hongkong", "taiwan-phrases", "hongkong-phrases")
"""The values of `script` under which traditional text is repaired."""

WORTH_A_LOOK = 0.0
"""Nats by which a form may fall short of the one seen, judged by its neighbours alone, and still be decoded."""

WORTH_A_WORD = -8.0
"""The same for what surnames become, and for forms of few words: words tell them, pairs do not."""

WORTH_A_CUT = -3.0
"""The same for characters that may be in a word on either side."""

CLEARLY = 4.0
"""Nats by which a form beats the others beside its neighbours where it is clearly right."""

LEAST_ATTESTED = 1.0
"""Nats by which a form must win among its neighbours to be decoded though the form seen is right in some word."""

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
    (possible,) = (margins > WORTH_A_CUT).nonzero()
    are_cut = np.zeros(len(suspects), dtype=np.bool_)
    are_cut[possible] = _are_cut(batch.codes, suspects[possible])
    least = np.where(by_words, WORTH_A_WORD, np.where(are_cut, WORTH_A_CUT, WORTH_A_LOOK))
    (chosen,) = (margins > least).nonzero()
    if not len(chosen) and not len(strangers):
        return NONE
    said = evidence(batch.codes.take(suspects[chosen][:, None] + np.arange(1 - LONGEST, LONGEST)))
    promising = _are_promising(batch.codes.take(suspects[chosen]), said, margins[chosen], are_cut[chosen])
    chosen = chosen[promising]
    if not len(chosen) and not len(strangers):
        return NONE
    codes = np.where(forms < 0, 0, table.codes.take(forms, mode="clip")).astype(np.uint16).take(chosen, axis=1)
    choices = Choices(suspects[chosen], codes, logs.take(chosen, axis=1).astype(np.float64))
    is_attested = said.attested[promising] & ~are_cut[chosen]
    found = decided(batch, choices, is_attested, _are_familiar(batch, suspects, margins, chosen))
    leftovers = confusions.leftover_table().take(batch.codes.take(strangers), mode="clip")
    strangers, leftovers = strangers[leftovers > 0], leftovers[leftovers > 0]
    is_left = ~is_common().take(batch.codes.take(strangers))  # 赟 is somebody's name
    is_left |= dialects.are_dialect(batch, strangers, found.place[found.gain >= STRONG])
    is_left |= dialects.are_cantonese(batch, strangers)
    return settled(batch, scripts, joined([found, Candidates.certain(strangers, leftovers, is_left)]))


def _are_familiar(batch: Batch, suspects: Positions, margins: npt.NDArray[np.float32], chosen: Positions) -> Mask:
    """Return which places hold a form that is clearly right in another place of the document: 麵 where it has 麵包."""
    keys = batch.documents_of(suspects) << 32 | batch.codes.take(suspects)
    return np.isin(keys[chosen], keys[margins <= -CLEARLY])


def _are_cut(codes: Codes, places: Positions) -> Mask:
    """Return which places are in a word with the character before and in one with that behind, and hold what a
    converter writes that cuts words wrongly: 裡|麵包|括 of 裡面|包括, 三|維繫|統 of 三維|系統."""
    last, before, here, behind, next_ = (model.fold_codes(codes.take(places + step)) for step in range(-2, 3))
    found = words.are_words(before, here)
    found[found] = words.are_words(here[found], behind[found])
    (where,) = found.nonzero()
    is_late = words.are_words(behind[where], next_[where])
    (early,) = (~is_late & words.are_words(last[where], before[where])).nonzero()
    is_late[early[~_are_right_before(codes, places[where[early]])]] = True
    found[where] = is_late
    return found


def _are_right_before(codes: Codes, places: Positions) -> Mask:
    """Return which places hold a form that is right in a word with what stands behind: 麵 in 一方麵包."""
    around = codes.take(places[:, None] + np.arange(1 - LONGEST, LONGEST))
    around[:, : LONGEST - 1] = GAP
    return evidence(around).attested


def _are_promising(seen: Codes, said: Evidence, margins: npt.NDArray[np.float32], are_cut: Mask) -> Mask:
    """Return which places may pass a threshold in the end; for most that stay, the words around them say no."""
    by_word = said.forbidden & ((margins >= LEAST_ATTESTED) | are_cut)
    freely = said.forbidden | (margins >= ALONE * CONVERTED) | are_in(confusions.BOUND, seen)
    return np.asarray((margins >= ALONE) | np.where(said.attested, by_word, freely))


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
