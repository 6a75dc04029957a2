"""A fault in encfix costs one document, and nobody else's work."""

from __future__ import annotations

import pytest

import encfix
from encfix import screen
from encfix.batch import Batch
from encfix.cleaner import REPAIRS, Cleaner
from encfix.edits import Edits
from encfix.options import Options
from encfix.repairs import Repair

GLOSSED = "省委副書(shu) 記強(qiáng)調(diào)"


def faulty(monkeypatch: pytest.MonkeyPatch, error: Exception) -> Cleaner:
    """Return a cleaner of which one repair fails on documents that hold 炸."""

    def propose(batch: Batch, options: Options) -> Edits:
        if any("炸" in batch.text(document) for document in range(len(batch))):
            raise error
        return Edits.none()

    monkeypatch.setattr("encfix.cleaner.REPAIRS", (Repair("noise", screen.GLOSS, propose), *REPAIRS))
    return Cleaner()


def test_a_fault_costs_the_document_on_which_it_occurs(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaner = faulty(monkeypatch, ZeroDivisionError("float division by zero"))
    texts = [GLOSSED, f"炸{GLOSSED}", "今天天气很好。", GLOSSED]
    with pytest.warns(RuntimeWarning, match="a fault in encfix, please report it: ZeroDivisionError"):
        results = cleaner.clean_many(texts)
    assert [result.text for result in results] == ["省委副書記強調", texts[1], texts[2], "省委副書記強調"]
    (finding,) = results[1].findings
    assert (finding.rules, finding.start, finding.end) == (("noise.fault",), 0, len(texts[1]))
    assert "ZeroDivisionError: float division by zero (test_faults.py, line " in finding.reason
    assert (results[1].verdict, results[1].changes) == ("suspect", ())


def test_one_document_alone_fares_no_better(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaner = faulty(monkeypatch, KeyError("炸"))
    with pytest.warns(RuntimeWarning, match="KeyError"):
        result = cleaner.clean(f"炸{GLOSSED}")
    assert (result.text, result.verdict) == (f"炸{GLOSSED}", "suspect")


@pytest.mark.parametrize("text", [GLOSSED, "山东单(shàn)县"])
def test_a_trail_that_cannot_be_told_is_one_change_of_all(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    expected = encfix.clean(text).text
    monkeypatch.setattr("encfix.history._rows", lambda *_: 1 // 0)
    result = encfix.clean(text)
    with pytest.warns(RuntimeWarning, match="ZeroDivisionError"):
        changes = result.changes
    assert result.text == expected
    assert result.undo() == text
    wanted = [(0, len(text), expected)] if expected != text else []
    assert [(change.start, change.end, change.after) for change in changes] == wanted
    assert result.from_original(len(text)) == len(expected)
    assert [finding.rules for finding in result.findings] == [("noise.fault",)]
    assert result.verdict == "suspect"


def test_a_lack_of_memory_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaner = faulty(monkeypatch, MemoryError())
    with pytest.raises(MemoryError):
        cleaner.clean_many([GLOSSED, f"炸{GLOSSED}"])


def test_where_the_screen_fails_all_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [GLOSSED, "今天天气很好。" * 20]
    expected = encfix.clean_many(texts)

    def fail(*_: object) -> screen.Flags:
        raise IndexError

    monkeypatch.setattr(screen, "screen", fail)
    with pytest.warns(RuntimeWarning, match="IndexError"):
        results = Cleaner().clean_many(texts)
    assert results == expected
    assert results[1].text is texts[1]
