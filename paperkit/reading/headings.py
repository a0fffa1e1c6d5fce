"""Headings: which headlines are section titles, and their levels, from numbering, look, outline."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from paperkit.reading.headlines import Headline, headlines
from paperkit.reading.layout import Sheet, Style
from paperkit.readings import Box


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading on the page: its rows, title without number, number as printed, level from 1."""

    sheet: int
    page: int
    rows: tuple[int, ...]
    title: str
    number: str
    level: int
    box: Box


def headings(
    sheets: Sequence[Sheet],
    style: Style,
    captions: Sequence[frozenset[int]],
    prose: Sequence[frozenset[int]],
    outline: Sequence[tuple[int, str, int]],
) -> list[Heading]:
    """Return the headings in reading order; ``outline`` has (level, title, page from 1)."""
    found = [
        c
        for number, sheet in enumerate(sheets)
        for c in headlines(number, sheet, style, captions[number], prose[number])
    ]
    listed = _listed(found, outline)
    chosen = _chosen(found, listed, style)
    levels = _levels(chosen, listed)
    return [
        Heading(c.sheet, c.page, c.rows, c.title, c.number, levels[id(c)], c.box) for c in chosen
    ]


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def _listed(found: Sequence[Headline], outline: Sequence[tuple[int, str, int]]) -> dict[int, int]:
    """Return the outline's level for each candidate (by id) that an entry names on its page."""
    levels: dict[int, int] = {}
    for level, title, page in outline:
        want = _folded(title)
        for c in found:
            if abs(c.page - page) <= 1 and id(c) not in levels and _agrees(want, c):
                levels[id(c)] = level
                break
    return levels if len(levels) >= 0.6 * len(outline) and len(levels) >= 3 else {}


def _agrees(want: str, candidate: Headline) -> bool:
    for text in (_folded(candidate.title), _folded(candidate.text)):
        if want == text or (
            want and SequenceMatcher(None, want, text, autojunk=False).ratio() > 0.9
        ):
            return True
    return False


def _chosen(found: Sequence[Headline], listed: dict[int, int], style: Style) -> list[Headline]:
    start = _first_heading(found)
    strong = [c for c in found if (c.sheet, c.rows[0]) >= start and _strong(c, style)]
    looks = Counter((c.look, c.centered) for c in strong if c.known or c.number)
    trusted = {look for look, n in looks.items() if n >= 2 or len(strong) < 8}
    numbered = sum(bool(c.number) for c in strong) >= 3
    if not numbered:
        trusted |= _repeated(found, start)
    kept = []
    for c in found:
        if (c.sheet, c.rows[0]) < start:
            continue
        if id(c) in listed or _accepted(c, trusted, numbered=numbered, style=style):
            kept.append(c)
    return _in_sequence(kept, listed)


def _repeated(
    found: Sequence[Headline], start: tuple[int, int]
) -> set[tuple[tuple[float, bool, bool, bool], bool]]:
    """Return the looks of lines that stand apart above running text more than once.

    They are bold, or italic and centered.
    """
    looks = Counter(
        (c.look, c.centered)
        for c in found
        if (c.sheet, c.rows[0]) >= start
        and (c.look[1] or (c.look[2] and c.centered))
        and (c.distinct and c.led and c.spaced)
        and len(c.title) < 90
        and not c.title.endswith((".", ":"))
    )
    return {look for look, n in looks.items() if n >= 2}


def _first_heading(found: Sequence[Headline]) -> tuple[int, int]:
    """Return where the body starts, so that the paper's title is no heading."""
    for c in found:
        if c.sheet <= 3 and (c.known or c.number in {"1", "I"}):
            return (c.sheet, c.rows[0])
    return (0, 3)


def _strong(c: Headline, style: Style) -> bool:
    return c.distinct and c.led and (c.known or bool(c.number))


def _accepted(
    c: Headline,
    trusted: set[tuple[tuple[float, bool, bool, bool], bool]],
    *,
    numbered: bool,
    style: Style,
) -> bool:
    usual = (c.look, c.centered) in trusted
    if c.known and (c.distinct or c.centered or c.number):
        return True
    if c.number and c.distinct:
        return c.led or usual
    if usual and c.look[1] and c.look[0] > style.size + 1 and len(c.title) < 60:
        return True
    if c.number:
        return False
    plain = c.look[2] and not c.look[1] and not c.look[3]
    return usual and c.distinct and c.led and len(c.title) < 90 and not (numbered and plain)


def _in_sequence(kept: list[Headline], listed: dict[int, int]) -> list[Headline]:
    """Return the candidates without numbers that jump: list items and table rows."""
    result: list[Headline] = []
    last: dict[int, int] = {}
    roman = sum(bool(re.fullmatch(r"[IVX]+", c.number)) for c in kept) >= 2
    for c in kept:
        digits = re.match(r"\d+", c.number)
        if not digits or id(c) in listed:
            result.append(c)
            if digits:
                last[0] = int(digits.group())
            continue
        top = int(digits.group())
        before = last.get(0, 0)
        if roman or (top == 1 and before > 2 and c.depth == 1 and c.distinct and c.led):
            before = top - 1
        if (c.depth == 1 and before < top <= before + 2) or (
            c.depth > 1 and before <= top <= before + 1
        ):
            last[0] = top
            result.append(c)
    return result


# ---- levels


def _levels(chosen: Sequence[Headline], listed: dict[int, int]) -> dict[int, int]:
    """Return the level of each heading (by id): its number's depth, else what its look means."""
    roman = sum(bool(re.fullmatch(r"[IVX]+", c.number)) for c in chosen) >= 2
    levels: dict[int, int] = {}
    by_look: dict[tuple[float, bool, bool, bool], Counter[int]] = {}
    for c in chosen:
        if c.number:
            levels[id(c)] = _numbered_level(c, roman=roman)
            by_look.setdefault(c.look, Counter())[levels[id(c)]] += 1
    main = Counter(
        c.look for c in chosen if c.known and not c.number and c.title.lower() != "abstract"
    )
    top = [look for look, _ in main.most_common(1)]
    shift = _shift(chosen, listed, levels)
    sized: list[Headline] = []
    for c in chosen:
        if id(c) in levels:
            continue
        if id(c) in listed:
            levels[id(c)] = max(1, listed[id(c)] - shift)
        elif c.look in by_look and not c.known:
            levels[id(c)] = by_look[c.look].most_common(1)[0][0]
        elif c.known or c.look in main:
            levels[id(c)] = 1
        else:
            levels[id(c)] = _by_size(c, top)
            sized += [c] if levels[id(c)] == 2 else []
    strongest = max((_strength(c) for c in sized), default=None)
    return levels | {id(c): 3 for c in sized if _strength(c) != strongest}


def _strength(c: Headline) -> tuple[float, bool, bool]:
    size, bold, _, capitals = c.look
    return size, bold, capitals


def _numbered_level(c: Headline, *, roman: bool) -> int:
    if re.match(r"a ?ppendix\b", c.text, re.I):
        return c.depth
    if roman and re.fullmatch(r"[A-Z]", c.number) and not re.fullmatch(r"[IVX]", c.number):
        return 2
    if roman and c.number.isdigit():
        return 3
    return c.depth


def _shift(chosen: Sequence[Headline], listed: dict[int, int], levels: dict[int, int]) -> int:
    """Return how much deeper the outline counts than the numbers do (a title as its root)."""
    both = [listed[id(c)] - levels[id(c)] for c in chosen if id(c) in listed and id(c) in levels]
    if both:
        return sorted(both)[len(both) // 2]
    return min((listed[id(c)] for c in chosen if id(c) in listed), default=1) - 1


def _by_size(c: Headline, top: Sequence[tuple[float, bool, bool, bool]]) -> int:
    if not top:
        return 1
    size, bold, italic, caps = top[0]
    weaker = (bold and not c.look[1]) or (caps and not c.look[3]) or (c.look[2] and not italic)
    return 2 if c.look[0] < size or weaker else 1
