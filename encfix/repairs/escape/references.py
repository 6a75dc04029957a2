"""HTML's character references written out: `&nbsp;`, `&amp;#20851;`, `&#20851&#20110`, `#xff1a;`, `nbsp;nbsp;`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5

from encfix.edits import Proposal
from encfix.repairs.escape.evidence import LIKELY, SURE, UNSURE, Page, is_chinese, is_han, share_of_han
from encfix.rules import number_of

ENTITY = number_of("escape.html-entity")
REMNANT = number_of("escape.html-remnant")

LEAST_HAN = 0.3
"""The least share of ideographs among letters and ideographs in a text whose references are undone."""

_NAMES = "nbsp|ensp|emsp|ldquo|rdquo|lsquo|rsquo|hellip|mdash|middot|quot|amp|lt|gt"
_SIGNS = "thinsp|ndash|deg|plusmn|times|divide|yen|copy|reg|trade|permil|bull|sup2|sup3"
"""Names that stand for words as well, or for parts of addresses, where the semicolon is lost."""

REFERENCE = re.compile(r"&(?:amp;?){0,8}((?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});)")
"""A reference behind any layers of ampersands, `&ampnbsp;` as well; `&amp;amp;` is one of an ampersand itself."""

_NO_AMPERSAND = re.compile(r"(?<!&)#(?:[xX][0-9a-fA-F]{4}|[1-6][0-9]{4});")
_NO_AMPERSAND_BY_NAME = re.compile(r"(?<![&A-Za-z0-9_;])(?:nbsp;)+")
_NO_SEMICOLON = re.compile(rf"&({_NAMES})(?![A-Za-z0-9;；=])")
_FULLWIDTH_SEMICOLON = re.compile(
    rf"&(?:amp;){{0,8}}(#[1-6][0-9]{{4}}|#8[0-9]{{3}}|#1[68][03]|#[xX][0-9a-fA-F]{{4}}|{_NAMES}|{_SIGNS})；"
)
_NO_SEMICOLON_BY_NUMBER = re.compile(
    r"&(?:amp;){0,8}(#(?:[1-6][0-9]{4}|8[0-9]{3}(?![0-9])|1[68][03](?![0-9])|[xX][0-9a-fA-F]{4}))(?![;；])"
)
_ALL = (REFERENCE, _NO_SEMICOLON_BY_NUMBER, _NO_SEMICOLON, _NO_AMPERSAND, _NO_AMPERSAND_BY_NAME)
_OF_MARKUP = ("&lt;", "&gt;", "&amp;", "&quot;", "&apos;")
"""References that text in HTML must hold for what it shows."""

_PLACEHOLDER = re.compile(
    r"(?:(?<=[!-~])|(?<=[!-~] ))&lt;[^&，。；：！？\n]{1,24}&gt;|&lt;([*_`]{1,2})[^&，。；：！？\n]{1,24}\1&gt;"
)
"""A word in angle brackets behind one of code, `/help &lt;命令&gt;`, or one that Markdown sets off,
`&lt;*argument*&gt;`, which on a page with no other references and no end of a tag is as markup must write it."""

_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,400}>|<!--|\{\{|</|/>")

_ALLOWED = frozenset(name for name in html5 if name.endswith(";"))


def found(page: Page) -> Iterator[Proposal]:
    """Yield the references of a page, which must be `belong_nowhere`."""
    yield from _whole(page)
    yield from _without_semicolon(page)
    yield from _without_ampersand(page)


def belong_nowhere(text: str) -> bool:
    """Return whether references are out of place: the text is Chinese, or stands for it, and holds no markup."""
    rest = text
    for pattern in _ALL:
        rest = pattern.sub("", rest)
    share = share_of_han(rest) or _share_inside(text)
    return share >= LEAST_HAN and not _TAG.search(text)


def _share_inside(text: str) -> float:
    """Return the share of ideographs in what the references of a text stand for."""
    inside = "".join(
        unescape(match[match.lastindex or 0].rstrip(";") + ";") or ""
        for pattern in (REFERENCE, _NO_SEMICOLON_BY_NUMBER, _NO_AMPERSAND)
        for match in pattern.finditer(text)
    )
    return sum(map(is_han, inside)) / len(inside) if len(inside) > 1 else 0.0


def _whole(page: Page) -> Iterator[Proposal]:
    """Yield references that have all their marks; for the semicolon its full-width form may stand."""
    references = [(match, new) for match in REFERENCE.finditer(page.text) if (new := unescape(match[1])) is not None]
    is_markup = "&lt;/" not in page.text and all(match[0] in _OF_MARKUP for match, _ in references)
    placeholders = [match.span() for match in _PLACEHOLDER.finditer(page.text)] if is_markup else []
    edges = {start for start, _ in placeholders} | {end for _, end in placeholders}
    for match, new in references:
        is_meant = match.start() in edges or match.end() in edges or page.is_shown(*match.span())
        yield Proposal(*match.span(), new, ENTITY, UNSURE if is_meant else SURE)
    for match in _FULLWIDTH_SEMICOLON.finditer(page.text):
        new = unescape(match[1] + ";")
        if new is not None and (new == "\u00a0" or match[1][0] != "#" or is_chinese(new)):
            yield Proposal(*match.span(), new, REMNANT, SURE)


def _without_semicolon(page: Page) -> Iterator[Proposal]:
    """Yield references without their semicolon: by name beside Chinese, by number where there are several.

    One name beside Chinese is proof for the same name elsewhere on the page.
    """
    matches = list(_NO_SEMICOLON.finditer(page.text))
    proven = {m[1] for m in matches if page.is_chinese_beside(*m.span()) and not page.is_about(m.start())}
    if matches:
        proven |= {match[1][:-1] for match in REFERENCE.finditer(page.text)}
    for match in matches:
        yield Proposal(*match.span(), html.unescape(f"&{match[1]};"), REMNANT, LIKELY if match[1] in proven else UNSURE)
    numbers = [(match, unescape(match[1] + ";")) for match in _NO_SEMICOLON_BY_NUMBER.finditer(page.text)]
    if not numbers:
        return
    whole = (unescape(match[1]) for match in REFERENCE.finditer(page.text))
    several = sum(is_chinese(new) for new in (*whole, *(new for _, new in numbers)) if new and len(new) == 1) >= 2
    for match, new in numbers:
        if new is None or not (is_chinese(new) or new == "\u00a0"):
            continue
        digits = "0123456789abcdefABCDEF" if match[1][1] in "xX" else "0123456789"
        is_longer = page.text[match.end() : match.end() + 1] in tuple(digits)
        if is_han(new) or not is_longer:  # no number begins with an ideograph's: &#12851 of &#128512 is a sign
            yield Proposal(*match.span(), new, REMNANT, SURE if several else UNSURE)


def _without_ampersand(page: Page) -> Iterator[Proposal]:
    """Yield references without their ampersand: by number, where no ticket or colour is meant; `nbsp;` again and again.

    Certain are hexadecimal numbers and two in a row; a decimal number alone needs Chinese on both sides or one that is
    certain on the same page, as does any number behind a letter or a digit.
    """
    text = page.text
    matches = [
        (match, new)
        for match in _NO_AMPERSAND.finditer(text)
        if (new := unescape(match.group())) is not None and (is_chinese(new) or 0x2000 <= ord(new) < 0x2070)
    ]
    starts = {match.start() for match, _ in matches}
    ends = {match.end() for match, _ in matches}

    def confidence(match: re.Match[str]) -> float:
        before = text[match.start() - 1 : match.start()]
        if before == "#" or (before.isascii() and (before.isalnum() or before == "_")):
            return 0.0
        if match[0][1] in "xX" or match.end() in starts or match.start() in ends:
            return SURE
        beside = before + text[match.end() : match.end() + 1]
        return LIKELY if len(beside) == 2 and all(map(is_chinese, beside)) else UNSURE

    sure = [(match, new, confidence(match)) for match, new in matches]
    is_proven = any(value >= SURE and not page.is_about(match.start()) for match, _, value in sure)
    for match, new, value in sure:
        if value or is_proven:
            yield Proposal(*match.span(), new, REMNANT, SURE if is_proven else value)
    spaces = [(match, len(match[0]) // len("nbsp;")) for match in _NO_AMPERSAND_BY_NAME.finditer(text)]
    if any(count > 1 and not page.is_about(match.start()) for match, count in spaces):
        for match, count in spaces:
            yield Proposal(*match.span(), "\u00a0" * count, REMNANT, SURE)


def unescape(reference: str) -> str | None:
    """Return what a reference without its ampersand stands for; None if it stands for nothing that text may hold.

    >>> unescape("amp;"), unescape("#x4e2d;"), unescape("#x1;"), unescape("lorem;")
    ('&', '中', None, None)
    """
    if reference[0] != "#" and reference not in _ALLOWED:
        return None
    new = html.unescape("&" + reference)
    is_text = new and "\ufffd" not in new and all(c in "\t\n\r" or c >= " " for c in new)
    return new if is_text else None
