"""What tells escapes that stayed behind from those that belong: the text around them, and what they stand for."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

from encfix.batch import to_codes
from encfix.chinese.characters import IS_HAN, class_table

SURE, LIKELY, UNSURE = 0.99, 0.93, 0.5

_ABOUT = re.compile(
    "(?<![政递遞])(?:编码|編碼)|解码|解碼|转义|轉義|跳脱|跳脫|反斜[线線杠槓]|码点|碼點|码位|碼位|正则|正規表|换行符|換行符"
    "|(?<![治济濟律人业業立场場])(?:实体|實體)(?![经經店书書企产產零卡机機法])|小于号|小於號|地址栏|地址欄|網址列"
    r"|(?:小[于於]|大[于於]|空格|引[号號]|和[号號])(?=&)"
    r"|字符(?:值)?引用|字元引用|字元參照|进制|進制|進位|\bNCR\b|(?:[（(]如|例如|比如|譬如|such as)\s*(?=[&\\])"
    r"|unicode|escape|encod|entit|(?<![.\w])(?:html|json)(?!\w)",
    re.IGNORECASE | re.ASCII,
)
ABOUT_REACH = 100
"""Code points within which a line that speaks of escapes may give one as an example."""

_CODE = re.compile(
    r"```|[A-Za-z_]\w*\(|[{};]\s*$|^[^\S\n]*(?:var|let|const|def|import|#include|print)\b|=\s*[\"']", re.MULTILINE
)


LONGEST_ADDRESS = 1000
"""Code points of an address of which escapes may be part; those of Chinese titles are long."""

EXPLAINED_REACH = 1000
"""Code points within which a line may say what an escape on it stands for."""

_QUOTES = "\"'`“”‘’「」『』"

_OPENING = tuple(re.compile(rf"(?<!\\){mark}") for mark in "\"'`")
"""What opens and closes a literal of code, by kind."""

_SETTING = re.compile(r"^[^\S\n]*[A-Za-z_][\w.-]*[^\S\n]*=[^\S\n]*\Z", re.MULTILINE | re.ASCII)
"""What stands on a line before the value of a setting, `app.title=`: files of settings write code points out."""

_CELL = "[^\\S\\n]*"
_SHOWN_BEFORE = re.compile(rf"(?:[‘“「『（【`]|\|{_CELL})$")
_SHOWN_BEHIND = re.compile(rf"[’”」』）】`]|{_CELL}\|")
"""What encloses an escape that is shown as such: quotation marks, brackets, and the cell of a table."""

_DESTINATION = re.compile(r"\]\([^()\s]*$|(?:href|src) ?= ?[\"'][^\"'<>\s]*$")
"""What stands before a place in the destination of a link, in Markdown or HTML."""


class Page:
    """The text of one document, and what it is about."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    @cached_property
    def _marks(self) -> list[list[int]]:
        """Where marks of each kind stand that open or close a literal."""
        return [[match.start() for match in mark.finditer(self.text)] for mark in _OPENING]

    @cached_property
    def _about(self) -> list[int]:
        return [match.start() for match in _ABOUT.finditer(self.text)]

    @cached_property
    def holds_code(self) -> bool:
        """Whether a line of the text reads as code."""
        return _CODE.search(self.text) is not None

    def is_about(self, offset: int) -> bool:
        """Return whether the line of an offset speaks of escapes near it, or one beside it if it is all examples."""
        near = self._about[
            bisect_left(self._about, offset - ABOUT_REACH) : bisect_left(self._about, offset + ABOUT_REACH)
        ]
        if not near:
            return False
        own, lines = self._line_of(offset), {self._line_of(place) for place in near}
        return own in lines or (not {own - 1, own + 1}.isdisjoint(lines) and not self._holds_han(own))

    def is_in_address(self, offset: int) -> bool:
        """Return whether an address, or the destination of a link, began before an offset, with no space since."""
        before = self.text[max(0, offset - LONGEST_ADDRESS) : offset].rpartition(" ")[2].rpartition("\n")[2]
        return "://" in before or "www." in before or _DESTINATION.search(before) is not None

    def is_shown(self, start: int, end: int) -> bool:
        """Return whether a span stands alone in quotation marks, in brackets, or in the cell of a table."""
        before = self.text[max(0, start - ABOUT_REACH) : start]
        return _SHOWN_BEFORE.search(before) is not None and _SHOWN_BEHIND.match(self.text, end) is not None

    def is_setting(self, start: int) -> bool:
        """Return whether the value of a setting begins at an offset."""
        before = self.text[max(0, start - ABOUT_REACH - 1) : start]
        return _SETTING.search(before if start <= ABOUT_REACH else before.partition("\n")[2]) is not None

    def is_in_literal(self, offset: int) -> bool:
        """Return whether a quotation mark before an offset, on its line of code, is not closed yet."""
        if not self.holds_code:
            return False
        line_start, _ = self._span_of(self._line_of(offset))
        return any((bisect_left(marks, offset) - bisect_left(marks, line_start)) % 2 for marks in self._marks)

    def is_explained(self, start: int, end: int, meaning: str) -> bool:
        """Return whether the line of a span gives in quotation marks, beside it, what the span stands for."""
        if not any(map(is_han, meaning)):
            return False
        line_start, _ = self._span_of(self._line_of(start))
        _, line_end = self._span_of(self._line_of(end))
        beside = (
            self.text[max(line_start, start - EXPLAINED_REACH) : start],
            self.text[end : min(line_end, end + EXPLAINED_REACH)],
        )
        quoted = f"[{_QUOTES}]{re.escape(meaning)}[{_QUOTES}]"
        return any(meaning in part and re.search(quoted, part) for part in beside)

    def is_chinese_beside(self, start: int, end: int) -> bool:
        """Return whether Chinese stands right before or right behind a span."""
        return any(map(is_chinese, self.text[max(0, start - 1) : start] + self.text[end : end + 1]))

    def _holds_han(self, line: int) -> bool:
        return any(map(is_han, self.text[slice(*self._span_of(line))]))

    def _span_of(self, line: int) -> tuple[int, int]:
        """Return where a line begins and where it ends, without its line feed."""
        ends = self._line_ends
        return ends[line - 1] + 1 if line else 0, ends[line] if line < len(ends) else len(self.text)

    def _line_of(self, offset: int) -> int:
        return bisect_left(self._line_ends, offset)


def share_of_han(text: str) -> float:
    """Return the share of ideographs among the ideographs and ASCII letters of a text.

    >>> share_of_han("中国 CN")
    0.5
    """
    codes = to_codes(text)
    han = int(IS_HAN.take(class_table().take(codes)).sum())
    letters = int((((codes | 0x20) >= ord("a")) & ((codes | 0x20) <= ord("z")) & (codes < 0x80)).sum())
    return han / (han + letters) if han else 0.0


def is_han(character: str) -> bool:
    """Return whether a character is an ideograph."""
    return bool(IS_HAN[class_table()[ord(character)]])


def is_chinese(character: str) -> bool:
    """Return whether a character is an ideograph or a mark of Chinese text."""
    return (
        is_han(character)
        or 0x3000 <= ord(character) < 0x3021
        or 0xFF00 <= ord(character) < 0xFF66
        or character in "“”‘’—…·"
    )


def is_mostly_chinese(text: str) -> bool:
    """Return whether a text holds an ideograph and at least half of it is Chinese."""
    return any(map(is_han, text)) and sum(map(is_chinese, text)) >= 0.5 * len(text)
