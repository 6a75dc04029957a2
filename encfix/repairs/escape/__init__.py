"""Escapes written out: `&nbsp;`, `&amp;quot;`, `#xff1a;`, `\\\\\\\\u4e2d\\\\\\\\u56fd`, `%E4%B8%AD`, `=E4=BD=A0`,
`\\\\\\\\\\\\\\\\"`.

How they came about: text was escaped for HTML, JSON, an address or a mail, and shown or stored without undoing it,
or was undone once where it had been escaped twice; some tools take the ampersand or the semicolon away.

When it is certain: what comes out is Chinese, or an entity stands beside Chinese characters or their punctuation in
a Chinese text without markup. Two escapes of bytes or code points are the least; they must decode strictly. One that
is certain is proof for single ones on the same page: a page is repaired to its end.

What looks alike and must stay: code, addresses, hex colours, markup (a text with tags is HTML, and its entities are
right), escapes in other languages, and those in a line that speaks of escapes, or
that gives in quotation marks what they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from encfix import screen
from encfix.batch import Batch
from encfix.edits import Edits, Proposal, gathered
from encfix.options import Options
from encfix.repairs.escape import line_ends, misread, numbers, references
from encfix.repairs.escape.evidence import LIKELY, UNSURE, Page
from encfix.rules import number_of

BACKSLASH = number_of("escape.backslash")

FIRST_BEYOND_ASCII = 0x80

_SIGN = re.compile(
    r"&[#A-Za-z]|#[xX]?[0-9a-fA-F]{4}|\\[uUxrn\"'“”]|%u?[0-9A-Fa-f]{2}|=[0-9A-F]{2}|=\?|nbsp;|u[0-9a-f]{4}u|_x000"
)
"""What any escape holds."""

_BACKSLASHES = re.compile(r"(?<!\\)\\+(?=[\"'“”])")

_SHOWN = frozenset(("`'", "''", '""', "“”"))
"""Quotation marks, the one before backslashes and the one behind, that show nothing but these: a separator '\\\\'."""


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to undo escapes."""
    proposals: list[Proposal] = []
    called = batch.holding(screen.positions(batch, screen.ESCAPE))
    is_ascii = ~batch.holds(batch.codes >= FIRST_BEYOND_ASCII)
    for document in np.flatnonzero(called | is_ascii).tolist():
        base, text = int(batch.starts[document]), batch.text(document)
        if not (called[document] or screen.holds_unmarked(text)) or not _SIGN.search(text):
            continue
        page = Page(text)
        for proposal in sorted(_found(page), key=lambda proposal: (proposal.start, -proposal.end)):
            if page.is_about(proposal.start) or page.is_explained(*proposal[:3]):
                proposal = proposal._replace(confidence=UNSURE)
            if not proposals or base + proposal.start >= proposals[-1].end:
                proposals.append(proposal.moved(base))
    return gathered(proposals)


def _found(page: Page) -> Iterator[Proposal]:
    """Yield the escapes of one document, and what they stand for."""
    yield from numbers.found(page)
    yield from misread.found(page)
    if references.belong_nowhere(page.text):
        yield from references.found(page)
        yield from line_ends.found(page)
        if not page.holds_code:
            yield from _backslashes(page)


def _backslashes(page: Page) -> Iterator[Proposal]:
    """Yield the backslashes before quotation marks beside Chinese."""
    for match in _BACKSLASHES.finditer(page.text):
        if page.is_chinese_beside(match.start(), match.end() + 1):
            marks = page.text[max(match.start() - 1, 0) : match.start()] + page.text[match.end()]
            is_meant = len(match[0]) == 1 or marks in _SHOWN
            yield Proposal(*match.span(), "", BACKSLASH, UNSURE if is_meant else LIKELY)
