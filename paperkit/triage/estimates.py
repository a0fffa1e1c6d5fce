"""Estimates: how many relevant papers a query probably still holds unread."""

from __future__ import annotations

from dataclasses import replace

from paperkit.library import Library
from paperkit.queries import Query
from paperkit.ranking import Remaining, remaining

_LEAST = 10
"""Decisions below which `remaining` knows nothing, and nothing is said."""


def unseen(library: Library, query: Query) -> Remaining | None:
    """Return what is probably still to be found among the papers of `query`; None: too early.

    All papers the query means count, whatever was decided about them. Sorted by score, they are
    taken for read best first; in another order for read in one that says nothing (see `remaining`).
    """
    import pandas as pd

    listed = library.find(replace(query, decisions=()), facets=False).numbers
    decided = library.decided()
    decided = decided[decided.index.isin(listed)]
    if int(decided["decision"].isin(("keep", "skip")).sum()) < _LEAST:
        return None
    best_first = query.sort[:1] == ("-score",)
    return remaining(pd.DataFrame(index=listed), decided, best_first=best_first)
