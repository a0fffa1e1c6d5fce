"""Forms: a digest and its history as the JSON-able rows that the review widget shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from paperkit.digests import Answer, Digest, Evidence, Finding, Statement
from paperkit.errors import PaperkitError
from paperkit.outlines import Outline, Question, is_chinese, label_of
from paperkit.review import passages
from paperkit.review.differences import by_item

PAUSE = timedelta(minutes=2)
"""Edits with shorter pauses between them are shown as one in the history."""

_OWN_WORDS = ("title", "abstract")


def form(outline: Outline, language: str, history: Sequence[Answer]) -> list[dict[str, Any]]:
    """Return one row per question of `outline`, from every answer ever given (oldest first).

    In English the paper's own title and abstract stand in the post, so that these two are left
    out while nothing is written under them.
    """
    numbers = {e: n for n, e in enumerate(passages.cited(history))}
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
    rows: Any, known: Sequence[Evidence], offer: passages.Offer
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
        evidence = [passages.named(n, known, offer) for n in cited]
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
