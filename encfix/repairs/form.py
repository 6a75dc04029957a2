"""Look-alikes of ideographs: Kangxi and supplementary radicals, compatibility ideographs, old private-use code points.

What it looks like: `⽅便` and `⻘年`, the same to the eye as 方便 and 青年, and found by no search.

How it came about: fonts in PDF files that map a glyph to the radical of its shape; legacy code pages that hold a
character twice; GB 18030-2000, which gave some characters private-use code points. NFKC folds all Kangxi radicals,
but only two of the 115 supplementary ones, and harms other characters; the table here is Unicode's own list of
equivalent ideographs.

When it is certain: the radical stands beside characters or digits, or numbers a heading, and what it stands for is a
common character; a compatibility ideograph stands beside a character that its unified form often stands beside, in text
that reads well around it.

What looks alike and must stay: text about radicals, where they stand alone, follow each other in order, hold some that
are no characters, are called by that name, end a list behind what they stand for, 王⺩, or describe a character, as in
⿱⻗沫; component forms such as 氵 and ⻏, which no word holds; compatibility ideographs in Japanese and Korean text,
beside what they stand for, and those of names.
"""

from __future__ import annotations

import numpy as np

from encfix.arrays import Codes, Mask, Positions
from encfix.batch import Batch
from encfix.chinese import model
from encfix.chinese.characters import (
    HAN_CLASSES,
    IS_HAN,
    IS_SIMPLIFIED,
    IS_TRADITIONAL,
    KATAKANA_CLASSES,
    LINE_END_CLASSES,
    Class,
    among,
    are_in,
    class_table,
    is_common,
    members,
    unified_forms,
)
from encfix.chinese.description import described, is_operator
from encfix.edits import Edits, replacements
from encfix.options import Options
from encfix.rules import number_of

RADICAL = number_of("form.radical")
COMPATIBILITY = number_of("form.compatibility")
PRIVATE_USE = number_of("form.private-use")

SURE, LIKELY, UNSURE = 0.995, 0.8, 0.5
WHOLE_PAGE = 4
"""Radicals inside text at which a page that speaks of radicals was damaged nevertheless."""

FIRST_JAPANESE = 0xFA0C
"""Compatibility ideographs below come from a Korean set that held characters twice; from here on they are names."""

LEAST_FITTING = -11.0
"""The log probability from which on one character may well follow another, in nats: chance scores less."""

AROUND, USUAL, MOST_STRANGE = 8, -9.0, 4.0
"""Characters of a line on either side of one by which it is known whether the text is damaged: ideographs that cost
this many nats more than so much each."""

COMPONENTS = "⺄⺈⺌⺍⺗⺪⺮⺼⻊⻏⻖⻗"
"""Radicals in a shape that no character has by itself, so that no font's glyph of one is mapped to them."""

DOOR = 0x2F3E
"""The radical for which fonts have one glyph and the scripts two characters, 户 and 戶."""

_JOINS = members(*HAN_CLASSES, Class.RADICAL, Class.DIGIT, Class.LETTER)
_MARKED = members(Class.MARK, Class.COMMA)
_FOREIGN = members(Class.HIRAGANA, *KATAKANA_CLASSES, Class.HANGUL, Class.HANGUL_RARE)
NAMED_RADICALS = ("耳旁", "字旁", "草字头", "草字頭", "三点水", "三點水", "走之底")
ABOUT_RADICALS = ("部首", "偏旁", "字根", "康熙", "部件", "笔画", "筆畫", *NAMED_RADICALS)
ABOUT_COMPATIBILITY = ("KS X 1001", "KS C 5601", "兼容汉字", "兼容漢字", "相容漢字", "兼容表意", "相容表意")

COMPARED = 2
"""Compatibility ideographs beside the very character that they stand for, in a text that compares them."""

NEAR = 3
"""Code points from one radical to the next in a table, which may leave some out."""

IN_ORDER, NO_CHARACTERS = 0.3, 0.125
"""The share of radicals that are so near to the one before, and of those that stand for no common character, above
which a page holds a table of them: pages that a font damaged hold radicals only as words do."""


def propose(batch: Batch, options: Options) -> Edits:
    """Propose the unified ideograph for each look-alike."""
    codes, classes = batch.codes, batch.classes
    pairs = unified_forms()
    found = np.flatnonzero((classes >= Class.RADICAL) & (classes <= Class.PRIVATE_USE))
    place = np.minimum(np.searchsorted(pairs[:, 0], codes.take(found)), len(pairs) - 1)
    known = pairs[place, 0] == codes.take(found)
    found, target = found[known], pairs[place[known], 1]
    if not len(found):
        return Edits.none()
    code, kind, document = codes.take(found), classes.take(found), batch.documents_of(found)
    is_radical, is_compatibility = kind == Class.RADICAL, kind == Class.COMPATIBILITY
    alone = ~(_JOINS.take(classes.take(found - 1)) | _JOINS.take(classes.take(found + 1))) & ~_numbers(batch, found)
    alone &= ~(_is_spaced(batch, found, target, -1) | _is_spaced(batch, found, target, 1))
    about = _mention(batch, ABOUT_RADICALS)
    about &= np.bincount(document[is_radical & ~alone], minlength=len(batch)) < WHOLE_PAGE
    about |= _are_tables(batch, found[is_radical], target[is_radical])
    is_listed = (codes.take(found - 1) == target) & ~_JOINS.take(classes.take(found + 1))  # 玉王⺩, 目⺫: a table
    is_listed |= codes.take(found + 1) == target  # ⼊入: a font has one glyph for both, and damages each
    is_listed |= are_in(COMPONENTS, code)
    compared = is_compatibility & ((codes.take(found - 1) == target) | (codes.take(found + 1) == target))
    compares = np.bincount(document[compared], minlength=len(batch)) >= COMPARED
    if is_compatibility.any():
        compares |= _mention(batch, ABOUT_COMPATIBILITY)
    chinese = batch.holding(np.flatnonzero(IS_HAN.take(classes)))[document]
    foreign = batch.holding(np.flatnonzero(_FOREIGN.take(classes)))[document]
    stands_for_text = chinese & ~alone & ~foreign
    (operators,) = is_operator(codes).nonzero()
    if len(operators):
        stands_for_text &= ~described(codes, operators).take(found)
    sure = is_radical & ~is_listed & stands_for_text & ~about[document] & is_common().take(target, mode="clip")
    from_korea = (code < FIRST_JAPANESE) & ~compares[document] & _fits(batch, found, target)
    sure |= ~is_radical & stands_for_text & (~is_compatibility | from_korea)
    likely = is_compatibility & ~sure & ~foreign
    confidence = np.select([sure, likely], [SURE, LIKELY], UNSURE).astype(np.float32)
    target[(code == DOOR) & _is_simplified(batch)[document]] = ord("户")
    rule = np.select([is_radical, is_compatibility], [RADICAL, COMPATIBILITY], PRIVATE_USE).astype(np.int16)
    ones = np.ones(len(found), dtype=np.int64)
    return replacements(found, found + 1, ones, target, rule, confidence)


def _mention(batch: Batch, words: tuple[str, ...]) -> Mask:
    """Return which documents hold one of some words."""
    return np.array([any(word in batch.text(index) for word in words) for index in range(len(batch))], dtype=np.bool_)


def _are_tables(batch: Batch, radicals: Positions, targets: Codes) -> Mask:
    """Return which documents list radicals: in order, with some that stand for no character, or each by its name."""
    codes, document = batch.codes, batch.documents_of(radicals)
    every = np.bincount(document, minlength=len(batch))
    step = np.diff(codes.take(radicals).astype(np.int64), prepend=0)
    is_next = (step > 0) & (step <= NEAR) & (np.diff(document, prepend=-1) == 0)
    in_order = np.bincount(document[is_next], minlength=len(batch))
    strange = np.bincount(document[~is_common().take(targets, mode="clip")], minlength=len(batch))
    lists = (every >= WHOLE_PAGE) & ((in_order > IN_ORDER * every) | (strange > NO_CHARACTERS * every))
    after = codes.take(radicals + 1)
    named = (after == ord("字")) & are_in("旁头頭底", codes.take(radicals + 2))
    named |= (after == ord("部")) & ~_JOINS.take(batch.classes.take(radicals[:, None] + (-1, 2))).any(axis=1)
    return np.asarray(lists | batch.holding(radicals[named]))


def _numbers(batch: Batch, found: Positions) -> Mask:
    """Return which look-alikes number a heading: they open a line, and a mark and a character follow."""
    classes = batch.classes
    before = classes.take(found - 1)
    return np.asarray(
        ((before == Class.NEWLINE) | (before == Class.BOUNDARY) | (before == Class.SPACE))
        & (classes.take(found + 1) == Class.MARK)
        & _JOINS.take(classes.take(found + 2))
        & ~_MARKED.take(classes.take(found + 3))
    )


def _is_spaced(batch: Batch, found: Positions, target: Codes, step: int) -> Mask:
    """Return which look-alikes have a space on one side, then an ideograph and a space again, as text has into which
    spaces were strewn; not the ideograph that they stand for, which a table sets beside them."""
    space, beside, after = (batch.classes.take(found + far * step) for far in (1, 2, 3))
    is_spaced = (space == Class.SPACE) & IS_HAN.take(beside) & (after == Class.SPACE)
    return np.asarray(is_spaced & (batch.codes.take(found + 2 * step) != target))


def _fits(batch: Batch, found: Positions, target: Codes) -> Mask:
    """Return which of the characters at `found` would often stand beside a neighbour as their `target`, in text that is
    sound with that; where text was damaged, they are parts of others."""
    unified = batch.codes.copy()
    unified[found] = target
    before, after = unified.take(found - 1), unified.take(found + 1)
    classes = class_table()
    may_follow = IS_HAN.take(classes.take(before)) & (model.log_each(before, target) > LEAST_FITTING)
    may_follow |= IS_HAN.take(classes.take(after)) & (model.log_each(target, after) > LEAST_FITTING)
    near = (found[may_follow, None] + np.arange(-AROUND, AROUND + 1)).clip(1, len(unified) - 1).ravel()
    is_theirs = IS_HAN.take(classes.take(unified.take(near)))
    lines = np.cumsum(among(batch.classes, *LINE_END_CLASSES))
    is_theirs &= lines[near] == lines[found[may_follow]].repeat(2 * AROUND + 1)
    costs = np.where(is_theirs, USUAL - model.log_each(unified.take(near - 1), unified.take(near)), 0.0)
    may_follow[may_follow] = costs.reshape(-1, 2 * AROUND + 1).sum(axis=1) < MOST_STRANGE
    return np.asarray(may_follow)


def _is_simplified(batch: Batch) -> Mask:
    """Return which documents hold more characters of simplified text than of traditional."""
    simplified, traditional = (
        np.bincount(batch.documents_of(np.flatnonzero(table.take(batch.classes))), minlength=len(batch))
        for table in (IS_SIMPLIFIED, IS_TRADITIONAL)
    )
    return np.asarray(simplified > traditional)
