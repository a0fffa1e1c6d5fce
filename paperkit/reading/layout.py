"""Layout: body style, columns, rows, running heads and prose of pages, from geometry alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from paperkit.reading.pages import Line, Page
from paperkit.reading.running import STARTS_CAPTION, Heads, parted, running_heads
from paperkit.readings import Box

WIDE = -1
"""The column of a row that runs across the gutter."""
MARGIN = -2
"""The column of a row beside the text area: margin notes, a journal's side bar."""


@dataclass(frozen=True, slots=True)
class Row:
    """The pieces of one column on one baseline; ``gap`` is the widest white between pieces."""

    line: Line
    column: int
    gap: float

    @property
    def text(self) -> str:
        """Return the characters, pieces joined by a space."""
        return self.line.text

    @property
    def box(self) -> Box:
        """Return the box in points."""
        return self.line.box

    @property
    def size(self) -> float:
        """Return the font size of most characters."""
        return self.line.size


@dataclass(frozen=True, slots=True)
class Style:
    """What most of the document's text looks like, and whether it is set in two columns.

    ``pitch`` is the usual step (points) from line to line of body text.
    """

    size: float
    font: str
    bold: bool
    two_columns: bool
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
    gutters = [_gutter(page, size) for page in pages]
    known = [g for g in gutters if g is not None]
    two = sum(1 for g in known if g > 0) * 2 > len(known)
    common = frozenset(s for s, n in sizes.items() if n >= 0.06 * total)
    return Style(size, font, bold, two, common, _pitch(pages, size))


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


def _gutter(page: Page, size: float) -> float | None:
    """Return the gutter's x, 0 for a page in one column, None where too little text says so."""
    long = [
        (line.box[0], line.box[2])
        for line in page.lines
        if line.upright and line.width > 0.18 * page.width and 0.7 < line.size / size < 1.3
    ]
    if len(long) < 8:
        return None
    low, high = int(0.36 * page.width), int(0.64 * page.width)
    crossing = {x: sum(a < x - 3 and b > x + 3 for a, b in long) for x in range(low, high, 2)}
    least = min(crossing.values())
    best = [x for x, n in crossing.items() if n <= least + 1]
    x = min(best, key=lambda b: abs(b - page.width / 2))
    sides = sum(b <= x + 3 for _, b in long), sum(a >= x - 3 for a, _ in long)
    if least > 0.4 * len(long):
        return 0.0
    return float(x) if min(sides) >= 3 else None


def lay_out(pages: Sequence[Page], style: Style) -> list[Sheet]:
    """Return the pages with their rows in reading order, running heads set apart."""
    heads = running_heads(pages)
    gutters = [_gutter(page, style.size) for page in pages]
    usual = _middle([g for g in gutters if g]) if style.two_columns else 0.0
    area = _area(pages, style)
    return [
        _sheet(page, heads, usual if gutter is None else gutter, area)
        for page, gutter in zip(pages, gutters, strict=True)
    ]


def _area(pages: Sequence[Page], style: Style) -> tuple[float, float] | None:
    """Return the left and right edge of the text that most of the pages share."""
    edges = []
    for page in pages:
        lines = [n for n in page.lines if n.upright and abs(n.size - style.size) < 0.6]
        if sum(n.width > 0.3 * page.width for n in lines) >= 10:
            edges.append(_extent(lines, page, 0.3))
    if 2 * len(edges) < len(pages):
        return None
    return _middle([a for a, _ in edges]), _middle([b for _, b in edges])


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _sheet(page: Page, heads: Heads, gutter: float, area: tuple[float, float] | None) -> Sheet:
    kept, edges, numbers = parted(page, heads)
    columns = _columns(page, kept, gutter)
    if len(columns) == 1 and area and sum(n.width > 0.3 * page.width for n in kept) < 4:
        columns = ((min(area[0], columns[0][0]), max(area[1], columns[0][1])),)
    split = 0.0 if len(columns) == 1 else (columns[0][1] + columns[1][0]) / 2
    rows = _rows(kept, split, (columns[0][0], columns[-1][1]))
    heights = [n.box for n in edges]
    top = max((b[3] for b in heights if b[3] < 0.18 * page.height), default=0.0)
    bottom = min((b[1] for b in heights if b[1] > 0.82 * page.height), default=page.height)
    dropped = [Row(n, 0, 0.0) for n in (*edges, *numbers)]
    ordered = tuple(_reading_order(rows, columns))
    return Sheet(page, ordered, columns, top, bottom, tuple(dropped))


# ---- columns and rows


def _columns(page: Page, lines: list[Line], gutter: float) -> tuple[tuple[float, float], ...]:
    upright = [line for line in lines if line.upright]
    if gutter <= 0:
        return (_extent(upright, page, 0.3),)
    left = [n for n in upright if n.box[2] <= gutter + 4]
    right = [n for n in upright if n.box[0] >= gutter - 4]
    if not left or not right:
        return (_extent(upright, page, 0.3),) if not left else _guess(left, gutter, page)
    first, second = _extent(left, page, 0.18), _extent(right, page, 0.18)
    return (first, (max(second[0], first[1] + 2), second[1]))


def _guess(left: list[Line], gutter: float, page: Page) -> tuple[tuple[float, float], ...]:
    x0, x1 = _extent(left, page, 0.18)
    return ((x0, x1), (2 * gutter - x1, 2 * gutter - x0))


def _extent(lines: list[Line], page: Page, share: float) -> tuple[float, float]:
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


def _rows(lines: list[Line], split: float, span: tuple[float, float]) -> list[Row]:
    """Return the lines joined to rows within their columns, from the top."""
    columns: dict[int, list[Line]] = {}
    for line in lines:
        beside = line.box[2] < span[0] - 10 or line.box[0] > span[1] + 10
        columns.setdefault(MARGIN if beside else _column(line, split), []).append(line)
    return [row for column, some in columns.items() for row in _join(some, column)]


def _column(line: Line, split: float) -> int:
    if not split or line.box[2] <= split + 6:
        return 0
    return 1 if line.box[0] >= split - 6 else WIDE


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
        ordered += [r for r in rest if r.line.base < row.line.base]
        rest = [r for r in rest if r.line.base >= row.line.base]
        ordered.append(row)
    return ordered + rest + margin


def _by_place(row: Row) -> tuple[float, float]:
    return (round(row.line.base / 3), row.box[0])
