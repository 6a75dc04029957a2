"""Choosing between bytes where several give the same character: 0x80 or A2E3 for €, NEC's or IBM's row for a symbol.

UTF-8 shows by itself which bytes may follow (`utf8_choices.py`). Where the true encoding has pairs, `beam.py` finds
those that read best.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product

import numpy as np

from encfix.arrays import Positions, Scores
from encfix.batch import to_text
from encfix.chinese import division, model
from encfix.memo import memoized
from encfix.repairs.mojibake.ambiguous_bytes import missing_bytes, utf8_choices
from encfix.repairs.mojibake.ambiguous_bytes.beam import GAP, STRIPPED, Choices, choose_pairs
from encfix.repairs.mojibake.encodings import through_ftfy
from encfix.repairs.mojibake.encodings.charsets import (
    CODECS,
    FIRST_OF_CHINA,
    SOFT_HYPHEN,
    WESTERN,
    given,
    pair_table,
)
from encfix.repairs.mojibake.encodings.inverses import COMPATIBILITY, Raw, by_codec, in_question, unified
from encfix.repairs.mojibake.encodings.pairs import MIXED, Pair
from encfix.repairs.mojibake.judging.block import Block
from encfix.repairs.mojibake.judging.costs import broken, read_costs
from encfix.repairs.mojibake.judging.reading import read
from encfix.repairs.mojibake.lost_bytes.best_reading import text_costs
from encfix.repairs.mojibake.lost_bytes.candidates import LONE, forms, with_lone
from encfix.repairs.mojibake.lost_bytes.utf8 import UNKNOWN, Reading

SURE_GAP = 5.0
"""Nats by which a character must beat the one that other bytes would make, in text that lost bytes."""

SECOND_CHOICE, STRANGE_CODEC = -0.7, -6.0
"""What it costs to take other bytes than those that come first, in nats, and such as another codec reads."""

OF_UTF8 = -2.0
"""Nats that it costs to take a character's bytes of UTF-8 where windows-1252 has it too."""

COMPOSED = 1.0
"""Nats against a text in normal form C, in which an ideograph may stand for another."""


def chosen(block: Block, pair: Pair) -> tuple[Raw, Positions]:
    """Return the bytes behind a block with the best choice where there is one, and the places where it is in
    doubt."""
    if pair.is_single_byte and pair.true == "utf-8":
        raw = block.bytes_of(pair)
        return utf8_choices.with_final_space(raw, pair.wrong) or raw, np.empty(0, np.int64)
    restored = missing_bytes.restored(block.bytes_of(pair), pair)
    in_part = _read_as_utf8_in_part(block, pair, restored.raw if restored else block.bytes_of(pair))
    return in_part or restored or resolve(block, pair)


def _read_as_utf8_in_part(block: Block, pair: Pair, other: Raw) -> tuple[Raw, Positions] | None:
    """Return the bytes behind a block in Big5 of which some were read as UTF-8, and the places where these are in
    doubt: where second bytes are left that are letters of ASCII, and it then reads better than from `other` bytes; else
    None."""
    if pair.true != "big5" or pair.wrong not in WESTERN:
        return None
    plain, _ = read(block.bytes_of(pair).data, pair.codec)
    is_left = (with_lone(plain, plain >= 0x80) >= LONE) | broken(plain)
    if not (is_left[1:] & (plain[:-1] >= FIRST_OF_CHINA)).any():
        return None
    raw, doubted = resolve(block, next(one for one in MIXED if one.true == "big5"))
    known = forms(plain)
    mine, theirs = (text_costs(read(one.data, pair.codec)[0], known).sum() for one in (raw, other))
    return (raw, doubted) if mine > theirs + GAP else None


@memoized
def resolve(block: Block, pair: Pair) -> tuple[Raw, Positions]:
    """Return the bytes behind a block with the best choices made, and the places where the choice is in doubt."""
    as_seen = _with_choices(block, pair, {})
    twins = _twins(block, pair)
    if not np.isin(block.codes, list(twins)).any():
        return as_seen
    composed = _with_choices(block, pair, twins)
    one, other = (read(raw.data, pair.codec)[0] for raw, _ in (composed, as_seen))
    gained = float(read_costs(one, pair).sum() - read_costs(other, pair).sum()) - COMPOSED
    if abs(gained) <= GAP:
        gained += division.lattice_score(to_text(one)) - division.lattice_score(to_text(other))
    if gained > GAP:
        return composed
    raw, doubted = as_seen
    return raw, doubted if gained < 0 else np.union1d(doubted, composed[0].differing(raw))


def _with_choices(block: Block, pair: Pair, twins: Mapping[int, tuple[bytes, ...]]) -> tuple[Raw, Positions]:
    """Return the bytes behind a block with the best choices made, where an ideograph may also be one of its `twins`,
    and the places where the choice is in doubt."""
    raw, codecs = block.bytes_of(pair), by_codec(pair.wrong)
    ambiguous = np.flatnonzero(
        in_question(pair.wrong).take(block.codes, mode="clip") | np.isin(block.codes, list(twins))
    )
    doubted: list[int] = []
    beyond = np.concatenate(([False], block.codes >= 0x80, [False]))
    is_apart = ~beyond[ambiguous] & ~beyond[ambiguous + 2]
    ambiguous = ambiguous[(block.codes[ambiguous] >= 0x80) | ~is_apart]  # a space between letters of ASCII was one
    if not len(ambiguous) and pair not in MIXED:
        return raw, ambiguous
    edges = raw.starts.tolist()
    pieces = [raw.data[start:end] for start, end in pairwise(edges)]
    codes = block.codes[ambiguous].tolist()
    if len(codecs) > 1:  # all of a text went through one decoder
        trials = _trials(pieces, ambiguous, codes, codecs)
        seen = block.codes[~block.lacking(pair.wrong)]
        lacking = [int(np.count_nonzero(~given(codec).take(seen, mode="clip"))) for codec in CODECS[pair.wrong]]
        costs = _scores([b"".join(trial) for trial in trials], np.array(lacking) * STRANGE_CODEC, pair)
        best = int(np.argmax(costs))
        for cost, trial in zip(costs, trials, strict=True):
            if cost > costs[best] - GAP:
                doubted += [place for place in ambiguous.tolist() if trial[place] != trials[best][place]]
        pieces, codecs = trials[best], (codecs[best], *codecs)
    choices_at: dict[int, Choices] = {}
    known: dict[tuple[int, bytes], Choices] = {}
    for place, code in zip(ambiguous.tolist(), codes, strict=True):
        key = code, pieces[place]
        more = ((other, 0.0) for other in twins.get(code, ()))
        choices_at[place] = choices = known.get(key) or (*_choices(*key, codecs, pair), *more)
        known[key] = choices
    if pair in MIXED:
        _reorder(pieces, choices_at, block)
        ambiguous = np.array(sorted(choices_at), dtype=np.int64)
    if pair in MIXED and not (block.codes == SOFT_HYPHEN).any():
        for place in np.flatnonzero(block.codes >= 0x80).tolist():
            first, *others = choices_at.get(place, ((pieces[place], 0.0),))
            choices_at[place] = (first, *others, (first[0] + bytes((SOFT_HYPHEN,)), STRIPPED))
    chosen = pieces.copy()
    if pair.codec == "utf-8":
        utf8_choices.choose(chosen, choices_at)
    else:
        for start, end in _lines(block):
            own = ambiguous[np.searchsorted(ambiguous, start) : np.searchsorted(ambiguous, end)]
            if len(own):
                chosen[start:end], unsure = choose_pairs(
                    pieces[start:end], {place - start: choices_at[place] for place in own.tolist()}, pair
                )
                doubted += [start + place for place in unsure]
    return Raw.of(chosen), np.unique(np.array(doubted, dtype=np.int64))


def _reorder(pieces: list[bytes], choices_at: dict[int, Choices], block: Block) -> None:
    """Put what stands behind marks whose order is in question, all of a row, in the place of the first, in place."""
    for start, orders in through_ftfy.orders(block.codes):
        own = range(start, start + len(orders[0]))
        each = [choices_at.pop(place, ((pieces[place], 0.0),)) for place in own]
        choices_at[start] = tuple(
            (b"".join(raw for raw, _ in taken), sum(cost for _, cost in taken))
            for order in orders
            for taken in product(*(each[nth] for nth in order))
        )
        pieces[own.start : own.stop] = [b"".join(pieces[own.start : own.stop]), *[b""] * (len(own) - 1)]


def _twins(block: Block, pair: Pair) -> Mapping[int, tuple[bytes, ...]]:
    """Return the ideographs that the wrong encoding has twice, where a block has none that normal form C would have
    made another."""
    if pair.is_single_byte or not pair.is_chinese or pair.codec == "utf-8":
        return {}
    is_as_decoded = (block.codes >= COMPATIBILITY.start) & (block.codes < COMPATIBILITY.stop)
    return {} if is_as_decoded.any() else unified(pair.wrong)


def _choices(code: int, piece: bytes, codecs: Sequence[Mapping[int, tuple[bytes, ...]]], pair: Pair) -> Choices:
    """Return the bytes that may stand behind a code point, `piece` first, with what it costs to take them."""
    first = codecs[0].get(code, ())
    alien = {raw for known in codecs for raw in known.get(code, ())} - {*first, piece}
    cost = OF_UTF8 if pair in MIXED else SECOND_CHOICE
    others = [(raw, cost) for raw in first if raw != piece]
    return ((piece, 0.0), *others, *((raw, STRANGE_CODEC) for raw in sorted(alien)))


def _scores(trials: list[bytes], scores: Scores, pair: Pair) -> Scores:
    """Return `scores` with how probable each of several readings is added; where pairs of characters tell the best from
    another by less than `GAP`, also by its words."""
    texts = [read(data, pair.codec)[0] for data in trials]
    scores = scores + [float(read_costs(text, pair).sum()) for text in texts]
    rivals = scores > scores.max() - GAP
    if pair.is_chinese and len({trial for trial, is_rival in zip(trials, rivals, strict=True) if is_rival}) > 1:
        scores[rivals] += [division.lattice_score(to_text(texts[nth])) for nth in np.flatnonzero(rivals).tolist()]
        scores[~rivals] = -np.inf
    return scores


def by_decoder(block: Block, pair: Pair, decoder: str) -> Raw:
    """Return the bytes behind a block from which one codec gives its characters."""
    raw, codecs = block.raw(pair.wrong), by_codec(pair.wrong)
    ambiguous = np.flatnonzero(in_question(pair.wrong).take(block.codes, mode="clip"))
    if len(codecs) < 2 or not len(ambiguous):
        return raw
    pieces = [raw.data[start:end] for start, end in pairwise(raw.starts.tolist())]
    known = codecs[CODECS[pair.wrong].index(decoder)]
    return Raw.of(_trials(pieces, ambiguous, block.codes[ambiguous].tolist(), (known,))[0])


def without_choices(reading: Reading, raw: Raw, block: Block, pair: Pair) -> Reading:
    """Return a reading of text that lost bytes, with `UNKNOWN` for characters that other bytes of the same damaged
    text would make another of that is nearly as probable."""
    codecs, table = by_codec(pair.wrong), pair_table(pair.codec)
    codes, starts = reading.codes, reading.starts
    for place in np.flatnonzero(in_question(pair.wrong).take(block.codes, mode="clip")).tolist():
        start, end = int(raw.starts[place]), int(raw.starts[place + 1])
        choices = {piece for known in codecs for piece in known.get(int(block.codes[place]), ())}
        for nth in range(max(0, int(np.searchsorted(starts, start, "right")) - 1), int(np.searchsorted(starts, end))):
            first = int(starts[nth])
            if int(starts[nth + 1]) - first != 2 or codes[nth] == UNKNOWN:
                continue
            before, after = chr(int(codes[max(0, nth - 1)])), chr(int(codes[min(nth + 1, len(codes) - 1)]))
            for piece in choices:
                if len(piece) != end - start:
                    continue
                data = (raw.data[max(0, start - 1) : start] + piece + raw.data[end : end + 1])[
                    first - max(0, start - 1) :
                ]
                other = int(table[int.from_bytes(data[:2], "big")])
                gains = [
                    model.pair(before, one) + model.pair(one, after) for one in (chr(int(codes[nth])), chr(other or 0))
                ]
                if other not in (0, codes[nth]) and gains[0] - gains[1] < SURE_GAP:
                    codes[nth] = UNKNOWN
                    break
    return reading


def _trials(
    pieces: list[bytes], ambiguous: Positions, codes: list[int], codecs: Sequence[Mapping[int, tuple[bytes, ...]]]
) -> list[list[bytes]]:
    """Return the pieces with the bytes that each codec reads first for the ambiguous ones."""
    trials = []
    for known in codecs:
        trial = pieces.copy()
        for place, code in zip(ambiguous.tolist(), codes, strict=True):
            trial[place] = known.get(code, (pieces[place],))[0]
        trials.append(trial)
    return trials


def _lines(block: Block) -> Iterator[tuple[int, int]]:
    start = 0
    for end in (*np.flatnonzero(block.codes == 10).tolist(), len(block.codes)):
        yield start, end
        start = end + 1
