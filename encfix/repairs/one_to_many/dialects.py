"""What Cantonese, Taiwanese, Hakka and Wu write otherwise than Mandarin, and what stays where a document is in them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from encfix.arrays import Mask, Positions
from encfix.batch import Batch
from encfix.chinese.characters import IS_HAN, are_in
from encfix.memo import memoized

ONLY_CANTONESE = "佢嘅唔咁噉啲喺嚟哋咗喎囖嘢嗰乜諗瞓嬲嘥睇攞搵"
"""Characters that Mandarin hardly has, of Cantonese."""

NOT_HAD = "冇"
"""Cantonese for 沒, which some converters write for 没 in Mandarin."""

CANTONESE_WORDS = "邊個 邊度 邊位 邊處 呢個 呢度 仲有 係咪 即係 點解 試吓 等吓 睇吓 問吓 聽吓 講吓 玩吓"
"""Words of Cantonese whose characters Mandarin has as well."""

CANTONESE_TOO = "係吓响"
"""Words of Cantonese in either script: 係 is 是, 吓 is a particle, not 嚇, and 响 is 在."""

CANTONESE_FORMS = "吓响矇嚮"
"""Those that traditional text would write otherwise, with 矇 of eyes that are half shut, and 嚮, another 响."""

COUNTERS, COUNTED_BEHIND = "隻齣", "箇茲蜀"
"""What Cantonese counts with behind 呢 and 嗰, which are this and that; and what is this and one in Gan and Min, where
Mandarin counts nothing."""

DIALECT = "佇毋袂囡攏媠恁咱箍佮仝攑囥覕"
"""Characters of Taiwanese and Hakka that Mandarin hardly has."""

DIALECT_WORDS = "時陣 啥物 按怎 逐家 查埔 查某 遮的 遐的 猶未"
"""Words of Taiwanese whose characters Mandarin has as well."""

WU, WU_WORDS = "儂朆嘸倷箇", "迭个 歸个 渠个 弗是 弗好 弗會 弗能 弗要 弗著 弗了 垃拉 勒拉"
"""Characters and words of Wu in traditional text that Mandarin hardly has."""

DIALECT_FORMS = "齣睏颱"
"""Forms that these write in words of their own: 頭齣, 睏椅."""

WU_TOO = "箇纔"
"""Words of Wu in either script: 箇 is this, and 纔 only then."""

MANDARIN, MANDARIN_IN_SIMPLIFIED = "的了們很嗎吧呢沒", "这们吗没"
"""Words of Mandarin that these, and Wu, hardly have."""


@memoized
def are_cantonese_documents(batch: Batch) -> Mask:
    """Return which documents have words that only Cantonese has; 冇 tells that where there is no word of Mandarin."""
    is_not_had = batch.holds(are_in(NOT_HAD, batch.codes)) & ~batch.holds(are_in(MANDARIN, batch.codes))
    return np.asarray(_hold(batch, ONLY_CANTONESE, CANTONESE_WORDS) | is_not_had)


def are_dialect(batch: Batch, places: Positions, others: Positions) -> Mask:
    """Return which places hold 个 as Taiwanese, Hakka and Wu write it: in a document with characters of theirs, or
    without a word of Mandarin and other leftovers, of which some places are `others`."""
    found = batch.codes.take(places) == ord("个")
    if found.any():
        strange = np.sort(np.concatenate((places[~found], others)))
        is_mandarin = batch.holding(strange) | batch.holds(are_in(MANDARIN, batch.codes))
        is_dialect = _hold(batch, DIALECT + WU, f"{DIALECT_WORDS} {WU_WORDS}") | ~is_mandarin
        found &= is_dialect[batch.documents_of(places)]
    return np.asarray(found)


def are_wu(batch: Batch, places: Positions, line_ends: Positions) -> Mask:
    """Return which places hold a word that Wu has in either script, 箇 and 纔, on a line without a word of Mandarin, or
    箇 before a counter.

    `line_ends` is where the lines of the batch end.
    """
    found = are_in(WU_TOO, batch.codes.take(places))
    if found.any():
        mandarin = np.flatnonzero(are_in(MANDARIN + MANDARIN_IN_SIMPLIFIED, batch.codes))
        lines = np.unique(line_ends.searchsorted(mandarin))
        found &= ~np.isin(line_ends.searchsorted(places), lines) | are_in("个個只隻", batch.codes.take(places + 1))
    return np.asarray(found)


def are_dialect_forms(batch: Batch, places: Positions) -> Mask:
    """Return which places hold a form of a document with characters of Taiwanese and Hakka that these write too."""
    found = are_in(DIALECT_FORMS, batch.codes.take(places))
    return _where_document(batch, places, found, lambda batch: _hold(batch, DIALECT, DIALECT_WORDS))


def are_cantonese(batch: Batch, places: Positions) -> Mask:
    """Return which places hold a word that Cantonese has in either script, in a document with words of its own; or 吓
    alone between marks, which is what, or isn't it, or behind 一 before one, which is once."""
    codes = batch.codes.take(places)
    found = _where_document(batch, places, are_in(CANTONESE_TOO, codes), are_cantonese_documents)
    before = batch.codes.take(places - 1)
    is_once = (before == ord("一")) & (batch.codes.take(places - 2) != ord("吓"))
    is_last = ~IS_HAN.take(batch.classes.take(places + 1))
    is_alone = is_last & (is_once | ~IS_HAN.take(batch.classes.take(places - 1)))
    return np.asarray(found | (codes == ord("吓")) & is_alone)


def are_cantonese_forms(batch: Batch, places: Positions) -> Mask:
    """Return which places hold a form that Cantonese has of its own, or count with 隻 and 齣, in a document in
    Cantonese; or do that behind 呢 that begins a clause, or behind this in Gan and Min, where Mandarin has none."""
    codes, before = batch.codes.take(places), batch.codes.take(places - 1)
    is_counter = are_in(COUNTERS, codes)
    found = are_in(CANTONESE_FORMS, codes) | is_counter & are_in("呢嗰", before)
    found = _where_document(batch, places, found, are_cantonese_documents)
    begins = ~IS_HAN.take(batch.classes.take(places - 2))
    found |= is_counter & ((before == ord("呢")) & begins | are_in(COUNTED_BEHIND, before))
    return np.asarray(found)


def _where_document(batch: Batch, places: Positions, found: Mask, documents: Callable[[Batch], Mask]) -> Mask:
    """Return which of the places that are found lie in one of some documents."""
    return np.asarray(found & documents(batch)[batch.documents_of(places)]) if found.any() else found


def _hold(batch: Batch, characters: str, words: str) -> Mask:
    """Return which documents hold some of the characters, or of the words of two characters."""
    found = batch.holds(are_in(characters, batch.codes))
    for word in words.split():
        (first,) = (batch.codes == ord(word[0])).nonzero()
        found |= batch.holding(first[batch.codes.take(first + 1) == ord(word[1])])
    return np.asarray(found)
