"""Pages for learners, seeded: glossed on purpose, so that a repair must leave them as they are."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchmarks.damage import Spelling, converter, first_reading, is_han, lay_out, spell


def textbook(random: Random, sentences: Sequence[str]) -> str:
    """Return a page for learners, which glosses characters on purpose and must stay as it is."""
    page = lay_out(random, sentences, 1, 8)
    spelling = spell(random, toned=True)
    if random.random() < 0.5:
        page = str(converter().convert(page))
    how = random.choice((_every_character, _new_characters, _every_word))
    return how(random, page, spelling)


def _every_character(random: Random, page: str, spelling: Spelling) -> str:
    return "".join(c + spelling.gloss(c) + spelling.space if is_han(c) else c for c in page)


def _new_characters(random: Random, page: str, spelling: Spelling) -> str:
    """Gloss the characters of a lesson, of either form, where they come first."""
    known = {c for c in sorted(set(page)) if random.random() < 0.6}
    pieces = []
    for character in page:
        new = is_han(character) and character not in known
        known.add(character)
        pieces.append(character + spelling.gloss(character) + spelling.space if new else character)
    return "".join(pieces)


def _every_word(random: Random, page: str, spelling: Spelling) -> str:
    """Gloss words of one to three characters, as vocabularies do."""
    pieces, word, length = [], "", 2
    for character in page + "\n":
        word += character if is_han(character) else ""
        if word and (len(word) == length or not is_han(character)):
            length = random.choice((1, 2, 2, 2, 3))
            readings = "".join(map(first_reading, word))
            pieces.append(f"{word}{spelling.brackets[0]}{readings}{spelling.brackets[1]}{spelling.space}")
            word = ""
        if not is_han(character):
            pieces.append(character)
    return "".join(pieces)[:-1]
