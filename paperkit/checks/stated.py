"""Stated: whether the numbers that a text states bear out another one, in whatever unit or kind."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from paperkit.checks.numbers import Number, NumberKind
from paperkit.text import stem

_ABOUT = 0.05
_SCORES = frozenset(
    map(stem, "accuracy precision recall map miou iou score f1 auc bleu top".split())
)


class Stated:
    """The numbers a text states, made ready to be asked for many others."""

    def __init__(self, numbers: Sequence[Number]) -> None:
        """Sort the numbers by what they count; their values are sorted when first asked for."""
        self._numbers = tuple(dict.fromkeys(numbers))
        self._values: dict[tuple[NumberKind, bool, str, float], list[tuple[float, float]]] = {}
        self._counts: dict[str, list[Number]] = {}
        for number in self._numbers:
            for word in number.counted if number.kind == "plain" else ():
                self._counts.setdefault(word, []).append(number)
        self.few = {n.value: n for n in self._numbers if n.few}.values()

    def states(self, claimed: Number) -> float:
        """Return how well the numbers bear `claimed` out: 1 stated, 0.9 rounded, 0 not there."""
        values = self._sorted(claimed)
        reach = max(0.5 * claimed.step, 1e-9 * abs(claimed.value)) * (1 + 1e-9)
        best = 0.0
        for at in range(bisect_left(values, (claimed.value - reach,)), len(values)):
            value, step = values[at]
            if value > claimed.value + reach:
                break
            if abs(value - claimed.value) <= 1e-9 * max(abs(value), 1.0):
                return 1.0
            if not claimed.spelled and step < claimed.step and claimed.value >= 3:
                best = 0.9
        return best

    def has_digits(self, claimed: Number) -> bool:
        """Tell whether any number has the same value, whatever it measures."""
        return any(n.value == claimed.value for n in self._numbers)

    def states_about(self, claimed: Number) -> bool:
        """Tell whether `claimed` is said to be only about so much and a number is within 5 %."""
        if not claimed.loose:
            return False
        values = self._sorted(claimed)
        reach = _ABOUT * abs(claimed.value)
        at = bisect_left(values, (claimed.value - reach,))
        return at < len(values) and values[at][0] <= claimed.value + reach

    def contradicts(self, claimed: Number) -> bool:
        """Tell whether the text counts the same thing as `claimed`, and nowhere so many."""
        if claimed.kind != "plain":
            return False
        same = [n for word in claimed.counted for n in self._counts.get(word, ())]
        return bool(same) and not Stated(same).states(claimed)

    def _sorted(self, claimed: Number) -> list[tuple[float, float]]:
        key = (claimed.kind, "倍" in claimed.text, claimed.measure, claimed.factor)
        if key not in self._values:
            pairs = ((v, n.step) for n in self._numbers for v in _readings_of(n, claimed))
            self._values[key] = sorted(pairs)
        return self._values[key]


def states(known: Sequence[Number], claimed: Number) -> float:
    """Return how well `known` numbers bear `claimed` out: 1 stated, 0.9 rounded, 0 not there."""
    return Stated(known).states(claimed)


def _readings_of(number: Number, claimed: Number) -> Iterator[float]:
    """Yield the values `number` has when read in the kind of `claimed`."""
    pair = (number.kind, claimed.kind)
    if claimed.measure:
        yield from _in_its_unit(number, claimed)
        return
    if number.kind == claimed.kind or claimed.kind == "plain" or _may_be_a_share(number):
        yield number.value
    if pair == ("plain", "percent") and not number.measure and not number.name:
        yield number.value * 100
    if pair == ("percent", "plain"):
        yield number.value / 100
    if pair == ("times", "times") and "倍" in claimed.text:
        yield number.value - 1
    if pair == ("percent", "times"):
        yield from (100 / number.value if number.value else 0.0, 1 + number.value / 100)
        yield number.value / 100
    if pair == ("times", "percent"):
        yield from (100 / number.value if number.value else 0.0, (number.value - 1) * 100)


def _in_its_unit(number: Number, claimed: Number) -> Iterator[float]:
    """Yield the values of `number` in the unit of `claimed`: same dimension, or no unit known."""
    if number.measure == claimed.measure:
        yield number.value * number.factor / claimed.factor
    elif number.kind == "plain" and not number.measure and not number.name:
        yield number.value


def _may_be_a_share(number: Number) -> bool:
    """Tell whether a plain number may stand for percents or times: "63.4 accuracy", no count."""
    if number.kind != "plain" or number.measure or number.name:
        return False
    return not number.counted or number.step < 1 or bool(number.counted & _SCORES)
