"""Versions: what a new arXiv version of a paper does to a write-up and its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from paperkit.checks import find_quote
from paperkit.digests import Answer, Digest, Evidence, Finding
from paperkit.papers import Paper
from paperkit.readings import Reading


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
    wanted = _letters(passage.quote)
    return reading is not None and any(
        wanted in _letters(p.text) for p in reading.paragraphs if p.page == passage.page
    )


def _letters(text: str) -> str:
    return "".join(text.split()).casefold()
