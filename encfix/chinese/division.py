"""Text divided into words: the best path through a lattice of all words of the lexicon that it holds."""

from __future__ import annotations

from encfix.chinese.model import LONGEST_WORD, alone, fold, lexicon


def words_at(text: str, start: int) -> list[tuple[int, float]]:
    """Return the words of the lexicon that begin at `start` of a folded text: their ends and log probabilities.

    A character that the lexicon lacks is a word of its own, so the list is never empty inside the text.

    >>> [end for end, _ in words_at("大学生活", 0)]
    [1, 2, 3]
    """
    words = lexicon()
    found = []
    for end in range(start + 1, min(start + LONGEST_WORD, len(text)) + 1):
        log = words.get(text[start:end])
        if log is not None:
            found.append((end, log))
        elif end == start + 1:
            found.append((end, alone(text[start])))
    return found


def lattice_score(text: str) -> float:
    """Return the log probability of the most probable division of `text` into words: nats for the whole text.

    Not per character; texts of one length compare. Time is linear in the length.

    >>> lattice_score("規模化量產") > lattice_score("規基；量產")
    True
    """
    folded = fold(text)
    best = [float("-inf")] * (len(folded) + 1)
    best[0] = 0.0
    for start in range(len(folded)):
        for end, log in words_at(folded, start):
            best[end] = max(best[end], best[start] + log)
    return best[-1]


def divide(text: str) -> list[str]:
    """Return the most probable division of `text` into words, which joined give `text` again.

    >>> divide("規模化生產線")
    ['規模化', '生產線']
    """
    folded = fold(text)
    best = [0.0] + [float("-inf")] * len(folded)
    came_from = [0] * (len(folded) + 1)
    for start in range(len(folded)):
        for end, log in words_at(folded, start):
            if best[start] + log > best[end]:
                best[end], came_from[end] = best[start] + log, start
    words, end = [], len(folded)
    while end:
        words.append(text[came_from[end] : end])
        end = came_from[end]
    return words[::-1]
