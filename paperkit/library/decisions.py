"""Decisions: an append-only history of what a person decided, and undo as one more entry."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from paperkit.errors import PaperkitError
from paperkit.library.records import dump, now, number
from paperkit.papers import clean_text, paper_id
from paperkit.queries import DECISIONS


class State(NamedTuple):
    """What a person has said about a paper."""

    decision: str | None
    tags: tuple[str, ...]
    note: str


def decide(
    db: sqlite3.Connection,
    ids: Sequence[str],
    change: Callable[[State], State],
    *,
    decided: bool,
    session: Session,
) -> int:
    """Append `change` of each paper's state as one action; return the action's number (0: none).

    `decided` says that the person looked at the present version.
    """
    numbers = [number(db, i) for i in dict.fromkeys(ids)]
    if not numbers:
        return 0
    session.acted = True

    def entries() -> Iterator[tuple[int, int, State]]:
        for row in (db.execute(_STATE, (num,)).fetchone() for num in numbers):
            version = row["version"] if decided else row["decided_version"] or row["version"]
            yield row["num"], version, change(_state(row))

    return _append(db, None, list(entries()), session)


_STATE = "SELECT num, version, decided_version, decision, tags, note FROM papers WHERE num = ?"


def _state(row: sqlite3.Row) -> State:
    return State(row["decision"], tuple(json.loads(row["tags"])), row["note"])


def _append(
    db: sqlite3.Connection,
    undoes: int | None,
    entries: Sequence[tuple[int, int, State]],
    session: Session,
) -> int:
    """Append (num, version, state) entries as one action and carry them into the papers' rows."""
    at = now()
    insert = "INSERT INTO actions (at, undoes, session) VALUES (?, ?, ?)"
    action = db.execute(insert, (at, undoes, session.name)).lastrowid or 0
    db.execute("UPDATE actions SET undone = 1 WHERE seq = ?", (undoes,))
    rows = [(action, n, v, s.decision, dump(s.tags), s.note) for n, v, s in entries]
    db.executemany(
        "INSERT INTO decisions (action, num, version, decision, tags, note)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )
    db.executemany(
        "UPDATE papers SET decision = ?, tags = ?, note = ?, decided_at = ?, decided_version = ?"
        " WHERE num = ?",
        [(d, t, n, at if d else None, v if d else None, num) for _, num, v, d, t, n in rows],
    )
    return action


class Session:
    """Who acts: one `Library`, in one process. Its name stands beside each of its actions."""

    def __init__(self) -> None:
        self._number = next(_COUNT)
        self.acted = False

    @property
    def process(self) -> str:
        """Return what the names of all sessions in this process begin with."""
        return f"{_PROCESS}-{os.getpid()}."  # a fork is another process

    @property
    def name(self) -> str:
        """Return this session's name."""
        return f"{self.process}{self._number}"


MERGED = "merged"
"""The session of entries that a merge appends: a person's, made anew behind older ones."""

_PROCESS = secrets.token_hex(8)
_COUNT = itertools.count()


def undo(db: sqlite3.Connection, session: Session) -> list[str]:
    """Append the reverse of this session's newest action not yet undone; return its papers' ids.

    A session that has done nothing yet goes on where the others of its process left off: running
    a notebook's first cell again opens the same library anew.

    Raises:
        PaperkitError: another session decided on one of these papers since.
    """
    open_ = "SELECT max(seq) FROM actions WHERE undoes IS NULL AND undone = 0 AND session "
    own = (session.name, session.name)
    if session.acted:  # found by one look into the index, however long the history
        last = db.execute(f"{open_} = ?", own[:1]).fetchone()[0]
    else:
        own = (session.process, session.process[:-1] + "/")  # "/" follows "."
        last = db.execute(f"{open_} BETWEEN ? AND ?", own).fetchone()[0]
    if last is None:
        return []
    rows = db.execute(
        "SELECT d.seq, d.num, p.id FROM decisions d JOIN papers p USING (num)"
        " WHERE d.action = ? ORDER BY d.seq",
        (last,),
    ).fetchall()
    for row in rows:
        _refuse_foreign(db, own, row)
    reverse = [(row["num"], *_before(db, row["num"], row["seq"])) for row in rows]
    _append(db, last, reverse, session)
    return [row["id"] for row in rows]


def _refuse_foreign(db: sqlite3.Connection, own: tuple[str, str], row: sqlite3.Row) -> None:
    later = db.execute(
        "SELECT d.decision, a.at FROM decisions d JOIN actions a ON a.seq = d.action"
        " WHERE d.num = ? AND d.seq > ? AND a.undoes IS NULL AND a.undone = 0"
        " AND a.session NOT BETWEEN ? AND ? ORDER BY d.seq DESC LIMIT 1",
        (row["num"], row["seq"], *own),
    ).fetchone()
    if later is not None:
        raise PaperkitError(
            f"{row['id']}: changed elsewhere since (to {later['decision'] or 'undecided'}, "
            f"{later['at'][:16].replace('T', ' ')} UTC), so it can't be undone here; decide it "
            "again instead."
        )


def _before(db: sqlite3.Connection, num: int, seq: int) -> tuple[int, State]:
    row = db.execute(
        "SELECT * FROM decisions WHERE num = ? AND seq < ? ORDER BY seq DESC LIMIT 1", (num, seq)
    ).fetchone()
    if row is None:
        return 1, State(None, (), "")
    return row["version"], _state(row)


def history(db: sqlite3.Connection, paper: str) -> list[dict[str, Any]]:
    """Return all entries about a paper, oldest first."""
    rows = db.execute(
        """SELECT a.at, a.undoes IS NOT NULL AS undo, d.version, d.decision, d.tags, d.note
           FROM decisions d JOIN actions a ON a.seq = d.action
           WHERE d.num = ? ORDER BY d.seq""",
        (number(db, paper),),
    ).fetchall()
    return [
        {**dict(r), "undo": bool(r["undo"]), "tags": tuple(json.loads(r["tags"]))} for r in rows
    ]


def decided(db: sqlite3.Connection) -> pd.DataFrame:
    """Return decision and decided_at (UTC) of the papers decided on, oldest first, by number."""
    rows = db.execute(
        "SELECT num, decision, decided_at FROM papers WHERE decision IN ('keep', 'skip', 'later')"
        " ORDER BY decided_at, num"
    ).fetchall()
    columns = ["num", "decision", "decided_at"]
    data = {c: pd.Series([r[c] for r in rows], dtype="object") for c in columns}
    data["decided_at"] = pd.to_datetime(data["decided_at"], utc=True)
    return pd.DataFrame(data).astype({"num": "int64"}).set_index("num")


def checked(decision: str | None) -> str | None:
    """Return `decision`, or raise a `PaperkitError` that names the possible ones."""
    if decision is not None and decision not in DECISIONS:
        raise PaperkitError(
            f"{decision!r}: not a decision; use {', '.join(DECISIONS)}, or None to take it back."
        )
    return decision


def merged(tags: Iterable[str], add: Iterable[str], remove: Iterable[str]) -> tuple[str, ...]:
    """Return `tags` with some added and some removed, sorted, each cleaned and once."""
    gone = {clean_text(t) for t in remove}
    kept = {clean_text(t) for t in (*tags, *add)} - gone
    return tuple(sorted(t for t in kept if t))


# ---- Publications: which papers went out in which post, so that none is written up twice unseen


def put(db: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> int:
    """Write (id, version, topic, date) rows, also of papers not in the library; count the new."""
    new = 0
    for id, version, topic, date in rows:
        values = (paper_id(id), int(version), str(topic), str(date)[:10], now())
        sql = "INSERT OR IGNORE INTO publications VALUES (?, ?, ?, ?, ?)"
        new += db.execute(sql, values).rowcount
    return new


def taken_back(db: sqlite3.Connection, paper: str, topic: str | None) -> int:
    """Take a paper's publications off the record (None: in all topics); count them."""
    sql = "DELETE FROM publications WHERE id = ? AND topic = coalesce(?, topic)"
    return db.execute(sql, (paper_id(paper), topic)).rowcount


def listed(db: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return (id, version, topic, date) of everything published, oldest first."""
    sql = "SELECT id, version, topic, date FROM publications ORDER BY date, topic, id"
    return [tuple(row) for row in db.execute(sql)]
