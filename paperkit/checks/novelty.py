"""Novelty: what a statement says that the paper has no word for.

A small model fills a gap with what papers usually say: customers, an algorithm, a data set, a test
where nothing was tested. Its sentence shares most words with the paper, so the passage is found;
the word that was made up stands nowhere. The words that any account of any paper uses (authors,
introduce, method, earlier) and the commonest of the others are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import resources

from paperkit.checks.language import weight
from paperkit.checks.scores import Source
from paperkit.text import FUNCTION_WORDS, STOP_WORDS, stem, tokens

# Bits, by `weight`: what a word tells that one abstract in eight has; what no paraphrase adds.
_LEAST, _SURE = 3.0, 12.0

# What models add to any paper: the words that claim it, and those by any of which a paper speaks of
# it. The second column bears the first out wherever in the paper it stands.
_ADDED = tuple(
    (name, re.compile(rf"\b(?:{claimed})", re.IGNORECASE), re.compile(borne, re.IGNORECASE))
    for name, claimed, borne in (
        (
            "a test",
            r"(?:tests?|tested|testing|evaluat(?:e[sd]?|ing|ions?)|experiment(?:s|al|ally)?"
            r"|benchmark(?:s|ed)?|data ?sets?)\b",
            r"test|experiment|evaluat|compar|benchmark|measur|simulat|validat|data|corpus|corpora"
            r"|trial|observ|empiric|assess|verif|accura|perform|sampl|case stud|detect|survey"
            r"|numerical",
        ),
        (
            "accuracy",
            r"accura(?:cy|te|tely)\b|precision\b",
            r"accura|precis|correct|error|exact|fidelity|quality|faithful|reliab|sharp|resolution"
            r"|predict",
        ),
        (
            "speed or cost",
            r"(?:faster|speed(?:s|ed|[- ]?up)?|efficien(?:t|cy|tly)"
            r"|(?:computational|memory) cost)\b",
            r"fast|speed|efficien|quick|rapid|time|accelerat|cost|cheap|comput|expensive|slow"
            r"|memory|scal|complexity|lightweight|compact|small|simpl|reduc|converge",
        ),
        (
            "robustness",
            r"robust(?:ness|ly)?\b",
            r"robust|stab|noise|nois|perturb|attack|adversar|outlier|shift|reliab|fail|resilien",
        ),
        (
            "a wide range",
            r"(?:wide|broad) (?:range|variety)\b",
            r"\b(?:wide|broad|range|variety|various|many|several|multiple|general|divers|any\b|all\b"
            r"|differ|numerous|univers|across|both)",
        ),
        (
            "a gain over others",
            r"outperform|superior\b|state[- ]of[- ]the[- ]art\b|better than (?:other|exist|prev)",
            r"outperform|superior|state[- ]of[- ]the[- ]art|better|best|improv|advan|compar|exceed"
            r"|surpass|gain|higher|lower|reduc|faster|fewer|less|more|competitive|new record",
        ),
    )
)


@lru_cache(maxsize=1)
def _frame() -> frozenset[str]:
    """Return the stems of the words that any account of any paper uses, and how they begin."""
    text = resources.files(__package__).joinpath("frame_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    stems = {stem(w) for w in (*STOP_WORDS, *" ".join(lines).split())}
    return frozenset(stems | {s[:5] for s in stems if len(s) > 4})


def new_words(text: str, source: Source) -> list[str]:
    """Return the words of an English `text` that `source` has none of, where they tell enough.

    Names and numbers are looked at elsewhere; a word counts as there by its first four letters.

    >>> new_words("It makes garments appealing to customers.", Source.of("It makes garments."))
    ['appealing', 'customers']
    """
    found = {word: stem(word) for word in _plain_words(text)}
    told = {word: s for word, s in found.items() if not {s, s[:5]} & _frame()}
    new = {word: s for word, s in told.items() if s[:4] not in source.begins}
    return list(new) if _bits(new) >= _LEAST else []


def is_made_up(words: Sequence[str]) -> bool:
    """Tell whether several new words are too rare to be another way to say it."""
    return len(words) > 1 and _bits(words) >= _SURE


def _bits(words: Iterable[str]) -> float:
    return sum(map(weight, {stem(word) for word in words}))


def _plain_words(text: str) -> Iterator[str]:
    """Yield the words of a text that are no names: those in small letters, or that begin it."""
    small = set(re.findall(r"\b[a-z]{3,}\b", text[:1].lower() + text[1:]))
    yield from (t for t in tokens(text) if t in small and t not in FUNCTION_WORDS)


def added(text: str, source: Source) -> tuple[str, str] | None:
    """Return what a text adds that nothing in the source speaks of, by name, and its words.

    >>> added("It is tested on bundles.", Source.of("We prove a formula on bundles."))
    ('a test', 'tested')
    """
    for name, claimed, borne in _ADDED:
        if (match := claimed.search(text)) and not borne.search(source.text):
            return name, match[0]
    return None
