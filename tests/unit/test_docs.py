"""What the documents say of the code, held against the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]


def text(name: str) -> str:
    return (HOUSE / name).read_text(encoding="utf-8")


def test_every_test_that_security_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", text("SECURITY.md")))
    written = {
        name
        for path in (HOUSE / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 30
    assert named <= written


def test_every_promise_has_a_row() -> None:
    rows = re.findall(r"^\| (\d)\. ", text("SECURITY.md"), re.MULTILINE)
    assert rows == [str(number) for number in range(1, 8)]


def test_every_case_of_tampering_and_signing_has_a_row_that_names_a_test() -> None:
    rows = re.findall(r"^\| ([TS]\d\d) .*\| .*(?:`test_\w+`|the same \().*\|$", text("SECURITY.md"), re.MULTILINE)
    assert rows == [f"T{number:02}" for number in range(1, 17)] + [f"S{number:02}" for number in range(1, 13)]


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert re.search(r"^## (\S+)", text("CHANGELOG.md"), re.MULTILINE)[1] == version  # type: ignore[index]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_commands_of_the_readme_exist(name: str) -> None:
    scripts = set(re.findall(r"\bscripts/(\w+(?:\.py)?)", text(name)))
    assert {"demo", "check"} <= scripts
    assert all((HOUSE / "scripts" / script).is_file() for script in scripts)


def test_continuous_integration_runs_the_readmes_own_test_command() -> None:
    assert "exec scripts/check" in text(".ci/run")
    assert "./scripts/check" in text("README.md")


def test_every_script_has_its_line() -> None:
    listed = set(re.findall(r"^\| `([\w.]+)`", text("scripts/README.md"), re.MULTILINE))
    assert {p.name for p in (HOUSE / "scripts").iterdir() if p.is_file() and p.name != "README.md"} == listed


def test_nothing_names_a_path_of_a_machine() -> None:
    for path in HOUSE.rglob("*"):
        if path.suffix in {".py", ".md", ".toml", ".yml", ".sol", ".json"} and not {
            ".venv", "node_modules", ".git", ".tools", ".tanji"
        } & set(path.parts):  # fmt: skip
            content = path.read_text(encoding="utf-8")
            assert not re.search(r"/(home|root|Users|farm)/\w", content), path
