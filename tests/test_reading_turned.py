"""Sideways figures and tables, and pages with a rotation: found, left out of the text, upright."""

from __future__ import annotations

import pymupdf
import pytest
from PIL import Image

from paperkit.reading import page_crop, read_here
from paperkit.reading.pages import Page, shown, turned, turned_box
from tests.reading_samples import LEFT, RIGHT, WHOLE, Paper, body, iou, prose

CELLS = [["Method", "Recall", "Time"], *([f"alpha{i}", f"0.{i + 10}", f"{i}.5"] for i in range(9))]


def _sideways(paper: Paper, x: float, rotate: int, *, y: float = 500) -> tuple[float, ...]:
    """Set a caption and a table that read upwards (90) or downwards (270); return its box."""
    sign = -1 if rotate == 90 else 1
    paper.line("Table 1: How the methods compare.", x, y, size=9, rotate=rotate)
    far = y + sign * 230
    for at, row in enumerate(CELLS):
        for column, cell in enumerate(row):
            place = x - sign * (16 + 13 * at), y + sign * (4 + 80 * column)
            paper.line(cell, *place, size=9, rotate=rotate)
    last = x - sign * (20 + 13 * (len(CELLS) - 1))
    for edge in (x - sign * 5, x - sign * 19, last):
        paper.page.draw_line((edge, y), (edge, far), width=0.8)
    near = x - sign * 5
    return (min(near, last), min(y, far), max(near, last), max(y, far))


@pytest.mark.parametrize("rotate", [90, 270])
def test_a_sideways_table_is_found_and_no_text(tmp_path, rotate):
    """Its box is that of the page as shown; its cells are rows and stand in no paragraph."""
    paper = Paper()
    paper.paragraph(prose(300), 72, WHOLE)
    paper.next_page()
    box = _sideways(paper, 200 if rotate == 90 else 380, rotate, y=500 if rotate == 90 else 200)
    paper.next_page()
    paper.paragraph(prose(300, 9), 72, WHOLE)
    reading = read_here(paper.save(tmp_path / "sideways.pdf"))
    [table] = reading.figures
    assert (table.kind, table.label, table.page) == ("table", "1", 2)
    assert table.caption == "Table 1: How the methods compare."
    assert iou(table.bbox, box) > 0.9
    assert table.rows == tuple(map(tuple, CELLS))
    assert "alpha" not in reading.text


def test_a_sideways_table_in_one_column_leaves_the_other_in_order(tmp_path):
    """Upright text beside it stays text, and the figure there keeps its labels."""
    paper = Paper()
    body(paper, 72, LEFT)
    body(paper, 72, RIGHT)
    paper.next_page()
    box = _sideways(paper, 90, 90, y=600)
    paper.plot((320, 80, 530, 200))
    paper.line("Accuracy", 318, 160, size=7, font="helv", rotate=90)
    paper.line("Figure 1: A curve.", RIGHT[0], 220, size=9)
    body(paper, 250, RIGHT, 300)
    reading = read_here(paper.save(tmp_path / "mixed.pdf"))
    found = {(f.kind, f.label): f.bbox for f in reading.figures}
    assert set(found) == {("table", "1"), ("figure", "1")}
    assert iou(found["table", "1"], box) > 0.9
    assert iou(found["figure", "1"], (311, 80, 530, 200)) > 0.9
    assert [w for w in ("alpha", "Accuracy") if w in reading.text] == []


def test_the_picture_of_a_sideways_table_is_upright(tmp_path):
    """The image is as wide as the table is when read, not as it stands on the page."""
    paper = Paper()
    paper.paragraph(prose(300), 72, WHOLE)
    paper.next_page()
    _sideways(paper, 200, 90)
    path = paper.save(tmp_path / "sideways.pdf")
    [table] = read_here(path, figures_dir=tmp_path / "figures").figures
    picture = Image.open(tmp_path / "figures" / str(table.file)).convert("L")
    assert (table.width, table.height) == picture.size
    assert table.width > 1.5 * table.height
    # The rules of the head stand at the top: dark rows over the whole width.
    rows = [
        y for y in range(picture.height) if picture.crop((90, y, 1000, y + 1)).getextrema()[1] < 200
    ]
    assert min(rows) < 0.1 * picture.height
    assert sum(y < 0.3 * picture.height for y in rows) > sum(y > 0.7 * picture.height for y in rows)


def test_a_page_with_a_rotation_is_read_as_shown(tmp_path):
    """Text, pictures and boxes of a landscape page are where a reader sees them."""
    paper = Paper()
    paper.paragraph(prose(300), 72, WHOLE)
    paper.next_page()
    _sideways(paper, 200, 90)
    path = paper.save(tmp_path / "upright.pdf")
    with pymupdf.open(path) as document:
        document[1].set_rotation(90)
        document.save(tmp_path / "landscape.pdf")
    reading = read_here(tmp_path / "landscape.pdf")
    [table] = reading.figures
    upright = read_here(path).figures[0].bbox
    assert reading.page_sizes[1] == (792, 598)
    assert iou(table.bbox, (792 - upright[3], upright[0], 792 - upright[1], upright[2])) > 0.9
    assert "alpha" not in reading.text


@pytest.mark.process
def test_words_on_a_page_with_a_rotation_are_marked_where_they_are(tmp_path):
    """A sentence marked on a landscape page is yellow, and nothing else is."""
    paper = Paper()
    paper.line("A sentence to be marked.", 100, 300, rotate=90)
    paper.page.set_rotation(90)
    path = paper.save(tmp_path / "landscape.pdf")
    [passage] = read_here(path).paragraphs
    sheet = page_crop(path, 1, marks=[passage.bbox], words=passage.text, dpi=72)
    image = pymupdf.Pixmap(sheet.png)
    yellow = [
        (x, y)
        for x in range(image.width)
        for y in range(image.height)
        if image.pixel(x, y)[0] > 240 and image.pixel(x, y)[2] < 140
    ]
    x0, y0, x1, y1 = passage.bbox
    assert yellow
    assert sheet.marks == (pytest.approx(passage.bbox, abs=1),)
    assert all(x0 - 3 < x < x1 + 3 and y0 - 3 < y < y1 + 3 for x, y in yellow)


@pytest.mark.parametrize("turn", [90, 270])
def test_a_box_turned_and_shown_is_where_it_was(turn):
    """Turning a page and turning it back loses nothing."""
    page, box = Page(1, 600.0, 800.0, (), (), ()), (10.0, 20.0, 110.0, 50.0)
    view = turned(page, turn, ())
    assert (view.width, view.height) == (800, 600)
    assert shown(turned_box(box, page, turn), view) == box
