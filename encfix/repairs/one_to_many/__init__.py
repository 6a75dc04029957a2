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

from encfix.arrays import Mask
from encfix.batch import Batch
from encfix.chinese import confusions, conversion, model, suspects
from encfix.chinese.characters import are_in, is_common
from encfix.chinese.suspects import Suspects
from encfix.edits import Edits
from encfix.options import Options
from encfix.repairs.one_to_many import caution, dialects, set_phrases
from encfix.repairs.one_to_many.candidate_forms import NONE, Candidates, edits_of, joined
from encfix.repairs.one_to_many.deciding import decided
from encfix.repairs.one_to_many.line_scripts import Scripts
from encfix.repairs.one_to_many.prose import are_in_prose
from encfix.repairs.one_to_many.settling import STRONG, settled
from encfix.repairs.one_to_many.surroundings import Surroundings
from encfix.screen import CONFUSABLE

REPAIRED = ("auto", "traditional", "taiwan", "hongkong", "taiwan-phrases", "hongkong-phrases")
"""The values of `script` under which traditional text is repaired."""

CLEARLY = 4.0
"""Nats by which a form beats the others beside its neighbours where it is clearly right."""

TRADITIONAL_TOO = "於麽"
"""Characters that simplified text has too, in names; else they are of traditional text."""


def flags(options: Options) -> int:
    """Return that a document must hold a traditional character: simplified text without any has nothing to repair."""
    return CONFUSABLE if options.script in REPAIRED else 0


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
    met = suspects.find(batch.codes, scripts.is_traditional)
    (strangers,) = (scripts.simplified & scripts.is_traditional).nonzero()
    strangers = strangers[confusions.tables().group_of.take(batch.codes.take(strangers), mode="clip") < 0]
    doubtful, is_attested = met.doubtful(batch.codes)
    if not len(doubtful.place) and not len(strangers):
        return NONE
    familiar = _are_familiar(batch, met, doubtful)
    found = decided(batch, doubtful.choices(), is_attested & ~doubtful.is_cut, familiar)
    leftovers = confusions.leftover_table().take(batch.codes.take(strangers), mode="clip")
    strangers, leftovers = strangers[leftovers > 0], leftovers[leftovers > 0]
    is_left = ~is_common().take(batch.codes.take(strangers))  # 赟 is somebody's name
    is_left |= dialects.are_dialect(batch, strangers, found.place[found.gain >= STRONG])
    is_left |= dialects.are_cantonese(batch, strangers)
    return settled(batch, scripts, joined([found, Candidates.certain(strangers, leftovers, is_left)]))


def _are_familiar(batch: Batch, met: Suspects, doubtful: Suspects) -> Mask:
    """Return which places hold a form that is clearly right in another place of the document: 麵 where it has 麵包."""
    right, own = (
        batch.documents_of(places) << 32 | batch.codes.take(places)
        for places in (met.place[met.margin <= -CLEARLY], doubtful.place)
    )
    return np.isin(own, right)


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
