"""Words: stems of English words and how much each says about a text, measured over arXiv.

``common_words.txt`` holds the stems found in more than one of 2,000 abstracts, by how rare they
are; it was counted over 100,000 titles and abstracts of arXiv's metadata (CC0).
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:['’][a-z]+)?")
_SUFFIXES = frozenset(
    """izations ization ations ation ingly edly ively ities iness ments ement ment ances ance ences
    ence ives ive ities ity izing ized izes ize ising ised ises ise ators ator ating ated ates ate
    ions ion ings ing ers er ors or ely ly ies ied ed es s e y al ally ical ically ous ful ness ible
    able ably ibly ic ics""".split()
)
_LONGEST = max(map(len, _SUFFIXES))
FUNCTION_WORDS = frozenset(
    """a an the and or but if then than as at by for from in into of off on onto out over to under
    up with within without between among through during before after above below about against is
    are was were be been being am do does did doing have has had having can could may might must
    shall should will would i we you he she it they them us me him her our your their its his my
    this that these those there here which who whom whose what when where why how not no nor so
    such only own same too very just also more most less least much many few some any all both each
    either neither other another one two via per et al eg ie etc s t re ll ve d""".split()
)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return what is left of an English word without its endings, at least four letters."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    for length in range(min(_LONGEST, len(word) - 4), 0, -1):
        if word[-length:] in _SUFFIXES:
            word = word[:-length]
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word[-1] in "ei" else word


def tokens(text: str) -> list[str]:
    """Return the Latin words of `text` in order, in lower case, hyphenated ones taken apart."""
    return [w.lower() for w in _WORD.findall(text)]


@lru_cache(maxsize=1)
def _levels() -> dict[str, float]:
    text = resources.files(__package__).joinpath("common_words.txt").read_text(encoding="utf-8")
    rows = (line.split(":", 1) for line in text.splitlines() if not line.startswith("#"))
    return {word: float(level) for level, words in rows for word in words.split()}


def weight(stemmed: str) -> float:
    """Return how much a stem tells of a text's topic: bits, from 0.5 (everywhere) to 12 (rare)."""
    return _levels().get(stemmed, 12.0)


def is_common(word: str) -> bool:
    """Return whether `word` is an ordinary one of scientific English."""
    return word.lower() in FUNCTION_WORDS or stem(word) in _levels()
