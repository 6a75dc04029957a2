"""Characters in whose place another form of their group may belong.

Most forms of traditional text are so much more probable beside their neighbours than any other of their group, or so
surely right in the words around them, that nobody need ask how the text divides into words. The rest are suspects:
`find` and `Suspects.doubtful` weigh those of a whole batch over arrays, and `has_none` tells of a short string, without
arrays, that it has none.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Logs, Mask, Positions
from encfix.chinese import confusions, model, words
from encfix.chinese.characters import BOUNDARY_CODE, are_in
from encfix.chinese.spelling import GAP, Choices
from encfix.chinese.words import LONGEST
from encfix.chinese.words_around import evidence

WORTH_A_LOOK = 0.0
"""Nats by which a form may fall short of the one seen, judged by its neighbours alone, and still be decoded."""

WORTH_A_WORD = -8.0
"""The same for what surnames become, and for forms of few words: words tell them, pairs do not."""

WORTH_A_CUT = -3.0
"""The same for characters that may be in a word on either side."""

ALONE = 4.0
"""Nats that a change must gain if no word demands it."""

CONVERTED = 0.6
"""What remains of the thresholds in a document that is known to be converted."""

LEAST_ATTESTED = 1.0
"""Nats by which a form must win among its neighbours to be decoded though the form seen is right in some word."""

NEVER = -1e3
"""The log probability of a character that traditional text does not have."""

ROUNDING = 1e-3
"""Nats by which sums in single and in double precision may differ, and more."""

_TOLD_BY_WORDS = confusions.MADE_OF_SURNAMES + confusions.BOUND


class Suspects(NamedTuple):
    """Characters of groups, what may stand in the place of each, and which of them are worth a look."""

    place: Positions
    forms: npt.NDArray[np.int16]
    """The members that may stand at each place, -1 where there are fewer: (forms, places)."""
    logs: Logs
    """The log probability of each between its neighbours, minus infinity where there is none: (forms, places)."""
    margin: Logs
    """Nats by which the best of the other forms beats the one seen."""
    is_cut: Mask
    """Which may be in a word on either side; False where the margin is too small for that to matter."""
    is_worth: Mask

    def at(self, chosen: Positions) -> Suspects:
        """Return some of them, by their indexes."""
        return Suspects._make(values[..., chosen] for values in self)

    def doubtful(self, codes: Codes) -> tuple[Suspects, Mask]:
        """Return those whose change may pass a threshold in the end, and which of them are right in some word; for most
        that are worth a look, the words around them say no."""
        some = self.at(self.is_worth.nonzero()[0])
        if not len(some.place):
            return some, some.is_cut
        said = evidence(codes.take(some.place[:, None] + np.arange(1 - LONGEST, LONGEST)))
        by_word = said.forbidden & ((some.margin >= LEAST_ATTESTED) | some.is_cut)
        is_bound = are_in(confusions.BOUND, codes.take(some.place))
        freely = said.forbidden | (some.margin >= ALONE * CONVERTED) | is_bound
        (kept,) = ((some.margin >= ALONE) | np.where(said.attested, by_word, freely)).nonzero()
        return some.at(kept), said.attested[kept]

    def choices(self) -> Choices:
        """Return what may stand at their places, for `decode`."""
        codes = np.where(self.forms < 0, 0, confusions.tables().codes.take(self.forms, mode="clip"))
        return Choices(self.place, codes.astype(np.uint16), self.logs.astype(np.float64))


def find(codes: Codes, where: Mask) -> Suspects:
    """Return the characters of groups among those chosen; two places behind a chosen one must lie in `codes`."""
    table = confusions.tables()
    group = table.group_of.take(codes, mode="clip")
    (place,) = ((group >= 0) & where).nonzero()
    seen = codes.take(place)
    forms = table.forms.take(group.take(place), axis=1)
    logs = confusions.side_logs(forms, codes.take(place - 1), codes.take(place + 1))
    logs[forms < 0] = -np.inf
    is_seen = forms == table.member_of.take(seen, mode="clip")
    margin = np.where(is_seen, -np.inf, logs).max(axis=0) - np.where(is_seen, logs, NEVER).max(axis=0)
    (possible,) = (margin > WORTH_A_CUT).nonzero()
    is_cut = np.zeros(len(place), dtype=np.bool_)
    if len(possible):
        is_cut[possible] = _are_cut(codes, place[possible])
    least = np.where(are_in(_TOLD_BY_WORDS, seen), WORTH_A_WORD, np.where(is_cut, WORTH_A_CUT, WORTH_A_LOOK))
    return Suspects(place, forms, logs, margin, is_cut, margin > least)


def _are_cut(codes: Codes, places: Positions) -> Mask:
    """Return which places are in a word with the character before and in one with that behind, and hold what a
    converter writes that cuts words wrongly: 裡|麵包|括 of 裡面|包括, 三|維繫|統 of 三維|系統."""
    last, before, here, behind, next_ = (model.fold_codes(codes.take(places + step)) for step in range(-2, 3))
    found = words.are_words(before, here)
    found[found] = words.are_words(here[found], behind[found])
    (where,) = found.nonzero()
    if not len(where):
        return found
    is_late = words.are_words(behind[where], next_[where])
    (early,) = (~is_late & words.are_words(last[where], before[where])).nonzero()
    if len(early):
        is_late[early[~_are_right_before(codes, places[where[early]])]] = True
    found[where] = is_late
    return found


def _are_right_before(codes: Codes, places: Positions) -> Mask:
    """Return which places hold a form that is right in a word with what stands behind: 麵 in 一方麵包."""
    around = codes.take(places[:, None] + np.arange(1 - LONGEST, LONGEST))
    around[:, : LONGEST - 1] = GAP
    return evidence(around).attested


class _Form(NamedTuple):
    """What a form costs behind and before each symbol of the model, in steps, and its log probability by itself."""

    behind: memoryview
    before: memoryview
    log: float


class _Member(NamedTuple):
    """A character of a group: the form that it is, if traditional text has it, the others, and the margin they need."""

    own: _Form | None
    others: tuple[_Form, ...]
    least: float


@cache
def _members() -> tuple[re.Pattern[str], dict[str, _Member]]:
    """Return an expression for all characters of groups, and what is known of each."""
    table = confusions.tables()
    costs, logs = [row.data for row in table.sides], table.logs.tolist()
    forms = [_Form(costs[nth], costs[nth + len(logs)], log) for nth, log in enumerate(logs)]
    members = {}
    for code in (table.group_of >= 0).nonzero()[0].tolist():
        own = int(table.member_of[code])
        group = table.forms[:, table.group_of[code]].tolist()
        least = WORTH_A_WORD if chr(code) in _TOLD_BY_WORDS else WORTH_A_CUT
        others = tuple(forms[nth] for nth in group if nth not in (own, -1))
        members[chr(code)] = _Member(forms[own] if own in group and own >= 0 else None, others, least)
    return re.compile(f"[{''.join(members)}]"), members


def has_none(text: str) -> bool:
    """Return True if no character of a text may be doubtful, whatever part of it is looked at; False says only that one
    may.

    >>> has_none("公司關係企業"), has_none("新局麵")
    (True, False)
    """
    expression, members = _members()
    symbols = model.symbol_table()
    for found in expression.finditer(text):
        character, at = found[0], found.start()
        left = symbols[min(ord(text[at - 1]) if at else BOUNDARY_CODE, 0xFFFF)]
        right = symbols[min(ord(text[at + 1]) if at + 1 < len(text) else BOUNDARY_CODE, 0xFFFF)]
        own, others, least = members[character]
        if own is None:
            return False
        cost = own.behind[left] + own.before[right]
        for other in others:
            saved = cost - other.behind[left] - other.before[right]
            margin = saved * confusions.STEP + own.log - other.log + ROUNDING
            if margin > least and (margin >= ALONE * CONVERTED or _may_be_forbidden(text, at)):
                return False
    return True


def _may_be_forbidden(text: str, at: int) -> bool:
    """Return whether a character of a group is wrong in some word around it, or lives in few words only."""
    forbidding = _forbidding(text[at])
    first = max(at + 1 - LONGEST, 0)
    around, at = model.fold(text[first : at + LONGEST]), at - first
    return forbidding is None or any(
        (at - start, around[start:end]) in forbidding
        for start in range(at + 1)
        for end in range(max(at + 1, start + 2), start + LONGEST + 1)
    )


@cache
def _forbidding(character: str) -> frozenset[tuple[int, str]] | None:
    """Return the words, folded, of which no accepted spelling has a character of a group where it would stand, with the
    place where that is; None for one that lives in few words only.

    >>> (0, "历史") in _forbidding("曆"), (1, "日历") in _forbidding("曆")
    (True, False)
    """
    if character in confusions.BOUND:
        return None
    known, form = words.table(), confusions.standard_table()[ord(character)]
    folded = model.fold_table().take(known.spellings)
    row, column = (folded == model.fold_table()[ord(character)]).nonzero()
    place = np.arange(len(known.rows) - 1).repeat(np.diff(known.rows))[row] * LONGEST + column
    forbids = ~np.isin(place, place[known.spellings[row, column] == form])
    rows = zip(column[forbids].tolist(), folded[row[forbids]].tolist(), strict=True)
    return frozenset((at, "".join(map(chr, units)).rstrip("\0")) for at, units in rows)
