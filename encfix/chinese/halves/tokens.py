"""A damaged line taken to pieces: characters, glosses, and question marks that ate the beginning of something.

`cutting` says how the damage comes about. Here are the pieces that a decoder one byte off leaves, and what bytes each
of them may have been.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter
from typing import NamedTuple

from encfix.chinese import gbk, model, pinyin
from encfix.chinese.characters import SIMPLIFIED_FORMS, class_of, two_forms
from encfix.chinese.halves.cutting import CUT_MARKS, NARROW, WIDE

_LETTER = "[a-zāáǎàēéěèêīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡ\u0300\u0301\u0304\u030c\u0308]"
_NESTED = rf"[(（]{_LETTER}{{1,7}} ?[)）]"
_TAIL = re.compile(rf"\?((?:{_LETTER}|{_NESTED}){{1,24}}) ?[)）]")
_GLOSS = re.compile(rf"[(（]((?:{_LETTER}|{_NESTED}){{1,24}}) ?[)）]")
_SPECIAL = re.compile(r"[?(（]")
_TAG_TAIL = re.compile(r"/?[a-zA-Z][a-zA-Z0-9]{0,9}\s?/?>")
_NARROWED = str.maketrans({wide: narrow for narrow, wide in WIDE.items()})
_STRONG = frozenset("?!？！")


class Kind(Enum):
    """What a token is: a character, a gloss, or a question mark that ate the beginning of a gloss or of a tag.

    A gloss right behind a character is part of that token.
    """

    CHARACTER = 0
    GLOSS = 1
    TAIL = 2
    TAG = 3


class Token(NamedTuple):
    """A piece of a line: its text and offsets there, the gloss behind it, and the packed syllable of a gloss."""

    kind: Kind
    text: str
    start: int
    end: int
    gloss: str = ""
    reading: int = 0


class Tokens:
    """A line divided into characters, glosses, and question marks that ate the beginning of something.

    The line is read as far as tokens are asked for.

    >>> [token.text + token.gloss for token in Tokens("當?dāng)?；a(chǎn)").between(0, 9)]
    ['當', '?dāng)', '?', '；', 'a(chǎn)']
    """

    def __init__(self, line: str) -> None:
        self._pieces = _pieces(line)
        self._read: list[Token] = []

    def __getitem__(self, nth: int) -> Token:
        """Return a token; raises IndexError behind the last."""
        try:
            return self._read[nth]
        except IndexError:
            if not self.has(nth):
                raise
            return self._read[nth]

    def has(self, nth: int) -> bool:
        """Return whether the line has so many tokens and one more."""
        while nth >= len(self._read):
            piece = next(self._pieces, None)
            if piece is None:
                return False
            self._read += piece
        return True

    def between(self, start: int, end: int) -> list[Token]:
        """Return the tokens from one to before another, as far as there are any."""
        self.has(end - 1)
        return self._read[start:end]

    def starting_at(self, place: int) -> int | None:
        """Return which token begins at an offset of the line, if one does."""
        while not self._read or self._read[-1].start < place:
            if not self.has(len(self._read)):
                return None
        nth = bisect_left(self._read, place, key=attrgetter("start"))
        return nth if self._read[nth].start == place else None


def _pieces(line: str) -> Iterator[list[Token]]:
    """Yield the tokens of a line, a few at a time; each piece but the last ends with a gloss or a question mark."""
    place = 0
    for found in _SPECIAL.finditer(line):
        token = _special(line, found.start()) if found.start() >= place else None
        if not token:
            continue
        piece = _characters(line, place, token.start)
        if token.kind is Kind.GLOSS and piece:
            owner = piece[-1]
            piece[-1] = Token(Kind.CHARACTER, owner.text, owner.start, token.end, token.text, token.reading)
        else:
            piece.append(token)
        place = token.end
        yield piece
    yield _characters(line, place, len(line))


def _characters(line: str, start: int, end: int) -> list[Token]:
    kind, new = Kind.CHARACTER, tuple.__new__  # half of the time that the constructor takes
    return [new(Token, (kind, line[place], place, place + 1, "", 0)) for place in range(start, end)]


def narrowed(text: str) -> str:
    """Return a text with the marks, letters and digits of half width that some pages have throughout.

    >>> narrowed("學校，家庭")
    '學校,家庭'
    """
    return text.translate(_NARROWED)


def _special(line: str, place: int) -> Token | None:
    is_tail = line[place] == "?"
    found = (_TAIL if is_tail else _GLOSS).match(line, place)
    if found:
        reading = _syllable(found[1])
        if reading:
            return Token(Kind.TAIL if is_tail else Kind.GLOSS, found[0], place, found.end(), reading=reading)
    if is_tail and _TAG_TAIL.match(line, place + 1):
        return Token(Kind.TAG, "?", place, place + 1)
    return None


@lru_cache(maxsize=4096)
def _syllable(gloss: str) -> int:
    """Return the packed syllable of a gloss, less those set into it; 0 if it is none."""
    packed = pinyin.pack(re.sub(_NESTED, "", gloss))
    return packed if packed in _syllables() else 0


@cache
def _syllables() -> frozenset[int]:
    return frozenset(pinyin.syllables().tolist())


def is_trigger(tokens: Tokens, nth: int) -> bool:
    """Return whether damage may begin at a token, if the text before it is sound."""
    token = tokens[nth]
    if token.kind is Kind.TAIL:
        return True
    if token.text != "?" or token.gloss or not tokens.has(nth + 2) or mark_of(tokens[nth + 1].text) is None:
        return False
    start, end = nth, nth + 1
    while start and nth - start < 3 and _is_strong(tokens[start - 1]):
        start -= 1
    while tokens.has(end) and end - nth < 4 and _is_strong(tokens[end]):
        end += 1
    is_triple = end - start == 3 and nth == start and tokens[end - 1].text == "?"
    is_mixed = tokens[nth + 1].text in "！？"  # ?！?, which nobody writes
    lets_begin = end - start <= 2 or (is_triple and (is_mixed or not tokens.has(end)))
    return lets_begin and not tokens[nth + 2].text.isspace()


def _is_strong(token: Token) -> bool:
    return token.kind is Kind.CHARACTER and token.text in _STRONG


def mark_of(text: str) -> int | None:
    """Return the two bytes, as one number, of a mark in either width at whose bytes text was cut; None for others."""
    return CUT_MARKS.get(NARROW.get(text, text))


def second_byte(character: str) -> int:
    """Return the second byte of a character, or of the mark that a narrow one was; 0 if it has none."""
    return gbk.pairs().get(NARROW.get(character, character), (0, 0))[1]


@lru_cache(maxsize=4096)
def bytes_of(text: str, is_narrow: bool) -> tuple[tuple[int, int], ...]:
    """Return the bytes that a character may have had: its pair, or one that is a second byte, and 0.

    >>> bytes_of("a", False), bytes_of("a", True), bytes_of("，", False) == bytes_of(",", True)
    (((97, 0),), ((97, 0), (163, 225)), True)
    """
    if text in gbk.pairs():
        return (gbk.pairs()[text],)
    if is_narrow and text == '"':
        return (gbk.pairs()["“"], gbk.pairs()["”"])
    alone = ((ord(text), 0),) if len(text) == 1 and "@" <= text <= "~" else ()
    return (*alone, gbk.pairs()[WIDE[text]]) if is_narrow and WIDE.get(text) in gbk.pairs() else alone


@lru_cache(maxsize=4096)
def reads(character: str, reading: int) -> bool:
    """Return whether a packed syllable is one of the readings of a character."""
    return reading in map(pinyin.pack, pinyin.readings_of(character))


@lru_cache(maxsize=4096)
def glossable(lead: int, reading: int) -> tuple[tuple[int, str], ...]:
    """Return the characters that a lead byte begins, of which this is the first reading, and that are traditional."""
    found = gbk.by_first_reading().get((lead, reading), ())
    return tuple((trail, character) for trail, character in found if _is_traditional(character))


def _is_traditional(character: str) -> bool:
    is_simplified = class_of(character) in SIMPLIFIED_FORMS and model.fold(character) == character
    return bool(two_forms()[ord(character)]) and not is_simplified


def across(before: str, letter: str, reading: int) -> str:
    """Return the character made of the last byte of one and a letter behind it, if that is its first reading, or "".

    >>> across("，", "F", pinyin.pack("xiàn"))
    '現'
    """
    byte = second_byte(before)
    if not byte or len(letter) != 1 or not "@" <= letter <= "~":
        return ""
    character = gbk.characters()[byte << 8 | ord(letter)]
    return character if character and gbk.first_readings().get(character) == reading else ""
