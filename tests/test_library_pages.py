"""What tables ask of a library: windows of rows, order, counts, changes."""

from __future__ import annotations

import random
import shutil
import sqlite3
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.papers import Paper
from paperkit.queries import HAVE, SORTS, Query

WORDS = "neural avatar gaussian splatting diffusion Größe 头像 radiance field a b".split()
CATEGORIES = ("cs.CV", "cs.GR", "eess.IV", "math.GT")
COMMENTS = ("", "Accepted at CVPR 2024", "ACL findings", "oracle NeurIPS", "code github.com/a/b")


def paper(number: int, *, version: int = 1, chance: random.Random | None = None) -> Paper:
    draw = chance or random.Random(number)
    day = datetime(2022, 1, 1, tzinfo=UTC) + timedelta(days=draw.randrange(900))
    return Paper(
        id=f"{day:%y%m}.{number:05}",
        version=version,
        title=" ".join(draw.choices(WORDS, k=4)) + ("!" if version > 1 else ""),
        authors=tuple(f"Author {draw.choice('ABCDE')}{i}" for i in range(draw.randrange(1, 6))),
        abstract=" ".join(draw.choices(WORDS, k=12)),
        categories=tuple(draw.sample(CATEGORIES, k=draw.randrange(1, 3))),
        published=day,
        updated=day + timedelta(days=version - 1),
        comment=draw.choice(COMMENTS),
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Library:
    found = Library(tmp_path_factory.mktemp("built"))
    papers = [paper(n) for n in range(120)]
    found.add(papers[:70], topic="avatars")
    found.add(papers[50:], topic="radiance")
    ids = [p.id for p in papers]
    found.decide(ids[:30], "keep", tags=["good"])
    found.decide(ids[20:40], "skip", tags=["old", "dull"])
    found.decide(ids[5:8], "later", note="again")
    found.decide(ids[9], None)
    found.add([paper(n, version=2) for n in range(25, 33)])
    found.files.save_pdf(ids[3], b"%PDF-1.4")
    posted = pd.DataFrame({"version": 1, "topic": "x", "date": "2024-11-12"}, ids[24:28])
    found.publish(posted)
    frame = found.papers().head(60)
    found.score(frame.assign(score=[i % 7 / 7 for i in range(60)], why="alike"))
    return found


@pytest.fixture
def library(built, tmp_path) -> Library:
    return Library(shutil.copytree(built.path, tmp_path / "library"))


QUERIES = {
    "everything": Query(),
    "words": Query(text="neural ava"),
    "a phrase": Query(text='"neural avatar"'),
    "accents": Query(text="grosse"),
    "nothing": Query(text="zebra"),
    "only punctuation": Query(text="?!"),
    "topics": Query(topics=("avatars",)),
    "two topics": Query(topics=("avatars", "radiance")),
    "decisions": Query(decisions=("keep", "undecided")),
    "tags": Query(tags=("dull", "good")),
    "categories": Query(categories=("cs.GR",)),
    "venues": Query(venues=("CVPR", "ACL")),
    "has": Query(has=("code", "-update")),
    "pdf": Query(has=("pdf",)),
    "no pdf": Query(has=("-pdf",)),
    "published": Query(has=("published",)),
    "not published": Query(has=("-published", "-update")),
    "since": Query(since=date(2023, 2, 1)),
    "until": Query(until=date(2023, 2, 28)),
    "all at once": Query(
        text="neural",
        topics=("avatars",),
        decisions=("keep",),
        since=date(2022, 3, 1),
        sort=("-score", "title"),
    ),
    "by score": Query(sort=("-score", "-published")),
    "by score upwards": Query(sort=("score",)),
    "by title": Query(sort=("title",)),
    "by authors": Query(sort=("authors", "-updated")),
    "by decision": Query(sort=("decision", "-decided")),
    "by category and version": Query(sort=("category", "-version", "id")),
}


@pytest.mark.parametrize("name", QUERIES)
def test_the_catalog_and_the_database_agree(library, name):
    """`find` means the same papers in the same order as `papers`, which asks SQL alone."""
    query = QUERIES[name]
    assert library.index.ids(library.index.find(query).numbers) == list(library.papers(query).index)


@pytest.mark.parametrize("name", QUERIES)
def test_the_first_page_is_the_beginning_of_the_list(library, name):
    """`page` gives the first rows and the total, before any catalog was read."""
    rows, total = library.index.page(QUERIES[name], limit=7)
    expected = list(library.papers(QUERIES[name]).index)
    assert ([r["id"] for r in rows], total) == (expected[:7], len(expected))


def test_queries_by_id_take_thousands(library):
    """Ids are no SQL parameters each, of which SQLite takes a limited number."""
    known = list(library.papers().index)
    ids = tuple(known[:3]) + tuple(f"2501.{n:05}" for n in range(40_000))
    assert set(library.papers(Query(ids=ids)).index) == set(known[:3])
    assert library.index.find(Query(ids=ids)).total == 3


def test_a_row_is_light_and_leaves_out_what_is_empty(tmp_path):
    """A row holds what a table shows, authors cut short, days without time."""
    library = Library(tmp_path)
    library.add([paper(1)], topic="x")
    given = paper(1)
    assert library.index.rows([1]) == [
        {
            "num": 1,
            "id": given.id,
            "version": 1,
            "title": given.title,
            "authors": list(given.authors[:3]),
            "author_count": len(given.authors),
            "published": given.published.date().isoformat(),
            "updated": given.published.date().isoformat(),
            "categories": list(given.categories),
            "topics": ["x"],
        }
    ]


def test_rows_come_in_the_order_asked_for(library):
    """Unknown row numbers are left out."""
    assert [r["num"] for r in library.index.rows([7, 3, 9999, 5])] == [7, 3, 5]


def test_a_row_tells_of_decision_score_version_and_files(library):
    """What the library knows beyond arXiv stands in the row."""
    by_id = {r["id"]: r for r in library.index.rows(range(1, 121))}
    assert [by_id[paper(n).id].get("status") for n in (23, 24, 25, 30)] == [
        None, "published 2024-11-12", "v1→v2, published 2024-11-12", "v1→v2"
    ]  # fmt: skip
    assert "published" in by_id[paper(24).id]["has"]
    assert by_id[paper(3).id]["has"][0] == "pdf"
    assert (by_id[paper(5).id]["decision"], by_id[paper(5).id]["note"]) == ("later", "again")


def test_facets_count_what_choosing_would_give(library):
    """Each count equals the number of papers with that value and the query's other fields."""
    query = Query(topics=("avatars",), decisions=("keep",), venues=("CVPR", "ACL"))
    facets = library.index.find(query).facets
    for field in ("topics", "decisions", "tags", "categories", "venues"):
        for value, count in facets[field]:
            asked = Query.from_dict({**query.to_dict(), field: [value]})
            assert (field, value, count) == (field, value, len(library.papers(asked)))


def test_facets_of_has_and_months_count_too(library):
    """Files are counted within the query, months by the date of v1."""
    found = library.index.find(Query(topics=("avatars",)))
    frame = library.papers(topic="avatars")
    months = frame["published"].dt.strftime("%Y-%m").value_counts().sort_index()
    assert found.facets["months"] == list(months.items())
    code = len(library.papers(Query(topics=("avatars",), has=("code",))))
    assert dict(found.facets["has"]) == {
        "pdf": 1, "reading": 0, "digest": 0, "approved": 0, "code": code, "update": 8,
        "published": 4,
    }  # fmt: skip


def test_a_decision_by_another_connection_is_followed(library):
    """A second `Library` on the folder decides; the first one counts it at once."""
    before = dict(library.index.find(Query()).facets["decisions"])
    ids = list(library.papers(decision="undecided").index[:2])
    Library(library.path).decide(ids, "later", tags=["elsewhere"])
    found = library.index.find(Query())
    after = dict(found.facets["decisions"])
    assert after == {**before, "undecided": before["undecided"] - 2, "later": before["later"] + 2}
    assert ("elsewhere", 2) in found.facets["tags"]


def test_an_undo_is_followed(library):
    """Taking back a decision brings the counts back."""
    before = library.index.find(Query()).facets
    library.decide(list(library.papers(decision="undecided").index[:5]), "keep", tags=["new"])
    library.index.find(Query())
    library.undo()
    assert library.index.find(Query()).facets == before


def test_added_papers_topics_and_scores_are_followed(library):
    """The catalog is read again when papers, topics or scores came."""
    assert library.index.find(Query()).total == 120
    library.add([paper(200)], topic="fresh")
    library.score(library.papers().assign(score=0.25, why="x").head(121))
    found = library.index.find(Query(topics=("fresh",), sort=("-score", "id")))
    assert library.index.ids(found.numbers) == [paper(200).id]


def test_changes_name_the_papers_decided_since(library):
    """A head is given back to ask what came after it."""
    head, _ = library.index.changes()
    assert library.index.changes(head) == (head, [])
    library.decide([paper(100).id, paper(101).id], "keep")
    library.undo()
    later, numbers = library.index.changes(head)
    assert (later > head, numbers) == (True, library.index.numbers([paper(100).id, paper(101).id]))


def test_the_stamp_changes_with_every_write(library):
    """What was written a moment ago has no stamp yet; a later look has another one."""
    before = library.index.stamp()
    library.decide(paper(1).id, "skip")
    assert library.index.stamp() is None or library.index.stamp() != before


def test_versions_come_oldest_first(library):
    """Both versions of a changed paper are kept as they were."""
    changed = library.coverage.versions(paper(26).id)
    assert [(p.version, p.title) for p in changed] == [
        (1, paper(26).title),
        (2, paper(26, version=2).title),
    ]


def test_why_gives_the_score_and_its_reason(library):
    """A paper without a score has none."""
    ranked = library.papers().index[1]
    assert library.index.why(ranked) == (pytest.approx(1 / 7), "alike")
    assert library.index.why(library.papers().index[100]) == (None, "")


def test_a_view_is_remembered_by_name(library):
    """What a widget saves is there for the next library on the folder."""
    library.index.save_view("triage", {"query": {"text": "größe"}})
    assert Library(library.path).index.view("triage") == {"query": {"text": "größe"}}
    assert library.index.view("never") == {}


@pytest.mark.parametrize("name", ["", "../escape", "a/b", ".hidden"])
def test_a_view_never_leaves_its_folder(library, name):
    """Names that could be paths are refused."""
    with pytest.raises(PaperkitError, match="not a name for a view"):
        library.index.save_view(name, {})


def test_a_spoiled_view_is_an_empty_one(library):
    """A file that a crash or an editor spoiled costs the view, not the widget."""
    library.index.save_view("triage", {"a": 1})
    (library.path / "views" / "triage.json").write_text("{")
    assert library.index.view("triage") == {}


def test_an_unknown_venue_is_an_error():
    """Venues are a closed list: a misspelled one would silently match nothing."""
    with pytest.raises(PaperkitError, match="venues 'CPVR' is unknown"):
        Query(venues=("CPVR",))


def test_an_empty_library_has_empty_counts(tmp_path):
    """Nothing there is an answer, not an error."""
    found = Library(tmp_path).index.find(Query(text="x", sort=("-score", "title")))
    assert (found.total, found.facets["topics"], found.facets["months"]) == (0, [], [])


def test_a_row_survives_a_library_locked_by_a_writer(library):
    """Readers don't wait for a writer: the table moves while a batch writes."""
    db = sqlite3.connect(library.path / "library.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    try:
        assert len(library.index.rows([1, 2])) == 2
        assert library.index.find(Query()).total == 120
    finally:
        db.close()


EVERYTHING = st.builds(
    Query,
    text=st.sampled_from(
        ["", "neural", "ava rad", '"field a"', "grosse", "头像", "?!", "zebra", "b"]
    ),
    topics=st.lists(st.sampled_from(["avatars", "radiance"]), max_size=2),
    decisions=st.lists(st.sampled_from(["keep", "skip", "later", "undecided"]), max_size=2),
    tags=st.lists(st.sampled_from(["good", "old", "dull"]), max_size=2),
    categories=st.lists(st.sampled_from([*CATEGORIES, "cs"]), max_size=2),
    ids=st.lists(st.sampled_from([paper(n).id for n in (1, 5, 30)] + ["2411.09999"]), max_size=2),
    has=st.lists(st.sampled_from([*HAVE, *(f"-{h}" for h in HAVE)]), max_size=2),
    venues=st.lists(st.sampled_from(["CVPR", "ACL", "NeurIPS", "3DV"]), max_size=2),
    since=st.one_of(st.none(), st.dates(date(2022, 1, 1), date(2024, 7, 1)), st.just(date.min)),
    until=st.one_of(st.none(), st.dates(date(2022, 1, 1), date(2024, 7, 1)), st.just(date.max)),
    sort=st.lists(st.sampled_from([*SORTS, *(f"-{s}" for s in SORTS)]), max_size=3),
)


@given(query=EVERYTHING)
def test_any_query_means_the_same_to_both(built, query):
    """The columns in memory and SQL agree on which papers, in which order, and how many."""
    expected = list(built.papers(query).index)
    assert built.index.ids(built.index.find(query).numbers) == expected
    rows, total = built.index.page(query, limit=9)
    assert ([r["id"] for r in rows], total) == (expected[:9], len(expected))


def test_whoever_watches_is_told_of_each_decision(library):
    """Also of those another `Library` makes and of those taken back, until it stops."""
    told: list[list[str]] = []
    stop = library.index.watch(told.append)
    one, two = paper(1).id, paper(2).id
    Library(library.path).decide([one, two], "keep")
    library.tag(one, "x")
    library.undo()
    stop()
    library.decide(one, "skip")
    assert told == [[one, two], [one], [one]]


def test_a_watcher_that_fails_costs_no_decision(library):
    """Its error is a warning; the decision is saved."""

    def fail(ids):
        raise RuntimeError("no ranking")

    library.index.watch(fail)
    with pytest.warns(UserWarning, match="RuntimeError: no ranking"):
        library.decide(paper(1).id, "later")
    assert library.papers().loc[paper(1).id, "decision"] == "later"
