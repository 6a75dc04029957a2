"""The pages of `docs/` that are made from the code are up to date, and links in the README lead somewhere."""

from __future__ import annotations

import re
import runpy

import encfix
from tests.conftest import ROOT


def test_the_page_of_rules_is_what_the_rules_say() -> None:
    page = runpy.run_path(str(ROOT / "tools" / "build_docs.py"))["rules_page"]()
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == page


def test_links_lead_to_files() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)\)", readme)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_examples_of_the_readme_are_repaired_so() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]*[^\x00-\x7f][^`]*)` \| ([^|`]+) \|$", readme, re.MULTILINE)
    assert len(rows) >= 9
    assert [encfix.clean(damaged).text for damaged, _ in rows] == [repaired for _, repaired in rows]
