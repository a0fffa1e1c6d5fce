"""Relevance: each candidate's score from a person's decisions, and why it stands there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from paperkit.errors import PaperkitError
from paperkit.ranking.preferences import Evidence, Learned, learn
from paperkit.ranking.reasons import neighbors, sentence, strongest
from paperkit.ranking.vectors import Vectors, plain_words, vectorize

if TYPE_CHECKING:
    import pandas as pd

_DECISIONS = ("keep", "skip", "later")
_WORDS_FADE = 3.0
"""Kept papers after which the topic's words count half."""


def rank(
    papers: pd.DataFrame,
    decisions: pd.DataFrame | None = None,
    *,
    topic_words: str | Iterable[str] = "",
    vectors: Vectors | None = None,
    recency: float = 0.1,
    half_life: float = 365.0,
    explain: int | Iterable[str] = 200,
) -> pd.DataFrame:
    """Return one row per paper, in the order given: score, why, terms, neighbors.

    ``decisions`` is a papers frame with a column ``decision`` (keep, skip, later; later is
    neutral); where it has ``decided_at`` (UTC), a decision counts half after ``half_life`` days.
    Without any, ``topic_words`` alone order the papers; they fade as kept papers arrive.
    ``score`` is 0 to 1, 0.5 is the average open candidate; ``recency`` is how many standard
    deviations of the candidates a paper of today gains over an old one.

    ``why`` is one line, ``terms`` its (term, weight) pairs, ``neighbors`` the ids of the nearest
    kept papers: for the best ``explain`` papers, or for exactly the ids given there. Pass
    ``vectors`` (see `vectorize`) to skip looking the pool's vectors up by content.

    Raises:
        PaperkitError: a frame lacks a column it needs, or a decision is none of the three.
    """
    decided = _checked(decisions)
    if papers.empty:
        return _frame(papers, np.zeros(0), _reasons(0, ""))
    pool = vectorize(papers) if vectors is None else vectors
    evidence = _evidence(pool, decided, plain_words(topic_words), half_life)
    gain = _recency(papers, recency)
    if evidence is None:
        why = "no decisions and no topic words yet: newest first"
        return _frame(papers, _logistic(gain), _reasons(len(papers), why))
    learned = learn(pool, evidence, _open(pool, decided))
    score = _logistic(learned.scores + gain)
    reasons = _reasons(len(papers), "not among the best: rank(…, explain=[id]) says why")
    _explain(reasons, pool, learned, decided, _chosen(pool, score, explain))
    return _frame(papers, score, reasons)


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


def _explain(
    reasons: dict[str, Any],
    pool: Vectors,
    learned: Learned,
    decided: pd.DataFrame,
    rows: list[int],
) -> None:
    """Write why these rows stand where they stand."""
    named = strongest(pool, learned, rows)
    near = neighbors(pool, decided[decided["decision"] == "keep"], rows)
    for at, words, ids in zip(rows, named, near, strict=True):
        reasons["why"][at] = sentence(words, ids)
        reasons["terms"][at], reasons["neighbors"][at] = words, ids


def _checked(decisions: pd.DataFrame | None) -> pd.DataFrame:
    """Return the keeps and skips, oldest first where their times are known."""
    import pandas as pd

    if decisions is None:
        return pd.DataFrame({"title": [], "decision": []})
    if "decision" not in decisions.columns:
        raise PaperkitError("decisions: no column 'decision'; pass library.papers() or add it")
    known = decisions[decisions["decision"].isin(("keep", "skip"))]
    neutral = decisions["decision"].isna() | decisions["decision"].isin(("later", "undecided", ""))
    strange = decisions.index[~neutral & ~decisions.index.isin(known.index)]
    if len(strange):
        given = decisions.loc[strange[0], "decision"]
        raise PaperkitError(f"{strange[0]}: decision {given!r}; use one of {', '.join(_DECISIONS)}")
    if "decided_at" in known.columns:
        return known.sort_values("decided_at", kind="stable")
    return known


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
