"""The weights of the offline summarizer: loaded once, when first asked for; and its words."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

Features = dict[str, float]
"""What is known about one candidate: names and values; a weight vector gives it a score."""

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_SUFFIXES = (
    *("izations", "ization", "ations", "ation", "ingly", "edly", "ings", "ing", "ies", "ers"),
    *("ed", "er", "es", "ly", "s", "e", "y"),
)
UNSEEN = 8.0
"""Inverse document frequency (natural log) of a word that no training paper holds."""


def weights(name: str) -> Mapping[str, Any]:
    """Return one part of ``data/extractive.json.gz``: idf, verbs, words, spans, roles."""
    part: Mapping[str, Any] = load()[name]
    return part


@cache
def load() -> Mapping[str, Mapping[str, Any]]:
    """Return all weights; the file is read once in a process (about 0.1 s)."""
    packed = files("paperkit").joinpath("data/extractive.json.gz").read_bytes()
    parts: Mapping[str, Mapping[str, Any]] = json.loads(gzip.decompress(packed))
    return parts


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return a word without its ending, so that "models" and "modeling" are one word."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word[: -len(suffix)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz0123456789":
        return word[:-1]
    return word


def stems(text: str) -> list[str]:
    """Return the stemmed words of a text in order; a Chinese character is a word."""
    return [stem(word) for word in _WORD.findall(text.lower())]


def idf(word: str) -> float:
    """Return how rare a stem is: the natural log of one over its share of the training papers."""
    return float(weights("idf").get(word, UNSEEN))


def dot(features: Features, weight: Mapping[str, float]) -> float:
    """Return the score of features under a weight vector; unknown features count nothing."""
    return sum(value * weight[name] for name, value in features.items() if name in weight)


def expected_hits(words: Iterable[str], chance: Mapping[str, float]) -> float:
    """Return how many of the words a person's summary is expected to hold.

    A word that comes again counts a quarter: a summary seldom says a word twice.
    """
    return sum(
        chance.get(word, 0.0) * (1 + 0.25 * (times - 1)) for word, times in Counter(words).items()
    )
