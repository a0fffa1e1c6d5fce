"""Running heads, page numbers and line numbers: lines at the edge of the page that are no text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from paperkit.reading.pages import Line, Page, turned_line
from paperkit.readings import Box

STARTS_CAPTION = re.compile(
    r"\s*(?:(?:supplementa\w+|extended data|\(?continued(?: from)?)\s+|[(（]?续)?"
    r"(?:fig(?:ure|\.)|table|algorithm|listing|图|表)"
    r"\s*(?:[A-Z]?\.?\d|[IVXL]+\b)",
    re.I,
)


Heads = Counter[tuple[str, str, int]]
"""How many pages have a folded text, in one font, at one height; also how far numbers are ahead."""


@lru_cache(4096)
def _folded(text: str) -> str:
    return re.sub(r"\d+|\b[ivxl]+\b", "#", " ".join(text.split()).lower())


def running_heads(pages: Sequence[Page]) -> Heads:
    """Return how many pages have each folded text in one font at a height (6 points a step)."""
    seen: Heads = Counter()
    for page in pages:
        upright = [line for line in page.lines if line.upright]
        seen.update({_key(line, 0) for line in upright})
        seen.update({key for line in upright if (key := _counting(line, page, 0)) is not None})
    return seen


def _counting(line: Line, page: Page, lower: int) -> tuple[str, str, int] | None:
    """Return the key of a number by how far it is ahead of the page's: that of folios is one."""
    text = line.text.strip()
    if not (text.isdecimal() and len(text) < 6):
        return None
    return f"+{int(text) - page.number}", line.font, _key(line, lower)[2]


def _counts_pages(line: Line, page: Page, heads: Heads) -> bool:
    """Return whether a number at the same height of other pages counts them."""
    keys = [_counting(line, page, d) for d in (-1, 0, 1)]
    return sum(heads[k] for k in keys if k is not None) >= 3


def _key(line: Line, lower: int) -> tuple[str, str, int]:
    return (_folded(line.text), line.font, round((line.box[1] + line.box[3]) / 12) + lower)


def parted(page: Page, heads: Heads) -> tuple[list[Line], list[Line], list[Line]]:
    """Return the lines of text, those of running heads and folios, and the line numbers."""
    numbers = _margin_numbers(page)
    gone = {i for i, line in enumerate(page.lines) if _is_running(line, page, heads)}
    gone |= _folios_beside(page, gone)
    gone = _outermost(page, gone - numbers) | numbers
    kept = [line for i, line in enumerate(page.lines) if i not in gone]
    if not kept:  # slides and stubs: what stands at the edge is all there is
        return list(page.lines), [], []
    edges = [page.lines[i] for i in sorted(gone - numbers)]
    return kept, edges, [page.lines[i] for i in sorted(numbers)]


def _folios_beside(page: Page, gone: set[int]) -> set[int]:
    """Return the page numbers on the line of a running head, however deep that stands."""
    heads = [page.lines[i].box for i in gone if re.search(r"[^\W\d_]{3}", page.lines[i].text)]
    return {
        i
        for i, line in enumerate(page.lines)
        if _FOLIO.fullmatch(line.text.strip())
        and any(abs(line.box[3] - b[3]) < 3 and line.upright for b in heads)
    }


def _outermost(page: Page, gone: set[int]) -> set[int]:
    """Return the lines that nothing else stands outside of: an axis' numbers are no page number."""
    upright = [(i, n) for i, n in enumerate(page.lines) if n.upright and n.text.strip()]
    other = [n for i, n in upright if i not in gone]
    first = min((n.box[1] for n in other), default=page.height)
    last = max((n.box[3] for n in other), default=0.0)
    kept = set()
    for i in gone:
        line = page.lines[i]
        middle = (line.box[1] + line.box[3]) / 2
        if not line.upright or middle < first or middle > last:
            kept.add(i)
    return kept


def _is_running(line: Line, page: Page, heads: Heads) -> bool:
    if not line.upright:
        upright = turned_line(line, page, line.turn)  # a head of a page that lies on its side
        if _counts_pages(upright, page, heads) or _repeats(upright, heads, 3):
            return True
        outer = line.box[2] < 0.115 * page.width or line.box[0] > 0.885 * page.width
        return outer and line.height > 0.2 * page.height
    if STARTS_CAPTION.match(line.text):
        return False
    edge = min(line.box[3], page.height - line.box[1]) / page.height
    if edge >= 0.2:
        return False
    if _counts_pages(line, page, heads):
        return True
    if edge < 0.115 and _FOLIO.fullmatch(line.text.strip()):
        return not _at_picture(line, page)
    near = sum(heads[_key(line, d)] for d in (-1, 0, 1))
    if edge >= 0.115 and (near < 3 or sum(c.isalpha() for c in line.text) < 4):
        return False
    often = (edge < 0.17 and near >= 3) or (edge < 0.09 and near >= 2)
    return often and not _at_picture(line, page)


def _repeats(line: Line, heads: Heads, least: int) -> bool:
    worded = sum(c.isalpha() for c in line.text) >= 4
    return worded and sum(heads[_key(line, d)] for d in (-1, 0, 1)) >= least


def _at_picture(line: Line, page: Page) -> bool:
    """Return whether a picture that reaches into the page begins above the line or close by."""
    deep = min(line.box[3], page.height - line.box[1]) >= 0.115 * page.height
    over, area = 12.0 if deep else -0.5 * line.height, page.width * page.height
    for shape in page.shapes:
        x0, y0, x1, y1 = shape.box
        if min(x1 - x0, y1 - y0) < 3 or (x1 - x0) * (y1 - y0) > 0.6 * area:
            if deep and x1 - x0 > 40 and 0 < line.box[1] + 3 - y0 < 20:
                return True  # the head of a table, below its rule
            continue
        upper = y0 < line.box[3] + over and y1 > 0.2 * page.height
        lower = y1 > line.box[1] - over and y0 < 0.8 * page.height
        if upper if line.box[3] < page.height / 2 else lower:
            return True
    return False


_FOLIO = re.compile(r"[-–— ]*(\d{1,5}|[ivxlc]+)[-–— ]*|(page )?\d+ of \d+", re.I)


def _margin_numbers(page: Page) -> frozenset[int]:
    """Return the indexes of line numbers: many numbers that count on, outside the text."""
    lines = [(n.box[2], i) for i, n in enumerate(page.lines) if n.upright]
    digits = sorted((x, i) for x, i in lines if page.lines[i].text.strip().isdecimal())
    groups: list[list[int]] = []
    for at, (x, index) in enumerate(digits):
        if at and x - digits[at - 1][0] < 3:
            groups[-1].append(index)
        else:
            groups.append([index])
    text = [n.box for n in page.lines if len(n.text) > 30 and n.upright]
    return frozenset(i for g in groups if _counts_lines(page, g, text) for i in g)


def _counts_lines(page: Page, group: list[int], text: Sequence[Box]) -> bool:
    lines = sorted((page.lines[i] for i in group), key=lambda n: n.box[1])
    numbers = [int(n.text) for n in lines]
    steps = [b - a for a, b in pairwise(numbers)]
    x0, x1 = min(n.box[0] for n in lines), max(n.box[2] for n in lines)
    crossed = sum(b[0] < x1 and b[2] > x0 for b in text)
    if sum(0 < s <= 10 for s in steps) <= 0.9 * len(steps) or crossed > 0.2 * len(text):
        return False
    # Few lines are left under a wide float; they count on closely, not from 1 as a listing's do.
    closely = numbers[0] > 20 and sum(0 < s <= 2 for s in steps) > 0.9 * len(steps)
    is_high = lines[-1].box[3] - lines[0].box[1] >= 0.4 * page.height
    return len(lines) >= 4 if closely else len(lines) >= 10 and is_high
