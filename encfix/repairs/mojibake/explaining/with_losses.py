"""Which pair of encodings explains a stretch of text of which bytes were lost, with a mark for each or without."""

from __future__ import annotations

from encfix.repairs.mojibake.ambiguous_bytes import resolving
from encfix.repairs.mojibake.encodings.charsets import decoder_of
from encfix.repairs.mojibake.encodings.pairs import Pair
from encfix.repairs.mojibake.explaining import plausibility
from encfix.repairs.mojibake.explaining.explained import DOUBTED, DROPPED, NUMBERS, OF_PAIRS, Explained, covers
from encfix.repairs.mojibake.judging import proof, reading
from encfix.repairs.mojibake.judging.block import SAMPLE, Block
from encfix.repairs.mojibake.lost_bytes.filling import LOSES_MANY, LOSES_MOST

MOST_DROPPED = 0.2
"""The share of the characters beyond ASCII that a text may have lost without a mark."""

MOST_BY_TWO = 0.6
"""The share of characters that may be broken before any is filled in, where one mark breaks two."""


def with_losses(block: Block, pairs: list[Pair], ranked: list[Pair], found: list[Explained]) -> list[Explained]:
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
        sample = block.part(first, first + SAMPLE) if first else block.beginning
        sampled = _best_lossy(sample, candidates, marked=marked)
        if all(one.rule == DROPPED for one in sampled):
            return [one.moved(first) for one in sampled]  # what is not sure there is not worth reading to the end
        candidates = [sampled[0].span.pair]
    return _best_lossy(block, candidates, marked=marked)


def _first_loss(block: Block, found: list[Explained], *, marked: bool) -> int:
    """Return where a sample of a long block begins that holds what was lost, a mark or what is not explained: with the
    block, of which much is read already, or there."""
    is_left = block.codes == 0xFFFD if marked else block.codes >= 0x80
    for one in found:
        is_left[one.span.start : one.span.end] = False
    first = int(is_left.argmax())
    return min(first, len(block.codes) - SAMPLE) if first > SAMPLE / 2 else 0


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
        if covers(block, found) and all(one.is_repair for one in found):
            proved = pair.codec
    return best


def _read_lossy(block: Block, pair: Pair, *, marked: bool) -> list[Explained]:
    """Return what one pair explains of a block that lost bytes, with or without marks."""
    is_dropped = pair.codec in OF_PAIRS and not marked
    if is_dropped:
        decoder = decoder_of(block.codes, pair.wrong)
        raw = resolving.by_decoder(block, pair, decoder)
        lossy = reading.read_dropped(raw, pair, decoder)
    else:
        raw, _ = resolving.resolve(block, pair)
        lossy = reading.read_marked(raw, pair)
    if lossy and pair.codec in OF_PAIRS:
        lossy = resolving.without_choices(lossy, raw, block, pair)
    found = []
    is_by_two = pair.codec == "utf-8" and pair.wrong in LOSES_MANY  # one mark breaks two characters
    spans = reading.spans(block, pair, proof.LEAST_GAIN, raw, lossy) if lossy else []
    possible = [proof.confidence(block, span) > 0 for span in spans]
    wanted = [
        (span, is_possible)
        for span, is_possible in zip(spans, possible, strict=True)
        if is_possible or (is_by_two and len(span.slots) <= MOST_BY_TWO * len(span.text))
    ]
    for whole, (_, is_possible) in zip(reading.filled([span for span, _ in wanted], pair), wanted, strict=True):
        if pair.codec == "utf-8" and pair.is_chinese and not pair.is_single_byte and block.is_before_a_loss(whole):
            whole = reading.doubted_at_end(whole)
        confidence = proof.confidence(block, whole)
        if is_possible or confidence > 0:
            found.append(Explained(whole, confidence, NUMBERS[pair]))
    if pair.codec == "utf-8" and pair.wrong in LOSES_MOST and not marked:
        found = [one._replace(confidence=min(one.confidence, DOUBTED)) for one in found]
    if is_dropped and not (covers(block, found) and _lost_few(found)):
        found = [one._replace(rule=DROPPED) for one in found]
    return found


def _lost_few(found: list[Explained]) -> bool:
    """Return whether little enough of a text is lost that the rest can be trusted where no U+FFFD shows the losses."""
    text = "".join(one.span.text for one in found)
    return text.count("\ufffd") <= MOST_DROPPED * sum(character >= "\x80" for character in text)
