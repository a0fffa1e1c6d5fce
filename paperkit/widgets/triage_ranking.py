"""Re-ranking: after decisions the papers of a table are ranked again, beside all other work."""

from __future__ import annotations

import math
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.queries import Query
from paperkit.ranking import BackgroundRanking

REST = 1.5
"""Seconds without a decision after which the papers are ranked again."""

MOST_RANKED = 5_000
"""Papers above which nothing is ranked unasked: it would take longer than a hand rests."""


class Reranking:
    """Follows the decisions made in this process and writes new scores when the hand rests.

    ``told`` hears, in another thread, how many decisions the new scores follow, and ``failed``
    why there are none. Nothing is ranked before a first paper was kept.
    """

    def __init__(
        self,
        library: Library,
        query: Callable[[], Query],
        told: Callable[[int], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._library, self._query = library, query
        self._told, self._failed = told, failed
        self._lock = threading.Lock()
        self._decisions = 0
        self._rested = 0.0  # when the hand has rested, on the monotonic clock
        self._timer: threading.Timer | None = None
        self._ranking = BackgroundRanking(self._ranked, failed=failed)
        follow = weakref.WeakMethod(self._decided)
        self._leave = library.index.watch(lambda ids: (f := follow()) and f(ids))

    def begin(self) -> None:
        """Count decisions from here on: the list follows all that were made before."""
        with self._lock:
            self._decisions = 0

    def close(self) -> None:
        """Follow no more decisions."""
        self._leave()
        self._ranking.cancel()
        with self._lock:
            self._rested = math.inf
            if self._timer is not None:
                self._timer.cancel()

    def _decided(self, ids: list[str]) -> None:
        """Called by the thread that decided: only the clock is set, one timer follows it."""
        with self._lock:
            self._decisions += len(ids)
            self._rested = time.monotonic() + REST
            if self._timer is None:
                self._wait(REST)

    def _wait(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._awake)
        self._timer.daemon = True
        self._timer.start()

    def _awake(self) -> None:
        with self._lock:
            self._timer = None
            left = self._rested - time.monotonic()
            if 0 < left < math.inf:
                self._wait(left)
        if left <= 0:
            self._ask()

    def _ask(self) -> None:
        try:
            wanted = replace(self._query(), decisions=(), text="")
            if self._library.index.find(wanted, facets=False).total > MOST_RANKED:
                return
            decided = self._library.papers(Query(decisions=("keep", "skip", "later")))
            if (decided["decision"] == "keep").any():
                self._ranking.request(self._library.papers(wanted), decided)
        except PaperkitError as error:
            self._failed(error)

    def _ranked(self, ranked: pd.DataFrame) -> None:
        self._library.score(ranked)
        self._told(self._decisions)
