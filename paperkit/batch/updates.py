"""Updating a library from its topics, and models by name: what a schedule needs."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from paperkit.batch.run import unforeseen
from paperkit.errors import ArgumentError, PaperkitError, explained
from paperkit.frames import Report, ids_of, table, to_frame
from paperkit.library import Library
from paperkit.library.records import OUTCOMES
from paperkit.queries import Query
from paperkit.topics import Topic

if TYPE_CHECKING:
    from paperkit.models import Model
    from paperkit.sources import ArxivClient


@explained
def update(
    topics: Mapping[str, Topic] | Iterable[Topic] | Topic,
    library: Library,
    *,
    since: date | str | None = None,
    limit: int | None = None,
    client: ArxivClient | None = None,
    seeds: pd.DataFrame | str | os.PathLike[str] | None = None,
) -> pd.DataFrame:
    """Search arXiv for each topic and add what it finds; if one fails, the others go on.

    >>> update(load_topics("topics.toml"), library, seeds="zotero.bib")

    Without `since` each topic goes on from its last complete day, and gaps are filled
    (`library.coverage(topic)` shows them). What had arrived before a failure is added too. With
    `seeds` (what you read: a frame, a file, or "zotero", see `paperkit.sources.seeds`) the
    undecided papers are ranked by them and by your decisions, so that Triage shows the nearest
    first. `limit` is how many papers a topic brings at most, `client` who asks arXiv. Returns a
    report, one row per topic: index id (the topic's name), outcome (updated; partial: something is
    missing; failed), error (what and why), and how many papers were new, updated (a newer version),
    completed (the record gained a comment, a reference, a DOI) and known.

    Raises:
        PaperkitError: what is given is no topic, or the seeds can't be read.
    """
    options: dict[str, Any] = {"since": since, "limit": limit, "client": client}
    known = _seeds(seeds)  # before anything is asked: a file that can't be read is said at once
    rows = [_update_one(t, library, **options) for t in _listed(topics)]
    if known is not None:
        _rank_by(known, library)
    return Report(table(rows, _COLUMNS))


def _seeds(seeds: pd.DataFrame | str | os.PathLike[str] | None) -> pd.DataFrame | None:
    from paperkit import sources

    if seeds is None or isinstance(seeds, pd.DataFrame):
        return seeds
    return sources.seeds(os.fspath(seeds))


def _rank_by(seeds: pd.DataFrame, library: Library) -> None:
    """Remember the scores of the undecided papers, by seeds and decisions together."""
    from paperkit.ranking import rank

    pool = library.papers(decision="undecided")
    decided = library.papers(Query(decisions=("keep", "skip")))
    if len(pool):
        library.score(rank(pool, pd.concat([seeds.assign(decision="keep"), decided])))


_COLUMNS = {"outcome": "str", "error": "str", **dict.fromkeys(OUTCOMES, "int64")}


def _listed(topics: Mapping[str, Topic] | Iterable[Topic] | Topic) -> list[Topic]:
    if isinstance(topics, Topic):
        return [topics]
    listed = list(topics.values() if isinstance(topics, Mapping) else topics)
    for topic in listed:
        if not isinstance(topic, Topic):
            raise ArgumentError(
                f"update: {topic!r} is not a Topic; give load_topics('topics.toml')."
            )
    return listed


def _update_one(topic: Topic, library: Library, **options: Any) -> dict[str, Any]:
    row = {"id": topic.name, "error": "", **dict.fromkeys(OUTCOMES, 0)}
    try:
        return row | _asked(topic, library, **options)
    except PaperkitError as problem:
        return row | {"outcome": "failed", "error": str(problem)}
    except Exception as problem:
        # A full disk or a fault of ours; the other topics must not pay for it.
        return row | {"outcome": "failed", "error": unforeseen(topic.name, problem)}


def _asked(topic: Topic, library: Library, **options: Any) -> dict[str, Any]:
    from paperkit import sources
    from paperkit.errors import SourceError

    outcome, error = "updated", ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the report says it
            found = sources.search(topic, library=library, **options)
    except SourceError as problem:
        if problem.papers is None:
            raise
        outcome, error, found = "failed", str(problem), problem.papers
    counts = Counter(library.add(found, topic=topic.name)["outcome"])
    if outcome == "updated" and found.attrs.get("missing"):
        outcome, error = "partial", "; ".join(found.attrs["missing"])
    return {"outcome": outcome, "error": error, **counts}


@explained
def refresh(
    papers: pd.DataFrame | Iterable[str], library: Library, *, client: ArxivClient | None = None
) -> pd.DataFrame:
    """Ask arXiv for the newest versions of some papers, given as a frame or ids, and add them.

    >>> refresh(library.papers(decision="keep"), library)

    A search by days never finds the v2 of an old paper. Licences that are not known yet are asked
    for too, one by one at arXiv's pace: stop it any time, the next run goes on. Returns the
    report of `Library.add`; what became outdated is in ``library.coverage.stale()``, what
    changed in ``library.coverage.version_changes(id)``.

    Raises:
        SourceError: arXiv can't answer or lacks a paper; what had arrived was added.
    """
    from paperkit import sources
    from paperkit.errors import SourceError

    ids = ids_of(papers)
    try:
        found = sources.search(ids, library=library, client=client) if ids else to_frame([])
    except SourceError as error:
        if error.papers is not None:
            library.add(error.papers)
        raise
    report = library.add(found)
    _ask_licences(ids, library, client or sources.client.default())
    return report


def _ask_licences(ids: list[str], library: Library, client: ArxivClient) -> None:
    from paperkit.errors import SourceError

    if client.oai is None:
        return
    unknown = [i for i in ids if not library.files.licence(i)]
    for done, id in enumerate(unknown):
        try:
            _, licence = client.record(id)
        except SourceError as error:
            left = f"{len(unknown) - done:,} of {len(ids):,}"
            warnings.warn(f"refresh: licences of {left} not known: {error}", stacklevel=3)
            return
        if licence:
            library.files.set_licence(id, licence)


@explained
def model_named(name: str) -> Model:
    """Return the model that a text names: ``extractive``, or ``gemini:`` and a model's name.

    ``genai:`` takes the newer SDK, ``openai:`` OpenAI's own server.

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
    if kind == "genai" and model:
        from paperkit.models.genai import GenAI

        return GenAI(model)
    if kind == "openai" and model:
        from paperkit.models.openai import OpenAIChat

        return OpenAIChat(model)
    raise PaperkitError(
        f"{name!r}: no such model; use extractive, or gemini:, genai: or openai: and its name."
    )
