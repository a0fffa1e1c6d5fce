"""Paragraphs: which rows are running text, joined in reading order across columns and pages."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from paperkit.reading.headings import REFERENCES, Heading
from paperkit.reading.layout import Row, Sheet, Style, union
from paperkit.reading.pages import Page, shown
from paperkit.reading.text import footnotes, joined, raised_text, sentence_text
from paperkit.readings import Box, Paragraph, Role
from paperkit.text import CJK

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
    if sum(map(str.isalpha, text)) + text.count(" ") < 0.62 * len(text):
        return False
    words = re.findall(r"[^\W\d_]{2,}", text)
    return len(words) >= 4 or len(re.findall(f"[{CJK}]", text)) >= 8


def _full(sheet: Sheet, style: Style, column: int, indexes: list[int]) -> set[int]:
    """Return rows as wide as their column, at least two of them at text pitch."""
    x0, x1 = sheet.extent(column)
    full = [i for i in indexes if _is_full(sheet.rows[i], style, x0, x1)]
    found = set()
    for a, b in pairwise(full):
        above, below = sheet.rows[a], sheet.rows[b]
        if 0 < below.box[3] - above.box[3] < 2.4 * below.size and _alike(above, below):
            found |= {a, b}
    bottoms = [sheet.rows[i].box[3] for i in indexes]
    rest = (indexes[bisect_right(bottoms, sheet.rows[i].box[3]) :] for i in full)
    return found | {
        i for i, some in zip(full, rest, strict=True) if _has_end(sheet, style, i, some)
    }


def _has_end(sheet: Sheet, style: Style, index: int, below: Sequence[int]) -> bool:
    """Return whether a short row of words below ends the paragraph that a full row begins."""
    row = sheet.rows[index]
    hang = 2.5 * row.size if _ITEM.match(row.text) else 1.5
    most = max(1.45 * row.size, 1.1 * style.pitch if abs(row.size - style.size) < 0.6 else 0.0)
    near = takewhile(lambda i: sheet.rows[i].box[3] - row.box[3] < most, below)
    return any(
        0.5 * row.size < sheet.rows[i].box[3] - row.box[3]
        and _alike(row, sheet.rows[i])
        and -3.5 * row.size < sheet.rows[i].box[0] - row.box[0] < hang
        and re.search(r"[^\W\d_]{3}", sheet.rows[i].text)
        for i in near
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


# ---- paragraphs

_ENDED = (".", "!", "?", ":", "。", "！", "？", ".”", ".)", '."')


@dataclass
class _Draft:
    """A paragraph being built: its rows, and the page and box where it starts.

    ``view`` is that page as its rows are read, which may be turned. ``turns`` are the later pages,
    each with the number of its first row.
    """

    rows: list[Row]
    view: Page
    page: int
    last_page: int
    box: Box
    kind: str = "text"
    heading: Heading | None = None
    order: float = 0.0
    first: list[Row] = field(default_factory=list)
    turns: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Flow:
    """What each page gives to the text: rows left out, and blocks set apart from the flow."""

    skipped: Sequence[frozenset[int]]
    captions: Sequence[Sequence[tuple[int, ...]]]


def paragraphs(
    sheets: Sequence[Sheet],
    style: Style,
    headings: Sequence[Heading],
    flow: Flow,
    words: Counter[str],
) -> list[Paragraph]:
    """Return the text of the document; floats' captions and footnotes follow the running text.

    ``words`` are those the document writes inside its lines: they mend what is cut at line ends.
    """
    main: list[_Draft] = []
    apart: list[_Draft] = []
    titled = {(h.sheet, h.rows[0]): h for h in headings}
    covered = {(h.sheet, i) for h in headings for i in h.rows}
    for number, sheet in enumerate(sheets):
        headed = frozenset(i for at, i in covered if at == number)
        notes = _footnotes(sheet, style, flow.skipped[number], headed)
        captioned = {i for rows in flow.captions[number] for i in rows}
        for rows in flow.captions[number]:
            apart.append(_draft(sheet, [sheet.rows[i] for i in rows], "caption"))
        for index, row in enumerate(sheet.rows):
            key = (number, index)
            if heading := titled.get(key):
                some = [sheet.rows[i] for i in heading.rows]
                main.append(_draft(sheet, some, "heading", heading))
            elif key in covered or index in flow.skipped[number] or index in captioned:
                continue
            elif index in notes:
                _extend(apart, sheet, row, "note")
            else:
                _extend(main, sheet, row, "text")
    return _finished(_merged(main, apart), words, _sentences(sheets))


def _draft(sheet: Sheet, rows: list[Row], kind: str, heading: Heading | None = None) -> _Draft:
    number = sheet.page.number
    return _Draft(rows, sheet.page, number, number, union(r.box for r in rows), kind, heading)


def _extend(drafts: list[_Draft], sheet: Sheet, row: Row, kind: str) -> None:
    last = drafts[-1] if drafts else None
    if last is None or last.kind != kind or not _continues(last, sheet, row, kind):
        drafts.append(_draft(sheet, [row], kind))
        return
    if last.last_page != sheet.page.number:
        last.turns.append((sheet.page.number, len(last.rows)))
    last.rows.append(row)
    if last.last_page == last.page == sheet.page.number and last.rows[0].column == row.column:
        last.box = union([last.box, row.box])
    last.last_page = sheet.page.number


def _continues(draft: _Draft, sheet: Sheet, row: Row, kind: str) -> bool:
    last = draft.rows[-1]
    if kind == "note" and _marks_note(row):
        return False
    if draft.last_page == sheet.page.number and last.column == row.column:
        return _continues_below(draft, sheet, last, row)
    if abs(last.size - row.size) > 0.6:
        return False
    x0, x1 = sheet.extent(row.column)
    indented = row.box[0] - x0 > 0.8 * row.size and row.line.width < 0.99 * (x1 - x0)
    ended = last.text.rstrip().endswith(_ENDED)
    return not ended or (not indented and not row.text.lstrip()[:1].isupper())


def _marks_note(row: Row) -> bool:
    """Return whether a row begins with the raised mark of a footnote."""
    first = next((s for s in row.line.spans if s.text.strip()), None)
    marked = re.match(r"\s*[\d*†‡§¶∗]{1,3}\s*\S", row.text) is not None
    return marked and first is not None and first.size < row.size - 0.8


def _continues_below(draft: _Draft, sheet: Sheet, last: Row, row: Row) -> bool:
    level = abs((row.box[1] + row.box[3]) - (last.box[1] + last.box[3])) / 2
    if level < 0.5 * max(row.size, 4):
        return True
    step = row.box[3] - last.box[3]
    pitch = _pitch(draft)
    if (
        step > (pitch * 1.35 + 1 if pitch else 2.1 * max(row.size, last.size))
        or step < -2 * row.size
    ):
        return False
    if abs(last.size - row.size) > 1.2 and len(row.text) > 20 and len(last.text) > 20:
        return False
    x0, x1 = sheet.extent(row.column)
    indent = row.box[0] - last.box[0]
    short = last.box[2] < x1 - 0.12 * (x1 - x0)
    ended = last.text.rstrip().endswith(_ENDED)
    if 0.7 * row.size < indent < 4 * row.size and ended:
        return len(draft.rows) == 1 and last.box[0] < x0 + 2 and not short
    return not (
        ended and short and indent >= -0.5 * row.size and not row.text.lstrip()[:1].islower()
    )


def _pitch(draft: _Draft) -> float:
    rows = draft.rows[-6:]
    plain = [r for r in rows if abs(r.size - rows[-1].size) < 0.6]  # no pieces of formulas
    steps = [b.box[3] - a.box[3] for a, b in pairwise(plain) if a.column == b.column]
    steps = [s for s in steps if s > 0.7 * rows[-1].size]
    return sorted(steps)[len(steps) // 2] if steps else 0.0


def _footnotes(
    sheet: Sheet, style: Style, skipped: frozenset[int], heads: frozenset[int]
) -> frozenset[int]:
    """Return the rows of small print that end a column below larger text.

    Small print below a heading (``heads``), or from the page's upper part on, is a bibliography.
    """
    found: set[int] = set()
    for column in {r.column for r in sheet.rows}:
        some = [i for i, r in enumerate(sheet.rows) if r.column == column and i not in skipped]
        some.sort(key=lambda i: -sheet.rows[i].box[3])
        small = list(takewhile(lambda i: sheet.rows[i].size <= style.size - 0.6, some))
        large = [sheet.rows[i].box[3] for i in some[len(small) :]]
        while small and max(large, default=0.0) > sheet.rows[small[-1]].box[1] + 1:
            small.pop()  # the limits of a sum in the text's last line
        top = sheet.rows[small[-1]] if small and large else None
        if top is not None and top.box[1] > 0.4 * sheet.page.height:
            headed = some[len(small)] in heads and top.box[1] - max(large) < 3 * top.size
            found |= set() if headed and not _marks_note(top) else set(small)
    return frozenset(found)


def _merged(main: list[_Draft], apart: list[_Draft]) -> list[_Draft]:
    """Return the main flow with each block set apart after the paragraph that its page ends."""
    result: list[_Draft] = []
    waiting = sorted(apart, key=lambda d: d.page)
    for index, draft in enumerate(main):
        result.append(draft)
        following = main[index + 1] if index + 1 < len(main) else None
        while waiting and (following is None or following.page > waiting[0].page):
            result.append(waiting.pop(0))
    return result + waiting


def _sentences(sheets: Sequence[Sheet]) -> dict[int, str]:
    """Return the text of each row (by its `id`) without marks."""
    found: dict[int, str] = {}
    for sheet in sheets:
        notes = footnotes(sheet)
        found |= {id(row): sentence_text(row, notes) for row in sheet.rows}
    return found


def _finished(
    drafts: Sequence[_Draft], words: Counter[str], sentences: dict[int, str]
) -> list[Paragraph]:
    result: list[Paragraph] = []
    section, role = "", "front"
    for draft in drafts:
        if draft.heading is not None:
            section, role = draft.heading.title, _role(draft.heading, role)
        lines = [sentences[id(row)] for row in draft.rows]
        text = joined(lines, words)
        if role == "front" and (draft.page > 1 or _is_running_text(text)):
            role = "body"  # journals that begin without a heading
        if role == "front" and not section:  # authors: the marks tell whose address is whose
            text = joined([raised_text(row) for row in draft.rows], words)
        if text:
            result.append(
                Paragraph(
                    text,
                    draft.page,
                    _rounded(shown(draft.box, draft.view)),
                    section,
                    _as_role(role),
                    turns=tuple((page, len(joined(lines[:n], words))) for page, n in draft.turns),
                )
            )
    return result


def _is_running_text(text: str) -> bool:
    """Return whether a paragraph is sentences, not names and addresses."""
    words = re.findall(r"[^\W\d_]+", text)
    lower = sum(word[0].islower() for word in words)
    return len(text) >= 200 and "@" not in text and lower >= 0.75 * len(words)


def _as_role(role: str) -> Role:
    return role  # type: ignore[return-value]


def _role(heading: Heading, before: str) -> str:
    if REFERENCES.fullmatch(heading.title):
        return "references"
    appendix = heading.title.lower().startswith(("appendi", "supplement", "附录"))
    if before in {"references", "appendix"} or appendix:
        return "appendix"
    return "body"


def _rounded(box: Box) -> Box:
    return (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))
