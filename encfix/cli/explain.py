"""`encfix explain`: what is wrong with a text, character by character, and why."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from encfix.audit import Lines, encode
from encfix.cleaner import Cleaner
from encfix.cli.arguments import effective, options_of_cleaning
from encfix.cli.quoting import quoted, shown
from encfix.cli.summary import counted
from encfix.decoding import decode
from encfix.files.names import to_name
from encfix.files.walking import STANDARD_INPUT
from encfix.inline import heeded
from encfix.result import Change, Finding, Result, Verdict

if TYPE_CHECKING:
    from rich.text import Text

LIMIT = 16
"""How many characters of a text are taken apart."""

LONGEST = 2000
"""How many characters of the repaired text are shown."""

_VERDICTS: dict[Verdict, str] = {"clean": "green", "repaired": "green", "suspect": "yellow", "lost": "red"}


@click.command()
@click.argument("text")
@options_of_cleaning
def explain(text: str, **flags: Any) -> None:
    """Say what is wrong with a TEXT, and why.

    TEXT - is standard input. Each change and finding has its place (line:column), its rule with the reason, its
    confidence, and what stands there as code points and as bytes of UTF-8.
    """
    configuration = effective(flags)
    text = to_name(text)
    if text == str(STANDARD_INPUT):
        text = decode(sys.stdin.buffer.read()).text
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    for line in explained(heeded(Cleaner(configuration.options).clean(text))):
        console.print(line)


def explained(result: Result) -> Iterator[Text]:
    """Yield what there is to say of a result, styled, line by line.

    >>> import encfix
    >>> for line in explained(encfix.clean("漢\\u200b字")): print(line.plain)
    repaired: 1 change, 0 findings
    <BLANKLINE>
    1:2  invisible.zero-width  repaired, confidence 0.995
      a character without width inside Chinese text
      before  "\\u200b"
      points  U+200B ZERO WIDTH SPACE
      bytes   E2 80 8B
      after   ""
    <BLANKLINE>
    becomes   "漢字"
    """
    from rich.text import Text

    numbers = counted(len(result.changes), "change"), counted(len(result.findings), "finding")
    yield Text.assemble((result.verdict, f"bold {_VERDICTS[result.verdict]}"), f": {', '.join(numbers)}")
    items: list[Change | Finding] = [*result.changes, *result.findings]
    items.sort(key=lambda item: (item.start, item.end))
    places = Lines(result.original).places([item.start for item in items])
    for (line, column), item in zip(places, items, strict=True):
        is_left = isinstance(item, Finding)
        is_known = item.after != item.before
        yield Text()
        yield Text.assemble(
            (f"{line}:{column}", "bold"),
            "  ",
            (" + ".join(item.rules), "yellow" if is_left else "cyan"),
            "  ",
            "left as it is" if is_left else "repaired",
            (f", confidence {item.confidence:g}" if is_known else "", ""),
        )
        yield Text(f"  {shown(item.reason)}")
        yield from _apart("before", item.before, "red")
        if is_known:
            yield from _apart("maybe" if is_left else "after", item.after, "green")
        if isinstance(item, Finding):
            for candidate in item.candidates:
                yield from _apart("or", candidate, "yellow")
    if result.changes:
        yield Text()
        yield Text.assemble(("becomes   ", "dim"), quoted(result.text, LONGEST))


def _apart(heading: str, text: str, style: str) -> Iterator[Text]:
    """Yield a text, its code points and its bytes."""
    from rich.text import Text

    head = text[:LIMIT]
    more = f" and {len(text) - LIMIT:,} more" if len(text) > LIMIT else ""
    yield Text.assemble((f"  {heading:8}", "dim"), (quoted(text), style))
    if text:
        yield Text.assemble(("  points  ", "dim"), " ".join(map(_point, head)), more)
        octets = head.encode("utf-8", "surrogatepass").hex(" ").upper()
        yield Text.assemble(("  bytes   ", "dim"), octets, more)


def _point(character: str) -> str:
    """Return a code point, with its name if it cannot be seen.

    >>> _point("漢"), _point("\\u200b")
    ('U+6F22', 'U+200B ZERO WIDTH SPACE')
    """
    point = f"U+{ord(character):04X}"
    is_seen = encode(character) in (f'"{character}"', f'"\\\\{character}"') and not character.isspace()
    name = "" if is_seen else unicodedata.name(character, "")
    return f"{point} {name}" if name else point
