"""Every text that damaged tokens may stand for, as a lattice, less what is too improbable by pairs of characters.

A small machine runs the damage of `encfix.chinese.cut_bytes` backwards over the tokens of a line. Its states are the
nodes: *in step* with the bytes of the original, or *pending*, holding the first byte of a character whose second comes
next. The arcs hold the characters that the bytes between two nodes allow: one, where both bytes are seen; all that
fit, where the damage lost one. A pair that stands for nothing left no token; it makes a node of its own.

The lattice is grown forwards, each character scored by the best that may stand before it, and then pruned backwards:
what is left are the characters through which some reading comes near the best one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from heapq import heappop, heappush
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.chinese import gbk, model
from encfix.chinese.characters import IS_HAN, SIMPLIFIED_CLASSES, class_of
from encfix.chinese.cut_bytes import CUT_MARKS
from encfix.chinese.half_tokens import Kind, Token, bytes_of, glossable, is_trigger, mark_of, reads, second_byte
from encfix.chinese.model import Codes, Logs

IN_STEP, HIDDEN, TWICE = -1, 256, 257
"""Pending bytes that are none: in step with the original; unknown, since one or two pairs that stand for nothing were
read."""

CONTEXT = 4
"""Tokens read behind the damage, so that every reading is judged by what stands around it."""

LONGEST = 160
"""Tokens after which a stretch without an end is given up."""

MOST_LOST = 16
"""Question marks in one stretch; the next one begins another."""

DEPTH = 20.0
"""Nats below the best way to a token at which another is given up."""

HOPE = 13.0
"""The same for a pair that stood for nothing."""

NEAR = 14.0
"""Nats below the best reading, by pairs, at which another is given up in the end."""

MOST = 32
"""Characters, the best ones, that stand before those of the next arc."""

FEW = 12
"""Pairs of characters up to which looking them up one by one is faster."""

LENGTH = 1.0
"""Nats that each character earns, since readings differ in length and the model asks a little too much for one."""

RARE, RARE_HIDDEN, FREQUENT = -15.5, -12.0, -8.5
"""Log probabilities below which no character is tried: where a byte was lost; where a pair was; where both were."""

OTHER_SCRIPT = 9.0
"""Nats against a character of simplified text only: the tool converted the page to traditional before it was cut."""

UNCUT = 0.9
"""Nats against a mark in the middle of the damage: text was cut at most of them."""

EATEN = 3.0
"""Nats for a character of one byte that was eaten."""

EATEN_LAST = 7.0
"""The same, where the line ends behind it or a mark follows: nothing need have been eaten there."""

SYMBOL = 3.0
"""Nats against a character that is neither Chinese nor a mark of prose."""

TAG_TAIL = 6.0
"""Nats against a question mark before the rest of a tag, taken for a real one."""

_ENDINGS = frozenset("”’）》」』】〉。！？…")
_STOPS = frozenset("，。、；：")
_PROSE = frozenset("，。、；：？！“”‘’（）《》「」『』【】〈〉…—·")

Key = tuple[int, int]
"""A node: the token that comes next, and the byte pending."""


class Choice(NamedTuple):
    """Characters that bytes allow, what is against each, and, for a pair that stood for nothing, what goes with it.

    `firsts` are the first bytes of characters whose first byte was hidden; `trails` what may have ended the pair that a
    character hides the beginning of.
    """

    codes: Codes
    costs: Logs
    firsts: tuple[int, ...] = ()
    trails: tuple[frozenset[int], ...] = ()


class Arc(NamedTuple):
    """What is written between two nodes: one of some characters, then a suffix.

    gloss: a gloss that is taken out, of the character `glossed`, or of the one written where that is empty.
    reading: of a letter glossed together with the byte before it, the syllable that must fit; else 0.
    is_silent: the characters are those that may stand before; nothing is written.
    is_sound: the tokens are taken for what they are.
    is_lossy: a character of one byte was eaten, which nothing tells; the suffix is one that it may have been, a digit
    before others, and is shown as a question mark.
    """

    target: Key
    choice: Choice
    suffix: str = ""
    gloss: str = ""
    glossed: str = ""
    cost: float = 0.0
    reading: int = 0
    is_silent: bool = False
    is_sound: bool = False
    is_lossy: bool = False


@dataclass(slots=True)
class _Node:
    """The characters that may stand before a node, their best scores, and where each comes from: arc and character."""

    codes: list[Codes] = field(default_factory=list)
    scores: list[Logs] = field(default_factory=list)
    arcs: list[int] = field(default_factory=list)


class _Closed(NamedTuple):
    codes: Codes
    scores: Logs
    arcs: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]


class Lattice(NamedTuple):
    """Arcs by the node that they leave, with the characters in play and the nats that each costs; the last token."""

    arcs: dict[Key, list[tuple[Arc, list[tuple[int, float]]]]]
    end: int


def lattice_of(tokens: Sequence[Token], first: int, before: str, until: int, is_narrow: bool) -> Lattice:
    """Return what the tokens from the trigger `first` on may stand for, up to where the text has been in step a while.

    `before` is the character before them. The lattice ends at most `until` tokens on; it has no arcs if no reading is
    left.
    """
    end = min(len(tokens), first + min(until, LONGEST))
    lost = (nth for nth in range(first, end) if tokens[nth].text[0] == "?")
    return _Growth(tokens, first, before, next(islice(lost, MOST_LOST, None), end), is_narrow).lattice()


class _Growth:
    """The forward pass over one stretch, and the pruning behind it."""

    def __init__(self, tokens: Sequence[Token], first: int, before: str, end: int, is_narrow: bool) -> None:
        self._tokens = tokens
        self._is_narrow = is_narrow
        self._start = (first, IN_STEP)
        self._limit = end
        self._arcs: list[Arc] = []
        self._steps: list[Logs] = []
        self._sources: list[Key] = []
        self._open: dict[Key, _Node] = {}
        self._closed: dict[Key, _Closed] = {}
        self._queue: list[Key] = []
        none = np.zeros(1, dtype=np.int64)
        self._closed[self._start] = _Closed(_codes(before or "\n"), np.zeros(1, dtype=np.float32), none - 1, none)
        self._order = [self._start]
        self._best = [float("-inf")] * (end - first + 3)
        self._best[0] = 0.0

    def lattice(self) -> Lattice:
        """Grow to the end and prune."""
        self._leave(self._start)
        end = last_damage = self._start[0]
        while self._queue:
            key = heappop(self._queue)
            layer, pending = key
            is_over = layer >= last_damage + CONTEXT and all(other == IN_STEP for _, other in (key, *self._queue))
            if not self._close(key):
                continue
            if pending != IN_STEP:
                last_damage = layer
            else:
                end = layer
                if not all(self._arcs[arc].is_sound for arc in self._closed[key].arcs.tolist()):
                    last_damage = layer
                if is_over:
                    break
            if layer < self._limit:
                self._leave(key)
        return self._pruned((end, IN_STEP))

    def _close(self, key: Key) -> bool:
        """Settle which characters may stand before a node; return whether there are any."""
        node = self._open.pop(key)
        codes, scores = np.concatenate(node.codes), np.concatenate(node.scores)
        arcs = np.repeat(node.arcs, [len(part) for part in node.codes])
        places = np.concatenate([np.arange(len(part)) for part in node.codes])
        layer = key[0] - self._start[0]
        best = float(scores.max(initial=float("-inf")))
        is_hidden = key[1] >= HIDDEN
        if not is_hidden:
            self._best[layer] = max(self._best[layer], best)
        chosen = scores >= self._best[layer] - (HOPE if is_hidden else DEPTH)
        if key[1] == IN_STEP:  # the tokens as they stand stay in play: a later one may rule all else out
            chosen |= [self._arcs[arc].is_sound for arc in arcs.tolist()]
        kept = np.flatnonzero(chosen)
        if len(kept) > MOST:
            kept = kept[np.argpartition(-scores[kept], MOST)[:MOST]]
        if not len(kept):
            return False
        self._closed[key] = _Closed(codes[kept], scores[kept], arcs[kept], places[kept])
        self._order.append(key)
        return True

    def _leave(self, key: Key) -> None:
        """Add the arcs that leave a closed node."""
        node = self._closed[key]
        for arc in self._arcs_from(key):
            codes = arc.choice.codes
            if arc.is_silent:
                step = np.where(node.codes[:, None] == codes, np.float32(0.0), np.float32(-np.inf))
            else:
                step = _after(node.codes, codes) + (LENGTH - arc.cost - arc.choice.costs)
            if arc.suffix:
                written = _codes(arc.suffix)
                step = step if arc.is_lossy else step + _after(codes, written[:1]).T + _worth(arc.suffix)
                codes = np.repeat(written[-1:], len(codes))
            if arc.target not in self._open:
                self._open[arc.target] = _Node()
                heappush(self._queue, arc.target)
            target = self._open[arc.target]
            target.codes.append(codes)
            target.scores.append((step + node.scores[:, None]).max(axis=0))
            target.arcs.append(len(self._arcs))
            self._arcs.append(arc)
            self._steps.append(step)
            self._sources.append(key)

    def _pruned(self, end: Key) -> Lattice:
        """Return the arcs through which some reading comes near the best."""
        worth: dict[Key, Logs] = {key: np.full(len(n.codes), -np.inf, np.float32) for key, n in self._closed.items()}
        worth[end][:] = 0.0
        best = float(self._closed[end].scores.max())
        arcs: dict[Key, list[tuple[Arc, list[tuple[int, float]]]]] = {}
        by_source: dict[Key, list[int]] = {}
        for nth, source in enumerate(self._sources):
            by_source.setdefault(source, []).append(nth)
        for key in reversed(self._order):
            node = self._closed[key]
            if key[0] >= end[0]:
                continue
            for nth in by_source.get(key, ()):
                arc, step = self._arcs[nth], self._steps[nth]
                target = self._closed.get(arc.target)
                if target is None:
                    continue
                here = np.flatnonzero(target.arcs == nth)
                if not len(here):
                    continue
                places = target.places[here]
                onward = step[:, places] + worth[arc.target][here]
                np.maximum(worth[key], onward.max(axis=1), out=worth[key])
                through = (onward + node.scores[:, None]).max(axis=0)
                losses = best - through
                kept = [(int(k), float(loss)) for k, loss in zip(places, losses, strict=True) if loss <= NEAR]
                if kept:
                    arcs.setdefault(key, []).append((arc, kept))
        return Lattice(arcs, end[0])

    def _arcs_from(self, key: Key) -> Iterator[Arc]:
        nth, pending = key
        token = self._tokens[nth]
        if pending == IN_STEP:
            yield from self._sound(nth, token)
            if is_trigger(self._tokens, nth):
                if token.kind is Kind.TAIL:
                    yield from self._across(key, token)
                else:
                    second, first = divmod(mark_of(self._tokens[nth + 1].text) or 0, 256)
                    yield Arc((nth + 2, first), _cut(second))
            return
        if pending < HIDDEN:
            yield from _some(Arc((nth, HIDDEN), _hiding(pending)))
        elif pending == HIDDEN:
            yield from _some(Arc((nth, TWICE), _hiding_again()))
        if token.kind is Kind.TAIL:
            yield from _some(Arc((nth + 1, IN_STEP), _glossed(pending, token.reading), gloss="(" + token.text[1:]))
        if token.text == "?" and pending != TWICE:
            yield from self._lost(nth, pending, token)
        if token.kind is Kind.CHARACTER:
            for second, first in bytes_of(token.text, self._is_narrow):
                yield from self._whole(nth, pending, token, second, first)

    def _sound(self, nth: int, token: Token) -> Iterator[Arc]:
        """Yield a token as it stands, less its gloss, if it is one."""
        target = (nth + 1, IN_STEP)
        text = token.text
        if not token.gloss:
            cost = TAG_TAIL if token.kind is Kind.TAG else 0.0
            yield Arc(target, _just(text[0]), text[1:], cost=cost, is_sound=True)
        elif reads(text, token.reading):
            yield Arc(target, _just(text), gloss=token.gloss, is_sound=True)
        else:
            yield Arc(target, _just(text), token.gloss, is_sound=True)
            if text.isascii():
                yield Arc(target, _just(text), gloss=token.gloss, reading=token.reading, is_sound=True)

    def _across(self, key: Key, token: Token) -> Iterator[Arc]:
        """A gloss was set between two characters: behind the second byte of one and the first of the next."""
        for code in np.unique(self._closed[key].codes).tolist():
            for trail, character in glossable(second_byte(chr(code)), token.reading):
                if gbk.is_lead(trail):
                    gloss = "(" + token.text[1:]
                    yield Arc((key[0] + 1, trail), _just(chr(code)), gloss=gloss, glossed=character, is_silent=True)

    def _whole(self, nth: int, pending: int, token: Token, second: int, first: int) -> Iterator[Arc]:
        """Yield the characters that end with the first byte of a token; its second, if it has one, begins the next."""
        if first == 0x80:
            return
        choice = _made(pending, second)
        if first > 0x80:
            if not token.gloss or reads(token.text, token.reading):
                yield from _some(Arc((nth + 1, first), choice, gloss=token.gloss, glossed=token.text))
            return
        suffix, target = chr(first) if first else "", (nth + 1, IN_STEP)
        if not token.gloss:
            yield from _some(Arc(target, choice, suffix))
        elif first:
            if reads(token.text, token.reading):
                yield from _some(Arc(target, choice, suffix, gloss=token.gloss, glossed=token.text))
        else:
            fits = [k for k, code in enumerate(choice.codes.tolist()) if reads(chr(code), token.reading)]
            yield from _some(Arc(target, _chosen(choice, fits), gloss=token.gloss))

    def _lost(self, nth: int, pending: int, token: Token) -> Iterator[Arc]:
        """Yield the characters whose second byte a question mark stands for, with what else it may have eaten."""
        following = self._tokens[nth + 1].text if nth + 1 < len(self._tokens) else "\n"
        target = (nth + 1, IN_STEP)
        made = _made(pending, 0x80)
        if token.gloss:
            fits = [k for k, code in enumerate(made.codes.tolist()) if reads(chr(code), token.reading)]
            yield from _some(Arc(target, _chosen(made, fits), gloss=token.gloss))
            return
        yield from _some(Arc(target, made))
        if token.kind is Kind.TAG:
            yield from _some(Arc(target, _begun(pending, ""), "<"))
            return
        edge = following if following == "\n" or mark_of(following) is not None else ""
        choice = _begun(pending, edge)
        if edge:
            yield from _some(Arc(target, choice))
        suffix, cost = following if following.isdigit() else "?", EATEN_LAST if edge else EATEN
        yield from _some(Arc(target, choice, suffix, cost=cost, is_lossy=True))


@lru_cache(maxsize=1 << 10)
def _worth(suffix: str) -> float:
    return float(model.log_pair(_codes(suffix))[1:].sum()) + len(suffix) * LENGTH


def _some(arc: Arc) -> Iterator[Arc]:
    if len(arc.choice.codes):
        yield arc


def _after(first: Codes, second: Codes) -> Logs:
    """Return `model.log_after`, faster for few characters."""
    if len(first) * len(second) > FEW:
        return model.log_after(first, second)
    rows = [[model.pair(one, other) for other in map(chr, second.tolist())] for one in map(chr, first.tolist())]
    return np.array(rows, dtype=np.float32).reshape(len(first), len(second))


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


@lru_cache(maxsize=4096)
def _just(character: str) -> Choice:
    return Choice(_codes(character), np.zeros(1, dtype=np.float32))


def _choice(found: Sequence[tuple[int, str, frozenset[int]]], least: float) -> Choice:
    """Return characters that are not too rare, given with their first bytes and with what may end a pair they hide."""
    found = [item for item in found if item[1] and model.unigram(item[1]) > least]
    return Choice(
        _codes("".join(character for _, character, _ in found)),
        np.array([against(character) for _, character, _ in found], dtype=np.float32),
        tuple(first for first, _, _ in found),
        tuple(trails for _, _, trails in found),
    )


def _chosen(choice: Choice, places: Sequence[int]) -> Choice:
    firsts, trails = tuple(choice.firsts[k] for k in places), tuple(choice.trails[k] for k in places)
    return Choice(choice.codes[places], choice.costs[places], firsts, trails)


@lru_cache(maxsize=1 << 14)
def against(character: str) -> float:
    """Return what is against a character that the bytes allow: its form, its rarity, or that it was not cut."""
    form = OTHER_SCRIPT if class_of(character) in SIMPLIFIED_CLASSES else model.form_cost(character)
    is_symbol = character not in _PROSE and not IS_HAN[class_of(character)]
    return form + (UNCUT if character in CUT_MARKS else 0.0) + (SYMBOL if is_symbol else 0.0)


_NOTHING: frozenset[int] = frozenset()


@cache
def _cut(second: int) -> Choice:
    """The characters that end with the first byte of a mark."""
    return _choice([(lead, c, _NOTHING) for lead, c in gbk.by_trail().get(second, ())], RARE)


@lru_cache(maxsize=1 << 14)
def _made(pending: int, second: int) -> Choice:
    """The character that a first byte, or the characters that hidden ones, make with a second."""
    if pending < HIDDEN:
        return _choice([(pending, gbk.characters()[pending << 8 | second], _NOTHING)], float("-inf"))
    return _choice([(lead, c, _NOTHING) for lead, c in gbk.by_trail().get(second, ())], RARE_HIDDEN)


@lru_cache(maxsize=1 << 12)
def _glossed(pending: int, reading: int) -> Choice:
    firsts = [pending] if pending < HIDDEN else list(gbk.LEADS)
    found = [(first, c, _NOTHING) for first in firsts for trail, c in glossable(first, reading) if gbk.is_lead(trail)]
    return _choice(found, RARE)


@lru_cache(maxsize=1 << 10)
def _begun(pending: int, following: str) -> Choice:
    """The characters that a first byte begins, their second one a lead byte, and that may stand before a mark."""
    firsts, least = ([pending], RARE) if pending < HIDDEN else (list(gbk.LEADS), FREQUENT)
    found = [(first, c, _NOTHING) for first in firsts for trail, c in gbk.by_lead()[first] if gbk.is_lead(trail)]
    return _choice([item for item in found if not following or _may_end(item[1], following)], least)


def _may_end(character: str, following: str) -> bool:
    """Return whether a character may stand before a mark or the end of a line: no opening bracket, no second stop."""
    if character in _ENDINGS or IS_HAN[class_of(character)]:
        return following == "\n" or character not in _STOPS
    return False


@lru_cache(maxsize=256)
def _hiding(first: int) -> Choice:
    """The characters that a byte makes with one that could have begun a pair standing for nothing."""
    table = gbk.characters()
    return _choice([(first, table[first << 8 | lead], trails) for lead, trails in gbk.unmapped().items()], RARE_HIDDEN)


@cache
def _hiding_again() -> Choice:
    table = gbk.characters()
    hidden = gbk.unmapped().items()
    return _choice([(f, table[f << 8 | lead], trails) for lead, trails in hidden for f in gbk.LEADS], FREQUENT)
