"""Lookup: from a row of a trend back to the papers behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paperkit.errors import ArgumentError, explained
from paperkit.trends import authors, corpus, counts, ngrams, terms

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from paperkit.trends.corpus import Papers


@explained
def papers_behind(papers: Papers, trend: pd.DataFrame, rows: Any = None) -> pd.DataFrame:
    """Return the papers that the rows of a trend count, as a frame like ``papers``.

    ``papers`` are those the trend was made of; ``rows`` is an index label of ``trend`` or
    several (None: all its rows). A row of counts gives the papers of its period and group, a
    growth those of its group in the periods it was fitted to, a term those that hold it, a pair
    those with both, an author or a venue theirs. Filter the trend as you like: it remembers in
    ``attrs`` what it counts.
    """
    chosen = trend if rows is None else trend.loc[[rows] if _is_label(rows) else list(rows)]
    columns = set(trend.columns)
    if {"period", "group"} <= columns:
        ids = _of_periods(papers, trend, chosen)
    elif {"group", "growth"} <= columns:
        ids = _of_periods(papers, trend, _every_period(trend, chosen))
    elif "term" in columns:
        held = _holding(papers, chosen["term"], trend.attrs.get("text", "title"))
        ids = set().union(*held.values())
    elif {"a", "b"} <= columns:
        ids = _of_pairs(papers, trend, chosen)
    elif {"name", "papers"} <= columns:
        ids = _of_names(papers, trend, chosen)
    else:
        raise ArgumentError(
            f"no papers stand behind the columns {', '.join(map(str, trend.columns))}; "
            "give a frame that a function of paperkit.trends returned"
        )
    return _taken(papers, ids)


def _is_label(rows: Any) -> bool:
    return isinstance(rows, (str, int)) or not hasattr(rows, "__iter__")


def _taken(papers: Papers, ids: set[str]) -> pd.DataFrame:
    """Return the rows of the papers with these ids, in their own order."""
    if corpus.is_frame(papers):
        known = next((papers[n] for n in corpus.IDS if n in papers), papers.index)
        return papers[[str(value) in ids for value in known]]
    with corpus.opened(papers) as connection:
        query = "SELECT * FROM papers WHERE list_contains($1, id) ORDER BY published, id"
        found = corpus.frame(connection, query, sorted(ids))
    found["published"] = found["published"].dt.tz_localize("UTC")
    return found.set_index("id")


def _of_periods(papers: Papers, trend: pd.DataFrame, chosen: pd.DataFrame) -> set[str]:
    """Return the ids behind counts per period."""
    by, unit = trend.attrs.get("by"), counts.known(str(trend.attrs.get("unit")))
    groups = set(chosen["group"])
    if by in ("term", "theme"):
        members = trend.attrs.get("members") or _holding(papers, groups, trend.attrs["text"])
        pairs = [(i, group) for group in groups for i in members[group]]
    else:
        pairs = _members(papers, counts.GROUPS[by], groups)
    wanted = set(zip(chosen["period"].dt.tz_localize(None), chosen["group"], strict=True))
    starts = _starts(papers, unit)
    return {i for i, group in pairs if (starts.get(i), group) in wanted}


def _every_period(trend: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return the counts a growth was fitted to: each of its groups in each complete period."""
    import pandas as pd

    starts = pd.to_datetime(pd.Series(trend.attrs["starts"], name="period"), utc=True)
    return chosen[["group"]].merge(starts, how="cross")


def _starts(papers: Papers, unit: str) -> dict[str, pd.Timestamp]:
    """Return the period each dated paper is in."""
    query = (
        f"SELECT id, date_trunc('{unit}', published)::TIMESTAMP AS start "  # noqa: S608
        "FROM papers WHERE published IS NOT NULL"
    )
    with corpus.opened(papers) as connection:
        found = corpus.frame(connection, query)
    return dict(zip(found["id"], found["start"], strict=True))


def _members(papers: Papers, expression: str, groups: set[str]) -> list[tuple[str, str]]:
    """Return (id, group) of the papers in these groups."""
    query = (
        f'SELECT DISTINCT id, "group" FROM (SELECT id, unnest({expression}) AS "group" '  # noqa: S608
        'FROM papers) WHERE list_contains($1, "group")'
    )
    with corpus.opened(papers) as connection:
        found = corpus.frame(connection, query, sorted(groups))
    return list(zip(found["id"], found["group"], strict=True))


def _holding(papers: Papers, names: Iterable[str], text: str) -> dict[str, set[str]]:
    """Return for each term the ids of the papers that hold it."""
    corpus = terms.written(papers, text)
    held = {name: ngrams.holders_of(corpus.texts, name) for name in names}
    return {name: set(corpus.ids.take(rows).to_pylist()) for name, rows in held.items()}


def _of_pairs(papers: Papers, trend: pd.DataFrame, chosen: pd.DataFrame) -> set[str]:
    """Return the ids of the papers that hold both sides of a pair."""
    by, names = trend.attrs.get("by"), {*chosen["a"], *chosen["b"]}
    if by == "term":
        held = _holding(papers, names, trend.attrs["text"])
    else:
        held = {name: set() for name in names}
        for i, name in _members(papers, counts.GROUPS[by], names):
            held[name].add(i)
    pairs = zip(chosen["a"], chosen["b"], strict=True)
    return set().union(*(held[a] & held[b] for a, b in pairs))


def _of_names(papers: Papers, trend: pd.DataFrame, chosen: pd.DataFrame) -> set[str]:
    """Return the ids of the papers of authors or venues."""
    names = set(chosen["name"])
    if trend.attrs.get("by") != "venue":
        return {i for i, _ in _members(papers, counts.GROUPS["author"], names)}
    return set(authors.placed(papers).query("name in @names")["id"])
