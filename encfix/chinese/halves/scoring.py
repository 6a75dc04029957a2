"""The score of a reading of damaged tokens as it grows: by pairs of characters, by words, by marks and by the page.

Readings that end alike go on alike, so they are made one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter
from typing import NamedTuple

from encfix.chinese import model
from encfix.chinese.characters import IS_HAN, class_of
from encfix.chinese.halves.page import NEVER, Page, fold

BEAM = 12
"""Readings that go on from each node of the lattice."""

DEPTH = 8.0
"""Nats below the best reading at a node at which another is given up."""

PAIRS, WORDS, EACH = 0.8, 0.5, 0.7
"""The weights of pairs and of words in the score, and what each character earns: fitted to damage made on purpose."""

ORPHAN = 3.5
"""Nats against a closing mark that nothing opened, or a mark opened twice."""

CLOSING = 2.0
"""Nats for a closing mark that is due, and against each that is due at the end of a line."""

DOUBLED = 5.0
"""Nats against a stop right behind another or at the start of a line, and against one before a bracket that closes."""

ALONE = 3.0
"""Nats against a dash or an ellipsis of one character: they come in twos."""

SHORT = {
    **dict.fromkeys("。；", (0.0, 4.0, 3.0, 3.0, 0.8)),
    "，": (0.0, 4.0, 0.7, 1.0, 0.4),
    **dict.fromkeys("：！？", (0.0, 4.0, 0.0, 0.0, 0.0)),
}
LONG = len(SHORT["，"])
"""Nats against a mark that ends a clause, by the characters of that clause, and how many of these are no longer few.

So much more prose has of long ones: 本校 is likelier than 本。 at the start of a line. A quotation may be short."""

UNBEGUN = 4.0
"""Nats against a clause that begins with a particle or a suffix."""

UNENDED = 1.0
"""Nats against a clause that ends with a word of one character, particles aside: words of two or more stand there three
times as often in prose."""

LONE = 3.5
"""Nats against a character alone before a mark that opens, where a line begins or behind a mark that closes: in forty
such places stands a conjunction or the like, as in “甲”和“乙”, for once that something else does."""

IN_TITLE = 2.4
"""Nats against a stop in a title: a tenth as many stand there as elsewhere."""

INDENT = "\u3000"
"""The space of full width, which stands where a line begins."""

MISPLACED = 5.0
"""Nats against it elsewhere."""

CLOSED_BY = {"“": "”", "‘": "’", "（": "）", "《": "》", "「": "」", "『": "』", "【": "】", "〈": "〉"}
_CLOSES = frozenset(CLOSED_BY.values())
_STOPS = frozenset("，。、；：")
_NEVER_BEHIND = {
    **dict.fromkeys("\n　，、；：", _STOPS | _CLOSES | frozenset("！？…")),
    **dict.fromkeys("。", _STOPS | frozenset("！？…")),
    **dict.fromkeys("！？", _STOPS),
    **dict.fromkeys(CLOSED_BY, _STOPS | frozenset("！？")),
}
_TWINS = frozenset("—…")
_TITLES = frozenset("》〉")
_LISTS = frozenset("①②③④⑤⑥⑦⑧⑨⑩")
_JOINS = frozenset("或和与及的到至中为上下是在而按以从将用该本即对由据")
_BEFORE_LONE = _CLOSES | frozenset(")]")
_ENDS_CLAUSE = frozenset("\n，。；：！？")
_ENDS_SHORT = frozenset("的了吗呢吧啊呀嘛着过等人者中上下里我你他她它好多事来去")
_NEVER_BEGINS = frozenset("的了着们吗呢吧啊嘛者化性")
_ENDS = _CLOSES | frozenset("，。；：！？…")
_HAS_ITS_PLACE = _CLOSES | CLOSED_BY.keys() | _STOPS | _LISTS | frozenset("！？…" + INDENT)
"""Marks that may not stand behind every character, or not in every clause. A dash may."""


class Note(NamedTuple):
    """What a reading takes to be so, beside its text.

    `glossed` is a character that it takes to be glossed, with the gloss as written; `stop` is a token behind a sound
    one at which it takes damage to begin. A note of neither says that a character of one byte was eaten, and nothing
    tells which.
    """

    glossed: str = ""
    gloss: str = ""
    stop: int = -1


LOST = Note()


class Reading(NamedTuple):
    """What was written, its log probability in nats, and what is noted of it."""

    score: float = 0.0
    text: str = ""
    notes: tuple[Note, ...] = ()

    def glosses(self) -> list[tuple[str, str]]:
        """Return the characters that are taken to be glossed, with their glosses."""
        return [(note.glossed, note.gloss) for note in self.notes if note.gloss]

    def stops(self) -> list[int]:
        """Return the tokens at which damage is taken to begin."""
        return [note.stop for note in self.notes if note.stop >= 0]


class State(NamedTuple):
    """A reading under way, or several that end alike.

    `best` is the score by words for all but the last 0, 1, 2, 3 characters. `tail` holds the last three characters,
    folded, and `last` the last as it is; `open` are the closing marks that are due; `is_sound` says that the last token
    is taken for what it is. `text` and `notes` are of what was written behind the `readings`, whose scores are relative
    to the best of them.
    """

    score: float = 0.0
    best: tuple[float, float, float, float] = (0.0, NEVER, NEVER, NEVER)
    tail: str = ""
    last: str = ""
    open: str = ""
    clause: int = 0
    is_sound: bool = False
    text: str = ""
    notes: tuple[Note, ...] = ()
    readings: tuple[Reading, ...] = (Reading(),)

    def noted(self, note: Note) -> State:
        """Return the same with more said of it."""
        return State(*self[:8], (*self.notes, note), self.readings)

    def lost(self, suffix: str) -> State:
        """Return the same behind a character that was eaten; it goes on as if that had been `suffix`."""
        best = (self.best[0], *self.best[:3])
        after = self._replace(best=best, tail=self.tail[-2:] + suffix, last=suffix, text=self.text + "?")
        return after.noted(LOST)

    def read(self, since: float) -> list[Reading]:
        """Return the readings as they are now, their scores less what it was before."""
        gained, now, more = self.score - since, self.text, self.notes
        return [Reading(score + gained, text + now, notes + more) for score, text, notes in self.readings]


class Scorer:
    """Writes characters and scores them, on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._pairs = page.pairs
        self._words = model.lexicon()

    def write(
        self,
        states: Iterable[State],
        character: str,
        cost: float = 0.0,
        is_sound: bool = True,
        more: tuple[Note, ...] = (),
    ) -> list[State]:
        """Write a character behind each state and score it by the one before and by the words that it ends.

        `more` is noted of it.
        """
        form, alone, is_mark = _character(character)
        pairs, word_of = self._pairs, self._words.get
        earned = EACH - cost
        new, after = tuple.__new__, []
        for score, (one, two, three, four), tail, last, opened, clause, _, text, notes, readings in states:
            written = tail + form
            tail = written[-3:]
            if len(written) > 1:
                pair, word = pairs[written[-2:]]
                now = max(one + alone, two + word, three + word_of(tail, NEVER), four + word_of(written, NEVER))
            else:
                pair, now = model.unigram(form), one + alone
            score += PAIRS * pair + WORDS * (now - one) + earned
            if is_mark or last in _TWINS:
                score -= _against_mark(opened, written[:-1], last, character, clause)
                if clause and len(written) > 2 and character in _ENDS and written[-2] not in _ENDS_SHORT:
                    before = written[:-1]
                    is_lone = word_of(before) is None and word_of(before[-2:]) is None
                    if is_lone and one <= max(two + model.alone(before[-1]), three + pairs[before[-2:]][1]):
                        score -= UNENDED
                opened = opened_after(opened, character)
                clause = 0 if character in _ENDS_CLAUSE else LONG if character in CLOSED_BY else clause
            elif clause < LONG:
                if not clause and form in _NEVER_BEGINS and last in _ENDS_CLAUSE:
                    score -= UNBEGUN
                clause += 1
            best = (now, one, two, three)
            state = (score, best, tail, character, opened, clause, is_sound, text + character, notes + more, readings)
            after.append(new(State, state))  # a third of the time that the constructor takes
        return after


@lru_cache(maxsize=1 << 14)
def _character(character: str) -> tuple[str, float, bool]:
    """Return the form of a character that is judged, its log probability as a word, and whether it is a mark."""
    form = fold(character)
    return form, model.alone(form), character in _HAS_ITS_PLACE


def _against_mark(opened: str, tail: str, last: str, character: str, clause: int) -> float:
    """Return what is against a mark behind what is written, or against a character behind a mark."""
    cost = 0.0
    if character in "。；" and opened[-1:] in _TITLES:
        cost += IN_TITLE
    if character == INDENT and tail.strip():
        cost += MISPLACED
    if (character in CLOSED_BY or character in _LISTS) and _is_lone(tail):
        cost += LONE
    if character in _CLOSES or character in CLOSED_BY:
        if opened_after(opened, character).endswith(character * 2):
            cost += ORPHAN
        elif character in _CLOSES:
            cost += -CLOSING if opened.endswith(character) else ORPHAN
    if character in _NEVER_BEHIND.get(last, ()):
        cost += DOUBLED
    elif clause < LONG and character in SHORT:
        cost += SHORT[character][clause]
    if last in _TWINS and character != last and not tail.endswith(last * 2):
        cost += ALONE
    return cost


def _is_lone(tail: str) -> bool:
    """Return whether a character that is no conjunction stands alone where a line begins or behind a closing mark."""
    is_first = len(tail) == 1 or tail[-2:-1] in _BEFORE_LONE
    return is_first and bool(tail) and tail[-1] not in _JOINS and IS_HAN[class_of(tail[-1])]


def merged(states: list[State]) -> list[State]:
    """Return the best states, best first, those that end alike made one."""
    if len(states) < 2:
        return states
    states.sort(key=itemgetter(0), reverse=True)
    least = states[0].score - DEPTH
    alike: dict[object, list[State]] = {}
    for state in states:
        if state[0] < least:
            break
        alike.setdefault(state[2:7], []).append(state)
    return [group[0] if len(group) == 1 else _one(group) for group in islice(alike.values(), BEAM)]


def _one(states: list[State]) -> State:
    """Return states that end alike, the best first, as one."""
    best = states[0]
    readings = sorted(chain(*[state.read(best.score) for state in states]), reverse=True)[:BEAM]
    return best._replace(text="", notes=(), readings=tuple(readings))


def opened_after(opened: str, text: str) -> str:
    """Return the closing marks that are due, the innermost last, after one more character.

    >>> opened_after("”", "（"), opened_after("”）", "）")
    ('”）', '”')
    """
    if text in CLOSED_BY:
        return (opened + CLOSED_BY[text])[-8:]
    return opened[:-1] if opened.endswith(text) and text in _CLOSES else opened
