"""Polarity: which way a claim points (up or down, better or worse, is or is not).

Words that come in opposites are compared with the source's sentences that share most of the
claim's words; a direction the source turns round, or a negation it does not have, costs score.
Of a Chinese claim against an English source only a change by an amount is judged that the source
states too: where the source's words around that amount all point the other way, the claim is turned
round. Against the passage given as evidence three things more are, by small tables: what a claim
needs or does not need, who does better, and whether a known quantity is high or low.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from paperkit.checks.language import weight
from paperkit.text import FUNCTION_WORDS, stem

_NEGATORS = frozenset(
    "not no never without neither nor cannot cant none nothing hardly barely".split()
)
_SOFT_NEGATIONS = frozenset(
    """without fail lack unabl despit avoid prevent unlik rather impossibl instead hard difficult
    few littl littl suffer limit however unsupervis independ fre unnecessar elimin remov minim
    challeng poor insuffici ignor neglect struggl cannot onl except regardl although even""".split()
)
_REPORTING = frozenset(
    stem(w)
    for w in """propose present introduce show demonstrate develop study describe provide achieve
    analyze investigate prove derive improve outperform explore design use apply evaluate find
    learn train propose-d novel new""".split()
)
_HARMS = frozenset(
    """hurt harm degrad worsen losing lose sacrific comprom impair damag deteriorat suffer
    weaken penalt""".split()
)
_TOKEN = re.compile(r"[A-Za-z]+(?:n['’]t\b)?|[A-Za-z0-9]+(?:['’]t)?|[.!?;]")


def _axes() -> dict[str, tuple[tuple[int, int], ...]]:
    table: dict[str, list[tuple[int, int]]] = {}
    text = resources.files(__package__).joinpath("opposites.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for axis, line in enumerate(lines):
        for side, words in zip((1, -1), line.split("|"), strict=True):
            for word in words.split():
                table.setdefault(word, []).append((axis, side))
                if (cut := stem(word)) not in FUNCTION_WORDS:
                    entries = table.setdefault(cut, [])
                    if (axis, side) not in entries:
                        entries.append((axis, side))
    return {word: tuple(entries) for word, entries in table.items()}


_SIDES = _axes()
_SUCCESSES = frozenset(axis for axis, side in _SIDES["outperform"] + _SIDES["better"] if side > 0)


@dataclass(frozen=True)
class Word:
    """One word in place: lower case, stem, the axes it points on with the side, its weight.

    ``weight`` is 0 for what makes no context: marks, function words and directions themselves.
    """

    text: str
    stem: str
    sides: tuple[tuple[int, int], ...]
    negates: bool
    weight: float


@lru_cache(maxsize=512)
def directed_words(text: str) -> tuple[Word, ...]:
    """Return the words of an English `text` in order with their directions; marks are kept."""
    return tuple(map(_word, _TOKEN.findall(text)))


@lru_cache(maxsize=65536)
def _word(written: str) -> Word:
    token = written.replace("’", "'").lower()
    cut = stem(token) if token[0].isalnum() else token
    sides = _SIDES.get(token) or _SIDES.get(cut, ())
    context = token[0].isalpha() and token not in FUNCTION_WORDS and not sides
    return Word(token, cut, sides, is_negator(token), weight(cut) if context else 0.0)


def is_negator(token: str) -> bool:
    """Return whether an English word negates (not, never, without, n't …)."""
    return token in _NEGATORS or token.endswith("n't")


def is_soft(word: Word) -> bool:
    """Return whether a word denies without being a negator (unable, despite, avoid)."""
    return word.stem in _SOFT_NEGATIONS


@dataclass(frozen=True)
class DirectedText:
    """A source made ready: its words, where each stem, axis and negator stands.

    ``soft`` says that it holds a word that denies without being a negator (unable, despite),
    ``fails`` that it denies a success ("none … outperform").
    """

    words: tuple[Word, ...]
    places: dict[str, tuple[int, ...]]
    sides: dict[int, tuple[int, ...]]
    negators: tuple[int, ...]
    soft: bool
    fails: bool

    @classmethod
    def of(cls, text: str) -> DirectedText:
        """Return `text` made ready; worth keeping, for a source meets many claims."""
        words = directed_words(text)
        places: dict[str, list[int]] = {}
        sides: dict[int, list[int]] = {}
        for place, word in enumerate(words):
            places.setdefault(word.stem, []).append(place)
            for axis, _ in word.sides:
                sides.setdefault(axis, []).append(place)
        negators = tuple(i for i, w in enumerate(words) if w.negates)
        soft = not _SOFT_NEGATIONS.isdisjoint(places)
        denials = negators or "fail" in places or "unabl" in places
        fails = bool(denials and _denied_successes(words))
        return cls(words, _frozen(places), _frozen(sides), negators, soft, fails)


def _frozen(table: dict[Any, list[int]]) -> dict[Any, tuple[int, ...]]:
    return {key: tuple(values) for key, values in table.items()}


def _context(words: Sequence[Word], place: int, reach: int) -> dict[str, float]:
    """Return the stems around a place with their weights, directions and function words out."""
    near = words[max(0, place - reach) : place + reach + 1]
    return {w.stem: w.weight for w in near if w.weight}


def _agreement(context: dict[str, float], source: DirectedText, place: int, reach: int) -> float:
    near = {w.stem for w in source.words[max(0, place - reach) : place + reach + 1]}
    return sum(value for word, value in context.items() if word in near)


def features(claim: str, source: DirectedText) -> dict[str, float]:
    """Return what speaks against a claim's directions and negations, each 0 (nothing) or more."""
    words = directed_words(claim)
    found: dict[str, float] = {}
    for place, word in enumerate(words):
        if _affirms(words, place) or _denied_alike(words, place, source):
            continue
        for name, value in (*_turned(words, place, word, source), *_denied(words, place, source)):
            found[name] = max(found.get(name, 0.0), value)
    for name, value in _undenied(words, source):
        found[name] = max(found.get(name, 0.0), value)
    return found


def _affirms(words: Sequence[Word], place: int) -> bool:
    """Tell whether a word is part of a denied harm ("without hurting", "no loss of"): all well."""
    if words[place].negates:
        after = range(place + 1, min(len(words), place + 4))
        return any(_harms(words, at) and _joined(words, place, at) for at in after)
    if not _harms(words, place):
        return False
    before = range(max(0, place - 3), place)
    return any(words[at].negates and _joined(words, at, place) for at in before)


def _denied_alike(words: Sequence[Word], place: int, source: DirectedText) -> bool:
    """Tell whether a word is of a denied success ("fail to beat") that the source denies too."""
    if not source.fails or not (_denies(words[place]) or _succeeds(words[place])):
        return False
    return any(a <= place <= b for a, b in _denied_successes(words))


def _denied_successes(words: Sequence[Word]) -> list[tuple[int, int]]:
    """Return the spans from a denial to the success it denies, eight words on at most."""
    return [
        (at, to)
        for at, word in enumerate(words)
        if _denies(word)
        for to in range(at + 1, min(len(words), at + 9))
        if _succeeds(words[to]) and _joined(words, at, to)
    ]


def _denies(word: Word) -> bool:
    return word.negates or word.stem in ("fail", "unabl")


def _succeeds(word: Word) -> bool:
    return any(axis in _SUCCESSES and side > 0 for axis, side in word.sides)


def _joined(words: Sequence[Word], start: int, end: int) -> bool:
    """Tell whether no mark parts two words."""
    return all(w.text not in ".!?;" for w in words[start:end])


def _harms(words: Sequence[Word], place: int) -> bool:
    """Tell whether a word names a harm; a loss may be a function ("without adversarial loss")."""
    if words[place].stem == "loss":
        before = words[place - 1]
        return before.negates or before.text in ("any", "much", "significant", "noticeable")
    return words[place].stem in _HARMS


def _turned(
    words: Sequence[Word], place: int, word: Word, source: DirectedText
) -> Iterator[tuple[str, float]]:
    """Yield how far the source points a direction word of the claim the other way."""
    if not word.sides:
        return
    if word.stem in source.places:
        yield from _turned_nearby(words, place, word, source)
        return
    context, thing = _context(words, place, 6), _context(words[place : place + 5], 0, 5)
    best, close = {1: -1.0, -1: -1.0}, {1: 0.0, -1: 0.0}
    for axis, side in word.sides:
        for at in source.sides.get(axis, ()):
            for other_axis, other in source.words[at].sides:
                if other_axis == axis:
                    relation = side * other
                    best[relation] = max(best[relation], _agreement(context, source, at, 8))
                    close[relation] = max(close[relation], _agreement(thing, source, at, 4))
    if close[-1] > close[1]:
        up = any(side > 0 for _, side in word.sides)
        yield ("same_thing_up" if up else "same_thing"), math.log1p(close[-1] - close[1])
    yield from _absent(word, best)


def _absent(word: Word, best: dict[int, float]) -> Iterator[tuple[str, float]]:
    """Yield what it means that the source does not hold the word; claims rarely add a bad one."""
    down = all(side < 0 for _, side in word.sides)
    if best[-1] >= 0 and best[1] < 0:
        yield "opposite_agreement", math.log1p(best[-1])
        if down:
            yield "opposite_down", 1.0
    elif best[-1] >= 0:
        yield "both_closer", max(0.0, math.log1p(best[-1]) - math.log1p(best[1]))
        if down:
            yield "both_down", 1.0
    elif best[1] < 0:
        yield ("unseen_down" if down else "unseen_up"), 1.0
    elif down:
        yield "synonym_down", 1.0


def _turned_nearby(
    words: Sequence[Word], place: int, word: Word, source: DirectedText
) -> Iterator[tuple[str, float]]:
    """Yield how much better the claim's context fits where the source has the opposite word."""
    context = _context(words, place, 4)
    same = max(_agreement(context, source, at, 5) for at in source.places[word.stem])
    opposite = 0.0
    for axis, side in word.sides:
        for at in source.sides.get(axis, ()):
            if (axis, -side) in source.words[at].sides:
                opposite = max(opposite, _agreement(context, source, at, 5))
    if opposite > same:
        yield "elsewhere", math.log1p(opposite) - math.log1p(same)


def _denied(words: Sequence[Word], place: int, source: DirectedText) -> Iterator[tuple[str, float]]:
    """Yield what speaks against a negation of the claim: the source has none there, or at all."""
    word = words[place]
    if not word.negates or (word.text == "not" and _next(words, place) in ("only", "just")):
        return
    scope = [w for w in words[place + 1 : place + 6] if w.text not in FUNCTION_WORDS][:3]
    spots = [at for w in scope for at in source.places.get(w.stem, ())]
    if not source.negators:
        if word.text in ("no", "without") and any(_spared(source, at) for at in spots):
            return  # "needs no training" of what the source calls training-free
        yield ("negation_new_soft" if source.soft else "negation_new"), 1.0
    elif spots and not any(_negation_near(source, at, 5) for at in spots):
        yield "negation_moved", 1.0
    elif not spots:
        yield "negation_unplaced", 1.0
    if scope and scope[0].stem in _REPORTING:
        yield "negated_report", 1.0


def _spared(source: DirectedText, at: int) -> bool:
    """Tell whether the source says of a word's thing that it is not needed ("-free")."""
    near = source.words[max(0, at - 8) : at + 2]
    return any(
        w.text == "free" or w.stem in ("elimin", "avoid", "remov", "unnecessar") for w in near
    )


def _next(words: Sequence[Word], place: int) -> str:
    return words[place + 1].text if place + 1 < len(words) else ""


def _negation_near(source: DirectedText, at: int, reach: int) -> bool:
    near = source.words[max(0, at - reach) : at + 3]
    return any(w.negates or is_soft(w) for w in near)


def _undenied(words: Sequence[Word], source: DirectedText) -> Iterator[tuple[str, float]]:
    """Yield how far the claim states what the source denies (a negation has been dropped)."""
    if any(w.negates or is_soft(w) for w in words):
        return
    stems = {w.stem for w in words if w.text not in FUNCTION_WORDS}
    for at in source.negators:
        if _next(source.words, at) in ("only", "just"):
            continue
        scope = [w for w in source.words[at + 1 : at + 7] if w.text not in FUNCTION_WORDS][:4]
        if scope and scope[0].stem in stems:
            share = sum(w.stem in stems for w in scope) / len(scope)
            yield "negation_dropped", share
