"""Characters cut in the middle: `規(guī)?；慨a(chǎn)線` was 規模化量產線.

What it looks like: a question mark that ate bytes, a mark that was made of two halves, then characters that mean
nothing; or a gloss behind a question mark, `改變?nèi)松`, or behind a letter of which it is no reading, `F(xiàn)`.

How it came about: see `encfix.chinese.cut_bytes`, which holds the damage itself. A reading is accepted only if that
damage turns it into what is seen.

When it is certain: a reading of the whole stretch is far more probable than the stretch as it stands, and clearly more
so than every other reading. The first alone proves damage, which is then reported with the readings that compete.

What looks alike and must stay: real question marks before other marks. Where one stands, the bytes behind it would be
out of step to the end of the line, which leaves no reading, or one that is less probable than the text itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import exp, log
from operator import add
from typing import NamedTuple

import numpy as np

from encfix.batch import Batch, Positions, to_codes
from encfix.chinese import gbk, model, pinyin
from encfix.chinese.characters import IS_LETTER, Class, class_of, members, two_forms
from encfix.chinese.cut_bytes import CUT_MARKS, NARROW, explains
from encfix.chinese.half_lattice import LONGEST
from encfix.chinese.half_readings import Reading, Search, search
from encfix.chinese.half_scoring import Page, opened_after
from encfix.chinese.half_tokens import (
    Kind,
    Token,
    across,
    is_trigger,
    narrowed,
    second_byte,
    tokens_of,
    without_glosses,
)
from encfix.edits import Edits, replacements
from encfix.options import Options
from encfix.repairs import gloss
from encfix.rules import number_of

RULE = number_of("misaligned.half-character")

MARGIN = 8.0
"""Nats by which the best reading must beat the text as it stands; half of it on a page with other signs."""

BARE_MARGIN = 14.0
"""The same where what is seen holds no Chinese, on a page without other signs."""

GAP = 3.3
"""Nats by which it must beat every other reading to be as good as certain."""

UNSURE, UNSURE_MOST = 0.5, 0.85
"""Confidence of damage whose reading is not certain, and the most that it may have."""

LINKS = 3
"""How many shorter beginnings of a chain of damage are tried."""

LENGTHS = 0.5
"""Nats by which it must beat a reading of another length in addition."""

LICENSED = 0.98
"""Confidence of a toned gloss of a character of two forms, on a page whose half characters prove the tool."""

CROSSED = 0.995
"""Confidence of a toned gloss that fits a letter and the byte before it, but neither character."""

NEAR = 6.0
CANDIDATES = 4
"""Of the readings within so many nats of the best, the most that are reported."""

BEFORE = 64
"""Code points before a stretch that are read for its context."""

TRIALS = 8
"""Question marks in one line, one after the other, that come to nothing certain before the rest is left alone."""

LINE = 512
"""Code points before a stretch that are read for brackets that stand open."""

_FOLLOWS = members(Class.MARK, Class.COMMA, Class.QUESTION) | IS_LETTER
_LINE_END = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_END = re.compile(r"[?@-~]")
_CHAIN = re.compile(r"[?!？！]{3}")
_WIDE_MARKS = frozenset("，！；：？")
_CROSSED = re.compile(r"([^\x00-\x7f])([@-~])[(（]([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡ]{1,7})[)）]")


class Repair(NamedTuple):
    """A stretch of a document, its best reading, other readings, how sure it is, and its gain in nats."""

    start: int
    end: int
    text: str
    others: tuple[str, ...]
    confidence: float
    gain: float
    rule: int = RULE


def propose(batch: Batch, options: Options) -> Edits:
    """Propose the readings of cut characters; unsure ones carry their competitors."""
    found = np.flatnonzero(batch.codes == ord("?"))
    found = found[_FOLLOWS.take(batch.classes.take(found + 1))]
    crossed = np.flatnonzero(batch.classes == Class.OPEN)
    crossed = crossed[IS_LETTER.take(batch.classes.take(crossed - 1)) & (batch.codes.take(crossed - 2) >= 0x80)]
    documents = np.union1d(batch.documents_of(found), batch.documents_of(crossed))
    if not len(documents):
        return Edits.none()
    glosses = gloss.find(batch)
    repairs: list[Repair] = []
    for document in documents.tolist():
        base, end = int(batch.starts[document]), int(batch.ends[document])
        suspects = found[slice(*np.searchsorted(found, (base, end)))]
        chosen = glosses.where(slice(*np.searchsorted(glosses.start, (base, end))))
        done = list(_repairs(batch.text(document), suspects - base, chosen.owner - base))
        done = [repair._replace(start=base + repair.start, end=base + repair.end) for repair in done]
        repairs += done
        if any(map(_is_sure, done)):
            repairs += _licensed(batch, chosen, done)
    return _edits(repairs)


def _licensed(batch: Batch, glosses: gloss.Glosses, done: list[Repair]) -> Iterator[Repair]:
    """Yield the glosses of a page on which the tool that sets them is proved, less those inside a stretch."""
    has_two_forms = two_forms().take(batch.codes.take(glosses.owner), mode="clip")
    chosen = glosses.where(glosses.toned & has_two_forms)
    for start, end in zip(chosen.start.tolist(), chosen.end.tolist(), strict=True):
        if not any(repair.start < end and start < repair.end for repair in done):
            yield Repair(start, end, "", (), LICENSED, 0.0, gloss.PINYIN)


def _edits(repairs: list[Repair]) -> Edits:
    if not repairs:
        return Edits.none()
    repairs.sort(key=lambda repair: repair.start)
    edits = replacements(
        np.array([repair.start for repair in repairs], dtype=np.int64),
        np.array([repair.end for repair in repairs], dtype=np.int64),
        np.array([len(repair.text) for repair in repairs], dtype=np.int64),
        to_codes("".join(repair.text for repair in repairs)),
        np.array([repair.rule for repair in repairs], dtype=np.int16),
        np.array([repair.confidence for repair in repairs], dtype=np.float32),
        np.array([repair.gain for repair in repairs], dtype=np.float32),
    )
    edits.candidates.update((nth, repair.others) for nth, repair in enumerate(repairs) if repair.others)
    return edits


def _repairs(text: str, suspects: Positions, owners: Positions) -> Iterator[Repair]:
    """Yield the repairs of one document, given its suspect question marks and its glossed characters."""
    stretches = [place for place in suspects.tolist() if _may_be_damage(text, place)]
    if not stretches and not len(owners):
        return
    done = 0
    page: Page | None = None
    unread: list[tuple[int, int]] = []
    has_signs = len(owners) > 0 or any(IS_LETTER[class_of(text[place + 1])] for place in stretches)
    in_vain = 0
    for place in stretches:
        if place < done:
            continue
        page = page or page_of(text, stretches, owners)
        repair, done = _read(text, place, page, has_signs)
        in_vain = 0 if _is_sure(repair) or "\n" in text[place:done] else in_vain + 1
        if in_vain == TRIALS:
            done, in_vain = _line_end(text, place, len(text)), 0
        if repair:
            yield repair
        if not repair or repair.confidence <= UNSURE:
            unread.append((place, _line_end(text, place, len(text))))
        else:
            unread.append((repair.start, repair.end))
    yield from _crossed(text, unread)


def _is_sure(repair: Repair | None) -> bool:
    return repair is not None and repair.confidence > UNSURE_MOST


def _line_end(text: str, place: int, limit: int) -> int:
    """Return where the line of a place ends, or the limit."""
    end = _LINE_END.search(text, place, limit)
    return end.start() if end else min(limit, len(text))


def _crossed(text: str, unread: list[tuple[int, int]]) -> Iterator[Repair]:
    """Yield glosses of a letter and the byte before it, where the text is in step."""
    covered, nth = 0, 0
    for found in _CROSSED.finditer(text):
        while nth < len(unread) and unread[nth][0] <= found.start():
            covered = max(covered, unread[nth][1])
            nth += 1
        if found[3].isascii() or found.start() < covered:
            continue
        if across(found[1], found[2], pinyin.pack(found[3])):
            yield Repair(found.end(2), found.end(), "", (), CROSSED, MARGIN)


def _may_be_damage(text: str, place: int) -> bool:
    """Return whether a question mark can begin damage: whether the bytes behind it can fall into step again."""
    following = text[place + 1]
    if _CHAIN.match(text, max(place - 2, 0)) and _CHAIN.match(text, place):
        return False
    if NARROW.get(following, following) in CUT_MARKS:
        behind = text[place + 2 : place + 3]
        if not behind or (behind not in gbk.pairs() and not "?" <= behind <= "~"):
            return False
        return bool(_END.search(text, place + 2, _line_end(text, place + 2, place + LONGEST)))
    tokens = tokens_of(text[place : place + 40])
    if tokens[0].kind is not Kind.TAIL:
        return False
    byte = second_byte(text[place - 1 : place])
    return (byte, tokens[0].reading) in gbk.by_first_reading() or text[place - 1 : place] == ")"


def page_of(text: str, stretches: list[int], owners: Positions) -> Page:
    """Return what the sound parts of a document say."""
    pairs: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    used: set[str] = set()
    done = 0
    for place in (*stretches, len(text)):
        if place >= done:
            sound = without_glosses(text[done:place])
            used.update(sound)
            folded = model.fold(sound)
            characters.update(folded)
            pairs.update(map(add, folded, folded[1:]))
            done = _line_end(text, place, len(text))
    glossed = frozenset(text[place] for place in owners.tolist())
    plain = frozenset(character for character in used - glossed if model.fold(character) != character)
    is_narrow = not _WIDE_MARKS.intersection(text)
    return Page(pairs, characters, characters.total(), frozenset(used), glossed, plain, is_narrow=is_narrow)


def _read(text: str, place: int, page: Page, has_signs: bool) -> tuple[Repair | None, int]:
    """Return the repair of the stretch that begins at a place, if there is one, and where to go on."""
    base = max(text.rfind("\n", place - LINE if place > LINE else 0, place) + 1, place - BEFORE)
    window = text[base : _line_end(text, place, place + LONGEST)]
    tokens = tokens_of(window)
    first = next((nth for nth, token in enumerate(tokens) if token.start == place - base), None)
    if first is None or not is_trigger(tokens, first):
        return None, place + 1
    opened = ""
    for character in text[max(text.rfind("\n", 0, base) + 1, place - LINE) : base]:
        opened = opened_after(opened, character)
    found = search(tokens, first, page, opened)
    repair = _judge(tokens, first, found, page, has_signs)
    stops = found.readings[0].stops[:LINKS] if found.readings else ()
    for stop in reversed(stops):  # a chain whose later links are unsure: perhaps the first ones are not
        if repair is None or _is_sure(repair):
            break
        shorter = _judge(tokens, first, search(tokens, first, page, opened, stop - first), page, has_signs)
        if _is_sure(shorter):
            repair = shorter
    if repair is None:  # what follows may be out of step, unless the question mark is a real one
        is_real = bool(found.readings) and found.readings[0].score <= found.literal
        if not found.readings and tokens[first].kind is Kind.TAIL:
            token = tokens[first]
            repair = Repair(base + token.start, base + token.end, token.text, (), UNSURE, 0.0)
            return repair, base + len(window)
        return None, place + 1 if is_real else base + len(window)
    return repair._replace(start=base + repair.start, end=base + repair.end), base + repair.end


def _judge(tokens: list[Token], first: int, found: Search, page: Page, has_signs: bool) -> Repair | None:
    """Return the best reading of a stretch as a repair of its line, if the text as it stands is much less probable."""
    if not found.readings:
        return None
    best, *others = found.readings
    gain = best.score - found.literal
    if gain < (MARGIN / 2 if has_signs else MARGIN):
        return None
    start, stop, read, rest = _trimmed(tokens, first, found.end, best)
    gap = -log(sum(exp(other.score - best.score + _alike(best, other)) for other in others) or exp(-2 * GAP))
    near = [other.text for other in others if best.score - other.score < NEAR][: CANDIDATES - 1]
    observed = "".join(token.text + token.gloss for token in tokens if start <= token.start < stop)
    is_bare = all(character.isascii() or not character.isalpha() for character in observed)
    if is_bare and not has_signs and gain < BARE_MARGIN:
        return None  # marks and a letter prove little
    is_known = not best.is_lossy and _is_explained(tokens, first, observed, read, best)
    confidence = certainty(gap) if is_known else UNSURE
    read = narrowed(read) if page.is_narrow else read
    candidates = tuple(text[: len(text) - rest] for text in near) if confidence <= UNSURE_MOST else ()
    return Repair(start, stop, read, candidates, confidence, min(gap, 99.0))


def _is_explained(tokens: list[Token], first: int, observed: str, read: str, best: Reading) -> bool:
    """Return whether the damage, with the glosses of the reading, turns it into what is seen.

    The character before the stretch is looked at too, since its second byte may be half of a glossed one.
    """
    glosses = list(best.glosses)
    before = tokens[first - 1] if first else tokens[first]
    head = NARROW.get(before.text, before.text)
    if head not in gbk.pairs():
        return explains(read, observed, glosses)
    if before.gloss:
        glosses.append((head, before.gloss))
    return explains(head + read, before.text + before.gloss + observed, glosses)


def _alike(best: Reading, other: Reading) -> float:
    """Return what a reading of another length gains: how many pairs stood for nothing is hard to tell."""
    return 0.0 if len(best.text) == len(other.text) else LENGTHS


def certainty(gap: float) -> float:
    """Return the probability that a reading is right that beats all others by `gap` nats."""
    if gap >= GAP:
        return 0.997
    return min(UNSURE_MOST, UNSURE + 0.1 * gap)


def _trimmed(tokens: list[Token], first: int, end: int, best: Reading) -> tuple[int, int, str, int]:
    """Return the stretch and its reading less the sound text behind it, and how much of the reading that is."""
    last, rest, text = end, 0, best.text
    while last > first:
        token = tokens[last - 1]
        if token.kind is not Kind.CHARACTER or not text.endswith(token.text) or token.text == "?":
            break
        last -= 1
        text = text[:-1]
        rest += 1
    return tokens[first].start, tokens[last - 1].end, text, rest
