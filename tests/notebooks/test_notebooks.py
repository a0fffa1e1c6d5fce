"""The notebooks: short, without outputs, and each runs offline from top to bottom."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from paperkit.commands import new
from paperkit.__main__ import main
from paperkit.library import Library
from paperkit.posts.notebooks import executed
from tests.conftest import make_paper

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
OWN = Path(__file__).parents[2] / "paperkit" / "data" / "new"
SAMPLE = sorted(NOTEBOOKS.glob("0*.ipynb"))
PATHS = [*SAMPLE, *sorted(OWN.glob("0*.ipynb"))]


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def cells(path: Path, kind: str) -> list[str]:
    return [c.source for c in nbformat.read(path, 4).cells if c.cell_type == kind]


def test_there_are_four() -> None:
    """The story is told in four parts: over the sample, and over topics of one's own."""
    names = ["01_triage", "02_summarize", "03_publish", "04_trends"]
    assert [p.stem for p in PATHS] == 2 * names


@pytest.mark.parametrize("path", PATHS, ids=named)
def test_a_notebook_is_short(path: Path) -> None:
    """At most 12 code cells of 8 lines, at most 60 words of prose between them, no machinery."""
    code = cells(path, "code")
    assert len(code) <= 12
    for source in code:
        assert len([line for line in source.splitlines() if line.strip()]) <= 8
        assert not re.search(r"\b(def|class|try|sys\.path|getenv|api_key)\b", source)
    for source in cells(path, "markdown"):
        assert len(re.sub(r"```.*?```", "", source, flags=re.S).split()) <= 60


@pytest.mark.parametrize("path", PATHS, ids=named)
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    """No output, no execution count, no widget state, no machine in the metadata."""
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("path", SAMPLE, ids=lambda p: p.stem)
def test_a_notebook_runs_alone(path: Path, tmp_path: Path) -> None:
    """In a folder of its own, offline, without a key; every last line shows something."""
    shutil.copy(NOTEBOOKS / "topics.toml", tmp_path)
    notebook = nbformat.read(path, 4)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    shown = [c for c in notebook.cells if c.cell_type == "code" and c.outputs]
    assert len(shown) >= 4
    for cell in shown:
        for output in cell.outputs:
            assert output.output_type != "error"
            said = output.text if output.get("name") == "stderr" else ""
            assert "Warning" not in said
            assert not said.strip() or "paper/s" in said or "it/s" in said  # a progress bar
    if path.stem == "03_publish":
        posts = list((tmp_path / "posts").rglob("*.md"))
        assert len(posts) == 1
        assert posts[0].read_bytes().startswith(b"---\n")


def test_the_demo_names_the_notebook_that_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the words of its error; the kernel's own remarks are not shown."""
    (tmp_path / "mine").mkdir()
    cell = nbformat.v4.new_code_cell("1 / 0")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "mine" / "01_odd.ipynb")
    command = ["demo", str(tmp_path / "out"), "--notebooks", str(tmp_path / "mine")]
    assert main(command) == 1
    said = capsys.readouterr().err
    assert said.startswith("demo: running 01_odd.ipynb\npaperkit: 01_odd.ipynb: stopped with an")
    assert "ZeroDivisionError" in said
    assert "IPKernelApp" not in said


def test_ones_own_notebooks_read_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an edit: in an empty library, without a connection; and with a paper signed."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing answers there
    folder = tmp_path / "mine"
    new(folder)
    paths = sorted(folder.glob("0*.ipynb"))
    for path in paths:
        executed(path)
    library = Library(folder / "library")
    library.add([make_paper("2411.00001"), make_paper("2411.00002")], topic="Avatars")
    library.decide("2411.00001", "keep")
    for path in paths[:2]:
        executed(path)
    library.approve("2411.00001", reason="looked at")
    for path in paths[2:]:
        executed(path)
    assert len(list((folder / "posts").rglob("*.md"))) == 1
