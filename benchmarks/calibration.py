"""What the confidence of a mojibake repair is worth, measured on generated damage.

    python -m benchmarks.calibration [--cases N]

Every cell of `benchmarks.mojibake` is repaired with no least confidence, and each change is right or wrong: wrong if
it holds a character that the truth lacks there. The table says, for each band of confidence, how many changes there
are and how many of them are right. The cases are others than those that the table of the benchmark counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import encfix
from benchmarks import misreading
from benchmarks.mojibake import aligned

BANDS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.995, 1.0)
SEED = 17


def judged(count: int) -> Iterator[tuple[float, bool]]:
    """Yield the confidence of each change, and whether it is right."""
    for true, wrong in misreading.PAIRS:
        for style in misreading.STYLES:
            for length in misreading.LENGTHS:
                made = list(misreading.cases(true, wrong, style, length, count, SEED))
                results = encfix.clean_many((seen for _, seen, _ in made), only=("mojibake",), min_confidence=0.0)
                for (truth, _, _), result in zip(made, results, strict=True):
                    yield from _changes(truth, result)


def _changes(truth: str, result: encfix.Result) -> Iterator[tuple[float, bool]]:
    matched, shift = aligned(truth, result.text), 0
    for change in result.changes:
        start = change.start + shift
        shift += len(change.after) - len(change.before)
        places = range(start, start + len(change.after))
        yield change.confidence, all(p in matched or result.text[p] in "\ufffd?" for p in places)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the confidence of mojibake repairs is worth.")
    parser.add_argument("--cases", type=int, default=40, help="cases in a cell")
    found = list(judged(parser.parse_args().cases))
    print(f"{'confidence':<16}{'changes':>8}{'right':>8}{'mean':>8}")
    for low, high in zip(BANDS, (*BANDS[1:], 2.0), strict=True):
        band = [(confidence, right) for confidence, right in found if low <= confidence < high]
        if band:
            right = sum(right for _, right in band) / len(band)
            mean = sum(confidence for confidence, _ in band) / len(band)
            print(f"{low:.3f} to {min(high, 1.0):.3f}{len(band):>9}{right:>8.1%}{mean:>8.3f}")


if __name__ == "__main__":
    main()
