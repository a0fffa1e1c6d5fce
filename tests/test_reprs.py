"""Reprs: what a cell shows of a value is short, whole where it matters, and inert."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import nbformat

from paperkit import Library, Post, Query, Topic, compose, export, read, summarize
from paperkit.frames import Report, table
from paperkit.models import Extractive
from paperkit.outlines import DIGEST
from paperkit.readings import Paragraph, Reading, Section
from paperkit.reprs import card
from tests.conftest import make_paper

EVIL = "<img src=x onerror=alert(1)>"
COLUMNS = {"outcome": "str", "error": "str"}
BOX = (1.0, 2.0, 3.0, 4.0)
READING = Reading(
    title="Slow ions " + EVIL,
    page_count=3,
    reader="1",
    paragraphs=tuple(Paragraph("We do. " * 500, 1, BOX) for _ in range(50)),
    sections=(Section(f"A trap {EVIL}", 2, 2, "1"),),
    warnings=(EVIL,),
)


def test_values_say_what_they_are_in_a_line() -> None:
    """Each as long as a line, however much it holds."""
    assert repr(READING) == (
        "Reading('Slow ions <img src=x onerror=alert(1)>', 3 pages, 1 section, 1 warning)"
    )
    assert repr(make_paper("2411.00001", version=2, title="Fast avatars")) == (
        "Paper('2411.00001v2', 'Fast avatars', Ada Lovelace + 1, 2024-11-07)"
    )
    assert repr(Query(text="ions", topics=["A"])) == (
        "Query(text='ions', topics=['A'], sort=['-published'])"
    )
    assert repr(Topic(name="NeRF", queries=["a", "b"], categories=["cs.CV"])) == (
        "Topic('NeRF', a or b, cs.CV)"
    )
    post = Post(topic="Avatars", date="2026-06-30", papers=["2411.00001"])
    assert repr(post) == "Post('Avatars', 2026-06-30 00:00, 1 paper, en)"


def test_a_digest_says_who_wrote_and_who_signed(library: Library) -> None:
    """The line of its paper, its answers, its models and its signature."""
    summarize(["2411.00001"], library)
    digest = library.digest("2411.00001")
    assert re.fullmatch(
        r"Digest\('2411.00001v1', digest in en, \d+ answers, by extractive, not approved\)",
        repr(digest),
    )
    signed = library.approve("2411.00001", by="Ana", reason="looked at")
    assert "approved by Ana" in repr(signed)


def test_nothing_from_outside_is_markup(library: Library) -> None:
    """In no card of any value."""
    paper = make_paper(title=EVIL, authors=[EVIL], abstract=EVIL, comment=EVIL)
    library.add([paper], topic=EVIL)
    summarize([paper.id], library)
    digest = library.digest(paper.id)
    values = [
        READING, paper, library, DIGEST, digest, Topic(name=EVIL, queries=[EVIL]),
        Post(topic=EVIL, date="2026-06-30", title=EVIL, author=EVIL),
        Report(table([{"id": EVIL, "outcome": "failed", "error": EVIL}], COLUMNS)),
    ]  # fmt: skip
    for value in values:
        assert "<img" not in value._repr_html_()
    assert "&lt;img" in paper._repr_html_()
    assert 'href="https://arxiv.org/abs/2411.05184v1"' in paper._repr_html_()
    assert "<a" not in card("x", url="javascript:alert(1)")
    assert len(replace(READING, warnings=())._repr_html_()) < 1_000


def test_a_query_is_a_card_of_what_it_narrows_by() -> None:
    """Words first, then each field that says something; all of it escaped."""
    query = Query(text=EVIL, decisions=["keep"], answers={"task": "=yes"}, sort=["-score", "id"])
    shown = re.sub(r"<[^>]+>", " ", query._repr_html_())
    assert " ".join(shown.split()) == (
        "&lt;img src=x onerror=alert(1)&gt; decisions: keep answers: task =yes "
        "outline: digest sorted by: score (descending), id"
    )


def test_a_digest_is_a_card_with_the_headings_of_its_language(library: Library) -> None:
    """Of one's own outline, which a digest does not know, the keys."""
    summarize(["2411.00001"], library, Extractive())
    digest = library.digest("2411.00001")
    assert ">Key Takeaways:<" in digest._repr_html_()
    assert ">takeaways:<" in replace(digest, outline="mine")._repr_html_()
    assert ">takeaways:<" not in replace(digest, language="zh")._repr_html_()


def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    """The next step instead of a zero."""
    assert "Nothing here yet" in Library(tmp_path / "new")._repr_html_()


def test_a_report_counts_what_was_known_and_cuts_no_error(library: Library) -> None:
    """What one has to look at is in sight, with the whole remedy."""
    again = library.add(library.papers())
    assert repr(again) == "3 rows: 3 known"
    assert "<table" not in again._repr_html_()
    report = read(["2411.00001"], library, download=False)
    assert repr(report).startswith("1 row: 1 abstract only\n")
    assert report["reason"].item() in repr(report)
    assert library.paper("2411.00001").title in report._repr_html_()
    long = "x" * 400 + " try again."
    rows = [{"id": "a", "outcome": "failed", "error": long}, {"id": "b", "outcome": "known"}]
    made = Report(table(rows, COLUMNS))
    assert long in made._repr_html_()
    assert long in repr(made)
    assert made[["error"]].columns.tolist() == ["error"]
    told = Report(table([{"id": "a", "outcome": "read", "error": ""}], COLUMNS))._repr_html_()
    assert ">error<" not in told  # no row says anything there
    assert ">outcome<" in told
    assert repr(made[["error"]]).count(long) == 1


def test_a_post_says_where_it_went(tmp_path: Path) -> None:
    """Compose and export: one line each; the values stay what they were."""
    library = Library.sample(tmp_path / "library")
    summarize(["1911.02782"], library)
    library.approve("1911.02782", by="Ana", reason="looked at")
    post = Post(topic="Avatars", date="2026-06-30", papers=["1911.02782"])
    path = tmp_path / "a.post.ipynb"
    notebook = compose(post, library, path=path)
    assert repr(notebook) == f"written {path}: 1 card"
    assert notebook == nbformat.read(path, 4)
    written = export(path, tmp_path / "blog", flavor="hexo")
    assert isinstance(written, list)
    assert repr(written) == f"written {written[0]}"
