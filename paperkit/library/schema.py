"""The library's database: its schema, its migrations, and one connection per use."""

from __future__ import annotations

import errno
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path

from paperkit.errors import LibraryError

NAME = "library.db"
"""The database's file in a library's folder."""

_FIRST = """
CREATE TABLE papers (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    authors TEXT NOT NULL,            -- JSON array
    abstract TEXT NOT NULL,
    categories TEXT NOT NULL,         -- JSON array, primary first
    published TEXT NOT NULL,          -- ISO 8601, UTC
    updated TEXT NOT NULL,
    comment TEXT NOT NULL,
    journal_ref TEXT NOT NULL,
    doi TEXT NOT NULL,
    code INTEGER NOT NULL,            -- 1: abstract or comment links a code host
    added_at TEXT NOT NULL,
    -- The state below follows from the history; it stands here to be filtered and sorted by.
    decision TEXT CHECK (decision IN ('keep', 'skip', 'later')),
    tags TEXT NOT NULL DEFAULT '[]',
    note TEXT NOT NULL DEFAULT '',
    decided_at TEXT,
    decided_version INTEGER,
    score REAL,
    why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX papers_published ON papers (published, num);
CREATE INDEX papers_updated ON papers (updated, num);
CREATE INDEX papers_decision ON papers (decision, published);
CREATE INDEX papers_score ON papers (score, num);
CREATE INDEX papers_title ON papers (title, num);

CREATE TABLE versions (
    num INTEGER NOT NULL REFERENCES papers,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,             -- JSON of the paper as it was
    seen_at TEXT NOT NULL,
    PRIMARY KEY (num, version)
);
CREATE TABLE topics (
    num INTEGER NOT NULL REFERENCES papers,
    topic TEXT NOT NULL,
    added_at TEXT NOT NULL,
    PRIMARY KEY (num, topic)
) WITHOUT ROWID;
CREATE INDEX topics_topic ON topics (topic, num);

CREATE VIRTUAL TABLE words USING fts5(
    title, abstract, authors,
    content = 'papers', content_rowid = 'num',
    tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER words_added AFTER INSERT ON papers BEGIN
    INSERT INTO words (rowid, title, abstract, authors)
    VALUES (new.num, new.title, new.abstract, new.authors);
END;
CREATE TRIGGER words_changed AFTER UPDATE OF title, abstract, authors ON papers BEGIN
    INSERT INTO words (words, rowid, title, abstract, authors)
    VALUES ('delete', old.num, old.title, old.abstract, old.authors);
    INSERT INTO words (rowid, title, abstract, authors)
    VALUES (new.num, new.title, new.abstract, new.authors);
END;

CREATE TABLE actions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    undoes INTEGER UNIQUE REFERENCES actions
);
CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    action INTEGER NOT NULL REFERENCES actions,
    num INTEGER NOT NULL REFERENCES papers,
    version INTEGER NOT NULL,
    decision TEXT CHECK (decision IN ('keep', 'skip', 'later')),
    tags TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX decisions_num ON decisions (num, seq);
CREATE INDEX decisions_action ON decisions (action);

CREATE TABLE readings (
    num INTEGER NOT NULL REFERENCES papers,
    version INTEGER NOT NULL,
    reader TEXT NOT NULL,
    data TEXT NOT NULL,               -- JSON
    at TEXT NOT NULL,
    PRIMARY KEY (num, version, reader)
);
CREATE TABLE answers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    num INTEGER NOT NULL REFERENCES papers,
    version INTEGER NOT NULL,
    outline TEXT NOT NULL,
    language TEXT NOT NULL,
    question TEXT NOT NULL,
    origin TEXT NOT NULL,
    data TEXT NOT NULL,               -- JSON
    key TEXT                          -- the request it answers; NULL for a person's edit
);
CREATE INDEX answers_digest ON answers (num, outline, language, version, question, seq);
CREATE INDEX answers_key ON answers (key);
CREATE TABLE approvals (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    num INTEGER NOT NULL REFERENCES papers,
    version INTEGER NOT NULL,
    outline TEXT NOT NULL,
    language TEXT NOT NULL,
    answer INTEGER NOT NULL,          -- the newest answer that was signed; 0: taken back
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    findings TEXT NOT NULL            -- JSON, as they stood when it was signed
);
CREATE INDEX approvals_digest ON approvals (num, outline, language, version, seq);
CREATE TABLE calls (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    num INTEGER NOT NULL REFERENCES papers,
    key TEXT NOT NULL,
    model TEXT NOT NULL,
    tokens_in INTEGER,                -- NULL: the provider did not say
    tokens_out INTEGER,
    outcome TEXT NOT NULL,
    error TEXT NOT NULL,
    at TEXT NOT NULL,
    cost REAL,                        -- NULL: unknown
    turn INTEGER NOT NULL,            -- 1: asked, 2: asked to repair the reply
    reply TEXT                        -- as it came; NULL where there was none
);
CREATE INDEX calls_key ON calls (key, seq);
CREATE INDEX calls_model ON calls (model, at);
CREATE TABLE licences (
    num INTEGER PRIMARY KEY REFERENCES papers,
    licence TEXT NOT NULL             -- as the source states it: CC BY 4.0, or an address
);
CREATE TABLE publications (
    id TEXT NOT NULL,                 -- also of papers that are not in the library (yet)
    version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    date TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (id, topic, date)
) WITHOUT ROWID;
CREATE TABLE windows (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    query TEXT NOT NULL,              -- without dates
    since TEXT NOT NULL,              -- days of submission, UTC, inclusive
    until TEXT NOT NULL,
    asked TEXT NOT NULL,
    promised INTEGER,                 -- NULL: arXiv gave no count
    got INTEGER NOT NULL,
    lost TEXT NOT NULL,               -- JSON: what can't be used, with the reason
    why TEXT NOT NULL,
    followed INTEGER NOT NULL
);
CREATE INDEX windows_topic ON windows (topic, query, seq);
CREATE TABLE days (
    seq INTEGER NOT NULL REFERENCES windows,
    day TEXT NOT NULL,
    ids TEXT NOT NULL,                -- JSON array: what arXiv gave of that day
    promised INTEGER,
    complete INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (seq, day)
) WITHOUT ROWID;
"""

_SECOND = """
ALTER TABLE actions ADD COLUMN session TEXT NOT NULL DEFAULT '';  -- who acted
ALTER TABLE actions ADD COLUMN undone INTEGER NOT NULL DEFAULT 0; -- follows from undoes
UPDATE actions SET undone = 1 WHERE seq IN (SELECT undoes FROM actions WHERE undoes IS NOT NULL);
CREATE INDEX actions_open ON actions (session, seq) WHERE undoes IS NULL AND undone = 0;

CREATE TABLE removals (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    num INTEGER NOT NULL,             -- never given to another paper
    id TEXT NOT NULL,                 -- of a paper that was taken out with all that belongs to it
    title TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX removals_id ON removals (id);
CREATE TRIGGER words_removed AFTER DELETE ON papers BEGIN
    INSERT INTO words (words, rowid, title, abstract, authors)
    VALUES ('delete', old.num, old.title, old.abstract, old.authors);
END;

-- Until then code and clicks were not told apart: what is signed counts as it did.
ALTER TABLE approvals ADD COLUMN origin TEXT NOT NULL DEFAULT 'click';
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _SECOND)
"""The scripts that lead from one schema to the next; ``PRAGMA user_version`` counts them."""


_WAIT: ContextVar[float] = ContextVar("seconds to wait for a lock", default=30.0)


@contextmanager
def waiting(seconds: float) -> Iterator[None]:
    """Let what happens here wait no longer than this for another program that locks the library.

    A batch can wait (30 seconds); a person at a widget is told sooner.
    """
    token = _WAIT.set(seconds)
    try:
        yield
    finally:
        _WAIT.reset(token)


def connect(path: Path) -> sqlite3.Connection:
    """Return a new connection in autocommit mode; the caller closes it.

    Every commit is flushed to the disk (``synchronous=FULL``): a decision survives a power cut.

    Raises:
        LibraryError: there is no database, or it can't be opened.
    """
    with telling(path):
        return connected(path, "rw")  # else SQLite makes an empty database where one is gone


def connected(path: Path, mode: str) -> sqlite3.Connection:
    """Return a connection as `connect` does, in one of SQLite's modes; its errors are raw."""
    # Nothing can be written beside a read-only database, and SQLite's WAL needs to: it is told
    # that no one else changes the file either.
    mode = "ro&immutable=1" if str(path.absolute()) in READ_ONLY else mode
    address = f"{path.absolute().as_uri()}?mode={mode}"
    db = sqlite3.connect(address, uri=True, timeout=_WAIT.get(), isolation_level=None)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = FULL")
    return db


READ_ONLY: set[str] = set()
"""The databases that can't be written to, nor anything beside them: open for reading."""

_WORDS = {
    "BUSY": "is locked by another program; wait until it ends",
    "LOCKED": "is locked by another program; wait until it ends",
    "READONLY": "can't be written to; check the permissions of its folder",
    "FULL": "has no room left on its disk; free some",
    "CORRUPT": "is damaged; take a copy that is whole{backup}",
    "NOTADB": "is damaged; take a copy that is whole{backup}",
    "IOERR": "can't be read or written just now ({error}); check its disk",
}
"""What SQLite's names for a failure mean to a person."""


@contextmanager
def telling(path: Path, into: Path | None = None) -> Iterator[None]:
    """Raise what SQLite or the system says of the library's files as a `LibraryError`, in words.

    `into` is the folder that a copy is written to: what went wrong there is said of it.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if into is not None and (words := _of_copy(path.parent, error)):
            raise LibraryError(f"{into}: the copy {words}.") from error
        raise LibraryError(f"{path.parent}: the library {worded(path, error)}.") from error
    except UnicodeEncodeError as error:  # half of a surrogate pair, which no text file can hold
        text = "a text holds a character that can't be stored; type it again"
        raise LibraryError(f"{path.parent}: {text}.") from error


def worded(path: Path, error: sqlite3.Error | OSError) -> str:
    """Return what an error means for a library, in words that end with the next step."""
    if not path.parent.exists():
        return "is gone; put its folder back"
    if not path.exists():
        return f"has no {path.name}; put it back"
    kind = getattr(error, "sqlite_errorname", "").split("_")
    if kind[1:] and kind[1] in _WORDS:
        return _WORDS[kind[1]].format(backup=newest_backup(path), error=error)
    if getattr(error, "errno", None) == errno.ENOSPC:
        return _WORDS["FULL"]
    return f"can't be used ({error}); check its folder"


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _of_copy(library: Path, error: sqlite3.Error | OSError) -> str:
    """Return what an error means for a copy of a library; empty: it is the library's own."""
    if isinstance(error, sqlite3.Error):
        kind = getattr(error, "sqlite_errorname", "").removeprefix("SQLITE_").split("_")[0]
        return _COPY.get(kind, "")
    if error.errno in _NO_ROOM:
        return _COPY["FULL"]
    named = [Path(os.fsdecode(n)) for n in (error.filename, error.filename2) if n]
    if any(library not in (name, *name.parents) for name in named):
        return f"can't be written ({error.strerror or error}); name another folder"
    return ""


_COPY = {
    "FULL": "found no room left on its disk; free some, or name a folder on another",
    "READONLY": "can't be written; check the folder's permissions, or name another",
    "CANTOPEN": "can't be written; check the folder's permissions, or name another",
}
"""What SQLite's names for a failure mean while a copy is written."""

BACKUPS = "backups.txt"
"""The file in a library's folder that names where its backups were written, newest last."""


def newest_backup(path: Path) -> str:
    """Return where the newest backup that is still there lies, as words to add to an error."""
    try:
        known = (path.parent / BACKUPS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        known = []
    there = next((b for b in reversed(known) if (Path(b) / path.name).is_file()), None)
    return f": the newest backup is {there}, put it back with paperkit restore" if there else ""


# ---- New databases and copies


def created(path: Path, version: int) -> sqlite3.Connection:
    """Return a connection to a new database, with the schema of that version."""
    db = connected(path, "rwc")
    db.execute("BEGIN IMMEDIATE")
    run_scripts(db, 0, version)
    db.execute("COMMIT")
    return db


def version_of(db: sqlite3.Connection) -> int:
    """Return which schema a database has."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def run_scripts(db: sqlite3.Connection, since: int, until: int) -> None:
    """Run the scripts that lead from one schema to another."""
    for script in MIGRATIONS[since:until]:
        for statement in statements(script):
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {until}")


def copy_to(path: Path, target: Path) -> None:
    """Write a consistent copy of a database, also while others write; whole or not at all."""
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with closing(connect(path)) as source, closing(connected(part, "rwc")) as copy:
            source.backup(copy)  # one step: a look that no writer disturbs
            copy.execute("PRAGMA journal_mode = DELETE")  # a file on its own
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; `sqlite3`'s executescript would commit on its own."""
    pending = ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""


_held = threading.local()
"""By path the connection that a thread holds; another thread never sees it."""


@contextmanager
def session(path: Path) -> Iterator[None]:
    """Let this thread use one connection for all that it reads and writes within the block.

    No transaction is held open: each look and each change is its own, as without a session.
    """
    held: dict[str, sqlite3.Connection] = vars(_held)
    key = str(path)
    if key in held:
        yield
        return
    with closing(connect(path)) as db:
        held[key] = db
        try:
            yield
        finally:
            del held[key]


@contextmanager
def _connection(path: Path) -> Iterator[sqlite3.Connection]:
    """Give the session's connection, or one of its own without a session or within a change."""
    db = vars(_held).get(str(path))
    if db is None or db.in_transaction:
        with closing(connect(path)) as own:
            yield own
        return
    try:
        yield db
    finally:
        if db.in_transaction:  # a look is over, or a change failed
            db.execute("ROLLBACK")


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection for one consistent look.

    Raises:
        LibraryError: the database can't be read now.
    """
    with telling(path), _connection(path) as db:
        db.execute("BEGIN")
        yield db


@contextmanager
def writing(path: Path, *, flush: bool = True) -> Iterator[sqlite3.Connection]:
    """Give a connection whose changes become visible together, or not at all.

    Without `flush` they survive a killed process, and a power cut once anything later is flushed.

    Raises:
        LibraryError: the database can't be written to now; nothing was changed.
    """
    with telling(path), _connection(path) if flush else closing(connect(path)) as db:
        if not flush:
            db.execute("PRAGMA synchronous = NORMAL")
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("COMMIT")
