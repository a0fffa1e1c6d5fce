"""Papers in the library's database: adding, versions, and finding them by a `Query`."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from paperkit.errors import PaperkitError
from paperkit.papers import COLUMNS, Paper, clean_text, find_links, frame_of, is_code_link, paper_id
from paperkit.queries import Query

_FIELDS: tuple[str, ...] = (*COLUMNS, "code")


def now() -> str:
    """Return the present as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def dump(value: Any) -> str:
    """Return JSON as the library writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def number(db: sqlite3.Connection, paper: str) -> int:
    """Return the row number of a paper.

    Raises:
        PaperkitError: the text is no arXiv id, or the library doesn't have that paper.
    """
    wanted = paper_id(paper)
    row = db.execute("SELECT num FROM papers WHERE id = ?", (wanted,)).fetchone()
    if row is None:
        raise PaperkitError(f"{wanted}: not in this library; add it with library.add(search(...)).")
    return int(row[0])


def add(db: sqlite3.Connection, papers: Iterable[Paper], topic: str | None) -> list[dict[str, Any]]:
    """Add papers or newer versions; return id, outcome (new, updated, known) and version each."""
    report = []
    for paper in papers:
        outcome = _add_one(db, paper)
        if topic:
            db.execute(
                "INSERT OR IGNORE INTO topics SELECT num, ?, ? FROM papers WHERE id = ?",
                (topic, now(), paper.id),
            )
        report.append({"id": paper.id, "outcome": outcome, "version": paper.version})
    return report


def _add_one(db: sqlite3.Connection, paper: Paper) -> str:
    known = db.execute("SELECT num, version FROM papers WHERE id = ?", (paper.id,)).fetchone()
    values = _values(paper)
    if known is None:
        marks = ", ".join("?" * (len(values) + 2))
        columns = ", ".join(("id", *_FIELDS, "added_at"))
        sql = f"INSERT INTO papers ({columns}) VALUES ({marks})"  # noqa: S608 our own names
        num = db.execute(sql, (paper.id, *values, now())).lastrowid
    else:
        num = known["num"]
    record = dump({**vars(paper), "published": values[5], "updated": values[6]})
    row = (num, paper.version, record, now())
    fresh = db.execute("INSERT OR IGNORE INTO versions VALUES (?, ?, ?, ?)", row).rowcount
    if known is not None and fresh and paper.version > known["version"]:
        assignments = ", ".join(f"{f} = ?" for f in _FIELDS)
        sql = f"UPDATE papers SET {assignments} WHERE num = ?"  # noqa: S608 our own names
        db.execute(sql, (*values, num))
        return "updated"
    return "new" if known is None else "known"


def _values(paper: Paper) -> tuple[Any, ...]:
    links = find_links(paper.abstract, paper.comment)
    return (
        paper.version,
        paper.title,
        dump(paper.authors),
        paper.abstract,
        dump(paper.categories),
        paper.published.astimezone(UTC).isoformat(),
        paper.updated.astimezone(UTC).isoformat(),
        paper.comment,
        paper.journal_ref,
        paper.doi,
        int(any(is_code_link(link) for link in links)),
    )


def paper_of(row: sqlite3.Row) -> Paper:
    """Return the paper of a ``papers`` row."""
    return Paper(
        id=row["id"],
        version=row["version"],
        title=row["title"],
        authors=tuple(json.loads(row["authors"])),
        abstract=row["abstract"],
        categories=tuple(json.loads(row["categories"])),
        published=datetime.fromisoformat(row["published"]),
        updated=datetime.fromisoformat(row["updated"]),
        comment=row["comment"],
        journal_ref=row["journal_ref"],
        doi=row["doi"],
    )


HAS = {
    "pdf": "0",  # the disk knows, not the database: the library fills in the ids
    "reading": "EXISTS (SELECT 1 FROM readings r WHERE r.num = p.num)",
    "digest": "EXISTS (SELECT 1 FROM answers a WHERE a.num = p.num)",
    "approved": """EXISTS (SELECT 1 FROM approvals s WHERE s.num = p.num AND s.answer > 0
        AND s.seq = (SELECT max(seq) FROM approvals t WHERE t.num = s.num
            AND t.outline = s.outline AND t.language = s.language AND t.version = s.version)
        AND s.answer = (SELECT max(seq) FROM answers a WHERE a.num = s.num
            AND a.outline = s.outline AND a.language = s.language AND a.version = s.version))""",
    "code": "p.code",
    "update": "(p.decided_version IS NOT NULL AND p.decided_version < p.version)",
}
SORTS = {
    "score": "p.score",
    "published": "p.published",
    "updated": "p.updated",
    "title": "p.title",
    "authors": "p.authors",
    "category": "p.categories",
    "version": "p.version",
    "decision": "p.decision",
    "decided": "p.decided_at",
    "id": "p.id",
}


def match_words(text: str) -> str:
    """Return the FTS5 expression for what a person types: all words, as prefixes; quotes bind."""
    terms = []
    for phrase, word in re.findall(r'"([^"]*)"|([^\s"]+)', text):
        tokens = re.findall(r"\w+", phrase or word)
        if tokens:
            terms.append('"' + " ".join(tokens) + '"' + ("" if phrase else "*"))
    return " ".join(terms)


def where(query: Query, with_pdf: Sequence[str] = ()) -> tuple[str, list[Any]]:
    """Return the condition on ``papers p`` that `query` states, and its parameters."""
    clauses: list[str] = []
    values: list[Any] = []

    def any_of(sql: str, wanted: Sequence[Any]) -> None:
        if wanted:
            clauses.append(sql.format(", ".join("?" * len(wanted))))
            values.extend(wanted)

    if query.text.strip():
        clauses.append("p.num IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(match_words(query.text) or '""')
    any_of("p.num IN (SELECT num FROM topics WHERE topic IN ({}))", query.topics)
    any_of("coalesce(p.decision, 'undecided') IN ({})", query.decisions)
    any_of("EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value IN ({}))", query.tags)
    any_of("EXISTS (SELECT 1 FROM json_each(p.categories) WHERE value IN ({}))", query.categories)
    if query.ids:  # as JSON: SQLite limits the number of parameters
        clauses.append("p.id IN (SELECT value FROM json_each(?))")
        values.append(dump([paper_id(i) for i in query.ids]))
    if query.venues:
        text = "(' ' || p.comment || ' ' || p.journal_ref || ' ')"
        clauses.append(f"({' OR '.join([text + ' GLOB ?'] * len(query.venues))})")
        values.extend(f"*[^A-Za-z]{v}[^A-Za-z]*" for v in query.venues)
    if query.since:
        clauses.append("p.published >= ?")
        values.append(query.since.isoformat())
    if query.until:
        clauses.append("p.published < ?")
        values.append((query.until + timedelta(days=1)).isoformat())
    for name in query.has:
        bare = name.removeprefix("-")
        sql = HAS[bare]
        if bare == "pdf":
            sql = f"p.id IN ({', '.join('?' * len(with_pdf))})"
            values.extend(with_pdf)
        clauses.append(f"NOT {sql}" if name.startswith("-") else sql)
    return " AND ".join(clauses) or "1", values


def order(query: Query) -> str:
    """Return the ORDER BY terms of `query`; ties are broken by the newest row."""
    terms = []
    for name in query.sort:
        descending = name.startswith("-")
        column = SORTS[name.removeprefix("-")]
        terms.append(f"{column} {'DESC' if descending else 'ASC'} NULLS LAST")
    return ", ".join([*terms, "p.num DESC"])


POSTED = "(SELECT max(date) FROM publications o WHERE o.id = p.id)"
"""The day a paper was last published, as a column named ``posted``; `status` reads it."""

_FRAME = """
SELECT p.*,
    (SELECT json_group_array(topic) FROM topics t WHERE t.num = p.num) AS topics,
    EXISTS (SELECT 1 FROM answers a WHERE a.num = p.num) AS has_digest,
    {posted} AS posted
FROM papers p WHERE {where} ORDER BY {order}
"""


def select(db: sqlite3.Connection, query: Query, with_pdf: Sequence[str] = ()) -> pd.DataFrame:
    """Return the papers frame of `query`, with what the library knows beyond arXiv."""
    condition, values = where(query, with_pdf)
    sql = _FRAME.format(posted=POSTED, where=condition, order=order(query))
    try:
        rows = db.execute(sql, values).fetchall()
    except sqlite3.OperationalError as error:
        raise PaperkitError(f"query {query.text!r}: {error}; use plain words.") from error
    return _frame(rows)


def _frame(rows: Sequence[sqlite3.Row]) -> pd.DataFrame:
    data: dict[str, list[Any]] = {c: [r[c] for r in rows] for c in COLUMNS}
    for name in ("authors", "categories"):
        data[name] = [tuple(json.loads(v)) for v in data[name]]
    for name in ("published", "updated"):
        data[name] = [datetime.fromisoformat(v) for v in data[name]]
    data["decision"] = [r["decision"] for r in rows]
    data["tags"] = [tuple(json.loads(r["tags"])) for r in rows]
    data["note"] = [r["note"] for r in rows]
    data["score"] = [r["score"] for r in rows]
    data["topics"] = [tuple(sorted(json.loads(r["topics"]))) for r in rows]
    data["has_digest"] = [bool(r["has_digest"]) for r in rows]
    data["status"] = [status(r) for r in rows]
    index = pd.Index([r["id"] for r in rows], name="id", dtype="str")
    return frame_of(data, index).astype(LIBRARY_COLUMNS)


LIBRARY_COLUMNS = {
    "decision": "object",
    "tags": "object",
    "note": "str",
    "score": "float64",
    "topics": "object",
    "has_digest": "bool",
    "status": "str",
}
"""The columns a library adds to a papers frame, and their dtypes."""


def status(row: sqlite3.Row) -> str:
    """Return what is remarkable about a paper, or nothing.

    ``withdrawn``, ``v1→v2`` since it was decided on, or ``published 2024-11-12`` in a post.
    """
    if re.search(r"\bwithdrawn\b", row["comment"], re.I):
        return "withdrawn"
    before = row["decided_version"]
    if before is not None and before < row["version"]:
        return f"v{before}→v{row['version']}"
    return f"published {row['posted']}" if row["posted"] else ""


def set_scores(db: sqlite3.Connection, rows: Iterable[tuple[float, str, str]]) -> None:
    """Write (score, why, id) rows; a score is derived and may be replaced."""
    db.executemany("UPDATE papers SET score = ?, why = ? WHERE id = ?", rows)


def licence(db: sqlite3.Connection, num: int) -> str:
    """Return the licence stated for a paper, empty when unknown."""
    row = db.execute("SELECT licence FROM licences WHERE num = ?", (num,)).fetchone()
    return str(row[0]) if row else ""


def set_licence(db: sqlite3.Connection, num: int, stated: str) -> None:
    """Write the licence stated for a paper; a source's newest word counts."""
    db.execute("INSERT OR REPLACE INTO licences VALUES (?, ?)", (num, stated))


def add_licences(db: sqlite3.Connection, stated: pd.Series) -> None:
    """Write the licences stated for papers by id; empty ones say nothing."""
    rows = [(clean_text(str(text)), i) for i, text in stated.items() if str(text or "").strip()]
    sql = "INSERT OR REPLACE INTO licences SELECT num, ? FROM papers WHERE id = ?"
    db.executemany(sql, rows)
