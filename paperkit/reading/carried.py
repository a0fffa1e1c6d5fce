"""Carried: tables that go on at the top of the next page, where no caption stands over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from paperkit.reading import regions
from paperkit.reading.boards import Board
from paperkit.reading.captions import Caption
from paperkit.reading.continued import is_note
from paperkit.reading.tables import columns_in
from paperkit.readings import Box

Placed = tuple[Caption, Box]
"""A caption and the box of what it names."""


def carried(
    prepared: Mapping[int, Board], placed: Sequence[Sequence[Placed]]
) -> list[list[Placed]]:
    """Return what is placed on each sheet with such later parts of tables added."""
    result = [list(some) for some in placed]
    for number in range(len(result) - 1):
        page, following = prepared.get(number), prepared.get(number + 1)
        if page is None or following is None or page.sheet.page.turn != following.sheet.page.turn:
            continue
        for caption, box in result[number]:
            if caption.kind == "table" and _ends_page(page, box):
                taken = [b for _, b in result[number + 1]]
                part = _part(page, following, caption, box, taken)
                result[number + 1] += [part] if part is not None else []
    return result


def _ends_page(page: Board, box: Box) -> bool:
    """Return whether nothing but a note stands below the table."""
    rows = (row for row in page.sheet.rows if not is_note(row.text))
    return all(row.box[3] < box[3] + 3 for row in rows)


def _part(
    page: Board, following: Board, caption: Caption, box: Box, taken: Sequence[Box]
) -> Placed | None:
    """Return what opens the next page, if nobody else has it and its columns are the table's."""
    if any(c.part and c.label == caption.label for c in following.captions):
        return None
    found = regions.at_top(following, caption)
    if found is None or any(regions.overlap(b, found) > 0.15 for b in taken):
        return None
    ours, theirs = columns_in(page.sheet, box), columns_in(following.sheet, found)
    # The pages of a book have margins of their own: columns are told from the table's edge.
    same = len(ours) == len(theirs) > 1 and all(
        _same(a, box[0], b, found[0]) for a, b in zip(ours, theirs, strict=True)
    )
    return (replace(caption, part=True, rows=()), found) if same else None


def _same(a: tuple[float, float], left: float, b: tuple[float, float], start: float) -> bool:
    x0, x1 = a[0] - left - b[0] + start, a[1] - left - b[1] + start
    return min(abs(x0), abs(x1), abs(x0 + x1) / 2) < 2.5
