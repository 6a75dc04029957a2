"""Characters that were lost to question marks: all of a line, `?????:???`, or those that a code page lacks, `的?据?`.

What it looks like: lines that hold no character but mostly question marks; or marks strewn through the words of a line,
where no question ends: before a clause, about single characters, and behind 把 or 與.

How it came about: text was written in an encoding that lacks its characters, as simplified ones in Big5 or Shift-JIS.

What looks alike and must stay: doubt, ???, questions in a row, blanks to fill in, 第?页, and regular expressions.
"""

from __future__ import annotations

import re

import numpy as np

from encfix.batch import Batch, to_text
from encfix.between import are_in_gaps
from encfix.chinese.characters import HAN_CLASSES, LINE_END_CLASSES, Class, among
from encfix.edits import Edits, deletions, merge
from encfix.rules import number_of

QUESTION_MARKS = number_of("noise.question-marks")

LEAST = 5
"""Question marks of a line without characters."""

SURE, ONCE = 0.9, 0.5
"""Confidence of lost characters, and of what comes once in a document and may be meant. Set by hand."""

SIGNS, STREWN = 3, 5
"""Places in a document that no question explains, and gaps with question marks, where characters were lost; half as
many are a suspicion."""

DENSE = 10
"""Characters to a gap, at most, on the lines that have some."""

_LEADING = "把被从從向与與及并並将將再各每其"
"""Characters that end no question."""

_HAN = "[\u3400-\u9fff]"
_GAP = re.compile(rf"(?<={_HAN})\?+(?=[^\s!-@]|$)|(?<!{_HAN})\?+(?={_HAN})")
_EXPRESSION = re.compile(rf"\(\?[:!=<P]|[\])}}*+\\]\?|\?\||{_HAN}\|{_HAN}|\.[*+]|(?<!\S)\?[^\s?]+\? \?[^\s?]+\?(?!\S)")
"""What regular expressions hold, and synopses of commands, ?标签? ?描述?, for what may be left out."""

_UNITS = "年月日时時分秒号號页頁次个個第元岁歲点點"
"""Characters beside blanks to fill in."""

_SIGN = re.compile(
    rf"(?<=[ \t，。、；：！“‘「『（《,;:/*%=])\?+(?![{_UNITS}])(?={_HAN})"  # before a clause
    rf"|(?<=\?)(?![{_UNITS}]){_HAN}(?=\?)"  # a character alone
    rf"|(?<=[{_LEADING}])\?+(?={_HAN})"
)


def propose(batch: Batch) -> Edits:
    """Report question marks in the place of characters."""
    questions = np.flatnonzero(batch.codes == ord("?"))
    if len(questions) < SIGNS:
        return Edits.none()
    return merge((_whole_lines(batch), _strewn(batch)))


def _whole_lines(batch: Batch) -> Edits:
    """Report lines that hold no character but mostly question marks, three in a row somewhere, for a word has as many
    characters: people put those behind text, or alone."""
    classes = batch.classes
    questions = np.flatnonzero(batch.codes == ord("?"))
    in_a_row = questions[:-2][questions[2:] - questions[:-2] == 2]
    if len(questions) < LEAST or not len(in_a_row):
        return Edits.none()
    ends = np.flatnonzero(among(classes, *LINE_END_CLASSES))
    lines, first, asked = np.unique(np.searchsorted(ends, questions), return_index=True, return_counts=True)
    many = asked >= LEAST
    start, end, first, asked = ends[lines[many] - 1] + 1, ends[lines[many]], first[many], asked[many]
    spaces, characters = (np.flatnonzero(among(classes, *wanted)) for wanted in ((Class.SPACE,), HAN_CLASSES))
    solid = end - start - (np.searchsorted(spaces, end) - np.searchsorted(spaces, start))
    lost = (2 * asked >= solid) & (np.searchsorted(characters, end) == np.searchsorted(characters, start))
    lost &= np.searchsorted(in_a_row, end) > np.searchsorted(in_a_row, start)
    start, end, first, asked = start[lost], end[lost], first[lost], asked[lost]
    document = batch.documents_of(start)
    is_one_run = questions[first + asked - 1] - questions[first] == asked - 1
    once = is_one_run & (np.bincount(document, minlength=len(batch))[document] == 1)
    return deletions(start, end, QUESTION_MARKS, np.where(once, ONCE, SURE).astype(np.float32))


def _strewn(batch: Batch) -> Edits:
    """Report lines, from the first to the last question mark that stands in the place of a character."""
    questions = np.flatnonzero(batch.codes == ord("?"))
    inside = are_in_gaps(batch, questions)
    if not inside.any():
        return Edits.none()
    ends = np.flatnonzero(among(batch.classes, *LINE_END_CLASSES))
    documents = batch.documents_of(questions)
    parts = []
    for document in np.unique(documents[inside]).tolist():
        own = questions[slice(*np.searchsorted(documents, (document, document + 1)).tolist())]
        spans, seen = [], np.zeros(3, dtype=np.int64)
        for line in np.unique(np.searchsorted(ends, own)).tolist():
            first = int(ends[line - 1]) + 1
            text = to_text(batch.codes[first : ends[line]])
            if _EXPRESSION.search(text) or not (gaps := [*_GAP.finditer(text)]):
                continue
            seen += (len(_SIGN.findall(text)), len(gaps), sum("\u3400" <= character <= "\u9fff" for character in text))
            spans.append((first + gaps[0].start(), first + gaps[-1].end()))
        signs, count, characters = seen.tolist()
        if 2 * signs < SIGNS or 2 * count < STREWN or characters > DENSE * count:
            continue
        start, end = np.array(spans, dtype=np.int64).T
        parts.append(deletions(start, end, QUESTION_MARKS, SURE if signs >= SIGNS and count >= STREWN else ONCE))
    return merge(parts) if parts else Edits.none()
