"""Gates: what the requests of a batch share: pauses, paces, the purse, and how to stop."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from paperkit.batch.lanes import Lane
from paperkit.batch.purses import Purse, Used, tokens_in, tokens_out
from paperkit.batch.runs import Pause
from paperkit.batch.windows import Entry, Windows, is_daily
from paperkit.errors import ModelError, RateLimited, Truncated, Unavailable
from paperkit.models.paces import Pace
from paperkit.prompts import Reply, Request

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
