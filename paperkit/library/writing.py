"""Desks: what was read and written about a library's papers, and who signed it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from paperkit import checks
from paperkit.checks.batch import Batch
from paperkit.digests import Answer, Digest, Finding, blocking
from paperkit.errors import PaperkitError, PublishError
from paperkit.library import drafts, files, records, schema
from paperkit.library.figures import Gallery
from paperkit.outlines import DIGEST, Outline
from paperkit.papers import Paper, clean_text, paper_id
from paperkit.prompts import Reply
from paperkit.readings import Reading

_BATCH = 100
"""How many papers a write-up is compared with where no batch is named."""


class Desk(Gallery):
    """What `Library` offers for reading and writing: PDFs, readings, digests, signatures."""

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
        """Append answers, all or none, to the digest that `digest` names; `key` is a request's.

        What that request was answered meanwhile, elsewhere, is not appended again.
        """
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

    def all_answers(self) -> list[tuple[str, Answer, bool]]:
        """Return every answer ever given to any question about any paper, oldest first.

        Each with its paper's id, and whether a person signed it as it stands.
        """
        with schema.reading(self._file) as db:
            return drafts.all_answers(db)

    def answers_to(self, key: str) -> tuple[Answer, ...]:
        """Return what a request (see `Request.key`) was answered before, failed answers too."""
        with schema.reading(self._file) as db:
            return drafts.answers_to(db, key)

    def claim(self, key: str, wait: Callable[[], None]) -> AbstractContextManager[None]:
        """Hold a request for oneself, also against other processes on this library.

        `wait` is called again and again while another holds it; it may raise to give up.
        """
        return files.claimed(self.path / ".claims", key, wait)

    def save_call(self, id: str, **call: Any) -> None:
        """Append the record of one call to a model (see `drafts.put_call`).

        It reaches the disk with the answers that follow, or with whatever is written next.
        """
        with schema.writing(self._file, flush=False) as db:
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

    def longest_replies(self, model: str) -> tuple[int, int]:
        """Return the most tokens of a model's last answers, and of its last replies cut off."""
        with schema.reading(self._file) as db:
            return drafts.longest_replies(db, model)

    def held_reply(self, key: str) -> Reply | None:
        """Return a reply to a request that a crash kept from becoming answers, or None."""
        with schema.reading(self._file) as db:
            return drafts.held_reply(db, key)

    def judge(
        self,
        digest: Digest | str,
        *,
        outline: Outline = DIGEST,
        language: str | None = None,
    ) -> Judgement:
        """Return what is wrong with a digest (stored or not), or with what is written of an id.

        It is compared with the version of the paper that it is about: its abstract and, where it
        was read, its PDF. A digest given says its own language.

        Raises:
            PaperkitError: nothing is written about that id, or it is not in the library.
        """
        given = digest
        if not isinstance(given, Digest):
            given = self._existing(given, outline.name, language)
        with schema.reading(self._file) as db:
            held = material(db, records.number(db, given.paper_id), given.version)
        return judge(given, held, outline)

    def approve(
        self,
        id: str,
        *,
        outline: Outline = DIGEST,
        language: str | None = None,
        by: str | None = None,
        reason: str = "",
        among: Iterable[str] | None = None,
        origin: str = "script",
    ) -> Digest:
        """Sign a paper's digest as it stands; any later change takes the signature away.

        `by` defaults to the environment's PAPERKIT_NAME, else to who signed last in this library.
        A post's banner says that it was signed in a script; Review, where a person clicks, signs
        with ``origin="click"``. `among` are the papers
        it was written together with: a write-up that fits one of those better blocks (None: those
        written about just before and after it).

        Raises:
            PublishError: blocking findings remain and no `reason` overrides them.
            PaperkitError: nobody's name is known to sign with.
        """
        with self.session():
            digest = self._existing(id, outline.name, language)
            found = (
                *self.judge(digest, outline=outline).findings,
                *self._swapped(digest, outline, among),
            )
        stops = blocking(found)
        if stops and not reason.strip():
            first = f"{stops[0].question or 'paper'}: {stops[0].message}"
            raise PublishError(
                f"{digest.paper_id}: {len(stops)} blocking finding{'s' * (len(stops) > 1)}, "
                f"the first at {first} Edit the answer in Review, or approve with a reason."
            )
        with schema.writing(self._file) as db:
            signer = by or _signer(db)
            num = records.number(db, id)
            now = drafts.get_digest(db, (num, digest.paper_id), outline.name, digest.language)
            if now is None or now.answers != digest.answers:
                raise PublishError(f"{digest.paper_id}: changed meanwhile; read it again and sign.")
            drafts.put_approval(
                db, num, digest, by=signer, reason=reason.strip(), findings=found, origin=origin
            )
        return self._existing(id, outline.name, digest.language)

    def _swapped(
        self, digest: Digest, outline: Outline, among: Iterable[str] | None
    ) -> tuple[Finding, ...]:
        """Return a finding where a digest fits another paper better than its own."""
        paper = self.paper(digest.paper_id, version=digest.version)
        others = self._beside(paper.id, outline) if among is None else map(paper_id, among)
        batch = Batch((paper, *(self.paper(i) for i in others if i != paper.id)))
        return batch.swapped(digest)

    def _beside(self, id: str, outline: Outline) -> list[str]:
        with schema.reading(self._file) as db:
            return drafts.beside(db, records.number(db, id), outline.name, _BATCH)

    def disapprove(
        self, id: str, *, outline: str = "digest", language: str | None = None
    ) -> Digest:
        """Take back a signature; the answers stay."""
        digest = self._existing(id, outline, language)
        with schema.writing(self._file) as db:
            num = records.number(db, id)
            drafts.put_approval(db, num, digest, by=_signer(db), withdraw=True)
        return self._existing(id, outline, digest.language)

    def _existing(self, id: str, outline: str, language: str | None) -> Digest:
        digest = self.digest(id, outline=outline, language=language)
        if digest is None:
            raise PaperkitError(
                f"{paper_id(id)}: no digest of outline {outline!r} yet; "
                "run summarize(papers, library) first."
            )
        return digest


def _signer(db: sqlite3.Connection) -> str:
    """Return who works here: the environment's PAPERKIT_NAME, else who signed last.

    A login is no name: in a container everyone is "root".
    """
    if name := os.environ.get("PAPERKIT_NAME", "").strip() or drafts.last_signer(db):
        return name
    raise PaperkitError(
        "approve: no name to sign with; say once who you are, the library remembers it: "
        'os.environ["PAPERKIT_NAME"] = "Your name", or approve(…, by="Your name").'
    )


# ---- Judgements: what is wrong with a digest, and which version of the paper it was judged by


@dataclass(frozen=True, kw_only=True)
class Material:
    """What the library holds of the version that a digest is about.

    ``paper`` is that version's record, the newest one's where that version was never seen;
    ``reading`` is None where its PDF was not read. ``newest`` and ``read`` are the newest version
    known and the newest one read (None: none).
    """

    paper: Paper
    reading: Reading | None
    newest: int
    read: int | None


def material(db: sqlite3.Connection, num: int, version: int) -> Material:
    """Return what the library holds of a paper's version."""
    newest = records.paper_in(db, num, None)
    return Material(
        paper=records.paper_in(db, num, version),
        reading=drafts.get_reading(db, num, version),
        newest=newest.version,
        read=drafts.version_read(db, num),
    )


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What is wrong with a digest, and what it was judged by.

    ``paper`` and ``reading`` are of the version the digest is about, whatever version is the
    newest. Without that version's PDF its abstract alone is the source; ``missing`` says so in a
    sentence, and is empty when nothing is missing. ``newest`` is the newest version known.
    """

    digest: Digest
    paper: Paper
    reading: Reading | None
    newest: int
    missing: str
    findings: tuple[Finding, ...]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Return the findings that keep the digest from being approved without a reason."""
        return blocking(self.findings)

    @property
    def stale(self) -> bool:
        """Return whether the paper has a newer version than the one written about."""
        return self.digest.version < self.newest


def judge(digest: Digest, held: Material, outline: Outline) -> Judgement:
    """Return the judgement of a digest, stored or not, by its own version of the paper."""
    found = checks.findings(digest, held.reading, paper=held.paper, outline=outline)
    missing = _missing(digest.version, held)
    if missing and (held.read is not None or held.paper.version != digest.version):
        other = Finding(code="version-unread", severity="warn", question="", message=missing)
        found = (other, *found)
    return Judgement(
        digest=digest,
        paper=held.paper,
        reading=held.reading,
        newest=held.newest,
        missing=missing,
        findings=found,
    )


def _missing(version: int, held: Material) -> str:
    """Return what of a version is not at hand, and what to do; empty when nothing is missing."""
    told = []
    if held.paper.version != version:
        told.append(f"The abstract of v{version} is not known; v{held.paper.version}'s is used.")
    if held.reading is None:
        other = "" if held.read is None else f" (that of v{held.read} was)"
        told.append(f"The PDF of v{version} was not read{other}; only the abstract is compared.")
    if told:
        newer = held.newest > version
        told.append("Take the write-up over to the newest version." if newer else "Read the paper.")
    return " ".join(told)
