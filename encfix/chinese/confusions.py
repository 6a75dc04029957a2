"""Which form of a character traditional text writes where one simplified character stands for several.

系 is 系, 係 or 繫; 发 is 發 or 髮. A group holds such forms, and only members of one group are ever exchanged. Two
sources say which one belongs at a place: how often each stands beside its neighbours in traditional text (`side_logs`),
and how words are spelled (`words`). Text is compared in one standard form: members as they are, regional variants
of members as Taiwan writes them, everything else folded onto simplified characters.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Logs
from encfix.chinese import model
from encfix.chinese.data import load

STEP = 1 / 12
"""Nats in one step of a quantised log probability."""

NOBODY = 0xFFFF
"""What fills a group's row where it has fewer members than others."""

UNSEEN = 17.0
"""Nats that a pair costs at least that the list lacks."""

VARIANTS = {"裏": "裡", "麪": "麵", "衹": "只", "恆": "恒", "麯": "麴"}
"""Regional forms of members: as right as the standard form, and judged as it."""

REGIONAL = (
    "裡裏", "麵麪", "為爲", "群羣", "線綫", "衛衞", "啟啓", "說説", "眾衆", "床牀", "峰峯", "著着",
    "污汙", "溫温", "脫脱", "稅税", "閱閲", "銳鋭", "悅悦", "戶户", "臺台", "敘敍", "鉤鈎", "鑑鑒",
)  # fmt: skip
"""Forms that are equally right: Taiwan's first. A page that writes only the other one means it."""

_VARIANTS = str.maketrans(VARIANTS)

BOUND = "瞭彆衕噹嚮傢韆鞦蔔侷衊闆颱囌鏇"
"""Members that live in a few words only, so that they are wrong wherever none of those stands."""

MADE_OF_SURNAMES = "餘範薑於瀋鐘"
"""What 余, 范, 姜, 于, 沈 and 鍾 become where they are converted as if they were words."""

BOTH, LEFTOVER, MARKED = range(3)
"""What may be exchanged in a group: any member, only the simplified character, any but the most usual member."""


def standard(text: str) -> str:
    """Return `text` with regional variants of members in their standard form.

    >>> standard("這裏")
    '這裡'
    """
    return text.translate(_VARIANTS)


class Tables(NamedTuple):
    """The tables as arrays; members and groups are numbered, and `members` is the number of members."""

    member_of: npt.NDArray[np.int16]
    """The member that a code point of the BMP is, variants included, -1 for none: (0x10000,)."""
    group_of: npt.NDArray[np.int16]
    """The group in which a code point may be exchanged, -1 for none: (0x10000,)."""
    forms: npt.NDArray[np.int16]
    """The members of each group, the most usual first, filled up with -1: (most, groups)."""
    codes: npt.NDArray[np.uint32]
    """The code point of each member."""
    logs: Logs
    """The log probability of each member by itself in traditional text."""
    sides: npt.NDArray[np.uint8]
    """What each member costs behind (first half) and before (second half) each symbol of the model, in steps."""


@cache
def tables() -> Tables:
    """Return the tables, laid out when first used."""
    rows, members = load("confusion_groups"), load("confusion_members")
    logs, symbol_logs = load("confusion_logs"), model.symbol_logs()
    member_of = np.full(0x10000, -1, dtype=np.int16)
    group_of = np.full(0x10000, -1, dtype=np.int16)
    member_of[members] = np.arange(len(members))
    forms = rows[:, 2:].astype(np.int16)  # NOBODY becomes -1
    for nth, (key, mode, *_) in enumerate(rows.tolist()):
        group_of[key] = nth
        if mode != LEFTOVER:
            group_of[members[forms[nth][forms[nth] >= 0]]] = nth
        if mode == MARKED:
            group_of[members[forms[nth][0]]] = -1
    for variant, form in VARIANTS.items():
        member_of[ord(variant)], group_of[ord(variant)] = member_of[ord(form)], group_of[ord(form)]
    # A pair that is not listed is as probable as its parts allow, but rarer than any listed. Marks say nothing.
    cost = np.maximum(-(logs[:, None] + symbol_logs[None, :]), UNSEEN)
    cost[:, : model.FIRST_HAN] = -(logs[:, None] + symbol_logs[None, : model.FIRST_HAN])
    half = np.rint(cost / STEP).clip(0, 255).astype(np.uint8)
    sides = np.concatenate((half, half))
    keys = load("confusion_pairs")
    sides[keys >> model.SYMBOL_BITS, keys & ((1 << model.SYMBOL_BITS) - 1)] = load("confusion_pair_logs")
    return Tables(member_of, group_of, np.ascontiguousarray(forms.T), members.astype(np.uint32), logs, sides)


def side_logs(member: npt.NDArray[np.int16], before: Codes, after: Codes) -> Logs:
    """Return the log probability of members between two code points: float32 of shape (forms, n).

    `member` has the shape (forms, n), the code points (n,). Values compare between the members of a group at one place,
    not between places.
    """
    table = tables()
    symbols, rows = table.sides.shape[1], member.astype(np.int32)
    flat = table.sides.reshape(-1)
    left = flat.take(rows * symbols + model.symbols_of(before), mode="wrap")
    right = flat.take((rows + len(table.logs)) * symbols + model.symbols_of(after), mode="wrap")
    logs: Logs = (left.astype(np.float32) + right) * np.float32(-STEP) - table.logs.take(rows, mode="wrap")
    return logs


@cache
def leftover_table() -> npt.NDArray[np.uint32]:
    """Return the usual traditional form of each code point that only simplified text has, 0 for others: (0x10000,).

    >>> chr(leftover_table()[ord("这")])
    '這'
    """
    table = np.zeros(0x10000, dtype=np.uint32)
    code, form = load("confusion_leftovers").T
    table[code] = form
    return table


@cache
def standard_table() -> npt.NDArray[np.uint16]:
    """Return each code point of the BMP in standard form: uint16 (0x10000,).

    >>> "".join(chr(standard_table()[ord(character)]) for character in "關係裏")
    '关係裡'
    """
    table = model.fold_table().copy()
    members = load("confusion_members")
    table[members] = members
    for variant, form in VARIANTS.items():
        table[ord(variant)] = ord(form)
    return table


@cache
def usual_forms() -> npt.NDArray[np.bool_]:
    """Return which code points of the BMP are the most usual form of their group: bool (0x10000,).

    >>> bool(usual_forms()[ord("面")]), bool(usual_forms()[ord("麵")])
    (True, False)
    """
    table = np.zeros(0x10000, dtype=np.bool_)
    table[tables().codes[tables().forms[0]]] = True
    return table


@cache
def safe_forms() -> npt.NDArray[np.uint32]:
    """Return the form that is always right for each simplified character that has one beside marked ones, else 0.

    >>> chr(safe_forms()[ord("赞")]), safe_forms()[ord("发")].item()
    ('贊', 0)
    """
    table = np.zeros(0x10000, dtype=np.uint32)
    members = load("confusion_members")
    for key, mode, usual, *_ in load("confusion_groups").tolist():
        if mode == MARKED and key not in members:
            table[key] = members[usual]
    return table
