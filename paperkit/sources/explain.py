"""Explanations: what a topic asks of arXiv, and what each of its filters takes away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from paperkit.errors import explained
from paperkit.sources.client import ArxivClient, default
from paperkit.topics import Either, Expression, Topic, date_window, matches, parse, terms

if TYPE_CHECKING:
    pass


_EXAMPLES = 3
_COLUMNS = {
    "step": "str",
    "part": "str",
    "papers": "int64",
    "dropped": "Int64",
    "examples": "object",
    "query": "str",
}


class _Library(Protocol):
    def papers(self) -> pd.DataFrame: ...


@explained
def explain(
    topic: Topic, library: _Library | None = None, *, client: ArxivClient | None = None
) -> pd.DataFrame:
    """Return how a topic's query is built and what each filter drops, with counts.

    >>> explain(topics["NeRF"])
    >>> explain(topics["NeRF"], library)

    One row per step: step (alternative, any of them, categories, exclude, age), part (of the
    query, as sent), papers (left after it; of an alternative: found by it alone), dropped (by
    it), examples (titles of some of these), query (up to here). ``attrs["query"]`` is the whole.

    Without a library arXiv itself is asked, some requests of one page; with one the papers in it
    are judged by their words, offline (arXiv reduces words to their stems, this doesn't).
    """
    if library is not None:
        frame = library.papers().reset_index()
        rows = list(_offline(topic, frame))
    else:
        used = client or default()
        rows = list(_online(topic, used))
    data = {name: pd.Series([r[name] for r in rows], dtype="object") for name in _COLUMNS}
    explained = pd.DataFrame(data).astype(_COLUMNS)
    explained.attrs["query"] = topic.query()
    return explained


_Row = dict[str, object]


def _steps(topic: Topic) -> Iterator[tuple[str, str]]:
    """Yield (step, part) of the filters after the words."""
    if topic.categories:
        listed = [f"cat:{c}" for c in topic.categories]
        yield "categories", listed[0] if len(listed) == 1 else f"({' OR '.join(listed)})"
    for words in topic.exclude:
        yield "exclude", terms(words)


def _online(topic: Topic, client: ArxivClient) -> Iterator[_Row]:
    def count(query: str) -> tuple[int, list[str]]:
        page = client.page(query, count=_EXAMPLES)
        return page.total, [p.title for p in page.papers]

    alternatives = [terms(q) for q in topic.queries if q.strip()]
    for part in alternatives:
        yield _row("alternative", part, part, count(part)[0])
    query = alternatives[0] if len(alternatives) == 1 else f"({' OR '.join(alternatives)})"
    left = count(query)[0]
    yield _row("any of them", query, query, left)
    for step, part in _steps(topic):
        keeps, drops = ("AND", "ANDNOT") if step == "categories" else ("ANDNOT", "AND")
        dropped, examples = count(f"{query} {drops} {part}")
        query, left = f"{query} {keeps} {part}", left - dropped
        yield _row(step, part, query, left, dropped, examples)
    today = client.now().replace(hour=0, minute=0, second=0, microsecond=0)
    start = today - timedelta(days=topic.max_age_days)
    older, examples = count(query + date_window(None, start - timedelta(minutes=1)))
    part = date_window(start, None).removeprefix(" AND ")
    yield _row("age", part, f"{query} AND {part}", left - older, older, examples)


def _row(
    step: str,
    part: str,
    query: str,
    papers: int,
    dropped: int | None = None,
    examples: list[str] | None = None,
) -> _Row:
    told = {"step": step, "part": part, "papers": max(0, papers), "dropped": dropped}
    return {**told, "examples": tuple(examples or ()), "query": query}


def _offline(topic: Topic, frame: pd.DataFrame) -> Iterator[_Row]:
    left: list[_Row] = frame.to_dict("records")  # type: ignore[assignment]
    alternatives = tuple(parse(q) for q in topic.queries if q.strip())
    for expression in alternatives:
        text = str(expression)
        yield _row("alternative", text, text, len(_split(expression, left)[0]))
    whole = alternatives[0] if len(alternatives) == 1 else Either(alternatives)
    (left, _), query = _split(whole, left), str(whole)
    yield _row("any of them", query, query, len(left))
    for step, part in _steps(topic):
        fit, unfit = _split(parse(part), left)
        left, gone = (fit, unfit) if step == "categories" else (unfit, fit)
        query = f"{query} {'AND' if step == 'categories' else 'ANDNOT'} {part}"
        yield _row(step, part, query, len(left), len(gone), _titles(gone))
    start = datetime.now(UTC) - timedelta(days=topic.max_age_days)
    gone = [paper for paper in left if paper["published"] < start]  # type: ignore[operator]
    part = date_window(start, None).removeprefix(" AND ")
    young = len(left) - len(gone)
    yield _row("age", part, f"{query} AND {part}", young, len(gone), _titles(gone))


def _split(expression: Expression, papers: list[_Row]) -> tuple[list[_Row], list[_Row]]:
    fits = [matches(expression, paper) for paper in papers]
    together = list(zip(papers, fits, strict=True))
    return [p for p, fit in together if fit], [p for p, fit in together if not fit]


def _titles(papers: list[_Row]) -> list[str]:
    return [str(paper["title"]) for paper in papers[:_EXAMPLES]]
