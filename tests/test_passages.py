"""Passages: which lines of a paper a model gets and a statement is compared with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paperkit.papers import Paper
from paperkit.passages import source_lines, table_rows
from paperkit.readings import Figure, Paragraph, Reading
from tests.conftest import make_paper

BOX = (10.0, 20.0, 300.0, 400.0)
SCIBERT = (
    ("Domain", "Dataset", "Reference", "Task", "SCIBERT", "S2ORC-"),
    ("", "", "", "", "", "SCIBERT"),
    ("", "BC5CDR", "Li et al. (2016)", "NER", "90.01", "90.41 ± 0.06"),
    ("Biomed", "EBM-NLP", "Nye et al. (2018)", "PICO", "72.28", "-"),
)


def table(rows: tuple[tuple[str, ...], ...], caption: str = "Table 5: Test results.") -> Figure:
    return Figure("table", "5", 6, BOX, caption, rows=rows)


def paper() -> Paper:
    return make_paper("2411.00001", abstract="We tag genes. It is fast.")


def reading(*figures: Figure, text: str = "Rows matter here.") -> Reading:
    body = Paragraph(text, 2, BOX, "Results")
    return Reading("T", 9, "1", paragraphs=(body,), figures=figures)


def lines_of(rows: tuple[tuple[str, ...], ...]) -> list[str]:
    return [row.line("Table 5") for row in table_rows(table(rows))]


def test_a_row_says_what_it_is_about_and_what_stands_under_which_heading():
    """Headings of two lines are joined, reference columns are labels, an empty cell is left out."""
    assert lines_of(SCIBERT) == [
        "Table 5 · BC5CDR · Li et al. (2016) · NER · SCIBERT: 90.01 · S2ORC-SCIBERT: 90.41 ± 0.06",
        "Table 5 · Biomed · EBM-NLP · Nye et al. (2018) · PICO · SCIBERT: 72.28",
    ]


def test_a_heading_over_several_columns_stands_in_each():
    """A heading spans the columns that have headings of their own below it."""
    rows = (
        ("", "7.5B Model (GB)", "", "128B Model (GB)", ""),
        ("DP", "", "", "", ""),
        ("", "Pos", "Pos+g", "Pos", "Pos+g"),
        ("4", "52.5", "41.3", "896", "704"),
    )
    assert lines_of(rows) == [
        "Table 5 · DP 4 · 7.5B Model (GB) Pos: 52.5 · 7.5B Model (GB) Pos+g: 41.3"
        " · 128B Model (GB) Pos: 896 · 128B Model (GB) Pos+g: 704"
    ]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ((("Total", "81.1M"), ("With PDF", "28.9M (35.6%)")), "Table 5 · Total · 81.1M"),
        (
            (("", "1", "2", "4"), ("Time", "0.9", "1.9", "3.4")),
            "Table 5 · Time · 1: 0.9 · 2: 1.9 · 4: 3.4",
        ),
        ((("Model", "Layers"), ("Big [3]", "24")), "Table 5 · Big · Layers: 24"),
    ],
)
def test_tables_without_headings_or_with_numbers_as_headings_are_read(rows, line):
    """A first row with values is no heading; whole numbers over an empty corner are one."""
    assert lines_of(rows)[0] == line


def test_a_table_whose_cells_are_unknown_has_its_caption_only():
    """No rows, no lines made up."""
    figure = Figure("table", "5", 6, BOX, "Table 5: Test results.")
    kinds = [(s.kind, s.section) for s in source_lines(paper(), reading(figure))]
    assert kinds[-1] == ("caption", "Table 5")
    assert "row" not in [kind for kind, _ in kinds]


def test_captions_and_rows_are_numbered_after_the_sentences_with_page_and_box():
    """The source is the abstract, the body, then figures and tables with where they stand."""
    lines = source_lines(paper(), reading(table(SCIBERT)))
    assert [(s.number, s.kind, s.page) for s in lines] == [
        (1, "sentence", None),
        (2, "sentence", None),
        (3, "sentence", 2),
        (4, "caption", 6),
        (5, "row", 6),
        (6, "row", 6),
    ]
    assert lines[4].bbox == BOX


def test_the_readings_heads_are_the_headings():
    """Where the reading says how many rows are column heads, the values are not asked."""
    rows = (("Year", "2019", "2020"), ("Papers", "8.1M", "9.0M"))
    known = Figure("table", "5", 6, BOX, "Table 5: Papers.", rows=rows, head=1)
    assert [row.line("Table 5") for row in table_rows(known)] == [
        "Table 5 · Papers · 2019: 8.1M · 2020: 9.0M"
    ]


def test_a_table_without_cells_is_told_by_its_printed_lines():
    """Lines with numbers are rows of the source; a table with cells is not told twice."""
    printed = ("Model  F1", "BERT  90.01", "S2ORC-BERT  90.41")
    alone = Figure("table", "5", 6, BOX, "Table 5: Results of tests.", lines=printed)
    texts = [s.text for s in source_lines(paper(), reading(alone)) if s.kind == "row"]
    assert texts == [
        "Table 5 · Model · F1",
        "Table 5 · BERT · 90.01",
        "Table 5 · S2ORC-BERT · 90.41",
    ]
    known = Figure("table", "5", 6, BOX, "Table 5: Results of tests.", rows=SCIBERT, lines=printed)
    assert len([s for s in source_lines(paper(), reading(known)) if s.kind == "row"]) == 2


def test_nothing_of_a_cipher_is_a_line():
    """Neither its text nor its captions and rows: the abstract is arXiv's and stays."""
    cipher = replace(reading(table(SCIBERT)), readable=False)
    assert {s.section for s in source_lines(paper(), cipher)} == {"Abstract"}


@pytest.mark.parametrize(("times", "kept"), [(1, 0), (30, 30)])
def test_a_letter_without_headings_is_no_abstract(times, kept):
    """A body that stands under "Abstract" as a whole is told; the abstract again is not."""
    paragraphs = tuple(
        Paragraph(f"Genes number {n} were tagged twice.", 2, BOX, "Abstract") for n in range(times)
    )
    found = source_lines(paper(), Reading("T", 9, "1", paragraphs=paragraphs))
    assert len([line for line in found if line.page]) == kept
