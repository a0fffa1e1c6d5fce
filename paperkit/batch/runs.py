"""Runs: many papers at once, each with its row of a report; stoppable, and never halted by one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

import pandas as pd

from paperkit.errors import PaperkitError

_WORKERS = 4


def ids_of(papers: pd.DataFrame | Iterable[str] | str) -> list[str]:
    """Return the ids of a papers frame, or those given, each once."""
    if isinstance(papers, str):
        return [papers]
    rows = papers.index if isinstance(papers, pd.DataFrame) else papers
    return list(dict.fromkeys(str(i) for i in rows))


def report_of(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a report: index id, the columns with their dtypes, missing where a row has none."""
    data = {c: pd.Series([r.get(c) for r in rows], dtype="object") for c in ("id", *columns)}
    return pd.DataFrame(data).astype({"id": "str", **columns}).set_index("id")


class Left(PaperkitError):
    """The batch stopped before this paper's turn."""


class Pause:
    """One pause shared by all workers: when the provider asks one to wait, all wait."""

    def __init__(self) -> None:
        self._until = 0.0
        self.stopped = threading.Event()
        self.why = ""

    def hold(self, seconds: float) -> None:
        """Let nobody go on for some seconds."""
        self._until = max(self._until, time.monotonic() + seconds)

    def wait(self) -> None:
        """Wait until the pause is over or the batch is stopped."""
        while (left := self._until - time.monotonic()) > 0 and not self.stopped.wait(left):
            pass

    def stop(self, why: str) -> None:
        """Let nobody begin anything more; the first reason counts."""
        self.why = self.why or why
        self.stopped.set()


class Run:
    """A batch at work: ``report`` so far, ``stop()`` and ``wait()``.

    >>> run = summarize(kept, library, Gemini("gemini-2.5-flash"), background=True)
    >>> run.report
    """

    def __init__(
        self,
        tasks: Mapping[str, Callable[[], dict[str, Any]]],
        columns: Mapping[str, str],
        pause: Pause | None = None,
        *,
        executor: Executor | None = None,
        workers: int = _WORKERS,
        label: str = "",
    ) -> None:
        self._pause = pause or Pause()
        self._columns = columns
        self._ids = list(tasks)
        self._label = label
        self._own = ThreadPoolExecutor(workers, "paperkit") if executor is None else None
        submit = (executor or self._own).submit  # type: ignore[union-attr]
        self._futures = {submit(_safely, i, t): i for i, t in tasks.items()}

    def __repr__(self) -> str:
        """Return how far the batch is."""
        done = sum(f.done() for f in self._futures)
        return f"Run({self._label}: {done} of {len(self._ids)} papers)"

    @property
    def report(self) -> pd.DataFrame:
        """Return the report so far; papers whose turn has not come are ``left``."""
        done = {i: f.result() for f, i in self._futures.items() if f.done() and not f.cancelled()}
        left = {"outcome": "left", "error": "not done yet; run it again to go on"}
        return report_of([{"id": i, **done.get(i, left)} for i in self._ids], self._columns)

    def stop(self) -> None:
        """Begin nothing more; what is in flight is finished and kept."""
        self._pause.stop("stopped; run it again to go on")
        for future in self._futures:
            future.cancel()
        self._close()

    def wait(self) -> pd.DataFrame:
        """Show progress until all is done and return the report; an interrupt stops it cleanly."""
        try:
            _progress(self._futures, self._label)
        except KeyboardInterrupt:
            self.stop()
            raise
        self._close()
        return self.report

    def _close(self) -> None:
        if self._own is not None:
            self._own.shutdown(wait=False, cancel_futures=True)


def _safely(id: str, task: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run one paper's task; its failure becomes its row of the report."""
    try:
        return {"id": id, **task()}
    except Left as error:
        return {"id": id, "outcome": "left", "error": str(error)}
    except PaperkitError as error:
        return {"id": id, "outcome": "failed", "error": str(error)}


def _progress(futures: Mapping[Future[dict[str, Any]], str], label: str) -> None:
    from tqdm.auto import tqdm

    # `as_completed` never yields a future that was cancelled before its turn; callbacks do fire.
    ended: SimpleQueue[Future[dict[str, Any]]] = SimpleQueue()
    for future in futures:
        future.add_done_callback(ended.put)
    failed = 0
    with tqdm(total=len(futures), desc=label, unit="paper", leave=False) as bar:
        for _ in futures:
            future = ended.get()
            failed += not future.cancelled() and future.result()["outcome"] == "failed"
            bar.set_postfix(failed=failed)
            bar.update()
