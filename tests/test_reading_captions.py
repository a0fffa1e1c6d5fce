"""Captions: every way of writing a label, and sentences that only look like one."""

from __future__ import annotations

import pytest

from paperkit.reading import read_here
from tests.reading_samples import LEFT, RIGHT, Paper, body, prose


def _read(tmp_path, caption, *, font="tiro", size=9.0):
    paper = Paper()
    body(paper, 72, LEFT)
    paper.plot((320, 80, 530, 200))
    paper.line(caption, RIGHT[0], 220, size=size, font=font)
    body(paper, 250, RIGHT, 200)
    return read_here(paper.save(tmp_path / "caption.pdf")).figures


@pytest.mark.parametrize(
    ("caption", "kind", "label"),
    [
        ("Figure 1: A curve.", "figure", "1"),
        ("Fig. 2. A curve.", "figure", "2"),
        ("FIG. 3. A curve.", "figure", "3"),
        ("Figure 4 | A curve.", "figure", "4"),
        ("Figure S5. A curve.", "figure", "S5"),
        ("Figure A.1: A curve.", "figure", "A.1"),
        ("Fig. 6 A curve of some kind", "figure", "6"),
        ("Extended Data Figure 7 | A curve.", "figure", "Extended Data 7"),
        ("Supplementary Figure 8: A curve.", "figure", "S8"),
        ("TABLE IV. A curve.", "table", "IV"),
        ("Table 9: A curve.", "table", "9"),
        ("Algorithm 2: A curve.", "algorithm", "2"),
    ],
)
def test_labels_are_read_as_printed(tmp_path, caption, kind, label):
    """Kind, label and caption come out as the paper prints them."""
    found = [(f.kind, f.label, f.caption) for f in _read(tmp_path, caption)]
    assert found == [(kind, label, caption)]


@pytest.mark.parametrize(
    ("caption", "kind"), [("图1 曲线的形状", "figure"), ("表2：结果", "table")]
)
def test_chinese_labels_are_read(tmp_path, caption, kind):
    """图 and 表 name figures and tables."""
    found = _read(tmp_path, caption, font="china-s")
    assert [(f.kind, f.label) for f in found] == [(kind, caption[1])]


def test_a_caption_of_several_lines_is_whole(tmp_path):
    """The caption ends where its last line ends, not where its first one does."""
    caption = "Figure 1: " + prose(40)
    paper = Paper()
    body(paper, 72, LEFT)
    paper.plot((320, 80, 530, 200))
    end = paper.paragraph(caption, 208, RIGHT, size=9)
    body(paper, end + 16, RIGHT, 200)
    assert [f.caption for f in read_here(paper.save(tmp_path / "long.pdf")).figures] == [caption]


def test_a_sentence_that_begins_with_a_figure_is_no_caption(tmp_path):
    """`Figure 1 shows` at a line's start is text."""
    paper = Paper()
    end = body(paper, 72, LEFT, 200)
    paper.paragraph("Figure 1 shows that the curve falls. " + prose(60), end + 6, LEFT)
    body(paper, 72, RIGHT, 300)
    assert read_here(paper.save(tmp_path / "no.pdf")).figures == ()


def test_a_label_alone_has_its_title_on_the_next_line(tmp_path):
    """`TABLE I` over a centered title in small capitals is one caption, its table below."""
    paper = Paper()
    body(paper, 72, LEFT)
    paper.line("TABLE I", RIGHT[0] + 100, 84, size=8)
    paper.line("HOW THE METHODS COMPARE ON SCENES", RIGHT[0] + 38, 95, size=6.6)
    cells = [["Method", "Recall"], ["ours", "0.91"], ["theirs", "0.85"]]
    paper.table((330, 520), 104, cells)
    body(paper, 180, RIGHT, 250)
    found = read_here(paper.save(tmp_path / "small.pdf")).figures
    assert [(f.kind, f.label, f.caption, f.rows) for f in found] == [
        ("table", "I", "TABLE I HOW THE METHODS COMPARE ON SCENES", tuple(map(tuple, cells)))
    ]
