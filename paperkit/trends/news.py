"""News: what to read to catch up with a term, and what changed since a date."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from paperkit.errors import ArgumentError, explained
from paperkit.trends import corpus, counts, ngrams, statistics, terms

if TYPE_CHECKING:
    import pandas as pd

    from paperkit.trends.corpus import Papers

RARE = 0.05
"""Chance below which a topic's silence is not taken for chance."""


@dataclass(frozen=True)
class CatchUp:
    """What to read on a term: ``sentence`` to quote, ``papers`` (why, published, title; by id)."""

    term: str
    sentence: str
    papers: pd.DataFrame

    def __str__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence)}</p>{_shown(self.papers)}"


@explained
def catch_up(
    papers: Papers, trend: pd.DataFrame, term: str | None = None, *, number: int = 3
) -> CatchUp:
    """Return what to read to catch up with a term of ``rising_terms`` (None: its first).

    ``papers`` are those the trend was made of. Listed are the ``number`` earliest that hold the
    term, and the ``number`` that the others of them resemble most (mean cosine of TF-IDF weights
    of title and abstract), with the reason in ``why``. The sentence states both counts, both
    denominators, and the odds ratio with its interval.

    Raises:
        ArgumentError: the trend holds no term, or not this one.
    """
    rows = trend if term is None else trend[trend["term"] == term]
    if "log_odds" not in trend or rows.empty:
        wanted = "no term" if term is None else f"no term {term!r}"
        raise ArgumentError(f"the trend has {wanted}; give one that rising_terms returned")
    row = rows.iloc[0]
    holders = _holders(papers, str(row["term"]), str(trend.attrs.get("text", "title")))
    first = holders.head(number).index
    near = holders.index[_central(holders, number)]
    chosen = holders.loc[first.union(near, sort=False)]
    why = {(True, False): "among the first", (False, True): "most like the others"}
    both = "among the first, most like the others"
    reasons = [why.get((i in first, i in near), both) for i in chosen.index]
    listed = chosen.assign(why=reasons)[["why", "published", "title"]]
    level = float(trend.attrs.get("level", 0.95))
    return CatchUp(str(row["term"]), _sentence(row, level), listed)


def _sentence(row: pd.Series, level: float) -> str:
    """Return a term's change in words that can be quoted."""
    odds, low, high = (math.exp(min(row[name], 50)) for name in ("log_odds", "low", "high"))
    more, times = ("higher", odds) if odds >= 1 else ("lower", 1 / odds)
    bounds = sorted((low, high) if odds >= 1 else (1 / high, 1 / low))
    return (
        f"“{row['term']}” is in {row['count_a']:,} of {row['total_a']:,} papers of "
        f"{row['side_a']} and in {row['count_b']:,} of {row['total_b']:,} of {row['side_b']}: "
        f"its odds are {times:.2g} times {more} "
        f"({100 * level:.0f} % interval {bounds[0]:.2g} to {bounds[1]:.2g})."
    )


def _holders(papers: Papers, term: str, text: str) -> pd.DataFrame:
    """Return the dated papers that hold a term, the earliest first."""
    written = terms.written(papers, text, dated=True)
    ids = written.ids.take(ngrams.holders_of(written.texts, term)).to_pylist()
    query = (
        "SELECT id, title, abstract, published FROM papers "
        "WHERE list_contains($1, id) AND published IS NOT NULL ORDER BY published, id"
    )
    with corpus.opened(papers) as connection:
        return corpus.frame(connection, query, ids).set_index("id")


def _central(papers: pd.DataFrame, number: int) -> Any:
    """Return the rows of the papers that resemble the others most."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    if len(papers) < 2:
        return np.arange(len(papers))
    texts = papers["title"].fillna("") + " . " + papers["abstract"].fillna("")
    weights = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(texts)
    likeness = weights @ np.asarray(weights.sum(axis=0)).ravel()
    return np.argsort(-likeness, kind="stable")[:number]


@dataclass(frozen=True)
class Changes:
    """What is new since a date, as frames; each may be empty.

    ``topics``: ``topic``, ``new`` papers since, ``before`` (in as long a time before), ``quiet``
    (fewer than chance would leave). ``rising``: terms, as `rising_terms` gives them. ``authors``:
    ``name``, ``new``: those with several papers since and none before.
    """

    sentence: str
    topics: pd.DataFrame
    rising: pd.DataFrame
    authors: pd.DataFrame

    def __str__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        parts = [f"<p>{escape(self.sentence)}</p>", _shown(self.topics)]
        if len(self.rising):
            shown = ["term", "count_a", "total_a", "count_b", "total_b"]
            parts.append(_shown(self.rising[shown]))
        return "".join([*parts, _shown(self.authors)] if len(self.authors) else parts)


@explained
def changes(
    papers: Papers, since: Any, *, until: Any = None, text: str = "both", several: int = 2
) -> Changes:
    """Return what changed since a date (that of your last post, say): one cell's answer.

    >>> changes(library.papers(), library.published()["date"].max())

    New papers of each topic beside those of as long a time before, terms that rise for certain,
    authors with ``several`` papers since and none before, topics that went quiet: so few papers
    that chance would leave as few in one of twenty such times at most. ``until`` is the end (None:
    the newest paper).

    Raises:
        ArgumentError: ``since`` is no date.
    """
    begin = counts.moment(since)
    if begin is None:
        raise ArgumentError("since has no date; give that of your last post, such as '2024-05-01'")
    rising = terms.rising_terms(papers, since=begin, until=until, text=text)
    with corpus.opened(papers) as connection:
        newest = counts.moment(corpus.frame(connection, _NEWEST)["newest"].iloc[0])
        end = counts.end(until) or newest or begin
        topics = corpus.frame(connection, _TOPICS, begin, end, begin - (end - begin))
        authors = corpus.frame(connection, _AUTHORS, begin, end, several)
        new = corpus.number(connection, _NEW, begin, end)
    topics["quiet"] = statistics.fewer(topics["new"], topics["before"]) <= RARE
    told = [f"Since {str(begin)[:10]}: {new:,} new papers"]
    if topics["quiet"].any():
        told.append(f"quiet: {', '.join(topics.loc[topics['quiet'], 'topic'])}")
    named = ", ".join(rising["term"].head(5))
    told.append(f"rising for certain: {named or 'nothing'}")
    return Changes("; ".join(told) + ".", topics, rising, authors)


_NEWEST = "SELECT max(published) + INTERVAL 1 MICROSECOND AS newest FROM papers"
_NEW = "SELECT count(*) FROM papers WHERE published >= $1 AND published < $2"
_TOPICS = """
SELECT topic, count(*) FILTER (published >= $1) AS new,
count(*) FILTER (published >= $3 AND published < $1) AS before
FROM (SELECT published, unnest(list_distinct(topics)) AS topic FROM papers WHERE published < $2)
GROUP BY topic ORDER BY new DESC, before DESC, topic
"""
_AUTHORS = """
SELECT name, count(*) AS new
FROM (SELECT published, unnest(list_distinct(authors)) AS name FROM papers WHERE published < $2)
WHERE name <> '' GROUP BY name HAVING min(published) >= $1 AND count(*) >= $3
ORDER BY new DESC, name LIMIT 20
"""


def _shown(frame: pd.DataFrame) -> str:
    """Return a frame as HTML, text from outside escaped, dates without a time."""
    if "published" in frame:
        frame = frame.assign(published=frame["published"].dt.strftime("%Y-%m-%d"))
    return str(frame.to_html(border=0, escape=True))
