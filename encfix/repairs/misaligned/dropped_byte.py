"""Marks made of two halves before which the question mark is missing: `他說完了!斑@裡有` was 他說完了。“這裡有.

Some decoders show nothing for a first byte left alone where others show a question mark. What follows is as far out of
step, so it is read as if the question mark stood there; one may be missing too where the next mark cuts the line.
Real marks stand before all sorts of text, so only those are looked at behind which two pairs of characters in a row
hardly occur, on pages with other signs, and the reading must be that much more probable.
"""

from __future__ import annotations

import re

import numpy as np

from encfix.arrays import Mask, Positions
from encfix.batch import Batch
from encfix.chinese import model
from encfix.chinese.characters import IS_HAN
from encfix.chinese.halves.lattice import LONGEST
from encfix.chinese.halves.page import Page
from encfix.edits import Proposal
from encfix.memo import memoized
from encfix.repairs.misaligned.half_character import GAP, Doubt, Signs, line_end, line_start, read_stretch

IMPROBABLE = -21.0
"""Nats of two pairs in a row, of which one in a hundred behind real marks has less, and three of four behind others."""

DOUBT = Doubt(margin=16.0, gap=GAP / 2)
"""The reading must also beat what the missing question mark would cost, and others by half as much again."""

_MARKS = tuple(map(ord, "！!；;？"))
_OUT_OF_STEP = re.compile("[?@-~，；！？、,;!(（]")


@memoized
def suspects(batch: Batch) -> Positions:
    """Return the marks of a batch behind which text is too improbable to be in step, or is cut behind a character."""
    codes = batch.codes[:-4]
    is_mark = np.zeros(len(codes), dtype=np.bool_)
    for mark in _MARKS:
        is_mark |= codes == mark
    found = np.flatnonzero(is_mark)
    found = found[IS_HAN.take(batch.classes.take(found + 1))]
    one, two, three = (batch.codes.take(found + nth) for nth in (1, 2, 3))
    is_cut = (two == ord("?")) | (two >= ord("@")) & (two <= ord("~")) & (three >= 0x80)
    is_suspect: Mask = is_cut | (model.log_each(one, two) + model.log_each(two, three) < IMPROBABLE)
    return found[is_suspect]


def read_suspect(text: str, place: int, page: Page) -> Proposal | None:
    """Return the repair of what begins at a mark, read as if a question mark stood before it, if there is one."""
    base, end = max(line_start(text, place), 0), line_end(text, place, place + LONGEST)
    limit = _OUT_OF_STEP.search(text, place + 1, end)
    again = limit.start() if limit else end
    is_cut = again == end or text[again] in "，；！？、,;!"
    pieces = (text[base:place], text[place:again], text[again:end])
    line = "?".join(pieces) if is_cut else pieces[0] + "?" + pieces[1] + pieces[2]
    repair, _ = read_stretch(line, place - base, page, Signs.PROOF, DOUBT)
    if repair is None or repair.start != place - base:
        return None
    passed = 1 + (is_cut and repair.end > again - base + 1)
    return repair._replace(start=place, end=base + repair.end - passed)
