"""Pinyin set in brackets behind characters: `書(shu) 記`, `進(jìn)口`, `注(zhu)(zhu)音`.

What it looks like: a syllable in lower case, with or without tones, in brackets right behind a character of which it
is a reading, sometimes with a space behind it.

How it came about: content farms make copies look original. One tool converts a simplified page to traditional and
glosses a set of characters, always from those whose two forms differ, wherever they stand; the set changes from page
to page. Another glosses any character again and again, a third every fourth or fifth one, or one here and there, and
strews emoji between the rest; one puts labels before them, in brackets of every kind.

When it is certain: by the evidence of the document, or of each page that it holds (`passages`). At least two different
characters are glossed, (nearly) all of them have two forms, each carries its first reading (nearly) wherever it stands,
most stand inside words, and other characters are not glossed; where glosses are few, the characters must be common
ones, and in their traditional form.
Or one syllable is repeated; or the glosses come at even distances, whatever marks stand between; or they stand inside
words here and there, at characters that stood there without one before.

What looks alike and must stay: one reading of a rare or ambiguous character (郭赟(yūn), 单(shàn)县), names
(张三(Zhang San)), textbooks, which gloss characters of one form or whole words as well, or tell two readings of one
character apart, laughter, 哈(ha)(ha)(ha), and `f(a)`, list labels, units.
"""

from __future__ import annotations

import numpy as np

from encfix.arrays import Mask
from encfix.batch import Batch
from encfix.chinese.characters import are_in
from encfix.edits import Edits, deletions, merge
from encfix.options import Options
from encfix.repairs.gloss import labelled, passages
from encfix.repairs.gloss.disguised import find_disguised
from encfix.repairs.gloss.evidence import ENOUGH, Evidence
from encfix.repairs.gloss.finding import Glosses, brackets, find
from encfix.repairs.gloss.periodic import strewn_emoji
from encfix.rules import number_of

__all__ = ["PINYIN", "Glosses", "brackets", "find", "propose", "set_by_tool"]

PINYIN = number_of("gloss.pinyin")
REPEATED = number_of("gloss.repeated")
PERIODIC = number_of("gloss.periodic")
IRREGULAR = number_of("gloss.irregular")
EMOJI = number_of("gloss.emoji")

SOUNDS = "哈呵嘿嘻嘎咯哼嗯啊哦噢喔哇呀哎唉呜嗚呼汪喵咩嗡嗒嘟叮咚当當咣砰啪"
"""Characters that write sounds, which some repeat in brackets: 哈(ha)(ha)(ha)."""

UNSURE = 0.5
LIKELY = 0.8
FEW = 0.98
MANY = 0.999
"""Confidence of a gloss alone, of those in another dress, on a page that has a few, and on one that has `ENOUGH` on
different characters."""


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to delete glosses, as sure as the document makes them."""
    start, end = find_disguised(batch)
    disguised = merge((deletions(start, end, PINYIN, LIKELY), labelled.propose(batch)))
    glosses = find(batch)
    if not len(glosses.start):
        return disguised
    evidence = Evidence(batch, glosses)
    found = _proposed(batch, glosses, evidence, options)
    if parts := passages.divide(batch, glosses, evidence):
        inside = find(parts.batch)
        own = parts.moved(_proposed(parts.batch, inside, Evidence(parts.batch, inside, ENOUGH), options))
        found = merge((found.where(~parts.divided[batch.documents_of(found.start)]), own))
    return merge((found, disguised)) if len(disguised) else found


def set_by_tool(batch: Batch, glosses: Glosses) -> Mask:
    """Return of which documents a tool set the glosses, at characters of two forms; others may be for learners."""
    if not len(glosses.start):
        return np.zeros(len(batch), dtype=np.bool_)
    evidence = Evidence(batch, glosses)
    return evidence.is_glossed | evidence.may_hold_pages


def _proposed(batch: Batch, glosses: Glosses, evidence: Evidence, options: Options) -> Edits:
    """Propose to delete glosses by the evidence of each document."""
    rule = np.full(len(glosses.start), PINYIN, dtype=np.int16)
    confidence = np.where(evidence.is_textbook[evidence.document], 0.0, UNSURE).astype(np.float32)
    sure = evidence.is_glossed[evidence.document] & evidence.has_two_forms & evidence.is_always
    confidence[sure] = np.where(evidence.distinct[evidence.document[sure]] >= ENOUGH, MANY, FEW)
    periodic = evidence.is_periodic[evidence.document]
    rule[periodic], confidence[periodic] = PERIODIC, MANY
    irregular = evidence.is_irregular[evidence.document]
    rule[irregular], confidence[irregular] = IRREGULAR, FEW
    repeated = evidence.is_repeated | (evidence.repeats[evidence.document] > 1)
    rule[repeated], confidence[repeated] = REPEATED, MANY
    is_sound = are_in(SOUNDS, batch.codes.take(glosses.owner))
    told = batch.holding(glosses.owner[evidence.is_repeated & ~is_sound])
    confidence[repeated & ~told[evidence.document]] = UNSURE
    is_meant = confidence <= UNSURE
    if options.gloss == "all":
        confidence[:] = 1.0
        is_meant &= glosses.toned  # who writes tones sets the space for what follows: 勾当(dàng) 果脯(fǔ)
    end = glosses.end + (evidence.has_space & ~is_meant)
    shown = confidence > 0
    edits = deletions(glosses.start[shown], end[shown], rule[shown], confidence[shown])
    has_emoji = evidence.is_periodic | evidence.is_irregular
    return merge((edits, _strewn_emoji(batch, has_emoji))) if has_emoji.any() else edits


def _strewn_emoji(batch: Batch, documents: Mask) -> Edits:
    """Propose to delete the emoji that the tools strewed that gloss any character."""
    found = strewn_emoji(batch, documents)
    return deletions(found, found + 1, EMOJI, MANY)
