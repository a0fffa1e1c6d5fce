"""Preferences: what a person's decisions say about every candidate, as one number.

The mean kept paper is compared with the mean skipped and the mean open one, by three likenesses at
once:

- *terms* (cosine; Rocchio): one weight per term, cheap for any number of candidates, and what the
  reasons name. Steady when there are very few decisions.
- *kinship* (squared cosine): a few near relatives among the kept papers say more than a faint
  likeness to all of them, which helps where what is kept falls into several kinds.
- *themes* (cosine in few dimensions, see `Themes`): finds what is told in other words. Most useful
  with few kept papers, whose words are too few to go by; fades as more arrive.

A linear SVM beside them (explicit decisions only) found the last few relevant records a little
earlier and the first tenth later; naive Bayes left the means of replay where they were. Both are
out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from paperkit.ranking.vectors import cosines

if TYPE_CHECKING:
    from paperkit.ranking.vectors import Vectors

_EXPLICIT = 0.8
"""Largest share of the skipped papers in what kept papers are compared with; the open ones have
the rest."""
_TRUST = 10
"""Skipped papers at which half of that share is given: a mean of two papers is mostly chance."""
_RELATED = 1_000
"""Best candidates by their terms, whose kinship is looked at; the others follow in their order."""
_RELATIVES = 300
"""Newest kept and newest skipped papers among which relatives are looked for: more would not fit a
click's 150 ms."""
_THEMES_FADE = 20.0
"""Kept papers at which themes count half as much as the other two; before the first, as much."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Sparse rows of kept and skipped papers with a weight each, and the pool they come from.

    ``total`` is the sum of the pool's rows, ``count`` their number; ``inside`` says which kept and
    skipped rows (in this order) are part of the pool, so that they are not counted as open too.
    """

    kept: Any
    kept_weights: Any
    skipped: Any
    skipped_weights: Any
    total: Any
    count: int
    inside: Any

    @property
    def open_mean(self) -> Any:
        """Return the mean row without a decision."""
        kept = self.inside[: self.kept.shape[0]]
        skipped = self.inside[self.kept.shape[0] :]
        known = _sum(self.kept, kept.astype(float)) + _sum(self.skipped, skipped.astype(float))
        return np.maximum(self.total - known, 0.0) / max(1, self.count - int(self.inside.sum()))


@dataclass(frozen=True, eq=False)
class Learned:
    """Scores of a pool's rows, in standard deviations, and what they are made of besides kinship.

    ``weights`` is what a term adds to every paper, ``direction`` (among the themes) where papers
    gain by them: what a term `pulls <Themes.pull>` there is divided by the paper's length.
    """

    scores: Any
    weights: Any
    direction: Any


def learn(pool: Vectors, evidence: Evidence, is_open: Any) -> Learned:
    """Return every row's score; `is_open` says which ones are without a decision."""
    matrix = pool.matrix
    kept = _sum(evidence.kept, _shares(evidence.kept_weights))
    skipped = _sum(evidence.skipped, _shares(evidence.skipped_weights))
    counts = float(evidence.kept_weights.sum()), float(evidence.skipped_weights.sum())
    weights = contrast(kept, skipped, evidence.open_mean, counts)
    scores = matrix @ weights.astype(np.float32)
    near = np.argsort(-scores, kind="stable")[:_RELATED]
    bonus = _kinship(pool, near, evidence, counts) / pool.level
    gained = np.full(len(scores), bonus.min())
    gained[near] = bonus
    themes = pool.themes
    direction = contrast(
        _shares(evidence.kept_weights) @ themes.place(evidence.kept),
        _shares(evidence.skipped_weights) @ themes.place(evidence.skipped),
        themes.rows[is_open].mean(axis=0),
        counts,
    )
    parts = (scores + gained, themes.rows @ direction)
    blended, (by_terms, by_themes) = blend(parts, is_open, counts[0])
    return Learned(blended, weights * by_terms, direction * by_themes)


def blend(parts: tuple[Any, Any], is_open: Any, kept: float) -> tuple[Any, tuple[float, float]]:
    """Return (scores in standard deviations, factor of each part).

    The parts are what terms and kinship say, and what themes say. Each is measured by how much the
    open papers differ in it.
    """
    shares = np.array([1.0, _THEMES_FADE / (_THEMES_FADE + kept)])
    factors = shares / [max(float(part[is_open].std()), 1e-6) for part in parts]
    mixed = factors[0] * parts[0] + factors[1] * parts[1]
    spread = max(float(mixed[is_open].std()), 1e-6)
    scores = (mixed - mixed[is_open].mean()) / spread
    by_terms, by_themes = (factors / spread).tolist()
    return scores, (by_terms, by_themes)


def contrast(kept: Any, skipped: Any, usual: Any, counts: tuple[float, float]) -> Any:
    """Return the mean kept one minus the mean of those that are not; any arrays of one shape.

    ``counts`` are the kept and the skipped papers. Skipped and open papers are weighed as groups,
    so that a few skips are not drowned by a hundred thousand papers nobody has looked at. Without
    a kept paper, what is usual stands in for it.
    """
    if not counts[0]:
        return usual - skipped
    share = _EXPLICIT * counts[1] / (counts[1] + _TRUST)
    return kept - share * skipped - (1 - share) * usual


def _kinship(pool: Vectors, rows: Any, evidence: Evidence, counts: tuple[float, float]) -> Any:
    """Return how much nearer these rows are to kept papers than to the others."""
    near = pool.matrix[rows]
    found = [
        cosines(near, papers[-_RELATIVES:]) ** 2 @ _shares(weights[-_RELATIVES:])
        for papers, weights in (
            (evidence.kept, evidence.kept_weights),
            (evidence.skipped, evidence.skipped_weights),
        )
    ]
    return contrast(found[0], found[1], pool.usual_kinship(rows), counts)


def _shares(weights: Any) -> Any:
    """Return the weights with a sum of one."""
    return weights / max(float(weights.sum()), 1e-9)


def _sum(rows: Any, weights: Any) -> Any:
    return np.asarray(rows.T @ weights, dtype=np.float64).ravel()
