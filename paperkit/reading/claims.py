"""Claims: the captions of a document agree on who takes which picture or table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from paperkit.reading.boards import Board
from paperkit.reading.captions import Caption
from paperkit.reading.regions import Region, candidate, candidates, overlap
from paperkit.readings import Box


def places(boards: Sequence[Board]) -> list[list[tuple[Caption, Region | None]]]:
    """Return a region for each caption of each page, directions agreed over the document."""
    options = [_cut_free(b, [(c, candidates(b, c)) for c in b.captions]) for b in boards]
    usual = {
        kind: _vote([o for page in options for c, o in page if c.kind == kind])
        for kind in {c.kind for b in boards for c in b.captions}
    }
    return [_assign([(c, _biased(o, usual[c.kind])) for c, o in page]) for page in options]


def _cut_free(
    page: Board, options: list[tuple[Caption, list[Region]]]
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
