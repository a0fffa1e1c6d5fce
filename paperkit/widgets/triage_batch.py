"""Triage's batch: one `summarize` in the background at a time, started, watched and stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pandas as pd

from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.outlines import DIGEST, Outline

Told = Callable[[dict[str, Any]], None]

_OFTEN = 0.25  # seconds between two messages; a batch from the cache would flood the wire


class Batch:
    """The summarizing a table has started, if any; the cells of the notebook stay free."""

    def __init__(self) -> None:
        self._run: Any = None
        self._left = 0
        self._told_at = 0.0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._ended.set()

    @property
    def report(self) -> pd.DataFrame | None:
        """Return the report of the last batch so far, None before the first."""
        return None if self._run is None else self._run.report

    def start(
        self,
        papers: pd.DataFrame,
        library: Library,
        model: Any,
        told: Told,
        outline: Outline = DIGEST,
    ) -> None:
        """Start summarizing; `told` hears running, done, total, and a text at the end.

        Raises:
            PaperkitError: the last batch still runs, or there are no papers.
        """
        from paperkit import batch

        if not self._ended.is_set():
            raise PaperkitError("triage: still summarizing; wait, or stop it first.")
        if papers.empty:
            raise PaperkitError("triage: no papers to summarize; select some.")
        self._run = batch.summarize(papers, library, model, outline=outline, background=True)
        self._left = len(papers)
        self._ended.clear()
        told({"running": True, "done": 0, "total": len(papers), "text": ""})
        self._run.on_done(lambda *_: self._through(told))

    def stop(self) -> None:
        """Stop after the papers in flight."""
        if self._run is not None:
            self._run.stop()

    def wait(self) -> None:
        """Return when the batch has ended."""
        self._ended.wait()

    def _through(self, told: Told) -> None:
        """One more paper is through, or was left when the batch was stopped."""
        with self._lock:
            self._left -= 1
            running, now = self._left > 0, time.monotonic()
            if running and now - self._told_at < _OFTEN:
                return
            self._told_at = now
        progress = self._run.progress
        text = "" if running else self._outcomes()
        told({"running": running, "done": progress.done, "total": progress.total, "text": text})
        if not running:
            self._ended.set()

    def _outcomes(self) -> str:
        counts = self._run.report["outcome"].value_counts()
        return ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
