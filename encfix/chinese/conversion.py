"""The only door to OpenCC: converters made once per process, any string accepted, its known errors put right.

OpenCC's converters do not pickle and raise on lone surrogates; neither shows outside this module.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_UNCONVERTIBLE = re.compile("([\0\ud800-\udfff]+)")

KEEPS_ZHU = ("原著", "土著", "專著", "卓著", "譯著", "拙著", "遺著", "見微知著", "彰明較著")
"""Words whose 著 is zhù, which tw2s nevertheless turns into 着; others (顯著, 著作, 著名) it gets right."""

_KEPT = re.compile("|".join((*KEEPS_ZHU, "么")))  # tw2s takes a simplified 么 for the rare 幺


@cache
def _converter(configuration: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(configuration)


def convert(text: str, configuration: str) -> str:
    """Return `text` converted by one of OpenCC's configurations, exactly; NULs and lone surrogates pass through.

    >>> convert("關係\\ud800", "t2s") == "关系\\ud800"
    True
    """
    converter = _converter(configuration)
    pieces = _UNCONVERTIBLE.split(text)
    pieces[::2] = [converter.convert(piece) if piece else "" for piece in pieces[::2]]
    return "".join(pieces)


def to_simplified(text: str) -> str:
    """Return traditional `text` in simplified characters: OpenCC's tw2s less its errors with 著 and 么.

    >>> to_simplified("看著原著")
    '看着原著'
    """
    converted = convert(text, "tw2s")
    if len(converted) != len(text) or not ("著" in text or "么" in text):
        return converted
    pieces: list[str] = []
    done = 0
    for match in _KEPT.finditer(text):
        place = match.start() + next(nth for nth, character in enumerate(match.group()) if character in "著么")
        pieces += (converted[done:place], text[place])
        done = place + 1
    return "".join((*pieces, converted[done:]))
