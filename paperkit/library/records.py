"""Papers in the library's database: adding, versions, and finding them by a `Query`."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Literal, get_args

import pandas as pd

from paperkit.errors import PaperkitError
from paperkit.frames import COLUMNS, frame_of
from paperkit.library import answered
from paperkit.papers import (
    CODE_HOSTS,
    Paper,
    clean_paper,
    clean_text,
    doi_in,
    find_links,
    ids_in,
    is_code_link,
    paper_id,
)
from paperkit.queries import Query

_FIELDS: tuple[str, ...] = (*COLUMNS, "code")


def now() -> str:
    """Return the present as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dump(value: Any) -> str:
    """Return JSON as the library writes it."""
    return _JSON.encode(value)


_SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)S?$", re.I)


def without_keys(text: str) -> str:
    """Return a text that came from a server without the keys in this process's environment."""
    for name in filter(_SECRET.search, os.environ):  # few of their values are looked at
        if len(value := os.environ.get(name, "")) >= _TELLING:
            text = text.replace(value, "\u2026")
    return text


_TELLING = 8  # characters; a shorter word may stand in any text


def number(db: sqlite3.Connection, paper: str) -> int:
    """Return the row number of a paper.

    Raises:
        PaperkitError: the text is no arXiv id or DOI, or the library doesn't have that paper.
    """
    try:
        wanted, column = paper_id(paper), "id"
    except PaperkitError:
        if not (wanted := doi_in(str(paper))):
            raise
        column = "lower(doi)"
    sql = f"SELECT num FROM papers WHERE {column} = ?"  # noqa: S608 our own names
    row = db.execute(sql, (wanted if column == "id" else wanted.lower(),)).fetchone()
    if row is None:
        raise PaperkitError(f"{wanted}: not in this library; add it with library.add(search(...)).")
    return int(row[0])


Outcome = Literal["new", "updated", "completed", "known"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
"""What adding a paper can come to; every report that counts papers has these columns."""


def add(
    db: sqlite3.Connection, papers: Iterable[Paper], topic: str | None, source: str = ""
) -> list[dict[str, Any]]:
    """Add papers, newer versions or what a known record lacks.

    `source` says whose word the records are: ``arxiv`` (the authority for each of its versions),
    ``file`` (changes nothing that arXiv said), or nothing where it isn't known.

    Returns id, outcome (one of `OUTCOMES`), title and version each.
    """
    given = list(papers)
    with _indexing_once(db) if len(given) >= _MANY else nullcontext():
        report = list(_outcomes(db, given, source))
    if topic:
        sql = "INSERT OR IGNORE INTO topics SELECT num, ?, ? FROM papers WHERE id = ?"
        db.executemany(sql, [(topic, now(), paper.id) for paper in given])
    return report


def _outcomes(
    db: sqlite3.Connection, papers: Sequence[Paper], source: str
) -> Iterator[dict[str, Any]]:
    """Add papers one after the other; those not known yet are written together."""
    ids = dump([paper.id for paper in papers])
    sql = "SELECT id FROM papers WHERE id IN (SELECT value FROM json_each(?))"
    known = {row[0] for row in db.execute(sql, (ids,))}
    new: dict[str, Paper] = {}
    for paper in papers:
        outcome: Outcome = "new"
        if paper.id in new:  # twice in one batch
            _insert(db, new.values(), source)
            known.update(new)
            new.clear()
        if paper.id in known:
            outcome = _add_again(db, paper, source)
        else:
            new[paper.id] = paper
        told = {"title": paper.title, "version": paper.version}
        yield {"id": paper.id, "outcome": outcome, **told}
    _insert(db, new.values(), source)


def _insert(db: sqlite3.Connection, papers: Iterable[Paper], source: str) -> None:
    """Write papers that are not known yet."""
    at, first = now(), db.execute(_NEXT).fetchone()[0]
    columns = ("num", "id", *_FIELDS, "added_at")
    marks = ", ".join("?" * len(columns))
    sql = f"INSERT INTO papers ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 our own names
    listed = list(enumerate(papers, first))
    db.executemany(sql, ((num, p.id, *_values(p), at) for num, p in listed))
    records = ((num, p.version, _record(p, source), at) for num, p in listed)
    db.executemany("INSERT OR IGNORE INTO versions VALUES (?, ?, ?, ?)", records)


def _add_again(db: sqlite3.Connection, paper: Paper, source: str) -> Outcome:
    known = db.execute("SELECT * FROM papers WHERE id = ?", (paper.id,)).fetchone()
    if known["version"] == paper.version:
        before = paper_of(known)
        kept = _kept_record(db, known["num"], paper.version)
        told_by = kept.get("source", "")
        fuller = _completed(before, paper, source, told_by)
        if fuller == before:
            if source == "arxiv" != told_by:
                sql = "UPDATE versions SET record = ? WHERE num = ? AND version = ?"
                row = (_record(before, source, kept.get("was", ())), known["num"], paper.version)
                db.execute(sql, row)
            return "known"
        was = [*kept.get("was", ()), json.loads(_record(before))]
        _write(db, known["num"], fuller, source or told_by, was)
        return "completed"
    if paper.version > known["version"]:
        _write(db, known["num"], paper, source)
        return "updated"
    _keep_version(db, known["num"], paper, source)  # an old version not seen before
    return "known"


_MANY = 2000
"""How many papers are so many that it is quicker to index them together than one by one."""


@contextmanager
def _indexing_once(db: sqlite3.Connection) -> Iterator[None]:
    """Index what is added within the block at its end, in one go; part of the same transaction."""
    first, count = db.execute(f"SELECT ({_NEXT}), count(*) FROM papers").fetchone()  # noqa: S608
    sql = (
        "SELECT type, name, sql FROM sqlite_schema WHERE name = 'words_added'"
        " OR (type = 'index' AND tbl_name = 'papers' AND sql IS NOT NULL AND ?)"
    )
    parts = db.execute(sql, (count < _MANY,)).fetchall()  # the papers' own only in a new library
    for kind, name, _ in parts:
        db.execute(f"DROP {kind} {name}")
    yield
    for *_, statement in parts:
        db.execute(statement)
    setting = "INSERT INTO words (words, rank) VALUES ('hashsize', ?)"
    db.execute(setting, (_HASH,))  # fewer, larger pieces to be merged
    db.execute(
        "INSERT INTO words (rowid, title, abstract, authors)"
        " SELECT num, title, abstract, authors FROM papers WHERE num >= ?",
        (first,),
    )
    db.execute(setting, (1 << 20,))  # SQLite's own


_HASH = 1 << 26  # bytes


_NEXT = """SELECT 1 + max(coalesce((SELECT max(num) FROM papers), 0),
    coalesce((SELECT max(num) FROM removals), 0))"""
"""The next row number: that of a paper removed is never given to another."""


def _write(
    db: sqlite3.Connection, num: int, paper: Paper, source: str, was: Sequence[Any] = ()
) -> None:
    assignments = ", ".join(f"{f} = ?" for f in _FIELDS)
    sql = f"UPDATE papers SET {assignments} WHERE num = ?"  # noqa: S608 our own names
    db.execute(sql, (*_values(paper), num))
    if not _keep_version(db, num, paper, source):  # moved to the end, where it is noticed
        newest = "(SELECT max(rowid) + 1 FROM versions)"
        sql = f"UPDATE versions SET rowid = {newest}, record = ? WHERE num = ? AND version = ?"  # noqa: S608 our own names
        db.execute(sql, (_record(paper, source, was), num, paper.version))


def _record(paper: Paper, source: str = "", was: Sequence[Any] = ()) -> str:
    days = {"published": _moment(paper.published), "updated": _moment(paper.updated)}
    told = {name: value for name, value in (("source", source), ("was", was)) if value}
    return dump({**vars(paper), **days, **told})


def _kept_record(db: sqlite3.Connection, num: int, version: int) -> dict[str, Any]:
    """Return what is kept of a version: its record, ``source``, and what it ``was`` before."""
    sql = "SELECT record FROM versions WHERE num = ? AND version = ?"
    row = db.execute(sql, (num, version)).fetchone()
    return json.loads(row["record"]) if row else {}


def told(db: sqlite3.Connection, num: int) -> list[Paper]:
    """Return every record that was ever kept of a paper, oldest first; corrected ones too."""
    rows = db.execute("SELECT record FROM versions WHERE num = ? ORDER BY version", (num,))
    kept = [json.loads(row["record"]) for row in rows]
    return [clean_paper(record) for one in kept for record in (*one.get("was", ()), one)]


def _keep_version(db: sqlite3.Connection, num: int, paper: Paper, source: str) -> int:
    row = (num, paper.version, _record(paper, source), now())
    return db.execute("INSERT OR IGNORE INTO versions VALUES (?, ?, ?, ?)", row).rowcount


def _completed(known: Paper, told: Paper, source: str, kept: str) -> Paper:
    """Return a version's record with what another source says beyond it.

    arXiv's own word replaces what others said, and no file changes it. Else, as of one version
    arXiv changes only the comment, the journal reference and the DOI, the newest word counts
    there; what else is empty is filled in, and a day told exactly replaces the first of its month.
    """
    if source == "arxiv" or (source == "file" and kept == "arxiv"):
        return told if source == "arxiv" else known
    changes: dict[str, Any] = {
        name: getattr(told, name)
        for name in ("comment", "journal_ref", "doi")
        if getattr(told, name)
    }
    for name in ("authors", "abstract", "categories"):
        changes[name] = getattr(known, name) or getattr(told, name)
    for name in ("published", "updated"):
        before, after = getattr(known, name), getattr(told, name)
        if f"{before:%dT%X}" == "01T00:00:00" and f"{before:%Y-%m}" == f"{after:%Y-%m}":
            changes[name] = after
    return replace(known, **changes)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _values(paper: Paper) -> tuple[Any, ...]:
    text = f"{paper.abstract} {paper.comment}".lower()
    named = any(host in text for host in CODE_HOSTS)  # a quick look first
    return (
        paper.version,
        paper.title,
        dump(paper.authors),
        paper.abstract,
        dump(paper.categories),
        _moment(paper.published),
        _moment(paper.updated),
        paper.comment,
        paper.journal_ref,
        paper.doi,
        int(
            named and any(is_code_link(link) for link in find_links(paper.abstract, paper.comment))
        ),
    )


def paper_in(db: sqlite3.Connection, num: int, version: int | None) -> Paper:
    """Return a paper as it was in `version`; in its newest one for None or a version never seen."""
    newest = db.execute("SELECT * FROM papers WHERE num = ?", (num,)).fetchone()
    sql = "SELECT record FROM versions WHERE num = ? AND version = ?"
    older = version not in (None, newest["version"]) and db.execute(sql, (num, version)).fetchone()
    return clean_paper(json.loads(older["record"])) if older else paper_of(newest)


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
    "published": "p.id IN (SELECT id FROM publications)",
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


def meant_by(text: str) -> tuple[str, str]:
    """Return the SELECT of the row numbers that a typed text means, and its parameter.

    What is nothing but ids, in any spelling, or a DOI, means these papers; else words are meant.
    """
    if ids := ids_in(text):
        return "SELECT num FROM papers WHERE id IN (SELECT value FROM json_each(?))", dump(ids)
    if doi := doi_in(text):
        return "SELECT num FROM papers WHERE lower(doi) = ?", doi.lower()
    return "SELECT rowid FROM words WHERE words MATCH ?", match_words(text) or '""'


def refuse_unknown(db: sqlite3.Connection, query: Query) -> None:
    """Raise a `PaperkitError` that names the near ones where a name is not known."""
    asked = "SELECT DISTINCT question FROM answers WHERE outline = ?"
    for kind, wanted, sql, of in (
        ("topic", query.topics, "SELECT topic FROM topics UNION SELECT topic FROM windows", ()),
        ("tag", query.tags, "SELECT DISTINCT value FROM papers p, json_each(p.tags)", ()),
        (f"{query.outline} question", query.answers, asked, (query.outline,)),
    ):
        known = {str(row[0]) for row in db.execute(sql, of)} if wanted else set()
        for name in wanted:
            if name not in known:
                raise PaperkitError(f"{kind} {name!r}: not in this library; {_near(name, known)}.")


def _near(name: str, known: set[str]) -> str:
    plain = {"".join(filter(str.isalnum, k.casefold())): k for k in sorted(known)}
    wanted = "".join(filter(str.isalnum, name.casefold()))
    near = [plain[k] for k in get_close_matches(wanted, plain, n=3, cutoff=0.5)]
    if near:
        return f"use {' or '.join(map(repr, near))}"
    return f"there are {', '.join(map(repr, sorted(known)[:5]))}" if known else "there are none yet"


def where(
    db: sqlite3.Connection, query: Query, with_pdf: Sequence[str] = ()
) -> tuple[str, list[Any]]:
    """Return the condition on ``papers p`` that `query` states, and its parameters."""
    stated = [*_stated(db, query), *(_has(name, with_pdf) for name in query.has)]
    clauses = " AND ".join(sql for sql, _ in stated) or "1"
    return clauses, [value for _, values in stated for value in values]


_Condition = tuple[str, Sequence[Any]]
_ANY_OF = {
    "topics": "p.num IN (SELECT num FROM topics WHERE topic IN ({}))",
    "decisions": "coalesce(p.decision, 'undecided') IN ({})",
    "tags": "EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value IN ({}))",
    "categories": "EXISTS (SELECT 1 FROM json_each(p.categories) WHERE value IN ({}))",
}


def _stated(db: sqlite3.Connection, query: Query) -> Iterator[_Condition]:
    """Yield the condition of each field but ``has``, with its parameters."""
    if query.text.strip():
        meant, value = meant_by(query.text)
        yield f"p.num IN ({meant})", [value]
    for field, sql in _ANY_OF.items():
        if wanted := getattr(query, field):
            yield sql.format(", ".join("?" * len(wanted))), wanted
    if query.ids:  # as JSON: SQLite limits the number of parameters
        yield _AMONG, [dump([paper_id(i) for i in query.ids])]
    if query.answers:
        yield "p.num IN (SELECT value FROM json_each(?))", [dump(answered.matching(db, query))]
    if query.venues:
        text = "(' ' || p.comment || ' ' || p.journal_ref || ' ')"
        likenesses = " OR ".join([f"{text} GLOB ?"] * len(query.venues))
        yield f"({likenesses})", [f"*[^A-Za-z]{v}[^A-Za-z]*" for v in query.venues]
    if query.since:
        yield "p.published >= ?", [query.since.isoformat()]
    if query.until:  # behind that day's moments, which have a T
        yield "p.published < ?", [f"{query.until.isoformat()}U"]


_AMONG = "p.id IN (SELECT value FROM json_each(?))"


def _has(name: str, with_pdf: Sequence[str]) -> _Condition:
    """Return the condition that one name of ``has`` states; "-" before it denies it."""
    bare = name.removeprefix("-")
    values = [dump(list(with_pdf))] if bare == "pdf" else []
    sql = _AMONG if bare == "pdf" else HAS[bare]
    return f"NOT {sql}" if name.startswith("-") else sql, values


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
    condition, values = where(db, query, with_pdf)
    sql = _FRAME.format(posted=POSTED, where=condition, order=order(query))
    return _frame(run(db, query, sql, values))


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
    """Return what is remarkable about a paper, or nothing; several things with commas.

    ``withdrawn``, ``v1→v2`` since it was decided on, and ``published 2024-11-12`` in a post.
    """
    told = []
    before = row["decided_version"]
    if re.search(r"\bwithdrawn\b", row["comment"], re.I):
        told.append("withdrawn")
    elif before is not None and before < row["version"]:
        told.append(f"v{before}→v{row['version']}")
    if row["posted"]:
        told.append(f"published {row['posted']}")
    return ", ".join(told)


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


def run(db: sqlite3.Connection, query: Query, sql: str, values: Sequence[Any]) -> list[sqlite3.Row]:
    """Return the rows of a statement that `query` is part of; odd words are an error in words."""
    try:
        return db.execute(sql, values).fetchall()
    except sqlite3.OperationalError as error:
        raise PaperkitError(f"query {query.text!r}: {error}; use plain words.") from error


def numbers(db: sqlite3.Connection, ids: Sequence[str]) -> list[int]:
    """Return the row numbers of papers by id, in order; one unknown is an error."""
    return [number(db, i) for i in ids]


def ids(db: sqlite3.Connection, numbers: Iterable[int]) -> list[str]:
    """Return the ids of papers by row number, in order; unknown numbers are left out."""
    wanted = [int(n) for n in numbers]
    sql = "SELECT num, id FROM papers WHERE num IN (SELECT value FROM json_each(?))"
    found = dict(tuple(r) for r in db.execute(sql, (json.dumps(wanted),)))
    return [found[n] for n in wanted if n in found]


def titles(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return titles by id; what is unknown is left out."""
    sql = "SELECT id, title FROM papers WHERE id IN (SELECT value FROM json_each(?))"
    return dict(tuple(r) for r in db.execute(sql, (dump(ids),)))


def changes(db: sqlite3.Connection, since: int) -> tuple[int, list[int]]:
    """Return the newest entry of the history, and the papers that entries after `since` concern."""
    rows = db.execute("SELECT seq, num FROM decisions WHERE seq > ? ORDER BY seq", (since,))
    found = [(row["seq"], row["num"]) for row in rows]
    return (found[-1][0] if found else since), list(dict.fromkeys(num for _, num in found))


def versions(db: sqlite3.Connection, num: int) -> list[Paper]:
    """Return every version seen of a paper, oldest first."""
    sql = "SELECT record FROM versions WHERE num = ? ORDER BY version"
    return [clean_paper(json.loads(r["record"])) for r in db.execute(sql, (num,))]


def score(db: sqlite3.Connection, num: int) -> tuple[float | None, str]:
    """Return what the ranking gave a paper, and why."""
    row = db.execute("SELECT score, why FROM papers WHERE num = ?", (num,)).fetchone()
    return row["score"], row["why"]


def view_name(name: str) -> str:
    """Return `name` as the stem of a file, or raise a `PaperkitError`."""
    if not re.fullmatch(r"[\w-][\w .-]{0,60}", name):
        raise PaperkitError(f"{name[:70]!r}: not a name for a view; use letters and digits.")
    return name
