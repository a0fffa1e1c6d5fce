"""Triage's table: which papers are listed and selected, without the widget; what is unseen."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from paperkit.batch.answers import answered
from paperkit.library import Library
from paperkit.library.index import Found
from paperkit.outlines import DIGEST, Outline
from paperkit.queries import Query
from paperkit.ranking import Remaining, remaining

_LEAST = 10
"""Decisions below which `remaining` knows nothing, and nothing is said."""


def unseen(library: Library, query: Query) -> Remaining | None:
    """Return what is probably still to be found among the papers of `query`; None: too early.

    All papers the query means count, whatever was decided about them. Sorted by score, they are
    taken for read best first; in another order for read in one that says nothing (see `remaining`).
    """
    listed = library.index.find(replace(query, decisions=()), facets=False).numbers
    decided = library.index.decided()
    decided = decided[decided.index.isin(listed)]
    if int(decided["decision"].isin(("keep", "skip")).sum()) < _LEAST:
        return None
    best_first = query.sort[:1] == ("-score",)
    return remaining(pd.DataFrame(index=listed), decided, best_first=best_first)


@dataclass(frozen=True)
class Ending:
    """The papers of a table that were kept, as ids in its order, by the step that each lacks."""

    unwritten: tuple[str, ...]
    unsigned: tuple[str, ...]
    signed: tuple[str, ...]
    published: tuple[str, ...]

    @property
    def written(self) -> tuple[str, ...]:
        """Return those that have a summary, first those that are not approved."""
        return (*self.unsigned, *self.signed, *self.published)


def ending(table: Table) -> Ending:
    """Return what is left to do with the papers of a table that were kept."""
    library, outline = table.library, table.outline.name
    decided = library.index.decided()
    kept = decided.index[decided["decision"] == "keep"].to_numpy()
    found: dict[str, list[str]] = {step.name: [] for step in fields(Ending)}
    with library.index.session():
        posted = set(library.published()["id"])
        for id in library.index.ids(table.listed[np.isin(table.listed, kept)]):
            digest = library.digest(id, outline=outline)
            step = "signed" if digest and digest.approved else "unsigned" if digest else "unwritten"
            found["published" if step == "signed" and id in posted else step].append(id)
    return Ending(**{step: tuple(ids) for step, ids in found.items()})


def price(ids: Sequence[str], table: Table, model: Any) -> str:
    """Return in words what summarizing papers would cost; empty without papers or a model."""
    from paperkit.batch import estimate

    if not ids or model is None:
        return ""
    cost = estimate(ids, table.library, model, outline=table.outline)["cost"]
    if cost.isna().any():
        return "price unknown"
    total = float(cost.sum())
    return f"about ${total:.2f}" if total >= 0.005 else "free" if total == 0 else "under 1 cent"


# ---- Tables: which papers are listed and selected; what a widget shows, without the widget

FIRST_ROWS = 18
"""How many rows are sent with the first message; the rest follow as they come into view."""

MOST_ROWS = 400
"""How many rows one message holds at most."""

ANSWER = "answer:"
"""What columns and facets of answers begin with; the question's key follows."""

_MOST_VALUES = 60
_MOST_ANSWERS = 12
_MOST_SELECTED = 2000


class Table:
    """The papers a query listed when it was asked, a selection among all papers, and a cursor.

    The list stands still until it is asked anew: a paper that was decided keeps its place, even
    where the query would leave it out now. Safe to use from several threads.
    """

    def __init__(self, library: Library, query: Query, outline: Outline = DIGEST) -> None:
        self.library = library
        self.outline = outline
        self.shown: tuple[str, ...] = ()  # the questions that stand as columns
        self.generation = 0
        self.cursor = ""
        self._query = query
        self._found: Found | None = None
        self._selected: dict[int, None] = {}
        self._lock = threading.RLock()
        library.index.hold()
        self._head = library.index.changes()[0]
        self._stamp: tuple[int, ...] | None = None

    @property
    def listed(self) -> np.ndarray:
        """Return the row numbers of the papers listed, in order."""
        with self._lock:
            return self._find(facets=False).numbers

    def _find(self, *, facets: bool) -> Found:
        if self._found is None:
            self._found = self._now(facets=facets)
        return self._found

    def _now(self, *, facets: bool) -> Found:
        """Return what the query means now, the answers that can be seen counted too."""
        wanted = self._query
        if not wanted.answers:
            wanted = replace(wanted, outline=self.outline.name)
        shown = self.shown if wanted.outline == self.outline.name else ()
        seen = dict.fromkeys((*shown, *wanted.answers))
        return self.library.index.find(wanted, facets=facets, questions=seen)

    def ask(self, query: Query) -> None:
        """List what `query` means now."""
        with self._lock:
            self._query = query
            self._found = None
            self.generation += 1

    def place(self, id: str) -> int | None:
        """Return where a paper stands in the list, None when it doesn't."""
        if not id:
            return None
        found = np.flatnonzero(self.listed == self.library.index.numbers([id])[0])
        return int(found[0]) if len(found) else None

    def _decided(self) -> np.ndarray:
        """Tell of each paper listed whether it is decided."""
        return np.isin(self.listed, self.library.index.decided().index.to_numpy())

    def progress(self) -> dict[str, int]:
        """Return how many of the papers listed are decided."""
        return {"decided": int(self._decided().sum()), "total": len(self.listed)}

    def undecided(self, start: int) -> int | None:
        """Return the place of the first undecided paper from `start` on, else before it."""
        found = np.flatnonzero(~self._decided())
        if not len(found):
            return None
        later = found[found >= start]
        return int(later[0] if len(later) else found[0])

    def window(self, start: int, count: int) -> list[dict[str, Any]]:
        """Return the rows from `start` on (see `paperkit.library.pages.rows`)."""
        first = max(0, start)
        return self.rows(self.listed[first : first + min(count, MOST_ROWS)])

    def rows(self, numbers: Iterable[int]) -> list[dict[str, Any]]:
        """Return rows by number; those selected have ``selected``."""
        rows = self.library.index.rows(numbers)
        if self.shown:
            rows = [{**row, "answers": self._answers(row["id"])} for row in rows]
        return [{**row, "selected": True} if row["num"] in self._selected else row for row in rows]

    def _answers(self, id: str) -> dict[str, dict[str, str]]:
        """Return by question what a paper answers, and what that rests on."""
        digest = self.library.digest(id, outline=self.outline.name)
        return {
            key: {"text": text, "quote": "\n".join(quotes)}
            for key, (text, quotes) in answered(digest).items()
        }

    def answer(self, *, facets: bool) -> dict[str, Any]:
        """Return what the query gives: the first rows, the total and the counts.

        Without ``facets``, which are most of the message, where no one looks at them.
        """
        with self._lock:
            found = self._find(facets=facets)
            counted = not facets or found.facets
            return {
                "generation": self.generation,
                "query": self._query.to_dict(),
                "total": found.total,
                "rows": self.window(0, FIRST_ROWS),
                **(self._counted(found) if counted else self.counts(facets=True)),
            }

    def counts(self, *, facets: bool) -> dict[str, Any]:
        """Return how many papers match now, how many are selected, and the facets if wanted."""
        return self._counted(self._now(facets=facets))

    def _counted(self, found: Found) -> dict[str, Any]:
        counts: dict[str, Any] = {"matching": found.total, "selected": len(self._selected)}
        if found.facets:
            counts["facets"] = {
                name: pairs if name == "months" else self._front(name, pairs)
                for name, pairs in found.facets.items()
            }
        return counts

    def _front(self, facet: str, pairs: list[tuple[str, int]]) -> list[tuple[str, int]]:
        if not facet.startswith(ANSWER):
            return _front(pairs, getattr(self._query, facet), _MOST_VALUES)
        words = self._query.answers.get(facet.removeprefix(ANSWER), "")
        chosen = [words[1:].casefold()] if words.startswith("=") else []
        return _front(pairs, chosen, _MOST_ANSWERS)

    # Following the library

    def changes(self) -> list[int] | None:
        """Return the row numbers of papers that anyone decided since last asked.

        None: nothing at all was written to the library.
        """
        stamp = self.library.index.stamp()
        if stamp is not None and stamp == self._stamp:
            return None
        self._head, numbers = self.library.index.changes(self._head)
        self._stamp = stamp
        return numbers

    # Selecting

    @property
    def selected(self) -> list[int]:
        """Return the row numbers selected, in the order they were."""
        return list(self._selected)

    def select(
        self, numbers: Iterable[int], *, add: bool = False, remove: bool = False
    ) -> dict[str, Any]:
        """Select papers, instead of what was selected or in addition, or unselect them.

        Returns how many are selected, and which (None when they are too many to be told).
        """
        given = dict.fromkeys(int(n) for n in numbers)
        with self._lock:
            if remove:
                self._selected = {n: None for n in self._selected if n not in given}
            else:
                self._selected = {**self._selected, **given} if add else given
            few = len(self._selected) <= _MOST_SELECTED
            return {"selected": len(self._selected), "nums": self.selected if few else None}


def _front(pairs: list[tuple[str, int]], chosen: Iterable[str], most: int) -> list[tuple[str, int]]:
    """The most frequent values, and those chosen wherever they stand."""
    some, rest = pairs[:most], dict(pairs[most:])
    wanted = {c.removeprefix("-") for c in chosen} - {name for name, _ in some}
    return [*some, *((name, rest.get(name, 0)) for name in sorted(wanted))]
