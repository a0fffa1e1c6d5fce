"""The library: one folder that remembers; the only SQL and the only disk layout."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import pandas as pd
from filelock import FileLock

from paperkit.errors import LibraryError, PaperkitError
from paperkit.frames import from_frame, ids_of
from paperkit.library import coverage, decisions, files, records, schema, writing
from paperkit.library.decisions import State
from paperkit.papers import Paper, clean_text
from paperkit.queries import Query

__all__ = ["Library"]


class Library(coverage.Ledger, writing.Desk):
    """One folder with papers, decisions, readings, digests and figures.

    >>> library = Library("avatars")
    >>> library.add(search("all:avatar"))
    >>> library.decide(["2411.05184"], "keep", tags=["network"])

    Everything is appended; the present state follows from the history, and `undo` is one more
    entry. Each method opens its own database connection (`session` shares one), so that widgets,
    threads and several notebooks may use one library at once.

    Raises:
        PaperkitError: the folder holds something that is no library.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        if self.path.is_file():
            raise PaperkitError(f"{self.path}: is a file; a library is a folder, name another.")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = error.strerror or error
            raise LibraryError(f"{self.path}: can't be made ({why}); name another.") from error
        schema.migrate(self._file)
        super().__init__()

    @classmethod
    def sample(cls, path: str | os.PathLike[str] | None = None) -> Self:
        """Return the bundled offline library: real papers of some topics, a few with their PDF.

        Without `path` it is a fresh copy in a temporary folder; with one it is made there the
        first time and opened as it is afterwards.
        """
        folder = Path(path) if path is not None else Path(tempfile.mkdtemp(prefix="paperkit-"))
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Two notebooks may ask for it at once; the database comes last and makes it a library.
        with FileLock(folder.parent / f".{folder.name}.lock"):
            if not (folder / "library.db").exists():
                with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".sample-") as part:
                    files.fill(cls(part))
                    made = Path(part) / "library.db"
                    shutil.copytree(part, folder, dirs_exist_ok=True, ignore=_database)
                    made.replace(folder / "library.db")
        return cls(folder)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what goes to another process: the folder."""
        return type(self), (self.path.absolute(),)

    def __repr__(self) -> str:
        """Return a line with the folder and the number of papers."""
        with schema.reading(self._file) as db:
            count = db.execute("SELECT count(*) FROM papers").fetchone()[0]
        return f"Library({str(self.path)!r}, {count:,} papers)"

    @property
    def cache_path(self) -> Path:
        """Return the folder where sources keep the raw answers they were given."""
        return self.path / "raw"

    # Papers

    def add(
        self, papers: pd.DataFrame | Iterable[Paper], *, topic: str | None = None
    ) -> pd.DataFrame:
        """Add papers (under a topic), or newer versions of known ones; all of them or none.

        What a known version's record lacked (an abstract, a DOI) is completed. A frame's
        ``licence`` column, where a source stated it, is remembered too.
        Returns a report, one row per paper: index id, outcome (new, updated, completed, known),
        version.
        """
        rows = from_frame(papers) if isinstance(papers, pd.DataFrame) else list(papers)
        with schema.writing(self._file) as db:
            report = records.add(db, rows, topic)
            if isinstance(papers, pd.DataFrame) and "licence" in papers.columns:
                records.add_licences(db, papers["licence"])
        frame = pd.DataFrame(report, columns=["id", "outcome", "version"])
        return frame.astype({"id": "str", "outcome": "str", "version": "int64"}).set_index("id")

    def papers(
        self,
        query: str | Query | None = None,
        *,
        topic: str | None = None,
        decision: str | None = None,
    ) -> pd.DataFrame:
        """Return a papers frame: all, those with these words, or those of a `Query`.

        Beyond `Paper`'s fields it has decision, tags, note, score (0 to 1), topics, has_digest
        and status (``v1→v2`` when changed since decided, ``withdrawn``). ``decision`` may also
        be ``undecided``.
        """
        wanted = query if isinstance(query, Query) else Query(text=query or "")
        narrowed: dict[str, Any] = {}
        if topic is not None:
            narrowed["topics"] = (topic,)
        if decision is not None:
            narrowed["decisions"] = (decision,)
        if narrowed:
            wanted = Query.from_dict({**wanted.to_dict(), **narrowed})
        with schema.reading(self._file) as db:
            return records.select(db, wanted, self._with_pdf() if _asks_pdf(wanted) else ())

    def topics(self) -> dict[str, int]:
        """Return the topics papers were added under, with their number of papers."""
        with schema.reading(self._file) as db:
            rows = db.execute("SELECT topic, count(*) FROM topics GROUP BY topic ORDER BY topic")
            return {r[0]: r[1] for r in rows}

    def score(self, ranked: pd.DataFrame) -> None:
        """Remember the scores (0 to 1) and reasons of `rank`: columns score and why."""
        rows = zip(ranked["score"], ranked["why"], ranked.index, strict=True)
        with schema.writing(self._file) as db:
            records.set_scores(db, [(float(s), str(w), str(i)) for s, w, i in rows])

    # Decisions

    def decide(
        self,
        ids: str | Iterable[str],
        decision: str | None,
        *,
        tags: Iterable[str] = (),
        note: str | None = None,
    ) -> None:
        """Decide keep, skip or later (None: undecided again); tags are added, a note replaced.

        All papers or none; one action for `undo`.
        """
        decided = decisions.checked(decision)
        added = [tags] if isinstance(tags, str) else list(tags)

        def change(state: State) -> State:
            kept = state.note if note is None else clean_text(note)
            return State(decided, decisions.merged(state.tags, added, ()), kept)

        with schema.writing(self._file) as db:
            decisions.decide(db, ids_of(ids), change, decided=True)

    def tag(self, ids: str | Iterable[str], *tags: str, remove: Iterable[str] = ()) -> None:
        """Add and remove tags without deciding; one action for `undo`."""
        gone = [remove] if isinstance(remove, str) else list(remove)

        def change(state: State) -> State:
            return state._replace(tags=decisions.merged(state.tags, tags, gone))

        with schema.writing(self._file) as db:
            decisions.decide(db, ids_of(ids), change, decided=False)

    def note(self, id: str, text: str) -> None:
        """Write the note of a paper anew; one action for `undo`."""
        with schema.writing(self._file) as db:
            kept = clean_text(text)
            decisions.decide(db, [id], lambda s: s._replace(note=kept), decided=False)

    def undo(self, n: int = 1) -> list[str]:
        """Take back the last `n` actions, newest first; return the ids they concerned."""
        ids: dict[str, None] = {}
        with schema.writing(self._file) as db:
            for _ in range(n):
                ids.update(dict.fromkeys(decisions.undo(db)))
        return list(ids)

    def history(self, id: str) -> pd.DataFrame:
        """Return a paper's entries, oldest first: at, undo, version, decision, tags, note."""
        rows = self.entries(id)
        columns = ["at", "undo", "version", "decision", "tags", "note"]
        data = {c: pd.Series([r[c] for r in rows], dtype="object") for c in columns}
        data["at"] = pd.to_datetime(data["at"], utc=True)
        return pd.DataFrame(data).astype({"undo": "bool", "version": "int64", "note": "str"})

    # Publications

    def publish(self, posted: pd.DataFrame) -> int:
        """Remember that papers were published; return how many of these were news.

        `posted` has a row per paper: index id, columns version, topic and date (of the post), as
        `load_posts` gives them. Papers the library doesn't have yet are remembered too.
        """
        with schema.writing(self._file) as db:
            rows = zip(
                posted.index, posted["version"], posted["topic"], posted["date"], strict=True
            )
            return decisions.put(db, rows)

    def unpublish(self, id: str, *, topic: str | None = None) -> int:
        """Take back that a paper was published (None: in posts of any topic); count the posts."""
        with schema.writing(self._file) as db:
            return decisions.take_back(db, id, topic)

    def published(self) -> pd.DataFrame:
        """Return what was published: id, version, topic, date, oldest first."""
        with schema.reading(self._file) as db:
            rows = decisions.listed(db)
        return pd.DataFrame(rows, columns=["id", "version", "topic", "date"])


def _asks_pdf(query: Query) -> bool:
    return any(h.removeprefix("-") == "pdf" for h in query.has)


def _database(folder: str, names: list[str]) -> list[str]:
    """Name what `copytree` is to leave out: the database and its log."""
    return [name for name in names if name.startswith("library.db")]
