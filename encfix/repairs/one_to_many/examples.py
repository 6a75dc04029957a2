"""Whether a place is an example in talk of scripts and spellings: 「曆史」應作「歷史」, 發展/发展, 頭發(×).

Such text holds wrong forms and forms of the other script on purpose: guides to writing, lists of errors, tests.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions
from encfix.batch import Batch, to_text
from encfix.chinese import model
from encfix.chinese.characters import (
    HAN_CLASSES,
    IS_HAN,
    SIMPLIFIED_CLASSES,
    TRADITIONAL_CLASSES,
    among,
    are_in,
    class_table,
)
from encfix.repairs.one_to_many.line_scripts import CLOSING, OPENING

Classes: TypeAlias = npt.NDArray[np.uint8]

WRITTEN = "誤误錯错寫写打改應应作成為为植"
"""Characters of words for how something is written: 系統誤寫成係統, 「曆史」應作「歷史」."""

PAIRING = "/／→=＝>(（|｜\t ,，、;；:：-—\"'" + OPENING + CLOSING + WRITTEN
"""What stands between a word and its own other spelling."""

LONGEST_PAIR = 4
"""Characters in the longest word that is sought beside its own other spelling."""

LONGEST_GAP = 4
"""Marks in the longest row of them between two such words: those of `"发": "發"`."""

NAMES = (
    *("繁体", "繁體", "简体", "簡體", "正体", "正體", "异体", "異體", "繁中", "简中", "簡中"),
    *("繁简", "繁簡", "简繁", "簡繁", "繁:", "繁：", "简:", "简：", "簡:", "簡："),
)
"""Words for scripts, and for conversion between them."""

LABEL = ("z", "h", "-_")
"""What labels of scripts and regions begin with, a set of characters for each place: zh-hans, zh_TW."""

NEAR_NAME = 20
"""Code points on either side, on the same line, within which such a word makes a character an example."""

ENOUGH_NAMES, IDEOGRAPHS_A_NAME = 4, 100
"""How many such words make a text one that speaks of scripts throughout, if it holds so few ideographs to each."""

ARROWS = "→⇒➜➡"
"""Signs between a word and what becomes of it; `->` and `=>` are others."""

NEAR_ARROW = 12
"""Code points on either side of an arrow that are of the words beside it."""

FORMS_IN_SET = 2
"""Characters in two forms that make a row of them a set: no text has so many in one clause."""

QUOTES = "\"'`" + OPENING + CLOSING

ALONE = QUOTES + "【】"
"""Marks around a character that the text talks of."""

NEAR_QUOTE = 4
"""Code points on either side of a place within which a word in quotation marks has its marks."""

_QUOTED = re.compile(f"[\"'`{OPENING}]([㐀-鿿]{{1,8}})[\"'`{CLOSING}]")

_REJECTED = "✗✘❌✖"
_REJECTED_IN_BRACKETS = "×╳xXＸ誤误錯错"
"""Marks behind what is wrong."""


def are_rejected(codes: Codes) -> Mask:
    """Return which rows, each of what stands behind a place, begin with a mark that what stands before is wrong."""
    in_brackets = are_in("(（[【", codes[:, :-2]) & are_in(_REJECTED_IN_BRACKETS, codes[:, 1:-1])
    in_brackets &= are_in(")）]】", codes[:, 2:])
    return np.asarray(in_brackets[:, :3].any(axis=1) | are_in(_REJECTED, codes[:, :3]).any(axis=1))


def are_in_talk_of_scripts(batch: Batch, places: Positions, firsts: Positions, lasts: Positions) -> Mask:
    """Return which places stand near a word for a script, or in a document that is full of them.

    `firsts` and `lasts` are the ends of the line of each place.
    """
    found = _names(batch)
    near = np.maximum(firsts, places - NEAR_NAME), np.minimum(lasts, places + NEAR_NAME + 1)
    is_near = found.searchsorted(near[1]) > found.searchsorted(near[0])
    names = np.bincount(batch.documents_of(found), minlength=len(batch))
    many = names >= ENOUGH_NAMES
    if many.any():
        many &= batch.counts(among(batch.classes, *HAN_CLASSES)) <= IDEOGRAPHS_A_NAME * names
    return np.asarray(is_near | many[batch.documents_of(places)])


def _names(batch: Batch) -> Positions:
    """Return where the words for scripts begin."""
    (found,) = are_in("".join(sorted({name[0] for name in (*NAMES, LABEL)})), batch.codes).nonzero()
    text = [batch.codes.take(found + nth, mode="clip") for nth in range(3)]
    is_name = np.isin(text[0].astype(np.int64) << 32 | text[1], [ord(name[0]) << 32 | ord(name[1]) for name in NAMES])
    is_label = np.logical_and.reduce([are_in(letters, codes) for codes, letters in zip(text, LABEL, strict=True)])
    return np.asarray(found[is_name | is_label])


def are_beside_arrows(batch: Batch, places: Positions, firsts: Positions, lasts: Positions) -> Mask:
    """Return which places lie beside an arrow from one script to the other: 数据库 → 資料庫, 軟體 -> 软件.

    `firsts` and `lasts` are the ends of the line of each place.
    """
    is_tip = (batch.codes == ord(">")) & are_in("-=", np.append(batch.codes[-1:], batch.codes[:-1]))
    (arrows,) = (are_in(ARROWS, batch.codes) | is_tip).nonzero()
    found = np.zeros(len(places), dtype=np.bool_)
    if not len(arrows):
        return found
    behind = arrows.searchsorted(places)
    for nearest in (np.maximum(behind - 1, 0), np.minimum(behind, len(arrows) - 1)):
        arrow = arrows[nearest]
        near = (arrow >= firsts) & (arrow < lasts) & (abs(arrow - places) <= NEAR_ARROW) & ~found
        for nth in near.nonzero()[0].tolist():
            first, at, last = int(firsts[nth]), int(arrow[nth]), int(lasts[nth])
            found[nth] = _are_opposed(_word(batch.classes[first:at][::-1]), _word(batch.classes[at + 1 : last]))
    return found


def _are_opposed(one: Classes, other: Classes) -> bool:
    """Return whether one word is simplified and another traditional, as far as their characters show it."""
    scripts = SIMPLIFIED_CLASSES, TRADITIONAL_CLASSES
    shown = [[bool(among(word, *script).any()) for script in scripts] for word in (one, other)]
    return sorted(shown) == [[False, True], [True, False]]


def _word(classes: Classes) -> Classes:
    """Return the ideographs that stand together near the beginning."""
    classes = classes[:NEAR_ARROW]
    is_han = among(classes, *HAN_CLASSES)
    start = int(np.append(is_han, True).argmax())
    end = start + int((~np.append(is_han[start:], False)).argmax())
    return classes[start:end] if start <= LONGEST_GAP else classes[:0]


def are_in_pairs(codes: Codes, middle: int) -> Mask:
    """Return which rows hold a word beside its own other spelling, one of them around their middle.

    Such are `發展/发展`, `发（發）` and `"发": "發"`.
    """
    folded = model.fold_codes(codes)
    (where,) = ((folded == folded[:, middle, None]).sum(axis=1) > 1).nonzero()
    found = np.zeros(len(codes), dtype=np.bool_)
    if not len(where):
        return found
    codes, folded = codes[where], folded[where]
    is_pairing = are_in(PAIRING, codes)
    for size, gap in product(range(1, LONGEST_PAIR + 1), range(1, LONGEST_GAP + 1)):
        # A word from each column, and the same again behind the marks that follow it; the place is in either.
        first = np.arange(middle - 2 * size - gap + 1, middle + 1)
        columns = first[(first + size > middle) | (first + size + gap <= middle)]
        marks = columns[:, None] + np.arange(size, size + gap)
        one = columns[:, None] + np.arange(size)
        other = one + size + gap
        again = is_pairing[:, marks].all(axis=2) & (folded[:, one] == folded[:, other]).all(axis=2)
        again &= (codes[:, one] != codes[:, other]).any(axis=2)
        found[where[again.any(axis=1)]] = True
    return found


def are_in_sets(codes: Codes, middle: int) -> Mask:
    """Return which rows hold, around their middle, ideographs side by side of which two or more have two forms there.

    Such are 數数幾几, and the digits 百千万亿兆萬億 in a pattern.
    """
    folded = model.fold_codes(codes)
    found = np.asarray(((folded == folded[:, middle, None]) & (codes != codes[:, middle, None])).any(axis=1))
    for nth in found.nonzero()[0].tolist():
        is_other = ~IS_HAN.take(class_table().take(codes[nth], mode="clip"))
        first, last = middle - int(is_other[middle::-1].argmax()), middle + int(is_other[middle:].argmax())
        row = slice(first + 1 if is_other[:middle].any() else 0, last if is_other[middle:].any() else None)
        forms, kinds = set(codes[nth, row].tolist()), set(folded[nth, row].tolist())
        found[nth] = len(forms) >= len(kinds) + FORMS_IN_SET
    return found


def are_alone_beside_own_form(codes: Codes, middle: int) -> Mask:
    """Return which rows hold, in their middle, a character with none beside it that repeats the nearest one in another
    form: `闭\\n(1)\\n閉`, as dictionaries do."""
    is_han = IS_HAN.take(class_table().take(codes, mode="clip"))
    found = ~is_han[:, middle - 1] & ~is_han[:, middle + 1]
    folded = model.fold_codes(codes)
    is_own = np.zeros(len(codes), dtype=np.bool_)
    for side in (slice(middle - 1, None, -1), slice(middle + 1, None)):
        nearest = is_han[:, side].argmax(axis=1)[:, None]
        form, kind = (np.take_along_axis(rows[:, side], nearest, axis=1)[:, 0] for rows in (codes, folded))
        is_own |= (kind == folded[:, middle]) & (form != codes[:, middle])
    return np.asarray(found & is_own)


def are_quoted(codes: Codes, places: Positions, starts: Positions, ends: Positions) -> Mask:
    """Return which places lie in a word in quotation marks that its line spells another way too, or alone in them.

    Such are 「曆史」應作「歷史」 and 不寫【碍】. `starts` and `ends` bound what is looked at.
    """
    beside = codes.take(places[:, None] + np.arange(-NEAR_QUOTE, NEAR_QUOTE + 1), mode="clip")
    is_quote = are_in(QUOTES, beside)
    is_alone = are_in(ALONE, beside[:, NEAR_QUOTE - 1]) & are_in(ALONE, beside[:, NEAR_QUOTE + 1])
    found = np.asarray(is_quote[:, :NEAR_QUOTE].any(axis=1) & is_quote[:, NEAR_QUOTE + 1 :].any(axis=1))
    for nth in found.nonzero()[0].tolist():
        start, place = int(starts[nth]), int(places[nth])
        text = to_text(codes[start : int(ends[nth])])
        found[nth] = _is_spelled_twice(text, place - start)
    return np.asarray(found | is_alone)


def _is_spelled_twice(line: str, place: int) -> bool:
    """Return whether the word in quotation marks around a place stands in its line in another spelling.

    >>> _is_spelled_twice("把「曆史」改成「歷史」", 2), _is_spelled_twice("把「曆史」改成「地理」", 2)
    (True, False)
    """
    for quotation in _QUOTED.finditer(line):
        start, end = quotation.span(1)
        if start <= place < end:
            word, folded = quotation[1], model.fold(line)
            again = re.finditer(re.escape(folded[start:end]), folded)
            return any(line[found.start() : found.end()] != word for found in again)
    return False
