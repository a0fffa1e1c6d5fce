"""The weights of the offline summarizer: loaded once, when first asked for; and its words."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Features = dict[str, float]
"""What is known about one candidate: names and values; a weight vector gives it a score."""

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
