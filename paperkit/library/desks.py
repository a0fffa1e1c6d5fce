"""Desks: what was read and written about a library's papers, and who signed it."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from paperkit import checks
from paperkit.checks.batches import Batch
from paperkit.digests import Answer, Digest, Finding, blocking
from paperkit.errors import PaperkitError, PublishError
from paperkit.library import claims, drafts, files, records, schema
from paperkit.library.galleries import Gallery
from paperkit.outlines import DIGEST, Outline
from paperkit.papers import clean_text, paper_id
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
        return claims.claimed(self.path / ".claims", key, wait)

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
        """Sign a paper's digest as it stands; any later change takes the signature away.

        `by` defaults to the environment's PAPERKIT_NAME or the login name. `among` are the papers
        it was written together with: a write-up that fits one of those better blocks (None: those
        written about just before and after it).

        Raises:
            PublishError: blocking findings remain and no `reason` overrides them.
        """
        digest = self._existing(id, outline.name, language)
        found = self._findings(digest, outline, among)
        stops = blocking(found)
        if stops and not reason.strip():
            first = f"{stops[0].question or 'paper'}: {stops[0].message}"
            raise PublishError(
                f"{digest.paper_id}: {len(stops)} blocking finding{'s' * (len(stops) > 1)}, "
                f"the first at {first} Edit the answer in Review, or approve with a reason."
            )
        signer = by or _signer()
        with schema.writing(self._file) as db:
            num = records.number(db, id)
            now = drafts.get_digest(db, (num, digest.paper_id), outline.name, digest.language)
            if now is None or now.answers != digest.answers:
                raise PublishError(f"{digest.paper_id}: changed meanwhile; read it again and sign.")
            drafts.put_approval(db, num, digest, by=signer, reason=reason.strip(), findings=found)
        return self._existing(id, outline.name, digest.language)

    def _findings(
        self, digest: Digest, outline: Outline, among: Iterable[str] | None
    ) -> tuple[Finding, ...]:
        """Check a digest against the version it was written about, and against others' papers."""
        seen = {p.version: p for p in self.versions(digest.paper_id)}
        paper = seen.get(digest.version) or self.paper(digest.paper_id)
        reading = self.reading(paper.id, version=digest.version) or self.reading(paper.id)
        others = self._beside(paper.id, outline) if among is None else map(paper_id, among)
        batch = Batch((paper, *(self.paper(i) for i in others if i != paper.id)))
        found = checks.findings(digest, reading, paper=paper, outline=outline)
        return (*found, *batch.swapped(digest))

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
            drafts.put_approval(db, num, digest, by=_signer(), withdraw=True)
        return self._existing(id, outline, digest.language)

    def _existing(self, id: str, outline: str, language: str | None) -> Digest:
        digest = self.digest(id, outline=outline, language=language)
        if digest is None:
            raise PaperkitError(
                f"{paper_id(id)}: no digest of outline {outline!r} yet; "
                "run summarize(papers, library) first."
            )
        return digest


def _signer() -> str:
    """Return who works here: the environment's PAPERKIT_NAME, else the login name."""
    try:
        return os.environ.get("PAPERKIT_NAME") or getpass.getuser()
    except (OSError, KeyError) as error:  # a container's user may have no name
        text = "PAPERKIT_NAME: not set, and no login name is known; set it to who signs."
        raise PaperkitError(text) from error
