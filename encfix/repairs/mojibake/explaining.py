"""Which pair of encodings explains a damaged stretch of text.

All pairs are ranked by a quick reading; only the best are read with care: first as if no byte had been lost, then,
where that leaves something unexplained, as if some had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from encfix.batch import Mask, Positions, to_codes
from encfix.chinese.characters import Class, class_table
from encfix.repairs.mojibake import edges, judging, plausibility, reading, variants
from encfix.repairs.mojibake.block import SAMPLE, Block, Span
from encfix.repairs.mojibake.charsets import UTF8_OR_CP1252, decoder_of, replacements
from encfix.repairs.mojibake.filling import LOSES_MANY, LOSES_MOST
from encfix.repairs.mojibake.pairs import PAIRS, Pair
from encfix.rules import number_of

BEST = 3
"""Pairs that are read with care, of all that a quick reading finds possible."""

LEAST_SHARE = 0.4
"""The least gain of such a pair, as a share of the greatest."""

WHOLE = 0.9
"""The share of the characters beyond ASCII that an explanation of a whole stretch must hold."""

MOST_DROPPED = 0.2
"""The share of the characters beyond ASCII that such a text may have lost."""

MOST_BY_TWO = 0.6
"""The share of characters that may be broken before any is filled in, where one mark breaks two."""

PROVED = 0.9
"""Confidence of all that a pair explains from which on no other true encoding is tried."""

MOST_VAIN, MOST_VAIN_SHARE = 2000, 0.1
"""Code points of a document that are read in vain as if bytes were lost before no more are, and for each before them:
lists of rare characters give reason to try again and again."""

LEAST_REPORTED = 8
"""Code points of the shortest part of a stretch that is reported since bytes of it were dropped."""

DOUBTED = 0.6
"""Confidence where other bytes read nearly as well, or where most bytes were lost without a mark."""

MOST_ROUNDS = 4
"""How many rounds of UTF-8 read as GBK are taken off."""

MIXED = tuple(pair for pair in PAIRS if pair.wrong == UTF8_OR_CP1252)
"""The pairs that look like others where they gave no pairs of UTF-8."""

NEARLY_ALL, MOST_LOST = 0.9, 0.3
"""The share of bytes that must be like those of UTF-8 in a further round, and of characters that it may have lost."""

BEYOND_REPAIR = 0.95
"""Confidence that a stretch was damaged again and again."""

AGAIN = PAIRS[0]
"""The pair that happens again and again: UTF-8 read as GBK."""

DROPPED = number_of("mojibake.dropped")
ROUNDS = number_of("mojibake.rounds")
NUMBERS = {pair: number_of(pair.name) for pair in PAIRS}
OF_PAIRS = ("gbk", "cp950")
"""The codecs of Chinese that read two bytes as one character."""
OF_KANA = ("euc_jp", "cp932")
"""The codecs of Japanese that do."""
_NARROW = tuple(pair for pair in PAIRS if pair.is_european)
_WIDE = tuple(pair for pair in PAIRS if not pair.is_european)


@dataclass(slots=True)
class Evidence:
    """What the stretches of a document that were read so far have shown."""

    preferred: list[Pair] = field(default_factory=list)
    """The pairs that explain some, the last one first."""
    vain: int = 0
    """How many code points were read in vain as if bytes were lost."""

    def prefer(self, pair: Pair) -> None:
        """Note that a pair explains a stretch."""
        if pair in self.preferred:
            self.preferred.remove(pair)
        self.preferred.insert(0, pair)


class Explained(NamedTuple):
    """A span, how probably it is right, and the number of the rule that says so."""

    span: Span
    confidence: float
    rule: int

    def moved(self, by: int) -> Explained:
        """Return the same, so many code points on."""
        return self._replace(span=replace(self.span, start=self.span.start + by, end=self.span.end + by))

    def lines(self, block: Block) -> Iterator[Explained]:
        """Yield what it explains of each line of a block, but for empty ones."""
        span = self.span
        old = between(block.classes[span.start : span.end] == Class.NEWLINE)
        new = between(class_table().take(to_codes(span.text)) == Class.NEWLINE)
        if len(old) != len(new):
            new = [(0, 0)] * len(old)  # a report has no text of its own
        for (start, end), place in zip(old, new, strict=True):
            if start < end:
                yield self._replace(span=span.part(span.start + start, span.start + end, *place))


def between(is_end: Mask) -> list[tuple[int, int]]:
    """Return the stretches that ends of lines leave: start and end."""
    ends = np.flatnonzero(is_end).tolist()
    return list(zip((0, *(end + 1 for end in ends)), (*ends, len(is_end)), strict=True))


def explain(block: Block, evidence: Evidence, before: int) -> list[Explained]:
    """Return the damaged spans of a block, sorted and disjoint.

    `evidence` is what the stretches before it in the document have shown, to which this one's is added; `before` is
    how many code points of the document are before it.
    """
    wide, narrow = (_WIDE if block.is_wide else ()), (_NARROW if block.is_narrow else ())
    if any(pair.codec == "utf-8" and plausibility.is_utf8(block, pair) for pair in narrow):
        narrow = tuple(pair for pair in narrow if pair.codec == "utf-8")
    of_utf8 = tuple(
        pair for pair in wide + narrow if pair.codec == "utf-8" and plausibility.is_mostly_utf8(block, pair)
    )
    pairs = [pair for pair in of_utf8 or wide + narrow if plausibility.may_explain(block, pair)]
    ranked = _ranked(block, pairs, evidence.preferred)
    found = without_loss(block, ranked, evidence)
    if not found and block.is_wide:
        rounds = _rounds(block)
        if rounds:
            return [rounds]
    sound = [one.span for one in found if one.rule != DROPPED]
    is_whole = _covers_well(block, sound) and not plausibility.goes_on(block, sound) and not _has_marks(block, found)
    if not is_whole and evidence.vain <= MOST_VAIN + MOST_VAIN_SHARE * before:
        lossy = _lossy(block, pairs, ranked, found)
        if lossy:
            evidence.prefer(lossy[0].span.pair)
        else:
            evidence.vain += len(block.codes)
        lossy = [one for one in lossy if not any(_is_better(block, other, one) for other in found)]
        found = lossy + [one for one in found if not any(_overlap(one.span, other.span) for other in lossy)]
    found = [one for one in found if one.rule != DROPPED or _is_worth_a_word(block, one.span)]
    found.sort(key=lambda one: -one.span.gain)
    taken: list[Explained] = []
    for one in found:
        if not any(_overlap(one.span, other.span) for other in taken):
            taken.append(one)
    return sorted(taken, key=lambda one: one.span.start)


def _ranked(block: Block, pairs: list[Pair], preferred: list[Pair]) -> list[Pair]:
    """Return the pairs that may explain a block, by what a quick reading gains."""
    for pair in preferred:
        if pair in pairs and _covers_well(block, reading.spans(block, pair, judging.LEAST_GAIN)):
            return [pair]
    if len(block.codes) > 2 * SAMPLE:
        return _ranked(block.beginning, pairs, []) or _ranked(Block(block.codes[-SAMPLE:]), pairs, [])
    gains = {pair: reading.gain(block, pair, judging.LEAST_GAIN) for pair in pairs}
    for pair in MIXED if _may_be_mixed(block, pairs) else ():
        if pair in gains:  # until its bytes are chosen it reads badly
            mixed = reading.spans(block, pair, judging.LEAST_GAIN, variants.chosen(block, pair)[0])
            gains[pair] = sum(span.gain for span in mixed) + edges.LEAVING  # others leave characters at the ends
    least = LEAST_SHARE * max(gains.values(), default=0.0)
    ranked = sorted((pair for pair in pairs if gains[pair] > least), key=lambda pair: -gains[pair])
    return ranked[:BEST]


def _may_be_mixed(block: Block, pairs: list[Pair]) -> bool:
    """Return whether a block has characters that only pairs of UTF-8 give, if no other pair explains it."""
    return all(block.lacking(charset).any() for charset in ("cp1252", "latin-1")) and not any(
        plausibility.is_like_utf8(block, pair, NEARLY_ALL)
        if pair.codec == "utf-8"
        else _covers_well(block, reading.spans(block, pair, judging.LEAST_GAIN))
        for pair in pairs
        if pair.is_single_byte and pair not in MIXED
    )


def _covers_well(block: Block, spans: list[Span]) -> bool:
    """Return whether spans without a broken character hold nearly all that is beyond ASCII in a block."""
    exact = (block.codes[span.start : span.end] for span in spans if judging.is_exact(span))
    return bool(spans) and sum(int(np.count_nonzero(codes >= 0x80)) for codes in exact) >= WHOLE * block.foreign


def covers(block: Block, found: list[Explained]) -> bool:
    """Return whether nearly all that is beyond ASCII in a block is explained without a loss."""
    return _covers_well(block, [one.span for one in found])


def _has_marks(block: Block, found: list[Explained]) -> bool:
    """Return whether a block holds a character, other than U+FFFD, that a decoder which explains some of it puts for
    what it cannot read."""
    marks = {mark for one in found for mark in replacements(one.span.pair.wrong)} - {0xFFFD}
    return bool(marks) and bool(np.isin(block.codes, list(marks)).any())


def _is_worth_a_word(block: Block, span: Span) -> bool:
    """Return whether a span that cannot be repaired is long enough, or enough of the block, not to be chance."""
    return span.end - span.start >= min(LEAST_REPORTED, WHOLE * block.foreign)


def _lost_few(found: list[Explained]) -> bool:
    """Return whether little enough of a text is lost that the rest can be trusted where no U+FFFD shows the losses."""
    text = "".join(one.span.text for one in found)
    return text.count("\ufffd") <= MOST_DROPPED * sum(character >= "\x80" for character in text)


def _is_better(block: Block, repair: Explained, report: Explained) -> bool:
    """Return whether a repair without a loss gains more than what is only reported as if bytes were lost of it, in a
    text that holds no half characters elsewhere."""
    is_one = repair.rule != DROPPED == report.rule and _overlap(repair.span, report.span)
    return is_one and repair.span.gain > report.span.gain and not block.is_foreign_but_for(repair.span)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def without_loss(block: Block, pairs: list[Pair], evidence: Evidence) -> list[Explained]:
    """Return what pairs explain of a block without a loss, until all of it is explained."""
    found: list[Explained] = []
    for pair in pairs:
        raw, doubted = variants.chosen(block, pair)
        spans = reading.spans(block, pair, judging.LEAST_GAIN, raw)
        is_lossy = pair.wrong in LOSES_MANY or (pair.codec in OF_PAIRS and not pair.is_single_byte)
        unexplained = is_lossy and block.is_suspect_but_for(spans)
        is_partial = pair.codec in OF_KANA and not _covers_well(block, spans)  # Big5 makes kana of common bytes
        for span in spans:
            confidence = judging.confidence(block, span) if judging.is_exact(span) else 0.0
            is_alien = pair.is_european and block.is_in_a_word(span)
            if is_partial or is_alien:
                confidence = min(confidence, DOUBTED)
            if confidence > 0:
                dropped = unexplained or judging.may_lack_bytes(block, span, raw)
                one = Explained(span, confidence, DROPPED if dropped else NUMBERS[pair])
                mine = list(_doubted(one, doubted, block))
                found += mine
                if not dropped and max(part.confidence for part in mine) >= PROVED:
                    evidence.prefer(pair)
        if covers(block, found):
            break
    return found


def _doubted(one: Explained, places: Positions, block: Block) -> Iterator[Explained]:
    """Yield what a pair explains, less sure in the lines that hold one of some places."""
    if not ((places >= one.span.start) & (places < one.span.end)).any():
        yield one
        return
    for line in one.lines(block):
        is_sure = not ((places >= line.span.start) & (places < line.span.end)).any()
        yield line if is_sure else line._replace(confidence=min(line.confidence, DOUBTED))


def _lossy(block: Block, pairs: list[Pair], ranked: list[Pair], found: list[Explained]) -> list[Explained]:
    """Return what a pair explains of a block that lost bytes: the pair that explains most.

    `found` is what pairs explain of it without a loss. Where the true encoding is UTF-8, characters begin and end
    where they did, whatever was lost between. Where it has pairs and no U+FFFD shows the losses, a reading must explain
    all of the block.
    """
    of_utf8 = [pair for pair in pairs if pair.codec == "utf-8" and plausibility.is_like_utf8(block, pair)]
    of_pairs = [pair for pair in ranked if pair.codec != "utf-8" and pair.is_chinese]
    marked = bool((block.codes == 0xFFFD).sum() > (block.codes == ord("?")).sum())
    if not marked:
        of_pairs = [pair for pair in of_pairs if not pair.is_single_byte]
    candidates = sorted({*of_utf8, *of_pairs}, key=[*ranked, *of_utf8].index)
    if len(block.codes) > 2 * SAMPLE and candidates:
        first = _first_loss(block, found, marked=marked)
        sampled = _best_lossy(block.part(first, first + SAMPLE), candidates, marked=marked)
        if all(one.rule == DROPPED for one in sampled):
            return [one.moved(first) for one in sampled]  # what is not sure there is not worth reading to the end
        candidates = [sampled[0].span.pair]
    return _best_lossy(block, candidates, marked=marked)


def _first_loss(block: Block, found: list[Explained], *, marked: bool) -> int:
    """Return where a sample of a long block begins that holds what was lost: at a mark, or what is not explained."""
    is_left = block.codes == 0xFFFD if marked else block.codes >= 0x80
    for one in found:
        is_left[one.span.start : one.span.end] = False
    return min(int(is_left.argmax()), len(block.codes) - SAMPLE)


def _best_lossy(block: Block, candidates: list[Pair], *, marked: bool) -> list[Explained]:
    """Return what the pair explains of a block that explains most."""
    best: list[Explained] = []
    proved = ""
    for pair in candidates:
        if proved not in ("", pair.codec):
            continue
        found = _read_lossy(block, pair, marked=marked)
        if sum(one.span.gain for one in found) > sum(one.span.gain for one in best):
            best = found
        if covers(block, found) and all(one.confidence >= PROVED and one.rule != DROPPED for one in found):
            proved = pair.codec
    return best


def _read_lossy(block: Block, pair: Pair, *, marked: bool) -> list[Explained]:
    """Return what one pair explains of a block that lost bytes, with or without marks."""
    is_dropped = pair.codec in OF_PAIRS and not marked
    if is_dropped:
        decoder = decoder_of(block.codes, pair.wrong)
        raw = variants.by_decoder(block, pair, decoder)
        lossy = reading.read_dropped(raw, pair, decoder)
    else:
        raw, _ = variants.resolve(block, pair)
        lossy = reading.read_marked(raw, pair)
    if lossy and pair.codec in OF_PAIRS:
        lossy = variants.without_choices(lossy, raw, block, pair)
    found = []
    is_by_two = pair.codec == "utf-8" and pair.wrong in LOSES_MANY  # one mark breaks two characters
    spans = reading.spans(block, pair, judging.LEAST_GAIN, raw, lossy) if lossy else []
    possible = [judging.confidence(block, span) > 0 for span in spans]
    wanted = [
        (span, is_possible)
        for span, is_possible in zip(spans, possible, strict=True)
        if is_possible or (is_by_two and len(span.slots) <= MOST_BY_TWO * len(span.text))
    ]
    for whole, (_, is_possible) in zip(reading.filled([span for span, _ in wanted], pair), wanted, strict=True):
        confidence = judging.confidence(block, whole)
        if is_possible or confidence > 0:
            found.append(Explained(whole, confidence, NUMBERS[pair]))
    if pair.codec == "utf-8" and pair.wrong in LOSES_MOST and not marked:
        found = [one._replace(confidence=min(one.confidence, DOUBTED)) for one in found]
    if is_dropped and not (covers(block, found) and _lost_few(found)):
        found = [one._replace(rule=DROPPED) for one in found]
    return found


def _rounds(block: Block) -> Explained | None:
    """Return a whole block that went through UTF-8 read as GBK several times; a finding if characters were lost."""
    inner, is_whole = block, True
    for turn in range(MOST_ROUNDS):
        if not plausibility.is_like_utf8(inner, AGAIN, NEARLY_ALL):
            return None
        raw, _ = variants.resolve(inner, AGAIN)
        once = raw.data.decode("utf-8", "replace")
        lost = once.count("\ufffd")
        if lost > MOST_LOST * len(once):
            return _beyond_repair(block) if turn else None
        is_whole &= not lost
        inner = Block(to_codes(once))
        if not inner.is_suspect or not inner.is_wide:
            return None
        if is_whole:
            for span in reading.spans(inner, AGAIN, judging.LEAST_GAIN, variants.resolve(inner, AGAIN)[0]):
                confidence = judging.confidence(inner, span) if judging.is_exact(span) else 0.0
                if span.end - span.start >= WHOLE * inner.foreign and confidence > 0:
                    text = once[: span.start] + span.text + once[span.end :]
                    return Explained(Span(0, len(block.codes), text, span.gain, AGAIN), confidence, NUMBERS[AGAIN])
        elif plausibility.is_like_utf8(inner, AGAIN, NEARLY_ALL):
            return _beyond_repair(block)
    return None


def _beyond_repair(block: Block) -> Explained:
    return Explained(Span(0, len(block.codes), "", 0.0, AGAIN), BEYOND_REPAIR, ROUNDS)
