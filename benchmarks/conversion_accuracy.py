"""How right conversion between the scripts is, beside OpenCC, on sentences that exist in both.

    python -m benchmarks.conversion_accuracy [--show N]

The text is GSD dev, whose halves agree character for character. Regional forms that are equally right (台 and 臺)
count as equal; so does what only the editors of the corpus chose: quotation marks.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import NamedTuple

import numpy as np

import encfix
from benchmarks import corpora
from encfix.chinese import confusions, model
from encfix.chinese.characters import IS_HAN, class_of

_ALIKE = str.maketrans({variant: forms[0] for forms in confusions.REGIONAL for variant in forms[1:]})


class Accuracy(NamedTuple):
    """How many ideographs were converted and how many of them right; the same of those that have several forms.

    `wrong` counts (source, output, truth).
    """

    all: int
    right: int
    ambiguous: int
    ambiguous_right: int
    wrong: Counter[tuple[str, str, str]]


def ambiguous() -> frozenset[str]:
    """Return the simplified characters for which traditional text has several."""
    codes = np.flatnonzero(confusions.tables().group_of >= 0).tolist()
    return frozenset(model.fold("".join(map(chr, codes))))


def accuracy(sources: Sequence[str], outputs: Sequence[str], truths: Sequence[str]) -> Accuracy:
    """Compare outputs with truths of the same lengths, ideographs only."""
    several = ambiguous()
    wrong: Counter[tuple[str, str, str]] = Counter()
    count, many, many_wrong = 0, 0, 0
    for triple in zip("".join(sources), "".join(outputs), "".join(truths), strict=True):
        source, output, truth = triple
        if IS_HAN[class_of(source)]:
            is_wrong = output.translate(_ALIKE) != truth.translate(_ALIKE)
            count += 1
            many += source in several
            many_wrong += is_wrong and source in several
            wrong.update([triple] * is_wrong)
    return Accuracy(count, count - wrong.total(), many, many - many_wrong, wrong)


def table() -> Iterator[tuple[str, str, Accuracy]]:
    """Yield direction, tool and accuracy; nothing where the corpus is absent."""
    simplified, traditional = (corpora.corpus(f"ud-gsd-dev.{script}.txt") for script in ("simplified", "traditional"))
    opencc = import_module("opencc").OpenCC
    directions = (
        ("simplified to traditional", simplified, traditional, "traditional", ("s2tw", "s2t")),
        ("traditional to simplified", traditional, simplified, "simplified", ("tw2s", "t2s")),
    )
    for direction, source, truth, script, configurations in directions:
        if source and truth:
            ours = [result.text for result in encfix.clean_many(source, script=script)]
            yield direction, "encfix", accuracy(source, ours, truth)
            for name in configurations:
                yield direction, f"OpenCC {name}", accuracy(source, list(map(opencc(name).convert, source)), truth)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Compare conversion with a corpus in both scripts.")
    parser.add_argument("--show", type=int, default=0, help="how many kinds of errors to list for each row")
    arguments = parser.parse_args()
    print(f"{'':<28}{'':<14}{'characters':>11}{'right':>9}{'one-to-many':>13}{'right':>9}{'errors':>8}")
    for direction, tool, found in table():
        print(
            f"{direction:<28}{tool:<14}{found.all:>11}{found.right / found.all:>9.2%}"
            f"{found.ambiguous:>13}{found.ambiguous_right / found.ambiguous:>9.2%}{found.wrong.total():>8}"
        )
        for (source, output, truth), times in found.wrong.most_common(arguments.show):
            print(f"    {source} → {output}, not {truth}: {times}")


if __name__ == "__main__":
    main()
