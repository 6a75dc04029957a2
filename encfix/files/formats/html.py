"""HTML: the text of a page is one document, what its attributes say to people another; the markup stays as it is.

The standard library's parser says where text, tags and references begin. Text on both sides of an inline tag belongs
together, that of two blocks is apart; no edit reaches across a tag. Scripts, styles, code and ruby readings are
no text; one that is never closed is reported, for all that follows is left as it is.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from encfix.files.formats.base import Chunk, FormatError, Problem, TextFormat
from encfix.files.formats.plain import xml_labels
from encfix.files.formats.subtitles import Located
from encfix.files.layout import Layout, Segment

ATTRIBUTES = frozenset({"alt", "title", "placeholder", "summary", "label", "aria-label", "aria-description"})
"""Attributes whose values people read."""

NAMES = frozenset({"description", "keywords", "author", "title", "og:title", "og:description", "og:site_name",
                   "twitter:title", "twitter:description"})  # fmt: skip
"""Names of `meta` elements whose `content` people read."""

INLINE = frozenset({"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "dfn", "del", "em", "font", "i", "ins",
                    "mark", "q", "ruby", "rb", "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u",
                    "wbr"})  # fmt: skip
"""Elements that do not part the text before them from the text behind."""

NO_TEXT = frozenset({"script", "style", "code", "kbd", "samp", "template", "rt", "rp", "noscript", "svg", "math"})
"""Elements whose content is left alone."""

READINGS = frozenset({"rt", "rp"})
"""Those whose end tag may be omitted: before another of them, and where the ruby or a block around it ends."""

BLOCKS = frozenset({"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div",
                    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
                    "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table",
                    "tbody", "td", "tfoot", "th", "thead", "tr", "ul"})  # fmt: skip
"""Elements that no ruby reaches into or out of."""

_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+)""")
_CHARSET = re.compile(r"""\bcharset\s*=\s*["']?\s*([^\s"';,/>]+)""", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[xX][0-9a-fA-F]+|#[0-9]+|[a-zA-Z][a-zA-Z0-9]*);?")


class Html(TextFormat):
    """A `TextFormat`."""

    block: int | None = None
    keeps_lines = False

    def chunk(self, text: str, *, is_last: bool) -> Chunk:
        """Return the page."""
        page = _Page(text)
        page.feed(text)
        page.close()
        documents = [Quoted(Layout(segments)) for segments in (page.shown, page.said) if segments]
        return Chunk(text, documents, page.problems(), labels=[*xml_labels(text), *page.labels])


def shown_text(text: str) -> tuple[str, str]:
    """Return the title of a page, and what it shows: a line a block, runs of white space as one space.

    >>> shown_text("<title>一</title><p>二  <b>三</b>\\n四<p>五")
    ('一', '二 三 四\\n五')
    """
    page = _Page(text)
    page.feed(text)
    page.close()
    title = "".join(segment.value for segment in page.shown if segment.start in page.titles)
    shown = "".join(
        segment.value if segment.is_fixed else segment.value.replace("\n", " ")
        for segment in page.shown
        if segment.start not in page.titles
    )
    lines = (" ".join(line.split()) for line in shown.split("\n"))
    return " ".join(title.split()), "\n".join(line for line in lines if line)


class Quoted(Located):
    """A document in which marks of the markup are written as references."""

    __slots__ = ()

    def quote(self, text: str) -> str:
        """Return `text` with its ampersands, angle brackets and quotes as references."""
        return html.escape(text)


class _Page(HTMLParser):
    """Collects the segments of a page: what is shown, and what attributes say."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.shown: list[Segment] = []
        self.said: list[Segment] = []
        self.labels: list[tuple[int, int]] = []
        """Where the page says its encoding."""
        self.titles: set[int] = set()
        """Where the runs of the title begin."""
        self._in_title = False
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._closed_by: list[str] = []
        """The elements without text that are open here."""
        self._unread = 0
        """Where the first of them begins."""
        self._is_apart = False

    def problems(self) -> list[Problem]:
        """Return what is wrong with the page once it is read: that an element without text was never closed."""
        if not self._closed_by:
            return []
        reason = f"<{self._closed_by[0]}> is never closed: what follows is left as it is"
        return [Problem(self._unread, len(self._text), reason)]

    def parse_html_declaration(self, i: int) -> int:
        """Read a declaration; one that the library gives up on is a comment, as in browsers."""
        place = self.lineno, self.offset
        try:
            return super().parse_html_declaration(i)
        except AssertionError:
            self.lineno, self.offset = place
            return self.parse_bogus_comment(i, False)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._pass(tag, ends_reading=tag in READINGS or tag == "rb")
        self._in_title = tag == "title"
        if tag in NO_TEXT:
            if not self._closed_by:
                self._unread = self._offset()
            self._closed_by.append(tag)
        named = dict(attrs)
        if tag == "meta" and ("charset" in named or (named.get("http-equiv") or "").lower() == "content-type"):
            self._read_charset()
        read = set(ATTRIBUTES)
        if tag == "meta" and (named.get("name") or named.get("property") or "").lower() in NAMES:
            read.add("content")
        if tag == "input" and (named.get("type") or "").lower() in ("button", "submit", "reset"):
            read.add("value")
        if not read.isdisjoint(named):
            self._read_attributes(read)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self._closed_by[-1:] == [tag]:
            self._closed_by.pop()

    def handle_endtag(self, tag: str) -> None:
        self._pass(tag, ends_reading=tag == "ruby")
        self._in_title = False
        if tag in self._closed_by:
            while self._closed_by.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._show(self._offset(), data, data)

    def handle_charref(self, name: str) -> None:
        self._show_reference(f"&#{name}")

    def handle_entityref(self, name: str) -> None:
        self._show_reference(f"&{name}")

    def _show_reference(self, reference: str) -> None:
        start = self._offset()
        end = start + len(reference)
        raw = self._text[start : end + (self._text[end : end + 1] == ";")]
        self._show(start, raw, html.unescape(raw))

    def _show(self, start: int, raw: str, value: str) -> None:
        """Take a run of text; what stands between it and the last one is a place that no edit may touch."""
        if self._text[start : start + len(raw)] != raw:
            raise FormatError(f"the parser lost its place at offset {start}")
        if self._closed_by:
            return
        _append(self.shown, Segment(start, start + len(raw), value, is_literal=raw == value), self._is_apart)
        self._is_apart = False
        if self._in_title:
            self.titles.add(start)

    def _pass(self, tag: str, *, ends_reading: bool) -> None:
        self._is_apart |= tag not in INLINE and tag not in NO_TEXT
        if (ends_reading or tag in BLOCKS) and self._closed_by and self._closed_by[-1] in READINGS:
            self._closed_by.pop()

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def _read_charset(self) -> None:
        if found := _CHARSET.search(self.get_starttag_text() or ""):
            start = self._offset()
            self.labels.append((start + found.start(1), start + found.end(1)))

    def _read_attributes(self, names: set[str]) -> None:
        raw = self.get_starttag_text() or ""
        start = self._offset()
        for match in _ATTRIBUTE.finditer(raw):
            if match[1].lower() in names:
                value, place = match[2], start + match.start(2)
                if value[0] in "\"'":
                    value, place = value[1:-1], place + 1
                is_apart = True
                done = 0
                for reference in [*_REFERENCE.finditer(value), None]:
                    here = reference.start() if reference else len(value)
                    if done < here:
                        _append(self.said, Segment(place + done, place + here, value[done:here]), is_apart)
                        is_apart = False
                    if reference:
                        said = html.unescape(reference[0])
                        is_same = said == reference[0]
                        _append(self.said, Segment(place + here, place + reference.end(), said, is_same), is_apart)
                        is_apart, done = False, reference.end()


def _append(segments: list[Segment], segment: Segment, is_apart: bool) -> None:
    """Add a run behind others, with the gap between them."""
    if segments and segment.start > segments[-1].end:
        gap = "\n" if is_apart else ""
        segments.append(Segment(segments[-1].end, segment.start, gap, is_literal=False, is_fixed=True))
    segments.append(segment)
