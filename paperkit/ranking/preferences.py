"""Preferences: what a person's decisions say about terms, as one weight per term.

Two linear learners look at the same rows and are blended after each was brought to one scale over
the open papers, so that the blend is linear too and every score is exactly the sum of its terms:

- *center* (Rocchio): the mean kept paper against the mean skipped and the mean open one. Steady
  when there are very few decisions; it does most of the work.
- *margin* (linear SVM): separates kept from skipped, explicit decisions only. In replay it lifted
  the sets with many relevant records and cost others as much: kept for breadth, not for the mean.

A third learner, naive Bayes, left the means of replay where they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_EXPLICIT = 0.8
"""Largest share of the skipped papers in what kept papers are compared with; the open ones have
the rest. Chosen in replay; fixed shares of 0.5 and 0.7 did about as well, 0.3 worse."""
_TRUST = 10
"""Skipped papers at which half of that share is given: a mean of two papers is mostly chance."""
_SVM_COST = 0.3
_SVM_RATIO = 3.0
_SVM_ROWS = 1_500
"""Newest decisions the margin learner looks at: more would not fit a click's 150 ms."""


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
    def open_total(self) -> Any:
        """Return the sum of the rows without a decision."""
        kept = self.inside[: self.kept.shape[0]]
        skipped = self.inside[self.kept.shape[0] :]
        known = _sum(self.kept, kept.astype(float)) + _sum(self.skipped, skipped.astype(float))
        return np.maximum(self.total - known, 0.0)

    @property
    def open_count(self) -> int:
        """Return the number of rows without a decision."""
        return max(1, self.count - int(self.inside.sum()))


def learn(matrix: Any, evidence: Evidence, open_rows: Any) -> tuple[Any, Any]:
    """Return (weight per term, score per row of `matrix`); the scores' scale is arbitrary.

    ``open_rows`` is a mask of the rows over which the learners are brought to one scale.
    """
    found = []
    if evidence.kept.shape[0]:
        found.append(center(evidence))
    if evidence.skipped.shape[0]:
        found.append(margin(evidence) if found else _away(evidence))
    weights = np.zeros(matrix.shape[1])
    scores = np.zeros(matrix.shape[0])
    for each in found:
        raw = matrix @ each.astype(np.float32)
        spread = float((raw[open_rows] if open_rows.any() else raw).std()) + 1e-9
        weights += each / spread
        scores += raw / spread
    return weights / len(found), scores / len(found)


def center(evidence: Evidence) -> Any:
    """Return Rocchio weights: the mean kept paper minus the mean of those that are not.

    Skipped and open papers are weighed as groups, so that a few skips are not drowned by a hundred
    thousand papers nobody has looked at.
    """
    kept = _sum(evidence.kept, evidence.kept_weights) / max(evidence.kept_weights.sum(), 1e-9)
    return kept - _rest(evidence)


def _away(evidence: Evidence) -> Any:
    """Return the mean open paper minus the mean skipped one: all there is without a kept paper."""
    skipped = _sum(evidence.skipped, evidence.skipped_weights)
    skipped /= max(float(evidence.skipped_weights.sum()), 1e-9)
    return evidence.open_total / evidence.open_count - skipped


def _rest(evidence: Evidence) -> Any:
    """Return the mean paper that was not kept: skipped ones the more there are."""
    rest = evidence.open_total / evidence.open_count
    if not evidence.skipped.shape[0]:
        return rest
    count = max(float(evidence.skipped_weights.sum()), 1e-9)
    skipped = _sum(evidence.skipped, evidence.skipped_weights) / count
    share = _EXPLICIT * count / (count + _TRUST)
    return share * skipped + (1 - share) * rest


def margin(evidence: Evidence) -> Any:
    """Return linear SVM weights from the newest decisions; kept ones weigh more than skipped."""
    from scipy import sparse
    from sklearn.svm import LinearSVC

    half = _SVM_ROWS // 2
    kept, skipped = evidence.kept[-half:], evidence.skipped[-half:]
    positive, negative = evidence.kept_weights[-half:], evidence.skipped_weights[-half:]
    weights = np.concatenate(
        [positive / positive.sum() * _SVM_RATIO, negative / max(negative.sum(), 1e-9)]
    )
    weights *= len(weights) / weights.sum()
    answers = np.repeat([1, 0], [kept.shape[0], skipped.shape[0]])
    rows = sparse.vstack([kept, skipped], format="csr").astype(np.float64)
    machine = LinearSVC(C=_SVM_COST, random_state=0, max_iter=2_000)
    return machine.fit(rows, answers, sample_weight=weights).coef_[0]


def _sum(rows: Any, weights: Any) -> Any:
    return np.asarray(rows.T @ weights, dtype=np.float64).ravel()
