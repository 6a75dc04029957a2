"""Half-width marks in Chinese text, widened only when the caller asks for it.

What it looks like: `你好,世界!`. It is no damage: many pages are written so; a data set may want one width.

When it is applied: with `punctuation="fullwidth"`, to a mark behind a character and before another one, a wide mark,
or the end of a line, a straight quotation mark between them or not; and to both brackets around characters, behind
others. Numbers, times, Latin words and links keep theirs, and so do marks with quotation marks on both sides, which
are spoken of, 把"?"删掉, or stand between strings of code, "姓名":"张三"; and all of a piece of code between backticks.
"""

from __future__ import annotations

import numpy as np

from encfix.arrays import Mask, Positions
from encfix.batch import Batch
from encfix.chinese.characters import HAN_CLASSES, IS_HAN, LINE_END_CLASSES, Class, among, are_in, members
from encfix.edits import Edits, replacements
from encfix.options import Options
from encfix.rules import number_of
from encfix.screen import ALWAYS

RULE = number_of("punctuation.fullwidth")
CONFIDENCE = 0.99
WIDE = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}

_TABLE = np.zeros(128, dtype=np.uint32)
for _narrow, _wide in WIDE.items():
    _TABLE[ord(_narrow)] = ord(_wide)

_QUOTES = np.array((ord('"'), ord("'")))
_OPENING, _CLOSING = "\"'`“‘「『〈《【", "\"'`”’」』〉》】"

_BEFORE = members(*HAN_CLASSES, Class.WIDE)
_AFTER = members(*HAN_CLASSES, Class.WIDE, *LINE_END_CLASSES)


def flags(options: Options) -> int:
    """Return that every document may need it, if the options ask for it."""
    return ALWAYS if options.punctuation == "fullwidth" else 0


def propose(batch: Batch, options: Options) -> Edits:
    """Propose the full-width form of marks that stand in Chinese text."""
    codes, classes = batch.codes, batch.classes
    found = np.flatnonzero(codes < 128)
    found = found[_TABLE[codes.take(found)] > 0]
    is_bracket = np.isin(codes.take(found), (ord("("), ord(")")))
    brackets, marks = found[is_bracket], found[~is_bracket]
    marks = marks[~(are_in(_OPENING, codes.take(marks - 1)) & are_in(_CLOSING, codes.take(marks + 1)))]
    before = marks - 1 - np.isin(codes.take(marks - 1), _QUOTES)
    after = marks + 1 + np.isin(codes.take(marks + 1), _QUOTES)
    marks = marks[_BEFORE.take(classes.take(before)) & _AFTER.take(classes.take(after))]
    found = np.sort(np.concatenate((marks, _around_chinese(batch, brackets))))
    found = found[~_are_in_code(batch, found) & ~_are_in_links(batch, found)]
    ones = np.ones(len(found), dtype=np.int64)
    return replacements(found, found + 1, ones, _TABLE[codes.take(found)], RULE, CONFIDENCE)


def _are_in_code(batch: Batch, found: Positions) -> Mask:
    """Return which marks stand between backticks on one line, with an even number of them before the first."""
    ticks = np.flatnonzero(batch.codes == ord("`"))
    line_ends = np.flatnonzero(among(batch.classes, *LINE_END_CLASSES))
    line = line_ends.searchsorted(found)
    start, end = line_ends.take(line - 1), line_ends.take(line)
    before, own, last = (ticks.searchsorted(places) for places in (start, found, end))
    return np.asarray(((own - before) % 2 == 1) & (last > own))


def _are_in_links(batch: Batch, found: Positions) -> Mask:
    """Return which marks stand behind `//` with nothing between that ends an address."""
    slashes = np.flatnonzero((batch.codes[:-1] == ord("/")) & (batch.codes[1:] == ord("/")))
    ends = np.flatnonzero(among(batch.classes, *LINE_END_CLASSES, Class.SPACE, Class.WIDE, Class.CLOSE))
    last, end = (np.append(-1, places).take(places.searchsorted(found)) for places in (slashes, ends))
    return np.asarray(last > end)


def _around_chinese(batch: Batch, brackets: Positions) -> Positions:
    """Return those of the brackets that stand on one line in pairs, behind Chinese or at its start and around some."""
    opens, closes = _pairs(batch, brackets)
    before, first, last = (batch.classes.take(places) for places in (opens - 1, opens + 1, closes - 1))
    is_chinese = (_BEFORE | members(*LINE_END_CLASSES)).take(before) & (IS_HAN.take(first) | IS_HAN.take(last))
    return np.concatenate((opens[is_chinese], closes[is_chinese]))


def _pairs(batch: Batch, brackets: Positions) -> tuple[Positions, Positions]:
    """Return the brackets that open and close each other on one line."""
    line_ends = np.flatnonzero(among(batch.classes, *LINE_END_CLASSES))
    lines = line_ends.searchsorted(brackets).tolist()
    opened: list[tuple[int, int]] = []
    found: list[tuple[int, int]] = []
    for place, code, line in zip(brackets.tolist(), batch.codes.take(brackets).tolist(), lines, strict=True):
        if code == ord("("):
            opened.append((place, line))
        elif opened:
            start, own = opened.pop()
            if own == line:
                found.append((start, place))
            else:
                opened.clear()
    opens, closes = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return opens, closes
