"""Tokens: words and pairs of neighboring words counted for many texts at once.

Column-wise: the words of all texts are cut and numbered by pyarrow, pairs are numbers made of two
numbers, so that a hundred thousand abstracts take seconds and no loop over texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_SEPARATOR = r"[^\p{L}\p{N}]+"
_PLURAL_KEPT = ("ss", "us", "is")
"""Endings of words that are no plurals: class, locus, analysis."""


def stem(word: str) -> str:
    """Return the word without a plural ending; short words and names with digits stay."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(_PLURAL_KEPT):
        return word
    if not word.isalpha():
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]


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
