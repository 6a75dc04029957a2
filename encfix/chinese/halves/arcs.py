"""The steps by which damaged tokens are read: the damage of `encfix.chinese.halves.cutting`, run backwards.

The machine is in step with the bytes of the original, or it is pending: it holds the first byte of a character whose
second comes next. From a token and what is pending follow the arcs that lead on, each with the characters that the
bytes allow. A pair that stands for nothing left no token; its arcs end at the token where they begin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from encfix.chinese import gbk
from encfix.chinese.halves.choices import (
    HIDDEN,
    IN_STEP,
    TWICE,
    Choice,
    begun,
    cut,
    glossed,
    hiding,
    hiding_again,
    just,
    made,
    made_to_read,
)
from encfix.chinese.halves.tokens import (
    Kind,
    Token,
    Tokens,
    bytes_of,
    glossable,
    is_trigger,
    mark_of,
    reads,
    second_byte,
)

EATEN = 3.0
"""Nats for a character of one byte that was eaten."""

EATEN_LAST = 7.0
"""The same, where the line ends behind it or a mark follows: nothing need have been eaten there."""

TAG_TAIL = 6.0
"""Nats against a question mark before the rest of a tag that is not taken to have eaten the beginning of it."""

Key = tuple[int, int]
"""A node: the token that comes next, and the byte pending."""


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


class Machine:
    """Yields the arcs of one line of tokens."""

    def __init__(self, tokens: Tokens, is_narrow: bool) -> None:
        self._tokens = tokens
        self._is_narrow = is_narrow

    def arcs_from(self, key: Key, before: str) -> list[Arc]:
        """Return the arcs that leave a node; `before` are the characters that may stand before it."""
        return [arc for arc in self._arcs(key, before) if arc.choice.text]

    def _arcs(self, key: Key, before: str) -> Iterator[Arc]:
        nth, pending = key
        token = self._tokens[nth]
        if pending == IN_STEP:
            yield from self._sound(nth, token)
            if is_trigger(self._tokens, nth):
                if token.kind is Kind.TAIL:
                    yield from self._across(nth, token, before)
                else:
                    second, first = divmod(mark_of(self._tokens[nth + 1].text) or 0, 256)
                    yield Arc((nth + 2, first), cut(second))
            return
        if pending < HIDDEN:
            yield Arc((nth, HIDDEN), hiding(pending))
        elif pending == HIDDEN:
            yield Arc((nth, TWICE), hiding_again())
        if token.kind is Kind.TAIL:
            yield Arc((nth + 1, IN_STEP), glossed(pending, token.reading), gloss="(" + token.text[1:])
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
            yield Arc(target, just(text[0]), text[1:], cost=cost, is_sound=True)
        elif reads(text, token.reading):
            yield Arc(target, just(text), gloss=token.gloss, is_sound=True)
        else:
            yield Arc(target, just(text), token.gloss, is_sound=True)
            if text.isascii():
                yield Arc(target, just(text), gloss=token.gloss, reading=token.reading, is_sound=True)

    def _across(self, nth: int, token: Token, before: str) -> Iterator[Arc]:
        """A gloss was set between two characters: behind the second byte of one and the first of the next."""
        gloss = "(" + token.text[1:]
        for one in sorted(set(before)):
            for trail, character in glossable(second_byte(one), token.reading):
                if gbk.is_lead(trail):
                    yield Arc((nth + 1, trail), just(one), gloss=gloss, glossed=character, is_silent=True)

    def _whole(self, nth: int, pending: int, token: Token, second: int, first: int) -> Iterator[Arc]:
        """Yield the characters that end with the first byte of a token; its second, if it has one, begins the next."""
        if first == 0x80:
            return
        choice = made(pending, second)
        if first > 0x80:
            if not token.gloss or reads(token.text, token.reading):
                yield Arc((nth + 1, first), choice, gloss=token.gloss, glossed=token.text)
            return
        suffix, target = chr(first) if first else "", (nth + 1, IN_STEP)
        if not token.gloss:
            yield Arc(target, choice, suffix)
        elif first:
            if reads(token.text, token.reading):
                yield Arc(target, choice, suffix, gloss=token.gloss, glossed=token.text)
        else:
            yield Arc(target, made_to_read(pending, second, token.reading), gloss=token.gloss)

    def _lost(self, nth: int, pending: int, token: Token) -> Iterator[Arc]:
        """Yield the characters whose second byte a question mark stands for, with what else it may have eaten."""
        following = self._tokens[nth + 1].text if self._tokens.has(nth + 1) else "\n"
        target = (nth + 1, IN_STEP)
        if token.gloss:
            yield Arc(target, made_to_read(pending, 0x80, token.reading), gloss=token.gloss)
            return
        yield Arc(target, made(pending, 0x80), cost=TAG_TAIL if token.kind is Kind.TAG else 0.0)
        if token.kind is Kind.TAG:
            yield Arc(target, begun(pending, "\n" if following == "/" else ""), "<")  # text ends at a tag that closes
            return
        edge = following if following == "\n" or mark_of(following) is not None else ""
        choice = begun(pending, edge)
        if edge:
            yield Arc(target, choice)
        suffix, cost = following if following.isdigit() else "?", EATEN_LAST if edge else EATEN
        yield Arc(target, choice, suffix, cost=cost, is_lossy=True)
