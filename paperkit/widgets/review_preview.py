"""Fallbacks: the list that a saved notebook shows where no widget can run."""

from __future__ import annotations

import base64
import html
import mimetypes
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paperkit.widgets.review_session import Desk


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
    return f"{signed} of {len(rows)} papers approved; run the cell for the editor."


def _plain(text: str) -> str:
    return re.sub(r"[^\w ,.:;?()/’“”…–-]|_", lambda m: f"&#{ord(m[0])};", text)


# ---- Previews: a paper's card as the blog shows it

_SRC = re.compile(r'(<img\b[^>]*?\bsrc=")([^"]*)(")')
_CLEAR = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def page(id: str, desk: Desk) -> str:
    """Return the exporter's Markdown of one paper as HTML, its figures within.

    The result is for a frame without scripts: raw HTML of the exporter (``<details>``) is kept.
    """
    from mistune import create_markdown

    from paperkit import posts

    language = desk.named(id).language
    text = posts.preview(id, desk.library, outline=desk.outline, language=language)
    made = str(create_markdown(escape=False, plugins=["table"])(text))
    files = figures(id, desk)
    return _SRC.sub(lambda m: m[1] + _inlined(files.get(m[2].rpartition("/")[2])) + m[3], made)


def figures(id: str, desk: Desk) -> dict[str, Path]:
    """Return the files of a paper's figures by the names a post gives them."""
    from paperkit.posts.cards import source_of
    from paperkit.posts.figures import images

    source = source_of(id, desk.library, desk.outline, desk.named(id).language)
    shown = source.reading.figures if source.reading else ()
    return {i.name: i.path for i in images(source.paper, shown, source.folder)}


def _inlined(path: Path | None) -> str:
    """Return a figure as a data URL; what is no figure of the paper shows nothing."""
    if path is None:
        return _CLEAR
    kind = mimetypes.guess_type(path.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
