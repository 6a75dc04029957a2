"""What callers hold: a `Result` with its text, and `Change`s and `Finding`s, made when someone reads them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import repeat
from operator import attrgetter, index
from typing import Literal, SupportsIndex, TypeAlias

from encfix.placement import Placement

Verdict: TypeAlias = Literal["clean", "repaired", "suspect", "lost"]


@dataclass(frozen=True, slots=True)
class Change:
    """One repaired span.

    kind: the kind of damage, one of `encfix.rules.KINDS`.
    rules: the rules that repaired it, each once, in the order of their first use.
    start, end: offsets in the original, in code points.
    before, after: the text there, and what replaced it.
    confidence: the probability that the change is right.
    reason: why, in words.
    """

    kind: str
    rules: tuple[str, ...]
    start: int
    end: int
    before: str
    after: str
    confidence: float
    reason: str


ChangeRow: TypeAlias = tuple[str, tuple[str, ...], int, int, str, str, float, str]
"""The attributes of a change, in order."""

_SETTERS = tuple(vars(Change)[field.name].__set__ for field in fields(Change))

_attributes = attrgetter(*(field.name for field in fields(Change)))


def changes_of(rows: Iterable[ChangeRow]) -> tuple[Change, ...]:
    """Return changes with the attributes given, made column by column, in a third of the time that `Change` takes."""
    columns = tuple(zip(*rows, strict=True))
    changes = tuple(map(Change.__new__, repeat(Change, len(columns[0])))) if columns else ()
    for set_one, values in zip(_SETTERS, columns, strict=False):
        deque(map(set_one, changes, values), maxlen=0)
    return changes


def rows_of(changes: Iterable[Change]) -> tuple[ChangeRow, ...]:
    """Return the attributes of changes."""
    return tuple(map(_attributes, changes))


@dataclass(frozen=True, slots=True)
class Finding:
    """Damage that was seen; `certain` if `clean` would repair it, else left as it is.

    The other attributes are those of `Change`; `after` equals `before` where no repair is known, and `candidates` holds
    the readings that are possible.
    """

    kind: str
    rules: tuple[str, ...]
    start: int
    end: int
    before: str
    after: str
    confidence: float
    reason: str
    certain: bool
    candidates: tuple[str, ...] = ()

    @classmethod
    def of(cls, change: Change, reason: str, *, certain: bool) -> Finding:
        """Return a change as a finding, with a reason of its own."""
        return cls(
            change.kind,
            change.rules,
            change.start,
            change.end,
            change.before,
            change.after,
            change.confidence,
            reason,
            certain,
        )


@dataclass(frozen=True)
class Trail:
    """All that is on record of one document: its changes, its findings, and whether one of these is beyond repair."""

    rows: tuple[ChangeRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    lost: bool = False

    def __reduce__(self) -> tuple[object, ...]:
        return Trail, (self.rows, self.findings, self.lost)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The changes themselves."""
        return changes_of(self.rows)


_NOTHING = Trail()

SHOWN = 60
"""Code points of a text that `repr` shows; it does not read the trail either, which may take time."""


class Result:
    """The outcome of cleaning one document.

    `original` is what went in; `text` is what came out, the same object if nothing was changed.

    >>> import encfix
    >>> result = encfix.clean("書(shu) 記強(qiáng)調(diào)")
    >>> result.text
    '書記強調'
    >>> result.changes[0].start, result.changes[0].end, result.changes[0].before
    (1, 7, '(shu) ')
    >>> result.undo() == result.original
    True
    """

    __slots__ = ("_known", "_placed", "_read", "original", "text")

    def __init__(self, original: str, text: str, read: Callable[[], Trail] | None = None) -> None:
        self.original = original
        self.text = text
        self._read = read
        self._known = None if read else _NOTHING
        self._placed: Placement | None = None

    def __repr__(self) -> str:
        text = self.text if len(self.text) <= SHOWN else f"{self.text[: SHOWN - 1]}…"
        return f"Result(text={text!r}, is_changed={self.text is not self.original})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return (self.original, self.text, self._trail) == (other.original, other.text, other._trail)

    def __hash__(self) -> int:
        return hash((self.original, self.text))

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (self.original, self.text, self._trail)

    @property
    def _trail(self) -> Trail:
        known, read = self._known, self._read
        if known is None and read:
            known = self._known = read()
            self._read = None  # it holds whatever the trail is made from
        return known or self._known or _NOTHING  # what another thread has read meanwhile

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes, sorted and disjoint; applied to `original`, they give `text`."""
        return self._trail.changes

    @property
    def rows(self) -> tuple[ChangeRow, ...]:
        """The attributes of each change, for whoever handles many: objects of them take as long again."""
        return self._trail.rows

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was seen and left: uncertain, or beyond repair. Sorted by offset in `original`."""
        return self._trail.findings

    @property
    def verdict(self) -> Verdict:
        """`lost` if something is beyond repair, else `suspect` if something was left, else `repaired` or `clean`."""
        if self._trail.lost:
            return "lost"
        if self.findings:
            return "suspect"
        return "repaired" if self.rows else "clean"

    def undo(self, *changes: Change) -> str:
        """Return the original; or, if some `changes` are given, the text without those alone.

        For changes that a program has selected, of which there may be none, use `without`. Raises ValueError for a
        change that is not among `self.changes`.

        >>> import encfix
        >>> result = encfix.clean("書(shu) 記強(qiáng)調(diào)")
        >>> result.undo(result.changes[0])
        '書(shu) 記強調'
        """
        return self.without(changes) if changes else self.original

    def without(self, changes: Iterable[Change]) -> str:
        """Return the text without some `changes`; all of `text` if there are none.

        Raises ValueError for a change that is not among `self.changes`.

        >>> import encfix
        >>> result = encfix.clean("書(shu) 記強(qiáng)調(diào)")
        >>> result.without(change for change in result.changes if change.confidence < 0.5)
        '書記強調'
        """
        unwanted = list(changes)
        if not unwanted:
            return self.text
        taken_back = set(unwanted)
        if strangers := taken_back.difference(self.changes):
            raise ValueError(f"not a change of this result: {next(filter(strangers.__contains__, unwanted))!r}")
        return apply_changes(self.original, [change for change in self.changes if change not in taken_back])

    @property
    def _placement(self) -> Placement:
        if self._placed is None:
            self._placed = Placement.of((change.start, change.end, change.after) for change in self.changes)
        return self._placed

    def to_original(self, offset: int) -> int:
        """Return where the code point at `offset` of `text` stood in `original`.

        Inside a replacement of equal length the places correspond one to one; inside any other, the answer is the
        start of what it replaced. `len(text)` gives `len(original)`. Raises IndexError outside the text.
        """
        return self._placement.back(_place(offset, self.text))

    def from_original(self, offset: int) -> int:
        """Return where the code point at `offset` of `original` stands in `text`; a deleted one maps to what follows.

        Raises IndexError outside the original.
        """
        return self._placement.forth(_place(offset, self.original))

    def map_span(self, start: int, end: int) -> tuple[int, int] | None:
        """Carry an annotation `[start, end)` of `original` over to `text`; None if nothing of it is left.

        A span that begins or ends inside a replacement takes the whole of what replaced it, unless the replacement is
        as long as what it replaced. Raises IndexError outside the original, ValueError if the span ends before it
        starts.

        >>> import encfix
        >>> encfix.clean("書(shu) 記強(qiáng)調(diào)").map_span(0, 8)
        (0, 2)
        """
        start, end = _place(start, self.original), _place(end, self.original)
        if end < start:
            raise ValueError(f"a span cannot end at {end}, before its start at {start}")
        new_start = self._placement.forth(start)
        if start == end:
            return new_start, new_start
        new_end = self._placement.forth(end, is_end=True)
        return (new_start, new_end) if new_start < new_end else None


def _restore(original: str, text: str, trail: Trail) -> Result:
    return Result(original, original if text == original else text, lambda: trail)


def _place(offset: SupportsIndex, text: str) -> int:
    offset = index(offset)  # of NumPy's integers, ones that JSON can hold; of a float, TypeError
    if not 0 <= offset <= len(text):
        raise IndexError(f"offset {offset} is outside a text of {len(text)} code points")
    return offset


def apply_changes(original: str, changes: list[Change]) -> str:
    """Return `original` with `changes` made; they must be sorted and disjoint, as those of a `Result` are.

    >>> apply_changes("進(jìn)口", [])
    '進(jìn)口'
    """
    pieces: list[str] = []
    done = 0
    for change in changes:
        pieces += (original[done : change.start], change.after)
        done = change.end
    pieces.append(original[done:])
    return "".join(pieces)
