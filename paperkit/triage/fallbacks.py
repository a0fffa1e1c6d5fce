"""Fallbacks: the few rows a saved notebook shows where no widget can run."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from paperkit import frontend

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
    return f"{len(rows)} of {total:,} papers; {frontend.RUN_AGAIN}"


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
    lines = [_line(_HEAD), _line(["---"] * len(_HEAD))]
    for row in rows:
        decision, title, *rest = (_plain(cell) for cell in _cells(row))
        lines.append(_line([decision, f"[{title}](https://arxiv.org/abs/{row['id']})", *rest]))
    return "\n".join([*lines, "", _caption(rows, total)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return re.sub(r"[^\w ,.:;?()/’“”…–-]|_", lambda m: f"&#{ord(m[0])};", text)
