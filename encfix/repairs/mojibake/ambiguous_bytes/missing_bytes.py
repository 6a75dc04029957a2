"""Bytes that are gone from GBK or Big5 read as single bytes: 已经 is `ÒÑ¾` and a soft hyphen that nobody sees, AD, and
was stripped; and where UTF-8 was read where it could be, 8月，is `8Ô£¬`, for C2 A3 is £ there, and 冒险 `ðÏÕ`: C3 B0 is
ð.

Byte AD is the second one of 经 and of 150 other characters, C2 that of 月. Where one is gone, a run of bytes beyond
ASCII has an odd number, and all that follows in it is read from the wrong pairs. The byte is put back where the run
then reads best.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from encfix.arrays import Codes, Mask, Positions, Scores, inside
from encfix.chinese import model
from encfix.chinese.characters import are_in
from encfix.repairs.mojibake.encodings.charsets import SOFT_HYPHEN, STRIPPED, pair_table
from encfix.repairs.mojibake.encodings.inverses import Raw
from encfix.repairs.mojibake.encodings.pairs import Pair
from encfix.repairs.mojibake.judging import reading, unmarked_losses
from encfix.repairs.mojibake.judging.costs import BROKEN
from encfix.repairs.mojibake.lost_bytes import double_byte
from encfix.repairs.mojibake.lost_bytes.utf8 import UNKNOWN

OF_SIGNS, OF_LETTERS = 0xC2, 0xC3
"""What UTF-8 has first for the signs that A0 to BF are in Latin-1, before that byte, and for the letters that C0 to FF
are, before one less by 40."""

SELDOM = -3.0
"""What it costs, in nats, to put one of these back: where UTF-8 was read, other characters mostly show it."""

LEAST_GAIN, GAP = 8.0, 3.0
"""Nats by which a run must read better with a byte than without, and with it at one place than at any other."""

DOUBTFUL = 1.0
"""Nats more than by chance that a text in Big5 must gain to be in doubt where it would have other characters."""

ODD = -21.0
"""The cost of two pairs of characters in a row above which nothing is gone around them."""

_WRONG = ("latin-1", "cp1252", "cp1250", "latin-2", "latin-9", "cp1254", "cp1251")
"""The charsets that read it as a soft hyphen."""

_Find: TypeAlias = "Callable[[bytes, _Beside, str], tuple[Gone, ...] | None]"
_Beside: TypeAlias = tuple[bytes, bytes]
"""The byte before a run, a newline where there is none, and the one behind it, or nothing."""

_OWN = "\\%0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Behind what a letter of ASCII is no byte of Big5."""

_LINE_END = np.uint32(ord("\n"))

_RUN = re.compile(rb"[\x81-\xfe]{3,}")


class Gone(NamedTuple):
    """A byte that is gone, and before which of a run it stood; of a letter, it is `OF_LETTERS`."""

    place: int
    byte: int


class Restored(NamedTuple):
    """Bytes with those that are gone, and the characters where the place of one is in doubt, by index."""

    raw: Raw
    doubted: Positions


def restored(raw: Raw, pair: Pair) -> Restored | None:
    """Return the bytes behind a text with those that are gone from it; None if there are none."""
    if pair.wrong not in _WRONG:
        return None
    if pair.true == "big5":
        return _of_big5(raw, pair)
    if pair.true != "gbk":
        return None
    found = _put_back(raw, pair.codec, _gone, is_odd=True)
    if SOFT_HYPHEN not in raw.data:  # whoever strips them strips all
        more = _put_back(found.raw if found else raw, pair.codec, _two_gone, is_odd=False)
        if more and found:
            return Restored(more.raw, np.union1d(found.doubted, more.doubted))
        return more or found
    return found


def _of_big5(raw: Raw, pair: Pair) -> Restored | None:
    """Return bytes in Big5 with the soft hyphens that are gone, None if none are.

    There they are first bytes as well, of 個 and of 要, and what is left of one may be ASCII: all readings are weighed.
    """
    if SOFT_HYPHEN in raw.data:
        return None
    codes, _ = reading.read(raw.data, pair.codec)
    gain = unmarked_losses.gain_of_drops(raw, codes, pair, STRIPPED) - unmarked_losses.most_gain_of_drops(codes)
    if gain < DOUBTFUL:
        return None
    read = double_byte.read_dropped(raw.data, raw.starts, pair.codec, (pair.wrong, STRIPPED))
    data, lengths = np.frombuffer(raw.data, dtype=np.uint8), np.diff(read.starts)
    before, after = np.append(_LINE_END, read.codes[:-1]), np.append(read.codes[1:], _LINE_END)
    is_own = are_in(_OWN, before) | ((read.codes == UNKNOWN) & ((before < 0x80) | (after < 0x80)))
    is_own &= (lengths == 1) & (data[read.starts[:-1]] < 0x80)
    is_lost = (read.codes == UNKNOWN) & ~is_own
    is_half = (lengths == 1) & (read.codes >= 0x80) & ~is_own
    is_doubted = is_lost if gain >= reading.CERTAIN else is_lost | is_half
    doubted = inside(read.starts[:-1][is_doubted], lengths[is_doubted])
    if gain < reading.CERTAIN:
        return Restored(raw, doubted)
    halves, own = read.starts[:-1][is_half], read.codes[is_half]
    leads = data[halves].astype(np.int64)
    may_lead = pair_table(pair.codec).take(leads << 8 | SOFT_HYPHEN)
    places = halves + ((own == may_lead) | ((own == UNKNOWN) & (may_lead > 0)))
    whole = np.insert(data, places, SOFT_HYPHEN).tobytes()
    return Restored(Raw(whole, raw.starts + places.searchsorted(raw.starts, "right")), doubted)


def _put_back(raw: Raw, codec: str, find: _Find, *, is_odd: bool) -> Restored | None:
    """Return bytes with those that are found to be gone from runs of an odd number of bytes, or an even one; None if
    none are."""
    gone: list[Gone] = []
    doubted: list[Positions] = []
    for run in _RUN.finditer(raw.data):
        if len(run.group()) % 2 == is_odd:
            beside = raw.data[max(run.start() - 1, 0) : run.start()] or b"\n", raw.data[run.end() : run.end() + 1]
            found = find(run.group(), beside, codec)
            gone += (Gone(run.start() + one.place, one.byte) for one in found or ())
            if found == ():
                doubted.append(np.arange(*np.searchsorted(raw.starts, run.span())))
    if not gone and not doubted:
        return None
    ends = [one.place + (one.byte == OF_LETTERS) for one in gone]
    data, starts = bytearray(raw.data), raw.starts + np.searchsorted(ends, raw.starts, "right")
    for one in reversed(gone):
        if one.byte == OF_LETTERS:
            data[one.place] -= 0x40
        data.insert(one.place, one.byte)
    return Restored(Raw(bytes(data), starts), np.concatenate((np.empty(0, np.int64), *doubted)))


def _two_gone(run: bytes, _: _Beside, codec: str) -> tuple[Gone, ...] | None:
    """Return the two soft hyphens that are gone from an even number of bytes, between which all is read from the wrong
    pairs: empty if it is in doubt where, None if there are none."""
    raw = np.frombuffer(run, dtype=np.uint8).astype(np.int64)
    whole, shifted = _characters(raw[0::2], raw[1::2], codec), _characters(raw[1:-1:2], raw[2::2], codec)
    logs = model.log_pair(whole).astype(np.float64)
    if len(shifted) < 2 or (logs[1:] + logs[:-1]).min() > ODD:
        return None
    hyphens = np.full(len(whole), SOFT_HYPHEN)
    first, second = _characters(raw[0::2], hyphens, codec), _characters(raw[1::2], hyphens, codec)
    kept, read = logs.cumsum(), model.log_pair(shifted).astype(np.float64).cumsum()
    begins = np.append(0.0, kept[:-2]) - read  # what is gained by the first one, and by the second, at each place
    begins += np.append(model.log_unigram(first[:1]), model.log_each(whole[:-2], first[1:-1]))
    begins += model.log_each(first[:-1], shifted)
    ends = read - np.append(kept[2:], kept[-1])
    ends += model.log_each(shifted, second[1:])
    ends[:-1] += model.log_each(second[1:-1], whole[2:])
    best_begin = np.maximum.accumulate(begins)
    end = int((best_begin + ends).argmax())
    begin = int(begins[: end + 1].argmax())
    gain = begins[begin] + ends[end]
    if gain < LEAST_GAIN:
        return None
    rivals = begins[: end + 1] + ends[end], begins[begin] + ends[begin:]
    is_sure = gain >= 2 * LEAST_GAIN and all(np.count_nonzero(rival > gain - GAP) == 1 for rival in rivals)
    return (Gone(2 * begin + 1, SOFT_HYPHEN), Gone(2 * end + 4, SOFT_HYPHEN)) if is_sure else ()


def _gone(run: bytes, beside: _Beside, codec: str) -> tuple[Gone, ...] | None:
    """Return the byte that is gone from an odd number of them: empty if it is in doubt where, None if there is none."""
    raw = np.frombuffer(run, dtype=np.uint8).astype(np.int64)
    leads, half = raw[0::2], len(raw) // 2
    before, after = _characters(leads[:half], raw[1::2], codec), _characters(raw[1::2], leads[1:], codec)
    head, following = np.frombuffer(beside[0], dtype=np.uint8).astype(np.uint32), beside[1]
    sums = np.cumsum(model.log_pair(np.append(head, before)), dtype=np.float64)
    sums -= sums[0]
    rest = model.log_pair(after).astype(np.float64)[::-1].cumsum()[::-1]
    around = sums + np.append(rest[1:], (0.0, 0.0))

    def scores(broken: Codes, may_be: Mask | bool) -> Scores:
        scores = around.copy()
        scores[0] += model.log_each(head, broken[:1])[0]
        scores[1:] += model.log_each(before, broken[1:])
        scores[:-1] += model.log_each(broken[:-1], after)
        return np.where(may_be, scores, -np.inf)

    is_sign, is_letter = (raw >= 0xA0) & (raw < 0xC0), raw > 0xE0
    signs, letters, nth = np.full(half + 1, OF_SIGNS), np.full(half + 1, OF_LETTERS), 2 * np.arange(half + 1)
    broken, follows = _characters(leads[:half], letters[1:], codec), _characters(raw[1::2] - 0x40, leads[1:], codec)
    in_middle = sums[:half] + np.append(rest[2:], (0.0, 0.0))[:half] + model.log_each(broken, follows)
    in_middle += model.log_each(np.append(head, before[:-1]), broken)
    in_middle[:-1] += model.log_each(follows[:-1], after[1:])
    found = np.concatenate((
        scores(_characters(leads, np.full(half + 1, SOFT_HYPHEN), codec), may_be=True),
        scores(_characters(leads, signs, codec), np.append(is_sign[1::2], False)) + SELDOM,
        scores(_characters(signs, leads, codec), is_sign[0::2]) + SELDOM,
        scores(_characters(letters, leads - 0x40, codec), is_letter[0::2]) + SELDOM,
        np.where(is_letter[1::2], in_middle, -np.inf) + SELDOM,
    ))  # fmt: skip
    places = np.concatenate((nth + 1, nth + 1, nth, nth, nth[:-1] + 1))
    bytes_ = np.repeat((SOFT_HYPHEN, OF_SIGNS, OF_LETTERS), (half + 1, 2 * half + 2, 2 * half + 1))
    last = _characters(leads[-1:], np.frombuffer(following, dtype=np.uint8).astype(np.int64), codec) if following else 0
    as_it_is = sums[-1] + (float(model.log_each(before[-1:], np.atleast_1d(last))[0]) if np.any(last) else BROKEN)
    best, rival = np.argsort(-found)[:2].tolist()
    if found[best] < as_it_is + GAP:
        return None
    one = Gone(int(places[best]), int(bytes_[best]))
    return (one,) if found[best] > max(found[rival] + GAP, as_it_is + LEAST_GAIN) else ()


def _characters(leads: Positions, trails: Positions, codec: str) -> Codes:
    """Return the characters that pairs of bytes are, U+0000 for those that are none."""
    return pair_table(codec).take(leads << 8 | trails)
