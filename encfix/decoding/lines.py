"""Files whose lines are in different encodings: which lines are not in the encoding of the file, and in which they are.

A line feed is never part of a character in any encoding that keeps ASCII, so lines can be judged one by one. Lines of
improbable text are looked at again in the encodings that Chinese files mix; neighbours share their evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.batch import to_codes
from encfix.chinese import model
from encfix.decoding.evidence import languages_of, log_probabilities, read

BLOCK = 1 << 20
"""How many bytes are looked at together; blocks end with a line."""

SUSPECT = -8.5
"""Nats a character, each judged by itself, below which a line is looked at again; good lines are at -6 to -8."""

HOPELESS = -10.0
"""Nats a character below which another encoding cannot be the right one either: the bytes may be damaged."""

SWITCH = 10.0
"""Nats that a line must gain, or a run of lines together, to be read in another encoding than the file."""

IMPOSSIBLE = -1e9
"""What an encoding is worth that is out of the question."""

MIXED = ("utf-8", "gb18030", "big5hkscs")
"""The encodings that lines of one file may be in, beside the one of the file."""


class Segment(NamedTuple):
    """Bytes from `start` to `end` in one encoding, and how many nats that gained over the encoding of the file."""

    start: int
    end: int
    encoding: str
    gain: float


def foreign_lines(data: bytes, encoding: str) -> list[Segment]:
    """Return the runs of lines that are in another encoding than `encoding`, the one of the file.

    >>> foreign_lines("第一行文字\\n".encode() + "第二行文字\\n".encode("gbk"), "utf-8")[0][:3]
    (16, 27, 'gb18030')
    """
    if encoding.startswith(("utf-16", "utf-32", "iso2022", "hz")):
        return []
    found: list[Segment] = []
    for start, end in _blocks(data):
        found += _foreign_in(data[start:end], start, encoding)
    return found


def _blocks(data: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", min(start + BLOCK, len(data)) - 1) + 1 or len(data)
        yield start, end
        start = end


def _foreign_in(block: bytes, base: int, encoding: str) -> list[Segment]:
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord("\n")) + 1
    if not len(ends) or ends[-1] != len(block):
        ends = np.append(ends, len(block))
    starts = np.append(0, ends[:-1])
    suspects, sound = _suspects(block, len(starts), encoding)
    if not len(suspects):
        return []
    spans = list(zip(starts[suspects].tolist(), ends[suspects].tolist(), strict=True))
    joined = b"".join(block[start:end] for start, end in spans)
    names = [encoding, *(name for name in MIXED if name != encoding)]
    logs = [read(joined, name).lines for name in names]
    kept = [nth for nth, lines in enumerate(logs) if len(lines) == len(spans)]
    for nth in kept[1:]:
        # Improbable text is no reading of a line that is improbable already: its bytes may be damaged.
        improbable, _ = _suspects(joined, len(spans), names[nth], HOPELESS)
        logs[nth][improbable] = IMPOSSIBLE
    # Sound lines between suspects tell of the file's encoding; others have nothing to say.
    states, gains = _path(np.array([logs[nth] for nth in kept]).T, np.diff(sound[suspects], prepend=0) > 0)
    segments: list[Segment] = []
    for (start, end), state, gain in zip(spans, states, gains, strict=True):
        if not state:
            continue
        name, last = names[kept[state]], segments[-1] if segments else None
        if last and last.end == base + start and last.encoding == name:
            segments[-1] = Segment(last.start, base + end, name, last.gain + gain)
        else:
            segments.append(Segment(base + start, base + end, name, gain))
    return segments


def _suspects(
    block: bytes, count: int, encoding: str, limit: float = SUSPECT
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return which lines are improbable in `encoding`, and for each line how many sound ones come before it."""
    codes = to_codes(block.decode(encoding, "replace"))
    breaks = np.flatnonzero(codes == ord("\n")) + 1
    starts = np.append(0, breaks)[:count]
    if len(starts) < count:  # a codec that swallows line feeds
        return np.empty(0, np.int64), np.zeros(count, np.int64)
    is_foreign = codes > 0x7F
    language = languages_of(encoding)[0]
    logs = model.log_unigram(codes) if language == "Chinese" else log_probabilities(codes, language)
    is_bad = (codes == 0xFFFD).astype(np.int64)
    sums = np.add.reduceat(np.where(is_foreign, logs, 0).astype(np.float64), starts)
    numbers = np.add.reduceat(is_foreign.astype(np.int64), starts)
    bad = np.add.reduceat(is_bad, starts)
    # Strict UTF-8 that decodes is UTF-8: only bad bytes are a reason to look at it again.
    bad_enough = bad > 0 if limit == SUSPECT else 4 * bad > numbers
    suspect = bad_enough if encoding == "utf-8" else bad_enough | (sums < limit * numbers)
    sound = np.cumsum(~suspect & (numbers > 0))
    return np.flatnonzero(suspect & (numbers > 0)).astype(np.int64), sound.astype(np.int64)


def _path(logs: npt.NDArray[np.float64], resets: npt.NDArray[np.bool_]) -> tuple[list[int], list[float]]:
    """Return the most probable encoding of each line, by number, and what it gained over the first.

    `logs` has shape (lines, encodings). Leaving the first encoding costs `SWITCH`, as does going from one of the
    others to another; going back costs nothing. `resets`, of shape (lines,), says where the way begins anew.
    """
    count = logs.shape[1]
    best = [0.0] + [-SWITCH] * (count - 1)
    back: list[list[int]] = []
    for row, reset in zip(logs.tolist(), resets.tolist(), strict=True):
        top = max(range(count), key=best.__getitem__)
        came, new = [top], [best[top] + row[0]]
        for state in range(1, count):
            stays = not reset and best[state] >= best[top] - SWITCH
            came.append(state if stays else top)
            new.append((best[state] if stays else best[top] - SWITCH) + row[state])
        best = new
        back.append(came)
    state = max(range(count), key=best.__getitem__)
    states = []
    for came in reversed(back):
        states.append(state)
        state = came[state]
    states.reverse()
    return states, [row[state] - row[0] for row, state in zip(logs.tolist(), states, strict=True)]
