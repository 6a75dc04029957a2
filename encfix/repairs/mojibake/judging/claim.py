"""The claim that a span was damaged as a pair of encodings says, as arrays: what stands there, and how it reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask
from encfix.batch import to_codes
from encfix.chinese.characters import IS_HAN, class_table
from encfix.chinese.neighbours import is_hangul, is_kana
from encfix.repairs.mojibake.encodings.pairs import Pair
from encfix.repairs.mojibake.judging.block import Block, Span
from encfix.repairs.mojibake.judging.costs import are_pictures, broken, read_costs
from encfix.repairs.mojibake.lost_bytes.filling import REPLACEMENT


@dataclass(frozen=True, eq=False)
class Claim:
    """A span of a block, to be proved or refuted."""

    block: Block
    span: Span

    @property
    def pair(self) -> Pair:
        """The pair of encodings that it names."""
        return self.span.pair

    @property
    def seen(self) -> Codes:
        """What stands there: uint32 of shape (n,)."""
        return self.block.codes[self.span.places]

    @property
    def seen_costs(self) -> npt.NDArray[np.float32]:
        """What each character of that costs: (n,)."""
        return self.block.costs[self.span.places]

    @cached_property
    def are_ideographs(self) -> Mask:
        """Which characters of that are Chinese: (n,)."""
        return np.asarray(IS_HAN.take(self.block.classes[self.span.places]))

    @cached_property
    def read(self) -> Codes:
        """How it reads: uint32 of shape (m,)."""
        return to_codes(self.span.text)

    @cached_property
    def costs(self) -> npt.NDArray[np.float32]:
        """What each character of the reading costs: (m,)."""
        return read_costs(self.read, self.pair)

    @cached_property
    def lost(self) -> Mask:
        """Which characters of the reading are not known: (m,)."""
        return np.asarray(broken(self.read) | (self.read == REPLACEMENT))

    @cached_property
    def known(self) -> Mask:
        """Which are known and beyond ASCII, pictures apart that bytes make by chance: (m,)."""
        known = ~self.lost & (self.read >= 0x80)
        if self.pair.true == "utf-8" and self.pair.is_single_byte:
            known &= ~are_pictures(self.read)
        return known


def are_letters(codes: Codes) -> Mask:
    """Return which code points are letters of the languages that encodings of Asia are for."""
    return np.asarray(IS_HAN.take(class_table().take(codes)) | is_kana(codes) | is_hangul(codes))
