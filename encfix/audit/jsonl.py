"""One record as one line of JSON that people can read and that brings every string back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode

# Characters that cannot be seen, that break lines in some readers, or that UTF-8 cannot hold.
_UNSEEN = re.compile(
    "[\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff]"
)


def encode(value: object) -> str:
    """Return a value as JSON with what cannot be seen escaped.

    >>> print(encode("進\\u200b"))
    "進\\u200b"
    """
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", _encode(value))


def dump(record: Mapping[str, Any]) -> bytes:
    """Return a record as a line of JSON in UTF-8 with what cannot be seen escaped; any string survives it.

    >>> print(dump({"before": "進\\u200b"}).decode(), end="")
    {"before": "進\\u200b"}
    """
    return (encode(record) + "\n").encode()


_ESCAPE = re.compile(r"\\(?:u([dD][89a-fA-F][0-9a-fA-F]{2})|.)")


def parse(line: bytes) -> dict[str, Any]:
    """Return the record that `dump` made a line of. Raises ValueError for anything else.

    >>> parse(dump({"before": "\\ud83d\\ude00"}))["before"] == "\\ud83d\\ude00"
    True
    """
    text = line.decode("utf-8")
    if "\\u" in text:
        # JSON joins two escaped surrogates to one character; ours are escaped only when they stand apart.
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[0], text)
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError("no JSON") from error
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    return record
