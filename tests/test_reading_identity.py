"""Whether a PDF is the paper it is taken for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from paperkit.papers import Paper as Record
from paperkit.reading import read_here
from paperkit.reading.identity import compared
from paperkit.readings import Paragraph, Reading
from tests.reading_samples import LEFT, RIGHT, WHOLE, Paper, body

DAY = datetime(2024, 11, 7, tzinfo=UTC)
BOX = (0.0, 0.0, 9.0, 9.0)
ABSTRACT = (
    "We teach a network to draw avatars of people from one picture, and show on three public data "
    "sets that it needs a tenth of the samples that earlier methods need for the same quality."
)
RECORD = Record(
    id="2411.05184",
    version=2,
    title="Drawing Avatars: Efficient $k$-Plane Codes for Faces",
    authors=("Ann Doe", "Ben Müller"),
    abstract=ABSTRACT,
    categories=("cs.CV",),
    published=DAY,
    updated=DAY,
)


def _reading(title: str, *texts: str, stamp: str = "") -> Reading:
    front = [Paragraph(t, 1, BOX, "", "front") for t in (title, *texts)]
    return Reading(title, 1, "0", paragraphs=tuple(front), stamp=stamp)


def _matches(title: str, *texts: str, stamp: str = "") -> bool | None:
    return compared(_reading(title, *texts, stamp=stamp), RECORD).matches


@pytest.mark.parametrize(
    "title",
    [
        "Drawing Avatars: Eﬃcient k-Plane Codes for Faces",
        "DRAWING AVATARS: EFFI-\nCIENT k-PLANE CODES FOR FACES",
        "Drawing Avatars",
        "Drawing Avatars: Efficient k-Plane Codes for Faces and Bodies",
        "Drawing Avatars: Efficient k-Plane Code for Faces*",
    ],
)
def test_a_title_is_the_same_however_it_is_printed(title):
    """Ligatures, line ends, capitals, subtitles and small changes don't make another paper."""
    assert _matches(title) is True


@pytest.mark.parametrize(
    "title",
    [
        "Robust Transformers for Tables and Text",
        "[Re] Drawing Avatars: Efficient k-Plane Codes for Faces",
        "Comment on: Drawing Avatars: Efficient k-Plane Codes for Faces",
    ],
)
def test_another_title_is_another_paper(title):
    """So is a work about the work; the reason and a warning name both titles."""
    found = compared(_reading(title, "Ann Doe"), RECORD)
    assert found.matches is False
    assert title in found.why
    assert [found.why in w for w in found.warnings] == [True]


def test_another_part_is_another_paper():
    """Part II is not part I, though all other letters agree."""
    part = replace(RECORD, title="The Spectra of Planar Ion Crystals I")
    assert compared(_reading("The Spectra of Planar Ion Crystals II"), part).matches is False
    assert compared(_reading("The Spectra of Planar Ion Crystals 1"), part).matches is True


def test_a_changed_title_over_the_same_abstract_is_the_paper():
    """Versions of a paper change their titles; the abstract stays."""
    assert _matches("Faces from a Single Photograph", "Ann Doe", ABSTRACT) is True


def test_the_title_may_stand_below_a_larger_banner():
    """The largest print of a first page is sometimes the journal's name."""
    assert _matches("Journal of Faces", RECORD.title.replace("$", "")) is True


def test_a_translated_title_is_left_to_a_person():
    """The authors agree, the language doesn't: no answer, and a warning."""
    authors = "Ann Doe, Ben Muller"
    assert _matches("Le dessin des avatars pour les visages", authors) is None
    assert _matches("高效的人脸头像绘制方法研究", authors) is None
    assert _matches("高效的人脸头像绘制方法研究", "Carl Roe") is False


def test_a_pdf_without_text_is_left_to_a_person():
    """There is nothing to compare, and the reading says so."""
    found = compared(Reading("", 1, "0"), RECORD)
    assert (found.matches, len(found.warnings)) == (None, 1)


def test_comparing_again_leaves_one_warning():
    """A record that changed is compared anew, without the words of the last time."""
    wrong = compared(_reading("Robust Transformers for Tables and Text"), RECORD)
    right = replace(RECORD, title="Robust Transformers for Tables and Text")
    assert compared(wrong, right).warnings == ()
    assert len(compared(wrong, RECORD).warnings) == 1


def _stamped(tmp_path, stamp: str) -> Reading:
    paper = Paper()
    paper.paragraph("Drawing Avatars: Efficient k-Plane Codes for Faces", 60, WHOLE, size=16)
    paper.line(stamp, 30, 560, size=18, rotate=90)
    body(paper, 120, LEFT)
    body(paper, 120, RIGHT)
    return read_here(paper.save(tmp_path / "stamped.pdf"))


def test_arxivs_stamp_goes_before_the_title(tmp_path):
    """The stamp in the margin names the paper, with its version."""
    reading = _stamped(tmp_path, "arXiv:2411.05184v1  [cs.CV]  7 Nov 2024")
    assert reading.stamp == "2411.05184v1"
    found = compared(reading, RECORD)
    assert found.matches is True
    assert found.warnings == ("is it the paper? the PDF is v1, the record is of v2",)
    other = compared(reading, replace(RECORD, id="2411.05185"))
    assert (other.matches, "2411.05184v1" in other.why) == (False, True)


def test_a_reading_keeps_what_was_compared(tmp_path):
    """It survives JSON; readings of an older reader lack it."""
    found = compared(_reading("Robust Transformers for Tables and Text"), RECORD)
    data = found.to_dict()
    assert Reading.from_dict(data) == found
    for name in ("stamp", "matches", "why", "readable"):
        del data[name]
    assert Reading.from_dict(data).matches is None
