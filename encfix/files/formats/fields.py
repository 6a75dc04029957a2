"""Fields of records: the paths that lead to values, the patterns that users name them by, and what these mean."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from encfix.files.formats.base import FormatError

FieldPath = tuple["str | int", ...]
"""The keys and indices that lead to a value."""

_STEP = re.compile(r'\.?(?:"((?:[^"\\]|\\.)*)"|\[(\d*)\]|([^."\[\]]+))')


class Pattern:
    """Which values are meant: keys joined by dots, `[]` for any element, `[2]` for one; quotes around odd keys.

    >>> Pattern("messages[].content").find({"messages": [{"content": "一"}, {"role": "二"}]})
    [(('messages', 0, 'content'), '一')]
    >>> Pattern('meta."a.b"').matches(("meta", "a.b"))
    True
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.steps: list[str | int | None] = []
        place = 0
        while place < len(source):
            match = _STEP.match(source, place)
            if match is None:
                raise FormatError(f"{source!r} is no path of a field")
            quoted, index, key = match.groups()
            if index is not None:
                self.steps.append(int(index) if index else None)
            else:
                self.steps.append(key if quoted is None else json.loads(f'"{quoted}"'))
            place = match.end()
        if not self.steps:
            raise FormatError("a field needs a name")
        first = self.steps[0]
        self.path: FieldPath = (first,) if len(self.steps) == 1 and isinstance(first, str) else ()
        """The only path that is meant, if that is a key, as nearly always; else empty."""

    def find(self, value: Any) -> list[tuple[FieldPath, Any]]:
        """Return the values that are meant, with their paths."""
        found: list[tuple[FieldPath, Any]] = [((), value)]
        for step in self.steps:
            below: list[tuple[FieldPath, Any]] = []
            for path, item in found:
                if isinstance(step, str):
                    if isinstance(item, dict) and step in item:
                        below.append(((*path, step), item[step]))
                elif isinstance(item, list):
                    chosen = range(len(item)) if step is None else range(step, min(step + 1, len(item)))
                    below += [((*path, nth), item[nth]) for nth in chosen]
            found = below
        return found

    def matches(self, path: FieldPath) -> bool:
        """Return whether the pattern means this path."""
        return len(path) == len(self.steps) and all(
            isinstance(part, int) if step is None else step == part and type(step) is type(part)
            for step, part in zip(self.steps, path, strict=True)
        )


def strings(value: Any, patterns: Sequence[Pattern]) -> list[tuple[FieldPath, str]]:
    """Return the strings that the patterns mean, or all if there are none, with their paths, each once."""
    if not patterns:
        return list(_all_strings(value))
    if len(patterns) == 1 and (path := patterns[0].path):
        only = value.get(path[0]) if isinstance(value, dict) else None
        return [(path, only)] if isinstance(only, str) else []
    found = [item for pattern in patterns for item in pattern.find(value)]
    return list({path: item for path, item in found if isinstance(item, str)}.items())


def has_any(value: Any, patterns: Sequence[Pattern]) -> bool:
    """Return whether a value has anything that the patterns mean."""
    return any(pattern.find(value) for pattern in patterns)


def missing(value: Any, patterns: Sequence[Pattern]) -> FormatError:
    """Return the error that there is nothing that the patterns mean, with what there is in a value.

    >>> missing({"id": 1, "text": "一"}, [Pattern("txt")])
    FormatError("no field 'txt'; there are id, text")
    """
    names = ", ".join(repr(pattern.source) for pattern in patterns)
    there = f"; there are {', '.join(map(written, zip(value)))}" if isinstance(value, dict) and value else ""
    return FormatError(f"no field {names}{there}")


def _all_strings(value: Any) -> Iterator[tuple[FieldPath, str]]:
    waiting: list[tuple[FieldPath, Any]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, str):
            yield path, item
        elif isinstance(item, dict):
            waiting += [((*path, key), below) for key, below in reversed(item.items())]
        elif isinstance(item, list):
            waiting += [((*path, nth), below) for nth, below in reversed(list(enumerate(item)))]


@lru_cache(4096)
def written(path: FieldPath) -> str:
    """Return a path as a pattern that means it alone.

    >>> written(("messages", 0, "content")), written(("a.b",))
    ('messages[0].content', '"a.b"')
    """
    parts = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            match = _STEP.fullmatch(step)
            is_plain = match is not None and match[3] == step
            parts.append(("." if parts else "") + (step if is_plain else json.dumps(step, ensure_ascii=False)))
    return "".join(parts)
