"""What a file is by its name: a format, and a compression around it."""

from __future__ import annotations

from typing import NamedTuple

TYPES = {
    "txt": "text", "text": "text", "md": "markdown", "markdown": "markdown",
    "srt": "srt", "vtt": "vtt", "ass": "ass", "ssa": "ass",
    "html": "html", "htm": "html", "xhtml": "html",
    "json": "json", "jsonl": "jsonl", "ndjson": "jsonl", "jsonlines": "jsonl",
    "csv": "csv", "tsv": "tsv", "tab": "tsv",
    "parquet": "parquet", "arrow": "arrow", "feather": "arrow", "ipc": "arrow",
    "warc": "warc", "wet": "warc",
}  # fmt: skip
"""Formats by extension; any other file is plain text."""

NAMES = tuple(dict.fromkeys(TYPES.values()))
"""The formats by name."""

COMPRESSIONS = {"gz": "gz", "gzip": "gz", "zst": "zst", "zstd": "zst", "xz": "xz", "bz2": "bz2"}
"""Compressions by extension."""

WITH_FIELDS = frozenset({"json", "jsonl", "csv", "tsv", "parquet", "arrow", "warc"})
"""Formats whose documents are fields."""

ANNOTATED = frozenset({"jsonl", "warc"})
"""Formats whose output is JSON Lines, in which what became of a record can be written down."""

TABLES = frozenset({"parquet", "arrow"})
"""Formats that are no text: offsets count within a value, and the same values may be other bytes."""

STREAMED = TABLES | {"warc"}
"""Formats that are never read at once."""


class Kind(NamedTuple):
    """A format by name and the compression around it, if there is one.

    is_known: whether the name says so; else the format is a guess.
    """

    type: str
    compression: str | None
    is_known: bool


def output_name(name: str, type_: str | None = None) -> str:
    """Return under which name the output of a file goes: its own, but for archives, of which the text goes out.

    >>> output_name("crawl/a.warc.gz"), output_name("a.warc.wet.gz"), output_name("a.csv.gz")
    ('crawl/a.jsonl', 'a.jsonl', 'a.csv.gz')
    """
    if kind_of(name, type_).type != "warc":
        return name
    for ending in (".gz", ".wet", ".warc"):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return f"{name}.jsonl"


def kind_of(name: str, type_: str | None = None) -> Kind:
    """Return what a file is by its name, or a file of that compression and of `type_` if that is given.

    >>> kind_of("a.jsonl.zst")
    Kind(type='jsonl', compression='zst', is_known=True)
    >>> kind_of("a.tar.gz").is_known, kind_of("README").type
    (False, 'text')
    """
    stem, _, extension = name.lower().rpartition(".")
    compression = COMPRESSIONS.get(extension) if stem else None
    if compression:
        stem, _, extension = stem.rpartition(".")
    inner = TYPES.get(extension) if stem else None
    if "warc" in (inner, type_):
        compression = None  # a member a record, which is for the reader of the records
    return Kind(type_ or inner or "text", compression, bool(type_ or inner))
