"""How fast encfix is beside the tools that people use now, all in one run on one core.

    python -m benchmarks.speed [--repeats N] [--characters N]

Every tool gets the same documents, each a string of its own; slow ones get fewer of them. A turn times each
tool once, one after the other, so that a busy machine slows all alike; the best turn counts. Results are
kept until the turn is over, as a caller would keep them.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from time import perf_counter
from typing import Any, NamedTuple, TypeAlias

import encfix
from benchmarks import corpora, misreading

Work: TypeAlias = Callable[[Sequence[str]], object]

CLEAN, DAMAGED, MOJIBAKE = "clean pages", "damaged pages", "mojibake"
LEAST_SECONDS = 0.05
"""A timing shorter than this is of little worth, so a tool gets at least so many documents."""

SENTENCE = "昨天下午他们一起去图书馆还书，路上遇见多年不见的老同学小王。"


class Target(NamedTuple):
    """What a figure of encfix must be, as a multiple of another's speed."""

    pages: str
    tool: str
    peer: str
    times: float


TARGETS = (
    Target(CLEAN, "encfix", "ftfy", 100),
    Target(CLEAN, "encfix", "plsfix", 6),
    Target(DAMAGED, "encfix, simplified", "the chain", 4),
    Target(MOJIBAKE, "encfix", "ftfy", 0.1),
)


def ours(**options: Any) -> Work:
    return lambda texts: encfix.clean_many(texts, **options)


def ours_with_changes(**options: Any) -> Work:
    def work(texts: Sequence[str]) -> object:
        results = encfix.clean_many(texts, **options)
        return results, [result.changes for result in results]

    return work


def each(convert: Callable[[str], object]) -> Work:
    return lambda texts: [convert(text) for text in texts]


def opencc(configuration: str) -> Work:
    return each(import_module("opencc").OpenCC(configuration).convert)


def zhconv(target: str) -> Work:
    convert: Callable[[str, str], str] = import_module("zhconv_rs").zhconv
    return each(lambda text: convert(text, target))


def chain() -> Work:
    """The usual remedy: ftfy without what harms Chinese, a regular expression for glosses, OpenCC."""
    ftfy: Any = import_module("ftfy")
    config = ftfy.TextFixerConfig(normalization=None, uncurl_quotes=False, fix_character_width=False)
    glosses = re.compile(r"(?<=[\u4e00-\u9fff])(?:[(（][a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ:]{1,7}[)）])+ ?")
    convert = import_module("opencc").OpenCC("tw2s").convert
    return each(lambda text: convert(glosses.sub("", ftfy.fix_text(text, config))))


def decode() -> Work:
    """The speed of light: reading the bytes as UTF-8. The bytes are made when a document is first seen."""
    encoded: dict[int, list[bytes]] = {}

    def work(texts: Sequence[str]) -> object:
        if len(texts) not in encoded:
            encoded[len(texts)] = [text.encode() for text in texts]
        return [data.decode("utf-8") for data in encoded[len(texts)]]

    return work


TOOLS: dict[str, Callable[[], Work]] = {
    "encfix": ours,
    "encfix, changes read": ours_with_changes,
    "encfix, simplified": lambda: ours(script="simplified"),
    "encfix, simplified, changes read": lambda: ours_with_changes(script="simplified"),
    "encfix, simplified, less half characters": lambda: ours(script="simplified", skip=("misaligned",)),
    "ftfy": lambda: each(import_module("ftfy").fix_text),
    "plsfix": lambda: each(import_module("plsfix").fix_text),
    "OpenCC t2s": lambda: opencc("t2s"),
    "OpenCC tw2s": lambda: opencc("tw2s"),
    "zhconv-rs zh-hans": lambda: zhconv("zh-hans"),
    "the chain": chain,
    "bytes.decode": decode,
}


def tools() -> dict[str, Work]:
    """Return the tools that are installed; says which are not."""
    made = {}
    for name, make in TOOLS.items():
        try:
            made[name] = make()
        except ImportError as error:  # noqa: PERF203
            print(f"{name} is skipped: {error}", file=sys.stderr)
    return made


def copies(documents: Sequence[str], characters: int) -> list[str]:
    """Return the documents again and again, each time as new strings, up to about so many characters."""
    times = max(1, characters // sum(map(len, documents)))
    return [f"{text[:1]}{text[1:]}" for _ in range(times) for text in documents]


def speeds(work: dict[str, Work], documents: Sequence[str], repeats: int, characters: int) -> dict[str, float]:
    """Return the best speed of each tool in characters a second."""
    texts = copies(documents, characters)
    share = {name: _share(one, texts, len(documents)) for name, one in work.items()}
    best = dict.fromkeys(work, 0.0)
    for _ in range(repeats):
        for name, one in work.items():
            mine = texts[: share[name]]
            best[name] = max(best[name], sum(map(len, mine)) / _seconds(one, mine))
    return best


def _share(work: Work, texts: Sequence[str], least: int) -> int:
    """Return how many of the texts, and at least so many, take a tool long enough to be timed, and no longer."""
    count = min(len(texts), max(least, 8))
    work(texts[:count])  # loads tables
    while count < len(texts) and _seconds(work, texts[:count]) < LEAST_SECONDS:
        count = min(2 * count, len(texts))
    return count


def _seconds(work: Work, texts: Sequence[str]) -> float:
    start = perf_counter()
    kept = work(texts)
    seconds = perf_counter() - start
    del kept
    return seconds


def short(repeats: int, calls: int = 2000) -> dict[str, float]:
    """Return the best time of each tool for one clean sentence of 30 characters, in microseconds."""
    work: dict[str, Callable[[str], object]] = {"encfix.clean": encfix.clean}
    try:
        work["ftfy.fix_text"] = import_module("ftfy").fix_text
    except ImportError as error:
        print(f"ftfy.fix_text is skipped: {error}", file=sys.stderr)
    best = dict.fromkeys(work, float("inf"))
    for _ in range(repeats):
        for name, clean in work.items():
            best[name] = min(best[name], _seconds(each(clean), [SENTENCE] * calls) / calls * 1e6)
    return best


def one_by_one(repeats: int, sizes: Sequence[int] = (1, 10, 60)) -> None:
    """Print what a call of each tool takes for documents of so many clean lines, in microseconds."""
    work: dict[str, Callable[[str], object]] = {"encfix": encfix.clean, "ftfy": import_module("ftfy").fix_text}
    print(f"\n{'one call a document, µs':<34}{'characters':>10}{'encfix':>10}{'ftfy':>10}")
    for name in corpora.CORPORA:
        lines = corpora.corpus(name)
        for size in sizes if lines else ():
            documents = ["\n".join(lines[first : first + size]) for first in range(0, len(lines), size)][:200]
            best = dict.fromkeys(work, float("inf"))
            for _ in range(repeats):
                for tool, clean in work.items():
                    best[tool] = min(best[tool], _seconds(each(clean), documents) / len(documents) * 1e6)
            characters = sum(map(len, documents)) // len(documents)
            row = "".join(f"{time:>10.1f}" for time in best.values())
            print(f"{name.removesuffix('.txt')}, {size:<4}{'lines':<{28 - len(name)}}{characters:>10}{row}")


def mojibake_pages() -> list[str]:
    """Return pages of thirty lines of Chinese, each damaged as a whole in one way; none without the corpora."""
    if not corpora.corpus("ud-gsd-dev.simplified.txt"):
        return []
    pairs = [pair for pair in misreading.PAIRS if pair[0] not in misreading.LANGUAGES and pair[1] != "gbk twice"]
    ways = [(*pair, style) for pair in pairs for style in ("browser", "fffd")]
    pages = ["\n".join(seen for _, seen, _ in misreading.cases(*way, 60, 30)) for way in ways]
    return [page for page in pages if page]


def judge(met: bool, what: str) -> str:
    return f"{'met   ' if met else 'MISSED'}  {what}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the speed of encfix with that of other tools.")
    parser.add_argument("--repeats", type=int, default=7, help="turns, of which the best counts")
    parser.add_argument("--characters", type=int, default=2_000_000, help="characters of each kind of page")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    seeds, gold = corpora.seeds(), corpora.gold()
    pages = {CLEAN: [seeds["004"], *gold.values()], DAMAGED: [seeds[number] for number in sorted(seeds)[:4]]}
    if broken := mojibake_pages():
        pages[MOJIBAKE] = broken
    work = tools()
    judged: list[str] = []
    for name, documents in pages.items():
        best = speeds(work, documents, arguments.repeats, arguments.characters)
        print(f"\n{name:<34}{'M chars/s':>10}{'encfix is':>12}{'encfix, simplified is':>24}")
        for tool, speed in sorted(best.items(), key=lambda item: -item[1]):
            ratios = [best[mine] / speed for mine in ("encfix", "encfix, simplified")]
            print(f"{tool:<34}{speed / 1e6:>10.2f}{ratios[0]:>11.2f}×{ratios[1]:>23.2f}×")
        for target in TARGETS:
            if target.pages == name and target.peer in best:
                ratio = best[target.tool] / best[target.peer]
                what = f"{name}: {target.tool} {ratio:.2f}× {target.peer} (target {target.times:g}×)"
                judged.append(judge(ratio >= target.times, what))
    times = short(arguments.repeats)
    print(f"\n{'a clean sentence of 30 characters':<34}{'µs':>10}")
    for tool, time in times.items():
        print(f"{tool:<34}{time:>10.1f}")
    if len(times) == 2:
        one_by_one(arguments.repeats)
        mine, peer = times.values()
        judged.append(judge(mine <= peer / 4, f"short: {mine / peer:.2f} of ftfy's time (target 0.25)"))
    print("\n" + "\n".join(judged))


if __name__ == "__main__":
    main()
