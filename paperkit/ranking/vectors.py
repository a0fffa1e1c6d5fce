"""Vectors: titles, abstracts, authors and categories as weighted terms, computed once per pool.

A pool is the frame of candidates. Its vectors cost most of the time of a ranking, so they are kept
(the last few pools) and found again by content: the same papers are never vectorized twice, and a
changed title makes new vectors.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from paperkit.errors import PaperkitError
from paperkit.text import stem

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


def vectorize(papers: pd.DataFrame, more: pd.DataFrame | None = None) -> Vectors:
    """Return the vectors of a pool, made at most once per content; papers of `more` come last.

    Words (stemmed) and pairs of neighboring words, logarithmic counts times the root of the
    inverse document frequency, the title counted twice, pairs above words; authors and categories,
    where the frame has them, as a light second part. Stop words stay, because how a study is told
    ("we", "were randomized") says what kind of study it is. These choices were made by replay on
    seven labelled sets, where they moved single sets more than the mean.
    """
    key = _fingerprint(papers) + (() if more is None else _fingerprint(more))
    if key not in _POOLS:
        _POOLS[key] = _built(papers if more is None else _joined(papers, more))
        while len(_POOLS) > _KEPT_POOLS:
            _POOLS.popitem(last=False)
    _POOLS.move_to_end(key)
    return _POOLS[key]


def _joined(papers: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    told = ["title", "abstract", "authors", "categories"]
    return pd.concat([each[[n for n in told if n in each.columns]] for each in (papers, more)])


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


# Words and pairs of words, counted column-wise

_SEPARATOR = r"[^\p{L}\p{N}]+"


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What words and pairs mean as columns: ``words`` first, then ``pairs`` (sorted).

    ``numbers`` gives a surface form its word's number; a pair is first number times the number of
    words plus second number.
    """

    words: Any
    numbers: dict[str, int]
    pairs: Any

    @property
    def size(self) -> int:
        """Return the number of columns."""
        return len(self.words) + len(self.pairs)

    def names(self) -> Any:
        """Return the readable name of every column."""
        count = max(1, len(self.words))
        pairs = self.words[self.pairs // count] + " " + self.words[self.pairs % count]
        return np.concatenate([self.words, pairs])

    def telling(self) -> Any:
        """Return which columns mean something by themselves: no stop words, no bare numbers."""
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        count = max(1, len(self.words))
        told = [w not in ENGLISH_STOP_WORDS and not w.isdigit() for w in self.words]
        words = np.asarray(told, dtype=bool)
        return np.concatenate([words, words[self.pairs // count] & words[self.pairs % count]])


def vocabulary(texts: Sequence[str], *, least: int) -> Vocabulary:
    """Return the words and pairs that stand in at least `least` of the texts."""
    rows, forms, codes = _cut(texts)
    words, to_word = _words(forms, np.bincount(codes, minlength=len(forms)))
    rows, ids = _kept(rows, to_word[codes])
    keep = np.flatnonzero(_documents(rows, ids, len(words)) >= least)
    renumber = np.full(len(words) + 1, -1)
    renumber[keep] = np.arange(len(keep))
    numbers = dict(zip(forms, renumber[to_word].tolist(), strict=True))
    pair_rows, pairs = _pairs(*_kept(rows, renumber[ids]), len(keep))
    found, pairs = np.unique(pairs, return_inverse=True)
    often = _documents(pair_rows, pairs, len(found)) >= least
    return Vocabulary(np.asarray(words, dtype=object)[keep], numbers, found[often])


def counts(texts: Sequence[str], known: Vocabulary) -> Any:
    """Return how often each column of the vocabulary stands in each text (CSR, 32 bit floats)."""
    from scipy import sparse

    rows, forms, codes = _cut(texts)
    to_word = np.asarray([known.numbers.get(form, -1) for form in forms], dtype=np.int64)
    rows, ids = _kept(rows, to_word[codes] if len(forms) else codes)
    pair_rows, pairs = _pairs(rows, ids, len(known.words))
    at = np.searchsorted(known.pairs, pairs)
    at[at == len(known.pairs)] = 0
    hit = known.pairs[at] == pairs if len(known.pairs) else np.zeros(len(pairs), dtype=bool)
    all_rows = np.concatenate([rows, pair_rows[hit]])
    columns = np.concatenate([ids, at[hit] + len(known.words)])
    ones = np.ones(len(columns), dtype=np.float32)
    return sparse.csr_matrix((ones, (all_rows, columns)), shape=(len(texts), known.size))


def _cut(texts: Sequence[str]) -> tuple[Any, list[str], Any]:
    """Return (text number per token, distinct forms, form number per token)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lowered = pc.utf8_lower(pa.array(texts, type=pa.large_string()))
    lists = pc.split_pattern_regex(lowered, _SEPARATOR)
    coded = pc.list_flatten(lists).dictionary_encode()
    lengths = pc.list_value_length(lists).to_numpy()
    rows = np.repeat(np.arange(len(texts)), lengths)
    return rows, coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)


def _words(forms: list[str], times: Any) -> tuple[list[str], Any]:
    """Return the words, named by their commonest form, and each form's word (-1: a letter)."""
    numbers: dict[str, int] = {}
    names: list[str] = []
    to_word = np.full(len(forms), -1, dtype=np.int64)
    for at in np.argsort(-times, kind="stable").tolist():
        if len(forms[at]) > 1:
            to_word[at] = number = numbers.setdefault(stem(forms[at]), len(names))
            names.extend([forms[at]] * (number == len(names)))
    return names, to_word


def _kept(rows: Any, ids: Any) -> tuple[Any, Any]:
    return rows[ids >= 0], ids[ids >= 0]


def _pairs(rows: Any, ids: Any, size: int) -> tuple[Any, Any]:
    together = rows[1:] == rows[:-1]
    return rows[1:][together], (ids[:-1] * size + ids[1:])[together]


def _documents(rows: Any, ids: Any, size: int) -> Any:
    """Return in how many texts each id stands; `rows` are sorted."""
    if not len(ids):
        return np.zeros(size, dtype=np.int64)
    span = int(rows[-1]) + 1
    seen = np.sort(ids * span + rows)  # sorting beats np.unique, which hashes, ten times
    return np.bincount(seen[np.append(True, seen[1:] != seen[:-1])] // span, minlength=size)
