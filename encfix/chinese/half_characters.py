"""Reads text whose bytes were cut and decoded one off, by searching for what it must have been.

`encfix.chinese.cut_bytes` says how such text comes about. Here a small machine runs that backwards over the tokens of a
line. It is *aligned* with the bytes of the original, or it is *pending*: it holds the first byte of a character whose
second comes next. Where the damage lost a byte, the machine tries every value that fits. A beam keeps the readings
that are the most probable Chinese, by pairs and by words; the one that takes nothing for damage stays among them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, lru_cache
from heapq import nlargest
from typing import Any, NamedTuple, TypeVar

from encfix.chinese import gbk, model, pinyin
from encfix.chinese.characters import IS_HAN, SIMPLIFIED_CLASSES, class_of, two_forms
from encfix.chinese.cut_bytes import CUT_MARKS, NARROW

BEAM = 24
CONTEXT = 4
"""Tokens read before and behind the damage, so that every reading is judged by what stands around it."""

DEPTH = 18.0
"""Nats below the best reading at which another is given up."""

WEIGHT = 0.5
"""The share of pairs in the score; words have the rest."""

LENGTH = 0.8
"""Nats that each character earns: the model of Chinese asks too much for one, and long readings would lose."""

COINED = 1.5
"""Nats against taking two characters that go together for a word that the lexicon lacks."""

RARE = -15.5
"""Log probability below which no character is put in the place of a lost one."""

HIDDEN = -12.0
"""The same, where a whole pair stood for nothing."""

FREQUENT = -8.5
"""The same, where a whole pair stood for nothing and a byte was lost behind it."""

TRIED = 24
TRIED_HIDDEN = 24
"""The most characters that one reading tries in one place, and in one that a pair hid: the best after the last."""

HOPEFUL = 8
HOPE = 5.0
"""How many of the best readings are searched for a pair that stood for nothing, and what that may cost in nats."""

AGAINST_PAGE = 6.0
"""Nats against a character that the page always glosses, unglossed, or the other way round."""

EATEN = 4.0
"""Nats for a character of one byte that was eaten."""

ORPHAN = 3.0
"""Nats against a closing mark that nothing opened, or a mark opened twice."""

TAG_TAIL = 8.0
"""Nats against a question mark before the rest of a tag, taken for a real one."""

CLOSING = 1.5
"""Nats for a closing mark that is due."""

OTHER_SCRIPT = 12.0
"""Nats against a character of simplified text only: the tool converted the page to traditional before it was cut."""

DOUBLED = 6.0
"""Nats against a stop right behind another."""

UNCUT = 1.2
"""Nats against a mark in the middle of the damage: text was cut at most of them."""

HOPELESS = 10.0
"""Nats below the text as it stands at which a reading is given up."""

BUDGET = 6_000
PROVED = 4
"""Characters tried in one stretch before it is given up, and how many times as many on a page with glosses."""

LONGEST = 160
"""Tokens after which a stretch without an end is given up."""

_LETTER = "[a-zāáǎàēéěèêīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡ\u0300\u0301\u0304\u030c\u0308]"
_NESTED = rf"[(（]{_LETTER}{{1,7}}[)）]"
_TAIL = re.compile(rf"\?((?:{_LETTER}|{_NESTED}){{1,24}})[)）]")
_GLOSS = re.compile(rf"[(（]((?:{_LETTER}|{_NESTED}){{1,24}})[)）]")
_TAG_TAIL = re.compile(r"/?[a-zA-Z][a-zA-Z0-9]{0,9}\s?/?>")
_CLOSED_BY = {"“": "”", "‘": "’", "（": "）", "《": "》", "「": "」", "『": "』", "【": "】", "〈": "〉"}
_CLOSES = frozenset(_CLOSED_BY.values())
_STOPS = frozenset("，。、；：")
_ENDINGS = _CLOSES | frozenset("。！？…")
_NARROWED = str.maketrans({wide: narrow for narrow, wide in NARROW.items()})
_STRONG = frozenset("?!？！")


_C = TypeVar("_C", str, tuple[Any, str])


class Kind(Enum):
    """What a token is: a character, a gloss, or a question mark that ate the beginning of a gloss or of a tag."""

    CHARACTER = 0
    GLOSS = 1
    TAIL = 2
    TAG = 3


class Token(NamedTuple):
    """A piece of a line: its text and offsets there, and the packed syllable of a gloss."""

    kind: Kind
    text: str
    start: int
    end: int
    reading: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What the rest of the document says.

    pairs: log probabilities of the pairs of characters that it holds, folded, the second after the first; words: of
    the same pairs, each taken for a word.
    glossed: the characters that it glosses; plain: those of two forms that it holds without a gloss.
    is_traditional: its script. is_narrow: its marks are of half width.
    """

    pairs: dict[str, float] = field(default_factory=dict)
    words: dict[str, float] = field(default_factory=dict)
    glossed: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    is_traditional: bool = True
    is_narrow: bool = False


class Reading(NamedTuple):
    """One text for which a stretch of tokens may stand; `score` is its log probability in nats.

    `glosses` are the characters that it takes to be glossed, with the gloss as written; `is_lossy` says that a
    character of one byte was eaten, and nothing tells which.
    """

    score: float
    text: str
    glosses: tuple[tuple[str, str], ...]
    is_lossy: bool


class Search(NamedTuple):
    """The different readings of the tokens up to `end`, best first, and the score of the tokens as they stand.

    `stops` are the tokens at which the best reading was in step and more damage began.
    """

    end: int
    readings: list[Reading]
    literal: float
    stops: tuple[int, ...] = ()


def tokens_of(line: str) -> list[Token]:
    """Divide a line into characters, glosses, and question marks that ate the beginning of something.

    >>> [token.text for token in tokens_of("當?dāng)?；")]
    ['當', '?dāng)', '?', '；']
    """
    tokens = []
    place = 0
    while place < len(line):
        character = line[place]
        token = _special(line, place) if character in "?(（" else None
        tokens.append(token or Token(Kind.CHARACTER, character, place, place + 1))
        place = tokens[-1].end
    return tokens


def without_glosses(text: str) -> str:
    """Return a text less every syllable in brackets.

    >>> without_glosses("規(guī)模(mó)")
    '規模'
    """
    return _GLOSS.sub("", text)


def narrowed(text: str) -> str:
    """Return a text with the marks of half width that some pages have throughout.

    >>> narrowed("學校，家庭")
    '學校,家庭'
    """
    return text.translate(_NARROWED)


def _special(line: str, place: int) -> Token | None:
    is_tail = line[place] == "?"
    found = (_TAIL if is_tail else _GLOSS).match(line, place)
    if found:
        reading = pinyin.pack(re.sub(_NESTED, "", found[1]))
        if reading in _syllables():
            return Token(Kind.TAIL if is_tail else Kind.GLOSS, found[0], place, found.end(), reading)
    if is_tail and _TAG_TAIL.match(line, place + 1):
        return Token(Kind.TAG, "?", place, place + 1)
    return None


@cache
def _syllables() -> frozenset[int]:
    return frozenset(pinyin.syllables().tolist())


@lru_cache(maxsize=4096)
def _reads(character: str, reading: int) -> bool:
    return reading in map(pinyin.pack, pinyin.readings_of(character))


def is_trigger(tokens: Sequence[Token], nth: int) -> bool:
    """Return whether damage may begin at a token, if the text before it is sound."""
    if tokens[nth].kind is Kind.TAIL:
        return True
    if tokens[nth].text != "?" or nth + 2 >= len(tokens) or _mark_of(tokens[nth + 1].text) is None:
        return False
    start, end = nth, nth + 1
    while start and nth - start < 3 and _is_strong(tokens[start - 1]):
        start -= 1
    while end < len(tokens) and end - nth < 4 and _is_strong(tokens[end]):
        end += 1
    closes_line = end - start == 3 and nth == start and tokens[end - 1].text == "?" and end == len(tokens)
    return (end - start <= 2 or closes_line) and not tokens[nth + 2].text.isspace()


def _is_strong(token: Token) -> bool:
    return token.kind is Kind.CHARACTER and token.text in _STRONG


def _mark_of(text: str) -> int | None:
    return CUT_MARKS.get(NARROW.get(text, text))


class _Written(NamedTuple):
    """The text of a reading, last piece first; a gloss stands with the character that it is the reading of."""

    before: _Written | None
    text: str
    gloss: tuple[str, str] | None = None


class _State(NamedTuple):
    """A reading under way.

    `pairs` and `best` are the score by pairs, and by words for all but the last 0, 1, 2, 3 characters. `tail` holds the
    last three characters, folded, and `last` the last as it is. `pending` is the first byte of the character begun;
    several, where a pair that stands for nothing hid it. `skips` passes over the next token, `open` are the brackets
    that stand open, `quiet` counts the tokens since the last that was damage or looked like it.
    """

    score: float = 0.0
    pairs: float = 0.0
    best: tuple[float, float, float, float] = (0.0, float("-inf"), float("-inf"), float("-inf"))
    tail: str = ""
    last: str = ""
    before: str = ""
    pending: tuple[int, ...] | frozenset[int] = ()
    skips: bool = False
    written: _Written | None = None
    open: str = ""
    quiet: int = 0
    is_lossy: bool = False
    is_literal: bool = True
    stops: tuple[int, ...] = ()


class Reader:
    """Reads the damaged stretches of one line of a page."""

    def __init__(self, tokens: Sequence[Token], page: Page) -> None:
        self.tokens = tokens
        self.page = page
        self._nth = 0
        self._floor = float("-inf")
        self._tried = 0
        self._budget = BUDGET

    def search(self, first: int, until: int = LONGEST) -> Search:
        """Return the readings of the stretch that begins at the token `first`, which must be a trigger.

        It ends where the text has been in step for some tokens, or `until` some token after it.
        """
        start = _State()
        for token in self.tokens[max(first - CONTEXT - 2, 0) : first]:
            if token.kind is not Kind.GLOSS:
                for character in token.text:
                    start = self._write(start, character)
        opened = ""
        for token in self.tokens[:first]:
            opened = _opened_after(opened, token.text)
        states = [start._replace(written=None, open=opened)]
        end = min(len(self.tokens), first + LONGEST, first + until)
        self._nth = first
        self._tried = 0
        self._budget = BUDGET * PROVED if self.page.glossed else BUDGET
        while self._nth < end:
            if self._tried > self._budget:
                return Search(max(self._nth, first + 1), [], 0.0)
            if self._nth > first and all(s.quiet >= CONTEXT and not s.pending for s in states):
                break
            self._floor = max((s.score for s in states), default=0.0) - DEPTH - HOPE
            grown = [after for state in states for after in self._step(state)]
            top = max((s.score for s in grown), default=float("-inf"))
            self._floor = top - HOPE
            for state in states[:HOPEFUL]:
                if self._tried > self._budget:
                    break
                if len(state.pending) == 1 and not state.skips:
                    grown += self._vanished(state, top)
            top = max((s.score for s in grown), default=0.0)
            top = max(top, max((s.score for s in grown if s.is_literal), default=top) + DEPTH - HOPELESS)
            states = nlargest(BEAM, (s for s in grown if s.score > top - DEPTH), key=_score)
            if not any(s.is_literal for s in states):
                states += [s for s in grown if s.is_literal]
            self._nth += 1
        finished = [s for s in states if not s.pending and not s.skips]
        literal = max((s.score - start.score for s in finished if s.is_literal), default=float("-inf"))
        readings: dict[str, Reading] = {}
        for state in sorted(finished, key=_score, reverse=True):
            reading = _reading(state, start.score)
            readings.setdefault(reading.text, reading)
        best = max(finished, key=_score, default=start)
        return Search(max(self._nth, first + 1), list(readings.values()), literal, best.stops)

    def _step(self, state: _State) -> Iterator[_State]:
        """Yield what a reading may become at the next token."""
        token = self.tokens[self._nth]
        if state.skips:
            yield state._replace(skips=False)
        elif state.pending:
            if token.kind is Kind.GLOSS:
                yield from self._gloss_inside(state, token)
            else:
                yield from self._pending(state, token)
        elif token.kind is Kind.GLOSS:
            yield self._gloss_behind(state, token)
        else:
            literal = state
            for character in token.text:
                literal = self._write(literal, character, TAG_TAIL if token.kind is Kind.TAG else 0.0)
            if is_trigger(self.tokens, self._nth):
                if state.quiet:
                    state = state._replace(stops=(*state.stops, self._nth))
                yield literal._replace(quiet=0)
                yield from self._across(state, token) if token.kind is Kind.TAIL else self._cut(state)
            else:
                yield literal._replace(quiet=state.quiet + 1)

    def _cut(self, state: _State) -> Iterator[_State]:
        """The question mark was the first byte of a character, the mark its second and the first of the next."""
        second, first = divmod(_mark_of(self.tokens[self._nth + 1].text) or 0, 256)
        for character in self._fitting(state, [c for _, c in _common(second, RARE)]):
            yield self._settle(state, character, (first,))._replace(skips=True)

    def _across(self, state: _State, token: Token) -> Iterator[_State]:
        """A gloss was set between two characters: behind the second byte of one and the first of the next."""
        for trail, character in _glossable(second_byte(state.last), token.reading):
            if gbk.is_lead(trail):
                yield self._glossed(state, character, token)._replace(pending=(trail,))

    def _gloss_behind(self, state: _State, token: Token) -> _State:
        """A gloss of the whole character before it, or of a letter and the byte before that; else just brackets."""
        if _reads(state.last, token.reading):
            return self._glossed(state, state.last, token)._replace(is_literal=state.is_literal, quiet=state.quiet)
        if character := across(state.before, state.last, token.reading):
            return self._glossed(state, character, token)._replace(is_literal=state.is_literal, quiet=state.quiet)
        for character in token.text:
            state = self._write(state, character)
        return state._replace(quiet=state.quiet + 1)

    def _gloss_inside(self, state: _State, token: Token) -> Iterator[_State]:
        """A gloss of a character that is there only because the bytes are one off."""
        before = self.tokens[self._nth - 1].text
        if _reads(before, token.reading):
            yield self._glossed(state, before, token)

    def _glossed(self, state: _State, character: str, token: Token) -> _State:
        gloss = token.text if token.kind is Kind.GLOSS else "(" + token.text[1:]
        cost = AGAINST_PAGE if character in self.page.plain else 0.0
        return state._replace(
            score=state.score - cost,
            pairs=state.pairs - cost / WEIGHT,
            written=_Written(state.written, "", (character, gloss)),
            quiet=0,
            is_literal=False,
        )

    def _pending(self, state: _State, token: Token) -> Iterator[_State]:
        """Yield the readings of a token that begins with the second byte of a character."""
        least = RARE if len(state.pending) == 1 else HIDDEN
        if token.kind is Kind.TAIL:
            for first in state.pending:
                for trail, character in _glossable(first, token.reading):
                    if gbk.is_lead(trail):
                        written = self._settle(state, character, (), is_glossed=True)
                        yield self._glossed(written, character, token)
        elif token.text == "?":
            yield from self._lost(state, token, least)
        for second, first in _bytes_of(token.text, self.page.is_narrow):
            if first == 0x80:
                continue
            for character in self._fitting(state, _made(state.pending, second, least)):
                settled = self._settle(state, character, (first,) if first > 0x80 else ())
                yield self._write(settled, chr(first)) if 0 < first < 0x80 else settled

    def _lost(self, state: _State, token: Token, least: float) -> Iterator[_State]:
        """Yield the readings of a question mark that stands for the second byte, and perhaps for what followed it."""
        following = self.tokens[self._nth + 1].text if self._nth + 1 < len(self.tokens) else "\n"
        for character in _made(state.pending, 0x80, least):
            yield self._settle(state, character, ())
        is_edge = following == "\n" or _mark_of(following) is not None
        for character in self._fitting(state, _begun(state.pending)):
            if is_edge and not _may_end(character, following):
                continue
            settled = self._settle(state, character, ())
            if token.kind is Kind.TAG:
                yield self._write(settled, "<")
                continue
            if is_edge:
                yield settled
            cost = settled.score - EATEN
            lossy = settled._replace(score=cost, pairs=settled.pairs - EATEN / WEIGHT, is_lossy=True)
            yield lossy._replace(written=_Written(settled.written, "?"))

    def _fitting(self, state: _State, characters: Sequence[_C], most: int = 0) -> Sequence[_C]:
        """Return the characters, each perhaps the last of a tuple, that go best with the last one written."""
        most = most or (TRIED if len(state.pending) < 2 else TRIED_HIDDEN)
        if not state.last:
            return characters[:most]
        self._tried += len(characters) // 8  # to look at one costs less than to write it
        last, known = state.tail[-1], self.page.pairs

        def fit(item: _C) -> float:
            character = item[-1]
            log: float = model.pair(last, character)
            return max(log, known.get(last + _fold().get(character, character), log))

        least = (self._floor - state.score) / WEIGHT  # words can only make it worse
        fits = [(fit(character), nth) for nth, character in enumerate(characters)]
        return [characters[nth] for log, nth in nlargest(most, (item for item in fits if item[0] > least))]

    def _vanished(self, state: _State, top: float) -> Iterator[_State]:
        """Yield the readings by which one or two pairs that stand for nothing came before the token."""
        token = self.tokens[self._nth]
        if token.kind is Kind.GLOSS or state.score - 2.0 < top - HOPE:
            return
        for trails, character in _hiding(next(iter(state.pending))):
            hidden = self._settle(state, character, trails)
            if hidden.score > top - HOPE:
                yield from self._pending(hidden, token)
                if hidden.score > top - HOPE / 2:
                    for more, second in self._fitting(hidden, _hiding_after(trails), TRIED * 2):
                        deeper = self._settle(hidden, second, more)
                        if deeper.score > top - HOPE:
                            yield from self._pending(deeper, token)

    def _settle(
        self, state: _State, character: str, pending: tuple[int, ...] | frozenset[int], *, is_glossed: bool = False
    ) -> _State:
        """Write a character that the bytes gave, and begin the next."""
        cost = _form_cost(character) if self.page.is_traditional else 0.0
        if character in CUT_MARKS:
            cost += UNCUT
        if character in self.page.glossed and not is_glossed:
            following = self.tokens[self._nth + 1].kind if self._nth + 1 < len(self.tokens) else Kind.CHARACTER
            cost += 0.0 if not pending and following is Kind.GLOSS else AGAINST_PAGE
        return self._write(state, character, cost)._replace(pending=pending, quiet=0, is_literal=False)

    def _write(self, state: _State, character: str, cost: float = 0.0) -> _State:
        """Write a character and score it by the one before and by the words that it ends."""
        self._tried += 1
        folded = _fold().get(character, character)
        tail = state.tail + folded
        pair = model.pair(tail[-2], folded) if state.tail else model.unigram(folded)
        known = self.page.pairs.get(tail[-2:])
        if known is not None and known > pair:
            pair = known
        if character in _CLOSES or character in _CLOSED_BY:
            opened = _opened_after(state.open, character)
            if opened.endswith(character * 2) or (character in _CLOSES and not state.open.endswith(character)):
                cost += ORPHAN
            elif character in _CLOSES:
                cost -= CLOSING
        else:
            opened = state.open
            if state.last in _STOPS and (character in _STOPS or character == "…"):
                cost += DOUBLED
        words = model.lexicon()
        best = state.best
        now = best[0] + model.alone(folded)
        for length in range(2, len(tail) + 1):
            log = words.get(tail[-length:])
            if length == 2:
                made = model.unigram(tail[-2]) + pair - COINED
                log = max(made if log is None else log, made, self.page.words.get(tail[-2:], made))
            if log is not None and best[length - 1] + log > now:
                now = best[length - 1] + log
        cost -= LENGTH
        pairs = state.pairs + pair - cost
        best = (now - cost, best[0] - cost, best[1] - cost, best[2] - cost)
        return _State(
            WEIGHT * pairs + (1 - WEIGHT) * best[0],
            pairs,
            best,
            tail[-3:],
            character,
            state.last,
            state.pending,
            state.skips,
            _Written(state.written, character),
            opened,
            state.quiet,
            state.is_lossy,
            state.is_literal,
            state.stops,
        )


def across(before: str, letter: str, reading: int) -> str:
    """Return the character made of the last byte of one and a letter behind it, if that is its first reading, or "".

    >>> across("，", "F", pinyin.pack("xiàn"))
    '現'
    """
    byte = second_byte(before)
    if not byte or len(letter) != 1 or not "@" <= letter <= "~":
        return ""
    character = gbk.characters()[byte << 8 | ord(letter)]
    return character if character and gbk.first_readings().get(character) == reading else ""


def _may_end(character: str, following: str) -> bool:
    """Return whether a character may stand before a mark or the end of a line: no opening bracket, no second stop."""
    if character in _ENDINGS or IS_HAN[class_of(character)]:
        return following == "\n" or character not in _STOPS
    return False


def second_byte(character: str) -> int:
    """Return the second byte of a character, or of the mark that a narrow one was; 0 if it has none."""
    return gbk.pairs().get(NARROW.get(character, character), (0, 0))[1]


@lru_cache(maxsize=4096)
def _glossable(lead: int, reading: int) -> list[tuple[int, str]]:
    """Return the characters that a lead byte begins, of which this is the first reading, and that have two forms."""
    found = gbk.by_first_reading().get((lead, reading), ())
    return [(t, c) for t, c in found if two_forms()[ord(c)] and class_of(c) not in SIMPLIFIED_CLASSES]


def _score(state: _State) -> float:
    return state.score


def _reading(state: _State, base: float) -> Reading:
    pieces: list[str] = []
    glosses: list[tuple[str, str]] = []
    piece = state.written
    while piece:
        pieces.append(piece.text)
        if piece.gloss:
            glosses.append(piece.gloss)
        piece = piece.before
    return Reading(state.score - base, "".join(reversed(pieces)), tuple(reversed(glosses)), state.is_lossy)


def _opened_after(opened: str, text: str) -> str:
    """Return the closing marks that are due, the innermost last, after one more character."""
    if text in _CLOSED_BY:
        return (opened + _CLOSED_BY[text])[-8:]
    return opened[:-1] if opened.endswith(text) and text in _CLOSES else opened


def _made(firsts: Collection[int], second: int, least: float) -> list[str]:
    """Return the characters that a second byte makes of possible first ones; any, if there is only one."""
    if len(firsts) == 1:
        character = gbk.characters()[next(iter(firsts)) << 8 | second]
        return [character] if character else []
    return [character for lead, character in _common(second, least) if lead in firsts]


@cache
def _hiding(first: int) -> list[tuple[frozenset[int], str]]:
    """Return the characters that a first byte makes with a byte that could have begun a pair standing for nothing.

    With each come the bytes that could have ended that pair.
    """
    made = ((trails, gbk.characters()[first << 8 | lead]) for lead, trails in gbk.unmapped().items())
    return [(trails, c) for trails, c in made if c and model.unigram(c) > HIDDEN]


@lru_cache(maxsize=256)
def _hiding_after(firsts: frozenset[int]) -> list[tuple[frozenset[int], str]]:
    return [(trails, c) for first in firsts for trails, c in _hiding(first) if model.unigram(c) > FREQUENT]


@lru_cache(maxsize=8192)
def _form_cost(character: str) -> float:
    return OTHER_SCRIPT if class_of(character) in SIMPLIFIED_CLASSES else model.form_cost(character)


@lru_cache(maxsize=1024)
def _begun(firsts: tuple[int, ...] | frozenset[int]) -> list[str]:
    """Return the characters that one of some bytes begins, their second one a lead byte."""
    least = RARE if len(firsts) == 1 else FREQUENT
    made = (pair for first in firsts for pair in gbk.by_lead()[first])
    return [c for trail, c in made if gbk.is_lead(trail) and model.unigram(c) > least]


@cache
def _fold() -> dict[str, str]:
    return {chr(code): chr(form) for code, form in model.fold_map().items()}


@cache
def _common(second: int, least: float) -> list[tuple[int, str]]:
    return [(lead, c) for lead, c in gbk.by_trail().get(second, ()) if model.unigram(c) > least]


@lru_cache(maxsize=4096)
def _bytes_of(text: str, is_narrow: bool) -> tuple[tuple[int, int], ...]:
    """Return the bytes that a character may have had: its pair, or one that is a second byte, and 0."""
    if text in gbk.pairs():
        return (gbk.pairs()[text],)
    if is_narrow and text in NARROW:
        return (gbk.pairs()[NARROW[text]],)
    if is_narrow and text == '"':
        return (gbk.pairs()["“"], gbk.pairs()["”"])
    return ((ord(text), 0),) if len(text) == 1 and "@" <= text <= "~" else ()
