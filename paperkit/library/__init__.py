"""The library: one folder that remembers; the only SQL and the only disk layout."""

from __future__ import annotations

import getpass
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import pandas as pd

from paperkit import checks
from paperkit.digests import Answer, Digest, blocking
from paperkit.errors import PaperkitError, PublishError
from paperkit.library import (
    decisions,
    drafts,
    files,
    galleries,
    ledgers,
    publications,
    records,
    sample,
    schema,
)
from paperkit.library.decisions import State
from paperkit.outlines import DIGEST, Outline
from paperkit.papers import Paper, clean_text, from_frame, paper_id
from paperkit.prompts import Reply
from paperkit.queries import Query
from paperkit.readings import Reading

__all__ = ["Library"]


class Library(ledgers.Ledger, galleries.Gallery):
    """One folder with papers, decisions, readings, digests and figures.

    >>> library = Library("avatars")
    >>> library.add(search("all:avatar"))
    >>> library.decide(["2411.05184"], "keep", tags=["network"])

    Everything is appended; the present state follows from the history, and `undo` is one more
    entry. Each method opens its own database connection, so that widgets, threads and several
    notebooks may use one library at once.

    Raises:
        PaperkitError: the folder holds something that is no library.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        if self.path.is_file():
            raise PaperkitError(f"{self.path}: is a file; a library is a folder, name another.")
        self.path.mkdir(parents=True, exist_ok=True)
        schema.migrate(self._file)
        super().__init__()

    @classmethod
    def sample(cls, path: str | os.PathLike[str] | None = None) -> Self:
        """Return the bundled offline library: real papers of some topics, a few with their PDF.

        Without `path` it is a fresh copy in a temporary folder; with one it is made there the
        first time and opened as it is afterwards.
        """
        folder = Path(path) if path is not None else Path(tempfile.mkdtemp(prefix="paperkit-"))
        if not (folder / "library.db").exists():
            # Made elsewhere and moved, so that a crash leaves no half sample behind.
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".sample-") as part:
                sample.fill(cls(part))
                shutil.copytree(part, folder, dirs_exist_ok=True)
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

        A frame's ``licence`` column, where a source stated it, is remembered too.
        Returns a report, one row per paper: index id, outcome (new, updated, known), version.
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

    def paper(self, id: str) -> Paper:
        """Return one paper in its newest version."""
        with schema.reading(self._file) as db:
            num = records.number(db, id)
            return records.paper_of(
                db.execute("SELECT * FROM papers WHERE num = ?", (num,)).fetchone()
            )

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
            decisions.decide(db, _ids(ids), change, decided=True)

    def tag(self, ids: str | Iterable[str], *tags: str, remove: Iterable[str] = ()) -> None:
        """Add and remove tags without deciding; one action for `undo`."""
        gone = [remove] if isinstance(remove, str) else list(remove)

        def change(state: State) -> State:
            return state._replace(tags=decisions.merged(state.tags, tags, gone))

        with schema.writing(self._file) as db:
            decisions.decide(db, _ids(ids), change, decided=False)

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
        with schema.reading(self._file) as db:
            rows = decisions.history(db, id)
        columns = ["at", "undo", "version", "decision", "tags", "note"]
        data = {c: pd.Series([r[c] for r in rows], dtype="object") for c in columns}
        data["at"] = pd.to_datetime(data["at"], utc=True)
        return pd.DataFrame(data).astype({"undo": "bool", "version": "int64", "note": "str"})

    # Files and readings

    def pdf_path(self, id: str, version: int | None = None) -> Path:
        """Return where the PDF of a paper lies, or would lie; the newest version by default."""
        paper = self.paper(id)
        return self.path / "pdf" / f"{files.stem(paper.id, version or paper.version)}.pdf"

    def figures_path(self, id: str, version: int | None = None) -> Path:
        """Return the folder of a paper's figure images."""
        paper = self.paper(id)
        return self.path / "figures" / files.stem(paper.id, version or paper.version)

    def save_pdf(self, id: str, data: bytes, *, version: int | None = None) -> Path:
        """Keep a paper's PDF; return its path."""
        return files.write_atomic(self.pdf_path(id, version), data)

    def licence(self, id: str) -> str:
        """Return the licence a source states for a paper's files, empty when unknown."""
        with schema.reading(self._file) as db:
            return records.licence(db, records.number(db, id))

    def set_licence(self, id: str, licence: str) -> None:
        """Remember the licence a source states: a name like CC BY 4.0, or its address."""
        with schema.writing(self._file) as db:
            records.set_licence(db, records.number(db, id), clean_text(licence))

    def save_reading(self, id: str, reading: Reading, *, version: int | None = None) -> None:
        """Remember what the PDF of a paper's version says."""
        with schema.writing(self._file) as db:
            num = records.number(db, id)
            drafts.put_reading(db, num, version or self.paper(id).version, reading)

    def reading(self, id: str, *, version: int | None = None) -> Reading | None:
        """Return what the PDF of a paper says, or None when it was not read.

        That of `version`, by default the newest that was read.
        """
        with schema.reading(self._file) as db:
            return drafts.get_reading(db, records.number(db, id), version)

    # Digests

    def digest(
        self, id: str, *, outline: str = "digest", language: str | None = None
    ) -> Digest | None:
        """Return what is written about a paper, or None when nothing is.

        The newest version's in `language` (None: that written last); a person's edit stands
        before any draft.
        """
        with schema.reading(self._file) as db:
            num = records.number(db, id)
            return drafts.get_digest(db, (num, paper_id(id)), outline, language)

    def save_answers(
        self,
        digest: Digest,
        answers: Iterable[Answer],
        *,
        key: str | None = None,
    ) -> None:
        """Append answers, all or none, to the digest that `digest` names; `key` is a request's."""
        with schema.writing(self._file) as db:
            num = records.number(db, digest.paper_id)
            drafts.put_answers(db, num, digest, answers, key)

    def edit(
        self,
        id: str,
        question: str,
        texts: Iterable[str],
        *,
        outline: str = "digest",
        language: str | None = None,
    ) -> Digest:
        """Append a person's version of one answer, one text per statement; return the digest."""
        digest = self._existing(id, outline, language)
        edited = digest[question].edited([clean_text(t) for t in texts])
        self.save_answers(digest, [edited])
        return self._existing(id, outline, digest.language)

    def save_edit(self, digest: Digest, answer: Answer, *, seen: datetime | None) -> bool:
        """Append a person's answer unless an edit newer than that of `seen` stands there.

        `seen` is when the edit it was made over was written (None: there was none). Returns
        whether it was appended: two open editors never overwrite each other unnoticed.
        """
        with schema.writing(self._file) as db:
            num = records.number(db, digest.paper_id)
            given = drafts.drafts(db, num, digest, answer.question)
            newest = next((a.at for a in reversed(given) if a.origin == "person"), None)
            if newest == seen:
                drafts.put_answers(db, num, digest, [answer], None)
            return newest == seen

    def drafts(
        self,
        id: str,
        question: str | None = None,
        *,
        outline: str = "digest",
        language: str | None = None,
    ) -> tuple[Answer, ...]:
        """Return every answer ever given to a question (None: to all), oldest first."""
        digest = self._existing(id, outline, language)
        with schema.reading(self._file) as db:
            return drafts.drafts(db, records.number(db, id), digest, question)

    def is_known(self, key: str) -> bool:
        """Return whether a request (see `Request.key`) was answered before."""
        with schema.reading(self._file) as db:
            return drafts.is_known(db, key)

    def save_call(self, id: str, **call: Any) -> None:
        """Append the record of one call to a model (see `drafts.put_call`)."""
        with schema.writing(self._file) as db:
            drafts.put_call(db, records.number(db, id), **call)

    def calls(self) -> pd.DataFrame:
        """Return all calls to models, failed ones too: whom, tokens, cost, outcome, when."""
        columns = ["id", "model", "tokens_in", "tokens_out", "cost", "outcome", "error", "at"]
        with schema.reading(self._file) as db:
            sql = f"SELECT {', '.join(columns)} FROM calls JOIN papers USING (num) ORDER BY seq"  # noqa: S608
            rows = [tuple(r) for r in db.execute(sql)]
        frame = pd.DataFrame(rows, columns=columns)
        frame["at"] = pd.to_datetime(frame["at"], utc=True)
        return frame.astype({"tokens_in": "Int64", "tokens_out": "Int64", "cost": "Float64"})

    def calls_since(self, model: str, since: datetime) -> list[tuple[datetime, int]]:
        """Return when a model was asked since then, and the tokens each call took."""
        with schema.reading(self._file) as db:
            return drafts.calls_since(db, model, since)

    def held_reply(self, key: str) -> Reply | None:
        """Return a reply to a request that a crash kept from becoming answers, or None."""
        with schema.reading(self._file) as db:
            return drafts.held_reply(db, key)

    def approve(
        self,
        id: str,
        *,
        outline: Outline = DIGEST,
        language: str | None = None,
        by: str | None = None,
        reason: str = "",
    ) -> Digest:
        """Sign a paper's digest as it stands; any later change takes the signature away.

        `by` defaults to the environment's PAPERKIT_NAME or the login name.

        Raises:
            PublishError: blocking findings remain and no `reason` overrides them.
        """
        digest = self._existing(id, outline.name, language)
        found = checks.findings(digest, self.reading(id), paper=self.paper(id), outline=outline)
        stops = blocking(found)
        if stops and not reason.strip():
            first = f"{stops[0].question or 'paper'}: {stops[0].message}"
            raise PublishError(
                f"{digest.paper_id}: {len(stops)} blocking finding(s), the first at {first} "
                "Edit the answer in Review, or approve with a reason."
            )
        signer = by or os.environ.get("PAPERKIT_NAME") or getpass.getuser()
        with schema.writing(self._file) as db:
            drafts.put_approval(
                db, records.number(db, id), digest, by=signer, reason=reason, findings=found
            )
        return self._existing(id, outline.name, digest.language)

    def disapprove(
        self, id: str, *, outline: str = "digest", language: str | None = None
    ) -> Digest:
        """Take back a signature; the answers stay."""
        digest = self._existing(id, outline, language)
        with schema.writing(self._file) as db:
            num = records.number(db, id)
            drafts.put_approval(db, num, digest, by=getpass.getuser(), withdraw=True)
        return self._existing(id, outline, digest.language)

    # Publications

    def publish(self, posted: pd.DataFrame) -> int:
        """Remember that papers were published; return how many of them the library has.

        `posted` has a row per paper: index id, columns version, topic and date (of the post), as
        `load_posts` gives them. What is on record already stays as it is.
        """
        with schema.writing(self._file) as db:
            rows = zip(
                posted.index, posted["version"], posted["topic"], posted["date"], strict=True
            )
            return publications.put(db, rows)

    def published(self) -> pd.DataFrame:
        """Return what was published: id, version, topic, date, oldest first."""
        with schema.reading(self._file) as db:
            rows = publications.listed(db)
        return pd.DataFrame(rows, columns=["id", "version", "topic", "date"])

    def _existing(self, id: str, outline: str, language: str | None) -> Digest:
        digest = self.digest(id, outline=outline, language=language)
        if digest is None:
            raise PaperkitError(
                f"{paper_id(id)}: no digest of outline {outline!r} yet; "
                "run summarize(papers, library) first."
            )
        return digest


def _ids(ids: str | Iterable[str]) -> Sequence[str]:
    return [ids] if isinstance(ids, str) else [str(i) for i in ids]


def _asks_pdf(query: Query) -> bool:
    return any(h.removeprefix("-") == "pdf" for h in query.has)
