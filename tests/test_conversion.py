"""Conversion over arrays is what OpenCC makes of the same text, and its corrections are what they claim to be."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import encfix
from benchmarks import conversion_accuracy, corpora
from encfix.batch import to_codes, to_text
from encfix.chinese.characters import BOUNDARY_CODE
from encfix.chinese.conversion import convert, keeps_length, simplified, traditional
from encfix.chinese.corrections import TO_SIMPLIFIED, TO_TRADITIONAL, Correction
from encfix.chinese.lexicons import CHAINS
from encfix.chinese.vector_conversion import convert_codes
from encfix.options import configurations
from encfix.repairs import script
from tests.conftest import CORPORA, ROOT, corpus
from tests.strategies import TEXTS
from tools.build_conversion import lexicons

CORPUS_NAMES = ("ud-gsd-dev.traditional.txt", "ud-gsd-dev.simplified.txt", "ud-hk.txt")
STRINGS = 3000
"""Random strings for each of the ten configurations."""

_TREE = "后"
for _ in range(5):
    _TREE = f"⿰{_TREE}{_TREE}"  # 63 code points

DESCRIPTIONS = (
    _TREE, f"⿰{_TREE}发", f"⿰{_TREE.replace('⿰后后', '⿾后', 1)}发",
    "⿰氵發", "⿰發", "⿰", "⿱⿰发后里面", "⿲后里面后", "⿳后里", "⿾后后", "⿿⿰头发发", "头⿰发后发", "⿰\n头发",
    "⿰后\0发后", "⿰后\ud800发后", "⿰" * 15 + "后" * 17, "⿰" * 16 + "后" * 18, "⿰后" * 31 + "后发",
    "⿰后" * 32 + "后发",
    "⿰后" * 40 + "发后", "⿰" * 70 + "头发", "⿲后" + "⿳后里" * 9 + "面发" * 20, "⿳" + "⿰发后" * 20 + "发" * 9,
)  # fmt: skip

EDGES = (
    "", "\0", "发\0展", "头\0发", "\0头发\0", "头\ud800发", "\udfff头发\ud800", "\U0010ffff头发", "𠮷发", "豈更車賈滑",
    "頭髪發\u2f82", "\ufe00头发\ufe01", "头发", "发头", "头", "发", "干" * 50, "干干" * 5001, "了解" * 3000,
    "头发展" * 3000,
    "后里面" * 3000, "乾" * 999,
)  # fmt: skip


def by_arrays(text: str, configuration: str) -> str:
    return to_text(convert_codes(to_codes(text), configuration))


def assert_equal(text: str, configuration: str) -> None:
    expected, found = convert(text, configuration), by_arrays(text, configuration)
    if expected != found:
        lines = zip(text.split("\n"), expected.split("\n"), found.split("\n"), strict=False)
        raise AssertionError((configuration, [line for line in lines if line[1] != line[2]][:5]))


@pytest.mark.parametrize("configuration", CHAINS)
def test_corpora_convert_as_opencc_does(configuration: str) -> None:
    texts = ["\n".join(corpus(name)) for name in CORPUS_NAMES]
    texts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    for text in texts:
        for source in (text, convert(text, "t2s"), convert(text, "s2t")):
            assert_equal(source, configuration)


@pytest.fixture(scope="module")
def vocabulary() -> dict[str, tuple[list[str], list[str], str]]:
    """Return for each configuration the words of its dictionaries, the exceptional ones, and the characters."""
    found = {}
    built = lexicons()
    for name, chain in CHAINS.items():
        stages = [built[stage] for stage in chain.stages]
        words = [word for lexicon in stages for pair in lexicon.phrases.items() for word in pair]
        exceptional = [
            key for lexicon in stages for key, value in lexicon.phrases.items() if lexicon.spell(key) != value
        ]
        exceptional += ["".join(key) for lexicon in stages for key, value in lexicon.phrases.items() if key == value]
        found[name] = words, exceptional, "".join(c for lexicon in stages for c in lexicon.characters)
    return found


@pytest.mark.parametrize("configuration", CHAINS)
def test_every_character_and_word_converts_as_opencc_does(
    configuration: str, vocabulary: dict[str, tuple[list[str], list[str], str]]
) -> None:
    characters = [chr(code) for code in range(0x33100) if not 0xD800 <= code < 0xE000]
    assert_equal("\n".join(characters), configuration)
    assert_equal("\n".join(vocabulary[configuration][0]), configuration)


def random_strings(words: list[str], exceptional: list[str], characters: str, seed: int) -> Iterator[str]:
    """Yield words set side by side, words that begin inside another, pieces of words, and characters at random."""
    chance = random.Random(seed)
    begin = defaultdict(list)
    for word in words:
        begin[word[0]].append(word)
    for _ in range(STRINGS):
        text = ""
        for _ in range(chance.randint(1, 12)):
            kind = chance.random()
            word = chance.choice(exceptional if chance.random() < 0.5 else words)
            back = chance.randint(1, min(4, len(text))) if text else 0
            if kind < 0.4 and back and text[-back] in begin:
                text = text[:-back] + chance.choice(begin[text[-back]])
            elif kind < 0.75:
                text += word
            elif kind < 0.85:
                text += word[chance.randint(0, 1) : chance.randint(1, 3)]
            elif kind < 0.92:
                text += chance.choice(characters)
            elif kind < 0.96:
                text += chr(chance.choice((chance.randrange(0x3400, 0xA000), chance.randrange(0x110000))))
            else:
                text += chance.choice("⿰⿱⿲⿳⿾的了，。 a豈更車\U0002f800\0")
        yield text.replace("\n", "")


@pytest.mark.parametrize("configuration", CHAINS)
def test_random_strings_convert_as_opencc_does(
    configuration: str, vocabulary: dict[str, tuple[list[str], list[str], str]]
) -> None:
    strings = list(random_strings(*vocabulary[configuration], seed=20 + list(CHAINS).index(configuration)))
    assert_equal("\n".join(strings), configuration)
    assert_equal("".join(strings), configuration)
    assert_equal("，一二三四五六七八九十。".join(strings), configuration)  # phrases are rare, as in prose
    for text in strings[:150]:
        assert_equal(text, configuration)


def opencc_cases() -> list[tuple[str, str, str]]:
    """Return OpenCC's own cases as text, configuration and expected conversion."""
    path = CORPORA / "opencc-testcases.json"
    if not path.exists():
        pytest.skip(f"no file {path}; set ENCFIX_CORPORA")
    cases = json.loads(re.sub(r",(\s*[}\]])", r"\1", path.read_text(encoding="utf-8")))["cases"]
    return [(case["input"], name, expected) for case in cases for name, expected in case["expected"].items()]


def test_opencc_s_own_cases_over_arrays() -> None:
    cases = [case for case in opencc_cases() if keeps_length(case[1])]
    assert len(cases) > 250
    assert [case for case in cases if by_arrays(*case[:2]) != case[2]] == []


def test_opencc_s_own_cases_through_clean() -> None:
    cases = [case for case in opencc_cases() if case[1] in configurations()]
    assert len(cases) > 450
    wrong = [case for case in cases if encfix.clean(case[0], script=case[1], only=("script",)).text != case[2]]
    assert wrong == []


@pytest.mark.parametrize("configuration", CHAINS)
def test_edges_convert_as_opencc_does(configuration: str) -> None:
    for text in (*EDGES, *DESCRIPTIONS, "".join(EDGES + DESCRIPTIONS), "头发".join(DESCRIPTIONS)):
        assert_equal(text, configuration)


@given(TEXTS, st.sampled_from(sorted(CHAINS)))
def test_any_text_converts_as_opencc_does(text: str, configuration: str) -> None:
    assert len(by_arrays(text, configuration)) == len(text)
    assert by_arrays(text, configuration) == convert(text, configuration)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=30), st.sampled_from(sorted(CHAINS)))
def test_any_number_passes_through(codes: list[int], configuration: str) -> None:
    converted = convert_codes(np.array(codes, dtype=np.uint32), configuration)
    assert converted.dtype == np.uint32
    assert [b for a, b in zip(codes, converted.tolist(), strict=True) if a > 0x10FFFF] == [
        c for c in codes if c > 0x10FFFF
    ]


@pytest.mark.parametrize("configuration", CHAINS)
def test_documents_of_a_batch_do_not_touch(configuration: str) -> None:
    pieces = ("头", "发展", "⿰后", "里面", "乾", "隆皇帝", "著", "作", "⿰", "头发")
    codes = np.concatenate([np.append(to_codes(piece), np.uint32(BOUNDARY_CODE)) for piece in pieces])
    expected = [np.append(to_codes(convert(piece, configuration)), np.uint32(BOUNDARY_CODE)) for piece in pieces]
    assert convert_codes(codes, configuration).tolist() == np.concatenate(expected).tolist()


@pytest.mark.parametrize("configuration", ["s2twp", "s2tw", "hk2sp"])
def test_documents_cleaned_together_do_not_touch(configuration: str) -> None:
    texts = ["⿰后", "头发", "软件⿰", "内存里", "\0头\0发", "", "打印机\0⿰\n", "宏"]
    found = [result.text for result in encfix.clean_many(texts, script=configuration, only=("script",))]
    assert found == [convert(text, configuration) for text in texts]


def test_the_argument_is_left_alone_and_unknown_configurations_raise() -> None:
    codes = to_codes("被发明的头发").copy()
    before = codes.copy()
    convert_codes(codes, "s2tw")
    traditional(codes, "s2tw")
    assert codes.tolist() == before.tolist()
    with pytest.raises(KeyError):
        convert_codes(codes, "s2twp")


def contexts(correction: Correction) -> list[tuple[str, int]]:
    """Return texts that a correction is made for, and the place of the character in each."""
    return [
        (f"展示{before}{correction.word}{after}。", 2 + len(before) + correction.place)
        for before in correction.before or ("",)
        for after in correction.after or ("",)
    ]


@pytest.mark.parametrize("correction", TO_TRADITIONAL, ids=lambda correction: correction.word)
@pytest.mark.parametrize("configuration", ["s2tw", "s2hk"])
def test_each_correction_to_traditional_is_needed(correction: Correction, configuration: str) -> None:
    texts = contexts(correction)
    assert all(to_text(traditional(to_codes(text), configuration))[n] == correction.written for text, n in texts)
    wrong = [text for text, place in texts if convert(text, configuration)[place] != correction.written]
    assert len(wrong) > len(texts) / 2


@pytest.mark.parametrize("correction", TO_SIMPLIFIED, ids=lambda correction: correction.word)
def test_each_correction_to_simplified_is_needed(correction: Correction) -> None:
    for text, place in contexts(correction):
        assert to_text(simplified(to_codes(text)))[place] == correction.written != convert(text, "tw2s")[place]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电脑被发明了", "電腦被發明了"),
        ("包括发型和发送", "包括髮型和發送"),
        ("披头散发，被发左衽", "披頭散髮，被髮左衽"),
        ("这展示了如何了如指掌", "這展示了如何瞭如指掌"),
        ("声明了简单明了的规则", "聲明了簡單明瞭的規則"),
        ("参与制造、参与制定", "參與製造、參與制定"),
        ("国历史与国历", "國歷史與國曆"),
        ("不是只有这是只猫", "不是只有這是隻貓"),
    ],
)
def test_corrections_leave_what_looks_alike(text: str, expected: str) -> None:
    assert encfix.clean(text, script="traditional").text == expected


def test_a_configuration_that_is_named_is_not_corrected() -> None:
    assert encfix.clean("电脑被发明了", script="s2tw").text == convert("电脑被发明了", "s2tw") == "電腦被髮明瞭"


@pytest.mark.parametrize("texts", [("我的博客2009年", "发展肯尼亚。"), ("肯尼亚\n很好\n写博客",)])
def test_what_grows_in_one_line_and_shrinks_in_another_moves_nothing_between_them(texts: tuple[str, ...]) -> None:
    results = encfix.clean_many(texts, script="s2twp")
    assert [result.text for result in results] == [convert(text, "s2twp") for text in texts]
    assert not any("\n" in change.before for result in results for change in result.changes)


def test_conversion_is_at_least_as_right_as_opencc() -> None:
    rows = {(direction, tool): found for direction, tool, found in conversion_accuracy.table()}
    if not rows:
        pytest.skip(f"GSD dev is not in {corpora.folder()}; ENCFIX_CORPORA names another folder")
    ours, theirs = (rows["simplified to traditional", tool] for tool in ("encfix", "OpenCC s2tw"))
    assert ours.ambiguous_right >= theirs.ambiguous_right
    assert ours.wrong.total() < theirs.wrong.total()
    back = rows["traditional to simplified", "encfix"]
    assert back.right >= 0.999 * back.all


def test_words_of_a_long_run_are_not_kept_for_the_life_of_the_process() -> None:
    text = "繁體字漢語" * 1000
    before = script._remembered_lengths.cache_info().currsize
    result = encfix.clean(text, script="t2s")
    assert len(result.changes) > 1000
    assert script._remembered_lengths.cache_info().currsize <= before + 8
