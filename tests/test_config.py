"""`encfix config`, and the choice of files that configuration and flags make."""

from __future__ import annotations

import random
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest

import encfix
from encfix.cli.main import main
from encfix.configuration import Configuration, configured, tomllib
from encfix.files.patterns import Patterns
from encfix.files.scope import Scope, ScopeError
from encfix.files.walking import Skipped, Source, walk
from encfix.options import OptionError, Options
from tests.command import CLEAN, DAMAGED, put, records, run, tree


def printed(*arguments: str) -> dict[str, tuple[str, str]]:
    """Return, for each option, its value as printed and where it came from."""
    lines = run("config", *arguments, code=0).stdout.splitlines()
    parts = [line.rpartition("# ") for line in lines]
    return {head.split(" = ")[0]: (head.split(" = ")[1].rstrip(), origin) for head, _, origin in parts}


class TestConfig:
    def test_without_files_all_is_default(self) -> None:
        shown = printed()
        assert list(shown) == [item.name for item in (*fields(Options), *fields(Scope))]
        assert {origin for _, origin in shown.values()} == {"default"}

    def test_each_value_has_its_origin_and_the_later_is_stronger(self) -> None:
        put("pyproject.toml", '[tool.encfix]\nscript = "taiwan"\nmin-confidence = 0.95\nexclude = ["old/"]\n')
        put("encfix.toml", 'script = "hongkong"\ngloss = "all"\ngitignore = false\n')
        shown = printed("--gloss", "keep", "--exclude", "*.log", "--exclude", "a b")
        assert shown["script"] == ('"hongkong"', "encfix.toml")
        assert shown["min_confidence"] == ("0.95", "pyproject.toml")
        assert shown["gloss"] == ('"keep"', "command line")
        assert shown["exclude"] == ('["*.log", "a b"]', "command line")
        assert shown["gitignore"] == ("false", "encfix.toml")
        assert shown["punctuation"] == ('"keep"', "default")

    def test_what_is_printed_is_a_configuration_file(self) -> None:
        flags = ["--skip", "noise,gloss.emoji", "--ignore", '"引"\\', "--no-gitignore", "--min-confidence", "0.5"]
        text = run("config", *flags, code=0).stdout
        put("encfix.toml", text)
        again = configured(Path(), {})
        assert again.as_mapping() == tomllib.loads(text)
        assert again.options.ignore == ('"引"\\',)
        assert again.scope == Scope(gitignore=False)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ('exlude = ["x"]', "unknown key 'exlude'; did you mean 'exclude'"),
            ('exclude = "x"', "exclude: a list of strings"),
            ('include = ["!"]', "include: "),
            ("gitignore = 1", "gitignore: true or false"),
        ],
    )
    def test_what_is_wrong_is_named(self, content: str, message: str) -> None:
        put("encfix.toml", content)
        error = run("config", code=2).stderr
        assert "encfix.toml: " in error
        assert message in error

    def test_wrong_glob_on_the_command_line(self) -> None:
        assert "include: " in run("config", "--include", "!", code=2).stderr

    def test_every_option_has_a_flag_of_every_command_that_cleans(self) -> None:
        assert isinstance(main, click.Group)
        for name in ("clean", "check", "config"):
            flags = {parameter.name for parameter in main.commands[name].params}
            assert flags >= Configuration().as_mapping().keys()


def names(*paths: str | Path, **chosen: object) -> list[str]:
    found = walk([Path(path) for path in paths], Scope(**chosen))  # type: ignore[arg-type]
    return [item.path.as_posix() for item in found if isinstance(item, Source)]


class TestGlobs:
    @pytest.fixture(autouse=True)
    def _files(self) -> None:
        for name in ("in/a.txt", "in/b.md", "in/sub/c.txt", "in/sub/old/d.txt", "in/old.txt"):
            put(name, CLEAN)

    def test_include_narrows_what_folders_hold(self) -> None:
        assert names("in", include=["*.md"]) == ["in/b.md"]
        assert names("in", include=["sub/"]) == ["in/sub/c.txt", "in/sub/old/d.txt"]
        assert names("in/a.txt", include=["*.md"]) == ["in/a.txt"]

    def test_exclude_holds_for_folders_files_and_what_is_named(self) -> None:
        assert names("in", exclude=["*.txt"]) == ["in/b.md"]
        assert names("in", exclude=["old/"]) == ["in/a.txt", "in/b.md", "in/old.txt", "in/sub/c.txt"]
        assert names("in/a.txt", "in/b.md", exclude=["a.txt"]) == ["in/b.md"]
        assert names("in", exclude=["*.txt", "!a.txt"]) == ["in/a.txt", "in/b.md"]

    def test_globs_with_a_slash_count_from_the_current_folder(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "in/a.txt" not in names("in", exclude=["/in/a.txt"])
        assert "in/a.txt" in names("in", exclude=["/a.txt"])
        monkeypatch.chdir("in")
        assert names(".", exclude=["/sub"]) == ["a.txt", "b.md", "old.txt"]

    def test_outside_of_the_current_folder_they_count_from_the_folder_that_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put("elsewhere/x", CLEAN)
        monkeypatch.chdir("elsewhere")
        for root in (Path("../in"), tmp_path / "in"):
            assert names(root, exclude=["/sub", "*.md"]) == [(root / "a.txt").as_posix(), (root / "old.txt").as_posix()]
        assert names("../in/a.txt", exclude=["a.*"]) == []

    def test_what_is_passed_over_is_said(self) -> None:
        found = list(walk([Path("in")], Scope(include=("*.txt",), exclude=("sub",))))
        skipped = {item.path.as_posix(): item.reason for item in found if isinstance(item, Skipped)}
        assert skipped == {"in/sub": "excluded", "in/b.md": "not included"}

    def test_flags_and_files_choose(self) -> None:
        put("in/a.txt", DAMAGED)
        assert run("clean", "in", "--include", "*.txt", "--output", "out", code=0).stdout
        assert set(tree("out")) == {"a.txt", "old.txt", "sub/c.txt", "sub/old/d.txt"}
        put("encfix.toml", 'exclude = ["*.txt"]')
        run("clean", "in", "--output", "out2", code=0)
        assert set(tree("out2")) == {"b.md"}

    def test_selection_takes_lists_of_strings_alone(self) -> None:
        with pytest.raises(ScopeError, match="list of strings"):
            Scope(include="*.txt")  # type: ignore[arg-type]


class TestGitignore:
    @pytest.fixture(autouse=True)
    def _repository(self) -> None:
        subprocess.run(["git", "init", "--quiet", "."], check=True)
        for name in (
            "a.txt",
            "a.log",
            "build/x.txt",
            "sub/b.log",
            "sub/keep.log",
            "sub/top.txt",
            "top.txt",
            "d/e/f.txt",
        ):
            put(name, CLEAN)
        put(".gitignore", "*.log\nbuild/\n/top.txt\n/d/**/f.txt\n")
        put("sub/.gitignore", "!keep.log\n")

    def test_it_is_as_git_sees_it(self) -> None:
        listed = subprocess.run(
            ["git", "ls-files", "--others", "--exclude-standard"], capture_output=True, text=True, check=True
        )
        assert sorted(names(".")) == sorted(listed.stdout.split())
        assert "sub/keep.log" in names(".")

    def test_patterns_mean_what_they_mean_to_git(self) -> None:
        chance = random.Random(5)
        steps = ["a", "b", "*", "a*", "?", "[ab]", "[!a]", "**", "a.b", ".a", r"\!a", "*.b", "b ", r"a\ ", "é"]
        paths = ["/".join(chance.choices(["a", "b", "a.b", ".a", "!a", "ab", "a "], k=n)) for n in (1, 2, 3) * 20]
        paths = sorted(set(paths))
        spoken = 0
        for _ in range(150):
            patterns = [
                chance.choice(["", "", "", "!", "#"])
                + chance.choice(["", "", "/"])
                + "/".join(chance.choices(steps, k=chance.choice([1, 1, 1, 2, 3])))
                + chance.choice(["", "", "/", " "])
                for _ in range(3)
            ]
            put("other/.gitignore", "\n".join(patterns))
            answers = subprocess.run(
                ["git", "check-ignore", "--no-index", "--verbose", "--non-matching", "--stdin", "-z"],
                input="\0".join(f"other/{path}" for path in paths),
                capture_output=True,
                text=True,
                check=False,
            ).stdout.split("\0")
            wanted = {
                path.removeprefix("other/"): None if not source.startswith("other/") else not pattern.startswith("!")
                for source, _, pattern, path in zip(*(iter(answers),) * 4, strict=False)
            }
            assert len(wanted) == len(paths)
            found = Patterns(patterns)
            for path, verdict in wanted.items():
                folders = [path[:nth] for nth, character in enumerate(path) if character == "/"]
                if any(found.verdict(folder, is_folder=True) for folder in folders):
                    assert verdict, (patterns, path)  # what is in an ignored folder cannot be taken back
                else:
                    assert found.verdict(path) == verdict, (patterns, path)
                spoken += verdict is not None
        assert spoken > 1000

    def test_files_above_the_folder_hold_up_to_the_top_of_the_repository(self) -> None:
        assert names("sub") == ["sub/.gitignore", "sub/keep.log", "sub/top.txt"]
        put(".gitignore", "")
        Path("sub/.git").mkdir()
        put(".gitignore", "*.txt")
        assert "sub/top.txt" in names("sub")

    def test_what_is_named_is_taken(self) -> None:
        assert names("a.log") == ["a.log"]
        assert names("build") == ["build/x.txt"]

    def test_it_can_be_switched_off(self) -> None:
        assert "build/x.txt" in names(".", gitignore=False)
        put("build/x.txt", DAMAGED)
        run("check", ".", code=0)
        run("check", ".", "--no-gitignore", code=1)

    def test_without_a_repository_those_in_the_folder_hold(self, tmp_path: Path) -> None:
        put("plain/sub/.gitignore", "x.txt")
        for name in ("plain/x.txt", "plain/sub/x.txt", "plain/sub/y.txt"):
            put(name, CLEAN)
        assert "plain/sub/x.txt" not in names("plain")
        assert "plain/x.txt" in names("plain")

    def test_one_that_cannot_be_read_says_nothing(self) -> None:
        Path("sub/.gitignore").unlink()
        Path("sub/.gitignore").mkdir()
        assert "sub/b.log" not in names(".")


class TestConfiguration:
    def options(self, *arguments: str) -> dict[str, Any]:
        put("a.txt", CLEAN)
        Path("audit.jsonl").unlink(missing_ok=True)
        run("clean", "a.txt", *arguments, "--audit", "audit.jsonl", code=0)
        (header,) = records("audit.jsonl", "audit")
        options: dict[str, Any] = header["options"]
        return options

    def test_later_is_stronger(self) -> None:
        assert self.options()["script"] == "auto"
        put("pyproject.toml", '[tool.encfix]\nscript = "taiwan"\nmin-confidence = 0.95\nskip = ["noise"]\n')
        assert self.options()["script"] == "taiwan"
        put("encfix.toml", 'script = "hongkong"\n')
        assert self.options()["script"] == "hongkong"
        options = self.options("--script", "keep")
        assert (options["script"], options["min_confidence"], options["skip"]) == ("keep", 0.95, ["noise"])

    def test_project_without_a_table_is_fine(self) -> None:
        put("pyproject.toml", '[project]\nname = "x"\n')
        assert self.options()["script"] == "auto"

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            (
                "encfix.toml",
                'scrpt = "keep"',
                "encfix.toml: options: unknown key 'scrpt'; did you mean",
            ),
            ("pyproject.toml", "[tool.encfix]\nglos = 1", "pyproject.toml: options: unknown key 'glos'"),
            ("encfix.toml", "script = 3", "encfix.toml: script: unknown 3"),
            ("encfix.toml", "only = 'gloss'", "encfix.toml: only: a list of strings"),
            ("encfix.toml", "script =", "encfix.toml: "),
            ("encfix.toml", b"\xff", "encfix.toml: "),
            ("pyproject.toml", "[tool]\nencfix = 3", "pyproject.toml: encfix: a table is needed"),
        ],
    )
    def test_what_is_wrong_is_named(self, name: str, content: str | bytes, message: str) -> None:
        put("a.txt", CLEAN)
        put(name, content)
        assert message in run("clean", "a.txt", code=2).stderr


class TestOptions:
    def test_strings_that_are_ignored_may_overlap(self) -> None:
        text = "進(jìn)進(jìn)進(jìn)口貿(mào)易強(qiáng)調(diào)"
        assert encfix.clean(text, ignore=("進(jìn)進",)).text == "進(jìn)進(jìn)進口貿易強調"

    def test_lists_may_be_any_iterable(self) -> None:
        assert Options(skip=(kind for kind in ("gloss",))).skip == ("gloss",)  # type: ignore[arg-type]

    def test_a_truth_value_is_no_probability(self) -> None:
        with pytest.raises(OptionError, match="min_confidence"):
            Options(min_confidence=True)
        encfix.clean("一", min_confidence=1)
        with pytest.raises(OptionError, match="min_confidence"):
            encfix.clean("一", min_confidence=True)

    def test_keyword_arguments_may_be_what_cannot_be_hashed(self) -> None:
        assert encfix.clean("漢字", script="simplified", skip=["gloss"]).text == "汉字"
