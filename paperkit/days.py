"""Days: which days of a topic are known, which are to be asked for, and why one is empty.

Days are days of submission (UTC), the only dates arXiv can be searched by. What was submitted on
a day is there once it was announced (https://info.arxiv.org/help/availability.html): by Tuesday
what came from Friday on, by Monday what came on Thursday, else the day after the next. A paper
held in moderation comes weeks later, so days are looked at again for a while.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

LOOK_BACK = 14
"""Days that are asked for again although they were complete: moderation takes its time."""

_DAY = timedelta(days=1)
_HOLIDAYS = ((1, 1), (6, 19), (7, 4), (12, 25))
# Month, weekday (Monday is 0), which one in the month.
_MOVING = ((1, 0, 3), (5, 0, -1), (9, 0, 1), (11, 3, 4))


@dataclass(frozen=True, kw_only=True)
class Day:
    """What arXiv said about one day: ``ids`` that came, how many it ``promised`` (None: unknown).

    ``complete`` says that all it had arrived and that no more is to be announced; ``why`` says
    why not, or why there is nothing.
    """

    day: date
    ids: tuple[str, ...] = ()
    promised: int | None = None
    complete: bool = False
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Window:
    """One asking for a topic's papers of some days, inclusive; an entry of its coverage.

    ``query`` is without dates; ``promised`` is arXiv's own count, None when it gave none;
    ``lost`` names the papers that could not be used, each with its reason; ``followed`` says that
    the days were chosen by the coverage and not by a person.
    """

    topic: str
    query: str
    since: date
    until: date
    asked: datetime
    promised: int | None
    got: int
    lost: Mapping[str, str]
    why: str
    followed: bool
    days: tuple[Day, ...] = ()


def is_holiday(day: date) -> bool:
    """Return whether arXiv probably announces nothing (the holidays most of its years share)."""
    if (day.month, day.day) in _HOLIDAYS:
        return True
    for month, weekday, which in _MOVING:
        last = (day + 7 * _DAY).month != month
        nth = last if which < 0 else (day.day + 6) // 7 == which
        if (day.month, day.weekday()) == (month, weekday) and nth:
            return True
    return False


def why_none(day: date) -> str:
    """Return why arXiv may have nothing from a day."""
    if day.weekday() >= 5:
        return "weekend"
    return "holiday" if is_holiday(day) else "arXiv said zero"


def settled(day: date) -> datetime:
    """Return when all that was submitted on a day should be announced and searchable (UTC)."""
    batch = day + _DAY
    while batch.weekday() >= 5 or is_holiday(batch):
        batch += _DAY
    # Friday's batch is announced on Sunday evening; results change at midnight, New York time.
    shown = batch + (3 if batch.weekday() == 4 else 1) * _DAY
    return datetime.combine(shown, time(6), UTC)


def to_ask(
    known: Mapping[date, date | None],
    *,
    today: date,
    max_age_days: int,
    last: date | None = None,
    look_back: int = LOOK_BACK,
) -> list[tuple[date, date]]:
    """Return the windows (first and last day) that a topic still needs, newest first.

    ``known`` says of each day asked before when it was last found complete (None: never);
    ``last`` is the last complete day of an earlier run, from which this one goes on. Asked for
    are the days never asked, the gaps, and the days last seen less than ``look_back`` days after
    they were over: their held papers may not have been out by then.
    """
    start = today - max_age_days * _DAY
    if last is not None:
        start = min(start, last + _DAY)
    wanted = {d for d in _days(start, today) if d not in known}
    early = look_back * _DAY
    for day, seen in known.items():
        if day <= today and (seen is None or seen - day < early):
            wanted.add(day)
    return _runs(wanted)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + n * _DAY for n in range((last - first).days + 1))


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in sorted(days, reverse=True):
        if runs and runs[-1][0] - day == _DAY:
            runs[-1] = (day, runs[-1][1])
        else:
            runs.append((day, day))
    return runs
