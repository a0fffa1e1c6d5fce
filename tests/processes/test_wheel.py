"""The wheel: what is installed alone is whole, and needs no more than it declares."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import shutil
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


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel with what it declares, and nothing else, in an environment of its own.

    The versions are those of this environment, whose wheels uv has kept: links, not downloads.
    """
    folder = tmp_path_factory.mktemp("alone")
    here = importlib.metadata.distributions()
    known = sorted({f"{d.name}=={d.version}" for d in here if d.name != "paperkit"})
    (folder / "versions.txt").write_text("\n".join(known), encoding="utf-8")
    made = folder / "environment"
    python = made / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made)], check=True)
    wanted = ["--constraint", str(folder / "versions.txt"), str(wheel)]
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    ways = [[*pip, *wanted]]
    if uv := shutil.which("uv", path=places):
        fast = [uv, "pip", "install", "--python", str(python), *wanted]
        ways = [[*fast, "--offline"], fast, *ways]
    tried = (subprocess.run(w, capture_output=True, text=True, check=False) for w in ways)
    done = next((d for d in tried if not d.returncode), None)
    assert done is not None, ways
    return python


def test_the_demo_runs_from_an_empty_folder(python: Path, tmp_path: Path) -> None:
    """Away from any checkout: four notebooks, a post and charts."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV")
    environment = {k: v for k, v in os.environ.items() if k not in hidden}
    environment["IPYTHONDIR"] = str(tmp_path / "ipython")
    place = tmp_path / "empty"
    place.mkdir()
    run = {"cwd": place, "env": environment, "capture_output": True, "text": True, "check": False}
    where = "import paperkit; print(paperkit.__file__)"
    told = subprocess.run([python, "-c", where], **run)
    assert Path(told.stdout.strip()).is_relative_to(python.parents[1])
    done = subprocess.run([python, "-m", "paperkit", "demo", "out"], **run)
    assert done.returncode == 0, done.stderr
    assert len(list((place / "out").glob("*.html"))) == 4
    assert len(list((place / "out" / "posts").rglob("*.md"))) == 1


def test_it_brings_what_it_needs_and_no_more(python: Path) -> None:
    """Every command, JupyterLab and its widgets are there; the tests' tools are not."""
    said = subprocess.run([python, "-m", "paperkit", "doctor", "--json"], capture_output=True)
    assert said.returncode == 0, said.stderr
    assert all(row["ok"] for row in json.loads(said.stdout) if row["needed"])
    for absent in ("pytest", "hypothesis", "playwright", "google.genai", "openai"):
        done = subprocess.run([python, "-c", f"import {absent}"], capture_output=True, check=False)
        assert done.returncode == 1, absent


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
