"""Where a passage stands on its page, line by line."""

from __future__ import annotations

import pytest

from paperkit.reading.rasters import lines_of

pymupdf = pytest.importorskip("pymupdf")

LINES = (
    "Avatars are known. We train a net-",
    "work on [3] 70,000 images of heads. It",
    "runs in 4.2 s on one GPU.",
)
BOX = (60.0, 80.0, 400.0, 200.0)


@pytest.fixture
def sheet() -> object:
    """Return a page with a paragraph of three lines, 20 points apart."""
    page = pymupdf.open().new_page()
    for number, line in enumerate(LINES):
        page.insert_text((72, 100 + 20 * number), line)
    return page


def places(sheet: object, passage: str) -> list[tuple[int, int]]:
    """Return number of line, and words marked, by the width of the boxes found."""
    found = lines_of(sheet, passage, [BOX])
    return [(round((box[3] - 100) / 20), round(box[2] - box[0])) for box in found]


def test_a_sentence_is_marked_on_its_lines(sheet: object) -> None:
    """Only the lines of the sentence, from its first to its last word; hyphens don't matter."""
    whole = places(sheet, "We train a network on [3] 70,000 images of heads.")
    assert [line for line, _ in whole] == [0, 1]
    alone = places(sheet, "We train a net")
    assert alone == whole[:1]


def test_a_passage_is_found_by_its_ends(sheet: object) -> None:
    """A citation that the reading left out doesn't keep a passage from being found."""
    whole = places(sheet, "We train a network on [3] 70,000 images of heads.")
    assert places(sheet, "We train a network on 70,000 images of heads.") == whole


@pytest.mark.parametrize("passage", ["", "…", "We paint", "Nothing like it stands on the page."])
def test_what_is_not_there_has_no_lines(sheet: object, passage: str) -> None:
    """Words that aren't within the boxes are marked nowhere."""
    assert lines_of(sheet, passage, [BOX]) == []
