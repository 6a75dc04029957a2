"""Conversion to the script that the caller asks for, where the text is not in it yet.

A line belongs to the script of which it holds more characters that the other script lacks; one that holds none of
either follows its document. Lines of the other script are converted as a whole, as OpenCC does. In a line that is
already in the script asked for, only characters that cannot belong there are converted: 显著 stays in a simplified
line though OpenCC's tw2s would break it, 干 and 后 stay in a traditional one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from encfix.arrays import Codes, Mask, Positions
from encfix.batch import Batch, to_codes, to_text
from encfix.chinese import conversion, division
from encfix.chinese.characters import (
    BOUNDARY_CODE,
    LINE_END_CLASSES,
    SIMPLIFIED_FORMS,
    TRADITIONAL_CLASSES,
    Class,
    among,
)
from encfix.chinese.vector_conversion import convert_codes
from encfix.edits import Edits, Proposal, gathered, merge, replacements
from encfix.options import SCRIPTS, Options
from encfix.rules import number_of
from encfix.screen import ALWAYS, SIMPLIFIED, TRADITIONAL
from encfix.spans import Span

RULE = number_of("script.convert")
CONFIDENCE = 1.0
"""The caller asked for it."""

_LINE_ENDS = re.compile("[\0\n]")

FIRST_IDEOGRAPH = 0x3400
"""Every entry of OpenCC's has a character from here on."""

REMEMBERED = 16
"""Code points of the longest run whose words are remembered: longer ones hardly ever come again."""

ALIGNED = 400
"""Code points of the longest piece that is aligned with its conversion character by character."""

FROM_SIMPLIFIED = {
    "traditional": "s2tw",
    "taiwan": "s2tw",
    "hongkong": "s2hk",
    "taiwan-phrases": "s2twp",
    "hongkong-phrases": "s2hkp",
}
REGIONAL = {
    "taiwan": "t2tw",
    "hongkong": "t2hk",
    "taiwan-phrases": "t2tw",
    "hongkong-phrases": "t2hk",
}


def flags(options: Options) -> int:
    """Return which characters a document must hold to be converted."""
    if options.script == "simplified":
        return TRADITIONAL
    return SIMPLIFIED if options.script in FROM_SIMPLIFIED else 0


def flags_regional(options: Options) -> int:
    """Return that every document may hold forms of another region, if a region is asked for."""
    return ALWAYS if options.script in REGIONAL else 0


def flags_configuration(options: Options) -> int:
    """Return that every document is converted, if a configuration is asked for."""
    return 0 if options.script in SCRIPTS else ALWAYS


def propose(batch: Batch, options: Options) -> Edits:
    """Propose the conversion of what is not in the script asked for."""
    if options.script == "simplified":
        lines = _lines_to_convert(batch, TRADITIONAL_CLASSES, SIMPLIFIED_FORMS)
        return _convert(batch, *lines, conversion.simplified)
    lines = _lines_to_convert(batch, SIMPLIFIED_FORMS, TRADITIONAL_CLASSES)
    name = FROM_SIMPLIFIED[options.script]
    if conversion.keeps_length(name):
        return _convert(batch, *lines, lambda codes: conversion.traditional(codes, name))
    return _convert_by_opencc(batch, *lines, name)


def propose_regional(batch: Batch, options: Options) -> Edits:
    """Propose the forms of the region asked for, in text that is traditional already."""
    name = REGIONAL[options.script]
    return _convert(batch, *_everything(batch), lambda codes: convert_codes(codes, name))


def propose_configuration(batch: Batch, options: Options) -> Edits:
    """Propose what one of OpenCC's configurations makes of the whole text."""
    name = options.script
    if conversion.keeps_length(name):
        return _convert(batch, *_everything(batch), lambda codes: convert_codes(codes, name))
    return _convert_by_opencc(batch, *_everything(batch), name)


def by_word(spans: Iterable[Span], original: str) -> Iterator[Span]:
    """Yield spans of the original, runs of plain conversion divided into words.

    Runs stay whole in edit vectors; words are sought only when someone reads the changes.
    """
    for span in spans:
        start, end, new_start, new_end, rules, confidence, score = span
        length = end - start
        if length == 1 or length != new_end - new_start or rules != (RULE,):
            yield span
            continue
        for size in _word_lengths(original[start:end]):
            yield start, start + size, new_start, new_start + size, rules, confidence, score
            start, new_start = start + size, new_start + size


def _word_lengths(run: str) -> tuple[int, ...]:
    return _remembered_lengths(run) if len(run) <= REMEMBERED else _remembered_lengths.__wrapped__(run)


@lru_cache(maxsize=1 << 16)
def _remembered_lengths(run: str) -> tuple[int, ...]:
    return tuple(map(len, division.divide(run)))


def _everything(batch: Batch) -> tuple[Mask, Mask]:
    chosen = np.ones(len(batch.codes), dtype=np.bool_)
    return chosen, np.zeros(len(batch.codes), dtype=np.bool_)


def _lines_to_convert(batch: Batch, foreign: tuple[Class, ...], native: tuple[Class, ...]) -> tuple[Mask, Mask]:
    """Return which positions lie in lines to convert, and where only `foreign` classes may change."""
    classes = batch.classes
    ends = np.flatnonzero(among(classes, *LINE_END_CLASSES))
    lengths = np.diff(ends, prepend=-1)
    is_foreign, is_native = among(classes, *foreign), among(classes, *native)
    strange, own = (np.add.reduceat(mask, ends + 1 - lengths, dtype=np.int64) for mask in (is_foreign, is_native))
    document = np.clip(batch.documents_of(ends), 0, None)
    strange_document, own_document = (
        np.bincount(document, weights=counts, minlength=len(batch)) for counts in (strange, own)
    )
    follows = (strange == 0) & (own == 0) & (strange_document > own_document)[document]
    converted = (strange > 0) | follows
    guarded = (strange > 0) & (strange <= own)
    chosen = np.repeat(converted, lengths)
    only_foreign = np.repeat(guarded, lengths)
    rest = len(classes) - len(chosen)
    chosen = np.append(chosen, np.zeros(rest, np.bool_))
    return chosen, np.append(only_foreign, np.zeros(rest, np.bool_)) & ~is_foreign


def _convert(batch: Batch, chosen: Mask, kept: Mask, convert: Callable[[Codes], Codes]) -> Edits:
    """Convert the positions `chosen`, whole lines with their ends, except those `kept`, and keep their number."""
    where = np.flatnonzero(chosen)
    codes = batch.codes.take(where)
    return _same_length(codes, convert(codes), where, kept)


def _convert_by_opencc(batch: Batch, chosen: Mask, kept: Mask, configuration: str) -> Edits:
    """Convert as `_convert` does, by a configuration that may change the length of a line."""
    where = np.flatnonzero(chosen)
    codes = batch.codes.take(where)
    codes[codes == BOUNDARY_CODE] = 0  # unlike a line end, no word nor description reaches across it
    if codes.max(initial=0) < FIRST_IDEOGRAPH:
        return Edits.none()
    text = to_text(codes)
    converted = conversion.convert(text, configuration)
    lines, new_lines = _LINE_ENDS.split(text), _LINE_ENDS.split(converted)
    if list(map(len, lines)) == list(map(len, new_lines)):  # as long as a whole they may be by chance
        return _same_length(codes, to_codes(converted), where, kept)
    return merge(_by_lines(lines, new_lines, where, kept))


def _same_length(codes: Codes, converted: Codes, where: Positions, kept: Mask) -> Edits:
    """Return one edit for each run of characters that changed."""
    differs = np.flatnonzero(codes != converted)
    differs = differs[~kept.take(where.take(differs))]
    if not len(differs):
        return Edits.none()
    position = where.take(differs)
    first = np.flatnonzero(np.diff(position, prepend=-2) != 1)
    lengths = np.diff(np.append(first, len(differs)))
    start = position[first]
    return replacements(start, start + lengths, lengths, converted.take(differs), RULE, CONFIDENCE)


def _by_lines(lines: Sequence[str], converted: Sequence[str], where: Positions, kept: Mask) -> list[Edits]:
    """Align line by line a conversion that changed lengths; every line end and every NUL is kept."""
    edits, place = [], 0
    for before, after in zip(lines, converted, strict=True):
        line = where[place : place + len(before)]
        if len(before) == len(after):
            if before != after:
                edits.append(_same_length(to_codes(before), to_codes(after), line, kept))
        else:
            edits.append(_aligned(before, after, line, kept))
        place += len(before) + 1
    return edits


def _aligned(before: str, after: str, where: Positions, kept: Mask) -> Edits:
    """Return edits for a line whose length changed; long lines are cut at the marks that both have."""
    spans: list[tuple[int, int, str]] = []
    start = new_start = 0
    for end, new_end in _cuts(before, after):
        old, new = before[start:end], after[new_start:new_end]
        if len(old) > ALIGNED or len(new) > ALIGNED:
            spans.append((start, end, new))
        else:
            spans += [
                (start + i1, start + i2, new[j1:j2])
                for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
                if tag != "equal"
            ]
        start, new_start = end, new_end
    starts = [*where.tolist(), *(where[-1:] + 1).tolist()]  # a line may grow at its end
    edits = gathered(
        Proposal(starts[i], starts[i] + j - i, new, RULE, CONFIDENCE) for i, j, new in spans if before[i:j] != new
    )
    running: npt.NDArray[np.int64] = np.cumsum(kept)
    return edits.where(running.take(edits.end - 1) == running.take(edits.start - 1))


def _cuts(before: str, after: str) -> list[tuple[int, int]]:
    """Return the ends of pieces that correspond: behind each full stop or comma, if both texts have as many."""
    marks = "，。、；：！？,;:!? "
    cuts, new_cuts = ([nth + 1 for nth, c in enumerate(text) if c in marks] for text in (before, after))
    if len(cuts) != len(new_cuts):
        return [(len(before), len(after))]
    return [*zip(cuts, new_cuts, strict=True), (len(before), len(after))]
