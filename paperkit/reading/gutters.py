"""Gutters: the white strips between a page's columns, and the columns they leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from paperkit.reading.pages import Line, Page

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
    """Return the x between two shares of the width that fewest lines cross, and how many do."""
    crossing = {
        x: sum(a < x - 3 and b > x + 3 for a, b in long)
        for x in range(int(low * page.width), int(high * page.width), 2)
    }
    least = min(crossing.values())
    best = [x for x, n in crossing.items() if n <= least + 1]
    middle = (low + high) / 2 * page.width
    return float(min(best, key=lambda b: abs(b - middle))), least


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
