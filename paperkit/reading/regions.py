"""Regions: where the picture or table of a caption stands, from what is printed around it.

From the caption the region grows over ink until running text, a heading, another caption or the
page's edge ends it. Ink is a grid of booleans, one cell a point: what a reader sees of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from paperkit.reading.captions import Caption, is_note
from paperkit.reading.layout import WIDE, Sheet
from paperkit.reading.pages import Shape
from paperkit.readings import Box

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class PreparedPage:
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


def prepared_page(
    sheet: Sheet,
    ink: np.ndarray,
    captions: Sequence[Caption],
    text: frozenset[int],
    edges: Sequence[Box],
    others: Sequence[Box],
    size: float,
) -> PreparedPage:
    """Return the page prepared; ``text``: rows of prose, headings and equations.

    ``others`` are boxes of text that stands the other way round, ``size`` is that of body text.
    """
    rules = tuple(
        s.box for s in sheet.page.shapes if size_of(s.box)[1] < 3 < 40 < size_of(s.box)[0]
    )
    cells = _tabled(sheet, captions, rules, _plain(sheet, text, size))
    framed = _framed(sheet, captions) | cells
    blocks = [*(sheet.rows[i].box for i in sorted(text - framed)), *others]
    notes = [r.box for r in sheet.rows if is_note(r.text)]
    apart = (*(c.box for c in captions), *(r.box for r in sheet.dropped), *notes)
    ink = ink.copy()
    for box in (*blocks, *apart, *edges, *_column_rules(sheet, text)):
        _erase(ink, (box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1))
    top = max([sheet.top, *(b[3] for b in edges if b[3] < 0.2 * sheet.page.height)])
    bottom = min([sheet.bottom, *(b[1] for b in edges if b[1] > 0.8 * sheet.page.height)])
    return PreparedPage(
        sheet, ink, tuple(blocks), tuple(captions), _graphics(sheet, ink), top, bottom, rules, cells
    )


def _graphics(sheet: Sheet, ink: np.ndarray) -> np.ndarray:
    """Return where pictures and drawn shapes stand, lines left out, as large as the ink."""
    import numpy as np

    graphics = np.zeros_like(ink)
    for shape in sheet.page.shapes:
        if min(size_of(shape.box)) > 3 or shape.image:
            _fill(graphics, shape.box)
    return graphics


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


# ---- growing

OUTSIDE = 30.0
"""How far (points) a picture may reach over the edge of the text area."""


@dataclass(frozen=True, slots=True)
class Region:
    """A possible place of a caption's picture or table, and how well it fits."""

    box: Box
    score: float
    above: bool


def candidates(page: PreparedPage, caption: Caption) -> list[Region]:
    """Return the possible regions above, below and beside a caption, best first."""
    found = [
        region
        for above in (True, False)
        if (region := candidate(page, caption, above=above)) is not None
    ]
    found += [r for region in found if (r := _widened(page, caption, region)) is not None]
    sides = [r for left in (True, False) if (r := _beside(page, caption, left)) is not None]
    found += [_preferred(r, found) for r in sides if not found or _at_side(page, caption, r)]
    return sorted(found, key=lambda r: -r.score)


def candidate(page: PreparedPage, caption: Caption, *, above: bool) -> Region | None:
    """Return the region above or below a caption."""
    column = caption.column
    area = _area(page, caption, column, above=above)
    box, score = _grow(page, caption, area, above=above)
    if column != WIDE and len(page.sheet.columns) > 1 and box is not None:
        wider = _area(page, caption, WIDE, above=above)
        if _crosses_gutter(page, box, wider, column):
            box, score = _grow(page, caption, wider, above=above)
    return None if box is None else Region(box, score, above)


def _area(page: PreparedPage, caption: Caption, column: int, *, above: bool) -> Box:
    """Return how far the region may reach: to the next text above or below, and sideways."""
    x0, x1 = _sideways(page, caption, column)
    y0, y1 = page.top, page.bottom
    for box in (*page.blocks, *(c.box for c in page.captions if c is not caption)):
        if box[2] < x0 + 3 or box[0] > x1 - 3:
            continue
        if (box[1] + box[3]) / 2 < caption.box[1]:
            y0 = max(y0, box[3])
        elif (box[1] + box[3]) / 2 > caption.box[3]:
            y1 = min(y1, box[1])
    return (x0, y0, x1, caption.box[1] - 0.5) if above else (x0, caption.box[3] + 0.5, x1, y1)


def _sideways(page: PreparedPage, caption: Caption, column: int) -> tuple[float, float]:
    sheet = page.sheet
    x0, x1 = sheet.extent(column)
    if column == WIDE == caption.column and len(sheet.columns) > 2:
        x0, x1 = _spanned(page, caption.box)
    left, right = sheet.span
    x0 = x0 - OUTSIDE if x0 <= left + 1 else x0 - 4
    x1 = x1 + OUTSIDE if x1 >= right - 1 else x1 + 4
    x0, x1 = max(3.0, min(x0, caption.box[0])), min(sheet.page.width - 3, max(x1, caption.box[2]))
    for box in page.blocks:
        if _level(box, caption.box):
            x0 = max(x0, box[2] + 1) if box[2] < caption.box[0] else x0
            x1 = min(x1, box[0] - 1) if box[0] > caption.box[2] else x1
    for other in page.captions:
        if other is not caption and _level(other.box, caption.box):
            gutter = _gutter_between(page, caption, other)
            edge = _between(page, caption.box, other.box) if gutter is None else gutter
            x0 = max(x0, edge) if other.box[2] < caption.box[0] + 3 else x0
            x1 = min(x1, edge) if other.box[0] > caption.box[2] - 3 else x1
    return x0, x1


def _gutter_between(page: PreparedPage, a: Caption, b: Caption) -> float | None:
    """Return the x of the gutter between two captions of neighboring columns, None for others."""
    first, second = sorted((a.column, b.column))
    if first < 0 or second != first + 1:
        return None
    return (page.sheet.columns[first][1] + page.sheet.columns[second][0]) / 2


def _spanned(page: PreparedPage, box: Box) -> tuple[float, float]:
    """Return the edges of those columns that a wide caption stands over."""
    met = [c for c in page.sheet.columns if box[0] < c[1] - 6 and box[2] > c[0] + 6]
    # Centered under all columns, a short caption may leave the outer ones free.
    middle = abs(box[0] + box[2] - sum(page.sheet.span)) < 12
    return page.sheet.span if middle or not met else (met[0][0], met[-1][1])


def _level(a: Box, b: Box) -> bool:
    return min(a[3], b[3]) - max(a[1], b[1]) > 0.3 * min(a[3] - a[1], b[3] - b[1])


def _between(page: PreparedPage, a: Box, b: Box) -> float:
    """Return the x between two captions side by side where the widest white strip runs."""
    import numpy as np

    left, right = (a, b) if a[0] < b[0] else (b, a)
    low, high = (
        int(left[0] + 0.5 * (left[2] - left[0])),
        int(right[0] + 0.5 * (right[2] - right[0])),
    )
    top = int(min(a[1], b[1]))
    y0 = max([int(page.top), *(int(x[3]) for x in page.blocks if x[3] < top)], default=0)
    strip = np.asarray(page.ink[y0:top, low:high].any(axis=0))
    middle = (left[2] + right[0]) / 2
    white = [
        (x1 - x0, -abs((x0 + x1) / 2 + low - middle), (x0 + x1) / 2 + low)
        for x0, x1 in _runs(~strip)
    ]
    near = [w for w in white if w[0] >= 4 and w[1] > -0.25 * (high - low) - 10]
    return max(near)[2] if near else middle


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Return the start and end of each run of True."""
    import numpy as np

    padded = np.concatenate(([False], flags, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _crosses_gutter(page: PreparedPage, box: Box, wider: Box, column: int) -> bool:
    """Return whether ink runs on from the column into the one beside it."""
    rows = slice(int(max(box[1], wider[1])), int(min(box[3], wider[3])))
    if rows.stop - rows.start < 0.5 * (box[3] - box[1]):
        return False
    for at, (a, b) in enumerate(pairwise(page.sheet.columns)):
        gutter = (a[1] + b[0]) / 2
        band = page.ink[rows, int(gutter - 5) : int(gutter + 5)]
        full = bool(band.size) and bool(band.all(axis=1).sum() >= 1 or band.any(axis=0).all())
        if full and column in {at, at + 1}:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Segment:
    start: int
    end: int
    graphic: bool


def _grow(
    page: PreparedPage, caption: Caption, area: Box, *, above: bool
) -> tuple[Box | None, float]:
    """Return the box of the ink that belongs to the caption within the area, and its score."""
    segments = _segments(page, area)
    ordered = segments[::-1] if above else segments
    edge = area[3] if above else area[1]
    taken: list[_Segment] = []
    distance = 0.0
    for segment in ordered:
        near = segment.end if above else segment.start
        gap = abs(edge - near)
        if gap > _reach(page, caption, taken, segment, area):
            break
        distance = gap if not taken else distance
        taken.append(segment)
        edge = segment.start if above else segment.end
    taken = _without_stray_text(caption, taken)
    if not taken:
        return None, 0.0
    y0, y1 = min(s.start for s in taken), max(s.end for s in taken)
    box = _trimmed(page, (area[0], y0, area[2], y1))
    if box is None or box[3] - box[1] < 6 or box[2] - box[0] < 12:
        return None, 0.0
    return box, _score(page, caption, box, distance, above=above)


def _segments(page: PreparedPage, area: Box) -> list[_Segment]:
    import numpy as np

    cells = cells_of(page.ink, area)
    rows = np.asarray(page.ink[cells].any(axis=1))
    graphic = np.asarray(page.graphics[cells].any(axis=1))
    merged: list[tuple[int, int]] = []
    for a, b in _runs(rows):
        if merged and a - merged[-1][1] < 3:
            merged[-1] = (merged[-1][0], b)
        else:
            merged.append((a, b))
    y = cells[0].start
    return [
        _Segment(a + y, b + y, bool(graphic[a:b].any()))
        for a, b in merged
        if b - a >= 2 or page.ink[cells][a:b].sum() > 20
    ]


def _reach(
    page: PreparedPage, caption: Caption, taken: list[_Segment], segment: _Segment, area: Box
) -> float:
    """Return how much white (points) the region may cross to take the next segment."""
    if not taken:
        return 60.0 if caption.kind == "figure" else 40.0
    if segment.graphic and caption.kind == "figure":
        return 50.0
    if _between_rules(page, taken, segment, area):
        return 40.0
    return 16.0


def _between_rules(page: PreparedPage, taken: list[_Segment], segment: _Segment, area: Box) -> bool:
    """Return whether a rule like the ones passed still lies ahead, in growing direction."""
    y0, y1 = min(s.start for s in taken), max(s.end for s in taken)
    down = segment.start >= y1
    inside = [r for r in page.rules if r[0] > area[0] - 3 and r[2] < area[2] + 3]
    seen = [r for r in inside if y0 - 1 <= r[1] <= y1 + 1]
    ahead = [r for r in inside if (area[3] >= r[1] >= y1 if down else area[1] <= r[1] <= y0)]
    return any(abs(a[0] - b[0]) < 4 and abs(a[2] - b[2]) < 4 for a in seen for b in ahead)


def _without_stray_text(caption: Caption, taken: list[_Segment]) -> list[_Segment]:
    """Return the segments without text far from the caption, once a picture has been seen."""
    if caption.kind != "figure" or not any(s.graphic for s in taken):
        return taken
    kept = list(taken)
    while len(kept) > 1 and not kept[-1].graphic:
        gap = max(kept[-2].start - kept[-1].end, kept[-1].start - kept[-2].end)
        if gap < 9:
            break
        kept.pop()
    return kept


def _trimmed(page: PreparedPage, area: Box) -> Box | None:
    import numpy as np

    cells = cells_of(page.ink, area)
    part = page.ink[cells]
    ys, xs = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(ys):
        return None
    x, y = cells[1].start, cells[0].start
    return (float(xs[0] + x), float(ys[0] + y), float(xs[-1] + x + 1), float(ys[-1] + y + 1))


def _score(
    page: PreparedPage, caption: Caption, box: Box, distance: float, *, above: bool
) -> float:
    cells = cells_of(page.ink, box)
    graphic = float(page.graphics[cells].mean())
    ruled = sum(
        box[1] - 2 <= r[1] <= box[3] + 2 and r[0] < box[2] and r[2] > box[0] for r in page.rules
    )
    score = 2.0 - distance / 25 + min(1.0, (box[3] - box[1]) / 40)
    if caption.kind == "figure":
        return score + (1.0 if above else 0.0) + (1.0 if graphic > 0.1 else 0.0)
    return score + (0.0 if above else 0.4) + min(1.5, 0.5 * ruled) - (0.7 if graphic > 0.5 else 0.0)


def _widened(page: PreparedPage, caption: Caption, region: Region) -> Region | None:
    """Return the region over both columns if the other one holds ink there that nobody claims.

    A short caption set flush left under a wide figure lies in one column.
    """
    columns = page.sheet.columns
    if caption.column == WIDE or len(columns) != 2 or caption.kind != "figure":
        return None
    other = columns[1 - caption.column]
    y0, y1 = region.box[1], region.box[3]
    strip = _trimmed(page, (other[0], y0, other[1], y1))
    if strip is None or strip[3] - strip[1] < 0.6 * (y1 - y0):
        return None
    near = (other[0], y0 - 80, other[1], y1 + 80)
    if any(_touch(c.box, near) for c in page.captions if c is not caption):
        return None
    if any(_touch(b, (other[0], y0 + 3, other[1], y1 - 3)) for b in page.blocks):
        return None
    area = _area(page, caption, WIDE, above=region.above)
    if not region.above or area[1] > y0 + 3:  # text of the other column ends the area
        area = (area[0], y0 - 1, area[2], y1 + 1)
    box = _trimmed(page, (area[0], min(area[1], y0), area[2], area[3]))
    return None if box is None else Region(box, region.score + 0.5, region.above)


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def _preferred(side: Region, found: Sequence[Region]) -> Region:
    """Return the region beside a caption, ahead of others that are but parts of it."""
    parts = [r.score for r in found if overlap(r.box, side.box) > 0.8]
    return replace(side, score=max([side.score, *(s + 0.6 for s in parts)]))


def _at_side(page: PreparedPage, caption: Caption, region: Region) -> bool:
    """Return whether a picture as high as its caption stands beside that narrow caption."""
    x0, x1 = page.sheet.extent(caption.column)
    narrow = caption.box[2] - caption.box[0] < 0.55 * (x1 - x0)
    shared = min(region.box[3], caption.box[3]) - max(region.box[1], caption.box[1])
    covered = shared > 0.8 * (caption.box[3] - caption.box[1])
    drawn = float(page.graphics[cells_of(page.graphics, region.box)].mean()) > 0.1
    return narrow and covered and drawn and len(caption.rows) > 1


def _beside(page: PreparedPage, caption: Caption, left: bool) -> Region | None:
    """Return the picture at the left or right of its caption."""
    x0, x1 = page.sheet.extent(caption.column)
    x0, x1 = (x0 - OUTSIDE, caption.box[0] - 1) if left else (caption.box[2] + 1, x1 + OUTSIDE)
    if x1 - x0 < 40:
        return None
    y0, y1 = page.top, page.bottom
    for box in (*page.blocks, *(c.box for c in page.captions if c is not caption)):
        if box[2] > x0 + 3 and box[0] < x1 - 3:
            y0 = max(y0, box[3]) if box[3] < caption.box[3] else y0
            y1 = min(y1, box[1]) if box[1] > caption.box[1] else y1
    found = _trimmed(page, (max(3.0, x0), y0, min(page.sheet.page.width - 3, x1), y1))
    if found is None or not _level(found, caption.box) or min(size_of(found)) < 25:
        return None
    return Region(found, 3.2, True)


def at_top(page: PreparedPage, caption: Caption) -> Box | None:
    """Return what opens a page, if it could be what a caption on an earlier page names."""
    import numpy as np

    x0, x1 = page.sheet.span
    ys = np.flatnonzero(page.ink[int(page.top) :, int(x0) : int(x1)].any(axis=1))
    first = float(ys[0]) + int(page.top) if len(ys) else page.bottom
    if any(b[1] < first for b in (*page.blocks, *(c.box for c in page.captions))):
        return None
    edge = replace(caption, box=(x0, first - 1, x1, first - 0.5), column=WIDE, rows=())
    region = candidate(page, edge, above=False)
    return None if region is None else region.box


def overlap(a: Box, b: Box) -> float:
    """Return the shared area as a share of the smaller box."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return width * height / smaller if smaller else 0.0
