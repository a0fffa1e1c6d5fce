"""Ranking in the background: one thread, the newest request wins, what is late is dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from paperkit.ranking.relevance import Stopped, rank

if TYPE_CHECKING:
    import pandas as pd


def _tell(error: Exception) -> None:
    """Print the traceback, as Python does for a thread that fails."""
    about = (type(error), error, error.__traceback__, threading.current_thread())
    threading.excepthook(threading.ExceptHookArgs(about))


class BackgroundRanking:
    """Ranks again after each decision, beside whatever else goes on; one for all open tables.

    >>> ranking = BackgroundRanking(lambda ranked: library.score(ranked))
    >>> ranking.request(library.papers(), library.papers(decision=["keep", "skip"]))

    ``request`` returns at once. A request made while another runs stops that one at its next step
    and takes its place, so that a hundred decisions in a row cost two or three rankings. ``done``
    is called in the ranking's own thread, once per request that was not overtaken or cancelled,
    with what `rank` returned; ``failed`` with the exception of one that could not be made. A last
    request that is done leaves no thread behind.
    """

    def __init__(
        self,
        done: Callable[[pd.DataFrame], None],
        *,
        failed: Callable[[Exception], None] = _tell,
    ) -> None:
        self._done, self._failed = done, failed
        self._changed = threading.Condition()
        self._newest = 0
        self._waiting: tuple[int, tuple[Any, ...], dict[str, Any]] | None = None
        self._thread: threading.Thread | None = None

    def request(
        self, papers: pd.DataFrame, decisions: pd.DataFrame | None = None, **options: Any
    ) -> None:
        """Ask for a new ranking; the arguments are those of `rank`. An older request is dropped."""
        with self._changed:
            self._newest += 1
            self._waiting = (self._newest, (papers, decisions), options)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ranking", daemon=True)
                self._thread.start()

    def cancel(self) -> None:
        """Drop what waits and what runs; ``done`` is not called for it."""
        with self._changed:
            self._newest += 1
            self._waiting = None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to do, at most ``timeout`` seconds; say whether it is so."""
        with self._changed:
            return self._changed.wait_for(lambda: self._thread is None, timeout)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            number, frames, options = job
            overtaken = partial(self._overtaken, number)
            try:
                ranked = rank(*frames, **options, stopped=overtaken)
                if not overtaken():
                    self._done(ranked)
            except Stopped:
                continue
            except Exception as error:
                self._failed(error)

    def _overtaken(self, number: int) -> bool:
        return number != self._newest

    def _next(self) -> tuple[int, tuple[Any, ...], dict[str, Any]] | None:
        """Return the request to work on; without one the thread ends, and another may begin."""
        with self._changed:
            job, self._waiting = self._waiting, None
            if job is None:
                self._thread = None
                self._changed.notify_all()
            return job
