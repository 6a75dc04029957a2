"""Names that were read in the wrong encoding: what they were meant to be.

A name is short, so those that lie together, in a folder or an archive, are judged together: who wrote one in GBK wrote
all in GBK.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from encfix.cleaner import Cleaner
from encfix.decoding import decode
from encfix.options import Options

CERTAIN = 0.9
"""How sure an encoding must be."""

# Code page 437 is what ZIP says of names, and what most programs read them in. It has these where GBK and Big5 have the
# first bytes of common characters; no name has them by itself.
_BOXES = re.compile("[\u2500-\u259f]")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]")
_BYTES = re.compile("[\udc80-\udcff]")
_UNFIT = re.compile("[\0-\x1f\x7f\udc80-\udcff\ufffd]")


def meant(names: Sequence[str]) -> list[str]:
    """Return each name as it was meant: itself, if nothing is wrong with it or that is not certain.

    Bytes that are not UTF-8 are lone surrogates (PEP 383), which most systems' names hold. A name never gains or loses
    a slash, so that it may be a path.

    >>> names = ["测试文档.doc", "中文.txt"]
    >>> meant([name.encode("gbk").decode("utf-8", "surrogateescape") for name in names]) == names
    True
    >>> meant([name.encode("gbk").decode("cp437") for name in names]) == names
    True
    >>> meant(["娴嬭瘯鏂囨。.doc", "café.txt"])
    ['测试文档.doc', 'café.txt']
    """
    found = list(names)
    _replace(found, _is_undecoded, _read_bytes)
    _replace(found, _is_in_cp437, _read_cp437)
    _replace(found, _is_text, _read_text)
    return [new if _fits(old, new) else old for old, new in zip(names, found, strict=True)]


def _replace(
    names: list[str], are_meant: Callable[[str], bool], read: Callable[[Sequence[str]], Sequence[str] | None]
) -> None:
    """Read some of the names anew, all together, or one by one where that fails."""
    chosen = [nth for nth, name in enumerate(names) if are_meant(name)]
    new = read([names[nth] for nth in chosen]) if chosen else ()
    if new is None:
        new = [(read([names[nth]]) or [names[nth]])[0] for nth in chosen]
    for nth, name in zip(chosen, new, strict=True):
        names[nth] = name


def _is_undecoded(name: str) -> bool:
    return bool(_BYTES.search(name))


def _read_bytes(names: Sequence[str]) -> Sequence[str] | None:
    return _decoded([name.encode("utf-8", "surrogateescape") for name in names])


def _is_in_cp437(name: str) -> bool:
    try:
        name.encode("cp437")
    except UnicodeEncodeError:
        return False
    return bool(_BOXES.search(name))


def _read_cp437(names: Sequence[str]) -> Sequence[str] | None:
    return _decoded([name.encode("cp437") for name in names])


def _is_text(name: str) -> bool:
    return not name.isascii() and not _UNFIT.search(name)


def _read_text(names: Sequence[str]) -> Sequence[str]:
    lines = _cleaner().clean("\n".join(names)).text.split("\n")
    return lines if len(lines) == len(names) else names


def _cleaner() -> Cleaner:
    return Cleaner(Options(only=("mojibake",)))


def _decoded(raw: Sequence[bytes]) -> Sequence[str] | None:
    """Return names in one encoding, or None if it is not certain that they are."""
    decoded = decode(b"\n".join(raw))
    names = decoded.text.split("\n")
    if not decoded.strict or decoded.confidence < CERTAIN or len(names) != len(raw):
        return None
    return names if _EAST_ASIAN.search(decoded.text) else None


def _fits(old: str, new: str) -> bool:
    """Return whether a name can be renamed so."""
    if _UNFIT.search(new) or new.count("/") != old.count("/") or new.endswith("/") != old.endswith("/"):
        return False
    return {"", ".", ".."}.isdisjoint(new.removesuffix("/").split("/"))
