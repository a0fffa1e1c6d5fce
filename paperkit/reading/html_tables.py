"""Tables in arXiv's HTML: rows of cells, which of them are heads, and what spans several."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from paperkit.passages import all_values, is_value
from paperkit.reading.html_text import Beside, Element, children, classes, text_of
from paperkit.readings import Span

MOST_COLUMNS, MOST_CELLS = 400, 100_000
"""What a table may have; a larger one keeps its lines."""


@dataclass(frozen=True)
class Cell:
    """One cell as it was set: its text, where it stands and how far it reaches, what it looks like.

    ``head`` says that the page marks it as a column's head, ``ruled`` that a rule is above it.
    """

    text: str
    row: int
    column: int
    rows: int
    columns: int
    head: bool
    ruled: bool


@dataclass(frozen=True)
class Table:
    """A table's rows, how many of them are heads, what spans several, and its lines."""

    rows: tuple[tuple[str, ...], ...]
    head: int = 0
    spans: tuple[Span, ...] = ()
    lines: tuple[str, ...] = ()


def tables_below(element: Element) -> Iterator[Element]:
    """Yield the outermost tables below an element, but for displayed formulas."""
    for child in children(element):
        if "ltx_tabular" in classes(child):
            yield child
        else:
            yield from tables_below(child)


def table_of(element: Element, beside: Beside) -> Table:
    """Return a table, without rows and columns that have no text.

    Text that spans several rows or columns stands in the first of them.
    """
    cells = list(_cells(element, beside))
    height = 1 + max((c.row for c in cells), default=-1)
    width = max((c.column + c.columns for c in cells), default=0)
    if width > MOST_COLUMNS or height * width > MOST_CELLS:
        return Table((), lines=tuple(_lines(cells)))
    return _tightened(cells, height, width)


def _tightened(cells: Sequence[Cell], height: int, width: int) -> Table:
    """Return the table without empty rows and columns."""
    said = [c for c in cells if c.text]
    rows, columns = sorted({c.row for c in said}), sorted({c.column for c in said})
    grid = [[""] * len(columns) for _ in rows]
    spans = []
    for cell in said:
        row, column = bisect_left(rows, cell.row), bisect_left(columns, cell.column)
        grid[row][column] = cell.text
        down = bisect_left(rows, cell.row + cell.rows) - row
        across = bisect_left(columns, cell.column + cell.columns) - column
        spans += [(row, column, down, across)] if max(down, across) > 1 else []
    head = bisect_left(rows, _head(cells, height, width))
    return Table(tuple(map(tuple, grid)), head, tuple(spans), tuple(_lines(said)))


def _lines(cells: Sequence[Cell]) -> Iterator[str]:
    """Yield the rows as lines, white gaps as two spaces."""
    for _, row in groupby((c for c in cells if c.text), key=lambda c: c.row):
        yield "  ".join(c.text for c in row)


# ---- cells


def _cells(element: Element, beside: Beside) -> Iterator[Cell]:
    """Yield the cells from left to right, below those that reach down from above."""
    until: dict[int, int] = {}  # the first row in which a column is free
    rows = list(_rows(element))
    most = min(MOST_COLUMNS, MOST_CELLS // max(1, len(rows)))
    for number, (row, headed) in enumerate(rows):
        column = 0
        for cell in children(row):
            named = classes(cell)
            if cell.tag not in ("td", "th") and "ltx_td" not in named:
                continue
            while column <= most and until.get(column, 0) > number:
                column += 1
            wide = column > most  # too wide: nothing but its lines is kept
            across = 1 if wide else min(_span(cell, named, "col"), most)
            down = 1 if wide else min(_span(cell, named, "row"), len(rows) - number)
            until |= dict.fromkeys(range(column, column + across), number + down)
            head = headed or "ltx_th_column" in named
            ruled = bool(named & _RULED)
            text = _cell_text(cell, beside)
            yield Cell(text, number, column, down, across, head, ruled)
            column += across


_RULED = frozenset(("ltx_border_t", "ltx_border_tt", "ltx_border_T"))


def _cell_text(cell: Element, beside: Beside) -> str:
    """Return a cell's text, that of a table within it too."""
    return text_of(cell, beside, mode="cell")


def _rows(element: Element) -> Iterator[tuple[Element, bool]]:
    """Yield a table's own rows, each with whether the page sets it as a head."""
    for child in children(element):
        named = classes(child)
        if child.tag == "tr" or "ltx_tr" in named:
            yield child, False
        elif child.tag == "thead" or "ltx_thead" in named:
            yield from ((row, True) for row, _ in _rows(child))
        elif "ltx_tabular" not in named and child.tag not in ("td", "th"):
            yield from _rows(child)


def _span(cell: Element, named: frozenset[str], kind: str) -> int:
    """Return how many rows or columns a cell reaches over: an attribute, else a class."""
    stated = cell.get(f"{kind}span") or next(
        (n.rpartition("_")[2] for n in named if n.startswith(f"ltx_{kind}span_")), ""
    )
    return max(1, int(stated[:6])) if stated.isascii() and stated.isdigit() else 1


# ---- heads


def _head(cells: Sequence[Cell], height: int, width: int) -> int:
    """Return how many rows at the top are heads: as marked, else those above the first rule.

    A rule counts that goes below every column; rows of values are no heads.
    """
    by_row: list[list[Cell]] = [[] for _ in range(height)]
    for cell in cells:
        by_row[cell.row].append(cell)
    marked = 0
    while marked < height and _is_marked(by_row, marked):
        marked += 1
    if 0 < marked < height:
        return marked
    for row in range(1, height):
        own = by_row[row]
        across = sum(c.columns for c in own if c.ruled)
        if own and across >= width and not any(map(_is_of_values, by_row[:row])):
            return row
    return 0


def _is_marked(by_row: Sequence[Sequence[Cell]], row: int) -> bool:
    said = [c for c in by_row[row] if c.text]
    return bool(said) and all(c.head for c in said)


def _is_of_values(cells: Sequence[Cell]) -> bool:
    """Return whether a row states values; what stands at the top beside an empty corner is none."""
    texts = [c.text for c in cells if c.column and c.text]
    corner = bool(cells) and not (cells[0].row or cells[0].column or cells[0].text)
    return not corner and not all_values(texts) and any(map(is_value, texts))


# ---- several tables under one caption


def stacked(tables: Sequence[Table]) -> list[Table]:
    """Return the tables under one caption, as one where they are as wide and share a head."""
    done: list[Table] = []
    for table in tables:
        above = done[-1] if done else None
        if above is not None and _continues(above, table):
            done[-1] = _joined(above, table)
        else:
            done.append(table)
    return done


def _continues(above: Table, table: Table) -> bool:
    if not above.rows or not table.rows or len(above.rows[0]) != len(table.rows[0]):
        return False
    return table.head == 0 or above.rows[: above.head] == table.rows[: table.head]


def _joined(above: Table, table: Table) -> Table:
    gone = table.head
    moved = len(above.rows) - gone
    spans = tuple((r + moved, c, h, w) for r, c, h, w in table.spans if r >= gone)
    return replace(
        above,
        rows=(*above.rows, *table.rows[gone:]),
        spans=(*above.spans, *spans),
        lines=(*above.lines, *table.lines[gone:]),
    )


def is_table(table: Table) -> bool:
    """Return whether it is a table and no layout: two rows and columns at least, mostly filled."""
    rows = table.rows
    return len(rows) > 1 and len(rows[0]) > 1 and any(a != b for a, b in pairwise(rows))
