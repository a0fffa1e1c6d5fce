"""Publications: which papers went out in which post, so that none is written up twice unseen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from paperkit.library.records import now
from paperkit.papers import paper_id


def put(db: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> int:
    """Write (id, version, topic, date) rows; return how many are of papers the library has."""
    known = 0
    for id, version, topic, date in rows:
        row = db.execute("SELECT num FROM papers WHERE id = ?", (paper_id(id),)).fetchone()
        if row is not None:
            known += 1
            values = (row[0], int(version), str(topic), str(date)[:10], now())
            db.execute("INSERT OR IGNORE INTO publications VALUES (?, ?, ?, ?, ?)", values)
    return known


def listed(db: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return (id, version, topic, date) of everything published, oldest first."""
    sql = """SELECT p.id, o.version, o.topic, o.date FROM publications o JOIN papers p USING (num)
             ORDER BY o.date, o.topic, p.id"""
    return [tuple(row) for row in db.execute(sql)]
