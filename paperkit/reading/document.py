"""The reader: from a PDF to a `Reading`, in this process; every step is a function of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperkit.reading import boards, layout, paragraphs, prose, regions
from paperkit.reading import captions as _captions
from paperkit.reading import headings as _headings
from paperkit.reading import hidden as _hidden
from paperkit.reading.front import affiliation_of, title_of
from paperkit.reading.furniture import furniture
from paperkit.reading.limits import READER_VERSION, Limits
from paperkit.reading.links import links
from paperkit.reading.pages import Page, open_pdf, outline, pages, stated_title
from paperkit.reading.rasters import gray_of, ink_of, unseen, write_figure
from paperkit.reading.tables import rows_of
from paperkit.readings import Box, Figure, Hidden, Reading, Section

if TYPE_CHECKING:
    import numpy as np


def read_here(path: Path, *, limits: Limits, figures_dir: Path | None) -> Reading:
    """Return what a PDF says; write its figures' images where a folder is given."""
    with open_pdf(path, limits) as document:
        reading = _reading(document, limits)
        return reading if figures_dir is None else _illustrated(document, reading, figures_dir)


@dataclass(frozen=True)
class _Looked:
    """All pages as a reader sees them, with their ink (packed, None for a giant page)."""

    pages: tuple[Page, ...]
    inks: tuple[tuple[np.ndarray, tuple[int, int]] | None, ...]
    hidden: tuple[Hidden, ...]
    scanned: tuple[int, ...]


def _looked(document: Any, limits: Limits) -> _Looked:
    import numpy as np

    kept: list[Page] = []
    inks: list[tuple[np.ndarray, tuple[int, int]] | None] = []
    found: list[Hidden] = []
    scanned: list[int] = []
    for page in pages(document, limits):
        gray = gray_of(document, page.number - 1)
        seen = _hidden.seen(page, gray, unseen(document, page))
        ink = None if gray is None else ink_of(gray)
        kept.append(seen.page)
        inks.append(None if ink is None else (np.packbits(ink), ink.shape))
        found += seen.hidden
        scanned += [page.number] if seen.scanned else []
    return _Looked(tuple(kept), tuple(inks), tuple(found), tuple(scanned))


def _unpacked(packed: tuple[np.ndarray, tuple[int, int]]) -> np.ndarray:
    import numpy as np

    bits, (height, width) = packed
    return np.unpackbits(bits, count=height * width).reshape(height, width).astype(bool)


def _reading(document: Any, limits: Limits) -> Reading:
    looked = _looked(document, limits)
    style = layout.style_of(looked.pages)
    sheets = layout.lay_out(looked.pages, style)
    caps = _captions.captions(sheets, style)
    capped = [frozenset(i for c in some for i in c.rows) for some in caps]
    text = [prose.prose(s, style, c) for s, c in zip(sheets, capped, strict=True)]
    heads = _headings.headings(sheets, style, capped, text, outline(document))
    figures = _figures(looked, sheets, caps, text, heads, style.size)
    inside = [_inside(s, t, figures) for s, t in zip(sheets, text, strict=True)]
    heads = [h for h in heads if not set(h.rows) <= inside[h.sheet]]
    flow = paragraphs.Flow(inside, [[c.rows for c in some] for some in caps])
    body = paragraphs.paragraphs(sheets, style, heads, flow)
    title = title_of(sheets, stated_title(document))
    return Reading(
        title=title,
        page_count=document.page_count,
        reader=READER_VERSION,
        paragraphs=tuple(body),
        sections=tuple(Section(h.title, h.level, h.sheet + 1, h.number) for h in heads),
        figures=_with_teaser(sorted(figures, key=_place)),
        links=tuple(links(sheets, body)),
        hidden=(*looked.hidden, *_hidden.instructions(body, looked.pages)),
        warnings=tuple(_warnings(document, looked, limits)),
        affiliation=affiliation_of(body, title),
        page_sizes=tuple((round(p.width, 1), round(p.height, 1)) for p in looked.pages),
    )


def _figures(
    looked: _Looked,
    sheets: Sequence[layout.Sheet],
    caps: Sequence[Sequence[_captions.Caption]],
    text: Sequence[frozenset[int]],
    heads: Sequence[_headings.Heading],
    size: float,
) -> list[Figure]:
    always = furniture(looked.pages)
    prepared = []
    for number, (sheet, packed) in enumerate(zip(sheets, looked.inks, strict=True)):
        if caps[number] and packed is not None:
            headed = frozenset(i for h in heads if h.sheet == number for i in h.rows)
            blocks = text[number] | prose.equations(sheet) | headed
            ink = _unpacked(packed)
            prepared.append(boards.board(sheet, ink, caps[number], blocks, always[number], size))
    return [
        _figure(sheets[c.page - 1], c, r.box)
        for placed in regions.places(prepared)
        for c, r in placed
        if r is not None
    ]


def _figure(sheet: layout.Sheet, caption: _captions.Caption, box: Box) -> Figure:
    cells = rows_of(sheet, box) if caption.kind == "table" else None
    text = _captions.repaired(caption.text)
    return Figure(caption.kind, caption.label, caption.page, box, text, rows=cells)


def _place(figure: Figure) -> tuple[int, float, float]:
    return (figure.page, figure.bbox[1], figure.bbox[0])


def _inside(sheet: layout.Sheet, text: frozenset[int], figures: Sequence[Figure]) -> frozenset[int]:
    """Return the rows within the page's figures; what reads as prose stays in the text."""
    boxes = [f.bbox for f in figures if f.page == sheet.page.number]
    return frozenset(
        i
        for i, row in enumerate(sheet.rows)
        if i not in text and any(boards.inside(row.box, b) for b in boxes)
    )


def _with_teaser(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Return the figures, the best cover marked: early, large, wider than tall."""
    pictures = [f for f in figures if f.kind == "figure"]
    best = max(pictures, key=_cover, default=None)
    return tuple(replace(f, teaser=True) if f is best else f for f in figures)


def _cover(figure: Figure) -> float:
    width, height = figure.bbox[2] - figure.bbox[0], figure.bbox[3] - figure.bbox[1]
    shape = 1.0 - min(1.0, abs(width / max(height, 1.0) - 1.8) / 3)
    words = ("overview", "architecture", "teaser", "pipeline", "framework", "our method", "results")
    spoken = any(w in figure.caption.lower() for w in words)
    return min(1.0, width * height / 90_000) + shape + spoken - 0.25 * figure.page


def _warnings(document: Any, looked: _Looked, limits: Limits) -> list[str]:
    found = []
    if document.page_count > limits.pages:
        found.append(
            f"only the first {limits.pages} of {document.page_count} pages were read; "
            "pass Limits(pages=...) to read more"
        )
    for page, ink in zip(looked.pages, looked.inks, strict=True):
        if page.width == 0:
            found.append(f"page {page.number} is damaged and was left out")
        elif ink is None:
            found.append(f"page {page.number} could not be drawn: its figures are missing")
    if looked.scanned:
        numbers = ", ".join(map(str, looked.scanned[:20]))
        found.append(f"scanned pages with recognized text, which may hold errors: {numbers}")
    if not any(p.lines for p in looked.pages):
        found.append("no text: the pages are images only; run text recognition on the file")
    return found


def _illustrated(document: Any, reading: Reading, folder: Path) -> Reading:
    figures = []
    for figure in reading.figures:
        what = (figure.kind, figure.label, figure.page, figure.bbox)
        name, width, height = write_figure(document, folder, what)
        figures.append(replace(figure, file=name, width=width, height=height))
    return replace(reading, figures=tuple(figures))
