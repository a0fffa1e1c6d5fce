"""Review's rows: digests, findings and versions as frames and as what the browser shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from difflib import SequenceMatcher
from typing import Any

import pandas as pd
from rapidfuzz.distance import Indel

from paperkit.digests import Answer, Digest, Evidence, Finding, Statement, blocking
from paperkit.errors import PaperkitError
from paperkit.outlines import Outline, Question, is_chinese, label_of
from paperkit.papers import Paper
from paperkit.widgets import review_evidence
from paperkit.widgets.kit import RUN_AGAIN, Difference, difference, static_table, tokens

ALIKE = 0.4
"""The least share of words in common with which a text counts as changed, not as another."""


def by_item(before: Sequence[str], after: Sequence[str]) -> list[Difference]:
    """Return one difference per item: word by word where two are alike, else the whole texts.

    Items keep their order: one that moved is removed here and added there.
    """
    matcher = SequenceMatcher(None, list(before), list(after), autojunk=False)
    found: list[Difference] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            found += [[("=", text)] for text in before[i1:i2]]
        else:
            found += _paired(before[i1:i2], after[j1:j2])
    return found


def _paired(old: Sequence[str], new: Sequence[str]) -> list[Difference]:
    """Return the differences of items of which none stayed the same."""
    likeness = [[_likeness(a, b) for b in new] for a in old]
    # best[i][j]: how well old[i:] and new[j:] can be paired, in order.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] >= ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    found: list[Difference] = []
    i = j = 0
    while i < len(old) or j < len(new):
        rest = best[i][j]
        if j == len(new) or (i < len(old) and rest == best[i + 1][j]):
            found.append([("-", old[i])])
            i += 1
        elif i == len(old) or rest == best[i][j + 1]:
            found.append([("+", new[j])])
            j += 1
        else:
            found.append(difference(old[i], new[j]))
            i, j = i + 1, j + 1
    return found


def _likeness(one: str, other: str) -> float:
    words = [[t for t in tokens(text) if not t.isspace()] for text in (one, other)]
    return Indel.normalized_similarity(*words)


# ---- Listings: the batch under review as frames, and as the rows that the review widget shows

Row = tuple[str, str, Digest | None, Sequence[Finding]]


def status(digest: Digest | None) -> str:
    """Return empty, draft, edited, approved, or overridden (approved against findings)."""
    if digest is None or not any(a.statements for a in digest.answers):
        return "empty"
    if digest.approval is not None:
        return "overridden" if digest.approval.reason else "approved"
    return "edited" if any(a.origin == "person" for a in digest.answers) else "draft"


ROWS = 50
"""How many papers the table of a saved notebook holds."""


def static(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what a saved notebook shows of a review: a table, as HTML and Markdown."""
    signed = sum(row["status"] in ("approved", "overridden") for row in rows)
    caption = f"{signed} of {len(rows)} papers approved; {RUN_AGAIN}"
    listed = ((row["id"], (row["status"], row["title"], _doubts(row))) for row in rows[:ROWS])
    return static_table(("status", "title", "findings"), listed, caption)


def _doubts(row: Mapping[str, Any]) -> str:
    counts = ((row["block"], "blocking"), (row["warn"], "to check"))
    return ", ".join(f"{n} {name}" for n, name in counts if n)


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
    rows = [(e.quote, e.section, e.page or None) for e in given]
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
            "mended": a.mended if a.origin == "model" else "",
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
        "notes": list(digest.notes) if digest else [],
        "by": approval.by if approval else "",
        "at": approval.at.isoformat() if approval else "",
        "reason": approval.reason if approval else "",
    }


# ---- Forms: a digest and its history as the JSON-able rows that the review widget shows

PAUSE = timedelta(minutes=2)
"""Edits with shorter pauses between them are shown as one in the history."""

_OWN_WORDS = ("title", "abstract")


def form(outline: Outline, language: str, history: Sequence[Answer]) -> list[dict[str, Any]]:
    """Return one row per question of `outline`, from every answer ever given (oldest first).

    In English the paper's own title and abstract stand in the post, so that these two are left
    out while nothing is written under them.
    """
    numbers = {e: n for n, e in enumerate(review_evidence.cited(history))}
    given = {q.key: [a for a in history if a.question == q.key] for q in outline.questions}
    english = language.split("-")[0] == "en"
    return [
        _row(outline, q, language, given[q.key], numbers)
        for q in outline.questions
        if given[q.key] or not (english and q.key in _OWN_WORDS)
    ]


def _row(
    outline: Outline,
    question: Question,
    language: str,
    given: Sequence[Answer],
    numbers: Mapping[Evidence, int],
) -> dict[str, Any]:
    chinese = is_chinese(language)
    part = outline.parts.get(question.part)
    return {
        "key": question.key,
        "heading": question.heading(language),
        "part": label_of(part, language) if part else "",
        "ask": question.ask,
        "kind": question.kind,
        "optional": question.optional,
        "items": list(question.items),
        "unit": "characters" if chinese else "words",
        "limit": question.characters if chinese else question.words,
        **_state(given, numbers),
    }


def _state(given: Sequence[Answer], numbers: Mapping[Evidence, int]) -> dict[str, Any]:
    mine = newest_edit(given)
    later = given[given.index(mine) + 1 :] if mine else given
    before = given[: given.index(mine)] if mine else ()
    now = mine or (given[-1] if given else None)
    draft = next((a for a in reversed(before) if a.origin != "person"), None)
    newer = later[-1] if mine and later else None
    return {
        "rows": _statements(now, numbers),
        "origin": now.origin if now else "",
        "model": now.model if now else "",
        "at": now.at.isoformat() if now else "",
        "error": now.error if now else "",
        "mark": mine.at.isoformat() if mine else "",
        "versions": len(given),
        "draft": _compared(draft, (draft, mine), numbers) if mine and draft else None,
        "newer": _compared(newer, (mine, newer), numbers) if mine and newer else None,
    }


def newest_edit(given: Sequence[Answer]) -> Answer | None:
    """Return the newest of the answers that a person wrote, or None."""
    return next((a for a in reversed(given) if a.origin == "person"), None)


def marks(history: Sequence[Answer]) -> dict[str, str]:
    """Return by question when a person last edited it; questions never edited are left out."""
    return {a.question: a.at.isoformat() for a in history if a.origin == "person"}


def standing(history: Sequence[Answer]) -> dict[str, str]:
    """Return by question when the answer that stands was written."""
    drafts = {a.question: a.at.isoformat() for a in history}
    return {**drafts, **marks(history)}


def wanted(outline: Outline, digest: Digest, questions: str | Iterable[str] | None) -> list[str]:
    """Return the keys to ask for: those named, or all that have no answer.

    Raises:
        PaperkitError: a key is none of the outline's, or nothing is empty.
    """
    if questions is not None:
        keys = [questions] if isinstance(questions, str) else list(questions)
        return [outline[key].key for key in keys]
    english = digest.language.split("-")[0] == "en"
    empty = [q.key for q in outline.questions if q.key not in digest]
    empty = [key for key in empty if not (english and key in _OWN_WORDS)]
    if not empty:
        raise PaperkitError(f"{digest.paper_id}: no answer is empty; name those to ask again.")
    return empty


def _statements(answer: Answer | None, numbers: Mapping[Evidence, int]) -> list[dict[str, Any]]:
    rows = answer.statements if answer else ()
    return [{"text": s.text, "evidence": [numbers[e] for e in s.evidence]} for s in rows]


def _compared(
    draft: Answer, change: tuple[Answer, Answer], numbers: Mapping[Evidence, int]
) -> dict[str, Any]:
    before, after = (answer.texts for answer in change)
    return {
        "model": draft.model,
        "at": draft.at.isoformat(),
        "wish": draft.wish,
        "error": draft.error,
        "rows": _statements(draft, numbers),
        "same": before == after,
        "difference": by_item(before, after),
    }


def statements(
    rows: Any, known: Sequence[Evidence], offer: review_evidence.Offer
) -> tuple[Statement, ...]:
    """Return the statements that the browser's rows mean (see `passages.named`).

    Raises:
        PaperkitError: the rows have another shape, or name a passage that the paper doesn't have.
    """
    found = []
    for row in rows if isinstance(rows, list) else [None]:
        text = row.get("text") if isinstance(row, dict) else None
        cited = row.get("evidence", []) if isinstance(row, dict) else None
        if not isinstance(text, str) or not isinstance(cited, list):
            raise PaperkitError("edit: the browser sent no statements; reload the notebook.")
        evidence = [review_evidence.named(n, known, offer) for n in cited]
        found.append(Statement(text, tuple(dict.fromkeys(evidence))))
    return tuple(found)


def condensed(history: Sequence[Answer]) -> tuple[Answer, ...]:
    """Return `history` without the steps of one go: of a person's edits in a row the last.

    Two edits are one go when less than `PAUSE` lies between them.
    """
    kept: list[Answer] = []
    for answer in history:
        last = kept[-1] if kept else None
        if (
            last is not None
            and last.origin == answer.origin == "person"
            and answer.at - last.at < PAUSE
        ):
            kept.pop()
        kept.append(answer)
    return tuple(kept)


def shown_findings(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as JSON-able rows."""
    return [asdict(f) for f in found]
