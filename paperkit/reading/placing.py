"""Placing: which picture or table each caption of a document names, agreed between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from paperkit.reading.captions import Caption, is_note
from paperkit.reading.pages import Page
from paperkit.reading.regions import PreparedPage, Region, at_top, candidate, candidates, overlap
from paperkit.reading.tables import columns_in
from paperkit.readings import Box


def placed_captions(prepared: Sequence[PreparedPage]) -> list[list[tuple[Caption, Region | None]]]:
    """Return a region for each caption of each page, directions agreed over the document."""
    options = [_cut_free(b, [(c, candidates(b, c)) for c in b.captions]) for b in prepared]
    usual = {
        kind: _vote([o for page in options for c, o in page if c.kind == kind])
        for kind in {c.kind for b in prepared for c in b.captions}
    }
    chosen = [_assign([(c, _biased(o, usual[c.kind])) for c, o in page]) for page in options]
    return [_to_rules(page, some) for page, some in zip(prepared, chosen, strict=True)]


def _to_rules(
    page: PreparedPage, chosen: list[tuple[Caption, Region | None]]
) -> list[tuple[Caption, Region | None]]:
    """Return the choice, tables as wide as the rules that run through them, if nothing is there."""
    found: list[tuple[Caption, Region | None]] = []
    for caption, region in chosen:
        if caption.kind == "table" and region is not None:
            others = [r.box for c, r in chosen if r is not None and c is not caption]
            region = replace(region, box=_ruled(page, caption, region.box, others))
        found.append((caption, region))
    return found


def _ruled(page: PreparedPage, caption: Caption, box: Box, others: Sequence[Box]) -> Box:
    x0, y0, x1, y1 = box
    level = [
        r
        for r in page.rules
        if y0 - 2 < r[1] < y1 + 2 and min(r[2], x1) - max(r[0], x0) > 0.5 * (r[2] - r[0])
    ]
    wide = (min([x0, *(r[0] for r in level)]), y0, max([x1, *(r[2] for r in level)]), y1)
    taken = [*others, *page.blocks, *(c.box for c in page.captions if c is not caption)]
    before = [b for b in taken if overlap(box, b) > 0.02]
    return box if any(overlap(wide, b) > 0.02 and b not in before for b in taken) else wide


def _cut_free(
    page: PreparedPage, options: list[tuple[Caption, list[Region]]]
) -> list[tuple[Caption, list[Region]]]:
    """Return the options with regions added that leave out what another caption may claim."""
    found = []
    for caption, regions in options:
        more = list(regions)
        for region in regions:
            for other, theirs in options:
                for claim in theirs if other is not caption else ():
                    if overlap(region.box, claim.box) > 0.15 and _area_of(
                        claim.box
                    ) < 0.8 * _area_of(region.box):
                        cut = replace(page, blocks=(*page.blocks, claim.box))
                        again = candidate(cut, caption, above=region.above)
                        more += [replace(again, score=again.score - 0.2)] if again else []
        found.append((caption, sorted(more, key=lambda r: -r.score)[:6]))
    return found


def _area_of(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _vote(options: Sequence[Sequence[Region]]) -> float:
    """Return from -1 (always below the caption) to 1 (always above)."""
    sure = [o[0].above for o in options if o and (len(o) == 1 or o[0].score - o[1].score > 0.8)]
    return (2 * sum(sure) - len(sure)) / len(sure) if sure else 0.0


def _biased(options: Sequence[Region], usual: float) -> list[Region]:
    shifted = [Region(r.box, r.score + (usual if r.above else -usual), r.above) for r in options]
    return sorted(shifted, key=lambda r: -r.score)


def _assign(
    options: list[tuple[Caption, list[Region]]],
) -> list[tuple[Caption, Region | None]]:
    """Return the choice of regions that overlap least and score best (a beam of 64 choices)."""
    beams: list[tuple[float, list[Region | None]]] = [(0.0, [])]
    for _, regions in options:
        grown = [
            (score + _worth(region, chosen), [*chosen, region])
            for score, chosen in beams
            for region in (*regions, None)
        ]
        beams = sorted(grown, key=lambda g: -g[0])[:64]
    return [(c, r) for (c, _), r in zip(options, beams[0][1], strict=True)]


def _worth(region: Region | None, chosen: Sequence[Region | None]) -> float:
    if region is None:
        return 0.0
    clash = sum(overlap(region.box, other.box) > 0.15 for other in chosen if other is not None)
    return region.score - 6.0 * clash


# ---- tables that go on at the top of the next page, where no caption stands over them

Placed = tuple[Caption, Box]
"""A caption and the box of what it names."""


def continued_tables(
    prepared: Mapping[int, PreparedPage], placed: Sequence[Sequence[Placed]]
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


def _ends_page(page: PreparedPage, box: Box) -> bool:
    """Return whether nothing but a note stands below the table."""
    rows = (row for row in page.sheet.rows if not is_note(row.text))
    return all(row.box[3] < box[3] + 3 for row in rows)


def _part(
    page: PreparedPage, following: PreparedPage, caption: Caption, box: Box, taken: Sequence[Box]
) -> Placed | None:
    """Return what opens the next page, if nobody else has it and its columns are the table's."""
    if any(c.part and c.label == caption.label for c in following.captions):
        return None
    found = at_top(following, caption)
    if found is None or any(overlap(b, found) > 0.15 for b in taken):
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


# ---- rules and logos that stand at the same place of page after page


def edge_shapes(pages: Sequence[Page]) -> list[tuple[Box, ...]]:
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
