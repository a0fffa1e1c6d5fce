"""Merging: what another library holds taken into this one; nothing of either is lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from paperkit.library import decisions, records
from paperkit.papers import clean_paper

CONFLICTS = {"what": "str", "here": "str", "there": "str", "kept": "str"}
"""The columns of what `merge` returns, beside the paper's id."""


def merge(db: sqlite3.Connection, other: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """Take over what `other` holds and `db` doesn't; yield what both said differently.

    Where both decided on a paper or edited one answer, the newer word stands; the older one stays
    in the history. What was taken over before is not taken over again.
    """
    numbers = _papers(db, other)
    yield from _decisions(db, other, numbers)
    yield from _answers(db, other, numbers)
    _rest(db, other, numbers)


def _papers(db: sqlite3.Connection, other: sqlite3.Connection) -> dict[int, int]:
    """Take over papers, versions and topics; return this library's row number by the other's."""
    numbers = {}
    for row in other.execute("SELECT num, id FROM papers ORDER BY num").fetchall():
        seen = other.execute(
            "SELECT record FROM versions WHERE num = ? ORDER BY version", (row["num"],)
        )
        for record in (json.loads(r["record"]) for r in seen):
            records.add(db, [clean_paper(record)], None, record.get("source", ""))
        numbers[row["num"]] = records.number(db, row["id"])
    for row in other.execute("SELECT num, topic, added_at FROM topics").fetchall():
        values = (numbers[row["num"]], row["topic"], row["added_at"])
        db.execute("INSERT OR IGNORE INTO topics VALUES (?, ?, ?)", values)
    return numbers


# ---- Decisions


_LAST = """
SELECT d.seq, d.num, d.decision, d.tags, d.note, d.version, a.at FROM decisions d
JOIN actions a ON a.seq = d.action WHERE d.num = ? ORDER BY d.seq DESC LIMIT 1
"""


def _decisions(
    db: sqlite3.Connection, other: sqlite3.Connection, numbers: dict[int, int]
) -> Iterator[dict[str, Any]]:
    new, last = _new_actions(db, other), {}
    sql = "SELECT DISTINCT num FROM decisions WHERE action IN (SELECT value FROM json_each(?))"
    moved = [row[0] for row in other.execute(sql, (json.dumps(new),)).fetchall()]
    for num in moved:
        last[num] = db.execute(_LAST, (numbers[num],)).fetchone()
    _append_actions(db, other, numbers, new)
    for num in moved:
        here, there = last[num], other.execute(_LAST, (num,)).fetchone()
        stands = there if here is None or there["at"] >= here["at"] else here
        _settle(db, numbers[num], stands, again=stands is here)
        if here is not None and _said(here) != _said(there) and not _shared(other, num, here):
            yield _conflict(db, numbers[num], "decision", _said(here), _said(there), stands is here)


def _new_actions(db: sqlite3.Connection, other: sqlite3.Connection) -> list[int]:
    known = {tuple(row) for row in db.execute("SELECT at, session FROM actions")}
    rows = other.execute("SELECT seq, at, session FROM actions ORDER BY seq").fetchall()
    return [row["seq"] for row in rows if (row["at"], row["session"]) not in known]


def _append_actions(
    db: sqlite3.Connection, other: sqlite3.Connection, numbers: dict[int, int], new: list[int]
) -> None:
    given: dict[int, int] = {}
    for seq in new:
        row = other.execute("SELECT * FROM actions WHERE seq = ?", (seq,)).fetchone()
        undoes = given.get(row["undoes"]) if row["undoes"] else None
        insert = "INSERT INTO actions (at, undoes, session, undone) VALUES (?, ?, ?, ?)"
        values = (row["at"], undoes, row["session"], row["undone"])
        given[seq] = int(db.execute(insert, values).lastrowid or 0)
        for entry in other.execute("SELECT * FROM decisions WHERE action = ? ORDER BY seq", (seq,)):
            told = [entry[c] for c in ("version", "decision", "tags", "note")]
            db.execute(
                "INSERT INTO decisions (action, num, version, decision, tags, note)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (given[seq], numbers[entry["num"]], *told),
            )


def _settle(db: sqlite3.Connection, num: int, stands: sqlite3.Row, *, again: bool) -> None:
    """Make an entry the state of a paper; `again` appends it anew behind older ones."""
    state = tuple(stands[c] for c in ("decision", "tags", "note"))
    if again:
        insert = "INSERT INTO actions (at, session, undone) VALUES (?, ?, 1)"
        action = db.execute(insert, (records.now(), decisions.MERGED)).lastrowid
        db.execute(
            "INSERT INTO decisions (action, num, version, decision, tags, note)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (action, num, stands["version"], *state),
        )
    decided = (stands["at"], stands["version"]) if stands["decision"] else (None, None)
    db.execute(
        "UPDATE papers SET decision = ?, tags = ?, note = ?, decided_at = ?, decided_version = ?"
        " WHERE num = ?",
        (*state, *decided, num),
    )


def _said(row: sqlite3.Row) -> str:
    """Return an entry in words: ``keep [good] a note``."""
    tags = ", ".join(json.loads(row["tags"]))
    parts = (row["decision"] or "undecided", f"[{tags}]" if tags else "", row["note"])
    return " ".join(part for part in parts if part)


def _shared(other: sqlite3.Connection, num: int, here: sqlite3.Row) -> bool:
    """Return whether the other library's history holds this entry: it only went on from it."""
    sql = (
        "SELECT 1 FROM decisions d JOIN actions a ON a.seq = d.action"
        " WHERE d.num = ? AND a.at = ? AND d.decision IS ?"
    )
    return other.execute(sql, (num, here["at"], here["decision"])).fetchone() is not None


def _conflict(
    db: sqlite3.Connection, num: int, what: str, here: str, there: str, ours: bool
) -> dict[str, Any]:
    id = db.execute("SELECT id FROM papers WHERE num = ?", (num,)).fetchone()[0]
    kept = "here" if ours else "there"
    return {"id": id, "what": what, "here": here, "there": there, "kept": kept}


# ---- Answers and approvals


_NAMED = ("version", "outline", "language", "question")


_SAME = "num = ? AND version = ? AND outline = ? AND language = ? AND question = ?"
_SAME_ANSWER = f"SELECT seq FROM answers WHERE {_SAME} AND data = ?"  # noqa: S608 our own names
_LAST_EDIT = f"""
SELECT * FROM answers WHERE {_SAME} AND origin = 'person' ORDER BY seq DESC LIMIT 1
"""  # noqa: S608


def _answers(
    db: sqlite3.Connection, other: sqlite3.Connection, numbers: dict[int, int]
) -> Iterator[dict[str, Any]]:
    given: dict[int, int] = {}
    for row in other.execute("SELECT * FROM answers ORDER BY seq").fetchall():
        place = (numbers[row["num"]], *(row[c] for c in _NAMED))
        held = db.execute(_SAME_ANSWER, (*place, row["data"])).fetchone()
        if held is not None:
            given[row["seq"]] = held["seq"]
            continue
        mine = db.execute(_LAST_EDIT, place).fetchone() if row["origin"] == "person" else None
        given[row["seq"]] = _put_answer(db, place, row)
        if mine is not None:
            ours = _at(mine) > _at(row)
            if ours:
                _put_answer(db, place, mine)  # behind the older one, so that it stands
            if not _holds(other, row["num"], mine):
                what = f"answer to {row['question']}"
                yield _conflict(db, place[0], what, _text(mine), _text(row), ours)
    _approvals(db, other, numbers, given)


def _put_answer(db: sqlite3.Connection, place: tuple[Any, ...], row: sqlite3.Row) -> int:
    sql = (
        "INSERT INTO answers (num, version, outline, language, question, origin, data, key)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    )
    return int(db.execute(sql, (*place, row["origin"], row["data"], row["key"])).lastrowid or 0)


def _at(row: sqlite3.Row) -> str:
    return str(json.loads(row["data"])["at"])


def _text(row: sqlite3.Row) -> str:
    return " ".join(s["text"] for s in json.loads(row["data"]).get("statements", ()))


def _holds(other: sqlite3.Connection, num: int, answer: sqlite3.Row) -> bool:
    sql = "SELECT 1 FROM answers WHERE num = ? AND data = ?"
    return other.execute(sql, (num, answer["data"])).fetchone() is not None


def _approvals(
    db: sqlite3.Connection,
    other: sqlite3.Connection,
    numbers: dict[int, int],
    given: dict[int, int],
) -> None:
    """Take over signatures; one counts only while the answers it was put under stand."""
    known = {tuple(row) for row in db.execute("SELECT num, by, at FROM approvals")}
    for row in other.execute("SELECT * FROM approvals ORDER BY seq").fetchall():
        num = numbers[row["num"]]
        if (num, row["by"], row["at"]) not in known:
            told = {**dict(row), "num": num, "answer": given.get(row["answer"], 0)}
            _insert(db, "approvals", told)


def _insert(db: sqlite3.Connection, table: str, row: dict[str, Any]) -> int:
    """Append a row under a number of its own; return that."""
    told = {name: value for name, value in row.items() if name != "seq"}
    marks = ", ".join("?" * len(told))
    sql = f"INSERT INTO {table} ({', '.join(told)}) VALUES ({marks})"  # noqa: S608 our own names
    return int(db.execute(sql, tuple(told.values())).lastrowid or 0)


# ---- What can't be said differently


def _rest(db: sqlite3.Connection, other: sqlite3.Connection, numbers: dict[int, int]) -> None:
    for table in ("readings", "licences"):
        for row in other.execute(f"SELECT * FROM {table}").fetchall():  # noqa: S608 our own names
            marks = ", ".join("?" * len(row))
            values = (numbers[row["num"]], *tuple(row)[1:])
            db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", values)  # noqa: S608
    for row in other.execute("SELECT * FROM publications").fetchall():
        db.execute("INSERT OR IGNORE INTO publications VALUES (?, ?, ?, ?, ?)", tuple(row))
    known = {tuple(row) for row in db.execute("SELECT num, key, at FROM calls")}
    for row in other.execute("SELECT * FROM calls ORDER BY seq").fetchall():
        num = numbers[row["num"]]
        if (num, row["key"], row["at"]) not in known:
            _insert(db, "calls", {**dict(row), "num": num})
    _windows(db, other)


def _windows(db: sqlite3.Connection, other: sqlite3.Connection) -> None:
    known = {tuple(row) for row in db.execute("SELECT topic, query, asked FROM windows")}
    for row in other.execute("SELECT * FROM windows ORDER BY seq").fetchall():
        if (row["topic"], row["query"], row["asked"]) in known:
            continue
        seq = _insert(db, "windows", dict(row))
        for day in other.execute("SELECT * FROM days WHERE seq = ?", (row["seq"],)).fetchall():
            db.execute("INSERT INTO days VALUES (?, ?, ?, ?, ?, ?)", (seq, *tuple(day)[1:]))
