"""Examples of mojibake in text about encodings, which stay: `把UTF-8當成GBK來讀，會出現「绐楄竟鐨勫皬」`.

Talk about encodings names one, or speaks of what is done with them. That a file, a stream or a call names its own
encoding (`# -*- coding: utf-8 -*-`, `charset=utf-8`, `.encode("utf-8")`) is no talk: strings beside that are damage
like any other. Where a text has a word for such damage, it may have examples anywhere.
"""

from __future__ import annotations

import re

import numpy as np

from encfix.batch import Batch, Mask, Positions
from encfix.edits import Edits

_NAME = "(?:Unicode|UTF-8|GBK|Big5)"
_DECLARATION = "|".join(
    (
        rf"(?:coding|charset)(?:[\"']?\s*[:=]\s*[\"']?|\s+[\"']){_NAME}(?:,\s*{_NAME})*",
        rf"[(\[{{,:=]\s*([\"']){_NAME}\1",  # the value of a setting, the argument of a call
        rf"[A-Za-z0-9_.]{_NAME}|{_NAME}[A-Za-z0-9_]",  # a part of another name: zh_CN.UTF-8, unicode_literals
    )
)
_TALK = re.compile(
    rf"{_DECLARATION}|(编码|編碼|亂碼|乱码|mojibake|字符集|字元集|文字化け|解码|解碼|{_NAME})", re.IGNORECASE
)
_OF_DAMAGE = re.compile("亂碼|乱码|文字化け|(?:编码|編碼)(?:错误|錯誤|问题|問題)")
EXAMPLE, NEAR = 120, 400
"""Code points in the longest example that is not in quotation marks, and from one to the word for what it is an
example of."""

FEW, SHARE = 4, 0.25
"""Such examples on a page, and their share of it: where there are both more, the page is damaged itself."""

_QUOTES = frozenset("“‘「『\"'`《")
CONFIDENCE = 0.5
"""Confidence of damage that may be an example."""


def guard(batch: Batch, edits: Edits) -> Edits:
    """Return the edits, unsure those that may be examples: in quotation marks near talk about encodings, or in a text
    that has a word for such damage; and others near that word."""
    if not len(edits):
        return edits
    documents = batch.documents_of(edits.start)
    confidence = edits.confidence.copy()
    for document in np.unique(documents).tolist():
        text = batch.text(document)
        talk = np.array([match.start() for match in _TALK.finditer(text) if match[2]], dtype=np.int64)
        if not len(talk):
            continue
        (own,) = np.nonzero(documents == document)
        start, end = edits.start[own] - batch.starts[document], edits.end[own] - batch.starts[document]
        is_quoted = np.array([text[place - 1 : place] in _QUOTES and place > 0 for place in start.tolist()])
        words = np.array([match.start() for match in _OF_DAMAGE.finditer(text)], dtype=np.int64)
        is_example = is_quoted & (_are_near(talk, start, end) | bool(len(words)))
        if len(own) <= FEW or (end - start).sum() <= SHARE * len(text):
            is_example |= _are_near(words, start, end) & (end - start <= EXAMPLE)
        unsure = own[is_example]
        confidence[unsure] = np.minimum(confidence[unsure], CONFIDENCE)
    return Edits(
        edits.start, edits.end, edits.offsets, edits.codes, edits.rule, confidence, edits.score, edits.candidates
    )


def _are_near(places: Positions, start: Positions, end: Positions) -> Mask:
    """Return which spans have one of the places within `NEAR` code points."""
    return np.asarray(places.searchsorted(end + NEAR) > places.searchsorted(start - NEAR))
