"""Coverage: what was asked of arXiv for each topic and day, what came of it, and what changed.

A day counts as complete when arXiv gave all it had and every paper of it is in the library: what
was found but never added is a gap like any other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from paperkit.days import Window
from paperkit.library import records, schema
from paperkit.papers import Paper
from paperkit.topics import Topic

_COVERAGE = {
    "topic": "str",
    "day": "datetime64[us]",
    "asked": "datetime64[us, UTC]",
    "promised": "Int64",
    "got": "int64",
    "missing": "Int64",
    "complete": "bool",
    "why": "str",
}
_SEARCHES = {
    "topic": "str",
    "asked": "datetime64[us, UTC]",
    "since": "datetime64[us]",
    "until": "datetime64[us]",
    "promised": "Int64",
    "got": "int64",
    "missing": "Int64",
    "lost": "object",
    "why": "str",
    "query": "str",
}
_CHANGES = {"version": "int64", "field": "str", "before": "str", "after": "str"}
_STALE = {"id": "str", "version": "int64", "digest_version": "int64", "approved": "bool"}


class Coverage:
    """What a library knows of its sources: days asked, versions seen, write-ups outdated.

    Call it for a topic's days:

    >>> library.coverage(topic)
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / schema.NAME

    def save_window(self, window: Window) -> None:
        """Append what was asked for a topic and what came, with its days."""
        with schema.writing(self._file) as db:
            put(db, window)

    def known_days(self, topic: str, query: str) -> tuple[dict[date, date | None], date | None]:
        """Return when each day asked under this query was last complete, and where to go on.

        None is a day that isn't complete. One goes on from the last complete day that a search
        without dates saw, None without one.
        """
        with schema.reading(self._file) as db:
            best = _best(db, topic, query)
            sql = """SELECT DISTINCT day FROM days JOIN windows USING (seq)
                     WHERE topic = ? AND query = ? AND followed"""
            followed = {r["day"] for r in db.execute(sql, (topic, query))}
        known = {
            date.fromisoformat(day): date.fromisoformat(row["asked"][:10]) if row["done"] else None
            for day, row in best.items()
        }
        last = max(
            (d for d, seen in known.items() if seen and d.isoformat() in followed), default=None
        )
        return known, last

    def __call__(self, topic: Topic | str) -> pd.DataFrame:
        """Return what is known of each day of a topic, oldest first; `trends.chart` draws it.

        One row per day (of submission, UTC) from the first to the last that was asked for:
        topic, day, asked (when), promised (by arXiv; missing: it gave no count for that day), got
        (of these, in the library), missing, complete, why (what keeps it from being complete, or
        why there is nothing). Of a topic whose query changed, only the newest query counts.
        """
        name = topic.name if isinstance(topic, Topic) else topic
        with schema.reading(self._file) as db:
            query = topic.query() if isinstance(topic, Topic) else _newest_query(db, name)
            best = _best(db, name, query)
        return _typed([_covered(name, day, best.get(day)) for day in _span(best)], _COVERAGE)

    def requests(self, topic: Topic | str | None = None) -> pd.DataFrame:
        """Return every asking of arXiv for a topic (None: for all), oldest first.

        Columns: topic, asked, since, until, promised, got, missing, lost (entries no paper can be
        made of, with the reason), why, query.
        """
        name = topic.name if isinstance(topic, Topic) else topic
        with schema.reading(self._file) as db:
            rows = db.execute(
                "SELECT * FROM windows WHERE ? IN (topic, '') ORDER BY seq", (name or "",)
            )
            found = [dict(r) for r in rows]
        for row in found:
            row["lost"] = json.loads(row["lost"])
            promised = row["promised"]
            row["missing"] = None if promised is None else max(0, promised - row["got"])
        return _typed(found, _SEARCHES)

    def versions(self, id: str) -> list[Paper]:
        """Return every version seen of a paper, oldest first."""
        with schema.reading(self._file) as db:
            return records.versions(db, records.number(db, id))

    def version_changes(self, id: str) -> pd.DataFrame:
        """Return what each new version of a paper changed: version, field, before, after.

        One row per field that differs from the record before it, also where arXiv corrected what
        a file had said of the same version; the texts are whole.
        """
        with schema.reading(self._file) as db:
            seen = records.told(db, records.number(db, id))
        rows = [row for old, new in pairwise(seen) for row in _changes(old, new)]
        return _typed(rows, _CHANGES)

    def stale(self) -> pd.DataFrame:
        """Return the papers whose write-up is of an older version than arXiv's newest.

        Index id; columns version, digest_version (the newest written about), approved.
        """
        with schema.reading(self._file) as db:
            rows = [dict(r) for r in db.execute(_OUTDATED)]
        return _typed(rows, _STALE).set_index("id")


def put(db: sqlite3.Connection, window: Window) -> None:
    """Append one window and its days."""
    values = (
        window.topic,
        window.query,
        window.since.isoformat(),
        window.until.isoformat(),
        window.asked.isoformat(),
        window.promised,
        window.got,
        records.dump(dict(window.lost)),
        window.why,
        int(window.followed),
    )
    sql = "INSERT INTO windows VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    seq = db.execute(sql, values).lastrowid
    db.executemany(
        "INSERT INTO days VALUES (?, ?, ?, ?, ?, ?)",
        [
            (seq, d.day.isoformat(), records.dump(d.ids), d.promised, int(d.complete), d.why)
            for d in window.days
        ],
    )


_DAYS = """
SELECT d.day, w.asked, d.promised, d.complete, d.why,
    json_array_length(d.ids) AS came,
    (SELECT count(*) FROM json_each(d.ids) j WHERE EXISTS (SELECT 1 FROM papers WHERE id = j.value)
        OR EXISTS (SELECT 1 FROM removals WHERE id = j.value)) AS got
FROM days d JOIN windows w USING (seq)
WHERE w.topic = ? AND w.query = ? ORDER BY w.seq
"""
_OUTDATED = f"""
SELECT p.id, p.version, max(a.version) AS digest_version, {records.HAS["approved"]} AS approved
FROM papers p JOIN answers a USING (num)
GROUP BY p.num HAVING digest_version < p.version ORDER BY p.id
"""  # noqa: S608 our own names


def _best(db: sqlite3.Connection, topic: str, query: str) -> dict[str, dict[str, Any]]:
    """Return what is known of each day: a complete answer stands before a later failure."""
    best: dict[str, dict[str, Any]] = {}
    for found in db.execute(_DAYS, (topic, query)):
        row = dict(found)
        row["done"] = bool(row["complete"]) and row["got"] == row["came"]
        before = best.get(row["day"])
        if before is None or row["complete"] or not before["complete"]:
            best[row["day"]] = row
    return best


def _newest_query(db: sqlite3.Connection, topic: str) -> str:
    sql = "SELECT query FROM windows WHERE topic = ? ORDER BY seq DESC LIMIT 1"
    row = db.execute(sql, (topic,)).fetchone()
    return str(row["query"]) if row else ""


def _span(best: dict[str, Any]) -> Iterator[str]:
    if not best:
        return
    day, last = date.fromisoformat(min(best)), date.fromisoformat(max(best))
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)


def _covered(topic: str, day: str, row: dict[str, Any] | None) -> dict[str, Any]:
    told = {"topic": topic, "day": day, "got": 0, "complete": False, "why": "not asked"}
    if row is None:
        return told
    missing = None if row["promised"] is None else row["promised"] - row["got"]
    why = row["why"]
    if row["complete"] and missing:
        why = "found, but not added to the library"
    told |= {"asked": row["asked"], "promised": row["promised"], "got": row["got"]}
    return {**told, "missing": missing, "complete": row["done"], "why": why}


def _changes(old: Paper, new: Paper) -> Iterator[dict[str, Any]]:
    for name in ("title", "authors", "abstract", "categories", "comment", "journal_ref", "doi"):
        before, after = _text(getattr(old, name)), _text(getattr(new, name))
        if before != after:
            yield {"version": new.version, "field": name, "before": before, "after": after}


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _typed(rows: list[dict[str, Any]], columns: dict[str, str]) -> pd.DataFrame:
    data = {name: pd.Series([r.get(name) for r in rows], dtype="object") for name in columns}
    for name, dtype in columns.items():
        if dtype.startswith("datetime"):
            data[name] = pd.to_datetime(data[name], utc=dtype.endswith("UTC]"), format="ISO8601")
    return pd.DataFrame(data).astype(columns)
