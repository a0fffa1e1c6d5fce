"""The README and the pages under docs/: every block of Python runs, every link leads somewhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

import paperkit
from paperkit import __main__ as command_line
from paperkit import models, sources, summarize
from paperkit.errors import SourceError
from paperkit.frames import ids_of, to_frame
from paperkit.library import Library
from paperkit.models import Extractive
from paperkit.outlines import DIGEST
from paperkit.topics import load_topics
from scripts import build_docs, docs_reference
from tests.conftest import make_paper

ROOT = Path(__file__).parents[1]
PUBLIC = {name: getattr(paperkit, name) for name in paperkit.__all__}
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WHOLE = [p.stem for p in PAGES if "```python" in p.read_text(encoding="utf-8")]
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

    def approve(
        self, papers: object, library: Library, outline: object = DIGEST, language: str = "en"
    ) -> None:
        for paper in ids_of(papers):  # type: ignore[arg-type]
            library.approve(paper, outline=outline, language=language, reason="looked at")


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the folder, the person and the world that the pages speak of."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "notebooks" / "topics.toml", tmp_path)
    (tmp_path / "zotero.bib").write_text(BIB)
    (tmp_path / "snapshot.jsonl").write_text(RECORD)
    (tmp_path / "my-blog").mkdir()
    avatars = Library(tmp_path / "avatars")
    avatars.add([make_paper("2411.05184"), make_paper("2411.00001")])
    summarize(["2411.05184"], avatars)
    avatars.decide("2411.05184", "keep")
    avatars.approve("2411.05184", by="Ana Ruiz", reason="looked at")
    monkeypatch.setattr(sources, "search", found)
    monkeypatch.setattr(sources, "fetch_pdf", unreachable)
    monkeypatch.setattr(sources, "fetch_html", unreachable)
    monkeypatch.setattr(paperkit, "search", found)
    monkeypatch.setattr(paperkit, "Triage", Person().decide)
    monkeypatch.setattr(paperkit, "Review", Person().approve)
    for name in ("Gemini", "GenAI", "OpenAIChat"):
        monkeypatch.setattr(models, name, lambda *_, **__: Extractive(), raising=False)


@pytest.mark.process
@pytest.mark.filterwarnings("ignore::UserWarning")  # entries left out
@pytest.mark.parametrize("name", WHOLE)
def test_a_page_runs_from_top_to_bottom(outside: None, name: str) -> None:
    """Its blocks are one program; what a person does between them is done."""
    path = next(p for p in PAGES if p.stem == name)
    space: dict[str, object] = {}
    for number, block in enumerate(blocks(path), 1):
        exec(compile(block, f"{path.name}, block {number}", "exec"), space)
    assert isinstance(space["library"], Library)


@pytest.mark.process
def test_the_cell_of_the_readme_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an empty folder, with the real widgets; arXiv alone is replaced."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paperkit, "search", found)
    monkeypatch.setattr(sources, "fetch_pdf", unreachable)
    monkeypatch.setattr(sources, "fetch_html", unreachable)
    (cell,) = blocks(ROOT / "README.md")
    *lines, last = cell.strip().splitlines()
    space: dict[str, object] = {}
    exec("\n".join(lines), space)
    review = eval(last, space)
    assert sorted(review.digests.index) == ["2411.00001", "2411.00002"]
    (draft,) = (tmp_path / "my-blog").rglob("*.md")
    assert draft.stem.endswith("-draft")


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


def test_the_names_page_says_what_each_room_has() -> None:
    """One row per further module; what a row names before its explanation is there."""
    text = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    text = text.split("is in its own module:")[1]
    rows = re.findall(r"^\| (`paperkit\.[^|]*) \| ([^|]*) \|$", text, re.M)
    assert len(rows) >= 10
    for rooms, names in rows:
        spaces = [__import__(r, fromlist=["x"]) for r in re.findall(r"`(paperkit[\w.]+)`", rooms)]
        for name in re.findall(r"`(\w+)`", names):
            assert any(hasattr(space, name) for space in spaces), name


def commands(path: Path) -> list[list[str]]:
    """Return the calls of paperkit in a page's blocks for a shell, a crontab or a workflow."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    parts = [block for language, block in blocks if language in ("", "sh", "yaml")]
    calls = re.findall(r"(?:^|run: |&& )paperkit ([^&\n]+)", "\n".join(parts), re.M)
    return [call.split("#")[0].split() for call in calls]


CALLS = [(path.stem, call) for path in PAGES for call in commands(path)]


@pytest.mark.parametrize(("page", "call"), CALLS, ids=lambda v: v if isinstance(v, str) else v[0])
def test_a_command_of_a_page_is_one(page: str, call: list[str]) -> None:
    """Its name and its options are the command line's."""
    assert callable(command_line._parser().parse_args(call).run)


def test_the_pages_have_commands() -> None:
    """Schedules and posts are shown as a shell runs them."""
    assert {"schedule", "posts"} <= {page for page, _ in CALLS}


def test_the_site_has_every_page() -> None:
    """The contents name each page once; what they name besides is made by `make docs`."""
    contents = yaml.safe_load((ROOT / "docs" / "myst.yml").read_text(encoding="utf-8"))
    entries = [e for e in contents["project"]["toc"] for e in (e, *e.get("children", ()))]
    listed = [e["file"] for e in entries if "file" in e]
    made = {*build_docs.PAGES.values(), "commands.md", "api-paperkit.md"}
    notebooks = {p.name for p in build_docs.NOTEBOOKS.glob("0*.ipynb")}
    pages = {p.name for p in (ROOT / "docs").glob("*.md")}
    assert sorted(listed) == sorted(pages | made | notebooks)


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    """To a page, a picture or a section; the others are let pass."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "index.html").write_text('<h2 id="one">1</h2><a href="#one">1</a>')
    links = ["b/index.html", "b/index.html#one", "https://example.org", "#here", "b/index.html#two",
             "c/index.html"]  # fmt: skip
    text = "".join(f'<a id="here" href="{link}">x</a>' for link in links)
    (tmp_path / "index.html").write_text(f'{text}<img src="no.png">')
    assert build_docs.broken_links(tmp_path) == [
        f"index.html: {link} leads nowhere"
        for link in ("b/index.html#two", "c/index.html", "no.png")
    ]


@pytest.mark.parametrize("room", docs_reference.ROOMS)
def test_the_reference_has_every_public_name(room: str) -> None:
    """With its signature and what it says of itself; no section is empty."""
    page = docs_reference.page(room)
    for name in docs_reference.names(room):
        section = page.split(f"\n## `{name}`\n")[1].split("\n## ")[0]
        assert len(section.split()) > 5, name
    assert set(re.findall(r"^## `(\w+)`", page, re.M)) == set(docs_reference.names(room))


def test_the_reference_says_what_a_signature_and_a_docstring_say() -> None:
    """Parameters with types and defaults as written, errors, and examples without prompts."""
    section = docs_reference.section("paperkit", "bibliography")
    assert "bibliography(papers, *, format='bibtex') -> str" in section
    assert "| `format` | `str` | `'bibtex'` |" in section
    assert "- `PaperkitError`: the format is unknown." in section
    assert '```python\nbibliography(library.papers(decision="keep"), format="ris")\n```' in section


def given(folder: Path) -> dict[str, object]:
    """Return what the examples of docstrings speak of: a library, its papers, a post."""
    library = Library.sample(folder / "sample")
    ids = ["1911.02782", "2601.01576"]
    paperkit.read(ids, library, download=False)
    summarize(ids, library)
    library.decide(ids, "keep")
    for paper in ids:
        library.approve(paper, by="Ana Ruiz", reason="looked at")
    widgets = {name: PUBLIC[name] for name in ("Triage", "Review")}
    return vars(paperkit) | vars(models) | {n: getattr(paperkit, n) for n in PUBLIC} | widgets | {
        "library": library, "papers": library.papers(topic="Scholarly documents"), "DIGEST": DIGEST,
        "kept": library.papers(decision="keep"), "load_topics": load_topics,
        "topic": load_topics("topics.toml")["NeRF"], "digest": library.digest(ids[0]),
    }  # fmt: skip


@pytest.mark.process
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_examples_of_public_names_run(outside: None, tmp_path: Path) -> None:
    """Each has one, and all of them run on the sample."""
    space = given(tmp_path)
    for name, value in sorted(PUBLIC.items()):
        found = docs_reference.examples(value)
        assert found, name
        for example in found:
            exec(compile(example, f"{name}'s example", "exec"), dict(space))
