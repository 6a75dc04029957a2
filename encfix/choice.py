"""What the options let through of what repairs propose: active rules, outside of ignored strings, sure enough."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from encfix.arrays import Mask
from encfix.batch import Batch
from encfix.edits import Edits, touching
from encfix.options import Options
from encfix.rules import RULES, Policy, Rule


class Choice:
    """The choice that options make among proposals."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._active = np.array([_is_active(rule, options) for rule in RULES], dtype=np.bool_)
        self.may_apply: Mask = np.array([_may_apply(rule, options) for rule in RULES], dtype=np.bool_)
        """Which rules repair, by number."""
        self.kinds = {rule.kind for rule, is_active in zip(RULES, self._active, strict=True) if is_active}
        """The kinds of the active rules."""

    def wanted(self, batch: Batch, proposed: Edits) -> Edits:
        """Return the proposals of active rules that touch no ignored string."""
        if not len(proposed):
            return proposed
        proposed = proposed.where(self._active[proposed.rule])
        if self._options.ignore and len(proposed):
            proposed = proposed.where(~_inside_ignored(batch, proposed, self._options.ignore))
        return proposed

    def applied(self, proposed: Edits) -> Mask:
        """Return which proposals are made; the others are reported."""
        is_sure = proposed.confidence >= np.float32(self._options.min_confidence)
        return np.asarray(self.may_apply[proposed.rule] & is_sure)


def _is_active(rule: Rule, options: Options) -> bool:
    if options.only and rule.name not in options.only and rule.kind not in options.only:
        return False
    if rule.name in options.skip or rule.kind in options.skip:
        return False
    return not (rule.kind == "gloss" and options.gloss == "keep")


def _may_apply(rule: Rule, options: Options) -> bool:
    return rule.policy is Policy.REPAIR or (rule.policy is Policy.ASK and rule.name in options.only)


def _inside_ignored(batch: Batch, proposed: Edits, ignored: Sequence[str]) -> Mask:
    """Return which proposals touch an occurrence of an ignored string."""
    found: list[tuple[int, int]] = []
    for document in np.unique(batch.documents_of(proposed.start)).tolist():
        text, base = batch.text(document), int(batch.starts[document])
        for word in filter(None, ignored):
            place = text.find(word)
            while place >= 0:
                found.append((base + place, base + place + len(word)))
                place = text.find(word, place + 1)
    return touching(proposed, np.array(found, dtype=np.int64).reshape(-1, 2))
