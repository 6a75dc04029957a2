"""Whether a tool set the glosses of a document: which characters have one, how often, with which reading, and where."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from encfix.arrays import Mask, Positions
from encfix.batch import Batch
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
from encfix.repairs.gloss.occurrences import Occurrences
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
        self._batch, self._glosses, self._least = batch, glosses, least
        self._head = ~glosses.chained
        """Of each gloss: whether it is the first behind its character, so that each character counts once."""
        self._code = batch.codes.take(glosses.owner)
        """Of each gloss: its character."""
        self.document = batch.documents_of(glosses.start)
        """Of each gloss."""
        self.has_two_forms = two_forms().take(self._code, mode="clip")
        """Of each gloss: whether its character has a simplified and a traditional form."""
        self._is_spaced, self.has_space = _spaces(batch, glosses, self.document)
        self._occurrences = Occurrences.of(batch, glosses, self.document)

    def _count(self, chosen: Mask) -> Positions:
        """Return how many of the glosses that are chosen each document has."""
        return np.bincount(self.document[chosen], minlength=len(self._batch))

    def _count_where(self, places: Positions) -> Positions:
        """Return how many of some sorted positions lie in each document."""
        return np.bincount(self._batch.documents_of(places), minlength=len(self._batch))

    @cached_property
    def is_repeated(self) -> Mask:
        """Of each gloss: whether it stands more than once behind its character."""
        repeats = self._glosses.repeats
        return np.asarray(repeats | np.append(repeats[1:], False)[: len(repeats)])

    @cached_property
    def repeats(self) -> Positions:
        """Of each document: how many characters carry their gloss more than once."""
        return self._count(self.is_repeated & self._head)

    @cached_property
    def _is_told_apart(self) -> Mask:
        """Of each gloss: whether its character is given several readings."""
        return self._occurrences.has_two_readings[self._occurrences.pair]

    @cached_property
    def is_always(self) -> Mask:
        """Of each gloss: whether its character is glossed about wherever it stands, and always the same."""
        seen, glossed, _, pair, _ = self._occurrences
        return np.asarray((glossed[pair] >= ALWAYS / 2 * seen[pair]) & ~self._is_told_apart)

    @cached_property
    def distinct(self) -> Positions:
        """Of each document: how many different characters of two forms are glossed."""
        return self._count(self._occurrences.is_first & self.has_two_forms)

    @cached_property
    def _of_one_form(self) -> Positions:
        """Of each document: how many different characters of one form are glossed."""
        return self._count(self._occurrences.is_first & ~self.has_two_forms)

    @cached_property
    def _owners(self) -> Positions:
        """Of each document: how many characters are glossed."""
        return self._count(self._head)

    @cached_property
    def _words(self) -> Positions:
        """Of each document: how many brackets hold the reading of a whole word."""
        return self._count_where(self._glosses.words)

    @cached_property
    def _han(self) -> npt.NDArray[np.int32]:
        """How many characters of Chinese stand up to each position of the batch."""
        return np.cumsum(among(self._batch.classes, *HAN_CLASSES), dtype=np.int32)

    @cached_property
    def _tells_apart(self) -> Mask:
        """Of each document: whether it is about the several readings of characters."""
        several = self._count(self._occurrences.is_first & self._is_told_apart)
        return np.asarray(several > ONE_FORM_SHARE * (self._of_one_form + self.distinct))

    @cached_property
    def is_glossed(self) -> Mask:
        """Of each document: whether the characters of two forms were glossed by a tool."""
        seen, glossed, _, pair, is_first = self._occurrences
        chosen = is_first & self.has_two_forms
        hits, total = (
            np.bincount(self.document[chosen], counts[pair[chosen]], len(self._batch)) for counts in (glossed, seen)
        )
        return np.asarray(self._is_set_by_tool & (hits >= ALWAYS * total) & ~self._tells_apart)

    @cached_property
    def is_periodic(self) -> Mask:
        """Of each document: whether every fourth or fifth character is glossed."""
        return find_periodic(self._batch, self._glosses, self.document, self._han) & ~self._tells_apart

    @cached_property
    def is_irregular(self) -> Mask:
        """Of each document: whether characters are glossed here and there."""
        suspects = ~(self.is_glossed | self.is_periodic | self._tells_apart | (4 * self._words >= self._owners))
        return find_irregular(self._batch, self._glosses, self.document, suspects)

    @cached_property
    def may_hold_pages(self) -> Mask:
        """Of each document: whether a tool glossed it, but for characters that are glossed in one place and not, or in
        another way, in the next."""
        is_explained = self.is_glossed | self.is_periodic | self.is_irregular
        return np.asarray(self._is_set_by_tool & ~is_explained & (self.repeats < 2))

    @cached_property
    def is_textbook(self) -> Mask:
        """Of each document: whether glosses are its subject, not damage, unless they are periodic or irregular."""
        return np.asarray((self._of_one_form > 1) & self._falls_on_one_form | self._tells_apart)

    @cached_property
    def _falls_on_one_form(self) -> Mask:
        """Of each document: whether more characters of one form are glossed than a tool with a list of others does."""
        return np.asarray(self._of_one_form > ONE_FORM_SHARE * (self._of_one_form + self.distinct))

    @cached_property
    def _is_set_by_tool(self) -> Mask:
        """Of each document: whether its glosses are as a tool sets them, wherever else the characters stand."""
        is_theirs = self._are_enough() & ~self._falls_on_one_form & self._are_first_readings()
        return np.asarray(is_theirs & self._are_in_text() & self._have_few_others())

    def _are_enough(self) -> Mask:
        """Return in which documents enough different characters are glossed, most of them common, and not all."""
        first = self._occurrences.is_first & self.has_two_forms
        common = self._count(first & is_common().take(self._code, mode="clip"))
        plain = self._han.take(self._batch.ends - 1) - self._han.take(self._batch.starts - 1) - self._owners
        is_enough = (self.distinct >= np.maximum(self._needed(), self._least)) & (plain > 0)
        return np.asarray(is_enough & (common > self.distinct / 2))

    def _needed(self) -> Positions:
        """Return how many different characters a tool would have glossed: `LEAST`, `STREWN` or `MUCH`."""
        glosses, owner_class = self._glosses, self._batch.classes.take(self._glosses.owner)
        traditional, simplified = (
            self._count(self._head & form.take(owner_class)) for form in (IS_TRADITIONAL, IS_SIMPLIFIED)
        )
        parting = self._count(self.has_space & _parts_words(self._batch, glosses))
        is_strewn = self._is_spaced & (2 * parting > self._count(self.has_space)) & (self._count(glosses.toned) == 0)
        return np.select([traditional > simplified, is_strewn], [LEAST, STREWN], MUCH)

    def _are_first_readings(self) -> Mask:
        """Return in which documents characters of two forms carry their first reading, nearly all of them."""
        chosen = self._head & self.has_two_forms
        first = self._count(chosen & pinyin.is_first_reading(self._code, self._glosses.packed))
        return np.asarray(first >= ALWAYS * self._count(chosen))

    def _are_in_text(self) -> Mask:
        """Return in which documents glosses stand in running text, and not in a list of glossed characters."""
        glosses, owners = self._glosses, self._owners
        running = self._count(_is_inside_word(self._batch, glosses, self.has_space) & self._head)
        is_behind_gloss = np.append(0, glosses.end[:-1])[: len(glosses.end)] == glosses.owner
        adjacent = self._count(self._head & is_behind_gloss)
        is_list = (adjacent >= A_LIST) & (owners >= A_LIST * (owners - adjacent))
        return np.asarray((2 * running >= owners) & ~is_list)

    def _have_few_others(self) -> Mask:
        """Return which documents hold few brackets with readings of whole words, or with what is no reading."""
        owners, toned = self._owners, self._count(self._head & self._glosses.toned)
        strangers = self._count_where(self._glosses.strangers)
        return np.asarray((4 * self._words < owners) & ((4 * strangers < owners) | (2 * toned > owners)))


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
