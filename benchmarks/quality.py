"""How well encfix repairs damage that it has not seen, and whether it leaves clean text alone.

    python -m benchmarks.quality [--pages N] [--seed N] [--show N]

The first table counts generated pages that come back exact to the character; the second, clean texts that
were altered, of which there must be none. `--show N` prints the first N differences of each row.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import encfix
from benchmarks import corpora, damage
from benchmarks.textbooks import textbook
from encfix import Options

DEFAULTS = Options()
KEEP_SCRIPT = Options(script="keep")
CASES = Path(__file__).resolve().parent.parent / "tests" / "cases"


class Row(NamedTuple):
    """One row of a table: how many texts there were, and those that came out otherwise than they should."""

    name: str
    texts: int
    wrong: list[tuple[str, str, str]]
    """What should have come out, what went in, what came out."""


def repaired(name: str, pages: int, seed: int, sentences: Sequence[str]) -> Row:
    """Damage `pages` pages with one generator and clean them; the same seed gives the same pages."""
    random = Random(f"{name} {seed}")
    made = [damage.GENERATORS[name](random, sentences) for _ in range(pages)]
    return compare(name, made, KEEP_SCRIPT)


def kept(name: str, texts: Sequence[str], options: Options = DEFAULTS) -> Row:
    """Clean texts that must stay as they are, by default with default options."""
    return compare(name, [damage.Page(text, text) for text in texts], options)


def compare(name: str, pages: Sequence[damage.Page], options: Options) -> Row:
    """Clean the damaged pages and compare them with the clean ones."""
    results = encfix.clean_many([page.damaged for page in pages], options)
    wrong = [
        (page.clean, page.damaged, result.text)
        for page, result in zip(pages, results, strict=True)
        if result.text != page.clean
    ]
    return Row(name, len(pages), wrong)


def pages_of(sentences: Sequence[str], size: int = 10) -> list[str]:
    """Join sentences in pages of `size` lines."""
    return ["\n".join(sentences[start : start + size]) for start in range(0, len(sentences), size)]


def textbooks(pages: int, seed: int, sentences: Sequence[str]) -> list[str]:
    """Return pages for learners."""
    random = Random(f"textbook {seed}")
    return [textbook(random, sentences) for _ in range(pages)]


def look_alikes() -> list[str]:
    """Return the hand-written texts that resemble damage, those that are known to be altered included."""
    kept, failures = (
        json.loads((CASES / name).read_text(encoding="utf-8")) for name in ("negative.json", "known-failures.json")
    )
    return [case["text"] for case in kept] + [case["exact"] for case in failures if case["class"] == "negative"]


def negatives(pages: int, seed: int) -> Iterator[Row]:
    """Yield a row for each kind of clean text at hand."""
    own = corpora.own_sentences()
    yield kept("own sentences", own)
    yield kept("own sentences, joined", pages_of(own))
    for name in corpora.CORPORA:
        if sentences := corpora.clean_corpus(name):
            yield kept(name, sentences)
            yield kept(f"{name}, joined", pages_of(sentences))
    if messages := corpora.messages():
        every = [text for texts in messages.values() for text in texts]
        yield kept(f"messages in {len(messages)} languages", every)
        yield kept("messages, joined", ["\n".join(texts) for texts in messages.values()])
    yield kept("textbooks", textbooks(pages, seed, own), KEEP_SCRIPT)
    longer = textbooks(pages, seed, corpora.simplified_sentences())
    yield kept("textbooks of longer sentences", longer, KEEP_SCRIPT)
    yield kept("look-alikes", look_alikes())


def difference(clean: str, damaged: str, out: str, around: int = 20) -> str:
    """Return the place at which a text first differs from what it should be, beside what went in."""
    start = next((n for n, pair in enumerate(zip(clean, out, strict=False)) if pair[0] != pair[1]), 0)
    cut = slice(max(0, start - around), start + around)
    place = damaged.find(out[start : start + 6], max(0, start - around))
    seen = damaged[max(0, place - around) : place + around]
    return f"    should be {clean[cut]!r}\n    came out  {out[cut]!r}\n    went in   {seen!r}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure repairs on generated damage and on clean text.")
    parser.add_argument("--pages", type=int, default=400, help="pages a class")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="differences to print for each row")
    arguments = parser.parse_args()
    sentences = corpora.simplified_sentences()
    print(f"{'damaged pages':<34}{'pages':>8}{'exact':>8}{'share':>9}   target")
    for name in damage.GENERATORS:
        row = repaired(name, arguments.pages, arguments.seed, sentences)
        share = 1 - len(row.wrong) / row.texts
        target = ("met" if share >= 0.99 else "MISSED") + " (99 %)" if name in damage.MUST_BE_EXACT else ""
        print(f"{name:<34}{row.texts:>8}{row.texts - len(row.wrong):>8}{share:>9.2%}   {target}")
        show(row, arguments.show)
    print(f"\n{'clean texts':<34}{'texts':>8}{'altered':>8}{'':>9}   target")
    for row in negatives(arguments.pages, arguments.seed):
        target = "MISSED (0)" if row.wrong else "met (0)"
        print(f"{row.name:<34}{row.texts:>8}{len(row.wrong):>8}{'':>9}   {target}")
        show(row, arguments.show)


def show(row: Row, most: int) -> None:
    """Print the first differences of a row."""
    for case in row.wrong[:most]:
        print(difference(*case), end="\n\n")


if __name__ == "__main__":
    main()
