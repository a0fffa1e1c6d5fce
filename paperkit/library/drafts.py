"""Drafts: what was read, answered and signed; every answer is kept, a person's stands first."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from paperkit.digests import Answer, Approval, Digest, Finding
from paperkit.errors import PaperkitError
from paperkit.library import records, schema
from paperkit.library.answered import standing
from paperkit.library.records import dump, now, without_keys
from paperkit.papers import paper_id
from paperkit.readings import Reading


class Drafts:
    """What was written about a library's papers; call it for all answers to a question.

    >>> library.drafts("2411.05184", "summary")
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / schema.NAME

    def __call__(
        self,
        id: str,
        question: str | None = None,
        *,
        outline: str = "digest",
        language: str | None = None,
    ) -> tuple[Answer, ...]:
        """Return every answer ever given to a question (None: to all), oldest first."""
        with schema.reading(self._file) as db:
            digest = existing(db, id, outline, language)
            return given(db, records.number(db, id), digest, question)

    def all_answers(self) -> list[tuple[str, Answer, bool]]:
        """Return every answer ever given to any question about any paper, oldest first.

        Each with its paper's id, and whether a person signed it as it stands.
        """
        with schema.reading(self._file) as db:
            return all_answers(db)

    def digest(self, id: str, outline: str, language: str | None) -> Digest | None:
        """Return what is written about a paper, or None (see `Library.digest`)."""
        with schema.reading(self._file) as db:
            num = records.number(db, id)
            return get_digest(db, (num, paper_id(id)), outline, language)

    def save_answers(
        self,
        digest: Digest,
        answers: Iterable[Answer],
        *,
        key: str | None = None,
    ) -> None:
        """Append answers, all or none, to the digest that `digest` names; `key` is a request's.

        What that request was answered meanwhile, elsewhere, is not appended again.
        """
        with schema.writing(self._file) as db:
            num = records.number(db, digest.paper_id)
            put_answers(db, num, digest, answers, key)

    def save_edit(self, digest: Digest, answer: Answer, *, seen: datetime | None) -> bool:
        """Append a person's answer unless an edit newer than that of `seen` stands there.

        `seen` is when the edit it was made over was written (None: there was none). Returns
        whether it was appended: two open editors never overwrite each other unnoticed.
        """
        with schema.writing(self._file) as db:
            num = records.number(db, digest.paper_id)
            held = given(db, num, digest, answer.question)
            newest = next((a.at for a in reversed(held) if a.origin == "person"), None)
            if newest == seen:
                put_answers(db, num, digest, [answer], None)
            return newest == seen

    def signer(self) -> str:
        """Return who signs here: PAPERKIT_NAME, else who signed last; "" while nobody is known."""
        with schema.reading(self._file) as db:
            return known_signer(db)

    def answers_to(self, key: str) -> tuple[Answer, ...]:
        """Return what a request (see `Request.key`) was answered before, failed answers too."""
        with schema.reading(self._file) as db:
            return answers_to(db, key)


def put_reading(db: sqlite3.Connection, num: int, version: int, reading: Reading) -> None:
    """Store a reading of a paper's version; one per reader version."""
    data = {k: v for k, v in reading.to_dict().items() if k not in ("text", "urls")}
    db.execute(
        "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?)",
        (num, version, reading.reader, dump(data), now()),
    )


def get_reading(db: sqlite3.Connection, num: int, version: int | None) -> Reading | None:
    """Return the newest reading of a version (None: of the newest version read), or None."""
    row = db.execute(
        "SELECT data FROM readings WHERE num = ? AND version = coalesce(?, version)"
        " ORDER BY version DESC, at DESC LIMIT 1",
        (num, version),
    ).fetchone()
    return Reading.from_dict(json.loads(row["data"])) if row else None


def version_read(db: sqlite3.Connection, num: int, version: int | None = None) -> int | None:
    """Return the newest version of a paper that was read (or `version`, if it was), else None."""
    row = db.execute(
        "SELECT max(version) FROM readings WHERE num = ? AND version = coalesce(?, version)",
        (num, version),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def put_answers(
    db: sqlite3.Connection,
    num: int,
    digest: Digest,
    answers: Iterable[Answer],
    key: str | None,
) -> None:
    """Append answers to the digest that `digest` names, each to a question of `key` only once."""
    named = (num, digest.version, digest.outline, digest.language)
    held = {a.question: a for a in answers_to(db, key)} if key else {}
    answers = [a for a in answers if a.question not in held or _mends(a, held[a.question])]
    rows = [(*named, a.question, a.origin, without_keys(dump(a.to_dict())), key) for a in answers]
    db.executemany(
        "INSERT INTO answers (num, version, outline, language, question, origin, data, key)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def _mends(answer: Answer, held: Answer) -> bool:
    return bool(held.error) and not answer.error


def answers_to(db: sqlite3.Connection, key: str) -> tuple[Answer, ...]:
    """Return what a request was answered before, the newest answer to each question."""
    rows = db.execute("SELECT data FROM answers WHERE key = ? ORDER BY seq", (key,))
    found = [Answer.from_dict(json.loads(r["data"])) for r in rows]
    return tuple({a.question: a for a in found}.values())


def get_digest(
    db: sqlite3.Connection, paper: tuple[int, str], outline: str, language: str | None
) -> Digest | None:
    """Return the newest version's digest in `language` (None: that written last), or None.

    An answer is the person's newest, else the model's newest.
    """
    num, paper_id = paper
    found = db.execute(
        "SELECT version, language FROM answers WHERE num = ? AND outline = ?"
        " AND language = coalesce(?, language) ORDER BY version DESC, seq DESC LIMIT 1",
        (num, outline, language),
    ).fetchone()
    if found is None:
        return None
    named = (num, outline, found["language"], found["version"])
    return Digest(
        paper_id=paper_id,
        version=found["version"],
        outline=outline,
        language=found["language"],
        answers=_current(db, named),
        approval=_approval(db, named),
    )


def existing(db: sqlite3.Connection, id: str, outline: str, language: str | None) -> Digest:
    """Return the digest of a paper, or raise a `PaperkitError` where nothing is written."""
    digest = get_digest(db, (records.number(db, id), paper_id(id)), outline, language)
    if digest is None:
        raise PaperkitError(
            f"{paper_id(id)}: no digest of outline {outline!r} yet; "
            "run summarize(papers, library) first."
        )
    return digest


_NAMED = "num = ? AND outline = ? AND language = ? AND version = ?"


def _current(db: sqlite3.Connection, named: tuple[int, str, str, int]) -> tuple[Answer, ...]:
    sql = f"SELECT data FROM answers WHERE {_NAMED} ORDER BY seq"  # noqa: S608
    return standing(Answer.from_dict(json.loads(row["data"])) for row in db.execute(sql, named))


def given(
    db: sqlite3.Connection, num: int, digest: Digest, question: str | None
) -> tuple[Answer, ...]:
    """Return every answer ever given to a question of a digest (None: to all), oldest first."""
    wanted = f"{_NAMED} AND question = coalesce(?, question)"
    sql = f"SELECT data FROM answers WHERE {wanted} ORDER BY seq"  # noqa: S608
    named = (num, digest.outline, digest.language, digest.version, question)
    return tuple(Answer.from_dict(json.loads(r["data"])) for r in db.execute(sql, named))


def all_answers(db: sqlite3.Connection) -> list[tuple[str, Answer, bool]]:
    """Return every answer ever given: the paper's id, the answer, and whether it is signed now."""
    sql = (
        "SELECT p.id, a.num, a.outline, a.language, a.version, a.data FROM answers AS a"
        " JOIN papers AS p USING (num) ORDER BY a.seq"
    )
    signed: dict[tuple[int, str, str, int], tuple[Answer, ...]] = {}
    found = []
    for row in db.execute(sql).fetchall():
        named = (row["num"], row["outline"], row["language"], row["version"])
        if named not in signed:
            signed[named] = _current(db, named) if _approval(db, named) else ()
        answer = Answer.from_dict(json.loads(row["data"]))
        found.append((row["id"], answer, answer in signed[named]))
    return found


def beside(db: sqlite3.Connection, num: int, outline: str, limit: int) -> list[str]:
    """Return the ids of the papers written about just before and after a paper, nearest first."""
    newest = "SELECT max(seq) FROM answers WHERE num = ? AND outline = ?"
    own = db.execute(newest, (num, outline)).fetchone()[0] or 0
    sql = "SELECT num, seq FROM answers WHERE seq {} ? AND outline = ? AND num <> ? ORDER BY seq {}"
    away: dict[int, int] = {}
    for side, turn in (("<", "DESC"), (">", "ASC")):
        near: dict[int, int] = {}
        for row in db.execute(sql.format(side, turn), (own, outline, num)):
            near.setdefault(row["num"], abs(row["seq"] - own))
            if len(near) == limit:
                break
        away |= {n: min(gap, away.get(n, gap)) for n, gap in near.items()}
    return records.ids(db, sorted(away, key=lambda n: away[n])[:limit])


def _newest(db: sqlite3.Connection, named: Sequence[Any]) -> int:
    sql = f"SELECT max(seq) FROM answers WHERE {_NAMED}"  # noqa: S608
    return int(db.execute(sql, named).fetchone()[0] or 0)


def _approval(db: sqlite3.Connection, named: Sequence[Any]) -> Approval | None:
    sql = f"SELECT * FROM approvals WHERE {_NAMED} ORDER BY seq DESC LIMIT 1"  # noqa: S608
    row = db.execute(sql, named).fetchone()
    if row is None or row["answer"] != _newest(db, named):
        return None
    at = datetime.fromisoformat(row["at"])
    return Approval(by=row["by"], at=at, reason=row["reason"], origin=row["origin"])


def known_signer(db: sqlite3.Connection) -> str:
    """Return the environment's PAPERKIT_NAME, else who signed last in this library, else "".

    A login is no name: in a container everyone is "root".
    """
    row = db.execute("SELECT by FROM approvals ORDER BY seq DESC LIMIT 1").fetchone()
    return os.environ.get("PAPERKIT_NAME", "").strip() or (str(row["by"]) if row else "")


def put_approval(
    db: sqlite3.Connection,
    num: int,
    digest: Digest,
    *,
    by: str,
    reason: str = "",
    findings: Sequence[Finding] = (),
    withdraw: bool = False,
    origin: str = "script",
) -> None:
    """Append a signature under the digest's answers as they are now, or take one back.

    A script that signs what a person has signed by a click confirms that signature.
    """
    named = (num, digest.outline, digest.language, digest.version)
    answer = 0 if withdraw else _newest(db, named)
    held = _approval(db, named)
    if held is not None and held.origin == "click" and not withdraw and origin == "script":
        by, origin = held.by, held.origin
    db.execute(
        "INSERT INTO approvals"
        " (num, outline, language, version, answer, by, at, reason, findings, origin)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*named, answer, by, now(), reason, dump([asdict(f) for f in findings]), origin),
    )
