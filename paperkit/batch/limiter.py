"""Limiter: when a request may leave, by pace, pauses and budget, over all batches of a provider."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from paperkit.batch.budget import Budget, Used, tokens_in, tokens_out
from paperkit.batch.run import Pause
from paperkit.errors import ModelError, RateLimited, Truncated, Unavailable
from paperkit.models import Limit, Pace
from paperkit.prompts import Reply, Request

_MARGIN = 1.01
"""Requests do not reach the server as evenly as they leave: windows are taken a little longer."""

_ARRIVAL = 0.5
"""Seconds after which a request that is still on its way is taken to have reached the server."""

_DAY = 86_400.0


@dataclass
class Entry:
    """One request: when the server counted it at the latest (seconds), and its tokens.

    ``library`` is the folder that has it on record once it is ``settled``.
    """

    counted: float
    tokens: float
    settled: bool = True
    library: str = ""


class SlidingWindow:
    """The requests to a model of late, and the wait until one more keeps every limit."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._longest = 0.0

    def recall(
        self, library: str, past: Iterable[tuple[float, int]], limits: Iterable[Limit]
    ) -> None:
        """Count what a library has on record (when, tokens), instead of what is known of it."""
        self._longest = max(self._longest, *(_length(w) for w in limits), 0.0)
        others = [e for e in self._entries if e.library != library or not e.settled]
        past_ones = [Entry(at, float(n), library=library) for at, n in past]
        self._entries = others + past_ones

    def add(self, now: float, tokens: float, library: str = "") -> Entry:
        """Count a request that is sent now, with the tokens it is expected to take."""
        entry = Entry(now + _ARRIVAL, float(tokens), settled=False, library=library)
        if self._longest:
            self._entries.append(entry)
        return entry

    def settle(self, entry: Entry, now: float, tokens: float | None) -> None:
        """Correct a request whose reply is there: the server counted it before, and its tokens."""
        entry.counted, entry.settled = min(entry.counted, now), True
        if tokens is not None:
            entry.tokens = tokens

    def wait(
        self, now: float, tokens: float, limits: Iterable[Limit]
    ) -> tuple[float, Limit | None]:
        """Return the seconds until a request of so many tokens fits, and the limit that asks it."""
        self._longest = max(self._longest, *(_length(w) for w in limits), 0.0)
        kept = [e for e in self._entries if e.counted > now - self._longest]
        self._entries = sorted(kept, key=lambda e: e.counted)
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


# ---- What all batches that ask one provider share: its pauses, windows and requests in flight


class Provider:
    """What is known of one provider: ``changed`` guards and announces everything else in it.

    ``windows`` are per model, as providers count; pause and flight are the provider's.
    """

    def __init__(self, owner: Any = None) -> None:
        self.changed = threading.Condition()
        self.windows: dict[str, SlidingWindow] = {}
        self.until = 0.0
        self._owner = owner  # alive as long as this is, so that nobody takes over its id
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


_PROVIDERS: WeakValueDictionary[Hashable, Provider] = WeakValueDictionary()
_LOCK = threading.Lock()


def provider_of(model: Any) -> Provider:
    """Return what is shared by a model's ``provider``; a model that names none has its own."""
    named = getattr(model, "provider", None)
    key = id(model) if named is None else named
    with _LOCK:
        found = _PROVIDERS.get(key)
        if found is None:
            found = _PROVIDERS[key] = Provider(model)
        return found


# ---- The limiter of one batch

_LATE = 2
"""How often at most a request is sent whose whole answer doesn't come in time."""

_NEARLY = 0.9
"""A reply with this share of its limit was cut off there: some servers count a few less."""

_MOMENT = 3.0
"""Seconds; a shorter pause needs no words."""

_LONGEST = 86_400.0
"""Seconds; no pause is taken for longer."""


@dataclass
class Permit:
    """One request let through: as it may be sent, its place in the windows, its money.

    ``again`` says that its reply was cut off before, at a lower limit.
    """

    request: Request
    entry: Entry
    held: float
    again: bool = False


class Limiter(Pause):
    """Lets a request of a batch through when the budget, and what the provider takes, allow it."""

    def __init__(
        self, pace: Pace, budget: Budget, provider: Provider | None = None, name: str = ""
    ) -> None:
        super().__init__()
        self.pace = pace
        self.budget = budget
        self._provider = provider or Provider()
        self.changed = self._provider.changed
        self._limits = pace.windows()
        with self.changed:
            self._window = self._provider.windows.setdefault(name, SlidingWindow())
        self._in_flight = 0

    def recall(self, library: str, calls: Iterable[tuple[datetime, int]]) -> None:
        """Count what a library knows to have been asked lately."""
        now, today = time.monotonic(), datetime.now(UTC)
        past = [(now - (today - at).total_seconds(), tokens) for at, tokens in calls]
        with self.changed:
            self._window.recall(library, past, self._limits)

    def hold(self, seconds: float) -> None:
        """Let nobody who asks this provider go on for some seconds."""
        with self.changed:
            self._provider.hold(min(max(0.0, seconds), _LONGEST))
        if self.why_waiting():
            self.tell()

    def delay(self) -> float:
        """Return the seconds until all may go on, infinite while a person pauses this batch."""
        return math.inf if self.paused else max(0.0, self._provider.until - time.monotonic())

    def why_waiting(self) -> str:
        """Return why nothing is sent for a while, empty where it is only for a moment."""
        left = self._provider.until - time.monotonic()
        if self.paused or self.stopped.is_set() or left < _MOMENT:
            return super().why_waiting()
        until = (datetime.now() + timedelta(seconds=left)).astimezone()
        return f"waiting until {until:%H:%M:%S}, as the provider asks"

    def enter(self, request: Request, library: str = "") -> Permit:
        """Wait for this request's turn; `library` is the folder that puts it on record.

        Raises:
            Left: the batch is stopped, or must stop: nothing more may be sent.
        """
        expected = tokens_in(request) + tokens_out(request)
        with self.changed:
            while True:
                self.check()
                seconds = self._delay(request, expected)
                self.check()
                if seconds <= 0:
                    return self._let_in(request, expected, library)
                self.changed.wait(None if math.isinf(seconds) else seconds)

    def _delay(self, request: Request, expected: int) -> float:
        """Return the seconds to wait (infinite: until something changes), 0 to go."""
        held = self.delay()
        if held > 0:
            return held
        if self._in_flight >= self.pace.workers or self._provider.is_full(self.pace.workers):
            return math.inf
        if self._in_flight and self.budget.capped and not self.budget.learned:
            return math.inf  # the first reply of all tells how long they get
        if self.budget.limit(request) == 0:
            if self.budget.held > 0 and self._in_flight:
                return math.inf  # what is in flight may cost less than was set aside
            self.stop(self._too_dear(request))
            return math.inf
        seconds, limit = self._window.wait(time.monotonic(), expected, self._limits)
        if limit is not None and is_daily(limit):
            what = f"{limit.requests} requests" if limit.requests else f"{limit.tokens} tokens"
            self.stop(f"the {what} of the day are used up; run it again tomorrow to go on")
        return seconds

    def _too_dear(self, request: Request) -> str:
        budget = self.budget
        room, needed = max(0, int(min(budget.room(request), 1e9))), budget.needed(request)
        return (
            f"the next request might cross the budget of {budget.total:g} ({budget.spent:.4g} "
            f"spent): it leaves {room:,} tokens for a reply, which may need {needed:,}; "
            "run it again with a larger budget= to go on"
        )

    def _let_in(self, request: Request, expected: int, library: str) -> Permit:
        limit = self.budget.limit(request)
        held = self.budget.hold(request, limit)
        self._in_flight += 1
        self._provider.add(self.pace.workers)
        entry = self._window.add(time.monotonic(), expected, library)
        allowed = request if limit is None else replace(request, output_limit=limit)
        return Permit(allowed, entry, held, again=request.output_limit is not None)

    def leave(self, permit: Permit, outcome: Reply | Exception) -> tuple[Used, float | None]:
        """Count what a request used and let the next in; return its tokens and its cost.

        None is what nobody knows.
        """
        used = used_by(outcome)
        # A request the server turned away by its status is not paid; one cut off may be.
        free = isinstance(outcome, ModelError) and bool(outcome.status) and used[0] is None
        paid = (0, 0) if free else used
        with self.changed:
            self._in_flight -= 1
            self._provider.remove(self.pace.workers, outcome)
            try:
                whole = isinstance(outcome, Reply)
                cached = (outcome.tokens_cached or 0) if isinstance(outcome, Reply) else 0
                cost = self.budget.settle(
                    permit.request, permit.held, paid, cached=cached, whole=whole
                )
                if _is_cut(permit.request, outcome):
                    self._was_cut(permit)
                tokens = None if used[0] is None else float(used[0] + (used[1] or 0))
                self._window.settle(permit.entry, time.monotonic(), tokens)
            finally:
                self.changed.notify_all()
        return used, 0.0 if free else cost

    def longer(self, permit: Permit, error: Truncated) -> bool:
        """Return whether a reply cut off is to be asked for once more, with a higher limit.

        Only where the limit was the budget's, not the provider's, and not again and again.
        """
        with self.changed:
            return _is_cut(permit.request, error) and self._may_grow(permit)

    def _may_grow(self, permit: Permit) -> bool:
        return not permit.again and self.budget.limit(permit.request) != 0

    def _was_cut(self, permit: Permit) -> None:
        """Learn from a reply that the limit cut off, before anyone else is let in.

        Where no reply was whole yet, the next paper would fare no better: the batch stops.
        """
        sent = permit.request
        self.budget.was_cut(sent.output_limit or 0)
        if not self.budget.answers_fit and not self._may_grow(permit):
            self.stop(
                f"{sent.paper.id}: the budget allowed {sent.output_limit:,} tokens for the "
                "reply, thoughts included, and the model needs more; run it again with a "
                "larger budget=, or let the model think less"
            )

    def after(self, error: ModelError, tried: int) -> float | None:
        """Return the seconds this paper waits before another try, None when there is none.

        A pause the provider asks for holds everyone; a quota of the day stops the batch.
        """
        seconds = error.retry_after
        if isinstance(error, RateLimited) and error.daily:
            self.stop(str(error))
            return None
        most = self.pace.tries * (2 if isinstance(error, RateLimited) else 1)
        if isinstance(error, Unavailable) and error.late:
            most = min(most, _LATE)  # each may be paid for
        if tried >= most:
            return None
        grown = self.pace.backoff * 2.0 ** (tried - 1)
        if seconds is None and not isinstance(error, RateLimited):
            return grown
        self.hold(grown if seconds is None else float(seconds))
        return 0.0


def _is_cut(sent: Request, outcome: Reply | Exception) -> bool:
    """Return whether a reply was cut off at the limit it was sent with, not at the provider's."""
    if not isinstance(outcome, Truncated) or sent.output_limit is None:
        return False
    received = outcome.usage[1]
    return received is None or received >= _NEARLY * sent.output_limit


def used_by(outcome: Reply | Exception) -> Used:
    """Return the tokens sent and received that a reply or an error tells of."""
    if isinstance(outcome, Reply):
        return outcome.tokens_in, outcome.tokens_out
    return outcome.usage if isinstance(outcome, ModelError) else (None, None)
