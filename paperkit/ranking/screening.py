"""Screening: reading candidates best first, simulated on labelled sets, and when to stop.

`replay` is how the ranking is measured; `remaining` is the stopping rule that replay calibrated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from paperkit.errors import explained
from paperkit.ranking.relevance import contrast, standardized
from paperkit.ranking.vectors import Vectors, cosines, vectorize

if TYPE_CHECKING:
    import pandas as pd

_EVERY_UNTIL = 1_000
"""Records read up to which every single label is learned from before the next record is asked."""
_BATCH = 200
"""Beyond, that share of what was read (1/200) is asked between two fits."""
_LEAST = 10
"""Decisions below which nothing is said about what remains."""
_LEVEL, _SLOPE = -0.298, 0.656
"""log(1 + relevant left) = level + slope * log(1 + papers left * recent keep rate)."""
_EARLY = 0.2
"""Share of the papers read up to which the line misses more than later."""
_MISSES = {True: (-1.70, 1.32), False: (-0.87, 1.07)}
"""The 5 and 95 % quantiles of what the line misses, early (True) and later; all of it fitted in
replay by ``benchmarks/bench_ranking.py remaining``."""


@explained
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
    order: list[int] = []
    tally, asked = _Tally(pool), [int(row) for row in priors]
    while asked:
        order += asked
        tally.read(asked, labels[asked])
        is_open = np.ones(len(labels), dtype=bool)
        is_open[order] = False
        if not is_open.any():
            break
        score = np.where(is_open, tally.score(is_open), -np.inf)
        size = 1 if len(order) <= _EVERY_UNTIL else len(order) // _BATCH
        left = len(labels) - len(order)
        asked = np.argsort(-score, kind="stable")[: min(size, left)].tolist()
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


@explained
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
    priors each. Fitted on six sets, the interval held the true number in 94 % of the cases of the
    seventh (81 % in the worst set, 100 % in the best; 90 % while at most a fifth was read, 97 %
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
    line = _LEVEL + _SLOPE * np.log1p(left * rate)
    misses = _MISSES[len(answers) <= _EARLY * (len(answers) + left)]
    expected, low, high = np.expm1(line + np.array([0.0, *misses])).clip(0, left).tolist()
    return expected, int(np.floor(low)), min(left, int(np.ceil(high)))


def _unled(answers: Any, left: int) -> tuple[float, int, int]:
    """Return expected, low and high for papers read in an order without meaning."""
    kept, skipped = answers.sum() + 0.5, len(answers) - answers.sum() + 0.5
    chances = np.cumsum(_beta_binomial(left, kept, skipped))
    low, high = np.searchsorted(chances, (0.05, 0.95)).tolist()
    return float(left * kept / (kept + skipped)), low, min(left, high)


def _beta_binomial(n: int, a: float, b: float) -> Any:
    """Return the chance of each count from 0 to `n`; scipy.stats has it, at 60 MB of memory."""
    k = np.arange(n)
    steps = np.log((n - k) * (k + a) / ((k + 1) * (n - k - 1 + b)))
    chances = np.concatenate(([0.0], np.cumsum(steps)))
    chances = np.exp(chances - chances.max())
    return chances / chances.sum()


@dataclass(eq=False)
class _Tally:
    """What the records read so far add up to: cosines and their squares with all."""

    pool: Vectors

    def __post_init__(self) -> None:
        size = len(self.pool.ids)
        self.counts = np.zeros(2)
        self.sums = np.zeros((2, 2, size))
        self.all = self.pool.matrix @ self.pool.total.astype(np.float32)
        self.usual = self.pool.usual_kinship(np.arange(size))

    def read(self, rows: Any, answers: Any) -> None:
        """Learn these records' labels."""
        found = cosines(self.pool.matrix, self.pool.matrix[rows])
        for label in (0, 1):
            own = found[:, answers == label]
            self.sums[label] += own.sum(axis=1), (own**2).sum(axis=1)
            self.counts[label] += own.shape[1]

    def score(self, is_open: Any) -> Any:
        """Return every record's score, as `rank` would (read records too)."""
        (skipped, skipped_kin), (kept, kept_kin) = self.sums / np.maximum(self.counts, 1).reshape(
            2, 1, 1
        )
        left = max(1.0, len(self.pool.ids) - self.counts.sum())
        usual = (self.all - self.sums[:, 0].sum(axis=0)) / left
        counts = float(self.counts[1]), float(self.counts[0])
        near = contrast(kept_kin, skipped_kin, self.usual, counts)
        first = contrast(kept, skipped, usual, counts) + near / self.pool.level
        return standardized(first, is_open)[0]
