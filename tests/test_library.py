"""The library: one folder that remembers, and forgets nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from paperkit.digests import Answer, Digest, Statement
from paperkit.errors import PaperkitError, PublishError
from paperkit.frames import COLUMNS, from_frame, to_frame
from paperkit.library import Library, schema
from paperkit.queries import Query
from paperkit.readings import Reading
from tests.conftest import make_paper

HOSTILE = "<img src=x onerror=alert(1)>: {{7*7}} {% raw %} $x_{i}$ a/b"
AT = datetime(2024, 11, 12, tzinfo=UTC)


def test_a_paper_is_added_once(library: Library) -> None:
    """The report says what was new; a known paper changes nothing."""
    report = library.add(
        to_frame([make_paper("2411.00001", published="2024-11-01"), make_paper("2411.00009")])
    )
    assert report["outcome"].to_dict() == {"2411.00001": "known", "2411.00009": "new"}
    assert library.paper("2411.00001").title == "Fast avatars"


def test_a_version_is_completed_by_what_another_source_says(library: Library) -> None:
    """Empty fields are filled, arXiv's three changing ones follow; the text stays as it was."""
    bare = make_paper("2411.00007", title="From a .bib", abstract="", published="2024-11-01")
    library.add([bare])
    told = make_paper(
        "2411.00007", title="From arXiv", doi="10.1/x", comment="CVPR", published="2024-11-07"
    )
    assert library.index.find(Query(venues=("CVPR",))).total == 0
    assert library.add([told])["outcome"].tolist() == ["completed"]
    expected = {"abstract": told.abstract, "doi": "10.1/x", "comment": "CVPR"}
    days = {"published": told.published, "updated": told.updated}
    assert library.paper("2411.00007") == replace(bare, **expected, **days)
    assert library.coverage.versions("2411.00007") == [library.paper("2411.00007")]
    assert library.index.find(Query(venues=("CVPR",))).total == 1
    assert "2411.00007" in library.papers("FPS GPU").index
    assert library.add([told])["outcome"].tolist() == ["known"]


def test_arxiv_is_the_authority_for_its_own_version(library: Library) -> None:
    """A file's record is corrected by arXiv's, never the other way; a person's words stay."""
    of_file = make_paper(
        "2411.00007", title="a Title from a .bib", authors=["A. L."], categories=["cs"],
        doi="10.1/wrong", published="2024-11-01",
    )  # fmt: skip
    frame = to_frame([of_file])
    frame.attrs["source"] = "file"
    library.add(frame)
    library.decide("2411.00007", "keep", tags=["mine"], note="Read this")
    own = to_frame([make_paper("2411.00007", title="From arXiv", published="2024-11-07")])
    own.attrs["source"] = "arxiv"
    assert library.add(own)["outcome"].tolist() == ["completed"]
    assert library.add(frame)["outcome"].tolist() == ["known"]
    assert library.add(own)["outcome"].tolist() == ["known"]
    (told,) = from_frame(own)
    assert library.paper("2411.00007") == told
    assert library.coverage.versions("2411.00007") == [told]
    row = library.papers("From arXiv").loc["2411.00007"]
    assert (row["decision"], row["tags"], row["note"]) == ("keep", ("mine",), "Read this")
    changed = library.coverage.version_changes("2411.00007").set_index("field")
    assert changed.loc["title", ["version", "before", "after"]].tolist() == [
        1,
        "a Title from a .bib",
        "From arXiv",
    ]
    assert "doi" in changed.index


@pytest.mark.parametrize(
    "text",
    [
        "2411.00001",
        "arXiv:2411.00001v3 [cs.CV]",
        "https://arxiv.org/pdf/2411.00001v1.pdf",
        "https://doi.org/10.48550/arXiv.2411.00001",
        "10.1109/CVPR.2024.1",
        "https://doi.org/10.1109/cvpr.2024.1",
        "doi:10.1109/CVPR.2024.1",
    ],
)
def test_what_one_has_in_hand_finds_its_paper(library: Library, text: str) -> None:
    """An id, an address or a DOI, in a table's search as in `papers` and `paper`."""
    library.add([make_paper("2411.00001", title="Fast avatars", doi="10.1109/CVPR.2024.1")])
    assert list(library.papers(text).index) == ["2411.00001"]
    found = library.index.find(Query(text=text))
    assert library.index.ids(found.numbers) == ["2411.00001"]
    assert library.index.page(Query(text=text))[1] == 1
    assert library.paper(text).id == "2411.00001"


def test_several_ids_are_several_papers(library: Library) -> None:
    """Pasted with commas or spaces; one that the library lacks is not found."""
    pasted = "2411.00001, arXiv:math/0309136 2411.99999"
    assert set(library.papers(pasted).index) == {"2411.00001", "math/0309136"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"topic": "Test"}, "topic 'Test': not in this library; use 'test'"),
        ({"topic": "zzz"}, "topic 'zzz': not in this library; there are 'test'"),
        ({"query": Query(tags=("to read",))}, "tag 'to read': .* use 'to-read'"),
    ],
)
def test_an_unknown_topic_or_tag_names_the_near_ones(
    library: Library, options: dict[str, Any], message: str
) -> None:
    """It is an error and no empty frame."""
    library.tag("2411.00001", "to-read")
    with pytest.raises(PaperkitError, match=message):
        library.papers(**options)
    assert len(library.papers(Query(tags=("to-read",)))) == 1


def test_a_new_version_updates_its_paper(library: Library) -> None:
    """v2 is the same row, shown as v1→v2 once decided; v1 does not come back."""
    library.decide("2411.00001", "keep")
    report = library.add([make_paper("2411.00001", 2, title="Faster avatars")])
    assert report.loc["2411.00001"].to_dict() == {
        "outcome": "updated",
        "title": "Faster avatars",
        "version": 2,
    }
    assert library.papers("faster").loc["2411.00001", "status"] == "v1→v2"
    assert len(library.papers("fast")) == 1
    library.add([make_paper("2411.00001", 1, title="Fast avatars")])
    assert library.paper("2411.00001").title == "Faster avatars"
    library.decide("2411.00001", "keep")
    assert library.papers("faster").loc["2411.00001", "status"] == ""


def test_nothing_of_a_bad_batch_is_added(library: Library) -> None:
    """All papers or none."""
    frame = to_frame([make_paper("2411.00010"), make_paper("2411.00011")])
    with pytest.raises(PaperkitError):
        library.add(frame.rename(index={"2411.00011": "nonsense"}))
    assert "2411.00010" not in library.papers().index


def test_the_frame_has_arxivs_columns_and_the_librarys(library: Library) -> None:
    """An empty frame has a full one's dtypes."""
    frame = library.papers()
    more = ["decision", "tags", "note", "score", "topics", "has_digest", "status"]
    assert list(frame.columns) == [*COLUMNS, *more]
    assert frame.index.name == "id"
    pd.testing.assert_series_equal(library.papers("nosuchword").dtypes, frame.dtypes)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (Query(text="fas"), ["2411.00001"]),
        (Query(text='"Slow ions"'), ["2411.00002"]),
        (Query(text='"ions slow"'), []),
        (Query(text='" OR NEAR(x) * ^ title:'), []),
        (Query(categories=("quant-ph",)), ["2411.00002"]),
        (Query(since="2024-11-02"), ["2411.00002"]),
        (Query(until="2024-11-01", sort=("published",)), ["math/0309136", "2411.00001"]),
        (Query(ids=("math.GT/0309136v1",)), ["math/0309136"]),
        (Query(topics=("test",), sort=("title",)), ["math/0309136", "2411.00001", "2411.00002"]),
        (Query(topics=("test",), text="nothing"), []),
        (
            Query(decisions=("undecided",), sort=("-title",)),
            ["2411.00002", "2411.00001", "math/0309136"],
        ),
        (Query(has=("-pdf", "-digest", "-code"), text="theorem"), ["math/0309136"]),
    ],
)
def test_a_query_selects(library: Library, query: Query, ids: list[str]) -> None:
    """Every field narrows; the order is the query's."""
    assert list(library.papers(query).index) == ids


def test_a_query_is_a_value_that_can_be_saved() -> None:
    """To a dict and back, and unknown names are refused with the known ones."""
    query = Query(text="x", topics=["a"], since="2024-11-02", has=("-pdf",), sort=("-score", "id"))
    assert Query.from_dict(query.to_dict()) == query
    with pytest.raises(PaperkitError, match="decisions 'maybe' is unknown; use keep"):
        Query(decisions=("maybe",))
    with pytest.raises(PaperkitError, match="no field 'colour'"):
        Query.from_dict({"colour": 1})
    with pytest.raises(PaperkitError, match="since 'soon' is not a date"):
        Query(since="soon")
    with pytest.raises(PaperkitError, match=r"topics must be a list, like \['a'\]"):
        Query(topics="a")


def test_a_decision_is_kept_with_tags_and_note(library: Library) -> None:
    """Tags are added, a note replaced, the version decided on is on record."""
    library.decide(["2411.00001", "2411.00002"], "keep", tags=["a"])
    library.decide("2411.00001", "later", tags=["b"], note="  why ")
    row = library.papers(decision="later").iloc[0]
    assert (row["decision"], row["tags"], row["note"]) == ("later", ("a", "b"), "why")
    history = library.history("2411.00001")
    assert list(history["decision"]) == ["keep", "later"]
    assert list(history["version"]) == [1, 1]


def test_papers_of_several_decisions(library: Library) -> None:
    """One decision or several narrow the frame; one that is none is refused."""
    library.decide("2411.00001", "keep")
    library.decide("2411.00002", "skip")
    assert library.papers(decision=["keep", "skip"]).index.size == 2
    assert library.papers(decision=("keep",)).index.tolist() == ["2411.00001"]
    assert library.papers(decision="undecided").index.tolist() == ["math/0309136"]
    with pytest.raises(PaperkitError, match="decisions 'maybe' is unknown"):
        library.papers(decision=["keep", "maybe"])


def test_a_decision_is_all_or_nothing(library: Library) -> None:
    """One unknown id, and no paper is decided; the error names it and the next step."""
    with pytest.raises(PaperkitError, match=r"^2411.99999: not in this library; add it with"):
        library.decide(["2411.00001", "2411.99999"], "keep")
    assert len(library.papers(decision="keep")) == 0
    with pytest.raises(PaperkitError, match="'maybe': not a decision; use keep, skip, later"):
        library.decide("2411.00001", "maybe")


def test_undo_reaches_back_over_tags_and_notes(library: Library) -> None:
    """Each action is one step, whatever it was and however many papers it concerned."""
    library.decide(["2411.00001", "2411.00002"], "skip")
    library.tag("2411.00001", "x")
    library.note("2411.00001", "n")
    assert library.undo(2) == ["2411.00001"]
    assert library.papers(decision="skip").loc["2411.00001", "tags"] == ()
    assert library.undo(5) == ["2411.00001", "2411.00002"]
    assert len(library.papers(decision="undecided")) == 3
    assert len(library.history("2411.00001")) == 6


class History(RuleBasedStateMachine):
    """Deciding, tagging and undoing in any order against a plain model of it."""

    ids = ("2411.00001", "2411.00002", "2411.00003")

    @initialize()
    def begin(self) -> None:
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.library = Library(self.folder.name)
        self.library.add([make_paper(i) for i in self.ids])
        self.states = [dict.fromkeys(self.ids, (None, ()))]

    @rule(
        ids=st.sets(st.sampled_from(ids), min_size=1),
        decision=st.sampled_from(["keep", "skip", "later", None]),
        tags=st.sets(st.sampled_from("ab")),
    )
    def decide(self, ids: set[str], decision: str | None, tags: set[str]) -> None:
        self.library.decide(sorted(ids), decision, tags=tags)
        now = self.states[-1]
        new = {i: (decision, tuple(sorted({*now[i][1], *tags}))) for i in ids}
        self.states.append({**now, **new})

    @rule(id=st.sampled_from(ids), tag=st.sampled_from("ab"))
    def untag(self, id: str, tag: str) -> None:
        self.library.tag(id, remove=[tag])
        decision, tags = self.states[-1][id]
        kept = tuple(t for t in tags if t != tag)
        self.states.append({**self.states[-1], id: (decision, kept)})

    @rule(n=st.integers(1, 3))
    def undo(self, n: int) -> None:
        self.library.undo(n)
        for _ in range(min(n, len(self.states) - 1)):
            self.states.pop()

    @invariant()
    def agrees(self) -> None:
        frame = self.library.papers()
        stored = {i: (frame.loc[i, "decision"], frame.loc[i, "tags"]) for i in self.ids}
        assert stored == self.states[-1]

    @invariant()
    def the_last_entry_is_the_state(self) -> None:
        for i in self.ids:
            history = self.library.history(i)
            last = history.iloc[-1]["decision"] if len(history) else None
            assert last == self.states[-1][i][0]

    def teardown(self) -> None:
        self.folder.cleanup()


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=8, stateful_step_count=12, deadline=None)


def test_two_openers_see_each_other(library: Library) -> None:
    """A second opening of the folder sees what the first decides, at once."""
    other = Library(library.path)
    library.decide("2411.00001", "keep")
    assert list(other.papers(decision="keep").index) == ["2411.00001"]
    assert other.undo() == ["2411.00001"]
    assert len(library.papers(decision="keep")) == 0


def test_many_threads_may_decide_at_once(library: Library) -> None:
    """Widget callbacks run on other threads than cells; no decision is lost."""
    errors: list[Exception] = []

    def work(tag: str) -> None:
        try:
            for _ in range(5):
                library.tag("2411.00001", tag)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert library.papers("fast")["tags"].iloc[0] == tuple(f"t{n}" for n in range(6))
    assert len(library.history("2411.00001")) == 30


@pytest.mark.process
def test_a_killed_process_loses_only_what_was_in_flight(library: Library) -> None:
    """What returned is on disk; what was begun and not committed is gone without a trace."""
    script = (
        "import os, sys\n"
        "from paperkit.library import Library, schema\n"
        "library = Library(sys.argv[1])\n"
        "library.decide('2411.00001', 'keep')\n"
        "with schema.writing(library.path / 'library.db') as db:\n"
        "    db.execute(\"UPDATE papers SET decision = 'skip'\")\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(library.path)], check=False)
    assert done.returncode == -9
    assert list(library.papers(decision="keep").index) == ["2411.00001"]
    assert len(library.papers(decision="skip")) == 0


def test_an_old_schema_is_brought_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Migrations run once, in order; a newer library is refused by name."""
    library = Library(tmp_path / "a")
    more = (*schema.MIGRATIONS, "CREATE TABLE extra (x);\nINSERT INTO extra VALUES (1);\n")
    monkeypatch.setattr(schema, "MIGRATIONS", more)
    for _ in range(2):
        Library(library.path)
    with schema.reading(library.path / "library.db") as db:
        assert db.execute("SELECT count(*) FROM extra").fetchone()[0] == 1
    monkeypatch.undo()
    with pytest.raises(PaperkitError, match="made by a newer paperkit"):
        Library(library.path)


def test_a_file_that_is_no_library_is_refused(tmp_path: Path) -> None:
    """The file keeps its content, and the error names it."""
    (tmp_path / "library.db").write_bytes(b"precious" * 1000)
    with pytest.raises(PaperkitError, match=r"library\.db: is not a paperkit library"):
        Library(tmp_path)
    assert (tmp_path / "library.db").read_bytes() == b"precious" * 1000
    with pytest.raises(PaperkitError, match="is a file, and a library is a folder"):
        Library(tmp_path / "library.db")


def test_files_lie_in_the_folder_by_id_and_version(library: Library) -> None:
    """An old id's slash does not make a folder, and a file appears whole or not at all."""
    path = library.files.save_pdf("math/0309136", b"%PDF-1.7")
    assert path == library.path / "pdf" / "math_0309136v1.pdf"
    assert [p.name for p in path.parent.iterdir()] == ["math_0309136v1.pdf"]
    assert list(library.papers(Query(has=("pdf",))).index) == ["math/0309136"]
    assert library.files.figures_path("math/0309136").parent == library.path / "figures"


def test_a_reading_comes_back(library: Library) -> None:
    """That of a version, by default the newest read."""
    first = Reading(title="T", page_count=1, reader="1")
    second = Reading(title="T2", page_count=1, reader="1")
    assert library.reading("2411.00001") is None
    library.files.save_reading("2411.00001", first, version=1)
    library.files.save_reading("2411.00001", second, version=2)
    assert library.reading("2411.00001") == second
    assert library.reading("2411.00001", version=1) == first


def named() -> Digest:
    return Digest(paper_id="2411.00001", version=1, outline="digest", language="en")


def answer(text: str, question: str = "summary") -> Answer:
    return Answer(question=question, statements=(Statement(text),), model="m", at=AT)


def test_an_edit_stands_before_every_draft(library: Library) -> None:
    """A later draft is kept beside the person's words, never over them."""
    library.drafts.save_answers(
        named(), [answer("A draft."), answer("Points.", "takeaways")], key="k"
    )
    library.edit("2411.00001", "summary", ["My words."])
    library.drafts.save_answers(named(), [answer("Another draft.")])
    digest = library.digest("2411.00001")
    assert digest is not None
    assert digest["summary"].texts == ("My words.",)
    assert digest["takeaways"].texts == ("Points.",)
    texts = [a.texts[0] for a in library.drafts("2411.00001", "summary")]
    assert texts == ["A draft.", "My words.", "Another draft."]
    assert [a.texts for a in library.drafts.answers_to("k")] == [("A draft.",), ("Points.",)]
    assert library.drafts.answers_to("other") == ()


def test_approval_holds_until_the_next_change(library: Library) -> None:
    """Blocking findings need a reason; who signed and why is on record."""
    library.drafts.save_answers(named(), [answer("As an AI language model, I cannot.")])
    with pytest.raises(PublishError, match=r"^2411.00001: \d+ blocking finding"):
        library.approve("2411.00001", by="ada")
    signed = library.approve("2411.00001", by="ada", reason="I checked it myself")
    assert signed.approval is not None
    assert (signed.approval.by, signed.approval.reason) == ("ada", "I checked it myself")
    assert list(library.papers(Query(has=("approved",))).index) == ["2411.00001"]
    assert not library.edit("2411.00001", "summary", ["Other words."]).approved
    assert library.papers(Query(has=("approved",))).empty


def test_an_approval_can_be_taken_back(library: Library) -> None:
    """The answers stay."""
    library.drafts.save_answers(named(), [answer("A draft.")])
    library.approve("2411.00001", by="ada", reason="short")
    assert not library.disapprove("2411.00001").approved


def test_a_paper_without_digest_says_what_to_do(library: Library) -> None:
    """The error names the paper and `summarize`."""
    assert library.digest("2411.00001") is None
    with pytest.raises(PaperkitError, match=r"^2411.00001: no digest .* run summarize"):
        library.approve("2411.00001")


def test_what_was_published_is_known(library: Library) -> None:
    """Its status says when, also of a paper that comes in later; a second time adds nothing."""
    posted = pd.DataFrame(
        {"version": [1, 1], "topic": "test", "date": "2024-11-12"},
        index=["2411.00001", "2412.00009"],
    )
    assert (library.publish(posted), library.publish(posted)) == (2, 0)
    library.add([make_paper("2412.00009")])
    assert library.paper("2412.00009").version == 1
    shown = library.papers()["status"]
    assert shown[shown == "published 2024-11-12"].index.tolist() == ["2412.00009", "2411.00001"]
    assert library.published()["id"].tolist() == ["2411.00001", "2412.00009"]


def test_a_new_version_of_a_published_paper_says_both(library: Library) -> None:
    """Neither the new version nor the post hides the other."""
    posted = pd.DataFrame({"version": 1, "topic": "test", "date": "2024-11-12"}, ["2411.00001"])
    library.publish(posted)
    library.decide("2411.00001", "keep")
    library.add([make_paper("2411.00001", 2)])
    status = library.papers().loc["2411.00001", "status"]
    assert status == "v1→v2, published 2024-11-12"
    assert library.papers(Query(has=["published", "update"])).index.tolist() == ["2411.00001"]


def test_hostile_text_is_kept_as_text(library: Library) -> None:
    """A title made to break things goes in and comes out unchanged, and can be found."""
    library.add([make_paper("2411.00066", title=HOSTILE)])
    library.decide("2411.00066", "keep", tags=[HOSTILE], note=HOSTILE)
    row = library.papers(HOSTILE).iloc[0]
    assert (row["title"], row["tags"], row["note"]) == (HOSTILE, (HOSTILE,), HOSTILE)


def test_the_sample_is_a_fresh_copy_or_the_one_at_a_path(tmp_path: Path) -> None:
    """Real papers in at least three topics over at least a year, some with their PDF."""
    sample = Library.sample(tmp_path / "sample")
    papers = sample.papers()
    assert len(papers) >= 300
    assert len(sample.topics()) >= 3
    assert papers["published"].dt.strftime("%Y-%m").nunique() >= 12
    with_pdf = sample.papers(Query(has=("pdf",)))
    assert sorted(with_pdf.index) == ["1408.6659", "1911.02782"]
    assert {sample.files.licence(i) for i in with_pdf.index} == {"CC BY 4.0"}
    sample.decide(papers.index[0], "keep")
    assert len(Library.sample(tmp_path / "sample").papers(decision="keep")) == 1
    assert sqlite3.connect(sample.path / "library.db").execute(
        "PRAGMA integrity_check"
    ).fetchone() == ("ok",)


@pytest.mark.process
def test_undo_takes_back_what_was_done_here(library: Library) -> None:
    """Another library of this process, and another process, keep their decisions."""
    one, two = "2411.00001", "2411.00002"
    other = Library(library.path)
    library.decide(one, "keep")
    other.decide(two, "skip")
    assert library.undo() == [one]
    assert library.undo() == []
    assert library.papers()["decision"].to_dict()[two] == "skip"
    assert Library(library.path).undo() == [two]
    elsewhere(library, two, "later")
    assert other.undo() == []
    assert library.papers().loc[two, "decision"] == "later"


def elsewhere(library: Library, *arguments: str) -> None:
    """Let another process decide."""
    opened = "import sys; from paperkit.library import Library"
    script = f"{opened}\nLibrary(sys.argv[1]).decide(*sys.argv[2:])"
    subprocess.run([sys.executable, "-c", script, str(library.path), *arguments], check=True)


@pytest.mark.process
def test_an_undo_over_anothers_decision_is_refused(library: Library) -> None:
    """The error says what it became and what to do; nothing of the action is taken back."""
    both = ["2411.00001", "2411.00002"]
    library.decide(both[0], "later")
    other = Library(library.path)
    other.decide(both[0], "skip")
    with pytest.raises(PaperkitError, match=r"^2411.00001: changed elsewhere since \(to skip, 20"):
        library.undo()
    assert other.undo() == library.undo() == both[:1]
    library.decide(both, "keep")
    elsewhere(library, both[1], "skip")
    with pytest.raises(PaperkitError, match=r"^2411.00002: changed elsewhere since \(to skip, 20"):
        library.undo()
    assert library.papers().loc[both, "decision"].tolist() == ["keep", "skip"]


def test_a_publication_can_be_taken_back(library: Library) -> None:
    """Of one topic or of all; the paper counts as unpublished again."""
    posted = pd.DataFrame(
        {"version": 1, "topic": ["a", "b"], "date": "2024-11-12"}, ["2411.00001"] * 2
    )
    library.publish(posted)
    assert library.unpublish("2411.00001v1", topic="a") == 1
    assert library.published()["topic"].tolist() == ["b"]
    assert library.unpublish("2411.00001") == 1
    assert library.papers(Query(has=["published"])).empty
    assert library.unpublish("2411.00001") == 0


def test_a_key_that_a_server_sends_back_is_not_stored(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in a reply that is held, nor in an error, nor in an answer."""
    monkeypatch.setenv("MY_SERVER_API_KEY", "sk-canary-7f3a")
    echo = "your key is sk-canary-7f3a, "
    asked = {"key": "k", "model": "m", "tokens": (1, 2)}
    library.calls.save("2411.00001", **asked, outcome="answered", error=echo, reply=f"{echo}ok")
    library.drafts.save_answers(named(), [answer(f"{echo}ok")], key="k")
    held = library.calls.held_reply("k")
    assert held is not None
    assert held.text == "your key is \u2026, ok"
    assert library.drafts.answers_to("k")[0].texts == ("your key is \u2026, ok",)
    library.compact()
    assert b"canary" not in (library.path / "library.db").read_bytes()
