"""The wheel holds all that is needed: an editable install, as the tests have it, would not show what is missing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import encfix
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("encfix/")}
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "encfix").rglob("*.*") if path.is_file()}
    assert packed == {name for name in there if "__pycache__" not in name}
    assert {"encfix/py.typed", "encfix/chinese/data/classes.npy", "encfix/report/page.html"} <= packed


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
        licences = {name.partition("/licenses/")[2] for name in archive.namelist() if "/licenses/" in name}
    assert re.findall("^Version: (.*)$", metadata, re.MULTILINE) == [encfix.__version__]
    assert re.findall("^License-Expression: (.*)$", metadata, re.MULTILINE) == ["Apache-2.0 AND MIT AND Unicode-3.0"]
    assert licences == {"LICENSE", "encfix/chinese/data/SOURCES.md"}
