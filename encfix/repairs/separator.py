"""Separators where none belong: spaces in every gap, commas before marks, doubled marks, lone bars, broken lines.

What it looks like: `江 西 省 地 方`, `制度,、推進`, `。。`, a line that holds `|` alone, `x0dx0a`, lines cut at one
width.

How it came about: slides and PDF pages that place each character; a tool that sets a comma before marks; templates;
table extraction; line breaks written out as escapes.

When it is certain: spaces stand in every gap of at least five characters, which closed are words; a comma stands
before a mark of another kind; a bar has its line to itself between lines of text.

What looks alike and must stay: `摘 要` and two-character names, verse, enumerations (甲 乙 丙), tables, CSV and code,
`……`, `——`, `！！！`, and `。。` as people type it. Line wraps are repaired only when asked for by name.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from encfix import screen
from encfix.batch import MARGIN, Batch, Mask, Positions, to_codes, to_text
from encfix.chinese import division, model
from encfix.chinese.characters import HAN_CLASSES, IS_HAN, Class, among, are_in, members
from encfix.edits import Edits, deletions, merge, replacements
from encfix.options import Options
from encfix.repairs import lost_space
from encfix.rules import number_of

SPACES = number_of("separator.spaces")
COMMA = number_of("separator.comma")
DOUBLED = number_of("separator.doubled")
PIPE = number_of("separator.pipe")
LINE_BREAK = number_of("separator.line-break")
LINE_WRAP = number_of("separator.line-wrap")

MANY_GAPS, FEW_GAPS, LEAST_GAPS = 6, 4, 2
"""Strewn gaps at which a run is certain, likely enough to repair, and worth a report."""

UNSURE, MAYBE = 0.5, 0.6

MANY_COMMAS = 3
"""Commas before other marks that make a document one into which they were set."""

WHOLE_PAGE = 20
"""Certain gaps at which a document is taken to be strewn throughout."""

TITLE, SENTENCE, PROSE = (-6.4, -6.0), (-7.2, -7.0), (-8.0, -8.0)
"""Nats a character, by pairs and by words, that closed runs reach: short ones, long ones, and those with marks. Of
clean runs more than nine in ten do, of lists of single characters few."""

LONG_LIST = 8
"""Gaps that few lists of single characters exceed."""

COMMAS_TO_A_FIELD, EMPTY_FIELDS = 8, 0.5
"""Commas before other marks to each field of a table that holds a mark alone, above which a document is no table; and
the share of doubled commas that end a line or stand before digits and letters, above which they are empty fields."""

LONGEST_LEVEL = 3
"""Characters of a name behind a doubled colon that names are joined with."""

COLONS = to_codes(":：")
NUMERALS = to_codes("〇零一二三四五六七八九十百千万两")

MARK_CLASSES = (Class.COMMA, Class.MARK, Class.QUESTION)
LINE_END_CLASSES = (Class.NEWLINE, Class.BOUNDARY)
_RUN_CLASSES = (*HAN_CLASSES, Class.WIDE, Class.OPEN, Class.CLOSE, *MARK_CLASSES)
_MARKS, _IN_RUN, _LINE_END = members(*MARK_CLASSES), members(*_RUN_CLASSES), members(*LINE_END_CLASSES)
_DOUBLED = {"，": 0.93, "、": 0.93, "；": 0.97, "：": 0.97, "。": 0.7}
_TYPED = "，、；"
"""Marks that people type twice, or name in a text about code."""
_KINDS = ("，、", "；", "：")
"""Marks that nobody types twice together: who hesitates does so in commas."""

LONG_LINE = 16
"""Code points of a line that is text though it holds no mark."""
_LITERAL = tuple(map(ord, "x0dx0a"))


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to take out separators that damage put in."""
    commas = _commas(batch)
    return merge(
        (
            _spaces(batch),
            commas,
            _doubled(batch, batch.holding(commas.start[commas.confidence > MAYBE])),
            _pipes(batch),
            _line_breaks(batch),
            _line_wraps(batch),
            lost_space.propose(batch),
        )
    )


def _spaces(batch: Batch) -> Edits:
    """Propose to close runs of characters with one space in every gap."""
    classes = batch.classes
    spaces = np.flatnonzero(among(classes, Class.SPACE))
    spaces = spaces[_IN_RUN.take(classes.take(spaces - 1)) & _IN_RUN.take(classes.take(spaces + 1))]
    if len(spaces) < LEAST_GAPS:
        return Edits.none()
    gaps = _between_single_characters(batch, spaces)
    if not len(gaps.position):
        return Edits.none()
    per_run = np.bincount(gaps.run, weights=gaps.is_between_han).astype(np.int64)
    is_text = np.zeros(len(per_run), dtype=np.bool_)
    for run in np.flatnonzero(per_run >= FEW_GAPS).tolist():
        is_text[run] = _reads_as_text(batch, gaps, run, int(per_run[run]))
    count, document = per_run[gaps.run], batch.documents_of(gaps.position)
    # A line is strewn by the text on it; on a page strewn throughout, less of it will do.
    line_ends = np.flatnonzero(among(classes, *LINE_END_CLASSES))
    _, line = np.unique(np.searchsorted(line_ends, gaps.position), return_inverse=True)
    text_on_line = np.bincount(line, weights=is_text[gaps.run] & gaps.is_between_han)[line]
    gaps_on_line = np.bincount(line, weights=gaps.is_between_han)[line]
    whole_page = np.bincount(document[text_on_line >= MANY_GAPS], minlength=len(batch))[document] >= WHOLE_PAGE
    strewn = (text_on_line >= MANY_GAPS) | (whole_page & (gaps_on_line >= FEW_GAPS))
    confidence = np.select([strewn, is_text[gaps.run] & (count >= FEW_GAPS)], [0.995, 0.95], UNSURE)
    # A heading of two characters before a colon is set with a space even where the rest is strewn.
    is_heading = _LINE_END.take(classes.take(gaps.position - 2)) & np.isin(batch.codes.take(gaps.position + 2), COLONS)
    shown = (count >= LEAST_GAPS) | (strewn & ~is_heading)
    position, score = gaps.position[shown], count[shown].astype(np.float32)
    return deletions(position, position + 1, SPACES, confidence[shown].astype(np.float32), score)


class _Gaps(NamedTuple):
    """Spaces between single characters; arrays with one element a space, in order."""

    position: Positions
    run: Positions
    is_between_han: Mask


def _between_single_characters(batch: Batch, spaces: Positions) -> _Gaps:
    """Return the spaces of runs in which at most one character stands between two spaces, marks not counted."""
    classes = batch.classes
    han = np.add.reduceat(among(classes, *HAN_CLASSES), spaces, dtype=np.int64)[:-1]
    strangers = np.add.reduceat(~among(classes, *_RUN_CLASSES), spaces, dtype=np.int64)[:-1]
    linked = (han <= 1) & (strangers == 1) & (np.diff(spaces) <= MARGIN)
    starts_run, ends_run = np.append(True, ~linked), np.append(~linked, True)
    left, right = classes.take(spaces - 1), classes.take(spaces + 1)
    # Where a run meets a longer word, that space was set on purpose.
    meets_word = (starts_run & IS_HAN.take(left) & IS_HAN.take(classes.take(spaces - 2))) | (
        ends_run & IS_HAN.take(right) & IS_HAN.take(classes.take(spaces + 2))
    )
    run = np.unique((np.cumsum(starts_run) - 1)[~meets_word], return_inverse=True)[1]
    return _Gaps(spaces[~meets_word], run, (IS_HAN.take(left) & IS_HAN.take(right))[~meets_word])


def _reads_as_text(batch: Batch, gaps: _Gaps, run: int, count: int) -> bool:
    """Return whether a run, closed, is probable text; a list of single characters is not."""
    first, last = np.searchsorted(gaps.run, (run, run + 1)).tolist()
    start, end = int(gaps.position[first]) - 1, int(gaps.position[last - 1]) + 2
    kinds = batch.classes[start:end]
    closed = batch.codes[start:end][IS_HAN.take(kinds)]
    if len(np.unique(closed)) <= len(closed) // 2 or np.isin(closed, NUMERALS).all():
        return False
    least_pairs, least_words = PROSE if _MARKS.take(kinds).any() and count >= MANY_GAPS else TITLE
    if count > LONG_LIST:
        least_pairs, least_words = min(least_pairs, SENTENCE[0]), min(least_words, SENTENCE[1])
    return model.score(closed) > least_pairs and division.lattice_score(to_text(closed)) > least_words * len(closed)


def _commas(batch: Batch) -> Edits:
    """Propose to take out commas that stand before another mark."""
    codes, classes = batch.codes, batch.classes
    commas = np.flatnonzero(among(classes, Class.COMMA))
    commas = commas[
        _MARKS.take(classes.take(commas + 1))
        & ~_MARKS.take(classes.take(commas - 1))
        & (~_MARKS.take(classes.take(commas + 2)) | (classes.take(commas + 1) != Class.COMMA))
    ]
    commas = commas[IS_HAN.take(classes.take(commas - 1)) | (classes.take(commas - 1) == Class.WIDE)]
    if not len(commas):
        return Edits.none()
    document = batch.documents_of(commas)
    # `說,?他` may have been `說,“他`: the question mark stands for what could not be encoded.
    lost = (codes.take(commas + 1) == ord("?")) & ~_LINE_END.take(classes.take(commas + 2))
    mixed = classes.take(commas + 1) != Class.COMMA
    narrow = codes.take(commas) == ord(",")
    is_field = narrow & mixed & _is_field(batch, commas)
    set_before = mixed & ~lost & ~is_field
    evidence, narrow_evidence, fields = (
        np.bincount(document[chosen], minlength=len(batch))[document]
        for chosen in (set_before, set_before & narrow, is_field)
    )
    is_set = (evidence >= np.where(lost, MANY_COMMAS, 1)) & (evidence > COMMAS_TO_A_FIELD * fields)
    is_empty = narrow & (codes.take(commas + 1) == ord(","))
    is_set &= ~is_empty | ((narrow_evidence > 0) & ~_has_empty_fields(batch, commas[is_empty])[document])
    shown = mixed | narrow | (codes.take(commas) != codes.take(commas + 1))
    confidence = np.where(is_set, 0.99, MAYBE).astype(np.float32)
    return deletions(commas[shown], commas[shown] + 1, COMMA, confidence[shown])


def _is_field(batch: Batch, commas: Positions) -> Mask:
    """Return which commas open a field of a table that holds marks alone, `小红,？？？,2020`."""
    other = np.flatnonzero(~among(batch.classes, Class.MARK, Class.QUESTION))
    end = other[np.searchsorted(other, commas, side="right")]
    # `、` ends no line; other marks do.
    ends_line = _LINE_END.take(batch.classes.take(end)) & (batch.codes.take(end - 1) == ord("、"))
    return np.asarray((batch.codes.take(end) == ord(",")) | ends_line)


def _has_empty_fields(batch: Batch, doubled: Positions) -> Mask:
    """Return in which documents doubled commas are empty fields: more often than in text, no character follows."""
    document = batch.documents_of(doubled)
    after = batch.classes.take(doubled + 2)
    is_empty = _LINE_END.take(after) | among(after, Class.DIGIT, Class.LETTER, Class.COMMA)
    every = np.bincount(document, minlength=len(batch))
    return np.asarray(np.bincount(document[is_empty], minlength=len(batch)) > EMPTY_FIELDS * every)


def _doubled(batch: Batch, has_commas: Mask) -> Edits:
    """Propose to write once a full-width mark that stands exactly twice between characters.

    Not in documents that stretch marks elsewhere, `，，，` or `。。`: their author means it. Commas and semicolons are
    typed twice as well: a template shows by doubling several marks, or where a document `has_commas` before marks.
    """
    codes, classes = batch.codes, batch.classes
    found = np.flatnonzero(among(classes, *MARK_CLASSES))
    found = found[codes.take(found) == codes.take(found + 1)]
    stretched = found[(codes.take(found) == codes.take(found + 2)) | (codes.take(found) == ord("。"))]
    is_chatty = batch.holding(stretched)
    after = classes.take(found + 2)
    found = found[IS_HAN.take(classes.take(found - 1)) & (IS_HAN.take(after) | _LINE_END.take(after))]
    # 測試：：底層 is a name of two levels; behind a label there is more, or nothing.
    is_level = np.isin(codes.take(found), COLONS) & IS_HAN.take(classes.take(found + 2))
    is_level &= ~IS_HAN.take(classes.take(found[:, None] + np.arange(2, 2 + LONGEST_LEVEL + 1))).all(axis=1)
    found = found[~is_level]
    kinds = sum(batch.holding(found[are_in(marks, codes.take(found))]).astype(np.int64) for marks in _KINDS)
    is_template = (kinds > 1) | has_commas
    parts = []
    for mark, confidence in _DOUBLED.items():
        if len(chosen := found[codes.take(found) == ord(mark)]):
            meant = is_chatty | ~is_template if mark in _TYPED else is_chatty
            sure = np.where(meant[batch.documents_of(chosen)], UNSURE, confidence).astype(np.float32)
            parts.append(deletions(chosen + 1, chosen + 2, DOUBLED, sure))
    return merge(tuple(parts))


def _pipes(batch: Batch) -> Edits:
    """Propose to delete lines that hold a vertical bar alone, with one line end."""
    classes = batch.classes
    pipes = np.flatnonzero(among(classes, Class.PIPE))
    if not len(pipes):
        return Edits.none()
    solid = np.flatnonzero(~among(classes, Class.SPACE))
    place = np.searchsorted(solid, pipes)
    before, after = solid[place - 1], solid[place + 1]
    alone = _LINE_END.take(classes.take(before)) & _LINE_END.take(classes.take(after))
    if not alone.any():
        return Edits.none()
    document = batch.documents_of(pipes)
    in_table = np.bincount(document[~alone], minlength=len(batch))[document] > 0
    chosen = alone & _is_beside_chinese(batch, pipes)
    if not chosen.any():
        return Edits.none()
    pipes, before, after, document = pipes[chosen], before[chosen], after[chosen], document[chosen]
    # A line goes with the line end before it, but those that open the document with the one behind.
    first = np.append(True, before[1:] > after[:-1] + 1)
    opens = (before < batch.starts[document])[np.maximum.accumulate(np.where(first, np.arange(len(before)), 0))]
    lone_feed = (batch.codes.take(before) == ord("\n")) & (batch.codes.take(before - 1) == ord("\r"))
    paired = (batch.codes.take(after) == ord("\r")) & (batch.codes.take(after + 1) == ord("\n"))
    start = np.where(opens, before + 1, before - lone_feed)
    end = np.where(opens, after + 1 + paired, after)
    # In a diagram a bar is set below what it joins, or stands between words; it neither opens nor ends it.
    is_indented = (pipes > before + 1) & (after == pipes + 1)
    parts_text = np.bincount(document[_is_beside_text(batch, pipes)], minlength=len(batch))
    is_drawn = 2 * parts_text <= np.bincount(document, minlength=len(batch))
    is_drawn &= ~batch.holding(pipes[(batch.classes.take(_beside(batch, pipes)) == Class.BOUNDARY).any(axis=0)])
    unsure = in_table[chosen] | is_indented | is_drawn[document]
    return deletions(start, end, PIPE, np.where(unsure, MAYBE, 0.99).astype(np.float32))


def _is_beside_chinese(batch: Batch, pipes: Positions) -> Mask:
    """Return whether what stands before or behind bars, other bars aside, is beyond ASCII; in code it is not."""
    beside = _beside(batch, pipes)
    is_chinese = (batch.codes.take(beside) >= 0x80) & (batch.classes.take(beside) != Class.BOUNDARY)
    return np.asarray(is_chinese.any(axis=0))


def _is_beside_text(batch: Batch, pipes: Positions) -> Mask:
    """Return whether the line before or behind bars is text, which is long or holds a mark."""
    line_ends = np.flatnonzero(among(batch.classes, *LINE_END_CLASSES))
    marks = np.flatnonzero(among(batch.classes, *MARK_CLASSES))
    beside = _beside(batch, pipes)
    nth = np.searchsorted(line_ends, beside)
    start, end = line_ends.take(nth - 1, mode="clip") + 1, line_ends.take(nth)
    has_mark = np.searchsorted(marks, end) > np.searchsorted(marks, start)
    return np.asarray((has_mark | (end - start >= LONG_LINE)).any(axis=0))


def _beside(batch: Batch, pipes: Positions) -> Positions:
    """Return the place before and the place behind bars that is neither bar nor blank: int64 of shape (2, bars)."""
    other = np.flatnonzero(~among(batch.classes, Class.PIPE, Class.SPACE, Class.NEWLINE))
    place = np.searchsorted(other, pipes)
    return np.stack((other[place - 1], other[place]))  # past its ends a document has boundaries, which are neither


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
    document = batch.documents_of(found)
    found = found[batch.holds(among(classes, *HAN_CLASSES))[document]]
    document = batch.documents_of(found)
    several = np.bincount(document, minlength=len(batch))[document] > 1
    ends_sentence = ~IS_HAN.take(classes.take(found - 1))
    ones = np.ones(len(found), dtype=np.int64)
    newlines = np.full(len(found), ord("\n"), dtype=np.uint32)
    confidence = np.where(several | ends_sentence, 0.99, UNSURE).astype(np.float32)
    return replacements(found, found + len(_LITERAL), ones, newlines, LINE_BREAK, confidence)


def _line_wraps(batch: Batch) -> Edits:
    """Report newlines between characters at the end of lines that are about as long as the document's longest."""
    found = screen.line_wraps(batch)
    return deletions(found, found + 1, LINE_WRAP, 0.9)
