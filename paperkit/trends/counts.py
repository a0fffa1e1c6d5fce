"""Papers counted per period and group: counts that add up over any number of pieces.

A piece is one Parquet file or one frame. Each is counted by itself, here or on another machine
through an executor, and the small tables are added; nothing else crosses the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from paperkit.errors import ArgumentError, explained
from paperkit.trends import corpus, statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

    import pandas as pd

    from paperkit.trends.corpus import Papers


ALL = "all papers"
GROUPS = {
    None: f"['{ALL}']",
    "topic": "topics",
    "category": "categories",
    "primary": "categories[1:1]",
    "author": "authors",
}
MOST_ROWS = 3_000_000


@dataclass(frozen=True)
class Tally:
    """What one piece holds: papers per (period, group), per period, without a date, the newest."""

    groups: pd.DataFrame
    totals: pd.Series
    undated: int
    newest: pd.Timestamp | None


@explained
def papers_per(
    papers: Papers,
    period: str = "month",
    *,
    by: str | None = None,
    of: Papers | None = None,
    top: int | None = None,
    since: Any = None,
    until: Any = None,
    level: float = 0.95,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Count papers per day, week, month, quarter or year, as numbers and as shares.

    >>> papers_per(papers, "month", by="primary", top=5)

    One row per group and period, groups by size, periods without a paper included with 0:
    ``period`` (its start, UTC), ``group``, ``count``, ``total`` (the denominator: the papers of
    ``of`` in that period, by default the papers themselves), ``share`` (count / total), ``low`` and
    ``high`` (Wilson's interval of the share, at ``level``), ``count_low`` and ``count_high`` (the
    exact Poisson interval of the count), ``complete``.

    ``by`` is None, ``"topic"``, ``"category"``, ``"primary"`` (the first category) or
    ``"author"``; a paper counts once in every group it is in, so shares may add up to more than
    1. ``top`` keeps the largest groups. Papers from ``since`` to ``until`` count; a day, month
    or year given as ``until`` ("2024-11") counts to its end. A period is complete when ``until``
    has reached its end and ``since`` does not cut its beginning; ``until`` defaults to the
    newest paper's date, so that the last period is incomplete unless you say how far the papers
    go. Papers without a date are left out and counted in ``attrs["undated"]``. ``executor``
    (concurrent.futures, Dask's ``client.get_executor()``) counts several files side by side.

    Raises:
        ArgumentError: the period or ``by`` is unknown; those there are are named.
    """
    known(period)
    if by not in GROUPS:
        raise ArgumentError(f"by is {by!r}; give one of {', '.join(map(str, GROUPS))}")
    first, last = moment(since), end(until)
    limits: Any = {"since": first, "until": last}
    tally = count(papers, period, by=by, top=top, executor=executor, **limits)
    base = tally if of is None else count(of, period, by=None, executor=executor, **limits)
    counts = tabulated(tally, base, period, top=top, level=level, **limits)
    if by is None and of is None:
        counts[["low", "high"]] = counts[["share", "share"]].to_numpy()
    counts.attrs |= {"by": by, "unit": period, "undated": tally.undated, "level": level}
    return counts


def count(
    papers: Papers,
    period: str,
    *,
    by: str | None,
    since: pd.Timestamp | None,
    until: pd.Timestamp | None,
    top: int | None = None,
    executor: Executor | None = None,
) -> Tally:
    """Return the tally of a whole corpus: each piece counted, the counts added."""
    pieces = corpus.parts(papers)
    # Which groups are the largest is known only when there is nothing left to add.
    limit = top if len(pieces) == 1 else None
    job = partial(tally, period=period, by=by, since=since, until=until, top=limit)
    return _added(list(spread(job, pieces, executor)))


def spread(
    job: Callable[[Any], Any], pieces: Iterable[Any], executor: Executor | None
) -> Iterable[Any]:
    """Run a job on every piece, in order, here or through an executor."""
    return map(job, pieces) if executor is None else executor.map(job, pieces)


def tally(
    piece: Any,
    *,
    period: str,
    by: str | None,
    since: pd.Timestamp | None,
    until: pd.Timestamp | None,
    top: int | None = None,
) -> Tally:
    """Count one piece of a corpus, or the ``top`` groups in it."""
    with corpus.opened(piece) as connection:
        connection.execute(
            "CREATE TEMP TABLE chosen AS "  # noqa: S608
            f"SELECT date_trunc('{period}', published)::TIMESTAMP AS period, "
            f"published, list_distinct({GROUPS[by]}) AS groups FROM papers "
            "WHERE (published >= $1 OR $1 IS NULL) AND (published < $2 OR $2 IS NULL)",
            [since, until],
        )
        totals = "SELECT period, count(*)::BIGINT AS count FROM chosen GROUP BY ALL"
        newest = corpus.frame(connection, "SELECT max(published) AS newest FROM chosen")
        return Tally(
            corpus.frame(connection, _GROUPED, top),
            corpus.frame(connection, totals).set_index("period")["count"],
            corpus.number(connection, "SELECT count(*) FROM papers WHERE published IS NULL"),
            moment(newest["newest"].iloc[0]),
        )


_GROUPED = """
WITH pairs AS (SELECT period, unnest(groups) AS name FROM chosen),
counts AS (SELECT period, name, count(*)::BIGINT AS count FROM pairs WHERE name <> '' GROUP BY ALL),
largest AS (SELECT name FROM counts GROUP BY name ORDER BY sum(count) DESC, name LIMIT $1)
SELECT period, name AS "group", count FROM counts SEMI JOIN largest USING (name)
"""


def labeled(published: Any, holders: Any, names: Any, period: str) -> Tally:
    """Return the tally of papers in memory: ``names[i]`` is a group of paper ``holders[i]``.

    ``published`` are the dates of all papers (NumPy, UTC without a zone), all of them known.
    """
    import pandas as pd

    starts = floors(published, period)
    pairs = pd.DataFrame({"period": starts[holders], "group": names})
    groups = pairs.groupby(["period", "group"], as_index=False).size()
    totals = pd.Series(starts).value_counts(sort=False)
    newest = moment(published.max()) if len(published) else None
    return Tally(groups.rename(columns={"size": "count"}), totals, 0, newest)


def _added(tallies: list[Tally]) -> Tally:
    """Return the sum of tallies."""
    import pandas as pd

    if len(tallies) == 1:
        return tallies[0]
    groups = pd.concat([t.groups for t in tallies], ignore_index=True)
    totals = pd.concat([t.totals for t in tallies])
    return Tally(
        groups.groupby(["period", "group"])["count"].sum().reset_index(),
        totals.groupby(level=0).sum(),
        sum(t.undated for t in tallies),
        max((t.newest for t in tallies if t.newest is not None), default=None),
    )


def _largest(groups: pd.DataFrame, top: int | None) -> list[str]:
    """Return the names of the groups, the largest first, ties by name."""
    sizes = groups.groupby("group")["count"].sum().reset_index()
    order = sizes.sort_values(["count", "group"], ascending=[False, True])["group"]
    return [str(name) for name in (order if top is None else order.head(top))]


def _wide(groups: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """Return the counts as groups x periods."""
    kept = groups[groups["group"].isin(order)]
    wide = kept.set_index(["group", "period"])["count"].unstack(fill_value=0)
    return wide.reindex(order, fill_value=0)


def tabulated(
    tally: Tally,
    base: Tally,
    period: str,
    *,
    since: pd.Timestamp | None = None,
    until: pd.Timestamp | None = None,
    top: int | None = None,
    level: float = 0.95,
    groups: list[str] | None = None,
) -> pd.DataFrame:
    """Return the frame that ``papers_per`` describes: the tally over the totals of ``base``.

    ``groups`` names the groups and their order, found or not; otherwise all, by size.
    """
    if until is None:
        until = after([t.newest for t in (tally, base) if t.newest is not None])
    wide = _wide(tally.groups, groups if groups is not None else _largest(tally.groups, top))
    grid = _grid(wide, _periods(base.totals, period, since, until))
    grid["total"] = grid["period"].map(base.totals).fillna(0).astype("int64")
    grid["complete"] = False
    if until is not None and len(grid):
        grid["complete"] = complete(grid["period"], period, since, until)
    grid["period"] = grid["period"].dt.tz_localize("UTC")
    return _measured(grid, level)


def _periods(
    totals: pd.Series, period: str, since: pd.Timestamp | None, until: pd.Timestamp | None
) -> pd.DatetimeIndex:
    """Return every period from the first paper (or ``since``) to ``until``."""
    import pandas as pd

    begin = since if since is not None else pd.DatetimeIndex(totals.index).min()
    if until is None or pd.isna(begin) or begin >= until:
        return pd.DatetimeIndex([], dtype="datetime64[us]")
    return starts(begin, until, period)


def _grid(wide: pd.DataFrame, periods: pd.DatetimeIndex) -> pd.DataFrame:
    """Return one row per group and period, zeros included."""
    import pandas as pd

    if len(wide) * len(periods) > MOST_ROWS:
        raise ArgumentError(
            f"{len(wide):,} groups in {len(periods):,} periods are too many rows; give top="
        )
    tall = wide.reindex(columns=periods, fill_value=0).stack()
    counts = tall.to_numpy(dtype="int64")
    dates = tall.index.get_level_values(1).astype("datetime64[us]")
    groups = tall.index.get_level_values(0).astype(str)
    return pd.DataFrame({"period": dates, "group": groups, "count": counts})


def _measured(grid: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the grid with shares and intervals, its columns in their order."""
    over = grid[grid["count"] > grid["total"]]
    if len(over):
        row = over.iloc[0]
        raise ArgumentError(
            f"{row['group']}: {row['count']} papers of {row['total']} in {row['period']:%Y-%m-%d}; "
            "of= must include the papers themselves"
        )
    grid["share"] = grid["count"] / grid["total"].where(grid["total"] > 0)
    grid["low"], grid["high"] = statistics.share_interval(grid["count"], grid["total"], level=level)
    bounds = statistics.count_interval(grid["count"], level=level)
    grid["count_low"], grid["count_high"] = bounds
    names = "period group count total share low high count_low count_high complete"
    return grid[names.split()]


@explained
def growth(
    papers: Papers | pd.DataFrame,
    period: str = "month",
    *,
    by: str | None = None,
    measure: str = "count",
    level: float = 0.95,
    **options: Any,
) -> pd.DataFrame:
    """Estimate how fast each group grows per year, with its uncertainty.

    One row per group, the surest growth first (by ``low``): ``group``, ``count``, ``total``,
    ``periods`` (complete ones: only these are used), ``growth`` (0.5: half as many again each
    year), ``low``, ``high``, ``doubling`` (years; negative: halving), ``dispersion`` (how much
    more the counts vary than by chance; 1 is chance). ``papers`` may also be what
    ``papers_per`` returned; ``options`` are those of ``papers_per``. ``measure`` is ``"count"``
    or ``"share"`` (growth beyond that of the denominator). The rate is the slope of a
    log-linear quasi-Poisson fit; NaN with fewer than three complete periods.
    """
    import pandas as pd

    if measure not in ("count", "share"):
        raise ArgumentError(f"measure is {measure!r}; give 'count' or 'share'")
    ready = corpus.is_frame(papers) and {"period", "group", "count", "complete"} <= set(papers)
    counts: Any = papers if ready else papers_per(papers, period, by=by, level=level, **options)
    used = counts[counts["complete"]]
    rows = [
        _rate(str(name), rows, measure, level) for name, rows in used.groupby("group", sort=False)
    ]
    columns = "group count total periods growth low high doubling dispersion".split()
    rates = pd.DataFrame(rows, columns=columns)
    starts = [str(start) for start in used["period"].drop_duplicates()]
    rates.attrs |= {**counts.attrs, "measure": measure, "level": level, "starts": starts}
    return rates.sort_values("low", ascending=False, ignore_index=True)


def _rate(name: str, rows: pd.DataFrame, measure: str, level: float) -> tuple[Any, ...]:
    """Return one row of growth."""
    import numpy as np

    years = (rows["period"] - rows["period"].iloc[0]).dt.total_seconds() / (365.25 * 86400)
    exposure = rows["total"] if measure == "share" else None
    fit = statistics.slope(years, rows["count"], exposure)
    head = (name, int(rows["count"].sum()), int(rows["total"].sum()), len(rows))
    if fit is None:
        return (*head, np.nan, np.nan, np.nan, np.nan, np.nan)
    low, high = (float(np.expm1(min(bound, 700))) for bound in fit.interval(level))
    doubling = np.log(2) / fit.estimate if fit.estimate else np.inf
    return (*head, float(np.expm1(fit.estimate)), low, high, float(doubling), fit.dispersion)


# Periods of time, in UTC

FREQUENCIES = {"day": "D", "week": "W-MON", "month": "MS", "quarter": "QS", "year": "YS"}


def known(period: str) -> str:
    """Return the period's name, or say which there are."""
    if period not in FREQUENCIES:
        raise ArgumentError(f"period is {period!r}; give one of {', '.join(FREQUENCIES)}")
    return period


def moment(value: Any) -> pd.Timestamp | None:
    """Return a date as a UTC timestamp without a zone, as queries compare it; None stays None."""
    import pandas as pd

    if value is None or value is pd.NaT:
        return None
    stamp = pd.Timestamp(value)
    return stamp.tz_convert("UTC").tz_localize(None) if stamp.tzinfo else stamp


def end(value: Any) -> pd.Timestamp | None:
    """Return the moment up to which an ``until`` reaches, as queries compare it.

    A day, month or year in words or as a date ("2024-03-31", "2024-03", "2024") is included to
    its end; a timestamp is the moment itself.
    """
    import pandas as pd

    if isinstance(value, str) and len(value) <= len("2024-03-31"):
        return pd.Period(value).end_time.as_unit("us") + pd.Timedelta(1, "us")
    if isinstance(value, date) and not isinstance(value, datetime):
        return pd.Timestamp(value) + pd.Timedelta(days=1)
    return moment(value)


def starts(first: pd.Timestamp, end: pd.Timestamp, period: str) -> pd.DatetimeIndex:
    """Return the starts of all periods from the one ``first`` is in to before ``end``."""
    import pandas as pd

    begin = floor(first, period)
    return pd.date_range(begin, end, inclusive="left", freq=FREQUENCIES[known(period)], unit="us")


def after(dates: list[pd.Timestamp]) -> pd.Timestamp | None:
    """Return the first moment after the newest of some dates: an end that leaves none out."""
    import pandas as pd

    return max(dates) + pd.Timedelta(1, "us") if dates else None


def floor(value: pd.Timestamp, period: str) -> pd.Timestamp:
    """Return the start of the period a timestamp is in; weeks start on Monday."""
    import numpy as np
    import pandas as pd

    return pd.Timestamp(floors(np.array([value.to_datetime64()]), period)[0])


def floors(dates: Any, period: str) -> Any:
    """Return the period starts of many dates (NumPy, UTC without a zone)."""
    import numpy as np

    if period == "quarter":
        months = dates.astype("datetime64[M]").astype(np.int64)
        return (months // 3 * 3).astype("datetime64[M]").astype("datetime64[us]")
    if period == "week":
        days = dates.astype("datetime64[D]").astype(np.int64)
        # Day 0 of the epoch was a Thursday, three days after a Monday.
        return ((days + 3) // 7 * 7 - 3).astype("datetime64[D]").astype("datetime64[us]")
    unit = {"day": "D", "month": "M", "year": "Y"}[known(period)]
    return dates.astype(f"datetime64[{unit}]").astype("datetime64[us]")


def complete(
    begins: pd.Series, period: str, since: pd.Timestamp | None, until: pd.Timestamp
) -> pd.Series:
    """Say for each period start whether all of it lies between ``since`` and ``until``."""
    import pandas as pd

    distinct = pd.DatetimeIndex(begins.unique())
    ends = distinct + pd.tseries.frequencies.to_offset(FREQUENCIES[known(period)])
    whole = pd.Series(ends, index=distinct) <= until
    known_begin = True if since is None else begins >= since
    return begins.map(whole).astype(bool) & known_begin
