"""What tests of the command share: texts, how files come about and are read, and how the command is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from encfix.cli.main import main
from tests.conftest import ROOT

DAMAGED = "進(jìn)口貿(mào)易強(qiáng)調(diào)發(fā)展\n"
REPAIRED = "進口貿易強調發展\n"
CLEAN = "今天天气很好。\n"
BAD = DAMAGED.encode() + b"\xff\n"
"""What is repaired only with --allow-lossy, since not all of it could be decoded."""

ASCII_LOCALE = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def run(*arguments: object, code: int) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def put(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def tree(folder: str | Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
    }


def shown_on_terminal(stream: str, *arguments: str) -> tuple[str, bytes]:
    """Return what the command shows on a terminal that one of its streams is, and what it writes to standard output."""
    import pty

    primary, secondary = pty.openpty()
    inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    streams: dict[str, Any] = {"stdout": subprocess.PIPE} | {stream: secondary}
    done = subprocess.run(
        [sys.executable, "-m", "encfix", *arguments],
        env=inherited | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
        check=True,
        **streams,
    )
    os.close(secondary)
    shown = os.read(primary, 65536).decode()
    os.close(primary)
    return shown, done.stdout or b""


def records(path: str, type_: str) -> list[dict[str, Any]]:
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    return [record for record in map(json.loads, lines[:-1]) if record["type"] == type_]


def module(*arguments: str | bytes, **variables: str) -> subprocess.CompletedProcess[bytes]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    return subprocess.run(
        [sys.executable, "-m", "encfix", *arguments],
        env=inherited | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        check=False,
    )
