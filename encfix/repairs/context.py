"""What surrounds a character: the script of its document and line, quotations of the other script, Japanese, tables."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache, cached_property

import numpy as np

from encfix.batch import Batch, Mask, Positions, to_text
from encfix.chinese import confusions, model
from encfix.chinese.characters import (
    HAN_CLASSES,
    KATAKANA_CLASSES,
    SIMPLIFIED_CLASSES,
    TRADITIONAL_CLASSES,
    Class,
    among,
)

CLEAR = 3
"""A document or line is clearly of a script if it has so many times more of its characters than of the other's."""

FOREIGN_SHARE = 0.2
"""Kana or hangul to each ideograph from which on a document is Japanese or Korean; below, lines that hold any are."""

QUOTED = 60
"""Code points on either side within which the marks of a quotation are looked for."""

FEW_WORDS = 4
"""Ideographs in the longest quotation of the other script that is repaired."""

CLASSICAL, MODERN = frozenset("之其兮矣曰乎哉焉爾尔彼匪"), frozenset("的了這这個个們们她")
"""Words of classical Chinese that modern prose has far fewer of, and the other way round."""

FEW_CLASSICAL = 2
"""Words of classical Chinese that make a text without modern ones classical."""

OPENING, CLOSING = "「『“《〈‘", "」』”》〉’"
PAIRING = frozenset("/／→=＝(（|｜\t ,，、;；:：-—")
TITLES = "《〈"
EDGES = frozenset("，。、；：！？,;:!?\n\r\t |" + OPENING + CLOSING)
"""What stands between clauses."""

_OPENING = frozenset(OPENING)
_ADDRESS = re.compile(r"(?://|www\.)[\w.:-]+/[^\s\"'<>()（），。、；：！？「」『』《》“”]*$")
"""The host of an address, and as much of its path as stands before a place."""

SHINJITAI = frozenset(
    "円図巣広弐応従徳恵悩戦抜択拝拠挙挿掲摂斉斎暁栄桜検楽様権歓毎気沢浄涙渇済渋渓満滝瀬焼犠獣畳発県砕穂穏"
    "竜絵続縄繊継総縁聴脳臓荘蔵薫薬蛍覚観訳読譲豊賛辺逓遅郷酔釈鉄鉱銭錬関闘険隣雑霊頼顕駅駆験髄髪鶏黒黙齢"
    "歯歩歳帰価仮仏伝"
)
"""Characters as only Japan writes them."""


_FOREIGN = (Class.HIRAGANA, *KATAKANA_CLASSES, Class.HANGUL, Class.HANGUL_RARE)

LONGEST_PAIR = 4
"""Characters in the longest word that is sought beside its own other spelling."""


class Scripts:
    """The script at every position of a batch, and the evidence behind it."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        classes = batch.classes
        self.simplified, self.traditional = among(classes, *SIMPLIFIED_CLASSES), among(classes, *TRADITIONAL_CLASSES)
        s, t = batch.counts(self.simplified), batch.counts(self.traditional)
        kana = among(classes, *_FOREIGN)
        has_kana = batch.holds(kana)
        is_foreign = np.zeros(len(batch), dtype=np.bool_)
        if has_kana.any():
            is_foreign = batch.counts(kana) > FOREIGN_SHARE * batch.counts(among(classes, *HAN_CLASSES))
        self.simplified_documents = (s > 0) & (s >= CLEAR * t) & ~is_foreign
        self.traditional_documents = (t > 0) & (t >= CLEAR * s) & ~is_foreign
        self._mixed = ~self.simplified_documents & ~self.traditional_documents & (s + t > 0) & ~is_foreign
        self.simplified_documents &= t > 0  # without a traditional character there is nothing to repair
        self._starts, self._ends = batch.starts.tolist(), batch.ends.tolist()
        self._pages: dict[tuple[int, int], int] = {}
        self._lines: dict[int, tuple[int, int]] = {}
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
        mask = self.batch.spread(documents & ~self._kana)
        for nth in np.flatnonzero(documents & self._kana | self._mixed).tolist():
            self._by_line(mask, self._starts[nth], self._ends[nth], bool(documents[nth]), which)
        return mask

    def _by_line(self, mask: Mask, start: int, end: int, clear: bool, which: int) -> None:
        """Mark the lines of one document that are clearly of a script and not Japanese."""
        bounds = self._line_bounds(start, end)
        masks = (self.simplified, self.traditional)[:: -1 if which else 1]
        own, other, kana = (_sums(held[start:end], bounds) for held in (*masks, self._kana_mask))
        chosen = ((own >= CLEAR) & (own >= CLEAR * other) | clear) & (kana == 0)
        mask[start:end] = np.repeat(chosen, np.diff(bounds))

    @cached_property
    def unclear(self) -> Positions:
        """Positions of the rarer script in lines that are clearly of neither."""
        found = [np.empty(0, np.int64)]
        for nth in np.flatnonzero(self._mixed).tolist():
            start, end = self._starts[nth], self._ends[nth]
            bounds = self._line_bounds(start, end)
            simplified, traditional = self.simplified[start:end], self.traditional[start:end]
            s, t = _sums(simplified, bounds), _sums(traditional, bounds)
            neither = (s > 0) & (t > 0) & (s < CLEAR * t) & (t < CLEAR * s)
            rarer = simplified & np.repeat(neither & (s <= t), np.diff(bounds))
            rarer |= traditional & np.repeat(neither & (s > t), np.diff(bounds))
            found.append(start + np.flatnonzero(rarer))
        return np.concatenate(found)

    def window(self, first: int, last: int, reach: int) -> tuple[int, int]:
        """Return the ends of the stretch around two positions of one document, which stays inside it."""
        document = bisect_right(self._starts, first) - 1
        return max(self._starts[document], first - reach), min(self._ends[document], last + reach + 1)

    def is_classical(self, place: int) -> bool:
        """Return whether the text around the position is classical: it has spellings of its own, 于 and 采 and 云."""
        start, end = self.window(place, place, QUOTED)
        text = to_text(self.batch.codes[start:end])
        classical, modern = (sum(map(text.count, words)) for words in (CLASSICAL, MODERN))
        return classical >= FEW_CLASSICAL and classical > CLEAR * modern

    def is_quotation(self, place: int, is_leftover: bool) -> bool:
        """Return whether the position lies in a quotation of the other script, a title in it, an address, or Japanese.

        A leftover needs a line that shows its own script; a wrong form is of that script itself.
        """
        start, end = self.window(place, place, QUOTED)
        text = to_text(self.batch.codes[start:end])
        if _ADDRESS.search(text, 0, place - start):
            return True
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
        if mark:
            han = int(np.count_nonzero(among(self.batch.classes[start + left : start + right], *HAN_CLASSES)))
            return own == 0 and other > 0 and (han > FEW_WORDS or mark in TITLES)
        return other >= CLEAR and other > own

    def _line_counts(self, place: int) -> tuple[int, int]:
        """Return how many characters of either script the line of a position holds; each line is counted once."""
        after = int(np.searchsorted(self._line_ends, place))
        if after not in self._lines:
            self._lines[after] = self._counts(int(self._line_ends[after - 1]) + 1, int(self._line_ends[after]))
        return self._lines[after]

    def _counts(self, start: int, end: int) -> tuple[int, int]:
        simplified, traditional = (np.count_nonzero(mask[start:end]) for mask in (self.simplified, self.traditional))
        return int(simplified), int(traditional)

    @cached_property
    def _line_ends(self) -> Positions:
        """Where lines end in the batch, at a newline or with their document."""
        return np.flatnonzero(among(self.batch.classes, Class.NEWLINE, Class.BOUNDARY))

    def _line_bounds(self, start: int, end: int) -> Positions:
        """Return where the lines of one document begin, and its end, from its start: int64 of shape (lines + 1,)."""
        first, last = np.searchsorted(self._line_ends, (start, end))
        return np.concatenate(([0], self._line_ends[first:last] + 1 - start, [end - start]))

    def regional(self, document: int, form: int) -> int:
        """Return the regional variant of `form` that a document writes, where it writes only that one."""
        pair = _variants().get(form)
        if pair is None:
            return form
        if (document, form) not in self._pages:
            codes = self.batch.codes[self._starts[document] : self._ends[document]]
            self._pages[document, form] = pair if (codes == pair).any() and not (codes == form).any() else form
        return self._pages[document, form]


def _sums(mask: Mask, bounds: Positions) -> Positions:
    """Return how often `mask` is True between each two bounds."""
    running = np.concatenate(([0], np.cumsum(mask, dtype=np.int64)))
    return np.diff(running[bounds])


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
    cut = max(0, place - 2 * LONGEST_PAIR)  # what lies farther off is not compared
    text, place = text[cut : place + 2 * LONGEST_PAIR + 2], place - cut
    folded = model.fold(text)
    for size in range(1, LONGEST_PAIR + 1):
        for first in range(max(0, place - size + 1), min(place, len(text) - size) + 1):
            word, end = folded[first : first + size], first + size
            if text[end : end + 1] in PAIRING and folded[end + 1 : end + 1 + size] == word:
                return True
            if first > size and text[first - 1] in PAIRING and folded[first - 1 - size : first - 1] == word:
                return True
    return False
