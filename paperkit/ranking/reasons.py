"""Reasons: why a paper stands where it stands, as terms, nearest kept papers, and one line.

The terms named are the sum that puts a paper among the best, directly and by its themes, and the
kept papers are the relatives that its kinship counts most: both are parts of the score, not a story
told about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from paperkit.ranking.vectors import cosines

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
    part = pool.matrix[rows]
    terms, lengths = part.indices, pool.themes.lengths[rows]
    pulled = pool.themes.pull(learned.direction, terms) / np.repeat(lengths, np.diff(part.indptr))
    shares = part.data * (learned.weights[terms] + pulled)
    shares[~pool.telling[terms]] = 0.0
    found = []
    for start, end in pairwise(part.indptr.tolist()):
        order = start + np.argsort(-np.abs(shares[start:end]), kind="stable")[:_CONSIDERED]
        found.append(_chosen(pool.names[terms[order]].tolist(), shares[order].tolist()))
    return found


def _chosen(names: list[str], shares: list[float]) -> tuple[Term, ...]:
    """Return the terms worth naming: as many as a side has room for, none that repeats another."""
    sides: dict[bool, list[str]] = {True: [], False: []}
    chosen = []
    for name, share in zip(names, shares, strict=True):
        side = sides[share > 0]
        full = len(side) == (_UP if share > 0 else _DOWN)
        if full or abs(share) < _SHARE or any(name in word or word in name for word in side):
            continue
        side.append(name)
        chosen.append((name, round(share, 4)))
    return tuple(chosen)


def neighbors(pool: Vectors, kept: pd.DataFrame, rows: Any) -> list[tuple[str, ...]]:
    """Return for each of `rows` the ids of its nearest kept papers (not itself), nearest first."""
    kept = kept[~kept.index.duplicated()].tail(_POOL)
    if kept.empty:
        return [() for _ in rows]
    ids = [str(paper_id) for paper_id in kept.index]
    found = cosines(pool.matrix[rows], pool.rows(kept))
    own = np.asarray([pool.position.get(paper_id, -1) for paper_id in ids])
    found[np.asarray(rows)[:, None] == own[None, :]] = 0.0
    best = np.argsort(-found, axis=1, kind="stable")[:, :_NEIGHBORS]
    near = np.take_along_axis(found, best, axis=1) >= _NEAR
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
