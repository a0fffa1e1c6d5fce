"""Terms: what a paper is about, as it writes them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from paperkit.extractive.weights import idf, weights
from paperkit.text import CJK, STOP_WORDS, stem, stems

_BREAK = re.compile(rf"[^\w\s/+-]|\s[-–—]+\s|\n\s*\n|[{CJK}]")
_WORD = re.compile(r"[\w][\w/+-]*")
_VERB_LIKE = re.compile(r".+(?:ly|ize|izes|ized|ates|ated)$")


def keywords(title: str, text: str, *, count: int = 6) -> list[str]:
    """Return at most ``count`` terms, best first, each verbatim in the title or the text.

    Terms are runs of two to four content words, and names in capitals; a term that is part of a
    better one is left out. Chinese running text yields none: its words are not set apart.
    """
    scores: dict[tuple[str, ...], float] = defaultdict(float)
    forms: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for part, weight in ((title, 2.0), (text, 1.0)):
        for form in _terms(part):
            key = tuple(stem(word) for word in _WORD.findall(form.lower()))
            scores[key] += weight
            forms[key][form] += 1
    head = set(stems(title))
    # What is said once is a term only where nothing else is left.
    ranked = sorted(
        scores, key=lambda k: (scores[k] < 2 and len(k) > 1, -_score(k, scores[k], head), k)
    )
    chosen: list[tuple[str, ...]] = []
    for key in ranked:
        if len(chosen) < count and not any(set(key) & set(other) == set(key) for other in chosen):
            chosen = [other for other in chosen if not set(other) < set(key)] + [key]
    return [min(forms[key], key=lambda form: (-forms[key][form], form)) for key in chosen]


def _terms(text: str) -> list[str]:
    found = []
    start = 0
    for end in [m.start() for m in _BREAK.finditer(text)] + [len(text)]:
        found += _of_run(text[start:end])
        start = end + 1
    return found


def _of_run(text: str) -> list[str]:
    """Return the terms of a text without punctuation: parts of its runs of content words."""
    found, run = [], []
    for match in [*_WORD.finditer(text), None]:
        if match and not _is_stop(match[0]):
            run.append(match)
            continue
        for i in range(len(run)):
            for j in range(i, min(i + 4, len(run))):
                term = text[run[i].start() : run[j].end()]
                if (j > i or _is_name(term)) and "\n" not in term and "  " not in term:
                    found.append(term)
        run = []
    return found


def _is_stop(word: str) -> bool:
    plain, verbs = word.lower(), weights("verbs")
    return (
        plain in STOP_WORDS
        or len(plain) < 2
        or word[0].isdigit()
        or bool(_VERB_LIKE.match(plain))
        or plain.endswith("-")
        or plain in verbs
        or plain.removesuffix("s") in verbs
    )


def _is_name(term: str) -> bool:
    return sum(ch.isupper() for ch in term) >= 2


def _score(key: tuple[str, ...], weight: float, head: set[str]) -> float:
    rare = sum(idf(word) for word in key) / len(key)
    titled = sum(word in head for word in key) / len(key)
    longer = {1: 0.7, 2: 1.2, 3: 1.3}.get(len(key), 1.0)
    often: float = weight**0.6
    return often * min(rare, 6.0) * longer * (1 + 0.6 * titled)
