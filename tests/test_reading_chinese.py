"""Chinese papers: sections, captions, lines joined without spaces, Latin words kept apart."""

from __future__ import annotations

import pytest

from paperkit.reading import read_here
from paperkit.reading.text import spliced
from paperkit.readings import Reading
from tests.reading_samples import Paper, iou

WORDS = (
    "深度学习方法在图像识别任务中取得了显著的进展，然而现有模型通常需要大量标注数据才能达到令人满意的"
    "性能。本文提出一种基于稀疏编码的学习框架，能够在少量样本条件下提取场景中的运动信息，并保留解释场"
    "景所需的关键部分。实验结果表明该方法在多个公开数据集上优于已有工作，且计算开销更低。"
)
LEFT, RIGHT = (54.0, 289.0), (309.0, 544.0)
FIGURE, TABLE = (320.0, 80.0, 530.0, 200.0), (320.0, 300.0, 530.0, 376.0)
CAPTION = "图1 不同方法在验证集上的损失曲线，其中阴影部分表示标准差，横轴为训练轮数，纵轴为损失值"


def _set(paper: Paper, text: str, y: float, x: tuple[float, float], *, size: float = 10) -> float:
    """Set Chinese text line by line, as many characters as fit; return where it ends."""
    count = int((x[1] - x[0]) / size)
    for at in range(0, len(text), count):
        y += 1.5 * size
        paper.line(text[at : at + count], x[0], y, size=size, font="china-s")
    return y


@pytest.fixture(scope="module")
def read(tmp_path_factory) -> Reading:
    """Return the reading of a paper in two columns with a figure and a table."""
    paper = Paper()
    paper.line("基于稀疏编码的少样本场景", 150, 70, size=20, font="china-s")
    paper.line("学习方法研究", 220, 96, size=20, font="china-s")
    y = 110.0
    for title in ("摘要", "1 引言", "2 相关工作", "2.1 数据集"):
        paper.line(title, LEFT[0], y + 26, size=13, font="china-s")
        y = _set(paper, WORDS, y + 30, LEFT)
    paper.next_page()
    y = _set(paper, WORDS * 3, 60, LEFT)
    for title in ("3 结论", "致谢", "参考文献"):
        paper.line(title, LEFT[0], y + 26, size=13, font="china-s")
        y = _set(paper, WORDS[:60] + "。", y + 30, LEFT)
    paper.plot(FIGURE)
    y = _set(paper, CAPTION, 203, RIGHT, size=9)
    paper.line("表1：各方法的准确率", 380, 290, size=9, font="china-s")
    for edge in (300, 316, 376):
        paper.page.draw_line((320, edge), (530, edge), width=0.8)
    for i, row in enumerate(
        [("方法", "准确率"), ("本文", "91.2"), ("ResNet", "85.1"), ("基线", "79.0")]
    ):
        for j, cell in enumerate(row):
            paper.line(cell, 330 + 100 * j, 312 + 18 * i, size=9, font="china-s")
    _set(paper, WORDS * 2, 390, RIGHT)
    return read_here(paper.save(tmp_path_factory.mktemp("chinese") / "zh.pdf"))


def test_sections_of_a_chinese_paper(read):
    """Numbered and known heads, their numbers and levels."""
    assert [(s.number, s.title, s.level) for s in read.sections] == [
        ("", "摘要", 1), ("1", "引言", 1), ("2", "相关工作", 1), ("2.1", "数据集", 2),
        ("3", "结论", 1), ("", "致谢", 1), ("", "参考文献", 1),
    ]  # fmt: skip


def test_lines_of_chinese_are_joined_without_spaces(read):
    """Title, paragraphs and captions have no space where a line ended."""
    assert read.title == "基于稀疏编码的少样本场景学习方法研究"
    assert WORDS in read.text
    assert [f.caption for f in read.figures] == [CAPTION, "表1：各方法的准确率"]


def test_pictures_and_tables_of_a_chinese_paper(read):
    """图 and 表 have their boxes, and the table its rows."""
    figure, table = read.figures
    assert (iou(figure.bbox, (311, 80, 530, 200)) > 0.9, iou(table.bbox, TABLE) > 0.9) == (
        True,
        True,
    )
    assert table.rows is not None
    assert table.rows[1:] == (("本文", "91.2"), ("ResNet", "85.1"), ("基线", "79.0"))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["稀疏", "编码"], "稀疏编码"),
        (["使用 Transformer", "网络"], "使用 Transformer 网络"),
        (["sparse", "codes"], "sparse codes"),
        ([" 稀疏 ", "", "GPU"], "稀疏 GPU"),
    ],
)
def test_only_between_chinese_a_line_end_is_no_space(lines, expected):
    """Latin words keep the space on either side."""
    assert spliced(lines) == expected
