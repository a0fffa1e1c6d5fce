"""Shelves: the part of a library that tables ask, at every key and every turn of a wheel."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from paperkit.library import decisions, files, pages, records, schema
from paperkit.library.catalogs import Catalog, Found
from paperkit.papers import Paper
from paperkit.queries import Query


class Shelf:
    """What `Library` offers to tables: windows of rows, counts, changes, versions, views.

    Row numbers are the library's own names for its papers: short, and never given anew.
    """

    path: Path

    def __init__(self) -> None:
        self._catalog = Catalog()
        self._catalog_lock = threading.RLock()
        self._held: sqlite3.Connection | None = None

    @property
    def _file(self) -> Path:
        return self.path / "library.db"

    def _with_pdf(self) -> list[str]:
        stems = [p.stem.rpartition("v")[0] for p in (self.path / "pdf").glob("*.pdf")]
        return [s.replace("_", "/") for s in stems]

    def paper(self, id: str) -> Paper:
        """Return one paper in its newest version."""
        with schema.reading(self._file) as db:
            num = records.number(db, id)
            return records.paper_of(
                db.execute("SELECT * FROM papers WHERE num = ?", (num,)).fetchone()
            )

    def page(self, query: Query, *, limit: int = 50) -> tuple[list[dict[str, Any]], int]:
        """Return the first rows of `query` (see `pages.rows`) and how many papers it means."""
        with schema.reading(self._file) as db:
            found = self._with_pdf()
            return pages.first(db, query, limit, found), pages.count(db, query, found)

    def find(self, query: Query, *, facets: bool = True) -> Found:
        """Return what `query` means: the papers' row numbers in its order, and facet counts."""
        with self._catalog_lock, schema.reading(self._file) as db:
            stamp = self.stamp()
            if stamp is None or stamp != self._catalog.stamp:
                self._catalog.refresh(db, self._with_pdf())
                self._catalog.stamp = stamp
            return self._catalog.find(db, query, facets=facets)

    def stamp(self) -> tuple[int, ...] | None:
        """Return what differs once anything was written by anyone; None: too fresh to tell."""
        return files.stamp(self._file, self.path / "library.db-wal", self.path / "pdf")

    def changes(self, since: int = 0) -> tuple[int, list[int]]:
        """Return the head of the history, and the row numbers of papers decided after `since`."""
        with schema.reading(self._file) as db:
            return pages.changes(db, since)

    def rows(self, numbers: Iterable[int]) -> list[dict[str, Any]]:
        """Return light rows of papers by row number, in order (see `pages.rows`)."""
        with schema.reading(self._file) as db:
            return pages.rows(db, numbers, frozenset(self._with_pdf()))

    def numbers(self, ids: Iterable[str]) -> list[int]:
        """Return the row numbers of papers; a number never changes."""
        with schema.reading(self._file) as db:
            return pages.numbers(db, [ids] if isinstance(ids, str) else list(ids))

    def ids(self, numbers: Iterable[int]) -> list[str]:
        """Return the ids of papers by row number."""
        with schema.reading(self._file) as db:
            return pages.ids(db, numbers)

    def versions(self, id: str) -> list[Paper]:
        """Return every version seen of a paper, oldest first."""
        with schema.reading(self._file) as db:
            return pages.versions(db, records.number(db, id))

    def why(self, id: str) -> tuple[float | None, str]:
        """Return the score (0 to 1) a ranking gave a paper, None without one, and its reason."""
        with schema.reading(self._file) as db:
            return pages.score(db, records.number(db, id))

    def entries(self, id: str) -> list[dict[str, Any]]:
        """Return the entries of a paper's history as light values (see `Library.history`)."""
        with schema.reading(self._file) as db:
            return decisions.history(db, id)

    def decided(self) -> pd.DataFrame:
        """Return decision and decided_at of what is decided, oldest first; index: row number."""
        with schema.reading(self._file) as db:
            return decisions.decided(db)

    def hold(self) -> None:
        """Keep one idle connection, so that the last one to close has not to tidy up each time.

        SQLite folds its log back into the database when no connection is left; with one held, a
        decision costs one flush to the disk instead of three.
        """
        if self._held is None:
            self._held = schema.connect(self._file)
            self._held.execute("SELECT count(*) FROM actions").fetchall()

    def view(self, name: str) -> dict[str, Any]:
        """Return what a widget remembered under `name`, empty when nothing."""
        with schema.telling(self._file):
            return files.read_json(self.path / "views" / f"{pages.view_name(name)}.json")

    def save_view(self, name: str, data: Mapping[str, Any]) -> None:
        """Remember what a widget looked like: JSON-able data under a name."""
        path = self.path / "views" / f"{pages.view_name(name)}.json"
        text = json.dumps(data, ensure_ascii=False, indent=1)
        with schema.telling(self._file):
            path.parent.mkdir(exist_ok=True)  # never the library's folder, should it be gone
            files.write_atomic(path, text.encode(), durable=False)
