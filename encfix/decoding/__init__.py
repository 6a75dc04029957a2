"""Bytes to text: any bytes become something, and what was not certain is said.

>>> import encfix
>>> decoded = encfix.decode("省委副书记强调".encode("gbk"))
>>> decoded.text, decoded.encoding
('省委副书记强调', 'gb18030')
"""

from __future__ import annotations

import math

from encfix.decoding.damage import Bad, decode_damaged
from encfix.decoding.decoded import Decoded
from encfix.decoding.evidence import read
from encfix.decoding.judge import TEMPERATURE, judge, sample_of
from encfix.decoding.labels import charset_of, codec_of, declared_in, mark_of
from encfix.decoding.lines import Segment, foreign_lines
from encfix.faults import warned_of
from encfix.result import Change
from encfix.rules import RULES, number_of

__all__ = ["Decoded", "codec_of", "decode", "decode_as", "strictly"]

# What a codec of seven bits is known by. UTF-8 reads its bytes strictly, as ASCII.
_ESCAPES = ((b"~{", "hz"), (b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp"), (b"\x1b$", "iso2022_jp_ext"))

_WIDE = ("utf-16", "utf-32")

# Codecs of the same charset that keep apart what the first one, which reads more, decodes to one character.
_NARROWER = {"big5hkscs": ("cp950", "big5"), "cp932": ("shift_jis",)}


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Return `data` as text; no bytes raise.

    A byte order mark decides, then whether the bytes are UTF-8; else the most probable text does, for which the
    model of Chinese, chardet and declarations speak: `declared`, a label or the value of a Content-Type header, and
    those in HTML and XML. Lines in another encoding than the rest are decoded in theirs, and bytes that are bad in
    any become U+FFFD; both are among the `changes`, whose offsets are bytes. Linear in the length of `data`. Should
    encfix fail, all is read as UTF-8, and the one change says so by the rule `noise.fault`. Raises TypeError for what
    is no bytes, bytearray or memoryview.

    >>> decoded = decode("第一行。\\n".encode() + "第二行。\\n".encode("gbk"))
    >>> decoded.text, decoded.encoding, decoded.strict
    ('第一行。\\n第二行。\\n', 'utf-8', False)
    >>> [(change.start, change.end, change.after) for change in decoded.changes]
    [(13, 22, '第二行。\\n')]
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"what is decoded are bytes, not {type(data).__name__}")
    data = bytes(data)
    try:
        return _decoded(data, declared)
    except Exception as error:
        return _unread(data, warned_of(error))


def _decoded(data: bytes, declared: str | None) -> Decoded:
    mark = b""
    if marked := mark_of(data):
        (encoding, mark), confidence = marked, 1.0
    elif settled := _settled(data):
        return settled
    else:
        encoding, confidence = _judged(data, declared)
    return decode_as(data[len(mark) :], encoding, confidence, mark)


def decode_as(data: bytes, encoding: str, confidence: float = 1.0, mark: bytes = b"") -> Decoded:
    """Return `data`, which stands behind `mark`, as text in an encoding that is known; see `decode`.

    >>> decode_as("字".encode() + b"\\xff", "utf-8").text
    '字�'
    """
    repaired = _repaired(data, encoding, confidence, mark)
    if not repaired.changes:
        for name in (encoding, *_NARROWER.get(encoding, ())):
            if (text := strictly(data, name)) is not None:
                return Decoded(text, name, confidence, mark=mark)
    return repaired


def strictly(data: bytes, encoding: str) -> str | None:
    """Return the text of `data` if all of it is in an encoding, and the text is these bytes again; else None.

    >>> strictly(b"a", "utf-8"), strictly(b"\\xff", "utf-8")
    ('a', None)
    """
    try:
        text = data.decode(encoding)
        return text if encoding == "utf-8" or text.encode(encoding) == data else None
    except UnicodeError:
        return None


def _settled(data: bytes) -> Decoded | None:
    """Return the text of bytes that prove their encoding."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if len(text) == len(data):
        for escape, name in _ESCAPES:
            if escape in data and _is_better(data, name) and (other := strictly(data, name)) is not None:
                return Decoded(other, name, 0.99)
    if "\0" in text:
        return None
    return Decoded(text, "utf-8", _not_by_chance(data, text))


def _not_by_chance(data: bytes, text: str) -> float:
    """Return the probability that bytes are UTF-8 which obey its rules; if few are beyond ASCII, every other does."""
    return 1.0 if len(text) == len(data) else 1.0 - 0.5 ** (1 + min(len(data) - len(text), 64))


def _is_better(data: bytes, encoding: str) -> bool:
    """Return whether ASCII is strict, and more probable, as text of an encoding of seven bits."""
    try:
        if data.decode(encoding).isascii():
            return False
    except UnicodeDecodeError:
        return False
    sample = sample_of(data)
    return float(read(sample, encoding).lines.sum()) > float(read(sample, "utf-8").lines.sum())


def _judged(data: bytes, declared: str | None) -> tuple[str, float]:
    """Return the most probable encoding of bytes that prove none, and its probability."""
    hints = (charset_of(declared) if declared else None, declared_in(data))
    ranked = judge(data, {hint for hint in hints if hint})
    if b"\0" in data and (text := strictly(data, "utf-8")) is not None:  # with a NUL, or in wide code units
        wide = (item for item in ranked.items() if item[0].startswith(_WIDE) and strictly(data, item[0]) is not None)
        encoding, probability = next(wide, ("", 0.0))
        if probability <= 0.5:
            return "utf-8", (1.0 - probability) * _not_by_chance(data, text)
        return encoding, probability
    return next(iter(ranked.items()))


def _repaired(data: bytes, encoding: str, confidence: float, mark: bytes) -> Decoded:
    """Return the text of `data` with whatever is not in `encoding` repaired."""
    pieces: list[str] = []
    changes: list[Change] = []
    done = 0
    for segment in (*foreign_lines(data, encoding), Segment(len(data), len(data), encoding, 0.0)):
        text, bad = decode_damaged(data[done : segment.start], encoding)
        pieces.append(text)
        changes += (_lost(data, Bad(done + start, done + end), encoding, len(mark)) for start, end in bad)
        if segment.start < segment.end:
            text, _ = decode_damaged(data[segment.start : segment.end], segment.encoding)
            pieces.append(text)
            changes.append(_foreign(data, segment, text, encoding, len(mark)))
        done = segment.end
    return Decoded("".join(pieces), encoding, confidence, tuple(changes), strict=False, mark=mark)


def _unread(data: bytes, why: str) -> Decoded:
    """Return the text of bytes on which encfix failed: nothing but UTF-8 is read."""
    rule = RULES[number_of("noise.fault")]
    text, before = data.decode("utf-8", "replace"), data.decode("latin-1")
    change = Change(rule.kind, (rule.name,), 0, len(data), before, text, 0.0, f"{rule.reason}: {why}")
    return Decoded(text, "utf-8", 0.0, (change,), strict=False)


def _lost(data: bytes, bad: Bad, encoding: str, shift: int) -> Change:
    return Change(
        "mojibake",
        ("mojibake.bad-byte",),
        bad.start + shift,
        bad.end + shift,
        data[bad.start : bad.end].decode("latin-1"),
        "\ufffd",
        0.99,
        f"no character of {encoding}",
    )


def _foreign(data: bytes, segment: Segment, text: str, encoding: str, shift: int) -> Change:
    return Change(
        "mojibake",
        ("mojibake.mixed-lines",),
        segment.start + shift,
        segment.end + shift,
        data[segment.start : segment.end].decode("latin-1"),
        text,
        1.0 / (1.0 + math.exp(-min(segment.gain / TEMPERATURE, 100.0))),
        f"{segment.encoding} in a file of {encoding}",
    )
