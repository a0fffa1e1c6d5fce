"""Made-up papers: small PDFs that the tests of reading draw themselves."""

from __future__ import annotations

from pathlib import Path

import pymupdf

WORDS = (
    "the method learns a sparse code of every frame and keeps the parts that explain the scene "
    "while the rest is dropped so that later steps see less noise and need fewer samples than "
    "any earlier approach we know of in this field of work because the basis adapts to motion "
).split()

LEFT = (54.0, 291.0)
RIGHT = (307.0, 544.0)
WHOLE = (54.0, 544.0)


def prose(count: int, start: int = 0) -> str:
    """Return that many words of filler that ends in a full stop."""
    return " ".join(WORDS[(start + i) % len(WORDS)] for i in range(count)).capitalize() + "."


class Paper:
    """A PDF in the making: text set in boxes, drawings, tables, all at given places."""

    def __init__(self) -> None:
        self.document = pymupdf.open()
        self.page = self.document.new_page(width=598, height=792)

    def next_page(self) -> Paper:
        self.page = self.document.new_page(width=598, height=792)
        return self

    def paragraph(
        self,
        text: str,
        y: float,
        x: tuple[float, float] = LEFT,
        *,
        size: float = 10,
        font: str = "tiro",
        align: int = 3,
    ) -> float:
        """Set justified text from y on; return where it ends."""
        box = pymupdf.Rect(x[0], y, x[1], 780)
        left = self.page.insert_textbox(box, text, fontsize=size, fontname=font, align=align)
        return float(box.height - left + y)

    def line(
        self, text: str, x: float, y: float, *, size: float = 10, font: str = "tiro", **more
    ) -> None:
        self.page.insert_text((x, y), text, fontsize=size, fontname=font, **more)

    def plot(self, box: tuple[float, float, float, float]) -> None:
        """Draw axes, a curve and axis labels that fill the box."""
        x0, y0, x1, y1 = box
        self.page.draw_rect(pymupdf.Rect(x0 + 12, y0, x1, y1 - 12), width=0.8)
        steps = [(x0 + 12 + i * (x1 - x0 - 12) / 9, y1 - 20 - (i * 37 % 50)) for i in range(10)]
        self.page.draw_polyline([pymupdf.Point(*s) for s in steps], color=(0, 0, 1))
        for i in range(4):
            self.line(f"{i}.0", x0 + 20 + i * (x1 - x0 - 60) / 3, y1 - 2, size=7, font="helv")
        self.line("0.5", x0, (y0 + y1) / 2, size=7, font="helv")

    def table(self, x: tuple[float, float], y: float, cells: list[list[str]]) -> float:
        """Set a table between three rules; return the bottom rule's y."""
        step = (x[1] - x[0]) / len(cells[0])
        self.page.draw_line((x[0], y), (x[1], y), width=0.9)
        for i, row in enumerate(cells):
            for j, cell in enumerate(row):
                self.line(cell, x[0] + 4 + j * step, y + 11 + 12 * i, size=9)
            if i == 0:
                self.page.draw_line((x[0], y + 14.5), (x[1], y + 14.5), width=0.5)
        bottom = y + 12 * len(cells) + 4
        self.page.draw_line((x[0], bottom), (x[1], bottom), width=0.9)
        return bottom

    def save(self, path: Path, **options) -> Path:
        self.document.save(path, **options)
        return path


def body(paper: Paper, y: float = 72, x: tuple[float, float] = LEFT, words: int = 330) -> float:
    """Fill a column with paragraphs."""
    end = paper.paragraph(prose(words // 2), y, x)
    return paper.paragraph(prose(words // 2, 20), end + 6, x)


def iou(a, b) -> float:
    """Return the overlap of two boxes as a share of their union."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(0.0, width) * max(0.0, height)
    areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    return both / (sum(areas) - both)
