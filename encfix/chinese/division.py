"""Text divided into words: the best path through a lattice of all words of the lexicon that it holds."""

from __future__ import annotations

from collections.abc import Iterable

from encfix.chinese.model import LONGEST_WORD, alone, fold, lexicon

_LONGER = tuple(range(2, LONGEST_WORD + 1))


def _best(text: str, known: tuple[list[float], list[int]] = ([0.0], [0])) -> tuple[list[float], list[int]]:
    """Return the log probability of the best path to each place of `text`, and the length of the last word on it; what
    is `known` is that of the text up to a place.

    A character that the lexicon lacks is a word of its own. Of equal paths, the one of the longer last word counts.
    """
    find, folded = lexicon().get, fold(text)
    logs, sizes = known[0].copy(), known[1].copy()
    for end, character in enumerate(folded[len(logs) - 1 :], len(logs)):
        best, size = logs[-1] + alone(character), 1
        for longer in _LONGER[: end - 1]:
            log = find(folded[end - longer : end])
            if log is not None and logs[end - longer] + log >= best:
                best, size = logs[end - longer] + log, longer
        logs.append(best)
        sizes.append(size)
    return logs, sizes


def lattice_score(text: str) -> float:
    """Return the log probability of the most probable division of `text` into words: nats for the whole text.

    Not per character; texts of one length compare. Time is linear in the length.

    >>> lattice_score("規模化量產") > lattice_score("規基；量產")
    True
    """
    logs, _ = _best(text)
    return logs[-1]


def lattice_scores(before: str, texts: Iterable[str], after: str) -> list[float]:
    """Return `lattice_score` of each of several texts between others."""
    known = _best(before)
    return [_best(before + text + after, known)[0][-1] for text in texts]


def divide(text: str) -> list[str]:
    """Return the most probable division of `text` into words, which joined give `text` again.

    >>> divide("規模化生產線")
    ['規模化', '生產線']
    """
    _, sizes = _best(text)
    words, end = [], len(text)
    while end:
        words.append(text[end - sizes[end] : end])
        end -= sizes[end]
    return words[::-1]
