"""Paging: all that arXiv has for a query and some days, over pages, splits and shifts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paperkit.errors import SourceError
from paperkit.papers import Paper
from paperkit.sources.client import ArxivClient, Between, Page
from paperkit.topics import date_window

WINDOW = 30_000
"""Results arXiv serves for one query; more must be split by dates."""

_ROUNDS = 3  # a window whose results shift while it is paged through is asked for again
_MINUTE = timedelta(minutes=1)
_FIRST = datetime(1986, 1, 1, tzinfo=UTC)

Lost = dict[str, tuple[str, Between]]


@dataclass
class Results:
    """What came: papers by id in arXiv's order, its count (None: none given), and what is amiss.

    ``error`` ended it early; ``shifting`` says that the results never stood still; ``lost``
    names entries no paper can be made of, with the reason and the days they lie between.
    """

    papers: dict[str, Paper] = field(default_factory=dict)
    total: int | None = None
    lost: Lost = field(default_factory=dict)
    error: SourceError | None = None
    shifting: bool = False
    limit: int | None = None

    @property
    def missing(self) -> int:
        """Return how many of the promised papers did not come (beyond the limit included)."""
        return max(0, (self.total or 0) - len(self.papers))

    @property
    def why(self) -> str:
        """Return why papers are missing, empty when none is."""
        if self.error is not None:
            return str(self.error)
        if self.shifting:
            return f"the results kept shifting; {self.missing} of {self.total} did not come"
        if self.limit is not None and self.missing > len(self.lost):
            return f"limit {self.limit:,}"
        if self.lost:
            return "; ".join(f"{name}: {reason}" for name, (reason, _) in self.lost.items())
        return f"arXiv gave {self.missing} papers fewer than it promised" if self.missing else ""

    def take(self, papers: tuple[Paper, ...]) -> None:
        """Keep papers; of several versions the newest counts."""
        for paper in papers:
            if paper.id not in self.papers or paper.version > self.papers[paper.id].version:
                self.papers[paper.id] = paper


@dataclass(frozen=True)
class Ask:
    """A query without dates, whom to ask, and where today's answers are kept."""

    query: str
    client: ArxivClient
    cache: Path | None = None

    def page(self, dates: str, start: int, count: int, *, fresh: bool) -> Page:
        """Return one page."""
        return self.client.page(
            self.query + dates, start=start, count=count, cache=self.cache, fresh=fresh
        )


def collect(
    ask: Ask, *, since: datetime | None = None, until: datetime | None = None, limit: int | None
) -> Results:
    """Return what arXiv has, newest submission first; an error ends it and is told in it.

    Dates are to the minute, inclusive. A window of more than `WINDOW` results is split by dates.
    """
    found = Results(limit=limit)
    try:
        for turn in range(_ROUNDS):
            found.shifting = not _round(ask, date_window(since, until), found, fresh=turn > 0)
            if not found.shifting:
                break
    except _TooMany:
        return _halves(ask, since or _FIRST, until or ask.client.now(), found)
    except SourceError as error:
        found.error = error
    return found


class _TooMany(Exception):
    """The window has more results than arXiv serves."""


def _round(ask: Ask, dates: str, found: Results, *, fresh: bool) -> bool:
    """Page through a window once; return whether its results stood still."""
    size = ask.client.page_size
    count = size if found.limit is None else min(size, found.limit)
    seen: set[str] = set()
    totals: set[int] = set()
    start, again = 0, False
    while True:
        page = ask.page(dates, start, count, fresh=fresh)
        totals.add(page.total)
        # A total that vanishes on a later page is a fault, not fewer papers.
        found.total = page.total if page.entries or not start else max(totals)
        wanted = found.total if found.limit is None else min(found.limit, found.total)
        if wanted > WINDOW:
            raise _TooMany
        ids = [p.id for p in page.papers]
        again = again or len(set(ids)) < len(ids) or not seen.isdisjoint(ids)
        found.shifting = fresh or again or len(totals) > 1  # should the next page be an error
        seen.update(ids)
        found.take(page.papers)
        found.lost.update({name: (reason, days) for name, reason, days in page.lost})
        start += page.entries
        if not page.entries or start >= found.total or len(seen) + len(found.lost) >= wanted:
            break
    return len(totals) == 1 and not again and len(seen) + len(found.lost) >= wanted


def _halves(ask: Ask, since: datetime, until: datetime, whole: Results) -> Results:
    """Results the newer half of a window, then the older one."""
    middle = (since + (until - since) / 2).replace(second=0, microsecond=0)
    if until - since < 2 * _MINUTE:
        whole.error = SourceError(f"arXiv: more than {WINDOW:,} papers in a minute; narrow it.")
        return whole
    newer = collect(ask, since=middle + _MINUTE, until=until, limit=whole.limit)
    left = None if whole.limit is None else whole.limit - len(newer.papers)
    if newer.error is None and left != 0:
        older = collect(ask, since=since, until=middle, limit=left)
        newer.take(tuple(older.papers.values()))
        newer.lost.update(older.lost)
        newer.error, newer.shifting = older.error, newer.shifting or older.shifting
    newer.total, newer.limit = whole.total, whole.limit
    return newer
