"""Clean text to measure on: sentences, corpora if present, message catalogues of other languages.

The corpora are no part of the project. They are looked for in the folder that the environment variable
`ENCFIX_CORPORA` names, by default `../shared/data` beside the repository.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CORPORA = ("ud-gsd-dev.simplified.txt", "ud-gsd-dev.traditional.txt", "ud-hk.txt")
"""Files of clean sentences, one a line."""


MISSPELLED = ("恢複發展", "緊密的聯系")
"""Wrong one-to-many characters that the corpora themselves hold: 恢復, 聯繫. Sentences with one are no clean text."""


def folder() -> Path:
    """Return where corpora are looked for."""
    return Path(os.environ.get("ENCFIX_CORPORA") or ROOT.parent / "shared" / "data")


def own_sentences() -> list[str]:
    """Return the simplified sentences that come with the project."""
    return (ROOT / "benchmarks" / "sentences.txt").read_text(encoding="utf-8").split("\n")[:-1]


def corpus(name: str) -> list[str]:
    """Return the sentences of one corpus; none where it is absent."""
    path = folder() / name
    return path.read_text(encoding="utf-8").rstrip("\n").split("\n") if path.exists() else []


def clean_corpus(name: str) -> list[str]:
    """Return the sentences of one corpus that are spelled right."""
    return [sentence for sentence in corpus(name) if not any(word in sentence for word in MISSPELLED)]


def simplified_sentences() -> list[str]:
    """Return all simplified sentences at hand."""
    return own_sentences() + corpus("ud-gsd-dev.simplified.txt")


def seeds() -> dict[str, str]:
    """Return the sample documents by the number that their names begin with."""
    return {path.name[:3]: path.read_bytes().decode() for path in sorted((ROOT / "seeds").glob("*.txt"))}


def gold() -> dict[str, str]:
    """Return the exact simplified texts of the sample documents, by number."""
    paths = sorted((ROOT / "tests" / "gold").glob("*.txt"))
    return {path.name[:3]: path.read_bytes().decode() for path in paths}


def messages() -> dict[str, list[str]]:
    """Return the translated messages of Django's catalogues by language; none without Django."""
    spec = find_spec("django")
    if spec is None or spec.origin is None:
        return {}
    found: dict[str, list[str]] = {}
    for path in sorted(Path(spec.origin).parent.rglob("locale/*/LC_MESSAGES/*.mo")):
        found.setdefault(path.parts[-3], []).extend(_translations(path.read_bytes()))
    return {language: texts for language, texts in found.items() if texts}


def _translations(data: bytes) -> Iterator[str]:
    """Yield the translations of a compiled catalogue, plural forms one by one.

    The layout is that of the GNU gettext manual, "The Format of GNU MO Files": a magic number, the number of
    strings, and the offset of the table of translations, which holds a length and an offset for each.
    """
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, _, table = struct.unpack_from(f"{order}3I", data, 8)
    for nth in range(1, count):  # string 0 is the header
        length, offset = struct.unpack_from(f"{order}2I", data, table + 8 * nth)
        yield from data[offset : offset + length].decode().split("\0")
