"""The hooks, with the real pre-commit: damage is stopped on its way into a repository, and repaired."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import BAD, CLEAN, DAMAGED, REPAIRED, put
from tests.conftest import ROOT

pytest.importorskip("pre_commit", reason="needs pre-commit")
yaml = pytest.importorskip("yaml", reason="needs pre-commit")

MANIFEST = ROOT / ".pre-commit-hooks.yaml"


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT", "SKIP"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    Path("repository").mkdir()
    monkeypatch.chdir("repository")
    git("init", "--quiet", ".")
    git("config", "user.name", "Tester")
    git("config", "user.email", "tester@example.org")


def git(*arguments: str, code: int = 0) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def install(*ids: str, arguments: tuple[str, ...] = ()) -> None:
    """Install hooks as the manifest has them, but run by this Python, so that no environment need be built."""
    hooks = [hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8")) if hook["id"] in ids]
    assert [hook["id"] for hook in hooks] == list(ids)
    for hook in hooks:
        command, rest = hook["entry"].split(" ", 1)
        assert command == "encfix"
        hook.update(language="system", entry=f"{shlex.quote(sys.executable)} -m encfix {rest}", args=list(arguments))
    configuration = {"repos": [{"repo": "local", "hooks": hooks}]}
    put(".pre-commit-config.yaml", yaml.safe_dump(configuration))
    pre_commit("install")
    git("add", ".")


def pre_commit(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pre_commit", *arguments], check=True, capture_output=True)


def committed(name: str) -> str:
    return git("show", f"HEAD:{name}")


def test_manifest_is_one() -> None:
    pre_commit("validate-manifest", str(MANIFEST))


def test_damaged_dataset_is_stopped_and_fixed() -> None:
    put("data/a.txt", DAMAGED)
    put("data/b.txt", CLEAN)
    install("encfix")
    stopped = git("commit", "-m", "Add data", code=1)
    assert "files were modified by this hook" in stopped
    assert Path("data/a.txt").read_text(encoding="utf-8") == REPAIRED
    git("add", ".")
    assert "Passed" in git("commit", "-m", "Add data")
    assert committed("data/a.txt") == REPAIRED
    assert committed("data/b.txt") == CLEAN


def test_check_stops_and_changes_nothing() -> None:
    put("data/a.txt", DAMAGED)
    install("encfix-check")
    assert 'data/a.txt:1:2: gloss.pinyin: "(jìn)" -> ""' in git("commit", "-m", "Add data", code=1)
    assert Path("data/a.txt").read_text(encoding="utf-8") == DAMAGED
    put("data/a.txt", REPAIRED)
    git("add", ".")
    git("commit", "-m", "Add data")
    assert committed("data/a.txt") == REPAIRED


def test_baseline_lets_old_damage_pass_and_stops_new() -> None:
    put("data/a.txt", DAMAGED)
    command = [sys.executable, "-m", "encfix", "check", "data", "--baseline", "known.jsonl", "--write-baseline"]
    subprocess.run(command, check=True, capture_output=True)
    install("encfix-check", arguments=("--baseline", "known.jsonl"))
    git("commit", "-m", "Add data")
    put("data/a.txt", CLEAN + DAMAGED)
    put("data/b.txt", "書(shu) 記強(qiáng)調(diào)\n")
    git("add", ".")
    stopped = git("commit", "-m", "Add more", code=1)
    assert "data/b.txt:1:2" in stopped
    assert "data/a.txt:" not in stopped


def test_what_is_ignored_passes() -> None:
    put("data/line.txt", DAMAGED.strip() + "  # encfix: ignore\n")
    put("data/string.txt", DAMAGED)
    put("old/path.txt", DAMAGED + CLEAN)
    put("encfix.toml", f'exclude = ["/old"]\nignore = ["{DAMAGED.strip()}"]\n')
    install("encfix", "encfix-check")
    git("commit", "-m", "Add data")
    assert committed("old/path.txt") == DAMAGED + CLEAN
    assert "encfix: ignore" in committed("data/line.txt")


def test_binary_file_passes_and_undecodable_text_is_stopped() -> None:
    put("a.bin", b"\0\xff" * 100)
    install("encfix", "encfix-check")
    git("commit", "-m", "Add binary")
    put("b.txt", BAD)
    git("add", ".")
    assert "b.txt: not strictly utf-8" in git("commit", "-m", "Add text", code=1)
