"""Whether a tool set the glosses of a document: which characters have one, how often, with which reading, and where."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from encfix.batch import Batch, Mask, Positions
from encfix.chinese import pinyin
from encfix.chinese.characters import (
    HAN_CLASSES,
    IS_HAN,
    IS_TRADITIONAL,
    Class,
    among,
    is_common,
    two_forms,
)
from encfix.edits import inside
from encfix.repairs.gloss.finding import Glosses

ENOUGH = 4
"""Different characters of two forms that are glossed on a page that needs no other sign of damage."""

ONE_FORM_SHARE = 0.125
"""A page whose glosses fall on characters of one form more often than this is a textbook."""

ALWAYS = 0.8
"""The least share of its occurrences at which a page's glossed characters are glossed; half of it for each of them."""

A_LIST = 3
"""Glossed characters that stand in a row, in the mean, where a list of them was set."""

SHORTEST_PERIOD, LONGEST_PERIOD = 4, 5
"""Characters from one periodic gloss to the next."""

VARIATION_SELECTOR = 0xFE0F
CODES = 0x110000
"""As many code points as there are."""


class Page:
    """The evidence of whole documents; arrays have one element a document or one a gloss, as said."""

    def __init__(self, batch: Batch, glosses: Glosses) -> None:
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
        self.is_always = glossed[place] >= ALWAYS / 2 * seen[place]
        """Of each gloss: whether its character is glossed about wherever it stands."""
        han = among(batch.classes, *HAN_CLASSES)
        owners = per_document(head)
        plain = batch.counts(han) - owners
        traditional = per_document(head & IS_TRADITIONAL.take(batch.classes.take(glosses.owner)))
        first_reading = per_document(head & kinds & pinyin.is_first_reading(owner_code, glosses.packed))
        spaced, self.has_space = _spaces(batch, glosses, documents)
        needed = np.where((traditional > 0) | spaced, 2, ENOUGH)
        of_two_forms = per_document(head & kinds)
        common = per_document(is_first & kinds & is_common().take(owner_code, mode="clip"))
        words, strangers = (
            np.bincount(batch.documents_of(places), minlength=count) for places in (glosses.words, glosses.strangers)
        )
        toned = per_document(head & glosses.toned)
        adjacent = per_document(head & (np.append(0, glosses.end[:-1])[: len(head)] == glosses.owner))
        running = per_document(_is_inside_word(batch, glosses, self.has_space) & head)
        self.is_glossed = (
            (self.distinct >= needed)
            & (one_form <= ONE_FORM_SHARE * (one_form + self.distinct))
            & (hits >= ALWAYS * total)
            & (plain > 0)
            & (first_reading >= ALWAYS * of_two_forms)
            & (2 * running >= owners)
            & (common > self.distinct / 2)
            & (4 * words < owners)
            & ((4 * strangers < owners) | (2 * toned > owners))
            & ((adjacent < A_LIST) | (owners < A_LIST * (owners - adjacent)))
        )
        """Of each document: whether the characters of two forms were glossed by a tool."""
        self.is_periodic = _periodic(batch, glosses.where(head), documents[head], han)
        """Of each document: whether every fourth or fifth character is glossed."""
        self.is_textbook = (one_form > 1) & (one_form > ONE_FORM_SHARE * (one_form + self.distinct))
        """Of each document: whether glosses are its subject, not damage, unless they are periodic."""


def _is_inside_word(batch: Batch, glosses: Glosses, has_space: Mask) -> Mask:
    """Return which glosses stand in running text: right behind another character or gloss, or right before one.

    A space that belongs to the gloss does not part it from what follows, unless its character is set off by one too.
    """
    classes = batch.classes
    before = classes.take(glosses.owner - 1)
    end = glosses.end + (has_space & (before != Class.SPACE))
    after_gloss = (before == Class.CLOSE) | ((before == Class.SPACE) & (classes.take(glosses.owner - 2) == Class.CLOSE))
    return np.asarray(IS_HAN.take(before) | after_gloss | IS_HAN.take(classes.take(end)))


def _occurrences(
    batch: Batch, document: Positions, owner_code: npt.NDArray[np.uint32], head: Mask
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Positions, Mask]:
    """Return, for each different pair of document and glossed character, how often it occurs and is glossed.

    The other arrays have one element a gloss: the place of its pair in the first two, and whether it is the first of
    its pair.
    """
    keys = document * CODES + owner_code
    pairs, first, place = np.unique(keys, return_index=True, return_inverse=True)
    is_first = np.zeros(len(place), dtype=np.bool_)
    is_first[first] = True
    glossed = np.bincount(place[head], minlength=len(pairs))
    wanted = np.zeros(0x10000, dtype=np.bool_)
    wanted[owner_code] = True
    found = np.flatnonzero(wanted.take(batch.codes, mode="clip"))
    found_keys = batch.documents_of(found) * CODES + batch.codes.take(found)
    index = np.searchsorted(pairs, found_keys)
    same = pairs.take(index, mode="clip") == found_keys
    seen = np.bincount(index[same], minlength=len(pairs))
    return seen, glossed, place, is_first


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


def _periodic(batch: Batch, heads: Glosses, document: Positions, han: Mask) -> Mask:
    """Return for each document whether glosses on one line stand four or five characters apart, (nearly) all of them.

    `han` says where the characters of Chinese are.
    """
    count = len(batch)
    newlines = np.flatnonzero(among(batch.classes, Class.NEWLINE))
    same_line = (np.diff(np.searchsorted(newlines, heads.owner)) == 0) & (np.diff(document) == 0)
    gaps = np.add.reduceat(han, heads.owner, dtype=np.int64)[:-1][same_line]
    where = document[1:][same_line]
    total = np.bincount(where, minlength=count)
    even = np.bincount(where[(gaps >= SHORTEST_PERIOD) & (gaps <= LONGEST_PERIOD)], minlength=count)
    periodic = (total > 0) & (even >= 0.9 * total)
    few = periodic & (total < ENOUGH - 1)
    if few.any():
        periodic &= ~few | batch.holding(emoji_between(batch))
    return np.asarray(periodic)


def emoji_between(batch: Batch) -> Positions:
    """Return emoji that stand between Chinese characters, or a bracket and a character, emoji beside them included."""
    starts, ends = _emoji(batch)
    fits = _follow_text(batch, starts) & IS_HAN.take(batch.classes.take(ends))
    return inside(starts[fits], (ends - starts)[fits])


def strewn_emoji(batch: Batch, is_strewn: Mask) -> Positions:
    """Return the emoji of documents into which some were strewn: those between characters, and wherever text goes on
    or a line ends behind a character, those of the same kinds.
    """
    between = emoji_between(batch)
    between = between[is_strewn[batch.documents_of(between)]]
    seen = np.unique(batch.documents_of(between) * CODES + batch.codes.take(between))
    starts, ends = _emoji(batch)
    fits = _follow_text(batch, starts) & is_strewn[batch.documents_of(starts)]
    found = inside(starts[fits], (ends - starts)[fits])
    keys = batch.documents_of(found) * CODES + batch.codes.take(found)
    return np.unique(np.concatenate((between, found[np.isin(keys, seen)])))


def _emoji(batch: Batch) -> tuple[Positions, Positions]:
    """Return where runs of emoji begin and end, with what joins and varies them."""
    is_part = among(batch.classes, Class.EMOJI) | (batch.codes == VARIATION_SELECTOR) | (batch.codes == 0x200D)
    edges = np.diff(is_part.astype(np.int8))
    return np.flatnonzero(edges == 1) + 1, np.flatnonzero(edges == -1) + 1


def _follow_text(batch: Batch, starts: Positions) -> Mask:
    """Return which runs of emoji stand behind a character, or the bracket or space of its gloss."""
    before = batch.classes.take(starts - 1)
    return np.asarray(IS_HAN.take(before) | (before == Class.CLOSE) | (before == Class.SPACE))
