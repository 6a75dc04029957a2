"""Glosses behind a label, in brackets of every kind: `读(繁:讀)本`, `也【练:kě】`, `校本(pinyin:běn)`, `条《繁体:條》`.

One tool sets the traditional form or the reading of a character behind it here and there, each time with another label
or none, and in other brackets or none: `实为wèi 一种`. Whoever explains characters keeps to one or two ways of doing
so; several labels in several brackets in the middle of sentences, each with what fits the character before it, prove
the tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from encfix.batch import Batch, to_text
from encfix.chinese import model, pinyin
from encfix.chinese.characters import HAN_CLASSES, LETTER_CLASSES, Class, among, are_in
from encfix.edits import Edits, Proposal, gathered
from encfix.repairs.gloss.finding import brackets
from encfix.rules import number_of

RULE = number_of("gloss.irregular")

CONFIDENCE = 0.98

LEAST, LEAST_WAYS = 4, 3
"""Different characters glossed behind a label, and labels in kinds of brackets, that prove the tool."""

_FORMS, _READINGS = ("繁", "繁体", "繁體"), ("练", "練", "拼音", "读", "讀", "读音", "讀音", "pinyin")
_LABEL_ENDS = "".join(sorted({label[-1] for label in _FORMS + _READINGS}))
_OPENING, _CLOSING = "(（[【《{〔〖", ")）]】》}〕〗"
_LETTERS = "[a-zāáǎàōóǒòēéěèīíǐìūúǔùüǖǘǚǜńňǹ]"
_TONED = "[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹ]"

_LABELLED = re.compile(
    f"[{re.escape(_OPENING)}]({'|'.join(sorted(_FORMS + _READINGS, key=len, reverse=True))})[:：]"
    f"([㐀-鿿]|{_LETTERS}{{1,6}})[{re.escape(_CLOSING)}]"
)
_BARE = re.compile(f"[{re.escape(_OPENING)}]({_LETTERS}{{1,6}})[{re.escape(_CLOSING)}]")
_NAKED = re.compile(f"(?<=[㐀-鿿])((?=[a-z]*{_TONED}){_LETTERS}{{1,6}}) (?=[㐀-鿿])")


def propose(batch: Batch) -> Edits:
    """Propose to delete all glosses of documents in which several stand behind labels, in several brackets."""
    colons = np.flatnonzero(are_in(":：", batch.codes))
    colons = colons[are_in(_LABEL_ENDS, batch.codes.take(colons - 1))]
    if len(colons) < LEAST:
        return Edits.none()
    opens = brackets(batch)
    before, after = batch.classes.take(opens - 1), batch.classes.take(opens + 1)
    is_called_for = among(before, *HAN_CLASSES, Class.CLOSE) & among(after, *LETTER_CLASSES)
    calls = np.bincount(batch.documents_of(opens[is_called_for]), minlength=len(batch)) > 0
    many = np.bincount(batch.documents_of(colons), minlength=len(batch)) >= LEAST
    proposals: list[Proposal] = []
    for document in np.flatnonzero(calls & many).tolist():
        start, end = int(batch.starts[document]), int(batch.ends[document])
        text = to_text(batch.codes[start:end])
        if _is_proved(text):
            proposals += (one.moved(start) for one in _glosses(text))
    return gathered(sorted(proposals))


def _is_proved(text: str) -> bool:
    """Return whether several characters inside sentences are glossed behind several labels in several brackets."""
    found = [match for match in _LABELLED.finditer(text) if _fits(match)]
    owners = {text[match.start() - 1] for match in found}
    ways = {(match[0][0], match[1]) for match in found}
    inside = sum(_is_han(text[match.start() - 2 : match.start() - 1]) for match in found)
    onward = sum(_is_han(text[match.end() : match.end() + 1]) for match in found)
    return len(owners) >= LEAST and len(ways) >= LEAST_WAYS and 2 * min(inside, onward) >= len(found)


def _glosses(text: str) -> Iterator[Proposal]:
    """Yield every gloss of a text, with a label or without, in brackets or followed by a space."""
    for pattern in (_LABELLED, _BARE, _NAKED):
        for match in pattern.finditer(text):
            if _fits(match):
                yield Proposal(match.start(), match.end(), "", RULE, CONFIDENCE)


def _fits(match: re.Match[str]) -> bool:
    """Return whether a gloss is another form or a reading of the character before it."""
    owner, gloss = match.string[match.start() - 1 : match.start()], match[match.lastindex or 0]
    if not owner:
        return False
    if match.re is _LABELLED and (match[1] in _FORMS) != _is_han(gloss):
        return False
    if _is_han(gloss):
        return gloss != owner and model.fold(gloss) == model.fold(owner)
    codes, packed = np.array([ord(owner)], dtype=np.uint32), np.array([pinyin.pack(gloss)], dtype=np.int64)
    return bool(pinyin.is_reading(codes, packed)[0])


def _is_han(character: str) -> bool:
    return "㐀" <= character <= "鿿"
