"""Passages: a paper's text as numbered lines: its sentences, captions and rows of tables.

A model is given these lines, a statement is compared with them, and Review shows them; each has
its page and its box. A row says in one line what it is about and what stands under which heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from paperkit.papers import Paper
from paperkit.readings import NOWHERE, Box, Figure, Paragraph, Reading, Span
from paperkit.text import letters, sentence_spans, split_sentences

Kind = Literal["sentence", "caption", "row"]


@dataclass(frozen=True)
class SourceLine:
    """One numbered line of the source; the abstract's have no page and no box.

    ``section`` of a caption or a row is what it belongs to ("Table 5"); a caption's box is the
    table's or the figure's, a row's its own where the reading knows it. ``anchor`` is the id in
    arXiv's HTML, "" where the PDF was read; where only the HTML was, the page is 0 and there is no
    box.
    """

    number: int
    text: str
    section: str = "Abstract"
    page: int | None = None
    bbox: Box | None = None
    kind: Kind = "sentence"
    anchor: str = ""


@lru_cache(maxsize=8)
def source_lines(paper: Paper | None, reading: Reading | None = None) -> tuple[SourceLine, ...]:
    """Return the numbered lines of a paper: its abstract, its text, then figures and tables.

    References, appendices, hidden text and the paper's own abstract are left out, as are bullets.
    Those of the last few papers are remembered: a request, the checks and Review share them.
    """
    every = [*_sentences(paper, reading), *_below(reading)]
    return tuple(SourceLine(number, *parts) for number, parts in enumerate(every, 1))


_Parts = tuple[str, str, int | None, Box | None, Kind, str]


def _sentences(paper: Paper | None, reading: Reading | None) -> Iterator[_Parts]:
    abstract = paper.abstract if paper else ""
    for sentence in split_sentences(abstract):
        if line := _line(sentence):
            yield line, "Abstract", None, None, "sentence", ""
    known = letters(abstract, digits=False)
    headed = sum(len(p.text) for p in (reading.body if reading else ()) if _is_headed(p))
    letter = headed > 3 * len(abstract)  # a text without headings stands under "Abstract" as well
    for p in reading.body if reading else ():
        if p.role in ("front", "appendix") or _is_said_already(p, known, letter=letter):
            continue
        for start, end in sentence_spans(p.text):
            page = p.page_of(start, end)
            box = _box(p) if page == p.page else None
            if line := _line(p.text[start:end]):
                yield line, p.section, page, box, "sentence", p.anchor


def _line(sentence: str) -> str:
    return " ".join(sentence.split()).lstrip("•▪◦‣∙·- ")


def _box(of: Paragraph | Figure) -> Box | None:
    return of.bbox if of.page and of.bbox != NOWHERE else None


def _is_headed(paragraph: Paragraph) -> bool:
    return paragraph.section.strip().lower() == "abstract"


def _is_said_already(paragraph: Paragraph, known: str, *, letter: bool) -> bool:
    """Return whether a paragraph is a heading, or the abstract, whose letters are `known`.

    What stands under "Abstract" is the abstract, but for a `letter` without other headings.
    """
    heading = len(letters(paragraph.section, digits=False)) + 2
    text = letters(paragraph.text[:300], digits=False)
    if len(text) < max(80, heading + 1):  # formulas have few letters
        text = letters(paragraph.text[:2000], digits=False)
    if not text or len(text) <= heading:
        return True
    headed = _is_headed(paragraph) and not letter
    return bool(known) and (headed or text[:80] in known)


def _below(reading: Reading | None) -> Iterator[_Parts]:
    """Yield captions and rows; those of algorithms and listings, and ciphers, are left out."""
    for figure in reading.figures if reading and reading.readable else ():
        if figure.kind not in ("figure", "table"):
            continue
        label, page, box = name_of(figure), figure.page, _box(figure)
        for sentence in _caption_sentences(figure.caption):
            yield sentence, label, page, box, "caption", figure.anchor
        for at, text in _row_lines(figure, label):
            here = figure.places[at] if at < len(figure.places) else (page, box)
            yield text, label, *here, "row", figure.anchor


def _row_lines(figure: Figure, label: str) -> Iterator[tuple[int, str]]:
    """Yield the rows of a table, or its printed lines where cells are not known, with their place.

    The place is which of the table's rows or lines it is.
    """
    for row in table_rows(figure):
        yield row.at, row.line(label)
    if figure.rows is None and figure.kind == "table":
        for at, line in enumerate(figure.lines or ()):
            if any(map(str.isdigit, line)):
                parts = (part.strip() for part in line.split("  ") if part.strip())
                yield at, " · ".join((label, *parts))


def name_of(figure: Figure) -> str:
    """Return what a figure or table is called ("Table 5")."""
    return f"{figure.kind.capitalize()} {figure.label}".strip()


def _caption_sentences(caption: str) -> list[str]:
    """Return the sentences of a caption; the label alone ("Figure 2.") is none."""
    found = split_sentences(" ".join(caption.split()))
    if len(found) > 1 and len(found[0].split()) <= 2:
        found[:2] = [" ".join(found[:2])]
    return found


# Tables.

Row = tuple[str, ...]

_VALUE = re.compile(r"[(\[<>≤≥~≈±+†*↑↓$£€∼-]*\s?\.?\d(?!.*(?:[A-Za-z]{4}|-[A-Za-z]))", re.DOTALL)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)", re.IGNORECASE)
_COUNTED = re.compile(r"[<>≤≥]?\s?\d+(?:\s?[-–—]\s?\d+)?[.+]?|[(\[]\d{1,2}[a-z]?[)\]]")
_NOTHING = frozenset(("", "-", "–", "—", "―", "n/a", "N/A", "✓", "✗", "×"))
_CITED = re.compile(r"\s*\[[\d,\s–-]+\]")


@dataclass(frozen=True)
class Cell:
    """One cell that states something: its text, its row's labels and its column's heading."""

    text: str
    row: tuple[str, ...]
    column: str


@dataclass(frozen=True)
class TableRow:
    """One row of a table: what it is about, its cells from left to right, which row it is."""

    labels: tuple[str, ...]
    cells: tuple[Cell, ...]
    at: int = 0

    def line(self, label: str) -> str:
        """Return the row as one line: the table's label, the row's words, column: value."""
        cells = (f"{c.column}: {c.text}" if c.column else c.text for c in self.cells)
        return " · ".join((label, *self.labels, *cells))


def table_rows(table: Figure) -> tuple[TableRow, ...]:
    """Return the rows of a table below its headings; empty where its cells are not known.

    The reading says how many rows are headings; where it does not, the values do. What spans
    several rows is said in each, a heading over several columns over each, where spans are known.

    A cell without content is left out, and so is a row without any.
    """
    grid = [tuple(" ".join(cell.split()) for cell in row) for row in table.rows or ()]
    if not grid:
        return ()
    head = table.head or _heading_rows(grid)
    filled = _filled(grid, table.spans, head)
    headings = _headings(filled[:head], known=bool(table.spans))
    body = filled[head:]
    labels = _label_columns(body)
    found, above = [], ""
    for place, row in enumerate(body, head):
        named = tuple(_label(cell, headings[at]) for at, cell in enumerate(row[:labels]) if cell)
        cells = tuple(
            Cell(text, (*((above,) if above else ()), *named), headings[at])
            for at, text in enumerate(row)
            if at >= labels and text not in _NOTHING
        )
        if cells:
            found.append(TableRow(cells[0].row, cells, place))
        above = "" if cells else " ".join((above, *named)).strip()
    return tuple(found)


def _filled(grid: Sequence[Row], spans: Sequence[Span], head: int) -> list[Row]:
    """Return the rows with what spans several in each of them: labels, and heads of columns."""
    full = [list(row) for row in grid]
    for row, column, down, across in spans:
        for below in range(row, min(row + down, len(full))):
            wide = across if below < head else 1
            for beside in range(column, min(column + wide, len(full[below]))):
                full[below][beside] = full[below][beside] or grid[row][column]
    return [tuple(row) for row in full]


def _label(cell: str, heading: str) -> str:
    """Return a row's label without citation marks; a bare number says what it counts."""
    text = _CITED.sub("", cell).strip() or cell
    return f"{heading} {text}" if heading and is_value(text) else text


def is_value(text: str) -> bool:
    """Tell whether a cell states a number and is no name ("28.4", "<0.01 (0.02)", "7.6B").

    An ordinal ("2nd") is none.
    """
    return bool(_VALUE.match(text)) and not _ORDINAL.fullmatch(text)


def _heading_rows(grid: Sequence[Row]) -> int:
    """Return how many rows at the top are headings: those before the first with a value."""
    for number, row in enumerate(grid):
        cells = [c for c in row[1:] if c not in _NOTHING]
        counted = not row[0] and len(cells) > 1 and all_values(cells)
        counted = counted and (number == 0 or cells[0][0] in "([")
        if any(map(is_value, cells)) and not counted:
            return number
    return 1 if len(grid) > 1 and not any(is_value(c) for row in grid for c in row[1:]) else 0


def all_values(cells: Sequence[str]) -> bool:
    """Tell whether cells are whole numbers or ranges: heads of counts (1, 2), bins, models (1)."""
    return all(map(_COUNTED.fullmatch, cells))


def _headings(rows: Sequence[Row], *, known: bool = False) -> list[str]:
    """Return the heading of each column: its words from top to bottom, spanning ones shared.

    ``known`` says that what spans several is filled in already.
    """
    width = max(map(len, rows), default=0)
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    for number in range(len(filled) - 2, -1, -1) if not known else ():
        _spread(filled, number)
    found = []
    for column in zip(*filled, strict=True) if filled else ():
        found.append(" ".join(dict.fromkeys(w for w in column if w)).replace("- ", "-"))
    return [*found, *[""] * 200]


def _spread(rows: list[list[str]], number: int) -> None:
    """Let a heading that spans several columns stand over each of them.

    It spans where the next row with words below it has one under its first column and more than
    one in all; else the words below continue a heading of several lines.
    """
    row = rows[number]
    starts = [at for at, cell in enumerate(row) if cell]
    for start, end in zip(starts, [*starts[1:], len(row)], strict=True):
        below = next((r[start:end] for r in rows[number + 1 :] if any(r[start:end])), [])
        if below and below[0] and sum(map(bool, below)) > 1:
            for at in range(start, end):
                row[at] = row[start] if below[at - start] else row[at]


def _label_columns(body: Sequence[Row]) -> int:
    """Return how many columns at the left say what a row is about: up to the first of values."""
    width = max(map(len, body), default=0)
    for at in range(1, width):
        cells = [row[at] for row in body if at < len(row) and row[at] not in _NOTHING]
        if cells and 2 * sum(map(is_value, cells)) >= len(cells):
            return at
    return 1
