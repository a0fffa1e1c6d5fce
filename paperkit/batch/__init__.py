"""Batches: update, read and summarize many; paced, retried, resumable, each with a report."""

from __future__ import annotations

from paperkit.batch.answers import answers
from paperkit.batch.display import show
from paperkit.batch.reads import fetch_figures, page_image, read
from paperkit.batch.run import Run
from paperkit.batch.summarizer import ask, estimate, summarize
from paperkit.batch.updates import model_named, refresh, update

__all__ = [
    "Run",
    "answers",
    "ask",
    "estimate",
    "fetch_figures",
    "model_named",
    "page_image",
    "read",
    "refresh",
    "show",
    "summarize",
    "update",
]
