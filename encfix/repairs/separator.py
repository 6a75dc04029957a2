"""Separators where none belong: spaces in every gap, commas before marks, doubled marks, lone bars, broken lines.

What it looks like: `江 西 省 地 方`, `制度,、推進`, `。。`, a line that holds `|` alone, `x0dx0a`, lines cut at one
width.

How it came about: slides and PDF pages that place each character; a tool that sets a comma before marks; templates;
table extraction; line breaks written out as escapes.

When it is certain: spaces stand in every gap of at least five characters; a comma stands before a mark of another
kind; a bar has its line to itself and no table around it.

What looks alike and must stay: `摘 要` and two-character names, verse, enumerations (甲 乙 丙), tables, CSV and code,
`……`, `——`, `！！！`, and `。。` as people type it. Line wraps are repaired only when asked for by name.
"""

from __future__ import annotations

import numpy as np

from encfix import screen
from encfix.batch import Batch
from encfix.chinese.characters import HAN_CLASSES, IS_HAN, Class, members
from encfix.edits import Edits, deletions, merge, replacements
from encfix.options import Options
from encfix.rules import number_of

SPACES = number_of("separator.spaces")
COMMA = number_of("separator.comma")
DOUBLED = number_of("separator.doubled")
PIPE = number_of("separator.pipe")
LINE_BREAK = number_of("separator.line-break")
LINE_WRAP = number_of("separator.line-wrap")
QUESTION = number_of("separator.question")

MANY_GAPS, FEW_GAPS, LEAST_GAPS = 6, 4, 2
"""Strewn gaps at which a run is certain, likely enough to repair, and worth a report."""

ENUMERATED = (
    "一二三四五六七八九十百千万零〇两甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
    "东南西北中上下左右前后春夏秋冬金木水火土日月男女東後"
)
"""Characters that people list with spaces between."""

_MARKS = members(Class.COMMA, Class.MARK, Class.QUESTION)
_IN_RUN = members(*HAN_CLASSES, Class.WIDE, Class.COMMA, Class.MARK, Class.QUESTION)
_LINE_END = members(Class.NEWLINE, Class.BOUNDARY)
_DOUBLED = {"，": 0.93, "、": 0.93, "；": 0.97, "：": 0.97, "。": 0.7}
_LITERAL = tuple(map(ord, "x0dx0a"))


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to take out separators that damage put in."""
    return merge(
        (
            _spaces(batch),
            _commas(batch),
            _doubled(batch),
            _pipes(batch),
            _line_breaks(batch),
            _line_wraps(batch),
            _questions(batch),
        )
    )


def _spaces(batch: Batch) -> Edits:
    """Propose to close runs of characters with one space in every gap."""
    classes = batch.classes
    spaces = np.flatnonzero(classes == Class.SPACE)
    left, right = classes.take(spaces - 1), classes.take(spaces + 1)
    spaces = spaces[_IN_RUN.take(left) & _IN_RUN.take(right)]
    if not len(spaces):
        return Edits.none()
    run = np.cumsum(np.diff(spaces, prepend=-3) != 2) - 1
    is_first = np.diff(run, prepend=-1) > 0
    is_last = np.append(is_first[1:], True)
    # A gap next to a longer word is where the run met ordinary text; that space was set on purpose.
    meets_word = (is_first & _IN_RUN.take(classes.take(spaces - 2))) | (
        is_last & _IN_RUN.take(classes.take(spaces + 2))
    )
    spaces, run = spaces[~meets_word], run[~meets_word]
    if not len(spaces):
        return Edits.none()
    between_han = IS_HAN.take(classes.take(spaces - 1)) & IS_HAN.take(classes.take(spaces + 1))
    gaps = np.bincount(run[between_han], minlength=int(run[-1]) + 1)[run]
    listed = np.isin(batch.codes.take(spaces + 1), tuple(map(ord, ENUMERATED)))
    share = np.bincount(run, weights=listed, minlength=int(run[-1]) + 1)[run] / np.maximum(gaps, 1)
    confidence = np.select([share >= 0.7, gaps >= MANY_GAPS, gaps >= FEW_GAPS], [0.5, 0.995, 0.95], 0.5)
    shown = gaps >= LEAST_GAPS
    spaces, gaps = spaces[shown], gaps[shown]
    return deletions(spaces, spaces + 1, SPACES, confidence[shown].astype(np.float32), gaps.astype(np.float32))


def _commas(batch: Batch) -> Edits:
    """Propose to take out commas that stand before another mark."""
    codes, classes = batch.codes, batch.classes
    commas = np.flatnonzero(classes == Class.COMMA)
    commas = commas[
        _MARKS.take(classes.take(commas + 1))
        & ~_MARKS.take(classes.take(commas - 1))
        & ~_MARKS.take(classes.take(commas + 2))
    ]
    commas = commas[IS_HAN.take(classes.take(commas - 1)) | (classes.take(commas - 1) == Class.WIDE)]
    if not len(commas):
        return Edits.none()
    document = batch.documents_of(commas)
    mixed = classes.take(commas + 1) != Class.COMMA
    evidence = np.bincount(document[mixed], minlength=len(batch))[document]
    narrow = codes.take(commas) == ord(",")
    shown = mixed | narrow | (codes.take(commas) != codes.take(commas + 1))
    confidence = np.where(evidence > 0, 0.99, 0.6).astype(np.float32)
    return deletions(commas[shown], commas[shown] + 1, COMMA, confidence[shown])


def _doubled(batch: Batch) -> Edits:
    """Propose to write once a full-width mark that stands exactly twice between characters."""
    codes, classes = batch.codes, batch.classes
    found = np.flatnonzero(_MARKS.take(classes))
    found = found[codes.take(found) == codes.take(found + 1)]
    after = classes.take(found + 2)
    found = found[IS_HAN.take(classes.take(found - 1)) & (IS_HAN.take(after) | _LINE_END.take(after))]
    parts = (
        deletions(chosen + 1, chosen + 2, DOUBLED, confidence)
        for mark, confidence in _DOUBLED.items()
        if len(chosen := found[codes.take(found) == ord(mark)])
    )
    return merge(parts)


def _pipes(batch: Batch) -> Edits:
    """Propose to delete lines that hold a vertical bar alone, with one line end."""
    classes = batch.classes
    pipes = np.flatnonzero(classes == Class.PIPE)
    if not len(pipes):
        return Edits.none()
    solid = np.flatnonzero(classes != Class.SPACE)
    place = np.searchsorted(solid, pipes)
    before, after = solid[place - 1], solid[place + 1]
    alone = _LINE_END.take(classes.take(before)) & _LINE_END.take(classes.take(after))
    if not alone.any():
        return Edits.none()
    document = batch.documents_of(pipes)
    in_table = np.bincount(document[~alone], minlength=len(batch))[document] > 0
    other = (classes != Class.PIPE) & (classes != Class.SPACE) & ~_LINE_END.take(classes)
    chosen = alone & batch.holding(np.flatnonzero(other))[document]
    if not chosen.any():
        return Edits.none()
    before, after, document = before[chosen], after[chosen], document[chosen]
    # A line goes with the line end before it, but those that open the document with the one behind.
    first = np.append(True, before[1:] > after[:-1] + 1)
    opens = (before < batch.starts[document])[np.maximum.accumulate(np.where(first, np.arange(len(before)), 0))]
    lone_feed = (batch.codes.take(before) == ord("\n")) & (batch.codes.take(before - 1) == ord("\r"))
    paired = (batch.codes.take(after) == ord("\r")) & (batch.codes.take(after + 1) == ord("\n"))
    start = np.where(opens, before + 1, before - lone_feed)
    end = np.where(opens, after + 1 + paired, after)
    return deletions(start, end, PIPE, np.where(in_table[chosen], 0.6, 0.99).astype(np.float32))


def _line_breaks(batch: Batch) -> Edits:
    """Propose a newline for each `x0dx0a` in Chinese text."""
    codes, classes = batch.codes, batch.classes
    found = np.flatnonzero(codes == _LITERAL[0])
    if not len(found):
        return Edits.none()
    for distance, code in enumerate(_LITERAL):
        found = found[codes.take(found + distance) == code]
    before = classes.take(found - 1)
    follows = np.isin(found - len(_LITERAL), found)
    found = found[follows | ((before != Class.LETTER) & (before != Class.DIGIT) & (before != Class.SYMBOL))]
    if not len(found):
        return Edits.none()
    han = batch.holding(np.flatnonzero(IS_HAN.take(classes)))
    found = found[han[batch.documents_of(found)]]
    ones = np.ones(len(found), dtype=np.int64)
    newlines = np.full(len(found), ord("\n"), dtype=np.uint32)
    return replacements(found, found + len(_LITERAL), ones, newlines, LINE_BREAK, 0.99)


def _line_wraps(batch: Batch) -> Edits:
    """Report newlines between characters at the end of lines that are about as long as the document's longest."""
    found = screen.line_wraps(batch)
    return deletions(found, found + 1, LINE_WRAP, 0.9)


def _questions(batch: Batch) -> Edits:
    """Report a question mark inside a heading of two characters: what a space became that could not be encoded."""
    classes = batch.classes
    found = np.flatnonzero(batch.codes == ord("?"))
    beside = IS_HAN.take(classes.take(found - 1)) & IS_HAN.take(classes.take(found + 1))
    alone = ~IS_HAN.take(classes.take(found - 2)) & ~IS_HAN.take(classes.take(found + 2))
    found = found[beside & alone]
    return deletions(found, found + 1, QUESTION, 0.7)
