"""References made of bytes of Chinese in UTF-8 or GBK that were read as windows-1252, in markup as well:
`&aring;&curren;&Dagger;&aelig;&sup3;&uml;` is 备注, and so is `&#177;&#184;&#215;&#162;`.

French has `é&nbsp;»`, which is a character by chance; a text of such characters is none of Europe, nor are several in
GBK in a row that make sense.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from encfix.batch import to_codes
from encfix.chinese import model
from encfix.edits import Proposal
from encfix.repairs.escape.evidence import SURE, Page
from encfix.repairs.escape.references import ENTITY, REFERENCE, unescape
from encfix.rules import number_of

BYTES = number_of("escape.bytes")

LEAST_IN_A_TEXT, MOST_OF_A_TEXT = 3, 0.8
"""Characters of Chinese that are none by chance in a text, and the share of all beyond ASCII that they must hold."""

LEAST_IN_A_ROW, MOST_OF_A_ROW = 2, 0.7
"""The same for what stands without a break, where the share may be less since bytes that windows-1252 leaves undefined
are lost."""

LEAST_IN_GBK, LEAST_SCORE = 4, -8.0
"""Characters in GBK in a row, and what each of them scores, that prove it."""

_BYTES = {
    ord(bytes((byte,)).decode("cp1252")): byte for byte in range(0x80, 0xA0) if byte not in b"\x81\x8d\x8f\x90\x9d"
}
_CHINESE_IN_UTF8 = re.compile("[\xe3-\xe9][\x80-\xbf][\x80-\xbf]|\xef[\xbc\xbd][\x80-\xbf]")
_BEYOND_ASCII = re.compile("[^\0-\x7f]")

_HIGH = f"[\x80-\xff{''.join(map(chr, _BYTES))}]"
_HIGH_BYTE = re.compile(r"\\x([89a-fA-F][0-9a-fA-F])")
_MISREAD = re.compile(rf"(?:{REFERENCE.pattern}|{_HIGH_BYTE.pattern}|{_HIGH})+")
"""What windows-1252 may have made of bytes beyond ASCII, some of it written out."""


def found(page: Page) -> Iterator[Proposal]:
    """Yield what was made of such bytes: in a text that is all of them, in rows that are, and on a page with such a
    row."""
    runs = [match for match in _MISREAD.finditer(page.text) if "&" in match[0]] if "&" in page.text else ()
    if not runs:
        return
    is_all = _count(_written_out(page.text), MOST_OF_A_TEXT) >= LEAST_IN_A_TEXT
    written = [_written_out(run[0]) for run in runs]
    counts = [_count(raw, MOST_OF_A_ROW) for raw in written]
    least = 0 if is_all else 1 if max(counts) >= LEAST_IN_A_ROW else LEAST_IN_A_ROW
    in_gbk = [_in_gbk(raw) for raw in written]
    is_gbk = any(map(_is_chinese, in_gbk))
    for run, count, text in zip(runs, counts, in_gbk, strict=True):
        if count < least and not (is_gbk and text):
            continue
        for match in REFERENCE.finditer(page.text, *run.span()):
            new = unescape(match[1]) or ""
            if re.fullmatch(_HIGH, new):  # &lt; is one of the page
                yield Proposal(*match.span(), new, ENTITY, SURE)
        for match in _HIGH_BYTE.finditer(page.text, *run.span()):
            yield Proposal(*match.span(), chr(int(match[1], 16)), BYTES, SURE)


def _count(raw: str, most: float) -> int:
    """Return how many characters of Chinese bytes hold, 0 if they hold less than a share of what is beyond ASCII."""
    count = len(_CHINESE_IN_UTF8.findall(raw))
    return count if 3 * count >= most * len(_BEYOND_ASCII.findall(raw)) else 0


def _is_chinese(text: str) -> bool:
    """Return whether a text in GBK is long enough, and enough like Chinese, to be none by chance."""
    return len(text) >= LEAST_IN_GBK and model.score(to_codes(text)) > LEAST_SCORE


def _in_gbk(raw: str) -> str:
    """Return what bytes are in GBK; nothing unless all are, and of GB 2312."""
    if len(raw) % 2 or not all("\xa0" < byte < "\xff" for byte in raw):
        return ""
    text = raw.encode("latin-1").decode("gbk", "replace")
    return text if "\ufffd" not in text else ""


def _written_out(text: str) -> str:
    """Return a text without its escapes, each byte of windows-1252 as the character of its number."""
    whole = REFERENCE.sub(lambda match: unescape(match[1]) or match[0], text)
    return _HIGH_BYTE.sub(lambda match: chr(int(match[1], 16)), whole).translate(_BYTES)
