"""Sources: the only room that knows arXiv's API (the `arxiv` package) and metadata files."""

from __future__ import annotations

from paperkit.sources.api import ArxivClient, fetch_pdf, search
from paperkit.sources.files import load

__all__ = ["ArxivClient", "fetch_pdf", "load", "search"]
