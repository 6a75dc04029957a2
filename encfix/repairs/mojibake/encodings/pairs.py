"""The pairs of encodings that are undone."""

from __future__ import annotations

from dataclasses import dataclass

from encfix.repairs.mojibake.encodings.charsets import LATIN_1_THEN_GBK, SINGLE_BYTE, UTF8_OR_CP1252


@dataclass(frozen=True, slots=True)
class Pair:
    """A true encoding, the wrong one, and the codec that reads the true one."""

    true: str
    wrong: str
    codec: str
    language: str
    """What the true text is written in."""

    @property
    def name(self) -> str:
        """The name of the pair's rule."""
        return f"mojibake.{self.true}-as-{self.wrong}"

    @property
    def is_single_byte(self) -> bool:
        """Whether the wrong encoding gives a character for each byte."""
        return self.wrong in SINGLE_BYTE

    @property
    def is_european(self) -> bool:
        """Whether it gives letters and symbols of Europe, not of Asia."""
        return self.is_single_byte and self.wrong != LATIN_1_THEN_GBK

    @property
    def is_chinese(self) -> bool:
        """Whether the true text is Chinese."""
        return self.language == "Chinese"

    @property
    def is_korean(self) -> bool:
        """Whether the true text is Korean."""
        return self.language == "Korean"

    @property
    def is_japanese(self) -> bool:
        """Whether the true text is Japanese."""
        return self.language == "Japanese"


_CODECS = {"utf-8": "utf-8", "gbk": "gbk", "big5": "cp950", "euc-jp": "euc_jp", "shift-jis": "cp932", "euc-kr": "cp949"}

_LANGUAGES = {"euc-jp": "Japanese", "shift-jis": "Japanese", "euc-kr": "Korean"}
"""The languages of encodings that are of one, Chinese but for these."""

_WRONG = {
    "utf-8": ("gbk", "shift-jis", "euc-kr", "big5", "cp1252", "latin-1", "cp1250", "latin-2", "latin-9", "cp437",
              LATIN_1_THEN_GBK, "cp1254", "cp1256", "cp1257", "cp1258", "cp850", "mac-roman",
              "ptcp154"),
    "gbk": ("cp1252", "latin-1", "cp1254", "cp1250", "latin-2", "latin-9", "utf-8-or-cp1252", "big5", "shift-jis",
            "euc-kr", LATIN_1_THEN_GBK, "cp437", "mac-roman", "cp1251", "cp866", "cp850", "koi8-r"),
    "big5": ("gbk", "cp1252", "cp1254", "utf-8-or-cp1252", "shift-jis", "euc-kr", LATIN_1_THEN_GBK, "cp437"),
    "euc-jp": ("gbk", "cp1252"),
    "shift-jis": ("gbk", "cp1252", "latin-1"),
    "euc-kr": ("gbk", "cp1252", "cp1254"),
}  # fmt: skip
# No byte of Big5, EUC-JP or EUC-KR is one where Latin-1 differs from windows-1252.

PAIRS = (
    *(
        Pair(true, wrong, _CODECS[true], _LANGUAGES.get(true, "Chinese"))
        for true, wrongs in _WRONG.items()
        for wrong in wrongs
    ),
    *(Pair("utf-8", wrong, "utf-8", "Japanese") for wrong in ("shift-jis", "gbk")),
)
"""What is undone, the frequent first."""

MIXED = tuple(pair for pair in PAIRS if pair.wrong == UTF8_OR_CP1252)
"""The pairs that look like others where they gave no pairs of UTF-8."""
