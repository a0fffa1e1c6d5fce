"""Periods of time: days, weeks, months, quarters and years in UTC, and which are complete."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FREQUENCIES = {"day": "D", "week": "W-MON", "month": "MS", "quarter": "QS", "year": "YS"}


def known(period: str) -> str:
    """Return the period's name, or say which there are."""
    if period not in FREQUENCIES:
        raise ValueError(f"period is {period!r}; give one of {', '.join(FREQUENCIES)}")
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
