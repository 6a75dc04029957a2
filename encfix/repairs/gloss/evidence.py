"""Whether a tool set the glosses of a document: which characters have one, how often, with which reading, and where."""

from __future__ import annotations

from typing import NamedTuple

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
        owner_code = batch.codes.take(glosses.owner)
        head = ~glosses.chained
        self.document = batch.documents_of(glosses.start)
        """Of each gloss."""
        self.has_two_forms = two_forms().take(owner_code, mode="clip")
        """Of each gloss: whether its character has a simplified and a traditional form."""
        self.is_repeated = glosses.repeats | np.append(glosses.repeats[1:], False)[: len(head)]
        """Of each gloss: whether it stands more than once behind its character."""
        spaced, self.has_space = _spaces(batch, glosses, self.document)
        seen, glossed, place, is_first = _occurrences(batch, self.document, owner_code, head)
        is_told_apart = _has_two_readings(glosses, place, len(seen))[place]
        self.is_always = (glossed[place] >= ALWAYS / 2 * seen[place]) & ~is_told_apart
        """Of each gloss: whether its character is glossed about wherever it stands, and always the same."""

        def per_document(chosen: Mask, weights: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.int64]:
            values = None if weights is None else weights[place[chosen]]
            return np.bincount(self.document[chosen], values, len(batch)).astype(np.int64)

        kinds, owner_class = self.has_two_forms, batch.classes.take(glosses.owner)
        self.repeats = per_document(self.is_repeated & head)
        """Of each document: how many characters carry their gloss more than once."""
        self.distinct = per_document(is_first & kinds)
        """Of each document: how many different characters of two forms are glossed."""
        han = np.cumsum(among(batch.classes, *HAN_CLASSES), dtype=np.int32)
        owners, toned = per_document(head), per_document(head & glosses.toned)
        with_space = per_document(self.has_space)
        parting = per_document(self.has_space & _parts_words(batch, glosses))
        counts = _Counts(
            owners=owners,
            distinct=self.distinct,
            one_form=per_document(is_first & ~kinds),
            of_two_forms=per_document(head & kinds),
            first_reading=per_document(head & kinds & pinyin.is_first_reading(owner_code, glosses.packed)),
            common=per_document(is_first & kinds & is_common().take(owner_code, mode="clip")),
            plain=han.take(batch.ends - 1) - han.take(batch.starts - 1) - owners,
            toned=toned,
            running=per_document(_is_inside_word(batch, glosses, self.has_space) & head),
            adjacent=per_document(head & (np.append(0, glosses.end[:-1])[: len(head)] == glosses.owner)),
            words=np.bincount(batch.documents_of(glosses.words), minlength=len(batch)),
            strangers=np.bincount(batch.documents_of(glosses.strangers), minlength=len(batch)),
        )
        traditional, simplified = (
            per_document(head & form.take(owner_class)) for form in (IS_TRADITIONAL, IS_SIMPLIFIED)
        )
        is_strewn = spaced & (2 * parting > with_space) & (per_document(glosses.toned) == 0)
        needed = np.select([traditional > simplified, is_strewn], [LEAST, STREWN], MUCH)
        is_set = _are_set_by_tool(counts, np.maximum(needed, least))
        every = counts.one_form + counts.distinct
        tells_apart = per_document(is_first & is_told_apart) > ONE_FORM_SHARE * every
        hits, total = (per_document(is_first & kinds, weights) for weights in (glossed, seen))
        self.is_glossed = is_set & (hits >= ALWAYS * total) & ~tells_apart
        """Of each document: whether the characters of two forms were glossed by a tool."""
        self.is_periodic = find_periodic(batch, glosses, self.document, han) & ~tells_apart
        """Of each document: whether every fourth or fifth character is glossed."""
        suspects = ~(self.is_glossed | self.is_periodic | tells_apart | (4 * counts.words >= owners))
        self.is_irregular = find_irregular(batch, glosses, self.document, suspects)
        """Of each document: whether characters are glossed here and there."""
        self.may_hold_pages = is_set & ~(self.is_glossed | self.is_periodic | self.is_irregular) & (self.repeats < 2)
        """Of each document: whether they were, but for characters that are glossed in one place and not, or in another
        way, in the next."""
        self.is_textbook = (counts.one_form > 1) & (counts.one_form > ONE_FORM_SHARE * every) | tells_apart
        """Of each document: whether glosses are its subject, not damage, unless they are periodic or irregular."""


class _Counts(NamedTuple):
    """What the glosses of each document come to: int64 of shape (documents,) each.

    owners: characters that are glossed; distinct, one_form, common: different ones of two forms, of one form, and of
    two forms that are in common use; of_two_forms, first_reading: those of two forms, and those of them with their
    first reading; toned: those whose gloss has a tone; running, adjacent: those in running text, and right behind
    another gloss; plain: characters without a gloss; words, strangers: brackets with readings of whole words, and of
    other characters.
    """

    owners: npt.NDArray[np.int64]
    distinct: npt.NDArray[np.int64]
    one_form: npt.NDArray[np.int64]
    of_two_forms: npt.NDArray[np.int64]
    first_reading: npt.NDArray[np.int64]
    common: npt.NDArray[np.int64]
    plain: npt.NDArray[np.int64]
    toned: npt.NDArray[np.int64]
    running: npt.NDArray[np.int64]
    adjacent: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    strangers: npt.NDArray[np.int64]


def _are_set_by_tool(counts: _Counts, needed: npt.NDArray[np.int64]) -> Mask:
    """Return which documents have glosses as a tool sets them, on `needed` different characters or more."""
    owners = counts.owners
    is_enough = (counts.distinct >= needed) & (counts.plain > 0)
    is_no_textbook = counts.one_form <= ONE_FORM_SHARE * (counts.one_form + counts.distinct)
    are_common = counts.common > counts.distinct / 2
    are_first_readings = counts.first_reading >= ALWAYS * counts.of_two_forms
    is_in_text = 2 * counts.running >= owners
    is_no_list = (counts.adjacent < A_LIST) | (owners < A_LIST * (owners - counts.adjacent))
    has_few_others = (4 * counts.words < owners) & ((4 * counts.strangers < owners) | (2 * counts.toned > owners))
    return np.asarray(
        is_enough & is_no_textbook & are_common & are_first_readings & is_in_text & is_no_list & has_few_others
    )


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
