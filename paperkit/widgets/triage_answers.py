"""Triage's answers: those of an outline as columns of the table, and as filters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from paperkit.batch.answers import answered
from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.outlines import Outline
from paperkit.queries import Query
from paperkit.text import CJK

_MOST_VALUES = 12
_LONGEST_VALUE = 40  # characters; longer answers are found by their words
_CLAUSE = re.compile(r"[,.;:(，。；：、（]|\s[–—-]\s")


class Answers:
    """What papers of a library answer to the questions of an outline.

    ``wanted`` are the words that answers must have, by question: a paper without them is not
    listed. ``shown`` are the questions that stand as columns.
    """

    def __init__(self, library: Library, outline: Outline) -> None:
        self._library = library
        self.outline = outline
        self.wanted: dict[str, str] = {}
        self.shown: tuple[str, ...] = ()

    def ask(self, wanted: Mapping[str, str]) -> None:
        """List papers whose answers have these words, by question; an empty text is none.

        Raises:
            PaperkitError: the outline has no such question.
        """
        for question in wanted:
            self.outline[question]
        if any(not isinstance(words, str) for words in wanted.values()):
            raise PaperkitError("answers: give words for each question, like {'task': 'avatars'}.")
        self.wanted = {q: " ".join(words.split()) for q, words in wanted.items() if words.strip()}

    def cells(self, id: str) -> dict[str, dict[str, str]]:
        """Return by question what a row shows of a paper: the answer, and what it rests on."""
        return {
            key: {"text": text, "quote": "\n".join(quotes)}
            for key, (text, quotes) in self._of(id).items()
        }

    def narrowed(self, query: Query, numbers: np.ndarray) -> np.ndarray:
        """Return those of the papers that `query` found whose answers have the words wanted."""
        if not self.wanted:
            return numbers
        written = self._written(query)
        tests = {q: _having(words) for q, words in self.wanted.items()}
        with self._library.index.session():
            ids = self._library.index.ids(written)
            kept = np.array([self._has(self._of(i), tests) for i in ids], dtype=bool)
        found: np.ndarray = written[kept]
        return found

    def values(self, query: Query) -> list[dict[str, Any]]:
        """Return for each column the short answers of the papers of `query`, most frequent first.

        An answer counts by its first clause: "Yes, 20 patients." is "yes".
        """
        if not self.shown:
            return []
        counts: dict[str, Counter[str]] = {q: Counter() for q in self.shown}
        with self._library.index.session():
            for id in self._library.index.ids(self._written(query)):
                given = self._of(id)
                for question in self.shown:
                    value = _CLAUSE.split(given.get(question, ("", ()))[0], 1)[0].strip()
                    if value and len(value) <= _LONGEST_VALUE:
                        counts[question][value.casefold()] += 1
        return [{"key": q, "values": _first(counts[q])} for q in self.shown]

    def _of(self, id: str) -> dict[str, tuple[str, tuple[str, ...]]]:
        return answered(self._library.digest(id, outline=self.outline.name))

    def _written(self, query: Query) -> np.ndarray:
        """Return the papers of a query that have answers at all, in its order."""
        having = replace(query, has=tuple(dict.fromkeys((*query.has, "digest"))))
        return self._library.index.find(having, facets=False).numbers

    @staticmethod
    def _has(
        given: Mapping[str, tuple[str, tuple[str, ...]]], tests: Mapping[str, re.Pattern[str]]
    ) -> bool:
        return all(test.search(given.get(q, ("", ()))[0]) for q, test in tests.items())


def _first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_VALUES]


def _having(words: str) -> re.Pattern[str]:
    """Return what finds words as a whole ("no" is not in "note"), Chinese ones anywhere."""
    found = re.escape(words)
    if not re.search(f"[{CJK}]", words):
        found = rf"(?<!\w){found}(?!\w)"
    return re.compile(found, re.IGNORECASE)


def columns(names: Iterable[str] | None) -> tuple[str, ...]:
    """Return the questions among the columns that a person added."""
    return tuple(n.removeprefix("answer:") for n in names or () if n.startswith("answer:"))
