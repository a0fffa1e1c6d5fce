"""Novelty: what a statement says that the paper has no word for.

A small model fills a gap with what papers usually say: customers, an algorithm, a data set, a test
where nothing was tested. Its sentence shares most words with the paper, so the passage is found;
the word that was made up stands nowhere. The words that any account of any paper uses (authors,
introduce, method, earlier) are left out; of the others a statement may bring one that tells little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from paperkit.checks.language import weight
from paperkit.checks.scores import Source
from paperkit.text import FUNCTION_WORDS, STOP_WORDS, stem, tokens

_MOST = 5.0  # bits, by `weight`: one word that one abstract in thirty has, or two common ones

_TESTED = re.compile(
    r"\b(?:tests?|tested|testing|evaluat(?:e[sd]?|ing|ions?)|experiment(?:s|al|ally)?"
    r"|benchmark(?:s|ed)?)\b|\bdata ?sets?\b",
    re.IGNORECASE,
)
_TESTS = re.compile(
    r"test|experiment|evaluat|compar|benchmark|measur|simulat|validat|data|corpus|corpora|trial"
    r"|observ|empiric|assess|verif|accura|perform|sampl|case stud|detect|survey|numerical",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _frame() -> frozenset[str]:
    """Return the stems of the words that any account of any paper uses."""
    text = resources.files(__package__).joinpath("frame_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(stem(w) for w in (*STOP_WORDS, *" ".join(lines).split()))


def new_words(text: str, source: Source) -> list[str]:
    """Return the words of an English `text` that `source` has none of, where they tell enough.

    Names and numbers are looked at elsewhere; a word counts as there by its first four letters.

    >>> new_words("It makes garments appealing to customers.", Source.of("It makes garments."))
    ['appealing', 'customers']
    """
    found = {word: stem(word) for word in _plain_words(text)}
    new = {word: s for word, s in found.items() if s not in _frame() and s[:4] not in source.begins}
    return list(new) if sum(map(weight, set(new.values()))) >= _MOST else []


def _plain_words(text: str) -> Iterator[str]:
    """Yield the words of a text that are no names: those in small letters, or that begin it."""
    small = set(re.findall(r"\b[a-z]{3,}\b", text[:1].lower() + text[1:]))
    yield from (t for t in tokens(text) if t in small and t not in FUNCTION_WORDS)


def made_up_test(text: str, source: Source) -> str:
    """Return the words that tell of a test where the source has no word for any, else nothing."""
    if (match := _TESTED.search(text)) and not _TESTS.search(source.text):
        return match[0]
    return ""
