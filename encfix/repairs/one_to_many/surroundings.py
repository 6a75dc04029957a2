"""What stands around a place: quotations of the other script, labels before them, titles, addresses, Japanese, lists.

Everything is found from sorted positions of marks and characters in the whole batch, for many places at once.
"""

from __future__ import annotations

import re
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions, inside, offsets_of
from encfix.batch import to_text
from encfix.chinese.characters import HAN_CLASSES, among, are_in, role_table
from encfix.repairs.one_to_many import columns, examples, spellings
from encfix.repairs.one_to_many.japanese import HARDLY_JAPANESE, SHINJITAI, everyday_japanese
from encfix.repairs.one_to_many.line_scripts import CLEAR, CLOSING, OPENING, Scripts
from encfix.repairs.one_to_many.places import FAR, around, between, first_from, last_before
from encfix.repairs.one_to_many.prose import are_hardly_modern

QUOTED = 60
"""Code points on either side within which the marks of a quotation are looked for."""

FEW_WORDS = 4
"""Ideographs in the longest quotation of the other script that is repaired."""

CLASSICAL = "之其兮矣曰乎哉焉爾尔彼匪"
MODERN = "的了这這们們個她您你嗎吗吧呢呀啊啦很些跟讓让沒电電站題题聯联組组費费網网訊讯隊队賽赛"
"""Characters of classical Chinese that modern text has far fewer of, and the other way round."""

LAST_OF_CLAUSES, ENDS_CLAUSE = "也夫歟", "。！？；：，」』”"
"""Characters that modern text has too, but not before a mark: words of classical Chinese at the end of a clause."""

MODERN_WORDS = ("其他", "其它", "其實", "其实", "尤其", "之一")
"""Words of modern Chinese that hold a character of the classical ones."""

OLD = 40
"""Ideographs, with none of modern text among them, that make a text old, be it verse, annals or a list of titles."""

HARDLY_MODERN = 0.005
"""The share of such characters up to which a page is old; news and notices hold 0.01 and more."""

FEW_CLASSICAL = 2
"""Words of classical Chinese that make a text without modern ones classical."""

MENTIONED = 0.2
"""The share of ideographs among what stands around a place, below which it is text of another language."""

SETS_OFF = "()[],;:\"'（）［］，、；：" + OPENING + CLOSING
"""What stands beside a name that such text mentions; commands in Chinese text have spaces on both sides of what it
says of them."""

TITLES = "《〈"
EDGES = "，。、；：！？,;:!?\n\r\t |" + OPENING + CLOSING
"""What stands between clauses."""

_ADDRESS = re.compile(r"(?://|www\.)[\w.:-]+/[^\s\"'<>()（），。、；：！？「」『』《》“”]*$")
"""The host of an address, and as much of its path as stands before a place."""

AT_ONCE = 4096
"""Places whose wide surroundings are looked at together, so that a long document takes no more memory."""

NEAR_JAPANESE = 12
"""Code points on either side within which one of them makes a text Japanese."""

BEFORE_LITERALS, BEHIND_LITERALS = ":,[{( ", ":,]}) "
"""What stands before and behind a string literal in JSON and code."""

HARDLY_JAPANESE_SHARE = 0.05
"""The share of such characters from which on a document is Chinese: rare characters of Japanese names are fewer."""

_SETS = (EDGES, OPENING, CLOSING, CLASSICAL + LAST_OF_CLAUSES, MODERN, SHINJITAI, "/", "\n")
_EDGE, _OPENING, _CLOSING, _CLASSICAL, _MODERN, _SHINJITAI, _SLASH, _NEWLINE = (1 << n for n in range(len(_SETS)))


class Surroundings:
    """What stands around some places of a batch, at least one, which must be sorted."""

    def __init__(self, scripts: Scripts, places: Positions) -> None:
        batch = scripts.batch
        self._document = document = batch.documents_of(places)
        self._scripts, self._places = scripts, places
        self._start = np.maximum(batch.starts[document], places - QUOTED)
        self._end = np.minimum(batch.ends[document], places + QUOTED + 1)
        apart = self._start[1:] >= self._end[:-1]
        first, last = np.concatenate(([True], apart)), np.concatenate((apart, [True]))
        self._where = inside(self._start[first], self._end[last] - self._start[first])
        """Every position that is looked at, sorted."""
        self._roles = role_table(*_SETS).take(batch.codes.take(self._where), mode="clip")

    def _holding(self, role: int) -> Positions:
        return self._where.take((self._roles & np.uint8(role)).nonzero()[0])

    def are_classical(self) -> Mask:
        """Return which places lie in classical text: it has spellings of its own, 于 and 采 and 云."""
        classical = between(self._classical, self._start, self._end)
        return np.asarray((classical >= FEW_CLASSICAL) & (classical > CLEAR * self._modern))

    def are_old(self) -> Mask:
        """Return which places lie in text that is long enough to hold a modern word, and holds none, on such a page; or
        that is not, but reads as nothing modern."""
        lacks = self._modern == 0
        if lacks.any():
            batch = self._scripts.batch
            modern, han = batch.counts(are_in(MODERN, batch.codes)), batch.counts(among(batch.classes, *HAN_CLASSES))
            lacks &= (modern <= HARDLY_MODERN * han)[batch.documents_of(self._places)]
        found = lacks & (self._ideographs(self._start, self._end, lacks) >= OLD)
        found[lacks] |= are_hardly_modern(self._scripts.batch, self._places[lacks])
        return np.asarray(found)

    @cached_property
    def _classical(self) -> Positions:
        found = self._holding(_CLASSICAL)
        codes = self._scripts.batch.codes.take(found[:, None] + np.arange(-1, 2)).astype(np.int64)
        is_last = are_in(LAST_OF_CLAUSES, codes[:, 1].astype(np.uint32))
        ends = is_last & are_in(ENDS_CLAUSE, codes[:, 2].astype(np.uint32))
        times = np.where(is_last, 2 * ends, 1)  # modern text has these, but hardly ever there
        found, codes = found.repeat(times), codes.repeat(times, axis=0)
        words = codes[:, :-1] << 32 | codes[:, 1:]
        is_modern = np.isin(words, [ord(word[0]) << 32 | ord(word[1]) for word in MODERN_WORDS]).any(axis=1)
        return found[~is_modern]

    @cached_property
    def _modern(self) -> Positions:
        return between(self._holding(_MODERN), self._start, self._end)

    def are_quotations(self, is_leftover: Mask, is_converted: Mask) -> Mask:
        """Return which places lie in a quotation of the other script, a title in it, an address, Japanese, or examples.

        A leftover needs a line that shows its own script, and that cannot be Japanese without kana, unless it lies in a
        document that was converted and is Chinese, with no kana near; a wrong form is of that script itself.
        """
        places = self._places
        line_ends = self._scripts.line_ends
        first, last = last_before(line_ends, places) + 1, first_from(line_ends, places)
        own, other = self._own_and_other(first, last)
        found = (other > own) | ((own == 0) & is_leftover) | self._are_in_addresses()
        found |= self._are_examples(first, last, is_leftover)
        for quote in "\"'":
            own, other = self._own_and_other(*self._literals(quote))
            found |= is_leftover & (own == 0) & (other > 0)
        near = np.maximum(self._start, places - NEAR_JAPANESE), np.minimum(self._end, places + NEAR_JAPANESE + 1)
        found |= between(self._holding(_SHINJITAI), *near) > 0
        perhaps_japanese = is_leftover.copy()
        perhaps_japanese[is_leftover] = between(self._hardly_japanese, first[is_leftover], last[is_leftover]) == 0
        if perhaps_japanese.any():
            found |= perhaps_japanese & (~self._are_in_chinese(is_converted, perhaps_japanese) | self._are_near_kana())
        mark, left, right = self._enclosures()
        own, other = self._own_and_other(left, right)
        found |= is_leftover & (own == 0) & (other > 0) & self._are_in_minority()
        found |= self._are_mentioned(first, last, is_leftover)
        is_marked = mark > 0
        is_strange = is_marked & (own == 0) & (other > 0)
        if is_strange.any():
            is_strange &= are_in(TITLES, mark) | (self._ideographs(left, right, is_strange) > FEW_WORDS)
        return np.asarray(found | is_strange | (~is_marked & (other >= CLEAR) & (other > own)))

    def _are_in_chinese(self, is_converted: Mask, perhaps_japanese: Mask) -> Mask:
        """Return which places lie in a converted document whose other lines, or whose characters, are not Japanese."""
        batch = self._scripts.batch
        votes = np.where(is_converted & ~perhaps_japanese, 1, -1)
        is_chinese = np.bincount(self._document, weights=votes, minlength=len(batch)) >= 0
        strange = np.bincount(batch.documents_of(self._hardly_japanese), minlength=len(batch))
        is_chinese |= strange >= HARDLY_JAPANESE_SHARE * batch.counts(among(batch.classes, *HAN_CLASSES))
        return np.asarray(is_converted & is_chinese[self._document])

    def _are_near_kana(self) -> Mask:
        kana = self._where.take(self._scripts.kana.take(self._where).nonzero()[0])
        return np.asarray(between(kana, self._start, self._end) > 0)

    @cached_property
    def _hardly_japanese(self) -> Positions:
        batch = self._scripts.batch
        is_rare = among(batch.classes, *HAN_CLASSES) & ~everyday_japanese().take(batch.codes, mode="clip")
        return np.flatnonzero(is_rare | are_in(HARDLY_JAPANESE, batch.codes))

    def _own_and_other(self, starts: Positions, ends: Positions) -> tuple[Positions, Positions]:
        """Return how many characters each span holds of the script of its place, and how many of the other."""
        simplified, traditional = (between(held, starts, ends) for held in self._by_script)
        own = np.where(self._scripts.is_simplified.take(self._places), simplified, traditional)
        return own, simplified + traditional - own

    @cached_property
    def _by_script(self) -> tuple[Positions, Positions]:
        return self._scripts.simplified.nonzero()[0], self._scripts.traditional.nonzero()[0]

    def _are_mentioned(self, firsts: Positions, lasts: Positions, is_leftover: Mask) -> Mask:
        """Return which places lie in a name or word that text of another language mentions, Chiang Kai-shek (蔣介石):
        each is in a script of its own, and set off by marks. Tags are no such text."""
        starts, ends = np.maximum(firsts, self._start), np.minimum(lasts, self._end)
        tags = self._where.take((self._scripts.batch.codes.take(self._where) == ord("<")).nonzero()[0])
        others = self._where[~among(self._scripts.batch.classes.take(self._where), *HAN_CLASSES)]
        left, right = last_before(others, self._places), first_from(others, self._places)
        own, _ = self._own_and_other(left + 1, right)
        found = is_leftover & (own == 0) & (between(tags, starts, ends) == 0)
        found &= np.logical_or(
            *(are_in(SETS_OFF, self._scripts.batch.codes.take(side, mode="clip")) for side in (left, right))
        )
        return np.asarray(found & (self._ideographs(starts, ends, found) < MENTIONED * (ends - starts)))

    def _are_in_minority(self) -> Mask:
        """Return which places lie in a line of the other script than most of the document: 释文：永和九年，歲在癸丑."""
        batch = self._scripts.batch
        simplified, traditional = (
            np.bincount(batch.documents_of(held), minlength=len(batch))[self._document] for held in self._by_script
        )
        return np.where(
            self._scripts.is_simplified.take(self._places), traditional > simplified, simplified > traditional
        )

    def _ideographs(self, starts: Positions, ends: Positions, chosen: Mask) -> Positions:
        """Return how many ideographs each chosen span holds, 0 for the others."""
        lengths = (ends - starts) * chosen
        is_han = among(self._scripts.batch.classes.take(inside(starts, lengths)), *HAN_CLASSES)
        return np.asarray(np.diff(offsets_of(is_han.astype(np.int64))[offsets_of(lengths)]))

    def _are_examples(self, firsts: Positions, lasts: Positions, is_leftover: Mask) -> Mask:
        """Return which places lie in talk of scripts and spellings, `firsts` and `lasts` being the ends of lines."""
        batch, places = self._scripts.batch, self._places
        found = examples.are_in_talk_of_scripts(batch, places, firsts, lasts)
        found |= examples.are_beside_arrows(batch, places, firsts, lasts)
        found |= columns.are_in_columns(batch, places, self._scripts.line_ends, *self._by_script)
        middle = 2 * examples.LONGEST_PAIR + examples.LONGEST_GAP - 1
        codes = around(batch.codes, places, self._start, self._end, middle)
        found |= examples.are_in_pairs(codes, middle) | examples.are_in_sets(codes, middle)
        found |= examples.are_alone_beside_own_form(codes, middle)
        found |= examples.are_rejected(codes[:, middle + 1 :])
        found |= ~is_leftover & self._are_listed(places[~is_leftover])
        starts, ends = batch.starts[self._document], batch.ends[self._document]
        for first in range(0, len(places), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            codes = around(batch.codes, places[some], starts[some], ends[some], spellings.NEAR)
            found[some] |= spellings.are_given(codes, ~is_leftover[some])
        starts, ends = np.maximum(firsts, self._start), np.minimum(lasts, self._end)
        return found | examples.are_quoted(batch.codes, places, starts, ends)

    def _are_listed(self, wrong: Positions) -> Mask:
        """Return which places lie where nearly every word holds a `wrong` form: in a list of errors."""
        starts = np.maximum(self._start, self._places - spellings.NEAR_ERROR)
        ends = np.minimum(self._end, self._places + spellings.NEAR_ERROR + 1)
        errors = between(wrong, starts, ends)
        found = errors >= spellings.ENOUGH_ERRORS
        return np.asarray(found & (errors >= spellings.SHARE_OF_ERRORS * self._ideographs(starts, ends, found)))

    def _are_in_addresses(self) -> Mask:
        """Return which places lie in the path of an address; few stand behind a slash at all."""
        found = last_before(self._holding(_SLASH), self._places) >= self._start
        for nth in found.nonzero()[0].tolist():
            before = to_text(self._scripts.batch.codes[self._start[nth] : self._places[nth]])
            found[nth] = _ADDRESS.search(before) is not None
        return np.asarray(found)

    def _literals(self, mark: str) -> tuple[Positions, Positions]:
        """Return the ends of the string literal of JSON or code around each place, between two marks; where there is
        none, both are the place. A literal is as good as a line of its own."""
        codes, places = self._scripts.batch.codes, self._places
        marks = self._where.take((codes.take(self._where) == ord(mark)).nonzero()[0])
        left, right = last_before(marks, places), first_from(marks, places)
        is_literal = (left >= self._start) & (right < self._end)
        is_literal[is_literal] &= are_in(BEFORE_LITERALS, codes.take(left[is_literal] - 1))
        is_literal[is_literal] &= are_in(BEHIND_LITERALS, codes.take(right[is_literal] + 1))
        return np.where(is_literal, left + 1, places), np.where(is_literal, right, places)

    def _enclosures(self) -> tuple[Codes, Positions, Positions]:
        """Return the mark that opens the quotation around each place, and the ends of what it encloses.

        Where there is none, the mark is 0, and the ends are those of the clause.
        """
        codes, places = self._scripts.batch.codes, self._places
        size = len(codes) + 1
        opening, closing = self._holding(_OPENING), self._holding(_CLOSING)
        # Marks that are open before each position. The mark that is still open at a place is the last one before it at
        # which one less was open; keys put the marks of one depth side by side.
        depth = np.arange(len(opening)) - closing.searchsorted(opening)
        keys = np.sort(depth * size + opening)
        key = (opening.searchsorted(places) - closing.searchsorted(places) - 1) * size
        left = np.concatenate(([-FAR], keys)).take(keys.searchsorted(key + places)) - key
        is_open = (left >= self._start) & (left > last_before(self._holding(_NEWLINE), places))
        mark = np.where(is_open, codes.take(left, mode="clip"), 0)
        # The mark that closes it is the first of its kind from the place on.
        kinds = _kinds()
        keys = np.sort(kinds.take(codes.take(closing)) * size + closing)
        key = kinds.take(mark) * size
        right = first_from(keys, key + places) - key
        mark[~(is_open & (right < self._end))] = 0
        edges = self._holding(_EDGE)
        starts = np.where(mark > 0, left + 1, np.maximum(last_before(edges, places) + 1, self._start))
        ends = np.where(mark > 0, right, np.minimum(first_from(edges, places + 1), self._end))
        return mark, starts, ends


@cache
def _kinds() -> npt.NDArray[np.int64]:
    """Return the kind of quotation mark that each code point of the BMP opens or closes, 0 for none: (0x10000,)."""
    table = np.zeros(0x10000, dtype=np.int64)
    for marks in (OPENING, CLOSING):
        table[list(map(ord, marks))] = np.arange(1, len(marks) + 1)
    return table
