"""Line ends written out: `_x000D_` of spreadsheets, and a backslash with an n behind a stop."""

from __future__ import annotations

import re
from collections.abc import Iterator

from encfix.edits import Proposal
from encfix.repairs.escape.evidence import SURE, UNSURE, Page
from encfix.rules import number_of

LINE_END = number_of("escape.line-end")

SEVERAL = 2
"""Line ends that are no accident."""

_OF_SPREADSHEETS = re.compile(r"_x000[dD]_(?:_x000[aA]_|\r?\n)?")
"""A carriage return as Office Open XML writes it (ECMA-376, ST_Xstring), with the line feed behind it."""

_STOPS = tuple("。！？；”…")
_BACKSLASHED = re.compile(r"(?<=[。！？；”…])(?:\\r)?\\n(?=[^\"'`a-z]|$)")


def found(page: Page) -> Iterator[Proposal]:
    """Yield the line ends of a page, which must be Chinese and hold no markup."""
    yield from _of_spreadsheets(page)
    backslashed = list(_BACKSLASHED.finditer(page.text))
    if len(backslashed) >= SEVERAL and not page.holds_code:
        for match in backslashed:
            if not page.is_about(match.start()):
                yield Proposal(*match.span(), "\n", LINE_END, UNSURE)


def _of_spreadsheets(page: Page) -> Iterator[Proposal]:
    """Yield carriage returns; certain where most end a line or a sentence, which those that one asks about do not."""
    matches = list(_OF_SPREADSHEETS.finditer(page.text))
    before = [page.text[match.start() - 1 : match.start()] for match in matches]
    behind_stop = sum(character in _STOPS for character in before)
    at_end = sum(
        match.group()[-1] == "\n" or character in _STOPS for match, character in zip(matches, before, strict=True)
    )
    is_proven = (at_end >= SEVERAL or behind_stop > 0) and 2 * at_end >= len(matches)
    for match in matches:
        yield Proposal(*match.span(), "\n", LINE_END, SURE if is_proven else UNSURE)
