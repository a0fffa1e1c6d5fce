"""Headings: which rows of a page are section titles, and their levels, from print and outline."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from paperkit.reading.layout import WIDE, Row, Sheet, Style, union
from paperkit.reading.text import repaired, spliced
from paperkit.readings import Box
from paperkit.text import letters

KNOWN = re.compile(
    r"abstract|summary|introduction|background|related works?|preliminaries|methods?|methodology|"
    r"materials and methods|methods and materials|experiments?|experimental (?:results|setup)|"
    r"results?|results and discussions?|discussions?|evaluation|conclusions?|concluding remarks|"
    r"conclusions? and (?:future work|outlook|discussion)|discussion and conclusions?|"
    r"limitations?|ethics statement|ethical considerations|broader impact|future work|outlook|"
    r"acknowledge?ments?|references(?: and notes)?|bibliography|literature cited|appendix|"
    r"nomenclature|appendices|supplementary (?:material|information)|supporting information|"
    r"(?:author|authors’|authors') contributions?|additional information|competing interests?|"
    r"data availability|code availability|data and code availability|funding|"
    r"摘要|引言|绪论|前言|相关工作|方法|实验|实验结果|实验与结果|结果|结果与讨论|讨论|结论|结论与展望|总结|总结与展望|"
    r"参考文献|致谢|附录",
    re.I,
)
_LONGEST_KNOWN = 45
REFERENCES = re.compile(r"references(?: and notes)?|bibliography|literature cited|参考文献", re.I)
_NUMBER = re.compile(
    r"\s*(?:(?P<word>appendix|section|chapter)\s+)?"
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5}(?=[.:)\s])|[A-Z](?:\.\d{1,2}){0,3})"
    r"(?P<dot>[.:)]|\s?[—–-]\s)?(?P<space>\s*)(?=\S)(?P<title>.*)",
)
_APPENDIX = re.compile(r"appendix\s+([A-Z]|\d{1,2}|[IVX]{1,5})[.:]?", re.I)


@dataclass(frozen=True, slots=True)
class Headline:
    """A row that may be a heading, with what its print and place say.

    ``sheet`` is the index of its sheet, ``page`` the number of its page (from 1). ``look`` is
    (size, bold, italic, capitals), ``led`` says that running text follows, ``distinct`` that it is
    not set like body text, ``spaced`` that white stands above it.
    """

    sheet: int
    page: int
    rows: tuple[int, ...]
    title: str
    number: str
    depth: int
    look: tuple[float, bool, bool, bool]
    known: bool
    distinct: bool
    led: bool
    text: str
    box: Box
    centered: bool
    spaced: bool


def headlines(
    number: int, sheet: Sheet, style: Style, captions: frozenset[int], prose: frozenset[int]
) -> list[Headline]:
    """Return the rows of a page that could be headings; ``number`` counts pages from 0."""
    found: list[Headline] = []
    used: set[int] = set()
    largest = _title_size(sheet, style) if number == 0 else 0.0
    for index, row in enumerate(sheet.rows):
        if index in captions or index in used or not _may_be(sheet, row, style):
            continue
        if largest and row.size > largest - 0.6 and not _named(row):
            continue
        if len(row.text) > _LONGEST_KNOWN and not (_numbered(row) or _stands_out(row, style)):
            continue
        rows = _lines_of(sheet, index, captions)
        candidate = _candidate(number, sheet, rows, style, prose)
        if candidate is not None:
            used.update(rows)
            found.append(candidate)
    return found


def _named(row: Row) -> bool:
    """Return whether a row is a heading by its words alone, even in the size of the title."""
    return (
        re.fullmatch(r"\s*(1\.?\s+[A-Z].*|abstract|introduction|摘要|引言)\s*", row.text, re.I)
        is not None
    )


def _title_size(sheet: Sheet, style: Style) -> float:
    """Return the size of the paper's title on its first page, 0 if it is hardly larger."""
    upper = [r.size for r in sheet.rows if r.box[1] < 0.5 * sheet.page.height and r.line.upright]
    largest = max(upper, default=0.0)
    return largest if largest > style.size + 3.0 else 0.0


def _may_be(sheet: Sheet, row: Row, style: Style) -> bool:
    text = row.text.strip()
    if not row.line.upright or len(text) > 160 or row.size < 0.78 * style.size:
        return False
    return sum(map(str.isalpha, text)) >= max(2, 0.4 * len(text.replace(" ", "")))


def _look(row: Row) -> tuple[float, bool, bool, bool]:
    title = _title_of(row.text)
    caps = title.upper() == title and sum(map(str.isalpha, title)) >= 4
    small = "caps" in row.line.font.lower() or "cmcsc" in row.line.font.lower()
    return (round(row.size), row.line.bold, row.line.italic and not row.line.bold, caps or small)


def _title_of(text: str) -> str:
    match = _NUMBER.match(text)
    return (match["title"] if match and (match["dot"] or match["space"]) else text).strip()


def _lines_of(sheet: Sheet, index: int, captions: frozenset[int]) -> tuple[int, ...]:
    """Return the row and those that continue it: same look, tight pitch, no number of its own."""
    rows = [index]
    for following in range(index + 1, min(index + 4, len(sheet.rows))):
        last, row = sheet.rows[rows[-1]], sheet.rows[following]
        step = row.box[3] - last.box[3]
        if following in captions or not 0.3 * last.size < step < 2.2 * last.size:
            break
        beside = row.column == last.column or (_cuts(last, row) and _flush(last, row))
        same = beside and _look(row)[:3] == _look(last)[:3]
        tight = step < (2.2 if _cuts(last, row) else 1.6) * last.size
        x0, x1 = sheet.extent(row.column)
        filled = _cuts(last, row) or last.box[2] - last.box[0] > 0.5 * (x1 - x0)
        fresh = _numbered(row) is not None or KNOWN.fullmatch(row.text.strip(" .:"))
        middle = abs((row.box[0] + row.box[2]) - (last.box[0] + last.box[2])) < 4
        if not (same and tight and (filled or middle)) or fresh:
            break
        if not _uniform(row):
            break
        rows.append(following)
    return tuple(rows)


def _flush(last: Row, row: Row) -> bool:
    return abs(row.box[0] - last.box[0]) < 3


def _cuts(last: Row, row: Row) -> bool:
    """Return whether a word is cut between two rows."""
    return last.text.rstrip().endswith(("-", "‐")) and row.text.lstrip()[:1].islower()


def _numbered(row: Row) -> re.Match[str] | None:
    match = _NUMBER.match(row.text)
    if match is None or not match["title"] or not (match["dot"] or match["space"]):
        return None
    starts = match["title"].lstrip()[:1]
    titled = starts.isupper() or starts.isdigit() or "\u4e00" <= starts <= "\u9fff"
    # Titles that start in lower case exist, but only after a real number.
    if not titled and not (starts.islower() and match["number"][0].isdigit()):
        return None
    # "A Model of Scenes" has no number; "A", a white gap and "Proofs" has.
    gap = row.gap > 0.5 * row.size or len(match["space"]) > 1
    if match["number"].isalpha() and not (match["dot"] or match["word"] or gap):
        return None
    return match


def _uniform(row: Row) -> bool:
    """Return whether nearly all letters share the row's weight: run-in heads do not."""
    spans = [s for s in row.line.spans if any(map(str.isalpha, s.text))]
    total = sum(len(s.text) for s in spans) or 1
    same = sum(
        len(s.text) for s in spans if s.bold == row.line.bold and s.italic == row.line.italic
    )
    return same >= 0.75 * total


def _label_and_title(sheet: Sheet, rows: tuple[int, ...], text: str) -> tuple[str, str]:
    """Return the number or letter that rows of a heading begin with, or "", and what follows."""
    first = sheet.rows[rows[0]]
    match, alone = _numbered(first), _APPENDIX.fullmatch(_clean(first.text))
    if alone is not None and len(rows) > 1:  # "APPENDIX A", its title on the next line
        return alone[1].upper(), _clean(repaired(spliced(sheet.rows[i].text for i in rows[1:])))
    return match["number"] if match else "", _clean(_title_of(text) if match else text)


def _candidate(
    number: int, sheet: Sheet, rows: tuple[int, ...], style: Style, prose: frozenset[int]
) -> Headline | None:
    first = sheet.rows[rows[0]]
    text = repaired(spliced(sheet.rows[i].text for i in rows))
    label, title = _label_and_title(sheet, rows, text)
    known = bool(KNOWN.fullmatch(title.strip(" .:")))
    distinct = _stands_out(first, style)
    if not title or title.endswith((",", ";")) or not (known or distinct or label):
        return None
    headline = Headline(
        sheet=number,
        page=sheet.page.number,
        rows=rows,
        title=title,
        number=label,
        depth=_depth(label),
        look=_look(first),
        known=known,
        distinct=distinct,
        led=_leads(sheet, rows, prose, style.size),
        text=text,
        box=union(sheet.rows[i].box for i in rows),
        centered=_centered(sheet, first),
        spaced=_spaced(sheet, first),
    )
    return headline if _plausible(sheet, headline) else None


def _spaced(sheet: Sheet, row: Row) -> bool:
    over = [
        r.box[3]
        for r in sheet.rows
        if r.column in {row.column, WIDE} and r.box[3] < row.box[1] + 2 and r is not row
    ]
    return row.box[1] - max(over, default=0.0) > 0.7 * row.size


def _centered(sheet: Sheet, row: Row) -> bool:
    x0, x1 = sheet.extent(row.column)
    return abs((row.box[0] + row.box[2]) - (x0 + x1)) < 16 and row.box[0] > x0 + 12


def _plausible(sheet: Sheet, c: Headline) -> bool:
    """Return whether the row's place doesn't rule a heading out."""
    first = sheet.rows[c.rows[0]]
    x0, x1 = sheet.extent(first.column)
    placed = c.centered or c.known or first.box[0] <= x0 + 0.16 * (x1 - x0)
    run_in = not c.known and _runs_on(sheet, c.rows, bool(c.number))
    return placed and not run_in and _stands_alone(sheet, c.rows)


def _runs_on(sheet: Sheet, rows: tuple[int, ...], numbered: bool) -> bool:
    """Return whether the text goes on in the paragraph: a run-in head, not a heading."""
    last = sheet.rows[rows[-1]]
    letters = [s for s in last.line.spans if sum(c.isalpha() for c in s.text) >= 2]
    if numbered and _look(last)[1] and _look(last)[3] and _uniform(last):
        return False  # bold capitals that nearly fill the column
    if letters and not numbered and letters[-1].bold != last.line.bold:
        return True
    x0, x1 = sheet.extent(last.column)
    if last.box[2] < x1 - 0.06 * (x1 - x0):
        return False
    below = [r for r in sheet.rows[rows[-1] + 1 : rows[-1] + 3] if r.column == last.column]
    steps = [r.box[3] - last.box[3] for r in below if r.box[3] > last.box[3] + 2]
    return bool(steps) and min(steps) < 1.45 * last.size


def _clean(title: str) -> str:
    # Small capitals come as "I NTRODUCTION": a lone capital before a run of capitals.
    title = re.sub(r"\b([A-Z]) (?=[A-Z]{2,}\b)", r"\1", title)
    return unicodedata.normalize("NFKC", title).strip(" :")


def _stands_out(row: Row, style: Style) -> bool:
    return _distinct(row, _look(row), style) and _uniform(row)


def _distinct(row: Row, look: tuple[float, bool, bool, bool], style: Style) -> bool:
    bold = look[1] and not style.bold
    other = row.line.font != style.font and row.size >= style.size - 0.3
    known = other and KNOWN.fullmatch(_clean(row.text).strip(" .:")) is not None
    return bold or row.size > style.size + 0.8 or look[2] or look[3] or known


def _stands_alone(sheet: Sheet, rows: tuple[int, ...]) -> bool:
    """Return whether nothing else shares the baseline within the column."""
    first, last = sheet.rows[rows[0]], sheet.rows[rows[-1]]
    for index, row in enumerate(sheet.rows):
        if index in rows or row.column not in {first.column, WIDE} or not row.line.upright:
            continue
        overlap = min(row.box[3], last.box[3]) - max(row.box[1], first.box[1])
        beside = overlap > 0.5 * min(row.line.height, first.line.height)
        if beside and (first.column != WIDE or row.column == WIDE):
            return False
    return True


def _leads(sheet: Sheet, rows: tuple[int, ...], prose: frozenset[int], size: float) -> bool:
    """Return whether running text follows closely, or the column ends here but for footnotes."""
    last = sheet.rows[rows[-1]]
    below = [
        i
        for i in range(rows[-1] + 1, min(rows[-1] + 40, len(sheet.rows)))
        if sheet.rows[i].box[1] > last.box[1] + 2 and sheet.rows[i].column in {last.column, WIDE}
    ]
    near = min(below, key=lambda i: sheet.rows[i].box[1], default=None)
    if near is None or sheet.rows[near].box[1] - last.box[3] >= 4 * last.size:
        return all(sheet.rows[i].size < size - 0.6 and i in prose for i in below)
    return near in prose


def _depth(number: str) -> int:
    return number.count(".") + 1 if number else 0


# ---- which of them are headings


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


def _listed(found: Sequence[Headline], outline: Sequence[tuple[int, str, int]]) -> dict[int, int]:
    """Return the outline's level for each candidate (by id) that an entry names on its page."""
    levels: dict[int, int] = {}
    for level, title, page in outline:
        want = letters(title)
        for c in found:
            if abs(c.page - page) <= 1 and id(c) not in levels and _agrees(want, c):
                levels[id(c)] = level
                break
    return levels if len(levels) >= 0.6 * len(outline) and len(levels) >= 3 else {}


def _agrees(want: str, candidate: Headline) -> bool:
    for text in (letters(candidate.title), letters(candidate.text)):
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
    levels = {id(c): _numbered_level(c, roman=roman) for c in chosen if c.number}
    by_look: dict[tuple[float, bool, bool, bool], Counter[int]] = {}
    for c in (c for c in chosen if c.number):
        by_look.setdefault(c.look, Counter())[levels[id(c)]] += 1
    opening = [c for c in chosen if c.known and not c.number and c.title.lower() != "abstract"]
    main = Counter(c.look for c in opening)
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
