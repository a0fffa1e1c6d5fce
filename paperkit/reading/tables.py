"""Tables: cells as rows of text where the print tells them apart, else the printed lines.

Columns are the white strips that the body's words leave; a row that runs across them is a head
over several columns or a line that parts the body. Rules and bold print tell heads from cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from paperkit.reading.captions import is_note
from paperkit.reading.cells import (
    Band,
    Cells,
    Strips,
    across,
    bands_of,
    columns,
    groups,
    over,
    pieces_of,
    printed,
    row_cells,
    segments,
    split_at_lines,
    split_at_values,
    strips_of,
    text_of,
    texts,
    within,
)
from paperkit.reading.layout import Sheet, union
from paperkit.reading.pages import Line, Word
from paperkit.reading.text import repaired
from paperkit.readings import Box

_LONGEST = 600
"""Characters of the longest cell; more is running text that was taken for a table."""

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What a table says: rows (None where cells can't be told apart), how many of them are head.

    ``boxes`` are where the rows stand, where there are none the lines.
    """

    rows: Rows | None
    head: int
    lines: tuple[str, ...]
    boxes: tuple[Box, ...]


_Rule = tuple[float, float, float]
"""A level rule: its y, left and right end."""


def table_in(sheet: Sheet, box: Box, words: Iterable[Word]) -> Table:
    """Return the cells of the table in a box; ``words`` are those of the page as it is read."""
    bands = bands_of(pieces_of(_lines(sheet, box), words))
    lines = tuple(printed(band) for band in bands)
    found = _grid(sheet, box, bands)
    if found is None:
        return Table(None, 0, lines, tuple(union(p.box for p in band) for band in bands))
    rows, head, boxes = found
    return Table(rows, head, lines, boxes)


def columns_in(sheet: Sheet, box: Box) -> list[tuple[float, float]]:
    """Return the left and right edge of each column of the table in a box."""
    bands = bands_of(pieces_of(_lines(sheet, box), ()))
    return strips_of(bands[len(bands) // 4 :])


def _lines(sheet: Sheet, box: Box) -> list[Line]:
    """Return the lines in a box but those that only say that a table goes on."""
    lines = (n for n in sheet.page.lines if n.upright and n.text.strip() and within(n.box, box))
    return [n for n in lines if not is_note(n.text)]


# ---- rows and columns


def _grid(
    sheet: Sheet, box: Box, bands: Sequence[Band]
) -> tuple[Rows, int, tuple[Box, ...]] | None:
    """Return rows, how many are head and their boxes; None where columns can't be told apart."""
    if len(bands) < 2:
        return None
    rules = _rules(sheet, box)
    noted = _noted(bands, rules)
    bands, notes = bands[: len(bands) - noted], bands[len(bands) - noted :]
    head = _headed(bands, rules)
    above, body = bands[: head or 1], bands[head or len(bands) // 4 :]
    strips = split_at_lines(columns(body), body, _upright_rules(sheet, box))
    strips = [part for strip in strips for part in split_at_values(strip, body, above)]
    strips = [strip for strip in strips if _is_column(strip, body, above)]
    crossing = sum(row_cells(band, strips) is None for band in body)
    if len(strips) < 2 or crossing > 0.34 * len(body):
        return None
    rows = [row_cells(band, strips) or across(band, strips) for band in bands]
    head = _whole_head(head, bands, [texts(row) for row in rows])
    heads = _joined_heads(rows[:head], bands[:head], strips, rules)
    below = _joined_rows(rows[head:], bands[head:], strips, rules)
    told = _one_sign([texts(row) for row in (*heads, *below)], len(heads))
    longest = max(len(cell) for row in told for cell in row)
    if len(told) < 2 or _doubled(told[len(heads) :]) or longest > _LONGEST:
        return None
    boxes = tuple(_level(row, strips) for row in (*heads, *below, *([n] for n in notes)))
    told += [(repaired(text_of(note)), *[""] * (len(told[0]) - 1)) for note in notes]
    return tuple(told), min(len(heads), len(told) - 1), boxes


def _is_column(strip: tuple[float, float], body: Sequence[Band], above: Sequence[Band]) -> bool:
    """Return whether text in a strip is a column's: it has a head, or more than one row has it."""
    filled = [any(p.box[0] < strip[1] and p.box[2] > strip[0] for p in band) for band in body]
    headed = any(p.box[0] < strip[1] and p.box[2] > strip[0] for band in above for p in band)
    return headed or sum(filled) > 1 or len(body) < 4


def _noted(bands: Sequence[Band], rules: Sequence[_Rule]) -> int:
    """Return how many lines of words follow the last of three rules: notes, one row each."""
    levels = _full(rules)
    below = [band for band in bands if len(levels) > 2 and band[0].base > levels[-1] + 2]
    alone = all(len(segments(band[1:] or band)) == 1 for band in below)  # but for the mark
    worded = alone and all(_NOTE.match(text_of(band)) for band in below[:1])
    return len(below) if worded and len(below) < len(bands) - 2 else 0


_NOTE = re.compile(r"[^\W\d_]?[\d*†‡§¶∗]{0,3}[.):]?\s?[^\W\d_]{2,}[.:]?\s[^|]*[^\W\d_]{2}|Notes?\b")
"""How a note begins: a mark, then words."""


def _level(row: Cells, strips: Strips) -> Box:
    """Return the box of a row over all columns; a label set between rows doesn't make it higher."""
    pieces = [p for cell in row[1:] for p in cell] or row[0]
    top, bottom = min(p.box[1] for p in pieces), max(p.box[3] for p in pieces)
    return (strips[0][0], top, strips[-1][1], bottom)


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
        if x1 - x0 < 2 and y1 - y0 > 4 and within(shape.box, box):
            key = round((x0 + x1) / 2)
            heights[key] = heights.get(key, 0.0) + y1 - y0
    return sorted(float(x) for x, height in heights.items() if height > 0.5 * (box[3] - box[1]))


def _full(rules: Sequence[_Rule]) -> list[float]:
    """Return the y of the rules as wide as the table."""
    widest = max((b - a for _, a, b in rules), default=0.0)
    return [y for y, a, b in rules if b - a > 0.8 * widest]


def _headed(bands: Sequence[Band], rules: Sequence[_Rule]) -> int:
    """Return how many rows stand above the first rule that has rows on both sides, 0 if none."""
    for y in _full(rules):
        above = sum(band[0].base < y + 1 for band in bands)
        if 0 < above < len(bands):
            return above if _lines_high(bands[:above]) <= max(1, min(5, len(bands) // 2)) else 0
    return 0


def _lines_high(bands: Sequence[Band]) -> int:
    """Return how many lines high some rows are: those of heads set in the middle interleave."""
    steps = [b[0].base - a[0].base for a, b in pairwise(bands)]
    between = sum(step < 0.75 * a[0].size for a, step in zip(bands, steps, strict=False))
    return len(bands) - between


def _whole_head(head: int, bands: Sequence[Band], cells: Sequence[tuple[str, ...]]) -> int:
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


def _worded_head(bands: Sequence[Band], cells: Sequence[tuple[str, ...]]) -> int:
    """Return 1 if the first row alone is bold, or words over numbers; else 0."""
    first, later = bands[0], [p for band in bands[1:] for p in band]
    bold = all(p.bold for p in first) and sum(p.bold for p in later) < 0.3 * len(later)
    worded = not any(map(_is_number, cells[0])) and sum(map(bool, cells[0])) > 1
    body = [c for row in cells[1:] for c in row[1:] if c]
    numbers = sum(map(_is_number, body)) > 0.5 * len(body)
    return int(bold or (worded and numbers))


# ---- rows


def _joined_heads(
    rows: Sequence[Cells], bands: Sequence[Band], strips: Strips, rules: Sequence[_Rule]
) -> list[Cells]:
    """Return the lines of the heads as rows: those of one head joined, those over several not."""
    result: list[Cells] = []
    if _centered(bands, strips, rules):
        return [[[p for row in rows for p in row[at]] for at in range(len(strips))]]
    for at, row in enumerate(rows):
        parted = at > 0 and any(
            bands[at - 1][0].base - 1 < y < bands[at][0].base for y, _, _ in rules
        )
        alone = at and all(_stacked(s, strips) for s in groups(bands[at - 1], strips))
        if alone and not parted and _same_head(result[-1], row):
            result[-1] = [a + b for a, b in zip(result[-1], row, strict=True)]
        else:
            result.append(row)
    for at, upper in enumerate(result[:-1]):
        below = [any(row[i] for row in result[at + 1 :]) for i in range(len(strips))]
        _to_first_columns(upper, below, strips)
    return result


def _centered(bands: Sequence[Band], strips: Strips, rules: Sequence[_Rule]) -> bool:
    """Return whether heads of several lines are set in the middle of one row: they interleave."""
    if len(bands) < 2 or _lines_high(bands) == len(bands):
        return False
    top, bottom = bands[0][0].base, bands[-1][0].base
    parted = any(top - 1 < y < bottom for y, _, _ in rules)
    return not parted and all(_stacked(s, strips) for band in bands for s in groups(band, strips))


def _to_first_columns(upper: Cells, below: Sequence[bool], strips: Strips) -> None:
    """Move heads in the middle of several columns, each with a head below, to the first of them."""
    for at, cell in enumerate(upper):
        if not cell or at == 0:
            continue
        middle = (cell[0].box[0] + cell[-1].box[2]) / 2
        wide = [
            (last - first, first)
            for first in range(1, at + 1)
            for last in range(at, len(strips))
            if all(below[i] and (i == at or not upper[i]) for i in range(first, last + 1))
            and abs((strips[first][0] + strips[last][1]) / 2 - middle) < 3
        ]
        first = max(wide)[1] if wide else at
        upper[at], upper[first] = upper[first], cell


def _same_head(above: Cells, row: Cells) -> bool:
    """Return whether a line of a head goes on with the one above, which names no group of columns.

    Below the name of a group most columns have nothing above them.
    """
    filled = [i for i, cell in enumerate(row) if cell]
    under = sum(bool(above[i]) for i in filled)
    return under in {0, len(filled)} or 2 * under >= len(filled)


def _stacked(segment: Band, strips: Strips) -> bool:
    """Return whether a line of a head stands over one column alone, in its middle or flush."""
    met = over(segment, strips)
    x0, x1 = segment[0].box[0], max(p.box[2] for p in segment)
    a, b = strips[met[0]]
    inside = a - 2 < (x0 + x1) / 2 < b + 2
    return len(met) == 1 and inside


def _joined_rows(
    rows: Sequence[Cells], bands: Sequence[Band], strips: Strips, rules: Sequence[_Rule]
) -> list[Cells]:
    """Return the rows with the later lines of wrapped cells joined to their first."""
    parted = _parted(bands, rules)
    boxed = sum(parted) > 2 and sum(parted) >= 0.4 * (len(bands) - 1)
    result: list[Cells] = []
    groups: list[int] = []
    for at, row in enumerate(rows):
        ruled = at == 0 or parted[at - 1]
        groups += [len(result)] if ruled else []
        if not ruled and (
            (boxed and not any(_is_number(text_of(c)) for c in row if c))
            or _wrapped(result[-1], row, strips)
            or _between(bands, at, row, result[-1])
        ):
            result[-1] = [a + b for a, b in zip(result[-1], row, strict=True)]
        else:
            result.append(row)
    for start, end in pairwise([*groups, len(result)]):
        _raise_labels(result[start:end], whole=len(groups) > 1)
    return result


def _parted(bands: Sequence[Band], rules: Sequence[_Rule]) -> list[bool]:
    """Return for each pair of rows whether a rule as wide as the table stands between them."""
    levels = _full(rules)
    return [any(a[0].base - 1 < y < b[0].base for y in levels) for a, b in pairwise(bands)]


def _wrapped(before: Cells, row: Cells, strips: Strips) -> bool:
    """Return whether a row is the next line of the one before: no word of it had room there."""
    filled = [i for i, cell in enumerate(row) if cell]
    if filled == [0] and before[0]:
        return text_of(row[0])[0].islower()
    if not all(before[i] and re.search(r"[^\W\d_]{2}", text_of(row[i])) for i in filled):
        return False
    lower = [text_of(row[i])[0].islower() for i in filled]
    no_room = [_had_no_room(before[i], row[i], strips[i]) for i in filled]
    if row[0]:  # a label broken over lines beside a broken text, a value beside the first alone
        broken = all(map(max, lower, no_room)) and any(no_room)
        return broken and any(cell and not row[i] for i, cell in enumerate(before))
    return any(no_room) or (bool(filled) and all(lower))


def _had_no_room(before: Band, row: Band, strip: tuple[float, float]) -> bool:
    """Return whether the first word of a line is too wide for the line before it."""
    last = max(p.base for p in before)
    end = max(p.box[2] for p in before if last - p.base < 0.4 * p.size)
    first = row[0].box[2] - row[0].box[0]
    cut = before[-1].text.endswith("-")
    return cut or end + first + 0.2 * row[0].size > strip[1]


def _between(bands: Sequence[Band], at: int, row: Cells, before: Cells) -> bool:
    """Return whether a label alone stands between two rows, set for both: it joins the first."""
    if at + 1 >= len(bands) or before[0] or not row[0] or any(row[1:]):
        return False
    return bands[at + 1][0].base - bands[at - 1][0].base < 1.8 * bands[at][0].size


def _raise_labels(group: Sequence[Cells], *, whole: bool) -> None:
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
