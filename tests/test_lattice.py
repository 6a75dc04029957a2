"""The lattice: probabilities are those of all ways counted one by one, and lines read together as they are alone."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encfix.arrays import Codes, Scores
from encfix.repairs.mojibake.lost_bytes import best_reading
from encfix.repairs.mojibake.lost_bytes.candidates import Source
from encfix.repairs.mojibake.lost_bytes.lattice import Lattice
from encfix.repairs.mojibake.lost_bytes.utf8 import UNKNOWN

layers = st.lists(st.integers(1, 3), min_size=1, max_size=4)


def costs(first: Codes, second: Codes) -> Scores:
    return -((first * 7 + second * 3) % 11).astype(np.float64)


@given(st.lists(layers, min_size=1, max_size=3))
def test_probabilities_are_those_of_all_ways_counted_one_by_one(lines: list[list[int]]) -> None:
    found = [
        (10 * line + place + candidate, line, place, place + 1)
        for line, sizes in enumerate(lines)
        for place, size in [(-1, 1), *enumerate(sizes)]
        for candidate in range(size)
    ]
    codes, line_of, starts, ends = (np.array(column) for column in zip(*found, strict=True))
    lattice = Lattice(codes.astype(np.int64), line_of, starts, ends)
    _, shares, scores = lattice.weigh(costs)
    for line, sizes in enumerate(lines):
        mine = [np.flatnonzero((line_of == line) & (starts == place)).tolist() for place in range(-1, len(sizes))]
        total, seen = 0.0, dict.fromkeys((nth for layer in mine for nth in layer), 0.0)
        for way in product(*mine):
            weight = float(np.exp(costs(codes[list(way[:-1])], codes[list(way[1:])]).sum()))
            total += weight
            for nth in way:
                seen[nth] += weight
        assert np.log(total) == pytest.approx(scores[line])
        for nth, weight in seen.items():
            assert shares[lattice.order == nth] == pytest.approx(weight / total)


TEXT = "他们在那里住了三年，后来又回到了北京。\n这个国家的经济发展得很快，人民的生活也好了。\n"


def lossy(text: str) -> bytes:
    data = text.encode("gbk")
    return data.replace("里".encode("gbk"), b"\xff" + "里".encode("gbk")[1:])


def test_lines_are_read_together_as_they_are_alone() -> None:
    data = lossy(TEXT)
    _, whole = best_reading.most_probable(Source(data, "gbk", ("big5", "")))
    lines = [
        best_reading.most_probable(Source(line, "gbk", ("big5", "")))[1] for line in data.splitlines(keepends=True)
    ]
    assert whole.codes[1:].tolist() == [code for one in lines for code in one.codes.tolist()][1:]


def test_a_stretch_without_a_break_is_read_piece_by_piece() -> None:
    text = TEXT.replace("\n", "") * 60
    data = lossy(text)
    assert len(data) > 3 * best_reading.LONGEST
    _, reading = best_reading.most_probable(Source(data, "gbk", ("big5", "")))
    assert reading.starts[-1] == len(data)
    read = "".join("\ufffd" if code == UNKNOWN else chr(code) for code in reading.codes.tolist())
    assert len(read) == len(text)
    assert sum(a == b for a, b in zip(read, text, strict=True)) >= 0.95 * len(text)
