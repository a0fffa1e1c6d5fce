"""Vaults: one Markdown note per paper with properties, as Obsidian and its kin keep them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperkit.files import write_atomic
from paperkit.frames import ids_of
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline
from paperkit.posts import fronts
from paperkit.posts.cards import Source, Style, card, source_of
from paperkit.posts.flavors import flavor_of
from paperkit.posts.slugs import slug
from paperkit.queries import Query

if TYPE_CHECKING:
    import pandas as pd

MARK = "%% paperkit writes what is above this line; what is below is yours %%"
"""The line in a note below which a person's own words are kept."""


def notes(
    papers: pd.DataFrame | Iterable[str],
    library: Library,
    folder: str | os.PathLike[str],
    *,
    outline: Outline = DIGEST,
    language: str | None = None,
) -> list[Path]:
    """Write one note per paper (a papers frame, or ids) into a folder; return their paths.

    Properties first (title, authors, arxiv, url, published, tags, decision …), then the paper's
    card, approved or not: notes are the person's own. Written again, the part below `MARK` stays;
    where a file has no such line, all of it is taken for the person's and stays below.
    """
    ids = ids_of(papers)
    known = library.papers(Query(ids=tuple(ids))).to_dict("index") if ids else {}
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    return [_noted(i, library, root, outline, language, known.get(i, {})) for i in ids]


def _noted(
    paper: str,
    library: Library,
    root: Path,
    outline: Outline,
    language: str | None,
    known: dict[Any, Any],
) -> Path:
    digest = library.digest(paper, outline=outline.name, language=language)
    spoken = language or (digest.language if digest else "en")
    source = source_of(paper, library, outline, spoken)
    style = Style(
        flavor=flavor_of("blog-markdown"), language=spoken, outline=outline, figures="link"
    )
    path = root / f"{_name(source)}.md"
    _kept(path, f"{fronts.written(_properties(source, known))}\n{card(source, style)}")
    return path


def _name(source: Source) -> str:
    """Obsidian's links take no ``[ ] # ^``."""
    title = re.sub(r"[\[\]#^$]", "", source.paper.title)
    return slug(f"{source.paper.id.replace('/', '_')} {title}")[:100].rstrip(". ")


def _properties(source: Source, known: dict[Any, Any]) -> dict[str, Any]:
    paper = source.paper
    tags = [*known.get("topics", ()), *known.get("tags", ())]
    return {
        "title": paper.title,
        "aliases": [f"arXiv:{paper.id}"],
        "authors": list(paper.authors),
        "arxiv": paper.id,
        "version": paper.version,
        "url": paper.abs_url,
        "published": paper.published.date(),
        "categories": list(paper.categories),
        "tags": list(dict.fromkeys(re.sub(r"[^\w/-]+", "-", t) for t in tags)),
        "decision": known.get("decision"),
    }


def _kept(path: Path, text: str) -> None:
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    _, mark, below = old.partition(MARK)
    own = (below if mark else f"\n{old}") or "\n"
    write_atomic(path, f"{text}\n{MARK}{own}".encode())
