"""Text that was damaged again: UTF-8 read as GBK several times, or damaged text of any kind that was written as UTF-8
and then read in a charset of Europe."""

from __future__ import annotations

from collections.abc import Callable

from encfix.batch import to_codes
from encfix.repairs.mojibake.ambiguous_bytes import resolving
from encfix.repairs.mojibake.encodings.charsets import WESTERN
from encfix.repairs.mojibake.encodings.pairs import PAIRS
from encfix.repairs.mojibake.explaining import plausibility
from encfix.repairs.mojibake.explaining.explained import NUMBERS, ROUNDS, WHOLE, Explained, covers
from encfix.repairs.mojibake.explaining.plausibility import NEARLY_ALL
from encfix.repairs.mojibake.judging import proof, reading
from encfix.repairs.mojibake.judging.block import Block, Span

AGAIN = next(pair for pair in PAIRS if (pair.true, pair.wrong) == ("utf-8", "gbk") and pair.is_chinese)
"""The pair that happens again and again: UTF-8 read as GBK."""

OF_EUROPE = tuple(pair for pair in PAIRS if pair.true == "utf-8" and pair.wrong in WESTERN)
"""The pairs that are undone before what was damaged first."""

MOST_ROUNDS = 4
"""How many rounds of UTF-8 read as GBK are taken off."""

MOST_LOST = 0.3
"""The share of characters that a further round may have lost."""

BEYOND_REPAIR = 0.95
"""Confidence that a stretch was damaged again and again."""


def undone(block: Block) -> Explained | None:
    """Return a whole block that went through UTF-8 read as GBK several times; a finding if characters were lost."""
    inner, is_whole = block, True
    for turn in range(MOST_ROUNDS):
        if not plausibility.is_like_utf8(inner, AGAIN, NEARLY_ALL):
            return None
        raw, _ = resolving.resolve(inner, AGAIN)
        once = raw.data.decode("utf-8", "replace")
        lost = once.count("\ufffd")
        if lost > MOST_LOST * len(once):
            return _beyond_repair(block) if turn else None
        is_whole &= not lost
        inner = Block(to_codes(once))
        if not inner.is_suspect or not inner.is_wide:
            return None
        if is_whole:
            for span in reading.spans(inner, AGAIN, proof.LEAST_GAIN, resolving.resolve(inner, AGAIN)[0]):
                confidence = proof.confidence(inner, span) if span.is_exact else 0.0
                if span.end - span.start >= WHOLE * inner.foreign and confidence > 0:
                    text = once[: span.start] + span.text + once[span.end :]
                    return Explained(Span(0, len(block.codes), text, span.gain, AGAIN), confidence, NUMBERS[AGAIN])
        elif plausibility.is_like_utf8(inner, AGAIN, NEARLY_ALL):
            return _beyond_repair(block)
    return None


def within(block: Block, explain: Callable[[Block], list[Explained]]) -> Explained | None:
    """Return a whole block that was damaged once, as `explain` says, and then read from UTF-8 in a charset of Europe;
    None if it is no such text, or any of it is in doubt."""
    for pair in OF_EUROPE:
        if not plausibility.is_utf8(block, pair):
            continue
        once = block.raw(pair.wrong).data.decode("utf-8", "replace")
        inner = Block(to_codes(once))
        found = explain(inner)
        if found and covers(inner, found) and all(one.is_repair for one in found):
            for one in reversed(found):
                once = once[: one.span.start] + one.span.text + once[one.span.end :]
            gain = sum(one.span.gain for one in found)
            best = max(found, key=lambda one: one.span.gain)
            span = Span(0, len(block.codes), once, gain, best.span.pair)
            return Explained(span, min(one.confidence for one in found), best.rule)
    return None


def _beyond_repair(block: Block) -> Explained:
    return Explained(Span(0, len(block.codes), "", 0.0, AGAIN), BEYOND_REPAIR, ROUNDS)
