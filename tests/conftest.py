from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
CORPORA = Path(os.environ.get("ENCFIX_CORPORA", ROOT.parent / "shared" / "data"))

settings.register_profile(
    "encfix", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.register_profile("stress", settings.get_profile("encfix"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "encfix"))


def corpus(name: str) -> list[str]:
    """Return the lines of a corpus that is read in place; skip the test where it is absent."""
    path = CORPORA / name
    if not path.exists():
        pytest.skip(f"no corpus at {path}; set ENCFIX_CORPORA")
    return path.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="session")
def damaged_pages() -> list[str]:
    """Return the damaged documents in `seeds`."""
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("00[0-3]*.txt"))]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test in an empty folder of its own: no configuration file is in the way, and nothing stays behind."""
    monkeypatch.chdir(tmp_path)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests needed corpora that are not there."""
    skipped = terminalreporter.stats.get("skipped", [])
    if count := sum("ENCFIX_CORPORA" in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(f"{count} skipped for want of corpora; ENCFIX_CORPORA names their folder")
