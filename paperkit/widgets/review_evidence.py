"""Review's evidence: the sentences of a source that a statement can rest on, found by words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from paperkit.digests import Answer, Evidence
from paperkit.errors import PaperkitError
from paperkit.papers import Paper
from paperkit.passages import source_lines
from paperkit.readings import Reading
from paperkit.text import FUNCTION_WORDS, stem, tokens

Offer = Callable[[], Sequence[Evidence]]
"""Returns what a source offers; called only when it is needed."""


def cited(history: Iterable[Answer]) -> tuple[Evidence, ...]:
    """Return every passage ever cited, each once, in the order of the history.

    A passage's position is the number by which the browser refers to it.
    """
    found = (e for answer in history for s in answer.statements for e in s.evidence)
    return tuple(dict.fromkeys(found))


def offered(paper: Paper, reading: Reading | None) -> tuple[Evidence, ...]:
    """Return the sentences of the abstract and the PDF, the same that a model is given."""
    rows = source_lines(paper, reading)
    return tuple(map(Evidence.of, rows))


def ranked(given: Sequence[Evidence], words: str) -> list[Evidence]:
    """Return the passages that hold any of `words`, those with the rarest first.

    A word is found within longer ones too; without words all are returned in their order.
    """
    if not words.strip():
        return list(given)
    latin = tokens(words)
    wanted = {stem(w) for w in latin if w not in FUNCTION_WORDS} or set(latin)
    wanted |= {w for w in words.lower().split() if not (w.isascii() and w.isalpha())}
    texts = [e.quote.lower() for e in given]
    holding = {w: sum(w in text for text in texts) for w in wanted}
    weights = {w: math.log(1 + len(given) / n) for w, n in holding.items() if n}
    scores = [sum(weights[w] for w in weights if w in text) for text in texts]
    order = sorted(range(len(given)), key=lambda n: -scores[n])
    return [given[n] for n in order if scores[n] > 0]


def named(given: Any, known: Sequence[Evidence], offer: Offer) -> Evidence:
    """Return the passage that the browser means: a number of `known`, or its own words.

    Raises:
        PaperkitError: there is no such passage.
    """
    if type(given) is int and 0 <= given < len(known):
        return known[given]
    if isinstance(given, dict):
        wanted = tuple(given.get(part) for part in ("quote", "section", "page"))
        for passage in chain(known, _offered(offer)):
            if (passage.quote, passage.section, passage.page) == wanted:
                return passage
    raise PaperkitError("edit: the browser named no passage of the paper; reload the notebook.")


def _offered(offer: Offer) -> Iterator[Evidence]:
    yield from offer()


def holding(words: str, given: Iterable[Evidence]) -> Evidence | None:
    """Return the first passage that has `words` in it, in any case; None when none has."""
    wanted = " ".join(words.split()).casefold()
    return next((e for e in given if wanted and wanted in e.quote.casefold()), None)


def shown(given: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Return passages as JSON-able rows, without their boxes."""
    return [{"quote": e.quote, "section": e.section, "page": e.page} for e in given]
