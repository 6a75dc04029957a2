"""Conversion between the scripts, and the only door to OpenCC itself.

Most configurations run over arrays (`vector_conversion`); OpenCC serves those that change the length of a text.
Its converters are made once per process, do not pickle and raise on lone surrogates; none of that shows outside.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from encfix.arrays import Codes
from encfix.chinese.corrections import TO_SIMPLIFIED, TO_TRADITIONAL, correct
from encfix.chinese.lexicons import CHAINS
from encfix.chinese.vector_conversion import convert_codes

if TYPE_CHECKING:
    from opencc import OpenCC

_UNCONVERTIBLE = re.compile("([\0\ud800-\udfff]+)")


@cache
def _converter(configuration: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(configuration)


def convert(text: str, configuration: str) -> str:
    """Return `text` as OpenCC itself converts it; NULs and lone surrogates pass through.

    >>> convert("關係\\ud800", "t2s") == "关系\\ud800"
    True
    """
    converter = _converter(configuration)
    pieces = _UNCONVERTIBLE.split(text)
    pieces[::2] = [converter.convert(piece) if piece else "" for piece in pieces[::2]]
    return "".join(pieces)


def keeps_length(configuration: str) -> bool:
    """Return whether a configuration can be had over arrays, which is where it never changes the length of a text.

    >>> keeps_length("s2tw"), keeps_length("s2twp")
    (True, False)
    """
    return configuration in CHAINS


def simplified(codes: Codes) -> Codes:
    """Return traditional text in simplified characters: OpenCC's tw2s less its errors with 著 and 么.

    >>> "".join(map(chr, simplified(np.array([ord(c) for c in "看著原著"], dtype=np.uint32))))
    '看着原著'
    """
    return correct(codes, convert_codes(codes, "tw2s"), TO_SIMPLIFIED)


def each_simplified(codes: Codes) -> Codes:
    """Return the simplified form of each of some characters, by itself.

    >>> "".join(map(chr, each_simplified(np.array([ord(c) for c in "頭髮"], dtype=np.uint32))))
    '头发'
    """
    apart = np.zeros(2 * len(codes), dtype=np.uint32)
    apart[::2] = codes
    return simplified(apart)[::2]


def traditional(codes: Codes, configuration: str) -> Codes:
    """Return simplified text in traditional characters: OpenCC's s2tw or s2hk less known errors.

    >>> "".join(map(chr, traditional(np.array([ord(c) for c in "被发明"], dtype=np.uint32), "s2tw")))
    '被發明'
    """
    return correct(codes, convert_codes(codes, configuration), TO_TRADITIONAL)
