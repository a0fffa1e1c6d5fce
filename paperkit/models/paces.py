"""Paces: how fast a model may be asked, as a value a person writes down."""

from __future__ import annotations

from dataclasses import dataclass

from paperkit.errors import PaperkitError

_MINUTE = 60.0
_DAY = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most so many requests, and so many tokens, within any ``seconds``; None: no limit."""

    seconds: float
    requests: int | None = None
    tokens: int | None = None


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a model may be asked: requests in flight, per minute and day, tokens likewise.

    >>> Gemini("gemini-3.8-flash", pace=Pace(workers=8, requests_per_minute=10))

    ``workers`` is the most requests in flight. None means that the provider's own answers (429
    with a pause) are the only limit. A limit per day counts the last 24 hours and stops the batch;
    the others make it wait. ``limits`` are further windows. ``tries`` is how often a request is
    sent when the provider fails, ``backoff`` the first wait between two tries, in seconds.
    """

    workers: int = 4
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    requests_per_day: int | None = None
    tokens_per_day: int | None = None
    limits: tuple[Limit, ...] = ()
    tries: int = 4
    backoff: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a pace at which nothing would ever be sent."""
        numbers = [self.workers, self.tries]
        for limit in self.windows():
            numbers += [n for n in (limit.requests, limit.tokens) if n is not None]
        if min(numbers) < 1 or self.backoff < 0 or any(w.seconds <= 0 for w in self.windows()):
            raise PaperkitError("pace: limits must be at least 1; leave out what has no limit.")

    def windows(self) -> tuple[Limit, ...]:
        """Return every limit as a window."""
        minute = Limit(
            seconds=_MINUTE, requests=self.requests_per_minute, tokens=self.tokens_per_minute
        )
        day = Limit(seconds=_DAY, requests=self.requests_per_day, tokens=self.tokens_per_day)
        given = (*self.limits, minute, day)
        return tuple(w for w in given if (w.requests, w.tokens) != (None, None))
