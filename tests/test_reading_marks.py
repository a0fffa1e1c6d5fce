"""Raised numbers: those of footnotes and references go, exponents stay."""

from __future__ import annotations

import pymupdf
import pytest

from paperkit.reading import read_here
from paperkit.readings import Reading
from tests.reading_samples import WHOLE, Paper, prose


def _reading(tmp_path, pieces: str, *, note: str = "") -> Reading:
    """Read a line of pieces, those between | and | raised, with a footnote below."""
    paper = Paper()
    end = paper.paragraph(prose(120), 72, WHOLE)
    x, y = WHOLE[0], end + 14
    for place, piece in enumerate(pieces.split("|")):
        size, up = (7, 3.6) if place % 2 else (10, 0)
        paper.line(piece, x, y - up, size=size)
        x += pymupdf.get_text_length(piece, fontname="tiro", fontsize=size)
    paper.paragraph(prose(100, 3), y + 8, WHOLE)
    if note:
        paper.line(note, WHOLE[0], 736.8, size=6)
        paper.line("See the page of the project for the data.", WHOLE[0] + 5, 740, size=8)
    return read_here(paper.save(tmp_path / "marks.pdf"))


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ("Training converges.|3| We stop", "Training converges. We stop"),
        ("one goal of physics|1,2|. Toward it", "one goal of physics. Toward it"),
        ("several trap arrays|16,24-26|, and", "several trap arrays, and"),
        ("The data (Bird et al., 2008),|5| and", "The data (Bird et al., 2008), and"),
    ],
)
def test_marks_are_no_part_of_a_sentence(tmp_path, pieces, text):
    """After a word or the end of a clause."""
    assert text in _reading(tmp_path, pieces).text


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ("an area of 3 deg|2| in the sky", "an area of 3 deg2 in the sky"),
        ("the cost is O(n|2|) steps", "the cost is O(n2) steps"),
        ("the value of sin|2| is", "the value of sin2 is"),
        ("a norm of f(x)|2| at most", "a norm of f(x)2 at most"),
    ],
)
def test_exponents_stay(tmp_path, pieces, text):
    """After a unit that follows a number, a variable, a function, even with such a footnote."""
    assert text in _reading(tmp_path, pieces, note="2").text.replace("  ", " ")


@pytest.mark.parametrize("before", ["runs on every GPU", "uses PARSER v3.0.0", "as (Radev, 2009)"])
def test_a_footnote_decides_what_is_doubtful(tmp_path, before):
    """The same raised number is a mark where the page has its footnote."""
    pieces = f"It {before}|9| in all"
    assert f"It {before} in all" in _reading(tmp_path, pieces, note="9").text
    assert f"It {before}9 in all" in _reading(tmp_path, pieces).text


def test_a_power_of_ten_is_no_other_number(tmp_path):
    """Ten to the six is not a hundred and six."""
    text = _reading(tmp_path, "We count 3.5 × 10|6| stars and 10|-3| dust").text
    assert "We count 3.5 × 10^6 stars and 10^-3 dust" in text
