"""Evidence: which lines of a paper carry a statement, by its words, names and numbers.

Containment of words locates a passage; it does not verify: a changed digit, name or direction is
for `paperkit.checks.scores`. A Chinese statement meets an English line in the terms of a table,
in Latin names and in numbers.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from paperkit.checks.language import english_forms, known_terms, spaced, weight
from paperkit.checks.names import flattened
from paperkit.passages import SourceLine
from paperkit.text import content_stems, is_chinese_text

MOST = 3
_NOTHING = 1e-9  # what is left of a share when all of it is taken off
_DECIMALS = 9  # those to which two lines carry as much
_GAIN = 0.12  # a further line has to carry that share of the statement beyond those before it
_NUMBER = re.compile(
    r"(\d(?<![A-Za-z0-9.].)\d*(?:[.,]\d+)*)(\s?[x×]\b|\s?倍|\s?times\b|[ -]fold\b)?"
)
_NUMBER_WEIGHT, _TERM_WEIGHT = 10.0, 6.0  # bits, as for words
_ALIKE = 0.8  # words that share their first five letters
AS_GOOD = 0.95  # so close to the best line, the one that was pointed at is taken
_HELD, _NEARLY, _REACH = 0.6, 0.8, 6  # a part's share of one line, of the best one; lines

Keys = dict[str, float]
"""What a statement says: stems, numbers and Chinese terms, each with how much it tells."""


def keys_of(text: str) -> Keys:
    """Return what a text says, each part with its weight in bits."""
    found = {w: weight(w) for w in _stems(text)}
    found |= dict.fromkeys(_numbers(text), _NUMBER_WEIGHT)
    if is_chinese_text(text):
        found |= dict.fromkeys(known_terms(text), _TERM_WEIGHT)
    return found


def _stems(text: str) -> dict[str, None]:
    """Return the stems of a text in order: sums over them must not hang on how a set is ordered."""
    return dict.fromkeys(content_stems(flattened(text)))


_CHINESE_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s?([万亿])")


def _numbers(text: str) -> dict[str, None]:
    """Return the digits of the numbers in a text; counts up to ten tell nothing, multiples do."""
    if "万" in text or "亿" in text:
        text = _CHINESE_AMOUNT.sub(_as_english, text)
    if not (told := _NUMBER.findall(text)):
        return {}
    found = [(digits.replace(",", ""), times) for digits, times in told]
    multiples = (f"{n}x" for n, times in found if times)
    return dict.fromkeys([*(n for n, _ in found if len(n) > 1 and n != "10"), *multiples])


def _as_english(match: re.Match[str]) -> str:
    """Return an amount in the digits that English has for it: 150 万 is 1.5 (million)."""
    value = float(match[1]) * (1e4 if match[2] == "万" else 1e8)
    unit = next((u for u in (1e9, 1e6) if value >= u), 1.0)
    return f"{value / unit:.10g} "


class LineIndex:
    """Lines made ready to be asked which of them carry a statement."""

    def __init__(self, lines: Sequence[SourceLine]) -> None:
        """Note where each word, number and beginning of a word stands."""
        self.lines = tuple(lines)
        self._places: dict[str, list[int]] = {}
        self._exact: defaultdict[str, list[int]] = defaultdict(list)
        self._heads: dict[str, set[int]] = {}
        self._spaced: list[str] | None = None
        self._held: dict[str, dict[int, float]] = {}
        self._last: tuple[Keys, Keys, dict[int, float]] = ({}, {}, {})
        for place, line in enumerate(self.lines):
            self._places.setdefault(line.text, []).append(place)
            for word in _stems(line.text) | _numbers(line.text):
                self._exact[word].append(place)
        for word, places in self._exact.items():
            if len(word) > 5 and word[0].isalpha():
                self._heads.setdefault(word[:5], set()).update(places)

    def standing(self, quotes: Iterable[str]) -> set[int]:
        """Return the lines that are one of some passages, letter by letter."""
        return {place for quote in quotes for place in self._places.get(quote, ())}

    def holders(self, key: str) -> dict[int, float]:
        """Return the lines that say `key`, each with how well (1, or less where alike)."""
        if key not in self._held:
            self._held[key] = self._holders(key)
        return self._held[key]

    def _holders(self, key: str) -> dict[int, float]:
        if not key.isascii():
            return dict.fromkeys(self._holding_term(key), 1.0)
        alike = self._heads.get(key[:5], set()) if len(key) > 5 else set()
        return {**dict.fromkeys(alike, _ALIKE), **dict.fromkeys(self._exact.get(key, ()), 1.0)}

    def _holding_term(self, term: str) -> Iterable[int]:
        if self._spaced is None:
            self._spaced = [spaced(line.text) for line in self.lines]
        forms = [f" {form}" for form in english_forms(term)]
        return (n for n, text in enumerate(self._spaced) if any(f in text for f in forms))

    def telling(self, keys: Keys) -> Keys:
        """Return keys weighed by how few of the lines say them."""
        return self._weighed(keys)[0]

    def _weighed(self, keys: Keys) -> tuple[Keys, dict[int, float]]:
        """Return the keys weighed, and how much of that each line says; the last is remembered."""
        if self._last[0] != keys:
            many = len(self.lines)
            size = math.log(1 + many) or 1.0
            weights = {
                k: v * math.sqrt(math.log(1 + many / max(1, len(self.holders(k)))) / size)
                for k, v in keys.items()
            }
            gains: dict[int, float] = {}
            for key, value in weights.items():
                for line, how in self.holders(key).items():
                    gains[line] = gains.get(line, 0.0) + value * how
            self._last = (dict(keys), weights, gains)
        return self._last[1:]

    def best(
        self, keys: Keys, cited: Collection[int] = (), most: int = MOST
    ) -> tuple[list[int], list[float]]:
        """Return the lines that carry most of `keys`, best first, and the share carried so far.

        Where a line that was `cited` is as good as the best, it is taken.
        """
        weights, told = self._weighed(keys)
        total, gains = sum(weights.values()), dict(told)
        open_keys = list(weights)
        chosen: list[int] = []
        shares: list[float] = []
        while gains and len(chosen) < most and (top := max(gains.values())) > _NOTHING * total:
            near = [n for n, g in gains.items() if g >= AS_GOOD * top]
            line = min(near, key=lambda n: (n not in cited, -round(gains[n], _DECIMALS), n))
            if chosen and gains[line] / total < _GAIN:
                break
            chosen.append(line)
            shares.append((shares[-1] if shares else 0.0) + gains[line] / total)
            for key in [k for k in open_keys if line in self.holders(k)]:
                open_keys.remove(key)
                for n, how in self.holders(key).items():
                    gains[n] -= weights[key] * how
        return chosen, shares

    def shares(self, keys: Keys) -> dict[int, float]:
        """Return what share of `keys` each line says; lines that say nothing of it are left out."""
        weights, gains = self._weighed(keys)
        total = sum(weights.values()) or 1.0
        return {line: gain / total for line, gain in gains.items()}

    def apart(self, parts: Sequence[Keys]) -> tuple[int, int] | None:
        """Return the best lines of two parts, one after the other, that no passage holds together.

        Each part is carried well, but nowhere within some lines of what carries the other.
        """
        if len(parts) < 2:
            return None
        best = [(s, max(s.values(), default=0.0)) for s in map(self.shares, parts) if s]
        tops = [[n for n, v in s.items() if v >= _NEARLY * top] for s, top in best if top >= _HELD]
        for first, second in pairwise(tops):
            if all(abs(a - b) > _REACH for a in first for b in second):
                return first[0], second[0]
        return None

    def share(self, keys: Keys, texts: Iterable[str]) -> float:
        """Return what share of `keys` some passages say together."""
        said = " ".join(texts)
        words = _stems(said) | _numbers(said)
        heads = {w[:5] for w in words if len(w) > 5}
        english = spaced(said)
        weights = self.telling(keys)
        carried = 0.0
        for key, value in weights.items():
            if key in words or (not key.isascii() and _says(english, key, said)):
                carried += value
            elif len(key) > 5 and key[:5] in heads:
                carried += _ALIKE * value
        return carried / (sum(weights.values()) or 1.0)


def _says(english: str, term: str, text: str) -> bool:
    return term in text or any(f" {form}" in english for form in english_forms(term))
