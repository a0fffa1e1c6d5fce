"""Headings: numbered, roman, capitals and unnumbered ones with their levels and pages."""

from __future__ import annotations

import pymupdf

from paperkit.reading import read_here
from tests.reading_samples import LEFT, RIGHT, Paper, body, prose


def _paper(titles, *, font="tibo", size=12.0):
    paper = Paper()
    paper.line("Sparse Codes for Busy Scenes", 150, 80, size=17, font="tibo")
    y, x = 110.0, LEFT
    for title in titles:
        if y > 640:
            y, x = 110.0, RIGHT
        paper.line(title, x[0], y + 14, size=size, font=font)
        y = paper.paragraph(prose(52), y + 22, x) + 10
    return paper


def _sections(paper, path):
    return [(s.number, s.title, s.level) for s in read_here(paper.save(path / "h.pdf")).sections]


def test_numbered_headings_have_the_depth_of_their_number(tmp_path):
    """1 is level 1, 1.1 level 2; unnumbered known titles are level 1."""
    titles = [
        "Abstract",
        "1 Introduction",
        "2 Method",
        "2.1 Sparse codes",
        "3 Conclusion",
        "References",
    ]
    assert _sections(_paper(titles), tmp_path) == [
        ("", "Abstract", 1),
        ("1", "Introduction", 1),
        ("2", "Method", 1),
        ("2.1", "Sparse codes", 2),
        ("3", "Conclusion", 1),
        ("", "References", 1),
    ]


def test_roman_numbers_with_lettered_subsections(tmp_path):
    """I. is level 1 and A. below it level 2, as physicists and engineers write."""
    titles = [
        "I. INTRODUCTION",
        "II. METHOD",
        "A. Codes",
        "B. Scenes",
        "III. RESULTS",
        "REFERENCES",
    ]
    assert _sections(_paper(titles), tmp_path) == [
        ("I", "INTRODUCTION", 1),
        ("II", "METHOD", 1),
        ("A", "Codes", 2),
        ("B", "Scenes", 2),
        ("III", "RESULTS", 1),
        ("", "REFERENCES", 1),
    ]


def test_headings_without_numbers_are_known_by_their_look(tmp_path):
    """Where nothing is numbered, rows that look like the known titles are headings."""
    titles = ["Introduction", "A Model of Scenes", "Results", "Data availability", "References"]
    assert [t for _, t, _ in _sections(_paper(titles), tmp_path)] == titles


def test_a_run_in_head_is_no_heading(tmp_path):
    """Bold words that begin a paragraph stay part of it."""
    paper = _paper(["1 Introduction", "2 Method"])
    paper.line("Bold start.", RIGHT[0], 124, font="tibo")
    paper.line("and the text goes on in the same line here", RIGHT[0] + 55, 124)
    body(paper, 128, RIGHT, 100)
    assert [t for _, t, _ in _sections(paper, tmp_path)] == ["Introduction", "Method"]


def test_a_numbered_list_is_no_section(tmp_path):
    """Items of a list in body type are not headings."""
    paper = _paper(["1 Introduction", "2 Method"])
    for number in (1, 2, 3):
        paper.line(f"{number}. We do the {number}th thing", RIGHT[0], 120 + 14 * number)
    assert [t for _, t, _ in _sections(paper, tmp_path)] == ["Introduction", "Method"]


def test_a_heading_has_its_page(tmp_path):
    """The page is where the heading stands, counted from 1."""
    paper = _paper(["1 Introduction", "2 Method"])
    paper.next_page().line("3 Results", LEFT[0], 80, size=12, font="tibo")
    body(paper, 90, LEFT)
    found = read_here(paper.save(tmp_path / "p.pdf")).sections
    assert [(s.number, s.page) for s in found] == [("1", 1), ("2", 1), ("3", 2)]


def test_the_outline_counts_only_with_the_page(tmp_path):
    """An outline entry that no page shows is no section."""
    paper = _paper(["1 Introduction", "2 Method", "3 Results"])
    paper.document.set_toc(
        [[1, "Introduction", 1], [1, "Method", 1], [1, "Results", 1], [1, "Secret", 1]]
    )
    assert [t for _, t, _ in _sections(paper, tmp_path)] == ["Introduction", "Method", "Results"]


def test_numbers_that_start_again_below_letters_are_level_three(tmp_path):
    """1. and 2. below A. and again below B. are all kept, as physicists write."""
    titles = [
        "I. INTRODUCTION",
        "II. METHOD",
        "A. Codes",
        "1. Sparse",
        "2. Dense",
        "B. Scenes",
        "1. Busy",
    ]
    assert _sections(_paper(titles), tmp_path) == [
        ("I", "INTRODUCTION", 1),
        ("II", "METHOD", 1),
        ("A", "Codes", 2),
        ("1", "Sparse", 3),
        ("2", "Dense", 3),
        ("B", "Scenes", 2),
        ("1", "Busy", 3),
    ]


def test_italic_centered_heads_in_a_paper_without_numbers_are_level_three(tmp_path):
    """Capitals over bold over italic: three levels that only the print tells apart."""
    paper = Paper()
    y = paper.paragraph(prose(60), 72)
    plan = [
        ("INTRODUCTION", "tibo"), ("METHODS", "tibo"), ("Sparse codes", "tibo"),
        ("Latent frames", "tiit"), ("Study of users", "tiit"), ("Motion", "tibo"),
        ("RESULTS", "tibo"),
    ]  # fmt: skip
    for at, (title, font) in enumerate(plan):
        width = pymupdf.get_text_length(title, fontname=font, fontsize=9)
        paper.line(title, 172.5 - width / 2, y + 26, size=9, font=font)
        y = paper.paragraph(prose(40, at), y + 38)
    body(paper, 72, (307.0, 544.0))
    found = [(s.title, s.level) for s in read_here(paper.save(tmp_path / "prl.pdf")).sections]
    assert found == [
        ("INTRODUCTION", 1), ("METHODS", 1), ("Sparse codes", 2),
        ("Latent frames", 3), ("Study of users", 3), ("Motion", 2), ("RESULTS", 1),
    ]  # fmt: skip


def test_bold_capitals_that_fill_the_column_are_a_heading(tmp_path):
    """A numbered head nearly as wide as its column does not run on in the text below it."""
    paper = _paper(["1 INTRODUCTION", "2 METHOD"])
    paper.next_page()
    paper.line("3", 54, 80, size=11, font="tibo")
    paper.line("EFFECT OF THE SAMPLING RATE ON IT", 72, 80, size=11, font="tibo")
    paper.paragraph(prose(120), 83)
    titles = [s.title for s in read_here(paper.save(tmp_path / "caps.pdf")).sections]
    assert titles[-1] == "EFFECT OF THE SAMPLING RATE ON IT"


def test_a_heading_over_nothing_but_footnotes_is_one(tmp_path):
    """The text follows in the next column; the note at the foot of this one is not it."""
    paper = _paper(["1 Introduction", "2 Method"])
    paper.next_page()
    paper.paragraph(prose(260), 72)
    paper.line("3 Sparse frames", 54, 600, size=12, font="tibo")
    paper.line("1 A note that stands at the foot of this very column here.", 54, 740, size=8)
    paper.line("It goes on in a second line and has its end there as well.", 54, 749, size=8)
    paper.paragraph(prose(260, 4), 72, (307.0, 544.0))
    titles = [s.title for s in read_here(paper.save(tmp_path / "foot.pdf")).sections]
    assert "Sparse frames" in titles


def test_an_appendix_with_its_title_on_the_next_line_is_level_one(tmp_path):
    """`APPENDIX A` over its title is one heading, beside roman sections too."""
    paper = _paper(["I. INTRODUCTION", "II. METHOD", "III. RESULTS"])
    paper.next_page()
    y = paper.paragraph(prose(60), 72)
    for letter, title in (("A", "LATENT FRAME CODES"), ("B", "TRAINING DETAILS")):
        for line in (f"APPENDIX {letter}", title):
            width = pymupdf.get_text_length(line, fontname="tibo", fontsize=12)
            y += 16
            paper.line(line, 172.5 - width / 2, y + 12, size=12, font="tibo")
        y = paper.paragraph(prose(60), y + 22) + 10
    assert _sections(paper, tmp_path)[-2:] == [
        ("A", "LATENT FRAME CODES", 1),
        ("B", "TRAINING DETAILS", 1),
    ]
