"""Regions: the box of a figure or table is what a reader would cut out."""

from __future__ import annotations

import pytest

from paperkit.reading import read_here
from tests.reading_samples import LEFT, RIGHT, WHOLE, Paper, body, iou, prose

CELLS = [["Method", "Recall", "Time"], ["ours", "0.91", "3 s"], ["theirs", "0.85", "9 s"]]


def _figures(paper, tmp_path):
    return {(f.kind, f.label): f for f in read_here(paper.save(tmp_path / "paper.pdf")).figures}


def test_a_plot_between_text_is_cut_out_whole(tmp_path):
    """A vector figure in a column ends at the text above it and its caption below."""
    paper = Paper()
    end = body(paper, 72, LEFT, 120)
    box = (70, end + 14, 280, end + 160)
    paper.plot(box)
    paper.paragraph("Figure 1: A curve that falls.", end + 168, LEFT, size=9)
    body(paper, end + 200, LEFT, 160)
    body(paper, 72, RIGHT)
    assert iou(_figures(paper, tmp_path)["figure", "1"].bbox, box) > 0.93


@pytest.mark.parametrize(
    ("first", "second", "cover"),
    [
        ("A curve that falls.", "Overview of our method.", "2"),
        ("A curve that falls.", "A curve that rises.", "1"),
    ],
)
def test_the_cover_is_the_picture_that_tells_most(tmp_path, first, second, cover):
    """Of equal pictures the one that is said to show the whole, else the earlier."""
    paper = Paper()
    for label, caption in (("1", first), ("2", second)):
        end = body(paper, 72, LEFT, 120)
        paper.plot((70, end + 14, 280, end + 160))
        paper.paragraph(f"Figure {label}: {caption}", end + 168, LEFT, size=9)
        body(paper, end + 200, LEFT, 160)
        body(paper, 72, RIGHT)
        if label == "1":
            paper.next_page()
    figures = _figures(paper, tmp_path)
    assert [key for key, figure in figures.items() if figure.teaser] == [("figure", cover)]


def test_a_wide_figure_crosses_the_columns(tmp_path):
    """A figure over both columns is one figure."""
    paper = Paper()
    box = (60, 72, 540, 220)
    paper.plot(box)
    paper.paragraph("Figure 1: " + prose(50), 230, WHOLE, size=9)
    body(paper, 280, LEFT)
    body(paper, 280, RIGHT)
    assert iou(_figures(paper, tmp_path)["figure", "1"].bbox, box) > 0.93


def test_figures_side_by_side_are_told_apart(tmp_path):
    """Two captions on one line have a picture each."""
    paper = Paper()
    boxes = (70, 72, 270, 200), (330, 72, 530, 200)
    for number, box in enumerate(boxes, 1):
        paper.plot(box)
        paper.line(f"Figure {number}: A curve.", box[0] + 50, 216, size=9)
    body(paper, 240, WHOLE, 500)
    found = _figures(paper, tmp_path)
    assert [iou(found["figure", str(n)].bbox, b) > 0.93 for n, b in enumerate(boxes, 1)] == [
        True,
        True,
    ]


@pytest.mark.parametrize("above", [True, False])
def test_a_table_is_found_on_either_side_of_its_caption(tmp_path, above):
    """A caption above or below its table makes no difference; its cells come out as rows."""
    paper = Paper()
    end = body(paper, 72, LEFT, 120)
    top = end + 40 if above else end + 20
    bottom = paper.table((70, 280), top, CELLS)
    paper.paragraph("Table 1: How they compare.", end + 22 if above else bottom + 6, LEFT, size=9)
    body(paper, bottom + 30, LEFT, 160)
    body(paper, 72, RIGHT)
    table = _figures(paper, tmp_path)["table", "1"]
    assert iou(table.bbox, (70, top, 280, bottom)) > 0.9
    assert table.rows == tuple(tuple(row) for row in CELLS)


def test_a_raster_figure_is_cut_out(tmp_path):
    """An embedded image counts as well as a drawing."""
    import pymupdf

    paper = Paper()
    body(paper, 72, LEFT)
    pixels = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 60, 40))
    pixels.set_rect(pixels.irect, (90, 120, 200))
    box = (330, 80, 520, 206)
    paper.page.insert_image(pymupdf.Rect(box), pixmap=pixels, keep_proportion=False)
    paper.line("Figure 1: A blue box.", RIGHT[0], 224, size=9)
    body(paper, 250, RIGHT, 200)
    assert iou(_figures(paper, tmp_path)["figure", "1"].bbox, box) > 0.95


def test_text_of_a_figure_is_no_running_text(tmp_path):
    """Axis labels stay out of the text; the caption is in it."""
    paper = Paper()
    body(paper, 72, LEFT)
    paper.plot((320, 80, 530, 200))
    paper.line("Figure 1: A curve.", RIGHT[0], 220, size=9)
    body(paper, 250, RIGHT, 200)
    reading = read_here(paper.save(tmp_path / "axis.pdf"))
    assert ("2.0" in reading.text, "Figure 1: A curve." in reading.text) == (False, True)


def test_a_listing_is_cut_out_whole(tmp_path):
    """Lines of code as wide as the column are part of the figure, not running text."""
    paper = Paper()
    end = body(paper, 72, LEFT, 120)
    code = ["def sparse_code_of_frame(frame):", "    for part in frame.parts_in_scene():"]
    for number, line in enumerate(code * 3):
        paper.line(line, LEFT[0], end + 24 + 12 * number, font="cour")
    bottom = end + 24 + 12 * 5
    paper.paragraph("Figure 1: How a frame is coded.", bottom + 12, LEFT, size=9)
    body(paper, bottom + 40, LEFT, 150)
    body(paper, 72, RIGHT)
    box = _figures(paper, tmp_path)["figure", "1"].bbox
    assert iou(box, (LEFT[0], end + 15, LEFT[0] + 39 * 6, bottom + 3)) > 0.85
