"""What European encodings did to UTF-8 and to one another: ftfy's part, line by line. The only module that knows
ftfy.

ftfy looks at lines that hold two characters side by side which its own tables know, and its result is turned into
located changes. Only its repairs of encodings are switched on; quotation marks, widths, ligatures, line ends,
controls, entities and the normal form of what comes out stay, for those would harm Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, TypeAlias
from unicodedata import combining

import numpy as np

from encfix.arrays import Codes
from encfix.batch import to_codes, to_text
from encfix.chinese import model
from encfix.chinese.neighbours import log_korean
from encfix.edits import Edits, Proposal, gathered
from encfix.repairs.mojibake.single_places.european_in_chinese import (
    BEYOND_EUROPE,
    LETTER_OF_ASIA,
    divided,
    is_sound_beside,
    signs,
)
from encfix.rules import number_of

Spans: TypeAlias = "Sequence[tuple[int, int]]"

CONFIDENCE, UNSURE = 0.97, 0.5
"""How sure what ftfy makes of a line is; less where the line holds ideographs and stays damaged, for ftfy knows
nothing of them."""

SETTINGS: dict[str, Any] = {
    "unescape_html": False,
    "remove_terminal_escapes": False,
    "fix_encoding": True,
    "restore_byte_a0": True,
    "replace_lossy_sequences": True,
    "decode_inconsistent_utf8": True,
    "fix_c1_controls": True,
    "fix_latin_ligatures": False,
    "fix_character_width": False,
    "uncurl_quotes": False,
    "fix_line_breaks": False,
    "fix_surrogates": False,
    "remove_control_chars": False,
    "normalization": None,
}
"""ftfy's settings, all of them, so that a new default changes nothing here."""

_ARABIC = range(0x600, 0x700)
_STRAY = re.compile(
    "[\u0080-\u052f][\u0530-\u1dff\ua000-\uabff](?![\u0530-\u1dff\ua000-\uabff])"
    "|(?<![\u0530-\u1dff\ua000-\uabff])[\u0530-\u1dff\ua000-\uabff][\u0080-\u052f]"
)
"""A letter of a script of Asia or Africa alone beside one of Europe."""

_SEVERAL = "mojibake.utf-8-as-several"
_LETTERS = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af]")
_RARE = re.compile("[\u0180-\u02af\u0590-\u08ff\ue000-\uf8ff]")
"""Letters that hardly stand alone as a word, and private use."""

_OF_THREE = re.compile("[\u0800-\ud7ff\uf900-\uffff]")
"""Characters of three bytes of UTF-8, which others give less by chance, but for private use."""

_KANA = re.compile("‚[Ÿ\u00a0-ñ]|ƒ[@-~\u0152-\u02c6\u2013-\u20ac]")
"""Kana of Shift-JIS read as windows-1252: two of them, of which one is left, show that UTF-8 was there by chance."""

NO_PLANE = "\U00040000"
"""From here on no character is assigned, but for tags and private use."""

SEVERAL = 4
"""Characters beyond ASCII in a line that is UTF-8 from end to end by no chance."""

RARE = -13.0
"""The cost of an ideograph or a syllable of Korean below which it hardly stands alone in a line of other writing."""

_STRICT = {("decode", "utf-8"), ("decode", "utf-8-variants")}
"""ftfy's steps that read all bytes of a line from UTF-8, after those that undo a charset."""

_NAMES = {
    "latin-1": "latin-1",
    "sloppy-windows-1250": "cp1250",
    "sloppy-windows-1251": "cp1251",
    "sloppy-windows-1252": "cp1252",
    "sloppy-windows-1253": "cp1253",
    "sloppy-windows-1254": "cp1254",
    "sloppy-windows-1257": "cp1257",
    "iso-8859-2": "latin-2",
    "macroman": "mac-roman",
    "cp437": "cp437",
}


@cache
def _ftfy() -> Any:
    import ftfy
    import ftfy.badness

    return ftfy


@cache
def _config() -> Any:
    return _ftfy().TextFixerConfig(**SETTINGS)


def propose(codes: Codes, done: Spans = (), doubted: Spans = ()) -> Edits:
    """Propose what ftfy makes of the lines of a text that hold none of the spans `done`; of those that hold one of the
    spans `doubted`, if all bytes of the line prove to be UTF-8."""
    proposals: list[Proposal] = []
    is_done, is_doubted = np.zeros((2, len(codes)), dtype=np.bool_)
    for spans, mask in ((done, is_done), (doubted, is_doubted)):
        for start, end in spans:
            mask[start:end] = True
    text, place = to_text(codes), 0
    for line in text.splitlines(keepends=True) if "\x85" not in text else text.split("\n"):
        stop = place + len(line)
        if not line.isascii() and not is_done[place:stop].any():
            changes = _changes(line, must_be_whole=bool(is_doubted[place:stop].any()))
            proposals += [proposal.moved(place) for proposal in changes]
        place = stop + ("\x85" in text)
    return gathered(proposals)


def _changes(line: str, *, must_be_whole: bool) -> Iterator[Proposal]:
    """Yield what ftfy changes in a line, or signs beside Chinese that it does not take for damage."""
    if not _ftfy().badness.is_bad(line):
        yield from (Proposal(*change, number_of(_SEVERAL), CONFIDENCE) for change in signs(line))
        return
    fixed, plan = _ftfy().fix_encoding_and_explain(line, _config())
    if fixed == line:
        return
    is_whole = _is_whole(plan or [], fixed)
    if must_be_whole and not is_whole:
        return
    name = _rule(plan or [])
    rule = number_of(name)
    runs = _aligned(line, fixed)
    changes = [part for run in runs for part in divided(line, *run)]
    is_half_done = LETTER_OF_ASIA.search(fixed) and _ftfy().badness.is_bad(fixed)
    is_half_done = is_half_done or (LETTER_OF_ASIA.search(line) and not is_sound_beside(line, changes, _NAMES))
    is_half_done = is_half_done or (_KANA.search(fixed) and len(_KANA.findall(line)) > 1)
    is_half_done = is_half_done or any(_is_spelt(line, *run) for run in runs)
    is_sure = not is_half_done and (is_whole or not any(_is_chance(line, *run, name) for run in runs))
    for start, end, new in changes if is_sure else runs:  # no later repair may touch the bytes of a run in doubt
        yield Proposal(start, end, new, rule, CONFIDENCE if is_sure else UNSURE)


def _is_spelt(line: str, start: int, end: int, _: str) -> bool:
    """Return whether a run is a control that its line of code gives as a number too, or among escapes.

    >>> _is_spelt("0x85, // \x85", 9, 10, "…"), _is_spelt("wait\x85", 4, 5, "…")
    (True, False)
    """
    control = line[start:end]
    if not "\x80" <= control < "\xa0" or len(control) > 1:
        return False
    beside = line[max(start - 2, 0) : start] + line[end : end + 1]
    return "\\" in beside or re.search(rf"(?i)(?:0x|\\x|u00|U\+00){ord(control):02x}", line) is not None


def _is_whole(plan: Any, fixed: str) -> bool:
    """Return whether all of a line was read from UTF-8 without a loss, and there is enough of it that this is no
    chance."""
    steps = {(step.action, step.parameter) for step in plan if step.action not in ("encode", "transcode")}
    return bool(steps) and steps <= _STRICT and sum(one >= "\x80" for one in fixed) >= SEVERAL


def _is_chance(line: str, start: int, end: int, new: str, name: str) -> bool:
    """Return whether what is made of a run by the rule `name` looks like chance, not like UTF-8."""
    old = line[start:end]
    if _is_word_of_gbk(old, new) or any(one >= NO_PLANE for one in new):
        return True
    carried = (on for on, mark in pairwise(line[:start][-1:] + new) if combining(mark))
    if any(on >= "\x80" and not on.isalpha() and not combining(on) for on in carried):
        return True  # a sign of mojibake carries no accent
    if (len(new) == 1 and ord(new) in _ARABIC) or (_STRAY.search(new) and not _STRAY.search(old)):
        return True  # £¨ is a bracket in GBK and one sign of Arabic in UTF-8
    letters = _LETTERS.findall(old)
    is_in_part = name == _SEVERAL and letters != _LETTERS.findall(new) and not {*letters}.isdisjoint(new)
    if is_in_part and not any(map(_OF_THREE.match, {*new} - {*old})):
        return True  # ÇÏ°í is EUC-KR, whose middle is no letter of Greek
    start, end, new = _trimmed(line, start, end, new)
    if len(new) != 1:
        return False
    if ord(new) in _ARABIC:
        return True
    beside = line[start - 1 : start] + line[end : end + 1]
    is_rare = _RARE.match(new) or (LETTER_OF_ASIA.match(new) and log_korean(to_codes(new))[0] < RARE)
    is_of_a_word = any(one.isalpha() and not BEYOND_EUROPE.match(one) for one in beside)
    return bool(is_rare) and (_LETTERS.search(beside) is not None or not is_of_a_word)


def _is_word_of_gbk(old: str, new: str) -> bool:
    """Return whether what becomes letters of two bytes would be a Chinese word in GBK: neither is proved.

    >>> _is_word_of_gbk("Ä¿Ç°", "Ŀǰ"), _is_word_of_gbk("Ð½Ð°", "на")
    (True, False)
    """
    if _OF_THREE.search(new):
        return False
    words = (old.encode(charset, "replace").decode("gbk", "replace") for charset in ("cp1252", "cp437"))
    return any(len(word) > 1 and model.fold(word) in model.lexicon() for word in words)


def _trimmed(line: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    """Return a change without what it leaves as it is at its ends."""
    while start < end and line[start : start + 1] == new[:1]:
        start, new = start + 1, new[1:]
    while start < end and line[end - 1 : end] == new[-1:]:
        end, new = end - 1, new[:-1]
    return start, end, new


def _rule(plan: Any) -> str:
    """Return the name of the rule for ftfy's explanation of its first step."""
    for step in plan:
        if step.action == "encode":
            others = [other.parameter for other in plan if other.action == "decode"]
            if others[:1] == ["windows-1252"]:
                return "mojibake.cp1252-as-latin-1"
            return f"mojibake.utf-8-as-{_NAMES.get(step.parameter, 'several')}"
        if step.parameter == "fix_c1_controls":
            return "mojibake.cp1252-as-latin-1"
    return _SEVERAL


def _aligned(before: str, after: str) -> list[tuple[int, int, str]]:
    """Return the stretches that differ. ASCII stays in every layer, but for a space that was byte A0."""
    spans, i, j = [], 0, 0
    while i < len(before) or j < len(after):
        if i < len(before) and j < len(after) and before[i] == after[j] and before[i] < "\x80":
            i, j = i + 1, j + 1
            continue
        start, new_start = i, j
        while i < len(before) and before[i] >= "\x80":
            i += 1
            while before[i : i + 1] == " " and not _meets(before, i, after, j):
                i += 1  # the space was part of a character
        while j < len(after) and after[j] >= "\x80":
            j += 1
        if (i, j) == (start, new_start):
            return [(0, len(before), after)]
        if before[start:i] != after[new_start:j]:
            spans.append((start, i, after[new_start:j]))
    return spans


def _meets(before: str, i: int, after: str, j: int) -> bool:
    """Return whether the space at `i` still stands behind the run of other characters at `j`."""
    while j < len(after) and after[j] >= "\x80":
        j += 1
    if after[j : j + 1] != " ":
        return False
    ahead = before[i + 1 : i + 2]
    return ahead >= "\x80" or ahead == after[j + 1 : j + 2] or after[j + 1 : j + 2] >= "\x80"
