"""Which script a text is in: simplified, traditional, both, or neither.

Named `scripts` because `script` is a repair.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from encfix.batch import Batch
from encfix.chinese.characters import IS_HAN, IS_SIMPLIFIED, IS_TRADITIONAL

ScriptName: TypeAlias = Literal["simplified", "traditional", "mixed", "unknown"]

MIXED_SHARE = 0.1
"""A text is mixed if the rarer script has more than this share of the characters that only one script has."""


class Script(str):
    """The script of a text as a string, with the counts behind it as attributes.

    `simplified` and `traditional` are the numbers of characters that only that script has, `han` that of all
    ideographs.
    """

    __slots__ = ("han", "simplified", "traditional")

    def __new__(cls, name: ScriptName, simplified: int, traditional: int, han: int) -> Script:
        """Return the script `name` with its counts."""
        script = super().__new__(cls, name)
        script.simplified, script.traditional, script.han = simplified, traditional, han
        return script

    simplified: int
    traditional: int
    han: int

    def __getnewargs__(self) -> tuple[str, int, int, int]:  # type: ignore[override]
        return str(self), self.simplified, self.traditional, self.han


def script_of(text: str) -> Script:
    """Return the script of a text: `simplified`, `traditional`, `mixed`, or `unknown` if nothing tells.

    Raises TypeError if `text` is no string.

    >>> script_of("汉字"), script_of("漢字"), script_of("人")
    ('simplified', 'traditional', 'unknown')
    >>> script_of("漢字").traditional
    1
    """
    if not isinstance(text, str):
        raise TypeError(f"a text is a str, not {type(text).__name__}")
    classes = Batch.of([text]).classes
    simplified = int(IS_SIMPLIFIED.take(classes).sum())
    traditional = int(IS_TRADITIONAL.take(classes).sum())
    han = int(IS_HAN.take(classes).sum())
    fewer, more = sorted((simplified, traditional))
    if more == 0:
        return Script("unknown", simplified, traditional, han)
    if fewer > MIXED_SHARE * (fewer + more):
        return Script("mixed", simplified, traditional, han)
    return Script("simplified" if simplified > traditional else "traditional", simplified, traditional, han)
