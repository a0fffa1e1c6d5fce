"""Copies: which drafts a text holds, word for word or nearly; it knows no cell and no mark.

A text is its words: letters and digits in lower case, a Chinese character being a word of half
the weight. What a person approved is taken out first, then what arXiv itself says of the paper.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from paperkit.digests import Answer
from paperkit.papers import Paper

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_WITHOUT_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_MARKUP = re.compile(r"</?[A-Za-z][^<>:]*>|\\lt\b|^[ \t]*\d{1,3}[.)][ \t]", re.M)
_PASSAGE = 16
"""The weight of a passage: eight words, or sixteen Chinese characters."""
_SHORT = 6
"""The weight from which a whole answer is looked for within a line, not as a line of its own."""
_ALIKE = 85
"""Per cent of the words, in order, that make a near copy: one of eight may differ."""
_TAKEN = ""

Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """Return a text's words as they are compared, without markup, entities and case."""
    plain = _WITHOUT_WIDTH.sub("", html.unescape(_MARKUP.sub(" ", text)))
    return tuple(_TOKEN.findall(unicodedata.normalize("NFKC", plain).casefold()))


def _weight(words: Sequence[str]) -> int:
    return sum(1 if len(w) == 1 and w > "\u3000" else 2 for w in words)


def _threes(words: Words) -> frozenset[Words]:
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _windows(words: Words) -> Iterator[tuple[int, Words]]:
    """Yield each shortest passage with its place; none spans what was taken out."""
    end = weight = 0
    for start, word in enumerate(words):
        while weight < _PASSAGE and end < len(words):
            weight += _weight(words[end : end + 1])
            end += 1
        if weight < _PASSAGE:
            return
        if _TAKEN not in words[start:end]:
            yield start, words[start:end]
        weight -= _weight((word,))


@dataclass(frozen=True)
class Copied:
    """One text, and what of it is left once known passages are taken out."""

    words: Words
    lines: frozenset[Words]

    @classmethod
    def of(cls, text: str) -> Copied:
        """Return the text's words, and those of each line."""
        return cls(words_of(text), frozenset(map(words_of, text.splitlines())))

    @cached_property
    def passages(self) -> frozenset[Words]:
        """The passages of the text."""
        return frozenset(window for _, window in _windows(self.words))

    @cached_property
    def threes(self) -> frozenset[Words]:
        """Each three words in a row: what no near copy is without."""
        return _threes(self.words)

    @cached_property
    def joined(self) -> str:
        """The words as one string to search in."""
        return f" {' '.join(self.words)} "

    def without(self, texts: Iterable[Words]) -> Copied:
        """Return this text with every place where one of `texts` stands whole taken out."""
        found = {t for t in texts if t and f" {' '.join(t)} " in self.joined}
        left = self.joined
        for text in sorted(found, key=len, reverse=True):
            left = left.replace(f" {' '.join(text)} ", f" {_TAKEN} ")
            left = left.replace(f" {' '.join(text)} ", f" {_TAKEN} ")  # neighbors share a space
        return Copied(tuple(left[1:-1].split(" ")), self.lines - found) if found else self

    def without_passages(self, source: Copied) -> Copied:
        """Return this text with every passage that stands in `source` taken out."""
        kept = list(self.words)
        for start, window in _windows(self.words):
            if window in source.passages:
                kept[start : start + len(window)] = [_TAKEN] * len(window)
        return Copied(tuple(kept), self.lines)

    def holds_whole(self, text: Words) -> bool:
        """Return whether all of `text` stands here, nearly or exactly."""
        return f" {' '.join(text)} " in self.joined or self._resembles(text)

    def holds(self, text: Words) -> bool:
        """Return whether a passage of `text` stands here, or all of it, nearly or exactly."""
        weight = _weight(text)
        if weight < _SHORT:
            return text in self.lines and bool(text)
        if any(window in self.passages for _, window in _windows(text)):
            return True
        return self.holds_whole(text)

    def _resembles(self, text: Words) -> bool:
        from rapidfuzz.fuzz import partial_ratio, ratio

        threes = list(zip(text, text[1:], text[2:], strict=False))
        if 4 * sum(three in self.threes for three in threes) < max(len(threes), 1):
            return False
        compare = partial_ratio if len(self.words) >= len(text) else ratio
        return compare(text, self.words) >= _ALIKE


@dataclass(frozen=True)
class Draft:
    """An answer that was given once, as words: its statements one by one, and all of them."""

    paper: str
    question: str
    texts: tuple[Words, ...]

    @classmethod
    def of(cls, paper: str, answer: Answer) -> Draft:
        """Return a paper's answer as words."""
        single = [words_of(t) for t in answer.texts]
        return cls(paper, answer.question, (*single, sum(single, ())))


class Drafts:
    """Drafts by the words they hold, so that a text is compared only with those it may hold."""

    def __init__(self, answers: Iterable[tuple[str, Answer]]) -> None:
        self._found: dict[Words, dict[Draft, None]] = {}
        for draft in dict.fromkeys(Draft.of(i, a) for i, a in answers):
            for text in draft.texts:
                for key in _threes(text) or {text}:
                    self._found.setdefault(key, {})[draft] = None

    def near(self, text: Copied) -> list[Draft]:
        """Return the drafts that share three words in a row with a text, or a short line."""
        keys = self._found.keys() & (text.threes | text.lines)
        return list(dict.fromkeys(draft for key in sorted(keys) for draft in self._found[key]))


def source_words(paper: Paper) -> Copied:
    """Return what arXiv says of a paper: anyone may quote it."""
    return Copied.of("\n".join((paper.title, paper.abstract, paper.comment)))
