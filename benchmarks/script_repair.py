"""How well `script="auto"` repairs wrong forms in traditional text, and what it breaks.

    python -m benchmarks.script_repair [--share S] [--seed N] [--show N]

Damage: in GSD dev's traditional half, a share of the characters that one simplified character stands for is replaced
by a wrong one of its forms; then cleaned line by line, and in documents of ten lines. What counts as right is what
comes out where nothing was damaged: a misspelling of the corpus itself is listed among the clean texts, not among the
broken. Further rows: leftovers of the other script in either direction, the hand lists of `tests/cases`, clean corpora,
and the speed on clean traditional pages beside ftfy's.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import process_time
from typing import NamedTuple

import encfix
from benchmarks import corpora

CASES = Path(__file__).resolve().parent.parent / "tests" / "cases"

FORMS = (
    "面麵", "裡里", "歷曆", "系係繫", "游遊", "發髮", "只隻", "後后", "干乾幹", "松鬆", "鬥斗",
    "制製", "復複", "雲云", "準准", "征徵", "衝沖", "困睏", "於于", "並併并", "採采", "周週",
    "餘余", "範范", "谷穀", "醜丑", "曲麴", "表錶", "鐘鍾", "板闆", "出齣", "家傢", "合閤",
    "盡儘", "須鬚", "胡鬍", "姜薑", "致緻", "志誌", "托託", "咸鹹", "舍捨", "匯彙", "髒臟",
    "卜蔔", "千韆", "秋鞦", "僕仆", "幾几", "了瞭", "向嚮", "回迴", "當噹", "同衕", "局侷",
    "朱硃", "獲穫", "術朮", "葉叶", "團糰", "壇罈", "症癥", "蒙矇濛", "闢辟", "劃划", "別彆",
    "傑杰",
)  # fmt: skip
"""Forms of one simplified character, of which a careless conversion picks a wrong one; regional variants left out."""


class Outcome(NamedTuple):
    """What became of damaged characters and of right ones."""

    damaged: int
    repaired: int
    right: int
    broken: int
    examples: list[str]


def damage(random: Random, line: str, share: float) -> str:
    """Return a line in which a share of the ambiguous characters has a wrong form."""
    others = {form: [other for other in forms if other != form] for forms in FORMS for form in forms}
    return "".join(random.choice(others[c]) if c in others and random.random() < share else c for c in line)


def leftovers(random: Random, line: str, other: str, share: float) -> str:
    """Return a line in which a share of the characters is that of the same line in the other script."""
    return "".join(b if a != b and random.random() < share else a for a, b in zip(line, other, strict=True))


def measure(clean: Sequence[str], damaged: Sequence[str]) -> Outcome:
    """Clean the damaged texts and compare them, character by character, with the clean ones as they come out."""
    expected = [result.text for result in encfix.clean_many(clean)]
    got = [result.text for result in encfix.clean_many(damaged)]
    counts = [0, 0, 0, 0]
    examples = []
    for want, before, after in zip(expected, damaged, got, strict=True):
        if not len(want) == len(before) == len(after):
            raise ValueError(f"a repair changed the length of {before!r}")
        for place, (a, b, c) in enumerate(zip(want, before, after, strict=True)):
            wrong = a != b
            counts[0 if wrong else 2] += 1
            counts[1 if wrong else 3] += (a == c) == wrong
            if a != c:
                around = before[max(0, place - 5) : place + 6].replace("\n", " ")
                examples.append(f"{'left' if wrong and b == c else 'WRONG'} {b}→{c} for {a}: {around}")
    return Outcome(counts[0], counts[1], counts[2], counts[3], examples)


def pages(lines: Sequence[str], size: int = 10) -> list[str]:
    """Join lines to documents."""
    return ["\n".join(lines[start : start + size]) for start in range(0, len(lines), size)]


def speed(lines: Sequence[str], turns: int = 5) -> None:
    """Print how fast clean traditional pages are cleaned, and how fast ftfy reads them; the best of several turns."""
    from ftfy import fix_text

    texts = pages(lines, 25)
    best = {"encfix": float("inf"), "ftfy": float("inf")}
    for _ in range(turns):
        many = [text[:1] + text[1:] for text in texts * 20]
        start = process_time()
        encfix.clean_many(many)
        middle = process_time()
        for text in texts:
            fix_text(text)
        best["encfix"] = min(best["encfix"], (middle - start) / 20)
        best["ftfy"] = min(best["ftfy"], process_time() - middle)
    size = sum(map(len, texts)) / 1e6
    print(f"\n{'clean traditional pages':<34}{'M/s':>8}{'× ftfy':>9}")
    for name, seconds in best.items():
        print(f"{name:<34}{size / seconds:>8.2f}{best['ftfy'] / seconds:>9.1f}")


def hand_list(name: str) -> list[dict[str, str]]:
    """Return one of the hand lists."""
    cases: list[dict[str, str]] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return cases


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the repair of wrong forms in traditional text.")
    parser.add_argument("--share", type=float, default=0.3, help="share of ambiguous characters that is damaged")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="examples to print for each row")
    arguments = parser.parse_args()
    random = Random(arguments.seed)
    traditional = corpora.corpus("ud-gsd-dev.traditional.txt")
    simplified = corpora.corpus("ud-gsd-dev.simplified.txt")
    damaged = [damage(random, line, arguments.share) for line in traditional]
    mixed = [leftovers(random, a, b, 0.05) for a, b in zip(traditional, simplified, strict=True)]
    mixed_too = [leftovers(random, b, a, 0.05) for a, b in zip(traditional, simplified, strict=True)]
    rows = {
        "wrong forms, line by line": measure(traditional, damaged),
        "wrong forms, ten lines": measure(pages(traditional), pages(damaged)),
        "simplified leftovers, lines": measure(traditional, mixed),
        "simplified leftovers, ten lines": measure(pages(traditional), pages(mixed)),
        "traditional leftovers, lines": measure(simplified, mixed_too),
        "traditional leftovers, ten lines": measure(pages(simplified), pages(mixed_too)),
    }
    print(f"{'generated':<34}{'damaged':>8}{'repaired':>9}{'share':>9}{'right':>8}{'broken':>8}")
    for name, row in rows.items():
        share = row.repaired / max(row.damaged, 1)
        print(f"{name:<34}{row.damaged:>8}{row.repaired:>9}{share:>9.2%}{row.right:>8}{row.broken:>8}")
        print("".join(f"    {example}\n" for example in row.examples[: arguments.show]), end="")
    wild, negative = hand_list("script-wild"), hand_list("script-negative")
    missed = [(c["damaged"], encfix.clean(c["damaged"]).text, c["exact"]) for c in wild]
    missed = [case for case in missed if case[1] != case[2]]
    altered = [(c["text"], encfix.clean(c["text"]).text) for c in negative]
    altered = [case for case in altered if case[0] != case[1]]
    print(f"\n{'hand lists':<34}{'cases':>8}{'right':>9}")
    print(f"{'wild errors repaired':<34}{len(wild):>8}{len(wild) - len(missed):>9}{1 - len(missed) / len(wild):>9.2%}")
    for case in missed[: arguments.show]:
        print("   ", *case)
    kept = len(negative) - len(altered)
    print(f"{'look-alikes kept':<34}{len(negative):>8}{kept:>9}{kept / len(negative):>9.2%}")
    for pair in altered[: arguments.show]:
        print("   ", *pair)
    speed(corpora.clean_corpus("ud-gsd-dev.traditional.txt"))
    print(f"\n{'clean texts':<34}{'texts':>8}{'altered':>9}")
    for name in corpora.CORPORA:
        for how, texts in (("", corpora.corpus(name)), (", joined", pages(corpora.corpus(name)))):
            changed = [result for result in encfix.clean_many(texts) if result.changes]
            print(f"{name + how:<34}{len(texts):>8}{len(changed):>9}")
            for result in changed:
                for change in result.changes:
                    around = result.original[max(0, change.start - 6) : change.end + 6].replace("\n", " ")
                    print(f"    {change.before} → {change.after} ({change.confidence:.3f}; {change.reason}): {around}")


if __name__ == "__main__":
    main()
