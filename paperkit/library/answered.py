"""Answered: what papers answer to an outline's questions, and which of them answer as asked."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable

from paperkit.digests import Answer
from paperkit.queries import Query
from paperkit.text import CJK

LONGEST_VALUE = 40
"""Characters of the longest answer that stands in a list; longer ones are found by their words."""

_CLAUSE = re.compile(r"[,.;:(，。；：、（]|\s[–—-]\s")

_GIVEN = """
WITH written AS (
    SELECT num, language, version,
        row_number() OVER (PARTITION BY num ORDER BY version DESC, seq DESC) AS place
    FROM answers WHERE outline = :outline
)
SELECT a.num, a.data FROM answers a JOIN written w USING (num, language, version)
WHERE w.place = 1 AND a.outline = :outline AND a.question = :question ORDER BY a.seq
"""


def standing(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return the answers that stand, one a question: a person's newest, else the model's newest."""
    newest: dict[str, Answer] = {}
    for answer in answers:
        held = newest.get(answer.question)
        if held is None or answer.origin == "person" or _replaces(answer, held):
            newest[answer.question] = answer
    return tuple(newest.values())


def _replaces(draft: Answer, held: Answer) -> bool:
    """Return whether a new draft is shown instead: not of an edit, nor a failure of content."""
    return held.origin != "person" and not (draft.error and held.statements)


def texts(db: sqlite3.Connection, outline: str, question: str) -> dict[int, str]:
    """Return by row number what papers answer, each in its newest version's last language."""
    given: dict[int, list[Answer]] = {}
    for row in db.execute(_GIVEN, {"outline": outline, "question": question}):
        given.setdefault(row["num"], []).append(Answer.from_dict(json.loads(row["data"])))
    told = {num: " ".join(standing(several)[0].texts) for num, several in given.items()}
    return {num: text for num, text in told.items() if text}


def matching(db: sqlite3.Connection, query: Query) -> list[int]:
    """Return the row numbers of the papers that answer as `query` wants."""
    found: set[int] | None = None
    for question, words in query.answers.items():
        given = texts(db, query.outline, question)
        some = {num for num, text in given.items() if says(text, words)}
        found = some if found is None else found & some
    return sorted(found or ())


def says(text: str, words: str) -> bool:
    """Return whether an answer has these words, or begins with just these behind a "=".

    They are found whole ("no" is not in "note"), Chinese ones anywhere.
    """
    if words.startswith("="):
        return value(text) == words[1:].strip().casefold()
    found = re.escape(words)
    if not re.search(f"[{CJK}]", words):
        found = rf"(?<!\w){found}(?!\w)"
    return re.search(found, text, re.IGNORECASE) is not None


def value(text: str) -> str:
    """Return an answer's first clause, in small letters: "Yes, 20 patients." is "yes"."""
    return _CLAUSE.split(text, maxsplit=1)[0].strip().casefold()


def values(given: Iterable[str]) -> list[tuple[str, int]]:
    """Return the short values among answers and how many have each, most frequent first."""
    counts = Counter(v for v in map(value, given) if 0 < len(v) <= LONGEST_VALUE)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
