"""The library: one folder that remembers; the only SQL and the only disk layout."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pandas as pd
from filelock import FileLock

from paperkit.digests import Digest
from paperkit.errors import ArgumentError, LibraryError, PaperkitError, explained
from paperkit.frames import Report, from_frame, ids_of, need, table
from paperkit.library import (
    decisions,
    drafts,
    judgements,
    maintenance,
    merging,
    opening,
    records,
    schema,
)
from paperkit.library.calls import Calls
from paperkit.library.coverage import Coverage
from paperkit.library.decisions import State
from paperkit.library.drafts import Drafts
from paperkit.library.files import Files, fill
from paperkit.library.index import Index
from paperkit.library.judgements import Judgement
from paperkit.library.vectors import KeptVectors
from paperkit.outlines import DIGEST, Outline
from paperkit.papers import Paper, clean_text
from paperkit.queries import Query
from paperkit.readings import Reading
from paperkit.reprs import card, counted

__all__ = ["Library"]


@explained
class Library:
    """One folder with papers, decisions, readings, digests and figures.

    >>> library = Library("avatars")
    >>> library.add(search("all:avatar"))
    >>> library.decide(["2411.05184"], "keep", tags=["network"])

    ``path`` is the folder; it is made where there is none. Everything is appended; the present
    state follows from the history, and `undo` is one more entry. Widgets, threads and several
    notebooks may use one library at once. An ``id`` is an arXiv id in any usual spelling; ``ids``
    are one, several, or a papers frame.

    The methods are for people. Other modules use its parts: ``coverage`` (what arXiv was asked
    for), ``calls`` (to models), ``drafts`` (all answers), ``index`` (for tables), ``files`` (PDFs,
    figures, licenses) and ``vectors`` (of sentences).

    Raises:
        PaperkitError: the folder holds something that is no library.
        LibraryError: the folder or its database can't be used now (locked, full, read-only, gone).
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser().absolute()  # the folder stays, wherever one moves
        if self.path.is_file():
            raise PaperkitError(f"{self.path}: is a file, and a library is a folder; name another.")
        if self.path.is_symlink() and not self.path.exists():
            gone = self.path.readlink()
            raise LibraryError(f"{self.path}: is a link to {gone}, which is gone; put it back.")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = error.strerror or error
            raise LibraryError(f"{self.path}: can't be made ({why}); name another.") from error
        self._file = self.path / schema.NAME
        opening.migrate(self._file)
        self.coverage, self.calls = Coverage(self.path), Calls(self.path)
        self.drafts, self.files = Drafts(self.path), Files(self.path)
        self.index = Index(self.path, self.files)
        self.vectors = KeptVectors(self.path)
        self._session = decisions.Session()

    @classmethod
    def sample(cls, path: str | os.PathLike[str] | None = None) -> Self:
        """Return the bundled offline library: real papers on some topics, a few with their PDF.

        Without `path` it is a fresh copy in a temporary folder; with one it is made there the
        first time and opened as it is afterwards.

        >>> library = Library.sample()
        """
        folder = Path(path) if path is not None else Path(tempfile.mkdtemp(prefix="paperkit-"))
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Two notebooks may ask for it at once; the database comes last and makes it a library.
        with FileLock(folder.parent / f".{folder.name}.lock"):
            if not (folder / "library.db").exists():
                with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".sample-") as part:
                    fill(cls(part))
                    made = Path(part) / "library.db"
                    shutil.copytree(part, folder, dirs_exist_ok=True, ignore=_database)
                    made.replace(folder / "library.db")
        return cls(folder)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what goes to another process: the folder."""
        return type(self), (self.path.absolute(),)

    def __repr__(self) -> str:
        """Return a line with the folder and the number of papers."""
        return f"Library({str(self.path)!r}, {self._count():,} papers)"

    def _repr_html_(self) -> str:
        facts = [counted(self._count(), "paper") or "Nothing here yet: library.add(search(…))"]
        topics = {f"{name}:": counted(n, "paper") for name, n in self.topics().items()}
        return card(str(self.path), facts, rows=topics)

    def _count(self) -> int:
        with schema.reading(self._file) as db:
            return int(db.execute("SELECT count(*) FROM papers").fetchone()[0])

    def __dir__(self) -> list[str]:
        """Name what a person types; the parts are named in the class's own text."""
        return [name for name in (*super().__dir__(),) if name not in _PARTS]

    # Papers

    def paper(self, id: str, *, version: int | None = None) -> Paper:
        """Return the paper `id` as it was in `version`; in its newest for None or one never seen.

        >>> library.paper("2411.05184").title

        Raises:
            PaperkitError: the library has no such paper.
        """
        with schema.reading(self._file) as db:
            return records.paper_in(db, records.number(db, id), version)

    def add(
        self, papers: pd.DataFrame | Iterable[Paper] | Paper, *, topic: str | None = None
    ) -> pd.DataFrame:
        """Add papers, or newer versions of known ones, to a topic: all of them or none.

        `papers` are a frame, one `Paper` or several. What a known version's record lacked (an
        abstract, a DOI) is completed. What arXiv itself says (a frame of `search`) replaces what a
        file said of that version, and no file changes it; ``version_changes`` shows what was
        replaced. A frame's ``licence`` column, where a source stated it, is remembered too.
        Returns a report, one row per paper: index id, outcome (new, updated, completed, known),
        title, version.

        >>> library.add(search("all:avatar", limit=50), topic="avatars")

        Raises:
            PaperkitError: the frame lacks a column of papers; nothing is added.
        """
        one = [papers] if isinstance(papers, Paper | str) else papers
        rows = from_frame(one) if isinstance(one, pd.DataFrame) else list(one)
        if other := [row for row in rows if not isinstance(row, Paper)]:
            raise ArgumentError(f"add: {other[0]!r} is no Paper; give papers, like search('…').")
        with schema.writing(self._file) as db:
            report = records.add(db, rows, topic, _source_of(papers))
            if isinstance(papers, pd.DataFrame) and "licence" in papers.columns:
                records.add_licences(db, papers["licence"])
        kinds = {"id": "str", "outcome": "str", "title": "str", "version": "int64"}
        frame = pd.DataFrame(report, columns=list(kinds))
        return Report(frame.astype(kinds).set_index("id"))

    def papers(
        self,
        query: str | Query | None = None,
        *,
        topic: str | None = None,
        decision: str | Iterable[str] | None = None,
    ) -> pd.DataFrame:
        """Return a papers frame: all papers, those with some words, or those of a `Query`.

        `query` may also be an id or several, an address or a DOI, in any usual spelling.
        ``decision`` is one or several of `paperkit.queries.DECISIONS`, or ``undecided``.

        Beyond `Paper`'s fields it has decision, tags, note, score (0 to 1), topics, has_digest
        and status (``v1→v2`` when changed since decided, ``withdrawn``).

        >>> library.papers("avatar", decision="keep")

        Raises:
            PaperkitError: no paper has such a topic or tag; similar ones are named.
        """
        wanted = query if isinstance(query, Query) else Query(text=query or "")
        narrowed: dict[str, Any] = {}
        if topic is not None:
            narrowed["topics"] = (topic,)
        if decision is not None:
            narrowed["decisions"] = [decision] if isinstance(decision, str) else list(decision)
        if narrowed:
            wanted = Query.from_dict({**wanted.to_dict(), **narrowed})
        with schema.reading(self._file) as db:
            records.refuse_unknown(db, wanted)
            return records.select(db, wanted, self.files.with_pdf() if _asks_pdf(wanted) else ())

    def topics(self) -> dict[str, int]:
        """Return the topics papers were added under, with their number of papers.

        >>> library.topics()
        """
        with schema.reading(self._file) as db:
            rows = db.execute("SELECT topic, count(*) FROM topics GROUP BY topic ORDER BY topic")
            return {r[0]: r[1] for r in rows}

    def score(self, ranked: pd.DataFrame) -> None:
        """Remember the columns score (0 to 1) and why of `ranked`, which `rank` returned.

        >>> library.score(rank(library.papers(decision="undecided"), library.papers()))

        Raises:
            PaperkitError: the frame lacks one of the two columns.
        """
        need(ranked, ("score", "why"), "scores", "give what rank() returned")
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
        """Decide "keep", "skip" or "later" about `ids` (None: undecided again).

        ``tags`` are added, a ``note`` replaces the one there was. All or none; one `undo`.

        >>> library.decide(["2411.05184"], "keep", tags=["network"], note="for the survey")

        Raises:
            PaperkitError: one of the papers is unknown, or the decision is.
        """
        decided = decisions.checked(decision)
        added = [tags] if isinstance(tags, str) else list(tags)

        def change(state: State) -> State:
            kept = state.note if note is None else clean_text(note)
            return State(decided, decisions.merged(state.tags, added, ()), kept)

        self._decide(ids, change, decided=True)

    def tag(self, ids: str | Iterable[str], *tags: str, remove: Iterable[str] = ()) -> None:
        """Add `tags` to `ids` and ``remove`` others, without deciding; one action for `undo`.

        >>> library.tag(["2411.05184"], "network", remove=["to read"])
        """
        gone = [remove] if isinstance(remove, str) else list(remove)

        def change(state: State) -> State:
            return state._replace(tags=decisions.merged(state.tags, tags, gone))

        self._decide(ids, change, decided=False)

    def note(self, id: str, text: str) -> None:
        """Write the note of the paper `id` anew, as `text`; one action for `undo`.

        >>> library.note("2411.05184", "compare with S2ORC")
        """
        kept = clean_text(text)
        self._decide([id], lambda s: s._replace(note=kept), decided=False)

    def _decide(
        self, ids: str | Iterable[str], change: Callable[[State], State], *, decided: bool
    ) -> None:
        named = ids_of(ids)
        with schema.writing(self._file) as db:
            decisions.decide(db, named, change, decided=decided, session=self._session)
        self.index.tell(named)

    def undo(self, n: int = 1) -> list[str]:
        """Undo the last `n` actions made here, newest first; return the ids they concerned.

        Actions made elsewhere (in another notebook, by another process) are left alone.

        >>> library.undo()

        Raises:
            PaperkitError: one of the papers has since been decided on elsewhere; nothing is undone.
        """
        ids: dict[str, None] = {}
        with schema.writing(self._file) as db:
            for _ in range(n):
                ids.update(dict.fromkeys(decisions.undo(db, self._session)))
        self.index.tell(list(ids))
        return list(ids)

    def history(self, id: str) -> pd.DataFrame:
        """Return what was decided on paper `id`: at (UTC), undo, version, decision, tags, note.

        >>> library.history("2411.05184")
        """
        rows = self.index.entries(id)
        columns = ["at", "undo", "version", "decision", "tags", "note"]
        data = {c: pd.Series([r[c] for r in rows], dtype="object") for c in columns}
        data["at"] = pd.to_datetime(data["at"], utc=True)
        return pd.DataFrame(data).astype({"undo": "bool", "version": "int64", "note": "str"})

    # What papers say, and what was written about them

    def reading(self, id: str, *, version: int | None = None) -> Reading | None:
        """Return what the PDF or HTML of the paper `id` says, or None when it was not read.

        That of `version`, by default the newest that was read.

        >>> library.reading("2411.05184")
        """
        with schema.reading(self._file) as db:
            return drafts.get_reading(db, records.number(db, id), version)

    def figures(self, id: str, *, version: int | None = None) -> pd.DataFrame:
        """Return the figures and tables of the paper `id`, one row each, in its order.

        Columns: kind (figure, table, algorithm, ...), label, page (from 1), caption, path (of the
        image; missing where there is none), width and height (pixels), teaser (suits a cover
        best). Of `version`, by default the newest that was read; empty before `read`.

        >>> library.figures("2411.05184")[["label", "caption"]]
        """
        return self.files.figures(id, version)

    def digest(
        self, id: str, *, outline: str = "digest", language: str | None = None
    ) -> Digest | None:
        """Return what is written about the paper `id`, or None when nothing is.

        The newest version's answers to the `outline` of this name, in `language` (None: that
        written last); a person's edit stands before any draft.

        >>> library.digest("2411.05184")["summary"]
        """
        return self.drafts.digest(id, outline, language)

    def edit(
        self,
        id: str,
        question: str,
        texts: Iterable[str],
        *,
        outline: str = "digest",
        language: str | None = None,
    ) -> Digest:
        """Append a person's version of one answer, one of `texts` per statement; return the digest.

        `id` is the paper, `question` a key of the `outline` of that name; `language` None means the
        digest written last.

        >>> library.edit("2411.05184", "summary", ["It maps 81 million papers."])

        Raises:
            PaperkitError: nothing is written about the paper yet, or it has no such question.
        """
        with schema.writing(self._file) as db:
            digest = drafts.existing(db, id, outline, language)
            edited = digest[question].edited([clean_text(t) for t in texts])
            drafts.put_answers(db, records.number(db, id), digest, [edited], None)
            return drafts.existing(db, id, outline, digest.language)

    def judge(
        self,
        digest: Digest | str,
        *,
        outline: Outline = DIGEST,
        language: str | None = None,
    ) -> Judgement:
        """Return what is wrong with a digest: one given (stored or not), or that of an id.

        It is compared with the version of the paper that it is about: its abstract and, where it
        was read, its PDF. A digest given says its own language. `outline` holds the questions.

        >>> library.judge("2411.05184").findings

        Raises:
            PaperkitError: the id has no digest, or is not in the library.
        """
        with schema.reading(self._file) as db:
            given = digest
            if not isinstance(given, Digest):
                given = drafts.existing(db, given, outline.name, language)
            held = judgements.material(db, records.number(db, given.paper_id), given.version)
        held = replace(held, meanings=self.vectors.of(given.paper_id, given.version))
        return judgements.judge(given, held, outline)

    def approve(
        self,
        id: str,
        *,
        outline: Outline = DIGEST,
        language: str | None = None,
        by: str | None = None,
        reason: str = "",
        among: Iterable[str] | None = None,
    ) -> Digest:
        """Sign the digest of paper `id` as it stands; any later change takes the signature away.

        Its answers to `outline`, in `language` (None: written last). `by` defaults to the
        environment's PAPERKIT_NAME, else to who signed last in this library. A post's banner says
        that it was signed in a script: a person signs by a click in Review. `among` are the papers
        it was written together with: a write-up that fits one of those better blocks (None: those
        written about just before and after it).

        >>> library.approve("2411.05184", by="Ana", reason="read against the PDF")

        Raises:
            PublishError: blocking findings remain and no `reason` overrides them.
            PaperkitError: no name is known to approve with.
        """
        signed = {"language": language, "by": by, "reason": reason, "among": among}
        return self._sign(id, outline, **signed, origin="script")

    def _sign(self, id: str, outline: Outline, **signed: Any) -> Digest:
        return judgements.sign(self._file, self.vectors, id, outline, **signed)

    def disapprove(
        self, id: str, *, outline: str = "digest", language: str | None = None
    ) -> Digest:
        """Take back the signature under the digest of the paper `id`; the answers stay.

        That of the `outline` of this name, in `language` (None: written last).

        >>> library.disapprove("2411.05184")
        """
        with schema.writing(self._file) as db:
            digest = drafts.existing(db, id, outline, language)
            num = records.number(db, id)
            drafts.put_approval(db, num, digest, by=judgements.signer(db), withdraw=True)
            return drafts.existing(db, id, outline, digest.language)

    # Publications

    def publish(self, posted: pd.DataFrame) -> int:
        """Record that papers were published; return how many entries are new.

        `posted` has a row per paper: index id, columns version, topic and date (of the post), as
        `load_posts` gives them. Papers the library doesn't have yet are remembered too.

        >>> library.publish(load_posts("../blog/_posts"))

        Raises:
            PaperkitError: the frame lacks one of the columns.
        """
        need(posted, ("version", "topic", "date"), "posts", "give what load_posts() returned")
        with schema.writing(self._file) as db:
            rows = zip(
                posted.index, posted["version"], posted["topic"], posted["date"], strict=True
            )
            return decisions.put(db, rows)

    def unpublish(self, id: str, *, topic: str | None = None) -> int:
        """Take paper `id` off the record of what was published; return how many posts that were.

        Of the post on `topic`, by default of all. The post itself is the blog's; remove it there.

        >>> library.unpublish("2411.05184", topic="Avatars")
        """
        with schema.writing(self._file) as db:
            return decisions.taken_back(db, id, topic)

    def published(self) -> pd.DataFrame:
        """Return what was published: id, version, topic, date, oldest first.

        >>> library.published()
        """
        with schema.reading(self._file) as db:
            rows = decisions.listed(db)
        return pd.DataFrame(rows, columns=["id", "version", "topic", "date"])

    # The life of the folder

    def backup(self, path: str | os.PathLike[str]) -> Path:
        """Copy the library to the folder `path`, consistent while others write; return the folder.

        The copy is a library too. A later backup to the same folder copies only what is new.

        >>> library.backup("/media/disk/avatars")

        Raises:
            PaperkitError: the folder holds something else than a backup of this library, or can't
                be written to.
        """
        target = Path(path).expanduser().absolute()
        with schema.telling(self._file, target):
            maintenance.backup(self.path, target)
        return target

    def dump(self, folder: str | os.PathLike[str]) -> Path:
        """Write everything to a new folder in open formats; return it.

        One JSON Lines file per table, CSV sheets of papers, decisions and publications, PDFs and
        figures as they are. `restore` makes a library of it again.

        >>> library.dump("avatars-2026")

        Raises:
            PaperkitError: the folder is there already, or can't be written to.
        """
        target = Path(folder).expanduser().absolute()
        with schema.telling(self._file, target):
            maintenance.dump(self.path, target)
        return target

    @classmethod
    def restore(
        cls, source: str | os.PathLike[str], path: str | os.PathLike[str] | None = None
    ) -> Self:
        """Return a new library made from a dump or a backup, `source`.

        `path` is a folder that doesn't exist yet; by default it is beside the source, with
        ``-restored`` added to its name.

        >>> library = Library.restore("avatars-2026")

        Raises:
            PaperkitError: the source is neither, or the folder is there already.
        """
        made_of = Path(source).expanduser().absolute()
        target = made_of.with_name(f"{made_of.name}-restored") if path is None else Path(path)
        target = target.expanduser().absolute()
        with schema.telling(target / schema.NAME):
            maintenance.restore(made_of, target)
        return cls(target)

    def verify(self, *, repair: bool = True) -> pd.DataFrame:
        """Return what is wrong with the library, one row per problem; empty if nothing is.

        Columns: thing, problem, repaired. The database's pages, what refers to what, each paper's
        state against its history, the words to search by, and the files against the records are
        looked at; what follows from the rest is put right with `repair`.

        >>> library.verify(repair=False)
        """
        return table(maintenance.verify(self.path, repair=repair), _PROBLEMS, index=None)

    def remove(self, ids: str | Iterable[str]) -> list[str]:
        """Remove papers for good, with decisions, digests, PDFs and figures; return their ids.

        All of `ids` or none. That they were here, and when they were removed, stays on record, and
        so does what was published of them. It can't be undone: make a backup first.

        >>> library.remove(["2411.05184"])
        """
        with schema.telling(self._file):
            return maintenance.remove(self.path, ids_of(ids))

    def merge(self, other: Library | str | os.PathLike[str]) -> pd.DataFrame:
        """Add what another library holds; return the conflicts, one row each.

        Papers, decisions, tags, notes, PDFs, readings, answers, signatures and publications of
        both are here afterwards, the decisions of both in the history. Where both said something
        else, the newer word stands. Columns: index id, what, here, there, kept (here or there).
        The other library stays as it is; merging it again takes over only what is new there.

        >>> library.merge("../laptop/avatars")

        Raises:
            PaperkitError: the other is this very library.
        """
        from_there = other if isinstance(other, Library) else Library(other)
        if from_there.path.resolve() == self.path.resolve():
            raise PaperkitError(f"{self.path}: is this library itself; name another to merge.")
        with schema.telling(self._file):
            maintenance.copy_files(from_there.path, self.path, anew=False)
        with schema.reading(from_there._file) as there, schema.writing(self._file) as here:
            found = list(merging.merge(here, there))
        return table(found, merging.CONFLICTS)

    def compact(self) -> int:
        """Give room in the database back to the disk; return how many bytes that were.

        >>> library.compact()
        """
        return maintenance.compact(self.path)


_PROBLEMS = {"thing": "str", "problem": "str", "repaired": "bool"}
_PARTS = ("coverage", "calls", "drafts", "files", "index", "vectors")


def _source_of(papers: pd.DataFrame | Iterable[Paper] | Paper) -> str:
    return str(papers.attrs.get("source", "")) if isinstance(papers, pd.DataFrame) else ""


def _asks_pdf(query: Query) -> bool:
    return any(h.removeprefix("-") == "pdf" for h in query.has)


def _database(folder: str, names: list[str]) -> list[str]:
    """Name what `copytree` is to leave out: the database and its log."""
    return [name for name in names if name.startswith("library.db")]
