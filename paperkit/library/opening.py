"""Opening: what lies in a library's folder is told apart, and never silently replaced."""

from __future__ import annotations

import os
import secrets
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

from paperkit.errors import LibraryError, PaperkitError
from paperkit.library import schema


def migrate(path: Path) -> None:
    """Bring the database at `path` to the newest schema, creating it where there is none.

    An older one is copied into the library's ``backups`` folder first.

    Raises:
        PaperkitError: the file is no library, or was made by a newer paperkit.
        LibraryError: the library is damaged, not all there, or can't be opened now.
    """
    try:
        if not path.exists():
            _create(path)
        _look(path)
        with closing(_readable(path)) as db:
            _belongs(db, path)
            if schema.version_of(db) < len(schema.MIGRATIONS):
                _upgrade(db, path)
            if str(path.absolute()) not in schema.READ_ONLY:
                _set_journal(db, path)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
            raise PaperkitError(_no_library(path)) from error
        raise LibraryError(f"{path.parent}: the library {schema.worded(path, error)}.") from error


def _no_library(path: Path) -> str:
    backup = schema.newest_backup(path)
    return f"{path}: is not a paperkit library, or its beginning is damaged{backup}; name another."


def _create(path: Path) -> None:
    """Make a database beside and link it in place: a killed process leaves none or a whole one."""
    folder = path.parent
    if path.is_symlink():
        raise LibraryError(f"{path}: is a link to {path.readlink()}, which is gone; put it back.")
    left = [
        n for n in ("pdf", "figures", schema.BACKUPS, f"{path.name}-wal") if (folder / n).exists()
    ]
    if left:
        raise LibraryError(
            f"{folder}: has a library's files ({left[0]}) but no {path.name}"
            f"{schema.newest_backup(path)}; put it back, or name another folder."
        )
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        schema.created(part, len(schema.MIGRATIONS)).close()
        try:
            os.link(part, path)  # unlike a rename it never replaces what another made meanwhile
        except FileExistsError:
            return
        except OSError:  # a disk that knows no links
            part.rename(path)
    finally:
        part.unlink(missing_ok=True)


_MAGIC = b"SQLite format 3\0"


def _look(path: Path) -> None:
    """Refuse a file that is empty, cut short or no database, before SQLite touches it."""
    with path.open("rb") as file:
        head = file.read(100)
    size = path.stat().st_size
    if size == 0:
        raise LibraryError(
            f"{path}: is empty, its content is gone{schema.newest_backup(path)}. "
            "Restore a backup, or remove the file to start over."
        )
    if not head.startswith(_MAGIC):
        raise PaperkitError(_no_library(path))
    page = int.from_bytes(head[16:18], "big")
    whole = (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big")
    log = path.with_name(f"{path.name}-wal")
    if size < whole and not (log.exists() and log.stat().st_size):  # else the log has the rest
        raise LibraryError(
            f"{path}: is cut short ({size:,} of {whole:,} bytes){schema.newest_backup(path)}; "
            "restore a backup."
        )


def _readable(path: Path) -> sqlite3.Connection:
    """Return a connection that has read; one for reading only where nothing can be written."""
    key = str(path.absolute())
    schema.READ_ONLY.discard(key)
    try:
        db = schema.connected(path, "rw")
        schema.version_of(db)
    except sqlite3.OperationalError as error:
        if not _can_write(path) and error.sqlite_errorname in _WRITES:
            log = path.with_name(f"{path.name}-wal")
            if log.exists() and log.stat().st_size:
                raise LibraryError(
                    f"{path.parent}: can't be written to, and its newest entries are still in "
                    f"{log.name}; copy the folder where you may write and open the copy."
                ) from error
            schema.READ_ONLY.add(key)
            return schema.connected(path, "ro")
        raise
    if not _can_write(path) and not path.with_name(f"{path.name}-wal").exists():
        db.close()
        schema.READ_ONLY.add(key)
        return schema.connected(path, "ro")
    return db


_WRITES = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_READONLY_DIRECTORY", "SQLITE_IOERR")


def _can_write(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _belongs(db: sqlite3.Connection, path: Path) -> None:
    """Refuse another program's database, and one that a newer paperkit made."""
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not {"papers", "versions", "actions", "decisions"} <= tables:
        raise PaperkitError(
            f"{path}: is not a paperkit library but another program's; name another folder."
        )
    if schema.version_of(db) > len(schema.MIGRATIONS):
        raise PaperkitError(f"{path}: made by a newer paperkit; update paperkit to open it.")


def _set_journal(db: sqlite3.Connection, path: Path) -> None:
    """Use a log beside the file, which is fast; where folders are shared, SQLite's older way."""
    shared = shared_by(path.parent)
    wanted = "delete" if shared else "wal"
    if db.execute("PRAGMA journal_mode").fetchone()[0] != wanted:
        db.execute(f"PRAGMA journal_mode = {wanted}")
    if shared:
        warnings.warn(
            f"{path.parent}: lies on {shared}; a library is safe there on one machine at a time "
            "only, and slower. Keep it on this machine's disk, and use library.merge to join two.",
            stacklevel=5,
        )


_NETWORK = {
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "davfs", "lustre", "ceph", "glusterfs",
    "fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.glusterfs", "fuse.s3fs", "fuse.gcsfuse",
}  # fmt: skip
_SYNCED = {
    "dropbox": "Dropbox", "onedrive": "OneDrive", "google drive": "Google Drive",
    "googledrive": "Google Drive", "mobile documents": "iCloud", "nextcloud": "Nextcloud",
    "owncloud": "ownCloud", "syncthing": "Syncthing", "sync": "a sync folder",
}  # fmt: skip
MOUNTS = Path("/proc/self/mounts")
"""Where Linux lists what is mounted; elsewhere only synced folders are recognized, by name."""


def shared_by(folder: Path) -> str:
    """Return what shares a folder with other machines (``a network disk (nfs)``), else nothing.

    SQLite's write-ahead log needs memory that the machines don't share:
    https://www.sqlite.org/wal.html
    """
    place = folder.resolve()
    try:
        lines = [line.split() for line in MOUNTS.read_text(errors="replace").splitlines()]
    except OSError:
        lines = []
    mounts = {Path(line[1].replace("\\040", " ")): line[2] for line in lines if len(line) > 2}
    kind = next((mounts[p] for p in (place, *place.parents) if p in mounts), "")
    if kind in _NETWORK:
        return f"a network disk ({kind})"
    names = (p.name.lower().split(" - ")[0] for p in (place, *place.parents))
    return next((f"a synced folder ({_SYNCED[n]})" for n in names if n in _SYNCED), "")


def _upgrade(db: sqlite3.Connection, path: Path) -> None:
    if str(path.absolute()) in schema.READ_ONLY:
        raise LibraryError(
            f"{path.parent}: made by an older paperkit and can't be written to; copy the folder "
            "where you may write and open the copy."
        )
    db.execute("BEGIN IMMEDIATE")
    version = schema.version_of(db)  # again, now that no one else can move it
    try:
        if version < len(schema.MIGRATIONS):
            copy = path.parent / "backups" / f"{path.stem}-schema-{version}.db"
            copy.parent.mkdir(exist_ok=True)
            schema.copy_to(path, copy)
            schema.run_scripts(db, version, len(schema.MIGRATIONS))
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
