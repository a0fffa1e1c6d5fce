"""Calls to language models: what each cost and came to, and who is asking what just now."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from paperkit.library import files, records, schema
from paperkit.library.records import now
from paperkit.prompts import Reply, writable


class Calls:
    """A library's calls to models; call it for the frame of all of them.

    >>> library.calls()["cost"].sum()
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / schema.NAME

    def claim(self, key: str, wait: Callable[[], None]) -> AbstractContextManager[None]:
        """Hold a request for oneself, also against other processes on this library.

        `wait` is called again and again while another holds it; it may raise to give up.
        """
        return files.claimed(self._folder / ".claims", key, wait)

    def save(self, id: str, **call: Any) -> None:
        """Append the record of one call to a model (see `put_call`).

        It reaches the disk with the answers that follow, or with whatever is written next.
        """
        with schema.writing(self._file, flush=False) as db:
            put_call(db, records.number(db, id), **call)

    def __call__(self) -> pd.DataFrame:
        """Return all calls to models, failed ones too: whom, tokens, cost, outcome, when."""
        columns = ["id", "model", "tokens_in", "tokens_out", "cost", "outcome", "error", "at"]
        with schema.reading(self._file) as db:
            sql = f"SELECT {', '.join(columns)} FROM calls JOIN papers USING (num) ORDER BY seq"  # noqa: S608
            rows = [tuple(r) for r in db.execute(sql)]
        frame = pd.DataFrame(rows, columns=columns)
        frame["at"] = pd.to_datetime(frame["at"], utc=True)
        return frame.astype({"tokens_in": "Int64", "tokens_out": "Int64", "cost": "Float64"})

    def since(self, model: str, since: datetime) -> list[tuple[datetime, int]]:
        """Return when a model was asked since then, and the tokens each call took."""
        with schema.reading(self._file) as db:
            return calls_since(db, model, since)

    def longest_replies(self, model: str) -> tuple[int, int]:
        """Return the most tokens of a model's last answers, and of its last replies cut off."""
        with schema.reading(self._file) as db:
            return longest_replies(db, model)

    def held_reply(self, key: str) -> Reply | None:
        """Return a reply to a request that a crash kept from becoming answers, or None."""
        with schema.reading(self._file) as db:
            return held_reply(db, key)


def put_call(
    db: sqlite3.Connection,
    num: int,
    *,
    key: str,
    model: str,
    tokens: tuple[int | None, int | None],
    outcome: str,
    error: str = "",
    cost: float | None = None,
    turn: int = 1,
    reply: str | None = None,
) -> None:
    """Append the record of one call to a model, failed ones too; no text of it can fail.

    Keys that the server sent back are left out.
    """
    error = records.without_keys(writable(error))
    reply = None if reply is None else records.without_keys(writable(reply))
    db.execute(
        "INSERT INTO calls (num, key, model, tokens_in, tokens_out, outcome, error, at, cost,"
        " turn, reply) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (num, key, model, *tokens, outcome, error, now(), cost, turn, reply),
    )


def longest_replies(db: sqlite3.Connection, model: str) -> tuple[int, int]:
    """Return the most tokens of a model's last answers, and of its last replies cut off."""
    sql = (
        "SELECT coalesce(max(tokens_out), 0) FROM (SELECT tokens_out FROM calls"
        " WHERE model = ? AND outcome = ? ORDER BY at DESC LIMIT 20)"
    )
    whole, cut = (db.execute(sql, (model, o)).fetchone()[0] for o in ("answered", "Truncated"))
    return int(whole), int(cut)


def held_reply(db: sqlite3.Connection, key: str) -> Reply | None:
    """Return a first reply that was paid for but came to nothing: a crash came before."""
    row = db.execute(
        "SELECT * FROM calls WHERE key = ? AND reply IS NOT NULL ORDER BY seq DESC LIMIT 1", (key,)
    ).fetchone()
    if row is None or row["turn"] != 1:
        return None
    used = {"tokens_in": row["tokens_in"], "tokens_out": row["tokens_out"]}
    return Reply(text=row["reply"], model=row["model"], **used)


def calls_since(db: sqlite3.Connection, model: str, since: datetime) -> list[tuple[datetime, int]]:
    """Return when a model was asked since then, and the tokens each call took."""
    sql = (
        "SELECT at, coalesce(tokens_in, 0) + coalesce(tokens_out, 0) FROM calls"
        " WHERE model = ? AND at >= ? ORDER BY at"
    )
    moment = since.astimezone(UTC).isoformat(timespec="microseconds")
    return [(datetime.fromisoformat(at), n) for at, n in db.execute(sql, (model, moment))]
