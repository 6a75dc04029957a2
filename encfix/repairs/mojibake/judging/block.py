"""A stretch of text under judgement: what it costs as it stands, the bytes behind it, and spans that read better."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions, Scores
from encfix.chinese import gbk, model
from encfix.chinese.characters import IS_HAN, Class, class_table, members
from encfix.chinese.neighbours import are_japanese, best_sums, is_hangul, is_kana, is_misread, log_japanese, log_mixed
from encfix.memo import memoized
from encfix.repairs.mojibake.encodings import later_marks, narrowed, plain_spaces
from encfix.repairs.mojibake.encodings.charsets import (
    FIRST_OF_CHINA,
    LOST,
    OF_ASIA,
    OF_CYRILLIC,
    OF_EUROPE,
    PLAIN_SPACE,
    SINGLE_BYTE,
    UTF8_OR_CP1252,
    WESTERN,
    replacements,
)
from encfix.repairs.mojibake.encodings.inverses import Raw, encode, held
from encfix.repairs.mojibake.encodings.pairs import Pair
from encfix.repairs.mojibake.judging import cyrillic_words
from encfix.repairs.mojibake.judging.costs import damaged_costs
from encfix.repairs.mojibake.lost_bytes.filling import LOSES_MANY
from encfix.repairs.mojibake.lost_bytes.utf8 import Slot
from encfix.second_look import IS_NO_SIGN, SUSPECT, USUAL

SAMPLE = 400
"""Code points of a long stretch by which pairs are chosen."""

MANY_OTHERS = 4
"""Characters of neither Europe nor China, such as lines of boxes, beside which one sign of Europe is suspect."""

_FOREIGN_SIGNS = members(Class.WESTERN, Class.TONED, Class.HALFWIDTH_KATAKANA, Class.HANGUL_RARE, Class.CONTROL)

IS_FOREIGN = members(Class.HANGUL, Class.HANGUL_RARE, Class.HALFWIDTH_KATAKANA)

_BROKEN = re.compile("[\udc80-\udcff]")
"""Bytes that are part of no character, as they are read."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a block that reads better in another encoding: `[start, end)` becomes `text`, `gain` nats
    better."""

    start: int
    end: int
    text: str
    gain: float
    pair: Pair
    certainty: float = 1.0
    """How probably all characters that were filled in are right."""
    slots: dict[int, Slot] = field(default_factory=dict)
    """What is known of the broken characters of its text, by index."""
    filled: dict[int, float] = field(default_factory=dict)
    """How probable each character is that was filled in, by index."""

    @property
    def bounds(self) -> tuple[int, int]:
        """Where it starts and ends in the block."""
        return self.start, self.end

    @property
    def places(self) -> slice:
        """The places of the block that it holds."""
        return slice(self.start, self.end)

    @property
    def is_exact(self) -> bool:
        """Whether the reading holds no byte that is part of no character."""
        return _BROKEN.search(self.text) is None

    def part(self, start: int, end: int, first: int, last: int) -> Span:
        """Return the part `[start, end)`, which becomes `text[first:last]`."""
        slots = {place - first: slot for place, slot in self.slots.items() if first <= place < last}
        done = {place - first: sure for place, sure in self.filled.items() if first <= place < last}
        return replace(self, start=start, end=end, text=self.text[first:last], slots=slots, filled=done)


class Block:
    """A stretch of text that is judged at once: its code points, what each costs, and the bytes behind it."""

    def __init__(self, codes: Codes, costs: npt.NDArray[np.float32] | None = None) -> None:
        self.codes = codes
        self.classes = class_table().take(codes)
        self.costs = damaged_costs([codes])[0] if costs is None else costs
        self.running: Scores = running_sums(self.costs)
        self._whole: tuple[Block, int, int] | None = None
        self._raw: dict[str, Raw] = {}
        self.is_wide = bool((codes >= FIRST_OF_CHINA).any())
        self.is_narrow = bool(((codes >= 0x80) & (codes < FIRST_OF_CHINA)).any())
        self.foreign = int((codes >= 0x80).sum())
        """How many characters are beyond ASCII."""

    def part(self, start: int, end: int) -> Block:
        """Return the stretch `[start, end)` as a block of its own, with the same costs."""
        part = Block(self.codes[start:end], self.costs[start:end])
        part._whole = self, start, end
        return part

    @cached_property
    def beginning(self) -> Block:
        """The first `SAMPLE` code points as a block of their own."""
        beginning = Block(self.codes[:SAMPLE])
        beginning._whole = self, 0, SAMPLE
        return beginning

    @cached_property
    def has_pairs_of_utf8(self) -> bool:
        """Whether it has letters or signs that neither windows-1252 nor Latin-1 gives, as pairs of UTF-8 do."""
        is_narrow = self.codes < FIRST_OF_CHINA
        return all(bool((self.lacking(charset) & is_narrow).any()) for charset in WESTERN)

    @cached_property
    def newlines(self) -> Positions:
        """Where its lines end."""
        return np.flatnonzero(self.classes == Class.NEWLINE)

    @cached_property
    def logs(self) -> npt.NDArray[np.float32]:
        """The log probability of each character by itself."""
        return model.log_unigram(self.codes)

    @cached_property
    def pair_logs(self) -> npt.NDArray[np.float32]:
        """The log probability of each character behind the one before it."""
        return model.log_pair(self.codes)

    @cached_property
    def foreign_before(self) -> Positions:
        """How many characters that no Chinese text has stand before each place: (n + 1,)."""
        return running_counts(IS_FOREIGN.take(self.classes))

    @cached_property
    def ideographs_before(self) -> tuple[Positions, Scores]:
        """How many ideographs stand before each place, and what these cost: (n + 1,) each."""
        is_han = IS_HAN.take(self.classes)
        return running_counts(is_han), running_sums(np.where(is_han, self.costs, np.float32(0.0)))

    def is_cut(self, span: Span) -> bool:
        """Return whether a character that no Chinese text has, what is left of one, stands beside a span."""
        beside = self.classes[[place for place in (span.start - 1, span.end) if 0 <= place < len(self.codes)]]
        return bool(IS_FOREIGN.take(beside).any())

    def is_before_a_loss(self, span: Span) -> bool:
        """Return whether a mark of lost bytes stands right behind a span."""
        return bool(np.isin(self.codes[span.end : span.end + 1], (ord("?"), 0xFFFD)).any())

    def is_in_a_word(self, span: Span) -> bool:
        """Return whether a letter of Europe beyond ASCII stands beside a span that its wrong encoding lacks."""
        lacking = self.lacking(span.pair.wrong)
        beside = [place for place in (span.start - 1, span.end) if 0 <= place < len(self.codes)]
        return any(ord("À") <= self.codes[place] < 0x800 and lacking[place] for place in beside)

    def is_foreign_but_for(self, span: Span) -> bool:
        """Return whether such a character stands anywhere outside a span."""
        before = self.foreign_before
        return bool(before[-1] > before[span.end] - before[span.start])

    def is_suspect_but_for(self, spans: Sequence[tuple[int, int]]) -> bool:
        """Return whether a stretch is improbable that none of the spans holds, or a character beside them that no
        Chinese text has."""
        badness = np.where(self.codes < 0x80, 0.0, USUAL - self.costs)
        if spans:
            badness[IS_FOREIGN.take(self.classes)] = SUSPECT + 1
        for start, end in spans:
            badness[start:end] = 0.0
        return bool(best_sums(badness).max(initial=0.0) > SUSPECT)

    @property
    def is_suspect(self) -> bool:
        """Whether any stretch is improbable enough, or foreign enough, to be looked at."""
        signs = int(_FOREIGN_SIGNS.take(self.classes).sum())
        if signs >= 2 or (signs and (self.classes == Class.OTHER).sum() >= MANY_OTHERS):
            return True
        is_japanese = are_japanese(np.count_nonzero(is_kana(self.codes)), self.foreign)
        costs = np.maximum(self.costs, log_japanese(self.codes)) if is_japanese else self.costs
        badness = np.where((self.codes < 0x80) | IS_NO_SIGN.take(self.classes), 0.0, USUAL - costs)
        if best_sums(badness).max(initial=0.0) > SUSPECT:
            badness[self.classes == Class.REPLACEMENT] = 0.0  # what was lost is half the proof at most
            if best_sums(badness).max(initial=0.0) > SUSPECT / 2:
                return True
        is_mixed = is_hangul(self.codes).any() and IS_HAN.take(self.classes).any()
        return bool(is_mixed or gbk.are_utf8(self.codes).any()) or is_misread(self.codes)

    @cached_property
    def running_as_mixed(self) -> Scores:
        """What the text costs up to each place if it may be Japanese, too: (n + 1,)."""
        return running_sums(np.where(self.codes < 0x80, np.float32(0.0), log_mixed(self.codes)))

    def lacks(self, charset: str) -> int:
        """Return how many characters beyond ASCII a charset lacks, be they marks of what was lost."""
        known = self._held_by_europe if charset in OF_EUROPE else self._held_by_asia
        return self.foreign - known[charset]

    @cached_property
    def _held_by_europe(self) -> dict[str, int]:
        return held(self.codes, OF_EUROPE)

    @cached_property
    def _held_by_asia(self) -> dict[str, int]:
        return held(self.codes, OF_ASIA)

    def raw(self, charset: str) -> Raw:
        """Return the bytes that `charset` gives the block for."""
        if charset not in self._raw:
            whole, start, end = self._whole or (self, 0, 0)
            known = whole._raw.get(charset)
            self._raw[charset] = known.part(start, end) if known else encode(self.codes, charset)
        return self._raw[charset]

    @cached_property
    def controls(self) -> Positions:
        """How many controls of ASCII but tabs and line ends stand before each place: (n + 1,)."""
        is_control = (self.codes < ord(" ")) & (self.codes != ord("\t")) & (self.classes != Class.NEWLINE)
        return running_counts(is_control)

    def bytes_of(self, pair: Pair) -> Raw:
        """Return the bytes behind the block as a text of `pair`: marks that were no part of it are as if they were."""
        return self._bytes_of_utf8(pair.wrong) if pair.codec == "utf-8" else self.raw(pair.wrong)

    @memoized
    def _bytes_of_utf8(self, charset: str) -> Raw:
        is_narrow = charset in SINGLE_BYTE
        raw = self._with_no_break(charset) if is_narrow else self.raw(charset)
        if charset == "gbk":
            raw = narrowed.with_wide(raw, self.codes)
        is_later = self._may_be_later(is_narrow=is_narrow)
        return later_marks.with_own_marks(raw, self.codes, is_later, by_two=charset in LOSES_MANY)

    @memoized
    def _may_be_later(self, *, is_narrow: bool) -> Mask:
        return later_marks.may_be_later(self.codes, is_narrow=is_narrow)

    @memoized
    def _with_no_break(self, charset: str) -> Raw:
        """Return the bytes behind the block as UTF-8 in which plain spaces may have been no-break ones."""
        return plain_spaces.with_no_break(self.raw(charset), charset)

    @memoized
    def lacking(self, charset: str) -> Mask:
        """Return which characters `charset` lacks, but for marks of what was lost, none of its text: bool of shape
        (n,)."""
        raw = self.raw(charset)
        lost = np.frombuffer(raw.data, dtype=np.uint8)[raw.starts[:-1]] == LOST
        if charset == UTF8_OR_CP1252:
            lost &= self.codes != LOST  # ÿ may have been two bytes
        for mark in replacements(charset):
            lost &= self.codes != mark
        return np.asarray(lost)

    @memoized
    def never(self, charset: str) -> Positions:
        """Return how many characters that no decoder of `charset` gives, or that were put there later, stand before
        each place: (n + 1,)."""
        is_never = self.lacking(charset)
        if charset in SINGLE_BYTE and charset not in PLAIN_SPACE:  # beside a space that may be a byte none is alone
            is_byte = plain_spaces.are_behind(self._with_no_break(charset), self.codes)
            is_never = is_never | self._are_alone & ~is_byte
        if charset in OF_CYRILLIC:
            is_never = is_never | cyrillic_words.are_words(self.codes)
        return self.controls + running_counts(is_never)

    @memoized
    def stops(self, charset: str) -> Positions:
        """Return how many line ends, controls and characters that `charset` lacks stand before each place: (n + 1,)."""
        never = self.never(charset)
        return running_counts((self.classes == Class.NEWLINE) | (never[1:] > never[:-1]))

    @cached_property
    def _are_alone(self) -> Mask:
        return later_marks.are_alone(self.codes)


def running_counts(mask: Mask) -> Positions:
    """Return how many times a mask holds before each place: (n + 1,)."""
    counts = np.zeros(len(mask) + 1, dtype=np.int64)
    np.cumsum(mask, out=counts[1:])
    return counts


def running_sums(costs: npt.NDArray[np.float32]) -> Scores:
    """Return what characters cost up to each place: (n + 1,)."""
    sums = np.zeros(len(costs) + 1)
    np.cumsum(costs, dtype=np.float64, out=sums[1:])
    return sums
