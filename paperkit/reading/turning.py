"""Turning: sideways tables and figures, read in a view of the page that is turned upright."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from paperkit.reading.pages import Line, Page
from paperkit.readings import Box

if TYPE_CHECKING:
    import numpy as np


def turned(page: Page, turn: int, lines: Sequence[Line]) -> Page:
    """Return the page as it looks when turned, with these of its lines alone."""
    width, height = page.height, page.width
    return replace(
        page,
        width=width,
        height=height,
        lines=tuple(turned_line(n, page, turn) for n in lines),
        shapes=tuple(replace(s, box=turned_box(s.box, page, turn)) for s in page.shapes),
        links=(),
        cut=(),
        turn=turn,
    )


def turned_line(line: Line, page: Page, turn: int) -> Line:
    """Return a line of the page as it stands when that is turned."""
    left = (line.turn - turn) % 360
    return replace(
        line,
        box=turned_box(line.box, page, turn),
        spans=tuple(replace(s, box=turned_box(s.box, page, turn)) for s in line.spans),
        turn=left,
        upright=left == 0,
    )


def turned_box(box: Box, page: Page, turn: int) -> Box:
    """Return where a box of the page stands when that is turned clockwise."""
    x0, y0, x1, y1 = box
    if turn == 90:
        return (page.height - y1, x0, page.height - y0, x1)
    if turn == 270:
        return (y0, page.width - x1, y1, page.width - x0)
    return box


def shown(box: Box, page: Page) -> Box:
    """Return where a box of a turned view stands on the page as it is shown."""
    return turned_box(box, page, (360 - page.turn) % 360)


def turned_ink(ink: np.ndarray, turn: int) -> np.ndarray:
    """Return a grid of the page turned clockwise."""
    import numpy as np

    return np.rot90(ink, -(turn // 90)) if turn else ink
