"""Following a topic: the days still to ask for, and the ledger's entry about each window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from paperkit.sources.harvests import Ask, Harvest, harvest
from paperkit.topics import Topic
from paperkit.topics.windows import Day, Window, settled, to_ask, why_none

if TYPE_CHECKING:
    from paperkit.sources.api import Ledger

_DAY = timedelta(days=1)
_END = time(23, 59)


def follow(
    topic: Topic, ask: Ask, library: Ledger, *, limit: int | None, look_back: int
) -> list[Harvest]:
    """Return what is new or was missing of a topic, one harvest per window, and record each.

    Windows with gaps come before those that are only looked at again. An error ends it.
    """
    known, last = library.known_days(topic.name, ask.query)
    today = ask.client.now().date()
    windows = to_ask(
        known, today=today, max_age_days=topic.max_age_days, last=last, look_back=look_back
    )
    found: list[Harvest] = []
    left = limit
    for since, until in windows:
        if left == 0:
            break
        bounds = (datetime.combine(since, time(), UTC), datetime.combine(until, _END, UTC))
        part = harvest(ask, since=bounds[0], until=bounds[1], limit=left)
        record(topic, ask, library, part, bounds, followed=True)
        found.append(part)
        left = None if left is None else left - len(part.papers)
        if part.error is not None:
            break
    return found


def record(
    topic: Topic,
    ask: Ask,
    library: Ledger,
    found: Harvest,
    bounds: tuple[datetime, datetime],
    *,
    followed: bool,
) -> None:
    """Write what came of a window into the ledger; only whole days count."""
    since, until = _whole_days(*bounds)
    window = Window(
        topic=topic.name,
        query=ask.query,
        since=since,
        until=until,
        asked=ask.client.now(),
        promised=found.total,
        got=len(found.papers),
        lost={name: reason for name, (reason, _) in found.lost.items()},
        why=found.why,
        followed=followed,
        days=tuple(_days(found, since, until, ask.client.now())),
    )
    library.save_window(window)


def _whole_days(since: datetime, until: datetime) -> tuple[date, date]:
    first, last = since.astimezone(UTC), until.astimezone(UTC)
    start = first.date() if first.time() == time() else first.date() + _DAY
    end = last.date() if last.time().replace(second=0, microsecond=0) >= _END else None
    return start, end or last.date() - _DAY


def _days(found: Harvest, since: date, until: date, now: datetime) -> Iterator[Day]:
    ids: dict[date, list[str]] = {}
    for paper in found.papers.values():
        ids.setdefault(paper.published.date(), []).append(paper.id)
    for n in range((until - since).days + 1):
        day = since + n * _DAY
        why = _why(found, day, min(ids, default=None))
        came = tuple(ids.get(day, ()))
        promised = len(came) if not why else _promised(found, day, len(came), since == until)
        if not why and now < settled(day):
            why = "not all announced yet"
        complete = not why
        yield Day(
            day=day,
            ids=came,
            promised=promised,
            complete=complete,
            why=why or ("" if came else why_none(day)),
        )


def _promised(found: Harvest, day: date, came: int, alone: bool) -> int | None:
    """Return how many papers arXiv says an incomplete day has, None where it doesn't say."""
    if alone:
        return found.total
    exact = found.missing <= len(found.lost) and not found.shifting and found.error is None
    near = [days for _, days in found.lost.values() if _touches(days, day)]
    return came + len(near) if exact and all(d == (day, day) for d in near) else None


def _touches(days: tuple[date | None, date | None], day: date) -> bool:
    return (days[0] or day) <= day <= (days[1] or day)


def _why(found: Harvest, day: date, oldest: date | None) -> str:
    """Return why a day may lack papers, empty when all of it came.

    Results come newest first: what ends them early concerns the last day reached and those before.
    """
    for name, (reason, days) in found.lost.items():
        if _touches(days, day):
            return f"{name}: {reason}"
    if found.shifting:
        return found.why
    if found.missing <= len(found.lost) and found.error is None:
        return ""
    return found.why if oldest is None or day <= oldest else ""
