"""How edits of successive stages become changes: composed for a whole batch, shared out by document."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import encfix
from encfix.batch import Batch
from encfix.edits import Edits, Proposal, gathered
from encfix.history import History, Round
from encfix.result import Change, ChangeRow, Result, Trail, apply_changes, changes_of
from encfix.rules import RULES
from encfix.stages import Stage, apply

ROW: ChangeRow = ("gloss", ("gloss.pinyin",), 1, 6, "(jìn)", "", 0.999, "a reading")


def edited(batch: Batch, data: st.DataObject) -> Edits:
    """Return a few edits of a batch, some of which insert, delete, or touch each other."""
    proposals = []
    for start, end in zip(batch.starts.tolist(), batch.ends.tolist(), strict=True):
        cuts = sorted(data.draw(st.lists(st.integers(start, end), max_size=6, unique=True)))
        texts = data.draw(st.lists(st.sampled_from(("", "甲", "乙丙")), min_size=len(cuts), max_size=len(cuts)))
        rules = data.draw(st.lists(st.integers(0, len(RULES) - 1), min_size=len(cuts), max_size=len(cuts)))
        for (first, last), text, rule in zip(pairwise(cuts), texts, rules, strict=False):
            if data.draw(st.booleans()):
                proposals.append(Proposal(first, last, text, rule, 0.5 + rule / 1000))
    return gathered(proposals)


@given(st.lists(st.text("一二三四", max_size=9), min_size=1, max_size=4), st.integers(1, 4), st.data())
def test_composed_spans_lead_from_the_first_text_to_the_last(texts: list[str], count: int, data: st.DataObject) -> None:
    batch, stages = Batch.of(texts), list[Stage]()
    for _ in range(count):
        batch, stage = apply(batch, edited(batch, data))
        stages.append(stage)
    done = Round(stages, [])
    for row, text in enumerate(texts):
        spans = list(done.spans(row, count).rows())
        assert all(first[1] <= second[0] and first[3] <= second[2] for first, second in pairwise(spans))
        after = batch.text(row)
        pieces = [Change("", (), a, b, text[a:b], after[c:d], 1.0, "") for a, b, c, d, *_ in spans]
        assert apply_changes(text, pieces) == after
        used = [stage.edits.rule[stage.bounds[row] : stage.bounds[row + 1]].tolist() for stage in stages]
        assert {rule for span in spans for rule in span[4]} == {rule for rules in used for rule in rules}
        assert all(len(set(rules)) == len(rules) for *_, rules, _, _ in spans)
        assert all(confidence == pytest.approx(0.5 + min(rules) / 1000) for *_, rules, confidence, _ in spans)


def test_spans_that_touch_stay_apart_and_those_that_overlap_become_one() -> None:
    batch, first = apply(
        Batch.of(["一二三四"]), gathered([Proposal(17, 18, "甲乙", 3, 0.9), Proposal(18, 19, "", 2, 0.9)])
    )
    batch, second = apply(batch, gathered([Proposal(16, 17, "丙", 1, 0.8), Proposal(18, 19, "丁", 1, 0.7)]))
    assert batch.text(0) == "丙甲丁四"
    spans = [span[:5] for span in Round([first, second], []).spans(0, 2).rows()]
    assert spans == [(0, 1, 0, 1, (1,)), (1, 2, 1, 3, (3, 1)), (2, 3, 3, 3, (2,))]


def test_a_change_names_each_of_its_rules_once() -> None:
    text = "學校歷史發展與關係，這個國家的經濟發展很快。"
    damaged = text.encode().decode("latin-1")
    (change,) = encfix.clean(damaged, script="simplified").changes
    assert change.rules == ("mojibake.utf-8-as-latin-1", "script.convert")
    assert change.after == "学校历史发展与关系，这个国家的经济发展很快。"


def test_changes_made_by_column_are_like_any_others() -> None:
    made = changes_of([ROW, ROW])
    assert made == (Change(*ROW), Change(*ROW))
    assert repr(made[0]) == repr(Change(*ROW))
    assert hash(made[0]) == hash(Change(*ROW))
    assert pickle.loads(pickle.dumps(made)) == made
    assert type(made[0]) is Change
    with pytest.raises(FrozenInstanceError):
        made[0].start = 2  # type: ignore[misc]
    assert changes_of([]) == ()


def test_ends_that_did_not_change_are_no_part_of_a_change() -> None:
    proposals = (Proposal(16, 19, "一甲三", 1, 0.9), Proposal(19, 20, "四", 1, 0.9), Proposal(20, 22, "五五六", 1, 0.9))
    batch, stage = apply(Batch.of(["一二三四五六"]), gathered(proposals))
    history = History("一二三四五六")
    history.text = batch.text(0)
    history.add(Round([stage], []), 0)
    changes = history.result().changes
    assert [(change.start, change.before, change.after) for change in changes] == [(1, "二", "甲"), (5, "", "五")]


class Raced(Result):
    """A result that another thread reads right after this one has seen that it was not read yet."""

    @property
    def _known(self) -> Trail | None:
        known = self.__dict__.get("known")
        if known is None and "is_raced" not in self.__dict__:
            self.is_raced = True
            self.rows  # noqa: B018
        return known

    @_known.setter
    def _known(self, trail: Trail | None) -> None:
        self.known = trail


def test_two_threads_that_read_a_result_at_once_see_the_same() -> None:
    assert Raced("進(jìn)口", "進口", lambda: Trail((ROW,))).rows == (ROW,)


def test_a_result_is_shown_in_short_and_not_read() -> None:
    assert repr(Result("進(jìn)口", "進口", lambda: Trail((ROW,) * (1 // 0)))) == "Result(text='進口', is_changed=True)"
    assert repr(encfix.clean("一" * 1000)) == f"Result(text='{'一' * 59}…', is_changed=False)"
