"""Tables: cells as rows of text where the print tells them apart, else the printed lines.

Columns are the white strips that the body's words leave; a row that runs across them is a head
over several columns or a line that parts the body. Rules and bold print tell heads from cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from paperkit.reading.captions import is_note
from paperkit.reading.layout import Sheet, union
from paperkit.reading.pages import Line, Word
from paperkit.reading.text import repaired
from paperkit.readings import Box

GUTTER = 3.0
"""Least white (points) between two columns of a table, as small print has wide spaces."""
_SPACES = 0.4
"""The same as a share of the font size, where a space has .33."""
_LONGEST = 600
"""Characters of the longest cell; more is running text that was taken for a table."""

Rows = tuple[tuple[str, ...], ...]
_Strips = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Table:
    """What a table says: rows (None where cells can't be told apart), how many of them are head.

    ``boxes`` are where the rows stand, where there are none the lines.
    """

    rows: Rows | None
    head: int
    lines: tuple[str, ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word of a table, with what the line it stands on looks like."""

    text: str
    box: Box
    base: float
    size: float
    bold: bool


_Band = list[_Piece]
_Cells = list[_Band]
_Rule = tuple[float, float, float]
"""A level rule: its y, left and right end."""


def table_in(sheet: Sheet, box: Box, words: Iterable[Word]) -> Table:
    """Return the cells of the table in a box; ``words`` are those of the page as it is read."""
    bands = _bands(_pieces([n for n in _lines(sheet) if _within(n.box, box)], words))
    lines = tuple(_printed(band) for band in bands)
    found = _grid(sheet, box, bands)
    if found is None:
        return Table(None, 0, lines, tuple(union(p.box for p in band) for band in bands))
    rows, head, boxes = found
    return Table(rows, head, lines, boxes)


def columns_in(sheet: Sheet, box: Box) -> list[tuple[float, float]]:
    """Return the left and right edge of each column of the table in a box."""
    bands = _bands(_pieces([n for n in _lines(sheet) if _within(n.box, box)], ()))
    return _strips(bands[len(bands) // 4 :])


# ---- words on their lines


def _lines(sheet: Sheet) -> list[Line]:
    lines = (n for n in sheet.page.lines if n.upright and n.text.strip())
    return [n for n in lines if not is_note(n.text)]


def _within(a: Box, b: Box) -> bool:
    middle = ((a[0] + a[2]) / 2, (a[1] + a[3]) / 2)
    return b[0] - 1 < middle[0] < b[2] + 1 and b[1] - 1 < middle[1] < b[3] + 1


def _pieces(lines: Sequence[Line], words: Iterable[Word]) -> list[_Piece]:
    """Return the words of the lines; a line whose words aren't known is one piece."""
    known = list(words)
    found: list[_Piece] = []
    for line in lines:
        text = " ".join(line.text.split())
        whole = _Piece(text, line.box, line.base, line.size, line.bold)
        some = [w for w in known if " " in text and w.text in text and _within(w.box, line.box)]
        some.sort(key=lambda w: w.box[0])
        if " ".join(w.text for w in some) == text:
            found += [replace(whole, text=w.text, box=w.box) for w in some]
        else:
            found.append(whole)
    return found


def _bands(pieces: Sequence[_Piece]) -> list[_Band]:
    """Return the pieces on one baseline each, from the top; raised marks stay with their word."""
    usual = sorted(p.size for p in pieces)[len(pieces) // 2] if pieces else 0.0
    bands: list[_Band] = []
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


def _beside(piece: _Piece, band: _Band) -> bool:
    """Return whether small print stands level with a row, as marks and indexes do."""
    top, bottom = min(p.box[1] for p in band), max(p.box[3] for p in band)
    middle = (piece.box[1] + piece.box[3]) / 2
    return top - 0.2 * piece.size < middle < bottom + 0.2 * piece.size


def _segments(band: _Band) -> list[_Band]:
    """Return the pieces of a row that stand together, no wider white between them than a space."""
    found: list[_Band] = [[band[0]]]
    for piece in band[1:]:
        gap = piece.box[0] - max(p.box[2] for p in found[-1])
        if gap > max(GUTTER, _SPACES * piece.size):
            found.append([piece])
        else:
            found[-1].append(piece)
    return found


def _text(pieces: Iterable[_Piece]) -> str:
    """Return pieces as text; what touches the word before it is a part of it."""
    text, last = "", None
    for piece in pieces:
        gap = piece.box[0] - last.box[2] if last is not None else 0.0
        mark = last is not None and piece.size < 0.8 * last.size and 0.1 * last.size > gap > -2
        text += piece.text if not text or mark else f" {piece.text}"
        last = piece
    return text


def _printed(band: _Band) -> str:
    return "  ".join(_text(segment) for segment in _segments(band))


# ---- columns


def _grid(
    sheet: Sheet, box: Box, bands: Sequence[_Band]
) -> tuple[Rows, int, tuple[Box, ...]] | None:
    """Return rows, how many are head and their boxes; None where columns can't be told apart."""
    if len(bands) < 2:
        return None
    rules = _rules(sheet, box)
    head = _headed(bands, rules)
    above, body = bands[: head or 1], bands[head or len(bands) // 4 :]
    strips = _split_at_lines(_columns(body), body, _upright_rules(sheet, box))
    strips = [part for strip in strips for part in _split_at_values(strip, body, above)]
    crossing = sum(_cells(band, strips) is None for band in body)
    if len(strips) < 2 or crossing > 0.34 * len(body):
        return None
    rows = [_cells(band, strips) or _across(band, strips) for band in bands]
    head = _whole_head(head, bands, [_texts(row) for row in rows])
    heads = _joined_heads(rows[:head], bands[:head], strips, rules)
    below = _joined_rows(rows[head:], bands[head:], strips, rules)
    told = _one_sign([_texts(row) for row in (*heads, *below)], len(heads))
    longest = max(len(cell) for row in told for cell in row)
    if len(told) < 2 or _doubled(told[len(heads) :]) or longest > _LONGEST:
        return None
    boxes = tuple(_level(row, strips) for row in (*heads, *below))
    return tuple(told), min(len(heads), len(told) - 1), boxes


def _level(row: _Cells, strips: _Strips) -> Box:
    """Return the box of a row over all columns; a label set between rows doesn't make it higher."""
    pieces = [p for cell in row[1:] for p in cell] or row[0]
    top, bottom = min(p.box[1] for p in pieces), max(p.box[3] for p in pieces)
    return (strips[0][0], top, strips[-1][1], bottom)


def _columns(body: Sequence[_Band]) -> list[tuple[float, float]]:
    """Return the columns that most rows share: of all rows, or of those with the most pieces."""
    counts = sorted(len(_segments(band)) for band in body)
    most = counts[int(0.75 * (len(counts) - 1))]
    best: list[tuple[float, float]] = []
    for least in (2, 1, 0.5 * most, 0.75 * most, most):  # a line of words alone tells no columns
        strips = _strips([b for b in body if len(_segments(b)) >= least])
        fits = sum(_cells(band, strips) is not None for band in body)
        if fits >= 0.66 * len(body) and len(strips) > len(best):
            best = strips
    return best


def _strips(bands: Sequence[_Band]) -> list[tuple[float, float]]:
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


def _split_at_lines(strips: _Strips, body: Sequence[_Band], lines: Sequence[float]) -> _Strips:
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
_ENDS = re.compile(r"[(\[]?[<>~+−–-]?(?:\d[\d.,:]*)?%?[)\]]?[∗*†‡a-d]?")
_BEGINS = re.compile(r"[<>~+−–-]?(?:\d[\d.,:]*)?%?[∗*†‡a-d]?")


def _split_at_values(
    strip: tuple[float, float], body: Sequence[_Band], above: Sequence[_Band]
) -> _Strips:
    """Return a column parted where all rows leave a narrow white before a value.

    White as wide as a space parts columns if values stand on both sides, or if its width varies:
    the space in "Layer 3" doesn't. Each of them needs a head of its own.
    """
    low, high = strip[0] - 0.5, strip[1] + 0.5
    bands = [[p for p in band if low < p.box[0] and p.box[2] < high] for band in body]
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


def _parts_values(bands: Sequence[_Band], end: float, start: float) -> bool:
    """Return whether the white between two x parts a column of values from what stands before."""
    pairs = []
    for band in bands:
        before = [p for p in band if p.box[2] <= end + 0.1]
        behind = [p for p in band if p.box[0] >= start - 0.1]
        if before and behind:
            pairs.append((before[-1], behind[0]))
    values = [(a, b) for a, b in pairs if _BEGINS.fullmatch(b.text)]
    if len(pairs) < 2 or len(values) < 0.75 * len(pairs) or any(a.text in "±×" for a, _ in pairs):
        return False
    if all(re.fullmatch(r"\d{3}", b.text) and a.text.isdecimal() for a, b in values):
        return False  # thousands set off by a space
    gaps = [b.box[0] - a.box[2] for a, b in values]
    numbers = sum(bool(_ENDS.fullmatch(a.text)) for a, _ in values)
    return numbers >= 0.75 * len(values) or max(gaps) - min(gaps) > _RULED


def _over(segment: Sequence[_Piece], strips: _Strips) -> list[int]:
    """Return the columns that a piece of a row stands in; the nearest where it is in none."""
    x0, x1 = segment[0].box[0] + 0.3, max(p.box[2] for p in segment) - 0.3
    met = [i for i, (a, b) in enumerate(strips) if x0 < b and x1 > a]
    near = [min(abs(a - x1), abs(b - x0)) for a, b in strips]
    return met or [near.index(min(near))]


def _groups(band: _Band, strips: _Strips) -> Iterable[_Band]:
    """Yield the pieces of a row that stand together, parted where close columns or heads are."""
    for segment in _segments(band):
        groups = [segment[:1]]
        narrow = True
        for piece in segment[1:]:
            left, right = _over(groups[-1], strips)[-1], _over([piece], strips)[0]
            white = [b[0] - a[1] for a, b in pairwise(strips[left : right + 1])]
            if white and piece.box[0] - groups[-1][-1].box[2] > 1.2:
                narrow = narrow and max(white) < max(GUTTER, _SPACES * piece.size)
                groups.append([piece])
            else:
                groups[-1].append(piece)
        yield from groups if narrow or all(_aligned(g, strips) for g in groups) else [segment]


def _aligned(group: _Band, strips: _Strips) -> bool:
    """Return whether text stands over one column as its cells do: left, right or in the middle."""
    over = _over(group, strips)
    x0, x1 = group[0].box[0], max(p.box[2] for p in group)
    a, b = strips[over[0]]
    return len(over) == 1 and min(abs(x0 - a), abs(x1 - b), abs(x0 + x1 - a - b) / 2) < 1.5


def _cells(band: _Band, strips: _Strips) -> _Cells | None:
    """Return the pieces of a row by column, None where text runs across columns."""
    cells: _Cells = [[] for _ in strips]
    for segment in _groups(band, strips) if strips else ():
        inside = _over(segment, strips)
        if len(inside) != 1:
            return None
        cells[inside[0]] += segment
    return cells


def _across(band: _Band, strips: _Strips) -> _Cells:
    """Return a row with text over several columns in the first of them."""
    cells: _Cells = [[] for _ in strips]
    for segment in _groups(band, strips):
        cells[_over(segment, strips)[0]] += segment
    return cells


def _texts(row: _Cells) -> tuple[str, ...]:
    return tuple(repaired(_text(cell)) for cell in row)


# ---- rules and heads


def _rules(sheet: Sheet, box: Box) -> list[_Rule]:
    """Return the level rules in a box as (y, left, right), their pieces joined, from the top."""
    flat = sorted(
        (round(s.box[1], 0), s.box[0], s.box[2], s.box[1])
        for s in sheet.page.shapes
        if not s.image and s.box[3] - s.box[1] < 3 and s.box[2] - s.box[0] > 4
        if box[0] - 4 < s.box[0] and s.box[2] < box[2] + 4 and box[1] - 4 < s.box[1] < box[3] + 4
    )
    rules: list[_Rule] = []
    for _, x0, x1, y in flat:
        if rules and abs(y - rules[-1][0]) < 1.5 and x0 < rules[-1][2] + 2:
            rules[-1] = (rules[-1][0], min(x0, rules[-1][1]), max(x1, rules[-1][2]))
        else:
            rules.append((y, x0, x1))
    return rules


def _upright_rules(sheet: Sheet, box: Box) -> list[float]:
    """Return the x of each upright rule that runs down half of a box, its pieces together."""
    heights: dict[int, float] = {}
    for shape in sheet.page.shapes:
        x0, y0, x1, y1 = shape.box
        if x1 - x0 < 2 and y1 - y0 > 4 and _within(shape.box, box):
            key = round((x0 + x1) / 2)
            heights[key] = heights.get(key, 0.0) + y1 - y0
    return sorted(float(x) for x, height in heights.items() if height > 0.5 * (box[3] - box[1]))


def _full(rules: Sequence[_Rule]) -> list[float]:
    """Return the y of the rules as wide as the table."""
    widest = max((b - a for _, a, b in rules), default=0.0)
    return [y for y, a, b in rules if b - a > 0.8 * widest]


def _headed(bands: Sequence[_Band], rules: Sequence[_Rule]) -> int:
    """Return how many rows stand above the first rule that has rows on both sides, 0 if none."""
    for y in _full(rules):
        above = sum(band[0].base < y + 1 for band in bands)
        if 0 < above < len(bands):
            return above if above <= max(1, min(5, len(bands) // 2)) else 0
    return 0


def _whole_head(head: int, bands: Sequence[_Band], cells: Sequence[tuple[str, ...]]) -> int:
    """Return how many rows are head: above a rule, or by the print of the first row.

    A first row without a head for the labels stands over several columns; the rows of words
    below it name the columns.
    """
    head = head or _worded_head(bands, cells)
    body = [c for row in cells[head:] for c in row[1:] if c]
    if head and not cells[0][0] and 2 * sum(map(_is_number, body)) > len(body):
        while head < min(4, len(cells) - 1) and not any(map(_is_number, cells[head])):
            head += 1
    return head


def _worded_head(bands: Sequence[_Band], cells: Sequence[tuple[str, ...]]) -> int:
    """Return 1 if the first row alone is bold, or words over numbers; else 0."""
    first, later = bands[0], [p for band in bands[1:] for p in band]
    bold = all(p.bold for p in first) and sum(p.bold for p in later) < 0.3 * len(later)
    worded = not any(map(_is_number, cells[0])) and sum(map(bool, cells[0])) > 1
    body = [c for row in cells[1:] for c in row[1:] if c]
    numbers = sum(map(_is_number, body)) > 0.5 * len(body)
    return int(bold or (worded and numbers))


# ---- rows


def _joined_heads(
    rows: Sequence[_Cells], bands: Sequence[_Band], strips: _Strips, rules: Sequence[_Rule]
) -> list[_Cells]:
    """Return the lines of the heads as rows: those of one head joined, those over several not."""
    result: list[_Cells] = []
    for at, row in enumerate(rows):
        parted = at > 0 and any(
            bands[at - 1][0].base - 1 < y < bands[at][0].base for y, _, _ in rules
        )
        alone = at and all(_stacked(s, strips) for s in _segments(bands[at - 1]))
        if alone and not parted and _same_head(result[-1], row):
            result[-1] = [a + b for a, b in zip(result[-1], row, strict=True)]
        else:
            result.append(row)
    for upper, lower in pairwise(result):
        _to_first_columns(upper, lower, strips)
    return result


def _to_first_columns(upper: _Cells, lower: _Cells, strips: _Strips) -> None:
    """Move heads in the middle of several columns to the first of them."""
    for at, cell in enumerate(upper):
        if not cell or at == 0:
            continue
        middle = (cell[0].box[0] + cell[-1].box[2]) / 2
        wide = [
            (last - first, first)
            for first in range(1, at + 1)
            for last in range(at, len(strips))
            if all(lower[i] and (i == at or not upper[i]) for i in range(first, last + 1))
            and abs((strips[first][0] + strips[last][1]) / 2 - middle) < 3
        ]
        first = max(wide)[1] if wide else at
        upper[at], upper[first] = upper[first], cell


def _same_head(above: _Cells, row: _Cells) -> bool:
    """Return whether a line of a head goes on with the one above, which names no group of columns.

    Below the name of a group most columns have nothing above them.
    """
    filled = [i for i, cell in enumerate(row) if cell]
    under = sum(bool(above[i]) for i in filled)
    return under in {0, len(filled)} or 2 * under >= len(filled)


def _stacked(segment: _Band, strips: _Strips) -> bool:
    """Return whether a line of a head stands over one column alone, in its middle or flush."""
    met = _over(segment, strips)
    x0, x1 = segment[0].box[0], max(p.box[2] for p in segment)
    a, b = strips[met[0]]
    inside = a - 2 < (x0 + x1) / 2 < b + 2
    return len(met) == 1 and inside


def _joined_rows(
    rows: Sequence[_Cells], bands: Sequence[_Band], strips: _Strips, rules: Sequence[_Rule]
) -> list[_Cells]:
    """Return the rows with the later lines of wrapped cells joined to their first."""
    parted = _parted(bands, rules)
    boxed = sum(parted) > 2 and sum(parted) >= 0.4 * (len(bands) - 1)
    result: list[_Cells] = []
    groups: list[int] = []
    for at, row in enumerate(rows):
        ruled = at == 0 or parted[at - 1]
        groups += [len(result)] if ruled else []
        if not ruled and (
            (boxed and not any(_is_number(_text(c)) for c in row if c))
            or _wrapped(result[-1], row, strips)
            or _between(bands, at, row, result[-1])
        ):
            result[-1] = [a + b for a, b in zip(result[-1], row, strict=True)]
        else:
            result.append(row)
    for start, end in pairwise([*groups, len(result)]):
        _raise_labels(result[start:end], whole=len(groups) > 1)
    return result


def _parted(bands: Sequence[_Band], rules: Sequence[_Rule]) -> list[bool]:
    """Return for each pair of rows whether a rule as wide as the table stands between them."""
    levels = _full(rules)
    return [any(a[0].base - 1 < y < b[0].base for y in levels) for a, b in pairwise(bands)]


def _wrapped(before: _Cells, row: _Cells, strips: _Strips) -> bool:
    """Return whether a row is the next line of the one before: no word of it had room there."""
    filled = [i for i, cell in enumerate(row) if cell]
    if filled == [0] and before[0]:
        return _text(row[0])[0].islower()
    if row[0] or not all(before[i] and re.search(r"[^\W\d_]{2}", _text(row[i])) for i in filled):
        return False
    lower = bool(filled) and all(_text(row[i])[0].islower() for i in filled)
    return lower or any(_had_no_room(before[i], row[i], strips[i]) for i in filled)


def _had_no_room(before: _Band, row: _Band, strip: tuple[float, float]) -> bool:
    """Return whether the first word of a line is too wide for the line before it."""
    last = max(p.base for p in before)
    end = max(p.box[2] for p in before if last - p.base < 0.4 * p.size)
    first = row[0].box[2] - row[0].box[0]
    cut = before[-1].text.endswith("-")
    return cut or end + first + 0.2 * row[0].size > strip[1]


def _between(bands: Sequence[_Band], at: int, row: _Cells, before: _Cells) -> bool:
    """Return whether a label alone stands between two rows, set for both: it joins the first."""
    if at + 1 >= len(bands) or before[0] or not row[0] or any(row[1:]):
        return False
    return bands[at + 1][0].base - bands[at - 1][0].base < 1.8 * bands[at][0].size


def _raise_labels(group: Sequence[_Cells], *, whole: bool) -> None:
    """Move a label set in the middle of the rows between two rules to the first of them."""
    labels = [row for row in group if row[0]]
    if whole and len(group) > 1 and len(labels) == 1 and any(labels[0][1:]):
        group[0][0], labels[0][0] = labels[0][0], group[0][0]


def _one_sign(rows: Sequence[tuple[str, ...]], head: int) -> list[tuple[str, ...]]:
    """Return the rows with columns of ±, or of errors in brackets, joined to their numbers."""
    result = [list(row) for row in rows]
    for at in range(len(rows[0]) - 1, 0, -1):
        filled = [row[at] for row in result[head:] if row[at]]
        headed = any(row[at] for row in result[:head])
        if headed or not filled or not all(_ERROR.fullmatch(c) for c in filled):
            continue
        end = at + 2 if all(c == "±" for c in filled) else at + 1
        for row in result:
            row[at - 1 : end] = [" ".join(filter(None, row[at - 1 : end]))]
    return [tuple(row) for row in result]


_ERROR = re.compile(r"±.*|\([-−+±]?\d[\d.,]*%?\)")
_NUMBER = re.compile(r"[-–−+±<>~≈]?\s?\$?\d[\d.,]*(?:[eE][-+]?\d+)?\s?[%×xkKMB]?[*†‡]*")


def _is_number(cell: str) -> bool:
    return _NUMBER.match(cell) is not None and sum(c.isalpha() for c in cell) <= 2


def _doubled(rows: Sequence[tuple[str, ...]]) -> bool:
    """Return whether a column mostly holds two numbers a cell: two columns set too close."""
    for column in zip_longest(*rows, fillvalue=""):
        cells = [c for c in column if c]
        if cells and sum(map(_pair, cells)) > 0.5 * len(cells):
            return True
    return False


def _pair(cell: str) -> bool:
    bare = re.sub(r"\([^)]*\)", "", cell)
    words = bare.split()
    thousands = re.fullmatch(r"\d{1,3}(?: \d{3})+", bare.strip())
    number = re.compile(r"[-–−+±]?\d[\d.,]*%?\*?")
    return len(words) > 1 and not thousands and all(number.fullmatch(w) for w in words)


# ---- parts on later pages


def joined(parts: Sequence[Rows | None]) -> Rows | None:
    """Return the rows of a table's parts as one table, its repeated head once.

    None where a part's cells couldn't be told apart or are not as many a row.
    """
    first, *later = parts
    if first is None or any(p is None or len(p[0]) != len(first[0]) for p in later):
        return None
    rows = list(first)
    for part in later:
        rows += (part or ())[repeated(part, first) :]
    return tuple(rows)


def repeated(part: Rows | None, first: Rows | None) -> int:
    """Return how many rows a later part of a table repeats from the top of its first part."""
    head = 0
    pairs = zip(part or (), first or (), strict=False)
    while (rows := next(pairs, None)) and rows[0] == rows[1]:
        head += 1
    return head
