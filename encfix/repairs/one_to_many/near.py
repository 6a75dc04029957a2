"""What stands a few characters beside a place: the questions that caution asks of many places at once."""

from __future__ import annotations

import numpy as np

from encfix.arrays import Codes, Mask, Positions
from encfix.chinese.characters import BOUNDARY_CODE, IS_HAN, are_in, class_table
from encfix.repairs.one_to_many.places import around, between
from encfix.repairs.one_to_many.surroundings import EDGES

FOREIGN = (
    "克斯爾尔德特巴馬马阿迪林埃格拉諾诺卡奧奥布希維维茲兹蒂納纳瓦薩萨達达塔亞亚倫伦森羅罗洛貝贝費费戈吉賓宾喬乔"
    "弗佛約约蘭兰恩加魯鲁安娜莎莉麗丽瑪玛雷雅伊蘇苏尼坎班普夫頓顿基哈霍萊莱密米姆韋韦麥麦利"
)
"""Characters that write the sounds of foreign names."""

NEAR = 5
"""Code points to either side of a place that are looked at, among which the dot of a foreign name stands."""


class Near:
    """What stands beside each of some places, by its offset from them, and in their windows."""

    def __init__(self, codes: Codes, places: Positions, starts: Positions, ends: Positions, by_word: Mask) -> None:
        self.codes, self.places, self.starts, self.ends = codes, places, starts, ends
        self.by_word = by_word
        """Which changes words call for."""
        self.rows = around(codes, places, starts, ends, NEAR)
        is_foreign = np.sum([self.has(offset, FOREIGN) for offset in (-2, -1, 1, 2)], axis=0) >= 2
        self.is_foreign: Mask = is_foreign | (self.rows == ord("·")).any(axis=1)
        """Which places are in foreign names."""

    def at(self, offset: int) -> Codes:
        """Return the code points so far from the places."""
        return self.rows[:, NEAR + offset]

    def has(self, offset: int, characters: str) -> Mask:
        """Return which places have one of some characters there."""
        column = self.at(offset)
        return column == ord(characters) if len(characters) == 1 else are_in(characters, column)

    def is_edge(self, offset: int) -> Mask:
        """Return which places have the end of a clause there."""
        return self.has(offset, EDGES) | (self.at(offset) >= BOUNDARY_CODE)

    def is_end(self, offset: int) -> Mask:
        """Return which places have no ideograph there."""
        return ~IS_HAN.take(class_table().take(self.at(offset), mode="clip"))

    def is_doubted(self, side: int) -> Mask:
        """Return which places have 不 and the same character on one side: 准不准."""
        return np.asarray(self.has(side, "不") & (self.at(2 * side) == self.at(0)))

    def is_repeated(self) -> Mask:
        """Return which places have the same character beside them."""
        return np.asarray((self.at(-1) == self.at(0)) | (self.at(1) == self.at(0)))

    def beside(self, characters: str) -> Mask:
        """Return which places have one of some characters near them."""
        found = are_in(characters, self.rows)
        found[:, NEAR] = False
        return np.asarray(found.any(axis=1))

    def hold(self, characters: str) -> Mask:
        """Return which windows hold one of some characters."""
        return between(are_in(characters, self.codes).nonzero()[0], self.starts, self.ends) > 0
