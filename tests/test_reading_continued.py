"""Tables over several pages: one item, nothing of it in the text, rows joined where they can be."""

from __future__ import annotations

import pytest

from paperkit.reading import read_here
from paperkit.reading.captions import goes_on, is_note, says_continued
from paperkit.reading.tables import joined
from tests.reading_samples import WHOLE, Paper, prose

HEAD = ["Method", "Recall", "Time"]
FIRST = [HEAD, *([f"alpha{i}", f"0.{i + 10}", f"{i}.5"] for i in range(12))]
THEN = [HEAD, *([f"beta{i}", f"0.{i + 30}", f"{i}.7"] for i in range(9))]


def _paper(again: str, *, note: str = "", font: str = "tiro") -> Paper:
    """Return a paper whose table starts low on page 1 and ends high on page 2."""
    paper = Paper()
    end = paper.paragraph(prose(420), 72, WHOLE)
    paper.line("Table 1: How the methods compare.", 200, end + 18, size=9)
    bottom = paper.table((150, 450), end + 26, FIRST)
    if note:
        paper.line(note, 370, bottom + 11, size=9)
    paper.next_page()
    if again:
        paper.line(again, 240, 80, size=9, font=font)
    end = paper.table((150, 450), 90, THEN)
    paper.paragraph(prose(200, 30), end + 20, WHOLE)
    return paper


@pytest.mark.parametrize(
    "again",
    [
        "Table 1 (continued)",
        "Table 1: continued from previous page",
        "TABLE 1. (Continued.)",
        "Table 1 (cont.)",
        "Continued Table 1",
        "",
    ],
)
def test_a_table_over_two_pages_is_one(tmp_path, again):
    """The item stays where it starts; its later part is neither a second one nor text."""
    reading = read_here(_paper(again).save(tmp_path / "long.pdf"))
    assert [(f.label, f.page, f.caption) for f in reading.figures] == [
        ("1", 1, "Table 1: How the methods compare.")
    ]
    assert reading.figures[0].rows == tuple(map(tuple, [*FIRST, *THEN[1:]]))
    told = [w for w in ("alpha", "beta", "ontinued", "(cont") if w in reading.text]
    assert told == []


@pytest.mark.parametrize("again", ["续表1", "表1（续）"])
def test_a_chinese_table_over_two_pages_is_one(tmp_path, again):
    """续 says so in Chinese."""
    paper = _paper(again, font="china-s")
    reading = read_here(paper.save(tmp_path / "long.pdf"))
    assert [(f.label, f.page) for f in reading.figures] == [("1", 1)]
    assert "beta" not in reading.text


def test_a_note_that_a_table_goes_on_is_no_cell(tmp_path):
    """`Continued on next page` is left out of rows and text."""
    paper = _paper("Table 1 (continued)", note="Continued on next page")
    reading = read_here(paper.save(tmp_path / "long.pdf"))
    assert reading.figures[0].rows == tuple(map(tuple, [*FIRST, *THEN[1:]]))
    assert "next page" not in reading.text


def test_another_table_on_the_next_page_is_its_own(tmp_path):
    """Only what has the same columns at the same places goes on without a caption."""
    paper = Paper()
    end = paper.paragraph(prose(420), 72, WHOLE)
    paper.line("Table 1: How the methods compare.", 200, end + 18, size=9)
    paper.table((150, 450), end + 26, FIRST)
    paper.next_page()
    paper.line("Table 2: Another one.", 240, 80, size=9)
    end = paper.table((150, 450), 90, THEN)
    paper.paragraph(prose(200, 30), end + 20, WHOLE)
    figures = read_here(paper.save(tmp_path / "two.pdf")).figures
    assert [(f.label, f.page, len(f.rows or ())) for f in figures] == [
        ("1", 1, len(FIRST)),
        ("2", 2, len(THEN)),
    ]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (" (continued)", True),
        (": continued from previous page", True),
        (" – Cont’d", True),
        ("（续）", True),
        (": Continued fractions of a number.", False),
        (" contains all of them", False),
        (": Contrast of the frames", False),
    ],
)
def test_words_after_a_label_say_that_it_goes_on(rest, expected):
    """A caption about continued fractions is a caption."""
    assert goes_on(rest) is expected


def test_a_caption_may_end_by_saying_so():
    """A caption that is repeated says `(continued)` at its end."""
    said = [says_continued(t) for t in ("Table 3: All runs (continued)", "Table 3: All runs")]
    assert said == [True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Continued on next page", True),
        ("(continued from the previous page)", True),
        ("Table 2 continued on the following page.", True),
        ("接下页", True),
        ("We continued on the next page of the log.", False),
    ],
)
def test_a_note_says_only_that_something_goes_on(text, expected):
    """A sentence with these words in it is none."""
    assert is_note(text) is expected


def test_parts_of_unequal_width_are_not_joined():
    """A part whose columns were told apart otherwise makes the whole unreliable."""
    first, other = (("a", "b"), ("1", "2")), (("a", "b", "c"), ("3", "4", "5"))
    assert (joined([first, other]), joined([first, None])) == (None, None)
    assert joined([first, (("a", "b"), ("3", "4"))]) == (("a", "b"), ("1", "2"), ("3", "4"))
