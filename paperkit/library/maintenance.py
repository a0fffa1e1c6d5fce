"""Maintenance: a library copied, written out in open formats, restored, checked and made small."""

from __future__ import annotations

import csv
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from paperkit.errors import LibraryError, PaperkitError
from paperkit.files import writing
from paperkit.library import files, opening, records, schema

_READ = ("pdf", "html", "figures")
FOLDERS = (*_READ, "views")
"""What a copy holds beside the database; arXiv's raw answers can be asked for again."""

MANIFEST = "manifest.json"
"""The file that makes a folder a whole dump; it is written last."""


# ---- Backups


def backup(folder: Path, target: Path) -> None:
    """Copy a library to `target`: a library again; what is there already is not copied twice.

    Consistent while others write. The database comes last, so that a killed backup leaves the
    one before it, or none.

    Raises:
        PaperkitError: `target` lies in the library, or holds something that is no backup of it.
    """
    _outside(folder, target)
    source = folder / schema.NAME
    held = target / schema.NAME
    if held.exists():
        _refuse_other(source, held)
    elif target.is_file() or (target.is_dir() and any(_foreign(target))):
        raise PaperkitError(f"{target}: holds something other than a backup; name an empty folder.")
    target.mkdir(parents=True, exist_ok=True)
    part = target / f".{secrets.token_hex(8)}.part"
    try:
        schema.copy_to(source, part)  # first: the files it speaks of are all there by now
        copy_files(folder, target, FOLDERS)
        part.replace(held)
    finally:
        part.unlink(missing_ok=True)
    for log in ("-wal", "-shm"):  # left by whoever opened the backup before: of the old database
        held.with_name(f"{held.name}{log}").unlink(missing_ok=True)
    _note_backup(folder, target)


def _outside(folder: Path, target: Path) -> None:
    if target.resolve() == folder.resolve() or folder.resolve() in target.resolve().parents:
        raise PaperkitError(f"{target}: is inside the library; name a folder outside it.")


def _foreign(target: Path) -> Iterator[str]:
    """Yield what in a folder a killed backup can't have left there."""
    names = (p.name for p in target.iterdir())
    return (n for n in names if n not in FOLDERS and not n.endswith(".part"))


def _refuse_other(source: Path, held: Path) -> None:
    """Refuse to overwrite a library that has anything the source hasn't."""
    newest = (
        "SELECT seq, at, session FROM actions ORDER BY seq DESC LIMIT 1",
        "SELECT seq, data FROM answers ORDER BY seq DESC LIMIT 1",
        "SELECT num, id, added_at FROM papers ORDER BY num DESC LIMIT 1",
    )
    opening.migrate(held)
    with schema.reading(source) as db, schema.reading(held) as other:
        for sql in newest:
            row = other.execute(sql).fetchone()
            same = " AND ".join(f"{name} IS ?" for name in (row.keys() if row else ()))
            table = sql.split(" FROM ")[1].split()[0]
            known = f"SELECT 1 FROM {table} WHERE {same}"  # noqa: S608 our own names
            if row is not None and not db.execute(known, tuple(row)).fetchone():
                gone = "SELECT 1 FROM removals WHERE num = ?"
                if table == "papers" and db.execute(gone, (row["num"],)).fetchone():
                    continue
                raise PaperkitError(
                    f"{held.parent}: holds a library with entries of its own, which a backup would "
                    "overwrite; name another folder, or join the two with merge."
                )


def copy_files(
    source: Path,
    target: Path,
    folders: tuple[str, ...] = ("pdf", "html", "figures"),
    *,
    anew: bool = True,
) -> None:
    """Copy the files in some of a library's folders, each whole or not at all.

    One that is there already is written over where size or time differ, with `anew`.
    """
    for path in (p for name in folders for p in sorted((source / name).rglob("*"))):
        there = target / path.relative_to(source)
        if not path.is_file() or path.name.endswith(".part"):
            continue
        if there.is_file() and (not anew or _alike(path, there)):
            continue
        with path.open("rb") as data, writing(there) as file:
            shutil.copyfileobj(data, file)
        status = path.stat()
        os.utime(there, ns=(status.st_atime_ns, status.st_mtime_ns))


def _alike(path: Path, other: Path) -> bool:
    one, two = path.stat(), other.stat()
    return (one.st_size, one.st_mtime_ns) == (two.st_size, two.st_mtime_ns)


def _note_backup(folder: Path, target: Path) -> None:
    """Remember where backups lie, so that an error can name the newest."""
    path = folder / schema.BACKUPS
    known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    place = str(target.absolute())
    lines = [line for line in known if line != place][-9:]
    files.write_atomic(path, "\n".join([*lines, place, ""]).encode("utf-8", "surrogateescape"))


# ---- Dumps: JSON Lines, CSV, PDFs and images that any program reads


def dump(folder: Path, target: Path) -> None:
    """Write everything of a library to a new folder, in open formats.

    Raises:
        PaperkitError: `target` exists and is not empty.
    """
    _outside(folder, target)
    _new(target)
    part = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    try:
        part.mkdir(parents=True)
        file = folder / schema.NAME
        with schema.reading(file) as db, schema.telling(file, target):
            counts = {name: _dump_table(db, name, part / "tables") for name in _tables(db)}
            version = db.execute("PRAGMA user_version").fetchone()[0]
            _dump_csv(db, part)
        copy_files(folder, part, FOLDERS)
        told = {"format": "paperkit-dump", "schema": version, "rows": counts}
        files.write_atomic(part / MANIFEST, json.dumps(told, indent=1).encode())
        _put(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _new(target: Path) -> None:
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise PaperkitError(f"{target}: is not empty; name a new folder.")


def _put(part: Path, target: Path) -> None:
    """Put a finished folder in its place."""
    if target.is_dir():
        target.rmdir()
    part.rename(target)


def _tables(db: sqlite3.Connection) -> list[str]:
    """Return the names of the tables that hold something of its own, those referred to first."""
    sql = (
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'words%'"
        " ORDER BY name = 'sqlite_sequence', name NOT IN ('papers', 'actions', 'windows'), name"
    )
    return [row[0] for row in db.execute(sql)]


def _dump_table(db: sqlite3.Connection, name: str, folder: Path) -> int:
    count = 0
    with writing(folder / f"{name}.jsonl", durable=False) as file:
        for row in db.execute(f'SELECT * FROM "{name}" ORDER BY 1'):  # noqa: S608 our own names
            file.write(records.dump(dict(row)).encode("utf-8", "surrogatepass") + b"\n")
            count += 1
    return count


_SHEETS = {
    "papers.csv": "SELECT id, version, title, authors, categories, published, updated, comment,"
    " journal_ref, doi, decision, tags, note, decided_at, score FROM papers ORDER BY num",
    "decisions.csv": "SELECT p.id, a.at, a.undoes IS NOT NULL AS undo, d.version, d.decision,"
    " d.tags, d.note FROM decisions d JOIN actions a ON a.seq = d.action JOIN papers p USING (num)"
    " ORDER BY d.seq",
    "publications.csv": "SELECT id, version, topic, date FROM publications ORDER BY date, id",
}


def _dump_csv(db: sqlite3.Connection, folder: Path) -> None:
    for name, sql in _SHEETS.items():
        cursor = db.execute(sql)
        with (folder / name).open("w", newline="", encoding="utf-8-sig") as file:
            sheet = csv.writer(file)
            sheet.writerow([column[0] for column in cursor.description])
            sheet.writerows([_inert(value) for value in row] for row in cursor)


def _inert(value: object) -> object:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


# ---- Restoring


def restore(source: Path, target: Path) -> None:
    """Make a library at `target`, a new folder, from a dump or a backup.

    Raises:
        PaperkitError: `source` is neither, or not whole; `target` is not empty.
    """
    _new(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    try:
        part.mkdir()
        if (source / MANIFEST).is_file():
            _load(source, part / schema.NAME)
        elif (source / schema.NAME).is_file():
            _whole(source / schema.NAME)
            schema.copy_to(source / schema.NAME, part / schema.NAME)
        else:
            raise PaperkitError(f"{source}: neither a backup nor a dump; name one.")
        copy_files(source, part, FOLDERS)
        _put(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _whole(path: Path) -> None:
    opening.migrate(path)
    with schema.reading(path) as db:
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise LibraryError(f"{path.parent}: this backup is damaged; restore an older one.")


def _load(source: Path, path: Path) -> None:
    manifest = files.read_json(source / MANIFEST)
    version, rows = manifest.get("schema"), manifest.get("rows")
    if manifest.get("format") != "paperkit-dump" or not isinstance(rows, dict):
        raise PaperkitError(f"{source}: its {MANIFEST} is not a dump's; name a dump.")
    if not isinstance(version, int) or not 1 <= version <= len(schema.MIGRATIONS):
        raise PaperkitError(f"{source}: made by a newer paperkit; update paperkit to restore it.")
    with closing(schema.created(path, version)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("PRAGMA defer_foreign_keys = ON")
        for name in _tables(db):
            _load_table(db, name, source / "tables" / f"{name}.jsonl", rows.get(name))
        db.execute("COMMIT")
    opening.migrate(path)


def _load_table(db: sqlite3.Connection, name: str, file: Path, promised: object) -> None:
    if name == "sqlite_sequence":
        db.execute("DELETE FROM sqlite_sequence")
    columns = [row["name"] for row in db.execute(f'PRAGMA table_info("{name}")')]
    marks = ", ".join("?" * len(columns))
    sql = f'INSERT INTO "{name}" ({", ".join(columns)}) VALUES ({marks})'  # noqa: S608 our own
    found = db.executemany(sql, _rows(file, columns)).rowcount
    if max(found, 0) != promised:
        raise PaperkitError(
            f"{file}: holds {max(found, 0)} of {promised} rows; restore another dump."
        )


def _rows(file: Path, columns: list[str]) -> Iterator[list[Any]]:
    try:
        with file.open(encoding="utf-8", errors="surrogatepass") as lines:
            for line in lines:
                row = json.loads(line)
                yield [row.get(name) for name in columns]
    except (OSError, ValueError, AttributeError) as error:
        raise PaperkitError(f"{file}: can't be read ({error}); restore another dump.") from error


# ---- Checking


def verify(folder: Path, *, repair: bool = True) -> Iterator[dict[str, Any]]:
    """Yield what is wrong with a library: thing, problem, repaired (see `Library.verify`)."""
    path = folder / schema.NAME
    with schema.reading(path) as db:
        try:
            found = [row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
            lost = [f"{r[0]} row {r[1]}" for r in db.execute("PRAGMA foreign_key_check")]
        except sqlite3.DatabaseError as error:  # too damaged to be looked through
            found, lost = [f"{error}; restore a backup"], []
    for text in (*found, *(f"{one}: belongs to nothing" for one in lost)):
        yield {"thing": path.name, "problem": text, "repaired": False}
    if not found:
        yield from _verify_derived(path, repair)
        yield from _verify_files(folder, repair)


_STATE = """
SELECT p.id, p.num, d.decision, d.tags, d.note, d.version, a.at FROM papers p
LEFT JOIN decisions d ON d.seq = (SELECT max(seq) FROM decisions WHERE num = p.num)
LEFT JOIN actions a ON a.seq = d.action
WHERE p.decision IS NOT d.decision OR p.tags IS NOT coalesce(d.tags, '[]')
    OR p.note IS NOT coalesce(d.note, '')
"""


def _verify_derived(path: Path, repair: bool) -> Iterator[dict[str, Any]]:
    """Look at what follows from the rest: each paper's state, and the words to search by."""
    with schema.writing(path) as db:
        for row in db.execute(_STATE).fetchall():
            if repair:
                at, version = (row["at"], row["version"]) if row["decision"] else (None, None)
                db.execute(
                    "UPDATE papers SET decision = ?, tags = ?, note = ?, decided_at = ?,"
                    " decided_version = ? WHERE num = ?",
                    (row["decision"], row["tags"] or "[]", row["note"] or "", at, version, row[1]),
                )
            problem = "its state is not that of its history"
            yield {"thing": row["id"], "problem": problem, "repaired": repair}
        try:
            db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError:
            if repair:
                db.execute("INSERT INTO words (words) VALUES ('rebuild')")
            problem = "words are missing or too many"
            yield {"thing": "search index", "problem": problem, "repaired": repair}


def _verify_files(folder: Path, repair: bool) -> Iterator[dict[str, Any]]:
    with schema.reading(folder / schema.NAME) as db:
        known = {files.stem(r["id"], 0)[:-2] for r in db.execute("SELECT id FROM papers")}
        gone = {files.stem(r["id"], 0)[:-2] for r in db.execute("SELECT id FROM removals")} - known
        shown = list(_figures(db))
    for path in sorted(folder.rglob(".*.part")):
        if repair:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        name = str(path.relative_to(folder))
        yield {"thing": name, "problem": "left by something that was stopped", "repaired": repair}
    for path in _of_papers(folder):
        of = _bare(path).rpartition("v")[0]
        if of not in known:
            away = repair and of in gone
            if away:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            name = str(path.relative_to(folder))
            yield {"thing": name, "problem": "belongs to no paper", "repaired": away}
        elif path.suffix == ".pdf" and b"%PDF" not in path.open("rb").read(1024):
            problem = "is no PDF; remove it and read the paper again"
            yield {"thing": f"pdf/{path.name}", "problem": problem, "repaired": False}
    for stem, name in shown:
        if not (folder / "figures" / stem / name).is_file():
            problem = "is missing; read the paper again"
            yield {"thing": f"figures/{stem}/{name}", "problem": problem, "repaired": False}


def _of_papers(folder: Path, stem: str = "") -> Iterator[Path]:
    """Yield the files and folders that are named by papers, those that begin with `stem`."""
    for kind, ending in (("pdf", ".pdf"), ("html", ".html"), ("figures", ""), ("vectors", "")):
        yield from (folder / kind).glob(f"{stem}*{ending}")


def _bare(path: Path) -> str:
    return path.name.removesuffix(".pdf").removesuffix(".html")


def _figures(db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield the folder and name of every figure that the newest reading of a version names."""
    sql = (
        "SELECT id, r.version, data, max(at) FROM readings r JOIN papers USING (num) GROUP BY 1, 2"
    )
    for row in db.execute(sql):
        for figure in json.loads(row["data"]).get("figures", ()):
            if figure.get("file"):
                yield files.stem(row["id"], row["version"]), str(figure["file"])


# ---- Removing


_BELONGS = (
    "decisions", "versions", "topics", "readings", "answers", "approvals", "calls", "licences",
    "papers",
)  # fmt: skip


def remove(folder: Path, ids: Iterable[str]) -> list[str]:
    """Take papers out with all that belongs to them; that they were here stays on record."""
    named = list(dict.fromkeys(ids))
    with schema.writing(folder / schema.NAME) as db:
        for id in named:
            num = records.number(db, id)
            sql = "INSERT INTO removals (num, id, title, at) SELECT num, id, title, ? FROM papers"
            db.execute(f"{sql} WHERE num = ?", (records.now(), num))
            for table in _BELONGS:
                db.execute(f"DELETE FROM {table} WHERE num = ?", (num,))  # noqa: S608 our own names
        # An action that concerns no paper any more can't be undone.
        db.execute(
            "UPDATE actions SET undone = 1 WHERE undone = 0 AND undoes IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.action = actions.seq)"
        )
    for id in named:  # afterwards: files without a paper are found by `verify`
        stem = files.stem(id, 0)[:-1]
        for path in _of_papers(folder, stem):
            if _bare(path).rpartition("v")[0] + "v" == stem:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return named


# ---- Making small


def compact(folder: Path) -> int:
    """Give back the room that changes left in the database; return how many bytes that were."""
    path = folder / schema.NAME
    before = _size(path)
    with schema.telling(path), closing(schema.connect(path)) as db:
        db.execute("INSERT INTO words (words) VALUES ('optimize')")
        db.execute("VACUUM")
        db.execute("PRAGMA optimize")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before - _size(path)


def _size(path: Path) -> int:
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)
