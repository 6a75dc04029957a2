"""Nobody imports upwards: what may know what, as `docs/architecture.md` and the map of `docs/mojibake.md` say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "encfix"
MOJIBAKE = PACKAGE / "repairs" / "mojibake"


def imported(path: Path) -> Iterator[str]:
    """Yield all that a file imports, by its full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports by a relative name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parts(folder: Path) -> dict[str, set[str]]:
    """Return which of the modules and folders of a package each of them imports."""
    prefix = ".".join(folder.relative_to(ROOT).parts) + "."
    own = {path.stem: path for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    del own["__init__"]
    found = {}
    for name, path in own.items():
        files = path.rglob("*.py") if path.is_dir() else (path,)
        names = {name for file in files for name in imported(file) if name.startswith(prefix)}
        found[name] = {name.removeprefix(prefix).split(".")[0] for name in names} & own.keys() - {name}
    return found


def known(graph: dict[str, set[str]], name: str) -> set[str]:
    """Return what a part imports, and what that imports."""
    return graph[name].union(*(known(graph, other) for other in graph[name]))


FOLDERS = sorted(path.parent.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("__init__.py"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_parts_of_a_folder_import_one_another_in_a_circle(folder: str) -> None:
    graph = parts(ROOT / folder)
    assert {*TopologicalSorter(graph).static_order()} == graph.keys()


def test_what_is_known_of_chinese_repairs_and_files_are_apart() -> None:
    graph = parts(PACKAGE)
    assert not known(graph, "chinese") & {"batch", "repairs", "files"}
    assert not known(graph, "repairs") & {"files", "cleaner", "history", "result"}
    assert not known(graph, "files") & {"repairs", "cleaner", "cli"}
    assert [part for part in graph if "cli" in graph[part]] == ["__main__"]


def test_each_room_of_mojibake_knows_only_those_above_it_on_the_map() -> None:
    graph = parts(MOJIBAKE)
    page = (ROOT / "docs" / "mojibake.md").read_text(encoding="utf-8")
    rooms = list(dict.fromkeys(re.findall(r"^\| `(\w+)/`", page, re.MULTILINE)))
    assert sorted(rooms) == [name for name in sorted(graph) if (MOJIBAKE / name).is_dir()]
    for nth, room in enumerate(rooms):
        assert graph[room] <= {*rooms[:nth]}, f"{room} imports from a room below it, or from none"


@pytest.mark.parametrize(
    ("folder", "page"),
    [("chinese", "architecture.md"), ("repairs", "architecture.md"), ("repairs/mojibake", "mojibake.md")],
)
def test_the_plan_of_the_house_names_every_file(folder: str, page: str) -> None:
    plan = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = {name.removesuffix(".py") for name in re.findall(r"`([\w.]+)/?`", plan)}
    files = [path for path in (PACKAGE / folder).rglob("*.py") if not path.name.startswith("__")]
    apart = {"halves"} if folder == "chinese" else {"mojibake"} if folder == "repairs" else set()
    assert not {path.stem for path in files if apart.isdisjoint(path.parts)} - named
