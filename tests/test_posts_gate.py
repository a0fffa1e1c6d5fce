"""The gate: what no person approved stays out of a post, whatever became of its cell's marks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

from paperkit.errors import PublishError
from paperkit.library import Library
from paperkit.posts import Post, compose, export
from paperkit.posts.exporters import EXPORTERS
from paperkit.posts.notebooks import role_of
from tests import posts_samples as samples

IDS = ("2411.00001", "2411.00002")
POST = Post(
    topic="Avatars", date=datetime(2024, 11, 12), papers=IDS, language="zh", figures="include"
)
REMARK = "My remark: worth reading."
ABSTRACT = (
    "We present Light-Head, a method that rebuilds heads from a handful of views by blending "
    "templates. The weights come from a small network that was trained on studio captures."
)
ENGLISH = {
    "summary": ["Light-Head rebuilds a head from three photos by blending nine learned templates."],
    "takeaways": [
        "It runs three times faster.",
        "Nine templates are enough for every face tested.",
    ],
}
WAYS: dict[str, Callable[[Any, Path], Any]] = {
    "export": lambda nb, folder: export(nb, folder, record=True, flavor="hexo"),
    "nbconvert": lambda nb, _: EXPORTERS["hexo"]().from_notebook_node(nb),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return the library that each test gets a copy of: the first paper signed, the second not."""
    library = samples.small(tmp_path_factory.mktemp("model"))
    library.disapprove(IDS[1], language="zh")
    one = samples.paper(3, abstract=ABSTRACT)
    samples.put(library, one, texts=ENGLISH, language="en", signed=False)
    quoted = {"summary": [ABSTRACT.split(". ")[0] + "."], "takeaways": [ABSTRACT]}
    samples.put(
        library, samples.paper(4, abstract=ABSTRACT), texts=quoted, language="en", signed=False
    )
    return library


@pytest.fixture
def shelf(model: Library, tmp_path: Path) -> Library:
    """Return a library of its own."""
    shutil.copytree(model.path, tmp_path / "shelf")
    return Library(tmp_path / "shelf")


def card(nb: Any, paper: str) -> Any:
    """Return a paper's cell."""
    return next(c for c in nb.cells if c["metadata"].get("paperkit", {}).get("paper") == paper)


def merged(nb: Any, paper: str) -> None:
    """Merge a paper's card with a remark as JupyterLab does: joined, without metadata."""
    place = nb.cells.index(card(nb, paper))
    nb.cells[place] = new_markdown_cell(f"{REMARK}\n\n{nb.cells[place].source}\n\nIndeed.")


def cleaned(nb: Any, _: str) -> None:
    """Drop every cell's metadata, as nb-clean does."""
    for cell in nb.cells:
        cell["metadata"] = {}


def prose(shelf: Library, text: str, **stated: Any) -> Any:
    """Return the notebook of a post of the signed paper with a cell of this text."""
    nb = compose(replace(POST, papers=IDS[:1], **stated), shelf)
    nb.cells.append(new_markdown_cell(text))
    return nb


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("lose", [merged, cleaned])
def test_a_card_that_lost_its_marks_is_refused_by_name(
    shelf: Library, tmp_path: Path, lose: Callable[[Any, str], None], way: str
) -> None:
    """Paper and question are named; nothing is on record."""
    nb = compose(POST, shelf)
    lose(nb, IDS[1])
    with pytest.raises(PublishError) as caught:
        WAYS[way](nb, tmp_path / "blog")
    said = str(caught.value)
    assert f"- {IDS[1]}: summary: a draft of it that no person has approved stands in a" in said
    assert f"- {IDS[1]}: takeaways: " in said
    assert f"- {IDS[0]}: " not in said
    assert shelf.published().empty


COPIES = {
    "a passage": "As I see it, a head from three photos by blending nine learned ones",
    "a near copy": "Light-Head rebuilds a face from three photos by blending nine templates!",
    "in other markup": "*Light-Head* <b>rebuilds</b> a **head** from `three` photos\nby nine",
    "with entities": "light&#45;head rebuilds a head&#32;from three pho&#8203;tos by nine",
    "a whole short answer": "- It runs three times faster.",
    "in a sentence": "People say that it runs three times faster, no less.",
    "a heading": "# Nine templates are enough for every face tested",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", COPIES)
def test_a_draft_of_any_paper_is_refused_wherever_it_stands(
    shelf: Library, tmp_path: Path, name: str, way: str
) -> None:
    """The paper need not be in the post, the language not the post's."""
    with pytest.raises(PublishError, match=r"- 2411.00003: (summary|takeaways): a draft of it"):
        WAYS[way](prose(shelf, COPIES[name]), tmp_path / "blog")


def test_a_draft_in_the_posts_title_is_refused(shelf: Library, tmp_path: Path) -> None:
    """Front matter is published too."""
    nb = prose(shelf, REMARK, description=ENGLISH["summary"][0])
    with pytest.raises(PublishError, match="- 2411.00003: summary: a draft of it"):
        export(nb, tmp_path / "blog", flavor="hexo")


def test_a_draft_that_an_approved_edit_replaced_is_refused(shelf: Library, tmp_path: Path) -> None:
    """What was signed is the edit: that may stand in a cell, the draft may not."""
    edit = "Light-Head 用加权混合从少量视角重建头像，速度较慢。"
    shelf.edit(IDS[0], "summary", [edit], language="zh")
    shelf.approve(IDS[0], language="zh", reason="a test")
    assert export(prose(shelf, edit), tmp_path / "blog", flavor="hexo")[0].is_file()
    with pytest.raises(PublishError, match=f"- {IDS[0]}: summary: a draft of it"):
        export(prose(shelf, samples.TEXTS["summary"][0]), tmp_path / "blog", flavor="hexo")


@pytest.mark.parametrize(
    "text",
    [
        f"The authors write: “{ABSTRACT}”",
        f"> {ABSTRACT.split('. ')[0]}.",
        "I like that it rebuilds heads from a handful of views by blending templates.",
        f"See {samples.paper(3).title}, and https://arxiv.org/abs/2411.00003.",
        "It runs, and nine templates are enough. Heads from photos; three times a week.",
        "今天读了一些关于头像重建的论文，需要很多时间。",
        "",
    ],
)
def test_a_persons_own_words_and_quotes_of_arxiv_go_out(
    shelf: Library, tmp_path: Path, text: str
) -> None:
    """Also where a draft copied the abstract."""
    written = export(prose(shelf, text), tmp_path / "blog", flavor="hexo")[0].read_text(
        encoding="utf-8"
    )
    assert text.split(" and ")[0][:20] in written


def test_the_abstract_as_an_answer_below_a_cards_headings_is_a_draft(
    shelf: Library, tmp_path: Path
) -> None:
    """A card of extracted sentences is told from a quote by its headings and its address."""
    nb = compose(replace(POST, papers=("2411.00004",), language="en"), shelf)
    cleaned(nb, "")
    with pytest.raises(PublishError, match=r"- 2411.00004: summary: a draft of it"):
        export(nb, tmp_path / "blog", flavor="hexo")


def test_a_draft_export_never_says_that_nothing_was_written(shelf: Library, tmp_path: Path) -> None:
    """Above a draft's words the banner names who wrote them and that no one approved them."""
    nb = compose(replace(POST, papers=("2411.00003",), language="en"), shelf)
    cleaned(nb, "")
    text = export(nb, tmp_path, draft=True, flavor="hexo")[0].read_text(encoding="utf-8")
    assert "The summaries below were written by tester-1, and not approved by a person." in text
    assert "no summary was written" not in text
    other = prose(shelf, ENGLISH["summary"][0])
    other.cells = [c for c in other.cells if role_of(c) != "card"]
    text = export(other, tmp_path, draft=True, flavor="hexo")[0].read_text(encoding="utf-8")
    assert "未生成任何总结" not in text


def test_a_notebook_without_any_marks_is_the_same_post(shelf: Library, tmp_path: Path) -> None:
    """Banner and notices are no one's prose: they are not published beside the true ones."""
    post = replace(POST, papers=IDS[:1], prose=REMARK)
    export(
        replace(post, date=datetime(2024, 11, 5)),
        tmp_path,
        library=shelf,
        record=True,
        flavor="hexo",
    )
    nb = compose(post, shelf)
    assert "notice" in map(role_of, nb.cells)
    nb.metadata["paperkit"]["post"]["repeats"] = True
    cleaned(nb, "")
    marked = export(replace(post, repeats=True), tmp_path / "marked", library=shelf, flavor="hexo")
    lost = export(nb, tmp_path / "lost", flavor="hexo")
    assert lost[0].read_bytes() == marked[0].read_bytes()


@pytest.mark.parametrize("signed_after", [False, True])
def test_an_approved_card_without_marks_is_a_card_again(
    shelf: Library, tmp_path: Path, signed_after: bool
) -> None:
    """Text, figures, banner and record are those of the card, the remark stands around it."""
    if signed_after:
        shelf.disapprove(IDS[0], language="zh")
    path = tmp_path / "post.ipynb"
    nb = compose(replace(POST, papers=IDS[:1]), shelf, path=path)
    if signed_after:
        shelf.approve(IDS[0], language="zh", reason=samples.REASON)
    marked = export(path, tmp_path / "marked", flavor="hexo")
    merged(nb, IDS[0])
    nbformat.write(nb, path)
    lost = export(path, tmp_path / "lost", record=True, flavor="hexo")
    assert [p.name for p in lost] == [p.name for p in marked]
    text = lost[0].read_text(encoding="utf-8")
    assert text.replace(f"{REMARK}\n\n", "").replace("\n\nIndeed.", "") == marked[0].read_text(
        "utf-8"
    )
    assert shelf.published()["id"].tolist() == [IDS[0]]
