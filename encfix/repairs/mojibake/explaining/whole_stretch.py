"""Which pair of encodings explains a damaged stretch of text.

All pairs are ranked by a quick reading; only the best are read with care: first as if no byte had been lost, then,
where that leaves something unexplained, as if some had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from encfix.arrays import Mask, Positions, Scores, inside
from encfix.batch import to_text
from encfix.repairs.mojibake.ambiguous_bytes import resolving
from encfix.repairs.mojibake.encodings.charsets import replacements
from encfix.repairs.mojibake.encodings.inverses import Raw
from encfix.repairs.mojibake.encodings.pairs import MIXED, PAIRS, Pair
from encfix.repairs.mojibake.explaining import plausibility, rounds
from encfix.repairs.mojibake.explaining.explained import (
    DOUBTED,
    DROPPED,
    NUMBERS,
    OF_KANA,
    OF_PAIRS,
    PROVED,
    WHOLE,
    Explained,
    covers,
    covers_well,
)
from encfix.repairs.mojibake.explaining.with_losses import with_losses
from encfix.repairs.mojibake.judging import edges, proof, reading, unmarked_losses
from encfix.repairs.mojibake.judging.block import SAMPLE, Block, Span
from encfix.repairs.mojibake.lost_bytes.filling import LOSES_MANY, REPLACEMENT

BEST = 3
"""Pairs that are read with care, of all that a quick reading finds possible."""

LEAST_SHARE = 0.4
"""The least gain of such a pair, as a share of the greatest."""

MOST_VAIN, MOST_VAIN_SHARE = 2000, 0.1
"""Code points of a document that are read in vain, as if bytes were lost or as pairs of UTF-8 among others, before no
more are, and for each before them: rare characters and letters of Europe give reason to try again and again."""

MOST_DOUBTED = 0.25
"""The share of the characters of a reading beyond ASCII that may be in doubt where the rest is sure."""

LEAST_REPORTED = 8
"""Code points of the shortest part of a stretch that is reported since bytes of it were dropped."""

_NARROW = tuple(pair for pair in PAIRS if pair.is_european)
_WIDE = tuple(pair for pair in PAIRS if not pair.is_european)


@dataclass(slots=True)
class Evidence:
    """What the stretches of a document that were read so far have shown."""

    preferred: list[Pair] = field(default_factory=list)
    """The pairs that explain some, the last one first."""
    vain: int = 0
    """How many code points were read in vain as if bytes were lost."""
    vain_as_mixed: int = 0
    """How many were read in vain as pairs of UTF-8 among single bytes, of which there are many readings."""

    def prefer(self, pair: Pair) -> None:
        """Note that a pair explains a stretch."""
        if pair in self.preferred:
            self.preferred.remove(pair)
        self.preferred.insert(0, pair)


def explain(block: Block, evidence: Evidence, before: int) -> list[Explained]:
    """Return the damaged spans of a block, sorted and disjoint.

    `evidence` is what the stretches before it in the document have shown, to which this one's is added; `before` is
    how many code points of the document are before it.
    """
    wide, narrow = (_WIDE if block.is_wide else ()), (_NARROW if block.is_narrow else ())
    if any(pair.codec == "utf-8" and plausibility.is_utf8(block, pair) for pair in narrow):
        narrow = tuple(pair for pair in narrow if pair.codec == "utf-8")
    of_utf8 = tuple(pair for pair in wide + narrow if pair.codec == "utf-8" and _is_of_utf8(block, pair))
    pairs = [pair for pair in of_utf8 or wide + narrow if plausibility.may_explain(block, pair)]
    if evidence.vain_as_mixed > _most_vain(before):
        pairs = [pair for pair in pairs if pair not in MIXED or pair in evidence.preferred]
    ranked = _ranked(block, pairs, evidence.preferred)
    found = without_loss(block, ranked, evidence)
    if not found:
        again = rounds.undone(block) if block.is_wide else rounds.within(block, _explain_alone)
        if again:
            return [again]
    sound = [one.span for one in found if one.rule != DROPPED]
    if block.has_pairs_of_utf8 and not found and not set(MIXED).isdisjoint(pairs):
        evidence.vain_as_mixed += len(block.codes)
    is_whole = covers_well(block, sound) and not plausibility.goes_on(block, sound) and not _has_marks(block, found)
    if not is_whole and evidence.vain <= _most_vain(before):
        lossy = with_losses(block, pairs, ranked, found)
        if lossy:
            evidence.prefer(lossy[0].span.pair)
        else:
            evidence.vain += len(block.codes)
        gains = _gains(block, found)
        lossy = [one for one in lossy if one.rule != DROPPED or gains[one.span.places].max() <= one.span.gain]
        covered = _covered(block, lossy)
        found = lossy + [one for one in found if not covered[one.span.places].any()]
    found = [one for one in found if one.rule != DROPPED or _is_worth_a_word(block, one.span)]
    found.sort(key=lambda one: -one.span.gain)
    taken: list[Explained] = []
    covered = _covered(block, taken)
    for one in found:
        if not covered[one.span.places].any():
            covered[one.span.places] = True
            taken.append(one)
    in_broken_runs = plausibility.in_broken_runs(block, [one.span for one in taken], covered)
    for nth, is_partial in enumerate(in_broken_runs):
        if is_partial:
            taken[nth] = taken[nth]._replace(confidence=min(taken[nth].confidence, DOUBTED))
    return sorted(taken, key=lambda one: one.span.start)


def _most_vain(before: int) -> float:
    """Return how many code points may be read in vain in a document of which so many were read."""
    return MOST_VAIN + MOST_VAIN_SHARE * before


def _explain_alone(block: Block) -> list[Explained]:
    """Return the damaged spans of a block of which nothing else is known."""
    return explain(block, Evidence(), 0)


def _is_of_utf8(block: Block, pair: Pair) -> bool:
    """Return whether no encoding but UTF-8 need be tried."""
    return plausibility.is_mostly_utf8(block, pair) or plausibility.is_left_of_utf8(block, pair)


def _ranked(block: Block, pairs: list[Pair], preferred: list[Pair]) -> list[Pair]:
    """Return the pairs that may explain a block, by what a quick reading gains."""
    for pair in preferred:
        if pair in pairs and _holds_all(block, reading.spans(block, pair, proof.LEAST_GAIN)):
            return [pair]
    if len(block.codes) > 2 * SAMPLE:
        return _ranked(block.beginning, pairs, []) or _ranked(Block(block.codes[-SAMPLE:]), pairs, [])
    gains = {pair: reading.gain(block, pair, proof.LEAST_GAIN) for pair in pairs}
    if block.has_pairs_of_utf8:
        gains |= _gains_as_mixed(block, gains)
    least = LEAST_SHARE * max(gains.values(), default=0.0)
    ranked = sorted((pair for pair in pairs if gains[pair] > least), key=lambda pair: -gains[pair])
    return ranked[:BEST]


def _gains_as_mixed(block: Block, gains: dict[Pair, float]) -> dict[Pair, float]:
    """Return what a block that has characters which only pairs of UTF-8 give gains if it is read so, no more than the
    best of other pairs if that explains it, or if one has all its characters; and 0 for others of the same true
    encoding that gain less."""
    others = [pair for pair in gains if pair.is_european and pair not in MIXED]
    best = max(others, key=lambda pair: gains[pair], default=None)
    if best and (_is_explained(block, best) or not all(block.lacks(pair.wrong) for pair in others)):
        return {pair: min(gains[pair], gains[best]) for pair in MIXED if pair in gains}
    found = {}
    for pair in sorted((pair for pair in MIXED if pair in gains), key=lambda pair: -gains[pair]):
        raw, _ = resolving.chosen(block, pair)  # until its bytes are chosen it reads badly
        spans = reading.spans(block, pair, proof.LEAST_GAIN, raw)
        leaving = edges.LEAVING if spans else 0.0  # others leave characters at the ends
        found[pair] = sum(span.gain for span in spans) + leaving
        found |= {other: 0.0 for other in others if other.true == pair.true and gains[other] < found[pair]}
        if _holds_all(block, spans):
            break
    return found


def _is_explained(block: Block, pair: Pair) -> bool:
    """Return whether a pair of single bytes explains a block, by a quick look."""
    if pair.codec == "utf-8":
        return plausibility.is_like_utf8(block, pair, plausibility.NEARLY_ALL)
    spans = reading.spans(block, pair, proof.LEAST_GAIN)
    return _holds_all(block, spans) and not _leaves_pairs_of_utf8(block, spans)


def _leaves_pairs_of_utf8(block: Block, spans: list[Span]) -> bool:
    """Return whether a letter of Europe stands outside of some spans, beside a character that bytes of UTF-8 give and
    windows-1252 does not."""
    is_left = block.codes >= 0x80
    for span in spans:
        is_left[span.places] = False
    is_letter, is_pair = is_left & (block.codes < 0x800), is_left & block.lacking("cp1252")
    return bool((is_pair[1:] & is_letter[:-1] | is_pair[:-1] & is_letter[1:]).any())


def _holds_all(block: Block, spans: list[Span]) -> bool:
    """Return whether spans hold nearly all of a block, and no letter stands beside one that its wrong encoding
    lacks."""
    return covers_well(block, spans) and not any(map(block.is_in_a_word, spans))


def _has_marks(block: Block, found: list[Explained]) -> bool:
    """Return whether a block holds a character, other than U+FFFD, that a decoder which explains some of it puts for
    what it cannot read."""
    marks = {mark for one in found for mark in replacements(one.span.pair.wrong)} - {0xFFFD}
    return bool(marks) and bool(np.isin(block.codes, list(marks)).any())


def _is_worth_a_word(block: Block, span: Span) -> bool:
    """Return whether a span that cannot be repaired is long enough, or enough of the block, not to be chance."""
    return span.end - span.start >= min(LEAST_REPORTED, WHOLE * block.foreign)


def _gains(block: Block, found: list[Explained]) -> Scores:
    """Return what is gained at most by a repair without a loss at each place of a block, in a text that holds no half
    characters elsewhere: (n,)."""
    gains = np.full(len(block.codes), -np.inf)
    for one in sorted(found, key=lambda one: one.span.gain):
        if one.rule != DROPPED and not block.is_foreign_but_for(one.span):
            gains[one.span.places] = one.span.gain
    return gains


def _covered(block: Block, found: list[Explained]) -> Mask:
    """Return which places of a block some spans hold: bool of shape (n,)."""
    covered = np.zeros(len(block.codes), dtype=np.bool_)
    for one in found:
        covered[one.span.places] = True
    return covered


def without_loss(block: Block, pairs: list[Pair], evidence: Evidence) -> list[Explained]:
    """Return what pairs explain of a block without a loss, until all of it is explained."""
    found: list[Explained] = []
    for pair in pairs:
        raw, doubted = resolving.chosen(block, pair)
        spans = reading.spans(block, pair, proof.LEAST_GAIN, raw)
        is_lossy = pair.wrong in LOSES_MANY or (pair.codec in OF_PAIRS and not pair.is_single_byte)
        unexplained = is_lossy and block.is_suspect_but_for([span.bounds for span in spans])
        is_partial = pair.codec in OF_KANA and not covers_well(block, spans)  # Big5 makes kana of common bytes
        for span in spans:
            confidence = proof.confidence(block, span) if span.is_exact else 0.0
            is_alien = pair.is_european and block.is_in_a_word(span)
            if is_partial or is_alien:
                confidence = min(confidence, DOUBTED)
            if confidence > 0 and not plausibility.is_rather_utf8(block, span):
                dropped = unexplained or unmarked_losses.may_lack_bytes(block, span, raw)
                one = Explained(span, confidence, DROPPED if dropped else NUMBERS[pair])
                is_aligned = pair in MIXED or len(raw.data) > len(block.bytes_of(pair).data)
                mine = (is_aligned and _blotted(one, raw, doubted)) or list(_doubted(one, doubted, block))
                found += mine
                if not dropped and max(part.confidence for part in mine) >= PROVED:
                    evidence.prefer(pair)
        if covers(block, found):
            break
    return found


def _blotted(one: Explained, raw: Raw, places: Positions) -> list[Explained]:
    """Return what a pair explains with U+FFFD for the characters that some places make doubtful, if they are few, and
    nothing else can be wrong with the reading: where UTF-8 shows which bytes were read together, or what is gone was
    put back."""
    span, pair = one.span, one.span.pair
    own = places[(places >= span.start) & (places < span.end)]
    if not len(own) or one.rule == DROPPED:
        return []
    part = raw.part(span.start, span.end)
    codes, starts = reading.read(part.data, pair.codec)
    if to_text(codes) != span.text:
        return []
    first = np.searchsorted(starts, part.starts[own - span.start], "right") - 1
    last = np.searchsorted(starts, part.starts[own - span.start + 1])
    doubted = np.unique(inside(first, last - first))
    if len(doubted) > MOST_DOUBTED * np.count_nonzero(codes >= 0x80):
        return []
    codes[doubted] = REPLACEMENT
    return [one._replace(span=replace(span, text=to_text(codes)))]


def _doubted(one: Explained, places: Positions, block: Block) -> Iterator[Explained]:
    """Yield what a pair explains, less sure in the lines that hold one of some places."""
    if not ((places >= one.span.start) & (places < one.span.end)).any():
        yield one
        return
    for line in one.lines(block.classes):
        is_sure = not ((places >= line.span.start) & (places < line.span.end)).any()
        yield line if is_sure else line._replace(confidence=min(line.confidence, DOUBTED))
