"""Scripts: whatever a title holds, no reader of a post or of its notebook finds a tag of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import mistune
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from paperkit.library import Library
from paperkit.posts import Post, compose, export
from paperkit.posts.escapes import Formula, pieces
from paperkit.posts.flavors import NOTEBOOK
from tests import posts_samples as samples

IDS = tuple(f"2411.{n:05d}" for n in range(100, 100 + len(samples.SCRIPTS)))
POST = Post(topic="Scripts", date=datetime(2024, 11, 12), papers=IDS, language="zh")
OURS = frozenset(
    "a blockquote br code details div em h1 h2 h3 hr img li ol p pre span strong".split()
)
OURS |= {"summary", "ul"}
# What paperkit writes itself, and the two places that the engines read as data.
WRITTEN = re.compile(
    r"(?m)<https?://[^<>\s]+>|</?(?:span|details|summary|p)>|</a>|<a href=\"https://[^<>\"]+\">"
    r"|<img src=\"[^<>\"]+\" alt=\"[^<>\"]*\" width=\"64\" height=\"48\" loading=\"lazy\">"
    r"|^\{\{< figure .*$|^:alt: .*$"
)


class Tags(HTMLParser):
    """Collects what a browser would find: tags, handlers and the schemes of addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.found.add(f"{tag} {name}={value}")
            if name == "src" and value == "x":
                self.found.add(f"{tag} of a title")


def readings(text: str) -> list[str]:
    """Return a text as the readers at hand make HTML of it, raw HTML let through."""
    return [str(mistune.create_markdown(escape=False)(text)), markdown2html_mistune(text)]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return a library of hostile papers, each text in every place a card has, all signed."""
    made = Library(tmp_path_factory.mktemp("scripts") / "library")
    for id, text in zip(IDS, samples.SCRIPTS, strict=True):
        stated: dict[str, Any] = {"title": text, "abstract": f"{text} Then {text}", "comment": text}
        one = samples.paper(1, id=f"{id}v1", authors=[text, "李雷"], categories=[text], **stated)
        samples.put(made, one, texts={key: [text] for key in samples.TEXTS}, signed=False)
        reading = made.reading(id)
        assert reading is not None
        figures = tuple(replace(f, caption=text) for f in reading.figures)
        made.files.save_reading(
            id, replace(reading, figures=figures, affiliation=text, reader="test-2")
        )
        made.approve(id, language="zh", by=text, reason=text)
    return made


@pytest.mark.parametrize("figures", ["include", "link"])
@pytest.mark.parametrize("flavor", samples.MARKDOWN)
def test_a_post_opens_no_tag_but_ours(
    library: Library, tmp_path: Path, flavor: str, figures: str
) -> None:
    """No "<" of a paper reaches an engine, in a formula or outside, however it reads the rest."""
    post = replace(POST, figures=figures)
    text = export(post, tmp_path, flavor=flavor, library=library)[0].read_text(encoding="utf-8")
    body = text.split("---\n", 2)[2]
    assert "<" not in WRITTEN.sub("", body)
    for page in readings(body):
        assert Tags(page).found <= OURS


def test_a_composed_notebook_opens_no_tag_but_ours(library: Library, tmp_path: Path) -> None:
    """``nbconvert --to html`` shows every field as text: cards, front matter, notices, banner."""
    path = tmp_path / "post.ipynb"
    export(replace(POST, topic=samples.TAG), tmp_path, library=library, record=True, flavor="hexo")
    later = replace(POST, date=datetime(2024, 11, 19), topic=samples.TAG, title=samples.SCRIPTS[0])
    nb = compose(later, library, path=path)
    notices = [c.source for c in nb.cells if c.source.startswith("> ✋")]
    assert len(notices) == len(IDS)
    assert all("onerror" in n and "<" not in n for n in notices)
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(nbformat.read(path, 4))
    assert Tags(page).found <= OURS | {"style"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$a<b$", ["a\\lt b"]),
        ("$\\text{if $x<0$}$", ["\\text{if \\(x\\lt 0\\)}"]),
        ("$\\text{a<b}$", []),
        ("\\(a$b\\)", []),
        ("$$\\text{a$$b}$$", []),
        ("\\(a$b \\) and \\(a$b \\)", []),
        ("$$x \\\\ y$$", ["x \\\\ y"]),
        ("\\(x\\ \\)", ["x\\ {}"]),
        ("\\(x\\$\\)", ["x\\$ {}"]),
        ("$\\text{``k''}$", ["\\text{“k''}"]),
        ("$\\sqrt[3]{x}$", ["\\sqrt[3] {x}"]),
        ("$a\\\\{b}$", ["a\\\\ {b}"]),
    ],
)
def test_a_formula_for_engines_that_read_dollars_ends_where_ours_does(
    text: str, found: list[str]
) -> None:
    """It holds no tag and no dollar sign that could end it; what can't be written so is text."""
    assert [p.tex for p in pieces(text, "native") if isinstance(p, Formula)] == found


@given(st.text(alphabet="<a$\\(){}[]`2 ", max_size=40))
def test_no_text_reaches_a_reader_of_dollars_with_a_tag(text: str) -> None:
    """Whatever stands around it; mistune with nbconvert's formulas is such a reader."""
    written = NOTEBOOK.escape.inline(text, links=False)
    assert "<" not in re.sub("</?span>", "", written)
    assert Tags(markdown2html_mistune(f"## {written}\n\n{written}")).found <= OURS
