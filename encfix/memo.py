"""Memoization as long as an object lives: what was found of a batch or a block once serves all that ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Owner = TypeVar("Owner")
Found = TypeVar("Found")
Arguments = ParamSpec("Arguments")


def memoized(
    function: Callable[Concatenate[Owner, Arguments], Found],
) -> Callable[Concatenate[Owner, Arguments], Found]:
    """Remember what a function of an object, and of arguments that can be hashed, returned, in the object itself.

    The object must have a `__dict__`, and must not change.

    >>> class Text:
    ...     @memoized
    ...     def letters(self, script: str) -> list[str]:
    ...         return [script]
    >>> text = Text()
    >>> text.letters("Han") is text.letters("Han"), text.letters("Han") is Text().letters("Han")
    (True, False)
    """
    name = f"{function.__module__}.{function.__qualname__}()"

    @wraps(function)
    def remembered(owner: Owner, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Found:
        key = (*arguments, *named.items()) if named else arguments
        try:
            found: Found = owner.__dict__[name][key]
        except KeyError:
            found = owner.__dict__.setdefault(name, {})[key] = function(owner, *arguments, **named)
        return found

    return remembered
