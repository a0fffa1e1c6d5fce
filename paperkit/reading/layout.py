"""Layout: body style, columns, rows and reading order of pages, from geometry alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from paperkit.reading.pages import Line, Page, turned, turned_line
from paperkit.reading.running import STARTS_CAPTION, parted, running_heads
from paperkit.readings import Box

_Long = Sequence[tuple[float, float]]


def page_gutters(pages: Sequence[Page], size: float, columns: int) -> list[tuple[float, ...]]:
    """Return the x of each page's gutters, the usual ones where a page doesn't tell."""
    found = [gutters_of(page, size, columns) for page in pages]
    several = sorted(g for g in found if g and len(g) == columns - 1)
    usual = several[len(several) // 2] if several else ()
    return [
        usual if g is None or (columns == 3 and _fits(page, size, usual)) else g
        for page, g in zip(pages, found, strict=True)
    ]


def gutters_of(page: Page, size: float, most: int = 3) -> tuple[float, ...] | None:
    """Return the x of each gutter, none for one column, None where too little text says so.

    ``size`` is that of body text, ``most`` the number of columns looked for.
    """
    long = _long(page, size)
    if len(long) < 8:
        return None
    return (_thirds(page, long) if most == 3 else None) or _halves(page, long)


def _long(page: Page, size: float) -> _Long:
    return [
        (line.box[0], line.box[2])
        for line in page.lines
        if line.upright and line.width > 0.18 * page.width and 0.7 < line.size / size < 1.3
    ]


def _fits(page: Page, size: float, gutters: tuple[float, ...]) -> bool:
    """Return whether few lines cross these gutters: a page whose last column is empty, say."""
    long = _long(page, size)
    return all(sum(a < x - 3 and b > x + 3 for a, b in long) <= 0.4 * len(long) for x in gutters)


def _halves(page: Page, long: _Long) -> tuple[float, ...] | None:
    x, least = _whitest(page, long, 0.36, 0.64)
    if least > 0.4 * len(long):
        return ()
    sides = sum(b <= x + 3 for _, b in long), sum(a >= x - 3 for a, _ in long)
    return (x,) if min(sides) >= 3 else None


def _thirds(page: Page, long: _Long) -> tuple[float, ...] | None:
    left, crossed = _whitest(page, long, 0.26, 0.42)
    right, also = _whitest(page, long, 0.58, 0.74)
    if max(crossed, also) > 0.4 * len(long):
        return None
    between = sum(a >= left - 3 and b <= right + 3 for a, b in long)
    sides = sum(b <= left + 3 for _, b in long), sum(a >= right - 3 for a, _ in long)
    return (left, right) if min(*sides, between) >= 3 else None


def _whitest(page: Page, long: _Long, low: float, high: float) -> tuple[float, int]:
    """Return the x between two shares of the width that fewest lines cross, and how many do.

    Labels that hang into the white between columns are short lines: they choose among the best.
    What stands alone at its height (a title's last word, an author) is no label.
    """
    places = range(int(low * page.width), int(high * page.width), 2)
    crossed = _overlaps(long, places, -3)
    least = min(crossed.values())
    best = [x for x, n in crossed.items() if n <= least + 1]
    heights = Counter(round(n.base / 3) for n in page.lines if n.upright)
    short = [
        (n.box[0], n.box[2])
        for n in page.lines
        if n.upright
        and n.width < 90
        and sum(heights[round(n.base / 3) + near] for near in (-1, 0, 1)) > 1
    ]
    cut = _overlaps(short, best, 1)
    clear = min(cut.values())
    best = [x for x in best if cut[x] <= 1.2 * clear + 1]
    middle = (low + high) / 2 * page.width
    return float(min(best, key=lambda b: abs(b - middle))), least


def _overlaps(lines: _Long, places: Iterable[int], near: float) -> dict[int, int]:
    """Return how many lines begin left of each place + ``near`` and don't end left of it - it."""
    starts, ends = sorted(a for a, _ in lines), sorted(b for _, b in lines)
    return {x: bisect_left(starts, x + near) - bisect_right(ends, x - near) for x in places}


def columns_of(
    page: Page, lines: Sequence[Line], gutters: tuple[float, ...]
) -> tuple[tuple[float, float], ...]:
    """Return the left and right edge of each column."""
    upright = [line for line in lines if line.upright]
    bounds = (-1e9, *gutters, 1e9)
    members = [
        [n for n in upright if n.box[0] >= a - 4 and n.box[2] <= b + 4] for a, b in pairwise(bounds)
    ]
    if not members[0] or not gutters:
        return (extent_of(upright, page, 0.3),)
    columns = [extent_of(some, page, 0.18) if some else None for some in members]
    result: list[tuple[float, float]] = []
    for at, column in enumerate(columns):
        x0, x1 = column or _guess(result[-1], gutters[at - 1])
        result.append((max(x0, result[-1][1] + 2) if result else x0, x1))
    return _alike(result, [line.box[0] for line in upright])


def _alike(
    columns: Sequence[tuple[float, float]], starts: Sequence[float]
) -> tuple[tuple[float, float], ...]:
    """Return columns as wide as the widest where labels stand before a list that fills them."""
    width, end, result = max(b - a for a, b in columns), 0.0, []
    for a, b in columns:
        labelled = b - width > end and any(abs(x - b + width) < 6 for x in starts)
        result.append((min(a, b - width) if labelled else a, b))
        end = b
    return tuple(result)


def _guess(before: tuple[float, float], gutter: float) -> tuple[float, float]:
    """Return an empty column as wide as the one before it, as far from the gutter."""
    return 2 * gutter - before[1], 2 * gutter - before[0]


def extent_of(lines: Sequence[Line], page: Page, share: float) -> tuple[float, float]:
    """Return the usual left and right edge of the long lines."""
    long = [n for n in lines if n.width > share * page.width] or lines
    if not long:
        return (0.1 * page.width, 0.9 * page.width)
    left = Counter(round(n.box[0] / 3) for n in long)
    right = Counter(round(n.box[2] / 3) for n in long)
    return (
        min(x for x, n in left.items() if n >= 0.3 * max(left.values())) * 3.0 - 1.5,
        max(x for x, n in right.items() if n >= 0.3 * max(right.values())) * 3.0 + 1.5,
    )


# ---- style and sheets

WIDE = -1
"""The column of a row that runs across the gutter."""
MARGIN = -2
"""The column of a row beside the text area: margin notes, a journal's side bar."""


@dataclass(frozen=True, slots=True)
class Row:
    """The pieces of one column on one baseline; ``gap`` is the widest white between pieces.

    ``text``, ``box`` and ``size`` are those of the line, its pieces joined by a space.
    """

    line: Line
    column: int
    gap: float
    text: str = field(init=False)
    box: Box = field(init=False)
    size: float = field(init=False)

    def __post_init__(self) -> None:
        """Take over what is asked for most."""
        for name in ("text", "box", "size"):
            object.__setattr__(self, name, getattr(self.line, name))


@dataclass(frozen=True, slots=True)
class Style:
    """What most of the document's text looks like, and in how many columns it is set.

    ``pitch`` is the usual step (points) from line to line of body text.
    """

    size: float
    font: str
    bold: bool
    columns: int
    sizes: frozenset[float]
    pitch: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page laid out: rows in reading order, column extents, content limits top and bottom.

    ``columns`` holds (left, right) of each column; ``dropped`` are rows of running heads,
    page numbers, line numbers and stamps.
    """

    page: Page
    rows: tuple[Row, ...]
    columns: tuple[tuple[float, float], ...]
    top: float
    bottom: float
    dropped: tuple[Row, ...]

    @property
    def span(self) -> tuple[float, float]:
        """Return the left and right edge of the text area."""
        return self.columns[0][0], self.columns[-1][1]

    def extent(self, column: int) -> tuple[float, float]:
        """Return the left and right edge of a column, or of the text area for a wide row."""
        return self.span if column < 0 else self.columns[column]


def style_of(pages: Sequence[Page]) -> Style:
    """Return the document's body style: the size and font that set most characters."""
    sizes: Counter[float] = Counter()
    fonts: Counter[tuple[str, bool]] = Counter()
    for line in _all_lines(pages):
        if len(line.text) > 15 and line.upright:
            sizes[_half(line.size)] += len(line.text)
    size = max(sizes, key=lambda s: (sizes[s], s), default=10.0)
    for line in _all_lines(pages):
        if abs(line.size - size) < 0.6:
            fonts[(line.font, line.bold)] += len(line.text)
    font, bold = max(fonts, key=lambda f: fonts[f], default=("", False))
    total = sum(sizes.values()) or 1
    counts = Counter(len(g) + 1 for page in pages if (g := gutters_of(page, size)) is not None)
    common = frozenset(s for s, n in sizes.items() if n >= 0.06 * total)
    return Style(size, font, bold, _usual(counts), common, _pitch(pages, size))


def _usual(counts: Counter[int]) -> int:
    """Return the number of columns that more than half of the pages have."""
    return next((n for n in (3, 2) if 2 * counts[n] > sum(counts.values())), 1)


def _pitch(pages: Sequence[Page], size: float) -> float:
    steps: Counter[float] = Counter()
    for page in pages:
        lines = [n for n in page.lines if n.upright and abs(n.size - size) < 0.6]
        for a, b in pairwise(lines):
            step = b.box[3] - a.box[3]
            if abs(a.box[0] - b.box[0]) < 3 and 0.8 * size < step < 3 * size:
                steps[round(step * 2) / 2] += 1
    return max(steps, key=lambda s: steps[s], default=0.0)


def _all_lines(pages: Sequence[Page]) -> Iterable[Line]:
    return (line for page in pages for line in page.lines)


def _half(size: float) -> float:
    return round(size * 2) / 2


def lay_out(pages: Sequence[Page], style: Style) -> list[Sheet]:
    """Return the pages with their rows in reading order, running heads set apart.

    A page with sideways text comes twice: without it, then turned so that it is upright.
    """
    heads = running_heads(pages)
    gutters = page_gutters(pages, style.size, style.columns)
    area = _area(pages, style)
    width = Counter(round(page.width) for page in pages).most_common(1)
    sheets: list[Sheet] = []
    for page, gutter in zip(pages, gutters, strict=True):
        kept, edges, numbers = parted(page, heads)
        aside = _sideways(kept)
        upright = [n for n in kept if n.turn not in aside]
        dropped = (*edges, *numbers)
        shared = area if round(page.width) == width[0][0] else _margins(page)
        sheets.append(_sheet(page, upright, edges, dropped, gutter, shared))
        sheets += [_turned(page, lines, dropped, turn, style) for turn, lines in aside.items()]
    return sheets


def _sideways(lines: Sequence[Line]) -> dict[int, list[Line]]:
    """Return the lines to be read with the page turned, by degrees clockwise.

    Axis labels stand sideways on many pages; a page is turned for a caption, or where most of
    what is written on it stands so.
    """
    total = sum(len(n.text) for n in lines)
    found = {}
    for turn in (90, 270):
        some = [n for n in lines if n.turn == turn]
        most = len(some) >= 8 and sum(len(n.text) for n in some) > 0.5 * total
        if most or any(STARTS_CAPTION.match(n.text) for n in some):
            found[turn] = some
    return found


def _turned(
    page: Page, lines: Sequence[Line], dropped: Sequence[Line], turn: int, style: Style
) -> Sheet:
    """Return what stands sideways on a page, laid out upright."""
    view = turned(page, turn, lines)
    gone = [turned_line(n, page, turn) for n in dropped]
    gutter = gutters_of(view, style.size, style.columns) or ()
    return _sheet(view, list(view.lines), (), gone, gutter, _margins(view))


def _margins(page: Page) -> tuple[float, float]:
    """Return a guess at the edges of the text area of a page that lies on its side."""
    return 0.08 * page.width, 0.92 * page.width


def _area(pages: Sequence[Page], style: Style) -> tuple[float, float] | None:
    """Return the left and right edge of the text that most of the pages share."""
    edges = []
    for page in pages:
        lines = [n for n in page.lines if n.upright and abs(n.size - style.size) < 0.6]
        if sum(n.width > 0.3 * page.width for n in lines) >= 10:
            edges.append(extent_of(lines, page, 0.3))
    if not edges or 2 * len(edges) < len(pages):
        return None
    return _middle([a for a, _ in edges]), _middle([b for _, b in edges])


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _sheet(
    page: Page,
    kept: list[Line],
    edges: Sequence[Line],
    dropped: Sequence[Line],
    gutters: tuple[float, ...],
    area: tuple[float, float] | None,
) -> Sheet:
    columns = columns_of(page, kept, gutters)
    if len(columns) == 1 and area:
        wide = [n.box for n in kept if n.width > 0.3 * page.width]
        reached = any(abs(b[0] - area[0]) < 6 and abs(b[2] - area[1]) < 6 for b in wide)
        if reached or len(wide) < 4:  # an abstract may be set narrower than the text
            columns = ((min(area[0], columns[0][0]), max(area[1], columns[0][1])),)
    halves = tuple((a[1] + b[0]) / 2 for a, b in pairwise(columns))
    splits = gutters if len(gutters) == len(halves) else halves
    rows = _rows(kept, splits, columns)
    heights = [n.box for n in edges]
    top = max((b[3] for b in heights if b[3] < 0.18 * page.height), default=0.0)
    bottom = min((b[1] for b in heights if b[1] > 0.82 * page.height), default=page.height)
    ordered = tuple(_reading_order(rows, columns))
    return Sheet(page, ordered, columns, top, bottom, tuple(Row(n, 0, 0.0) for n in dropped))


# ---- rows


def _rows(
    lines: list[Line], splits: Sequence[float], edges: Sequence[tuple[float, float]]
) -> list[Row]:
    """Return the lines joined to rows within their columns, from the top."""
    columns: dict[int, list[Line]] = {}
    for line in lines:
        beside = line.box[2] < edges[0][0] - 10 or line.box[0] > edges[-1][1] + 10
        columns.setdefault(MARGIN if beside else _column(line, splits), []).append(line)
    wide = [n for n in columns.get(WIDE, ()) if _reaches(n, edges)]
    for column in [c for c in columns if c >= 0 and wide]:
        parts = [n for n in columns[column] if any(_goes_on(w, n) for w in wide)]
        columns[WIDE] += parts
        columns[column] = [n for n in columns[column] if n not in parts]
    return [row for column, some in columns.items() for row in _join(some, column)]


def _reaches(line: Line, edges: Sequence[tuple[float, float]]) -> bool:
    """Return whether a line stands in two columns; a label that hangs out stands in one."""
    return sum(line.box[0] < b - 3 and line.box[2] > a + 3 for a, b in edges) > 1


def _goes_on(wide: Line, line: Line) -> bool:
    """Return whether a line is a wide one's other part, a little more than a word's gap away."""
    gap = max(line.box[0] - wide.box[2], wide.box[0] - line.box[2])
    return -1 < gap < 1.5 * max(wide.size, 6) and _same_baseline(wide, line)


def _column(line: Line, splits: Sequence[float]) -> int:
    column = sum(line.box[2] > split + 6 for split in splits)
    return WIDE if column and line.box[0] < splits[column - 1] - 6 else column


def _join(lines: list[Line], column: int) -> list[Row]:
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda n: (n.box[1] + n.box[3]) / 2):
        for group in reversed(groups[-4:]):
            if _same_baseline(max(group, key=lambda n: n.width), line):
                group.append(line)
                break
        else:
            groups.append([line])
    return [row for group in groups for row in _split_at_gaps(group, column)]


def _same_baseline(a: Line, b: Line) -> bool:
    if not (a.upright and b.upright):
        return False
    if abs(a.size - b.size) < 0.6 and abs(a.base - b.base) > 0.6 * a.size:
        return False
    overlap = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    return overlap >= 0.55 * min(a.height, b.height)


def _split_at_gaps(group: list[Line], column: int) -> list[Row]:
    group = sorted(group, key=lambda n: n.box[0])
    rows: list[tuple[list[Line], float]] = [([group[0]], 0.0)]
    for line in group[1:]:
        pieces, widest = rows[-1]
        gap = line.box[0] - max(p.box[2] for p in pieces)
        if gap > 1.5 * max(pieces[-1].size, 6) or STARTS_CAPTION.match(line.text):
            rows.append(([line], 0.0))
        else:
            pieces.append(line)
            rows[-1] = (pieces, max(widest, gap))
    return [Row(_merged(pieces), column, gap) for pieces, gap in rows]


def _merged(pieces: list[Line]) -> Line:
    if len(pieces) == 1:
        return pieces[0]
    most = max(pieces, key=lambda p: len(p.text))
    text = pieces[0].text
    for a, b in pairwise(pieces):
        close = b.box[0] - a.box[2] < 0.12 * most.size
        text += b.text if close or text.endswith(" ") else " " + b.text
    spans = tuple(s for p in pieces for s in p.spans)
    return replace(most, text=text, box=union(p.box for p in pieces), spans=spans)


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around all of them."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return (min(x0), min(y0), max(x1), max(y1))


def _reading_order(rows: list[Row], columns: tuple[tuple[float, float], ...]) -> list[Row]:
    """Return the rows from the top, column after column between rows across the gutter."""
    margin = sorted((r for r in rows if r.column == MARGIN), key=_by_place)
    rows = [r for r in rows if r.column != MARGIN]
    if len(columns) == 1:
        return sorted(rows, key=_by_place) + margin
    wide = sorted((r for r in rows if r.column == WIDE), key=_by_place)
    rest = sorted((r for r in rows if r.column != WIDE), key=lambda r: (r.column, *_by_place(r)))
    ordered: list[Row] = []
    for row in wide:
        over = _crossed(row, columns)
        ordered += [r for r in rest if r.line.base < row.line.base and r.column in over]
        rest = [r for r in rest if r.line.base >= row.line.base or r.column not in over]
        ordered.append(row)
    return ordered + rest + margin


def _crossed(row: Row, columns: tuple[tuple[float, float], ...]) -> range:
    """Return the columns that a wide row parts: of three, those it stands in."""
    if len(columns) < 3:
        return range(len(columns))
    met = [i for i, (a, b) in enumerate(columns) if row.box[0] < b - 3 and row.box[2] > a + 3]
    return range(min(met, default=0), max(met, default=-1) + 1)


def _by_place(row: Row) -> tuple[float, float]:
    return (round(row.line.base / 3), row.box[0])
