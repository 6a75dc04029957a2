"""The rest of a mail in quoted-printable of which some is certain: `=3D`, `=C2=A9`, and line ends behind `=`.

A text that went through quoted-printable writes every `=` as `=3D`, and one at the end of a line says that the line
goes on. Lines on which no other `=` stands, and some such line end or `=3D` does, are the body of a mail: all of it
is read, for what is read in part no mail program reads any more. Addresses with `id=20` stand in no such body.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

_OTHER = re.compile(r"=(?![0-9A-F]{2}|\r?\n|\Z)")
"""An equals sign that no quoted-printable has."""

_PROOF = re.compile(r"=3D|=\r?\n")
_WRITTEN = re.compile(r"(?:=[0-9A-F]{2}|=\r?\n)+")

Reading = tuple[int, int, str]
"""Where something is written out, and what it stands for."""


def bodies(text: str, starts: Iterable[int], read: Callable[[str], str]) -> Iterator[Reading]:
    """Yield all that is written out in the bodies of mails around what starts at some places and is certain.

    `read` returns what bytes written out stand for, or raises ValueError.

    >>> read = lambda run: bytes.fromhex(run.replace("=\\n", "").replace("=", "")).decode()
    >>> list(bodies("=E4=BD=A0=E5=A5=BD, a=\\nb=3Dc", [0], read))
    [(0, 18, '你好'), (21, 23, ''), (24, 27, '=')]
    """
    for start, end in _lines_around(text, starts):
        if not _PROOF.search(text, start, end):
            continue
        for match in _WRITTEN.finditer(text, start, end):
            try:
                new = read(match.group())
            except ValueError:
                continue
            if all(character.isprintable() or character.isspace() for character in new):
                yield *match.span(), new


def _lines_around(text: str, places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of the lines around some places between two signs that no quoted-printable has, and on no
    line with either; each once."""
    others = [match.start() for match in _OTHER.finditer(text)]
    between: dict[int, list[int]] = {}
    for place in places:
        between.setdefault(bisect_left(others, place), []).append(place)
    for nth, own in sorted(between.items()):
        stop = others[nth] if nth < len(others) else len(text)
        start = text.find("\n", others[nth - 1], stop) + 1 if nth else 0
        end = text.rfind("\n", start, stop) + 1 if nth < len(others) else stop
        if (start or not nth) and any(start <= place < end for place in own):
            yield start, end
