"""Pages: the few rows of a library that are looked at now, light enough to cross a wire."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from paperkit.library import records
from paperkit.queries import Query

AUTHORS_SHOWN = 3
"""How many authors a row names; ``author_count`` says how many there are."""

_ROW = """
SELECT p.num, p.id, p.version, p.decided_version, p.title, p.authors, p.published, p.updated,
    p.categories, p.decision, p.tags, p.note, p.score, p.why, p.code, p.comment,
    (SELECT json_group_array(topic) FROM topics t WHERE t.num = p.num) AS topics,
    {reading} AS reading, {digest} AS digest, {approved} AS approved,
    {posted} AS posted
FROM papers p
"""


def _row_sql() -> str:
    names = ("reading", "digest", "approved")
    return _ROW.format(posted=records.POSTED, **{name: records.HAS[name] for name in names})


def rows(
    db: sqlite3.Connection, numbers: Iterable[int], with_pdf: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return the rows of these papers in the order given; unknown numbers are left out.

    A row is JSON-able: ``num`` (its number in the library), ``id``, ``version``, ``title``,
    ``authors`` (the first few), ``author_count``, ``published`` and ``updated`` (days),
    ``categories``, ``topics``, ``decision``, ``tags``, ``note``, ``score``, ``status`` and
    ``has`` (names of `paperkit.queries.HAVE`). What is empty is left out.
    """
    wanted = [int(n) for n in numbers]
    sql = f"{_row_sql()} WHERE p.num IN (SELECT value FROM json_each(?))"  # noqa: S608 our own names
    found = {r["num"]: r for r in db.execute(sql, (json.dumps(wanted),))}
    return [_row(found[n], with_pdf) for n in wanted if n in found]


def first(
    db: sqlite3.Connection, query: Query, limit: int, with_pdf: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return the first rows of `query`, straight from the database's indexes (see `rows`)."""
    condition, values = records.where(db, query, list(with_pdf))
    sql = f"{_row_sql()} WHERE {condition} ORDER BY {records.order(query)} LIMIT ?"
    return [_row(r, with_pdf) for r in records.run(db, query, sql, [*values, limit])]


def listed(db: sqlite3.Connection, query: Query, with_pdf: Collection[str] = ()) -> np.ndarray:
    """Return the row numbers of the papers `query` means, in its order.

    They come as one text: a Python row for each would take five times as long.
    """
    condition, values = records.where(db, query, list(with_pdf))
    ordered = f"SELECT p.num FROM papers p WHERE {condition} ORDER BY {records.order(query)}"  # noqa: S608 parameters are bound
    sql = f"SELECT '[' || coalesce(group_concat(num), '') || ']' FROM ({ordered})"  # noqa: S608 parameters are bound
    return np.array(json.loads(records.run(db, query, sql, values)[0][0]), np.int64)


def count(db: sqlite3.Connection, query: Query, with_pdf: Collection[str] = ()) -> int:
    """Return how many papers `query` means."""
    condition, values = records.where(db, query, list(with_pdf))
    sql = f"SELECT count(*) FROM papers p WHERE {condition}"  # noqa: S608 parameters are bound
    return int(records.run(db, query, sql, values)[0][0])


def _row(row: sqlite3.Row, with_pdf: Collection[str]) -> dict[str, Any]:
    authors = json.loads(row["authors"])
    told = {
        "authors": authors[:AUTHORS_SHOWN],
        "categories": json.loads(row["categories"]),
        "topics": sorted(json.loads(row["topics"])),
        "decision": row["decision"],
        "tags": json.loads(row["tags"]),
        "note": row["note"],
        "status": records.status(row),
        "has": _has(row, with_pdf),
    }
    sure: dict[str, Any] = {name: row[name] for name in ("num", "id", "version", "title")}
    sure |= {"published": row["published"][:10], "updated": row["updated"][:10]}
    sure["author_count"] = len(authors)
    if row["score"] is not None:
        sure["score"] = round(row["score"], 3)
    return sure | {name: value for name, value in told.items() if value}


def _has(row: sqlite3.Row, with_pdf: Collection[str]) -> list[str]:
    names = [name for name in ("reading", "digest", "approved", "code") if row[name]]
    names += ["published"] if row["posted"] else []
    return ["pdf", *names] if row["id"] in with_pdf else names
