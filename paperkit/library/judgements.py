"""Judgements: what is wrong with a digest, by which version of the paper, and who signs it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from paperkit import checks
from paperkit.checks.batch import Batch
from paperkit.digests import Digest, Finding, blocking
from paperkit.errors import PaperkitError, PublishError
from paperkit.library import drafts, records, schema
from paperkit.library.vectors import KeptVectors
from paperkit.outlines import Outline
from paperkit.papers import Paper, paper_id
from paperkit.readings import Reading

BESIDE = 100
"""How many papers a write-up is compared with where no batch is named."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What the library holds of the version that a digest is about.

    ``paper`` is that version's record, the newest one's where that version was never seen;
    ``reading`` is None where its PDF was not read. ``newest`` and ``read`` are the newest version
    known and the newest one read (None: none). ``meanings`` are the vectors kept of its sentences.
    """

    paper: Paper
    reading: Reading | None
    newest: int
    read: int | None
    meanings: checks.Meanings | None = None


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
    found = checks.findings(
        digest, held.reading, paper=held.paper, outline=outline, meanings=held.meanings
    )
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


# ---- Signatures


def written_together(
    db: sqlite3.Connection, digest: Digest, outline: Outline, among: Iterable[str] | None
) -> Batch:
    """Return the papers a digest might be mistaken for one of, its own first.

    `among` are the papers it was written with; None: those written about just before and after.
    """
    num = records.number(db, digest.paper_id)
    paper = records.paper_in(db, num, digest.version)
    others = drafts.beside(db, num, outline.name, BESIDE) if among is None else map(paper_id, among)
    beside = (records.number(db, i) for i in others if i != paper.id)
    return Batch((paper, *(records.paper_in(db, n, None) for n in beside)))


def refuse(digest: Digest, found: Iterable[Finding]) -> None:
    """Raise a `PublishError` where findings keep a digest from being signed without a reason."""
    if stops := blocking(tuple(found)):
        first = f"{stops[0].question or 'paper'}: {stops[0].message}"
        raise PublishError(
            f"{digest.paper_id}: {len(stops)} blocking finding{'s' * (len(stops) > 1)}, "
            f"the first at {first} Edit the answer in Review, or approve with a reason."
        )


def signer(db: sqlite3.Connection) -> str:
    """Return who signs here (see `drafts.known_signer`), or say how to tell."""
    if name := drafts.known_signer(db):
        return name
    raise PaperkitError(
        "approve: no name to approve with; say who you are, once for this library: "
        'os.environ["PAPERKIT_NAME"] = "Your name", or approve(…, by="Your name").'
    )


def sign(
    file: Path,
    vectors: KeptVectors,
    id: str,
    outline: Outline,
    *,
    language: str | None,
    by: str | None,
    reason: str,
    among: Iterable[str] | None,
    origin: str,
) -> Digest:
    """Sign a paper's digest (see `Library.approve`); ``origin`` says whether by a click."""
    with schema.reading(file) as db:
        digest = drafts.existing(db, id, outline.name, language)
        held = material(db, records.number(db, id), digest.version)
        held = replace(held, meanings=vectors.of(id, digest.version))
        written = written_together(db, digest, outline, among)
    found = (*judge(digest, held, outline).findings, *written.swapped(digest))
    if not reason.strip():
        refuse(digest, found)
    with schema.writing(file) as db:
        name = by or signer(db)
        now = drafts.existing(db, id, outline.name, digest.language)
        if now.answers != digest.answers:
            raise PublishError(
                f"{digest.paper_id}: changed in the meantime; read it again, then approve."
            )
        signed: dict[str, Any] = {"by": name, "reason": reason.strip(), "origin": origin}
        drafts.put_approval(db, records.number(db, id), digest, findings=found, **signed)
        return drafts.existing(db, id, outline.name, digest.language)
