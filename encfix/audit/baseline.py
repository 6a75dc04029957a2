"""A baseline: the damage that is known and may stay, so that only new damage counts.

Damage is told by its file, its rules, what it is, and the repaired line around it. So it stays known when lines move,
and when damage beside it is repaired. The file is JSON Lines, sorted, so that its history can be read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from encfix.audit.jsonl import dump, parse
from encfix.placement import Placement
from encfix.result import Change, Finding

FORMAT = 1
"""The version of the format; a reader refuses one that it does not know."""

CONTEXT = 8
"""How many code points of the repaired line on either side tell damage from other damage of the same look."""

_END = re.compile("[\r\n]")


NO_BASELINE = f"no baseline of format {FORMAT}, such as `encfix check --write-baseline` writes"


class BaselineError(ValueError):
    """The baseline cannot be read; the message says in which line and why."""


class Known(NamedTuple):
    """What tells one piece of damage from another."""

    file: str
    rules: tuple[str, ...]
    before: str
    after: str
    left: str
    right: str


def known(
    file: str, text: str, changes: Sequence[Change], items: Iterable[Change | Finding], offset: int = 0
) -> Iterator[Known]:
    """Yield what tells each of `items` from others, in a run of a file from `offset` that became `text` by `changes`.

    >>> change = Change("gloss", ("gloss.pinyin",), 1, 5, "(jìn)", "", 1.0, "")
    >>> next(known("a.txt", "進口", [change], [change]))[-2:]
    ('進', '口')
    """
    placement = Placement.of((change.start, change.end, change.after) for change in changes)
    for item in items:
        start, end = placement.forth(item.start) - offset, placement.forth(item.end, is_end=True) - offset
        left = _END.split(text[max(start - CONTEXT, 0) : start])[-1]
        right = _END.split(text[end : end + CONTEXT])[0]
        yield Known(file, item.rules, item.before, item.after, left, right)


def dump_baseline(damage: Iterable[Known]) -> Iterator[bytes]:
    """Yield the lines of a baseline that knows `damage`."""
    yield dump({"type": "baseline", "format": FORMAT})
    for item, count in sorted(Counter(damage).items()):
        yield dump({**item._asdict(), "count": count})


def read_baseline(lines: Iterable[bytes]) -> Counter[Known]:
    """Return how often a baseline knows which damage. Raises BaselineError for what is none."""
    damage: Counter[Known] = Counter()
    lines = iter(lines)
    _check_header(next(lines, b"{}"))
    for number, line in enumerate(lines, 2):
        try:
            record = parse(line)
            count = record.pop("count")
            item = Known(**{**record, "rules": tuple(record["rules"])})
            if not isinstance(count, int) or not all(isinstance(text, str) for text in (*item.rules, *item[2:])):
                raise ValueError("not what it should be")
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise BaselineError(f"line {number}: {error}") from error
        damage[item] += count
    return damage


def _check_header(line: bytes) -> None:
    try:
        record = parse(line)
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"line 1: {error}: {NO_BASELINE}") from error
    if (record.get("type"), record.get("format")) != ("baseline", FORMAT):
        raise BaselineError(f"line 1: {NO_BASELINE}")
