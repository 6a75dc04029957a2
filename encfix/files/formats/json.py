"""JSON: strings are documents, found where they stand so that keys, numbers and spacing stay byte for byte.

The standard library reads the value; what it does not tell is where a string stands, so `scan` follows the same text
once more and reads each string with the library's own scanner.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from encfix.files.formats.base import Chunk, Document, FormatError, Selection, TextFormat
from encfix.files.formats.fields import FieldPath, Pattern, has_any, missing, strings, written
from encfix.files.layout import Layout, Segment

_SPACE = re.compile(r"[ \t\n\r:,]*")
_ATOM = re.compile(r"[^\s,\]}]+")
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")

_DIGITS = 600
"""Digits of integers that are read as such: however it is set up, Python reads so many."""


def _integer(digits: str) -> int | None:
    """Return an integer, or None for one that is too long for the library, since no text is in it."""
    return int(digits) if len(digits) <= _DIGITS else None


_Reader = Callable[[str, int], tuple[Any, int]]
_read: _Reader = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_read_patiently: _Reader = json.JSONDecoder(parse_int=_integer).scan_once  # type: ignore[attr-defined]


def read_value(text: str, start: int) -> tuple[Any, int]:
    """Return the value at a place of a text, and where it ends. Raises ValueError, StopIteration, RecursionError.

    >>> read_value('{"a": 1' + 5000 * "0" + "}", 0)
    ({'a': None}, 5008)
    """
    try:
        return _read(text, start)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return _read_patiently(text, start)


class Node(NamedTuple):
    """A value in the text of a JSON document: `[start, end)`, quotes and brackets included."""

    path: FieldPath
    start: int
    end: int


def scan(text: str, start: int = 0) -> Iterator[Node]:
    """Yield the values of a text that the library accepts, each when it ends; a doubled key is yielded twice.

    >>> [(node.path, node.start, node.end) for node in scan('{"a": [1, "b"]}')]
    [(('a', 0), 7, 8), (('a', 1), 10, 13), (('a',), 6, 14), ((), 0, 15)]
    """
    path: list[str | int] = []
    opened: list[tuple[int, bool]] = []
    place = start
    while True:
        place = _end(_SPACE, text, place)
        first = place
        character = text[first]
        if character in "}]":
            place += 1
            first, is_object = opened.pop()
            path.pop()
        elif opened and opened[-1][1] and path[-1] is _KEY:
            path[-1], place = scanstring(text, place + 1, True)
            continue
        elif character in "{[":
            opened.append((first, character == "{"))
            path.append(_KEY if character == "{" else 0)
            place += 1
            continue
        elif character == '"':
            place = scanstring(text, place + 1, True)[1]
        else:
            place = _end(_ATOM, text, place)
        yield Node(tuple(path), first, place)
        if not opened:
            return
        is_object = opened[-1][1]
        path[-1] = _KEY if is_object else int(path[-1]) + 1


class _Key(str):
    """Stands in a path where a key is due."""


_KEY = _Key()


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    if match is None:
        raise FormatError(f"no JSON at offset {place}")
    return match.end()


def string_layout(text: str, node: Node) -> Layout:
    """Return where the characters of a string stand that is `node` of `text`."""
    segments = []
    done, end = node.start + 1, node.end - 1
    for match in _ESCAPE.finditer(text, done, end):
        if done < match.start():
            segments.append(Segment(done, match.start(), text[done : match.start()]))
        value = scanstring(f'{match[0]}"', 0, True)[0]
        segments.append(Segment(match.start(), match.end(), value, is_literal=False))
        done = match.end()
    if done < end or not segments:
        segments.append(Segment(done, end, text[done:end]))
    return Layout(segments)


def quoted(text: str, *, as_ascii: bool) -> str:
    """Return the inside of a JSON string; surrogates that stand alone are escaped in any case."""
    if not as_ascii and text.isprintable() and '"' not in text and "\\" not in text:
        return text
    is_odd = any("\ud800" <= character <= "\udfff" for character in text)
    return json.dumps(text, ensure_ascii=as_ascii or is_odd)[1:-1]


class Record:
    """A JSON document that stands in `text` at `[start, end)`, and the value that the library read there."""

    def __init__(self, text: str, start: int, end: int, number: int, value: Any) -> None:
        self.text, self.start, self.end = text, start, end
        self.number = number
        self.value = value

    @cached_property
    def nodes(self) -> dict[FieldPath, Node]:
        """The values by path; of those that a key names twice, the last, which is the one that the library keeps."""
        return {node.path: node for node in scan(self.text, self.start)}

    @cached_property
    def is_ascii(self) -> bool:
        """Whether all other characters are escaped."""
        return self.text[self.start : self.end].isascii()


class JsonString(Document):
    """A string of a record."""

    __slots__ = ("path", "source")

    def __init__(self, text: str, source: Record, path: FieldPath) -> None:
        super().__init__(text, source.number, written(path))
        self.source, self.path = source, path

    def layout(self) -> Layout:
        """Return where the characters stand; the library read the same string there, or FormatError is raised."""
        node = self.source.nodes.get(self.path)
        if node is not None and self.source.text[node.start] == '"':
            layout = string_layout(self.source.text, node)
            if layout.value == self.text:
                return layout
        raise FormatError("the string was not found where it should stand")

    def quote(self, text: str) -> str:
        """Return the inside of a string; a record in ASCII stays so."""
        return quoted(text, as_ascii=self.source.is_ascii)


def _loads(text: str) -> Any:
    """Return the value of a whole text. Raises ValueError, RecursionError."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(text, parse_int=_integer)


class Json(TextFormat):
    """A `TextFormat` for one JSON document; a file that the library cannot read is refused."""

    block: int | None = None
    keeps_lines = False

    def __init__(self, selection: Selection) -> None:
        self._patterns = [Pattern(field) for field in selection.fields]

    def chunk(self, text: str, *, is_last: bool) -> Chunk:
        """Return the file."""
        try:
            value = _loads(text)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"no JSON: {error}") from error
        record = Record(text, 0, len(text), 1, value)
        if self._patterns and not has_any(record.value, self._patterns):
            raise missing(record.value, self._patterns)
        found = strings(record.value, self._patterns)
        found.sort(key=lambda item: record.nodes[item[0]].start)
        return Chunk(text, [JsonString(item, record, path) for path, item in found])
