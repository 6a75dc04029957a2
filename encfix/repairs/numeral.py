"""The numeral of cheques for the common one: 壹個, 壹起 and 統壹 for 一個, 一起 and 統一.

What it looks like: a page without a single 一, on which 壹 stands in words of every kind.

How it came about: a table from simplified to traditional characters that has 壹 for 一, applied to the whole page.

When it is certain: several places of the page are far more probable with 一, and 一 stands (nearly) nowhere on it.

What looks alike and must stay: amounts (壹佰元, 壹萬貳仟) and names (壹週刊, 壹傳媒), all less probable with 一;
headings (壹、 before 貳、), and a page that writes both.
"""

from __future__ import annotations

import numpy as np

from encfix.batch import Batch
from encfix.chinese import model
from encfix.chinese.characters import are_in
from encfix.edits import Edits, replacements
from encfix.options import SCRIPTS, Options
from encfix.rules import number_of
from encfix.screen import CONFUSABLE, OF_CHEQUES

RULE = number_of("script.numeral")

COMMON = ord("一")

SIGNS_AGAINST = "一貳贰叁肆柒捌玖佰仟"
"""Who writes 一 as well, or other numerals of that kind, knows when to write 壹."""

GAIN = 6.0
"""Nats by which a place must be more probable with 一; words gain nine and more, amounts and names lose."""

ENOUGH = 3
"""Such places on a page that was converted so."""

MANY, GAIN_AMONG_MANY = 6, 4.0
"""Such places on a page without any 一 on which the others need gain only so much."""

FEW = 0.25
"""How many of these signs, as a share of these places, a page of that kind has at most."""

CONFIDENCE = 0.99


def flags(options: Options) -> int:
    """Return that a document must hold a traditional character: what sets 壹 converts the page."""
    return CONFUSABLE if options.script in SCRIPTS and options.script != "keep" else 0


def propose(batch: Batch, options: Options) -> Edits:
    """Propose 一 for 壹 on pages that have the one for the other throughout."""
    places = np.flatnonzero(batch.codes == ord(OF_CHEQUES))
    if not len(places):
        return Edits.none()
    around = batch.codes.take(places[:, None] + np.arange(-1, 2))
    kept = model.log_pair(around.ravel()).reshape(around.shape)[:, 1:].sum(axis=1)
    around[:, 1] = COMMON
    gain = model.log_pair(around.ravel()).reshape(around.shape)[:, 1:].sum(axis=1) - kept
    document = batch.documents_of(places)
    found = np.bincount(document[gain >= GAIN], minlength=len(batch))
    against = batch.counts(are_in(SIGNS_AGAINST, batch.codes))
    least = np.where((found >= MANY) & (against == 0), GAIN_AMONG_MANY, GAIN)
    own = (gain >= least[document]) & ((found >= ENOUGH) & (against <= FEW * found))[document]
    places, gain = places[own], gain[own]
    lengths, codes = np.ones(len(places), dtype=np.int64), np.full(len(places), COMMON, dtype=np.uint32)
    return replacements(places, places + 1, lengths, codes, RULE, CONFIDENCE, gain.astype(np.float32))
