"""Characters cut in the middle: `規(guī)?；慨a(chǎn)線` was 規模化量產線.

What it looks like: a question mark that ate bytes, a mark that was made of two halves, then characters that mean
nothing; or a gloss behind a question mark, `改變?nèi)松`, or behind a letter of which it is no reading, `F(xiàn)`.

How it came about: see `encfix.chinese.halves.cutting`, which holds the damage itself. A reading is accepted only if
that damage turns it into what is seen.

When it is certain: a reading of the whole stretch is far more probable than the stretch as it stands, and clearly more
so than every other reading. The first alone proves damage, which is then reported with the readings that compete.
Where marks and a letter are all that is seen, something else on the page must prove damage, too.

What looks alike and must stay: real question marks before other marks. Where one stands, the bytes behind it would be
out of step to the end of the line, which leaves no reading, or one that is less probable than the text itself. Behind
a letter they are in step: 有嗎?；A：有.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from encfix.arrays import Mask, outside
from encfix.batch import Batch
from encfix.chinese import gbk, pinyin
from encfix.chinese.characters import (
    IS_LETTER,
    IS_SIMPLIFIED,
    IS_TRADITIONAL,
    Class,
    class_of,
    members,
    two_forms,
)
from encfix.chinese.halves.cutting import CUT_MARKS, NARROW
from encfix.chinese.halves.lattice import LONGEST
from encfix.chinese.halves.page import Page
from encfix.chinese.halves.tokens import Kind, Tokens, across, second_byte
from encfix.chinese.model import pair
from encfix.edits import Edits, Proposal, gathered
from encfix.memo import memoized
from encfix.options import Options
from encfix.repairs import gloss
from encfix.repairs.misaligned import dropped_byte
from encfix.repairs.misaligned.half_character import (
    LINE,
    MARGIN,
    RULE,
    UNSURE,
    Signs,
    is_sure,
    line_end,
    read_stretch,
)

LICENSED = 0.98
"""Confidence of a toned gloss of a character of two forms, on a page whose half characters prove the tool."""

CROSSED = 0.995
"""Confidence of a toned gloss that fits a letter and the byte before it, but neither character."""

ODD = -10.0
"""Nats of a pair that is hardly seen."""

TRIALS, MOST_IN_VAIN = 8, 32
"""Question marks in a row that come to nothing certain, before the line is left alone, and before the document is."""

DENSE = 12
"""Code points of which damage leaves no more than a quarter as question marks."""

CLEAR = 3
"""How many times more of its characters than of the other script's a line of simplified text has at least."""

_FOLLOWS = members(Class.MARK, Class.COMMA, Class.QUESTION) | IS_LETTER
_END = re.compile(r"[?@-~]")
_CHAIN = re.compile(r"[?!？！]{3}")
_WIDE_MARK = re.compile("[，！；：？（）]")
_SOUND_WIDE_MARK = re.compile(r"(?<!\?)[，！；：？]")
_SOUND_NARROW_MARK = re.compile("[一-龥][,;:]")
_CROSSED = re.compile(r"[^\x00-\x7f][@-~][(（]([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡ]{1,7}) ?[)）]")


def propose(batch: Batch, options: Options) -> Edits:
    """Propose the readings of cut characters; unsure ones carry their competitors."""
    found = np.flatnonzero(batch.codes == ord("?"))
    found = found[_FOLLOWS.take(batch.classes.take(found + 1))]
    crossed = gloss.brackets(batch)
    crossed = crossed[IS_LETTER.take(batch.classes.take(crossed - 1)) & (batch.codes.take(crossed - 2) >= 0x80)]
    glosses = gloss.find(batch)
    dropped = dropped_byte.suspects(batch)
    of_dropped = batch.documents_of(dropped)
    of_dropped = of_dropped[np.isin(of_dropped, batch.documents_of(glosses.start))]
    documents = np.union1d(np.union1d(batch.documents_of(found), batch.documents_of(crossed)), of_dropped)
    if not len(documents):
        return Edits.none()
    are_set = gloss.set_by_tool(batch, glosses)
    repairs: list[Proposal] = []
    bases, ends = batch.starts[documents], batch.ends[documents]
    parts = [
        map(slice, at.searchsorted(bases), at.searchsorted(ends)) for at in (found, crossed, dropped, glosses.start)
    ]
    for document, base, end, *here in zip(documents.tolist(), bases.tolist(), ends.tolist(), *parts, strict=True):
        suspects, letters, chosen = found[here[0]] - base, crossed[here[1]] - 1 - base, glosses.where(here[3])
        marks = (dropped[here[2]] - base).tolist()
        text = _Text(batch, base, end, batch.text(document), chosen)
        signs = Signs.PROOF if are_set[document] else Signs.SOME if len(chosen.start) else Signs.NONE
        done = list(_repairs(text, suspects.tolist(), letters.tolist(), marks, signs))
        if signs is not Signs.PROOF and any(map(is_sure, done)) and not all(map(is_sure, done)):
            done = list(_repairs(text, suspects.tolist(), letters.tolist(), marks, Signs.PROOF))
        done = [repair.moved(base) for repair in done]
        repairs += done
        if any(map(is_sure, done)):
            repairs += _licensed(batch, chosen, done)
    return gathered(repairs)


def _licensed(batch: Batch, glosses: gloss.Glosses, done: list[Proposal]) -> Iterator[Proposal]:
    """Yield the glosses of a page on which the tool that sets them is proved, less those inside a stretch."""
    has_two_forms = two_forms().take(batch.codes.take(glosses.owner), mode="clip")
    chosen = glosses.where(glosses.toned & has_two_forms)
    done = sorted(done, key=lambda repair: repair.start)
    starts, reached = [repair.start for repair in done], list(accumulate((repair.end for repair in done), max))
    for start, end in zip(chosen.start.tolist(), chosen.end.tolist(), strict=True):
        before = bisect_left(starts, end)
        if not before or reached[before - 1] <= start:
            yield Proposal(start, end, "", gloss.PINYIN, LICENSED, 0.0)


class _Text(NamedTuple):
    """A document of a batch, where it begins and ends there, as a string, and its glosses that fit."""

    batch: Batch
    base: int
    end: int
    text: str
    glosses: gloss.Glosses


def _repairs(
    document: _Text, suspects: list[int], letters: list[int], marks: list[int], signs: Signs
) -> Iterator[Proposal]:
    """Yield the repairs of one document, given its suspect question marks, letters before brackets and other marks."""
    text = document.text
    stretches = [place for place in suspects if _may_be_damage(text, place)]
    done = 0
    page: Page | None = None
    unread: list[tuple[int, int]] = []
    if any(IS_LETTER[class_of(text[place + 1])] for place in stretches):
        signs = Signs.PROOF
    marks = marks if signs is not Signs.NONE or letters else []
    in_vain = 0
    for place in sorted({*stretches, *marks}):
        if place < done:
            continue
        if in_vain >= MOST_IN_VAIN:
            unread.append((place, len(text)))
            break
        if _is_simplified(document, place):
            done = line_end(text, place, len(text))
            unread.append((place, done))
            continue
        page = page or page_of(document, [*stretches, *marks])
        if text[place] != "?":
            repair = dropped_byte.read_suspect(text, place, page)
            if repair:
                done = repair.end
                unread.append((repair.start, line_end(text, place, len(text))))
                yield repair
            continue
        repair, done = read_stretch(text, place, page, signs)
        in_vain = 0 if is_sure(repair) else in_vain + 1
        if in_vain % TRIALS == TRIALS - 1:
            done = line_end(text, place, len(text))
        if repair:
            yield repair
        if not repair or repair.confidence <= UNSURE:
            unread.append((place, line_end(text, place, len(text))))
        else:
            unread.append((repair.start, repair.end))
    if signs is not Signs.NONE or stretches:
        yield from _crossed(text, letters, unread)


def _crossed(text: str, letters: list[int], unread: list[tuple[int, int]]) -> Iterator[Proposal]:
    """Yield glosses of a letter and the byte before it, where the text is in step."""
    covered, nth = 0, 0
    for letter in letters:
        start = letter - 1
        while nth < len(unread) and unread[nth][0] <= start:
            covered = max(covered, unread[nth][1])
            nth += 1
        found = _CROSSED.match(text, start) if start >= covered else None
        if found and not found[1].isascii() and across(text[start], text[letter], pinyin.pack(found[1])):
            is_odd = start > 0 and pair(text[start - 1], text[start]) < ODD  # perhaps out of step already
            yield Proposal(letter + 1, found.end(), "", RULE, UNSURE if is_odd else CROSSED, MARGIN)


def _is_simplified(document: _Text, place: int) -> bool:
    """Return whether the text before a place is simplified, or if there is none its line: the tool made pages
    traditional, and converting them later ruins bytes. What stands behind may be damage, which is of either script."""
    classes = document.batch.classes[document.base : document.end]
    start, end = max(place - LINE, 0), line_end(document.text, place, place + LINE)
    for part in (classes[start:place], classes[place:end]):
        simplified, traditional = (int(np.count_nonzero(table.take(part))) for table in (IS_SIMPLIFIED, IS_TRADITIONAL))
        if simplified or traditional:
            return simplified > CLEAR * traditional
    return False


def _may_be_damage(text: str, place: int) -> bool:
    """Return whether a question mark can begin damage: whether the bytes behind it can fall into step again."""
    following = text[place + 1]
    ahead = text[place : place + DENSE]
    if len(ahead) == DENSE and 4 * ahead.count("?") > DENSE:
        return False
    if _CHAIN.match(text, max(place - 2, 0)) and _CHAIN.match(text, place):
        return False
    if NARROW.get(following, following) in CUT_MARKS:
        behind = text[place + 2 : place + 3]
        if not behind or (behind not in gbk.pairs() and not "?" <= behind <= "~"):
            return False
        return bool(_END.search(text, place + 2, line_end(text, place + 2, place + LONGEST)))
    token = Tokens(text[place : place + 40])[0]
    if token.kind is not Kind.TAIL:
        return False
    byte = second_byte(text[place - 1 : place])
    return (byte, token.reading) in gbk.by_first_reading() or text[place - 1 : place] == ")"


def page_of(document: _Text, stretches: list[int]) -> Page:
    """Return what the sound parts of a document say: all but its glosses and the lines behind suspect places."""
    batch, base, end, text, glosses = document
    is_sound = _outside_glosses(batch)[base:end].copy()
    done = 0
    for place in stretches:
        if place >= done:
            done = line_end(text, place, len(text))
            is_sound[place:done] = False
    return Page(batch.codes[base:end][is_sound], batch.codes.take(glosses.owner), _is_narrow(text))


def _is_narrow(text: str) -> bool:
    """Return whether the marks of a page are of half width; the step that folds them leaves some behind lost bytes."""
    if not _WIDE_MARK.search(text):
        return True
    return not _SOUND_WIDE_MARK.search(text) and _SOUND_NARROW_MARK.search(text) is not None


@memoized
def _outside_glosses(batch: Batch) -> Mask:
    glosses = gloss.find(batch)
    return outside(glosses.start, glosses.end, len(batch.codes))
