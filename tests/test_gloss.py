"""Glosses in files of several pages: one page says nothing against another, and a lesson in a book stays a lesson."""

from __future__ import annotations

from random import Random

import pytest

import encfix
from benchmarks import corpora, damage
from benchmarks.textbooks import textbook
from tests.conftest import ROOT, corpus

KINDS = [damage.toned_glosses, damage.toned_spaced_glosses, damage.plain_glosses]


def pages(kind: damage.Generator, count: int, seed: int) -> list[damage.Page]:
    """Return damaged pages that are repaired alone."""
    random = Random(seed)
    found: list[damage.Page] = []
    while len(found) < count:
        page = kind(random, corpora.own_sentences())
        if page.damaged.count("(") > 8 and encfix.clean(page.damaged, script="keep").text == page.clean:
            found.append(page)
    return found


def test_pages_of_one_file_are_judged_by_themselves() -> None:
    names = ["000", "001", "002"]
    seeds, gold = (
        "\n".join(path.read_text("utf-8") for name in names for path in sorted((ROOT / folder).glob(f"{name}*")))
        for folder in ("seeds", "tests/gold")
    )
    assert encfix.clean(seeds, script="simplified").text == gold


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_pages_with_other_glosses_do_not_hide_one_another(kind: damage.Generator, seed: int) -> None:
    found = pages(kind, 8, seed)
    out = encfix.clean("\n".join(page.damaged for page in found), script="keep").text.split("\n")
    clean = "\n".join(page.clean for page in found).split("\n")
    right = sum(one == other for one, other in zip(out, clean, strict=True))
    assert right >= 0.97 * len(clean)


@pytest.mark.parametrize("kind", KINDS)
def test_a_glossed_page_is_repaired_among_clean_ones(kind: damage.Generator) -> None:
    around = "\n".join(corpus("ud-gsd-dev.traditional.txt")[:200])
    kept = encfix.clean(around, script="keep").text
    exact = 0
    for page in pages(kind, 12, seed=7):
        result = encfix.clean(f"{around}\n{page.damaged}\n{around}", script="keep").text
        exact += result == f"{kept}\n{page.clean}\n{kept}"
    assert exact >= 10


@pytest.mark.parametrize("seed", range(12))
def test_lessons_stay_among_clean_pages(seed: int) -> None:
    random = Random(seed)
    around = random.sample(corpus("ud-gsd-dev.traditional.txt"), 100)
    lessons = [textbook(random, corpora.own_sentences()) for _ in range(1 + seed % 3)]
    text = "\n".join((*around[:50], *lessons, *around[50:]))
    assert not [change for change in encfix.clean(text, script="keep").changes if change.kind == "gloss"]


def test_space_between_words_that_people_glossed_stays_where_all_glosses_go() -> None:
    assert encfix.clean("A.勾当（dàng） 果脯（fǔ） 泥淖（nào）", gloss="all").text == "A.勾当 果脯 泥淖"
    assert encfix.clean("書(shu) 記", gloss="all").text == "書記"
