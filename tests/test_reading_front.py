"""The front: title and authors are told apart, even where they run on."""

from __future__ import annotations

from paperkit.reading.document import affiliation_of
from paperkit.readings import Paragraph

BOX = (0.0, 0.0, 9.0, 9.0)
TITLE = "Tuner Testing of a Dressed Cavity at a Laboratory of Renown"


def _front(*texts: str) -> list[Paragraph]:
    return [Paragraph(t, 1, BOX, "", "front") for t in texts]


def test_the_title_is_no_affiliation():
    """Its own paragraph is left out, the others are joined."""
    assert (
        affiliation_of(_front(TITLE, "A. Author", "Some Place"), TITLE) == "A. Author\nSome Place"
    )


def test_authors_that_follow_the_title_in_one_paragraph_stay():
    """The title is cut off however it was spaced."""
    text = TITLE.replace("a Dressed", "a  Dres sed") + " A. Author, Some Place"
    assert affiliation_of(_front(text), TITLE) == "A. Author, Some Place"


def test_without_a_title_the_front_is_kept():
    """Nothing is cut where there is no title to cut."""
    assert affiliation_of(_front("A. Author"), "") == "A. Author"


def test_only_the_first_pages_front_counts():
    """Body text and later pages are no affiliation."""
    more = [Paragraph("Body", 1, BOX), Paragraph("Late", 2, BOX, "", "front")]
    assert affiliation_of([*_front("A. Author"), *more], TITLE) == "A. Author"
