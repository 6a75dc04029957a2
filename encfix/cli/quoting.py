"""Damaged text as people can read it: in quotes, with what cannot be seen escaped, and not too much of it."""

from __future__ import annotations

from encfix.audit import encode

LIMIT = 60
"""How many code points of a text are shown."""


def quoted(text: str, limit: int = LIMIT) -> str:
    """Return a text in quotes as JSON has them; the middle of a long one is left out.

    >>> print(quoted("進\\u200b口"), quoted("abcdefgh", limit=5))
    "進\\u200b口" "abc…gh"
    """
    if len(text) > limit:
        text = text[: limit - limit // 2] + "…" + text[-(limit // 2) :]
    return encode(text)
