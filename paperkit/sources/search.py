"""Searching arXiv: a query, some ids, or a topic that is followed from day to day."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

import pandas as pd

from paperkit.days import LOOK_BACK, Day, Window, settled, to_ask, why_none
from paperkit.errors import PaperkitError, SourceError, explained
from paperkit.frames import Papers, ids_of, to_frame
from paperkit.papers import Paper, PaperId, ids_in, parse_id
from paperkit.sources.client import ArxivClient, default
from paperkit.sources.paging import Ask, Lost, Results, collect
from paperkit.topics import Topic, terms

_BATCH = 100  # ids per request, as arXiv's manual advises
_LIMIT = 100

Moment = date | datetime | str | None


class HasCache(Protocol):
    """Where sources keep what they were given."""

    @property
    def cache_path(self) -> Path:
        """The folder of raw answers."""


class Days(Protocol):
    """The days a library knows of each topic."""

    def known_days(self, topic: str, query: str) -> tuple[Mapping[date, date | None], date | None]:
        """Return when each day asked was last complete, and the last complete one followed."""

    def save_window(self, window: Window) -> None:
        """Append an entry."""


class Records(Protocol):
    """What a search needs of a library: a folder for raw answers, and the days it knows."""

    @property
    def files(self) -> HasCache:
        """Where the raw answers are kept."""

    @property
    def coverage(self) -> Days:
        """The days."""


@explained
def search(
    topic_or_query: Topic | Papers,
    *,
    library: Records | None = None,
    since: Moment = None,
    until: Moment = None,
    limit: int | None = None,
    look_back: int = LOOK_BACK,
    client: ArxivClient | None = None,
) -> pd.DataFrame:
    """Return the papers frame of what arXiv has for a topic, a query or some ids, newest first.

    >>> search("ti:avatar AND cat:cs.CV", since="2024-11-01", limit=50)
    >>> search(["2411.05184", "math/0309136"])
    >>> search("https://arxiv.org/abs/2411.05184v2")
    >>> search(topic, library=library)

    `topic_or_query` is a `Topic`, words, an arXiv query, or ids. Dates, from `since` to `until`,
    are those of v1 (UTC, inclusive); `client` is who asks, by default a polite one of its own. With
    a `library`, arXiv's answers are kept there and not asked for twice on one day, and what was
    asked for a topic is written into its coverage (`library.coverage`). A topic with a library and
    without dates goes on from the last complete day: gaps are asked for again, and so are days that
    were last asked for less than `look_back` days after they were over, for papers that were held
    in moderation. A day whose papers were never added to the library is a gap. Without a library a
    topic goes back its max_age_days.

    `limit` is the largest number of papers: by default 100, or all for a topic with a library.
    ``attrs["total"]`` says how many arXiv has, and ``attrs["missing"]`` why some are missing (empty
    if none is). Of several versions of a paper, the newest is returned.

    Raises:
        PaperkitError: the query makes no sense, or a date is not one.
        SourceError: arXiv can't answer, or lacks an id; ``papers`` holds what arrived before.
    """
    if limit is not None and limit < 1:
        raise PaperkitError(f"limit {limit}: must be 1 or more; leave it out for the default.")
    used = client or default()
    cache = library.files.cache_path / "arxiv" if library is not None else None
    if (ids := _ids(topic_or_query)) is not None:
        return _by_id(ids, used, cache)
    window = (_moment(since, "since", time.min), _moment(until, "until", time.max))
    if not isinstance(topic_or_query, Topic):
        ask = Ask(terms(str(topic_or_query)), used, cache)
        return _frame([collect(ask, since=window[0], until=window[1], limit=limit or _LIMIT)])
    ask = Ask(topic_or_query.query(), used, cache)
    if library is not None and window == (None, None):
        return _frame(follow(topic_or_query, ask, library, limit=limit, look_back=look_back))
    most = limit or (_LIMIT if library is None else None)
    return _frame([_dated(topic_or_query, ask, window, most, library)])


_Window = tuple[datetime | None, datetime | None]


def _window(topic: Topic, client: ArxivClient, window: _Window) -> tuple[datetime, datetime]:
    now = client.now()
    oldest = now.replace(hour=0, minute=0, second=0, microsecond=0)
    end = window[1] or datetime.combine(now.date(), time(23, 59), UTC)
    return window[0] or min(oldest, end) - timedelta(days=topic.max_age_days), end


def _dated(
    topic: Topic, ask: Ask, window: _Window, limit: int | None, library: Records | None
) -> Results:
    """Return what arXiv has of some days; a library is told which days are known by it."""
    whole = _window(topic, ask.client, window)
    found = collect(ask, since=whole[0], until=window[1], limit=limit)
    if library is not None:
        record(topic, ask, library, found, whole, followed=False)
    return found


def _ids(wanted: Topic | Papers) -> list[str] | None:
    if isinstance(wanted, Topic):
        return None
    if isinstance(wanted, str):
        try:
            found = [parse_id(wanted)]
        except PaperkitError:
            found = [parse_id(i) for i in ids_in(wanted)]
            if not found:
                return None
    elif isinstance(wanted, (pd.DataFrame, Paper)):
        found = [parse_id(i) for i in ids_of(wanted)]
    else:
        found = [w if isinstance(w, PaperId) else parse_id(_id_text(w)) for w in wanted]
    if not found:
        raise PaperkitError("search: no ids given; name at least one paper.")
    return [f.id if f.version is None else f"{f.id}v{f.version}" for f in found]


def _id_text(one: str | Paper) -> str:
    return one.id if isinstance(one, Paper) else str(one)


def _moment(value: Moment, name: str, end: time) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC) if value else None
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError as error:
            raise PaperkitError(f"{name} {value!r}: not a date; write 2024-11-30.") from error
    return datetime.combine(value, end, UTC)


def _by_id(ids: list[str], client: ArxivClient, cache: Path | None) -> pd.DataFrame:
    found = Results()
    try:
        for i in range(0, len(ids), _BATCH):
            batch = tuple(ids[i : i + _BATCH])
            page = client.page(ids=batch, count=len(batch), cache=cache)
            found.take(page.papers)
            found.lost.update({name: (reason, days) for name, reason, days in page.lost})
    except SourceError as error:
        found.error = error
        if client.oai is not None:
            _by_oai(ids, client, found)
    frame = _frame([found], warn=False)
    if missing := [i for i in ids if parse_id(i).id not in found.papers]:
        name = parse_id(missing[0]).id
        said = found.lost.get(name, ("arXiv has no such paper; check the id", (None, None)))[0]
        raise SourceError(f"{missing[0]}: {said}.", papers=frame)
    return frame


def _by_oai(ids: list[str], client: ArxivClient, found: Results) -> None:
    """Ask the second door for what the first didn't give; versions other than the newest stay."""
    for wanted in map(parse_id, ids):
        if wanted.id in found.papers:
            continue
        try:
            paper, _ = client.record(wanted.id)
        except SourceError:
            return  # the first door's words are the ones to tell
        if wanted.version not in (None, paper.version):
            return
        found.take((paper,))
    found.error = None


def _frame(found: list[Results], *, warn: bool = True) -> pd.DataFrame:
    """Return one frame of all results; the first error is raised with what had arrived."""
    whole = Results()
    lost: Lost = {}
    for part in found:
        whole.take(tuple(part.papers.values()))
        lost.update(part.lost)
    papers = sorted(whole.papers.values(), key=lambda p: p.published, reverse=True)
    frame = to_frame(papers if len(found) > 1 else whole.papers.values())
    frame.attrs["source"] = "arxiv"
    frame.attrs["total"] = sum(part.total or 0 for part in found)
    frame.attrs["missing"] = [part.why for part in found if part.why]
    if error := next((part.error for part in found if part.error), None):
        error.papers = frame
        raise error
    for part in found:
        if warn and part.why and (part.lost or part.shifting):
            warnings.warn(f"arXiv: papers are missing: {part.why}.", stacklevel=3)
    return frame


# Following a topic: the days still to ask for, and what is put on record of each window

_DAY = timedelta(days=1)
_END = time(23, 59)


def follow(
    topic: Topic, ask: Ask, library: Records, *, limit: int | None, look_back: int
) -> list[Results]:
    """Return what is new or was missing of a topic, one result per window, and record each.

    Windows with gaps come before those that are only looked at again. An error ends it.
    """
    known, last = library.coverage.known_days(topic.name, ask.query)
    today = ask.client.now().date()
    windows = to_ask(
        known, today=today, max_age_days=topic.max_age_days, last=last, look_back=look_back
    )
    found: list[Results] = []
    left = limit
    for since, until in windows:
        if left == 0:
            break
        bounds = (datetime.combine(since, time(), UTC), datetime.combine(until, _END, UTC))
        part = collect(ask, since=bounds[0], until=bounds[1], limit=left)
        record(topic, ask, library, part, bounds, followed=True)
        found.append(part)
        left = None if left is None else left - len(part.papers)
        if part.error is not None:
            break
    return found


def record(
    topic: Topic,
    ask: Ask,
    library: Records,
    found: Results,
    bounds: tuple[datetime, datetime],
    *,
    followed: bool,
) -> None:
    """Write what came of a window on record; only whole days count."""
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
    library.coverage.save_window(window)


def _whole_days(since: datetime, until: datetime) -> tuple[date, date]:
    first, last = since.astimezone(UTC), until.astimezone(UTC)
    start = first.date() if first.time() == time() else first.date() + _DAY
    end = last.date() if last.time().replace(second=0, microsecond=0) >= _END else None
    return start, end or last.date() - _DAY


def _days(found: Results, since: date, until: date, now: datetime) -> Iterator[Day]:
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


def _promised(found: Results, day: date, came: int, alone: bool) -> int | None:
    """Return how many papers arXiv says an incomplete day has, None where it doesn't say."""
    if alone:
        return found.total
    exact = found.missing <= len(found.lost) and not found.shifting and found.error is None
    near = [days for _, days in found.lost.values() if _touches(days, day)]
    return came + len(near) if exact and all(d == (day, day) for d in near) else None


def _touches(days: tuple[date | None, date | None], day: date) -> bool:
    return (days[0] or day) <= day <= (days[1] or day)


def _why(found: Results, day: date, oldest: date | None) -> str:
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
