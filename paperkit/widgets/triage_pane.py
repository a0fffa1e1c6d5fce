"""Triage's pane: what is said about one paper, as JSON-able data; the static table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.papers import ID_IN_TEXT, Paper, find_links, is_code_link
from paperkit.queries import Query
from paperkit.widgets.kit import RUN_AGAIN, difference, static_table

_LARGEST_FIGURE = 8_000_000
_SIGNATURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.S),
}


@dataclass(frozen=True)
class Image:
    """A figure's bytes and what they are: PNG, JPEG or WebP."""

    data: bytes
    type: str


def detail(library: Library, id: str) -> dict[str, Any]:
    """Return everything the library knows of a paper that a person decides by."""
    paper = library.paper(id)
    row = library.index.rows(library.index.numbers([paper.id]))[0]
    score, why = library.index.why(paper.id)
    return {
        "row": row,
        "authors": list(paper.authors),
        "abstract": paper.abstract,
        "comment": paper.comment,
        "journal_ref": paper.journal_ref,
        "links": _links(paper),
        "score": score,
        "why": _titled(why, library),
        "versions": versions(library.coverage.versions(paper.id)),
        "history": _history(library, paper.id),
        "figures": _figures(library, paper.id),
        "digest": _line(library, paper.id),
    }


_ID = re.compile(rf"\b{ID_IN_TEXT}\b")


def _titled(why: str, library: Library) -> str:
    """Return a reason with titles in place of ids: those mean nothing to a person."""
    if not (ids := tuple(dict.fromkeys(_ID.findall(why)))):
        return why
    titles = dict(library.papers(Query(ids=ids))["title"])
    return _ID.sub(lambda m: f"“{_short(titles[m[0]], 70)}”" if m[0] in titles else m[0], why)


def _links(paper: Paper) -> list[dict[str, Any]]:
    named = [("arXiv", paper.abs_url), ("PDF", paper.pdf_url)]
    if paper.doi:
        named.append(("DOI", f"https://doi.org/{paper.doi}"))
    found = find_links(paper.abstract, paper.comment)
    return [{"label": label, "url": url, "code": False} for label, url in named] + [
        {"label": re.sub(r"^https?://(?:www\.)?", "", u), "url": u, "code": is_code_link(u)}
        for u in found
    ]


def _history(library: Library, id: str) -> list[dict[str, Any]]:
    return [
        e | {"at": e["at"][:16].replace("T", " "), "tags": list(e["tags"])}
        for e in library.index.entries(id)
    ]


def versions(papers: list[Paper]) -> list[dict[str, Any]]:
    """Return each version seen, newest first, with what changed since the one before it.

    ``title`` and ``abstract`` are lists of (kind, text), kind being same, gone or new; empty
    when nothing changed.
    """
    told = []
    for before, paper in zip([None, *papers], papers, strict=False):
        told.append(
            {
                "version": paper.version,
                "updated": paper.updated.date().isoformat(),
                "title": _changes(before.title, paper.title) if before else [],
                "abstract": _changes(before.abstract, paper.abstract) if before else [],
                "comment": paper.comment,
            }
        )
    return told[::-1]


_KINDS = {"=": "same", "-": "gone", "+": "new"}


def _changes(before: str, after: str) -> list[tuple[str, str]]:
    if before == after:
        return []
    return [(_KINDS[mark], text) for mark, text in difference(before, after)]


def _figures(library: Library, id: str) -> list[dict[str, Any]]:
    reading = library.reading(id)
    if reading is None:
        return []
    return [
        {"index": i, "label": f.label, "caption": f.caption, "width": f.width, "height": f.height}
        for i, f in enumerate(reading.figures)
        if f.file
    ]


def figure(library: Library, id: str, index: int) -> Image:
    """Return one figure of a paper that was read.

    Raises:
        PaperkitError: there is no such figure, or its file is no PNG, JPEG or WebP image.
    """
    reading = library.reading(id)
    figures = reading.figures if reading else ()
    name = figures[index].file if 0 <= index < len(figures) else None
    path = library.files.figure_path(id, name)
    if path is None or not path.is_file():
        raise PaperkitError(f"{id}: no figure {index}; read the paper again.")
    data = path.read_bytes() if path.stat().st_size <= _LARGEST_FIGURE else b""
    for type_, signature in _SIGNATURES.items():
        if signature.match(data):
            return Image(data, type_)
    raise PaperkitError(
        f"{id}: {name} is no PNG, JPEG or WebP of at most 8 MB; read the paper again."
    )


def _line(library: Library, id: str) -> dict[str, Any] | None:
    """The first answer of the paper's digest: what it is in one line, and who says so."""
    digest = library.digest(id)
    answers = [a for a in digest.answers if a.statements] if digest else []
    if not answers:
        return None
    first = answers[0]
    return {"text": " ".join(first.texts), "by": first.model or first.origin}


ROWS = 20
"""How many papers the table of a saved notebook holds."""


def static(rows: Sequence[dict[str, Any]], total: int) -> dict[str, str]:
    """Return what a saved notebook shows of the listed papers: a table, as HTML and Markdown."""
    head = ("decision", "title", "authors", "date", "topics")
    caption = f"{len(rows)} of {total:,} papers; {RUN_AGAIN}"
    return static_table(head, ((row["id"], _cells(row)) for row in rows), caption)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    authors = ", ".join(row.get("authors", [])[:2])
    more = row["author_count"] - min(2, len(row.get("authors", [])))
    return (
        row.get("decision", ""),
        _short(row["title"], 160),
        _short(authors, 80) + (f" +{more}" if more > 0 else ""),
        row["published"],
        _short(", ".join(row.get("topics", [])), 80),
    )


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
