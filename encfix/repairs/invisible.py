"""Characters that show nothing inside Chinese text: zero-width spaces, soft hyphens, controls, stray direction marks.

How they came about: copy protection, editors, broken extraction. They split words for every tokenizer. Colours of a
terminal, `\\x1b[32m`, go as a whole: what an escape without its control character leaves behind is worse. Where emoji
were taken out, the selector that followed them, U+FE0F, is left; where pictures were, U+FFFC.

When it is certain: the document is Chinese, and the nearest visible neighbour is Chinese or its punctuation, or, but
not of a control, the edge of a line. Between letters and digits, and of a control there too, when the same character
stands between ideographs of the document. C1 controls are reported only: they may be quotation marks of another code
page.

What looks alike and must stay: the zero-width joiner in emoji, joiners and breaks in Persian, Indic, Thai and Khmer
text, direction marks in text with right-to-left letters, tab and newline, controls that set off records or times, soft
hyphens inside Latin words, selectors behind emoji and symbols, the unseen operators of formulas, and what is quoted
alone in a text about it.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions
from encfix.batch import Batch, to_text
from encfix.chinese.characters import (
    BOUNDARY_CODE,
    HAN_CLASSES,
    IS_HAN,
    LINE_END_CLASSES,
    Class,
    among,
    are_in,
    members,
)
from encfix.edits import Edits, deletions
from encfix.options import Options
from encfix.rules import number_of

TERMINAL = number_of("invisible.terminal")

OBJECT = number_of("invisible.object")

SURE, UNSURE = 0.995, 0.6

SOFT_HYPHEN, SELECTOR, PLACEHOLDER = 0xAD, 0xFE0F, 0xFFFC

ESCAPE = 0x1B

DELETE = 0x7F
"""What sets off the place of an entry from its name in the index of an Info file or of tags."""

FIRST_OPERATOR, LAST_OPERATOR = 0x2061, 0x2064
"""Function application, times, separator and plus: MathML has them between letters, and before brackets."""

OPENING, CLOSING = "“‘「『", "”’」』"

LONGEST_SEQUENCE = 32
"""Code points of the longest control sequence of a terminal."""

_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
"""A control sequence as ECMA-48 defines it, section 5.4: parameters, intermediate bytes, a final byte."""

_CONTROLS = (Class.CONTROL, Class.ASCII_CONTROL)
_UNSEEN = members(Class.INVISIBLE, *_CONTROLS, Class.BIDI, Class.JOINER, Class.NONCHARACTER)
_CHINESE_SIDE = members(
    *HAN_CLASSES,
    Class.WIDE,
    Class.COMMA,
    Class.MARK,
    Class.QUESTION,
    Class.OPEN,
    Class.CLOSE,
    Class.NEWLINE,
    Class.BOUNDARY,
)
_EDGE = members(*LINE_END_CLASSES)
_FULL_WIDTH = members(Class.WIDE, Class.COMMA, Class.MARK, Class.QUESTION, Class.OPEN, Class.CLOSE)
_AROUND_OBJECTS = members(*HAN_CLASSES, Class.COMMA, Class.MARK, Class.QUESTION, *LINE_END_CLASSES)
_KEEPS_JOINERS = members(
    Class.COMPLEX, Class.RIGHT_TO_LEFT, Class.EMOJI, Class.OTHER, Class.WESTERN, Class.HANGUL, Class.HANGUL_RARE
)
_KEEPS_BREAKS = members(Class.COMPLEX, Class.RIGHT_TO_LEFT)
_IN_FORMULA = members(Class.LETTER, Class.DIGIT, Class.WESTERN, Class.TONED, Class.OTHER, Class.OPEN, Class.CLOSE)
_RULES = {
    Class.INVISIBLE: number_of("invisible.zero-width"),
    Class.JOINER: number_of("invisible.zero-width"),
    Class.CONTROL: number_of("invisible.control"),
    Class.ASCII_CONTROL: number_of("invisible.control"),
    Class.BIDI: number_of("invisible.bidi"),
    Class.NONCHARACTER: number_of("invisible.noncharacter"),
}
_RULE_OF_CLASS = np.zeros(256, dtype=np.int16)
for _value, _number in _RULES.items():
    _RULE_OF_CLASS[_value] = _number


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to delete invisible characters that have no use where they stand."""
    classes, codes = batch.classes, batch.codes
    unseen = _UNSEEN.take(classes)
    found = np.flatnonzero(unseen)
    if not len(found):
        return Edits.none()
    documents = batch.documents_of(found)
    found = found[batch.holding(np.flatnonzero(IS_HAN.take(classes)))[documents]]
    if not len(found):
        return Edits.none()
    documents = batch.documents_of(found)
    visible = np.flatnonzero(~unseen)
    place = np.searchsorted(visible, found)
    left, right = classes.take(visible[place - 1]), classes.take(visible[place])
    kind, code = classes.take(found), codes.take(found)
    has_right_to_left = batch.holding(np.flatnonzero(among(classes, Class.RIGHT_TO_LEFT)))[documents]
    is_joiner = (kind == Class.JOINER) & (code != SELECTOR)
    stays = (
        ((kind == Class.BIDI) & has_right_to_left)
        | (is_joiner & (_KEEPS_JOINERS.take(left) | _KEEPS_JOINERS.take(right)))
        | ((code == SELECTOR) & ~_takes_no_selector(left, codes.take(visible[place - 1])))
        | ((kind == Class.INVISIBLE) & (_KEEPS_BREAKS.take(left) | _KEEPS_BREAKS.take(right)))
        | (_are_operators(codes.take(found)) & _IN_FORMULA.take(left) & _IN_FORMULA.take(right))
        | ((code == DELETE) & (right == Class.DIGIT))
        | (are_in(OPENING, codes.take(found - 1)) & are_in(CLOSING, codes.take(found + 1)))
    )
    sure = _CHINESE_SIDE.take(left) | _CHINESE_SIDE.take(right)
    sure &= (code < 0x80) | (code >= 0xA0)
    # Formats set off records and times by controls: alone on a line, or between digits and its end.
    is_control, inside = among(kind, *_CONTROLS), IS_HAN.take(left) & IS_HAN.take(right)
    is_beside_text = _CHINESE_SIDE.take(left) & ~_EDGE.take(left) | _CHINESE_SIDE.take(right) & ~_EDGE.take(right)
    sure &= ~is_control | is_beside_text | _is_strewn(batch, documents, code, is_control & inside)
    sure &= (code != PLACEHOLDER) | (_AROUND_OBJECTS.take(left) & _AROUND_OBJECTS.take(right))
    strewn = (kind == Class.INVISIBLE) & (code != SOFT_HYPHEN) & (code != PLACEHOLDER)
    sure |= strewn & _is_strewn(batch, documents, code, strewn & inside)
    lengths = _lengths(batch, found)
    shown = ~stays
    found, kind, code, lengths, sure = found[shown], kind[shown], code[shown], lengths[shown], sure[shown]
    rules = np.where(lengths > 1, np.int16(TERMINAL), _RULE_OF_CLASS[kind])
    rules[code == PLACEHOLDER] = OBJECT
    confidence = np.where(sure | (lengths > 1), SURE, UNSURE).astype(np.float32)
    return deletions(found, found + lengths, rules, confidence)


def _takes_no_selector(classes: npt.NDArray[np.uint8], codes: Codes) -> Mask:
    """Return which characters are ideographs or full-width marks, which have no form as emoji."""
    return np.asarray(IS_HAN.take(classes) | (_FULL_WIDTH.take(classes) & (codes >= 0x3000)))


def _is_strewn(batch: Batch, documents: Positions, codes: Codes, between: Mask) -> Mask:
    """Return which characters are among those that stand `between` ideographs of the same document.

    In a document with letters of a script that breaks its words with them, none is.
    """
    if not between.any():
        return between
    keys = documents * BOUNDARY_CODE + codes
    complex_ = batch.holds(among(batch.classes, Class.COMPLEX))[documents]
    return np.asarray(np.isin(keys, keys[between]) & ~complex_)


def _are_operators(codes: Codes) -> Mask:
    return np.asarray((codes >= FIRST_OPERATOR) & (codes <= LAST_OPERATOR))


def _lengths(batch: Batch, found: Positions) -> Positions:
    """Return how many code points go with each place: those of a terminal's control sequence, else one."""
    lengths = np.ones(len(found), dtype=np.int64)
    for nth in np.flatnonzero(batch.codes.take(found) == ESCAPE).tolist():
        place = int(found[nth])
        sequence = _SEQUENCE.match(to_text(batch.codes[place : place + LONGEST_SEQUENCE]))
        lengths[nth] = sequence.end() if sequence else 1
    return lengths
