"""Words in the letters of Russian and its neighbours, which stay: GBK read as windows-1251 mixes capitals, small
letters and signs as no word does, `УГУЪјмІв`.

In that charset, any two capitals are a common ideograph of GBK. So what looks like a word is taken for one.
"""

from __future__ import annotations

import re

import numpy as np

from encfix.arrays import Codes, Mask
from encfix.batch import to_text

_CAPITALS, _SMALL = "А-ЯЁЂЃЄЅІЇЈЉЊЋЌЎЏҐ", "а-яёђѓєѕіїјљњћќўџґ"
_RUN = re.compile("[^\0-\x7f]+")
_WORD = re.compile(f"[«„“‘—–№]*(?:[{_CAPITALS}]?[{_SMALL}]+|[{_CAPITALS}]+)[»“”’…—–]*|[«»„“”‘’…—–№]+")


_OF_TWO = re.compile("(?=.*[ЂЃЅЈЉЊЋЌЏ]).*[ЎЄІЇҐЁЪЫЭЩЬЮЯЙ]|(?=.*[ЄЇҐ]).*[ЎЁЪЫЭ]|(?=.*Ў).*[ЪИЩ]", re.IGNORECASE)
"""Letters of Serbian or Macedonian, of Ukrainian, of Belarusian, and others that these lack: no word has both, as
`ГЧЎЈФЪ` and `Дкґъ` do."""

_SHORT = re.compile(f"(?:[{_CAPITALS}]{{2}}|[{_CAPITALS}]{{4}}|(?<=[0-9])..|..(?=[0-9]))(?![^\0-\x7f])")
"""One or two ideographs, or an abbreviation; 年 beside a figure is `Дк`."""

FEW = 0.25
"""The share of the characters beyond ASCII of a line up to which the words in it may be short."""


def are_words(codes: Codes) -> Mask:
    """Return which characters beyond ASCII are of words, or of the marks around them: bool of shape (n,).

    In a line that is mostly damaged, a word of few capitals is damage, too.
    """
    found = np.zeros(len(codes), dtype=np.bool_)
    start = 0
    for line in to_text(codes).split("\n"):
        runs = list(_RUN.finditer(line))
        words = [run for run in runs if _WORD.fullmatch(run.group()) and not _OF_TWO.match(run.group())]
        if sum(len(run.group()) for run in words) <= FEW * sum(len(run.group()) for run in runs):
            words = [run for run in words if not _SHORT.match(line, run.start())]
        for word in words:
            found[start + word.start() : start + word.end()] = True
        start += len(line) + 1
    return found
