"""Picks: which sentences to show for what, by their words, their cues and their roles."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from paperkit.models._one_line import word_chances
from paperkit.models._parts import PARTS
from paperkit.models._roles import ROLES, role_chances
from paperkit.models._weights import expected_hits, idf, stems

_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.\[-])[-+]?\d+(?:[.,]\d+)*(?:\s?[%×x]|\s?dB|[- ]fold)?(?![A-Za-z0-9_\]-])"
)
_YEAR = re.compile(r"(?:19|20)\d\d$")
# Notes of the first page and of the end that are no part of what the paper says.
_NOTE = re.compile(
    r"@|corresponding author|equal contribution|key ?words?\b.{0,3}[:—–-]|all rights reserved"
    r"|was responsible for|acknowledg|thank|grant|©|https?://|visiting astronomer|preprint",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"(?:fig(?:ure)?|tab(?:le)?|algorithm|listing)\.? ?\d+[.:]", re.IGNORECASE)
# A sentence that opens so leans on the one before it, which is not shown.
_LEANS = re.compile(
    r"(?:this|these|those|it|they|such|thus|then|besides|meanwhile|second(?:ly)?|third(?:ly)?|and"
    r"|also|to this end|to test|to do so)\b",
    re.IGNORECASE,
)
_WORTH = {"background": 0.0, "objective": 0.9, "method": 0.8, "result": 1.0, "other": -0.2}


def takeaways(title: str, sentences: Sequence[str], *, count: int = 5) -> list[int]:
    """Return the positions of at most ``count`` sentences worth taking away, in text order.

    Maximal marginal relevance: each is chosen for what it says beyond those chosen before it;
    sentences that say the same as a chosen one are never taken.
    """
    usable = [n for n, sentence in enumerate(sentences) if is_plain(sentence)]
    if not usable:
        return []
    worth = _worth(title, list(sentences))
    vectors = {n: _vector(sentences[n]) for n in usable}
    chosen: list[int] = []
    overlap = dict.fromkeys(usable, 0.0)
    while len(chosen) < count:
        rest = [n for n in usable if n not in chosen and overlap[n] < 0.5]
        if not rest:
            break
        best = max(rest, key=lambda n: (0.7 * worth[n] - 0.3 * overlap[n], -n))
        chosen.append(best)
        for n in rest:
            overlap[n] = max(overlap[n], _cosine(vectors[n], vectors[best]))
    return sorted(chosen)


def skeleton(sentences: Sequence[str]) -> dict[str, list[int]]:
    """Return for each part of a deep reading (`PARTS`) the positions of its sentences, in order.

    A sentence stands in one part at most; a part the text says nothing about is an empty list.
    """
    found: dict[str, list[int]] = {part: [] for part in PARTS}
    scores = part_scores(sentences)
    taken: set[int] = set()
    for _, part, number in sorted((-score, *key) for key, score in scores.items()):
        if number not in taken and len(found[part]) < PARTS[part].most:
            found[part].append(number)
            taken.add(number)
    return {part: sorted(numbers) for part, numbers in found.items()}


def part_scores(sentences: Sequence[str]) -> dict[tuple[str, int], float]:
    """Return how well a sentence suits a part, 0 to 2; pairs that don't suit are left out."""
    if not sentences:
        return {}
    scores = {}
    for number, row in enumerate(role_chances(list(sentences))):
        text, chance = sentences[number], dict(zip(ROLES, row.tolist(), strict=True))
        if not is_plain(text):
            continue
        for name, part in PARTS.items():
            suits = sum(chance[role] for role in part.roles)
            if suits >= 0.4 and part.says(text):
                scores[name, number] = suits + part.bonus + 0.6 * (part.counts and has_number(text))
    return scores


def has_number(text: str) -> bool:
    """Tell whether a text states a quantity; a year or a citation's number is none."""
    return any(not _YEAR.match(found.strip()) for found in _NUMBER.findall(text))


def is_plain(sentence: str) -> bool:
    """Tell whether a text is a sentence to show: of some length, mostly words, not broken off."""
    text = sentence.strip()
    words = text.split()
    chinese = len(re.findall(r"[\u3400-\u9fff]", text))
    if (
        not (5 <= len(words) <= 60 or 10 <= chinese <= 150)
        or _CAPTION.match(text)
        or _NOTE.search(text)
    ):
        return False
    letters = sum(ch.isalpha() or ch.isspace() for ch in text)
    starts = text[0].isupper() or text[0].isdigit() or not text[0].isascii() or "-" in words[0]
    return starts and letters >= 0.7 * len(text) and text[-1] in ".!?。！？)”"


def _worth(title: str, sentences: list[str]) -> list[float]:
    """Return how much each sentence is worth taking away, about 0 to 1."""
    chance = word_chances(title, sentences)
    found = []
    for sentence, row in zip(sentences, role_chances(sentences), strict=True):
        words = stems(sentence)
        gain = 2 * expected_hits(words, chance) / (len(words) + 20)
        role = sum(_WORTH[name] * p for name, p in zip(ROLES, row.tolist(), strict=True))
        leans = bool(_LEANS.match(sentence))
        found.append(gain + 0.7 * role + 0.1 * has_number(sentence) - 0.15 * leans)
    return found


def _vector(text: str) -> dict[str, float]:
    counts = Counter(stems(text))
    return {word: (1 + math.log(n)) * idf(word) for word, n in counts.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    size = math.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
    return sum(value * other.get(word, 0.0) for word, value in one.items()) / size if size else 0.0
