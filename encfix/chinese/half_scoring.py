"""The score of a reading of damaged tokens as it grows: by pairs of characters, by words, by marks and by the page.

Readings that end alike go on alike. They are made one, and come apart again when their texts are asked for.
"""

from __future__ import annotations

from functools import lru_cache
from heapq import nsmallest
from itertools import islice
from operator import attrgetter, itemgetter
from typing import NamedTuple

from encfix.chinese import model
from encfix.chinese.half_page import Page

BEAM = 12
"""Readings that go on from each node of the lattice."""

DEPTH = 8.0
"""Nats below the best reading at a node at which another is given up."""

PAIRS, WORDS, EACH = 0.8, 0.5, 0.7
"""The weights of pairs and of words in the score, and what each character earns: fitted to damage made on purpose."""

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
_MARKS = _CLOSES | CLOSED_BY.keys() | _STOPS | frozenset("！？…")

NEVER = float("-inf")
NOTHING: frozenset[int] = frozenset()


class Written(NamedTuple):
    """The text of a reading, last piece first; a gloss stands with the character that it is the reading of.

    A piece may have been eaten by the damage, or may be where more damage began: at the token `stop`.
    """

    before: Written | Merged | None
    text: str
    gloss: tuple[str, str] | None = None
    is_lossy: bool = False
    stop: int = -1


class Merged(NamedTuple):
    """What readings that go on alike have written, and by how many nats each is behind the first."""

    variants: tuple[tuple[float, Written | Merged | None], ...]


class State(NamedTuple):
    """A reading under way, or several that end alike.

    `rest` is the score less words; `best` the score by words for all but the last 0, 1, 2, 3 characters. `tail` holds
    the last three characters, folded, and `last` the last as it is. `trails` are the bytes one of which begins the next
    character, if a pair hid it; `open` are the closing marks that are due; `is_sound` says that the last token is taken
    for what it is.
    """

    score: float = 0.0
    rest: float = 0.0
    best: tuple[float, float, float, float] = (0.0, NEVER, NEVER, NEVER)
    tail: str = ""
    last: str = ""
    open: str = ""
    trails: frozenset[int] = NOTHING
    is_sound: bool = False
    written: Written | Merged | None = None


class Scorer:
    """Writes characters and scores them, on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._words = model.lexicon()

    def against(self, character: str, glossed: str) -> float:
        """Return what the page has against a form, against glossing it, or against not doing so.

        `glossed` is the character of which a gloss is behind it, or "".
        """
        page = self.page
        cost = AGAINST_PAGE if glossed in page.plain else 0.0
        if character in page.glossed and glossed != character:
            cost += AGAINST_PAGE
        if character not in page.used and folded(character) in page.folded:
            cost += OTHER_FORM
        return cost

    def write(
        self,
        state: State,
        character: str,
        cost: float = 0.0,
        trails: frozenset[int] = NOTHING,
        is_sound: bool = True,
        stop: int = -1,
    ) -> State:
        """Write a character and score it by the one before and by the words that it ends."""
        form = folded(character)
        tail = state.tail
        one, two, three, four = state.best
        now = one + model.alone(form)
        if tail:
            pair, word = self.page.log_pair(tail[-1] + form)
            words = self._words
            now = max(now, two + word, three + words.get(tail[-2:] + form, NEVER), four + words.get(tail + form, NEVER))
        else:
            pair = model.unigram(form)
        opened = state.open
        if character in _MARKS or state.last in _TWINS:
            cost += _against_mark(state, character)
            opened = opened_after(opened, character)
        rest = state.rest + PAIRS * pair + EACH - cost
        return State(
            rest + WORDS * now,
            rest,
            (now, one, two, three),
            (tail + form)[-3:],
            character,
            opened,
            trails,
            is_sound,
            Written(state.written, character, None, False, stop),
        )


def _against_mark(state: State, character: str) -> float:
    """Return what is against a mark behind what is written, or against a character behind a mark."""
    cost = 0.0
    if character in _CLOSES or character in CLOSED_BY:
        if opened_after(state.open, character).endswith(character * 2):
            cost += ORPHAN
        elif character in _CLOSES:
            cost += -CLOSING if state.open.endswith(character) else ORPHAN
    if character in _NEVER_BEHIND.get(state.last, ()):
        cost += DOUBLED
    if state.last in _TWINS and character != state.last and not state.tail.endswith(state.last * 2):
        cost += ALONE
    return cost


@lru_cache(maxsize=1 << 14)
def folded(character: str) -> str:
    """Return `model.fold` of a character."""
    return chr(model.fold_map().get(ord(character), ord(character)))


def merged(states: list[State]) -> list[State]:
    """Return the best states, best first, those that end alike made one."""
    if not states:
        return []
    states.sort(key=attrgetter("score"), reverse=True)
    alike: dict[object, list[State]] = {}
    for state in states:
        if state.score >= states[0].score - DEPTH:
            alike.setdefault(state[3:8], []).append(state)
    merged = []
    for group in islice(alike.values(), BEAM):
        best = group[0]
        if len(group) > 1:
            variants = tuple((best.score - state.score, state.written) for state in group[:BEAM])
            best = best._replace(written=Merged(variants))
        merged.append(best)
    return merged


Text = tuple[float, str, tuple[tuple[str, str], ...], bool, tuple[int, ...]]


def texts_of(written: Written | Merged | None, known: dict[int, list[Text]]) -> list[Text]:
    """Return what may have been written, best first: nats behind, text, glosses, whether lossy, and stops.

    `known` keeps the texts of what was merged, by its id.
    """
    pieces: list[Written] = []
    while isinstance(written, Written):
        pieces.append(written)
        written = written.before
    pieces.reverse()
    text = "".join(piece.text for piece in pieces)
    glosses = tuple(piece.gloss for piece in pieces if piece.gloss)
    is_lossy = any(piece.is_lossy for piece in pieces)
    stops = tuple(piece.stop for piece in pieces if piece.stop >= 0)
    heads: list[Text] = [(0.0, "", (), False, ())]
    if isinstance(written, Merged):
        if id(written) not in known:
            variants = ((behind, texts_of(before, known)) for behind, before in written.variants)
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
