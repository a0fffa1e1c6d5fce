"""Tables: the cells of a table as rows of text, only where the print tells them apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from paperkit.reading.captions import is_note
from paperkit.reading.layout import Sheet
from paperkit.reading.pages import Line
from paperkit.readings import Box

GUTTER = 4.0
"""Least white (points) between two columns of a table."""


def rows_of(sheet: Sheet, box: Box) -> tuple[tuple[str, ...], ...] | None:
    """Return the cells of the table in a box, or None where columns can't be told apart.

    Columns are what white strips through the body rows leave. Reliable means: at least two rows
    and columns, and no piece of text across a strip except in the first rows (joined headers).
    """
    bands = _bands_in(sheet, box)
    if len(bands) < 2:
        return None
    strips = _strips(bands[len(bands) // 4 :])
    if len(strips) < 2:
        return None
    rows = [_cells(band, strips) for band in bands]
    body = rows[len(rows) // 4 :]
    if any(row is None for row in body) or _thin(body) or _doubled(body):
        return None
    return tuple(
        row if row is not None else _header(band, strips)
        for row, band in zip(rows, bands, strict=True)
    )


def columns_in(sheet: Sheet, box: Box) -> list[tuple[float, float]]:
    """Return the left and right edge of each column of the table in a box."""
    bands = _bands_in(sheet, box)
    return _strips(bands[len(bands) // 4 :])


def _bands_in(sheet: Sheet, box: Box) -> list[list[Line]]:
    return _bands([n for n in _lines(sheet) if _within(n.box, box)])


def _lines(sheet: Sheet) -> list[Line]:
    lines = (n for n in sheet.page.lines if n.upright and n.text.strip())
    return [n for n in lines if not is_note(n.text)]


def _within(a: Box, b: Box) -> bool:
    middle = ((a[0] + a[2]) / 2, (a[1] + a[3]) / 2)
    return b[0] - 1 < middle[0] < b[2] + 1 and b[1] - 1 < middle[1] < b[3] + 1


def _bands(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines on one baseline each, from the top."""
    bands: list[list[Line]] = []
    for line in sorted(lines, key=lambda n: n.base):
        if bands and line.base - bands[-1][0].base < 0.45 * max(line.size, 5):
            bands[-1].append(line)
        else:
            bands.append([line])
    return bands


def _strips(bands: Sequence[Sequence[Line]]) -> list[tuple[float, float]]:
    """Return the x ranges of the columns that all bands share."""
    edges = sorted((n.box[0], n.box[2]) for band in bands for n in band)
    columns: list[tuple[float, float]] = []
    for x0, x1 in edges:
        if columns and x0 < columns[-1][1] + GUTTER:
            columns[-1] = (columns[-1][0], max(columns[-1][1], x1))
        else:
            columns.append((x0, x1))
    return columns


def _cells(band: Sequence[Line], strips: Sequence[tuple[float, float]]) -> tuple[str, ...] | None:
    cells = [""] * len(strips)
    for line in sorted(band, key=lambda n: n.box[0]):
        inside = [i for i, (a, b) in enumerate(strips) if line.box[0] < b and line.box[2] > a]
        if len(inside) != 1:
            return None
        cells[inside[0]] = f"{cells[inside[0]]} {' '.join(line.text.split())}".strip()
    return tuple(cells)


def _header(band: Sequence[Line], strips: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """Return a header row, text over several columns in the first of them."""
    cells = [""] * len(strips)
    for line in sorted(band, key=lambda n: n.box[0]):
        inside = [i for i, (a, b) in enumerate(strips) if line.box[0] < b and line.box[2] > a]
        first = inside[0] if inside else 0
        cells[first] = f"{cells[first]} {' '.join(line.text.split())}".strip()
    return tuple(cells)


def _thin(rows: Sequence[tuple[str, ...] | None]) -> bool:
    """Return whether cells look wrapped: most rows fill few columns or hold a sentence."""
    filled = [sum(bool(c) for c in row) / len(row) for row in rows if row]
    wordy = [max(len(c) for c in row) > 60 for row in rows if row]
    if sum(wordy) > 0.3 * len(wordy):
        return True
    return not filled or sum(f >= 0.6 for f in filled) < 0.7 * len(filled)


_NUMBER = re.compile(r"[-–−+±]?\d[\d.,]*%?\*?")


def _doubled(rows: Sequence[tuple[str, ...] | None]) -> bool:
    """Return whether a column mostly holds two numbers a cell: two columns set too close."""
    for column in zip_longest(*(row for row in rows if row), fillvalue=""):
        cells = [c for c in column if c]
        if cells and sum(map(_pair, cells)) > 0.5 * len(cells):
            return True
    return False


def _pair(cell: str) -> bool:
    bare = re.sub(r"\([^)]*\)", "", cell)
    words = bare.split()
    thousands = re.fullmatch(r"\d{1,3}(?: \d{3})+", bare.strip())
    return len(words) > 1 and not thousands and all(_NUMBER.fullmatch(w) for w in words)


# ---- parts on later pages


def joined(
    parts: Sequence[tuple[tuple[str, ...], ...] | None],
) -> tuple[tuple[str, ...], ...] | None:
    """Return the rows of a table's parts as one table, its repeated head once.

    None where a part's cells couldn't be told apart or are not as many a row.
    """
    first, *later = parts
    if first is None or any(p is None or len(p[0]) != len(first[0]) for p in later):
        return None
    rows = list(first)
    for part in later:
        rows += _without_head(part or (), first)
    return tuple(rows)


def _without_head(
    part: tuple[tuple[str, ...], ...], first: tuple[tuple[str, ...], ...]
) -> tuple[tuple[str, ...], ...]:
    head = 0
    while head < min(len(part), len(first)) and part[head] == first[head]:
        head += 1
    return part[head:]
