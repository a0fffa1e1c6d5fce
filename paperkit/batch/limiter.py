"""Windows: when the next request fits under the limits of a pace; pure, told the time."""

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

from paperkit.batch.budget import Purse, Used, tokens_in, tokens_out
from paperkit.batch.run import Pause
from paperkit.errors import ModelError, RateLimited, Truncated, Unavailable
from paperkit.models import Limit, Pace
from paperkit.prompts import Reply, Request

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


# ---- Lanes: what all batches that ask one provider share: its pauses, windows and requests in f


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


# ---- Gates: what the requests of a batch share: pauses, paces, the purse, and how to stop

_LATE = 2
"""How often at most a request is sent whose whole answer doesn't come in time."""

_NEARLY = 0.9
"""A reply with this share of its limit was cut off there: some servers count a few less."""

_MOMENT = 3.0
"""Seconds; a shorter pause needs no words."""

_LONGEST = 86_400.0
"""Seconds; no pause is taken for longer."""


@dataclass
class Ticket:
    """One request let through: as it may be sent, its place in the windows, its money.

    ``again`` says that its reply was cut off before, at a lower limit.
    """

    request: Request
    entry: Entry
    held: float
    again: bool = False


class Gate(Pause):
    """Lets a request of a batch through when its purse, and its provider's lane, allow it."""

    def __init__(self, pace: Pace, purse: Purse, lane: Lane | None = None, name: str = "") -> None:
        super().__init__()
        self.pace = pace
        self.purse = purse
        self._lane = lane or Lane()
        self.changed = self._lane.changed
        self._limits = pace.windows()
        with self.changed:
            self._windows = self._lane.windows.setdefault(name, Windows())
        self._in_flight = 0

    def recall(self, shelf: str, calls: Iterable[tuple[datetime, int]]) -> None:
        """Count what a library, `shelf`, knows to have been asked lately."""
        now, today = time.monotonic(), datetime.now(UTC)
        past = [(now - (today - at).total_seconds(), tokens) for at, tokens in calls]
        with self.changed:
            self._windows.recall(shelf, past, self._limits)

    def hold(self, seconds: float) -> None:
        """Let nobody who asks this provider go on for some seconds."""
        with self.changed:
            self._lane.hold(min(max(0.0, seconds), _LONGEST))
        if self.why_waiting():
            self.tell()

    def delay(self) -> float:
        """Return the seconds until all may go on, infinite while a person pauses this batch."""
        return math.inf if self.paused else max(0.0, self._lane.until - time.monotonic())

    def why_waiting(self) -> str:
        """Return why nothing is sent for a while, empty where it is only for a moment."""
        left = self._lane.until - time.monotonic()
        if self.paused or self.stopped.is_set() or left < _MOMENT:
            return ""
        until = (datetime.now() + timedelta(seconds=left)).astimezone()
        return f"waiting until {until:%H:%M:%S}, as the provider asks"

    def enter(self, request: Request, shelf: str = "") -> Ticket:
        """Wait for this request's turn; `shelf` is the library that puts it on record.

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
                    return self._let_in(request, expected, shelf)
                self.changed.wait(None if math.isinf(seconds) else seconds)

    def _delay(self, request: Request, expected: int) -> float:
        """Return the seconds to wait (infinite: until something changes), 0 to go."""
        held = self.delay()
        if held > 0:
            return held
        if self._in_flight >= self.pace.workers or self._lane.is_full(self.pace.workers):
            return math.inf
        if self._in_flight and self.purse.capped and not self.purse.learned:
            return math.inf  # the first reply of all tells how long they get
        if self.purse.limit(request) == 0:
            if self.purse.held > 0 and self._in_flight:
                return math.inf  # what is in flight may cost less than was set aside
            self.stop(self._too_dear(request))
            return math.inf
        seconds, limit = self._windows.wait(time.monotonic(), expected, self._limits)
        if limit is not None and is_daily(limit):
            what = f"{limit.requests} requests" if limit.requests else f"{limit.tokens} tokens"
            self.stop(f"the {what} of the day are used up; run it again tomorrow to go on")
        return seconds

    def _too_dear(self, request: Request) -> str:
        purse = self.purse
        room, needed = max(0, int(min(purse.room(request), 1e9))), purse.needed(request)
        return (
            f"the next request might cross the budget of {purse.budget:g} ({purse.spent:.4g} "
            f"spent): it leaves {room:,} tokens for a reply, and one may need {needed:,}; "
            "run it again with a larger budget= to go on"
        )

    def _let_in(self, request: Request, expected: int, shelf: str) -> Ticket:
        limit = self.purse.limit(request)
        held = self.purse.hold(request, limit)
        self._in_flight += 1
        self._lane.add(self.pace.workers)
        entry = self._windows.add(time.monotonic(), expected, shelf)
        allowed = request if limit is None else replace(request, output_limit=limit)
        return Ticket(allowed, entry, held, again=request.output_limit is not None)

    def leave(self, ticket: Ticket, outcome: Reply | Exception) -> tuple[Used, float | None]:
        """Count what a request used and let the next in; return its tokens and its cost.

        None is what nobody knows.
        """
        used = used_by(outcome)
        # A request the server turned away by its status is not paid; one cut off may be.
        free = isinstance(outcome, ModelError) and bool(outcome.status) and used[0] is None
        paid = (0, 0) if free else used
        with self.changed:
            self._in_flight -= 1
            self._lane.remove(self.pace.workers, outcome)
            try:
                whole = isinstance(outcome, Reply)
                self.purse.settle(ticket.request, ticket.held, paid, whole=whole)
                if _is_cut(ticket.request, outcome):
                    self._was_cut(ticket)
                tokens = None if used[0] is None else float(used[0] + (used[1] or 0))
                self._windows.settle(ticket.entry, time.monotonic(), tokens)
            finally:
                self.changed.notify_all()
        return used, 0.0 if free else self.purse.cost(paid)

    def longer(self, ticket: Ticket, error: Truncated) -> bool:
        """Return whether a reply cut off is to be asked for once more, with a higher limit.

        Only where the limit was the budget's, not the provider's, and not again and again.
        """
        with self.changed:
            return _is_cut(ticket.request, error) and self._may_grow(ticket)

    def _may_grow(self, ticket: Ticket) -> bool:
        return not ticket.again and self.purse.limit(ticket.request) != 0

    def _was_cut(self, ticket: Ticket) -> None:
        """Learn from a reply that the limit cut off, before anyone else is let in.

        Where no reply was whole yet, the next paper would fare no better: the batch stops.
        """
        sent = ticket.request
        self.purse.was_cut(sent.output_limit or 0)
        if not self.purse.answers_fit and not self._may_grow(ticket):
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
