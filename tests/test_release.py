"""What a release and a contributor rely on agrees with itself."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def check(version: str) -> str:
    command = [sys.executable, str(ROOT / "scripts" / "check-release"), version]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr + done.stdout * (done.returncode == 0)


@pytest.mark.process
def test_a_release_says_what_does_not_agree() -> None:
    """Every file that names another version, by name."""
    said = check("99.0.0")
    for name in ("pyproject.toml", "paperkit/__init__.py", "CITATION.cff", "CHANGELOG.md"):
        assert f"release: {name}: does not say" in said
    assert check("soon").startswith("release: 'soon' is no version")
    assert "does not say" not in check(VERSION)


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda p: p.stem)
def test_what_github_reads_is_valid(path: Path) -> None:
    """It parses, and a script it calls is there and can be run."""
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text)["name"]
    for script in re.findall(r"(?:scripts|\.ci)/[\w-]+", text):
        assert (ROOT / script).stat().st_mode & 0o111


def test_the_citation_is_valid() -> None:
    """It has the keys that the format asks for."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert cited["version"] == VERSION


def test_what_the_pages_tell_one_to_make_is_there() -> None:
    """Each `make` job that the README and CONTRIBUTING name stands in the Makefile."""
    jobs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.M)) <= jobs


@pytest.mark.process
def test_looking_installs_nothing_for_the_tests() -> None:
    """`make lab` needs the package alone, and shows that it is at work."""
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", "lab"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (line,) = [one for one in done.stdout.splitlines() if "pip install" in one]
    installed = re.findall(
        r"pip install(?: --[a-z-]+version\S*| --python \S+)* (.*?)(?= &&| \|\||$)", line
    )
    assert installed == ["uv", "--editable .", "--editable ."]
