"""Screening: reading candidates best first, simulated on labelled sets, and when to stop.

`replay` is how the ranking is measured; `remaining` is the stopping rule that replay calibrated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from paperkit.ranking.preferences import Evidence, learn
from paperkit.ranking.vectors import Vectors, vectorize

if TYPE_CHECKING:
    import pandas as pd

_EVERY_UNTIL = 200
"""Records read up to which every single label is learned from before the next record is asked."""
_BATCH = 50
"""Beyond, that share of what was read (1/50) is asked between two fits."""
_LEAST = 10
"""Decisions below which nothing is said about what remains."""
_LEVEL, _SLOPE, _LOW, _HIGH = -0.359, 0.669, -1.54, 1.15
"""log(1 + relevant left) = level + slope * log(1 + papers left * recent keep rate), and the 3 and
97 % quantiles of what was missed, fitted in replay by ``benchmarks/bench_ranking.py remaining``."""


def replay(labelled: pd.DataFrame, *, priors: tuple[int, int]) -> list[int]:
    """Return the order in which a person led by the ranking would have read the records.

    The protocol (ASReview's): ``labelled`` has title, abstract and label_included (0 or 1), one
    row per record. ``priors`` are the rows of one included and one excluded record, known at the
    start and first in the answer. Then, until no record is left: learn from the labels of the
    records in the answer, ask for the open record that scores best, append it, and only then look
    at its label. Every row is answered once. Texts of all records are known from the start, labels
    never before their record was asked. Ties go to the earlier row: the same order every time.

    Measures, priors left out: WSS@95 = (N - records read until 95 % of the relevant are found)/N
    - 0.05; recall@10 % = share of the relevant among the first tenth; time to discovery = mean
    rank of a relevant record / N.
    """
    texts = labelled[["title", "abstract"]].reset_index(drop=True)
    pool = vectorize(texts)
    labels = labelled["label_included"].to_numpy()
    order = [int(row) for row in priors]
    while len(order) < len(labels):
        score = _scored(pool, np.asarray(order), labels[order])
        score[order] = -np.inf
        size = 1 if len(order) <= _EVERY_UNTIL else len(order) // _BATCH
        best = np.argsort(-score, kind="stable")[: min(size, len(labels) - len(order))]
        order += best.tolist()
    return order


@dataclass(frozen=True)
class Remaining:
    """How many relevant papers are probably still unread.

    ``expected`` with an interval from ``low`` to ``high`` meant to hold the truth in nine of ten
    cases (see `remaining`); ``open`` papers are undecided, ``kept`` of the ``read`` ones were kept.
    """

    expected: float
    low: int
    high: int
    open: int
    read: int
    kept: int

    @property
    def found(self) -> float:
        """Return the expected share of the relevant papers that is found already, 0 to 1."""
        return self.kept / (self.kept + self.expected) if self.kept else 0.0

    def __str__(self) -> str:
        return (
            f"about {self.expected:.0f} ({self.low} to {self.high}) of {self.open} unread papers "
            f"are probably relevant; {self.kept} kept of {self.read} read"
        )


def remaining(
    papers: pd.DataFrame, decisions: pd.DataFrame, *, best_first: bool = True
) -> Remaining:
    """Return how many relevant papers are probably still among those without a decision.

    ``decisions`` is a papers frame with ``decision`` (keep, skip; anything else counts as open) in
    the order they were made, or with ``decided_at``. What counts is how often the last fifth of the
    decisions (at least ten) was a keep, and how many papers are left. With fewer than ten decisions
    the interval is everything.

    ``best_first``: the papers were read from the top of the ranking, so that what is left is poorer
    than what was read last; how much poorer, and how wide the interval must be, was calibrated in
    replay at twelve points between 3 and 90 % read of each of seven labelled sets, three pairs of
    priors each. Fitted on six sets, the interval held the true number in 92 % of the cases of the
    seventh (86 % in the worst set, 100 % in the best; 83 % while at most a fifth was read, 99 %
    later).
    False: read in an order that has nothing to do with relevance (by date, say); what is left is
    then taken for as rich as all that was read, with Jeffreys' interval.
    """
    known = decisions[decisions["decision"].isin(("keep", "skip"))]
    if "decided_at" in known.columns:
        known = known.sort_values("decided_at", kind="stable")
    known = known[known.index.isin(papers.index)]
    known = known[~known.index.duplicated(keep="last")]
    answers = (known["decision"] == "keep").to_numpy(dtype=int)
    kept, left = int(answers.sum()), int(papers.index.nunique()) - len(known)
    if len(answers) < _LEAST:
        return Remaining(left / 2, 0, left, left, len(answers), kept)
    found = _led(answers, left) if best_first else _unled(answers, left)
    return Remaining(*found, open=left, read=len(answers), kept=kept)


def _led(answers: Any, left: int) -> tuple[float, int, int]:
    """Return expected, low and high for papers read best first."""
    recent = answers[-max(_LEAST, len(answers) // 5) :]
    rate = (recent.sum() + 0.3) / (len(recent) + 1)
    level = _LEVEL + _SLOPE * np.log1p(left * rate)
    expected, low, high = np.expm1(level + np.array([0.0, _LOW, _HIGH])).clip(0, left).tolist()
    return expected, int(np.floor(low)), min(left, int(np.ceil(high)))


def _unled(answers: Any, left: int) -> tuple[float, int, int]:
    """Return expected, low and high for papers read in an order without meaning."""
    from scipy.stats import betabinom

    kept = answers.sum() + 0.5
    chance = betabinom(left, kept, len(answers) - answers.sum() + 0.5)
    return float(chance.mean()), int(chance.ppf(0.05)), int(chance.ppf(0.95))


def _scored(pool: Vectors, read: Any, answers: Any) -> Any:
    """Return every row's score, in standard deviations over the open rows; read rows too."""
    kept, skipped = read[answers == 1], read[answers == 0]
    evidence = Evidence(
        kept=pool.matrix[kept],
        kept_weights=np.ones(len(kept)),
        skipped=pool.matrix[skipped],
        skipped_weights=np.ones(len(skipped)),
        total=pool.total,
        count=len(pool.ids),
        inside=np.ones(len(read), dtype=bool),
    )
    open_rows = np.ones(len(pool.ids), dtype=bool)
    open_rows[read] = False
    _, score = learn(pool.matrix, evidence, open_rows)
    return (score - score[open_rows].mean()) / (score[open_rows].std() + 1e-9)
