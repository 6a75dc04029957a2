"""Letters and signs of Europe that were damaged inside sound lines of Chinese: `乔治Â·华盛顿`, `25Â°C`, `Â¥100元`.

What ftfy makes of such a run is right if nothing else in the line is damaged: it knows nothing of ideographs, and GBK
read as windows-1252 holds characters of UTF-8 by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias
from unicodedata import category, combining

from encfix.batch import to_codes
from encfix.chinese import model
from encfix.repairs.mojibake.judging.block import Block

Change: TypeAlias = "tuple[int, int, str]"
"""Where a run starts and ends in a line, and what it becomes."""

LETTER_OF_ASIA = re.compile("[\u3400-\u9fff\uac00-\ud7a3\uff61-\uff9f]")
"""An ideograph, a syllable of Korean or a kana of half width."""

BEYOND_EUROPE = re.compile("[\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\uffef]+")
"""Characters that no charset of single bytes has."""

_RUN = re.compile("[\u0080-\u2dff]{2,}")
_CHARSETS = ("sloppy-windows-1252", "latin-1")
_NO_SIGNS = frozenset({"Cc", "Cf", "Co", "Cn", "Mn", "Mc", "Me"})
"""Categories of Unicode of what is no sign that is seen."""

MOST_ROUNDS = 3
"""How often text was read in a wrong encoding before all of it is undone beside sound Chinese."""

_MAY_BE_ALONE = re.compile("[À-ÿΑ-ωА-я]")
"""Letters that stand alone between ideographs, as the α of α粒子 does."""

LEAST = -9.5
"""The least mean cost of a character beside the ones before and behind it, if it fits there: that of 985 in a thousand
is less, and of one in seven that stands there by chance."""


def divided(line: str, start: int, end: int, new: str) -> list[Change]:
    """Return the parts of a run that differ, between characters that no charset of Europe has and that stay."""
    parts, place, done = [], start, 0
    for wide in (*BEYOND_EUROPE.finditer(line, start, end), None):
        first, last = wide.span() if wide else (end, end)
        at = new.find(line[first:last], done) if wide else len(new)
        if at < 0 or (first == place) != (at == done):
            return [(start, end, new)]
        if line[place:first] != new[done:at]:
            parts.append((place, first, new[done:at]))
        place, done = last, at + last - first
    return parts


def signs(line: str) -> list[Change]:
    """Return the runs beside Chinese that are signs in UTF-8, `Â¥100元` and `商标â„¢`, which ftfy leaves: between
    letters of Europe they may be text. Its codecs must be known."""
    if not LETTER_OF_ASIA.search(line):
        return []
    changes = [
        (*run.span(), new)
        for run in _RUN.finditer(line)
        if (new := _as_signs(run[0])) and (len(run[0]) > 2 or not _is_between_ideographs(line, *run.span()))
    ]
    return changes if changes and is_sound_beside(line, changes, _CHARSETS) else []


def _as_signs(run: str) -> str:
    """Return what a run reads as in UTF-8, "" if that is not all signs."""
    for charset in _CHARSETS:
        try:
            new = run.encode(charset).decode()
        except UnicodeError:
            continue
        if not any(one.isalpha() or category(one) in _NO_SIGNS for one in new):
            return new
    return ""


def _is_between_ideographs(line: str, start: int, end: int) -> bool:
    return all(map(LETTER_OF_ASIA.match, (line[start - 1 : start], line[end : end + 1])))


def is_sound_beside(line: str, changes: Sequence[Change], charsets: Iterable[str]) -> bool:
    """Return whether a line of Chinese is damaged nowhere but in changes that take all bytes of theirs for UTF-8, and
    none of them is a character of GBK that fits as well."""
    if not all(_becomes(new, line[start:end], charsets) for start, end, new in changes):
        return False
    if any(_fits_as_gbk(line, start, end, new) for start, end, new in changes):
        return False
    return not Block(to_codes(line)).is_suspect_but_for([(start, end) for start, end, _ in changes])


def _becomes(text: str, seen: str, charsets: Iterable[str]) -> bool:
    """Return whether a text is what is seen once its UTF-8 was read in one of the charsets, up to `MOST_ROUNDS` times;
    a no-break space may be a plain one by now."""
    for charset in charsets:
        again = text
        for _ in range(MOST_ROUNDS):
            try:
                again = again.encode().decode(charset)
            except UnicodeError:
                break
            if again.replace("\xa0", " ") == seen.replace("\xa0", " "):
                return True
    return False


def _fits_as_gbk(line: str, start: int, end: int, new: str) -> bool:
    """Return whether what became a letter may as well be an ideograph in GBK: 王Ð¡明 is rather 王小明 than 王С明."""
    before, after = line[start - 1 : start], line[end : end + 1]
    character = new.encode("utf-8", "replace").decode("gbk", "replace")
    if len(new) != 1 or len(character) != 1 or not (new.isalpha() or combining(new)):
        return False
    beside = [
        model.pair(*two) for two in ((before, character), (character, after)) if all(map(LETTER_OF_ASIA.match, two))
    ]
    return bool(beside) and (not _MAY_BE_ALONE.match(new) or sum(beside) > LEAST * len(beside))
