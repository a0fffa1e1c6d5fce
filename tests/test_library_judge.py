"""The judgement: one answer to what is wrong with a digest, by the version it is about."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from paperkit.batch import summarize
from paperkit.digests import Digest, Finding
from paperkit.errors import PaperkitError, PublishError
from paperkit.library import Library
from paperkit.outlines import DIGEST
from paperkit.posts.cards import source_of
from paperkit.posts.gate import obstacles
from paperkit.prompts import Reply, Request
from paperkit.readings import Paragraph, Reading
from paperkit.widgets.review import Review
from tests.review_samples import FIRST, SENTENCES, answer, cite, drafts, paper

NEW = "The other fit ends in 999 s at most."
"""What only a second version says."""


def pdf(*lines: str) -> Reading:
    """Return what a PDF says."""
    box = (72.0, 100.0, 400.0, 130.0)
    return Reading("AvatarNet", 3, "1", tuple(Paragraph(t, 1, box, "3 Method") for t in lines))


@pytest.fixture
def shelf(tmp_path: Path) -> Library:
    """Return a library whose one write-up is of v1 and states a number of v2."""
    library = Library(tmp_path / "library")
    library.add([paper(FIRST)])
    named = Digest(paper_id=FIRST, version=1, outline="digest", language="en")
    library.drafts.save_answers(named, drafts(", or in 999 s"))
    library.add([paper(FIRST, 2)])
    return library


def written(library: Library) -> Digest:
    """Return the write-up as it is stored."""
    digest = library.digest(FIRST)
    assert digest is not None
    return digest


def in_its_pdf(library: Library) -> None:
    """Let v2's PDF state the number."""
    library.files.save_reading(FIRST, pdf("The encoder is trained once.", NEW), version=2)


def in_its_pdf_of_two(library: Library) -> None:
    """Let v2's PDF state the number, and v1's, read too, not."""
    library.files.save_reading(FIRST, pdf("The encoder is trained once."), version=1)
    in_its_pdf(library)


def in_its_abstract(library: Library) -> None:
    """Let v2's abstract state the number."""
    library.add([paper(FIRST, 3, abstract=" ".join([*SENTENCES, NEW]))])


def stops(found: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """Return code and words of what blocks."""
    return [(f.code, f.words) for f in found if f.severity == "block"]


@pytest.mark.parametrize("newer", [in_its_pdf, in_its_pdf_of_two, in_its_abstract])
def test_every_room_judges_by_the_version_written_about(
    shelf: Library, newer: Callable[[Library], None]
) -> None:
    """A number that only a newer version states blocks in Review, at the approval and in a post."""
    newer(shelf)
    number = ("number-not-in-source", "999")
    assert stops(shelf.judge(FIRST).findings) == [number]
    review = Review([FIRST], shelf)
    found = review.findings
    found = found[found["severity"] == "block"]
    assert list(zip(found["code"], found["words"], strict=True)) == [number]
    with pytest.raises(PublishError, match="1 blocking finding, .*999"):
        review.approve()
    with pytest.raises(PublishError, match="1 blocking finding, .*999"):
        shelf.approve(FIRST)
    kept = obstacles(source_of(FIRST, shelf, DIGEST, "en"), DIGEST, "en", shelf)
    assert [o.code for o in kept] == ["number-not-in-source", "approval"]


class Meanwhile:
    """A model that is overtaken: while it writes about v1, v2 comes in and is written about."""

    name = "meanwhile-1"

    def __init__(self, library: Library) -> None:
        self.library = library

    def answer(self, request: Request) -> Reply:
        """Return one statement per question, resting on the first sentence."""
        self.library.add([paper(FIRST, 2)])
        in_its_pdf(self.library)
        newer = Digest(paper_id=FIRST, version=2, outline="digest", language="en")
        self.library.drafts.save_answers(newer, drafts(", or in 999 s"))
        rows = [{"text": SENTENCES[0], "evidence": [1]}]
        return Reply(text=json.dumps({q.key: rows for q in request.questions}), model=self.name)


def test_a_batch_judges_by_the_version_written_about(tmp_path: Path) -> None:
    """The report counts what blocks the write-up that stands, even one of a version just come."""
    library = Library(tmp_path / "library")
    library.add([paper(FIRST)])
    report = summarize([FIRST], library, model=Meanwhile(library))
    assert list(zip(report["outcome"], report["findings"], strict=True)) == [("answered", 0)]
    assert written(library).version == 2


def test_a_judgement_names_what_it_rests_on(shelf: Library) -> None:
    """It has paper and PDF of that version, what is found, what blocks, and whether it is old."""
    in_its_pdf_of_two(shelf)
    judged = shelf.judge(FIRST)
    assert judged.digest == written(shelf)
    assert judged.paper == shelf.coverage.versions(FIRST)[0]
    assert judged.reading == pdf("The encoder is trained once.")
    assert (judged.newest, judged.stale, judged.missing) == (2, True, "")
    assert judged.blocking == tuple(f for f in judged.findings if f.severity == "block") != ()
    with pytest.raises(AttributeError):
        judged.findings = ()  # type: ignore[misc]


def test_a_write_up_of_the_newest_version_is_not_stale(shelf: Library) -> None:
    """Taken over to v2 it is judged by v2, whose PDF states the number."""
    in_its_pdf(shelf)
    judged = shelf.judge(replace(written(shelf), version=2))
    assert (judged.stale, judged.blocking) == (False, ())


def test_another_versions_pdf_is_no_substitute(shelf: Library) -> None:
    """Where v1's PDF was not read its abstract is the source, and the judgement says so."""
    alone = shelf.judge(FIRST)
    told = "The PDF of v1 was not read; only the abstract is compared."
    assert alone.missing == f"{told} Take the write-up over to the newest version."
    assert "version-unread" not in [f.code for f in alone.findings]
    in_its_pdf(shelf)
    judged = shelf.judge(FIRST)
    assert judged.reading is None
    assert judged.missing.startswith("The PDF of v1 was not read (that of v2 was); only")
    assert stops(judged.findings) == [("number-not-in-source", "999")]
    assert ("version-unread", "warn", judged.missing) in [
        (f.code, f.severity, f.message) for f in judged.findings
    ]
    assert "version-unread" in list(Review([FIRST], shelf).findings["code"])


def test_a_version_never_seen_is_named(tmp_path: Path) -> None:
    """A write-up of a version without a record is compared with the newest, and told so."""
    library = Library(tmp_path / "library")
    library.add([paper(FIRST, 2)])
    named = Digest(paper_id=FIRST, version=1, outline="digest", language="en")
    judged = library.judge(replace(named, answers=tuple(drafts())))
    assert judged.paper.version == 2
    assert judged.missing.startswith("The abstract of v1 is not known; v2's is used.")
    assert "version-unread" in [f.code for f in judged.findings]


def test_a_draft_is_judged_before_it_is_stored(shelf: Library) -> None:
    """A digest given is judged as it stands; nothing is written."""
    before = written(shelf)
    mended = answer("takeaways", *((text, cite(0)) for text in ("AvatarNet works in 555 s.",)))
    others = tuple(a for a in before.answers if a.question != "takeaways")
    judged = shelf.judge(replace(before, answers=(*others, mended)))
    assert ("number-not-in-source", "555") in stops(judged.findings)
    assert written(shelf) == before


def test_nothing_written_is_no_judgement(tmp_path: Path) -> None:
    """An id without a digest, or one that the library doesn't have, is an error."""
    library = Library(tmp_path / "library")
    library.add([paper(FIRST)])
    with pytest.raises(PaperkitError, match="no digest of outline 'digest' yet"):
        library.judge(FIRST)
    with pytest.raises(PaperkitError, match="not in this library"):
        library.judge(Digest(paper_id="2411.09999", version=1, outline="digest", language="en"))
