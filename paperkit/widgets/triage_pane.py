"""Details: what the reading pane says about one paper, as JSON-able data."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.papers import Paper, find_links, is_code_link

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
        "why": why,
        "versions": versions(library.coverage.versions(paper.id)),
        "history": _history(library, paper.id),
        "figures": _figures(library, paper.id),
        "digest": _line(library, paper.id),
    }


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
                "title": changes(before.title, paper.title) if before else [],
                "abstract": changes(before.abstract, paper.abstract) if before else [],
                "comment": paper.comment,
            }
        )
    return told[::-1]


def changes(before: str, after: str) -> list[tuple[str, str]]:
    """Return how one text became another, word by word: (same | gone | new, text) pairs."""
    if before == after:
        return []
    old, new = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    told: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            told.append(("same", "".join(old[a:b])))
            continue
        told += [(k, t) for k, t in (("gone", "".join(old[a:b])), ("new", "".join(new[c:d]))) if t]
    return told


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


# ---- Fallbacks: the few rows a saved notebook shows where no widget can run

ROWS = 20
"""How many rows a fallback holds."""

_HEAD = ("decision", "title", "authors", "date", "topics")


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


def _caption(rows: Sequence[dict[str, Any]], total: int) -> str:
    return f"{len(rows)} of {total:,} papers; run the cell for the table."


def as_html(rows: Sequence[dict[str, Any]], total: int) -> str:
    """Return an HTML table of rows (see `paperkit.library.pages.rows`), everything escaped."""
    head = "".join(f"<th>{name}</th>" for name in _HEAD)
    lines = []
    for row in rows:
        decision, title, *rest = (html.escape(cell) for cell in _cells(row))
        link = f'<a href="https://arxiv.org/abs/{html.escape(row["id"])}">{title}</a>'
        cells = "".join(f"<td>{cell}</td>" for cell in (decision, link, *rest))
        lines.append(f"<tr>{cells}</tr>")
    body = "\n".join(lines)
    return (
        f"<table>\n<caption>{_caption(rows, total)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def as_markdown(rows: Sequence[dict[str, Any]], total: int) -> str:
    """Return a Markdown table of rows; every character Markdown or HTML knows is an entity."""
    lines = [_fallback_line(_HEAD), _fallback_line(["---"] * len(_HEAD))]
    for row in rows:
        decision, title, *rest = (_plain(cell) for cell in _cells(row))
        linked = f"[{title}](https://arxiv.org/abs/{row['id']})"
        lines.append(_fallback_line([decision, linked, *rest]))
    return "\n".join([*lines, "", _caption(rows, total)])


def _fallback_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return re.sub(r"[^\w ,.:;?()/’“”…–-]|_", lambda m: f"&#{ord(m[0])};", text)
