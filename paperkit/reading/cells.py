"""Cells of tables: words on their lines, and the columns that the white between them makes.

Columns are the white strips that the body's words leave, parted further by upright rules and by
values that stand close.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from paperkit.reading.pages import Line, Word
from paperkit.reading.text import repaired
from paperkit.readings import Box

GUTTER = 3.0
"""Least white (points) between two columns of a table, as small print has wide spaces."""
_SPACES = 0.4
"""The same as a share of the font size, where a space has .33."""
Strips = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a table, with what the line it stands on looks like."""

    text: str
    box: Box
    base: float
    size: float
    bold: bool


Band = list[Piece]
Cells = list[Band]


# ---- words on their lines


def within(a: Box, b: Box) -> bool:
    """Return whether the middle of a box lies in another, one point of tolerance."""
    middle = ((a[0] + a[2]) / 2, (a[1] + a[3]) / 2)
    return b[0] - 1 < middle[0] < b[2] + 1 and b[1] - 1 < middle[1] < b[3] + 1


def pieces_of(lines: Sequence[Line], words: Iterable[Word]) -> list[Piece]:
    """Return the words of the lines; a line whose words aren't known is one piece."""
    known = list(words)
    found: list[Piece] = []
    for line in lines:
        text = " ".join(line.text.split())
        whole = Piece(text, line.box, line.base, line.size, line.bold)
        some = [w for w in known if " " in text and w.text in text and within(w.box, line.box)]
        some.sort(key=lambda w: w.box[0])
        if " ".join(w.text for w in some) == text:
            found += [replace(whole, text=w.text, box=w.box) for w in some]
        else:
            found.append(whole)
    return found


def bands_of(pieces: Sequence[Piece]) -> list[Band]:
    """Return the pieces on one baseline each, from the top; raised marks stay with their word."""
    usual = sorted(p.size for p in pieces)[len(pieces) // 2] if pieces else 0.0
    bands: list[Band] = []
    small = [p for p in pieces if p.size < 0.8 * usual]
    for piece in sorted((p for p in pieces if p.size >= 0.8 * usual), key=lambda p: p.base):
        if bands and piece.base - bands[-1][0].base < 0.45 * max(piece.size, 5):
            bands[-1].append(piece)
        else:
            bands.append([piece])
    for piece in small:
        near = [b for b in bands if _beside(piece, b)]
        if near:
            min(near, key=lambda b: abs(b[0].base - piece.base)).append(piece)
        else:
            bands.append([piece])
    bands = sorted(bands, key=lambda b: max(p.base for p in b if p.size == max(q.size for q in b)))
    return [sorted(band, key=lambda p: p.box[0]) for band in bands]


def _beside(piece: Piece, band: Band) -> bool:
    """Return whether small print stands level with a row, as marks and indexes do."""
    top, bottom = min(p.box[1] for p in band), max(p.box[3] for p in band)
    middle = (piece.box[1] + piece.box[3]) / 2
    return top - 0.2 * piece.size < middle < bottom + 0.2 * piece.size


def segments(band: Band) -> list[Band]:
    """Return the pieces of a row that stand together, no wider white between them than a space."""
    found: list[Band] = [[band[0]]]
    for piece in band[1:]:
        gap = piece.box[0] - max(p.box[2] for p in found[-1])
        if gap > max(GUTTER, _SPACES * piece.size):
            found.append([piece])
        else:
            found[-1].append(piece)
    return found


def text_of(pieces: Iterable[Piece]) -> str:
    """Return pieces as text; what touches the word before it is a part of it."""
    text, last = "", None
    for piece in pieces:
        gap = piece.box[0] - last.box[2] if last is not None else 0.0
        mark = last is not None and piece.size < 0.8 * last.size and 0.1 * last.size > gap > -2
        text += piece.text if not text or mark else f" {piece.text}"
        last = piece
    return text


def printed(band: Band) -> str:
    """Return a row as it is printed, two spaces where its pieces stand apart."""
    return "  ".join(text_of(segment) for segment in segments(band))


# ---- columns


def columns(body: Sequence[Band]) -> list[tuple[float, float]]:
    """Return the columns that most rows share: of all rows, or of those with the most pieces."""
    counts = sorted(len(segments(band)) for band in body)
    most = counts[int(0.75 * (len(counts) - 1))]
    best: list[tuple[float, float]] = []
    tried: list[list[tuple[float, float]]] = []
    for least in (2, 1, 0.5 * most, 0.75 * most, most):  # a line of words alone tells no columns
        strips = strips_of([b for b in body if len(segments(b)) >= least])
        if strips in tried:
            continue
        tried.append(strips)
        fits = sum(row_cells(band, strips) is not None for band in body)
        if fits >= 0.66 * len(body) and len(strips) > len(best):
            best = strips
    return best


def strips_of(bands: Sequence[Band]) -> list[tuple[float, float]]:
    """Return the x ranges between the white strips that all bands leave."""
    sizes = sorted(p.size for band in bands for p in band)
    least = max(GUTTER, _SPACES * sizes[len(sizes) // 2]) if sizes else GUTTER
    return _ranges(((p.box[0], p.box[2]) for band in bands for p in band), least)


def _ranges(boxes: Iterable[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    """Return the ranges of x with no less white than ``least`` between them."""
    columns: list[tuple[float, float]] = []
    for x0, x1 in sorted(boxes):
        if columns and x0 < columns[-1][1] + least:
            columns[-1] = (columns[-1][0], max(columns[-1][1], x1))
        else:
            columns.append((x0, x1))
    return columns


def split_at_lines(strips: Strips, body: Sequence[Band], lines: Sequence[float]) -> Strips:
    """Return the columns parted where an upright rule runs through one and cuts no word."""
    result = list(strips)
    for x in lines:
        at = next((i for i, (a, b) in enumerate(result) if a + 2 < x < b - 2), None)
        cut = any(p.box[0] < x - 1 and p.box[2] > x + 1 for band in body for p in band)
        if at is not None and not cut:
            a, b = result[at]
            result[at : at + 1] = [(a, x), (x, b)]
    return result


_RULED = 1.5
"""Least white (points) between two values that all rows leave where columns stand close."""
_VALUE = r"[<>~+−–-]?(?:\d[\d.,:]*)?(?:[±−–-]\d[\d.]*)?%?"
_ENDS = re.compile(rf"[(\[]?{_VALUE}[)\]]?[∗*†‡a-d]?")
_BEGINS = re.compile(rf"\[?{_VALUE}[∗*†‡a-d]?")


def split_at_values(
    strip: tuple[float, float], body: Sequence[Band], above: Sequence[Band]
) -> Strips:
    """Return a column parted where all rows of values leave a narrow white.

    White as wide as a space parts columns if values stand on both sides, or if its width varies:
    the space in "Layer 3" doesn't. Each of them needs a head of its own.
    """
    low, high = strip[0] - 0.5, strip[1] + 0.5
    bands = [[p for p in band if low < p.box[0] and p.box[2] < high] for band in body]
    valued = [b for b in bands if any(p.text[-1:].isdecimal() for p in b)]
    bands = valued if len(valued) >= 0.5 * len(bands) else bands
    runs = _ranges(((p.box[0], p.box[2]) for band in bands for p in band), _RULED)
    parts = [(strip[0], runs[0][1])] if runs else [strip]
    for (_, end), (start, right) in pairwise(runs):
        if _parts_values(bands, end, start):
            parts.append((start, right))
        else:
            parts[-1] = (parts[-1][0], right)
    parts[-1] = (parts[-1][0], max(strip[1], parts[-1][1]))
    middles = [(p.box[0] + p.box[2]) / 2 for band in above for p in band]
    named = all(any(a - 2 < x < b + 2 for x in middles) for a, b in parts[1:])
    return parts if named and any(low < x < parts[0][1] + 2 for x in middles) else [strip]


def _parts_values(bands: Sequence[Band], end: float, start: float) -> bool:
    """Return whether the white between two x parts a column of values from what stands before."""
    pairs = []
    for band in bands:
        before = [p for p in band if p.box[2] <= end + 0.1]
        behind = [p for p in band if p.box[0] >= start - 0.1]
        if before and behind:
            pairs.append((before[-1], behind[0]))
    if len(pairs) > 1 and (_counted(pairs) or _flush(pairs)):
        return True
    values = [(a, b) for a, b in pairs if _BEGINS.fullmatch(b.text)]
    if len(pairs) < 2 or len(values) < 0.75 * len(pairs) or any(a.text in "±×" for a, _ in pairs):
        return False
    if all(re.fullmatch(r"\d{3}", b.text) and a.text.isdecimal() for a, b in values):
        return False  # thousands set off by a space
    gaps = [b.box[0] - a.box[2] for a, b in values]
    numbers = sum(bool(_ENDS.fullmatch(a.text)) for a, _ in values)
    return numbers >= 0.75 * len(values) or max(gaps) - min(gaps) > _RULED


def _flush(pairs: Sequence[tuple[Piece, Piece]]) -> bool:
    """Return whether words stand flush, each as far from those before as these are short."""
    starts = [b.box[0] for _, b in pairs]
    gaps = [b.box[0] - a.box[2] for a, b in pairs]
    worded = all(re.match(r"[^\W\d_]{2}", p.text) for pair in pairs for p in pair)
    return worded and max(starts) - min(starts) < 0.7 and max(gaps) - min(gaps) > 2 * _RULED


_COUNT = re.compile(r"[(\[]?(\d{1,3})[.)\]]?")


def _counted(pairs: Sequence[tuple[Piece, Piece]]) -> bool:
    """Return whether numbers of rows, which count on by one, stand before flush words."""
    counts = [_COUNT.fullmatch(a.text) for a, _ in pairs]
    numbers = [int(c[1]) for c in counts if c]
    starts = [b.box[0] for _, b in pairs]
    steps = {b - a for a, b in pairwise(numbers)}
    return len(numbers) == len(pairs) and steps == {1} and max(starts) - min(starts) < 1.5


def over(segment: Sequence[Piece], strips: Strips) -> list[int]:
    """Return the columns that a piece of a row stands in; the nearest where it is in none."""
    x0, x1 = segment[0].box[0] + 0.3, max(p.box[2] for p in segment) - 0.3
    met = [i for i, (a, b) in enumerate(strips) if x0 < b and x1 > a]
    near = [min(abs(a - x1), abs(b - x0)) for a, b in strips]
    return met or [near.index(min(near))]


def groups(band: Band, strips: Strips) -> Iterable[Band]:
    """Yield the pieces of a row that stand together, parted where close columns or heads are."""
    for segment in segments(band):
        found = [segment[:1]]
        narrow = True
        for piece in segment[1:]:
            left, right = over(found[-1], strips)[-1], over([piece], strips)[0]
            white = [b[0] - a[1] for a, b in pairwise(strips[left : right + 1])]
            if white and piece.box[0] - found[-1][-1].box[2] > 1.2:
                narrow = narrow and max(white) < max(GUTTER, _SPACES * piece.size)
                found.append([piece])
            else:
                found[-1].append(piece)
        yield from found if narrow or all(_aligned(g, strips) for g in found) else [segment]


def _aligned(group: Band, strips: Strips) -> bool:
    """Return whether text stands over one column as its cells do: left, right or in the middle."""
    met = over(group, strips)
    x0, x1 = group[0].box[0], max(p.box[2] for p in group)
    a, b = strips[met[0]]
    return len(met) == 1 and min(abs(x0 - a), abs(x1 - b), abs(x0 + x1 - a - b) / 2) < 1.5


def row_cells(band: Band, strips: Strips) -> Cells | None:
    """Return the pieces of a row by column, None where text runs across columns."""
    cells: Cells = [[] for _ in strips]
    for segment in groups(band, strips) if strips else ():
        inside = over(segment, strips)
        if len(inside) != 1:
            return None
        cells[inside[0]] += segment
    for at, (left, right) in enumerate(pairwise(cells)):
        if not left and right and _between(right, strips[at : at + 2]):
            cells[at], cells[at + 1] = right, left
    return cells


def _between(cell: Band, pair: Strips) -> bool:
    """Return whether text stands in the middle of two columns, not as the second one's cells do."""
    (start, _), (left, end) = pair
    x0, x1 = cell[0].box[0], max(p.box[2] for p in cell)
    off = abs(x0 + x1 - left - end) if any(c.isalpha() for p in cell for c in p.text) else 0.0
    return off > 6 and not _aligned(cell, pair) and abs(x0 + x1 - start - end) < 0.5 * off


def across(band: Band, strips: Strips) -> Cells:
    """Return a row with text over several columns in the first of them."""
    cells: Cells = [[] for _ in strips]
    for segment in groups(band, strips):
        cells[over(segment, strips)[0]] += segment
    return cells


def texts(row: Cells) -> tuple[str, ...]:
    """Return what the cells of a row say."""
    return tuple(repaired(text_of(cell)) for cell in row)
