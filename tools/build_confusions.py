"""Build the tables of `encfix.chinese.confusions`: which form of a character traditional text writes where.

The groups are kept by hand in `confusions.tsv`. How their members stand beside other characters comes from the
traditional half of cjclassifier's pairs; how words are spelled from OpenCC's phrases and, for words that those lack,
from the same pairs where they leave no doubt; `spellings.tsv` adds a few by hand.
"""

from __future__ import annotations

import gzip
import itertools
import math
import re
from collections import defaultdict
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import opencc

from encfix.chinese import confusions, model, words
from encfix.chinese.characters import IS_SIMPLIFIED, class_table
from tools.build_conversion import entries

ALSO_WRITTEN = 2.5
"""A spelling less frequent than the usual one by no more than so many nats is accepted too."""

NO_DOUBT = 3.0
"""Nats by which one form must beat the others to become the spelling of a word that OpenCC does not list."""

LEAST = -12.5
"""The log probability from which on a pair is frequent enough to show how it is spelled."""

LEAST_SINGLE = 1e-6
"""The least probability of a character by itself: pairs of rarer ones cost more than the tables can say."""

SURNAMES = frozenset("余范于沈姜胡郁朴谷卜曲种党云岳")
"""Simplified characters that are surnames as they are, whatever else they stand for."""

_BESIDE, _NEVER = re.compile(r"beside (\w+)"), re.compile(r"never (\w+)")

MODES = ("both", "leftover", "marked")
"""What may be exchanged in a group; see `confusions.tsv`."""


class Group(NamedTuple):
    """A simplified character and the forms that traditional text writes for it, the most usual first."""

    key: str
    members: tuple[str, ...]
    mode: int


def groups() -> list[Group]:
    """Return the hand-kept groups."""
    return [Group(key, tuple(members.split()), MODES.index(mode)) for key, members, mode, _ in rows("confusions")]


def rows(name: str) -> list[list[str]]:
    """Return the fields of a hand-kept table."""
    lines = (Path(__file__).parent / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


class Counts:
    """Traditional text's characters and pairs in which a member of a group stands, its fellow folded."""

    def __init__(self, members: set[str]) -> None:
        self.single: dict[str, float] = defaultdict(float)
        self.before: dict[tuple[str, str], float] = defaultdict(float)
        self.after: dict[tuple[str, str], float] = defaultdict(float)
        data = (files("cjclassifier") / "cjlogprobs.gz").read_bytes()
        for line in gzip.decompress(data).decode().splitlines()[1:]:
            text, _, traditional, _ = line.split(" ")
            if traditional == "0":
                continue
            probability = math.exp(float(traditional))
            text = confusions.standard(text)
            if len(text) == 1:
                self.single[text] += probability
                continue
            first, second = text[0], text[1]
            if second in members:
                self.before[second, model.fold(first)] += probability
            if first in members:
                self.after[first, model.fold(second)] += probability

    def spelling(self, word: str, place: int, form: str) -> float:
        """Return how well a form stands at a place of a word, in nats; minus infinity if it was never seen there."""
        found = []
        if place:
            found.append(self.before.get((form, word[place - 1])))
        if place + 1 < len(word):
            found.append(self.after.get((form, word[place + 1])))
        if not all(found):
            return -math.inf
        return sum(math.log(pair or 1) for pair in found) - (len(found) - 1) * math.log(self.single[form])


def by_hand(listed: list[Group]) -> list[str]:
    """Return the spellings kept by hand that are as good as others, sorted."""
    found = [[word, *_BESIDE.findall(why)] for word, why in rows("spellings") if not _NEVER.search(why)]
    return sorted(as_listed(itertools.chain.from_iterable(found), listed))


def as_listed(spelled: Iterable[str], listed: list[Group]) -> set[str]:
    """Return spellings as `spellings` writes them: members in their standard form, all else folded."""
    members = {member for group in listed for member in group.members}
    words = map(confusions.standard, spelled)
    return {"".join(c if c in members else model.fold(c) for c in word) for word in words}


def spellings(listed: list[Group], counts: Counts) -> list[str]:
    """Return the accepted spellings of words that hold a character of a group, sorted."""
    by_key = {group.key: group.members for group in listed}
    phrases: dict[str, list[str]] = defaultdict(list)
    for word, values in entries("STPhrases").items():
        if len(word) <= words.LONGEST:
            phrases[model.fold(word)] += [confusions.standard(value) for value in values if len(value) == len(word)]
    people, accepted = names(), set(by_hand(listed))
    for word in sorted(set(phrases) | set(model.lexicon())):
        places = [place for place, c in enumerate(word) if c in by_key]
        if len(word) < 2 or not places or len(word) > words.LONGEST:
            continue
        forms = []
        for place in places:
            scores = {form: counts.spelling(word, place, form) for form in by_key[word[place]]}
            best = max(scores.values())
            chosen = {value[place] for value in phrases.get(word, ())} & set(scores)
            if chosen:
                best = max(scores[form] for form in chosen)
                chosen |= {form for form, score in scores.items() if score > max(best, LEAST) - ALSO_WRITTEN}
            else:
                chosen = {form for form, score in scores.items() if score > max(best, LEAST) - NO_DOUBT} or set(scores)
            if place == 0 and word in people:
                chosen.add(word[0])
            forms.append(sorted(chosen))
        if all(len(chosen) == len(by_key[word[place]]) for place, chosen in zip(places, forms, strict=True)):
            listed_as = set(phrases.get(word, ()))
            if len(word) == 2 or len(listed_as) != 1:
                continue  # nothing is known of this word
            (value,) = listed_as  # pairs say little of a longer word; the usual form is seldom wrong in it
            forms = [sorted({value[place], by_key[word[place]][0]}) for place in places]
        for combination in itertools.product(*forms):
            letters = list(word)
            for place, form in zip(places, combination, strict=True):
                letters[place] = form
            accepted.add("".join(letters))
    disputed = [(word, wrong) for word, why in rows("spellings") for wrong in _NEVER.findall(why)]
    right, wrong = (as_listed(spelled, listed) for spelled in zip(*disputed, strict=True))
    return sorted(accepted - wrong | right)


def names() -> set[str]:
    """Return the words of three characters that jieba takes for people whose surname is in `SURNAMES`."""
    lines = (files("jieba") / "dict.txt").read_text(encoding="utf-8").splitlines()
    tagged = (line.split(" ") for line in lines)
    return {word for word, _, tag in tagged if tag.startswith("nr") and len(word) == 3 and word[0] in SURNAMES}


def lines(words: list[str]) -> npt.NDArray[np.uint16]:
    """Return words as UTF-16, one a line."""
    return np.frombuffer("\n".join(words).encode("utf-16-le"), dtype="<u2").copy()


def foreign_forms() -> list[tuple[int, int]]:
    """Return the characters that only simplified text has, each with the form that s2tw gives it alone."""
    classes, converter = class_table(), opencc.OpenCC("s2tw")
    found = []
    for code in np.flatnonzero(IS_SIMPLIFIED.take(classes[:0x10000])).tolist():
        form = converter.convert(chr(code))
        if len(form) == 1 and ord(form) < 0x10000 and not IS_SIMPLIFIED[classes[ord(form)]]:
            found.append((code, ord(form)))
    return found


def build() -> dict[str, npt.NDArray[Any]]:
    """Return every table of the confusions by name."""
    listed = groups()
    members = sorted({member for group in listed for member in group.members})
    number = {member: nth for nth, member in enumerate(members)}
    counts = Counts(set(members))
    fellows: list[tuple[int, int]] = []
    for side, pairs in enumerate((counts.before, counts.after)):
        for (member, fellow), probability in pairs.items():
            symbol = int(model.symbols_of(np.array([ord(fellow)], dtype=np.uint32))[0])
            if symbol >= model.FIRST_HAN:
                key = (side * len(members) + number[member]) << model.SYMBOL_BITS | symbol
                fellows.append((key, int(np.rint(-math.log(probability) / confusions.STEP))))
    fellows.sort()
    unknown = confusions.NOBODY
    table = [[ord(group.key), group.mode, *(number[m] for m in group.members)] for group in listed]
    width = max(map(len, table))
    return {
        "confusion_groups": np.array([row + [unknown] * (width - len(row)) for row in table], dtype=np.uint16),
        "confusion_members": np.array([ord(member) for member in members], dtype=np.uint16),
        "confusion_logs": np.array([math.log(max(counts.single[m], LEAST_SINGLE)) for m in members], dtype=np.float32),
        "confusion_pairs": np.array([key for key, _ in fellows], dtype=np.uint32),
        "confusion_pair_logs": np.array([min(log, 255) for _, log in fellows], dtype=np.uint8),
        "confusion_leftovers": np.array(foreign_forms(), dtype=np.uint16),
        "confusion_words": lines(spellings(listed, counts)),
        "confusion_words_by_hand": lines(by_hand(listed)),
    }
