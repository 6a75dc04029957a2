"""What surrounds a character: the script of its document and line, quotations of the other script, Japanese, tables."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from encfix.batch import Batch, Mask, Positions, to_text
from encfix.chinese import confusions, model
from encfix.chinese.characters import IS_HAN, IS_SIMPLIFIED, IS_TRADITIONAL, KATAKANA_CLASSES, Class, members

CLEAR = 3
"""A document or line is clearly of a script if it has so many times more of its characters than of the other's."""

FOREIGN_SHARE = 0.2
"""Kana or hangul to each ideograph from which on a document is Japanese or Korean; below, lines that hold any are."""

QUOTED = 60
"""Code points on either side within which the marks of a quotation are looked for."""

FEW_WORDS = 4
"""Ideographs in the longest quotation of the other script that is repaired."""

OPENING, CLOSING = "「『“《〈‘", "」』”》〉’"
PAIRING = frozenset("/／→=＝(（|｜\t ,，、;；:：-—")
TITLES = "《〈"
EDGES = frozenset("，。、；：！？,;:!?\n\r\t |" + OPENING + CLOSING)
"""What stands between clauses."""

_OPENING = frozenset(OPENING)

SHINJITAI = frozenset(
    "円図巣広弐応従徳恵悩戦抜択拝拠挙挿掲摂斉斎暁栄桜検楽様権歓毎気沢浄涙渇済渋渓満滝瀬焼犠獣畳発県砕穂穏"
    "竜絵続縄繊継総縁聴脳臓荘蔵薫薬蛍覚観訳読譲豊賛辺逓遅郷酔釈鉄鉱銭錬関闘険隣雑霊頼顕駅駆験髄髪鶏黒黙齢"
    "歯歩歳帰価仮仏伝"
)
"""Characters as only Japan writes them."""


_TABLES = (IS_SIMPLIFIED, IS_TRADITIONAL)
_FOREIGN = members(Class.HIRAGANA, *KATAKANA_CLASSES, Class.HANGUL, Class.HANGUL_RARE)


class Scripts:
    """The script at every position of a batch, and the evidence behind it."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        classes = batch.classes
        simplified, traditional = IS_SIMPLIFIED.take(classes), IS_TRADITIONAL.take(classes)
        s, t = _counts(batch, simplified), _counts(batch, traditional)
        kana = _FOREIGN.take(classes)
        has_kana = is_foreign = np.zeros(len(batch), dtype=np.bool_)
        if kana.any():
            has_kana = batch.holding(np.flatnonzero(kana))
            is_foreign = _counts(batch, kana) > FOREIGN_SHARE * _counts(batch, IS_HAN.take(classes))
        self.simplified_documents = (s > 0) & (s >= CLEAR * t) & ~is_foreign
        self.traditional_documents = (t > 0) & (t >= CLEAR * s) & ~is_foreign
        self._mixed = ~self.simplified_documents & ~self.traditional_documents & (s + t > 0) & ~is_foreign
        self.simplified_documents &= t > 0  # without a traditional character there is nothing to repair
        self._starts, self._ends = batch.starts.tolist(), batch.ends.tolist()
        self._pages: dict[tuple[int, int], int] = {}
        self._lines: dict[int, tuple[Positions, Positions, Positions]] = {}
        self._kana = has_kana
        self._kana_mask = kana

    @cached_property
    def is_traditional(self) -> Mask:
        """Which positions lie in text that is clearly traditional: bool, as long as the batch."""
        return self._mask(self.traditional_documents, 1)

    @cached_property
    def is_simplified(self) -> Mask:
        """Which positions lie in text that is clearly simplified: bool, as long as the batch."""
        return self._mask(self.simplified_documents, 0)

    def _mask(self, documents: Mask, which: int) -> Mask:
        mask = np.zeros(len(self.batch.codes), dtype=np.bool_)
        for nth in np.flatnonzero(documents | self._mixed).tolist():
            start, end = int(self.batch.starts[nth]), int(self.batch.ends[nth])
            if documents[nth] and not self._kana[nth]:
                mask[start:end] = True
                continue
            self._by_line(mask, start, end, bool(documents[nth]), which)
        return mask

    def _by_line(self, mask: Mask, start: int, end: int, clear: bool, which: int) -> None:
        """Mark the lines of one document that are clearly of a script and not Japanese."""
        classes = self.batch.classes[start:end]
        bounds = _line_bounds(classes)
        own, other = (_sums(table.take(classes), bounds) for table in _TABLES[:: -1 if which else 1])
        has_kana = _sums(self._kana_mask[start:end], bounds) > 0
        chosen = ((own >= CLEAR) & (own >= CLEAR * other) | clear) & ~has_kana
        mask[start:end] = np.repeat(chosen, np.diff(bounds))

    @cached_property
    def unclear(self) -> Positions:
        """Positions of the rarer script in lines that are clearly of neither."""
        found = [np.empty(0, np.int64)]
        for nth in np.flatnonzero(self._mixed).tolist():
            start = self._starts[nth]
            classes = self.batch.classes[start : self._ends[nth]]
            simplified, traditional = (table.take(classes) for table in _TABLES)
            bounds = _line_bounds(classes)
            s, t = _sums(simplified, bounds), _sums(traditional, bounds)
            neither = (s > 0) & (t > 0) & (s < CLEAR * t) & (t < CLEAR * s)
            simplified &= np.repeat(neither & (s <= t), np.diff(bounds))
            traditional &= np.repeat(neither & (s > t), np.diff(bounds))
            found.append(start + np.flatnonzero(simplified | traditional))
        return np.concatenate(found)

    def window(self, first: int, last: int, reach: int) -> tuple[int, int]:
        """Return the ends of the stretch around two positions of one document, which stays inside it."""
        document = bisect_right(self._starts, first) - 1
        return max(self._starts[document], first - reach), min(self._ends[document], last + reach + 1)

    def is_quotation(self, place: int, is_leftover: bool) -> bool:
        """Return whether the position lies in a quotation of the other script, a title in it, or Japanese text.

        A leftover needs a line that shows its own script; a wrong form is of that script itself.
        """
        start, end = self.window(place, place, QUOTED)
        text = to_text(self.batch.codes[start:end])
        if SHINJITAI.intersection(text[max(0, place - start - 12) : place - start + 13]):
            return True
        order = 1 if self.is_simplified[place] else -1
        own, other = self._line_counts(place)[::order]
        if other > own or (own == 0 and is_leftover):
            return True
        if _is_listed(text, place - start):
            return True
        left, right, mark = _enclosing(text, place - start)
        if mark and right - left == 1:
            return True  # a character that the text talks of
        own, other = self._counts(start + left, start + right)[::order]
        han = int(IS_HAN.take(self.batch.classes[start + left : start + right]).sum())
        if mark:
            return own == 0 and other > 0 and (han > FEW_WORDS or mark in TITLES)
        return other >= CLEAR and other > own

    def _line_counts(self, place: int) -> tuple[int, int]:
        document = bisect_right(self._starts, place) - 1
        start = self._starts[document]
        if document not in self._lines:
            classes = self.batch.classes[start : self._ends[document]]
            bounds = _line_bounds(classes)
            simplified, traditional = (_sums(table.take(classes), bounds) for table in _TABLES)
            self._lines[document] = bounds, simplified, traditional
        bounds, simplified, traditional = self._lines[document]
        nth = int(np.searchsorted(bounds, place - start, side="right")) - 1
        return int(simplified[nth]), int(traditional[nth])

    def _counts(self, start: int, end: int) -> tuple[int, int]:
        classes = self.batch.classes[start:end]
        simplified, traditional = (int(np.count_nonzero(table.take(classes))) for table in _TABLES)
        return simplified, traditional

    def regional(self, document: int, form: int) -> int:
        """Return the regional variant of `form` that a document writes, where it writes only that one."""
        pair = _variants().get(form)
        if pair is None:
            return form
        if (document, form) not in self._pages:
            codes = self.batch.codes[self._starts[document] : self._ends[document]]
            self._pages[document, form] = pair if (codes == pair).any() and not (codes == form).any() else form
        return self._pages[document, form]


def _line_bounds(classes: npt.NDArray[np.uint8]) -> Positions:
    """Return where the lines of a document begin, and its end: int64 of shape (lines + 1,)."""
    return np.concatenate(([0], np.flatnonzero(classes == Class.NEWLINE) + 1, [len(classes)]))


def _sums(mask: Mask, bounds: Positions) -> Positions:
    """Return how often `mask` is True between each two bounds."""
    running = np.concatenate(([0], np.cumsum(mask, dtype=np.int64)))
    return np.diff(running[bounds])


def _counts(batch: Batch, mask: Mask) -> Positions:
    """Return how often `mask` is True in each document."""
    bounds = np.stack((batch.starts, batch.ends), axis=1).ravel()
    sums = np.add.reduceat(mask, bounds, dtype=np.int64)[::2]
    return np.where(batch.ends > batch.starts, sums, 0)


def scripts_of(batch: Batch) -> Scripts:
    """Return the script of every position of a batch."""
    return Scripts(batch)


@cache
def _variants() -> dict[int, int]:
    return {ord(pair[0]): ord(pair[1]) for pair in confusions.REGIONAL}


def _enclosing(text: str, place: int) -> tuple[int, int, str]:
    """Return the stretch around `place` that quotation marks enclose, and its opening mark; else the clause and ""."""
    depth = 0
    is_quoted = not _OPENING.isdisjoint(text[:place])
    for left in range(place - 1, -1, -1) if is_quoted else ():
        character = text[left]
        if character == "\n":
            break
        if character in CLOSING:
            depth += 1
        elif character in OPENING:
            if depth:
                depth -= 1
                continue
            right = text.find(CLOSING[OPENING.index(character)], place)
            if right >= 0:
                return left + 1, right, character
            break
    left, right = place, place + 1
    while left and text[left - 1] not in EDGES:
        left -= 1
    while right < len(text) and text[right] not in EDGES:
        right += 1
    return left, right, ""


def _is_listed(text: str, place: int) -> bool:
    """Return whether the word at `place` stands beside its own other spelling: `發展/发展`, `发（發）`."""
    folded = model.fold(text)
    for size in range(1, 5):
        for first in range(max(0, place - size + 1), min(place, len(text) - size) + 1):
            word, end = folded[first : first + size], first + size
            if text[end : end + 1] in PAIRING and folded[end + 1 : end + 1 + size] == word:
                return True
            if first > size and text[first - 1] in PAIRING and folded[first - 1 - size : first - 1] == word:
                return True
    return False
