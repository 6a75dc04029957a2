"""How much of ftfy's ground encfix holds: UTF-8 read as single bytes, in many languages and inside lines of Chinese.

    python -m benchmarks.languages [--messages N]

Messages of Django's catalogues are damaged whole; then signs, and words of those catalogues that have a letter beyond
ASCII, are damaged inside sound sentences of Chinese. encfix and ftfy, with settings that never touch Chinese marks,
quotation marks or widths, read the same.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence

import ftfy
import ftfy.bad_codecs  # the charsets named sloppy

import encfix
from benchmarks import corpora

CHARSETS = ("latin-1", "sloppy-windows-1252", "sloppy-windows-1250", "sloppy-windows-1251", "cp437", "macroman")
EMBEDDED = ("latin-1", "sloppy-windows-1252")
SIGNS = "°·×±²½©®¥£§€™…–—“”’•→★αé"
LATIN = ("ca", "cs", "da", "de", "es", "fi", "fr", "hu", "is", "it", "nb", "pl", "pt", "ro", "sv", "tr", "vi")
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


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare with ftfy on UTF-8 that was read as single bytes.")
    parser.add_argument("--messages", type=int, default=60, help="messages of each language")
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


if __name__ == "__main__":
    main()
