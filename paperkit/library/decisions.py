"""Decisions: an append-only history of what a person decided, and undo as one more entry."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from paperkit.errors import PaperkitError
from paperkit.library.records import dump, now, number
from paperkit.papers import clean_text
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
) -> int:
    """Append `change` of each paper's state as one action; return the action's number (0: none).

    `decided` says that the person looked at the present version.
    """
    numbers = [number(db, i) for i in dict.fromkeys(ids)]
    if not numbers:
        return 0
    action = db.execute("INSERT INTO actions (at) VALUES (?)", (now(),)).lastrowid or 0
    for num in numbers:
        row = db.execute("SELECT * FROM papers WHERE num = ?", (num,)).fetchone()
        state = change(State(row["decision"], tuple(json.loads(row["tags"])), row["note"]))
        version = row["version"] if decided else row["decided_version"] or row["version"]
        _append(db, action, num, version, state)
    return action


def _append(db: sqlite3.Connection, action: int, num: int, version: int, state: State) -> None:
    row = (action, num, version, state.decision, dump(state.tags), state.note)
    db.execute(
        "INSERT INTO decisions (action, num, version, decision, tags, note)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        row,
    )
    _project(db, num)


def _project(db: sqlite3.Connection, num: int) -> None:
    """Carry the newest entry of the history into the paper's row."""
    db.execute(
        """UPDATE papers SET (decision, tags, note, decided_at, decided_version) = (
               SELECT d.decision, d.tags, d.note,
                   CASE WHEN d.decision IS NULL THEN NULL ELSE a.at END,
                   CASE WHEN d.decision IS NULL THEN NULL ELSE d.version END
               FROM decisions d JOIN actions a ON a.seq = d.action
               WHERE d.num = papers.num ORDER BY d.seq DESC LIMIT 1)
           WHERE num = ?""",
        (num,),
    )


def undo(db: sqlite3.Connection) -> list[str]:
    """Append the reverse of the newest action not yet undone; return the ids it concerned."""
    last = db.execute(
        "SELECT max(seq) FROM actions WHERE undoes IS NULL"
        " AND seq NOT IN (SELECT undoes FROM actions WHERE undoes IS NOT NULL)"
    ).fetchone()[0]
    if last is None:
        return []
    rows = db.execute(
        "SELECT d.seq, d.num, p.id FROM decisions d JOIN papers p USING (num)"
        " WHERE d.action = ? ORDER BY d.seq",
        (last,),
    ).fetchall()
    action = db.execute("INSERT INTO actions (at, undoes) VALUES (?, ?)", (now(), last)).lastrowid
    for row in rows:
        version, state = _before(db, row["num"], row["seq"])
        _append(db, action or 0, row["num"], version, state)
    return [row["id"] for row in rows]


def _before(db: sqlite3.Connection, num: int, seq: int) -> tuple[int, State]:
    row = db.execute(
        "SELECT * FROM decisions WHERE num = ? AND seq < ? ORDER BY seq DESC LIMIT 1", (num, seq)
    ).fetchone()
    if row is None:
        return 1, State(None, (), "")
    return row["version"], State(row["decision"], tuple(json.loads(row["tags"])), row["note"])


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
