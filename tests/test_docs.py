"""The pages of `docs/` that are made from the code are up to date, and what they name is there."""

from __future__ import annotations

import re
import runpy

import encfix
from encfix.repairs.mojibake.encodings.pairs import PAIRS
from encfix.repairs.mojibake.single_places import european
from encfix.rules import OTHER_RULES, RULES
from tests.command import DAMAGED, put, records, run
from tests.conftest import ROOT


def test_the_page_of_rules_is_what_the_rules_say() -> None:
    page = runpy.run_path(str(ROOT / "tools" / "build_docs.py"))["rules_page"]()
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == page


def test_the_page_of_rules_has_those_of_decoding_and_of_files() -> None:
    decoded = encfix.decode("第一行。\n".encode() * 9 + "第二行。\n".encode("gbk") + b"\xff\n")
    rules = {rule for change in decoded.changes for rule in change.rules}
    put("a.jsonl", f'{{"text": "{DAMAGED.strip()}"}}\nno JSON\n')
    put("a.html", '<meta charset="utf-8"><p>中文</p>')
    run("clean", "a.jsonl", "--field", "text", "--verdict", "v", "--output", "x", "--audit", "x.jsonl", code=0)
    run("clean", "a.html", "--to", "gb18030", "--output", "y", "--audit", "y.jsonl", code=0)
    for audit, type_ in (("x.jsonl", "change"), ("x.jsonl", "finding"), ("y.jsonl", "change")):
        rules |= {
            rule for record in records(audit, type_) if record["kind"] == "annotation" for rule in record["rules"]
        }
    assert rules == set(OTHER_RULES)


def test_every_rule_of_a_pair_of_encodings_is_one_that_mojibake_gives() -> None:
    pairs = {pair.name for pair in PAIRS} | {f"mojibake.utf-8-as-{name}" for name in european._NAMES.values()}
    rules = {rule.name for rule in RULES if "-as-" in rule.name}
    assert rules == pairs | {"mojibake.utf-8-as-several", "mojibake.cp1252-as-latin-1"}


def test_links_lead_to_files_and_headings() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    links = [
        (page, *link) for page in pages for link in re.findall(r"\]\(([^)#:]*)(?:#([^)]+))?\)", page.read_text("utf-8"))
    ]
    assert {page.name for page, *_ in links} >= {"README.md", "CONTRIBUTING.md", "architecture.md"}
    for page, target, heading in links:
        path = page.parent / target if target else page
        assert path.exists(), f"{page.name}: {target}"
        headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE) if heading else []
        assert not heading or heading in [text.lower().replace(" ", "-") for text in headings], (
            f"{page.name}: {heading}"
        )


def test_the_guide_names_every_file_of_cases_and_every_benchmark() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(
        r"`([\w.-]+)`", "\n".join(row.split("|")[1] for row in re.findall(r"^\|.*", guide, re.MULTILINE))
    )
    cases = [path.name for path in (ROOT / "tests" / "cases").iterdir()]
    measured = [
        path.stem for path in (ROOT / "benchmarks").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")
    ]
    assert sorted(set(named) - {"tests/cases"}) == sorted({*cases, *measured})


def test_files_that_the_pages_name_are_there() -> None:
    folders = ("encfix", "tests", "tools", "benchmarks")
    there = [path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob("*.py")]
    named = {
        (page.name, name)
        for page in (ROOT / "docs").rglob("*.md")
        for name in re.findall(r"`([\w/]+\.py)`", page.read_text(encoding="utf-8"))
    }
    assert named
    assert [(page, name) for page, name in named if not any(f"/{path}".endswith(f"/{name}") for path in there)] == []


def test_every_file_of_mojibake_is_on_its_map() -> None:
    page = (ROOT / "docs" / "mojibake.md").read_text(encoding="utf-8")
    places = page.partition("## Where what is")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?:`(\w+/)` )?\|(.*)", places, re.MULTILINE)
    placed = [room + name for room, files in rows for name in re.findall(r"`(\w+\.py)`", files)]
    folder = ROOT / "encfix" / "repairs" / "mojibake"
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*.py") if path.name != "__init__.py"]
    assert sorted(placed) == sorted(files)


def test_the_examples_of_the_readme_are_repaired_so() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]*[^\x00-\x7f][^`]*)` \| ([^|`]+) \|$", readme, re.MULTILINE)
    assert len(rows) >= 9
    assert [encfix.clean(damaged).text for damaged, _ in rows] == [repaired for _, repaired in rows]
