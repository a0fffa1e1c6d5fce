"""Fallbacks: the list that a saved notebook shows where no widget can run."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from paperkit import frontend

ROWS = 50
"""How many papers a fallback lists."""


def as_html(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the papers of a review as an HTML table, everything escaped."""
    lines = [
        f'<tr><td>{html.escape(status)}</td><td><a href="https://arxiv.org/abs/{id}">'
        f"{html.escape(title)}</a></td><td>{html.escape(counts)}</td></tr>"
        for id, status, title, counts in map(_cells, rows[:ROWS])
    ]
    body = "\n".join(lines)
    return (
        f"<table>\n<caption>{_caption(rows)}</caption>\n<thead><tr><th>status</th><th>paper</th>"
        f"<th>findings</th></tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def as_markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the papers of a review as a Markdown list; titles can't be taken for markup."""
    lines = [
        f"- {status}: [{_plain(title)}](https://arxiv.org/abs/{id})" + (f" ({c})" if c else "")
        for id, status, title, c in map(_cells, rows[:ROWS])
    ]
    return "\n".join([*lines, "", _caption(rows)])


def _cells(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    counts = [(row["block"], "blocking"), (row["warn"], "to look at")]
    told = ", ".join(f"{n} {name}" for n, name in counts if n)
    return row["id"], row["status"], row["title"], told


def _caption(rows: Sequence[Mapping[str, Any]]) -> str:
    signed = sum(row["status"] in ("approved", "overridden") for row in rows)
    return f"{signed} of {len(rows)} papers approved; {frontend.RUN_AGAIN}"


def _plain(text: str) -> str:
    return re.sub(r"[^\w ,.:;?()/’“”…–-]|_", lambda m: f"&#{ord(m[0])};", text)
