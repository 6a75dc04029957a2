"""How much of ftfy's ground encfix holds: UTF-8 read as single bytes, in many languages and inside lines of Chinese.
And how fast it passes by sound pages in these languages.

    python -m benchmarks.languages [--messages N] [--repeats N]

Messages of Django's catalogues are damaged whole; then signs, and words of those catalogues that have a letter beyond
ASCII, are damaged inside sound sentences of Chinese. encfix and ftfy, with settings that never touch Chinese marks,
quotation marks or widths, read the same. Then both get the sound messages of each language in pages.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from time import perf_counter

import ftfy
import ftfy.bad_codecs  # the charsets named sloppy

import encfix
from benchmarks import corpora

CHARSETS = ("latin-1", "sloppy-windows-1252", "sloppy-windows-1250", "sloppy-windows-1251", "cp437", "macroman")
EMBEDDED = ("latin-1", "sloppy-windows-1252")
SIGNS = "°·×±²½©®¥£§€™…–—“”’•→★αé"
LATIN = ("ca", "cs", "da", "de", "es", "fi", "fr", "hu", "is", "it", "nb", "pl", "pt", "ro", "sv", "tr", "vi")
PAGE, LEAST_PAGES = 60, 5
"""Messages of a page, and the pages of a language that are enough to be timed."""

SLOWEST = 8
"""Languages of which the speed is printed."""

LEAST_SHARE = 0.98
"""The share of what ftfy makes right that encfix must; an α alone between ideographs may be one of them in GBK."""


def damaged(text: str, charset: str) -> str:
    """Return text in UTF-8 read as a charset, "" where that has no character for some byte."""
    try:
        return text.encode().decode(charset)
    except UnicodeDecodeError:
        return ""


def messages(charset: str, each: int) -> list[tuple[str, str]]:
    """Return messages of every language, and what they become."""
    found = []
    for _, texts in sorted(corpora.messages().items()):
        own = sorted({text for text in texts if not text.isascii() and "\n" not in text})
        found += random.Random(5).sample(own, min(each, len(own)))
    return [(text, seen) for text in found if (seen := damaged(text, charset))]


def embedded(charset: str, count: int) -> list[tuple[str, str]]:
    """Return sentences of Chinese with a sign or a word of a European language in them, and with that damaged."""
    chance = random.Random(6)
    catalogues = corpora.messages()
    words = sorted(
        {word for one in LATIN for text in catalogues.get(one, ()) for word in text.split() if word.isalpha()}
    )
    words = [word for word in words if not word.isascii()]
    cases = []
    for _ in range(count):
        sentence = chance.choice(corpora.own_sentences())
        place = chance.randrange(1, len(sentence))
        what = chance.choice(SIGNS) if chance.random() < 0.5 or not words else f" {chance.choice(words)} "
        if seen := damaged(what, charset):
            head, tail = sentence[:place], sentence[place:]
            cases.append((head + what + tail, head + seen + tail))
    return cases


def compare(name: str, cases: Sequence[tuple[str, str]], by_ftfy: Callable[[str], str]) -> bool:
    """Print how many cases each makes right; return whether encfix does nearly all that ftfy does."""
    results = encfix.clean_many([seen for _, seen in cases], script="keep", only=("mojibake",))
    ours = [result.text == text for result, (text, _) in zip(results, cases, strict=True)]
    theirs = [by_ftfy(seen) == text for text, seen in cases]
    both = sum(own and other for own, other in zip(ours, theirs, strict=True))
    share = both / max(1, sum(theirs))
    met = "met   " if share >= LEAST_SHARE else "MISSED"
    print(f"{name:<44}{len(cases):>7}{sum(ours):>9}{sum(theirs):>7}{share:>10.2%}  {met}")
    return share >= LEAST_SHARE


def compare_speed(repeats: int, by_ftfy: Callable[[str], str]) -> None:
    """Print how many times as fast as ftfy encfix is on sound pages, for the slowest languages and for the middle one.

    Each gets the pages of a language at once, one tool after the other; the best of some turns counts.
    """
    tools: tuple[Callable[[list[str]], object], ...] = (
        encfix.clean_many,
        lambda pages: [by_ftfy(page) for page in pages],
    )
    found = []
    for language, texts in corpora.messages().items():
        pages = ["\n".join(texts[first : first + PAGE]) for first in range(0, len(texts), PAGE)]
        if len(pages) < LEAST_PAGES:
            continue
        best = [float("inf")] * 2
        for _ in range(repeats):
            for nth, work in enumerate(tools):
                start = perf_counter()
                work(pages)
                best[nth] = min(best[nth], perf_counter() - start)
        found.append((best[1] / best[0], language, sum(map(len, pages)) / best[0] / 1e6))
    found.sort()
    print(f"\n{f'sound pages, {len(found)} languages':<44}{'Mchar/s':>10}{'times ftfy':>12}")
    for name, (ratio, language, speed) in [
        *(("slowest", each) for each in found[:SLOWEST]),
        ("middle", found[len(found) // 2]),
    ]:
        print(f"{name}: {language:<{42 - len(name)}}{speed:>10.2f}{ratio:>12.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare with ftfy on UTF-8 that was read as single bytes.")
    parser.add_argument("--messages", type=int, default=60, help="messages of each language")
    parser.add_argument("--repeats", type=int, default=3, help="turns of each tool on sound pages")
    arguments = parser.parse_args()
    config = ftfy.TextFixerConfig(
        normalization=None, uncurl_quotes=False, fix_character_width=False, unescape_html=False
    )

    def by_ftfy(text: str) -> str:
        return ftfy.fix_encoding(text, config)

    print(f"{'':<44}{'cases':>7}{'encfix':>9}{'ftfy':>7}{'of ftfy’s':>10}")
    for charset in CHARSETS:
        compare(f"messages, UTF-8 read as {charset}", messages(charset, arguments.messages), by_ftfy)
    for charset in EMBEDDED:
        compare(f"inside Chinese, UTF-8 read as {charset}", embedded(charset, 4000), by_ftfy)
    compare_speed(arguments.repeats, ftfy.fix_text)


if __name__ == "__main__":
    main()
