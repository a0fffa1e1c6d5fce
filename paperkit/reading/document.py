"""The reader: from a PDF to a `Reading`, in this process; every step is a function of values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperkit.reading import headings as _headings
from paperkit.reading import hidden as _hidden
from paperkit.reading import layout, paragraphs, regions
from paperkit.reading.captions import Caption, is_note, subcaptions
from paperkit.reading.captions import captions as find_captions
from paperkit.reading.identity import stamp_of
from paperkit.reading.layout import MARGIN, Row, Sheet
from paperkit.reading.links import links
from paperkit.reading.pages import (
    Page,
    Word,
    joined_spans,
    open_pdf,
    outline,
    pages,
    shown,
    stated_title,
    turned_box,
    turned_ink,
    words_of,
)
from paperkit.reading.placing import Placed, continued_tables, edge_shapes, placed_captions
from paperkit.reading.rasters import drawn_figure, gray_of, ink_of, unseen
from paperkit.reading.tables import joined, repeated, table_in
from paperkit.reading.text import repaired, spliced, vocabulary
from paperkit.readings import (
    READER_VERSION,
    Box,
    Figure,
    Hidden,
    Limits,
    Paragraph,
    Reading,
    Section,
)

if TYPE_CHECKING:
    import numpy as np


MOST = 1500
"""Characters of the block of authors that are kept."""


def title_of(sheets: Sequence[Sheet], stated: str) -> str:
    """Return the title: the largest print of the first page's upper part, else what is stated."""
    rows = _title_rows(sheets[0]) if sheets else []
    title = spliced(r.text for r in rows)
    if len(title) >= 8:
        return title[:400]
    stated = " ".join(stated.split())
    return stated if len(stated) >= 8 else title


def _title_rows(sheet: Sheet) -> list[Row]:
    upper = [
        r
        for r in sheet.rows
        if r.line.upright
        and r.box[1] < 0.55 * sheet.page.height
        and sum(c.isalpha() for c in r.text) >= 4
    ]
    largest = max((r.size for r in upper if len(r.text.strip()) > 5), default=0.0)
    rows: list[Row] = []
    for row in upper:
        near = not rows or row.box[1] - rows[-1].box[3] < 1.2 * largest
        alike = abs(row.size - largest) < 0.6 and (not rows or row.column != MARGIN)
        if alike and near:
            rows.append(row)
    return rows


def affiliation_of(paragraphs: Iterable[Paragraph], title: str) -> str:
    """Return the text between title and abstract: authors, affiliations, e-mail."""
    front = [p.text for p in paragraphs if p.role == "front" and p.page == 1]
    block = "\n".join(t for p in front if (t := _without(p, title)))
    return block[:MOST]


def _without(text: str, title: str) -> str:
    """Return the text without the title it begins with, however that is spaced."""
    known, at = title.replace(" ", ""), 0
    if not known or not text.replace(" ", "").startswith(known[:40]):
        return text
    for character in known:
        at += len(text[at:]) - len(text[at:].lstrip(" \n"))
        if text[at : at + 1] != character:
            return ""
        at += 1
    return text[at:].strip()


# ---- reading


def read_here(path: Path, *, limits: Limits, drawn: bool) -> tuple[Reading, dict[str, bytes]]:
    """Return what a PDF says and, if it is to be ``drawn``, its figures' images by name."""
    with open_pdf(path, limits) as document:
        reading, turns = _reading(document, limits)
        return _illustrated(document, reading, turns) if drawn else (reading, {})


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
    for page, drawn in pages(document, limits):
        gray = gray_of(drawn, page)
        seen = _hidden.seen(page, gray, unseen(document, page))
        ink = None if gray is None else ink_of(gray)
        kept.append(replace(seen.page, lines=tuple(map(joined_spans, seen.page.lines))))
        inks.append(None if ink is None else (np.packbits(ink), ink.shape))
        found += seen.hidden
        scanned += [page.number] if seen.scanned else []
    return _Looked(tuple(kept), tuple(inks), tuple(found), tuple(scanned))


def _unpacked(packed: tuple[np.ndarray, tuple[int, int]]) -> np.ndarray:
    import numpy as np

    bits, (height, width) = packed
    return np.unpackbits(bits, count=height * width).reshape(height, width).astype(bool)


_Turns = dict[tuple[str, str, int], int]
"""How far (degrees clockwise) the page is turned to read a figure, by kind, label and page."""


def _reading(document: Any, limits: Limits) -> tuple[Reading, _Turns]:
    looked = _without_ciphers(_looked(document, limits))
    laid = _laid_out(document, looked)
    prepared = _prepared(looked, laid)
    placed = continued_tables(prepared, _places(prepared, len(laid.sheets)))
    inside = _inside_figures(laid, prepared, placed)
    heads = [h for h in laid.heads if not set(h.rows) <= inside[h.sheet]]
    flow = paragraphs.Flow(inside, [[c.rows for c in some if not c.part] for some in laid.caps])
    words = vocabulary(r.text for s in laid.sheets for r in s.rows)
    body = paragraphs.paragraphs(laid.sheets, laid.style, heads, flow, words)
    figures = [
        replace(f, caption=repaired(f.caption, words))
        for f in _figures(laid.sheets, placed, _words(document, placed, laid.sheets))
    ]
    readable = not is_cipher(looked.pages, body)
    warned = [*_warnings(document, looked, limits), *_unplaced(laid.caps, placed)]
    reading = Reading(
        title=title_of(laid.sheets, stated_title(document)),
        page_count=document.page_count,
        reader=READER_VERSION,
        paragraphs=tuple(body),
        sections=tuple(Section(h.title, h.level, h.page, h.number) for h in heads),
        figures=_with_teaser(sorted(figures, key=_place)),
        links=tuple(links(laid.sheets, body)),
        readable=readable,
        margins=tuple(dict.fromkeys(_margins(laid.sheets))),
        warnings=tuple(warned if readable else [*warned, _CIPHER]),
    )
    return _with_pages(reading, looked), _turned(laid.sheets, placed)


def _with_pages(reading: Reading, looked: _Looked) -> Reading:
    """Return the reading with its block of authors and what its pages show and hide besides."""
    mislead = _hidden.could_mislead(looked.hidden, reading.figures)
    told = _hidden.instructions(reading.paragraphs, looked.pages)
    sizes = tuple((round(p.width, 1), round(p.height, 1)) for p in looked.pages)
    return replace(
        reading,
        hidden=(*mislead, *told),
        affiliation=affiliation_of(reading.paragraphs, reading.title),
        stamp=stamp_of(looked.pages),
        page_sizes=sizes,
    )


def _margins(sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield what each page has at its edges besides the text, page numbers left out."""
    for sheet in sheets:
        aside = [n for n in sheet.page.lines if n.turn and _at_edge(n.box, sheet.page)]
        for line in (*(row.line for row in sheet.dropped), *aside):
            if any(map(str.isalpha, line.text)):
                yield " ".join(line.text.split())


def _at_edge(box: Box, page: Page) -> bool:
    return box[2] < 0.1 * page.width or box[0] > 0.9 * page.width


@dataclass(frozen=True)
class _LaidOut:
    """The sheets in reading order and what their rows are, one entry per sheet."""

    sheets: Sequence[Sheet]
    style: layout.Style
    caps: Sequence[Sequence[Caption]]
    text: Sequence[frozenset[int]]
    heads: Sequence[_headings.Heading]


def _laid_out(document: Any, looked: _Looked) -> _LaidOut:
    style = layout.style_of(looked.pages)
    sheets = layout.lay_out(looked.pages, style)
    caps = find_captions(sheets, style)
    capped = [frozenset(i for c in some for i in c.rows) for some in caps]
    text = [
        paragraphs.prose(s, style, c) - subcaptions(s, some, style.size)
        for s, c, some in zip(sheets, capped, caps, strict=True)
    ]
    heads = _headings.headings(sheets, style, capped, text, outline(document))
    return _LaidOut(sheets, style, caps, text, heads)


def _inside_figures(
    laid: _LaidOut,
    prepared: dict[int, regions.PreparedPage],
    placed: Sequence[Sequence[Placed]],
) -> list[frozenset[int]]:
    """Return for each sheet the rows that are no running text, as figures and tables hold them."""
    boxes: dict[int, list[Box]] = {}
    for sheet, some in zip(laid.sheets, placed, strict=True):
        boxes.setdefault(sheet.page.number, []).extend(shown(b, sheet.page) for _, b in some)
    return [
        _inside(s, t - _cells(prepared, at), boxes[s.page.number]) | _notes(s, laid.caps[at])
        for at, (s, t) in enumerate(zip(laid.sheets, laid.text, strict=True))
    ]


def _turned(sheets: Sequence[Sheet], placed: Sequence[Sequence[Placed]]) -> _Turns:
    return {
        (c.kind, c.label, c.page): sheet.page.turn
        for sheet, some in zip(sheets, placed, strict=True)
        for c, _ in some
        if sheet.page.turn
    }


def _prepared(looked: _Looked, laid: _LaidOut) -> dict[int, regions.PreparedPage]:
    """Return the sheets that have captions, by index, prepared for finding what those name."""
    always = edge_shapes(looked.pages)
    taken = [*zip(laid.text, laid.caps, strict=True)]
    prepared = {}
    for number, (sheet, (text, caps)) in enumerate(zip(laid.sheets, taken, strict=True)):
        index, turn = sheet.page.number - 1, sheet.page.turn
        packed = looked.inks[index]
        if packed is not None and (caps or _opens_with_cells(sheet, text)):
            headed = frozenset(i for h in laid.heads if h.sheet == number for i in h.rows)
            blocks = text | paragraphs.equations(sheet) | headed | _front(sheet)
            seen = turned_ink(_unpacked(packed), turn)
            page = looked.pages[index]
            fixed = [turned_box(b, page, turn) for b in always[index]]
            others = _others(page, laid.sheets, taken, number)
            prepared[number] = regions.prepared_page(
                sheet, seen, caps, blocks, fixed, others, laid.style.size
            )
    return prepared


def _front(sheet: layout.Sheet) -> frozenset[int]:
    """Return the rows of title and authors: across the columns, at the top of the first page."""
    if sheet.page.number > 1 or len(sheet.columns) < 2:
        return frozenset()
    drawn = [s.box[1] for s in sheet.page.shapes if s.box[3] - s.box[1] > 10]
    middle, top = sum(sheet.span) / 2, min(drawn, default=sheet.page.height)
    found = set()
    for index in sorted(range(len(sheet.rows)), key=lambda i: sheet.rows[i].box[1]):
        row = sheet.rows[index]
        if row.box[1] > top or not (row.box[0] < middle - 6 and row.box[2] > middle + 6):
            break
        found.add(index)
    return frozenset(found)


def _opens_with_cells(sheet: layout.Sheet, text: frozenset[int]) -> bool:
    """Return whether the page begins with what may be the rest of a table."""
    rows = [i for i, row in enumerate(sheet.rows) if not is_note(row.text)]
    return len(rows) > 3 and not any(i in text for i in rows[:4])


def _places(prepared: dict[int, regions.PreparedPage], count: int) -> list[list[Placed]]:
    """Return for each sheet its captions with the box of what they name."""
    places = dict(zip(prepared, placed_captions(list(prepared.values())), strict=True))
    return [
        [(c, r.box) for c, r in places.get(number, ()) if r is not None] for number in range(count)
    ]


def _cells(prepared: dict[int, regions.PreparedPage], number: int) -> frozenset[int]:
    return prepared[number].cells if number in prepared else frozenset()


def _others(
    page: Page,
    sheets: Sequence[layout.Sheet],
    taken: Sequence[tuple[frozenset[int], Sequence[Caption]]],
    number: int,
) -> list[Box]:
    """Return the page's prose and captions that are read with the page turned otherwise."""
    turn = sheets[number].page.turn
    boxes = [
        shown(sheet.rows[i].box, sheet.page)
        for sheet, (prose, some) in zip(sheets, taken, strict=True)
        if sheet.page.number == page.number and sheet.page.turn != turn
        for i in prose.union(*(c.rows for c in some))
    ]
    return [turned_box(b, page, turn) for b in boxes]


_Words = dict[int, list[Word]]


def _words(
    document: Any, placed: Sequence[Sequence[Placed]], sheets: Sequence[layout.Sheet]
) -> _Words:
    """Return the words of each sheet that has something to be taken apart, as it is read."""
    found = {}
    for number, (sheet, some) in enumerate(zip(sheets, placed, strict=True)):
        if any(c.kind != "figure" for c, _ in some):
            words = words_of(document, sheet.page.number)
            turn, page = sheet.page.turn, sheet.page
            if turn:
                page = replace(page, width=page.height, height=page.width)
                words = [replace(w, box=turned_box(w.box, page, turn)) for w in words]
            found[number] = words
    return found


def _figures(
    sheets: Sequence[layout.Sheet], placed: Sequence[Sequence[Placed]], words: _Words
) -> list[Figure]:
    parts: dict[tuple[str, str], list[_Part]] = {}
    for number, (sheet, some) in enumerate(zip(sheets, placed, strict=True)):
        for caption, box in some:
            if caption.part:
                key = (caption.kind, caption.label.upper())
                parts.setdefault(key, []).append((sheet, box, words.get(number, [])))
    return [
        _figure(c, [(sheet, box, words.get(at, [])), *parts.get((c.kind, c.label.upper()), ())])
        for at, (sheet, some) in enumerate(zip(sheets, placed, strict=True))
        for c, box in some
        if not c.part
    ]


_Part = tuple[layout.Sheet, Box, list[Word]]


def _figure(caption: Caption, parts: Sequence[_Part]) -> Figure:
    """Return what a caption names; a table or listing with its rows, else with its lines."""
    sheet, place, _ = parts[0]
    box = shown(place, sheet.page)
    figure = Figure(caption.kind, caption.label, caption.page, box, caption.text)
    if caption.kind == "figure":
        return figure
    tables = [table_in(*part) for part in parts]
    rows = joined([t.rows for t in tables]) if caption.kind == "table" else None
    lines = tuple(line for t in tables for line in t.lines)
    places: list[tuple[int, Box]] = []
    for (of, _, _), table in zip(parts, tables, strict=True):
        again = repeated(table.rows, tables[0].rows) if rows and places else 0
        places += [(of.page.number, _rounded(shown(b, of.page))) for b in table.boxes[again:]]
    at = tuple(places) if rows or len(places) == len(lines) else ()
    return replace(figure, rows=rows, head=tables[0].head, lines=None if rows else lines, places=at)


def _rounded(box: Box) -> Box:
    return (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))


def _place(figure: Figure) -> tuple[int, float, float]:
    return (figure.page, figure.bbox[1], figure.bbox[0])


def _inside(sheet: layout.Sheet, text: frozenset[int], boxes: Sequence[Box]) -> frozenset[int]:
    """Return the rows within the page's figures; what reads as prose stays in the text."""
    return frozenset(
        i
        for i, row in enumerate(sheet.rows)
        if i not in text and any(_stands_in(shown(row.box, sheet.page), b) for b in boxes)
    )


def _stands_in(row: Box, box: Box) -> bool:
    """Return whether a row is in a box but for the white that large print has around it."""
    white = 0.35 * min(row[2] - row[0], row[3] - row[1])
    return regions.inside(row, (box[0] - white, box[1] - white, box[2] + white, box[3] + white))


def _notes(sheet: layout.Sheet, captions: Sequence[Caption]) -> frozenset[int]:
    """Return the rows that only say that a table goes on, which are no text."""
    noted = {i for i, row in enumerate(sheet.rows) if is_note(row.text)}
    return frozenset(noted.union(*(c.rows for c in captions if c.part)))


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
        if page.unknown > _UNKNOWN:
            found.append(f"page {page.number}: its fonts don't say which letters they show")
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


_UNKNOWN = 0.3
"""Share of a page's characters of unknown letters from which on its text is a cipher."""
_CIPHER = (
    "the text is a cipher: its fonts don't say which letters they show, so no model gets it; "
    "read another copy of the paper"
)
_VOWELS = frozenset("aeiouyàâäáãåæèéêëìíîïòóôöõøœùúûüаеёиоуыэюяіїєαεηιουωάέήίόύώ")


def is_cipher(pages: Sequence[Page], body: Sequence[Paragraph]) -> bool:
    """Return whether the text is none: its fonts don't say which letters they show, or lie.

    In any language that is written with Latin, Cyrillic or Greek letters a third to a half of
    them are vowels, and words are short.
    """
    text = " ".join(p.text for p in body if p.role != "references")
    if sum(p.unknown > _UNKNOWN for p in pages) > 0.2 * len(pages):
        return True
    counts = Counter(text.lower())
    every = sum(n for c, n in counts.items() if c.isalpha())
    letters = sum(n for c, n in counts.items() if c.isalpha() and ord(c) < 0x530)
    if letters < 400 or letters < 0.5 * every:
        return False
    vowels = sum(counts[c] for c in _VOWELS) / letters
    words = len(text.split())
    return not 0.27 < vowels < 0.58 or len(text) > 18 * words


def _without_ciphers(looked: _Looked) -> _Looked:
    """Return the pages without the text of the few whose letters are unknown."""
    few = sum(p.unknown > _UNKNOWN for p in looked.pages) <= 0.2 * len(looked.pages)
    kept = (replace(p, lines=()) if few and p.unknown > _UNKNOWN else p for p in looked.pages)
    return replace(looked, pages=tuple(kept))


def _unplaced(
    caps: Sequence[Sequence[Caption]], placed: Sequence[Sequence[Placed]]
) -> Iterator[str]:
    """Yield a warning for each caption whose picture or table wasn't found."""
    for some, found in zip(caps, placed, strict=True):
        known = {id(caption) for caption, _ in found}
        for caption in some:
            if id(caption) not in known and not caption.part:
                yield (
                    f"page {caption.page}: nothing was found for the caption of {caption.kind} "
                    f"{caption.label}; look at the page"
                )


def _illustrated(
    document: Any, reading: Reading, turns: _Turns
) -> tuple[Reading, dict[str, bytes]]:
    figures, images = [], {}
    for figure in reading.figures:
        what = (figure.kind, figure.label, figure.page, figure.bbox)
        turn = turns.get(what[:3], 0)
        name, data, width, height = drawn_figure(document, what, turn)
        images[name] = data
        figures.append(replace(figure, file=name, width=width, height=height))
    return replace(reading, figures=tuple(figures)), images
