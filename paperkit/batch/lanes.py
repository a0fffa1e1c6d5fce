"""Lanes: what all batches that ask one provider share: its pauses, windows and requests in flight.

Two cells, or two models of one provider, are one customer to it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Hashable
from typing import Any
from weakref import WeakValueDictionary

from paperkit.batch.windows import Windows
from paperkit.errors import RateLimited


class Lane:
    """The way to one provider: ``changed`` guards and announces everything else in it.

    ``windows`` are per model, as providers count; pause and flight are the provider's.
    """

    def __init__(self, owner: Any = None) -> None:
        self.changed = threading.Condition()
        self.windows: dict[str, Windows] = {}
        self.until = 0.0
        self._owner = owner  # alive as long as the lane, so that nobody takes over its id
        self._flying: Counter[int] = Counter()
        self._room = float("inf")

    def hold(self, seconds: float) -> None:
        """Let nobody go on for some seconds."""
        self.until = max(self.until, time.monotonic() + seconds)

    def is_full(self, workers: int) -> bool:
        """Return whether one more of a batch with so many workers would be too many.

        Together they are never more than the widest of those at work may have alone.
        """
        widest = max((workers, *(w for w, n in self._flying.items() if n)))
        return self._flying.total() >= max(1, int(min(self._room, widest)))

    def add(self, workers: int) -> None:
        """Count a request in flight, of a batch with so many workers."""
        self._flying[workers] += 1

    def remove(self, workers: int, outcome: object) -> None:
        """Count a request back; after a "too many requests" only half as many are let out.

        Each reply lets one more out again, so that the end of a pause is no stampede.
        """
        self._flying[workers] -= 1
        if isinstance(outcome, RateLimited):
            self._room = max(1.0, min(self._room, workers) / 2)
        elif not isinstance(outcome, Exception):
            self._room += 1


_LANES: WeakValueDictionary[Hashable, Lane] = WeakValueDictionary()
_LOCK = threading.Lock()


def lane_of(model: Any) -> Lane:
    """Return the lane of a model's ``provider``, or of the model alone where it names none."""
    provider = getattr(model, "provider", None)
    key = id(model) if provider is None else provider
    with _LOCK:
        lane = _LANES.get(key)
        if lane is None:
            lane = _LANES[key] = Lane(model)
        return lane
