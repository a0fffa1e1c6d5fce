"""The wheel: what is installed alone is whole, and needs no more than it declares."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this tree, offline."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    command += ["--no-index", "--wheel-dir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("paperkit-*.whl")
    return made


def test_it_holds_what_a_person_needs(wheel: Path) -> None:
    """Notebooks, topics, outline, prices, scripts, types; no tests and nobody's library."""
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = """data/notebooks/01_triage.ipynb data/notebooks/topics.toml data/new/01_triage.ipynb
        data/new/topics.toml data/digest.toml data/SKILL.md models/prices.toml py.typed
        widgets/js/triage.js __init__.pyi""".split()
    assert {f"paperkit/{name}" for name in wanted} <= names
    assert {n.split("/")[0].split("-")[0] for n in names} == {"paperkit"}
    assert not [n for n in names if n.endswith((".db", ".whl"))]


def test_the_demo_runs_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """Installed alone, away from any checkout: four notebooks, a post and charts."""
    site, place = tmp_path / "site", tmp_path / "empty"
    place.mkdir()
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index"]
    subprocess.run([*command, "--quiet", "--target", str(site), str(wheel)], check=True)
    environment = {**os.environ, "PYTHONPATH": str(site), "IPYTHONDIR": str(tmp_path / "ipython")}
    where = "import paperkit; print(paperkit.__file__)"
    run = {"cwd": place, "env": environment, "capture_output": True, "text": True, "check": False}
    told = subprocess.run([sys.executable, "-c", where], **run)
    assert Path(told.stdout.strip()).is_relative_to(site)
    done = subprocess.run([sys.executable, "-m", "paperkit", "demo", "out"], **run)
    assert done.returncode == 0, done.stderr
    assert len(list((place / "out").glob("*.html"))) == 4
    assert len(list((place / "out" / "posts").rglob("*.md"))) == 1


def test_what_is_imported_is_declared() -> None:
    """Each package that the code names is a dependency, or in an extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [
        d for name, ds in project["optional-dependencies"].items() if name != "dev" for d in ds
    ]
    declared = {canonical(re.split(r"[>=;\[ ]", d)[0]) for d in (*project["dependencies"], *extras)}
    owners = importlib.metadata.packages_distributions()
    missing = {
        name: owners[name]
        for name in imported()
        if name in owners and not {canonical(o) for o in owners[name]} & declared
    }
    assert missing == {}


def canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def imported() -> set[str]:
    """Return the top-level names that the package imports, but for Python's and its own."""
    found = set()
    for path in (ROOT / "paperkit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {a.name.split(".")[0] for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"paperkit"}
