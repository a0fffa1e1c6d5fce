"""Furniture: rules and logos that stand at the same place of page after page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from paperkit.reading.pages import Page
from paperkit.readings import Box


def furniture(pages: Sequence[Page]) -> list[tuple[Box, ...]]:
    """Return for each page the shapes near its edges that most pages have at the same place."""
    seen: Counter[tuple[int, ...]] = Counter()
    for page in pages:
        seen.update({_place(s.box) for s in page.shapes if _at_edge(s.box, page)})
    least = max(3, 0.3 * len(pages))
    return [
        tuple(s.box for s in page.shapes if _at_edge(s.box, page) and _often(seen, s.box, least))
        for page in pages
    ]


def _place(box: Box) -> tuple[int, ...]:
    return tuple(round(v / 2) for v in box)


def _often(seen: Counter[tuple[int, ...]], box: Box, least: float) -> bool:
    return seen[_place(box)] >= least


def _at_edge(box: Box, page: Page) -> bool:
    return box[3] < 0.14 * page.height or box[1] > 0.88 * page.height
