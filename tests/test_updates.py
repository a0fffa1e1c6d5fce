"""Updates over time: versions, write-ups that are outdated, and the calendar of days known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from paperkit.batch import update
from paperkit.batch.updates import refresh
from paperkit.digests import Answer as Said
from paperkit.digests import Digest, Statement
from paperkit.errors import PaperkitError, SourceError
from paperkit.library import Library
from paperkit.library.records import OUTCOMES
from paperkit.topics import Topic
from paperkit.trends import chart
from paperkit.widgets.triage import Triage
from tests.arxiv_samples import Archive, papers, served
from tests.conftest import make_paper
from tests.servers import Answer

TOPIC = Topic(name="T <b>", queries=("avatar",), max_age_days=20)
ID = "2411.20001"
FIRST = make_paper(ID, published="2024-11-20", title="Old title", abstract="We get 80 %.")
SECOND = make_paper(
    ID,
    2,
    published="2024-11-20",
    updated="2024-11-27",
    title="New title",
    abstract="We get 90 %.",
    comment="Accepted",
)


@pytest.fixture
def moved(library: Library) -> Library:
    """Return a library that saw v1, wrote about it, decided, and then got v2."""
    archive = Archive([FIRST, *papers(4)])
    with served(archive) as (client, _):
        update([TOPIC], library, client=client)
        library.decide(ID, "keep")
        written = Said(
            question="one_line", statements=(Statement("We get 80 %."),), at=datetime.now(UTC)
        )
        digest = Digest(paper_id=ID, version=1, outline="digest", language="en")
        library.drafts.save_answers(digest, [written])
        assert library.coverage.stale().empty
        archive.papers = [SECOND, *papers(4)]
        archive.now = archive.now.replace(day=29)
        report = update([TOPIC], library, client=client)
    assert report.loc["T <b>", ["new", "updated"]].tolist() == [0, 1]
    return library


SEEDS = """@article{a, title = {Gaussian splatting of heads},
  abstract = {We splat Gaussian heads from one photo, rigged by blendshapes.}}
"""


def test_a_new_librarys_first_table_is_sorted_by_what_one_reads(
    library: Library, tmp_path: Path
) -> None:
    """By a file of entries that are not on arXiv, without a click; decisions count beside it."""
    titles = ["Tea in Uji", "Gaussian heads by splatting", "Fields of view", "Rigged blendshapes"]
    found = [
        make_paper(f"2411.2000{n}", title=t, abstract=t, published="2024-11-20")
        for n, t in enumerate(titles)
    ]
    (tmp_path / "mine.bib").write_text(SEEDS, encoding="utf-8")
    with served(Archive(found)) as (client, _):
        assert Triage(library).query.sort == ("-published",)
        update([TOPIC], library, client=client, seeds=tmp_path / "mine.bib")
    shown = Triage(library)
    assert shown.query.sort == ("-score", "-published")
    assert shown.visible["title"].tolist()[0] == "Gaussian heads by splatting"
    library.decide("2411.20000", "keep")
    with served(Archive(found)) as (client, _):
        update([TOPIC], library, client=client, seeds=tmp_path / "mine.bib")
    assert library.papers("heads")["score"].notna().all()


def test_seeds_that_cannot_be_read_are_said_before_anything_is_asked(
    library: Library, tmp_path: Path
) -> None:
    """The file first; arXiv is not asked."""
    with served(Archive([FIRST])) as (client, server):
        with pytest.raises(SourceError, match=r"none\.bib"):
            update([TOPIC], library, client=client, seeds=tmp_path / "none.bib")
        assert server.asked == []


def test_a_new_version_updates_and_keeps_the_old_text(moved: Library) -> None:
    """It is the same paper, shown as changed."""
    assert moved.paper(ID) == SECOND
    assert moved.coverage.versions(ID) == [FIRST, SECOND]
    assert moved.papers().loc[ID, "status"] == "v1→v2"


def test_the_change_is_shown(moved: Library) -> None:
    """Field by field, what it was and what it is."""
    assert moved.coverage.version_changes(ID).to_dict("records") == [
        {"version": 2, "field": "title", "before": "Old title", "after": "New title"},
        {"version": 2, "field": "abstract", "before": "We get 80 %.", "after": "We get 90 %."},
        {"version": 2, "field": "comment", "before": "", "after": "Accepted"},
    ]
    assert moved.coverage.version_changes("2411.00001").empty


def test_a_write_up_of_an_older_version_is_stale(moved: Library) -> None:
    """Until there is one of the newest."""
    assert moved.coverage.stale().reset_index().to_dict("records") == [
        {"id": ID, "version": 2, "digest_version": 1, "approved": False}
    ]
    written = Said(question="one_line", statements=(Statement("x"),), at=datetime.now(UTC))
    moved.drafts.save_answers(
        Digest(paper_id=ID, version=2, outline="digest", language="en"), [written]
    )
    assert moved.coverage.stale().empty


def test_a_withdrawn_paper_is_recognized(library: Library) -> None:
    """By its comment, as arXiv has no other sign."""
    gone = make_paper(ID, published="2024-11-20", comment="This paper has been withdrawn.")
    with served(Archive([gone])) as (client, _):
        update([TOPIC], library, client=client)
    assert library.papers().loc[ID, "status"] == "withdrawn"


def test_a_record_that_arxiv_completed_is_counted_and_the_next_topic_asked(
    library: Library,
) -> None:
    """Of the days looked back at: a paper was accepted, and arXiv has its comment and DOI now."""
    archive, other = Archive([FIRST, *papers(4)]), Topic(name="U", queries=("x",), max_age_days=20)
    counts = ["outcome", "error", *OUTCOMES]
    with served(archive) as (client, _):
        update([TOPIC], library, client=client)
        archive.papers = [replace(FIRST, comment="Accepted at CVPR"), *papers(4)]
        archive.now = archive.now.replace(day=29)
        report = update([TOPIC, other], library, client=client)
    assert report.loc["T <b>", counts].tolist() == ["updated", "", 0, 0, 1, 0]
    assert report.loc["U", counts].tolist() == ["updated", "", 0, 0, 0, 1]
    assert library.paper(ID).comment == "Accepted at CVPR"


@pytest.mark.parametrize("fault", [OSError("disk full"), KeyError("x"), PaperkitError("x: no.")])
def test_a_topic_whose_papers_cannot_be_added_stops_no_other(
    library: Library, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """Whatever goes wrong is its row of the report."""
    real, other = Library.add, Topic(name="U", queries=("x",), max_age_days=20)

    def add(self: Library, found: Any, *, topic: str) -> Any:
        if topic == TOPIC.name:
            raise fault
        return real(self, found, topic=topic)

    monkeypatch.setattr(Library, "add", add)
    with served(Archive([FIRST])) as (client, _):
        report = update([TOPIC, other], library, client=client)
    assert list(report["outcome"]) == ["failed", "updated"]
    assert str(fault) in report.loc["T <b>", "error"]
    assert report.loc["U", "new"] == 1


def test_an_outcome_without_a_column_ends_no_update(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names are the library's; one more of them keeps the report and the next topic."""
    real = Library.add

    def add(self: Library, found: Any, *, topic: str) -> Any:
        return real(self, found, topic=topic).assign(outcome="merged")

    monkeypatch.setattr(Library, "add", add)
    with served(Archive([FIRST])) as (client, _):
        report = update([TOPIC, replace(TOPIC, name="U")], library, client=client)
    assert list(report["outcome"]) == ["updated", "updated"]
    assert list(report.columns) == ["outcome", "error", *OUTCOMES]


def test_new_versions_of_old_papers_are_asked_for_by_id(library: Library) -> None:
    """A search by days would never find them."""
    newer = make_paper("math/0309136", 2, published="2003-09-08", title="A better theorem")
    known = library.paper("2411.00001")
    with served(Archive([known, newer])) as (client, server):
        report = refresh(["2411.00001", "math/0309136"], library, client=client)
    assert report["outcome"].to_dict() == {"2411.00001": "known", "math/0309136": "updated"}
    assert library.paper("math/0309136") == newer
    assert len(server.asked) == 1
    assert refresh(library.papers(decision="keep"), library, client=client).empty


def test_a_paper_arxiv_lacks_keeps_no_other_from_being_refreshed(library: Library) -> None:
    """What came is added before the error."""
    newer = make_paper("2411.00001", 2, published="2024-11-01", title="Faster avatars")
    with (
        served(Archive([newer])) as (client, _),
        pytest.raises(SourceError, match=r"^2411\.00002: arXiv has no such paper"),
    ):
        refresh(library.papers(), library, client=client)
    assert library.paper("2411.00001") == newer


@pytest.fixture
def gappy(library: Library) -> Library:
    """Return a library whose first update broke off after ten papers, one of them unusable."""
    found = papers(25, first="2024-11-11")
    archive = Archive(found, changed={found[3].id: {"authors": ""}})
    archive.fault = lambda question, page: Answer(b"", 503) if question.start == 10 else None
    with served(archive) as (client, _):
        update([TOPIC], library, client=client)
    return library


def test_coverage_is_drawn_as_a_calendar(gappy: Library) -> None:
    """A cell per day with its state, and words for those who listen."""
    drawn = chart(gappy.coverage(TOPIC))
    cells = {row["day"]: (row["state"], row["text"]) for row in drawn.spec["data"]["values"]}
    assert cells["2024-11-23"] == ("complete", "1")
    assert cells["2024-11-21"] == ("papers missing", "?")
    assert cells["2024-11-25"] == ("complete, no paper", "")
    assert cells["2024-11-28"] == ("not all announced yet", "…")
    assert drawn.title == "Days known of T <b>"
    assert "Papers are missing of 2024-11-08, 2024-11-09" in drawn.alt
    assert drawn.image("svg").startswith(b"<svg")


def test_a_coverage_of_nothing_is_drawn_too(library: Library) -> None:
    """Words instead of an empty frame."""
    assert chart(library.coverage("none")).alt == "Days known: none."


def test_the_ledger_lists_every_asking(gappy: Library) -> None:
    """With arXiv's count, what came, what can't be used, and why."""
    (row,) = gappy.coverage.requests(TOPIC).to_dict("records")
    assert (row["promised"], row["got"], row["missing"]) == (25, 9, 16)
    assert row["lost"] == {"2411.21022": "no authors"}
    assert row["why"].startswith("arXiv: HTTP 503, after 3 tries")
    assert len(gappy.coverage.requests()) == 1
    assert gappy.coverage.requests("other").empty
