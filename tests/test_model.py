"""The model of Chinese: prose of either script above shuffled prose above mojibake; arrays and strings agree."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encfix.batch import to_codes
from encfix.chinese import division, model, pair_table

SENTENCES = (
    "今年春天的雨水比往年多，山里的茶树长得很好。",
    "图书馆每天早上八点开门，晚上九点关门。",
    "他在信里写道，自己打算明年回到家乡教书。",
    "这座桥建于一九三五年，至今仍是两岸居民往来的要道。",
    "研究人员发现，这种植物的叶子可以吸收空气中的有害物质。",
    "今年春天的雨水比往年多，山裡的茶樹長得很好。",
    "圖書館每天早上八點開門，晚上九點關門。",
    "他在信裏寫道，自己打算明年回到家鄉教書。",
    "這座橋建於一九三五年，至今仍是兩岸居民往來的要道。",
    "研究人員發現，這種植物的葉子可以吸收空氣中的有害物質。",
)


def mojibake(text: str) -> str:
    return text.encode().decode("gb18030", errors="ignore")


@pytest.mark.parametrize("text", SENTENCES)
def test_prose_scores_above_shuffled_prose_and_mojibake(text: str) -> None:
    shuffled = "".join(random.Random(7).sample(text, len(text)))
    prose = model.score(to_codes(text))
    assert prose > -6.5
    assert prose > model.score(to_codes(shuffled)) + 1
    assert prose > model.score(to_codes(mojibake(text))) + 4
    assert division.lattice_score(text) > division.lattice_score(shuffled) + 10
    assert division.lattice_score(text) / len(text) > division.lattice_score(mojibake(text)) / len(mojibake(text)) + 4


@pytest.mark.parametrize(("simplified", "traditional"), [(SENTENCES[i], SENTENCES[i + 5]) for i in range(5)])
def test_both_scripts_score_alike(simplified: str, traditional: str) -> None:
    assert model.score(to_codes(simplified)) == pytest.approx(model.score(to_codes(traditional)), abs=0.05)
    assert model.fold(traditional) == simplified


def test_the_mojibake_of_the_field_guide_is_improbable() -> None:
    assert model.score(to_codes("绐楄竟鐨勫皬")) < -12 < -8 < model.score(to_codes("窗边的小"))


@pytest.mark.parametrize(
    ("likely", "unlikely"), [("2023", "2校0校"), ("Windows", "WiñdÖws"), ("カタカナ", "ｶﾀｶﾅ"), ("好，好", "好彁好")]
)
def test_other_characters_have_sensible_values(likely: str, unlikely: str) -> None:
    assert model.score(to_codes(likely)) > model.score(to_codes(unlikely)) + 1


def test_probabilities_after_a_character_add_up_to_about_one() -> None:
    fold = model.fold_table()
    seconds = np.array([code for code in range(0x20, 0xFF60) if fold[code] == code], dtype=np.uint32)
    for first in "大学的规罕，":
        pairs = np.stack([np.full(len(seconds), ord(first), np.uint32), seconds], axis=1).reshape(-1)
        total = np.exp(model.log_pair(pairs)[1::2].astype(np.float64)).sum()
        assert 0.5 < total < 1.6, first


@given(st.text())
def test_arrays_and_strings_agree(text: str) -> None:
    one_by_one = [model.unigram(c) for c in text[:1]]
    one_by_one += [model.pair(c, d) for c, d in pairwise(text)]
    assert model.log_pair(to_codes(text)) == pytest.approx(one_by_one, abs=1e-3)
    assert model.log_unigram(to_codes(text)) == pytest.approx([model.unigram(c) for c in text], abs=1e-3)
    assert len(model.fold(text)) == len(text)
    assert np.isfinite(division.lattice_score(text))


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_table_of_pairs_holds_the_model_in_its_own_steps(first: str, second: str) -> None:
    expected = [[max(model.pair(one, other), -255 * model.STEP) for other in second] for one in first]
    table = pair_table.log_after(pair_table.rows_of(first), pair_table.symbols_of(second))
    assert table == pytest.approx(np.array(expected), abs=model.STEP / 2 + 1e-3)


@given(st.lists(st.text(alphabet=st.sampled_from("今天天氣很好，2023 Wかﾅ\ud800\U0010ffff"), max_size=8), max_size=6))
def test_segments_score_as_they_do_alone(texts: list[str]) -> None:
    codes = to_codes("".join(texts))
    ends = np.cumsum([0, *map(len, texts)])
    expected = [model.score(to_codes(text)) for text in texts]
    assert model.scores(codes, ends[:-1], ends[1:]) == pytest.approx(expected, abs=1e-3)


def test_a_word_beats_its_characters_and_a_stranger_stands_alone() -> None:
    assert division.divide("學校里㐀") == ["學校", "里", "㐀"]
    assert division.lattice_score("学校") > model.alone("学") + model.alone("校")
    assert division.lattice_score("㐀") == model.UNKNOWN_WORD


def test_scores_are_the_same_in_another_process() -> None:
    program = (
        "from encfix.chinese import division, model; from encfix.batch import to_codes;"
        f"print([(model.score(to_codes(s)), division.lattice_score(s)) for s in {SENTENCES!r}])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent
    )
    assert eval(run.stdout) == [(model.score(to_codes(s)), division.lattice_score(s)) for s in SENTENCES]


def test_the_tables_are_small() -> None:
    folder = Path(model.__file__).parent / "data"
    assert sum(path.stat().st_size for path in folder.glob("model_*.npy")) < 4_000_000


@pytest.mark.parametrize("text", SENTENCES)
def test_words_between_others_score_as_in_the_whole_text(text: str) -> None:
    before, middle, after = text[:4], text[4:6], text[6:10]
    assert division.lattice_scores(before, [middle, "", "壹"], after) == [
        division.lattice_score(before + each + after) for each in (middle, "", "壹")
    ]
