"""Vectors: titles, abstracts, authors and categories as weighted terms, computed once per pool.

A pool is the frame of candidates. Its vectors cost most of the time of a ranking, so they are kept
(the last few pools) and found again by content: the same papers are never vectorized twice, and a
changed title makes new vectors.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from paperkit.errors import PaperkitError
from paperkit.ranking.themes import Themes, find_themes
from paperkit.ranking.tokens import Vocabulary, counts, vocabulary

if TYPE_CHECKING:
    import pandas as pd

_TITLE_WEIGHT = 2
"""A word of the title counts like this many in the abstract."""
_PAIR_WEIGHT = 1.5
"""A pair of words counts like this many words of the same rarity."""
_CONTEXT_WEIGHT = 0.35
"""Length of the authors' and categories' part beside the text's (1): a nudge, never a verdict."""
_LARGE = 20_000
"""Pools above this size drop terms seen in fewer than three papers (smaller ones: two)."""
_KEPT_POOLS = 3
_SAMPLE = 200
"""Papers, evenly spread over a pool, that stand for all of it in kinship."""
_OPERATOR = re.compile(r"\b(?:ti|abs|all|au|co|cat|jr|rn|id):|\b(?:AND|OR)\b|[()\"*]")
_EXCLUDED = re.compile(r'\b(?:ANDNOT|NOT)\s+(?:\w+:)?(?:"[^"]*"|\([^)]*\)|\S+)')


@dataclass(eq=False)
class Vectors:
    """One sparse row per paper of a pool, unit length per row; see `vectorize`.

    ``matrix`` is rows by terms (CSR, 32 bit floats), ``names`` the readable terms, ``telling``
    those worth naming to a person, ``ids`` the papers in order, ``position`` the row of an id.
    """

    ids: tuple[str, ...]
    matrix: Any
    names: Any
    telling: Any = field(repr=False)
    scheme: Scheme = field(repr=False)
    position: dict[str, int] = field(repr=False)
    total: Any = field(repr=False)
    themes: Themes = field(repr=False)
    _outside: dict[tuple[str, int], Any] = field(default_factory=dict, repr=False)

    @cached_property
    def level(self) -> float:
        """Return the mean cosine of two papers of the pool: what kinship is measured against."""
        return max(float(self.total @ self.total) / max(1, len(self.ids)) ** 2, 1e-9)

    @cached_property
    def _usual(self) -> Any:
        return np.full(len(self.ids), np.nan)

    def usual_kinship(self, rows: Any) -> Any:
        """Return the mean squared cosine of these rows with papers spread over the pool."""
        new = np.asarray(rows)[np.isnan(self._usual[rows])]
        if len(new):
            size = len(self.ids)
            sample = np.arange(size)[:: max(1, size // _SAMPLE)][:_SAMPLE]
            found = cosines(self.matrix[new], self.matrix[sample])
            found[new[:, None] == sample[None, :]] = 0.0
            self._usual[new] = (found**2).mean(axis=1)
        return self._usual[rows]

    def rows(self, papers: pd.DataFrame) -> Any:
        """Return the sparse rows of any papers, in their order; words unknown to the pool drop."""
        from scipy import sparse

        if all(paper_id in self.position for paper_id in papers.index):
            return self.matrix[[self.position[paper_id] for paper_id in papers.index]]
        parts = [self._row(papers, at, str(paper_id)) for at, paper_id in enumerate(papers.index)]
        return sparse.vstack(parts, format="csr")

    def _row(self, papers: pd.DataFrame, at: int, paper_id: str) -> Any:
        if paper_id in self.position:
            return self.matrix[self.position[paper_id]]
        paper = papers.iloc[[at]]
        key = (paper_id, hash(_fingerprint(paper)))
        if key not in self._outside:
            self._outside[key] = self.scheme.rows(paper)
        return self._outside[key]

    def query(self, words: str | Iterable[str]) -> Any:
        """Return one sparse row for a topic's words; arXiv field names and operators are dropped.

        What stands after ``NOT`` or ``ANDNOT`` is not part of the topic and is left out.
        """
        return self.scheme.query(plain_words(words))


_POOLS: OrderedDict[tuple[int, ...], Vectors] = OrderedDict()


def vectorize(papers: pd.DataFrame) -> Vectors:
    """Return the vectors of a pool, made at most once per content.

    Words (singular) and pairs of neighboring words, logarithmic counts times the root of the
    inverse document frequency, the title counted twice, pairs above words; authors and categories,
    where the frame has them, as a light second part. Stop words stay, because how a study is told
    ("we", "were randomized") says what kind of study it is. These choices were made by replay on
    seven labelled sets, where they moved single sets more than the mean.
    """
    key = _fingerprint(papers)
    if key not in _POOLS:
        _POOLS[key] = _built(papers)
        while len(_POOLS) > _KEPT_POOLS:
            _POOLS.popitem(last=False)
    _POOLS.move_to_end(key)
    return _POOLS[key]


def cosines(rows: Any, others: Any) -> Any:
    """Return the cosines of sparse unit rows with others, as a dense table."""
    return (rows @ others.T).toarray()


def plain_words(words: str | Iterable[str]) -> str:
    """Return topic words or an arXiv query as plain words, without what the query excludes."""
    text = words if isinstance(words, str) else " ; ".join(words)
    return " ".join(_OPERATOR.sub(" ", _EXCLUDED.sub(" ", text)).split())


def _fingerprint(papers: pd.DataFrame) -> tuple[int, ...]:
    if "title" not in papers.columns:
        raise PaperkitError("papers: no column 'title'; pass a papers frame (see paperkit.search)")
    context = sum(name in papers.columns for name in ("authors", "categories"))
    texts = (papers.index.tolist(), _column(papers, "title"), _column(papers, "abstract"))
    return len(papers), context, *(hash(tuple(text)) for text in texts)


def _built(papers: pd.DataFrame) -> Vectors:
    least = min(len(papers), 3 if len(papers) > _LARGE else 2)
    scheme, counted = _scheme(papers, max(1, least))
    matrix = scheme.weighed(*counted)
    ids = tuple(str(paper_id) for paper_id in papers.index)
    return Vectors(
        ids=ids,
        matrix=matrix,
        names=scheme.names(),
        telling=np.append(scheme.vocabulary.telling(), np.ones(len(scheme.contexts), dtype=bool)),
        scheme=scheme,
        position={paper_id: at for at, paper_id in enumerate(ids)},
        total=np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel(),
        themes=find_themes(matrix),
    )


@dataclass(frozen=True, eq=False)
class Scheme:
    """How a paper becomes a row: vocabulary, inverse document frequencies, context columns."""

    vocabulary: Vocabulary
    rarity: Any
    contexts: dict[str, int]

    def rows(self, papers: pd.DataFrame) -> Any:
        """Return unit rows: text, then authors and categories."""
        return self.weighed(_counted(papers, self.vocabulary), _marks(papers, self.contexts))

    def weighed(self, text: Any, context: Any) -> Any:
        """Return unit rows from the counts of terms and of context marks (both are used up)."""
        from scipy import sparse

        first = self._weighed(text, 0)
        second = self._weighed(context, self.vocabulary.size) * np.float32(_CONTEXT_WEIGHT)
        return _unit(sparse.hstack([first, second], format="csr", dtype=np.float32))

    def query(self, words: str) -> Any:
        """Return one row for plain words."""
        from scipy import sparse

        text = self._weighed(counts([words], self.vocabulary), 0)
        context = sparse.csr_matrix((1, len(self.contexts)), dtype=np.float32)
        return sparse.hstack([text, context], format="csr", dtype=np.float32)

    def names(self) -> Any:
        """Return the readable name of every column."""
        return np.concatenate([self.vocabulary.names(), np.asarray([*self.contexts], dtype=object)])

    def _weighed(self, matrix: Any, first: int) -> Any:
        matrix.data = (1 + np.log(matrix.data)) * self.rarity[matrix.indices + first]
        return _unit(matrix)


def _scheme(papers: pd.DataFrame, least: int) -> tuple[Scheme, tuple[Any, Any]]:
    """Return the scheme and the papers' counts, which were needed to make it."""
    titles, abstracts = _column(papers, "title"), _column(papers, "abstract")
    both = [f"{title} . {abstract}" for title, abstract in zip(titles, abstracts, strict=True)]
    known = vocabulary(both, least=least)
    seen = Counter(mark for marks in _contexts(papers) for mark in set(marks))
    often = sorted(mark for mark, times in seen.items() if times >= least)
    contexts = {mark: at for at, mark in enumerate(often)}
    used = (_counted(papers, known), _marks(papers, contexts))
    documents = np.concatenate([np.bincount(m.indices, minlength=m.shape[1]) for m in used])
    rarity = np.log((1 + len(papers)) / (1 + documents)) + 1
    rarity = np.sqrt(rarity)
    rarity[len(known.words) : known.size] *= _PAIR_WEIGHT
    return Scheme(known, rarity.astype(np.float32), contexts), used


def _counted(papers: pd.DataFrame, known: Vocabulary) -> Any:
    titles = counts(_column(papers, "title"), known) * np.float32(_TITLE_WEIGHT)
    return (titles + counts(_column(papers, "abstract"), known)).tocsr()


def _marks(papers: pd.DataFrame, contexts: dict[str, int]) -> Any:
    from scipy import sparse

    found = [{contexts[m] for m in marks if m in contexts} for marks in _contexts(papers)]
    rows = np.repeat(np.arange(len(found)), [len(each) for each in found])
    columns = np.asarray([at for each in found for at in sorted(each)], dtype=np.int64)
    ones = np.ones(len(columns), dtype=np.float32)
    return sparse.csr_matrix((ones, (rows, columns)), shape=(len(found), len(contexts)))


def _unit(matrix: Any) -> Any:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    matrix.data /= np.repeat(lengths, np.diff(matrix.indptr)).astype(np.float32)
    return matrix


def _contexts(papers: pd.DataFrame) -> list[list[str]]:
    authors = _lists(papers, "authors")
    categories = _lists(papers, "categories")
    return [
        [f"author {name}" for name in people] + [f"category {name}" for name in fields]
        for people, fields in zip(authors, categories, strict=True)
    ]


def _column(papers: pd.DataFrame, name: str) -> list[str]:
    if name not in papers.columns:
        return [""] * len(papers)
    return [value if isinstance(value, str) else "" for value in papers[name].tolist()]


def _lists(papers: pd.DataFrame, name: str) -> list[tuple[str, ...]]:
    if name not in papers.columns:
        return [()] * len(papers)
    return [
        tuple(map(str, value)) if isinstance(value, (list, tuple, np.ndarray)) else ()
        for value in papers[name].tolist()
    ]
