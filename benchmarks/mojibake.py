"""How much mojibake encfix repairs: a table of every true encoding, wrong encoding and decoder.

    python -m benchmarks.mojibake [--cases N] [--only WORD] [--seed N] [--page docs/mojibake.md]

The cases are those of `benchmarks.misreading`, at 8, 20 and 60 characters.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import encfix
from benchmarks.misreading import LENGTHS, PAIRS, SEED, STYLES, cases


@dataclass
class Cell:
    """What happened to the cases of one cell of the table."""

    cases: int = 0
    exact: int = 0
    wrong: int = 0
    right: int = 0
    characters: int = 0
    misses: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, truth: str, seen: str, result: encfix.Result) -> None:
        """Count one case.

        A repair is wrong if a character of a change has no counterpart in the truth: U+FFFD, or a question mark that
        was seen, claims nothing.
        """
        self.cases += 1
        self.exact += result.text == truth
        matched = aligned(truth, result.text)
        self.right += len(matched)
        self.characters += len(truth)
        is_wrong, shift = False, 0
        for change in result.changes:
            new = change.start + shift
            shift += len(change.after) - len(change.before)
            is_wrong |= any(
                place not in matched and result.text[place] not in "\ufffd?"
                for place in range(new, new + len(change.after))
            )
        self.wrong += is_wrong
        if is_wrong or result.text != truth:
            self.misses.append((truth, seen, result.text))


def aligned(truth: str, text: str) -> set[int]:
    """Return which characters of a text are right, in its best alignment with the truth.

    U+FFFD may stand for any character, at little cost, so that what is right beside it stays in its place.
    """
    before = text and next((n for n, (a, b) in enumerate(zip(truth, text, strict=False)) if a != b), None)
    if before is None or before == "":
        return set(range(min(len(truth), len(text))))
    rows, columns = len(truth) + 1, len(text) + 1
    costs = [[2.0 * column for column in range(columns)]]
    for row in range(1, rows):
        last, line = costs[-1], [2.0 * row]
        for column in range(1, columns):
            seen = text[column - 1]
            change = 0.0 if seen == truth[row - 1] else 1.0 if seen == "\ufffd" else 3.0
            line.append(min(last[column - 1] + change, last[column] + 2.0, line[-1] + 2.0))
        costs.append(line)
    found, row, column = set(), rows - 1, columns - 1
    while row and column:
        seen = text[column - 1]
        change = 0.0 if seen == truth[row - 1] else 1.0 if seen == "\ufffd" else 3.0
        if costs[row][column] == costs[row - 1][column - 1] + change:
            row, column = row - 1, column - 1
            if change == 0.0:
                found.add(column)
        elif costs[row][column] == costs[row - 1][column] + 2.0:
            row -= 1
        else:
            column -= 1
    return found


def run(
    count: int, only: str, report: Callable[[str], None] = print, show: int = 0, seed: int = SEED
) -> dict[tuple[str, str, str, int], Cell]:
    """Fill the table and report it line by line."""
    table = {}
    report(f"{'true':<10}{'wrong':<14}{'decoder':<14}{'length':>6}{'cases':>7}{'exact':>8}{'right':>8}{'wrong':>8}")
    for true, wrong in PAIRS:
        for style in STYLES:
            for length in LENGTHS:
                name = f"{true} {wrong} {style} {length}"
                if only not in name:
                    continue
                made = list(cases(true, wrong, style, length, count, seed))
                if not made:
                    continue
                cell = table[true, wrong, style, length] = Cell()
                for (truth, seen, _), result in zip(
                    made, encfix.clean_many([seen for _, seen, _ in made], script="keep"), strict=True
                ):
                    cell.add(truth, seen, result)
                report(
                    f"{true:<10}{wrong:<14}{style:<14}{length:>6}{cell.cases:>7}{cell.exact / cell.cases:>8.1%}"
                    f"{cell.right / cell.characters:>8.1%}{cell.wrong / cell.cases:>8.1%}"
                )
                for miss in cell.misses[:show]:
                    report("    " + "\n    ".join(map(ascii if show < 0 else str, miss)))
    return table


TARGETS = (
    "≥ 99 % exact at 20 and 60 characters and ≥ 90 % at 8 where nothing is lost; ≥ 90 % of characters right at 60 \
where something is; ≤ 0.3 % wrong"
)


def falls_short(style: str, length: int, cell: Cell) -> str:
    """Return what a cell of 50 cases or more lacks to its target; empty if nothing."""
    if cell.cases < 50:
        return ""
    lacks = []
    exact, right, wrong = cell.exact / cell.cases, cell.right / cell.characters, cell.wrong / cell.cases
    if style in ("strict", "browser") and exact < (0.9 if length == 8 else 0.99):
        lacks.append("exact")
    if style not in ("strict", "browser") and length == 60 and right < 0.9:
        lacks.append("right")
    if wrong > 0.003:
        lacks.append("wrong")
    return ", ".join(lacks)


def page(table: dict[tuple[str, str, str, int], Cell]) -> str:
    """Return the table in Markdown, with what falls short."""
    lines = [
        "| true | wrong | decoder | length | cases | exact | right | wrong | short of |",
        "|---|---|---|--:|--:|--:|--:|--:|---|",
    ]
    for (true, wrong, style, length), cell in table.items():
        figures = cell.exact / cell.cases, cell.right / cell.characters, cell.wrong / cell.cases
        shown = " | ".join(f"{100 * figure:.1f}" for figure in figures)
        lines.append(
            f"| {true} | {wrong} | {style} | {length} | {cell.cases} | {shown} | {falls_short(style, length, cell)} |"
        )
    return "\n".join(lines) + "\n"


def write_page(path: Path, table: dict[tuple[str, str, str, int], Cell], command: str) -> None:
    """Put the table in place of what stands behind the mark in a page of the documentation."""
    text = path.read_text(encoding="utf-8").partition(MARK)[0]
    path.write_text(f"{text}{MARK}\n\nTargets: {TARGETS}. Written by `{command}`.\n\n{page(table)}", encoding="utf-8")


MARK = "<!-- table -->"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=200, help="cases in a cell")
    parser.add_argument("--only", default="", help="part of the names of the cells to fill")
    parser.add_argument("--show", type=int, default=0, help="misses to print for each cell")
    parser.add_argument("--seed", type=int, default=SEED, help="what the cases are drawn by")
    parser.add_argument("--page", type=Path, help="page of the documentation to write the table into")
    arguments = parser.parse_args()
    filled = run(arguments.cases, arguments.only, show=arguments.show, seed=arguments.seed)
    if arguments.page:
        write_page(
            arguments.page, filled, f"python -m benchmarks.mojibake --cases {arguments.cases} --page docs/mojibake.md"
        )
