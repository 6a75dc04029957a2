"""The byte order mark of a file in UTF-8, read as an encoding of pairs: `锘縤mport os` was `import os`.

How it came about: the mark is EF BB BF, three bytes. The first two are a rare ideograph, and the third makes another
one with the letter of ASCII behind it.

When it is certain: it begins a text, the two characters are these bytes, and ASCII goes on behind. 锘 before a question
mark is reported, for what the mark took with it is lost.
"""

from __future__ import annotations

from functools import cache

from encfix import screen
from encfix.batch import Batch
from encfix.edits import Edits, Proposal, gathered
from encfix.repairs.mojibake.encodings.charsets import pair_table
from encfix.rules import number_of

LAST_BYTE = 0xBF

CODECS = {"锘": ("gbk", "gbk"), "嚜": ("big5", "big5"), "癤": ("euc-kr", "cp949")}
"""By what the first two bytes become: the charset that they were read as, and its codec."""

LOST = number_of("mojibake.lost")
CONFIDENCE = 0.97

_REPLACED = (ord("?"), 0xFFFD)


def propose(batch: Batch) -> Edits:
    """Propose the letter behind the mark in place of both; report the mark where that letter was lost."""
    proposals = []
    for start in batch.starts[screen.begins_with_mark(batch)].tolist():
        first, second, behind = batch.codes[start : start + 3].tolist()
        charset, codec = CODECS[chr(first)]
        letter = _letters(codec).get(second)
        if letter is not None and behind < 0x80:
            rule = number_of(f"mojibake.utf-8-as-{charset}")
            proposals.append(Proposal(start, start + 2, chr(letter), rule, CONFIDENCE))
        elif second in _REPLACED:
            proposals.append(Proposal(start, start + 2, "", LOST, CONFIDENCE))
    return gathered(proposals)


@cache
def _letters(codec: str) -> dict[int, int]:
    """Return the letter of ASCII behind the third byte by the character that both make."""
    own = pair_table(codec)[LAST_BYTE << 8 : (LAST_BYTE << 8) + 0x80].tolist()
    return {code: letter for letter, code in enumerate(own) if code}
