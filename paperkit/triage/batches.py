"""Batches: one `summarize` in the background at a time, started, watched and stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pandas as pd

from paperkit.errors import PaperkitError
from paperkit.library import Library

Told = Callable[[dict[str, Any]], None]

_LOOK = 0.25  # seconds between two looks at the progress


class Batch:
    """The summarizing a table has started, if any; the cells of the notebook stay free."""

    def __init__(self) -> None:
        self._run: Any = None
        self._ended = threading.Event()
        self._ended.set()

    @property
    def report(self) -> pd.DataFrame | None:
        """Return the report of the last batch so far, None before the first."""
        return None if self._run is None else self._run.report

    def start(self, papers: pd.DataFrame, library: Library, model: Any, told: Told) -> None:
        """Start summarizing; `told` hears running, done, total, and a text at the end.

        Raises:
            PaperkitError: the last batch still runs.
        """
        from paperkit import batch

        if not self._ended.is_set():
            raise PaperkitError("triage: still summarizing; wait, or stop it first.")
        self._run = batch.summarize(papers, library, model, background=True)
        self._ended.clear()
        told({"running": True, "done": 0, "total": len(papers), "text": ""})
        threading.Thread(target=self._watch, args=(told,), daemon=True).start()

    def stop(self) -> None:
        """Stop after the papers in flight."""
        if self._run is not None:
            self._run.stop()

    def wait(self) -> None:
        """Return when the batch has ended."""
        self._ended.wait()

    def _watch(self, told: Told) -> None:
        """Tell of the progress until all is done; a batch has no other way to call back."""
        pause = threading.Event()
        while self._run.running:
            self._tell(told, running=True)
            pause.wait(_LOOK)
        counts = self._run.report["outcome"].value_counts()
        text = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        self._tell(told, running=False, text=text)
        self._ended.set()

    def _tell(self, told: Told, *, running: bool, text: str = "") -> None:
        report = self._run.report
        done = int((report["outcome"] != "left").sum()) if running else len(report)
        told({"running": running, "done": done, "total": len(report), "text": text})
