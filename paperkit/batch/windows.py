"""Windows: when the next request fits under the limits of a pace; pure, told the time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from paperkit.models.paces import Limit

_MARGIN = 1.01
"""Requests do not reach the server as evenly as they leave: windows are taken a little longer."""

_SENDING = (0.15, 0.5)
"""Least and most seconds a request on its way is taken to need until the server counts it."""

_FIRST = 10
"""So many replies must be there before the quickest tells how long the server takes."""

_DAY = 86_400.0


@dataclass
class Entry:
    """One request: when it was let through, when the server counted it (seconds), its tokens.

    ``shelf`` names the library that has it on record once it is settled.
    """

    sent: float
    counted: float
    tokens: float
    settled: bool = True
    shelf: str = ""


class Windows:
    """The requests to a model of late, and the wait until one more keeps every limit."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._quickest = math.inf
        self._seen = 0
        self._longest = 0.0

    def recall(
        self, shelf: str, past: Iterable[tuple[float, int]], limits: Iterable[Limit]
    ) -> None:
        """Count what a library has on record (when, tokens), instead of what is known of it."""
        self._longest = max(self._longest, *(_length(w) for w in limits), 0.0)
        others = [e for e in self._entries if e.shelf != shelf or not e.settled]
        self._entries = others + [Entry(at, at, float(n), shelf=shelf) for at, n in past]

    def add(self, now: float, tokens: float, shelf: str = "") -> Entry:
        """Count a request that is sent now, with the tokens it is expected to take."""
        entry = Entry(now, now + _SENDING[0], float(tokens), settled=False, shelf=shelf)
        if self._longest:
            self._entries.append(entry)
        return entry

    def settle(self, entry: Entry, now: float, tokens: float | None) -> None:
        """Correct a request whose reply is there: its tokens, and when the server counted it.

        It did so before the reply by at least the time that the quickest of all took.
        """
        self._quickest = min(self._quickest, now - entry.sent)
        self._seen += 1
        counted = now - self._quickest
        if self._seen <= _FIRST:  # the first of all may all be slow: connections, loading
            counted = min(now, entry.sent + _SENDING[1])
        entry.counted, entry.settled = counted, True
        if tokens is not None:
            entry.tokens = tokens

    def wait(
        self, now: float, tokens: float, limits: Iterable[Limit]
    ) -> tuple[float, Limit | None]:
        """Return the seconds until a request of so many tokens fits, and the limit that asks it."""
        self._longest = max(self._longest, *(_length(w) for w in limits), 0.0)
        oldest = now - self._longest
        for entry in self._entries:
            if not entry.settled:  # longer on its way than others: maybe it isn't there yet
                late = now - entry.sent - self._quickest
                entry.counted = entry.sent + min(max(late, _SENDING[0]), _SENDING[1])
        self._entries = sorted(
            (e for e in self._entries if e.counted > oldest), key=lambda e: e.counted
        )
        waits = [(self._wait(w, now, tokens), w) for w in limits]
        seconds, limit = max(waits, key=lambda pair: pair[0], default=(0.0, None))
        return (seconds, limit) if seconds > 0 else (0.0, None)

    def _wait(self, limit: Limit, now: float, tokens: float) -> float:
        """Return the seconds until enough of the oldest requests have left one window."""
        inside = [e for e in self._entries if e.counted > now - _length(limit)]
        count, used = len(inside), sum(e.tokens for e in inside)
        until = now
        for entry in inside:
            many = limit.requests is not None and count >= limit.requests
            # What is larger than the whole window goes out alone, when it is empty.
            much = limit.tokens is not None and used + tokens > limit.tokens
            if not many and not much:
                break
            count, used = count - 1, used - entry.tokens
            until = entry.counted + _length(limit)
        return until - now


def is_daily(limit: Limit) -> bool:
    """Return whether waiting for a window would take the rest of the day."""
    return limit.seconds >= _DAY


def _length(limit: Limit) -> float:
    return limit.seconds if is_daily(limit) else limit.seconds * _MARGIN
