"""Every rule that encfix knows: what `Options.only` and `skip` name, and what changes and findings carry.

`RULES` are those of the repairs; `OTHER_RULES` are not of repairs, and `only` and `skip` do not take them.

A rule belongs to one kind. Its `policy` says what may become of a proposal: a `REPAIR` is applied when it is sure
enough; an `ASK` only when the caller names the rule in `only`, which must then also name every kind that is wanted,
since what it does not name is not looked for; a `REPORT` never; what a `LOST` rule finds is beyond repair.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

KINDS = (
    "mojibake",
    "misaligned",
    "escape",
    "gloss",
    "separator",
    "invisible",
    "form",
    "script",
    "punctuation",
    "noise",
)
"""The closed set of kinds of damage."""


class Policy(Enum):
    """What may become of a rule's proposals."""

    REPAIR = "repaired when sure enough"
    ASK = "reported, and repaired when named in `only`"
    REPORT = "reported, never changed"
    LOST = "reported as beyond repair"


@dataclass(frozen=True, slots=True)
class Rule:
    """A stable identifier, its kind, what it means, and its policy; `{}` in the reason takes the score."""

    name: str
    reason: str
    policy: Policy = Policy.REPAIR

    @property
    def kind(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]


_READ_AS = {
    "utf-8": (
        "gbk", "big5", "shift-jis", "euc-kr", "latin-1", "latin-2", "latin-9", "cp437", "cp1250", "cp1251", "cp1252",
        "cp1253", "cp1254", "cp1256", "cp1257", "cp1258", "cp850", "ptcp154", "mac-roman",
        "latin-1-then-gbk", "several",
    ),
    "gbk": ("latin-1", "latin-2", "latin-9", "cp1250", "cp1252", "cp1254", "utf-8-or-cp1252", "big5", "shift-jis",
            "euc-kr", "latin-1-then-gbk", "cp437", "mac-roman", "cp1251", "cp866", "cp850", "koi8-r"),
    "big5": ("gbk", "cp1252", "cp1254", "utf-8-or-cp1252", "shift-jis", "euc-kr", "latin-1-then-gbk", "cp437"),
    "euc-jp": ("gbk", "cp1252"),
    "shift-jis": ("gbk", "cp1252", "latin-1"),
    "euc-kr": ("gbk", "cp1252", "cp1254"),
    "cp1252": ("latin-1",),
}  # fmt: skip
"""The true encodings and those they were read as; `several` is more than one in a line."""

_LANGUAGES = {"euc-jp": "Japanese ", "shift-jis": "Japanese ", "euc-kr": "Korean "}


def _mojibake() -> tuple[Rule, ...]:
    """Return one rule for each pair of encodings."""
    names = {
        "utf-8-or-cp1252": "UTF-8 where it could be, else windows-1252",
        "latin-1-then-gbk": "latin-1, written in utf-8, and that read as gbk",
        "several": "several encodings",
    }
    return tuple(
        Rule(
            f"mojibake.{true}-as-{wrong}",
            f"{_LANGUAGES.get(true, '')}text in {true}, read as {names.get(wrong, wrong)}",
        )
        for true, wrongs in _READ_AS.items()
        for wrong in wrongs
    )


RULES = (
    *_mojibake(),
    Rule("mojibake.backslash", "a backslash beside a character whose last byte is one in Big5, GBK or Shift-JIS"),
    Rule("mojibake.lost", "what is left of replacement characters or unset memory read as GBK or Big5", Policy.LOST),
    Rule(
        "mojibake.rounds",
        "text read in the wrong encoding again and again, so that its characters are lost",
        Policy.LOST,
    ),
    Rule("mojibake.dropped", "text read in the wrong encoding whose bytes were mostly dropped", Policy.LOST),
    Rule("escape.html-entity", "an HTML entity or character reference written out"),
    Rule("escape.html-remnant", "an HTML entity or character reference that lost its first or last mark"),
    Rule("escape.unicode", "a code point written out as \\u and hexadecimal digits"),
    Rule("escape.bytes", "bytes written out as \\x and hexadecimal digits"),
    Rule("escape.percent", "UTF-8 bytes written out as in an address"),
    Rule("escape.quoted-printable", "bytes written out as in a mail"),
    Rule("escape.line-end", "a line end written out, as \\n or as spreadsheets do"),
    Rule("escape.backslash", "a quotation mark behind backslashes that were escaped again and again"),
    Rule(
        "misaligned.half-character",
        "characters cut in the middle, decoded one byte off; {:.1f} nats to the next reading",
    ),
    Rule(
        "gloss.pinyin",
        "the reading in brackets is one of the character before it, as on the rest of the page",
    ),
    Rule("gloss.repeated", "one reading of the character before it in brackets again and again"),
    Rule("gloss.periodic", "every so many characters one is glossed, whatever it is"),
    Rule("gloss.irregular", "characters are glossed here and there, the same ones in one place and not in another"),
    Rule("gloss.emoji", "an emoji strewn between characters by what glossed the page"),
    Rule("separator.spaces", "a space in every gap of a run of characters; {:.0f} gaps"),
    Rule("separator.comma", "a comma set before another mark, or behind a stop"),
    Rule("separator.doubled", "one mark written twice"),
    Rule("separator.pipe", "a line that holds a vertical bar alone"),
    Rule("separator.line-break", "a line break written out as x0dx0a"),
    Rule(
        "separator.line-wrap",
        "a line broken at the width of the page, not at the end of a paragraph",
        Policy.ASK,
    ),
    Rule("separator.question", "a question mark where a space could not be encoded", Policy.REPORT),
    Rule("separator.pictures", "pictures strewn inside words"),
    Rule("invisible.zero-width", "a character without width inside Chinese text"),
    Rule("invisible.object", "a placeholder of a picture or another object that is not there"),
    Rule("invisible.control", "a control character inside Chinese text"),
    Rule("invisible.terminal", "a colour or another command to a terminal"),
    Rule("invisible.bidi", "a direction mark with no right-to-left letter near"),
    Rule("invisible.noncharacter", "a code point that Unicode reserves and no text may hold"),
    Rule("form.radical", "a radical that stands for the ideograph of the same shape"),
    Rule("form.compatibility", "a compatibility ideograph that stands for its unified ideograph"),
    Rule("form.private-use", "a private-use code point that GB 18030 has given a character since"),
    Rule("script.numeral", "壹 for 一 on the whole page; here 一 fits better by {:.1f} nats"),
    Rule("script.one-to-many", "another form of the same simplified character fits better by {:.1f} nats"),
    Rule("script.leftover", "left over from the other script; the form of this one fits better by {:.1f} nats"),
    Rule("script.convert", "converted to the script asked for"),
    Rule("punctuation.fullwidth", "a half-width mark after a Chinese character"),
    Rule("noise.mask", "asterisks in the place of words", Policy.REPORT),
    Rule("noise.anti-copy", "letters and symbols that a forum hides in copied text", Policy.REPORT),
    Rule("noise.hangul", "a syllable of hangul that a site writes for a character against copying", Policy.REPORT),
    Rule("noise.furigana", "a Japanese reading flattened into the line", Policy.REPORT),
    Rule("noise.private-use", "a private-use code point whose character is not known", Policy.LOST),
    Rule("noise.question-marks", "text that lost its characters to question marks", Policy.LOST),
    Rule("noise.replacement", "a replacement character: what stood here was lost", Policy.LOST),
    Rule("noise.substituted", "a character for which the site's own font shows another", Policy.LOST),
    Rule("noise.unsettled", "the repairs of this document did not settle, so it was left alone", Policy.REPORT),
    Rule("noise.fault", "encfix failed on this document", Policy.REPORT),
)
"""All rules; a rule's position is its number in edit vectors."""

OTHER_RULES = {
    "mojibake.bad-byte": "`encfix.decode`: bytes that are no character of the encoding; U+FFFD stands for them",
    "mojibake.mixed-lines": "`encfix.decode`: lines in another encoding than the rest of the file",
    "annotation.unread": "files: a line, row, column, page or span that could not be read, or must stay; reported",
    "annotation.written": "files: what `--spans` and `--verdict` wrote into a record",
    "annotation.declared": "files: the encoding that a page declares, after `--to` chose another",
}
"""What is on record besides repairs of text, and where it comes from."""

_NUMBERS = {rule.name: number for number, rule in enumerate(RULES)}


def number_of(name: str) -> int:
    """Return the number of a rule.

    >>> RULES[number_of("gloss.pinyin")].kind
    'gloss'
    """
    return _NUMBERS[name]


def names() -> tuple[str, ...]:
    """Return everything that `only` and `skip` accept: the kinds, then the rules."""
    return KINDS + tuple(_NUMBERS)
