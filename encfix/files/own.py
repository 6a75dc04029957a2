"""The files that encfix itself writes beside those that it cleans, told by how they begin.

They are full of damaged text, since they quote it: to clean one would break it. And none may take the place of anything
but its like.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

AUDIT, BASELINE, NAMES, REPORT = "audit", "baseline", "log of names", "report"

_HEADS = {
    b'{"type": "audit", "format": ': AUDIT,
    b'{"type": "baseline", "format": ': BASELINE,
    b'{"type": "names", "format": ': NAMES,
    b'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="generator" content="encfix">\n': REPORT,
}
LONGEST = max(map(len, _HEADS))
"""How many bytes of a file tell what it is."""


def own_kind(head: bytes) -> str | None:
    """Return what a file of encfix is that begins so, or None for any other.

    >>> own_kind(b'{"type": "baseline", "format": 1}\\n'), own_kind(b'{"type": "text"}\\n')
    ('baseline', None)
    """
    return next((kind for start, kind in _HEADS.items() if head.startswith(start)), None)


def own_kind_of(path: Path) -> str | None:
    """Return what a regular file on this machine is if encfix wrote it, or None, as for one that cannot be read."""
    with suppress(OSError):
        if os.path.isfile(path):
            with open(path, "rb") as stream:
                return own_kind(stream.read(LONGEST))
    return None
