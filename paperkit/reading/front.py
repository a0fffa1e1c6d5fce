"""The front of a paper: its title and the block of authors and affiliations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from paperkit.reading.joining import spliced
from paperkit.reading.layout import MARGIN, Row, Sheet
from paperkit.readings import Paragraph

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
    if not known or text.replace(" ", "")[:40] != known[:40]:
        return text
    for character in known:
        at += len(text[at:]) - len(text[at:].lstrip(" \n"))
        if text[at : at + 1] != character:
            return ""
        at += 1
    return text[at:].strip()
