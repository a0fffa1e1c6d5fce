"""Sources: the only room that knows arXiv's API (the `arxiv` package) and metadata files."""

from __future__ import annotations

from paperkit.sources.api import search
from paperkit.sources.clients import ArxivClient, fetch_pdf
from paperkit.sources.explanations import explain
from paperkit.sources.feeds import announcements
from paperkit.sources.files import load, load_chunks, pack

__all__ = [
    "ArxivClient",
    "announcements",
    "explain",
    "fetch_pdf",
    "load",
    "load_chunks",
    "pack",
    "search",
]
