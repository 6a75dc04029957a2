"""The characters that may stand at each place of bytes in GBK or Big5 of which a decoder lost some, whole and
broken."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions
from encfix.chinese import model
from encfix.chinese.characters import IS_SIMPLIFIED, IS_TRADITIONAL, class_table
from encfix.repairs.mojibake.encodings.charsets import ALONE, LEAST_TRAIL, LOST, can_be_lost, characters, pair_table
from encfix.repairs.mojibake.lost_bytes.filling import by_byte, bytes_at
from encfix.repairs.mojibake.lost_bytes.utf8 import UNKNOWN

KEPT = 16
"""Characters that are weighed where one is broken: the most frequent that fit."""

POOR, FAIR = -14.0, -11.0
"""The cost of two characters below which the first is doubted: at first, and where bytes are known to have been
dropped."""

UNSEEN = 0.05
"""How many characters of either script count as seen in any text: hardly any text has both."""

FREQUENT = 0.01
"""The share of a text that characters of one first byte have which are lost so often that two bytes in a row are."""

LONE = 0x110000
"""What is added to the code of a letter or sign of ASCII that may be a second byte, if none of ASCII follows."""

Decoder = tuple[str, str]
"""A charset, and the codec that read it."""


_NOWHERE = np.empty(0, np.int64)


class Candidates(NamedTuple):
    """Characters that may begin at some places, in the order of these, those that are whole first."""

    codes: Codes
    places: Positions
    """The index of the place at which each begins."""
    lengths: Positions
    """How many bytes are left of each."""
    is_filled: Mask
    """Which are several for the same bytes, so that one has to be filled in."""


class Source:
    """Bytes in `codec` of which a decoder may have lost some, and what may begin at each.

    `borders` are the places between the characters that it gave; what costs less than `doubt` may be broken there.
    `LOST` stands for a byte that was lost; with `by_two`, for one of two, of which the second may be any; with
    `question`, for a question mark that may be the text's own.
    """

    def __init__(
        self,
        data: bytes,
        codec: str,
        decoder: Decoder,
        borders: Positions = _NOWHERE,
        *,
        doubt: float = POOR,
        by_two: bool = False,
        question: bool = False,
    ) -> None:
        self.data, self._codec, self._decoder, self._by_two = data, codec, decoder, by_two
        raw = np.frombuffer(data, dtype=np.uint8)
        chars = np.zeros(len(raw), dtype=np.uint32)
        chars[:-1] = pair_table(codec).take(raw[:-1].astype(np.int64) << 8 | raw[1:])
        self.forms = forms(chars)
        """The log probability of each class of characters in a text of this script: float64 of shape (256,)."""
        self._lengths = 1 + (chars > 0)
        self._whole = np.where(chars > 0, chars, np.where(raw < 0x80, raw, np.uint32(UNKNOWN)))
        self._whole = with_lone(self._whole, raw >= 0x80)
        is_lost = raw == LOST
        if question:
            self._whole[is_lost] = ord("?")
        self._is_marked = is_lost | np.append(is_lost[1:], False)
        self._is_border = np.zeros(len(raw) + 1, dtype=np.bool_)
        self._is_border[borders] = True
        self._may_break = self._is_marked & (raw >= 0x80)
        if len(borders):
            is_left = self._is_border[:-1] & (raw >= LEAST_TRAIL) | self._is_border[1:] & (raw > 0x80)
            self._may_break |= is_left & ~self._is_marked & _doubted(chars, doubt)

    def candidates(self, places: Positions) -> Candidates:
        """Return what may begin at each of some places."""
        may_break = np.flatnonzero(self._may_break[places])
        broken = [
            (nth, length, codes)
            for nth, place in zip(may_break.tolist(), places[may_break].tolist(), strict=True)
            for length, codes in (self._beside_mark(place) if self._is_marked[place] else self._at_border(place))
            if len(codes)
        ]
        sizes = np.array([len(codes) for _, _, codes in broken], dtype=np.int64)
        facts = np.array([one[:2] for one in broken], dtype=np.int64).reshape(-1, 2).repeat(sizes, axis=0)
        nth = np.concatenate((np.arange(len(places)), facts[:, 0]))
        order = np.argsort(nth, kind="stable")
        return Candidates(
            np.concatenate((self._whole[places], *(codes for _, _, codes in broken)))[order],
            nth[order],
            np.concatenate((self._lengths[places], facts[:, 1]))[order],
            np.concatenate((np.zeros(len(places), np.bool_), (sizes > 1).repeat(sizes)))[order],
        )

    def _at_border(self, place: int) -> Iterator[tuple[int, Codes]]:
        """Yield the characters of which one byte is left at a place between those that the decoder gave, with how
        many bytes are left of them."""
        byte, following = (*self.data[place : place + 2], None)[:2]
        assert byte is not None
        if self._is_border[place] and byte >= LEAST_TRAIL:
            yield 1, _without_lead(self._codec, self._decoder, byte)
        if self._is_border[place + 1] and byte > 0x80:
            yield 1, _without_trail(self._codec, self._decoder, byte, following, unmarked=True)

    def _beside_mark(self, place: int) -> Iterator[tuple[int, Codes]]:
        """Yield the same where this byte or the next one is lost."""
        byte, following, third, fourth = (*self.data[place : place + 4], 0, 0, 0)[:4]
        decoder = None if self._by_two else self._decoder
        if byte == following == LOST:
            yield 2, _anything(self._codec)
            if self._by_two and third >= LEAST_TRAIL and third != LOST:  # a mark for one byte
                yield 3, _without_lead(self._codec, self._single(third), third)
        elif byte == LOST and following >= LEAST_TRAIL:
            yield 2, _without_lead(self._codec, decoder, following)
        elif following == LOST:
            yield 2, _without_trail(self._codec, decoder, byte, third if third != LOST else None)
            if self._by_two and third == LOST:
                yield 3, _without_trail(self._codec, self._single(fourth), byte, fourth)

    def _single(self, following: int) -> Decoder:
        """Return the decoder that loses a byte alone before another: one of single bytes, unless that is of ASCII."""
        return self._decoder if following < 0x80 else (self._decoder[0], ALONE)


def with_lone(codes: Codes, is_beyond: Mask) -> Codes:
    """Return `codes`, those of letters with `LONE` added before one that is beyond ASCII, as `is_beyond` says, and at
    the end."""
    is_lone = (codes >= LEAST_TRAIL) & (codes < 0x80) & np.append(is_beyond[1:], True)
    return np.where(is_lone, codes + np.uint32(LONE), codes)


def forms(chars: Codes) -> npt.NDArray[np.float64]:
    """Return how probable the forms of each script are in a text that holds `chars`, by class: the logs of their
    shares, float64 of shape (256,)."""
    classes = class_table().take(chars)
    simplified, traditional = (
        UNSEEN + np.count_nonzero(table.take(classes)) for table in (IS_SIMPLIFIED, IS_TRADITIONAL)
    )
    both = simplified + traditional
    return np.where(IS_SIMPLIFIED, np.log(simplified / both), np.where(IS_TRADITIONAL, np.log(traditional / both), 0.0))


def _doubted(chars: Codes, doubt: float) -> Mask:
    """Return for each place whether the character that begins there is improbable, with the next, or none."""
    after = np.empty(len(chars), dtype=np.float32)
    after[0::2], after[1::2] = model.log_pair(chars[0::2]), model.log_pair(chars[1::2])
    both = after + np.append(after[2:], (doubt / 2, doubt / 2))[: len(after)]
    return np.asarray((chars == 0) | (both < doubt))


@lru_cache(maxsize=1 << 10)
def _without_lead(codec: str, decoder: Decoder | None, trail: int) -> Codes:
    """Return the characters that end in a byte, whose first byte is lost before it."""
    found = by_byte(codec, 1).get(trail, np.empty(0, np.uint32))
    if decoder is not None:
        found = found[can_be_lost(*decoder)[bytes_at(found, 0, codec), trail]]
    return _frequent(found)


@lru_cache(maxsize=1 << 14)
def _without_trail(
    codec: str, decoder: Decoder | None, lead: int, following: int | None, *, unmarked: bool = False
) -> Codes:
    """Return the characters that begin with a byte, whose last byte is lost before the one `following`, or, if it is
    `unmarked`, before a frequent first byte that is lost there, too."""
    found = by_byte(codec, 0).get(lead, np.empty(0, np.uint32))
    if following is not None and decoder is not None:
        lost = can_be_lost(*decoder)
        may = lost[:, following]
        if unmarked:
            may = may | (lost & (may & _is_frequent_lead(codec))).any(axis=1)
        found = found[may[bytes_at(found, 1, codec)]]
    return _frequent(found)


@cache
def _is_frequent_lead(codec: str) -> Mask:
    """Return which first bytes are those of more than a hundredth of a text: bool (256,)."""
    codes, shares = _frequencies(codec)
    return np.asarray(np.bincount(bytes_at(codes, 0, codec), shares, 256) > FREQUENT)


@cache
def kept_whole(codec: str, decoder: Decoder) -> float:
    """Return the share of the characters of a text in `codec` of which a decoder loses nothing."""
    codes, shares = _frequencies(codec)
    raws = (chr(code).encode(codec) for code in codes.tolist())
    return float(shares[["\ufffd" not in raw.decode(decoder[1], "replace") for raw in raws]].sum())


@cache
def _frequencies(codec: str) -> tuple[Codes, npt.NDArray[np.float64]]:
    """Return the characters of two bytes, and how frequent each is in a text: the shares are one together."""
    codes = np.array([code for code, raw in characters(codec) if len(raw) == 2], dtype=np.uint32)
    shares = np.exp(model.log_unigram(codes).astype(np.float64))
    shares[IS_TRADITIONAL.take(class_table().take(codes)) & (codec == "gbk")] = 0.0
    return codes, shares / shares.sum()


@cache
def _anything(codec: str) -> Codes:
    return _frequent(np.array([code for code, raw in characters(codec) if len(raw) == 2], dtype=np.uint32))


def _frequent(codes: Codes) -> Codes:
    return codes[np.argsort(-model.log_unigram(codes), kind="stable")[:KEPT]]
