"""Words of many texts as numbers: tokens, terms of one to three words, and who holds them.

A text becomes a run of word numbers in one flat array, so that millions of titles cost a few
sorts. Punctuation ends a run; case, hyphens, possessives and LaTeX commands do not count;
a plural is its singular where both are in use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]


BREAK = -1
LONGEST = 3
RARELY = 0.05
STOP = frozenset(
    "a about across after against all also among an and any are as at be been before between both "
    "but by can could do does due during each et al for from further had has have here how however "
    "i if in into is it its itself just may more most much must near no non nor not of off on one "
    "only onto or other our out over own per same several should since so some such than that the "
    "their them then there these they this those through thus to too toward towards two under "
    "until up upon us use used using via was we well were what when where whether which while who "
    "whose why will with within without would yet you your de la le les des du der die das und "
    "very many new novel paper papers propose proposed present presents show shows based approach "
    "approaches method methods".split()
)
# Words that end like a plural and are none.
SINGULAR = frozenset("news lens bias gas physics mathematics dynamics always as is".split())
_COMMAND = re.compile(r"\\[a-z]+")
_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_ENDS = re.compile(r"[.,;:?!()\[\]{}|\"“”]")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Runs:
    """Texts as runs of words: ``document`` and ``word`` are parallel, BREAK ends a run."""

    document: Ints
    word: Ints
    words: list[str]
    documents: int


def runs(texts: pa.ChunkedArray) -> Runs:
    """Return the runs of words in texts (Arrow, one per document; null is empty)."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    lowered = pc.utf8_lower(pc.fill_null(texts, ""))
    split = pc.utf8_split_whitespace(lowered)
    split = split.combine_chunks() if isinstance(split, pa.ChunkedArray) else split
    document = np.repeat(np.arange(len(split), dtype=np.int32), np.diff(split.offsets.to_numpy()))
    # Each distinct chunk of characters is taken apart once: there are far fewer of them.
    encoded = split.flatten().dictionary_encode()
    words, lengths, pieces = _taken_apart(encoded.dictionary.to_pylist())
    chunk = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    counts = lengths[chunk]
    begins = (np.cumsum(lengths) - lengths)[chunk]
    inner = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    word = pieces[np.repeat(begins, counts) + inner]
    return Runs(np.repeat(document, counts), word, words, len(split))


def joined(several: list[Runs]) -> Runs:
    """Return the runs of several sets of documents as one, in their order."""
    import numpy as np

    if len(several) == 1:
        return several[0]
    number: dict[str, int] = {}
    documents, word, size = [], [], 0
    for part in several:
        fresh = [number.setdefault(name, len(number)) for name in part.words]
        # The last entry is where a word of -1 points.
        word.append(np.array([*fresh, BREAK], dtype=np.int32)[part.word])
        documents.append(part.document + np.int32(size))
        size += part.documents
    return Runs(np.concatenate(documents), np.concatenate(word), list(number), size)


def _taken_apart(chunks: list[str]) -> tuple[list[str], Ints, Ints]:
    """Return (words, words per chunk, the words of all chunks as numbers)."""
    import numpy as np

    numbers: dict[str, int] = {}
    lengths: list[int] = []
    pieces: list[int] = []
    for chunk in chunks:
        before = len(pieces)
        for piece in _WORD.findall(_COMMAND.sub(" ", _plain(chunk))):
            if piece[0].isalnum():
                pieces.append(numbers.setdefault(piece, len(numbers)))
            elif _ENDS.match(piece):
                pieces.append(BREAK)
        lengths.append(len(pieces) - before)
    return list(numbers), np.array(lengths, dtype=np.int64), np.array(pieces, dtype=np.int32)


def _plain(chunk: str) -> str:
    """Return a chunk without its possessive ending."""
    return re.sub(r"['’]s\b", "", chunk)


def folded(counts: dict[str, int]) -> dict[str, str]:
    """Return for each plural its singular; one that hardly occurs is no singular."""
    forms = {}
    for word, count in counts.items():
        if len(word) < 4 or word[-1] != "s" or word in SINGULAR or word[-2:] in ("ss", "us", "is"):
            continue
        if counts.get(word[:-1], 0) >= RARELY * count:
            forms[word] = word[:-1]
    return forms


def _forms(word: str) -> tuple[str, ...]:
    """Return the singular a word may have been folded to."""
    return (word[:-1],) if len(word) > 3 and word.endswith("s") else ()


def is_content(word: str) -> bool:
    """Say whether a word may begin or end a term."""
    return len(word) > 1 and word not in STOP and not _DIGITS.fullmatch(word)


def normal(term: str) -> str:
    """Return a term as the runs of a text would hold it, plurals not folded."""
    pieces = _WORD.findall(_COMMAND.sub(" ", _plain(term.lower())))
    return " ".join(piece for piece in pieces if piece[0].isalnum())


def inner(term: str) -> list[str]:
    """Return the shorter terms inside a term."""
    names = term.split(" ")
    sizes = range(1, len(names))
    return [" ".join(names[i : i + n]) for n in sizes for i in range(len(names) - n + 1)]


@dataclass(frozen=True)
class Terms:
    """Which documents hold which terms: ``term`` and ``document`` are parallel, each pair once.

    ``document`` runs within ``term``, and ``start[i]:start[i + 1]`` are the pairs of term i.
    """

    names: list[str]
    start: Ints
    document: Ints

    def counts(self, weight: Any = None) -> Any:
        """Return documents per term, or the sum of the documents' weights."""
        import numpy as np

        if weight is None:
            return np.diff(self.start)
        sums = np.concatenate([[0], np.cumsum(weight[self.document])])
        return sums[self.start[1:]] - sums[self.start[:-1]]

    def holders_of(self, term: str) -> Any:
        """Return the documents that hold a term given as a person writes it."""
        import numpy as np

        wanted = normal(term)
        last = wanted.rsplit(" ", 1)[-1]
        for name in (wanted, *(wanted.removesuffix(last) + form for form in _forms(last))):
            if name in self.names:
                return self.holders(self.names.index(name))
        return np.zeros(0, dtype=np.int64)

    def holders(self, term: int) -> Any:
        """Return the documents that hold a term, in order."""
        return self.document[self.start[term] : self.start[term + 1]]


def terms(texts: Runs, *, longest: int = LONGEST, minimum: int = 5) -> Terms:
    """Return the terms of one to ``longest`` words that at least ``minimum`` documents hold."""
    import numpy as np

    if not 1 <= longest <= LONGEST:
        raise ValueError(f"words is {longest}; give 1 to {LONGEST}")
    word, names = _lexicon(texts, minimum)
    content = np.array([is_content(name) for name in names] + [False])
    found: list[Terms] = []
    for length in range(1, longest + 1):
        found.append(_of_length(texts.document, word, names, content, length, minimum))
    sizes = np.concatenate([np.diff(part.start) for part in found])
    return Terms(
        [name for part in found for name in part.names],
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate([part.document for part in found]),
    )


def _lexicon(texts: Runs, minimum: int) -> tuple[Ints, list[str]]:
    """Return the runs with plurals folded and rare words as breaks, and the words left."""
    import numpy as np

    seen = np.bincount(texts.word[texts.word >= 0], minlength=len(texts.words))
    forms = folded(dict(zip(texts.words, seen.tolist(), strict=True)))
    number = {name: i for i, name in enumerate(texts.words)}
    fold = np.array([number[forms.get(name, name)] for name in texts.words] or [0], dtype=np.int64)
    seen = np.bincount(fold, weights=seen, minlength=len(fold)) if texts.words else seen
    # By name, so that terms of equal weight come in the same order wherever they were read.
    kept = sorted(np.flatnonzero(seen >= minimum).tolist(), key=texts.words.__getitem__)
    renamed = np.full(len(fold) + 1, BREAK, dtype=np.int32)
    renamed[kept] = np.arange(len(kept))
    # The last entry of `renamed` is BREAK, which is where a word of -1 points.
    folded_word = np.where(texts.word >= 0, fold[texts.word], len(fold))
    return renamed[folded_word], [texts.words[i] for i in kept]


def _of_length(
    document: Ints, word: Ints, names: list[str], content: Any, length: int, minimum: int
) -> Terms:
    """Return the terms of exactly ``length`` words."""
    import numpy as np

    last = max(len(word) - length + 1, 0)
    use = content[word[:last]] & content[word[length - 1 :][:last]]
    use &= document[:last] == document[length - 1 :][:last]
    for middle in range(1, length - 1):
        use &= word[middle:][:last] >= 0
    at = np.flatnonzero(use)
    key = np.zeros(len(at), dtype=np.int64)
    for place in range(length):
        key = key * (len(names) + 1) + word[at + place]
    order = np.argsort(key, kind="stable")
    key, holder = key[order], document[at][order]
    # A stable sort leaves documents ascending within a term, so repeats are neighbors.
    new = np.ones(len(key), dtype=bool)
    new[1:] = (key[1:] != key[:-1]) | (holder[1:] != holder[:-1])
    key, holder, at = key[new], holder[new], at[order][new]
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else at
    sizes = np.diff(np.concatenate([first, [len(key)]]))
    kept = sizes >= minimum
    labels = [" ".join(names[w] for w in word[at[i] : at[i] + length]) for i in first[kept]]
    pairs = np.repeat(kept, sizes)
    start = np.concatenate([[0], np.cumsum(sizes[kept])]).astype(np.int64)
    return Terms(labels, start, holder[pairs])
