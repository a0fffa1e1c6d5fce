"""Publications: which papers went out in which post, so that none is written up twice unseen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from paperkit.library.records import now
from paperkit.papers import paper_id


def put(db: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> int:
    """Write (id, version, topic, date) rows, also of papers not in the library; count the new."""
    new = 0
    for id, version, topic, date in rows:
        values = (paper_id(id), int(version), str(topic), str(date)[:10], now())
        sql = "INSERT OR IGNORE INTO publications VALUES (?, ?, ?, ?, ?)"
        new += db.execute(sql, values).rowcount
    return new


def listed(db: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return (id, version, topic, date) of everything published, oldest first."""
    sql = "SELECT id, version, topic, date FROM publications ORDER BY date, topic, id"
    return [tuple(row) for row in db.execute(sql)]
