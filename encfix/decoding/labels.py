"""What a page says about its own bytes: byte order marks, labels of encodings, and declarations that use them.

A label means what it means on the web (WHATWG Encoding Standard, "Names and labels"): the superset that covers what
people write under that name. Python's own aliases know most labels; the tables here hold where the two differ.
"""

from __future__ import annotations

import codecs
import re

HEAD = 1024
"""How many bytes at the head of a page are looked at for a declaration, as browsers do."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
"""Byte order marks and what they prove, the longer first of two that begin alike."""

# Names of Python's codecs, and the codec that reads what is found under that label.
_SUPERSETS = {
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "euc_jis_2004": "euc_jp",
    "euc_jisx0213": "euc_jp",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "shift_jis_2004": "cp932",
    "shift_jisx0213": "cp932",
    "tis-620": "cp874",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
}

# Labels of the standard that Python does not know.
_LABELS = {
    "cn-big5": "big5hkscs",
    "csunicode": "utf-16-le",
    "dos-874": "cp874",
    "iso-10646-ucs-2": "utf-16-le",
    "ucs-2": "utf-16-le",
    "unicode": "utf-16-le",
    "unicode-1-1-utf-8": "utf-8",
    "unicodefeff": "utf-16-le",
    "unicodefffe": "utf-16-be",
    "windows-874": "cp874",
    "windows-949": "cp949",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
    "x-sjis": "cp932",
    "x-unicode20utf8": "utf-8",
    "x-x-big5": "big5hkscs",
}

# Codecs of Python that are no charsets of files.
_NO_CHARSETS = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


def codec_of(label: str) -> str | None:
    """Return the name of the Python codec that reads what a label stands for; None for a label nobody knows.

    >>> codec_of("GB2312"), codec_of("big5"), codec_of("iso-8859-1"), codec_of("x-sjis"), codec_of("rot13")
    ('gb18030', 'big5hkscs', 'cp1252', 'cp932', None)
    """
    label = label.strip().lower()
    if label in _LABELS:
        return _LABELS[label]
    try:
        name = codecs.lookup(label).name
        "".encode(name)  # refuses codecs that are not from text to bytes
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSETS else _SUPERSETS.get(name, name)


def charset_of(declared: str) -> str | None:
    """Return the codec for a label, or for the value of a Content-Type header; None if it says nothing known.

    >>> charset_of("text/html; charset=gbk"), charset_of("Big5"), charset_of("text/html")
    ('gb18030', 'big5hkscs', None)
    """
    found = _CHARSET.search(declared)
    return codec_of(found[1] if found else declared)


def declared_in(data: bytes) -> str | None:
    """Return the codec that a page declares in its XML declaration or an HTML meta element.

    >>> declared_in(b'<html><meta http-equiv="Content-Type" content="text/html; charset=gb2312">')
    'gb18030'
    """
    head = data[:HEAD]
    found = _XML.search(head) or _META.search(head)
    name = codec_of(found[1].decode("ascii", "replace")) if found else None
    # Who could read the declaration byte by byte was not reading UTF-16 (the standard says the same).
    return "utf-8" if name and name.startswith(("utf-16", "utf-32")) else name


def mark_of(data: bytes) -> tuple[str, bytes] | None:
    """Return the codec and the byte order mark that `data` begins with, if it does.

    >>> mark_of("字".encode("utf-8-sig"))
    ('utf-8', b'\\xef\\xbb\\xbf')
    """
    for mark, name in MARKS:
        if data.startswith(mark):
            return name, mark
    return None
