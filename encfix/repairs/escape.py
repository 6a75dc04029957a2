"""Escapes written out: `&nbsp;`, `&amp;quot;`, `#xff1a;`, `\\\\u4e2d\\\\u56fd`, `%E4%B8%AD`, `=E4=BD=A0`,
`\\\\\\\\"`.

How they came about: text was escaped for HTML, JSON, an address or a mail, and shown or stored without undoing it,
or was undone once where it had been escaped twice; some tools take the ampersand or the semicolon away.

When it is certain: what comes out is Chinese, or an entity stands beside Chinese characters or their punctuation in
a Chinese text without markup. Two escapes of bytes or code points are the least; they must decode strictly.

What looks alike and must stay: code, addresses, hex colours, markup (a text with tags is HTML, and its entities are
right), escapes in other languages, and those in a line that speaks of escapes.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from html.entities import html5

import numpy as np

from encfix import screen
from encfix.batch import Batch, to_codes
from encfix.chinese.characters import IS_HAN, class_table
from encfix.edits import Edits, Proposal, gathered
from encfix.options import Options
from encfix.rules import number_of

ENTITY = number_of("escape.html-entity")
REMNANT = number_of("escape.html-remnant")
UNICODE = number_of("escape.unicode")
PERCENT = number_of("escape.percent")
QUOTED_PRINTABLE = number_of("escape.quoted-printable")
BACKSLASH = number_of("escape.backslash")

SURE, LIKELY, UNSURE = 0.99, 0.93, 0.5

LEAST_HAN = 0.3
"""The least share of ideographs among letters and ideographs in a text whose entities are undone."""

_SIGN = re.compile(r"&[#A-Za-z]|#x?[0-9a-fA-F]{4}|\\u|%u?[0-9A-Fa-f]{2}|=[0-9A-F]{2}|\\[\"'“”]")
"""What any escape holds."""

_ENTITY = re.compile(r"&(?:amp;){0,8}((?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});)")
"""A reference behind any layers of ampersands; `&amp;amp;` is one of an ampersand itself."""


_NO_AMPERSAND = re.compile(r"(?<![&\w#])#(?:x[0-9a-fA-F]{4}|[0-9]{5});", re.ASCII)
_NO_SEMICOLON = re.compile(r"&(?:nbsp|ldquo|rdquo|lsquo|rsquo|hellip|mdash|middot|quot|amp|lt|gt)(?![A-Za-z0-9;=])")
_UNICODE = re.compile(r"(?<!\\)(?:\\+u[0-9a-fA-F]{4}){2,}|(?:%u[0-9a-fA-F]{4}){2,}")
_PERCENT = re.compile(
    r"(?<![\w%/.=?&+-])(?:%[0-9A-Fa-f]{2}|(?<=[0-9A-Fa-f]{2})[A-Za-z0-9_.+-]{1,8}(?=%[0-9A-Fa-f]{2})){6,}"
)
_QUOTED = re.compile(r"(?:=[0-9A-F]{2}|=\r?\n){6,}")
_BACKSLASHES = re.compile(r"(?<!\\)\\+(?=[\"'“”])")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,400}>|<!--|\{\{|</|/>")
_CODE = re.compile(
    r"```|[A-Za-z_]\w*\(|[{};]\s*$|^\s*(?:var|let|const|def|import|#include|print)\b|=\s*[\"']", re.MULTILINE
)

_ABOUT = re.compile(
    "编码|編碼|转义|轉義|跳脱|跳脫|实体|實體|码点|碼點|码位|碼位|unicode|escape|encod|entit", re.IGNORECASE
)

_ALLOWED = frozenset(name for name in html5 if name.endswith(";"))


def propose(batch: Batch, options: Options) -> Edits:
    """Propose to undo escapes."""
    proposals: list[Proposal] = []
    for document in np.unique(batch.documents_of(screen.positions(batch, screen.ESCAPE))).tolist():
        base, text = int(batch.starts[document]), batch.text(document)
        if not _SIGN.search(text):
            continue
        line_ends = [match.start() for match in re.finditer("\n", text)]
        about = {bisect_left(line_ends, match.start()) for match in _ABOUT.finditer(text)}
        for proposal in sorted(_found(text, _share_of_han(_ENTITY.sub("", text)))):
            if bisect_left(line_ends, proposal.start) in about:
                proposal = proposal._replace(confidence=UNSURE)
            if not proposals or base + proposal.start >= proposals[-1].end:
                proposals.append(proposal.moved(base))
    return gathered(proposals)


def _share_of_han(text: str) -> float:
    """Return the share of ideographs among the ideographs and ASCII letters of a text."""
    codes = to_codes(text)
    han = int(IS_HAN.take(class_table().take(codes)).sum())
    letters = int((((codes | 0x20) >= ord("a")) & ((codes | 0x20) <= ord("z")) & (codes < 0x80)).sum())
    return han / (han + letters) if han else 0.0


def _found(text: str, share: float) -> Iterator[Proposal]:
    """Yield the escapes of one document, and what they stand for."""
    yield from _decoded(text, _UNICODE, _unicode, UNICODE)
    yield from _decoded(text, _PERCENT, _percent, PERCENT)
    yield from _decoded(text, _QUOTED, _quoted, QUOTED_PRINTABLE)
    if not share:
        share = _share_inside(text)
    if share >= LEAST_HAN and not _TAG.search(text):
        yield from _entities(text)
        if not _CODE.search(text):
            for match in _BACKSLASHES.finditer(text):
                if _is_chinese_beside(text, match.start(), match.end() + 1):
                    confidence = LIKELY if len(match.group()) > 1 else UNSURE
                    yield Proposal(match.start(), match.end(), "", BACKSLASH, confidence)


def _share_inside(text: str) -> float:
    """Return the share of ideographs in what the character references of a text stand for."""
    inside = "".join(html.unescape(match.group()) for match in _ENTITY.finditer(text))
    return sum(map(_is_han, inside)) / len(inside) if len(inside) > 1 else 0.0


def _entities(text: str) -> Iterator[Proposal]:
    for match in _ENTITY.finditer(text):
        new = _unescape(match[1])
        if new is not None:
            yield Proposal(match.start(), match.end(), new, ENTITY, SURE)
    for match in _NO_AMPERSAND.finditer(text):
        new = _unescape(match.group())
        if new is not None and ord(new[0]) >= 0x2000:
            yield Proposal(match.start(), match.end(), new, REMNANT, SURE)
    for match in _NO_SEMICOLON.finditer(text):
        beside = _is_chinese_beside(text, match.start(), match.end())
        yield Proposal(
            match.start(), match.end(), html.unescape(match.group() + ";"), REMNANT, LIKELY if beside else UNSURE
        )


def _unescape(reference: str) -> str | None:
    """Return what a reference without its ampersand stands for; None if it stands for nothing that text may hold.

    >>> _unescape("amp;"), _unescape("#x4e2d;"), _unescape("#x1;"), _unescape("lorem;")
    ('&', '中', None, None)
    """
    if reference[0] != "#" and reference not in _ALLOWED:
        return None
    new = html.unescape("&" + reference)
    is_text = new and "\ufffd" not in new and all(c in "\t\n\r" or c >= " " for c in new)
    return new if is_text else None


def _decoded(text: str, pattern: re.Pattern[str], decode: Callable[[str], str], rule: int) -> Iterator[Proposal]:
    """Yield runs that decode to text which is mostly Chinese."""
    for match in pattern.finditer(text):
        try:
            new = decode(match.group())
        except ValueError:
            continue
        if sum(map(_is_chinese, new)) >= 0.5 * len(new) and any(map(_is_han, new)):
            before = text[max(0, match.start() - 200) : match.start()].rpartition(" ")[2].rpartition("\n")[2]
            in_address = "://" in before or "www." in before
            in_code = text[match.start() - 1 : match.start()] in tuple("\"'`") and _CODE.search(text) is not None
            yield Proposal(match.start(), match.end(), new, rule, UNSURE if in_address or in_code else SURE)


def _unicode(run: str) -> str:
    data = b"".join(int(digits, 16).to_bytes(2, "big") for digits in re.findall(r"u([0-9a-fA-F]{4})", run))
    return data.decode("utf-16-be")


def _percent(run: str) -> str:
    data = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes((int(match[1], 16),)), run.encode())
    return _bytes(data)


def _quoted(run: str) -> str:
    return _bytes(bytes.fromhex(re.sub(r"=\r?\n|=", "", run)))


def _bytes(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gbk")


def _is_chinese_beside(text: str, start: int, end: int) -> bool:
    return any(_is_chinese(c) for c in text[max(0, start - 1) : start] + text[end : end + 1])


def _is_han(character: str) -> bool:
    return bool(IS_HAN[class_table()[ord(character)]])


def _is_chinese(character: str) -> bool:
    return (
        _is_han(character)
        or 0x3000 <= ord(character) < 0x3021
        or 0xFF00 <= ord(character) < 0xFF66
        or character in "“”‘’—…·"
    )
