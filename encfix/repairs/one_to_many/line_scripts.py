"""Which script the documents and lines of a batch are in, less what they quote."""

from __future__ import annotations

from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions, inside, runs
from encfix.batch import Batch
from encfix.chinese import confusions
from encfix.chinese.characters import (
    HAN_CLASSES,
    KATAKANA_CLASSES,
    LINE_END_CLASSES,
    SIMPLIFIED_CLASSES,
    TRADITIONAL_CLASSES,
    Class,
    among,
    role_table,
)

CLEAR = 3
"""A document or line is clearly of a script if it has so many times more of its characters than of the other's."""

FOREIGN_SHARE = 0.2
"""Kana or hangul to each ideograph from which on a document is Japanese or Korean; below, lines that hold any are."""

OPENING, CLOSING = "「『“《〈‘", "」』”》〉’"

PASSAGE = 40
"""Characters of the other script, in lines one after the other that are clearly of it, that are more than a quotation:
a file may hold pages of both scripts."""

QUOTED_WORD = 12
"""Code points in the longest quotation or title that tells nothing of the script around it."""

_FOREIGN = (Class.HIRAGANA, *KATAKANA_CLASSES, Class.HANGUL, Class.HANGUL_RARE)


class Scripts:
    """The script at every position of a batch, and the evidence behind it."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        classes = batch.classes
        self.simplified, self.traditional = among(classes, *SIMPLIFIED_CLASSES), among(classes, *TRADITIONAL_CLASSES)
        quoted = _quoted_words(batch)
        self._own = self.simplified & ~quoted, self.traditional & ~quoted
        simplified, traditional = map(batch.counts, self._own)
        is_bare = (simplified == 0) & (traditional == 0)  # nothing but what is quoted, which speaks for itself alone
        if is_bare.any():
            for mine, held in zip(self._own, (self.simplified, self.traditional), strict=True):
                mine |= held & batch.spread(is_bare)
            simplified, traditional = map(batch.counts, self._own)
        self._silent = batch.spread(is_bare) & ~quoted if quoted.any() else None
        """Where no script is clear whatever is quoted."""
        kana = among(classes, *_FOREIGN)
        has_kana = batch.holds(kana)
        is_foreign = np.zeros(len(batch), dtype=np.bool_)
        if has_kana.any():
            is_foreign = batch.counts(kana) > FOREIGN_SHARE * batch.counts(among(classes, *HAN_CLASSES))
        self.simplified_documents = (simplified > 0) & (simplified >= CLEAR * traditional) & ~is_foreign
        self.traditional_documents = (traditional > 0) & (traditional >= CLEAR * simplified) & ~is_foreign
        is_clear = self.simplified_documents | self.traditional_documents
        self._mixed = ~is_clear & (simplified + traditional > 0) & ~is_foreign
        self._may_hold_both = np.minimum(simplified, traditional) * ~(self._mixed | is_foreign) >= PASSAGE
        self.simplified_documents &= traditional > 0  # without a traditional character there is nothing to repair
        self._starts, self._ends = batch.starts.tolist(), batch.ends.tolist()
        self._pages: dict[tuple[int, int], int] = {}
        self._holds_kana = has_kana
        self.kana = kana
        """Which positions hold kana or hangul."""

    @cached_property
    def is_traditional(self) -> Mask:
        """Which positions lie in text that is clearly traditional: bool, as long as the batch."""
        return self._mask(self.traditional_documents, 1)

    @cached_property
    def is_simplified(self) -> Mask:
        """Which positions lie in text that is clearly simplified: bool, as long as the batch."""
        return self._mask(self.simplified_documents, 0)

    def _mask(self, documents: Mask, which: int) -> Mask:
        mask = self.batch.spread(documents & ~self._holds_kana)
        for nth in np.flatnonzero(documents & self._holds_kana | self._mixed).tolist():
            self._by_line(mask, self._starts[nth], self._ends[nth], bool(documents[nth]), which)
        for start, end, is_traditional in self._passages:
            mask[start:end] = is_traditional == which
        return mask if self._silent is None else mask & ~self._silent

    @cached_property
    def _passages(self) -> list[tuple[int, int, bool]]:
        """The passages of the script that is not their document's: start, end, and whether it is traditional."""
        found = []
        for nth in self._may_hold_both.nonzero()[0].tolist():
            start, end = self._starts[nth], self._ends[nth]
            bounds = self._line_bounds(start, end)
            is_traditional = not self.traditional_documents[nth]
            masks = self._own[:: -1 if is_traditional else 1]
            own, other, kana = (_sums(held[start:end], bounds) for held in (*masks, self.kana))
            clear = (own >= CLEAR) & (own >= CLEAR * other) & (kana == 0)
            (lines,) = (own + other + kana).nonzero()  # the others follow those around them
            for first, last in zip(*runs(clear[lines]), strict=True):
                here = lines[first:last]
                if own[here].sum() >= PASSAGE:
                    found.append((start + int(bounds[here[0]]), start + int(bounds[here[-1] + 1]), is_traditional))
        return found

    def _by_line(self, mask: Mask, start: int, end: int, clear: bool, which: int) -> None:
        """Mark the lines of one document that are clearly of a script and not Japanese."""
        bounds = self._line_bounds(start, end)
        masks = self._own[:: -1 if which else 1]
        own, other, kana = (_sums(held[start:end], bounds) for held in (*masks, self.kana))
        chosen = ((own >= CLEAR) & (own >= CLEAR * other) | clear) & (kana == 0)
        mask[start:end] = np.repeat(chosen, np.diff(bounds))

    @cached_property
    def unclear(self) -> Positions:
        """Positions of the rarer script in lines that are clearly of neither."""
        found = [np.empty(0, np.int64)]
        for nth in np.flatnonzero(self._mixed).tolist():
            start, end = self._starts[nth], self._ends[nth]
            bounds = self._line_bounds(start, end)
            of_scripts = self.simplified[start:end], self.traditional[start:end]
            simplified, traditional = (_sums(held, bounds) for held in of_scripts)
            fewer, more = np.minimum(simplified, traditional), np.maximum(simplified, traditional)
            neither = (fewer > 0) & (more < CLEAR * fewer)
            of_rarer = (neither & (simplified <= traditional), neither & (simplified > traditional))
            rarer = np.logical_or(
                *(held & np.repeat(lines, np.diff(bounds)) for held, lines in zip(of_scripts, of_rarer, strict=True))
            )
            found.append(start + np.flatnonzero(rarer))
        return np.concatenate(found)

    @cached_property
    def line_ends(self) -> Positions:
        """Where lines end in the batch, at a newline or with their document."""
        return np.flatnonzero(among(self.batch.classes, *LINE_END_CLASSES))

    def _line_bounds(self, start: int, end: int) -> Positions:
        """Return where the lines of one document begin, and its end, from its start: int64 of shape (lines + 1,)."""
        first, last = np.searchsorted(self.line_ends, (start, end))
        return np.concatenate(([0], self.line_ends[first:last] + 1 - start, [end - start]))

    def regional(self, documents: Positions, forms: Codes) -> Codes:
        """Return forms, each in the regional variant that its document writes, where it writes only that one."""
        variants = forms.copy()
        pairs = _variants().take(forms)
        for nth in np.flatnonzero(pairs).tolist():
            variants[nth] = self._regional(int(documents[nth]), int(forms[nth]), int(pairs[nth]))
        return variants

    def _regional(self, document: int, form: int, pair: int) -> int:
        if (document, form) not in self._pages:
            codes = self.batch.codes[self._starts[document] : self._ends[document]]
            self._pages[document, form] = pair if (codes == pair).any() and not (codes == form).any() else form
        return self._pages[document, form]


def _quoted_words(batch: Batch) -> Mask:
    """Return which positions lie in quotations and titles of few characters."""
    roles = role_table(OPENING, CLOSING).take(batch.codes, mode="clip")
    (marks,) = roles.nonzero()
    kind, size = roles.take(marks), np.diff(marks)
    (first,) = ((kind[:-1] == 1) & (kind[1:] == 2) & (size > 1) & (size <= QUOTED_WORD + 1)).nonzero()
    quoted = np.zeros(len(batch.codes), dtype=np.bool_)
    quoted[inside(marks[first] + 1, size[first] - 1)] = True
    return quoted


def _sums(mask: Mask, bounds: Positions) -> Positions:
    """Return how often `mask` is True between each two bounds."""
    running = np.concatenate(([0], np.cumsum(mask, dtype=np.int64)))
    return np.diff(running[bounds])


@cache
def _variants() -> npt.NDArray[np.uint32]:
    """Return the other regional form of each code point of the BMP that has one, 0 for others: (0x10000,)."""
    table = np.zeros(0x10000, dtype=np.uint32)
    for pair in confusions.REGIONAL:
        table[list(map(ord, pair))] = list(map(ord, reversed(pair)))
    return table
