"""One stretch of characters cut in the middle: its readings, the best of them, and how sure that is."""

from __future__ import annotations

import re
from enum import Enum
from math import exp, log
from typing import NamedTuple

from encfix.chinese import gbk
from encfix.chinese.halves.cutting import NARROW, explains
from encfix.chinese.halves.lattice import LONGEST
from encfix.chinese.halves.page import Page
from encfix.chinese.halves.readings import Search, search
from encfix.chinese.halves.scoring import CLOSED_BY, LOST, Reading, opened_after
from encfix.chinese.halves.tokens import Kind, Tokens, is_trigger, narrowed
from encfix.chinese.halves.vanished import lacking
from encfix.edits import Proposal
from encfix.rules import number_of

RULE = number_of("misaligned.half-character")

MARGIN = 8.0
"""Nats by which the best reading must beat the text as it stands; half of it on a page with other signs."""

BARE_MARGIN = 14.0
"""Nats by which it must beat the text to be reported where that holds no Chinese, on a page without proof of damage."""

GAP = 2.75
"""Nats by which the best reading must beat all others together, and all that have one character more, to be as good as
certain."""

LENGTHS = 0.5
"""Nats more by which the best reading must beat one of another length."""

UNSURE, UNSURE_MOST = 0.5, 0.85
"""Confidence of damage whose reading is not certain, and the most that it may have."""

LINKS = 3
"""Of the links of a chain of damage, how many begin after a shorter chain that is tried for itself."""

NEAR = 6.0
"""Nats below the best reading within which another is reported beside it."""

CANDIDATES = 4
"""The most readings that are reported, the best among them."""

BEFORE = 64
"""Code points before a stretch that are read for its context."""

LINE = 512
"""Code points before a stretch that are read for brackets that stand open."""

_LINE_END = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BRACKET = re.compile(f"[{''.join(CLOSED_BY)}{''.join(CLOSED_BY.values())}]")


class Signs(Enum):
    """What else on a page speaks for damage: nothing, perhaps something, or what proves it."""

    NONE = 0
    SOME = 1
    PROOF = 2


class Doubt(NamedTuple):
    """Nats more by which a reading must beat the text as it stands, and every other reading."""

    margin: float = 0.0
    gap: float = 0.0


NO_DOUBT = Doubt()


def is_sure(repair: Proposal | None) -> bool:
    """Return whether a repair is as good as certain."""
    return repair is not None and repair.confidence > UNSURE_MOST


def line_end(text: str, place: int, limit: int) -> int:
    """Return where the line of a place ends, or the limit."""
    end = _LINE_END.search(text, place, limit)
    return end.start() if end else min(limit, len(text))


def line_start(text: str, place: int) -> int:
    """Return where the line of a place begins, or how far back it is looked at."""
    return max(text.rfind("\n", max(place - LINE, 0), place) + 1, place - LINE)


def read_stretch(
    text: str, place: int, page: Page, signs: Signs, doubt: Doubt = NO_DOUBT
) -> tuple[Proposal | None, int]:
    """Return the repair of the stretch that begins at a place, if there is one, and where to go on."""
    base = max(text.rfind("\n", place - LINE if place > LINE else 0, place) + 1, place - BEFORE)
    window = text[base : line_end(text, place, place + LONGEST)]
    tokens = Tokens(window)
    first = tokens.starting_at(place - base)
    if first is None or not is_trigger(tokens, first):
        return None, place + 1
    opened = ""
    for bracket in _BRACKET.findall(text, line_start(text, place), place):
        opened = opened_after(opened, bracket)
    found = search(tokens, first, page, opened)
    repair = _judge(tokens, first, found, page, signs, doubt)
    stops = found.readings[0].stops()[1:LINKS] if found.readings else ()
    for stop in reversed(stops):  # a chain whose later links are unsure: perhaps the first ones are not
        if repair is None or is_sure(repair):
            break
        shorter = _judge(tokens, first, search(tokens, first, page, opened, stop - first), page, signs, doubt)
        if is_sure(shorter):
            repair = shorter
    if repair is None:  # what follows may be out of step, unless the question mark is a real one
        is_real = bool(found.readings) and found.readings[0].score <= found.literal
        if not found.readings and tokens[first].kind is Kind.TAIL:
            token = tokens[first]
            repair = Proposal(base + token.start, base + token.end, token.text, RULE, UNSURE, 0.0)
            return repair, base + len(window)
        return None, place + 1 if is_real else base + len(window)
    return repair.moved(base), base + repair.end


def _judge(tokens: Tokens, first: int, found: Search, page: Page, signs: Signs, doubt: Doubt) -> Proposal | None:
    """Return the best reading of a stretch as a repair of its line, if the text as it stands is much less probable."""
    if not found.readings:
        return None
    best, *others = found.readings
    gain = best.score - found.literal
    if gain < (MARGIN if signs is Signs.NONE else MARGIN / 2) + doubt.margin:
        return None
    last, read, rest = _trimmed(tokens, first, found.end, best)
    rivals = sum(exp(other.score - best.score + _alike(best, other)) for other in others) or exp(-2 * GAP)
    if rivals <= exp(-GAP):
        before = tokens[first - 1].text[-1] if first else "\n"
        rivals += exp(lacking(before, best.text, len(read), page))
    gap = -log(rivals)
    near = [other.text for other in others if best.score - other.score < NEAR][: CANDIDATES - 1]
    observed = "".join(token.text + token.gloss for token in tokens.between(first, last))
    is_bare = all(character.isascii() or not character.isalpha() for character in observed)
    proves_little = is_bare and signs is not Signs.PROOF  # a person writes 有嗎?；A：有 and 什麼?！? too
    if proves_little and gain < BARE_MARGIN:
        return None
    confidence = certainty(gap - doubt.gap)
    is_lossy = LOST in best.notes
    if confidence > UNSURE and (proves_little or is_lossy or not _is_explained(tokens, first, observed, read, best)):
        confidence = UNSURE
    read = narrowed(read) if page.is_narrow else read
    candidates = tuple(text[: len(text) - rest] for text in near) if confidence <= UNSURE_MOST else ()
    return Proposal(tokens[first].start, tokens[last - 1].end, read, RULE, confidence, min(gap, 99.0), candidates)


def _is_explained(tokens: Tokens, first: int, observed: str, read: str, best: Reading) -> bool:
    """Return whether the damage, with the glosses of the reading, turns it into what is seen.

    The character before the stretch is looked at too, since its second byte may be half of a glossed one.
    """
    glosses = best.glosses()
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


def _trimmed(tokens: Tokens, first: int, end: int, best: Reading) -> tuple[int, str, int]:
    """Return the end of a stretch and its reading less the sound text behind it, and how much of it that is."""
    last, rest, text = end, 0, best.text
    while last > first:
        token = tokens[last - 1]
        if token.kind is not Kind.CHARACTER or not text.endswith(token.text) or token.text == "?":
            break
        last -= 1
        text = text[:-1]
        rest += 1
    return last, text, rest
