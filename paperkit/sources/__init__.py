"""Sources: the only room that knows arXiv's API (the `arxiv` package) and metadata files."""

from __future__ import annotations

from paperkit.sources.client import ArxivClient, fetch_html, fetch_image, fetch_pdf
from paperkit.sources.explain import explain
from paperkit.sources.feeds import announcements
from paperkit.sources.files import load, load_chunks, pack
from paperkit.sources.search import search
from paperkit.sources.transport import Paused
from paperkit.sources.zotero import seeds

__all__ = [
    "ArxivClient",
    "Paused",
    "announcements",
    "explain",
    "fetch_html",
    "fetch_image",
    "fetch_pdf",
    "load",
    "load_chunks",
    "pack",
    "search",
    "seeds",
]
