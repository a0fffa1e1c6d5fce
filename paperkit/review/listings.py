"""Listings: the batch under review as frames, and as the rows that the review widget shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from paperkit.digests import Answer, Digest, Evidence, Finding, blocking
from paperkit.papers import Paper

Row = tuple[str, str, Digest | None, Sequence[Finding]]


def status(digest: Digest | None) -> str:
    """Return empty, draft, edited, approved, or overridden (approved against findings)."""
    if digest is None or not any(a.statements for a in digest.answers):
        return "empty"
    if digest.approval is not None:
        return "overridden" if digest.approval.reason else "approved"
    return "edited" if any(a.origin == "person" for a in digest.answers) else "draft"


_DIGESTS = {
    "title": "str",
    "status": "str",
    "version": "Int64",
    "language": "str",
    "answers": "int64",
    "blocking": "int64",
    "warnings": "int64",
    "approved_by": "str",
    "approved_at": "datetime64[us, UTC]",
    "reason": "str",
}


def digests(rows: Iterable[Row]) -> pd.DataFrame:
    """Return one row per paper: index id, then title, status, version, language and more.

    ``version`` is that written about; ``blocking`` and ``warnings`` count findings.
    """
    data = [_digest_row(*row) for row in rows]
    index = pd.Index([r["id"] for r in data], name="id", dtype="str")
    columns = {
        name: pd.Series([r[name] for r in data], index=index, dtype="object") for name in _DIGESTS
    }
    columns["approved_at"] = pd.to_datetime(columns["approved_at"], utc=True)
    return pd.DataFrame(columns, index=index).astype(_DIGESTS)


def _digest_row(
    id: str, title: str, digest: Digest | None, found: Sequence[Finding]
) -> dict[str, Any]:
    approval = digest.approval if digest else None
    return {
        "id": id,
        "title": title,
        "status": status(digest),
        "version": digest.version if digest else None,
        "language": digest.language if digest else "",
        "answers": sum(bool(a.statements) for a in digest.answers) if digest else 0,
        "blocking": len(blocking(found)),
        "warnings": len(found) - len(blocking(found)),
        "approved_by": approval.by if approval else "",
        "approved_at": approval.at if approval else None,
        "reason": approval.reason if approval else "",
    }


_FINDINGS = {
    "id": "str",
    "question": "str",
    "statement": "Int64",
    "severity": "str",
    "code": "str",
    "words": "str",
    "message": "str",
}


def findings(rows: Iterable[tuple[str, Sequence[Finding]]]) -> pd.DataFrame:
    """Return one row per finding: id, question, statement, severity, code, words, message."""
    data = [{"id": id, **asdict(f)} for id, found in rows for f in found]
    columns = {name: pd.Series([r[name] for r in data], dtype="object") for name in _FINDINGS}
    return pd.DataFrame(columns).astype(_FINDINGS)


def passages(given: Iterable[Evidence]) -> pd.DataFrame:
    """Return one row per passage: quote, section, page (missing in the abstract)."""
    rows = [(e.quote, e.section, e.page) for e in given]
    frame = pd.DataFrame(rows, columns=["quote", "section", "page"])
    return frame.astype({"quote": "str", "section": "str", "page": "Int64"})


def versions(given: Sequence[Answer]) -> pd.DataFrame:
    """Return one row per version of an answer: at, origin, model, wish, texts."""
    columns = ["at", "origin", "model", "wish", "texts"]
    rows = [(a.at, a.origin, a.model, a.wish, a.texts) for a in given]
    frame = pd.DataFrame(rows, columns=columns)
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return frame.astype({"origin": "str", "model": "str", "wish": "str"})


def shown(given: Sequence[Answer]) -> list[dict[str, Any]]:
    """Return the versions of an answer as JSON-able rows, newest first, with their number."""
    rows = [
        {
            "version": number,
            "at": a.at.isoformat(),
            "origin": a.origin,
            "model": a.model,
            "wish": a.wish,
            "texts": list(a.texts),
            "passages": sum(len(s.evidence) for s in a.statements),
        }
        for number, a in enumerate(given)
    ]
    return rows[::-1]


def paper(
    of: Paper, about: Paper, digest: Digest | None, language: str, decision: str | None
) -> dict[str, Any]:
    """Return what the head of the form shows of a paper and of its signature.

    `about` is the version that the write-up is about; its abstract is the source shown.
    """
    approval = digest.approval if digest else None
    return {
        "id": of.id,
        "version": of.version,
        "written": digest.version if digest else None,
        "title": of.title,
        "authors": list(of.authors),
        "abstract": about.abstract,
        "comment": of.comment,
        "abs_url": of.abs_url,
        "pdf_url": of.pdf_url,
        "language": language,
        "decision": decision or "undecided",
        "status": status(digest),
        "models": list(digest.models) if digest else [],
        "by": approval.by if approval else "",
        "at": approval.at.isoformat() if approval else "",
        "reason": approval.reason if approval else "",
    }
