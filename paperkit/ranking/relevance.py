"""Relevance: each candidate's score from a person's decisions, and why it stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from paperkit.errors import PaperkitError, explained
from paperkit.ranking.vectors import Vectors, cosines, plain_words, vectorize

if TYPE_CHECKING:
    import pandas as pd


class Stopped(Exception):
    """A ranking was told to stop before it was done."""


_DECISIONS = ("keep", "skip", "later")
_WORDS_FADE = 3.0
"""Kept papers after which the topic's words count half."""


@explained
def rank(
    papers: pd.DataFrame,
    decisions: pd.DataFrame | None = None,
    *,
    topic_words: str | Iterable[str] = "",
    vectors: Vectors | None = None,
    recency: float = 0.1,
    half_life: float = 365.0,
    explain: int | Iterable[str] = 200,
    stopped: Callable[[], bool] = bool,
) -> pd.DataFrame:
    """Return one row per paper, in the order given: score, why, terms, neighbors.

    >>> library.score(rank(papers, library.papers(), topic_words="avatars"))

    ``decisions`` is a papers frame with a column ``decision`` (keep, skip, later; later is
    neutral); where it has ``decided_at`` (UTC), a decision counts half after ``half_life`` days.
    A frame without that column is *seeds*: papers you know to be relevant, each taken for kept.
    They need a title (an abstract helps) and no arXiv id; where the index holds numbers, a seed
    goes by its title. For both at once give seeds a ``decision`` and concatenate the frames.
    Without any, ``topic_words`` alone order the papers; they fade as kept papers arrive.
    ``score`` is 0 to 1, 0.5 is the average open candidate; ``recency`` is how many standard
    deviations of the candidates a paper of today gains over an old one.

    ``why`` is one line, ``terms`` its (term, weight) pairs, ``neighbors`` the ids of the nearest
    kept papers: for the best ``explain`` papers, or for exactly the ids given there. Pass
    ``vectors`` (see `vectorize`) to skip looking the pool's vectors up by content. ``stopped`` is
    asked between the steps whether the answer is still wanted.

    Raises:
        PaperkitError: a frame lacks a column it needs, or a decision is none of the three.
        Stopped: ``stopped`` said yes.
    """
    decided = _checked(decisions)
    if papers.empty:
        return _frame(papers, np.zeros(0), _reasons(0, ""))
    pool = vectors or vectorize(papers, _strangers(papers, decided))
    _go_on(stopped)
    evidence = _evidence(pool, decided, plain_words(topic_words), half_life)
    gain = _recency(papers, recency)
    if evidence is None:
        return _frame(papers, _logistic(gain), _reasons(len(papers), _NOTHING_YET))
    learned = learn(pool, evidence, _open(pool, decided))
    _go_on(stopped)
    score = _logistic(learned.scores[: len(papers)] + gain)
    reasons = _explained(len(papers), pool, learned, decided, _chosen(pool, score, explain))
    return _frame(papers, score, reasons)


_NOTHING_YET = "no decisions and no topic words yet: newest first"


def _go_on(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise Stopped


def _chosen(pool: Vectors, score: Any, explain: int | Iterable[str]) -> list[int]:
    """Return the rows to explain."""
    if isinstance(explain, int):
        return [int(at) for at in np.argsort(-score, kind="stable")[:explain]]
    return [pool.position[str(paper_id)] for paper_id in explain if str(paper_id) in pool.position]


def _reasons(count: int, why: str) -> dict[str, Any]:
    """Return the columns that explain: `why` for every row, no terms and no neighbors yet."""
    columns = {name: np.empty(count, dtype=object) for name in ("why", "terms", "neighbors")}
    for name, values in columns.items():
        values.fill(why if name == "why" else ())
    return columns


def _explained(
    count: int,
    pool: Vectors,
    learned: Learned,
    decided: pd.DataFrame,
    rows: list[int],
) -> dict[str, Any]:
    """Return the columns that explain, filled for these rows."""
    reasons = _reasons(count, "not among the best: rank(…, explain=[id]) says why")
    named = strongest(pool, learned, rows)
    near = neighbors(pool, decided[decided["decision"] == "keep"], rows)
    for at, words, ids in zip(rows, named, near, strict=True):
        reasons["why"][at] = sentence(words, ids)
        reasons["terms"][at], reasons["neighbors"][at] = words, ids
    return reasons


def _checked(decisions: pd.DataFrame | None) -> pd.DataFrame:
    """Return the keeps and skips, oldest first where their times are known."""
    import pandas as pd

    if decisions is None:
        return pd.DataFrame({"title": [], "decision": []})
    if "decision" not in decisions.columns:
        decisions = _seeds(decisions)
    known = decisions[decisions["decision"].isin(("keep", "skip"))]
    neutral = decisions["decision"].isna() | decisions["decision"].isin(("later", "undecided", ""))
    strange = decisions.index[~neutral & ~decisions.index.isin(known.index)]
    if len(strange):
        given = decisions.loc[strange[0], "decision"]
        raise PaperkitError(f"{strange[0]}: decision {given!r}; use one of {', '.join(_DECISIONS)}")
    if "decided_at" in known.columns:
        return known.sort_values("decided_at", kind="stable")
    return known


def _seeds(papers: pd.DataFrame) -> pd.DataFrame:
    """Return papers known to be relevant as kept ones; a number is no id, so a title stands in."""
    if "title" not in papers.columns:
        raise PaperkitError(
            "decisions: no column 'decision', so these are seeds, and no 'title'; seeds need one"
        )
    names = zip(papers.index, papers["title"], strict=True)
    index = [i if isinstance(i, str) else f"“{str(title)[:60]}”" for i, title in names]
    return papers.set_axis(index).assign(decision="keep", seed=True)


def _strangers(papers: pd.DataFrame, decided: pd.DataFrame) -> pd.DataFrame | None:
    """Return the seeds that are no candidates: their words are part of the vocabulary.

    A word that one candidate and one seed have would not be known otherwise. Other decided papers
    from elsewhere come and go, and a new vocabulary for each would take seconds.
    """
    if "seed" not in decided.columns:
        return None
    return decided.loc[~decided.index.isin(papers.index.astype(str))]


def _evidence(
    pool: Vectors, decided: pd.DataFrame, words: str, half_life: float
) -> Evidence | None:
    """Return what is known about the pool, or None when nothing is."""
    from scipy import sparse

    keeps = decided[decided["decision"] == "keep"]
    skips = decided[decided["decision"] == "skip"]
    kept, kept_weights = pool.rows(keeps), _ages(keeps, half_life)
    inside = [str(i) in pool.position for i in [*keeps.index, *skips.index]]
    query = pool.query(words)
    if query.nnz:
        kept = sparse.vstack([query, kept], format="csr")
        kept_weights = np.append(_WORDS_FADE / (_WORDS_FADE + len(keeps)), kept_weights)
        inside = [False, *inside]
    if not kept.shape[0] and not len(skips):
        return None
    return Evidence(
        kept=kept,
        kept_weights=kept_weights,
        skipped=pool.rows(skips),
        skipped_weights=_ages(skips, half_life),
        total=pool.total,
        count=len(pool.ids),
        inside=np.asarray(inside, dtype=bool),
    )


def _ages(decided: pd.DataFrame, half_life: float) -> Any:
    """Return each decision's weight: 1 for the newest, half of it every `half_life` days before."""
    if "decided_at" not in decided.columns or decided.empty:
        return np.ones(len(decided))
    days = (decided["decided_at"].max() - decided["decided_at"]).dt.total_seconds() / 86_400
    return 0.5 ** (days.fillna(0.0).to_numpy(dtype=float) / half_life)


def _recency(papers: pd.DataFrame, weight: float) -> Any:
    """Return what each paper gains for its date: `weight` for the newest, half a year later."""
    import pandas as pd

    if "published" not in papers.columns or not weight:
        return np.zeros(len(papers))
    published = pd.to_datetime(papers["published"], utc=True, errors="coerce")
    days = (published.max() - published).dt.total_seconds() / 86_400
    return weight * 0.5 ** (days.fillna(np.inf).to_numpy(dtype=float) / 365.0)


def _open(pool: Vectors, decided: pd.DataFrame) -> Any:
    is_open = np.ones(len(pool.ids), dtype=bool)
    is_open[[pool.position[str(i)] for i in decided.index if str(i) in pool.position]] = False
    return is_open if is_open.any() else ~is_open


def _logistic(value: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-np.clip(value, -30.0, 30.0)))


def _frame(papers: pd.DataFrame, score: Any, reasons: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"score": np.asarray(score, dtype=float), **reasons}, index=papers.index)


# What decisions say about every candidate: the mean kept paper against the mean skipped and the
# mean open one, by cosine (one weight per term, what the reasons name; Rocchio) and by squared
# cosine (a few near relatives say more than a faint likeness to all; here "kinship").

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
    """Scores of a pool's rows, in standard deviations, and what a term adds to each of them."""

    scores: Any
    weights: Any


def learn(pool: Vectors, evidence: Evidence, is_open: Any) -> Learned:
    """Return every row's score; `is_open` says which ones are without a decision."""
    kept = _sum(evidence.kept, _shares(evidence.kept_weights))
    skipped = _sum(evidence.skipped, _shares(evidence.skipped_weights))
    counts = float(evidence.kept_weights.sum()), float(evidence.skipped_weights.sum())
    weights = contrast(kept, skipped, evidence.open_mean, counts)
    scores = pool.matrix @ weights.astype(np.float32)
    near = np.argsort(-scores, kind="stable")[:_RELATED]
    bonus = _kinship(pool, near, evidence, counts) / pool.level
    gained = np.full(len(scores), bonus.min())
    gained[near] = bonus
    scores, spread = standardized(scores + gained, is_open)
    return Learned(scores, weights / spread)


def standardized(scores: Any, is_open: Any) -> tuple[Any, float]:
    """Return (scores as standard deviations of the open ones from their mean, the deviation)."""
    spread = max(float(scores[is_open].std()), 1e-6)
    return (scores - scores[is_open].mean()) / spread, spread


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


# Reasons: the terms and kept papers that put a paper where it stands

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
    terms = part.indices
    shares = part.data * learned.weights[terms]
    shares[~pool.telling[terms]] = 0.0
    found = []
    for start, end in pairwise(part.indptr.tolist()):
        order = start + np.argsort(-np.abs(shares[start:end]), kind="stable")[:_CONSIDERED]
        found.append(_reason_chosen(pool.names[terms[order]].tolist(), shares[order].tolist()))
    return found


def _reason_chosen(names: list[str], shares: list[float]) -> tuple[Term, ...]:
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


# Off-topic candidates

_FAR = {"words": 0.35, "papers": 0.5}
"""Share of the usual closeness below which a candidate is off topic, by what tells the topic. By
words the core is a guess, and at half the usual closeness half of the flags were wrong; planted
strangers reached a third of it at most (six pools, 100 flags looked at by hand)."""
_CORE = 0.25
"""Share of the candidates taken for the core when only words are known."""
_SMALL = 8
"""Candidates below which nothing is flagged: too few to know what is usual."""


@explained
def off_topic(
    papers: pd.DataFrame,
    topic: str | Iterable[str] | pd.DataFrame = "",
    *,
    categories: Iterable[str] = (),
    far: float | None = None,
    vectors: Vectors | None = None,
) -> pd.Series[bool]:
    """Return per paper (same index) whether it is off topic; nothing is dropped.

    ``topic`` is the topic's words or query, or a frame of kept papers, which says more;
    ``categories``, where given, are those a core paper has at least one of. ``far`` is the share of
    the core's closeness below which a paper is flagged: smaller flags fewer (None: .35 by words,
    .5 by kept papers). Fewer than eight candidates, or a topic that matches none of them, flag
    nothing.
    """
    import pandas as pd

    if len(papers) < _SMALL:
        return pd.Series(False, index=papers.index, dtype=bool)
    pool = vectorize(papers) if vectors is None else vectors
    core, inside = _core(pool, papers, topic, set(categories))
    if not core.shape[0]:
        return pd.Series(False, index=papers.index, dtype=bool)
    far = _FAR["papers" if hasattr(topic, "columns") else "words"] if far is None else far
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
