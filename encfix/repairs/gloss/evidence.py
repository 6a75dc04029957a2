"""Whether a tool set the glosses of a document: which characters have one, how often, with which reading, and where."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from encfix.batch import Batch, Mask, Positions
from encfix.chinese import pinyin
from encfix.chinese.characters import (
    HAN_CLASSES,
    IS_HAN,
    IS_SIMPLIFIED,
    IS_TRADITIONAL,
    Class,
    among,
    is_common,
    two_forms,
)
from encfix.repairs.gloss.finding import Glosses
from encfix.repairs.gloss.irregular import find_irregular
from encfix.repairs.gloss.periodic import find_periodic

ENOUGH = 4
"""Different characters of two forms that are glossed on a page that needs no other sign of damage."""

ONE_FORM_SHARE = 0.125
"""A page whose glosses fall on characters of one form more often than this is a textbook."""

ALWAYS = 0.8
"""The least share of its occurrences at which a page's glossed characters are glossed; half of it for each of them."""

LEAST, STREWN, MUCH = 2, 3, 12
"""Different characters that a tool glossed on a traditional page, and on a simplified one where a space behind glosses
without tones parts words, or not: the tools turn pages to traditional, and learners gloss simplified ones."""

A_LIST = 3
"""Glossed characters that stand in a row, in the mean, where a list of them was set."""


class Evidence:
    """The evidence of whole documents; arrays have one element a document or one a gloss, as said."""

    def __init__(self, batch: Batch, glosses: Glosses, least: int = LEAST) -> None:
        """`least` is how many different characters of two forms must be glossed."""
        count = len(batch)
        owner_code = batch.codes.take(glosses.owner)
        head = ~glosses.chained
        self.document = batch.documents_of(glosses.start)
        """Of each gloss."""
        self.has_two_forms = two_forms().take(owner_code, mode="clip")
        """Of each gloss: whether its character has a simplified and a traditional form."""
        self.is_repeated = glosses.repeats | np.append(glosses.repeats[1:], False)[: len(head)]
        """Of each gloss: whether it stands more than once behind its character."""

        def per_document(chosen: Mask) -> npt.NDArray[np.int64]:
            return np.bincount(self.document[chosen], minlength=count)

        self.repeats = per_document(self.is_repeated & head)
        """Of each document: how many characters carry their gloss more than once."""
        seen, glossed, place, is_first = _occurrences(batch, self.document, owner_code, head)
        kinds, documents = self.has_two_forms, self.document
        self.distinct = per_document(is_first & kinds)
        """Of each document: how many different characters of two forms are glossed."""
        one_form = per_document(is_first & ~kinds)
        total = np.bincount(documents[is_first & kinds], weights=seen[place[is_first & kinds]], minlength=count)
        hits = np.bincount(documents[is_first & kinds], weights=glossed[place[is_first & kinds]], minlength=count)
        is_told_apart = _has_two_readings(glosses, place, len(seen))[place]
        told_apart = per_document(is_first & is_told_apart)
        self.is_always = (glossed[place] >= ALWAYS / 2 * seen[place]) & ~is_told_apart
        """Of each gloss: whether its character is glossed about wherever it stands, and always the same."""
        han = np.cumsum(among(batch.classes, *HAN_CLASSES), dtype=np.int32)
        owners = per_document(head)
        plain = han.take(batch.ends - 1) - han.take(batch.starts - 1) - owners
        owner_class = batch.classes.take(glosses.owner)
        traditional, simplified = (
            per_document(head & form.take(owner_class)) for form in (IS_TRADITIONAL, IS_SIMPLIFIED)
        )
        first_reading = per_document(head & kinds & pinyin.is_first_reading(owner_code, glosses.packed))
        spaced, self.has_space = _spaces(batch, glosses, documents)
        parting = per_document(self.has_space & _parts_words(batch, glosses))
        strewn = spaced & (2 * parting > per_document(self.has_space)) & (per_document(glosses.toned) == 0)
        needed = np.maximum(np.select([traditional > simplified, strewn], [LEAST, STREWN], MUCH), least)
        of_two_forms = per_document(head & kinds)
        common = per_document(is_first & kinds & is_common().take(owner_code, mode="clip"))
        words, strangers = (
            np.bincount(batch.documents_of(places), minlength=count) for places in (glosses.words, glosses.strangers)
        )
        toned = per_document(head & glosses.toned)
        adjacent = per_document(head & (np.append(0, glosses.end[:-1])[: len(head)] == glosses.owner))
        running = per_document(_is_inside_word(batch, glosses, self.has_space) & head)
        is_set = (
            (self.distinct >= needed)
            & (one_form <= ONE_FORM_SHARE * (one_form + self.distinct))
            & (plain > 0)
            & (first_reading >= ALWAYS * of_two_forms)
            & (2 * running >= owners)
            & (common > self.distinct / 2)
            & (4 * words < owners)
            & ((4 * strangers < owners) | (2 * toned > owners))
            & ((adjacent < A_LIST) | (owners < A_LIST * (owners - adjacent)))
        )
        every = one_form + self.distinct
        tells_apart = told_apart > ONE_FORM_SHARE * every
        self.is_glossed = is_set & (hits >= ALWAYS * total) & ~tells_apart
        """Of each document: whether the characters of two forms were glossed by a tool."""
        self.is_periodic = find_periodic(batch, glosses, documents, han) & ~tells_apart
        """Of each document: whether every fourth or fifth character is glossed."""
        suspects = ~(self.is_glossed | self.is_periodic | tells_apart | (4 * words >= owners))
        self.is_irregular = find_irregular(batch, glosses, documents, suspects)
        """Of each document: whether characters are glossed here and there."""
        self.may_hold_pages = is_set & ~(self.is_glossed | self.is_periodic | self.is_irregular) & (self.repeats < 2)
        """Of each document: whether they were, but for characters that are glossed in one place and not, or in another
        way, in the next."""
        self.is_textbook = ((one_form > 1) & (one_form > ONE_FORM_SHARE * every)) | tells_apart
        """Of each document: whether glosses are its subject, not damage, unless they are periodic or irregular."""


def _is_inside_word(batch: Batch, glosses: Glosses, has_space: Mask) -> Mask:
    """Return which glosses stand in running text: right behind another character or gloss, or right before one.

    A space that belongs to the gloss does not part it from what follows, unless its character is set off by one too.
    """
    classes = batch.classes
    before = classes.take(glosses.owner - 1)
    end = glosses.end + (has_space & (before != Class.SPACE))
    after_gloss = (before == Class.CLOSE) | ((before == Class.SPACE) & (classes.take(glosses.owner - 2) == Class.CLOSE))
    return np.asarray(IS_HAN.take(before) | after_gloss | IS_HAN.take(classes.take(end)))


def _parts_words(batch: Batch, glosses: Glosses) -> Mask:
    """Return which glosses, with the space behind them, part characters that none parts before."""
    before, after = batch.classes.take(glosses.owner - 1), batch.classes.take(glosses.end + 1)
    return np.asarray((before != Class.SPACE) & IS_HAN.take(after))


def _has_two_readings(glosses: Glosses, place: Positions, pairs: int) -> Mask:
    """Return which pairs of document and character are glossed in two ways; a tool gives the first reading always.

    `place` is the pair of each gloss. A tone counts where both are written with one.
    """
    has_two = np.zeros(pairs, dtype=np.bool_)
    head = ~glosses.chained
    for value, chosen in ((glosses.packed, head), (glosses.written, head & glosses.toned)):
        one = np.zeros(pairs, dtype=np.int64)
        one[place[chosen]] = value[chosen]
        has_two[place[chosen & (value != one[place])]] = True
    return has_two


def _occurrences(
    batch: Batch, document: Positions, owner_code: npt.NDArray[np.uint32], head: Mask
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Positions, Mask]:
    """Return, for each pair of document and glossed character, how often it occurs and is glossed.

    The other arrays have one element a gloss: the place of its pair in the first two, and whether it is the first of
    its pair.
    """
    wanted = np.zeros(0x10000, dtype=np.bool_)
    wanted[owner_code] = True
    kinds = np.flatnonzero(wanted)
    number = np.zeros(0x10000, dtype=np.int64)
    number[kinds] = np.arange(len(kinds))
    found = np.flatnonzero(wanted.take(batch.codes, mode="clip"))
    place = document * len(kinds) + number.take(owner_code)
    everywhere = batch.documents_of(found) * len(kinds) + number.take(batch.codes.take(found))
    pairs = len(batch) * len(kinds)
    if pairs > len(batch.codes):  # many short documents: most pairs of document and character never occur
        known, place = np.unique(place, return_inverse=True)
        index = np.searchsorted(known, everywhere)
        everywhere, pairs = index[known.take(index, mode="clip") == everywhere], len(known)
    first = np.empty(pairs, dtype=np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    is_first = first.take(place) == np.arange(len(place))
    glossed = np.bincount(place[head], minlength=pairs)
    return np.bincount(everywhere, minlength=pairs), glossed, place, is_first


def _spaces(batch: Batch, glosses: Glosses, document: Positions) -> tuple[Mask, Mask]:
    """Return for each document whether its glosses carry a space, and for each gloss whether it has one to delete.

    The tool that leaves out tones sets a space, the one that writes them does not; glosses are judged by that.
    """
    count = len(batch)
    last = ~np.append(glosses.chained[1:], False)
    space = last & (batch.codes.take(glosses.end) == ord(" "))
    spaced = np.zeros(count, dtype=np.bool_)
    deletable = np.zeros(len(space), dtype=np.bool_)
    for toned, least in ((False, 0.25), (True, 0.5)):
        chosen = last & (glosses.toned == toned)
        have = np.bincount(document[chosen & space], minlength=count)
        whole = np.bincount(document[chosen], minlength=count)
        carries = have > least * whole
        spaced |= carries
        deletable |= chosen & space & carries[document]
    return spaced, deletable
