"""Updating a library from its topics, and models by name: what a schedule needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from paperkit.batch.runs import report_of
from paperkit.errors import PaperkitError
from paperkit.library import Library
from paperkit.topics import Topic

if TYPE_CHECKING:
    from paperkit.models import Model
    from paperkit.sources import ArxivClient


def update(
    topics: Iterable[Topic],
    library: Library,
    *,
    since: date | str | None = None,
    limit: int = 500,
    client: ArxivClient | None = None,
) -> pd.DataFrame:
    """Search arXiv for each topic and add what it has; one topic's failure stops no other.

    What had arrived before a failure is added too. Returns a report, one row per topic: index id
    (the topic's name), outcome (updated, failed), error, new, updated, known.
    """
    rows = [_update_one(t, library, since=since, limit=limit, client=client) for t in topics]
    return report_of(rows, _COLUMNS)


_COLUMNS = {"outcome": "str", "error": "str", "new": "int64", "updated": "int64", "known": "int64"}


def _update_one(topic: Topic, library: Library, **options: Any) -> dict[str, Any]:
    from paperkit import sources
    from paperkit.errors import SourceError

    outcome, error, found = "updated", "", None
    try:
        found = sources.search(topic, library=library, **options)
    except SourceError as problem:
        outcome, error, found = "failed", str(problem), problem.papers
    counts = {"new": 0, "updated": 0, "known": 0}
    if found is not None:
        for outcome_of_paper in library.add(found, topic=topic.name)["outcome"]:
            counts[outcome_of_paper] += 1
    return {"id": topic.name, "outcome": outcome, "error": error, **counts}


def model_named(name: str) -> Model:
    """Return the model that a text names: ``extractive``, or ``gemini:`` and a model's name.

    Raises:
        PaperkitError: there is no such kind.
    """
    kind, _, model = name.partition(":")
    if kind == "extractive" and not model:
        from paperkit.models.extractive import Extractive

        return Extractive()
    if kind == "gemini" and model:
        from paperkit.models.gemini import Gemini

        return Gemini(model)
    raise PaperkitError(f"{name!r}: no such model; use extractive, or gemini:NAME.")
