"""Which encoding bytes are in: every candidate reads a sample, and the most probable text wins.

Strict UTF-8 is settled before anything comes here. What is declared and what chardet finds are evidence that is added
to the probability of the text, so they decide where the text does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from encfix.decoding.evidence import LETTER, Reading, read
from encfix.decoding.labels import codec_of

SAMPLE = 12 << 10
"""How many bytes are judged, by whole lines where there are some."""

OTHER_LINE = 12.0
"""Nats after which a line counts as not in the encoding, however improbable it is: files may be mixed."""

DECLARED = 8.0
"""Nats that a declaration is worth; two characters of good Chinese are worth as much."""

DETECTED = 3.0
"""Nats that chardet's answer is worth at its full confidence."""

PRIORS = {
    "utf-8": 0.0,
    "gb18030": 0.0,
    "big5hkscs": -1.0,
    "cp949": -4.0,
    "euc_jp": -4.0,
    "cp932": -4.0,
    "utf-16-le": -4.0,
    "utf-16-be": -5.0,
    "cp1252": -8.0,
}
"""What is always a candidate, and how rare it is among files that have to do with Chinese."""

RARE = -7.0
"""The prior of any other encoding."""

GOOD = -8.0
"""Nats a character above which text is Chinese so clearly that chardet is not asked."""

ENOUGH = 40
"""How many bytes beyond ASCII that takes."""

TEMPERATURE = 2.0
"""By how much the model is too sure of itself, since characters are less independent than it thinks."""

_FOREIGN = bytes(range(0x80, 0x100))


def sample_of(data: bytes) -> bytes:
    """Return at most about `SAMPLE` bytes of `data`: from the first, a middle and the last byte beyond ASCII on."""
    if len(data) <= SAMPLE:
        return data
    size = SAMPLE // 3
    foreign = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) > 0x7F)
    anchors = foreign[[0, len(foreign) // 2, -1]].tolist() if len(foreign) else [0, len(data) // 2, len(data)]
    pieces = []
    done = 0
    for anchor in anchors:
        start = max(min(data.rfind(b"\n", max(anchor - size, 0), anchor) + 1 or anchor, len(data) - size), done)
        start -= start % 4  # so that wide characters stay whole
        done = min(start + size, len(data))
        piece = data[start:done]
        if b"\0" not in piece:
            piece = piece[: piece.rfind(b"\n") + 1] or piece
        pieces.append(piece + b"\n" * (-len(piece) % 4))
    return b"".join(pieces)


def judge(data: bytes, hints: Iterable[str]) -> dict[str, float]:
    """Return the candidates and the probability of each, the most probable first; `hints` are declared codecs."""
    sample = sample_of(data)
    priors = dict(PRIORS)
    if b"\0" in sample:
        priors |= {"utf-32-le": -5.0, "utf-32-be": -5.0}
    for hint in filter(_holds_ascii, hints):
        priors[hint] = priors.get(hint, RARE) + DECLARED
    readings = {name: read(sample, name) for name in priors}
    if not _is_clear(sample, readings):
        name, confidence = detected(sample)
        if name and name not in readings:
            readings[name] = read(sample, name)
        if name:
            priors[name] = priors.get(name, RARE) + DETECTED * confidence
    return _probabilities(readings, priors)


def _is_clear(sample: bytes, readings: Mapping[str, Reading]) -> bool:
    """Return whether one reading is good Chinese for so long that no other can be right."""
    foreign = len(sample) - len(sample.translate(None, _FOREIGN))
    if foreign < ENOUGH:
        return False
    best = max(float(readings[name].lines.sum()) for name in ("gb18030", "big5hkscs"))
    return (best - LETTER * (foreign - len(sample))) / (foreign / 2) > GOOD


def detected(sample: bytes) -> tuple[str | None, float]:
    """Return chardet's answer as one of Python's codecs, and its confidence."""
    import chardet

    answer = chardet.detect(sample)
    name = codec_of(answer["encoding"] or "")
    return (name if name and _holds_ascii(name) else None), float(answer["confidence"] or 0.0)


def _holds_ascii(name: str) -> bool:
    """Return whether ASCII means itself in an encoding, as it does everywhere but on mainframes."""
    return name.startswith(("utf-16", "utf-32")) or "aZ09 <&\n".encode(name, "replace") == b"aZ09 <&\n"


def _probabilities(readings: Mapping[str, Reading], priors: Mapping[str, float]) -> dict[str, float]:
    by_line = [reading for reading in readings.values() if len(reading.lines) > 1]
    if by_line:
        floor = np.maximum.reduce([reading.lines for reading in by_line]) - OTHER_LINE
    totals = {}
    for name, reading in readings.items():
        lines = np.maximum(reading.lines, floor) if len(reading.lines) > 1 else reading.lines
        totals[name] = float(lines.sum()) + priors[name]
    best = max(totals.values())
    weights = {name: math.exp((total - best) / TEMPERATURE) for name, total in totals.items()}
    whole = sum(weights.values())
    ranked = sorted(totals, key=totals.__getitem__, reverse=True)
    return {name: weights[name] / whole for name in ranked}
