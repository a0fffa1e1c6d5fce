"""The README and the pages under docs/: every block of Python runs, every link leads somewhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import paperkit
from paperkit import models, sources
from paperkit.errors import SourceError
from paperkit.frames import ids_of, to_frame
from paperkit.library import Library
from paperkit.models import Extractive
from paperkit.outlines import DIGEST
from tests.conftest import make_paper

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# Pages that a person follows from top to bottom; the others show fragments.
WHOLE = ["README", "from-zotero", "questions", "weekly", "publish", "many-papers"]
BIB = """@misc{a, title={Fast avatars}, author={Lovelace, Ada}, eprint={2411.00001},
  archivePrefix={arXiv}, year={2024}, abstract={We render avatars.}}
@book{b, title={A book}, author={Hopper, Grace}, year={2001}}
"""
RECORD = (
    '{"id": "2411.00001", "title": "Fast avatars", "authors": "A. Lovelace", "categories": "cs.CV",'
    ' "abstract": "We render avatars. It is fast.", "update_date": "2024-11-08",'
    ' "versions": [{"version": "v1", "created": "Thu, 7 Nov 2024 18:00:00 GMT"}]}\n'
)


def blocks(path: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S)


def found(*_: object, **__: object) -> object:
    """Answer every search with two papers."""
    return to_frame([make_paper("2411.00001"), make_paper("2411.00002")])


def unreachable(*_: object, **__: object) -> None:
    raise SourceError("arXiv: not reachable from a test.")


class Person:
    """Stands where the widgets are: keeps every paper, and approves every digest."""

    def decide(self, library: Library, **_: object) -> None:
        library.decide(list(library.papers().index), "keep")

    def approve(self, papers: object, library: Library, outline: object = DIGEST) -> None:
        for paper in ids_of(papers):  # type: ignore[arg-type]
            library.approve(paper, outline=outline, reason="looked at")


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the folder, the person and the world that the pages speak of."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "notebooks" / "topics.toml", tmp_path)
    (tmp_path / "zotero.bib").write_text(BIB)
    (tmp_path / "snapshot.jsonl").write_text(RECORD)
    monkeypatch.setattr(sources, "search", found)
    monkeypatch.setattr(sources, "fetch_pdf", unreachable)
    monkeypatch.setattr(sources, "fetch_html", unreachable)
    monkeypatch.setattr(paperkit, "search", found)
    monkeypatch.setattr(paperkit, "Triage", Person().decide)
    monkeypatch.setattr(paperkit, "Review", Person().approve)
    for name in ("Gemini", "OpenAIChat"):
        monkeypatch.setattr(models, name, lambda *_, **__: Extractive(), raising=False)


@pytest.mark.filterwarnings("ignore::UserWarning")  # entries left out, a folder that is no site
@pytest.mark.parametrize("name", WHOLE)
def test_a_page_runs_from_top_to_bottom(outside: None, name: str) -> None:
    """Its blocks are one program; what a person does between them is done."""
    path = next(p for p in PAGES if p.stem == name)
    space: dict[str, object] = {}
    for number, block in enumerate(blocks(path), 1):
        exec(compile(block, f"{path.name}, block {number}", "exec"), space)
    assert isinstance(space["library"], Library)


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_what_a_page_imports_is_there(path: Path) -> None:
    """Each name stands in the room that the page names."""
    for block in blocks(path):
        compile(block, path.name, "exec")
        for line in re.findall(r"^from paperkit[\w.]* import .*$", block, re.M):
            exec(line, {})


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    """A page, a picture, or a folder of the repository."""
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (path.parent / target).exists(), target


def test_the_readme_names_what_each_room_has() -> None:
    """One row per further module; what a row names before its explanation is there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("stands in its room:")[1]
    rows = re.findall(r"^\| (`paperkit\.[^|]*) \| ([^|]*) \|$", text.split("\n\nOn the")[0], re.M)
    assert len(rows) >= 10
    for rooms, names in rows:
        spaces = [__import__(r, fromlist=["x"]) for r in re.findall(r"`(paperkit[\w.]+)`", rooms)]
        for name in re.findall(r"`(\w+)`", names):
            assert any(hasattr(space, name) for space in spaces), name
