"""Spaces strewn between characters: `这 是 一 个 句 子 ， 写 得 很 长 。`

What it looks like: one space in every gap of running text, often of a whole page.

How it came about: slides and PDF pages that place each character.

When it is certain: a line of prose is spaced so, with stops in it, or so long that nobody sets it so on purpose; on a
page of which most gaps are spaced, the short lines between are damage as well. A name or title that is all there is
is closed when it is made of known words.

What looks alike and must stay: what was spaced for show, which is short and without stops (titles, greetings, slogans,
signatures, dates), verse, names of two characters, lists of single characters (甲 乙 丙, tiles, notes, calendars), what
stands under its readings or notes, and text divided into words (我 觉得 这 本 书 不错). A
space of another kind than those strewn, U+3000 between U+0020, divides words and stays everywhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Mask, Positions, runs
from encfix.batch import MARGIN, Batch, to_codes, to_text
from encfix.chinese import division, model
from encfix.chinese.characters import HAN_CLASSES, IS_HAN, LINE_END_CLASSES, Class, among, are_in, members
from encfix.edits import Edits, deletions
from encfix.repairs.separator import interlinear
from encfix.rules import number_of

SPACES = number_of("separator.spaces")

MANY_GAPS, FEW_GAPS, LEAST_GAPS = 6, 4, 2
"""Strewn gaps at which a line of prose is certain, at which a run can be judged, and at which there is one."""

UNSURE, LIKELY, SURE = 0.5, 0.95, 0.995

LONG_LINE = 20
"""Gaps of a line without stops that nobody spaced for show."""

WHOLE_PAGE = 12
"""Gaps in prose that make a document one into which spaces were strewn."""

MOSTLY, THROUGHOUT = 0.5, 0.8
"""Share of the gaps between characters of a page that is strewn for the most part, and throughout."""

TITLE, SENTENCE, PROSE = (-6.4, -6.0), (-7.2, -7.0), (-8.0, -8.0)
"""Nats a character, by pairs and by words, that closed runs reach: short ones, long ones, and those with marks. Of
clean runs more than nine in ten do, of lists of single characters few."""

LONG_LIST = 8
"""Gaps that few lists of single characters exceed."""

KNOWN_NAME = -5.0
"""Nats a character, by words, that names and titles reach which are made of common words."""

IN_WORDS = 0.85
"""Share of the characters of a name or title that stand in words of several."""

LONGEST_PART = 3
"""Characters of the longest of these words in a short name; longer ones are lists themselves: 東南西北."""

MOST_NUMERALS = 0.4
"""Share of numerals, years, months and days that a title stays under; a date does not."""

PHRASES = (4, 7)
"""Characters of the phrases that slogans and couplets are made of, all of one length."""

VERSE_LINES = range(3, 8)
"""Characters between the stops of verse, the same number each time."""

LONGEST_WORD = 4
"""Characters of the longest word that divided text sets off often."""

WORDS_A_CHARACTER, WORDS_A_CHARACTER_OF_PAGE = 1 / 16, 1 / 8
"""Words of several characters to each single one between spaces, on a line and on the lines of a page, that make them
text divided into words: where spaces were strewn, there is none but a name that was written without."""

COLONS = to_codes(":：")
NUMERALS = "〇零一二三四五六七八九十百千万两"
_OF_DATES = NUMERALS + "年月日"
_STOPS = "，。；！？,;!?"

MARK_CLASSES = (Class.COMMA, Class.MARK, Class.QUESTION)
_RUN_CLASSES = (*HAN_CLASSES, Class.WIDE, Class.OPEN, Class.CLOSE, *MARK_CLASSES)
_MARKS, _IN_RUN, _LINE_END = members(*MARK_CLASSES), members(*_RUN_CLASSES), members(*LINE_END_CLASSES)
_SETS_OFF = members(Class.SPACE, Class.TAB, *LINE_END_CLASSES)


class _Gaps(NamedTuple):
    """Spaces between single characters; arrays with one element a space, in order."""

    position: Positions
    run: Positions
    is_between_han: Mask
    meets_word: Mask
    """Whether the run of the space begins or ends beside a longer word that a space of its own sets off."""


def propose(batch: Batch) -> Edits:
    """Propose to close runs of characters with one space in every gap."""
    classes = batch.classes
    spaces = np.flatnonzero(among(classes, Class.SPACE))
    spaces = spaces[_IN_RUN.take(classes.take(spaces - 1)) & _IN_RUN.take(classes.take(spaces + 1))]
    if len(spaces) < LEAST_GAPS:
        return Edits.none()
    gaps = _between_single_characters(batch, spaces)
    count = np.bincount(gaps.run, weights=gaps.is_between_han, minlength=1).astype(np.int64)
    at_stop = are_in(_STOPS, batch.codes.take(gaps.position[:, None] + np.array([-1, 1, 2]))).any(axis=1)
    has_stop = np.bincount(gaps.run, weights=at_stop, minlength=1) > 0
    is_text, is_name = np.zeros((2, len(count)), dtype=np.bool_)
    for run in np.flatnonzero(count >= FEW_GAPS).tolist():
        is_text[run], is_name[run] = _judge(batch, gaps, run, int(count[run]))
    is_name &= ~has_stop
    if not is_text.any():
        return Edits.none()
    position, document = gaps.position, batch.documents_of(gaps.position)
    line_ends = np.flatnonzero(among(classes, *LINE_END_CLASSES))
    _, line = np.unique(np.searchsorted(line_ends, position), return_inverse=True)

    def per_line(chosen: Mask) -> Positions:
        return np.bincount(line[chosen & gaps.is_between_han], minlength=int(line[-1]) + 1)

    text_gaps = per_line(is_text[gaps.run])
    has_stops = np.bincount(line, weights=at_stop) > 0
    is_verse = _are_verse(batch, position, line, text_gaps >= FEW_GAPS)
    is_verse |= interlinear.are_set(batch, line_ends, position, line, text_gaps >= FEW_GAPS)
    is_prose = (text_gaps >= MANY_GAPS) & has_stops & ~is_verse | (text_gaps >= LONG_LINE)
    is_prose &= ~_are_divided(batch, line_ends, position, line)
    in_prose = is_prose[line] & gaps.is_between_han
    is_strewn = np.bincount(document[in_prose], minlength=len(batch)) >= WHOLE_PAGE
    kind, share = _pages(batch, gaps, document, in_prose)
    # Where there is strewn prose, verse is strewn as well, and what the model does not know, if stops divide it.
    joins = (per_line(gaps.is_between_han) >= FEW_GAPS)[line] & (has_stops[line] | (share >= MOSTLY)[document])
    # A heading of two characters before a colon is set with a space even where the rest of its line is strewn.
    is_heading = _LINE_END.take(classes.take(position - 2)) & np.isin(batch.codes.take(position + 2), COLONS)
    is_heading &= count[gaps.run] < LEAST_GAPS
    on_page = (joins & ~is_heading | (share >= THROUGHOUT)[document]) & is_strewn[document]
    strewn = (is_prose[line] & ~is_heading | on_page) & (batch.codes.take(position) == kind[document])
    alone = is_name[gaps.run] & _has_one_line(batch, line_ends)[document] if is_name.any() else False
    confidence = np.select([strewn, alone], [SURE, LIKELY], UNSURE).astype(np.float32)
    is_reported = is_text & (has_stop | (count > LONG_LIST))
    shown = strewn | alone | (is_reported[gaps.run] & ~is_verse[line])
    return deletions(
        position[shown], position[shown] + 1, SPACES, confidence[shown], count[gaps.run][shown].astype(np.float32)
    )


def _between_single_characters(batch: Batch, spaces: Positions) -> _Gaps:
    """Return the spaces of runs in which at most one character stands between two spaces, marks not counted.

    All spaces of a run are of one kind; where they meet a longer word, that space was set on purpose.
    """
    classes = batch.classes
    han = np.add.reduceat(among(classes, *HAN_CLASSES), spaces, dtype=np.int64)[:-1]
    strangers = np.add.reduceat(~among(classes, *_RUN_CLASSES), spaces, dtype=np.int64)[:-1]
    linked = (han <= 1) & (strangers == 1) & (np.diff(spaces) <= MARGIN)
    linked &= np.diff(batch.codes.take(spaces).astype(np.int64)) == 0
    starts_run, ends_run = np.append(True, ~linked), np.append(~linked, True)
    left, right = classes.take(spaces - 1), classes.take(spaces + 1)
    meets_word = (starts_run & IS_HAN.take(left) & IS_HAN.take(classes.take(spaces - 2))) | (
        ends_run & IS_HAN.take(right) & IS_HAN.take(classes.take(spaces + 2))
    )
    run = np.cumsum(starts_run) - 1
    beside_word = np.bincount(run, weights=meets_word) > 0
    run = run[~meets_word]
    return _Gaps(
        spaces[~meets_word],
        np.unique(run, return_inverse=True)[1],
        (IS_HAN.take(left) & IS_HAN.take(right))[~meets_word],
        beside_word[run],
    )


def _judge(batch: Batch, gaps: _Gaps, run: int, count: int) -> tuple[bool, bool]:
    """Return of a run, closed, whether it is probable text, and whether it may be a name or title.

    A list of single characters is neither.
    """
    first, last = np.searchsorted(gaps.run, (run, run + 1)).tolist()
    start, end = int(gaps.position[first]) - 1, int(gaps.position[last - 1]) + 2
    kinds = batch.classes[start:end]
    closed = batch.codes[start:end][IS_HAN.take(kinds)]
    if len(np.unique(closed)) <= len(closed) // 2 or are_in(NUMERALS, closed).all():
        return False, False
    least_pairs, least_words = PROSE if _MARKS.take(kinds).any() and count >= MANY_GAPS else TITLE
    if count > LONG_LIST:
        least_pairs, least_words = min(least_pairs, SENTENCE[0]), min(least_words, SENTENCE[1])
    text = to_text(closed)
    is_text = model.score(closed) > least_pairs and division.lattice_score(text) > least_words * len(closed)
    is_date = are_in(_OF_DATES, closed).mean() >= MOST_NUMERALS
    return is_text, is_text and not is_date and not gaps.meets_word[first] and _is_made_of_words(text)


def _is_made_of_words(text: str) -> bool:
    """Return whether a title is made of common words that are no phrases of one length."""
    words = division.divide(text)
    ends = set(np.cumsum([len(word) for word in words]).tolist())
    for length in PHRASES:
        if len(text) > length and len(text) % length == 0 and ends.issuperset(range(length, len(text), length)):
            return False
    longest = LONGEST_PART if len(text) <= MANY_GAPS + 1 else len(text)
    in_words = sum(len(word) for word in words if 1 < len(word) <= longest)
    return in_words >= IN_WORDS * len(text) and division.lattice_score(text) > KNOWN_NAME * len(text)


def _are_verse(batch: Batch, position: Positions, line: Positions, chosen: Mask) -> Mask:
    """Return which of the `chosen` lines have as many characters between their stops each time, and few.

    `position` and `line` have one element a gap, the others one a line of those that have gaps.
    """
    is_verse = np.zeros(len(chosen), dtype=np.bool_)
    first = np.searchsorted(line, np.arange(len(chosen) + 1))
    for nth in np.flatnonzero(chosen).tolist():
        start, end = int(position[first[nth]]) - 1, int(position[first[nth + 1] - 1]) + 2
        stops = are_in(_STOPS, batch.codes[start : end + 1])
        lengths = np.bincount(np.cumsum(stops), weights=IS_HAN.take(batch.classes[start : end + 1]))
        lengths = lengths[lengths > 0]
        is_verse[nth] = len(lengths) > 1 and int(lengths[0]) in VERSE_LINES and (lengths == lengths[0]).all()
    return is_verse


def _are_divided(batch: Batch, line_ends: Positions, position: Positions, line: Positions) -> Mask:
    """Return which lines hold text divided into words: spaces set off some of several characters among the single ones.

    So are all lines of a document in which such words are many. `position` and `line` have one element a gap.
    """
    classes = batch.classes
    start, end = runs(IS_HAN.take(classes))
    before, behind = classes.take(start - 1), classes.take(end)
    is_set_off = _SETS_OFF.take(before) & _SETS_OFF.take(behind)
    is_set_off &= (before == Class.SPACE) | (behind == Class.SPACE)
    size = (end - start)[is_set_off]
    owner = line_ends.searchsorted(start[is_set_off])
    is_word = (size > 1) & (size <= LONGEST_WORD)
    words, single = (np.bincount(owner[chosen], minlength=len(line_ends)) for chosen in (is_word, size == 1))
    first = np.unique(line, return_index=True)[1]
    here, document = line_ends.searchsorted(position[first]), batch.documents_of(position[first])
    words, single = words[here], single[here]
    all_words, all_single = (np.bincount(document, weights=counts)[document] for counts in (words, single))
    is_divided = (words > 0) & (words >= WORDS_A_CHARACTER * single)
    return np.asarray(is_divided | (all_words >= WORDS_A_CHARACTER_OF_PAGE * all_single))


def _pages(
    batch: Batch, gaps: _Gaps, document: Positions, in_prose: Mask
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]:
    """Return for each document the kind of space that its prose is strewn with, and what share of its gaps has it.

    `document` and `in_prose` have one element a gap.
    """
    kind = np.zeros(len(batch), dtype=np.uint32)
    share = np.zeros(len(batch))
    for page in np.unique(document[in_prose]).tolist():
        start, end = batch.starts[page], batch.ends[page]
        here = slice(*np.searchsorted(gaps.position, (start, end)).tolist())
        codes, is_han = batch.codes.take(gaps.position[here]), IS_HAN.take(batch.classes[start:end])
        values, counts = np.unique(codes[in_prose[here]], return_counts=True)
        kind[page] = values[counts.argmax()]
        closed = np.count_nonzero(is_han[1:] & is_han[:-1])
        spaced = np.count_nonzero(gaps.is_between_han[here] & (codes == kind[page]))
        share[page] = spaced / (spaced + closed)
    return kind, share


def _has_one_line(batch: Batch, line_ends: Positions) -> Mask:
    """Return which documents hold Chinese characters on one line alone: bool of shape (documents,)."""
    han = np.flatnonzero(among(batch.classes, *HAN_CLASSES))
    starts_line = np.diff(np.searchsorted(line_ends, han), prepend=-1) > 0
    return np.asarray(np.bincount(batch.documents_of(han[starts_line]), minlength=len(batch)) == 1)
