"""The tables are what `tools/build_data.py` makes of the packages it names, byte for byte."""

from __future__ import annotations

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

from tests.conftest import ROOT

DATA = ROOT / "encfix" / "chinese" / "data"


def test_the_build_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "tools" / "build_data.py", tmp_path], check=True, capture_output=True)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in DATA.glob("*.npy")}
    assert sorted(built) == sorted(committed)
    assert [name for name in built if built[name] != committed[name]] == []


def test_every_table_has_a_source() -> None:
    page = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    patterns = re.findall(r"`([\w*]+\.npy)`", page)
    tables = [path.name for path in DATA.glob("*.npy")]
    assert [name for name in tables if not any(fnmatch(name, pattern) for pattern in patterns)] == []
    assert [pattern for pattern in patterns if not any(fnmatch(name, pattern) for name in tables)] == []


def test_importing_encfix_loads_no_converter() -> None:
    code = "import sys, encfix; print([m for m in ('opencc', 'ftfy', 'chardet', 'rich', 'click') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
