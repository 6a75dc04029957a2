"""What is seen and never changed: masks, anti-copy strings, hangul, furigana, and characters that are lost.

Masks (`***总书记`) hide words on purpose. Forum software strews strings such as `J#iKk%&'` for whoever copies a page;
sites of novels write syllables of hangul for characters, 놊 for 不. Furigana flattened into the line repeat a word in
kana. Private-use code points without a known mapping, replacement characters and runs of question marks are what is
left of characters that were lost; `question_marks` and `substituted` have what else is.

What looks alike is why none of it is changed: Markdown, passwords and code, Korean that a text quotes, Japanese text
and names, icon fonts, doubt expressed as ???. What mostly is one of these where it comes once is not reported, or as
less than likely.
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from encfix.arrays import runs
from encfix.batch import Batch, to_text
from encfix.chinese.characters import HAN_CLASSES, IS_HAN, IS_LETTER, LINE_END_CLASSES, Class, among, unified_forms
from encfix.edits import Edits, deletions, merge
from encfix.options import Options
from encfix.repairs.noise import question_marks, substituted
from encfix.rules import number_of

MASK = number_of("noise.mask")
ANTI_COPY = number_of("noise.anti-copy")
HANGUL = number_of("noise.hangul")
FURIGANA = number_of("noise.furigana")
PRIVATE_USE = number_of("noise.private-use")
REPLACEMENT = number_of("noise.replacement")

SHORTEST_TOKEN, LONGEST_TOKEN = 6, 32
_SYMBOLS = frozenset("#$%&'^~`{}<>@*+!;\"|\\")
_CODE = re.compile(
    r"://|www\.|\.(?:com|cn|net|org)|^(?:&?#?\w+;)+$|^[#$@]\w+$|</|/>|[=()]|&&|\*\*|<\w+>|^[`'\"].*[`'\"]$|^%\w+%$|^\||\|$|\\[A-Za-z]{2}"
    r"|\{[^{}]*\}|\[[^\[\]]*\]|^\$.*\$$"  # $ENV{PATH}, $^W[0], $x^2+y^2$: by chance brackets hardly ever come in pairs
    r"|\{\{|\}\}|[0-9A-Za-z][<>][A-Za-z][<>]"  # {{PLURAL:$2|$1个页面}}, N|0<x<5}
)
SHORTEST_MASK, EMPHASIS = 3, 2
"""Asterisks of a mask, and of what Markdown prints in bold; of what it slants as well there are three."""
SHORTEST_READING, USUAL_READING = 3, 4
"""Kana of a reading; names of people end in up to three, so shorter ones count beside longer ones only."""

ONCE = 0.5
"""Confidence of what comes once in a document and may be meant."""

SURE_REPLACEMENT, SURE_LOST, SURE_MASK, SURE_ANTI_COPY, SURE_FURIGANA = 0.99, 0.9, 0.8, 0.7, 0.6
"""Confidence of replacement characters; of question marks, hangul and private-use code points in the place of
characters; of masks; of anti-copy strings; and of furigana. Set by hand, in the order of how seldom people mean them:
nothing is changed by them."""

_INFLECTED = re.compile("^[はがをにのでともへ]|(?:した|ます|ますか|ません|する|れる|れた|ない|です)$")
"""Kana that inflect a word or tie it to the next, as in Japanese prose."""


_OF_KOREAN = re.compile("[韩韓](?:[语語]|文|字)|朝[鲜鮮](?:[语語]|文)|[谚諺]文|[训訓]民正音|[\uac00-\ud7a3]字")
"""Words for Korean, and a syllable that is spoken of."""


def propose(batch: Batch, options: Options) -> Edits:
    """Report noise."""
    return merge(
        (
            _replacements(batch),
            question_marks.propose(batch),
            substituted.propose(batch),
            _masks(batch),
            _private_use(batch),
            _furigana(batch),
            _hangul(batch),
            _anti_copy(batch),
        )
    )


def _replacements(batch: Batch) -> Edits:
    start, end = runs(among(batch.classes, Class.REPLACEMENT))
    return deletions(start, end, REPLACEMENT, SURE_REPLACEMENT)


def _masks(batch: Batch) -> Edits:
    """Report asterisks beside a character: alone on their line, for those of Markdown come in pairs; or between
    characters and longer than any of Markdown, on a page that has no pairs of two."""
    classes = batch.classes
    start, end = runs(among(classes, Class.STAR))
    if not len(start):
        return Edits.none()
    lines = np.searchsorted(np.flatnonzero(among(classes, *LINE_END_CLASSES)), start)
    _, place, counts = np.unique(lines, return_inverse=True, return_counts=True)
    before, after = IS_HAN.take(classes.take(start - 1)), IS_HAN.take(classes.take(end))
    chosen = (before | after) & (end - start >= SHORTEST_MASK) & (counts[place] == 1)
    is_markdown = batch.holding(start[end - start == EMPHASIS])
    chosen |= before & after & (end - start > SHORTEST_MASK) & ~is_markdown[batch.documents_of(start)]
    return deletions(start[chosen], end[chosen], MASK, SURE_MASK)


def _private_use(batch: Batch) -> Edits:
    """Report private-use code points beside Chinese text for which no character is known."""
    private = among(batch.classes, Class.PRIVATE_USE)
    found = np.flatnonzero(private)
    if not len(found):
        return Edits.none()
    private[found[np.isin(batch.codes.take(found), unified_forms()[:, 0])]] = False
    start, end = runs(private)
    classes = batch.classes
    beside = IS_HAN.take(classes.take(start - 1)) | IS_HAN.take(classes.take(end))
    return deletions(start[beside], end[beside], PRIVATE_USE, SURE_LOST)


def _furigana(batch: Batch) -> Edits:
    """Report kana that may be the reading of the compound before them, in text that has no other kana."""
    classes = batch.classes
    start, end = runs(among(classes, Class.HIRAGANA))
    if not len(start):
        return Edits.none()
    reading = (
        (end - start >= SHORTEST_READING) & IS_HAN.take(classes.take(start - 1)) & IS_HAN.take(classes.take(start - 2))
    )
    document = batch.documents_of(start)
    others = np.bincount(document[~reading], minlength=len(batch))
    katakana = batch.holds(among(classes, Class.KATAKANA))
    usual = np.bincount(document[reading & (end - start >= USUAL_READING)], minlength=len(batch)) > 0
    chosen = np.flatnonzero(reading & ((others == 0) & ~katakana & usual)[document])
    chosen = chosen[[not _INFLECTED.search(to_text(batch.codes[start[n] : end[n]])) for n in chosen.tolist()]]
    return deletions(start[chosen], end[chosen], FURIGANA, SURE_FURIGANA)


def _hangul(batch: Batch) -> Edits:
    """Report syllables alone beside characters, in text without a word of Korean or for it, if such as Korean hardly
    has stand between characters: those that are quoted are common ones, or in quotation marks."""
    classes = batch.classes
    found = np.flatnonzero(among(classes, Class.HANGUL, Class.HANGUL_RARE))
    if not len(found):
        return Edits.none()
    document = batch.documents_of(found)
    before, after = (IS_HAN.take(classes.take(found + step)) for step in (-1, 1))
    is_strange = before & after & (classes.take(found) == Class.HANGUL_RARE)
    strange, in_words = (
        np.bincount(document[chosen], minlength=len(batch)) for chosen in (is_strange, np.diff(found, append=-1) == 1)
    )
    is_suspect = (strange > 0) & (in_words == 0)
    for nth in np.flatnonzero(is_suspect).tolist():
        is_suspect[nth] = not _OF_KOREAN.search(batch.text(nth))
    found = found[(before | after) & is_suspect[document]]
    confidence = np.where(strange > 1, SURE_LOST, ONCE).astype(np.float32)
    return deletions(found, found + 1, HANGUL, confidence[batch.documents_of(found)])


def _anti_copy(batch: Batch) -> Edits:
    """Report strings of letters, digits and symbols in turn that no prose, link or code looks like.

    Forums hide them right beside the text of a line.
    """
    codes, is_symbol = batch.codes, among(batch.classes, Class.SYMBOL)
    symbols = is_symbol.cumsum()
    before_letters = (is_symbol[:-1] & IS_LETTER.take(batch.classes[1:])).cumsum()
    if not before_letters[-1]:
        return Edits.none()
    start, end = runs((codes > ord(" ")) & (codes < 0x7F))
    is_token = (end - start >= SHORTEST_TOKEN) & (end - start <= LONGEST_TOKEN)
    is_token &= symbols.take(end - 1) - symbols.take(start - 1) > 1
    is_token &= before_letters.take(end - 2) > before_letters.take(start - 1)
    is_token &= (codes.take(start - 1) >= 0x80) | (codes.take(end) >= 0x80)
    start, end = start[is_token], end[is_token]
    document = batch.documents_of(start)
    first, last = np.maximum(start - 1, batch.starts[document]), np.minimum(end + 1, batch.ends[document])
    chinese = batch.holds(among(batch.classes, *HAN_CLASSES))
    is_hidden = chinese[document]
    for nth in np.flatnonzero(is_hidden).tolist():
        window = to_text(codes[first[nth] : last[nth]])
        is_hidden[nth] = _is_hidden(window, int(start[nth] - first[nth]), int(end[nth] - first[nth]))
    start, end, document = start[is_hidden], end[is_hidden], document[is_hidden]
    once = np.bincount(document, minlength=len(batch))[document] == 1
    return deletions(start, end, ANTI_COPY, np.where(once, ONCE, SURE_ANTI_COPY).astype(np.float32))


def _is_hidden(text: str, start: int, end: int) -> bool:
    """Return whether a token is noise right behind text, or between a line end and text; by itself it is code."""
    before, after = text[start - 1 : start], text[end : end + 1]
    is_behind = not before.isascii() and not before.isspace()
    is_ahead = before in ("", "\n") and not after.isascii() and not after.isspace()
    return (is_behind or is_ahead) and _is_noise(text[start:end])


def _is_noise(token: str) -> bool:
    """Return whether a token changes between letters and symbols four times and holds three different symbols."""
    symbols = {character for character in token if character in _SYMBOLS}
    if len(symbols) < 3 or _CODE.search(token):
        return False
    kinds = [character.isalnum() for character in token]
    turns = sum(first != second for first, second in pairwise(kinds))
    return turns >= 4 and sum(kinds) >= 3
