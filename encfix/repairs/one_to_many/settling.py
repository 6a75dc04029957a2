"""What becomes of candidates: what their document and what stands around them say for each, or against it."""

from __future__ import annotations

import numpy as np

from encfix.arrays import Codes, Mask, Positions
from encfix.batch import Batch
from encfix.chinese import model
from encfix.chinese.characters import IS_HAN, SIMPLIFIED_CLASSES, among, are_in, class_table
from encfix.chinese.suspects import CONVERTED
from encfix.chinese.words import LONGEST
from encfix.chinese.words_around import interchangeable
from encfix.repairs.one_to_many import caution, dialects, set_phrases
from encfix.repairs.one_to_many.candidate_forms import CERTAIN_GAIN, LEFTOVER, NONE, WRONG, Candidates, joined
from encfix.repairs.one_to_many.line_scripts import Scripts
from encfix.repairs.one_to_many.prose import are_in_prose, are_set_off
from encfix.repairs.one_to_many.surroundings import Surroundings

ENOUGH, STRONG = 3, 9.0
"""Places that show that a document was converted, and the nats that each must gain."""

EVERYWHERE = 0.3
"""What remains of them in a document in which a simplified character was left over so often."""

OLD_TOO = "从无个尔礼与万适宁虫气云"
"""Simplified forms that were characters of their own before."""


def settled(batch: Batch, scripts: Scripts, found: Candidates) -> Candidates:
    """Lower the thresholds in converted documents, and leave out what is far from enough or a quotation."""
    strong = batch.documents_of(found.place[found.gain >= STRONG])
    converted = np.bincount(strong, minlength=len(batch)) >= ENOUGH
    found = joined([found, _not_had(batch, converted)])
    document = batch.documents_of(found.place)
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


def _not_had(batch: Batch, converted: Mask) -> Candidates:
    """Return 沒 for 冇, which is Cantonese, in documents that were `converted`, are not in Cantonese, and lack 沒."""
    (place,) = (batch.codes == ord(dialects.NOT_HAD)).nonzero()
    if not len(place) or not converted.any():
        return NONE
    is_mandarin = converted & ~dialects.are_cantonese_documents(batch) & ~batch.holds(batch.codes == ord("沒"))
    place = place[is_mandarin[batch.documents_of(place)]]
    form = np.full(len(place), ord("沒"), dtype=np.uint32)
    found = Candidates.certain(place, form, np.zeros(len(place), dtype=np.bool_))
    return found._replace(rule=np.full(len(place), WRONG, dtype=np.int16))


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
