"""Reasons: why a paper stands where it stands, as terms, nearest kept papers, and one line.

The terms named are the sum that puts a paper among the best, directly and by its themes, and the
kept papers are the relatives that its kinship counts most: both are parts of the score, not a story
told about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from paperkit.ranking.preferences import Learned
    from paperkit.ranking.vectors import Vectors

Term = tuple[str, float]
"""A term and what it adds to (or, negative, takes from) a paper's score, in standard deviations."""

_UP, _DOWN = 3, 2
_CONSIDERED = 16
"""Strongest terms of a paper that are looked at; a word inside a chosen pair says nothing new."""
_SHARE = 0.02
"""Standard deviations below which a term is not worth naming."""
_NEIGHBORS = 2
_POOL = 64
"""Newest kept papers among which the nearest are looked for."""
_NEAR = 0.08
"""Cosine below which a kept paper explains nothing."""


def strongest(pool: Vectors, learned: Learned, rows: Any) -> list[tuple[Term, ...]]:
    """Return the strongest terms of each of `rows`, by size: up to three for, two against."""
    return [_row_terms(pool, learned, row) for row in rows]


def _row_terms(pool: Vectors, learned: Learned, row: int) -> tuple[Term, ...]:
    where = slice(pool.matrix.indptr[row], pool.matrix.indptr[row + 1])
    columns = pool.matrix.indices[where]
    each = learned.weights[columns] + learned.pull[columns] / pool.themes.lengths[row]
    shares = np.where(pool.telling[columns], pool.matrix.data[where] * each, 0.0)
    order = np.argsort(-np.abs(shares), kind="stable")[:_CONSIDERED]
    named = zip(pool.names[columns[order]].tolist(), shares[order].tolist(), strict=True)
    chosen: list[Term] = []
    for name, value in named:
        if abs(value) >= _SHARE and _new(chosen, name, value):
            chosen.append((name, round(value, 4)))
    return tuple(chosen)


def _new(chosen: list[Term], name: str, value: float) -> bool:
    """Return whether a term's side has room and no chosen term of that side says it already."""
    same = [word for word, share in chosen if (share > 0) == (value > 0)]
    room = len(same) < (_UP if value > 0 else _DOWN)
    return room and not any(name in word or word in name for word in same)


def neighbors(pool: Vectors, kept: pd.DataFrame, rows: Any) -> list[tuple[str, ...]]:
    """Return for each of `rows` the ids of its nearest kept papers (not itself), nearest first."""
    kept = kept[~kept.index.duplicated()].tail(_POOL)
    if kept.empty:
        return [() for _ in rows]
    ids = [str(paper_id) for paper_id in kept.index]
    cosines = pool.similar(kept)[rows]
    own = np.asarray([pool.position.get(paper_id, -1) for paper_id in ids])
    cosines[np.asarray(rows)[:, None] == own[None, :]] = 0.0
    best = np.argsort(-cosines, axis=1, kind="stable")[:, :_NEIGHBORS]
    near = np.take_along_axis(cosines, best, axis=1) >= _NEAR
    return [
        tuple(ids[at] for at, ok in zip(row, good, strict=True) if ok)
        for row, good in zip(best.tolist(), near.tolist(), strict=True)
    ]


def sentence(named: Sequence[Term], near: Sequence[str]) -> str:
    """Return one readable line for a paper's terms and neighbors."""
    up = [name for name, value in named if value > 0]
    down = [name for name, value in named if value < 0]
    parts = ["for: " + ", ".join(up)] if up else []
    if down:
        parts.append("against: " + ", ".join(down))
    if near:
        parts.append("near kept " + ", ".join(near))
    return "; ".join(parts) or "nothing in it speaks clearly for or against"
