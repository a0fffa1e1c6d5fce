"""The words of a post: evidence beside them, answers side by side, pictures and citations."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from paperkit.digests import Answer, Digest, Evidence, Statement
from paperkit.errors import PaperkitError, PublishError
from paperkit.library import Library
from paperkit.outlines import DIGEST
from paperkit.posts import Post, compose, export
from tests import posts_samples as samples

IDS = ("2411.00001", "2411.00002")
POST = Post(topic="Avatars", date=datetime(2024, 11, 12), papers=IDS, language="en")
SAID: dict[str, list[tuple[str, int | None]]] = {
    "summary": [("Light-Head fits heads from few views.", None)],
    "takeaways": [("It runs 3 times faster.", 6), ("It needs $P(a|b)$ only.", 2)],
    "approach": [("A network predicts weights.", 3), ("Templates are blended.", 4)],
}


def said(paper: str) -> Digest:
    """Return a digest whose statements rest on pages of the PDF."""
    answers = tuple(
        Answer(
            question=key,
            model="tester-1",
            at=samples.AT,
            statements=tuple(
                Statement(t, (Evidence(f"Quote <b>: {t}", "Method", page),)) for t, page in texts
            ),
        )
        for key, texts in SAID.items()
    )
    return Digest(paper_id=paper, version=1, outline="digest", language="en", answers=answers)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return the library that each test gets a copy of: two approved papers in English."""
    library = samples.small(tmp_path_factory.mktemp("model"), figures=0)
    for paper in IDS:
        library.drafts.save_answers(replace(said(paper), answers=()), said(paper).answers)
        library._sign(
            paper, DIGEST, language=None, by="Ana Ruiz", reason="a test", among=None, origin="click"
        )
    return library


@pytest.fixture
def shelf(model: Library, tmp_path: Path) -> Library:
    """Return a library of its own."""
    shutil.copytree(model.path, tmp_path / "shelf")
    return Library(tmp_path / "shelf")


def written(shelf: Library, folder: Path, cells: Sequence[str] = (), **stated: Any) -> str:
    """Return the text of a post with further cells, in the flavor stated."""
    flavor = stated.pop("flavor", "hexo")
    nb = compose(replace(POST, **stated), shelf)
    nb.cells += [new_markdown_cell(text) for text in cells]
    return export(nb, folder, flavor=flavor, library=shelf)[0].read_text(encoding="utf-8")


# Evidence


@pytest.mark.parametrize("flavor", samples.MARKDOWN)
def test_each_statement_leads_to_the_page_it_rests_on(
    shelf: Library, tmp_path: Path, flavor: str
) -> None:
    """Of the version written about; the abstract needs no link, it stands above."""
    text = written(shelf, tmp_path, flavor=flavor)
    pdf = "https://arxiv.org/pdf/2411.00001v1"
    assert f"- It runs 3 times faster. [p. 6]({pdf}#page=6)\n" in text
    assert (
        f"A network predicts weights. [p. 3]({pdf}#page=3) Templates are blended. "
        f"[p. 4]({pdf}#page=4)\n" in text
    )
    assert "Light-Head fits heads from few views.\n" in text
    assert "#page=" not in written(shelf, tmp_path / "none", flavor=flavor, evidence="none")


@pytest.mark.parametrize(
    ("page", "anchor", "link"),
    [
        (0, "S4.p2", " [¶ S4.p2](https://arxiv.org/html/2411.00001v1#S4.p2)"),
        (3, "S4.p2", " [p. 3](https://arxiv.org/pdf/2411.00001v1#page=3)"),
        (0, "S4)[x](javascript:y", ""),
    ],
)
def test_where_there_is_no_page_a_statement_leads_to_the_paragraph(
    shelf: Library, tmp_path: Path, page: int, anchor: str, link: str
) -> None:
    """Of arXiv's HTML; an id that is more than an id leads nowhere."""
    passage = Evidence("It runs 5 times faster.", "Results", page, anchor=anchor)
    statement = Statement("It runs 5 times faster.", (passage,))
    answer = Answer(question="takeaways", statements=(statement,), origin="person", at=samples.AT)
    shelf.drafts.save_answers(replace(said(IDS[0]), answers=()), [answer])
    shelf.approve(IDS[0], by="Ana Ruiz", reason="a test")
    assert f"- It runs 5 times faster.{link}\n" in written(shelf, tmp_path)


@pytest.mark.parametrize("flavor", samples.MARKDOWN)
def test_quotes_stand_in_a_folded_list(shelf: Library, tmp_path: Path, flavor: str) -> None:
    """Each with its place, as text."""
    text = written(shelf, tmp_path, flavor=flavor, evidence="quotes")
    block = text.partition("What this rests on")[2].partition("## Light-Head")[0]
    assert block.count("&lt;b&gt;") == 5
    assert block.count("https://arxiv.org/pdf/2411.00001v1#page=") >= 4
    assert "<b>" not in text


def test_a_notebooks_cards_have_no_links_to_edit_around(shelf: Library) -> None:
    """What is approved is the words; the pages are put beside them on the way out."""
    assert all("#page=6" not in c.source for c in compose(POST, shelf).cells)


def test_an_unknown_kind_of_evidence_lists_the_known_ones() -> None:
    """When the post is made."""
    with pytest.raises(PaperkitError, match="evidence 'all'; use links, quotes, none"):
        replace(POST, evidence="all")


# Answers side by side


@pytest.mark.parametrize("flavor", samples.MARKDOWN)
def test_answers_stand_side_by_side(shelf: Library, tmp_path: Path, flavor: str) -> None:
    """A row per paper, before the first card, with the same marks; no formula ends a cell."""
    text = written(shelf, tmp_path, flavor=flavor, table=("summary", "takeaways"))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows[:2] == ["| Paper | Summary | Key Takeaways |", "| --- | --- | --- |"]
    assert len(rows) == 4
    assert all(row.count("|") == 4 for row in rows)
    assert "[p. 6](https://arxiv.org/pdf/2411.00001v1#page=6)" in rows[2]
    assert text.index(rows[0]) < text.index("## Light-Head")


def test_a_table_is_under_the_gate(shelf: Library, tmp_path: Path) -> None:
    """And a question that the outline has not is an error when the post is made."""
    shelf.disapprove(IDS[1], language="en")
    with pytest.raises(PublishError, match=r"2411\.00002: approval"):
        written(shelf, tmp_path, table=("summary",))
    with pytest.raises(PaperkitError, match="no question 'metric'"):
        replace(POST, table=("metric",))


# A person's own cells: citations and pictures


def test_a_paper_is_cited_as_one_writes(shelf: Library, tmp_path: Path) -> None:
    """By ``@id`` or by its address; a list stands at the end; code and addresses stay."""
    shelf.add([samples.paper(7, authors=["Ada Byron", "Bo Li"], title="On <Engines>")])
    cell = "See @2411.00007 and https://arxiv.org/abs/2411.00001v1, `@2411.00007`, a@2411.00009."
    text = written(shelf, tmp_path, [cell])
    link = "[Byron and Li 2024](https://arxiv.org/abs/2411.00007v1)"
    assert (
        f"See {link} and https://arxiv.org/abs/2411.00001v1, `@2411.00007`, a@2411.00009." in text
    )
    assert text.partition("## References\n\n")[2].splitlines() == [
        "- Ada Byron, Bo Li: [On &lt;Engines&gt;](https://arxiv.org/abs/2411.00007v1), 2024",
        "- Ana Ruiz, Jörg Weiß, 李雷: [Light-Head: Avatars from $n&#95;&#123;1&#125;$ Views]"
        "(https://arxiv.org/abs/2411.00001v1), 2024",
    ]


def test_an_unknown_citation_is_named(shelf: Library, tmp_path: Path) -> None:
    """It blocks, with what to do."""
    with pytest.raises(PublishError, match=r"2411\.00099: cited: it is not in the library\. Add"):
        written(shelf, tmp_path, ["As @2411.00099 shows."])


PICTURES = (
    "![a](figures/plot.png)",
    "![a](<figures/my plot.png>)",
    "![a](figures/my%20plot.png)",
    '<img src="figures/plot.png">',
    '![a](figures/plot.png "A title")',
)


@pytest.mark.parametrize("cell", PICTURES)
@pytest.mark.parametrize("flavor", ["hexo", "myst"])
def test_pictures_beside_the_notebook_come_along(
    shelf: Library, tmp_path: Path, flavor: str, cell: str
) -> None:
    """Stored with the post's figures under a name of their own, and linked there."""
    place = tmp_path / "work" / "figures"
    place.mkdir(parents=True)
    (place / "plot.png").write_bytes(samples.png(shade=1))
    (place / "my plot.png").write_bytes(samples.png(shade=2))
    nb = compose(POST, shelf, path=tmp_path / "work" / "post.ipynb")
    nb.cells.append(new_markdown_cell(f"{cell} and `{cell}`"))
    nbformat.write(nb, tmp_path / "work" / "post.ipynb")
    text, *files = export(tmp_path / "work" / "post.ipynb", tmp_path / "site", flavor=flavor)
    stored = [f for f in files if f.name.startswith("image-")]
    assert len(stored) == 1
    body = text.read_text(encoding="utf-8")
    assert stored[0].name in body
    assert f"`{cell}`" in body


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("![a](figures/gone.png)", "figures/gone.png: picture: is not there"),
        ("![a](../secret.png)", r"\.\./secret.png: picture: lies outside"),
        ("![a](attachment:gone.png)", "attachment:gone.png: picture: is not attached"),
    ],
)
def test_a_picture_that_is_not_there_is_refused_by_name(
    shelf: Library, tmp_path: Path, cell: str, why: str
) -> None:
    """No reader meets an empty frame; addresses elsewhere are left alone."""
    with pytest.raises(PublishError, match=why):
        written(shelf, tmp_path, [cell])
    kept = "![a](https://a.example/x.png) ![b](/images/x.png)"
    assert kept in written(shelf, tmp_path, [kept])


def test_half_a_character_is_refused(shelf: Library, tmp_path: Path) -> None:
    """With the words before it, instead of a codec's error."""
    with pytest.raises(PublishError, match="behind 'Mine: ' stands half a character"):
        written(shelf, tmp_path, ["Mine: \ud800"])


def test_cells_that_are_tagged_stay_behind(shelf: Library, tmp_path: Path) -> None:
    """``remove-cell``, ``remove-output`` and ``#| include: false``; GIF and WebP come along."""
    image = {"image/gif": base64.b64encode(b"GIF89a").decode()}
    shown = new_output("display_data", data=image)
    nb = compose(POST, shelf)
    nb.cells += [
        new_code_cell("a", outputs=[shown]),
        new_code_cell("b", outputs=[shown], metadata={"tags": ["remove-output"]}),
        new_code_cell("#| include: false\nc", outputs=[shown]),
        new_markdown_cell("Mine alone.", metadata={"tags": ["remove-cell"]}),
    ]
    text = export(nb, tmp_path, flavor="hexo", library=shelf)[0].read_text(encoding="utf-8")
    assert len(re.findall(r"chart-\w+\.gif", text)) == 1
    assert "Mine alone." not in text


SHOWN = {
    "hexo": '<img src="/images/Avatars/{name}" alt="A &#39;plot&#39;" width="320">',
    "hugo": '{{{{< figure src="{name}" alt=`A \'plot\'` width="320" >}}}}',
    "quarto": "![A \\'plot\\']({name}){{width=\"320px\"}}",
    "myst": "```{{image}} 2024-11-12_files/{name}\n:alt: A 'plot'\n:width: 320px\n```",
}


@pytest.mark.parametrize("flavor", SHOWN)
def test_a_sharp_image_is_as_wide_as_the_notebook_shows_it(
    shelf: Library, tmp_path: Path, flavor: str
) -> None:
    """An image for a sharp screen has twice the pixels of its width."""
    data = {"image/png": base64.b64encode(samples.png()).decode()}
    told = {"image/png": {"width": 320, "height": 240}, "alt": "A 'plot'"}
    nb = compose(POST, shelf)
    nb.cells.append(new_code_cell("a", outputs=[new_output("display_data", data, metadata=told)]))
    text, *files = export(nb, tmp_path, flavor=flavor, library=shelf)
    name = next(f.name for f in files if f.name.startswith("chart-"))
    assert SHOWN[flavor].format(name=name) in text.read_text(encoding="utf-8")


def test_an_output_that_is_no_image_is_named(shelf: Library, tmp_path: Path) -> None:
    """A table stays out of the post, and the warning says what to do; widgets are passed over."""
    nb = compose(POST, shelf)
    table = new_output("execute_result", data={"text/html": "<table>", "text/plain": "x"})
    nb.cells.append(new_code_cell("papers.head()", outputs=[table]))
    with pytest.warns(UserWarning, match=r"cell 'papers.head\(\)': its output \(text/html\) is no"):
        export(nb, tmp_path, flavor="hexo", library=shelf)


# paperkit's own words


def test_who_signed_is_said_and_a_script_is_no_person(shelf: Library, tmp_path: Path) -> None:
    """A click is a person's; code signs as a script, unless it confirms a click."""
    banner = r"written by tester-1, and approved by a person \(last on [\d-]+\)\. They may"
    assert re.search(banner, written(shelf, tmp_path / "a"))
    shelf.approve(IDS[0], by="An Agent", reason="again")
    assert re.search(banner, written(shelf, tmp_path / "b"))
    shelf.disapprove(IDS[0])
    shelf.approve(IDS[0], by="An Agent", reason="again")
    mixed = "approved by a person, 1 of 2 in a script by An Agent (last on"
    assert mixed in written(shelf, tmp_path / "c")


def test_the_signer_is_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No login stands in for a name; who signed last signs on."""
    monkeypatch.delenv("PAPERKIT_NAME")
    library = samples.small(tmp_path / "fresh", signed=False)
    with pytest.raises(PaperkitError, match="no name to approve with; say who you are"):
        library.approve(IDS[0], reason="a test")
    library.approve(IDS[0], by="Ana Ruiz", reason="a test")
    approval = library.approve(IDS[1], reason="a test").approval
    assert approval is not None
    assert (approval.by, approval.origin) == ("Ana Ruiz", "script")


def test_switches_leave_lines_out(shelf: Library, tmp_path: Path) -> None:
    """In Post or typed into the front matter cell; who wrote and signed is always said."""
    text = written(shelf, tmp_path / "a")
    lines = ("Not for serious scholarly use", "Made with", "Not covered here")
    assert all(line in text for line in lines)
    off = {"missing": False, "disclaimer": False, "credit": False}
    text = written(shelf, tmp_path / "b", **off)
    assert not any(line in text for line in lines)
    assert "written by tester-1" in text
    nb = compose(POST, shelf)
    nb.cells[0].source = nb.cells[0].source.replace("\n---", "\ncredit: false\n---", 1)
    typed = export(nb, tmp_path / "c", flavor="hexo", library=shelf)[0].read_text(encoding="utf-8")
    assert "Made with" not in typed


@pytest.mark.parametrize("flavor", samples.MARKDOWN)
def test_headings_and_names_stand_once(shelf: Library, tmp_path: Path, flavor: str) -> None:
    """The theme's title is the page's one H1; the deep reading repeats no heading, no authors."""
    text = written(shelf, tmp_path, flavor=flavor, papers=IDS[:1])
    is_own = flavor in ("hexo", "blog-markdown")
    assert bool(re.search(r"(?m)^# 2024-11-12 Update$", text)) == is_own
    assert len(re.findall(r"(?m)^(?:\*\*|### )Summary", text)) == 1
    assert "### In detail" in text
    assert text.count("Jörg Weiß") == 1
    assert "  " not in re.search(r"(?m)^description:.*$", text)[0]  # type: ignore[index]


def test_an_edited_banner_says_why_it_is_not_kept(shelf: Library, tmp_path: Path) -> None:
    """Who wrote and who signed is no one's to edit; words typed below it stay as they were."""
    path = tmp_path / "post.ipynb"
    nb = compose(POST, shelf, path=path)
    nb.cells[1].source = nb.cells[1].source.replace("tester-1", "a professor") + "\n\nMine."
    nbformat.write(nb, path)
    said = [c.source for c in compose(POST, shelf, path=path).cells]
    assert said[1].startswith("> ✋ banner: The next cell says who wrote and who signed")
    assert "written by tester-1" in said[2]
    assert said[3] == "Mine."
    assert not any("✋ banner" in c.source for c in compose(POST, shelf, path=path).cells)
