"""How much mojibake encfix repairs: a table of every true encoding, wrong encoding and decoder.

    python -m benchmarks.mojibake [--cases N] [--only WORD] [--seed N] [--page docs/mojibake.md]

Text is cut from the GSD development sets (folder in ENCFIX_CORPORA), Japanese and Korean from Django's catalogues, at
8, 20 and 60 characters, encoded in one encoding and decoded in another. The damage is made here from Python's codecs
and the WHATWG Encoding Standard, apart from what the library knows about either.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import encfix

CORPORA = Path(os.environ.get("ENCFIX_CORPORA", Path(__file__).parent.parent.parent / "shared" / "data"))
LENGTHS = (8, 20, 60)
SEED = 3
STYLES = ("strict", "browser", "browser-fffd", "fffd", "question", "drop")
PAIRS = (
    *(("utf-8", wrong) for wrong in
      ("gbk", "gb18030", "big5", "shift_jis", "euc_kr", "cp1252", "cp1250", "latin-1", "cp437")),
    *(("gbk", wrong) for wrong in
      ("latin-1", "cp1252", "cp1254", "cp1250", "cp1251", "mac-roman", "big5", "shift_jis", "euc_kr", "utf-8/cp1252",
       "cp1252+ftfy")),
    *(("big5", wrong) for wrong in ("gbk", "latin-1", "shift_jis", "euc_kr")),
    *((true, wrong) for wrong in ("gbk", "cp1252") for true in ("euc_jp", "shift_jis", "euc_kr")),
    *(("utf-8 ja", wrong) for wrong in ("shift_jis", "gbk")),
    ("utf-8", "gbk twice"),
)  # fmt: skip
"""What the text was encoded in, its language behind it where the encoding does not say it, and what it was read as."""
LANGUAGES = {"euc_jp": "ja", "shift_jis": "ja", "utf-8 ja": "ja", "euc_kr": "ko"}
"""The language of the text, where it is not Chinese."""
_BROWSERS = {
    "gbk": ("gb18030", range(0x81, 0xFF), range(0x40, 0xFF)),
    "gb18030": ("gb18030", range(0x81, 0xFF), range(0x40, 0xFF)),
    "big5": ("big5hkscs", range(0x81, 0xFF), range(0x40, 0xFF)),
    "shift_jis": ("cp932", (*range(0x81, 0xA0), *range(0xE0, 0xFD)), range(0x40, 0xFD)),
    "euc_kr": ("cp949", range(0x81, 0xFF), range(0x41, 0xFF)),
}


def browser(data: bytes, wrong: str) -> str:
    """Decode as the WHATWG Encoding Standard does, errors as U+FFFD."""
    if wrong == "latin-1" or wrong.startswith("cp125"):
        codec = "cp1252" if wrong == "latin-1" else wrong
        return "".join(bytes((b,)).decode(codec, "replace").replace("\ufffd", chr(b)) for b in data)
    if wrong not in _BROWSERS:
        return data.decode(wrong, "replace")
    codec, leads, trails = _BROWSERS[wrong]
    text, place = "", 0
    while place < len(data):
        byte = data[place]
        place += 1
        if byte not in leads:
            euro = byte == 0x80 and codec == "gb18030"
            text += "€" if euro else bytes((byte,)).decode(codec, "replace") if byte < 0xE0 else "\ufffd"
            continue
        if place == len(data):
            text += "\ufffd"
            continue
        pair = data[place - 1 : place + 1].decode(codec, "replace") if data[place] in trails else ""
        pair = pair if len(pair) == 1 and pair != "\ufffd" else ""
        text += pair or "\ufffd"
        place += bool(pair) or data[place] >= 0x80
    return text


def mixed(data: bytes) -> str:
    """Decode UTF-8 pairs where there are any, else single bytes of windows-1252."""
    text, place = "", 0
    while place < len(data):
        for length in (4, 3, 2):
            try:
                text += data[place : place + length].decode("utf-8")
                place += length
                break
            except UnicodeDecodeError:
                continue
        else:
            text += browser(data[place : place + 1], "cp1252")
            place += 1
    return text


def through_ftfy(text: str) -> str:
    """Return what ftfy makes of a text, as of most text in collections of web pages, but for quotation marks."""
    import ftfy

    return ftfy.fix_text(text, uncurl_quotes=False)


def damage(text: str, true: str, wrong: str, style: str) -> tuple[str, bool] | None:
    """Return the damaged text and whether something was lost; None if this decoder cannot make it."""
    try:
        data = text.encode(true.split(maxsplit=1)[0])
        if wrong == "gbk twice":
            once = damage(text, true, "gbk", style)
            return damage(once[0], true, "gbk", style) if once and not once[1] else None
        if wrong == "utf-8/cp1252":
            return (mixed(data), False) if style == "browser" else None
        if wrong == "cp1252+ftfy":
            return (through_ftfy(browser(data, "cp1252")), False) if style == "browser" else None
        if style == "strict":
            return data.decode(wrong), False
        if style.startswith("browser"):
            seen = browser(data, wrong)
            return (seen, "\ufffd" in seen) if ("\ufffd" in seen) == (style == "browser-fffd") else None
        replaced = data.decode(wrong, "replace")
    except UnicodeError:
        return None
    if "\ufffd" not in replaced:
        return None
    return {"fffd": replaced, "question": replaced.replace("\ufffd", "?"), "drop": data.decode(wrong, "ignore")}[
        style
    ], True


@cache
def source(true: str, script: str) -> str:
    """Return text to cut from, without line ends."""
    if true in LANGUAGES:
        return foreign(LANGUAGES[true])
    return "".join((CORPORA / f"ud-gsd-dev.{script}.txt").read_text(encoding="utf-8").split("\n"))


@cache
def foreign(language: str) -> str:
    """Return the messages of one of Django's catalogues in a row, without what is not prose."""
    import gettext

    import django

    folder = Path(django.__file__).parent
    texts: list[str] = []
    for path in sorted(folder.glob(f"**/locale/{language}/LC_MESSAGES/django.mo")):
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
        texts += [text for key, text in catalogue._catalog.items() if key]  # type: ignore[attr-defined]
    return "".join(text for text in texts if not set(text) & set("%{}<>&\n|"))


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


def cases(
    true: str, wrong: str, style: str, length: int, count: int, seed: int = SEED
) -> Iterator[tuple[str, str, bool]]:
    """Yield `count` cases of a cell, fewer if the decoder seldom makes any: the text, its damage, whether that lost
    anything."""
    chance = random.Random(f"{true} {wrong} {style} {length} {seed}")
    scripts = {"gbk": ("simplified",), "big5": ("traditional",)}.get(true, ("simplified", "traditional"))
    made = 0
    for attempt in range(8 * count):
        text = source(true, scripts[attempt % len(scripts)])
        start = chance.randrange(len(text) - length)
        truth = text[start : start + length]
        damaged = damage(truth, true, wrong, style) if truth.strip() == truth else None
        if damaged and damaged[0] != truth:
            made += 1
            yield truth, *damaged
        if made == count:
            return


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
