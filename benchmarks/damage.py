"""Seeded damage for measuring repairs: clean pages, and what content farms and bad tools make of them.

Nothing here knows how encfix repairs: readings come from pypinyin, scripts from OpenCC, radicals from
Unicode's own decompositions. Each generator takes a random generator and clean simplified sentences; it
returns a `Page`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import Any, NamedTuple, TypeAlias

OFTEN_LEFT = frozenset("后里于系面制干并采游范余斗群")
"""Simplified characters that are traditional ones too, which tools that go character by character leave."""

_EMOJI = "😀 😂 🤔 👍 🎉 🚗 🍎 🐱 ⭐ 🆚 ✊ ⚡ 🏠 📱 💡 🔥 🌙 ❤️ ☀️ ✈️ 👍🏽 🇨🇳 👨‍👩‍👧"
EMOJI = tuple(_EMOJI.split())
HALF_WIDTH = str.maketrans("，；：！？（）", ",;:!?()")
MARKS = "，。、；：！？"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


class Page(NamedTuple):
    """A page before and after damage."""

    clean: str
    damaged: str


Generator: TypeAlias = Callable[[Random, Sequence[str]], Page]


def is_han(character: str) -> bool:
    """Return whether a character is one of the unified ideographs that everyday text holds."""
    return "\u4e00" <= character <= "\u9fff"


def is_wide(character: str) -> bool:
    """Return whether a character takes the width of an ideograph in Chinese type; a space does not."""
    return character in "“”‘’…—·" or (unicodedata.east_asian_width(character) in "WF" and character != "　")


def lay_out(random: Random, sentences: Sequence[str], least: int = 3, most: int = 20) -> str:
    """Return a page of some of the sentences, one or several to a paragraph, in one of the usual layouts.

    Three pages in ten have their marks folded to half width, as data sets often do.
    """
    chosen = random.sample(list(sentences), min(random.randint(least, most), len(sentences)))
    indent = random.choice(("", "", "　　"))
    paragraphs = []
    while chosen:
        size = random.randint(1, 4)
        paragraphs.append(indent + "".join(chosen[:size]))
        chosen = chosen[size:]
    page = random.choice(("\n", "\n\n")).join(paragraphs) + random.choice(("", "\n"))
    return page.translate(HALF_WIDTH) if random.random() < 0.3 else page


@cache
def to_traditional(character: str) -> str:
    """Return the most frequent traditional form of one character."""
    return str(converter().convert(character))


@cache
def converter() -> Any:  # OpenCC ships no types
    """Return OpenCC's converter from simplified characters to those of Taiwan."""
    import opencc

    return opencc.OpenCC("s2tw")


def traditional_by_character(random: Random, page: str) -> tuple[str, list[str]]:
    """Return a simplified page as a careless tool converts it, and the characters that got another form."""
    left = {character for character in sorted(OFTEN_LEFT) if random.random() < 0.9}
    converted = [c if c in left or not is_han(c) else to_traditional(c) for c in page]
    changed = {new for old, new in zip(page, converted, strict=True) if old != new}
    return "".join(converted), sorted(changed)


class Spelling(NamedTuple):
    """How one tool writes its glosses."""

    toned: bool
    umlaut: str
    brackets: str
    space: str

    def gloss(self, character: str) -> str:
        """Return the first reading of a character in brackets, without the space; empty if it has none."""
        reading = first_reading(character)
        if not reading:
            return ""
        if not self.toned:
            plain = unicodedata.normalize("NFD", reading)
            reading = "".join(c for c in plain if c not in "\u0300\u0301\u0304\u030c")
            reading = unicodedata.normalize("NFC", reading).replace("ü", self.umlaut).replace("ê", "e")
        return self.brackets[0] + reading + self.brackets[1]


def spell(random: Random, toned: bool | None = None, spaced: bool | None = None) -> Spelling:
    """Return a random way of writing glosses; `toned` and `spaced` are fixed where they are not None."""
    return Spelling(
        random.random() < 0.5 if toned is None else toned,
        random.choice(("v", "ü", "u:")),
        random.choice(("()", "()", "（）")),
        " " if (random.random() < 0.5 if spaced is None else spaced) else "",
    )


@cache
def first_reading(character: str) -> str:
    """Return the first reading that pypinyin lists for a character, whatever stands beside it."""
    from pypinyin.pinyin_dict import pinyin_dict

    return str(pinyin_dict.get(ord(character), "")).split(",")[0]


def _glossed_always(page: str, chosen: Sequence[str], spelling: Spelling) -> str:
    table = {c: c + spelling.gloss(c) + spelling.space for c in chosen if first_reading(c)}
    return "".join(table.get(c, c) for c in page)


def _some(random: Random, characters: Sequence[str]) -> list[str]:
    """Return 3 to 60 of the characters."""
    return random.sample(list(characters), min(random.randint(3, 60), len(characters)))


def _listed_glosses(random: Random, sentences: Sequence[str], *, toned: bool, spaced: bool) -> Page:
    """A set of characters is glossed wherever they stand, in one way of writing."""
    page, changed = traditional_by_character(random, lay_out(random, sentences))
    spelling = spell(random, toned=toned, spaced=spaced)
    return Page(page, _glossed_always(page, _some(random, changed), spelling))


def toned_glosses(random: Random, sentences: Sequence[str]) -> Page:
    """Class a without damage to bytes: a set of characters is glossed with tone marks wherever they stand."""
    return _listed_glosses(random, sentences, toned=True, spaced=False)


def toned_spaced_glosses(random: Random, sentences: Sequence[str]) -> Page:
    """Class a with a space behind every gloss."""
    return _listed_glosses(random, sentences, toned=True, spaced=True)


def plain_glosses(random: Random, sentences: Sequence[str]) -> Page:
    """Class b: a set of characters is glossed without tones, with a space behind each gloss."""
    return _listed_glosses(random, sentences, toned=False, spaced=True)


def plain_unspaced_glosses(random: Random, sentences: Sequence[str]) -> Page:
    """Class b without the space."""
    return _listed_glosses(random, sentences, toned=False, spaced=False)


def repeated_glosses(random: Random, sentences: Sequence[str]) -> Page:
    """Class b2: here and there a character of any form carries its gloss two to four times."""
    page = lay_out(random, sentences)
    if random.random() < 0.5:
        page, _ = traditional_by_character(random, page)
    spelling = spell(random)
    share = random.uniform(0.02, 0.3)
    pieces = []
    for character in page:
        glossed = is_han(character) and random.random() < share
        gloss = spelling.gloss(character) if glossed else ""
        pieces.append(character + gloss * random.randint(2, 4) + (spelling.space if gloss else ""))
    return Page(page, "".join(pieces))


def periodic_glosses(random: Random, sentences: Sequence[str]) -> Page:
    """Class d: every fourth or fifth character is glossed, and emoji stand between others."""
    page = lay_out(random, sentences)
    if random.random() < 0.5:
        page, _ = traditional_by_character(random, page)
    spelling = spell(random, spaced=False)
    periods = random.choice(((4,), (5,), (4, 5)))
    share = random.choice((0.0, random.uniform(0.01, 0.15)))
    wait = random.choice(periods)
    pieces = []
    for character, after in zip(page, page[1:] + "\n", strict=True):
        pieces.append(character)
        if not is_han(character):
            continue
        wait -= 1
        if wait == 0:
            pieces.append(spelling.gloss(character))
            wait = random.choice(periods)
        if is_han(after) and random.random() < share:
            pieces.append(random.choice(EMOJI))
    return Page(page, "".join(pieces))


def inserted_commas(random: Random, sentences: Sequence[str]) -> Page:
    """Class e: a comma stands before marks."""
    page = lay_out(random, sentences)
    share = random.uniform(0.3, 1.0)
    marks = MARKS + ",;:!?"
    pieces = []
    for before, character in zip("\n" + page, page, strict=False):
        put = character in marks and is_han(before) and random.random() < share
        pieces.append("," + character if put else character)
    return Page(page, "".join(pieces))


def strewn_spaces(random: Random, sentences: Sequence[str]) -> Page:
    """Class q: in some sentences every gap between two full-width characters holds a space."""
    chosen = random.sample(list(sentences), min(random.randint(3, 20), len(sentences)))
    share = random.uniform(0.2, 1.0)
    strewn = []
    for sentence in chosen:
        if random.random() > share:
            strewn.append(sentence)
            continue
        pieces = []
        for character, after in zip(sentence, sentence[1:] + "\n", strict=True):
            gap = is_wide(character) and is_wide(after)
            pieces.append(character + " " if gap else character)
        strewn.append("".join(pieces))
    return Page("\n".join(chosen), "\n".join(strewn))


def zero_width(random: Random, sentences: Sequence[str]) -> Page:
    """Characters without width stand between Chinese ones."""
    page = lay_out(random, sentences)
    kinds = random.sample(INVISIBLE, random.randint(1, 3))
    share = random.uniform(0.005, 0.3)
    pieces = []
    for character, after in zip(page, page[1:] + "\n", strict=True):
        hidden = is_han(character) and is_han(after) and random.random() < share
        pieces.append(character + random.choice(kinds) if hidden else character)
    return Page(page, "".join(pieces))


def radicals(random: Random, sentences: Sequence[str]) -> Page:
    """Class s: a set of characters was replaced by the Kangxi radicals of the same shape."""
    page = lay_out(random, sentences)
    chosen = [pair for pair in _kangxi().items() if random.random() < 0.7]
    return Page(page, page.translate({ord(c): radical for c, radical in chosen}))


@cache
def _kangxi() -> dict[str, str]:
    codes = map(chr, range(0x2F00, 0x2FD6))
    return {unicodedata.normalize("NFKC", radical): radical for radical in codes}


def lone_pipes(random: Random, sentences: Sequence[str]) -> Page:
    """Lines that hold a vertical bar alone stand between paragraphs."""
    lines = random.sample(list(sentences), min(random.randint(3, 20), len(sentences)))
    bar = random.choice(("|", "｜", " | "))
    damaged = [lines[0]]
    for line in lines[1:]:
        if random.random() < 0.3:
            damaged.append(bar)
        damaged.append(line)
    return Page("\n".join(lines), "\n".join(damaged))


def literal_breaks(random: Random, sentences: Sequence[str]) -> Page:
    """Class m2: line breaks were written out as x0dx0a."""
    lines = random.sample(list(sentences), min(random.randint(3, 20), len(sentences)))
    return Page("\n".join(lines), "x0dx0a".join(lines))


GENERATORS: dict[str, Generator] = {
    "a": toned_glosses,
    "a, spaced": toned_spaced_glosses,
    "b": plain_glosses,
    "b, unspaced": plain_unspaced_glosses,
    "b2": repeated_glosses,
    "d": periodic_glosses,
    "e": inserted_commas,
    "q": strewn_spaces,
    "zero-width": zero_width,
    "s": radicals,
    "lone bars": lone_pipes,
    "x0dx0a": literal_breaks,
}
"""The generators by class of damage."""

MUST_BE_EXACT = ("a", "a, spaced", "b", "b, unspaced", "b2", "d")
"""The classes of which 99 pages in a hundred must come back exact to the character."""
