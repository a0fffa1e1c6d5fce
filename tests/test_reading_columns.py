"""Three columns, folios deep in the page, rules between columns."""

from __future__ import annotations

import re

from paperkit.reading import read_here
from tests.reading_samples import WHOLE, Paper, iou, prose

COLUMNS = ((50.0, 205.0), (221.0, 376.0), (392.0, 548.0))


def _numbered(start: int, count: int) -> str:
    """Return filler whose words count on, so that an order can be told."""
    return " ".join(f"word{start + i:04d} of the text" for i in range(count)) + "."


def _filled(paper: Paper, start: int, *, top: tuple[float, float, float] = (72, 72, 72)) -> int:
    for column, y in zip(COLUMNS, top, strict=True):
        count = int((760 - y) / 12 * 1.55)
        paper.paragraph(_numbered(start, count), y, column, size=9)
        start += count
    return start


def _order(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"word(\d{4})", text)]


def test_three_columns_are_read_one_after_the_other(tmp_path):
    """Within a page the columns follow each other, then the next page's do."""
    paper = Paper()
    following = _filled(paper, 0)
    _filled(paper.next_page(), following)
    order = _order(read_here(paper.save(tmp_path / "three.pdf")).text)
    assert order == sorted(order)
    assert len(order) > 400


def test_a_head_over_two_of_three_columns_leaves_the_third_whole(tmp_path):
    """What crosses one gutter parts only the columns that it stands in."""
    paper = Paper()
    _filled(paper, 0)
    paper.next_page()
    paper.line(
        "Figure 1: A curve whose caption runs over two of the columns here.", 60, 232, size=9
    )
    paper.plot((60, 80, 370, 220))
    _filled(paper, 400, top=(252, 252, 72))
    reading = read_here(paper.save(tmp_path / "three.pdf"))
    order = _order(reading.text)
    assert order == sorted(order)
    assert [iou(f.bbox, (60, 80, 370, 220)) > 0.9 for f in reading.figures] == [True]


def test_a_figure_in_the_middle_column_stays_in_it(tmp_path):
    """Neither the columns beside it nor the rules between them are part of the picture."""
    paper = Paper()
    _filled(paper, 0)
    paper.next_page()
    paper.plot((226, 80, 372, 190))
    paper.line("Figure 1: A curve.", 240, 206, size=8)
    for x in (213, 384):
        paper.page.draw_line((x, 70), (x, 750), width=0.4)
    _filled(paper, 400, top=(72, 226, 72))
    reading = read_here(paper.save(tmp_path / "three.pdf"))
    order = _order(reading.text)
    assert order == sorted(order)
    assert [iou(f.bbox, (226, 80, 372, 190)) > 0.9 for f in reading.figures] == [True]


def test_page_numbers_deep_in_the_page_are_no_text(tmp_path):
    """A number at one place of page after page, one more each time, is the page's."""
    paper = Paper()
    for number in range(4, 8):
        paper.paragraph(prose(150, number), 72, WHOLE)
        paper.line(str(number), 295, 672)
        paper.next_page()
    paragraphs = read_here(paper.save(tmp_path / "deep.pdf")).paragraphs
    assert [p.text for p in paragraphs if p.text.strip().isdecimal()] == []


def test_numbers_that_do_not_count_the_pages_stay(tmp_path):
    """A year at the same place of several pages is no page number."""
    paper = Paper()
    for year in (1999, 1987, 2004, 1970):
        paper.paragraph(prose(150, year % 7), 72, WHOLE)
        paper.line(str(year), 295, 662)
        paper.next_page()
    text = read_here(paper.save(tmp_path / "years.pdf")).text
    assert [y for y in ("1999", "1987", "2004", "1970") if y not in text] == []


LEFT, RIGHT = (55.0, 288.0), (312.0, 545.0)


def _listed(paper: Paper, column: tuple[float, float], start: int, first: float) -> int:
    """Set labels at a column's left edge, what they mean 60 points further on."""
    y = first
    while y < 700:
        paper.line(f"word{start:04d}", column[0], y + 8)
        y = 8 + paper.paragraph(_numbered(start + 1, 4), y - 2, (column[0] + 60, column[1]))
        start += 5
    return start


def _titled(paper: Paper) -> None:
    """A front over both columns: what stands in the middle stands alone."""
    for text, y, size in (("On Order", 80, 17), ("Ann Doe", 110, 12), ("Abstract", 140, 9)):
        paper.line(text, 300 - 2.2 * len(text) * size / 9, y, size=size)
    paper.paragraph(prose(70), 150, (80, 520), size=9)


def test_labels_of_a_list_stay_in_the_right_column(tmp_path):
    """A title in the page's middle doesn't move the gutter behind the labels."""
    paper = Paper()
    _titled(paper)
    paper.paragraph(_numbered(0, 75), 220, LEFT)
    _listed(paper, RIGHT, 75, 220)
    order = _order(read_here(paper.save(tmp_path / "list.pdf")).text)
    assert order == sorted(order)
    assert len(order) > 140


def test_labels_of_a_list_that_fills_the_left_column_are_no_margin_notes(tmp_path):
    """Columns are equally wide: each label stands before what it means."""
    paper = Paper()
    start = _listed(paper, LEFT, 0, 72)
    paper.paragraph(_numbered(start, 100), 72, RIGHT)
    order = _order(read_here(paper.save(tmp_path / "list.pdf")).text)
    assert order == sorted(order)
    assert len(order) > start


def test_a_wide_line_with_a_wide_gap_stays_one(tmp_path):
    """Its part within one column goes with the part that crosses the gutter."""
    paper = Paper()
    for at in range(4):
        paper.line(f"word{2 * at:04d} is first in this line of the abs", 80, 100 + 12 * at, size=9)
        paper.line(
            f"word{2 * at + 1:04d} comes behind it in a line over both columns of text",
            *(228, 100 + 12 * at),
            size=9,
        )
    paper.paragraph(_numbered(8, 90), 160, LEFT)
    paper.paragraph(_numbered(98, 90), 160, RIGHT)
    order = _order(read_here(paper.save(tmp_path / "gap.pdf")).text)
    assert order == sorted(order)


def test_a_bibliography_in_small_print_runs_on_behind_each_column(tmp_path):
    """Small print below a heading, or all down a column, is no footnote; below text it is one."""
    paper = Paper()
    paper.line("1 Introduction", 54, 70, size=14, font="tibo")
    paper.paragraph(_numbered(0, 100), 82)
    paper.paragraph(_numbered(110, 100), 72, RIGHT)
    paper.next_page()
    end = paper.paragraph(_numbered(400, 60), 72)
    paper.line("References", 54, end + 24, size=14, font="tibo")
    paper.paragraph(_numbered(470, 80), end + 34, size=8)
    paper.paragraph(_numbered(570, 160), 72, RIGHT, size=8)
    paper.next_page()
    paper.paragraph(_numbered(800, 40), 140)
    paper.paragraph(_numbered(2000, 20), 640, size=7)
    paper.paragraph(_numbered(840, 100), 140, RIGHT)
    order = _order(read_here(paper.save(tmp_path / "small.pdf")).text)
    assert order == sorted(order)
    assert (len(order), order[-1]) == (660, 2019)
