"""Review's session: the papers under review, their judgements, edits and new versions."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperkit import checks
from paperkit.checks import find_quote
from paperkit.checks.batch import Batch
from paperkit.digests import Answer, Digest, Evidence, Finding, Statement
from paperkit.errors import PaperkitError, PublishError
from paperkit.outlines import Outline
from paperkit.papers import Paper, clean_text
from paperkit.passages import source_lines
from paperkit.readings import Reading
from paperkit.widgets import review_evidence, review_forms

if TYPE_CHECKING:
    from paperkit.library import Library


def lost(digest: Digest, newest: Paper, reading: Reading | None) -> tuple[Finding, ...]:
    """Return a finding per passage that the newest version no longer says word for word.

    Passages of the PDF are only judged when the newest version's PDF was read (`reading`).
    """
    return (_unread(digest, newest, reading), *_lost(digest, newest, reading))


def _unread(digest: Digest, newest: Paper, reading: Reading | None) -> Finding:
    message = f"arXiv has v{newest.version}; this write-up is of v{digest.version}."
    if reading is None:
        message += " Its PDF was not read, so only passages of the abstract are compared."
    return Finding(code="new-version", severity="warn", question="", message=message)


def _lost(digest: Digest, newest: Paper, reading: Reading | None) -> Iterator[Finding]:
    for answer in digest.answers:
        for place, statement in enumerate(answer.statements):
            for passage in statement.evidence:
                if message := _change(passage, newest, reading):
                    yield Finding(
                        code="lost-evidence",
                        severity="warn",
                        question=answer.question,
                        message=message,
                        words=statement.text,
                        statement=place,
                    )


def _change(passage: Evidence, newest: Paper, reading: Reading | None) -> str:
    if passage.page is not None and reading is None:
        return ""
    source = reading.text if passage.page is not None and reading else newest.abstract
    found = find_quote(passage.quote, source)
    if found.kind == "verbatim" and not found.changed:
        return ""
    if found.kind == "missing":
        return f"v{newest.version} no longer says: “{passage.quote}”"
    return f"v{newest.version} says it differently: “{found.text}” (before: “{passage.quote}”)"


def moved(answer: Answer, offered: Iterable[Evidence]) -> Answer:
    """Return an answer whose passages stand where the newest version has the same sentences.

    A passage that the newest version doesn't have word for word stays as it was cited.
    """
    places = {_letters(e.quote): e for e in reversed(tuple(offered))}
    statements = tuple(
        replace(s, evidence=tuple(places.get(_letters(e.quote), e) for e in s.evidence))
        for s in answer.statements
    )
    return replace(answer, statements=statements)


def is_on_page(passage: Evidence, reading: Reading | None) -> bool:
    """Return whether a reading has the passage on the very page that it names."""
    if reading is None:
        return False
    wanted = _letters(passage.quote)
    prose = (p.text for p in reading.paragraphs if p.page == passage.page)
    lines = (s for s in source_lines(None, reading) if s.kind != "sentence")
    below = (s.text for s in lines if s.page == passage.page)
    return any(wanted in _letters(text) for text in (*prose, *below))


def _letters(text: str) -> str:
    return "".join(text.split()).casefold()


# ---- The session: what one review works on; between the library and the form, without any widget


@dataclass(frozen=True)
class Draft:
    """A post that was composed: its notebook, and the ids of its papers."""

    path: Path
    papers: frozenset[str]


_Checked = tuple[Digest | None, int, tuple[Finding, ...]]


@dataclass
class Session:
    """Some papers of a library under one outline; ``language`` None is that written last.

    ``awaited`` are the papers whose write-up is to come, by id: why it failed, or an empty text.
    ``click`` is what the browser's messages sign with, and no method's parameter.
    """

    library: Library
    ids: tuple[str, ...]
    outline: Outline
    language: str | None
    lock: threading.RLock = field(default_factory=threading.RLock)
    awaited: dict[str, str] = field(default_factory=dict)
    click: object = field(default_factory=object, repr=False)
    draft: Draft | None = None
    _checked: dict[str, _Checked] = field(default_factory=dict)
    _papers: dict[str, Paper] = field(default_factory=dict)
    _batch: Batch = field(default_factory=lambda: Batch(()))
    _sought: dict[str, Digest] = field(default_factory=dict)

    def paper(self, id: str) -> Paper:
        """Return a paper as the library has it now."""
        self._papers[id] = self.library.paper(id)
        return self._papers[id]

    def title(self, id: str) -> str:
        """Return a paper's title."""
        return (self._papers.get(id) or self.paper(id)).title

    def digest(self, id: str) -> Digest | None:
        """Return what is written about a paper."""
        return self.library.digest(id, outline=self.outline.name, language=self.language)

    def status(self, id: str) -> str:
        """Return how far a write-up is (see `listings.status`); awaited or failed while empty."""
        found = review_forms.status(self.digest(id))
        if found != "empty" or id not in self.awaited:
            return found
        return "failed" if self.awaited[id] else "awaited"

    def decision(self, id: str) -> str | None:
        """Return what triage decided about a paper."""
        return self._row(id).get("decision") or None

    def _row(self, id: str) -> dict[str, Any]:
        return self.library.index.rows(self.library.index.numbers([id]))[0]

    def named(self, id: str) -> Digest:
        """Return a paper's digest, or the empty one that a first answer is saved under."""
        found = self.digest(id)
        return found or Digest(
            paper_id=id,
            version=self.paper(id).version,
            outline=self.outline.name,
            language=self.language or "en",
        )

    def history(self, id: str, question: str | None = None) -> tuple[Answer, ...]:
        """Return every answer ever given to the outline's questions, or to one, oldest first.

        What was answered to a question taken out of the outline since is neither shown nor signed.
        """
        if question is not None:
            self.outline[question]
        digest = self.digest(id)
        if digest is None:
            return ()
        named = {"outline": self.outline.name, "language": digest.language}
        asked = {q.key for q in self.outline.questions}
        given = self.library.drafts(id, question, **named)
        return tuple(a for a in given if a.question in asked)

    def answer(self, id: str, question: str) -> Answer:
        """Return the answer that stands, or an empty one."""
        self.outline[question]
        digest = self.digest(id)
        for answer in digest.answers if digest else ():
            if answer.question == question:
                return answer
        return Answer(question=question, origin="person", at=datetime.now(UTC))

    def unsettled(self, id: str) -> str:
        """Return the first question with a draft newer than its edit, empty without one."""
        history = self.history(id)
        edited, last = review_forms.marks(history), {a.question: a for a in history}
        late = (q for q, a in last.items() if q in edited and a.origin != "person")
        return next(late, "")

    def newest(self, id: str, question: str) -> datetime | None:
        """Return when a person last edited an answer."""
        edit = review_forms.newest_edit(self.history(id, question))
        return edit.at if edit else None

    def save(
        self, id: str, question: str, written: Sequence[Statement], seen: datetime | None
    ) -> bool:
        """Append an edit unless it changes nothing; return False when another one is newer."""
        with self.lock:
            current = self.answer(id, question)
            cleaned = [Statement(clean_text(s.text), s.evidence) for s in written]
            kept = tuple(s for s in cleaned if s.text)
            if kept == current.statements and self.newest(id, question) == seen:
                return True
            return self.append(id, replace(current, statements=kept), seen)

    def append(self, id: str, answer: Answer, seen: datetime | None) -> bool:
        """Append a person's answer unless another edit than that of `seen` is the newest."""
        edit = replace(answer, origin="person", at=datetime.now(UTC), error="", wish="")
        return self.library.drafts.save_edit(self.named(id), edit, seen=seen)

    # What it rests on

    def passages(self, id: str) -> tuple[Evidence, ...]:
        """Return the passages cited about the version written about, in the order of citing."""
        return review_evidence.cited(self.history(id))

    def offered(self, id: str) -> tuple[Evidence, ...]:
        """Return the sentences that a statement can rest on, of the version written about."""
        version = self.named(id).version
        return review_evidence.offered(self.about(id), self.library.reading(id, version=version))

    def about(self, id: str) -> Paper:
        """Return the version of a paper that is written about."""
        return self.library.paper(id, version=self.named(id).version)

    def written_on(self, id: str, passage: Evidence) -> int:
        """Return the version whose PDF has a passage on the page that it names.

        That of the write-up if it has, or was not read; else the newest that has: a passage
        carried over from an older version may stand there alone.
        """
        first = self.named(id).version
        older = range(self.paper(id).version, 0, -1)
        for version in (first, *(v for v in older if v != first)):
            reading = self.library.reading(id, version=version)
            if is_on_page(passage, reading) or (version == first and reading is None):
                return version
        raise PaperkitError(f"{id}: the passage stands in none of the PDFs read; remove it.")

    def posts(self, id: str) -> list[dict[str, Any]]:
        """Return the posts a paper was published in, newest first; ``here`` means a topic of it."""
        known = self.library.published()
        topics = self._row(id).get("topics", ())
        rows = known[known["id"] == id].sort_values("date", ascending=False, kind="stable")
        made = rows[["topic", "date", "version"]]
        return [
            {"topic": topic, "date": date, "version": version, "here": topic in topics}
            for topic, date, version in made.itertuples(index=False)
        ]

    # What is wrong

    def findings(self, id: str) -> tuple[Finding, ...]:
        """Return what the checks find, alone and beside the batch, and what a newer version took.

        The last are also those of a write-up that fits another paper of the batch better, and of
        a paper that went out before.
        """
        digest, newest = self.digest(id), self.paper(id)
        held = self._checked.get(id)
        if held is None or held[:2] != (digest, newest.version):
            found = self._findings(digest, newest) if digest else ()
            held = self._checked[id] = (digest, newest.version, found)
        return (*held[2], *self._beside(digest)) if digest else ()

    def is_checked(self, id: str) -> bool:
        """Return whether findings were looked for, or there is nothing to look at."""
        return id in self._checked or self.digest(id) is None

    def locate(self, id: str) -> bool:
        """Work out what the checks of a paper's write-up lack; return whether anything was new.

        Once for each state of the write-up; it takes seconds.

        Raises:
            PaperkitError: the model for sentence vectors that was named can't be used.
        """
        from paperkit import batch

        digest = self.digest(id)
        if digest is None or self._sought.get(id) == digest:
            return False
        self._sought[id] = digest
        if not batch.locate(self.library, digest):
            return False
        self._checked.pop(id, None)
        return True

    def _findings(self, digest: Digest, newest: Paper) -> tuple[Finding, ...]:
        judged = self.library.judge(digest, outline=self.outline)
        if not judged.stale:
            return judged.findings
        later = self.library.reading(newest.id, version=newest.version)
        return (*lost(digest, newest, later), *judged.findings)

    def _beside(self, digest: Digest) -> tuple[Finding, ...]:
        """Return what only shows beside the batch, and beside what was published."""
        papers = tuple(self._papers.get(i) or self.paper(i) for i in self.ids)
        if papers != self._batch.papers:
            self._batch = Batch(papers)
        id = digest.paper_id
        posts = self.library.published().itertuples(index=False, name=None)
        before = checks.republished([digest], posts, topics=self._row(id).get("topics", ()))
        return (*self._batch.swapped(digest), *before.get(id, ()))

    # What becomes of it

    def compose(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write the notebook of a post with the approved papers; return where it is."""
        from paperkit.posts import Post, compose
        from paperkit.posts.figures import slug

        signed = tuple(i for i in self.ids if (d := self.digest(i)) is not None and d.approved)
        if not signed:
            raise PublishError("compose: no paper is approved yet; approve some in the review.")
        topics = self.library.papers().loc[list(signed), "topics"].explode().dropna()
        topic = str(topics.mode().iloc[0]) if len(topics) else "papers"
        file = Path(path) if path is not None else Path(f"{slug(topic)}.post.ipynb")
        spoken = self.named(signed[0]).language
        now, outline = datetime.now(), self.outline
        post = Post(topic=topic, date=now, papers=signed, language=spoken, outline=outline)
        compose(post, self.library, path=file)
        self.draft = Draft(file, frozenset(signed))
        return file

    # The newer version

    def carry(self, id: str) -> None:
        """Take the write-up over to the paper's newest version, as a person's answers."""
        digest, newest = self.digest(id), self.paper(id)
        if digest is None or digest.version == newest.version:
            raise PaperkitError(f"{id}: the write-up is of the newest version; nothing to carry.")
        at = datetime.now(UTC)
        source = review_evidence.offered(newest, self.library.reading(id, version=newest.version))
        kept = [moved(a, source) for a in digest.answers if a.statements]
        answers = [replace(a, origin="person", at=at) for a in kept]
        self.library.drafts.save_answers(
            replace(digest, version=newest.version, answers=()), answers
        )
