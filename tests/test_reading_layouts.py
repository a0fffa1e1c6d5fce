"""Layouts of many publishers: order of lines, running heads, captions and pictures."""

from __future__ import annotations

import pymupdf
import pytest

from paperkit.reading import read_here
from tests.reading_samples import LEFT, RIGHT, WHOLE, Paper, body, iou, prose

CELLS = [["Method", "Recall", "Time"], ["ours", "0.91", "3 s"], ["theirs", "0.85", "9 s"]]


def _words(start: int, count: int, *, end: str = ".") -> str:
    """Return numbered words, so that their order can be read off the text."""
    words = [
        f"{chr(97 + i % 26)}or{chr(97 + i // 26 % 26)}d{chr(97 + i // 676)}"
        for i in range(start, start + count)
    ]
    return " ".join(words) + end


def _figures(paper, tmp_path):
    return {(f.kind, f.label): f for f in read_here(paper.save(tmp_path / "paper.pdf")).figures}


@pytest.fixture
def flowing(tmp_path):
    """Two columns with a wide float, a footnote, and a sentence and a word over the page break."""
    paper = Paper()
    paper.plot((60, 72, 540, 200))
    paper.line("Figure 1: A wide curve.", 230, 216, size=9)
    paper.paragraph(_words(0, 240, end=""), 240, LEFT)
    paper.paragraph("1 A note in small print about what is said above.", 740, LEFT, size=7.5)
    end = paper.paragraph(_words(240, 240, end=""), 240, RIGHT)
    paper.line("and the representation of a scene is cut as represen-", RIGHT[0], end + 24)
    paper.next_page()
    paper.paragraph("tation at the end of the page. " + _words(480, 240), 72, LEFT)
    paper.paragraph(_words(720, 240), 72, RIGHT)
    return read_here(paper.save(tmp_path / "flow.pdf"))


def test_lines_come_in_reading_order_across_columns_and_pages(flowing):
    """Every word follows the one before it, down each column, then over to the next."""
    text = " ".join(flowing.text.split())
    joints = [
        _words(at, 12, end="")
        for start in (0, 240, 480, 720)
        for at in range(start, start + 240, 12)
    ]
    found = [text.find(joint) for joint in joints]
    assert (min(found) >= 0, found == sorted(found)) == (True, True)


def test_a_sentence_goes_on_over_a_page_break(flowing):
    """A word cut at the end of a page is whole, and its sentence is in one paragraph."""
    assert "is cut as representation at the end of the page." in flowing.text


def test_a_footnote_does_not_break_the_sentence_above_it(flowing):
    """Small print at the foot of a column is a paragraph of its own."""
    notes = [p.text for p in flowing.paragraphs if "small print" in p.text]
    assert notes == ["1 A note in small print about what is said above."]


def test_a_label_at_the_top_of_many_pages_is_no_running_head(tmp_path):
    """`Table 1` alone above its title stays a caption on page after page."""
    paper = Paper()
    for number in (1, 2, 3):
        if number > 1:
            paper.next_page()
        paper.line(f"Table {number}", WHOLE[0], 60, size=9, font="tibo")
        paper.line("How the methods compare on the scenes.", WHOLE[0], 71, size=9)
        bottom = paper.table((100, 400), 80, CELLS)
        body(paper, bottom + 30, WHOLE, 500)
    assert sorted(_figures(paper, tmp_path)) == [("table", n) for n in "123"]


def test_a_running_head_deep_in_the_page_is_no_part_of_a_table(tmp_path):
    """Heads of journals with small pages stand an eighth down the page."""
    paper = Paper()
    for number in (1, 2, 3, 4):
        if number > 1:
            paper.next_page()
        paper.line("A. Author and B. Writer", 210, 100, size=9)
        paper.line(str(number), 120, 100, size=9)
        paper.table((180, 420), 115, CELLS)
        paper.line(f"Table {number}. How they compare.", 230, 190, size=9)
        body(paper, 220, WHOLE, 400)
    boxes = [f.bbox for f in _figures(paper, tmp_path).values()]
    assert [iou(b, (180, 115, 420, 155)) > 0.85 for b in boxes] == [True] * 4


def test_line_numbers_between_the_columns_are_left_out(tmp_path):
    """Numbers that count the lines are no text, wherever they stand."""
    paper = Paper()
    body(paper, 72, LEFT, 420)
    body(paper, 72, RIGHT, 420)
    for number in range(54):
        paper.line(f"{number + 100:03}", 40, 80 + 12 * number, size=5, font="helv")
        paper.line(f"{number + 154:03}", 295, 80 + 12 * number, size=5, font="helv")
    text = read_here(paper.save(tmp_path / "numbered.pdf")).text
    assert [n for n in range(100, 208) if str(n) in text] == []


def test_few_line_numbers_under_a_wide_figure_are_left_out(tmp_path):
    """They count on from the page before; the page number stands in the same place."""
    paper = Paper()
    paper.plot((70, 72, 540, 440))
    paper.paragraph("Figure 1: Two curves.", 450, WHOLE, size=9)
    body(paper, 500, LEFT, 150)
    body(paper, 500, RIGHT, 150)
    for number in range(15):
        paper.line(f"{number + 300}", 40, 508 + 12 * number, size=5, font="helv")
        paper.line(f"{number + 315}", 295, 508 + 12 * number, size=5, font="helv")
    paper.line("7", 299, 770, size=9)
    text = read_here(paper.save(tmp_path / "numbered.pdf")).text
    assert [n for n in range(300, 330) if str(n) in text] == []


def test_a_caption_does_not_run_into_the_next_column(tmp_path):
    """A line of the other column on the caption's baseline is not its second half."""
    paper = Paper()
    paper.plot((70, 60, 280, 188))
    caption = "Figure 1: " + prose(26)
    end = paper.paragraph(caption, 192, LEFT, size=9)
    body(paper, end + 14, LEFT, 260)
    body(paper, 72, RIGHT, 330)
    assert _figures(paper, tmp_path)["figure", "1"].caption == caption


def test_the_head_of_a_table_without_rules_is_no_caption(tmp_path):
    """Cells apart on one line under a one-line caption begin the table."""
    paper = Paper()
    paper.line("Table 1: How they compare.", 210, 80, size=9)
    for i, row in enumerate(CELLS):
        for j, cell in enumerate(row):
            paper.line(cell, 200 + 60 * j, 93 + 12 * i, size=9)
    body(paper, 150, WHOLE, 500)
    assert _figures(paper, tmp_path)["table", "1"].caption == "Table 1: How they compare."


def test_a_title_under_a_label_may_cross_the_columns(tmp_path):
    """A label alone, a wide title in italics below it, then the picture."""
    paper = Paper()
    paper.line("Figure 1", LEFT[0], 70, font="tibo")
    title = "How the error of the method falls over time on all of the scenes that were held out"
    paper.line(title, LEFT[0], 93, font="tiit", size=11)
    paper.plot((110, 104, 490, 250))
    body(paper, 280, LEFT, 260)
    body(paper, 280, RIGHT, 260)
    found = _figures(paper, tmp_path)["figure", "1"]
    assert (found.caption, iou(found.bbox, (110, 104, 490, 250)) > 0.93) == (
        f"Figure 1 {title}",
        True,
    )


def test_a_short_caption_at_the_left_has_the_whole_wide_picture(tmp_path):
    """Two panels over both columns belong to a caption that fills a part of one."""
    paper = Paper()
    paper.plot((60, 72, 280, 200))
    paper.plot((320, 72, 540, 200))
    paper.line("Fig. 1. Two curves.", LEFT[0], 216, size=8)
    body(paper, 250, LEFT, 280)
    body(paper, 250, RIGHT, 280)
    assert iou(_figures(paper, tmp_path)["figure", "1"].bbox, (60, 72, 540, 200)) > 0.93


def test_a_caption_beside_its_picture_is_whole(tmp_path):
    """A narrow caption at the side of a picture ends with its last line."""
    paper = Paper()
    end = body(paper, 72, WHOLE, 200)
    box = (60, end + 30, 300, end + 190)
    paper.plot(box)
    caption = "Figure 1: " + prose(30)
    paper.paragraph(caption, end + 80, (330, 480), size=9, align=0)
    body(paper, end + 230, WHOLE, 200)
    found = _figures(paper, tmp_path)["figure", "1"]
    assert (found.caption, iou(found.bbox, box) > 0.9) == (caption, True)


def test_a_page_with_a_picture_alone_keeps_the_width_of_the_text(tmp_path):
    """A short caption does not decide how wide the picture above it may be."""
    paper = Paper()
    for _ in range(3):
        body(paper, 72, WHOLE, 600)
        paper.next_page()
    paper.plot((70, 200, 530, 480))
    paper.line("Figure 1: A curve.", 262, 500, size=9)
    assert iou(_figures(paper, tmp_path)["figure", "1"].bbox, (70, 200, 530, 480)) > 0.93


def test_unnumbered_headings_of_both_levels_are_found(tmp_path):
    """Bold lines that stand apart are headings where no heading has a number."""
    paper = Paper()
    paper.line("Sparse Codes for Busy Scenes", 150, 80, size=18, font="tibo")
    y = 120.0
    for size, title in ((13, "Results"), (10, "Ablation of parts"), (10, "Runtime on scenes")):
        paper.line(title, WHOLE[0], y + 22, size=size, font="hebo")
        y = paper.paragraph(prose(80), y + 32, WHOLE)
    found = [(s.title, s.level) for s in read_here(paper.save(tmp_path / "heads.pdf")).sections]
    assert found == [("Results", 1), ("Ablation of parts", 2), ("Runtime on scenes", 2)]


def test_a_narrow_caption_with_a_short_line_is_whole(tmp_path):
    """Beside a picture lines are ragged; a short one in the middle ends nothing."""
    lines = ["Figure 1: C", "Of", "our method", "and", "its variants", "over time."]
    paper = Paper()
    end = body(paper, 72, WHOLE, 200)
    paper.plot((60, end + 20, 430, end + 150))
    for i, line in enumerate(lines):
        paper.line(line, 445, end + 40 + 12 * i)
    body(paper, end + 170, WHOLE, 300)
    figures = read_here(paper.save(tmp_path / "side.pdf")).figures
    assert [f.caption for f in figures] == [" ".join(lines)]
    assert iou(figures[0].bbox, (51, end + 20, 430, end + 150)) > 0.9


def test_axis_labels_level_with_a_caption_beside_are_no_cells_of_a_table(tmp_path):
    """The caption's last line stays its own though labels stand left of it on the same line."""
    paper = Paper()
    end = body(paper, 72, WHOLE, 200)
    paper.plot((60, end + 20, 290, end + 150))
    for x in (110, 200):
        paper.line("energy (GeV)", x, end + 146, size=9)
    paper.line("Figure 1: Of our method and its variants on the", 310, end + 134)
    paper.line("scenes held out.", 310, end + 146)
    body(paper, end + 170, WHOLE, 300)
    [figure] = read_here(paper.save(tmp_path / "side.pdf")).figures
    assert figure.caption.endswith("scenes held out.")


def test_a_centered_table_without_rules_over_a_figure_is_kept(tmp_path):
    """A picture below in one column does not take the wide table's part above it."""
    paper = Paper()
    white = pymupdf.Rect(330, 120, 530, 300)  # a picture's background, unseen
    paper.page.draw_rect(white, color=(1, 1, 1), fill=(1, 1, 1))
    paper.line("Table 1: Lower is better.", 245, 80, size=9)
    for i in range(5):
        for j, cell in enumerate((f"method{i}", f"0.{i}1", f"{i}.7")):
            paper.line(cell, 200 + 90 * j, 104 + 12 * i, size=9)
    paper.plot((330, 180, 530, 300))
    paper.line("Figure 1: Bars from five runs.", RIGHT[0], 318, size=9)
    body(paper, 340, RIGHT, 200)
    body(paper, 190, LEFT, 300)
    figures = read_here(paper.save(tmp_path / "over.pdf")).figures
    found = {f.kind: f.bbox for f in figures}
    assert set(found) == {"figure", "table"}
    assert iou(found["table"], (200, 97, 400, 154)) > 0.6
    assert found["figure"][1] > 155


def test_limits_of_a_sum_above_a_footnote_are_no_footnote(tmp_path):
    """Small print level with the text's last line belongs to it."""
    paper = Paper()
    end = body(paper, 72, WHOLE, 300)
    paper.line("Over all frames we sum the losses S", 54, end + 20)
    paper.line("i=1", 216, end + 24, size=6)
    paper.line("1 A note that stands at the foot of this page.", 54, 740, size=8)
    paper.next_page()
    body(paper, 72, WHOLE, 300)
    texts = [p.text for p in read_here(paper.save(tmp_path / "note.pdf")).paragraphs]
    assert [t for t in texts if t.endswith("at the foot of this page.")] == [
        "1 A note that stands at the foot of this page."
    ]
    assert "i=1" not in texts
