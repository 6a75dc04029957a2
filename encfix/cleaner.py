"""The pipeline: screen, repairs in order, again until nothing changes, results.

Documents go through in chunks that fit a processor's cache. A chunk's flagged documents are laid out anew and pass all
repairs; what was changed passes once more, until a round changes nothing. Law 2 follows: the text that comes out is one
that the pipeline leaves alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np

from encfix import screen
from encfix.arrays import Mask, Positions
from encfix.batch import NO_SEAMS, Batch, Seam
from encfix.choice import Choice
from encfix.edits import Edits, touching
from encfix.faults import warned_of
from encfix.history import History, Round, left_alone
from encfix.options import Options
from encfix.repairs import (
    Repair,
    escape,
    form,
    gloss,
    invisible,
    misaligned,
    mojibake,
    noise,
    numeral,
    one_to_many,
    punctuation,
    script,
    separator,
)
from encfix.result import Finding, Result
from encfix.rules import RULES
from encfix.seams import divide
from encfix.stages import Stage, apply, moved, stage_of

REPAIRS = (
    Repair("escape", screen.ESCAPE, escape.propose),
    Repair("mojibake", screen.MOJIBAKE, mojibake.propose),
    Repair("invisible", screen.INVISIBLE, invisible.propose),
    Repair("form", screen.FORM, form.propose),
    Repair("misaligned", screen.MISALIGNED | screen.GLOSS, misaligned.propose),
    Repair("gloss", screen.GLOSS, gloss.propose),
    Repair("separator", screen.SEPARATOR, separator.propose),
    Repair("punctuation", punctuation.flags, punctuation.propose),
    Repair("script", numeral.flags, numeral.propose),
    Repair("script", one_to_many.flags, one_to_many.propose),
    Repair("script", script.flags, script.propose),
    Repair("script", script.flags_regional, script.propose_regional),
    Repair("noise", screen.NOISE, noise.propose),
)
"""The pipeline, in order: what hides or replaces characters comes before what reads them."""

LAST = Repair("script", script.flags_configuration, script.propose_configuration)
"""Comes once, when a document has settled: a configuration of OpenCC's need not leave its own output alone."""

HOLDING = np.array([rule.kind in ("mojibake", "misaligned") for rule in RULES])
"""Rules that may find what they cannot repair for certain: what others make of it would be a guess over what is
reported, and would lose the bytes from which it could be repaired yet."""

ROUNDS = 3
"""How often a document may change before it is given up and left alone."""

CHUNK = 512 * 1024
"""Code points in one batch: fewer cost more each, more no longer fit into the cache."""

WINDOW = 4 * CHUNK
"""Code points of a stream that are held at a time."""


class Cleaner:
    """Cleans documents with one set of options; cheap to make, safe to share between threads, picklable.

    Raises TypeError for what is no `Options`.

    >>> Cleaner(Options(script="simplified")).clean("漢字").text
    '汉字'
    """

    def __init__(self, options: Options | None = None) -> None:
        if not isinstance(options, Options | None):
            raise TypeError(f"options are Options, not {type(options).__name__}")
        self.options = options or Options()
        self._choice = Choice(self.options)
        kinds = self._choice.kinds
        repairs = [(repair, repair.flags_for(self.options)) for repair in REPAIRS if repair.kind in kinds]
        self._repairs = tuple((repair, flags) for repair, flags in repairs if flags)
        self._wanted_flags = 0
        for _, flags in self._repairs:
            self._wanted_flags |= flags
        self._converts_at_last = LAST.kind in kinds and bool(LAST.flags_for(self.options))

    def __repr__(self) -> str:
        return f"Cleaner({self.options!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Cleaner, (self.options,)

    def clean(self, text: str) -> Result:
        """Clean one document. Raises TypeError if `text` is no string."""
        if not isinstance(text, str):
            raise _no_document(text)
        is_short = len(text) <= screen.SHORT and not self._converts_at_last
        if is_short and screen.is_plain(text, self._wanted_flags):
            return Result(text, text)
        return self.clean_many((text,))[0]

    def clean_many(self, texts: Iterable[str], seams: Sequence[Sequence[Seam]] = ()) -> list[Result]:
        """Clean documents; result `i` is that of document `i`, and does not depend on the others.

        `seams`, if given, has those of each document, sorted and disjoint: edits are divided there. One that cannot be
        divided reaches across. Raises TypeError for a document that is no string, and for one string in place of many.
        """
        texts = list(_many(texts))
        own = [np.array(places, dtype=np.int64).reshape(-1, 2) for places in seams] if any(seams) else []
        results = [Result(text, text) for text in texts]
        flagged: list[tuple[int, int]] = []
        first = 0
        for chunk in _chunks(texts):
            batch = Batch.of(chunk, own[first : first + len(chunk)])
            flags = self._screened(batch, chunk)
            documents = np.arange(len(chunk)) if self._converts_at_last else np.flatnonzero(flags)
            if len(documents) == len(chunk):
                results[first : first + len(chunk)] = self._repair(batch, chunk, flags)
            else:
                flagged += zip((documents + first).tolist(), flags[documents].tolist(), strict=True)
            first += len(chunk)
        first = 0
        for chunk in _chunks(texts[index] for index, _ in flagged):  # laid out anew: few are left, from many chunks
            part = flagged[first : first + len(chunk)]
            flags = np.array([flags for _, flags in part], dtype=np.uint16)
            batch = Batch.of(chunk, [own[index] for index, _ in part] if own else ())
            for (index, _), result in zip(part, self._repair(batch, chunk, flags), strict=True):
                results[index] = result
            first += len(chunk)
        return results

    def clean_iter(self, texts: Iterable[str]) -> Iterator[Result]:
        """Clean a stream of documents; holds a window of `WINDOW` code points of it, or one longer document.

        Raises as `clean_many` does, when it reads such a document.
        """
        windows = _chunks(iter(_many(texts)), WINDOW)
        return (result for window in windows for result in self.clean_many(window))

    def detect(self, text: str) -> tuple[Finding, ...]:
        """Return what `clean` would change (`certain`) and what it would leave, sorted by offset.

        Raises as `clean` does.
        """
        result = self.clean(text)
        certain = (Finding.of(change, change.reason, certain=True) for change in result.changes)
        return tuple(sorted((*certain, *result.findings), key=lambda finding: (finding.start, finding.end)))

    def _screened(self, batch: Batch, texts: Sequence[str]) -> screen.Flags:
        """Return which repairs each document calls for; all, should the screen fail."""
        try:
            return screen.screen(batch, texts, self._wanted_flags)
        except Exception as error:
            warned_of(error)
            return np.full(len(batch), self._wanted_flags, dtype=np.uint16)

    def _repair(self, batch: Batch, texts: Sequence[str], flags: screen.Flags) -> list[Result]:
        """Return the results of a batch of documents that the screen flagged; `texts` are the documents as strings.

        A fault of a repair costs the document on which it occurs, and no other.
        """
        try:
            return self._repaired(batch, texts, flags)
        except Exception as error:
            if len(texts) == 1:
                why = warned_of(error)
                return [Result(texts[0], texts[0], lambda: left_alone(texts[0], "noise.fault", why))]
        rows = np.arange(len(batch)).reshape(-1, 1)
        return [self._repair(batch.select(row), (text,), flags[row])[0] for row, text in zip(rows, texts, strict=True)]

    def _repaired(self, batch: Batch, texts: Sequence[str], flags: screen.Flags) -> list[Result]:
        seams = map(batch.seams_of, range(len(batch))) if len(batch.seams) else repeat(NO_SEAMS)
        histories = [History(text, own) for text, own in zip(texts, seams, strict=False)]
        self._settle(batch, flags, histories)
        if self._converts_at_last:
            self._convert_at_last(histories)
        return [history.result() for history in histories]

    def _settle(self, batch: Batch, flags: screen.Flags, histories: list[History]) -> None:
        """Repair the documents of a batch round by round, writing what happens into `histories`."""
        rows = np.arange(len(batch))
        for turn in range(ROUNDS + 1):
            batch, mask, done = self._round(batch, flags)
            for row in done.touched(len(batch)).tolist():
                histories[rows[row]].add(done, row)
            changed = np.flatnonzero(mask)
            if not len(changed):
                return
            if len(changed) < len(rows):
                rows, batch = rows[changed], batch.select(changed)
            texts = [batch.text(row) for row in range(len(batch))]
            for row, (index, text) in enumerate(zip(rows.tolist(), texts, strict=True)):
                histories[index].text, histories[index].seams = text, batch.seams_of(row)
            if turn == ROUNDS:
                for index in rows.tolist():
                    histories[index].unsettled = True
                return
            flags = self._screened(batch, texts)

    def _convert_at_last(self, histories: Sequence[History]) -> None:
        """Convert settled documents as a whole, with the configuration that the options name."""
        histories = [history for history in histories if not history.unsettled]
        batch = Batch.of([history.text for history in histories], [history.seams for history in histories])
        proposed = divide(batch, self._choice.wanted(batch, LAST.propose(batch, self.options)))
        if len(proposed):
            batch, stage = apply(batch, proposed)
            for row, history in enumerate(histories):
                if stage.bounds[row] < stage.bounds[row + 1]:
                    history.text = batch.text(row)
                    history.stages.append((stage, row))

    def _round(self, batch: Batch, flags: screen.Flags) -> tuple[Batch, Mask, Round]:
        """Pass a batch through all repairs once; return it, which documents changed, and the record."""
        changed = np.zeros(len(batch), dtype=np.bool_)
        stages: list[Stage] = []
        reports: list[tuple[int, Stage]] = []
        held = np.empty((0, 2), dtype=np.int64)
        for repair, called_for in self._repairs:
            called = np.flatnonzero(flags & np.uint16(called_for))
            if not len(called):
                continue
            proposed = self._choice.wanted(batch, self._propose(repair, batch, called))
            if len(held) and len(proposed):
                proposed = proposed.where(~(self._choice.may_apply[proposed.rule] & touching(proposed, held)))
            if not len(proposed):
                continue
            applied = self._choice.applied(proposed)
            if not applied.all():
                left = proposed.where(~applied)
                reports.append((len(stages), stage_of(batch, left)))
                if (holding := HOLDING.take(left.rule)).any():
                    held = np.concatenate((held, np.stack((left.start[holding], left.end[holding]), axis=1)))
            if applied.any():
                touched = batch.documents_of(proposed.start[applied])
                edits = divide(batch, proposed.where(applied))
                batch, stage = apply(batch, edits)
                held = moved(held, edits) if len(held) else held
                stages.append(stage)
                changed[touched] = True
        return batch, changed, Round(stages, reports)

    def _propose(self, repair: Repair, batch: Batch, called: Positions) -> Edits:
        """Return what a repair proposes for the documents that call for it; many others are left out of its sight."""
        if 2 * len(called) > len(batch):
            proposed = repair.propose(batch, self.options)
            if len(called) == len(batch) or not len(proposed):
                return proposed
            calls = np.zeros(len(batch), dtype=np.bool_)
            calls[called] = True  # a document changes by its own flags alone, whoever its neighbours are
            return proposed.where(calls[batch.documents_of(proposed.start)])
        chosen = batch.select(called)
        proposed = repair.propose(chosen, self.options)
        return proposed.moved((batch.starts[called] - chosen.starts)[chosen.documents_of(proposed.start)])


def _many(texts: Iterable[str]) -> Iterable[str]:
    """Return documents. Raises TypeError for one, whose characters would be taken for documents."""
    if isinstance(texts, str):
        raise TypeError("documents are many strings, not one: clean takes one")
    return texts


def _no_document(text: object, where: str = "") -> TypeError:
    hint = "; encfix.decode makes text of bytes" if isinstance(text, bytes | bytearray | memoryview) else ""
    return TypeError(f"a document is a str, not {type(text).__name__}{where}{hint}")


def _chunks(texts: Iterable[str], most: int = CHUNK) -> Iterator[list[str]]:
    """Group documents so that each group, unless it is one long document, has at most `most` code points."""
    chunk: list[str] = []
    size = 0
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise _no_document(text, f": number {number}, counted from 0")
        length = len(text)
        if chunk and size + length > most:
            yield chunk
            chunk, size = [], 0
        chunk.append(text)
        size += length + 1
    if chunk:
        yield chunk


@lru_cache(maxsize=64)
def cleaner_for(options: Options) -> Cleaner:
    """Return the cleaner of these options, made once per process."""
    return Cleaner(options)
