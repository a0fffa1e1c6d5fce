"""Scores: how well a claim stands in a text, by numbers, names, direction and topic.

Overlap sees no changed digit, name or direction, so each is looked at by a gate of its own: 1
says that the gate has no objection, below 0.5 that a person should look. No score means "true".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

from paperkit.checks.contrary import turned
from paperkit.checks.language import known_terms, stands_in, weight
from paperkit.checks.names import KnownNames, Name, explained, known_names, knows, names
from paperkit.checks.numbers import Number, numbers
from paperkit.checks.polarity import DirectedText, features
from paperkit.checks.stated import Stated
from paperkit.text import content_stems, is_chinese_text, stem, tokens

# Logistic weights fitted on SciTLDR's training pairs (Apache-2.0) and edits of them.
_POLARITY = {
    "bias": -2.2,
    "both_closer": 0.2,
    "both_down": 1.75,
    "elsewhere": 1.05,
    "negated_report": 2.3,
    "negation_dropped": 1.7,
    "negation_moved": 2.6,
    "negation_new": 2.9,
    "negation_new_soft": 3.0,
    "negation_unplaced": 1.55,
    "opposite_agreement": 0.45,
    "opposite_down": 1.8,
    "same_thing": 0.65,
    "same_thing_up": 1.3,
    "synonym_down": 0.9,
    "unseen_down": 1.75,
    "unseen_up": 0.5,
}
_FOREIGN = 0.2  # a Chinese claim none of whose terms an English source has
_NEARLY = 0.6  # "about 50" where the source says 49
_TOPIC = (-8.2, 13.7, 1.5)
# What an absence from the source still scores: people count ("two steps") and paraphrase freely.
_COUNTED, _SPELLED, _DIMENSION, _CONTRADICTED, _WORD, _NAME = 0.55, 0.2, 0.55, 0.02, 0.35, 0.07


@dataclass(frozen=True)
class Source:
    """A source made ready for many claims; each part is worked out when first asked for."""

    text: str

    @staticmethod
    @lru_cache(maxsize=128)
    def of(text: str) -> Source:
        """Return `text` made ready; the last hundred sources are remembered."""
        return Source(text)

    @cached_property
    def numbers(self) -> Stated:
        """The numbers it states."""
        return Stated(numbers(self.text))

    @cached_property
    def names(self) -> KnownNames:
        """The names it knows."""
        return known_names(self.text)

    @cached_property
    def directed(self) -> DirectedText:
        """Its words with their directions."""
        return DirectedText.of(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of its words."""
        return frozenset(map(stem, tokens(self.text)))

    @cached_property
    def heads(self) -> frozenset[str]:
        """The first five letters of its stems."""
        return frozenset(s[:5] for s in self.stems)

    @cached_property
    def begins(self) -> frozenset[str]:
        """The first four letters of its stems, and of what a hyphen joins in them."""
        return frozenset(part[:4] for s in self.stems for part in (s, *s.split("-")))


def support(claim: str, source: str) -> dict[str, float]:
    """Return one score per gate, 0 to 1 (no objection), and the ``worst`` that decides.

    Gates: numbers, entities, polarity and topic. Below 0.5 the gate objects. Of a Chinese claim on
    an English source only what tables and numbers tell is judged of direction and topic.
    """
    known = Source.of(source)
    scores = {
        "numbers": number_score(claim, known),
        "entities": entity_score(claim, known),
        "polarity": polarity_score(claim, known),
        "topic": topic_score(claim, known),
    }
    return {**scores, "worst": _worst(list(scores.values()))}


def _worst(scores: list[float]) -> float:
    """Return the least score, lowered where several gates doubt (a soft minimum of log-odds)."""
    return _logistic(-math.log(sum((1 - s) / s for s in (max(v, 0.002) for v in scores)) or 1e-9))


def unsupported_numbers(claim: str, source: Source) -> list[tuple[Number, float]]:
    """Return the numbers of `claim` that `source` does not state as they are, with their score.

    A number that the source has only elsewhere, while it counts the same thing otherwise ("two
    stages"), is not stated. Small counts that no number of the source speaks against are let pass
    with 0.55, for people sum up: "three tasks" where three are named.
    """
    claimed = numbers(claim)
    own = Stated(claimed)
    rivals = any(not own.states(n) for n in source.numbers.few)
    found = []
    for number in claimed:
        score = source.numbers.states(number)
        near = _NEARLY if source.numbers.states_about(number) else 0.0
        if not near and source.numbers.contradicts(number):
            found.append((number, _CONTRADICTED))
        elif score < 1:
            found.append((number, max(score, near, _absent(number, rivals=rivals))))
    return found


def _absent(number: Number, *, rivals: bool) -> float:
    if number.name:
        return _DIMENSION
    if number.few and rivals:
        return _CONTRADICTED
    if number.few and (number.value <= 3 or not number.spelled):
        return _COUNTED
    return _SPELLED if number.spelled else 0.0


def number_score(claim: str, source: Source) -> float:
    """Return 1 where the source states every number of the claim, 0 where one is missing."""
    return min((score for _, score in unsupported_numbers(claim, source)), default=1.0)


def unknown_names(claim: str, source: Source) -> list[tuple[Name, float]]:
    """Return the names of `claim` that `source` does not write as they are, with their score."""
    found = []
    for name in names(claim):
        score = knows(source.names, name)
        if score < 1:
            floor = max(explained(name, claim), _NAME if name.sure else _WORD)
            found.append((name, max(score, floor)))
    return found


def entity_score(claim: str, source: Source) -> float:
    """Return 1 where the source knows every name of the claim, towards 0 where it does not."""
    return min((score for _, score in unknown_names(claim, source)), default=1.0)


def polarity_score(claim: str, source: Source) -> float:
    """Return how little speaks against the claim's directions and negations.

    Of a Chinese claim against an English source only changes by a stated amount are judged.
    """
    if is_chinese_text(claim) and not is_chinese_text(source.text[:2000]):
        return _CONTRADICTED if turned(claim, source.text) else 1.0
    found = features(claim, source.directed)
    return 1 - _logistic(_POLARITY["bias"] + sum(_POLARITY[k] * v for k, v in found.items()))


def topic_score(claim: str, source: Source) -> float:
    """Return how much of what the claim is about the source is about too.

    Of a Chinese claim against an English source the table's terms, the names and the numbers are
    compared; where none is shared, two terms or more make it foreign.
    """
    if is_chinese_text(claim) and not is_chinese_text(source.text[:2000]):
        return 1.0 if _shares_terms(claim, source) else _FOREIGN
    stems = set(content_stems(claim))
    total = sum(map(weight, stems))
    if not total:
        return 1.0
    shared = sum(weight(s) * _shared(s, source) for s in stems)
    bias, share, amount = _TOPIC
    return _logistic(bias + share * shared / total + amount * math.log1p(shared))


def _shares_terms(claim: str, source: Source) -> bool:
    terms = known_terms(claim)
    if len(terms) < 2 or any(stands_in(t, source.names.spaced) for t in terms):
        return True
    if any(knows(source.names, n) >= 0.5 for n in names(claim)):
        return True
    return any(not n.few and source.numbers.states(n) for n in numbers(claim))


def content_words(claim: str) -> int:
    """Return how many different words of a claim tell something of its topic."""
    return len(set(content_stems(claim)))


def _shared(stemmed: str, source: Source) -> float:
    if stemmed in source.stems:
        return 1.0
    return 0.8 if len(stemmed) > 5 and stemmed[:5] in source.heads else 0.0


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
