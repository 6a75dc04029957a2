"""Seeded damage comes back exact, clean text stays: a smaller run of `benchmarks/quality.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from random import Random

import pytest

import encfix
from benchmarks import corpora, damage, quality

PAGES = 40
SEED = 7

EXACT = {"e": 0.95, "q": 0.95}
"""The least share of exact pages where it is not 99 %; raise it when a repair improves."""


@pytest.mark.parametrize("name", damage.GENERATORS)
def test_generated_pages_come_back_exact(name: str) -> None:
    row = quality.repaired(name, PAGES, SEED, corpora.own_sentences())
    least = EXACT.get(name, 0.99)
    assert 1 - len(row.wrong) / row.texts >= least, quality.difference(*row.wrong[0])


@pytest.mark.parametrize("name", damage.GENERATORS)
def test_generators_damage_what_they_return(name: str) -> None:
    random = Random(SEED)
    pages = [damage.GENERATORS[name](random, corpora.own_sentences()) for _ in range(PAGES)]
    assert sum(page.clean != page.damaged for page in pages) >= 0.9 * PAGES


def test_a_seed_gives_the_same_pages_in_every_process() -> None:
    code = (
        "from random import Random; from benchmarks import corpora, damage, textbooks; from zlib import crc32;"
        f"random = Random({SEED}); sentences = corpora.own_sentences();"
        "pages = [make(random, sentences) for make in damage.GENERATORS.values() for _ in range(5)];"
        "print(crc32(repr((pages, [textbooks.textbook(random, sentences) for _ in range(20)])).encode()))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(corpora.ROOT)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("name", damage.GENERATORS)
def test_repaired_pages_are_clean(name: str) -> None:
    random = Random(SEED)
    pages = [damage.GENERATORS[name](random, corpora.own_sentences()) for _ in range(PAGES)]
    row = quality.compare(name, [damage.Page(page.clean, page.clean) for page in pages], quality.KEEP_SCRIPT)
    assert not row.wrong


def test_own_sentences_stay() -> None:
    sentences = corpora.own_sentences()
    assert len(sentences) > 100
    stays(sentences)
    stays(quality.pages_of(sentences))


@pytest.mark.parametrize("name", corpora.CORPORA)
def test_clean_corpora_stay(name: str) -> None:
    sentences = corpora.clean_corpus(name)
    if not sentences:
        pytest.skip(f"{name} is not in {corpora.folder()}; ENCFIX_CORPORA names another folder")
    stays(sentences)
    stays(quality.pages_of(sentences))


@pytest.mark.parametrize("script", ["simplified", "traditional"])
def test_text_in_the_script_asked_for_stays(script: str) -> None:
    sentences = corpora.clean_corpus(f"ud-gsd-dev.{script}.txt")
    if not sentences:
        pytest.skip(f"the {script} corpus is not in {corpora.folder()}; ENCFIX_CORPORA names another folder")
    stays(sentences, script=script)
    stays(quality.pages_of(sentences), script=script)


def test_other_languages_stay() -> None:
    messages = corpora.messages()
    if not messages:
        pytest.skip("Django, whose message catalogues are read, is not installed")
    assert len(messages) > 90
    stays([text for texts in messages.values() for text in texts])
    stays(["\n".join(texts) for texts in messages.values()])


def test_textbooks_stay() -> None:
    row = quality.kept("textbooks", quality.textbooks(1500, SEED, corpora.own_sentences()), quality.KEEP_SCRIPT)
    assert len(row.wrong) <= 2  # a short page whose few new characters all have two forms looks like damage


def stays(texts: list[str], **options: str) -> None:
    """Assert that every text comes back as the object that went in."""
    altered = [
        (text, result.text)
        for text, result in zip(texts, encfix.clean_many(texts, **options), strict=True)
        if result.text is not text
    ]
    assert not altered, f"{len(altered)} of {len(texts)} altered; the first: {altered[0]}"
