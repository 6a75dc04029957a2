"""What the screen takes for words of European languages, and what it never does."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import corpora
from encfix.batch import Batch
from encfix.chinese.characters import BOUNDARY_CODE
from encfix.european_words import LONGEST, are_in_words

BEYOND_ASCII = 0x80
SIMPLIFIED = ("这里的风景很好", "数据库备份失败", "请输入用户名和密码")
TRADITIONAL = ("我們明天去圖書館", "這裡的風景很好", "請輸入使用者名稱")


def shares(texts: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return which share of the characters beyond ASCII of each text is in words."""
    batch = Batch.of(texts)
    places = np.flatnonzero((batch.codes >= BEYOND_ASCII) & (batch.codes < BOUNDARY_CODE))
    counts, words = (
        np.bincount(batch.documents_of(some), minlength=len(texts))
        for some in (places, places[are_in_words(batch, places)])
    )
    return words / np.maximum(counts, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Příští čtení, ‚žádný‘ účet", "„Größe“ – Äpfel", "L’été «\xa0déjà\xa0» créée", "ışık, ığdır", "được", "ação",
        "þú ert", "поље, «међу»", "¿Qué?", "Ǎ ǎ", "ÅÅÅÅ-MM-DD", "»Öl«",
    ],
)  # fmt: skip
def test_words_are_words(text: str) -> None:
    assert shares([text]) == 1.0


@pytest.mark.parametrize("charset", ["cp1252", "cp1250", "cp1254", "cp1257", "latin2", "mac-roman", "cp437", "cp850"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
def test_damaged_chinese_is_no_text_of_words(encoding: str, charset: str) -> None:
    sentences = TRADITIONAL if encoding == "big5" else (*SIMPLIFIED, *TRADITIONAL)
    damaged = [sentence.encode(encoding).decode(charset, "ignore") for sentence in sentences]
    assert (shares(damaged) <= 0.5).all()


@pytest.mark.parametrize("charset", ["cp1252", "cp1250", "mac-roman", "cp437"])
@pytest.mark.parametrize("text", ["é", "ř", "’", "“", "ị", "Ж", "ö", "…"])
def test_a_damaged_letter_is_no_word(text: str, charset: str) -> None:
    damaged = text.encode().decode(charset, "ignore")
    if len(damaged) == len(text.encode()):  # else the charset lacks a byte
        assert shares([f"ab{damaged}c"]) == 0.0


def test_nearly_all_letters_of_other_languages_are_in_words() -> None:
    catalogues = corpora.messages()
    if not catalogues:
        pytest.skip("Django is not installed")
    for language in ("cs", "da", "de", "fi", "fr", "is", "lv", "pl", "pt", "sr", "sr_Latn", "tr", "vi"):
        texts = ["\n".join(catalogues[language])]
        assert shares(texts) > 0.97, language


def test_a_run_without_end_is_no_word() -> None:
    assert shares(["ж" * LONGEST]) == 1.0
    assert shares(["аб" * LONGEST]) < 1.0
