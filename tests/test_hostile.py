"""One hostile paper goes through every room and comes out as text."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import mistune
import nbformat
import pytest
import yaml

from paperkit.batch import read, summarize
from paperkit.library import Library
from paperkit.posts import Post, compose, export
from paperkit.posts.flavors import JOINER
from paperkit.ranking import rank
from paperkit.trends import chart, papers_per, rising_terms
from paperkit.widgets.review import Review
from paperkit.widgets.triage import Triage
from tests.conftest import make_paper
from tests.posts_samples import MARKDOWN

TITLE = "<img src=x onerror=alert(1)>: {{7*7}} {% raw %} $x_{i}$ a/b"
ABSTRACT = (
    f"{TITLE} is our method. </script><script>alert(2)</script> runs at 90 FPS. "
    "We test it on three data sets. It beats [click](javascript:alert(3)) by 4.2 %. "
    'The code is at https://github.com/a/b"onmouseover=alert(4).'
)
AUTHORS = ["Robert'); DROP TABLE papers;--", "<b>Bold</b>", "{{ config }}"]  # no name has braces
ID = "2411.06666"


def make_pdf(path: Path) -> None:
    """Write a PDF that says the same things."""
    import pymupdf

    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 72), TITLE, fontsize=18)
    page.insert_textbox((72, 100, 500, 300), "1 Introduction\n" + ABSTRACT, fontsize=10)
    document.set_metadata({"title": TITLE})
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(path)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return the library that each test gets a copy of: a paper read, summarized and approved."""
    library = Library(tmp_path_factory.mktemp("model") / "library")
    paper = make_paper(
        ID, title=TITLE, abstract=ABSTRACT, authors=AUTHORS, comment=TITLE, categories=[TITLE]
    )
    library.add([paper, make_paper("2411.06667")], topic=TITLE)
    library.decide(ID, "keep", tags=[TITLE], note=TITLE)
    make_pdf(library.files.pdf_path(ID))
    assert list(read([ID], library, download=False)["outcome"]) == ["read"]
    assert list(summarize([ID], library)["outcome"]) == ["answered"]
    library.approve(ID, by=TITLE, reason=TITLE)
    return library


@pytest.fixture
def hostile(model: Library, tmp_path: Path) -> Library:
    """Return a library of its own."""
    shutil.copytree(model.path, tmp_path / "library")
    return Library(tmp_path / "library")


def test_the_data_rooms_keep_it_as_it_is(hostile: Library) -> None:
    """Nothing is lost, nothing is interpreted, and the other paper is still there."""
    row = hostile.papers(TITLE).loc[ID]
    assert (row["title"], row["authors"], row["topics"]) == (
        TITLE,
        (*AUTHORS[:2], "config"),
        (TITLE,),
    )
    papers = hostile.papers()
    assert len(papers) == 2
    assert set(rank(papers, papers)["score"].between(0, 1)) == {True}
    assert TITLE in set(papers_per(papers, by="topic")["group"])
    rising_terms(papers, after="2024-11-01")


def test_the_widgets_fallbacks_show_it_as_text(hostile: Library) -> None:
    """The saved notebook's HTML and Markdown have no tag and no script of its own."""
    for widget in (Triage(hostile), Review([ID], hostile)):
        bundle = widget._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        assert "text/html" in data
        for kind in ("text/html", "text/markdown"):
            assert not re.search(r"<(img|script|b)\b", data.get(kind, "")), kind
        assert "onerror" in data["text/html"]


def test_a_chart_shows_it_as_text(hostile: Library) -> None:
    """The picture is drawn, and the SVG has no foreign element."""
    svg = chart(papers_per(hostile.papers(), by="topic")).image("svg").decode()
    assert not re.search(r"<(img|script|foreignObject)\b", svg)


@pytest.mark.parametrize("flavor", MARKDOWN)
def test_a_post_shows_it_as_text(hostile: Library, tmp_path: Path, flavor: str) -> None:
    """Front matter reads back as meant; no tag, template or script gets into the body."""
    post = Post(topic=TITLE, date="2024-11-12 10:05:27", papers=(ID,), author=TITLE, prose="Hi.")
    path = tmp_path / "evil.post.ipynb"
    compose(post, hostile, path=path)
    nbformat.validate(nbformat.read(path, 4))
    written = export(path, tmp_path / "blog", flavor=flavor)
    assert all(p.resolve().is_relative_to((tmp_path / "blog").resolve()) for p in written)
    text = written[0].read_text(encoding="utf-8")
    front, body = re.match(r"---\n(.*?)\n---\n(.*)", text, re.S).groups()  # type: ignore[union-attr]
    title = yaml.safe_load(front)["title"]
    # Quarto reads Markdown there; Hexo's themes print HTML, which a joiner keeps from being a tag.
    assert html.unescape(title).replace(JOINER, "") == TITLE
    assert flavor not in ("hexo", "quarto") or not re.search("<[a-z]", title)
    page = mistune.create_markdown(escape=False)(body)
    assert not re.search(r"<(script|b)\b|<[^>]*onerror|(href|src)=.?javascript:", str(page))
    assert not re.search(r"\{\{|\{%|\{#", body)
