"""Separators where none belong: commas before marks, doubled marks, broken lines; `strewn` has the spaces, `lone_bars`
the bars.

What it looks like: `制度,、推進`, `。。`, `x0dx0a`, lines cut at one width.

How it came about: a tool that sets a comma before marks; templates; line breaks written out as escapes.

When it is certain: a comma stands before a mark of another kind.

What looks alike and must stay: CSV and code, lists of marks, `……`, `——`, `！！！`, and `。。` as people type it. Line
wraps are repaired only when asked for by name.
"""

from __future__ import annotations

import numpy as np

from encfix import second_look
from encfix.arrays import Mask, Positions
from encfix.batch import Batch, to_codes
from encfix.chinese.characters import HAN_CLASSES, IS_HAN, LINE_END_CLASSES, Class, among, are_in, members
from encfix.edits import Edits, deletions, merge, replacements
from encfix.options import Options
from encfix.repairs.separator import lone_bars, lost_space, pictures, strewn
from encfix.repairs.separator.strewn import MARK_CLASSES
from encfix.rules import number_of

COMMA = number_of("separator.comma")
DOUBLED = number_of("separator.doubled")
LINE_BREAK = number_of("separator.line-break")
LINE_WRAP = number_of("separator.line-wrap")

SURE, LIKELY, MAYBE, UNSURE = 0.99, 0.97, 0.6, 0.5
"""Confidence where several signs show that a tool set or doubled marks, where one does, where the mark alone does, and
where people write so too. Set by hand, so that the default `min_confidence` repairs the first two."""

WRAPPED = 0.9
"""Confidence of a line wrap, which is repaired only when asked for; set by hand."""

MANY_COMMAS = 3
"""Commas beside other marks that make a document one into which they were set."""

MANY_DOUBLED = 4
"""Doubled marks of different kinds at which a tool doubled them."""

COMMAS_TO_A_FIELD, EMPTY_FIELDS = 8, 0.5
"""Commas before other marks to each field of a table that holds a mark alone, above which a document is no table; and
the share of doubled commas that end a line or stand before digits and letters, above which they are empty fields."""

NO_LETTERS = "｀´＾゜￣「『（《〈【“‘"
"""What no word ends with: faces are drawn with some of it."""

LONGEST_LEVEL = 3
"""Characters of a name behind a doubled colon that names are joined with."""

COLONS = to_codes(":：")

LONGEST_LABEL = 6
"""Ideographs of the longest label at the head of a line of a list."""

_MARKS, _LINE_END = members(*MARK_CLASSES), members(*LINE_END_CLASSES)
_SURE_DOUBLED = {"，": 0.93, "、": 0.93, "；": LIKELY, "：": LIKELY, "。": 0.7}
"""Confidence that a template doubled a mark; set by hand, by how often people type it twice."""
_SELDOM_STRETCHED = "，、；："
_TYPED = "，、；"
"""Marks that people type twice, or name in a text about code."""
_KINDS = ("，、", "；", "：")
"""Marks that nobody types twice together: who hesitates does so in commas."""

_LITERAL = tuple(map(ord, "x0dx0a"))
_QUOTED_BY = (("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"), ('"', '"'), ("'", "'"), ("`", "`"))


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to take out separators that damage put in."""
    commas = _commas(batch)
    return merge(
        (
            strewn.propose(batch),
            commas,
            _commas_behind_stops(batch),
            _doubled(batch, batch.holding(commas.start[commas.confidence > MAYBE])),
            lone_bars.propose(batch),
            _line_breaks(batch),
            _line_wraps(batch),
            lost_space.propose(batch),
            pictures.propose(batch),
        )
    )


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
    commas = commas[~are_in(NO_LETTERS, codes.take(commas - 1)) & ~_before_code(batch, commas) & ~_lists(batch, commas)]
    if not len(commas):
        return Edits.none()
    document = batch.documents_of(commas)
    # `說,?他` may have been `說,“他`: the question mark stands for what could not be encoded.
    lost = (codes.take(commas + 1) == ord("?")) & ~_LINE_END.take(classes.take(commas + 2))
    mixed = classes.take(commas + 1) != Class.COMMA
    narrow = codes.take(commas) == ord(",")
    is_field = narrow & mixed & _is_field(batch, commas)
    # `很好，。。` is how people trail off.
    trails_off = (codes.take(commas + 1) == ord("。")) & (codes.take(commas + 2) == ord("。"))
    set_before = mixed & ~lost & ~is_field & ~trails_off
    evidence, narrow_evidence, fields = (
        np.bincount(document[chosen], minlength=len(batch))[document]
        for chosen in (set_before, set_before & narrow, is_field)
    )
    asked = are_in("？！", codes.take(commas + 1))  # 你說，？ may be who cannot find the word
    is_set = (evidence >= np.where(lost, MANY_COMMAS, 1 + asked)) & (evidence > COMMAS_TO_A_FIELD * fields)
    is_empty = narrow & (codes.take(commas + 1) == ord(","))
    is_set &= ~is_empty | ((narrow_evidence > 0) & ~_has_empty_fields(batch, commas[is_empty])[document])
    shown = mixed | narrow | (codes.take(commas) != codes.take(commas + 1))
    shown &= is_set | ~is_empty | _are_in_prose(batch, commas)
    confidence = np.where(is_set, SURE, MAYBE).astype(np.float32)
    return deletions(commas[shown], commas[shown] + 1, COMMA, confidence[shown])


def _before_code(batch: Batch, commas: Positions) -> Mask:
    """Return which commas stand before a picture of Markdown, `如图，![](a.png)`, or are of full width and stand before
    a colon or an exclamation mark that begins a name in code: `同样，:ref:`, `例如，::1024`, `取反，!flag`."""
    mark, after = batch.codes.take(commas + 1), batch.codes.take(commas + 2)
    is_name = among(batch.classes.take(commas + 2), Class.LETTER, Class.DIGIT) | ((after == mark) & (mark == ord(":")))
    is_code = (batch.codes.take(commas) == ord("，")) & are_in(":!", mark) & is_name
    return np.asarray(is_code | (mark == ord("!")) & (after == ord("[")))


def _lists(batch: Batch, commas: Positions) -> Mask:
    """Return which commas begin a list of marks, `，。？；`: text has two in a row at most, or `？！` behind one."""
    mark, after = batch.codes.take(commas + 1), batch.codes.take(commas + 2)
    return np.asarray(~are_in("？！?!", mark) & _MARKS.take(batch.classes.take(commas + 2)) & (after != mark))


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


def _are_in_prose(batch: Batch, commas: Positions) -> Mask:
    """Return which half-width commas stand on a line with other marks of text that has another number of commas than
    the lines beside it, as rows of a table have not."""
    codes, ends = batch.codes, np.flatnonzero(among(batch.classes, *LINE_END_CLASSES))
    starts = np.append(0, ends[:-1] + 1)
    line = np.searchsorted(ends, commas)

    def per_line(chosen: Mask) -> Positions:
        return np.bincount(np.searchsorted(ends, np.flatnonzero(chosen)), minlength=len(ends))

    fields, marks = per_line(codes == ord(",")), per_line(among(batch.classes, *MARK_CLASSES) & (codes >= 0x80))
    written = np.flatnonzero(ends > starts)
    document = batch.documents_of(starts[written])
    is_like_next = (np.diff(fields[written]) == 0) & (np.diff(document) == 0)
    is_row = np.zeros(len(ends), dtype=np.bool_)
    is_row[written[:-1]] = is_like_next
    is_row[written[1:]] |= is_like_next
    return np.asarray((marks[line] > 0) & ~is_row[line])


def _commas_behind_stops(batch: Batch) -> Edits:
    """Propose to take out commas that stand right behind full stops in a document where several do."""
    codes, classes = batch.codes, batch.classes
    found = np.flatnonzero(codes == ord("。"))
    found = found[are_in("，、", codes.take(found + 1)) & ~_MARKS.take(classes.take(found - 1))]
    found = found[~_MARKS.take(classes.take(found + 2)) & ~_LINE_END.take(classes.take(found + 2))] + 1
    document = batch.documents_of(found)
    found = found[(np.bincount(document, minlength=len(batch)) >= MANY_COMMAS)[document]]
    return deletions(found, found + 1, COMMA, LIKELY)


def _doubled(batch: Batch, has_commas: Mask) -> Edits:
    """Propose to write once a full-width mark that stands exactly twice between characters.

    Not in documents that stretch marks elsewhere, `，，，` or `。。`: their author means it; unless many marks are
    doubled, of several kinds that are seldom stretched, and none stands three times. Commas and semicolons are typed
    twice as well: a template shows by doubling several kinds, or where a document `has_commas` before marks.
    """
    codes, classes = batch.codes, batch.classes
    found = np.flatnonzero(among(classes, *MARK_CLASSES))
    found = found[codes.take(found) == codes.take(found + 1)]
    if not len(found):
        return Edits.none()
    mark = codes.take(found)
    tripled = found[mark == codes.take(found + 2)]
    is_chatty = batch.holding(found[(mark == codes.take(found + 2)) | (mark == ord("。"))])
    by_tool = _are_doubled_by_tool(batch, found[are_in("".join(_SURE_DOUBLED), mark)]) & ~batch.holding(tripled)
    by_tool_here, after = by_tool[batch.documents_of(found)], classes.take(found + 2)
    alone = ~_MARKS.take(classes.take(found - 1)) & ~_MARKS.take(after)
    found = found[
        IS_HAN.take(classes.take(found - 1)) & (IS_HAN.take(after) | _LINE_END.take(after)) | by_tool_here & alone
    ]
    # 測試：：底層 is a name of two levels; behind a label there is more, or nothing.
    is_level = np.isin(codes.take(found), COLONS) & IS_HAN.take(classes.take(found + 2))
    is_level &= ~IS_HAN.take(classes.take(found[:, None] + np.arange(2, 2 + LONGEST_LEVEL + 1))).all(axis=1)
    found = found[~is_level]
    kinds = sum(batch.holding(found[are_in(marks, codes.take(found))]).astype(np.int64) for marks in _KINDS)
    is_template = (kinds > 1) | has_commas
    parts = []
    for character, confidence in _SURE_DOUBLED.items():
        if len(chosen := found[codes.take(found) == ord(character)]):
            document = batch.documents_of(chosen)
            meant = (is_chatty | ~is_template if character in _TYPED else is_chatty)[document]
            sure = np.select([by_tool[document], meant], [LIKELY, UNSURE], confidence).astype(np.float32)
            parts.append(deletions(chosen + 1, chosen + 2, DOUBLED, sure))
    return merge(tuple(parts))


def _are_doubled_by_tool(batch: Batch, doubled: Positions) -> Mask:
    """Return in which documents so many marks are doubled, commas of several kinds among them, that no hand did it."""
    kinds = np.zeros(len(batch), dtype=np.int64)
    for character in _SELDOM_STRETCHED:
        kinds += batch.holding(doubled[batch.codes.take(doubled) == ord(character)])
    return (kinds > 1) & (np.bincount(batch.documents_of(doubled), minlength=len(batch)) >= MANY_DOUBLED)


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
    found = found[~_quoted(batch, found)]
    if not len(found):
        return Edits.none()
    document = batch.documents_of(found)
    found = found[batch.holds(among(classes, *HAN_CLASSES))[document]]
    document = batch.documents_of(found)
    several = np.bincount(document, minlength=len(batch))[document] > 1
    ends_sentence = ~IS_HAN.take(classes.take(found - 1))
    ones = np.ones(len(found), dtype=np.int64)
    newlines = np.full(len(found), ord("\n"), dtype=np.uint32)
    confidence = np.where(several | ends_sentence, SURE, UNSURE).astype(np.float32)
    return replacements(found, found + len(_LITERAL), ones, newlines, LINE_BREAK, confidence)


def _quoted(batch: Batch, found: Positions) -> Mask:
    """Return which literals stand alone between quotation marks, spoken of or in code, not between two quotations."""
    codes = batch.codes
    quoted = np.zeros(len(found), dtype=np.bool_)
    line_ends = np.flatnonzero(among(batch.classes, *LINE_END_CLASSES))
    line_start = line_ends.take(line_ends.searchsorted(found) - 1)
    for opening, closing in _QUOTED_BY:
        between = (codes.take(found - 1) == ord(opening)) & (codes.take(found + len(_LITERAL)) == ord(closing))
        if opening == closing and between.any():
            marks = np.flatnonzero(codes == ord(opening))
            between &= (marks.searchsorted(found) - marks.searchsorted(line_start)) % 2 > 0
        quoted |= between
    return quoted


def _line_wraps(batch: Batch) -> Edits:
    """Report newlines between characters at the end of lines that are about as long as the document's longest.

    Prose has stops anywhere in such lines; verse, couplets and titles of one length have none, or all at one place.
    """
    found = second_look.line_wraps(batch)
    found = found[~_before_labels(batch, found)]
    if not len(found):
        return Edits.none()
    marks = np.flatnonzero(among(batch.classes, *MARK_CLASSES, *LINE_END_CLASSES))
    marks = marks[batch.codes.take(marks) != ord("、")]
    is_end = _LINE_END.take(batch.classes.take(marks))
    place = np.searchsorted(marks, found)
    stops = place - np.maximum.accumulate(np.where(is_end, np.arange(len(marks)), 0))[place - 1] - 1
    document = batch.documents_of(found)
    lines, with_stop = (np.bincount(document[chosen], minlength=len(batch)) for chosen in (slice(None), stops > 0))
    # Each kind of line once: of which document, with how many stops, the last of them how far from its end.
    kinds = np.unique(np.stack((document, stops, found - marks[place - 1]))[:, stops > 0], axis=1)
    different = np.bincount(kinds[0], minlength=len(batch))
    found = found[((2 * with_stop >= lines) & (different > 1))[document]]
    return deletions(found, found + 1, LINE_WRAP, WRAPPED)


def _before_labels(batch: Batch, newlines: Positions) -> Mask:
    """Return which newlines stand before a line that a label begins, 地址：, as each line of a list does."""
    found = np.zeros(len(newlines), dtype=np.bool_)
    is_label = np.ones(len(newlines), dtype=np.bool_)
    for offset in range(1, LONGEST_LABEL + 2):
        following = newlines + offset
        found |= is_label & np.isin(batch.codes.take(following, mode="clip"), COLONS)
        is_label &= IS_HAN.take(batch.classes.take(following, mode="clip"))
    return found
