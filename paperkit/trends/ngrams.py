"""Words of many texts as numbers, the terms of one to three words in them, and who holds them.

A text becomes a run of word numbers in one flat array, so that millions of titles cost a few
sorts. Punctuation ends a run; case, hyphens, possessives and LaTeX commands do not count;
a plural is its singular where both are in use. A term is a noun phrase with a technical word in
it, or a technical noun; ``data/terms.txt`` says which words are what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from paperkit.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]


BREAK = -1
LONGEST = 3
RARELY = 0.05
STOP = frozenset(
    "a about across after against all also among an and any are as at be been before being between "
    "both but by can could do does due during each et al etc for from further had has have having "
    "here how however i if in into is it its itself just may more most much must near no non nor "
    "not of off on one once only onto or other our out over own per same several should since so "
    "some such than that the their them then there these they this those through thus to too "
    "toward towards two three under until up upon us use used using vs via was we well were what "
    "when where whether which while who whose why will with within without would yet you your de "
    "la le les des du der die das und very many new novel based state art http https www com "
    "github org url website arxiv first second third".split()
)
"""Words that are in no term; "of" and "to" may stand in the middle of one."""
EMPTY = frozenset(
    "ability absence abstract advance advantage aim amount analysis answer application approach "
    "aspect author basis benefit capabilities capability case challenge choice comparison "
    "community conclusion contribution countries country degradation difference direction "
    "discussion drawback effectiveness evaluation evidence example existence expectation "
    "experiment extension failure form framework gain goal idea impact importance improvement "
    "insight instance interest introduction issue kind lack level limitation literature manner "
    "method methodology need note number order overview page paper part people performance "
    "perspective possibility potential presence progress properties property purpose range "
    "requirement researcher result role scenario scheme section sense setting solution stage step "
    "studies study success support technique term thing type understanding usage variety version "
    "way work year party children women judge struggle harm company money profit cities "
    "government business lightweight".split()
)
"""Nouns that end no term, whatever stands before them, and are none by themselves."""
# Words that end like a plural and are none.
SINGULAR = frozenset("news lens bias gas physics mathematics dynamics always as is".split())
_COMMAND = re.compile(r"\\[a-z]+")
_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_ENDS = re.compile(r"[.,;:?!()\[\]{}|\"“”]")
_AMOUNT = re.compile(r"\d+[a-ce-z]?")  # "10x", not "3d"


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
        one = singular(word)
        if one != word and counts.get(one, 0) >= RARELY * count:
            forms[word] = one
    return forms


def singular(word: str) -> str:
    """Return a word without a plural's ending."""
    plain = len(word) < 4 or word[-1] != "s" or word in SINGULAR or word[-2:] in ("ss", "us", "is")
    return word if plain else word[:-1]


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

    def holders(self, term: int) -> Any:
        """Return the documents that hold a term, in order."""
        return self.document[self.start[term] : self.start[term + 1]]


@dataclass(frozen=True)
class Words:
    """What each word of a lexicon may do in a term: masks over word numbers, the last a break.

    ``pairs`` are the numbers (first times ``base`` plus second) of neighbors in listed phrases,
    ``closing`` those of the last two words of one.
    """

    begins: Any
    inside: Any
    ends: Any
    technical: Any
    alone: Any
    weak: Any
    joins: Any
    prefix: Any
    pairs: Any
    closing: Any
    base: int


@cache
def groups() -> dict[str, frozenset[str]]:
    """Return the lists of ``data/terms.txt`` by name, "_" for spaces."""
    text = (files("paperkit") / "data" / "terms.txt").read_text(encoding="utf-8")
    lines = [line.partition(": ") for line in text.splitlines() if not line.startswith("#")]
    return {name: frozenset(words.split()) for name, _, words in lines}


@cache
def _listed() -> tuple[tuple[str, ...], ...]:
    """Return the phrases that are terms whatever their words are: listed, or with an acronym."""
    long = [tuple(pair.partition("=")[2].split("_")) for pair in groups()["acronyms"]]
    short = [words for words in long if len(words) <= LONGEST and "to" not in words]
    return (*(tuple(phrase.split("_")) for phrase in groups()["phrases"]), *short)


def group_of(word: str) -> str:
    """Return what a word is in a term: "never", "weak", "modifier", …, "" for a technical noun."""
    if len(word) < 2 or word in STOP or _AMOUNT.fullmatch(word):
        return "never"
    for form in (word, singular(word)):
        for name in ("never", "weak", "modifier", "special", "general", "half"):
            if form in groups()[name]:
                return name
    # A word too rare to be listed goes by its ending.
    if word.isalpha() and len(word) > 5 and word.endswith("ly"):
        return "never"
    modifies = word in ("1d", "2d", "3d", "4d") or (len(word) > 5 and word.endswith(_MODIFIES))
    return "special" if modifies else ""


_MODIFIES = ("ed", "ive", "ous", "ful", "able", "ible", "al", "ic", "ary", "less", "ish")


def classified(names: list[str], known: frozenset[str] = frozenset()) -> Words:
    """Return what the words of a lexicon may do in a term; ``known`` are acronyms."""
    import numpy as np

    kinds = np.array([*map(group_of, names), "never"])
    empty = np.array([singular(name) in EMPTY or name in EMPTY for name in names] + [True])
    noun = np.isin(kinds, ("general", "half", "")) & ~empty
    technical = np.isin(kinds, ("special", "half", "")) & ~empty
    named = np.array([len(name) > 2 for name in names] + [False])
    joins = np.array([name in ("of", "to") for name in names] + [False])
    return Words(
        begins=kinds != "never",
        inside=(kinds != "never") | joins,
        ends=noun,
        technical=technical,
        alone=(kinds == "") & noun & named | np.array([name in known for name in names] + [False]),
        weak=kinds == "weak",
        joins=joins,
        prefix=np.array([name == "multi" for name in names] + [False]),
        pairs=_numbered(names, (pair for words in _listed() for pair in pairwise(words))),
        closing=_numbered(names, ((words[-2], words[-1]) for words in _listed())),
        base=len(names) + 1,
    )


def _numbered(names: list[str], pairs: Iterable[tuple[str, str]]) -> Any:
    """Return pairs of words that a lexicon has both of, each as one number, in order."""
    import numpy as np

    number, base = {name: at for at, name in enumerate(names)}, len(names) + 1
    found = {number[a] * base + number[b] for a, b in pairs if a in number and b in number}
    return np.array(sorted(found), dtype=np.int64)


def terms(
    texts: Runs,
    *,
    longest: int = LONGEST,
    minimum: int = 5,
    known: frozenset[str] = frozenset(),
) -> Terms:
    """Return the terms of one to ``longest`` words that at least ``minimum`` documents hold.

    ``known`` words (acronyms, in lower case) are terms whatever the lists say of them.
    """
    return _found(texts, longest, minimum, partial(classified, known=known))


def every(texts: Runs, *, longest: int = LONGEST, minimum: int = 5) -> Terms:
    """Return all sequences of one to ``longest`` words, terms or not."""
    return _found(texts, longest, minimum, None)


def _found(
    texts: Runs, longest: int, minimum: int, classify: Callable[[list[str]], Words] | None
) -> Terms:
    import numpy as np

    if not 1 <= longest <= LONGEST:
        raise ArgumentError(f"words is {longest}; give 1 to {LONGEST}")
    word, names = _lexicon(texts, minimum)
    words = classify(names) if classify else None
    found: list[Terms] = []
    for length in range(1, longest + 1):
        found.append(_of_length(texts.document, word, names, words, length, minimum))
    sizes = np.concatenate([np.diff(part.start) for part in found])
    return Terms(
        [name for part in found for name in part.names],
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate([part.document for part in found]),
    )


def _may(words: Words, places: list[Ints]) -> Any:
    """Say of sequences, given as a list of words per place, whether they are terms."""
    import numpy as np

    if len(places) == 1:
        return words.alone[places[0]]
    use, ends = words.begins[places[0]].copy(), words.ends[places[-1]]
    if len(places) == 2:
        use &= ~words.prefix[places[0]]  # "multi agent" says half of what it is part of
    telling = words.technical[places[0]] | words.technical[places[-1]]
    for first, second in pairwise(places):
        pair = first.astype(np.int64) * words.base + second
        listed = _among(pair, words.pairs)
        use &= ~words.weak[first] | listed
        telling |= listed
    use &= ends | _among(pair, words.closing)
    for middle in places[1:-1]:
        use &= words.inside[middle]
        telling |= words.technical[middle] & ~words.joins[middle]
    return use & telling


def _among(pairs: Ints, listed: Ints) -> Any:
    """Say which numbers are in a short sorted list; `numpy.isin` would sort the long one."""
    import numpy as np

    if not len(listed):
        return np.zeros(len(pairs), dtype=bool)
    return listed[np.minimum(np.searchsorted(listed, pairs), len(listed) - 1)] == pairs


def holders_of(texts: Runs, term: str) -> Ints:
    """Return the documents that hold a term as a person writes it, or as `terms` names it.

    Plural and singular of the last word are one; of "words (ACRONYM)" either will do.
    """
    import numpy as np

    long, _, short = term.rstrip(")").partition(" (")
    held = [_held(texts, normal(name)) for name in (long, short) if name]
    return np.unique(np.concatenate([*held, np.zeros(0, dtype=np.int32)]))


def _held(texts: Runs, term: str) -> Ints:
    """Return the documents that hold these words in a row."""
    import numpy as np

    number = {name: at for at, name in enumerate(texts.words)}
    words = term.split(" ")
    forms = [{word, singular(word), f"{singular(word)}s"} for word in words]
    choices = [{number[form] for form in each if form in number} for each in forms]
    last = max(len(texts.word) - len(words) + 1, 0)
    at = np.flatnonzero(np.isin(texts.word[:last], sorted(choices[0])))
    for place, choice in enumerate(choices[1:], 1):
        at = at[np.isin(texts.word[at + place], sorted(choice))]
        at = at[texts.document[at] == texts.document[at + place]]
    return texts.document[at]


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


def _beginnings(document: Ints, word: Ints, words: Words | None, length: int) -> Ints:
    """Return where sequences of ``length`` words begin: all, or those that are terms."""
    import numpy as np

    last = max(len(word) - length + 1, 0)
    runs = [word[place:][:last] for place in range(length)]
    use = document[:last] == document[length - 1 :][:last]
    for run in runs:
        use &= run >= 0
    at = np.flatnonzero(use)
    return at if words is None else at[_may(words, [run[at] for run in runs])]


def _of_length(
    document: Ints, word: Ints, names: list[str], words: Words | None, length: int, minimum: int
) -> Terms:
    """Return the terms of exactly ``length`` words."""
    import numpy as np

    at = _beginnings(document, word, words, length)
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


# Acronyms

_SHORT = re.compile(r"\(([A-Z0-9][A-Za-z0-9-]{1,9})\)")
_TOKEN = re.compile(r"[^\W_]+")


def acronyms(text: str) -> Iterator[tuple[str, str]]:
    """Yield (acronym as written, its words in lower case) for each "long form (ACRONYM)".

    After Schwartz and Hearst (2003): the acronym's letters stand in this order before it, the
    first at the beginning of a word; no more words than letters. A plural is its singular.
    """
    for match in _SHORT.finditer(text):
        short = match[1].removesuffix("s")
        letters = [c for c in short.lower() if c.isalnum()]
        if sum(c.isupper() or c.isdigit() for c in short) > 1:
            words = _TOKEN.findall(_spelled(letters, text[: match.start()].lower()))
            if 1 < len(words) <= len(letters) and words[0] not in STOP:
                yield short, " ".join([*words[:-1], singular(words[-1])])


def _spelled(letters: list[str], before: str) -> str:
    """Return the end of a text in which an acronym's letters stand, "" if they do not."""
    at = len(before)
    for place in reversed(range(len(letters))):
        at = before.rfind(letters[place], max(0, at - 60), at)
        while place == 0 and at > 0 and before[at - 1].isalnum():
            at = before.rfind(letters[0], 0, at)
        if at < 0:
            return ""
    return before[at:]
