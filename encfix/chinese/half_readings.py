"""The most probable readings of damaged tokens, by pairs of characters and by words.

A beam goes through the lattice of `encfix.chinese.half_lattice`, in which few characters are left in each place. What
it adds is all that takes more than the last character to judge: words, brackets that open and close, and what the rest
of the page says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from heapq import nsmallest
from itertools import islice
from operator import attrgetter, itemgetter
from typing import NamedTuple

from encfix.chinese import model
from encfix.chinese.half_lattice import CONTEXT, HIDDEN, IN_STEP, LONGEST, TAG_TAIL, Arc, Key, lattice_of
from encfix.chinese.half_tokens import Kind, Token, across, reads

BEAM = 24
"""Readings that go on from each node of the lattice."""

STEPS = 64
"""Characters, the most hopeful, by which the readings at one node go on."""

DEPTH = 11.0
"""Nats below the best reading at a node at which another is given up."""

PAIRS, WORDS, EACH = 0.8, 0.5, 0.5
"""The weights of pairs and of words in the score, and what each character earns: fitted to damage made on purpose."""

COINED = 1.5
"""Nats against taking two characters that go together for a word that the lexicon lacks."""

AGAINST_PAGE = 5.0
"""Nats against a character that the page always glosses, unglossed, or the other way round."""

OTHER_FORM = 3.0
"""Nats against a form of a character where the page has another of the same: its table gives one for each."""

ORPHAN = 3.5
"""Nats against a closing mark that nothing opened, or a mark opened twice."""

CLOSING = 2.0
"""Nats for a closing mark that is due, and against each that is due at the end of a line."""

DOUBLED = 5.0
"""Nats against a stop right behind another, and against one before a bracket that closes."""

ALONE = 3.0
"""Nats against a dash or an ellipsis of one character: they come in twos."""

CLOSED_BY = {"“": "”", "‘": "’", "（": "）", "《": "》", "「": "」", "『": "』", "【": "】", "〈": "〉"}
_CLOSES = frozenset(CLOSED_BY.values())
_STOPS = frozenset("，。、；：")
_NEVER_BEHIND = {
    **dict.fromkeys("，、；：", _STOPS | _CLOSES | frozenset("！？…")),
    **dict.fromkeys("。", _STOPS | frozenset("！？…")),
    **dict.fromkeys("！？", _STOPS),
}
_TWINS = frozenset("—…")


@dataclass(frozen=True, slots=True)
class Page:
    """What the rest of the document says.

    pairs: log probabilities of the pairs of characters that it holds, folded, the second after the first; words: of
    the same pairs, each taken for a word.
    used: the characters that it holds; folded: the same, folded.
    glossed: the characters that it glosses; plain: those of two forms that it holds without a gloss.
    is_narrow: its marks are of half width.
    """

    pairs: dict[str, float] = field(default_factory=dict)
    words: dict[str, float] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    folded: frozenset[str] = frozenset()
    glossed: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    is_narrow: bool = False


class Reading(NamedTuple):
    """One text for which a stretch of tokens may stand; `score` is its log probability in nats.

    `glosses` are the characters that it takes to be glossed, with the gloss as written; `is_lossy` says that a
    character of one byte was eaten, and nothing tells which; `stops` are the tokens behind sound ones at which it takes
    more damage to begin.
    """

    score: float
    text: str
    glosses: tuple[tuple[str, str], ...]
    is_lossy: bool
    stops: tuple[int, ...]


class Search(NamedTuple):
    """The different readings of the tokens up to `end`, best first, and the score of the tokens as they stand."""

    end: int
    readings: list[Reading]
    literal: float


class _Written(NamedTuple):
    """The text of a reading, last piece first; a gloss stands with the character that it is the reading of.

    A piece may have been eaten by the damage, or may be where more damage began: at the token `stop`.
    """

    before: _Written | _Merged | None
    text: str
    gloss: tuple[str, str] | None = None
    is_lossy: bool = False
    stop: int = -1


class _Merged(NamedTuple):
    """What readings that go on alike have written, and by how many nats each is behind the first."""

    variants: tuple[tuple[float, _Written | _Merged | None], ...]


class _State(NamedTuple):
    """A reading under way, or several that end alike.

    `rest` is the score less words; `best` the score by words for all but the last 0, 1, 2, 3 characters. `tail` holds
    the last three characters, folded, and `last` the last as it is. `trails` are the bytes one of which begins the next
    character, if a pair hid it; `open` are the closing marks that are due; `is_sound` says that the last token is taken
    for what it is.
    """

    score: float = 0.0
    rest: float = 0.0
    best: tuple[float, float, float, float] = (0.0, float("-inf"), float("-inf"), float("-inf"))
    tail: str = ""
    last: str = ""
    open: str = ""
    trails: frozenset[int] = frozenset()
    is_sound: bool = False
    written: _Written | _Merged | None = None


def search(tokens: Sequence[Token], first: int, page: Page, opened: str = "", until: int = LONGEST) -> Search:
    """Return the readings of the stretch that begins at the token `first`, which must be a trigger.

    `opened` are the closing marks that are due at the first token. The stretch ends where the text has been in step for
    some tokens, or `until` some token after `first`.
    """
    return _Reader(tokens, page).search(first, opened, until)


class _Reader:
    def __init__(self, tokens: Sequence[Token], page: Page) -> None:
        self._tokens = tokens
        self._page = page
        self._first = 0

    def search(self, first: int, opened: str, until: int) -> Search:
        self._first = first
        start = _State()
        for token in self._tokens[max(first - CONTEXT - 2, 0) : first]:
            if token.kind is Kind.CHARACTER:
                start = self._write(start, token.text)
        for token in self._tokens[:first]:
            opened = opened_after(opened, token.text)
        start = start._replace(open=opened, written=None)
        lattice = lattice_of(self._tokens, first, start.last, until, self._page.is_narrow)
        states: dict[Key, list[_State]] = {(first, IN_STEP): [start]}
        for key in sorted(lattice.arcs):
            at_hand = _merged(states.pop(key, []))
            steps = [
                (at_hand[0].score - state.score + PAIRS * loss, nth, which, k)
                for nth, (_, places) in enumerate(lattice.arcs[key])
                for k, loss in places
                for which, state in enumerate(at_hand)
            ]
            for behind, nth, which, k in nsmallest(STEPS, steps):
                arc = lattice.arcs[key][nth][0]
                if behind <= DEPTH and (after := self._through(at_hand[which], key, arc, k)):
                    states.setdefault(arc.target, []).append(after)
        readings: dict[str, Reading] = {}
        known: dict[int, list[_Text]] = {}
        for state in _merged(states.get((lattice.end, IN_STEP), [])):
            for behind, text, glosses, is_lossy, stops in _texts(state.written, known):
                due = CLOSING * len(state.open) if lattice.end == len(self._tokens) else 0.0
                reading = Reading(state.score - due - behind - start.score, text, glosses, is_lossy, stops)
                if text not in readings or readings[text].score < reading.score:
                    readings[text] = reading
        ranked = sorted(readings.values(), key=attrgetter("score"), reverse=True)
        return Search(lattice.end, ranked, self._literal(start, lattice.end))

    def _literal(self, start: _State, end: int) -> float:
        """Return the score of the tokens as they stand, less the glosses that fit."""
        state = start
        for token in self._tokens[self._first : end]:
            fits = not token.gloss or reads(token.text, token.reading) or across(state.last, token.text, token.reading)
            for character in token.text if fits else token.text + token.gloss:
                state = self._write(state, character, TAG_TAIL if token.kind is Kind.TAG else 0.0)
        return state.score - start.score

    def _through(self, state: _State, key: Key, arc: Arc, k: int) -> _State | None:
        """Return what a reading becomes by one character of an arc, or None if that does not go with it."""
        choice = arc.choice
        character = chr(choice.codes[k])
        glossed = arc.glossed or character
        if key[1] >= HIDDEN and choice.firsts[k] not in state.trails:
            return None
        stop = key[0] if key[1] == IN_STEP and not arc.is_sound and state.is_sound else -1
        after = state
        if arc.is_silent:
            if state.last != character:
                return None
        else:
            if arc.reading:
                glossed = across(state.last, character, arc.reading)
                if not glossed:
                    return None
            trails = choice.trails[k] if arc.target[1] >= HIDDEN else _NOTHING
            cost = arc.cost + float(choice.costs[k]) + self._against(arc, character)
            after = self._write(state, character, cost, trails, arc.is_sound, stop)
        if arc.is_lossy:
            after = after._replace(
                best=(after.best[0], *after.best[:3]),
                tail=after.tail[-2:] + arc.suffix,
                last=arc.suffix,
                written=_Written(after.written, "?", is_lossy=True),
            )
        else:
            for letter in arc.suffix:
                after = self._write(after, letter, is_sound=arc.is_sound)
        if arc.gloss:
            after = after._replace(written=_Written(after.written, "", (glossed, arc.gloss), stop=stop))
        return after

    def _against(self, arc: Arc, character: str) -> float:
        """Return what the page has against a form of a character, against glossing it, or against not doing so."""
        if arc.is_sound:
            return 0.0
        cost = AGAINST_PAGE if arc.gloss and (arc.glossed or character) in self._page.plain else 0.0
        if character in self._page.glossed and (not arc.gloss or arc.glossed not in ("", character)):
            cost += AGAINST_PAGE
        if character not in self._page.used and _fold().get(character, character) in self._page.folded:
            cost += OTHER_FORM
        return cost

    def _write(
        self,
        state: _State,
        character: str,
        cost: float = 0.0,
        trails: frozenset[int] = frozenset(),
        is_sound: bool = True,
        stop: int = -1,
    ) -> _State:
        """Write a character and score it by the one before and by the words that it ends."""
        folded = _fold().get(character, character)
        tail = state.tail + folded
        pair = model.pair(tail[-2], folded) if state.tail else model.unigram(folded)
        known = self._page.pairs.get(tail[-2:])
        if known is not None and known > pair:
            pair = known
        opened = state.open
        if character in _CLOSES or character in CLOSED_BY:
            opened = opened_after(state.open, character)
            if opened.endswith(character * 2) or (character in _CLOSES and not state.open.endswith(character)):
                cost += ORPHAN
            elif character in _CLOSES:
                cost -= CLOSING
        if character in _NEVER_BEHIND.get(state.last, ()):
            cost += DOUBLED
        if state.last in _TWINS and character != state.last and not state.tail.endswith(state.last * 2):
            cost += ALONE
        words = model.lexicon()
        best = state.best
        now = best[0] + model.alone(folded)
        for length in range(2, len(tail) + 1):
            log = words.get(tail[-length:])
            if length == 2:
                made = model.unigram(tail[-2]) + pair - COINED
                log = max(made if log is None else log, made, self._page.words.get(tail[-2:], made))
            if log is not None and best[length - 1] + log > now:
                now = best[length - 1] + log
        rest = state.rest + PAIRS * pair + EACH - cost
        return _State(
            rest + WORDS * now,
            rest,
            (now, best[0], best[1], best[2]),
            tail[-3:],
            character,
            opened,
            trails,
            is_sound,
            _Written(state.written, character, stop=stop),
        )


_NOTHING: frozenset[int] = frozenset()


@cache
def _fold() -> dict[str, str]:
    return {chr(code): chr(form) for code, form in model.fold_map().items()}


def _merged(states: list[_State]) -> list[_State]:
    """Return the best states, best first, those that end alike made one."""
    if not states:
        return []
    states.sort(key=attrgetter("score"), reverse=True)
    alike: dict[object, list[_State]] = {}
    for state in states:
        if state.score >= states[0].score - DEPTH:
            alike.setdefault(state[3:8], []).append(state)
    merged = []
    for group in islice(alike.values(), BEAM):
        best = group[0]
        if len(group) > 1:
            variants = tuple((best.score - state.score, state.written) for state in group[:BEAM])
            best = best._replace(written=_Merged(variants))
        merged.append(best)
    return merged


_Text = tuple[float, str, tuple[tuple[str, str], ...], bool, tuple[int, ...]]


def _texts(written: _Written | _Merged | None, known: dict[int, list[_Text]]) -> list[_Text]:
    """Return what may have been written, best first: nats behind, text, glosses, whether lossy, and stops.

    `known` keeps the texts of what was merged, by its id.
    """
    pieces: list[_Written] = []
    while isinstance(written, _Written):
        pieces.append(written)
        written = written.before
    pieces.reverse()
    text = "".join(piece.text for piece in pieces)
    glosses = tuple(piece.gloss for piece in pieces if piece.gloss)
    is_lossy = any(piece.is_lossy for piece in pieces)
    stops = tuple(piece.stop for piece in pieces if piece.stop >= 0)
    heads: list[_Text] = [(0.0, "", (), False, ())]
    if isinstance(written, _Merged):
        if id(written) not in known:
            variants = ((behind, _texts(before, known)) for behind, before in written.variants)
            every = [(behind + head[0], *head[1:]) for behind, texts in variants for head in texts]
            known[id(written)] = nsmallest(BEAM, every, key=itemgetter(0))
        heads = known[id(written)]
    return [
        (behind, head + text, before + glosses, lossy or is_lossy, earlier + stops)
        for behind, head, before, lossy, earlier in heads
    ]


def opened_after(opened: str, text: str) -> str:
    """Return the closing marks that are due, the innermost last, after one more character.

    >>> opened_after("”", "（"), opened_after("”）", "）")
    ('”）', '”')
    """
    if text in CLOSED_BY:
        return (opened + CLOSED_BY[text])[-8:]
    return opened[:-1] if opened.endswith(text) and text in _CLOSES else opened
