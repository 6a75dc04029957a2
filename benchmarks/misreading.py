"""Seeded cases of text in one encoding that was read in another.

Text is cut from the GSD development sets, Japanese and Korean from Django's catalogues, encoded in one encoding and
decoded in another. The damage is made here from Python's codecs and the WHATWG Encoding Standard, apart from what the
library knows about either.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from benchmarks import corpora

LENGTHS = (8, 20, 60)
SEED = 3
STYLES = ("strict", "browser", "browser-fffd", "fffd", "question", "drop")
PAIRS = (
    *(("utf-8", wrong) for wrong in
      ("gbk", "gb18030", "big5", "shift_jis", "euc_kr", "cp1252", "cp1250", "latin-1", "cp437")),
    *(("gbk", wrong) for wrong in
      ("latin-1", "cp1252", "cp1254", "cp1250", "cp1251", "mac-roman", "big5", "shift_jis", "euc_kr", "utf-8/cp1252",
       "cp1252+ftfy")),
    *(("big5", wrong) for wrong in ("gbk", "latin-1", "shift_jis", "euc_kr")),
    *((true, wrong) for wrong in ("gbk", "cp1252") for true in ("euc_jp", "shift_jis", "euc_kr")),
    *(("utf-8 ja", wrong) for wrong in ("shift_jis", "gbk")),
    ("utf-8", "gbk twice"),
)  # fmt: skip
"""What the text was encoded in, its language behind it where the encoding does not say it, and what it was read as."""
LANGUAGES = {"euc_jp": "ja", "shift_jis": "ja", "utf-8 ja": "ja", "euc_kr": "ko"}
"""The language of the text, where it is not Chinese."""
_BROWSERS = {
    "gbk": ("gb18030", range(0x81, 0xFF), range(0x40, 0xFF)),
    "gb18030": ("gb18030", range(0x81, 0xFF), range(0x40, 0xFF)),
    "big5": ("big5hkscs", range(0x81, 0xFF), range(0x40, 0xFF)),
    "shift_jis": ("cp932", (*range(0x81, 0xA0), *range(0xE0, 0xFD)), range(0x40, 0xFD)),
    "euc_kr": ("cp949", range(0x81, 0xFF), range(0x41, 0xFF)),
}


def browser(data: bytes, wrong: str) -> str:
    """Decode as the WHATWG Encoding Standard does, errors as U+FFFD."""
    if wrong == "latin-1" or wrong.startswith("cp125"):
        codec = "cp1252" if wrong == "latin-1" else wrong
        return "".join(bytes((b,)).decode(codec, "replace").replace("\ufffd", chr(b)) for b in data)
    if wrong not in _BROWSERS:
        return data.decode(wrong, "replace")
    codec, leads, trails = _BROWSERS[wrong]
    text, place = "", 0
    while place < len(data):
        byte = data[place]
        place += 1
        if byte not in leads:
            euro = byte == 0x80 and codec == "gb18030"
            text += "€" if euro else bytes((byte,)).decode(codec, "replace") if byte < 0xE0 else "\ufffd"
            continue
        if place == len(data):
            text += "\ufffd"
            continue
        pair = data[place - 1 : place + 1].decode(codec, "replace") if data[place] in trails else ""
        pair = pair if len(pair) == 1 and pair != "\ufffd" else ""
        text += pair or "\ufffd"
        place += bool(pair) or data[place] >= 0x80
    return text


def mixed(data: bytes) -> str:
    """Decode UTF-8 pairs where there are any, else single bytes of windows-1252."""
    text, place = "", 0
    while place < len(data):
        for length in (4, 3, 2):
            try:
                text += data[place : place + length].decode("utf-8")
                place += length
                break
            except UnicodeDecodeError:
                continue
        else:
            text += browser(data[place : place + 1], "cp1252")
            place += 1
    return text


def through_ftfy(text: str) -> str:
    """Return what ftfy makes of a text, as of most text in collections of web pages, but for quotation marks."""
    import ftfy

    return ftfy.fix_text(text, uncurl_quotes=False)


def damage(text: str, true: str, wrong: str, style: str) -> tuple[str, bool] | None:
    """Return the damaged text and whether something was lost; None if this decoder cannot make it."""
    try:
        data = text.encode(true.split(maxsplit=1)[0])
        if wrong == "gbk twice":
            once = damage(text, true, "gbk", style)
            return damage(once[0], true, "gbk", style) if once and not once[1] else None
        if wrong == "utf-8/cp1252":
            return (mixed(data), False) if style == "browser" else None
        if wrong == "cp1252+ftfy":
            return (through_ftfy(browser(data, "cp1252")), False) if style == "browser" else None
        if style == "strict":
            return data.decode(wrong), False
        if style.startswith("browser"):
            seen = browser(data, wrong)
            return (seen, "\ufffd" in seen) if ("\ufffd" in seen) == (style == "browser-fffd") else None
        replaced = data.decode(wrong, "replace")
    except UnicodeError:
        return None
    if "\ufffd" not in replaced:
        return None
    return {"fffd": replaced, "question": replaced.replace("\ufffd", "?"), "drop": data.decode(wrong, "ignore")}[
        style
    ], True


@cache
def source(true: str, script: str) -> str:
    """Return text to cut from, without line ends."""
    if true in LANGUAGES:
        return foreign(LANGUAGES[true])
    return "".join((corpora.folder() / f"ud-gsd-dev.{script}.txt").read_text(encoding="utf-8").split("\n"))


@cache
def foreign(language: str) -> str:
    """Return the messages of one of Django's catalogues in a row, without what is not prose."""
    import gettext

    import django

    folder = Path(django.__file__).parent
    texts: list[str] = []
    for path in sorted(folder.glob(f"**/locale/{language}/LC_MESSAGES/django.mo")):
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
        texts += [text for key, text in catalogue._catalog.items() if key]  # type: ignore[attr-defined]
    return "".join(text for text in texts if not set(text) & set("%{}<>&\n|"))


def cases(
    true: str, wrong: str, style: str, length: int, count: int, seed: int = SEED
) -> Iterator[tuple[str, str, bool]]:
    """Yield `count` cases of a cell, fewer if the decoder seldom makes any: the text, its damage, whether that lost
    anything."""
    chance = random.Random(f"{true} {wrong} {style} {length} {seed}")
    scripts = {"gbk": ("simplified",), "big5": ("traditional",)}.get(true, ("simplified", "traditional"))
    made = 0
    for attempt in range(8 * count):
        text = source(true, scripts[attempt % len(scripts)])
        start = chance.randrange(len(text) - length)
        truth = text[start : start + length]
        damaged = damage(truth, true, wrong, style) if truth.strip() == truth else None
        if damaged and damaged[0] != truth:
            made += 1
            yield truth, *damaged
        if made == count:
            return
