"""Examples of mojibake in text about encodings, which stay: `把UTF-8當成GBK來讀，會出現「绐楄竟鐨勫皬」`.

Talk about encodings names one, or speaks of what is done with them. That a file, a stream or a call names its own
encoding (`# -*- coding: utf-8 -*-`, `charset=utf-8`, `.encode("utf-8")`) is no talk: strings beside that are damage
like any other. Code that writes in one encoding and reads in another is. Where a text has a word for such damage, it
may have examples anywhere. A table of damage and what it was needs no talk: there examples stand beside their own
repairs. Nor does a line that says what became of a word, or what it should be, and holds both, or the next line does:
`我的名字张三变成了å¼ ä¸‰`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from encfix.arrays import Mask, Positions
from encfix.batch import Batch, to_text
from encfix.edits import Edits

_WORDS = ("编码", "編碼", "亂碼", "乱码", "mojibake", "字符集", "字元集", "文字化け", "解码", "解碼")
_NAMES = ("unicode", "utf-8", "gbk", "big5")
"""What a text about encodings holds, in small letters: words that are always talk, and names that may declare."""

_DECLARED = re.compile(
    rf"(?:coding|charset)(?:[\"']?\s*[:=]\s*[\"']?|\s+[\"'])(?:(?:{'|'.join(_NAMES)}),\s*)*$"
    r"|[(\[{,:=]\s*[\"']$"  # the value of a setting, the argument of a call
    r"|[a-z0-9_.]$"  # a part of another name: zh_CN.UTF-8
)
"""What stands before a name that is no talk."""
BEFORE = 40
"""Code points before a name in which that is looked for."""

_READ_AGAIN = re.compile(r"encode\([^()\n]*\)\s*\.decode\(|getbytes\([^()\n]*\)\s*,\s*[\"'\w]")
"""Code that writes text in one encoding and reads it in another, in small letters: an example of what comes of that."""

_OF_DAMAGE = re.compile("亂碼|乱码|文字化け|(?:编码|編碼)(?:错误|錯誤|问题|問題)")
EXAMPLE, NEAR = 120, 400
"""Code points in the longest example that is not in quotation marks, and from one to the word for what it is an
example of."""

FEW, SHARE = 4, 0.25
"""Such examples on a page, and their share of it: where there are both more, the page is damaged itself."""

FEWEST, WORD, BESIDE = 2, 4, 40
"""Examples that stand beside their repairs in such a table at least, but for words of so few characters, of which one
is enough, and the most characters between: of ASCII there, quotation marks, a comma, an arrow, what the example goes on
with; any where a line says what became of a word."""

_BECAME = re.compile(
    "[变變][成为為]|成了|[显顯]示|看到|看[见見]|出[来來現现]|[应應][该該]|[应應][为為]|其[实實]|原[来來]|本[来來]"
    "|[实實][际際]|存的|[输輸]入|(?i:actual|became|become)"
)
"""What a line says of a word and what became of it."""

_QUOTES, _DIRECTIONS = frozenset("“”‘’「」『』\"'`《》"), "\u200e\u200f"
_MARKS = "，。！？：；、,.!?:; "
"""What an example may hold at its ends that the word beside it lacks."""

CONFIDENCE = 0.5
"""Confidence of damage that may be an example."""


def guard(batch: Batch, edits: Edits) -> Edits:
    """Return the edits, unsure those that may be examples: beside a quotation mark near talk about encodings, or in a
    text that has a word for such damage; and others near that word."""
    if not len(edits):
        return edits
    documents = batch.documents_of(edits.start)
    confidence = edits.confidence.copy()
    for document in np.unique(documents).tolist():
        text = batch.text(document)
        (own,) = np.nonzero(documents == document)
        start, end = edits.start[own] - batch.starts[document], edits.end[own] - batch.starts[document]
        spans = zip(start.tolist(), end.tolist(), strict=True)
        is_quoted = np.array([_is_quoted(text, first, last) for first, last in spans])
        repaired = [_repaired(edits, nth) for nth in own.tolist()]
        is_beside = _are_beside_repairs(text, start, end, repaired)
        is_table = is_beside.sum() >= FEWEST
        is_example = is_beside | is_quoted if is_table else is_beside & np.array([len(new) <= WORD for new in repaired])
        if len(own) <= FEW:
            is_example |= _are_told(text, start, end, repaired)
        talk = _talk(text.lower())
        words = np.array([match.start() for match in _OF_DAMAGE.finditer(text)], dtype=np.int64)
        is_example |= is_quoted & (_are_near(talk, start, end) | bool(len(words)))
        if len(own) <= FEW or (end - start).sum() <= SHARE * len(text):
            is_example |= _are_near(words, start, end) & (end - start <= EXAMPLE)
        unsure = own[is_example]
        confidence[unsure] = np.minimum(confidence[unsure], CONFIDENCE)
    return Edits(
        edits.start, edits.end, edits.offsets, edits.codes, edits.rule, confidence, edits.score, edits.candidates
    )


def _is_quoted(text: str, first: int, last: int) -> bool:
    """Return whether a quotation mark stands right before a span or right behind it: writers forget one of them.

    >>> _is_quoted("“Ã©” or Ã¨”", 1, 3), _is_quoted("“Ã©” or Ã¨”", 8, 10), _is_quoted("Ã©, Ã¨", 4, 6)
    (True, True, False)
    """
    return text[max(first - 1, 0) : first] in _QUOTES or text[last : last + 2].lstrip(_DIRECTIONS)[:1] in _QUOTES


def _are_beside_repairs(text: str, start: Positions, end: Positions, repaired: list[str]) -> Mask:
    """Return which spans have what they become beside them in their line, with some ASCII between.

    >>> text = "'å…ƒç´\xa0': '元素'"
    >>> _are_beside_repairs(text, np.array([1]), np.array([7]), ["元素"])
    array([ True])
    """
    return np.array(
        [
            len(new) > 1
            and (
                _begins_with(text[last : last + BESIDE + len(new)], new)
                or _begins_with(text[max(first - BESIDE - len(new), 0) : first][::-1], new[::-1])
            )
            for first, last, new in zip(start.tolist(), end.tolist(), repaired, strict=True)
        ],
        dtype=np.bool_,
    )


def _are_told(text: str, start: Positions, end: Positions, repaired: list[str]) -> Mask:
    """Return which spans have what they become near them, in their line or the next, and words for that between.

    >>> text = "张三变成了å¼\xa0ä¸‰"
    >>> _are_told(text, np.array([5]), np.array([11]), ["张三"])
    array([ True])
    """
    found = np.zeros(len(start), dtype=np.bool_)
    for nth, (first, last) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        word = repaired[nth].strip(_MARKS)
        if 1 < len(word) <= EXAMPLE:
            before, after = text[max(first - BESIDE, 0) : first], text[last : last + BESIDE]
            lines = "\n".join((*before.split("\n")[-2:], *after.split("\n")[:2]))
            found[nth] = word in lines and _BECAME.search(lines) is not None
    return found


def _repaired(edits: Edits, nth: int) -> str:
    """Return what an edit puts in."""
    return to_text(edits.codes[edits.offsets[nth] : edits.offsets[nth + 1]])


def _begins_with(text: str, wanted: str) -> bool:
    """Return whether a text has something behind nothing but ASCII in its first line."""
    gap, found, _ = text.partition(wanted)
    return bool(found) and gap.isascii() and "\n" not in gap


def _talk(text: str) -> Positions:
    """Return where a text in small letters talks about encodings, sorted.

    >>> _talk("# -*- coding: utf-8 -*-"), _talk("gbk 的编码")
    (array([], dtype=int64), array([0, 5]))
    """
    found = [place for word in _WORDS for place in _occurrences(text, word)]
    found += [match.start() for match in _READ_AGAIN.finditer(text)]
    for name in _NAMES:
        found += [place for place in _occurrences(text, name) if not _is_declared(text, place, place + len(name))]
    return np.array(sorted(found), dtype=np.int64)


def _occurrences(text: str, word: str) -> Iterator[int]:
    """Yield where a word stands in a text."""
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + len(word))


def _is_declared(text: str, start: int, end: int) -> bool:
    """Return whether the name of an encoding declares it, or is a part of another name, as in unicode_literals."""
    after = text[end : end + 1]
    is_part = after.isascii() and (after.isalnum() or after == "_")
    declared = _DECLARED.search(text, max(start - BEFORE, 0), start)
    is_quoted = declared is not None and declared[0][-1] in "\"'" and declared[0][0] in "([{,:="
    return is_part or (declared is not None and (not is_quoted or after == declared[0][-1]))


def _are_near(places: Positions, start: Positions, end: Positions) -> Mask:
    """Return which spans have one of the places within `NEAR` code points."""
    return np.asarray(places.searchsorted(end + NEAR) > places.searchsorted(start - NEAR))
