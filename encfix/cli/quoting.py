"""Damaged text, and names of files, as people can read them: what cannot be seen, or moves the cursor, is escaped."""

from __future__ import annotations

import os
import re

from encfix.audit import encode
from encfix.files.names import to_name

# Controls, ends of lines, and marks that turn the direction of writing.
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

LIMIT = 60
"""How many code points of a text are shown."""


def named(path: str | os.PathLike[str]) -> str:
    """Return a path as one line that does nothing to a terminal.

    >>> print(named("a\\x1b[31m\\n.txt"))
    a\\u001b[31m\\n.txt
    """
    return shown(to_name(path))


def shown(text: str) -> str:
    """Return a text as one line that does nothing to a terminal, such as a reason that quotes a file.

    >>> print(shown("no column 'a'; there are b\\x1b[31m\\n"))
    no column 'a'; there are b\\u001b[31m\\n
    """
    return _CONTROL.sub(lambda match: encode(match[0])[1:-1], text)


def quoted(text: str, limit: int = LIMIT) -> str:
    """Return a text in quotes as JSON has them; the middle of a long one is left out.

    >>> print(quoted("進\\u200b口"), quoted("abcdefgh", limit=5))
    "進\\u200b口" "abc…gh"
    """
    if len(text) > limit:
        text = text[: limit - limit // 2] + "…" + text[-(limit // 2) :]
    return encode(text)
