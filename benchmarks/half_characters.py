"""Score the repair of half characters on pages damaged here, by rules written apart from the repair.

    python -m benchmarks.half_characters [--pages N] [--seed S] [--show K]

Pages come from the corpora and from sentences of our own; they are damaged by a seeded generator, and each stretch of
bytes that came out of step is counted once: exact, wrong, reported, or not seen.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import opencc
from pypinyin.pinyin_dict import pinyin_dict

import encfix
from benchmarks import corpora

MARKS = {"、": b"\xa1\xa2", "，": b"\xa3\xac", "！": b"\xa3\xa1", "；": b"\xa3\xbb", "？": b"\xa3\xbf"}
HALF_WIDTH = {0xFEE0 + code: code for code in range(0x21, 0x7F)}
PAGE = 12
OWN = Path(__file__).parent / "half_characters.txt"


class Byte(NamedTuple):
    """A byte of a page and the character of the original that it is part of; none for one of a gloss."""

    value: int
    owner: int | None


@dataclass
class Run:
    """A stretch of damaged text, and the stretch of the original that it was."""

    start: int
    end: int
    first: int
    last: int


@dataclass
class Damaged:
    """A damaged page. `places` maps each offset of `text` at which both are in step to its offset in `original`."""

    original: str
    text: str
    runs: list[Run]
    places: dict[int, int]


def glossed(data: list[Byte], character: str) -> list[Byte]:
    """Put the first reading behind every two bytes that are those of `character`, in step or not."""
    wanted = character.encode("gbk")
    reading = pinyin_dict[ord(character)].split(",")[0]
    gloss = [Byte(value, None) for value in f"({reading})".encode("gbk")]
    result: list[Byte] = []
    place = 0
    while place < len(data):
        if bytes(byte.value for byte in data[place : place + 2]) == wanted:
            result += data[place : place + 2] + gloss
            place += 2
        else:
            result.append(data[place])
            place += 1
    return result


def pieces(data: list[Byte], rng: random.Random, share: float) -> Iterator[list[Byte]]:
    """Cut at the ends of lines, and where the bytes of a mark stand, each mark a piece of its own."""
    piece: list[Byte] = []
    place = 0
    while place < len(data):
        pair = bytes(byte.value for byte in data[place : place + 2])
        size = 1 if pair[:1] == b"\n" else 2
        if size == 1 or (pair in MARKS.values() and rng.random() < share):
            yield piece
            yield data[place : place + size]
            piece = []
            place += size
        else:
            piece.append(data[place])
            place += 1
    yield piece


def units(piece: list[Byte]) -> Iterator[tuple[str, list[Byte]]]:
    """Decode a piece as code page 936, with the bytes of each character."""
    place = 0
    while place < len(piece):
        value = piece[place].value
        if value < 0x80:
            yield chr(value), piece[place : place + 1]
            place += 1
        elif value in (0x80, 0xFF) or place + 1 == len(piece):
            yield "?", piece[place : place + 1]
            place += 1
        else:
            pair = piece[place : place + 2]
            trail = pair[1].value
            if trail < 0x40 or trail in (0x7F, 0xFF):
                yield "?", pair
            else:
                yield bytes((value, trail)).decode("gbk", errors="ignore")[:1], pair
            place += 2


def with_glosses(original: str, rng: random.Random) -> list[Byte]:
    """Return the bytes of a page with glosses behind characters of a list that is drawn from `rng`."""
    data = [Byte(value, nth) for nth, character in enumerate(original) for value in character.encode("gbk")]
    to_simplified = opencc.OpenCC("t2s")
    candidates = sorted({c for c in original if to_simplified.convert(c) != c and ord(c) in pinyin_dict})
    share = rng.choice((0.0, 0.1, 0.3, 0.6, 1.0))
    chosen = {c for c in candidates if rng.random() < share}
    # The tool's list holds more than the page does, so it also hits neighbours that are no character of the page.
    both = {one + other for one, other in pairwise(original)}
    for pair in sorted(both):
        straddling = pair.encode("gbk")
        for place in range(1, len(straddling) - 1):
            hit = straddling[place : place + 2].decode("gbk", errors="ignore")
            if len(hit) == 1 and to_simplified.convert(hit) != hit and ord(hit) in pinyin_dict and rng.random() < share:
                chosen.add(hit)
    chosen = {c for c in chosen if len(c.encode("gbk")) == 2}
    for character in sorted(chosen):
        data = glossed(data, character)
    return data


def damage(original: str, rng: random.Random) -> Damaged:
    """Damage a page; how much is drawn from `rng`."""
    data = with_glosses(original, rng)
    widths = [len(character.encode("gbk")) for character in original]
    cuts = rng.choice((0.3, 0.7, 1.0))
    text, runs, places = "", [], {0: 0}
    run: Run | None = None
    partial = False
    for piece in pieces(data, rng, cuts):
        for shown, used in units(piece):
            owners = {byte.owner for byte in used}
            if owners == {None}:
                text += shown
                if run and not partial:
                    run.end = len(text)
                continue
            owner = next(iter(owners - {None}))
            in_step = len(owners) == 1 and len(used) == widths[owner or 0]
            if in_step:
                if run and not partial:
                    runs.append(run)
                    run = None
                places[len(text)] = owner or 0
                text += shown
                partial = False
                continue
            if run is None:
                run = Run(len(text), 0, min(o for o in owners if o is not None), 0)
            text += shown
            last = [byte for byte in used if byte.owner is not None][-1]
            place = next(n for n, byte in enumerate(data) if byte is last)
            partial = any(byte.owner == last.owner for byte in data[place + 1 : place + 60])
            run.last = (last.owner or 0) + 1
            run.end = len(text)
    if run:
        runs.append(run)
    places[len(text)] = len(original)
    for done in runs:
        places.setdefault(done.start, done.first)
        places[done.end] = done.last
    return Damaged(original, text, runs, places)


def pages(seed: int, count: int) -> Iterator[Damaged]:
    """Yield damaged pages over the corpora and the sentences of our own, in either script before conversion."""
    rng = random.Random(seed)
    traditional = corpora.corpus("ud-gsd-dev.traditional.txt")
    simplified = corpora.corpus("ud-gsd-dev.simplified.txt")
    own = OWN.read_text(encoding="utf-8").splitlines()
    by_character = opencc.OpenCC("s2t")
    for _ in range(count):
        source = rng.choice((traditional, traditional, simplified, own))
        lines = rng.sample(source, min(PAGE, len(source)))
        page = "\n".join(lines)
        if source is not traditional:  # a character that traditional text has too stays as it is
            page = "".join(c if is_in(c, "big5") else by_character.convert(c) for c in page)
        page = "".join(c if is_in(c, "gbk") else "" for c in page)
        done = damage(page, rng)
        if rng.random() < 0.3:
            table = HALF_WIDTH
            done.text, done.original = done.text.translate(table), done.original.translate(table)
        if done.runs:
            yield done


def is_in(character: str, encoding: str) -> bool:
    return character.encode(encoding, errors="ignore") != b""


def judge(done: Damaged) -> Iterator[tuple[str, str, str, str, object]]:
    """Yield the verdict on each run, the text shown, the truth, what came out, and the change or finding."""
    result = encfix.clean(done.text, script="keep")
    changes = [change for change in result.changes if change.kind == "misaligned"]
    findings = [finding for finding in result.findings if finding.kind == "misaligned"]
    hit = set()
    for run in done.runs:
        start, end = run.start, run.end
        touching = [c for c in changes if c.start < end and c.end > start]
        hit.update(touching)
        start = min([start, *(c.start for c in touching)])
        end = max([end, *(c.end for c in touching)])
        while start not in done.places:
            start -= 1
        while end not in done.places:
            end += 1
        truth = done.original[done.places[start] : done.places[end]]
        out = result.text[result.from_original(start) : result.from_original(end)]
        near = [f for f in findings if f.start < run.end and f.end > run.start]
        shown = done.text[start:end]
        if out == truth:
            yield "exact", shown, truth, out, touching or near
        elif touching:
            yield "wrong", shown, truth, out, touching
        else:
            yield "reported" if near else "unseen", shown, truth, out, near
    for change in changes:
        if change not in hit:
            places = sorted(done.places)
            first = max(p for p in places if p <= change.start)
            last = min(p for p in places if p >= change.end)
            truth = done.original[done.places[first] : done.places[last]]
            out = result.text[result.from_original(first) : result.from_original(last)]
            if out != truth:
                yield "stray", done.text[first:last], truth, out, change


def main() -> int:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    began = time.perf_counter()
    spent = 0.0
    for page in pages(arguments.seed, arguments.pages):
        start = time.perf_counter()
        for verdict, seen, truth, out, why in judge(page):
            counts[verdict] += 1
            shown[verdict] += 1
            if verdict != "exact" and shown[verdict] <= arguments.show:
                print(f"{verdict}\t{seen!r}\n\ttruth {truth!r}\n\tout   {out!r}\n\t{why}")
        spent += time.perf_counter() - start
    total = sum(counts.values()) - counts["stray"]
    took = time.perf_counter() - began
    print(f"{total} runs, seed {arguments.seed}, {took:.0f} s, {spent / max(total, 1) * 1e3:.1f} ms a run")
    for verdict in ("exact", "wrong", "reported", "unseen", "stray"):
        print(f"{verdict:9}{counts[verdict]:6}{counts[verdict] / max(total, 1):8.2%}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
