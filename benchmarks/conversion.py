"""How fast conversion over arrays is beside OpenCC and zhconv-rs, all in one run on one core.

    python -m benchmarks.conversion [--repeats N] [--characters N]

The text is all corpora and sample documents, joined, in both scripts, and each script's share by itself, repeated
to the size of a batch. Every output is first checked to equal OpenCC's. A turn times each tool once, one after the
other; the best turn counts.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module
from time import perf_counter
from typing import NamedTuple

from benchmarks import corpora
from encfix.batch import to_codes, to_text
from encfix.chinese.vector_conversion import convert_codes
from encfix.cleaner import CHUNK

LEAST_CHARACTERS = 20_000


class Case(NamedTuple):
    """A configuration, the script it is meant for, zhconv-rs's name for its target, and the target for encfix.

    `times` is what encfix must be as a multiple of OpenCC's speed.
    """

    configuration: str
    source: str
    target: str
    times: float


CASES = (
    Case("t2s", "traditional", "zh-hans", 4),
    Case("tw2s", "traditional", "zh-hans", 4),
    Case("s2tw", "simplified", "zh-tw", 8),
)
TIMES_ZHCONV = 1
"""What encfix must be as a multiple of zhconv-rs's speed."""


def sources() -> dict[str, str]:
    """Return the texts to convert by name, without those whose corpora are absent."""
    by_name = {name: "\n".join(corpora.corpus(name)) for name in corpora.CORPORA}
    documents = list(corpora.seeds().values())
    texts = {
        "joined": "\n".join([*by_name.values(), *documents]),
        "simplified": by_name["ud-gsd-dev.simplified.txt"],
        "traditional": "\n".join([by_name["ud-gsd-dev.traditional.txt"], by_name["ud-hk.txt"]]),
    }
    return {name: text for name, text in texts.items() if len(text) > LEAST_CHARACTERS}


def tools(case: Case) -> dict[str, Callable[[str], str]]:
    """Return the tools that are installed, each as a function from a string to a string."""
    made = {
        "encfix": lambda text: to_text(convert_codes(to_codes(text), case.configuration)),
        "OpenCC": import_module("opencc").OpenCC(case.configuration).convert,
    }
    try:
        zhconv = import_module("zhconv_rs").zhconv
        made["zhconv-rs"] = lambda text: zhconv(text, case.target)
    except ImportError as error:
        print(f"zhconv-rs is skipped: {error}", file=sys.stderr)
    return made


def speeds(work: dict[str, Callable[[str], str]], text: str, repeats: int) -> dict[str, float]:
    """Return the best speed of each tool in characters a second."""
    best = dict.fromkeys(work, 0.0)
    for _ in range(repeats):
        for name, convert in work.items():
            start = perf_counter()
            convert(text)
            best[name] = max(best[name], len(text) / (perf_counter() - start))
    return best


def main() -> int:
    """Print the table; return 1 if an output differs from OpenCC's."""
    parser = argparse.ArgumentParser(description="Compare the speed of conversion with that of other tools.")
    parser.add_argument("--repeats", type=int, default=25, help="turns, of which the best counts")
    parser.add_argument("--characters", type=int, default=CHUNK, help="least length of a text, by repetition")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    judged = []
    for name, source in sources().items():
        text = source * -(-arguments.characters // len(source))
        print(f"\n{name}, {len(text):,} characters: M chars/s{'encfix':>10}{'OpenCC':>10}{'zhconv-rs':>11}")
        for case in CASES:
            if name not in ("joined", case.source):
                continue
            work = tools(case)
            if work["encfix"](text) != work["OpenCC"](text):
                print(f"{case.configuration}: the output is not OpenCC's", file=sys.stderr)
                return 1
            best = speeds(work, text, arguments.repeats)
            print(f"{case.configuration:<35}" + "".join(f"{speed / 1e6:>10.1f}" for speed in best.values()))
            for peer, times in (("OpenCC", case.times), ("zhconv-rs", TIMES_ZHCONV)):
                if peer in best:
                    ratio = best["encfix"] / best[peer]
                    verdict = "met   " if ratio >= times else "MISSED"
                    judged.append(f"{verdict} {name} {case.configuration}: {ratio:.1f}× {peer} (target {times:g}×)")
    print("\n" + "\n".join(judged))
    return 0


if __name__ == "__main__":
    sys.exit(main())
