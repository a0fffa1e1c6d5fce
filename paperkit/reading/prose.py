"""Prose: which rows of a page are running text, so that figures and tables can end there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from paperkit.reading.layout import Row, Sheet, Style

_EQUATION_NUMBER = re.compile(r"(?:^|\s)\(\s?(?:[A-Z]\.?)?\d{1,3}(?:\.\d{1,3})*[a-z]?\s?\)\s*$")

_ITEM = re.compile(r"\s*(?:[•▪◦–∙·■►*-]|\(?\d{1,2}[.)]|\[?\d{1,3}\]|\(?[a-z]\))\s*\S")
_TYPEWRITER = re.compile(r"mono|courier|typewriter|consol|menlo|cmtt|sftt|ectt|lmtt", re.I)


def prose(sheet: Sheet, style: Style, taken: Iterable[int]) -> frozenset[int]:
    """Return the indexes of the rows that are running text, captions (``taken``) left out."""
    out = frozenset(taken)
    columns: dict[int, list[int]] = {}
    for index, row in enumerate(sheet.rows):
        code = _TYPEWRITER.search(row.line.font) and not _TYPEWRITER.search(style.font)
        if index not in out and row.line.upright and not code:
            columns.setdefault(row.column, []).append(index)
    found: set[int] = set()
    for column, indexes in columns.items():
        indexes.sort(key=lambda i: sheet.rows[i].box[3])
        seeds = _full(sheet, style, column, indexes) | _justified(sheet, indexes)
        found |= _grown(sheet, indexes, seeds)
    return frozenset(found)


def worded(text: str) -> bool:
    """Return whether the text reads like words rather than numbers and symbols."""
    letters = sum(c.isalpha() or c == " " for c in text)
    words = re.findall(r"[^\W\d_]{2,}", text)
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in text)
    return letters >= 0.62 * len(text) and (len(words) >= 4 or chinese >= 8)


def _full(sheet: Sheet, style: Style, column: int, indexes: list[int]) -> set[int]:
    """Return rows as wide as their column, at least two of them at text pitch."""
    x0, x1 = sheet.extent(column)
    full = [i for i in indexes if _is_full(sheet.rows[i], style, x0, x1)]
    found = set()
    for a, b in pairwise(full):
        above, below = sheet.rows[a], sheet.rows[b]
        if 0 < below.box[3] - above.box[3] < 2.4 * below.size and _alike(above, below):
            found |= {a, b}
    return found | {i for i in full if _has_end(sheet, style, i, indexes)}


def _has_end(sheet: Sheet, style: Style, index: int, indexes: list[int]) -> bool:
    """Return whether a short row of words ends the paragraph that this full row begins."""
    row = sheet.rows[index]
    hang = 2.5 * row.size if _ITEM.match(row.text) else 1.5
    most = max(1.45 * row.size, 1.1 * style.pitch if abs(row.size - style.size) < 0.6 else 0.0)
    return any(
        0.5 * row.size < sheet.rows[i].box[3] - row.box[3] < most
        and _alike(row, sheet.rows[i])
        and -3.5 * row.size < sheet.rows[i].box[0] - row.box[0] < hang
        and re.search(r"[^\W\d_]{3}", sheet.rows[i].text)
        for i in indexes
    )


def _is_full(row: Row, style: Style, x0: float, x1: float) -> bool:
    usual = any(abs(row.size - s) < 0.6 for s in style.sizes)
    wide = row.line.width > 0.8 * (x1 - x0) and row.box[0] < x0 + 0.14 * (x1 - x0)
    return usual and wide and row.gap < 1.2 * row.size and worded(row.text)


def _alike(a: Row, b: Row) -> bool:
    return abs(a.size - b.size) < 0.6


def _justified(sheet: Sheet, indexes: list[int]) -> set[int]:
    """Return rows of paragraphs narrower than the column: three or more with both edges equal."""
    found: set[int] = set()
    run: list[int] = []
    for index in indexes:
        row = sheet.rows[index]
        if run and _same_measure(sheet.rows[run[-1]], row):
            run.append(index)
            continue
        found |= set(run) if len(run) >= 3 else set()
        x0, x1 = sheet.extent(row.column)
        wide = row.line.width > 0.38 * (x1 - x0)
        run = [index] if wide and row.gap < 1.5 * row.size and worded(row.text) else []
    return found | (set(run) if len(run) >= 3 else set())


def _same_measure(a: Row, b: Row) -> bool:
    step = b.box[3] - a.box[3]
    edges = abs(a.box[0] - b.box[0]) < 1.5 and abs(a.box[2] - b.box[2]) < 2.0
    return edges and _alike(a, b) and 0 < step < 1.7 * b.size and worded(b.text)


def _grown(sheet: Sheet, indexes: list[int], seeds: set[int]) -> set[int]:
    """Return the seeds with the short first and last lines of their paragraphs."""
    found = set(seeds)
    for order in (indexes, indexes[::-1]):
        last: Row | None = None
        for index in order:
            row = sheet.rows[index]
            if index not in found and last is not None and _adjoins(last, row):
                found.add(index)
            last = row if index in found else last
    return found


def _adjoins(known: Row, row: Row) -> bool:
    step = abs(row.box[3] - known.box[3])
    indent = row.box[0] - known.box[0]
    sentence = worded(row.text) and row.text.rstrip().endswith((".", ":"))
    return (
        step < (2.3 if sentence else 1.55) * known.size
        and _alike(known, row)
        and -3.5 * known.size < indent < 3.5 * known.size
        and row.gap < 1.5 * row.size
    )


def equations(sheet: Sheet) -> frozenset[int]:
    """Return the rows that end in an equation number at the right edge of their column."""
    found = set()
    for index, row in enumerate(sheet.rows):
        _, x1 = sheet.extent(row.column)
        if _EQUATION_NUMBER.search(row.text) and abs(row.box[2] - x1) < 6 and row.line.upright:
            found.add(index)
    return frozenset(found)
