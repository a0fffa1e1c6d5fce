"""Boards: a page prepared for finding pictures: its ink, without text that can't belong to one.

Ink is a grid of booleans, one cell a point: what a reader sees of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from paperkit.reading.captions import Caption
from paperkit.reading.continued import is_note
from paperkit.reading.layout import WIDE, Sheet
from paperkit.reading.pages import Shape
from paperkit.readings import Box

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Board:
    """One page prepared: ink without text that can't belong to a picture, and what blocks.

    ``cells`` are the rows of text between the rules of tables.
    """

    sheet: Sheet
    ink: np.ndarray
    blocks: tuple[Box, ...]
    captions: tuple[Caption, ...]
    graphics: np.ndarray
    top: float
    bottom: float
    rules: tuple[Box, ...] = field(default=())
    cells: frozenset[int] = frozenset()


def board(
    sheet: Sheet,
    ink: np.ndarray,
    captions: Sequence[Caption],
    text: frozenset[int],
    furniture: Sequence[Box],
    others: Sequence[Box],
    size: float,
) -> Board:
    """Return the page prepared; ``text``: rows of prose, headings and equations.

    ``others`` are boxes of text that stands the other way round, ``size`` is that of body text.
    """
    import numpy as np

    rules = tuple(
        s.box for s in sheet.page.shapes if size_of(s.box)[1] < 3 < 40 < size_of(s.box)[0]
    )
    cells = _tabled(sheet, captions, rules, _plain(sheet, text, size))
    framed = _framed(sheet, captions) | cells
    blocks = [*(sheet.rows[i].box for i in sorted(text - framed)), *others]
    notes = [r.box for r in sheet.rows if is_note(r.text)]
    apart = (*(c.box for c in captions), *(r.box for r in sheet.dropped), *notes)
    ink = ink.copy()
    for box in (*blocks, *apart, *furniture, *_column_rules(sheet, text)):
        _erase(ink, (box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1))
    graphics = np.zeros_like(ink)
    for shape in sheet.page.shapes:
        if min(size_of(shape.box)) > 3 or shape.image:
            _fill(graphics, shape.box)
    top = max([sheet.top, *(b[3] for b in furniture if b[3] < 0.2 * sheet.page.height)])
    bottom = min([sheet.bottom, *(b[1] for b in furniture if b[1] > 0.8 * sheet.page.height)])
    return Board(sheet, ink, tuple(blocks), tuple(captions), graphics, top, bottom, rules, cells)


def _column_rules(sheet: Sheet, text: frozenset[int]) -> list[Box]:
    """Return the upright rules between columns that both hold running text beside them."""
    found = []
    for (_, left), (right, _) in pairwise(sheet.columns):
        for shape in sheet.page.shapes:
            x0, y0, x1, y1 = shape.box
            if x1 - x0 < 3 and y1 - y0 > 60 and left - 3 < x0 and x1 < right + 3:
                level = {sheet.rows[i].column for i in text if y0 < sheet.rows[i].box[1] < y1}
                found += [shape.box] if len(level - {WIDE}) > 1 else []
    return found


def size_of(box: Box) -> tuple[float, float]:
    """Return width and height."""
    return box[2] - box[0], box[3] - box[1]


def _framed(sheet: Sheet, captions: Sequence[Caption]) -> frozenset[int]:
    """Return the rows inside a drawn frame or an image that holds no caption."""
    page = sheet.page
    drawn = [s.box for s in page.shapes if (s.rectangle or s.image) and size_of(s.box)[0] > 60]
    frames = [
        b
        for b in (*drawn[:300], *_four_sided(page.shapes))
        if 24 < size_of(b)[1] < 0.8 * page.height and not any(inside(c.box, b) for c in captions)
    ]
    return frozenset(
        i for i, row in enumerate(sheet.rows) if any(inside(row.box, f) for f in frames)
    )


def _plain(sheet: Sheet, text: frozenset[int], size: float) -> frozenset[int]:
    """Return the text rows as large as body text, which no rules make a table."""
    return frozenset(i for i in text if sheet.rows[i].size > size - 0.6)


def _tabled(
    sheet: Sheet, captions: Sequence[Caption], rules: Sequence[Box], text: frozenset[int]
) -> frozenset[int]:
    """Return the rows between the rules of tables: cells that read like prose are no prose."""
    found: set[int] = set()
    for caption in captions:
        for sign in (-1, 1) if caption.kind != "figure" else ():
            zone = _ruled(sheet, caption, captions, rules, text, sign)
            if zone is not None:
                found |= {i for i, row in enumerate(sheet.rows) if inside(row.box, zone)}
    return frozenset(found)


def _ruled(
    sheet: Sheet,
    caption: Caption,
    captions: Sequence[Caption],
    rules: Sequence[Box],
    text: frozenset[int],
    sign: int,
) -> Box | None:
    """Return the box between rules of one width from the caption on (sign 1: downwards)."""
    edge = caption.box[3] if sign > 0 else caption.box[1]
    ahead = [r for r in rules if sign * (r[1] - edge) > -3 and _meet(r, caption.box)]
    ahead.sort(key=lambda r: sign * r[1])
    if not ahead or sign * (ahead[0][1] - edge) > 40 or size_of(ahead[0])[0] < 80:
        return None
    x0, y, x1, _ = ahead[0]
    wide = [
        row.box
        for i, row in enumerate(sheet.rows)
        if i in text and _meet(row.box, ahead[0]) and row.line.width > 0.93 * (x1 - x0)
    ]
    stops = [*wide, *(c.box for c in captions if c is not caption and _meet(c.box, ahead[0]))]
    limit = min((sign * b[1] for b in stops if sign * (b[1] - edge) > 0), default=1e9)
    same = [r for r in ahead if abs(r[0] - x0) < 4 and abs(r[2] - x1) < 4 and sign * r[1] < limit]
    last = same[-1][1] if same else y
    return (x0, min(y, last), x1, max(y, last)) if abs(last - y) > 8 else None


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] - 3 and a[2] > b[0] + 3


def _four_sided(shapes: Sequence[Shape]) -> list[Box]:
    """Return the frames drawn as two rules and two upright lines that meet at the corners."""
    flat = [s.box for s in shapes if size_of(s.box)[1] < 3 and size_of(s.box)[0] > 60][:60]
    tall = [s.box for s in shapes if size_of(s.box)[0] < 3 and size_of(s.box)[1] > 24][:60]
    found = []
    for top in flat:
        sides = [t for t in tall if abs(t[1] - top[1]) < 4]
        left = [t for t in sides if abs(t[0] - top[0]) < 4]
        right = [t for t in sides if abs(t[2] - top[2]) < 4]
        if left and right:
            found.append((top[0], top[1], top[2], min(left[0][3], right[0][3])))
    return found


def inside(a: Box, b: Box) -> bool:
    """Return whether a box lies within another, two points of tolerance."""
    return a[0] > b[0] - 2 and a[1] > b[1] - 2 and a[2] < b[2] + 2 and a[3] < b[3] + 2


def cells_of(array: np.ndarray, box: Box) -> tuple[slice, slice]:
    """Return the rows and columns of a grid that a box in points covers."""
    height, width = array.shape
    x0, x1 = max(0, round(box[0] - 0.4)), min(width, round(box[2] + 0.6))
    y0, y1 = max(0, round(box[1] - 0.4)), min(height, round(box[3] + 0.6))
    return slice(y0, max(y0, y1)), slice(x0, max(x0, x1))


def _erase(array: np.ndarray, box: Box) -> None:
    array[cells_of(array, box)] = False


def _fill(array: np.ndarray, box: Box) -> None:
    array[cells_of(array, box)] = True
