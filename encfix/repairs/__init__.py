"""The repairs, one module a family.

A repair is a callable from a batch and the options to proposed edits. It looks at the evidence of each document
alone, so a document's repair does not depend on its neighbours in the batch; what it proposes is applied or reported
by the cleaner, which knows how sure it must be. A repair says in its docstring what the damage looks like, how it
came about, when it is certain, and what looks alike and must stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from encfix.batch import Batch
from encfix.edits import Edits
from encfix.options import Options

Propose: TypeAlias = Callable[[Batch, Options], Edits]


@dataclass(frozen=True, slots=True)
class Repair:
    """A step of the pipeline: the kind it proposes, the flags of the screen that call for it, and the callable.

    `flags` is a function of the options where they decide what calls for the repair; 0 is nothing.
    """

    kind: str
    flags: int | Callable[[Options], int]
    propose: Propose

    def flags_for(self, options: Options) -> int:
        """Return the flags that call for the repair under these options."""
        return self.flags if isinstance(self.flags, int) else self.flags(options)
