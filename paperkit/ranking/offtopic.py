"""Off-topic: candidates that match a query's letters but not what the query is about.

Words alone cannot tell a neural radiance field from a toy dart; the company a paper keeps can. The
topic's core (the kept papers, or the candidates that carry most of its words) gives a profile, and
a candidate is flagged when it is much farther from the profile than the core's own members are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from paperkit.ranking.vectors import Vectors, plain_words, vectorize

if TYPE_CHECKING:
    import pandas as pd

_FAR = 0.5
"""Share of the usual closeness below which a candidate is off topic: in the pools
with planted strangers on which it was chosen, it flagged 70 to 100 % of them and at most 2 % of the
others."""
_CORE = 0.25
"""Share of the candidates taken for the core when only words are known."""
_SMALL = 8
"""Candidates below which nothing is flagged: too few to know what is usual."""


def off_topic(
    papers: pd.DataFrame,
    topic: str | Iterable[str] | pd.DataFrame = "",
    *,
    categories: Iterable[str] = (),
    far: float = _FAR,
    vectors: Vectors | None = None,
) -> pd.Series[bool]:
    """Return per paper (same index) whether it is off topic; nothing is dropped.

    ``topic`` is the topic's words or query, or a frame of kept papers, which says more;
    ``categories``, where given, are those a core paper has at least one of. ``far`` is the share of
    the core's closeness below which a paper is flagged: smaller flags fewer. Fewer than eight
    candidates, or a topic that matches none of them, flag nothing.
    """
    import pandas as pd

    if len(papers) < _SMALL:
        return pd.Series(False, index=papers.index, dtype=bool)
    pool = vectorize(papers) if vectors is None else vectors
    core, inside = _core(pool, papers, topic, set(categories))
    if not core.shape[0]:
        return pd.Series(False, index=papers.index, dtype=bool)
    return pd.Series(_closeness(pool, core, inside) < far, index=papers.index, dtype=bool)


def _core(
    pool: Vectors, papers: pd.DataFrame, topic: Any, categories: set[str]
) -> tuple[Any, list[int]]:
    """Return the core's rows and, of those within the pool, their numbers."""
    if hasattr(topic, "columns"):
        inside = [pool.position[str(i)] for i in topic.index if str(i) in pool.position]
        return pool.rows(topic), inside
    near = np.asarray((pool.matrix @ pool.query(plain_words(topic)).T).todense()).ravel()
    if categories and "categories" in papers.columns:
        near = near * [bool(categories & set(each)) for each in papers["categories"]]
    chosen = np.argsort(-near, kind="stable")[: max(_SMALL // 2, int(len(near) * _CORE))]
    rows = [int(at) for at in chosen if near[at] > 0]
    return pool.matrix[rows], rows


def _closeness(pool: Vectors, core: Any, inside: list[int]) -> Any:
    """Return each paper's closeness to the core, 1 = as close as usual on the topic.

    Usual is the median of those at least half as close as the core's own median member. Only
    telling terms count (every abstract shares the others), and a member is compared with the other
    members only.
    """
    told = pool.telling.astype(np.float32)
    lengths = np.sqrt(pool.matrix.power(2) @ told) + np.float32(1e-9)
    own = np.sqrt(core.power(2) @ told) + np.float32(1e-9)
    profile = (core.T @ (1 / own)) * told
    close = (pool.matrix @ profile) / lengths
    size = np.full(len(pool.ids), float(core.shape[0]))
    close[inside] -= 1
    size[inside] -= 1
    close /= np.maximum(size, 1)
    members = close[inside] if len(inside) > 1 else (core @ profile) / own / core.shape[0]
    plausible = close[close >= float(np.median(members)) / 2]
    usual = np.median(plausible) if len(plausible) else np.median(members)
    return close / max(float(usual), 1e-9)
