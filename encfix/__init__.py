"""Find and repair damaged Chinese text.

>>> import encfix
>>> encfix.clean("書(shu) 記強(qiáng)調(diào)", script="simplified").text
'书记强调'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from encfix.cleaner import Cleaner, cleaner_for
from encfix.decoding import Decoded, decode
from encfix.options import OptionError, Options
from encfix.result import Change, Finding, Result
from encfix.scripts import Script, script_of

__version__ = "0.1.0"

__all__ = [
    "Change",
    "Cleaner",
    "Decoded",
    "Finding",
    "OptionError",
    "Options",
    "Result",
    "Script",
    "clean",
    "clean_iter",
    "clean_many",
    "decode",
    "detect",
    "script_of",
]

_DEFAULT = Options()


def _cleaner(options: Options | None, changes: dict[str, Any]) -> Cleaner:
    if not isinstance(options, Options | None):
        raise TypeError(f"options are Options or keyword arguments, not {type(options).__name__}")
    if not changes:
        return cleaner_for(options or _DEFAULT)
    try:
        return _changed(options, **changes)
    except TypeError:  # of a list, say, which cannot be hashed
        return _changed.__wrapped__(options, **changes)


@lru_cache(maxsize=64, typed=True)
def _changed(options: Options | None, **changes: Any) -> Cleaner:
    return cleaner_for(Options.from_mapping(changes, options))


def clean(text: str, options: Options | None = None, **changes: Any) -> Result:
    """Repair one document; keyword arguments are fields of `Options` and override those of `options`.

    Raises TypeError if `text` is no string, OptionError for an option that is not known.

    >>> clean("今天天气很好。").verdict
    'clean'
    """
    return _cleaner(options, changes).clean(text)


def clean_many(texts: Iterable[str], options: Options | None = None, **changes: Any) -> list[Result]:
    """Repair many documents at once: the fast way. Result `i` is `clean` of document `i`.

    Raises TypeError for a document that is no string, naming its number, and for one string in the place of many;
    OptionError as `clean` does.

    >>> [result.text for result in clean_many(["進(jìn)口貿(mào)易", "出口"])]
    ['進口貿易', '出口']
    """
    return _cleaner(options, changes).clean_many(texts)


def clean_iter(texts: Iterable[str], options: Options | None = None, **changes: Any) -> Iterator[Result]:
    """Repair a stream of documents; holds some two million characters of it at a time. Raises as `clean_many` does.

    >>> [result.verdict for result in clean_iter(iter(["一", "二"]))]
    ['clean', 'clean']
    """
    return _cleaner(options, changes).clean_iter(texts)


def detect(text: str, options: Options | None = None, **changes: Any) -> tuple[Finding, ...]:
    """Return the damage of one document without repairing it; the `certain` findings are the changes of `clean`.

    Sorted by offset. Raises as `clean` does.

    >>> [(finding.kind, finding.certain) for finding in detect("山东单(shàn)县")]
    [('gloss', False)]
    """
    return _cleaner(options, changes).detect(text)
