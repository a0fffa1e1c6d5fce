"""Themes: what a set of papers is about, found by factorization of its words and followed in time.

Non-negative factors of TF-IDF weights (scikit-learn). The start is computed, not drawn, so the
same papers give the same themes; names are carried over from an earlier result where the words
still agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paperkit.errors import explained
from paperkit.trends import counts, ngrams, terms

if TYPE_CHECKING:
    import pandas as pd

    from paperkit.trends.corpus import Papers


NAMED_BY = 3
KEPT = 12
# Two themes whose words agree less than this (cosine) are different themes.
SAME = 0.5


@dataclass(frozen=True)
class Factorization:
    """Themes of papers: weights (theme x term), (paper x theme), and the terms."""

    terms: Any
    papers: Any
    names: list[str]


@explained
def themes(
    papers: Papers,
    *,
    number: int = 8,
    period: str = "month",
    text: str = "both",
    since: Any = None,
    until: Any = None,
    minimum: int | None = None,
    previous: pd.DataFrame | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Find themes and count the papers of each per period: the columns of ``papers_per``.

    >>> themes(papers)

    ``group`` is the theme, named by its heaviest terms; every paper counts in its heaviest theme,
    and a paper that shares no term with any counts in ``total`` only. ``attrs["terms"]`` holds each
    theme's terms with their weights, ``attrs["members"]`` the ids of its papers. ``number`` is how
    many themes, ``text`` what is read (``"title"``, ``"abstract"``, ``"both"``); ``since``,
    ``until`` and ``level`` are those of ``papers_per``. Give an earlier result as ``previous`` to
    keep its names where the words still agree (cosine of at least 0.5). Terms have one or two words
    and are in at least ``minimum`` papers (None: 3, or one in 500) and at most in half of them.

    Raises:
        ArgumentError: the period or ``text`` is unknown; those there are are named.
    """
    corpus = terms.written(papers, text, after=since, until=until, dated=True)
    weighted = _factorized(corpus.texts, number, minimum)
    labels = _labels(weighted, {} if previous is None else previous.attrs.get("terms", {}))
    theme, placed = _heaviest(weighted.papers)
    names = [labels[i] for i in theme[placed]]
    tally = counts.labeled(corpus.published, placed, names, period)
    first, last = counts.moment(since), counts.end(until)
    frame = counts.tabulated(tally, tally, period, since=first, until=last, level=level)
    frame.attrs |= {"unit": period, "by": "theme", "level": level}
    frame.attrs["terms"] = dict(zip(labels, map(_top, *_each(weighted)), strict=True))
    frame.attrs["members"] = _members(labels, names, corpus.ids.take(placed).to_pylist())
    return frame


def _members(labels: list[str], names: list[str], ids: list[str]) -> dict[str, list[str]]:
    """Return the ids of each theme's papers; ``names`` are the papers' themes."""
    members: dict[str, list[str]] = {label: [] for label in labels}
    for name, paper_id in zip(names, ids, strict=True):
        members[name].append(paper_id)
    return members


def _factorized(texts: ngrams.Runs, number: int, minimum: int | None) -> Factorization:
    """Return the non-negative factorization of the papers' TF-IDF weights."""
    import numpy as np

    size = texts.documents
    found = ngrams.terms(texts, longest=2, minimum=minimum or max(3, size // 500))
    held = found.counts()
    used = np.flatnonzero(held <= max(size / 2, 1))
    number = min(number, len(used), size)
    if number < 1:
        return Factorization(np.zeros((0, 0)), np.zeros((size, 0)), [])
    from sklearn.decomposition import NMF

    model = NMF(number, init="nndsvda", max_iter=400, random_state=0)
    weights = model.fit_transform(_weighted(found, used, size))
    return Factorization(model.components_, weights, [found.names[i] for i in used])


def _weighted(found: ngrams.Terms, used: Any, size: int) -> Any:
    """Return the sparse TF-IDF matrix (paper x term), each paper of length 1."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize

    held = found.counts()
    column = np.full(len(held), -1)
    column[used] = np.arange(len(used))
    columns = np.repeat(column, held)
    kept = columns >= 0
    weight = np.log((1 + size) / (1 + held[used]))[columns[kept]]
    cells = (weight, (found.document[kept], columns[kept]))
    return normalize(csr_matrix(cells, shape=(size, len(used))))


def _heaviest(weights: Any) -> tuple[Any, Any]:
    """Return each paper's heaviest theme, and the papers that have any."""
    import numpy as np

    if not weights.shape[1]:
        return np.zeros(len(weights), dtype=int), np.zeros(0, dtype=int)
    return weights.argmax(axis=1), np.flatnonzero(weights.max(axis=1) > 0)


def _each(found: Factorization) -> tuple[Any, list[list[str]]]:
    """Return the themes' weights and, for each of them, the terms."""
    return found.terms, [found.names] * len(found.terms)


def _top(weights: Any, names: list[str]) -> dict[str, float]:
    """Return the heaviest terms of a theme, relative to the heaviest."""
    order = (-weights).argsort(kind="stable")[:KEPT]
    heaviest = max(float(weights[order[0]]), 1e-12) if len(order) else 1.0
    return {names[i]: round(float(weights[i]) / heaviest, 4) for i in order if weights[i] > 0}


def _labels(found: Factorization, earlier: dict[str, dict[str, float]]) -> list[str]:
    """Return a distinct name per theme: the earlier one where it is the same theme."""
    tops = [_top(weights, names) for weights, names in zip(*_each(found), strict=True)]
    kept = _renamed(tops, earlier)
    labels: list[str] = []
    for i, top in enumerate(tops):
        name = kept.get(i) or _named(top)
        taken = {*labels, *kept.values()} if i not in kept else set(labels)
        labels.append(name if name not in taken else f"{name} ({i + 1})")
    return labels


def _named(top: dict[str, float]) -> str:
    """Return a name of the heaviest terms that share no word."""
    chosen: list[str] = []
    # A phrase says more than its words: "gaussian splatting" before "splatting".
    order = sorted(top, key=lambda term: -top[term] * (1.5 if " " in term else 1))
    for term in order:
        if not set(term.split()) & set(" ".join(chosen).split()):
            chosen.append(term)
    return ", ".join(chosen[:NAMED_BY])


def _renamed(tops: list[dict[str, float]], earlier: dict[str, dict[str, float]]) -> dict[int, str]:
    """Return the earlier names of the themes that are still there, each used once."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    if not tops or not earlier:
        return {}
    names = list(earlier)
    likeness = np.array([[_cosine(top, earlier[name]) for name in names] for top in tops])
    rows, columns = linear_sum_assignment(-likeness)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {i: names[j] for i, j in pairs if likeness[i, j] >= SAME}


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    """Return how far two weighted lists of terms agree, 0 to 1."""
    shared = sum(weight * other.get(term, 0.0) for term, weight in one.items())
    lengths = [sum(weight**2 for weight in side.values()) ** 0.5 for side in (one, other)]
    return shared / (lengths[0] * lengths[1]) if all(lengths) else 0.0
